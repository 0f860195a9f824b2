//! Both sides of every table, added up: rows that fit beside staging, rows that do not beside the rejects.

use std::collections::BTreeMap;

use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{ColumnarError, CustodyLayout, Event, Observer, Reject, Staging};

use crate::RereadError;
use crate::convert::{Raw, Rule};
use crate::held::{Connected, SourcePlace};
use crate::line::Line;
use crate::rows::{Outcome, RowBytes, Share};
use crate::staged::{StagedColumn, line_bytes, rejected};
use crate::sums::{Sum, SumKey};

/// Rows of staging that are read at once.
const BATCH_ROWS: usize = 4_096;
/// Rows after which somebody is asked whether to go on.
const STEP: u64 = 4_096;

/// What both sides are read with.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) custody: &'a std::path::Path,
    pub(crate) staging: &'a Staging,
    pub(crate) place: &'a SourcePlace,
    pub(crate) share: Share,
    pub(crate) observer: &'a dyn Observer,
}

/// The column that breaks a rule, by its place, and the rule; of a file of rejects perhaps no column and no rule.
pub(crate) type Misfit = (Option<usize>, Option<Rule>);

/// One side of a table.
#[derive(Debug, Default)]
pub(crate) struct Side {
    /// Rows that were read.
    pub(crate) rows: u64,
    /// Rows that fit, of those that are looked at.
    pub(crate) fitting: Sum,
    /// Rows that do not, by column and rule.
    pub(crate) misfits: BTreeMap<Misfit, Sum>,
    /// Lines of the rejects.
    pub(crate) reject_rows: u64,
}

impl Side {
    /// Rows that were looked at.
    pub(crate) fn looked_at(&self) -> u64 {
        self.fitting.rows + self.misfits.values().map(|sum| sum.rows).sum::<u64>()
    }
}

/// What is done with each row that fits: its key and all of it.
pub(crate) type Take<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<(), RereadError>;

impl Ground<'_> {
    /// The source's side.
    pub(crate) fn of_source(
        &self,
        connection: &Connected,
        table: &Table,
        key: &SumKey,
    ) -> Result<Side, RereadError> {
        self.observer.event(Event::Table { id: &table.id });
        let mut side = Side::default();
        let mut fitting = Sum::default();
        let mut misfits: BTreeMap<Misfit, Sum> = BTreeMap::new();
        let mut told = 0;
        side.rows = self.each_source_row(connection, table, |rows, outcome, bytes| {
            match outcome {
                Outcome::Passed => {}
                Outcome::Fits => fitting.add(key, &bytes.row),
                Outcome::Breaks(at, rule) => {
                    let misfit = misfits.entry((at, Some(rule))).or_default();
                    misfit.add(key, &bytes.row);
                }
            }
            if rows - told >= STEP {
                self.observer.event(Event::Rows { rows: rows - told });
                told = rows;
            }
            Ok(())
        })?;
        let rows = side.rows - told;
        self.observer.event(Event::Rows { rows });
        (side.fitting, side.misfits) = (fitting, misfits);
        let (id, rows) = (table.id.as_str(), side.rows);
        self.observer.event(Event::TableDone { id, rows });
        Ok(side)
    }

    /// Gives every row of the source that fits.
    pub(crate) fn fitting_of_source(
        &self,
        connection: &Connected,
        table: &Table,
        take: Take<'_>,
    ) -> Result<(), RereadError> {
        self.each_source_row(connection, table, |_, outcome, bytes| match outcome {
            Outcome::Fits => take(&bytes.key, &bytes.row),
            Outcome::Passed | Outcome::Breaks(..) => Ok(()),
        })?;
        Ok(())
    }

    fn each_source_row(
        &self,
        connection: &Connected,
        table: &Table,
        mut each: impl FnMut(u64, Outcome, &RowBytes) -> Result<(), RereadError>,
    ) -> Result<u64, RereadError> {
        let mut bytes = RowBytes::default();
        let mut rows = 0;
        self.place.each_line(connection, table, |line| {
            self.go_on(rows)?;
            rows += 1;
            let outcome = match line {
                Line::Row(raws) => bytes.take_source(table, self.share, raws),
                Line::Broken(rule, raw) => {
                    bytes.take_line(raw);
                    Outcome::Breaks(None, rule)
                }
            };
            each(rows, outcome, &bytes)
        })?;
        Ok(rows)
    }

    fn go_on(&self, rows: u64) -> Result<(), RereadError> {
        if rows.is_multiple_of(STEP) && self.observer.cancelled() {
            return Err(RereadError::Interrupted);
        }
        Ok(())
    }

    /// The side of staging and rejects.
    pub(crate) fn of_staging(&self, table: &Table, key: &SumKey) -> Result<Side, RereadError> {
        let mut side = Side::default();
        let mut fitting = Sum::default();
        side.rows = self.fitting_of_staging(table, &mut |_, row| {
            fitting.add(key, row);
            Ok(())
        })?;
        side.fitting = fitting;
        let mut bytes = RowBytes::default();
        for reject in self.staging.rejects(table)?.into_iter().flatten() {
            self.go_on(side.reject_rows)?;
            let reject = reject?;
            side.reject_rows += 1;
            let rule = Rule::ALL.into_iter().find(|it| it.word() == reject.rule);
            if let Some(line) = reject.broken_line() {
                let line = line_bytes(line)
                    .ok_or_else(|| self.strange(table, "a line of the rejects is no line"))?;
                bytes.take_line(&line);
                let misfit = side.misfits.entry((None, rule)).or_default();
                misfit.add(key, &bytes.row);
                continue;
            }
            let raws = self.raws(table, &reject)?;
            if bytes.take_rejected(table, self.share, &raws) {
                let column = table.columns.iter().position(|it| it.name == reject.column);
                let misfit = side.misfits.entry((column, rule)).or_default();
                misfit.add(key, &bytes.row);
            }
        }
        Ok(side)
    }

    fn raws<'a>(&self, table: &Table, reject: &'a Reject) -> Result<Vec<Raw<'a>>, RereadError> {
        let untyped = self.place.is_untyped();
        let values = reject.values.iter().map(|value| rejected(value, untyped));
        let raws: Option<Vec<Raw<'_>>> = values.collect();
        let of_table = reject.table == table.id;
        raws.filter(|raws| of_table && raws.len() == table.columns.len())
            .ok_or_else(|| self.strange(table, "a line of the rejects is no row of the table"))
    }

    fn strange(&self, table: &Table, what: &str) -> RereadError {
        let path = CustodyLayout::new(self.custody).staging();
        let message = format!(
            "table `{}`: {what}; extract again into an empty folder",
            table.id
        );
        ColumnarError::Staging { path, message }.into()
    }

    /// Gives every staged row; the number of all of them.
    pub(crate) fn fitting_of_staging(
        &self,
        table: &Table,
        take: Take<'_>,
    ) -> Result<u64, RereadError> {
        let mut bytes = RowBytes::default();
        let mut rows = 0;
        for batch in self.staging.table(table)?.all(BATCH_ROWS)? {
            let batch = batch?;
            if self.observer.cancelled() {
                return Err(RereadError::Interrupted);
            }
            let columns = StagedColumn::of_batch(table, &batch)
                .ok_or_else(|| self.strange(table, "a column is of another type"))?;
            for row in 0..batch.num_rows() {
                rows += 1;
                let cells = columns.iter().map(|column| column.cell(row));
                if bytes.take_cells(table, self.share, cells) {
                    take(&bytes.key, &bytes.row)?;
                }
            }
        }
        Ok(rows)
    }
}
