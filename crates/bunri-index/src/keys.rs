//! Keys as bytes that are in the order of the values: of rows in staging, and of rows that extraction rejected.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, Int64Array, StringArray};
use arrow_row::RowConverter;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, RawValue, Reject, key_converter};
use bunri_types::ValueType;
use bunri_vectorized::ReadColumns;

use crate::{IndexError, KeyError};

/// What NULL is as a part of a rejected row's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NullPart {
    /// Nobody refers to the row by it.
    MatchesNothing,
    /// As bad as a value that cannot be read.
    Unreadable,
}

/// Some columns of a table as a key.
pub(crate) struct Keys<'a> {
    table: &'a Table,
    columns: Vec<usize>,
    converter: RowConverter,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(table: &'a Table, columns: &[usize]) -> Result<Self, ColumnarError> {
        Ok(Self {
            table,
            columns: columns.to_vec(),
            converter: key_converter(table, columns)?,
        })
    }

    /// The keys of some rows; NULL where a part of one is.
    pub(crate) fn of(&self, columns: &ReadColumns<'_>) -> Result<BinaryArray, IndexError> {
        Ok(self.bytes(&columns.columns(&self.columns)?)?)
    }

    /// The key of a rejected row, alone; [`None`] if a part of it is NULL and that is no matter. What cannot be told is an error of the
    /// caller's, by its column.
    pub(crate) fn of_reject(
        &self,
        reject: &Reject,
        null: NullPart,
        unreadable: impl Fn(String) -> KeyError,
    ) -> Result<Option<BinaryArray>, IndexError> {
        let mut values = Vec::with_capacity(self.columns.len());
        let mut has_null = false;
        for &column in &self.columns {
            let is_null = rejected_null(self.table, column, reject);
            if is_null && null == NullPart::MatchesNothing {
                has_null = true;
                continue;
            }
            let value = rejected_value(self.table, column, reject).filter(|_| !is_null);
            let name = || unreadable(self.table.columns[column].name.clone());
            values.push(value.ok_or_else(name)?);
        }
        if has_null {
            return Ok(None);
        }
        Ok(Some(self.bytes(&values)?))
    }

    fn bytes(&self, columns: &[ArrayRef]) -> Result<BinaryArray, ColumnarError> {
        let rows = self.converter.convert_columns(columns);
        let rows = rows.map_err(ColumnarError::arrow(&self.table.id))?;
        let whole = |row: usize| columns.iter().all(|column| column.is_valid(row));
        let bytes = |row: usize| whole(row).then(|| rows.row(row).data());
        Ok((0..rows.num_rows()).map(bytes).collect())
    }
}

/// A key value of a rejected row as its declared type; [`None`] for what does not fit, and for types that are written in many
/// ways, which only extraction knows.
fn rejected_value(table: &Table, column: usize, reject: &Reject) -> Option<ArrayRef> {
    match (table.columns[column].value_type, reject.values.get(column)) {
        (ValueType::Text, Some(RawValue::Text(text))) => {
            Some(Arc::new(StringArray::from(vec![text.as_str()])))
        }
        (ValueType::Int, Some(RawValue::Int(value))) => {
            Some(Arc::new(Int64Array::from(vec![*value])))
        }
        (ValueType::Text, Some(RawValue::Int(value)))
            if table.columns[column].reading.takes_integers =>
        {
            let printed = value.to_string();
            Some(Arc::new(StringArray::from(vec![printed.as_str()])))
        }
        (_, _) => None,
    }
}

/// Whether a rejected row holds NULL in a column, or what extraction stages as NULL.
fn rejected_null(table: &Table, column: usize, reject: &Reject) -> bool {
    let nothing = &table.columns[column].reading.nothing;
    let value = reject.values.get(column);
    value.is_some_and(|value| *value == RawValue::Null || value.is_listed(nothing))
}

/// That others refer to a rejected row by a column that cannot be read.
pub(crate) fn unreadable_parent(table: &Table, line: usize) -> impl Fn(String) -> KeyError {
    move |column| KeyError::UnreadableParentKey {
        table: table.id.clone(),
        column,
        line,
    }
}
