//! How near to the cutover the days of a table lie (K22): last year's cutover over this year's source, or the other way round, gives
//! stores that look like any others. The distance is told, and never a day of one row.

use std::collections::BTreeSet;

use bunri_catalogue::{Catalogue, KnownAt, Table};
use bunri_evaluator::Row;
use bunri_redecide::{Decided, View};
use bunri_types::Day;

use crate::VerifyError;

/// A rehearsal's source is a few weeks old, and contracts are registered a few weeks ahead.
pub(crate) const FAR: Day = 60;

/// The columns of a table that say when something was written or supply began or ended.
#[derive(Debug)]
pub(crate) struct DayWatch {
    cutover: Day,
    columns: Vec<WatchedColumn>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct WatchedColumn {
    /// In the catalogue's table.
    pub(crate) column: usize,
    /// Days that are none: open ends.
    open: BTreeSet<Day>,
    /// The newest day that is not far after the cutover.
    pub(crate) newest: Option<Day>,
    /// Rows with a day that is.
    pub(crate) far_after: u64,
}

impl DayWatch {
    pub(crate) fn new(catalogue: &Catalogue, position: usize, cutover: Day) -> Self {
        let table = &catalogue.tables[position];
        let mut columns: Vec<(usize, BTreeSet<Day>)> = Vec::new();
        if let KnownAt::Column { columns: known, .. } = &table.known_at {
            columns.extend(known.iter().map(|&column| (column, BTreeSet::new())));
        }
        if let Some(part) = catalogue.ledger_table(position) {
            columns.push((part.from, BTreeSet::new()));
            let (open, _) = catalogue.ledger_of(table).open_ends();
            columns.extend(part.until.map(|until| (until, open.clone())));
        }
        let columns = columns.into_iter().map(|(column, open)| WatchedColumn {
            column,
            open,
            newest: None,
            far_after: 0,
        });
        Self {
            cutover,
            columns: columns.collect(),
        }
    }

    pub(crate) fn take(&mut self, table: &Table, decided: &Decided) -> Result<(), VerifyError> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let view = View::of(&decided.batch)?;
        for row in 0..decided.batch.num_rows() {
            let row = view.row(table, row);
            for watched in &mut self.columns {
                watched.take(row.day(watched.column), self.cutover);
            }
        }
        Ok(())
    }

    /// With what was seen in other rows of the table.
    pub(crate) fn add(&mut self, other: &Self) {
        for (watched, other) in self.columns.iter_mut().zip(&other.columns) {
            watched.newest = watched.newest.max(other.newest);
            watched.far_after += other.far_after;
        }
    }

    pub(crate) fn columns(&self) -> &[WatchedColumn] {
        &self.columns
    }
}

impl WatchedColumn {
    fn take(&mut self, day: Option<Day>, cutover: Day) {
        let Some(day) = day.filter(|day| !self.open.contains(day)) else {
            return;
        };
        if day > cutover.saturating_add(FAR) {
            self.far_after += 1;
        } else {
            self.newest = self.newest.max(Some(day));
        }
    }
}
