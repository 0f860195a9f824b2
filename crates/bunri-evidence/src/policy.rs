//! Who must sign: the keys that a job pins, by kind of statement.

use std::collections::BTreeMap;

use crate::key::PublicKey;
use crate::statement::StatementKind;

/// Those who may sign one kind of statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    keys: BTreeMap<String, PublicKey>,
    threshold: usize,
}

impl Role {
    /// Of these keys; one that is listed twice is one. [`None`] if so many could never sign, or none had to.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = PublicKey>, threshold: usize) -> Option<Self> {
        let keys: BTreeMap<_, _> = keys.into_iter().map(|key| (key.id(), key)).collect();
        (1..=keys.len())
            .contains(&threshold)
            .then_some(Self { keys, threshold })
    }

    /// The key of this name.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&PublicKey> {
        self.keys.get(id)
    }

    /// How many of them must sign.
    #[must_use]
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// Every key once.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.values()
    }
}

/// Every role that a job names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy(pub BTreeMap<StatementKind, Role>);
