//! The rows of one unit of a table: they stream past what others say of them, and are decided batch by batch.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use bunri_catalogue::{Ownership, Table};
use bunri_columnar::{StagedRows, Staging, usual_unit_rows};
use bunri_index::{Heirs, Lookups, ParentFiles, UnitLookups};
use bunri_vectorized::{Decider, Decisions, UNDECIDED, ownership, reason_word};
use serde::{Deserialize, Serialize};

use crate::SplitError;
use crate::decided::{Decided, Refusal};
use crate::rekey::Rekeys;

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

/// What every table's split shares.
pub(crate) struct Shared<'a> {
    pub(crate) staging: &'a Staging,
    pub(crate) lookups: Lookups<'a>,
    pub(crate) decisions: &'a bunri_decisions::Decisions,
    pub(crate) rekeys: &'a Rekeys,
    /// Rows of a unit, if it is not what suits the table.
    pub(crate) unit_rows: Option<u64>,
    /// Bytes of one store's rows that may wait for the units before theirs.
    pub(crate) room: usize,
}

impl Shared<'_> {
    /// Rows of a unit of this table. Any number gives the same stores.
    pub(crate) fn unit_rows(&self, table: &Table) -> u64 {
        self.unit_rows.unwrap_or_else(|| usual_unit_rows(table))
    }
}

/// What all units of a table share of its parents and its children.
pub(crate) struct Kin<'a> {
    /// What became of the parents.
    pub(crate) parents: ParentFiles,
    /// What children will ask.
    pub(crate) heirs: Heirs<'a>,
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

/// Decides the rows of a unit, batch by batch.
pub(crate) struct UnitDecider<'w, 'a> {
    lookups: UnitLookups<'a>,
    decider: Decider<'a>,
    decided: Decided<'a>,
    heirs: &'w Heirs<'a>,
}

impl<'w, 'a> UnitDecider<'w, 'a> {
    pub(crate) fn prepare(
        shared: &Shared<'a>,
        position: usize,
        unit: &StagedRows,
        kin: &'w Kin<'a>,
    ) -> Result<Self, SplitError> {
        let Lookups {
            catalogue,
            indexes,
            cutover,
            ..
        } = shared.lookups;
        let has_heirs = !kin.heirs.is_empty();
        let asked = (&kin.parents, has_heirs);
        let terms = (indexes.codes(), cutover);
        Ok(Self {
            lookups: shared.lookups.begin(position, unit, asked)?,
            decider: Decider::new(catalogue, position, terms, has_heirs),
            decided: Decided::new((catalogue, position), shared.decisions)?,
            heirs: &kin.heirs,
        })
    }

    pub(crate) fn decide(&mut self, batch: &RecordBatch) -> Result<Decisions, SplitError> {
        let facts = self.lookups.next(batch)?;
        let decided = self.decided.of(batch)?;
        let decisions = self.decider.decide(batch, &facts, &decided)?;
        self.decided.ruled(&decisions.ruled);
        self.heirs
            .push(batch, &self.decider, (&facts, &decisions))?;
        Ok(decisions)
    }

    /// After the last row: the decisions that met one, and those of them that decide nothing.
    pub(crate) fn finish(self) -> (Vec<usize>, Vec<Refusal>) {
        self.decided.finish()
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
