//! One column of a file whose cells can hold a value, whoever wrote the file.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Decimal128Array, FixedSizeBinaryArray, Float64Array, Int32Array,
    Int64Array, LargeBinaryArray, LargeStringArray, StringArray, UInt32Array, UInt64Array,
};
use arrow_schema::DataType;

/// A column, downcast once.
pub(crate) enum Column<'a> {
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    Bytes(&'a BinaryArray),
    LargeBytes(&'a LargeBinaryArray),
    FixedBytes(&'a FixedSizeBinaryArray),
    Int32(&'a Int32Array),
    Int(&'a Int64Array),
    UInt32(&'a UInt32Array),
    UInt(&'a UInt64Array),
    Decimal(&'a Decimal128Array, i8),
    Float(&'a Float64Array),
}

/// What a cell holds.
#[derive(Clone, Copy)]
pub(crate) enum Held<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    /// Unscaled, and its scale.
    Number(i128, i8),
}

/// Whether cells of this type are searched. Dates, times and truth values hold nothing that could be told from chance.
pub(crate) fn is_searched(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::FixedSizeBinary(_)
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float64 => true,
        // Fewer digits than a number that is searched for.
        DataType::Decimal128(precision, _) => *precision >= 9,
        _ => false,
    }
}

impl<'a> Column<'a> {
    pub(crate) fn of(array: &'a ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::LargeUtf8 => Self::LargeText(array.as_string()),
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::LargeBinary => Self::LargeBytes(array.as_binary()),
            DataType::FixedSizeBinary(_) => Self::FixedBytes(array.as_fixed_size_binary()),
            DataType::Int32 => Self::Int32(array.as_primitive::<Int32Type>()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>()),
            DataType::UInt32 => Self::UInt32(array.as_primitive::<UInt32Type>()),
            DataType::UInt64 => Self::UInt(array.as_primitive::<UInt64Type>()),
            DataType::Decimal128(_, scale) => {
                Self::Decimal(array.as_primitive::<Decimal128Type>(), *scale)
            }
            DataType::Float64 => Self::Float(array.as_primitive::<Float64Type>()),
            _ => return None,
        })
    }

    #[inline]
    pub(crate) fn held(&self, row: usize) -> Held<'a> {
        match *self {
            Self::Text(array) => Held::Text(array.value(row)),
            Self::LargeText(array) => Held::Text(array.value(row)),
            Self::Bytes(array) => Held::Bytes(array.value(row)),
            Self::LargeBytes(array) => Held::Bytes(array.value(row)),
            Self::FixedBytes(array) => Held::Bytes(array.value(row)),
            Self::Int32(array) => Held::Number(array.value(row).into(), 0),
            Self::Int(array) => Held::Number(array.value(row).into(), 0),
            Self::UInt32(array) => Held::Number(array.value(row).into(), 0),
            Self::UInt(array) => Held::Number(array.value(row).into(), 0),
            Self::Decimal(array, scale) => Held::Number(array.value(row), scale),
            // Whole numbers up to 2^53 are exact; a cast beyond saturates.
            Self::Float(array) => Held::Number(array.value(row) as i128, 0),
        }
    }
}
