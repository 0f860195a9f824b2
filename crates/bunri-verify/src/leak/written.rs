//! Values that are no text as the text that is searched for.

use std::borrow::Cow;
use std::fmt::Write as _;

use bunri_columnar::RawValue;

/// Smaller numbers have fewer than nine digits.
pub(crate) const SMALLEST_NUMBER: u128 = 100_000_000;

/// A rejected value as it is searched for.
pub(crate) fn rejected_text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value {
        RawValue::Null => None,
        RawValue::Text(text)
        | RawValue::Real(text)
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
    let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    text.clear();
    text.extend(
        bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]),
    );
}
