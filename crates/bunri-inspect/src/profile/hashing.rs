//! Values by 64 bits: distinct values are counted, keys are found and references are tried without one value being kept.
//! The same value gives the same number on every machine, so that a profile does not depend on where it was made. Nobody
//! relies on it against malice: two values with one number hide a key, and never make one.

use bunri_source::SourceValue;

const START: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xa076_1d64_78bd_642f;
const END: u64 = 0xe703_7ed1_a0b4_28db;

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let (low, high) = (product & u128::from(u64::MAX), product >> 64);
    // Both halves fit: that is how they were cut.
    u64::try_from(low).unwrap_or_default() ^ u64::try_from(high).unwrap_or_default()
}

fn of_bytes(kind: u64, bytes: &[u8]) -> u64 {
    let mut state = START ^ kind;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        state = fold(state ^ word, STEP);
    }
    let rest = words.remainder();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    state = fold(state ^ u64::from_le_bytes(last), STEP);
    fold(state ^ bytes.len() as u64, END)
}

/// The number of a value; none of NULL. An integer and the text of its digits are two values.
pub(super) fn of_value(value: SourceValue<'_>) -> Option<u64> {
    match value {
        SourceValue::Null => None,
        SourceValue::Integer(number) => Some(of_bytes(1, &number.to_le_bytes())),
        SourceValue::Text(text) | SourceValue::Untyped(text) => Some(of_bytes(2, text)),
        SourceValue::Real(number) => Some(of_bytes(3, &number.to_bits().to_le_bytes())),
        SourceValue::Blob(bytes) | SourceValue::Undecodable(bytes) => Some(of_bytes(4, bytes)),
        SourceValue::Decimal(digits) => Some(of_bytes(5, digits)),
    }
}

/// The number of several values in their order.
pub(super) fn of_several(values: impl IntoIterator<Item = u64>) -> u64 {
    let state = values
        .into_iter()
        .fold(START, |state, value| fold(state ^ value, STEP));
    fold(state, END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_number_and_others_have_others() {
        let numbers: Vec<Option<u64>> = [
            SourceValue::Integer(12),
            SourceValue::Text(b"12"),
            SourceValue::Text(b"12\0"),
            SourceValue::Text(b""),
            SourceValue::Blob(b"12"),
            SourceValue::Real(12.0),
            SourceValue::Text(b"0900000000000000000012"),
            SourceValue::Text(b"0900000000000000000021"),
        ]
        .map(of_value)
        .to_vec();
        for (place, number) in numbers.iter().enumerate() {
            assert!(number.is_some());
            assert!(!numbers[..place].contains(number), "{place}");
        }
        assert_eq!(of_value(SourceValue::Null), None);
        assert_eq!(numbers[1], of_value(SourceValue::Text(b"12")));
        assert_ne!(of_several([1, 2]), of_several([2, 1]));
    }
}
