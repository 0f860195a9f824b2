//! Human decisions: whose a quarantined row is, as somebody approved it. The file is read and held against the
//! catalogue here; whether each decision meets an undecided row, split and verification see, each for itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bunri_catalogue::{Ownership, Table};
use bunri_text::{Position, Problem, Problems};
use bunri_types::Day;

use crate::key::KeyPart;

/// One line of the file: the last word on one row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The table.
    pub table: usize,
    /// The row, by the table's key columns in key order.
    pub key: Vec<KeyPart>,
    /// Own or other.
    pub ownership: Ownership,
    /// Why.
    pub basis: String,
    /// Who.
    pub approver: String,
    /// When.
    pub date: Day,
    /// Where it stands in the file, from 1.
    pub line: usize,
}

/// All of them: approved, of known tables, each row once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    file: PathBuf,
    digest: Option<String>,
    /// By table, then by key in the order of staging.
    sorted: Vec<Decision>,
}

impl Decisions {
    /// Those of a file that was read without a mistake.
    pub(crate) fn of_file(file: PathBuf, digest: String, mut decisions: Vec<Decision>) -> Self {
        decisions.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
        Self {
            file,
            digest: Some(digest),
            sorted: decisions,
        }
    }

    /// A job without a file of decisions.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// BLAKE3 of the file, 64 hex digits; [`None`] without a file.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The decisions on rows of a table, in key order.
    #[must_use]
    pub fn of(&self, table: usize) -> &[Decision] {
        let start = self
            .sorted
            .partition_point(|decision| decision.table < table);
        let end = self
            .sorted
            .partition_point(|decision| decision.table <= table);
        &self.sorted[start..end]
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The tables that they are about.
    #[must_use]
    pub fn tables(&self) -> BTreeSet<usize> {
        self.sorted.iter().map(|decision| decision.table).collect()
    }

    /// What is wrong with some lines, in the order of the file.
    #[must_use]
    pub fn refuse(&self, mut lines: Vec<(usize, String)>) -> Problems {
        lines.sort();
        let problem =
            |(line, message)| Problem::at(&self.file, Some(Position { line, column: 1 }), message);
        Problems(lines.into_iter().map(problem).collect())
    }
}

/// What is wrong with a decision whose key no staged row has.
#[must_use]
pub fn not_staged(table: &Table) -> String {
    format!(
        "no row of `{}` in staging has this key (rejected rows are not in staging): correct the key or remove \
         the line",
        table.id
    )
}

/// What is wrong with a decision on a row that the rules decide.
#[must_use]
pub fn not_undecided(table: &Table, ruled: Ownership) -> String {
    format!(
        "this row of `{}` is not undecided: the rules say {}. A decision that nobody asked for is not applied; \
         remove the line",
        table.id,
        ruled.word()
    )
}
