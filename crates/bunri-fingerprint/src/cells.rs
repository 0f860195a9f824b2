//! A column of a batch, downcast once, so that reading a cell is one branch and no allocation.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    Array, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    LargeBinaryArray, LargeStringArray, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, TimeUnit};
use bunri_types::Value;

use crate::value::Encode;

/// One column of a batch, by its type.
#[derive(Debug, Clone, Copy)]
pub enum Cells<'a> {
    /// Text.
    Text(&'a StringArray),
    /// Text with 64-bit offsets: the same values, the same encoding.
    LargeText(&'a LargeStringArray),
    /// Integers.
    Int(&'a Int64Array),
    /// Decimals and their scale.
    Decimal(&'a Decimal128Array, u8),
    /// Floating-point numbers.
    Real(&'a Float64Array),
    /// Days.
    Date(&'a Date32Array),
    /// Microseconds.
    Timestamp(&'a TimestampMicrosecondArray),
    /// Truth values.
    Bool(&'a BooleanArray),
    /// Bytes.
    Bytes(&'a BinaryArray),
    /// Bytes with 64-bit offsets.
    LargeBytes(&'a LargeBinaryArray),
}

/// The column is of a type that no store has.
#[derive(Debug, thiserror::Error)]
#[error("no fingerprint is defined for columns of type {0}")]
pub struct UnsupportedType(pub DataType);

impl<'a> Cells<'a> {
    /// Downcasts a column.
    ///
    /// # Errors
    /// For a type that is none of the eight of the design.
    pub fn of(array: &'a dyn Array) -> Result<Self, UnsupportedType> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::LargeUtf8 => Self::LargeText(array.as_string()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>()),
            DataType::Decimal128(_, scale) => {
                let scale =
                    u8::try_from(*scale).map_err(|_| UnsupportedType(array.data_type().clone()))?;
                Self::Decimal(array.as_primitive::<Decimal128Type>(), scale)
            }
            DataType::Float64 => Self::Real(array.as_primitive::<Float64Type>()),
            DataType::Date32 => Self::Date(array.as_primitive::<Date32Type>()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Timestamp(array.as_primitive::<TimestampMicrosecondType>())
            }
            DataType::Boolean => Self::Bool(array.as_boolean()),
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::LargeBinary => Self::LargeBytes(array.as_binary()),
            other => return Err(UnsupportedType(other.clone())),
        })
    }

    /// The value in `row`.
    #[inline]
    #[must_use]
    pub fn value(&self, row: usize) -> Value<'a> {
        match *self {
            Self::Text(array) => cell(array, row, |row| Value::Text(array.value(row))),
            Self::LargeText(array) => cell(array, row, |row| Value::Text(array.value(row))),
            Self::Int(array) => cell(array, row, |row| Value::Int(array.value(row))),
            Self::Decimal(array, scale) => cell(array, row, |row| Value::Decimal {
                scale,
                unscaled: array.value(row),
            }),
            Self::Real(array) => cell(array, row, |row| Value::Real(array.value(row).to_bits())),
            Self::Date(array) => cell(array, row, |row| Value::Date(array.value(row))),
            Self::Timestamp(array) => cell(array, row, |row| Value::Timestamp(array.value(row))),
            Self::Bool(array) => cell(array, row, |row| Value::Bool(array.value(row))),
            Self::Bytes(array) => cell(array, row, |row| Value::Bytes(array.value(row))),
            Self::LargeBytes(array) => cell(array, row, |row| Value::Bytes(array.value(row))),
        }
    }
}

/// One cell of a column, read when it is encoded: a value that is wanted only for its encoding is not carried about.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'c> {
    cells: &'c Cells<'c>,
    row: usize,
}

impl<'c> Cells<'c> {
    /// The cell in `row`.
    #[inline]
    #[must_use]
    pub fn cell(&'c self, row: usize) -> Cell<'c> {
        Cell { cells: self, row }
    }
}

impl Encode for Cell<'_> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        self.cells.value(self.row).encode(out);
    }
}

#[inline]
fn cell<'a>(array: &dyn Array, row: usize, value: impl FnOnce(usize) -> Value<'a>) -> Value<'a> {
    if array.is_null(row) {
        Value::Null
    } else {
        value(row)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn null_the_empty_text_and_text_are_told_apart() {
        let array = StringArray::from(vec![None, Some(""), Some("乙")]);
        let cells = Cells::of(&array).unwrap();
        let values: Vec<Value<'_>> = (0..3).map(|row| cells.value(row)).collect();
        assert_eq!(values, [Value::Null, Value::Text(""), Value::Text("乙")]);
    }

    #[test]
    fn a_type_that_no_store_has_is_refused() {
        let array = arrow_array::Float32Array::from(vec![1.0]);
        assert!(
            Cells::of(&array)
                .unwrap_err()
                .to_string()
                .contains("Float32")
        );
    }
}
