//! Values that their column's type does not have: bytes of a text that are not UTF-8, a decimal with more digits than its
//! precision, a real that is no number. One reader refuses them and the next shows something, so nothing may be said of them.

use arrow_schema::DataType;

use crate::plain::Shape;

/// How many of the plain values that begin `bytes` no cell of this type can be. `lengths` has their lengths.
pub(crate) fn invalid(bytes: &[u8], shape: Shape, lengths: &[u32], value_type: &DataType) -> u64 {
    let prefix = if shape == Shape::Variable { 4 } else { 0 };
    let is_valid: &dyn Fn(&[u8]) -> bool = match value_type {
        DataType::Utf8 => &|value| std::str::from_utf8(value).is_ok(),
        DataType::Float64 => &is_number,
        DataType::Decimal128(precision, _) => &|value| has_digits(value, shape, *precision),
        _ => return 0,
    };
    let mut at = 0;
    let values = lengths.iter().map(|&length| {
        let start = at + prefix;
        at = start + length as usize;
        &bytes[start..at]
    });
    values.filter(|value| !is_valid(value)).count() as u64
}

fn is_number(value: &[u8]) -> bool {
    let bits = value.first_chunk().map(|bytes| f64::from_le_bytes(*bytes));
    bits.is_some_and(f64::is_finite)
}

/// Parquet stores a decimal of up to 18 digits as a little-endian integer of 4 or 8 bytes, and of more as big-endian bytes.
fn has_digits(value: &[u8], shape: Shape, precision: u8) -> bool {
    let unscaled = match (shape, value) {
        (Shape::Fixed(4), &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]).into(),
        (Shape::Fixed(8), value) if precision <= 18 => match value.first_chunk() {
            Some(bytes) => i64::from_le_bytes(*bytes).into(),
            None => return false,
        },
        (_, value) if value.len() <= 16 => {
            let sign = value.first().is_some_and(|first| first & 0x80 != 0);
            let mut bytes = [if sign { 0xff } else { 0 }; 16];
            bytes[16 - value.len()..].copy_from_slice(value);
            i128::from_be_bytes(bytes)
        }
        _ => return false,
    };
    let limit = 10_u128.checked_pow(precision.into());
    limit.is_none_or(|limit| unscaled.unsigned_abs() < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], shape: Shape, lengths: &[u32], value_type: DataType) -> u64 {
        invalid(bytes, shape, lengths, &value_type)
    }

    #[test]
    fn texts_are_utf8_and_bytes_are_what_they_are() {
        let bytes = [2, 0, 0, 0, 0xe5, 0x80, 3, 0, 0, 0, 0xe5, 0x80, 0xa4];
        let shape = Shape::Variable;
        assert_eq!(of(&bytes, shape, &[2, 3], DataType::Utf8), 1);
        assert_eq!(of(&bytes, shape, &[2, 3], DataType::Binary), 0);
    }

    #[test]
    fn decimals_have_their_digits_in_each_way_that_they_are_stored() {
        for (precision, size) in [(7_u8, 4_usize), (12, 8), (22, 10)] {
            let most = 10_i128.pow(precision.into()) - 1;
            for (value, expected) in [(most, 0), (-most, 0), (most + 1, 1), (-most - 1, 1), (0, 0)]
            {
                let bytes = match size {
                    4 | 8 => value.to_le_bytes()[..size].to_vec(),
                    _ => value.to_be_bytes()[16 - size..].to_vec(),
                };
                let value_type = DataType::Decimal128(precision, 1);
                assert_eq!(
                    of(&bytes, Shape::Fixed(size), &[size as u32], value_type),
                    expected,
                    "{value} of {precision}"
                );
            }
        }
    }

    #[test]
    fn reals_are_numbers() {
        let values = [1.5, f64::NAN, f64::INFINITY, -0.0];
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        assert_eq!(of(&bytes, Shape::Fixed(8), &[8; 4], DataType::Float64), 2);
    }
}
