//! The rows of a table of the source, of which only some columns are read.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::Table;
use bunri_source::{Copier, ObjectKind, RowSink, Session, SourceRow};
use bunri_types::Day;

use crate::SupplierError;

const BATCH_ROWS: usize = 8_192;

/// A row as its cells of the columns that were asked for.
pub(crate) struct Row<'a> {
    columns: &'a [ArrayRef],
    row: usize,
    /// By column, whether its value fits the declared type.
    fits: &'a [bool],
    /// Its number, from 1.
    pub(crate) number: u64,
}

impl Row<'_> {
    /// Whether extraction would reject it for one of these columns.
    pub(crate) fn is_rejected(&self) -> bool {
        self.fits.iter().any(|fits| !fits)
    }

    /// The text of a text or int column; [`None`]: NULL, or of another type.
    pub(crate) fn text(&self, column: usize) -> Option<String> {
        let cells = &self.columns[column];
        if cells.is_null(self.row) {
            return None;
        }
        match cells.data_type() {
            DataType::Utf8 => Some(cells.as_string::<i32>().value(self.row).to_owned()),
            DataType::Int64 => Some(
                cells
                    .as_primitive::<Int64Type>()
                    .value(self.row)
                    .to_string(),
            ),
            _ => None,
        }
    }

    /// The day of a date column.
    pub(crate) fn day(&self, column: usize) -> Option<Day> {
        let cells = &self.columns[column];
        (cells.is_valid(self.row) && *cells.data_type() == DataType::Date32)
            .then(|| cells.as_primitive::<Date32Type>().value(self.row))
    }
}

/// Gives every row of a table to `each`, with the cells of these columns.
pub(crate) fn for_each_row(
    session: &Session,
    (table, kind): (&Table, ObjectKind),
    columns: &[usize],
    each: &mut dyn FnMut(&Row<'_>) -> Result<(), SupplierError>,
) -> Result<(), SupplierError> {
    let wrong = |_| SupplierError::Type(table.name.clone());
    let copiers = columns.iter().map(|&place| {
        let column = &table.columns[place];
        Copier::new(column.value_type, &column.reading, false)
    });
    let mut sink = Sink {
        copiers: copiers.collect::<Result<_, _>>().map_err(wrong)?,
        fits: Vec::new(),
        rows: 0,
        each,
    };
    let names: Vec<&str> = columns
        .iter()
        .map(|&place| table.columns[place].name.as_str())
        .collect();
    session.read_columns(&table.name, &names, kind, &mut sink)?;
    sink.batch()
}

struct Sink<'a> {
    copiers: Vec<Copier>,
    /// Of the rows since the last batch, column by column.
    fits: Vec<bool>,
    /// Rows of the batches before.
    rows: u64,
    each: &'a mut dyn FnMut(&Row<'_>) -> Result<(), SupplierError>,
}

impl Sink<'_> {
    fn batch(&mut self) -> Result<(), SupplierError> {
        let columns: Vec<ArrayRef> = self.copiers.iter_mut().map(Copier::finish).collect();
        for (row, fits) in self.fits.chunks(columns.len()).enumerate() {
            self.rows += 1;
            (self.each)(&Row {
                columns: &columns,
                row,
                fits,
                number: self.rows,
            })?;
        }
        self.fits.clear();
        Ok(())
    }
}

impl RowSink for Sink<'_> {
    type Error = SupplierError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, SupplierError> {
        // A line that is no row says nothing, neither of its point.
        let fault = row.place().is_some_and(|place| place.fault.is_some());
        for (place, copier) in self.copiers.iter_mut().enumerate() {
            let fits = copier.take(row.value(place)?).is_ok() && !fault;
            self.fits.push(fits);
        }
        if self.fits.len() >= BATCH_ROWS * self.copiers.len() {
            self.batch()?;
        }
        Ok(true)
    }
}
