//! What a row's parents turned out to be, as far as rules ask: which ownerships they have, the last day of the own ones, the
//! conditions that they do not meet, and their owner keys. What follows from it is decided in [`crate::rules`] and
//! [`crate::known`].

use std::collections::BTreeMap;

use polars::prelude::Column;

use crate::frame::{numbers, plain_numbers};
use crate::rules::{leaf_clear, leaf_kinds, leaf_last};
use crate::verdict::{Kind, REJECTED_ROW, TO_COME};

/// A supply point that a row stands for, with the days of the own row that it comes from: then the incumbent supplied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The ledger key, as bytes in its order.
    pub key: Vec<u8>,
    /// First and last day, since 1970.
    pub days: Option<(i64, i64)>,
}

impl Owner {
    /// Whether an own parent speaks of this day.
    #[inline]
    pub(crate) fn holds(&self, day: Option<i64>) -> bool {
        let within = |(first, last)| day.is_some_and(|day| first <= day && day <= last);
        self.days.is_some_and(within)
    }
}

/// The owner keys of a row; [`None`] for one of which nothing is known.
pub type Owners = Vec<Option<Owner>>;

/// What a row is for its children, by one of its owner keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Its verdict, a number of this crate's.
    pub verdict: i64,
    /// Whether it has not begun by the cutover.
    pub to_come: bool,
    /// The last day that it speaks of, since 1970, of an own one.
    pub last: Option<i64>,
    /// One of its owner keys.
    pub owner: Option<Owner>,
    /// The conditions of its children that it does not meet, as bits by their place.
    pub clear: i64,
}

impl Parent {
    /// A rejected row: nobody knows whose it would have been.
    #[must_use]
    pub fn rejected() -> Self {
        Self {
            verdict: REJECTED_ROW,
            to_come: false,
            last: None,
            owner: None,
            clear: 0,
        }
    }
}

/// Leaves the parents that a child of all of these has: those that have begun by the cutover, or all if none has. What has not
/// begun is no parent yet, unless nothing else is there.
pub fn keep_begun(parents: &mut Vec<Parent>) {
    if parents.iter().any(|parent| !parent.to_come) {
        parents.retain(|parent| !parent.to_come);
    }
}

/// One parent of each kind that is there, with the kind's latest last day and the conditions that none of the kind meets: without
/// their owner keys more would say nothing more.
#[must_use]
pub fn one_of_each_kind(parents: &[Parent]) -> Vec<Parent> {
    let mut kinds: BTreeMap<Kind, Parent> = BTreeMap::new();
    for parent in parents {
        let kind = kinds.entry(Kind::of(parent.verdict)).or_insert(Parent {
            verdict: parent.verdict,
            to_come: parent.to_come,
            last: None,
            owner: None,
            clear: parent.clear,
        });
        kind.last = kind.last.max(parent.last);
        kind.clear &= parent.clear;
    }
    kinds.into_values().collect()
}

/// The parents of some rows by one parent rule.
#[derive(Debug)]
pub struct ParentFacts {
    pub(crate) leaf: usize,
    /// For every row the kinds of parents that it has ([`Kind::is_among`]), with [`TO_COME`]; 0 without any.
    pub(crate) kinds: Vec<i64>,
    /// For every row the latest last day of its own parents.
    pub(crate) last: Vec<Option<i64>>,
    /// For every row the conditions that none of its parents meets, as bits; none without parents.
    clear: Vec<Option<i64>>,
    /// By row, if they were asked for.
    owners: BTreeMap<usize, Owners>,
}

impl ParentFacts {
    /// So many rows without parents yet; `leaf` is the number of the rule among [`bunri_catalogue::Table::leaves`].
    #[must_use]
    pub fn new(leaf: usize, rows: usize) -> Self {
        Self {
            leaf,
            kinds: vec![0; rows],
            last: vec![None; rows],
            clear: vec![None; rows],
            owners: BTreeMap::new(),
        }
    }

    /// One more parent of a row, which is below the number of rows.
    #[inline]
    pub fn add(&mut self, row: usize, parent: &Parent) {
        self.kinds[row] |= Kind::of(parent.verdict).bit();
        if parent.to_come {
            self.kinds[row] |= TO_COME;
        }
        // None is less than any day.
        self.last[row] = self.last[row].max(parent.last);
        // One parent that meets a condition is enough.
        self.clear[row] = Some(self.clear[row].map_or(parent.clear, |all| all & parent.clear));
    }

    /// The owner key of a parent of a row.
    pub fn add_owner(&mut self, row: usize, owner: Option<Owner>) {
        self.owners.entry(row).or_default().push(owner);
    }

    /// As columns of the frame that rules read.
    pub(crate) fn columns(&self) -> [Column; 3] {
        [
            plain_numbers(&leaf_kinds(self.leaf), self.kinds.clone()),
            numbers(&leaf_last(self.leaf), self.last.clone()),
            numbers(&leaf_clear(self.leaf), self.clear.clone()),
        ]
    }
}

/// The owner keys of a row's parents by the parent rule that was asked; [`None`] if there are no parents.
#[must_use]
#[inline]
pub fn owners_by(facts: &[ParentFacts], asked: i64, row: usize) -> Option<&Owners> {
    let facts = facts.iter().find(|facts| facts.leaf as i64 == asked);
    facts.and_then(|facts| facts.owners.get(&row))
}
