//! What became of a table's rows, counted.

use std::collections::BTreeMap;

use bunri_catalogue::{Ownership, Table};
use bunri_vectorized::{Decisions, UNDECIDED, ownership, reason_word};
use serde::{Deserialize, Serialize};

/// What became of one table's rows. Every figure counts rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableStats {
    /// Rows in staging.
    pub staging_rows: u64,
    /// By ownership: `own`, `other`, `undecided`, `reference`.
    pub ownership_rows: BTreeMap<String, u64>,
    /// Undecided rows by reason.
    pub reason_rows: BTreeMap<String, u64>,
    /// Of the own and other rows, those that a person decided, by ownership.
    pub decided_rows: BTreeMap<String, u64>,
    /// By store; a store that the table brings nothing is absent.
    pub store_rows: BTreeMap<String, u64>,
    /// For each column with cases, the rows that fell to `else` (NULL among them).
    pub else_rows: BTreeMap<String, u64>,
}

impl TableStats {
    /// Adds those of another unit.
    pub(crate) fn add(&mut self, other: Self) {
        let Self {
            staging_rows,
            ownership_rows,
            reason_rows,
            decided_rows,
            store_rows,
            else_rows,
        } = other;
        self.staging_rows += staging_rows;
        for (counts, more) in [
            (&mut self.ownership_rows, ownership_rows),
            (&mut self.reason_rows, reason_rows),
            (&mut self.decided_rows, decided_rows),
            (&mut self.store_rows, store_rows),
            (&mut self.else_rows, else_rows),
        ] {
            for (word, rows) in more {
                *counts.entry(word).or_default() += rows;
            }
        }
    }

    pub(crate) fn count(&mut self, table: &Table, decisions: &Decisions) {
        let add = |counts: &mut BTreeMap<String, u64>, word: &str, rows: u64| {
            *counts.entry(word.to_owned()).or_default() += rows;
        };
        self.staging_rows += decisions.verdicts.len() as u64;
        let mut verdicts: BTreeMap<i64, u64> = BTreeMap::new();
        decisions
            .verdicts
            .iter()
            .for_each(|verdict| *verdicts.entry(*verdict).or_default() += 1);
        for (verdict, rows) in verdicts {
            add(&mut self.ownership_rows, ownership(verdict).word(), rows);
            if verdict >= UNDECIDED {
                add(&mut self.reason_rows, reason_word(verdict), rows);
            }
        }
        for row in decisions.ruled.keys() {
            let word = ownership(decisions.verdicts[*row]).word();
            add(&mut self.decided_rows, word, 1);
        }
        let mut rows_of_variant = vec![0; decisions.variants.len()];
        decisions
            .numbers
            .iter()
            .for_each(|&number| rows_of_variant[number] += 1);
        for (variant, rows) in decisions.variants.iter().zip(rows_of_variant) {
            for column in variant.without_case(table) {
                add(&mut self.else_rows, &column.name, rows);
            }
        }
    }
}

/// The rows of an ownership, zero where none were seen.
impl TableStats {
    /// Rows of this ownership.
    #[must_use]
    pub fn rows_of(&self, ownership: Ownership) -> u64 {
        self.ownership_rows
            .get(ownership.word())
            .copied()
            .unwrap_or_default()
    }
}
