//! What every pass over rows that are sorted out and back needs: how many rows at once, where to spill, the columns of what is
//! sorted, and the reading of what was sorted back.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_columnar::{BatchSorter, ColumnarError, Observer, SortedBatches};

use crate::IndexError;

/// Rows handled at once in a sorted pass.
pub const PASS_ROWS: usize = 1 << 15;

/// Where a pass may spill, and with how much memory.
#[derive(Debug, Clone, Copy)]
pub struct Spill<'a> {
    /// The folder of temporary files.
    pub folder: &'a Path,
    /// Bytes of memory that one sort may use.
    pub budget: usize,
}

impl Spill<'_> {
    /// Sorts batches of this schema about a table: by these columns, then by the others.
    ///
    /// # Errors
    /// When a column has no order.
    pub fn sorter(
        &self,
        table: &str,
        schema: SchemaRef,
        first: &[usize],
    ) -> Result<BatchSorter, ColumnarError> {
        BatchSorter::new(table, schema, first, self.folder, self.budget)
    }
}

/// A batch about a table.
pub(crate) fn batch(
    table: &str,
    schema: SchemaRef,
    arrays: Vec<ArrayRef>,
) -> Result<RecordBatch, ColumnarError> {
    RecordBatch::try_new(schema, arrays).map_err(ColumnarError::arrow(table))
}

/// Whole-number columns: the row, and what is known of it.
pub(crate) fn int_schema(row: &str, names: &[String]) -> SchemaRef {
    let names = std::iter::once(row).chain(names.iter().map(String::as_str));
    Arc::new(Schema::new(
        names
            .map(|name| Field::new(name, DataType::Int64, true))
            .collect::<Vec<_>>(),
    ))
}

/// A key, a row number, and whole-number columns.
pub(crate) fn keyed_schema(names: &[String]) -> SchemaRef {
    let mut fields = vec![
        Field::new("key", DataType::Binary, true),
        Field::new("row", DataType::Int64, false),
    ];
    fields.extend(
        names
            .iter()
            .map(|name| Field::new(name, DataType::Int64, true)),
    );
    Arc::new(Schema::new(fields))
}

/// Numbers rows in the order in which they are read, from 0.
#[derive(Default)]
pub(crate) struct RowNumbers(i64);

impl RowNumbers {
    /// Those of the next rows.
    pub(crate) fn next(&mut self, rows: usize) -> Int64Array {
        let first = self.0;
        self.0 += i64::try_from(rows).unwrap_or(i64::MAX);
        Int64Array::from_iter_values(first..self.0)
    }
}

/// Lines that were sorted by the number of a row, in their first column: some lines a row, taken some rows at a time.
pub(crate) struct ByRow {
    sorted: SortedBatches,
    ahead: Option<RecordBatch>,
    first_row: i64,
}

impl ByRow {
    pub(crate) fn new(sorted: SortedBatches) -> Self {
        Self {
            sorted,
            ahead: None,
            first_row: 0,
        }
    }

    /// The lines of the next `rows` rows. `each` is told some lines, and of each line which of these rows it is about.
    pub(crate) fn take(
        &mut self,
        rows: usize,
        mut each: impl FnMut(&RecordBatch, &[usize]),
    ) -> Result<(), ColumnarError> {
        let end = self.first_row + i64::try_from(rows).unwrap_or(i64::MAX);
        while let Some(lines) = self.ahead.take().map_or_else(
            || self.sorted.next_batch(PASS_ROWS),
            |lines| Ok(Some(lines)),
        )? {
            let numbers = lines.column(0).as_primitive::<Int64Type>().values();
            let here = numbers.partition_point(|&row| row < end);
            // Rows ascend from the first one: none comes before it.
            let begin = numbers.partition_point(|&row| row < self.first_row);
            let rows = numbers[begin..here].iter();
            let rows: Vec<usize> = rows
                .filter_map(|row| usize::try_from(row - self.first_row).ok())
                .collect();
            each(&lines.slice(begin, here - begin), &rows);
            if here < lines.num_rows() {
                self.ahead = Some(lines.slice(here, lines.num_rows() - here));
                break;
            }
        }
        self.first_row = end;
        Ok(())
    }
}

/// Asked to stop?
pub(crate) fn stop_if_cancelled(observer: &dyn Observer) -> Result<(), IndexError> {
    if observer.cancelled() {
        Err(IndexError::Interrupted)
    } else {
        Ok(())
    }
}
