//! One table, read once: every column is watched, keys are looked for, and what other tables may refer to is kept by number.

use std::collections::BTreeMap;

use bunri_source::{RowSink, SourceError, SourceRow, SourceValue};

use bunri_types::OPEN_END;

use super::column::{ColumnProfile, ColumnWatch};
use super::forms::any_day;
use super::hashing::of_several;
use super::keys::{FoundKey, KeyWatch};
use super::literals::means_no_end;
use super::periods::{PeriodWatch, Periods};
use super::sketch::Sketch;

/// What is to be seen in a table beside its columns.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Whether combinations of columns are looked for as keys.
    pub(crate) combined_keys: bool,
    /// The columns of point, first day and end, if it may be a ledger.
    pub(crate) periods: Option<(usize, usize, Option<usize>)>,
    /// Columns that another table may refer to.
    pub(crate) referred: Vec<usize>,
    /// Columns that together may refer to another table, or be its key.
    pub(crate) together: Vec<Vec<usize>>,
    /// Rows after which reading stops.
    pub(crate) most_rows: Option<u64>,
}

/// What was seen of a table.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) columns: Vec<ColumnProfile>,
    pub(crate) rows: u64,
    pub(crate) keys: Vec<FoundKey>,
    pub(crate) periods: Option<Periods>,
    /// By column.
    pub(crate) sketches: Vec<Sketch>,
    /// The numbers of unique columns that may be referred to, ascending.
    pub(crate) numbers: BTreeMap<usize, Vec<u64>>,
    /// By columns.
    pub(crate) together: Vec<(Vec<usize>, Sketch)>,
}

/// Watches the rows as they pass.
pub(crate) struct TableWatch<'a> {
    wanted: &'a Wanted,
    columns: Vec<ColumnWatch>,
    keys: KeyWatch,
    periods: Option<PeriodWatch>,
    together: Vec<Sketch>,
    row: Vec<Option<u64>>,
    pub(crate) rows: u64,
    /// Told of rows; says whether to go on.
    go_on: &'a dyn Fn(u64) -> bool,
}

/// Rows between two looks at whether somebody wants to stop.
const PACE: u64 = 8_192;

impl<'a> TableWatch<'a> {
    pub(crate) fn new(columns: usize, wanted: &'a Wanted, go_on: &'a dyn Fn(u64) -> bool) -> Self {
        Self {
            wanted,
            columns: (0..columns).map(|_| ColumnWatch::default()).collect(),
            keys: KeyWatch::new(columns, wanted.combined_keys),
            periods: wanted.periods.map(|_| PeriodWatch::default()),
            together: vec![Sketch::default(); wanted.together.len()],
            row: vec![None; columns],
            rows: 0,
            go_on,
        }
    }

    /// `names` are name, declared type and whether NULL is refused, by column.
    pub(crate) fn finish(self, names: Vec<(String, String, bool)>) -> Seen {
        (self.go_on)(self.rows % PACE);
        let only_names: Vec<String> = names.iter().map(|(name, ..)| name.clone()).collect();
        let (keys, numbers) = self.keys.finish(&only_names);
        let unique: Vec<bool> = numbers.iter().map(Option::is_some).collect();
        let columns = self.columns.into_iter().zip(names).zip(unique);
        let (columns, sketches) = columns
            .map(|((watch, name), unique)| watch.profile(name, (self.rows > 0).then_some(unique)))
            .unzip();
        let referred = |column: &usize| self.wanted.referred.contains(column);
        let numbers = numbers.into_iter().enumerate();
        Seen {
            columns,
            rows: self.rows,
            keys,
            periods: self.periods.and_then(PeriodWatch::finish),
            sketches,
            numbers: numbers
                .filter(|(column, _)| referred(column))
                .filter_map(|(column, numbers)| Some((column, numbers?)))
                .collect(),
            together: self
                .wanted
                .together
                .iter()
                .cloned()
                .zip(self.together)
                .collect(),
        }
    }
}

impl RowSink for TableWatch<'_> {
    type Error = SourceError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, SourceError> {
        for (column, watch) in self.columns.iter_mut().enumerate() {
            let value = row.value(column)?;
            if matches!(value, SourceValue::Real(_) | SourceValue::Blob(_)) {
                self.keys.never(column);
            }
            self.row[column] = watch.take(value);
        }
        self.keys.take(&self.row);
        for (columns, sketch) in self.wanted.together.iter().zip(&mut self.together) {
            if columns.iter().all(|column| self.row[*column].is_some()) {
                sketch.take(of_several(
                    columns.iter().filter_map(|column| self.row[*column]),
                ));
            }
        }
        if let (Some((key, from, until)), Some(watch)) = (self.wanted.periods, &mut self.periods) {
            let until = match until {
                Some(until) => {
                    let value = row.value(until)?;
                    if means_no_end(value) {
                        Some(OPEN_END)
                    } else {
                        any_day(value)
                    }
                }
                None => None,
            };
            watch.take(self.row[key], any_day(row.value(from)?), until);
        }
        self.rows += 1;
        if self.rows.is_multiple_of(PACE) && !(self.go_on)(PACE) {
            return Err(SourceError::Interrupted);
        }
        Ok(self.wanted.most_rows.is_none_or(|most| self.rows < most))
    }
}
