//! The rows and cells of a store that are not what the source's granted cells say, as the comparison of C3 and C4 met
//! them. What is found in any other cell is explained by the granted cell of the source itself.

use std::collections::BTreeMap;

/// So many rows are remembered; beyond, no row of the table counts as explained.
const MOST: usize = 1 << 16;

/// Columns of a row, a bit each; whoever has a column beyond the bits has every one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns(u128);

impl Columns {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u128::MAX);

    fn of(column: usize) -> Self {
        let bit = u32::try_from(column).ok();
        let bit = bit.and_then(|column| 1_u128.checked_shl(column));
        bit.map_or(Self::ALL, Self)
    }

    pub(crate) fn has(self, column: usize) -> bool {
        self.0 & Self::of(column).0 != 0
    }
}

/// Of one table of one store.
#[derive(Debug, Default)]
pub struct Unmatched {
    /// By key.
    rows: BTreeMap<Vec<u8>, Columns>,
    all: bool,
}

impl Unmatched {
    /// Nobody knows which.
    pub fn every_row(&mut self) {
        self.all = true;
    }

    /// A row that should not be there.
    pub fn row(&mut self, key: &[u8]) {
        self.add(key, Columns::ALL);
    }

    /// A cell that differs.
    pub fn cell(&mut self, key: &[u8], column: usize) {
        self.add(key, Columns::of(column));
    }

    fn add(&mut self, key: &[u8], columns: Columns) {
        if let Some(known) = self.rows.get_mut(key) {
            known.0 |= columns.0;
        } else if self.rows.len() < MOST {
            self.rows.insert(key.to_vec(), columns);
        } else {
            self.all = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && !self.all
    }

    /// The columns of this row that are not what the source's granted cells say.
    pub(crate) fn columns(&self, key: &[u8]) -> Columns {
        if self.all {
            return Columns::ALL;
        }
        self.rows.get(key).copied().unwrap_or(Columns::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_knows_which_every_cell_counts_as_unmatched() {
        let mut unmatched = Unmatched::default();
        assert!(unmatched.is_empty() && !unmatched.columns(b"a").has(0));
        unmatched.every_row();
        assert!(!unmatched.is_empty() && unmatched.columns(b"a").has(0));
    }

    #[test]
    fn what_cannot_be_remembered_counts_as_unmatched() {
        let mut unmatched = Unmatched::default();
        unmatched.cell(b"a", 3);
        unmatched.cell(b"b", 500);
        unmatched.row(b"c");
        assert!(unmatched.columns(b"a").has(3) && !unmatched.columns(b"a").has(4));
        assert!(
            unmatched.columns(b"b").has(0)
                && unmatched.columns(b"c").has(1)
                && !unmatched.columns(b"d").has(1)
        );
        for row in 0..=MOST {
            unmatched.row(&row.to_be_bytes());
        }
        assert!(unmatched.columns(b"d").has(1));
    }
}
