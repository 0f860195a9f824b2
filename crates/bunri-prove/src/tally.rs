//! What was really changed: of each edit the cells that are no longer what they were, and the rows that came, went or
//! moved. Coverage is counted from this, not from what was planned.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Edit;
use crate::strategy::Strategy;

/// The changes of one edit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) cells: u64,
    pub(crate) rows: u64,
}

/// The changes of all pairs.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// By table and column: cells, and the strategies that changed them.
    pub(crate) columns: BTreeMap<(usize, usize), (u64, BTreeSet<Strategy>)>,
    pub(crate) strategies: BTreeMap<Strategy, Changes>,
}

impl Tally {
    /// Adds an accepted pair.
    pub(crate) fn add(&mut self, edits: &[Edit], changes: &[Changes]) {
        for (edit, changed) in edits.iter().zip(changes) {
            let total = self.strategies.entry(edit.strategy).or_default();
            total.cells += changed.cells;
            total.rows += changed.rows;
            if let Some(column) = edit.column
                && changed.cells > 0
            {
                let seen = self.columns.entry((edit.table, column)).or_default();
                seen.0 += changed.cells;
                seen.1.insert(edit.strategy);
            }
        }
    }
}
