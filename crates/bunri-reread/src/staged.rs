//! The other side: rows of staging and lines of the rejects, as the same bytes.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, BinaryArray, BooleanArray, PrimitiveArray, RecordBatch, StringArray};
use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use bunri_types::ValueType;

use crate::convert::{Cell, Raw, from_hex};

/// A column of a batch, by its declared type.
pub(crate) enum StagedColumn<'a> {
    Text(&'a StringArray),
    Int(&'a PrimitiveArray<Int64Type>),
    Decimal(&'a PrimitiveArray<Decimal128Type>),
    Real(&'a PrimitiveArray<Float64Type>),
    Day(&'a PrimitiveArray<Date32Type>),
    Moment(&'a PrimitiveArray<TimestampMicrosecondType>),
    Bool(&'a BooleanArray),
    Bytes(&'a BinaryArray),
}

impl<'a> StagedColumn<'a> {
    /// The columns of a batch; none where one is of another type than the catalogue declares, which the reader of staging refuses
    /// before.
    pub(crate) fn of_batch(table: &Table, batch: &'a RecordBatch) -> Option<Vec<Self>> {
        let columns = table.columns.iter().zip(batch.columns());
        columns
            .map(|(column, array)| Self::of(column.value_type, array))
            .collect()
    }

    fn of(value_type: ValueType, array: &'a dyn Array) -> Option<Self> {
        match value_type {
            ValueType::Text => array.as_string_opt().map(Self::Text),
            ValueType::Int => array.as_primitive_opt().map(Self::Int),
            ValueType::Decimal { .. } => array.as_primitive_opt().map(Self::Decimal),
            ValueType::Real => array.as_primitive_opt().map(Self::Real),
            ValueType::Date(_) => array.as_primitive_opt().map(Self::Day),
            ValueType::Timestamp => array.as_primitive_opt().map(Self::Moment),
            ValueType::Bool => array.as_boolean_opt().map(Self::Bool),
            ValueType::Bytes => array.as_binary_opt().map(Self::Bytes),
        }
    }

    /// The cell of a row of the batch.
    pub(crate) fn cell(&self, row: usize) -> Cell<'a> {
        let array: &dyn Array = match self {
            Self::Text(array) => array,
            Self::Int(array) => array,
            Self::Decimal(array) => array,
            Self::Real(array) => array,
            Self::Day(array) => array,
            Self::Moment(array) => array,
            Self::Bool(array) => array,
            Self::Bytes(array) => array,
        };
        if array.is_null(row) {
            return Cell::Null;
        }
        match self {
            Self::Text(array) => Cell::Text(Cow::Borrowed(array.value(row))),
            Self::Int(array) => Cell::Int(array.value(row)),
            Self::Decimal(array) => Cell::Decimal(array.value(row)),
            Self::Real(array) => Cell::Real(array.value(row).to_bits()),
            Self::Day(array) => Cell::Day(array.value(row)),
            Self::Moment(array) => Cell::Moment(array.value(row)),
            Self::Bool(array) => Cell::Bool(array.value(row)),
            Self::Bytes(array) => Cell::Bytes(Cow::Borrowed(array.value(row))),
        }
    }
}

/// A value of a rejected row as the source held it; none where the file writes what extraction never does. Texts of a source that
/// has no types have none here either.
pub(crate) fn rejected(value: &RawValue, untyped: bool) -> Option<Raw<'_>> {
    Some(match value {
        RawValue::Text(text) if untyped => Raw::Untyped(Cow::Borrowed(text.as_bytes())),
        RawValue::TextHex(hex) if untyped => Raw::Undecodable(Cow::Owned(from_hex(hex)?)),
        RawValue::Unknown => return None,
        RawValue::Null => Raw::Null,
        RawValue::Int(number) => Raw::Int(*number),
        RawValue::Real(text) => Raw::Real(text.parse().ok()?),
        RawValue::Text(text) => Raw::Text(Cow::Borrowed(text.as_bytes())),
        RawValue::TextHex(hex) => Raw::Text(Cow::Owned(from_hex(hex)?)),
        RawValue::Decimal(digits) => Raw::Decimal(Cow::Borrowed(digits)),
        RawValue::Blob(hex) => Raw::Blob(Cow::Owned(from_hex(hex)?)),
    })
}

/// A line as it lies in the source; none where the file writes it otherwise than extraction does.
pub(crate) fn line_bytes(line: &RawValue) -> Option<Vec<u8>> {
    match line {
        RawValue::Text(text) => Some(text.as_bytes().to_vec()),
        RawValue::TextHex(hex) => from_hex(hex),
        RawValue::Null
        | RawValue::Int(_)
        | RawValue::Real(_)
        | RawValue::Blob(_)
        | RawValue::Decimal(_)
        | RawValue::Unknown => None,
    }
}
