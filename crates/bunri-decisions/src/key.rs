//! A row's key as people write it: the parts joined by `|`, each as findings name it. One spelling a value.

use std::cmp::Ordering;

use bunri_types::{Day, Value, ValueType, parse_day};

/// One column of a key. The order is that of staging: text and bytes by bytes, everything else by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPart {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A decimal, in units of its column's scale.
    Decimal(i128),
    /// A day.
    Day(Day),
    /// Microseconds since 1970-01-01T00:00, local.
    Moment(i64),
    /// True or false.
    Bool(bool),
    /// Raw bytes.
    Bytes(Vec<u8>),
}

impl KeyPart {
    /// Whether it is before, at or after a value of its column, in the order of staging.
    #[must_use]
    pub fn order(&self, value: Value<'_>) -> Ordering {
        match (self, value) {
            (Self::Text(part), Value::Text(text)) => part.as_bytes().cmp(text.as_bytes()),
            (Self::Int(part), Value::Int(number)) => part.cmp(&number),
            (Self::Decimal(part), Value::Decimal { unscaled, .. }) => part.cmp(&unscaled),
            (Self::Day(part), Value::Date(day)) => part.cmp(&day),
            (Self::Moment(part), Value::Timestamp(micros)) => part.cmp(&micros),
            (Self::Bool(part), Value::Bool(value)) => part.cmp(&value),
            (Self::Bytes(part), Value::Bytes(bytes)) => part.as_slice().cmp(bytes),
            // NULL comes before every value. Parts are of their column's type, so nothing else is left.
            _ => Ordering::Greater,
        }
    }
}

/// The texts of the parts; [`None`] where a backslash stands before anything but `|` and `\`.
pub(crate) fn cut(key: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut letters = key.chars();
    while let Some(letter) = letters.next() {
        let kept = match letter {
            '|' => {
                parts.push(String::new());
                continue;
            }
            '\\' => letters.next().filter(|next| matches!(next, '|' | '\\'))?,
            other => other,
        };
        parts.last_mut()?.push(kept);
    }
    Some(parts)
}

/// A key as decisions name it, of its parts as [`bunri_types::value_text`] writes them.
#[must_use]
pub fn written_key(parts: impl Iterator<Item = String>) -> String {
    let escaped = parts.map(|part| part.replace('\\', r"\\").replace('|', r"\|"));
    escaped.collect::<Vec<_>>().join("|")
}

/// A part as its column's type; [`None`] if it is spelt otherwise.
pub(crate) fn part(text: &str, value_type: ValueType) -> Option<KeyPart> {
    match value_type {
        ValueType::Text => Some(KeyPart::Text(text.to_owned())),
        ValueType::Int => canonical(text).map(KeyPart::Int),
        ValueType::Decimal { scale, .. } => decimal(text, usize::from(scale)).map(KeyPart::Decimal),
        // The catalogue admits no such key.
        ValueType::Real => None,
        ValueType::Date(_) => parse_day(text).map(KeyPart::Day),
        ValueType::Timestamp => moment(text).map(KeyPart::Moment),
        ValueType::Bool => match text {
            "true" => Some(KeyPart::Bool(true)),
            "false" => Some(KeyPart::Bool(false)),
            _ => None,
        },
        ValueType::Bytes => bytes(text).map(KeyPart::Bytes),
    }
}

/// How a part of this type is written, for messages.
pub(crate) fn example(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Text => "text as it is",
        ValueType::Int => "a whole number such as 1001",
        ValueType::Decimal { .. } => "a decimal with all digits of its scale",
        ValueType::Real => "no number: a real is no key",
        ValueType::Date(_) => "a day such as 2026-01-01",
        ValueType::Timestamp => "a moment such as 2026-01-01T09:00:00",
        ValueType::Bool => "true or false",
        ValueType::Bytes => "bytes in small hex digits",
    }
}

/// A number that is written as it would be printed.
fn canonical<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse()
        .ok()
        .filter(|number: &T| number.to_string() == text)
}

fn decimal(text: &str, scale: usize) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = if scale == 0 {
        (digits, "")
    } else {
        digits.split_once('.')?
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let no_leading_nought = whole == "0" || !whole.starts_with('0');
    let fits = !whole.is_empty() && no_leading_nought && fraction.len() == scale;
    if !fits || !plain(whole) || !plain(fraction) {
        return None;
    }
    let unscaled: i128 = format!("{whole}{fraction}").parse().ok()?;
    // "-0.0" would be a second spelling.
    (sign == 1 || unscaled != 0).then_some(sign * unscaled)
}

fn moment(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once('T')?;
    let (clock, fraction) = match clock.split_once('.') {
        None => (clock, 0),
        Some((clock, digits)) => {
            let fraction = number(digits, 6)?;
            (clock, Some(fraction).filter(|fraction| *fraction != 0)?)
        }
    };
    let mut fields = clock.split(':').map(|field| number(field, 2));
    let mut below = |limit: i64| fields.next()?.filter(|field| *field < limit);
    let (hour, minute, second) = (below(24)?, below(60)?, below(60)?);
    let seconds = i64::from(parse_day(date)?) * 86_400 + hour * 3600 + minute * 60 + second;
    match fields.next() {
        None => Some(seconds * 1_000_000 + fraction),
        Some(_) => None,
    }
}

/// Exactly so many digits.
fn number(digits: &str, count: usize) -> Option<i64> {
    let plain = digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let pair = |[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    rest.is_empty()
        .then(|| pairs.iter().map(pair).collect())
        .flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use bunri_types::DateForm;

    #[test]
    fn a_part_of_every_type_is_before_at_or_after_a_value() {
        let decimal = |unscaled| Value::Decimal { scale: 1, unscaled };
        let cases = [
            (
                KeyPart::Text("ｂ".to_owned()),
                ["ａ", "ｂ", "ｃ"].map(Value::Text),
            ),
            (KeyPart::Int(-1), [-2, -1, 0].map(Value::Int)),
            (KeyPart::Decimal(-5), [-6, -5, 40].map(decimal)),
            (KeyPart::Day(0), [-1, 0, 1].map(Value::Date)),
            (KeyPart::Moment(7), [-8, 7, 8].map(Value::Timestamp)),
            (
                KeyPart::Bytes(vec![1, 0]),
                [&[1][..], &[1, 0], &[1, 1]].map(Value::Bytes),
            ),
        ];
        for (part, values) in cases {
            let orders = values.map(|value| part.order(value));
            assert_eq!(
                orders,
                [Ordering::Greater, Ordering::Equal, Ordering::Less],
                "{part:?}"
            );
            assert_eq!(part.order(Value::Null), Ordering::Greater);
        }
        let truth = |part, value| KeyPart::Bool(part).order(Value::Bool(value));
        assert_eq!(truth(false, true), Ordering::Less);
        assert_eq!(truth(true, true), Ordering::Equal);
        assert_eq!(truth(true, false), Ordering::Greater);
    }

    #[test]
    fn a_key_is_cut_at_bars_that_no_backslash_escapes() {
        assert_eq!(cut("90|2026-01-01").unwrap(), ["90", "2026-01-01"]);
        assert_eq!(cut(r"a\|b|c\\").unwrap(), ["a|b", r"c\"]);
        assert_eq!(cut("").unwrap(), [""]);
        assert_eq!(cut(r"a\b"), None);
        assert_eq!(cut(r"a\"), None);
    }

    #[test]
    fn a_written_key_is_cut_into_its_parts_again() {
        for parts in [&["90", "2026-01-01"][..], &["a|b", r"c\", r"\|"], &[""]] {
            let written = written_key(parts.iter().map(|&part| part.to_owned()));
            assert_eq!(cut(&written).unwrap(), parts, "{written}");
        }
    }

    #[test]
    fn every_value_has_one_spelling() {
        let tenths = ValueType::Decimal {
            precision: 9,
            scale: 1,
        };
        let whole = ValueType::Decimal {
            precision: 9,
            scale: 0,
        };
        let good = [
            ("-12", ValueType::Int, KeyPart::Int(-12)),
            ("12.0", tenths, KeyPart::Decimal(120)),
            ("-0.5", tenths, KeyPart::Decimal(-5)),
            ("7", whole, KeyPart::Decimal(7)),
            (
                "1970-01-02",
                ValueType::Date(DateForm::Compact),
                KeyPart::Day(1),
            ),
            (
                "1970-01-01T01:00:00",
                ValueType::Timestamp,
                KeyPart::Moment(3_600_000_000),
            ),
            (
                "1969-12-31T23:59:59.999999",
                ValueType::Timestamp,
                KeyPart::Moment(-1),
            ),
            ("00ff", ValueType::Bytes, KeyPart::Bytes(vec![0, 255])),
            ("", ValueType::Text, KeyPart::Text(String::new())),
        ];
        for (text, value_type, wanted) in good {
            assert_eq!(part(text, value_type), Some(wanted), "{text}");
        }
        let bad = [
            ("+1", ValueType::Int),
            ("01", ValueType::Int),
            (" 1", ValueType::Int),
            ("12", tenths),
            ("12.00", tenths),
            ("-0.0", tenths),
            ("01.0", tenths),
            ("1.0", whole),
            ("20260101", ValueType::Date(DateForm::Compact)),
            ("2026-02-31", ValueType::Date(DateForm::Iso)),
            ("1970-01-01 01:00:00", ValueType::Timestamp),
            ("1970-01-01T24:00:00", ValueType::Timestamp),
            ("1970-01-01T01:00:00.000000", ValueType::Timestamp),
            ("1970-01-01T01:00", ValueType::Timestamp),
            ("0f0", ValueType::Bytes),
            ("0F", ValueType::Bytes),
            ("True", ValueType::Bool),
        ];
        for (text, value_type) in bad {
            assert_eq!(part(text, value_type), None, "{text}");
        }
    }
}
