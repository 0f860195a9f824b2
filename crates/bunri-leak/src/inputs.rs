//! What the search is given: the stores as they lie on disk, the tables that they have by the catalogue, a second pass of
//! staging, and room for temporary data. Whoever decides the rows gives both; nothing here decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;
use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::Observer;
use bunri_manifest::Digests;

use crate::records::Scratch;
use crate::retailers::Retailers;
use crate::second_pass::SecondPass;

/// A table of a store as the catalogue lays it out.
pub trait StoreTable: Sync {
    /// The folder of its files.
    fn id(&self) -> &str;
    /// The columns, in the store's order.
    fn schema(&self) -> &SchemaRef;
    /// The columns that order the rows: by the bytes of `bunri_columnar::row_converter` over them [`Mismatches`] knows a row.
    fn order(&self) -> Vec<usize>;
    /// Whether its rows speak of customers: all but public code tables.
    fn is_owned(&self) -> bool;
    /// A row's name in a finding. `cell` gives a column of this one row, if the file has it.
    fn row_name(&self, number: u64, cell: &dyn Fn(usize) -> Option<ArrayRef>) -> String;
}

/// One store on disk, and what C1 to C4 found out about it.
pub struct StoreFolder<'a> {
    /// Which.
    pub store: Store,
    /// Every file that C1 hashed: its path below the store's root, as well as it can be told, and where it lies. In the order of
    /// the paths.
    pub files: &'a [(String, PathBuf)],
    /// The folders, by path below the root, in order.
    pub folders: &'a [String],
    /// What C1 made of the files.
    pub digests: &'a BTreeMap<String, Digests>,
    /// Whether the manifest could be read as one.
    pub has_manifest: bool,
    /// The Parquet files that may be handed to the Parquet library, each with the rows that may be read at a time.
    pub batch_rows: BTreeMap<String, usize>,
    /// The tables that the catalogue gives the store.
    pub tables: Vec<Box<dyn StoreTable + 'a>>,
    /// By table: what is not as the source's granted cells say.
    pub mismatches: &'a BTreeMap<String, Mismatches>,
    /// Who may not be named in the granted texts of its rows, if there are such.
    pub retailers: Option<&'a Retailers>,
}

/// Reads staging again, and hands over every staged row, decided, and every rejected one; only a store that gives reason for it
/// costs that. Fails if staging cannot be read, or decided.
pub type Reread<'r, E> = dyn Fn(&mut SecondPass<'_, '_>) -> Result<(), E> + 'r;

/// What the search needs.
pub struct SearchInputs<'a> {
    /// Whose names are no secret.
    pub catalogue: &'a Catalogue,
    /// Retail, transmission: in the order of [`SEARCHED`](crate::SEARCHED).
    pub stores: [StoreFolder<'a>; 2],
    /// For temporary data.
    pub scratch: &'a Scratch,
    /// The outcome does not depend on them.
    pub threads: usize,
    /// Is asked whether to go on.
    pub observer: &'a dyn Observer,
}

/// So many rows are remembered; beyond, no row of the table counts as explained.
const MOST: usize = 1 << 16;

/// Columns of a row, a bit each; whoever has a column beyond the bits has every one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ColumnSet(u128);

impl ColumnSet {
    pub(crate) const ALL: Self = Self(u128::MAX);

    fn of(column: usize) -> Self {
        1_u128.checked_shl(column as u32).map_or(Self::ALL, Self)
    }

    pub(crate) fn has(self, column: usize) -> bool {
        self.0 & Self::of(column).0 != 0
    }
}

/// The rows and cells of one table of a store that are not what the source's granted cells say, as the comparison of C3 and C4 met
/// them. What is found in any other cell is explained by the granted cell of the source itself.
#[derive(Debug, Default)]
pub struct Mismatches {
    /// By key.
    rows: BTreeMap<Vec<u8>, ColumnSet>,
    all: bool,
}

impl Mismatches {
    /// Nobody knows which.
    pub fn every_row(&mut self) {
        self.all = true;
    }

    /// A row that should not be there.
    pub fn row(&mut self, key: &[u8]) {
        self.add(key, ColumnSet::ALL);
    }

    /// A cell that differs.
    pub fn cell(&mut self, key: &[u8], column: usize) {
        self.add(key, ColumnSet::of(column));
    }

    fn add(&mut self, key: &[u8], columns: ColumnSet) {
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
    pub(crate) fn columns(&self, key: &[u8]) -> ColumnSet {
        if self.all {
            return ColumnSet::ALL;
        }
        self.rows.get(key).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_knows_which_every_cell_counts_as_unmatched() {
        let mut mismatches = Mismatches::default();
        assert!(mismatches.is_empty() && !mismatches.columns(b"a").has(0));
        mismatches.every_row();
        assert!(!mismatches.is_empty() && mismatches.columns(b"a").has(0));
    }

    #[test]
    fn what_cannot_be_remembered_counts_as_unmatched() {
        let mut mismatches = Mismatches::default();
        mismatches.cell(b"a", 3);
        mismatches.cell(b"b", 500);
        mismatches.row(b"c");
        assert!(mismatches.columns(b"a").has(3) && !mismatches.columns(b"a").has(4));
        assert!(
            mismatches.columns(b"b").has(0)
                && mismatches.columns(b"c").has(1)
                && !mismatches.columns(b"d").has(1)
        );
        for row in 0..=MOST {
            mismatches.row(&row.to_be_bytes());
        }
        assert!(mismatches.columns(b"d").has(1));
    }
}
