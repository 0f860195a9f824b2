//! The declared key, watched as rows stream by in key order: whether they ascend by value, and whether two
//! rows share a key.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::RowConverter;
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

    /// Watches on behind rows that were watched before: so many, the last of them with this key.
    pub(crate) fn behind(
        table: &'a Table,
        rows: u64,
        last: Vec<u8>,
    ) -> Result<Self, ColumnarError> {
        Ok(Self {
            last,
            rows,
            rows_alike: 1,
            ..Self::new(table)?
        })
    }

    /// The key of the last row, unless two rows share one: nobody goes on with such a table.
    pub(crate) fn last_key(&self) -> Option<&[u8]> {
        self.first.is_none().then_some(self.last.as_slice())
    }

    /// Whether these rows go on in ascending order. After a `false` the watch is of no more use.
    pub(crate) fn ascends(&mut self, batch: &RecordBatch) -> Result<bool, ColumnarError> {
        let columns: Vec<ArrayRef> = self
            .table
            .key
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let keys = self
            .converter
            .convert_columns(&columns)
            .map_err(ColumnarError::arrow(&self.table.id))?;
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
