//! A value as text: one spelling a value, that of findings and of decisions (docs/formats.md, Decisions).

use crate::{Value, day_text};

/// A value as findings and decisions write it: one spelling a value.
#[must_use]
pub fn value_text(value: Value<'_>) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Text(text) => text.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Decimal { scale, unscaled } => decimal_text(unscaled, usize::from(scale)),
        Value::Real(bits) => format!("{:?}", f64::from_bits(bits)),
        Value::Date(day) => day_text(day),
        Value::Timestamp(micros) => timestamp_text(micros),
        Value::Bool(value) => value.to_string(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn decimal_text(unscaled: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

fn timestamp_text(micros: i64) -> String {
    const SECOND: i64 = 1_000_000;
    const DAY: i64 = 86_400 * SECOND;
    let within = micros.rem_euclid(DAY);
    let (seconds, fraction) = (within / SECOND, within % SECOND);
    let day = i32::try_from(micros.div_euclid(DAY)).map_or_else(|_| "?".to_owned(), day_text);
    let clock = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction == 0 {
        format!("{day}T{clock}")
    } else {
        format!("{day}T{clock}.{fraction:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_as_people_write_them() {
        assert_eq!(
            value_text(Value::Decimal {
                scale: 1,
                unscaled: -5
            }),
            "-0.5"
        );
        assert_eq!(
            value_text(Value::Decimal {
                scale: 0,
                unscaled: 120
            }),
            "120"
        );
        assert_eq!(value_text(Value::Date(0)), "1970-01-01");
        assert_eq!(
            value_text(Value::Timestamp(-1)),
            "1969-12-31T23:59:59.999999"
        );
        assert_eq!(
            value_text(Value::Timestamp(3_600_000_000)),
            "1970-01-01T01:00:00"
        );
    }
}
