//! Whether a row was rejected for nothing. A reject is in no store, so whoever rejects a row that fits its declared types
//! has lost it, with every count right.
//!
//! This is not extraction's conversion a second time: it says only of values that fit beyond doubt that they fit. A moment
//! with a time zone, say, is not judged.

use bunri_catalogue::Table;
use bunri_columnar::{RawValue, Reject};
use bunri_types::{DateForm, EraForm, MomentForm, ValueForm, ValueType};

/// Whether the value that a row was rejected for fits its column, or is not in the table at all.
pub(crate) fn rejected_for_nothing(table: &Table, reject: &Reject) -> bool {
    // A line that is no row: how lines are cut, only the readers know. What it would have added to the figures nobody counted, so a
    // row that is called so for nothing is missed by them.
    if reject.broken_line().is_some() {
        let unknown = |value: &RawValue| *value == RawValue::Unknown;
        return reject.values.len() != table.columns.len() || !reject.values.iter().all(unknown);
    }
    let column = table
        .columns
        .iter()
        .position(|column| column.name == reject.column);
    let value = column.and_then(|position| {
        let value = reject.values.get(position)?;
        Some((value, position))
    });
    reject.values.len() != table.columns.len()
        || value.is_none_or(|(value, position)| {
            let column = &table.columns[position];
            match value.is_listed(&column.reading.nothing) {
                // A key that means nothing is no key.
                true => !table.key.contains(&position),
                false => fits(value, column.value_type, &column.reading),
            }
        })
}

fn fits(value: &RawValue, value_type: ValueType, reading: &ValueForm) -> bool {
    if value.is_listed(&reading.open) {
        return true;
    }
    match (value, value_type) {
        (RawValue::Unknown, _) => false,
        (RawValue::Null, _)
        | (RawValue::Text(_), ValueType::Text)
        | (RawValue::Int(_), ValueType::Int)
        | (RawValue::Blob(_), ValueType::Bytes) => true,
        (RawValue::Int(_), ValueType::Text) => reading.takes_integers,
        (value, ValueType::Bool) => match &reading.truth {
            Some(words) => value.is_listed(&words.yes) || value.is_listed(&words.no),
            None => matches!(value, RawValue::Int(0 | 1)),
        },
        (RawValue::Int(number), ValueType::Decimal { precision, scale }) => {
            is_decimal(&number.to_string(), precision, scale)
        }
        (RawValue::Real(text), ValueType::Decimal { precision, scale }) => text
            .parse::<f64>()
            // As a person writes it, without an exponent.
            .is_ok_and(|number| is_decimal(&number.to_string(), precision, scale)),
        (
            RawValue::Text(text) | RawValue::Decimal(text),
            ValueType::Decimal { precision, scale },
        ) => is_decimal(text, precision, scale),
        (RawValue::Real(text), ValueType::Real) => text.parse::<f64>().is_ok_and(f64::is_finite),
        (RawValue::Int(number), ValueType::Real) => number.unsigned_abs() <= 1 << 53,
        (RawValue::Int(number), ValueType::Date(DateForm::Compact)) => {
            is_day(&number.to_string(), "")
        }
        (RawValue::Text(text), ValueType::Date(form)) => is_day_in(text, form),
        (RawValue::Text(text), ValueType::Timestamp) => is_moment(text, reading.moment.form),
        (RawValue::Int(number), ValueType::Timestamp) => match reading.moment.form {
            MomentForm::EpochSeconds => (0..YEAR_2100).contains(number),
            MomentForm::EpochMilliseconds => (0..YEAR_2100 * 1_000).contains(number),
            MomentForm::Iso | MomentForm::Slashed | MomentForm::Compact => false,
        },
        (
            RawValue::Text(_) | RawValue::TextHex(_),
            ValueType::Text | ValueType::Int | ValueType::Real | ValueType::Bytes,
        )
        | (
            RawValue::TextHex(_) | RawValue::Blob(_),
            ValueType::Decimal { .. } | ValueType::Date(_) | ValueType::Timestamp,
        )
        | (RawValue::Int(_), ValueType::Date(_) | ValueType::Bytes)
        | (RawValue::Blob(_), ValueType::Real)
        | (RawValue::Real(_) | RawValue::Blob(_), ValueType::Text | ValueType::Int)
        | (RawValue::Real(_), ValueType::Date(_) | ValueType::Timestamp | ValueType::Bytes)
        | (
            RawValue::Decimal(_),
            ValueType::Text
            | ValueType::Int
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bytes,
        ) => false,
    }
}

/// Seconds to a year that is beyond no clock.
const YEAR_2100: i64 = 4_102_444_800;

fn is_decimal(text: &str, precision: u8, scale: u8) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole)
        && plain(fraction)
        && whole.trim_start_matches('0').len() <= usize::from(precision - scale)
        && fraction.trim_end_matches('0').len() <= usize::from(scale)
}

/// Days of an era are judged where year and era are beyond doubt; those in kanji are not.
fn is_day_in(text: &str, form: DateForm) -> bool {
    match form {
        DateForm::Iso => is_day(text, "-"),
        DateForm::Slashed => is_day(text, "/"),
        DateForm::Compact => is_day(text, ""),
        DateForm::IsoMidnight | DateForm::SlashedMidnight => {
            let separator = if form == DateForm::IsoMidnight {
                "-"
            } else {
                "/"
            };
            let day = text.strip_suffix(" 00:00:00");
            day.is_some_and(|day| is_day(day, separator))
        }
        DateForm::Era { form, .. } => match form {
            EraForm::Dotted => is_day_of_an_era(text, "."),
            EraForm::Compact => is_day_of_an_era(text, ""),
            EraForm::Kanji => false,
        },
    }
}

/// A year within an era, but not its first or last.
fn is_day_of_an_era(text: &str, separator: &str) -> bool {
    let eras = [
        ("T", 1912, 15),
        ("S", 1926, 64),
        ("H", 1989, 31),
        ("R", 2019, 99),
    ];
    let era = eras
        .iter()
        .find_map(|(letter, first, years)| Some((text.strip_prefix(letter)?, first, years)));
    let Some((rest, first, years)) = era else {
        return false;
    };
    parts(rest, [2, 2, 2], separator).is_some_and(|[year, month, day]| {
        let inside = 1 < year && year < *years;
        inside && is_day(&format!("{}-{month:02}-{day:02}", first + year - 1), "-")
    })
}

fn is_day(text: &str, separator: &str) -> bool {
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

/// A day and a time of day; without fractions, zones and 24:00. A clock may carry the first and the last year out of what can be
/// written, so they are not judged.
fn is_moment(text: &str, form: MomentForm) -> bool {
    let (split, day_separator, separator) = match form {
        MomentForm::Iso => (text.split_once([' ', 'T']), "-", ":"),
        MomentForm::Slashed => (text.split_once([' ', 'T']), "/", ":"),
        MomentForm::Compact => (text.split_at_checked(8), "", ""),
        MomentForm::EpochSeconds | MomentForm::EpochMilliseconds => return false,
    };
    let Some((day, time)) = split else {
        return false;
    };
    let clock = parts(time, [2, 2, 2], separator);
    is_day(day, day_separator)
        && !day.starts_with("0000")
        && !day.starts_with("9999")
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
    use bunri_types::{EraYears, TruthWords};

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
            (RawValue::Real("1e300".to_owned()), ValueType::Real),
            (RawValue::Int(-7), ValueType::Real),
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
            assert!(
                fits(&value, value_type, &ValueForm::default()),
                "{value:?} {value_type:?}"
            );
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
            (text("7.5"), ValueType::Real),
            (RawValue::Real("inf".to_owned()), ValueType::Real),
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
            assert!(
                !fits(&value, value_type, &ValueForm::default()),
                "{value:?} {value_type:?}"
            );
        }
    }

    #[test]
    fn values_are_judged_as_the_column_reads_them() {
        let mut reading = ValueForm::default();
        reading.open = vec!["99999999".to_owned()];
        let compact = ValueType::Date(DateForm::Compact);
        assert!(fits(&text("99999999"), compact, &reading));
        assert!(fits(&RawValue::Int(99_999_999), compact, &reading));
        assert!(!fits(&text("00000000"), compact, &reading));
        reading.takes_integers = true;
        assert!(fits(&RawValue::Int(5), ValueType::Text, &reading));
        let truth = |yes: &str, no: &str| TruthWords {
            yes: vec![yes.to_owned()],
            no: vec![no.to_owned()],
        };
        reading.truth = Some(truth("Y", "N"));
        assert!(fits(&text("N"), ValueType::Bool, &reading));
        assert!(!fits(&RawValue::Int(1), ValueType::Bool, &reading));
        reading.moment.form = MomentForm::Slashed;
        assert!(fits(
            &text("2026/04/01 00:00:00"),
            ValueType::Timestamp,
            &reading
        ));
        assert!(!fits(
            &text("2026-04-01 00:00:00"),
            ValueType::Timestamp,
            &reading
        ));
        reading.moment.form = MomentForm::EpochSeconds;
        assert!(fits(&RawValue::Int(1), ValueType::Timestamp, &reading));
        let era = |years| {
            ValueType::Date(DateForm::Era {
                form: EraForm::Dotted,
                years,
            })
        };
        assert!(fits(&text("H30.04.01"), era(EraYears::Strict), &reading));
        for doubtful in ["H31.04.30", "H32.03.31", "H30.02.29", "X30.04.01"] {
            assert!(
                !fits(&text(doubtful), era(EraYears::Strict), &reading),
                "{doubtful}"
            );
        }
    }
}
