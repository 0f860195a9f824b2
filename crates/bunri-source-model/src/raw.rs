//! A value as it is written down: among the rejects, at seams, in questions for what lies behind it.

use base16ct::lower::encode_string;
use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use bunri_types::ValueType;

use crate::convert::plain_integer as read_integer;
use crate::error::SourceError;
use crate::model::{SourceRow, SourceValue};

/// A value as rejects and seams write it. What has no type is a text; digits in a column of integers are the integer that they print, so
/// that whoever asks a rejected row for its key finds it.
pub fn raw(value: SourceValue<'_>, value_type: ValueType) -> RawValue {
    match value {
        SourceValue::Null => RawValue::Null,
        SourceValue::Integer(number) => RawValue::Int(number),
        // `{:?}` is the shortest text that reads back as the same number, with an exponent where it is long.
        SourceValue::Real(number) => RawValue::Real(format!("{number:?}")),
        SourceValue::Text(bytes) => text(bytes),
        SourceValue::Untyped(bytes) => match read_integer(bytes) {
            Some(number) if value_type == ValueType::Int => RawValue::Int(number),
            Some(_) | None => text(bytes),
        },
        SourceValue::Undecodable(bytes) => RawValue::TextHex(encode_string(bytes)),
        // Digits, a sign, a point and few words: always UTF-8.
        SourceValue::Decimal(digits) => {
            RawValue::Decimal(String::from_utf8_lossy(digits).into_owned())
        }
        SourceValue::Blob(bytes) => RawValue::Blob(encode_string(bytes)),
    }
}

/// The key of a row, as [`raw`] writes its values.
///
/// # Errors
/// What the source says of a value.
pub fn raw_key(table: &Table, row: &impl SourceRow) -> Result<Vec<RawValue>, SourceError> {
    let key = table.key.iter().map(|&column| {
        let value_type = table.columns[column].value_type;
        row.value(column).map(|value| raw(value, value_type))
    });
    key.collect()
}

fn text(bytes: &[u8]) -> RawValue {
    match std::str::from_utf8(bytes) {
        Ok(text) => RawValue::Text(text.to_owned()),
        Err(_) => RawValue::TextHex(encode_string(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_values_keep_what_the_source_holds() {
        let list = [
            (SourceValue::Null, RawValue::Null),
            (SourceValue::Integer(-1), RawValue::Int(-1)),
            (SourceValue::Real(0.1), RawValue::Real("0.1".into())),
            (SourceValue::Real(1e300), RawValue::Real("1e300".into())),
            (SourceValue::Text(b""), RawValue::Text(String::new())),
            (
                SourceValue::Text(b"\x93\xfa"),
                RawValue::TextHex("93fa".into()),
            ),
            (
                SourceValue::Blob(b"\x00\xff"),
                RawValue::Blob("00ff".into()),
            ),
        ];
        for (value, expected) in list {
            assert_eq!(raw(value, ValueType::Text), expected);
        }
    }

    #[test]
    fn what_has_no_type_is_a_text_but_for_integers_where_integers_are() {
        let untyped = SourceValue::Untyped(b"12");
        assert_eq!(raw(untyped, ValueType::Text), RawValue::Text("12".into()));
        assert_eq!(raw(untyped, ValueType::Int), RawValue::Int(12));
        let code = SourceValue::Untyped(b"012");
        assert_eq!(raw(code, ValueType::Int), RawValue::Text("012".into()));
        // Bytes of another encoding may look like UTF-8, and are no text all the same.
        let other = SourceValue::Undecodable(b"12");
        assert_eq!(
            raw(other, ValueType::Text),
            RawValue::TextHex("3132".into())
        );
    }
}
