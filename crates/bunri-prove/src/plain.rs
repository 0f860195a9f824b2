//! One value of any of the eight types, so that a perturbation is written once and not once a type.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray, new_null_array,
};
use arrow_schema::{ArrowError, DataType};
use bunri_types::Value;

/// A value that is not NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plain {
    Text(String),
    Int(i64),
    /// In units of the column's scale.
    Decimal(i128),
    /// By its bits.
    Real(u64),
    Date(i32),
    Timestamp(i64),
    Bool(bool),
    Bytes(Vec<u8>),
}

impl Plain {
    /// [`None`] for NULL.
    pub(crate) fn of(value: Value<'_>) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Int(value) => Self::Int(value),
            Value::Decimal { unscaled, .. } => Self::Decimal(unscaled),
            Value::Real(bits) => Self::Real(bits),
            Value::Date(day) => Self::Date(day),
            Value::Timestamp(micros) => Self::Timestamp(micros),
            Value::Bool(value) => Self::Bool(value),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        })
    }
}

macro_rules! values {
    ($values:expr, $kind:ident) => {
        $values.iter().map(|value| match value {
            Some(Plain::$kind(value)) => Some(value.clone()),
            _ => None,
        })
    };
}

/// The values as a column. What is of another type than the column would be NULL; no strategy makes such a value.
pub(crate) fn column(
    data_type: &DataType,
    values: &[Option<Plain>],
) -> Result<ArrayRef, ArrowError> {
    Ok(match data_type {
        DataType::Utf8 => Arc::new(values!(values, Text).collect::<StringArray>()),
        DataType::Int64 => Arc::new(values!(values, Int).collect::<PrimitiveArray<Int64Type>>()),
        DataType::Decimal128(precision, scale) => Arc::new(
            values!(values, Decimal)
                .collect::<PrimitiveArray<Decimal128Type>>()
                .with_precision_and_scale(*precision, *scale)?,
        ),
        DataType::Float64 => Arc::new(
            values!(values, Real)
                .map(|bits| bits.map(f64::from_bits))
                .collect::<PrimitiveArray<Float64Type>>(),
        ),
        DataType::Date32 => Arc::new(values!(values, Date).collect::<PrimitiveArray<Date32Type>>()),
        DataType::Timestamp(..) => Arc::new(
            values!(values, Timestamp).collect::<PrimitiveArray<TimestampMicrosecondType>>(),
        ),
        DataType::Boolean => Arc::new(values!(values, Bool).collect::<BooleanArray>()),
        DataType::Binary => Arc::new(values!(values, Bytes).collect::<BinaryArray>()),
        other => new_null_array(other, values.len()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use arrow_array::Array;
    use bunri_fingerprint::Cells;

    use super::*;

    #[test]
    fn every_type_comes_back_as_it_went() {
        let cases = [
            (DataType::Utf8, Plain::Text("乙".into())),
            (DataType::Int64, Plain::Int(-7)),
            (DataType::Decimal128(9, 2), Plain::Decimal(123)),
            (DataType::Float64, Plain::Real((-0.0_f64).to_bits())),
            (DataType::Date32, Plain::Date(-1)),
            (
                DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, None),
                Plain::Timestamp(5),
            ),
            (DataType::Boolean, Plain::Bool(true)),
            (DataType::Binary, Plain::Bytes(vec![0, 255])),
        ];
        for (data_type, value) in cases {
            let array = column(&data_type, &[None, Some(value.clone())]).unwrap();
            assert_eq!(array.data_type(), &data_type);
            let cells = Cells::of(array.as_ref()).unwrap();
            assert_eq!(Plain::of(cells.value(0)), None);
            assert_eq!(Plain::of(cells.value(1)), Some(value));
        }
    }
}
