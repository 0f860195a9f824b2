//! Of which tables people decided rows that a verdict goes back to: a decision on one point frees all that inherits from it, and
//! whoever approves it must be told how much that was.

use std::collections::BTreeSet;

/// Some of the tables with decisions, by their place among all of those.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DecidedTables(pub(crate) u64);

/// The last place stands for all tables from the 64th on: they are counted, and not told apart.
const PLACES: usize = 64;

impl DecidedTables {
    /// The table at this place.
    pub(crate) fn of(place: usize) -> Self {
        Self(1 << place.min(PLACES - 1))
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The tables, of those with decisions.
    pub(crate) fn tables(self, decided: &BTreeSet<usize>) -> impl Iterator<Item = usize> {
        let places = decided.iter().enumerate();
        places
            .filter(move |(place, _)| *place < PLACES && self.0 & (1 << place) != 0)
            .map(|(_, &table)| table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_told_by_their_place_and_the_last_place_is_shared() {
        let decided: BTreeSet<usize> = (100..200).collect();
        let mut some = DecidedTables::of(0);
        some.join(DecidedTables::of(2));
        assert_eq!(some.tables(&decided).collect::<Vec<_>>(), [100, 102]);
        assert_eq!(DecidedTables::of(63), DecidedTables::of(99));
    }
}
