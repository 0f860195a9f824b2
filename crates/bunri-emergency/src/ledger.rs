//! The ledger of grants and openings: a line for each, chained by hash like the ledger of runs.

use bunri_evidence::{Chain, Link};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::errors::EmergencyError;
use crate::register::EmergencyRegister;

/// The file in the custodian's folder.
pub const OPENINGS: &str = "openings.jsonl";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// An extract was made.
    Made,
    /// The custodian released the key of one recipient: an opening.
    Released,
    /// The keys of the grant were destroyed.
    Withdrawn,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// From 1.
    pub number: u64,
    /// SHA-256 of the line before, without its end.
    pub previous: String,
    /// When, by the custodian's clock, in UTC to the second.
    pub at: Timestamp,
    /// What.
    pub event: EventKind,
    /// Of which grant.
    pub grant: String,
    /// To whom a key was released.
    pub recipient: Option<String>,
    /// Of what was made: SHA-256 of the signed statement.
    pub statement: Option<String>,
}

impl Link for Event {
    fn place(&self) -> (u64, &str) {
        (self.number, &self.previous)
    }

    fn at(mut self, number: u64, previous: &str) -> Self {
        self.number = number;
        previous.clone_into(&mut self.previous);
        self
    }
}

/// The custodian's ledger, and the moment that it is written at.
pub(crate) struct Ledger<'r> {
    register: &'r EmergencyRegister,
    pub(crate) chain: Chain<Event>,
}

impl<'r> Ledger<'r> {
    pub(crate) fn read(register: &'r EmergencyRegister) -> Result<Self, EmergencyError> {
        let path = register.custody.join(OPENINGS);
        let chain = Chain::read(&path);
        let chain = chain.map_err(|source| EmergencyError::Ledger { path, source })?;
        Ok(Self { register, chain })
    }

    /// A clock that stands before the epoch, or before the last line, is wrong, and no window can be told by it.
    pub(crate) fn believes(&self, now: Timestamp) -> Result<Timestamp, EmergencyError> {
        let last = self
            .chain
            .last()
            .map_or(Timestamp::UNIX_EPOCH, |event| event.at);
        // To the second, as lines are.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        if now < last || now.as_second() <= 0 {
            return Err(EmergencyError::Clock { last });
        }
        Ok(now)
    }

    pub(crate) fn made(&self, grant: &str) -> Option<&Event> {
        self.of(grant).find(|event| event.event == EventKind::Made)
    }

    pub(crate) fn is_withdrawn(&self, grant: &str) -> bool {
        self.of(grant)
            .any(|event| event.event == EventKind::Withdrawn)
    }

    pub(crate) fn of(&self, grant: &str) -> impl Iterator<Item = &Event> {
        self.chain
            .all()
            .iter()
            .filter(move |event| event.grant == grant)
    }

    pub(crate) fn push(&mut self, event: Event) -> Result<(), EmergencyError> {
        let pushed = self.chain.push(&self.register.custody, OPENINGS, event);
        pushed.map_err(|source| EmergencyError::Ledger {
            path: self.register.custody.join(OPENINGS),
            source,
        })
    }
}

pub(crate) fn event(at: Timestamp, event: EventKind, grant: &str) -> Event {
    Event {
        number: 0,
        previous: String::new(),
        at,
        event,
        grant: grant.to_owned(),
        recipient: None,
        statement: None,
    }
}
