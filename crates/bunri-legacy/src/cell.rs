//! Values of the legacy database, and how a planted one is written down for the tests.

use jiff::civil::Date;
use rusqlite::types::Value;

use crate::calendar::{era_day, from_utc};
use crate::schema::Kind;

/// No value.
pub const NULL: Value = Value::Null;

/// A text.
pub fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

/// Anything that has a text: days, codes, numbers written as text.
pub fn shown(value: impl ToString) -> Value {
    Value::Text(value.to_string())
}

/// A whole number.
#[must_use]
pub fn int(value: i64) -> Value {
    Value::Integer(value)
}

/// A floating-point number.
#[must_use]
pub fn real(value: f64) -> Value {
    Value::Real(value)
}

/// A number with one digit after the point. Dividing gives the double nearest to it, so its shortest
/// form has one digit again.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn tenths(value: i64) -> Value {
    Value::Real(value as f64 / 10.0)
}

/// A number with two digits after the point.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn hundredths(value: i64) -> Value {
    Value::Real(value as f64 / 100.0)
}

/// How the control centre writes that the supply was not resumed yet.
pub const STILL_STOPPED: &str = "9999-99-99 99:99:99";

/// The text that a column of this kind gives the value once it is staged; [`None`] for NULL and for what means nothing. A
/// value that does not fit its kind keeps the text of the source.
#[must_use]
pub fn staged_text(value: &Value, kind: Kind) -> Option<String> {
    match (value, kind) {
        (Value::Null, _) => None,
        (Value::Integer(number), Kind::Bool) => Some((*number != 0).to_string()),
        (Value::Integer(number), Kind::CompactDate) => Some(dashed(&number.to_string())),
        (Value::Integer(number), Kind::Decimal(scale)) => Some(padded(&number.to_string(), scale)),
        (Value::Real(number), Kind::Decimal(scale)) => Some(padded(&number.to_string(), scale)),
        (Value::Text(text), Kind::SlashedDate) => Some(text.replace('/', "-")),
        (Value::Integer(0), Kind::Owner) => None,
        (Value::Text(text), Kind::UtcTimestamp) if text == STILL_STOPPED => {
            Some("9999-12-31 00:00:00".to_owned())
        }
        (Value::Text(text), Kind::UtcTimestamp) => {
            Some(from_utc(text).unwrap_or_else(|| text.clone()))
        }
        (Value::Text(text), Kind::EraDate) => {
            Some(era_day(text).map_or_else(|| text.clone(), |day: Date| day.to_string()))
        }
        (Value::Text(text), Kind::Expiry) => match text.as_str() {
            "99999999" => Some("9999-12-31".to_owned()),
            "00000000" | "" => None,
            digits => Some(dashed(digits)),
        },
        (value, _) => Some(source_text(value)),
    }
}

/// The value as the source holds it. Bytes are written in hexadecimal.
#[must_use]
pub fn source_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn dashed(digits: &str) -> String {
    match (digits.get(0..4), digits.get(4..6), digits.get(6..8)) {
        (Some(year), Some(month), Some(day)) if digits.len() == 8 => {
            format!("{year}-{month}-{day}")
        }
        _ => digits.to_owned(),
    }
}

fn padded(number: &str, scale: usize) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    format!("{whole}.{fraction:0<scale$}")
}
