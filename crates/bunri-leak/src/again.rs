//! The second reading of staging, which only a store that gives reason for it costs: every cell, those of rejected rows too,
//! held against digests and suspect rows.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use bunri_catalogue::Table;
use bunri_columnar::{RawValue, Reject};
use bunri_types::ValueType;

use crate::LeakError;
use crate::combine::Suspects;
use crate::digests::Digests;
use crate::fate::Fate;
use crate::written::{hex, number_text, rejected_text};

/// Takes every staged cell once more, for one store.
pub struct SecondReading<'r, 'a> {
    /// Its place among those that are searched.
    pub(crate) store: usize,
    pub(crate) digests: &'r mut Digests<'a>,
    pub(crate) suspects: &'r mut Suspects<'a>,
}

impl SecondReading<'_, '_> {
    /// Rows of the table at this position of the catalogue; `fate` is asked with column and row.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub fn batch(
        &mut self,
        table: usize,
        batch: &RecordBatch,
        fate: impl Fn(usize, usize) -> Fate,
    ) -> Result<(), LeakError> {
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            for (column, array) in batch.columns().iter().enumerate() {
                if array.is_null(row) {
                    continue;
                }
                let Some(text) = cell_text(array, row, &mut text) else {
                    continue;
                };
                let withheld = fate(column, row).withheld(self.store);
                if withheld {
                    self.digests.value(text)?;
                }
                self.suspects.cell(text, column, withheld);
            }
            self.suspects.row(table);
        }
        Ok(())
    }

    /// A row that is in no store is withheld from every store. Of what may be combined, only what fits its type: days and
    /// measures that did not are no part of a person.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub fn rejected(
        &mut self,
        position: usize,
        table: &Table,
        reject: &Reject,
    ) -> Result<(), LeakError> {
        for (column, value) in reject.values.iter().enumerate() {
            let Some(text) = rejected_text(value) else {
                continue;
            };
            let reading = &table.columns[column].reading;
            // What means nothing is nobody's, wherever it stands.
            if value.is_listed(&reading.nothing) {
                continue;
            }
            self.digests.value(&text)?;
            let declared = table.columns[column].value_type;
            let fits = match value {
                RawValue::Text(_) => declared == ValueType::Text,
                RawValue::Int(_) => {
                    declared == ValueType::Int
                        || declared == ValueType::Text && reading.takes_integers
                }
                RawValue::Null
                | RawValue::Unknown
                | RawValue::Real(_)
                | RawValue::Decimal(_)
                | RawValue::TextHex(_)
                | RawValue::Blob(_) => false,
            };
            if fits {
                self.suspects.cell(&text, column, true);
            }
        }
        self.suspects.row(position);
        Ok(())
    }
}

/// A cell as the vocabulary takes it; [`None`] if its type is not searched for.
fn cell_text<'t>(array: &'t ArrayRef, row: usize, text: &'t mut String) -> Option<&'t str> {
    match array.data_type() {
        DataType::Utf8 => return Some(array.as_string::<i32>().value(row)),
        DataType::Int64 => {
            number_text(array.as_primitive::<Int64Type>().value(row).into(), 0, text)
        }
        DataType::Decimal128(_, scale) => {
            number_text(
                array.as_primitive::<Decimal128Type>().value(row),
                *scale,
                text,
            );
        }
        DataType::Binary => {
            let bytes = array.as_binary::<i32>().value(row);
            match std::str::from_utf8(bytes) {
                Ok(text) => return Some(text),
                Err(_) => hex(bytes, text),
            }
        }
        _ => return None,
    }
    Some(text)
}
