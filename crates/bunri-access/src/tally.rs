//! What was found so far: counts by rule, account and screen, which add up whoever counted them, with the first and last time and the first few
//! places. So the order in which blocks were looked at leaves no trace.

use std::collections::HashMap;

use crate::hash::RandomState;
use bunri_types::Day;

use crate::cut::Malformed;
use crate::error::AccessError;
use crate::location::Location;
use crate::rules::{NotJudged, Rule, Terms};
use crate::time::Instant;

/// Places that are kept of a finding.
pub const EXAMPLES: usize = 3;

/// How often, from when to when, and where first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// The earliest; [`None`]: of lines without a time.
    pub first: Option<Instant>,
    /// The latest.
    pub last: Option<Instant>,
    examples: [Location; EXAMPLES],
    kept: u8,
}

impl Default for Seen {
    fn default() -> Self {
        let nowhere = Location { file: 0, line: 0 };
        Self {
            count: 0,
            first: None,
            last: None,
            examples: [nowhere; EXAMPLES],
            kept: 0,
        }
    }
}

impl Seen {
    /// The first places, in the order of the log.
    #[must_use]
    pub fn examples(&self) -> &[Location] {
        &self.examples[..usize::from(self.kept)]
    }

    pub(crate) fn add(&mut self, count: u64, at: Option<Instant>, place: Location) {
        self.count += count;
        self.time(at, at);
        self.keep(place);
    }

    fn time(&mut self, first: Option<Instant>, last: Option<Instant>) {
        self.first = match (self.first, first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.max(last);
    }

    fn keep(&mut self, place: Location) {
        let kept = usize::from(self.kept);
        if kept == EXAMPLES && self.examples[EXAMPLES - 1] <= place {
            return;
        }
        let at = self.examples[..kept].partition_point(|known| *known < place);
        let end = (kept + 1).min(EXAMPLES);
        self.examples[at..end].rotate_right(1);
        self.examples[at] = place;
        self.kept = u8::try_from(end).unwrap_or(self.kept);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.time(other.first, other.last);
        other.examples().iter().for_each(|place| self.keep(*place));
    }
}

/// Which finding: the screen is one more than its number, 0 where there is none or an unknown one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) rule: Rule,
    pub(crate) account: u32,
    pub(crate) screen: u32,
}

/// What an account was shown on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DayReads {
    pub(crate) count: u64,
    pub(crate) first: Location,
}

#[derive(Debug)]
pub(crate) struct Tally {
    most: usize,
    pub(crate) lines: u64,
    pub(crate) first: Option<Instant>,
    pub(crate) last: Option<Instant>,
    pub(crate) malformed: [Seen; Malformed::COUNT],
    pub(crate) not_judged: [Seen; NotJudged::COUNT],
    pub(crate) findings: HashMap<Key, Seen, RandomState>,
    pub(crate) days: HashMap<(u32, Day), DayReads, RandomState>,
    /// By account, the day of its latest read, which is not among the days yet: a log goes from day to day, so that a table of a hundred
    /// thousand days is not asked for every line.
    latest: Vec<Option<(Day, DayReads)>>,
    /// Lines on which a rule was asked.
    pub(crate) asked: [u64; Rule::COUNT],
}

impl Tally {
    pub(crate) fn new(terms: &Terms) -> Self {
        Self {
            most: terms.most_held,
            lines: 0,
            first: None,
            last: None,
            malformed: [Seen::default(); Malformed::COUNT],
            not_judged: [Seen::default(); NotJudged::COUNT],
            findings: HashMap::default(),
            days: HashMap::default(),
            latest: Vec::new(),
            asked: [0; Rule::COUNT],
        }
    }

    pub(crate) fn finding(
        &mut self,
        rule: Rule,
        account: u32,
        screen: Option<u32>,
        count: u64,
        at: Instant,
        place: Location,
    ) {
        let key = Key {
            rule,
            account,
            screen: screen.map_or(0, |screen| screen + 1),
        };
        self.findings
            .entry(key)
            .or_default()
            .add(count, Some(at), place);
    }

    pub(crate) fn read(&mut self, account: u32, day: Day, count: u64, place: Location) {
        let slot = account as usize;
        if self.latest.len() <= slot {
            self.latest.resize(slot + 1, None);
        }
        match &mut self.latest[slot] {
            Some((known, reads)) if *known == day => {
                reads.count += count;
                reads.first = reads.first.min(place);
            }
            other => {
                let first = place;
                if let Some((day, reads)) = other.replace((day, DayReads { count, first })) {
                    self.day(account, day, reads);
                }
            }
        }
    }

    fn day(&mut self, account: u32, day: Day, reads: DayReads) {
        let known = self.days.entry((account, day)).or_insert(DayReads {
            count: 0,
            first: reads.first,
        });
        known.count += reads.count;
        known.first = known.first.min(reads.first);
    }

    /// After the last line.
    pub(crate) fn settle(&mut self) {
        for (account, latest) in std::mem::take(&mut self.latest).into_iter().enumerate() {
            if let (Some((day, reads)), Ok(account)) = (latest, u32::try_from(account)) {
                self.day(account, day, reads);
            }
        }
    }

    /// Whether more is held than may be. What one thread holds is part of the whole, so that this is never said too early.
    pub(crate) fn within(&self) -> Result<(), AccessError> {
        if self.days.len() <= self.most {
            return Ok(());
        }
        Err(AccessError::Bound {
            what: "days on which an account was shown something",
            most: self.most,
        })
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        other.settle();
        self.lines += other.lines;
        self.first = match (self.first, other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.max(other.last);
        for (own, other) in self.malformed.iter_mut().zip(&other.malformed) {
            own.merge(other);
        }
        for (own, other) in self.not_judged.iter_mut().zip(&other.not_judged) {
            own.merge(other);
        }
        for (own, other) in self.asked.iter_mut().zip(&other.asked) {
            *own += other;
        }
        for (key, seen) in &other.findings {
            self.findings.entry(*key).or_default().merge(seen);
        }
        for ((account, day), reads) in &other.days {
            self.day(*account, *day, *reads);
        }
    }
}
