//! The declared key, watched as rows stream by in key order: whether they ascend by value, and whether two
//! rows share a key.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::{RowConverter, Rows};
use arrow_schema::DataType;
use bunri_catalogue::{Category, Table};
use bunri_columnar::{ColumnarError, key_converter};
use bunri_types::day_text;

use bunri_source::{Figures, doubled_key, key_names, null_in_key};

/// Sees every row of a keyed table once.
#[derive(Debug)]
pub(crate) struct KeyWatch<'a> {
    table: &'a Table,
    converter: RowConverter,
    last: Vec<u8>,
    rows: u64,
    rows_alike: u64,
    doubled_rows: u64,
    first: Option<String>,
}

impl<'a> KeyWatch<'a> {
    /// Watches the key of this table, which has one.
    pub(crate) fn new(table: &'a Table) -> Result<Self, ColumnarError> {
        let converter = key_converter(table, &table.key)?;
        Ok(Self {
            table,
            converter,
            last: Vec::new(),
            rows: 0,
            rows_alike: 0,
            doubled_rows: 0,
            first: None,
        })
    }

    /// Watches on behind rows that were watched before: so many, the last of them this one.
    pub(crate) fn begin_behind(
        &mut self,
        rows: u64,
        last: &RecordBatch,
    ) -> Result<(), ColumnarError> {
        self.last = self.key_of_last(last)?;
        self.rows = rows;
        self.rows_alike = 1;
        Ok(())
    }

    /// Whether no two rows share a key so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.first.is_none()
    }

    /// Whether the last of these rows has the key of the row that was seen last.
    pub(crate) fn is_at_last_of(&self, rows: &RecordBatch) -> Result<bool, ColumnarError> {
        Ok(self.key_of_last(rows)? == self.last)
    }

    /// The key of the last of these rows as ordered bytes.
    fn key_of_last(&self, rows: &RecordBatch) -> Result<Vec<u8>, ColumnarError> {
        let last = rows.slice(rows.num_rows().saturating_sub(1), rows.num_rows().min(1));
        let keys = self.convert(&self.columns(&last))?;
        Ok(keys
            .iter()
            .next_back()
            .map_or_else(Vec::new, |key| key.as_ref().to_vec()))
    }

    fn columns(&self, rows: &RecordBatch) -> Vec<ArrayRef> {
        let key = self.table.key.iter();
        key.map(|&column| rows.column(column).clone()).collect()
    }

    fn convert(&self, columns: &[ArrayRef]) -> Result<Rows, ColumnarError> {
        self.converter
            .convert_columns(columns)
            .map_err(ColumnarError::arrow(&self.table.id))
    }

    /// Whether these rows go on in ascending order. After a `false` the watch is of no more use.
    pub(crate) fn ascends(&mut self, batch: &RecordBatch) -> Result<bool, ColumnarError> {
        let columns = self.columns(batch);
        let keys = self.convert(&columns)?;
        for row in 0..keys.num_rows() {
            let key = keys.row(row);
            let order = match (row, self.rows) {
                (0, 0) => Ordering::Less,
                (0, _) => self.last.as_slice().cmp(key.as_ref()),
                _ => keys.row(row - 1).cmp(&key),
            };
            match order {
                Ordering::Greater => return Ok(false),
                Ordering::Less => self.rows_alike = 1,
                Ordering::Equal => self.doubled(&columns, row),
            }
            self.rows += 1;
        }
        if let Some(last) = keys.num_rows().checked_sub(1) {
            self.last.clear();
            self.last.extend_from_slice(keys.row(last).as_ref());
        }
        Ok(true)
    }

    fn doubled(&mut self, columns: &[ArrayRef], row: usize) {
        // The second row of a key brings the first one with it.
        self.doubled_rows += if self.rows_alike == 1 { 2 } else { 1 };
        self.rows_alike += 1;
        if self.first.is_none() {
            self.first = Some(self.name(columns, row));
        }
    }

    /// How a person finds the row: by its key, unless the key says who a customer is.
    fn name(&self, columns: &[ArrayRef], row: usize) -> String {
        let private = |&column: &usize| {
            matches!(
                self.table.columns[column].category,
                Some(Category::Personal | Category::FreeText)
            )
        };
        let cells: Option<Vec<String>> = columns.iter().map(|cells| plain(cells, row)).collect();
        match cells {
            Some(cells) if !self.table.key.iter().any(private) => {
                let names = key_names(self.table);
                format!("the first at {names} = {}", cells.join(", "))
            }
            _ => format!("the first at row {} in key order", self.rows),
        }
    }

    /// The complaint, if two rows share a key.
    pub(crate) fn complaint(self) -> Option<String> {
        let first = self.first?;
        Some(doubled_key(
            self.table,
            self.doubled_rows,
            Some(first.as_str()),
        ))
    }
}

/// A key cell as people write it: texts, numbers and days. Other types have no short form.
fn plain(cells: &ArrayRef, row: usize) -> Option<String> {
    match cells.data_type() {
        DataType::Utf8 => Some(format!("{:?}", cells.as_string::<i32>().value(row))),
        DataType::Int64 => Some(cells.as_primitive::<Int64Type>().value(row).to_string()),
        DataType::Date32 => Some(day_text(cells.as_primitive::<Date32Type>().value(row))),
        _ => None,
    }
}

/// NULLs in key columns, by the source's own counts: a complaint for each column that has some. What means nothing there is
/// no complaint: its rows are rejected one by one. Nor are lines that are no rows.
pub(crate) fn nulls(table: &Table, figures: &Figures) -> Vec<String> {
    let complaint = |&column: &usize| {
        let total = &figures.totals[column];
        let nulls = figures
            .rows
            .saturating_sub(figures.broken + total.non_null + total.nothing);
        (nulls > 0).then(|| null_in_key(table, column, nulls))
    };
    table.key.iter().filter_map(complaint).collect()
}
