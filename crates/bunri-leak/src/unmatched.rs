//! The rows and cells of a store that are not what the source's granted cells say, as the comparison of C3 and C4 met
//! them. What is found in any other cell is explained by the granted cell of the source itself.

use std::collections::BTreeMap;

/// So many rows are remembered; beyond, no row of the table counts as explained.
const MOST: usize = 1 << 16;

/// Of one table of one store.
#[derive(Debug, Default)]
pub struct Unmatched {
    /// By key: a bit for every column of the store.
    rows: BTreeMap<Vec<u8>, u128>,
    all: bool,
}

impl Unmatched {
    /// Nobody knows which.
    pub fn every_row(&mut self) {
        self.all = true;
    }

    /// A row that should not be there.
    pub fn row(&mut self, key: &[u8]) {
        self.add(key, u128::MAX);
    }

    /// A cell that differs.
    pub fn cell(&mut self, key: &[u8], column: usize) {
        self.add(key, Self::bit(column));
    }

    fn bit(column: usize) -> u128 {
        u32::try_from(column)
            .ok()
            .and_then(|column| 1_u128.checked_shl(column))
            .unwrap_or(u128::MAX)
    }

    fn add(&mut self, key: &[u8], columns: u128) {
        if let Some(known) = self.rows.get_mut(key) {
            *known |= columns;
        } else if self.rows.len() < MOST {
            self.rows.insert(key.to_vec(), columns);
        } else {
            self.all = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && !self.all
    }

    /// Whether this cell is not what the source's granted cell says.
    pub(crate) fn has(&self, key: &[u8], column: usize) -> bool {
        self.all
            || self
                .rows
                .get(key)
                .is_some_and(|columns| columns & Self::bit(column) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_knows_which_every_cell_counts_as_unmatched() {
        let mut unmatched = Unmatched::default();
        assert!(unmatched.is_empty() && !unmatched.has(b"a", 0));
        unmatched.every_row();
        assert!(!unmatched.is_empty() && unmatched.has(b"a", 0));
    }

    #[test]
    fn what_cannot_be_remembered_counts_as_unmatched() {
        let mut unmatched = Unmatched::default();
        unmatched.cell(b"a", 3);
        unmatched.cell(b"b", 500);
        unmatched.row(b"c");
        assert!(unmatched.has(b"a", 3) && !unmatched.has(b"a", 4));
        assert!(unmatched.has(b"b", 0) && unmatched.has(b"c", 1) && !unmatched.has(b"d", 1));
        for row in 0..=MOST {
            unmatched.row(&row.to_be_bytes());
        }
        assert!(unmatched.has(b"d", 1));
    }
}
