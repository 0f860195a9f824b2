//! How a row is named in a finding: by its key, or by its number where the key is a personal value.

use bunri_catalogue::{Category, Table};
use bunri_redecide::Layout;
use bunri_types::{Value, day_text};

/// A row's name: its key, or its number (from 1) where the key is a personal value.
pub(crate) fn row_name(
    layout: &Layout<'_>,
    whose: &str,
    number: u64,
    value: impl Fn(usize) -> String,
) -> String {
    if !named_by_key(layout.table) {
        return format!("{whose} row {}", number + 1);
    }
    let part = |&position: &usize| {
        let name = &layout.table.columns[layout.columns[position]].name;
        format!("{name}={}", value(position))
    };
    layout.key.iter().map(part).collect::<Vec<_>>().join(" ")
}

fn named_by_key(table: &Table) -> bool {
    let telling = |key: &usize| {
        matches!(
            table.columns[*key].category,
            Some(Category::Personal | Category::FreeText)
        )
    };
    !table.key.is_empty() && !table.key.iter().any(telling)
}

/// A key value as text.
pub(crate) fn key_text(value: Value<'_>) -> String {
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
            key_text(Value::Decimal {
                scale: 1,
                unscaled: -5
            }),
            "-0.5"
        );
        assert_eq!(
            key_text(Value::Decimal {
                scale: 0,
                unscaled: 120
            }),
            "120"
        );
        assert_eq!(key_text(Value::Date(0)), "1970-01-01");
        assert_eq!(key_text(Value::Timestamp(-1)), "1969-12-31T23:59:59.999999");
        assert_eq!(
            key_text(Value::Timestamp(3_600_000_000)),
            "1970-01-01T01:00:00"
        );
    }
}
