//! Who may read what in the source today, where it has grants.

use std::collections::{BTreeMap, BTreeSet};

/// A role that can log in, and what it may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderRole {
    /// Its name.
    pub name: String,
    /// Whether no grant is asked of it.
    pub reads_all: bool,
    /// By table or view, and column (none: all of them): the ways.
    pub reads: BTreeMap<(String, Option<String>), BTreeSet<ReadPath>>,
}

/// How a role comes to read something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadPath {
    /// Granted to it, or its own.
    Itself,
    /// Granted to a role that it is a member of.
    MemberOf(String),
    /// Granted to everybody.
    Everybody,
}

impl ReaderRole {
    /// The ways by which it reads this column, if it does.
    #[must_use]
    pub fn ways(&self, object: &str, column: &str) -> BTreeSet<&ReadPath> {
        let asked = [None, Some(column.to_owned())];
        let ways = asked
            .into_iter()
            .filter_map(|column| self.reads.get(&(object.to_owned(), column)));
        ways.flatten().collect()
    }

    /// Whether it reads this column.
    #[must_use]
    pub fn reads(&self, object: &str, column: &str) -> bool {
        self.reads_all || !self.ways(object, column).is_empty()
    }

    /// Whether it reads anything of this table or view.
    #[must_use]
    pub fn reads_some(&self, object: &str) -> bool {
        self.reads_all || self.reads.keys().any(|(name, _)| name == object)
    }
}
