//! Values that are no text as the text that is searched for.

use std::borrow::Cow;
use std::fmt::Write as _;

use bunri_columnar::RawValue;

/// Smaller numbers have fewer than nine digits.
pub(crate) const SMALLEST_NUMBER: u128 = 100_000_000;

/// A rejected value as it is searched for.
pub(crate) fn rejected_text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value {
        RawValue::Null | RawValue::Unknown => None,
        RawValue::Text(text)
        | RawValue::Real(text)
        | RawValue::Decimal(text)
        | RawValue::TextHex(text)
        | RawValue::Blob(text) => Some(text.into()),
        RawValue::Int(number) => Some(number.to_string().into()),
    }
}

/// A number as a person writes it, without zeros behind the point.
pub(crate) fn number_text(unscaled: i128, scale: i8, text: &mut String) {
    let (mut digits, mut scale) = (unscaled.unsigned_abs(), scale.max(0).unsigned_abs());
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    text.clear();
    // Writing to a String cannot fail.
    let _ = write!(text, "{digits:0>width$}", width = usize::from(scale) + 1);
    if scale > 0 {
        text.insert(text.len() - usize::from(scale), '.');
    }
}

pub(crate) fn hex(bytes: &[u8], text: &mut String) {
    text.clear();
    text.push_str(&base16ct::lower::encode_string(bytes));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_number_is_written_as_a_person_writes_it() {
        for (unscaled, scale, written) in [
            (901_234_567, 0, "901234567"),
            (-901_234_567, 0, "901234567"),
            (901_234_560, 0, "901234560"),
            (901_234_560, 1, "90123456"),
            (901_234_567, 1, "90123456.7"),
            (901_234_500, 4, "90123.45"),
            (100_000_000, 9, "0.1"),
            (5, 3, "0.005"),
            (0, 2, "0"),
            (901_234_567, -2, "901234567"),
        ] {
            let mut text = "what stood there".to_owned();
            number_text(unscaled, scale, &mut text);
            assert_eq!(text, written, "{unscaled} by {scale}");
        }
    }

    #[test]
    fn bytes_are_written_as_two_digits_each() {
        let mut text = "what stood there".to_owned();
        hex(&[0x00, 0x0f, 0xf0, 0x9a], &mut text);
        assert_eq!(text, "000ff09a");
    }

    #[test]
    fn a_rejected_value_is_searched_for_as_it_stands_in_the_rejects() {
        let text = |value| rejected_text(&value).map(Cow::into_owned);
        assert_eq!(text(RawValue::Null), None);
        assert_eq!(text(RawValue::Int(-12)).as_deref(), Some("-12"));
        let told = "丙野".to_owned();
        for value in [
            RawValue::Text(told.clone()),
            RawValue::Real(told.clone()),
            RawValue::TextHex(told.clone()),
            RawValue::Blob(told.clone()),
        ] {
            assert_eq!(text(value), Some(told.clone()));
        }
    }
}
