//! What a run was expected to be, and what it was; and the tables of which that is said.

use serde::{Deserialize, Serialize};

/// One line of a job's `[expect]`, or what is expected of every job, held against the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The key in `[expect]`: `claims.C5`, `rejected.tables.meter`. What no key names stands under the key that could name it.
    pub key: String,
    /// Its line in the job; [`None`] where the job does not say it.
    pub line: Option<u64>,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub seen: String,
    /// Whether that is inside.
    pub met: bool,
}

/// Rows of one table, by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableReport {
    /// The table's id.
    pub table: String,
    /// Rows in staging.
    pub staged: u64,
    /// Rows that did not fit their declared types, by column and rule, the most first.
    pub rejected: Vec<RejectedRows>,
    /// Own rows.
    pub own: u64,
    /// Rows of others.
    pub other: u64,
    /// Rows of a public table.
    pub reference: u64,
    /// Rows that a person must decide, by reason, the most first.
    pub undecided: Vec<UndecidedRows>,
}

/// Rows that one column kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectedRows {
    /// The first column that did not fit.
    pub column: String,
    /// The rule that it broke.
    pub rule: String,
    /// How many.
    pub rows: u64,
}

/// Rows that are undecided for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndecidedRows {
    /// Why.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

impl TableReport {
    /// All rejected rows.
    #[must_use]
    pub fn rejected_rows(&self) -> u64 {
        let rows = self.rejected.iter().map(|rejected| rejected.rows);
        rows.fold(0, u64::saturating_add)
    }

    /// All undecided rows.
    #[must_use]
    pub fn undecided_rows(&self) -> u64 {
        let rows = self.undecided.iter().map(|undecided| undecided.rows);
        rows.fold(0, u64::saturating_add)
    }

    /// Rows of the source.
    #[must_use]
    pub fn source_rows(&self) -> u64 {
        self.staged.saturating_add(self.rejected_rows())
    }
}
