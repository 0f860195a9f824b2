//! Values that systems write where there is none, and words of truth: closed lists, so that a profile can name them without
//! naming a value that somebody entered.

use bunri_source::SourceValue;

/// What stands for "nothing" or "no end yet" somewhere. A number is compared by its plain digits.
pub(crate) const SENTINELS: [&str; 32] = [
    "0",
    "00000000",
    "000000",
    "0000000000",
    "0000-00-00",
    "0000/00/00",
    "00010101",
    "0001-01-01",
    "19000101",
    "1900-01-01",
    "1900-01-01 00:00:00",
    "0001-01-01 00:00:00",
    "0000-00-00 00:00:00",
    "99999999",
    "999999",
    "9999999999",
    "99991231",
    "9999-12-31",
    "9999/12/31",
    "9999-99-99",
    "9999/99/99",
    "9999-12-31 00:00:00",
    "9999-12-31 23:59:59",
    "9999/12/31 00:00:00",
    "9999-99-99 99:99:99",
    "99991231235959",
    "99999999999999",
    "NULL",
    "null",
    "-",
    "なし",
    "＊＊＊",
];

/// Whether a sentinel of days says "no end yet" and not "nothing".
pub(crate) fn is_open(sentinel: &str) -> bool {
    sentinel.starts_with("9999")
}

/// Its place in [`SENTINELS`].
pub(super) fn sentinel(value: SourceValue<'_>) -> Option<usize> {
    match value {
        SourceValue::Text(text) | SourceValue::Untyped(text) => {
            // Most values are none, and their first byte says so.
            let first = *text.first()?;
            let may_be = matches!(first, b'0' | b'9' | b'1' | b'N' | b'n' | b'-') || first > 0x7f;
            if !may_be || text.len() > 19 {
                return None;
            }
            SENTINELS
                .iter()
                .position(|sentinel| sentinel.as_bytes() == text)
        }
        SourceValue::Integer(number) => match number {
            0 | 19_000_101 | 999_999 | 99_999_999 | 9_999_999_999 | 99_991_231
            | 99_991_231_235_959 | 99_999_999_999_999 => {
                let text = number.to_string();
                SENTINELS.iter().position(|sentinel| *sentinel == text)
            }
            _ => None,
        },
        SourceValue::Null
        | SourceValue::Real(_)
        | SourceValue::Decimal(_)
        | SourceValue::Blob(_)
        | SourceValue::Undecodable(_) => None,
    }
}

/// Whether a value is a sentinel that says "no end yet".
pub(super) fn means_no_end(value: SourceValue<'_>) -> bool {
    sentinel(value).is_some_and(|place| is_open(SENTINELS[place]))
}

/// Words for true and false, together as systems use them.
pub(crate) const TRUTHS: [(&str, &str); 8] = [
    ("1", "0"),
    ("Y", "N"),
    ("y", "n"),
    ("T", "F"),
    ("t", "f"),
    ("true", "false"),
    ("TRUE", "FALSE"),
    ("yes", "no"),
];

/// Its place in [`TRUTHS`].
pub(super) fn truth(value: SourceValue<'_>) -> Option<usize> {
    match value {
        SourceValue::Integer(0 | 1) => Some(0),
        SourceValue::Text(text) | SourceValue::Untyped(text) if text.len() <= 5 => TRUTHS
            .iter()
            .position(|(yes, no)| yes.as_bytes() == text || no.as_bytes() == text),
        SourceValue::Integer(_)
        | SourceValue::Text(_)
        | SourceValue::Untyped(_)
        | SourceValue::Undecodable(_)
        | SourceValue::Null
        | SourceValue::Real(_)
        | SourceValue::Decimal(_)
        | SourceValue::Blob(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentinel_is_found_as_a_text_and_the_plain_numbers_as_numbers() {
        for (place, text) in SENTINELS.iter().enumerate() {
            assert_eq!(sentinel(SourceValue::Text(text.as_bytes())), Some(place));
            if let Some(number) = bunri_types::listed_integer(text) {
                assert_eq!(
                    sentinel(SourceValue::Integer(number)),
                    Some(place),
                    "{text}"
                );
            }
        }
        assert_eq!(sentinel(SourceValue::Text(b"20240401")), None);
        assert_eq!(sentinel(SourceValue::Integer(9_999)), None);
    }
}
