//! Whether a row was rejected for nothing. A reject is in no store, so whoever rejects a row that fits its declared types
//! has lost it, with every count right.
//!
//! This is not extraction's conversion a second time: it says only of values that fit beyond doubt that they fit. A moment
//! with a time zone, say, is not judged.

use bunri_catalogue::{DateForm, Table, ValueType};
use bunri_columnar::{RawValue, Reject};

/// Whether the value that a row was rejected for fits its column, or is not in the table at all.
pub(crate) fn rejected_for_nothing(table: &Table, reject: &Reject) -> bool {
    let column = table
        .columns
        .iter()
        .position(|column| column.name == reject.column);
    let value = column.and_then(|position| {
        let value = reject.values.get(position)?;
        Some((value, table.columns[position].value_type))
    });
    reject.values.len() != table.columns.len()
        || value.is_none_or(|(value, value_type)| fits(value, value_type))
}

fn fits(value: &RawValue, value_type: ValueType) -> bool {
    match (value, value_type) {
        (RawValue::Null, _)
        | (RawValue::Text(_), ValueType::Text)
        | (RawValue::Int(_), ValueType::Int)
        | (RawValue::Int(0 | 1), ValueType::Bool)
        | (RawValue::Blob(_), ValueType::Bytes) => true,
        (RawValue::Int(number), ValueType::Decimal { precision, scale }) => {
            is_decimal(&number.to_string(), precision, scale)
        }
        (RawValue::Real(text), ValueType::Decimal { precision, scale }) => text
            .parse::<f64>()
            // As a person writes it, without an exponent.
            .is_ok_and(|number| is_decimal(&number.to_string(), precision, scale)),
        (RawValue::Text(text), ValueType::Decimal { precision, scale }) => {
            is_decimal(text, precision, scale)
        }
        (RawValue::Int(number), ValueType::Date(DateForm::Compact)) => {
            is_day(&number.to_string(), DateForm::Compact)
        }
        (RawValue::Text(text), ValueType::Date(form)) => is_day(text, form),
        (RawValue::Text(text), ValueType::Timestamp) => is_moment(text),
        _ => false,
    }
}

fn is_decimal(text: &str, precision: u8, scale: u8) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole)
        && plain(fraction)
        && whole.trim_start_matches('0').len() <= usize::from(precision - scale)
        && fraction.trim_end_matches('0').len() <= usize::from(scale)
}

fn is_day(text: &str, form: DateForm) -> bool {
    let separator = match form {
        DateForm::Iso => "-",
        DateForm::Slashed => "/",
        DateForm::Compact => "",
    };
    let Some([year, month, day]) = parts(text, [4, 2, 2], separator) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `2026-01-31 23:59:59`, or with a `T`; without fractions and zones.
fn is_moment(text: &str) -> bool {
    let Some((day, time)) = text.split_once([' ', 'T']) else {
        return false;
    };
    let clock = parts(time, [2, 2, 2], ":");
    is_day(day, DateForm::Iso)
        && clock.is_some_and(|[hour, minute, second]| hour < 24 && minute < 60 && second < 60)
}

/// Three numbers of so many digits, with a separator between.
fn parts(text: &str, digits: [usize; 3], separator: &str) -> Option<[u32; 3]> {
    let mut rest = text;
    let mut numbers = [0; 3];
    for (at, number) in numbers.iter_mut().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix(separator)?;
        }
        let (part, after) = rest.split_at_checked(digits[at])?;
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
        rest = after;
    }
    rest.is_empty().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    #[test]
    fn values_of_a_type_fit_it() {
        let decimal = ValueType::Decimal {
            precision: 5,
            scale: 2,
        };
        for (value, value_type) in [
            (text("どうぞ"), ValueType::Text),
            (RawValue::Int(-7), ValueType::Int),
            (RawValue::Int(1), ValueType::Bool),
            (RawValue::Blob("00ff".to_owned()), ValueType::Bytes),
            (RawValue::Null, decimal),
            (RawValue::Int(-999), decimal),
            (RawValue::Real("1e2".to_owned()), decimal),
            (RawValue::Real("-0.25".to_owned()), decimal),
            (text("007.500"), decimal),
            (text("2024-02-29"), ValueType::Date(DateForm::Iso)),
            (text("2023/12/31"), ValueType::Date(DateForm::Slashed)),
            (
                RawValue::Int(20_260_401),
                ValueType::Date(DateForm::Compact),
            ),
            (text("2026-04-01T23:59:59"), ValueType::Timestamp),
        ] {
            assert!(fits(&value, value_type), "{value:?} {value_type:?}");
        }
    }

    #[test]
    fn what_extraction_refuses_does_not_fit() {
        let decimal = ValueType::Decimal {
            precision: 5,
            scale: 2,
        };
        let iso = ValueType::Date(DateForm::Iso);
        for (value, value_type) in [
            (RawValue::Int(5), ValueType::Text),
            (RawValue::TextHex("8140".to_owned()), ValueType::Text),
            (text("7"), ValueType::Int),
            (RawValue::Real("7.0".to_owned()), ValueType::Int),
            (RawValue::Int(2), ValueType::Bool),
            (text("00"), ValueType::Bytes),
            (RawValue::Int(1000), decimal),
            (RawValue::Real("0.125".to_owned()), decimal),
            (RawValue::Real("inf".to_owned()), decimal),
            (text("1,5"), decimal),
            (text("1."), decimal),
            (text(".5"), decimal),
            (text("+1"), decimal),
            (text("＊＊＊"), decimal),
            (text("2023-02-29"), iso),
            (text("1900-02-29"), iso),
            (text("2016-13-10"), iso),
            (text("2016-00-10"), iso),
            (text("2016-04-31"), iso),
            (text("2016-1-10"), iso),
            (text("2016-01-10 "), iso),
            (text("H28.04.01"), iso),
            (RawValue::Int(20_160_110), iso),
            (RawValue::Int(101), ValueType::Date(DateForm::Compact)),
            (text("2026-04-01 24:00:00"), ValueType::Timestamp),
            (text("2026-04-01"), ValueType::Timestamp),
        ] {
            assert!(!fits(&value, value_type), "{value:?} {value_type:?}");
        }
    }
}
