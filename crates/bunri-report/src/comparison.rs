//! Two classifications (or two files of decisions) held against each other: what is said differently, and, over one staging,
//! which rows and cells that moves. `bunri diff`, `bunri plan --against` and `bunri quarantine --try` tell it.

use serde::{Deserialize, Serialize};

/// One side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedSide {
    /// The catalogue's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub blake3: String,
    /// The day of the cutover, where it is a job's.
    pub cutover: Option<String>,
    /// BLAKE3 of the decisions of people, where there are some.
    pub decisions: Option<String>,
}

/// What is said differently of a table or a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaidDifferently {
    /// The table's id.
    pub table: String,
    /// The column; [`None`] of the table.
    pub column: Option<String>,
    /// What: `table`, `column`, `class`, `basis`, `type`, `key`, `rows`, `known_at`, `cells`, `when`, `rekey`, `category`,
    /// `ledger`, `release`.
    pub what: String,
    /// What was said; [`None`]: nothing.
    pub from: Option<String>,
    /// What is said; [`None`]: nothing.
    pub to: Option<String>,
}

/// Rows that change hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsMoved {
    /// `own`, `other`, `undecided`, `reference`.
    pub from: String,
    /// The same words.
    pub to: String,
    /// How many.
    pub rows: u64,
}

/// Values that change their class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassMoved {
    /// The class.
    pub from: String,
    /// The class.
    pub to: String,
    /// Cells that are not NULL.
    pub cells: u64,
}

/// What comes to a store, and what goes from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreMoves {
    /// `retail`, `transmission`, `quarantine`.
    pub store: String,
    /// Rows that it had not.
    pub rows_gained: u64,
    /// Rows that it has no more.
    pub rows_lost: u64,
    /// Cells that are not NULL and that it had not.
    pub cells_gained: u64,
    /// Cells that are not NULL and that it has no more.
    pub cells_lost: u64,
}

/// What moves of one table. Only what moves is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMoves {
    /// Its id.
    pub table: String,
    /// By ownership.
    pub rows: Vec<RowsMoved>,
    /// By class.
    pub classes: Vec<ClassMoved>,
    /// By store.
    pub stores: Vec<StoreMoves>,
}

/// What two sides differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The side before.
    pub from: ComparedSide,
    /// The side after.
    pub to: ComparedSide,
    /// What is said differently, by table and column.
    pub said: Vec<SaidDifferently>,
    /// Why rows and cells were not counted, where they were not.
    pub not_counted: Option<String>,
    /// By table.
    pub tables: Vec<TableMoves>,
}

impl Comparison {
    /// Whether nothing is said differently and nothing moves; what was not counted may have moved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.said.is_empty() && self.tables.is_empty()
    }

    /// What comes to a store and goes from it, of all tables together.
    #[must_use]
    pub fn of_store(&self, store: &str) -> StoreMoves {
        let mut sum = StoreMoves {
            store: store.to_owned(),
            rows_gained: 0,
            rows_lost: 0,
            cells_gained: 0,
            cells_lost: 0,
        };
        let moves = self.tables.iter().flat_map(|table| &table.stores);
        for one in moves.filter(|one| one.store == store) {
            sum.rows_gained = sum.rows_gained.saturating_add(one.rows_gained);
            sum.rows_lost = sum.rows_lost.saturating_add(one.rows_lost);
            sum.cells_gained = sum.cells_gained.saturating_add(one.cells_gained);
            sum.cells_lost = sum.cells_lost.saturating_add(one.cells_lost);
        }
        sum
    }
}
