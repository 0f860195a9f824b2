//! What can be read of a rejected row: the parts that tell its group, and the amounts that it adds. Only what is plain is read;
//! for the rest there is a bound.

use bunri_catalogue::Column;
use bunri_columnar::RawValue;
use bunri_types::{DateForm, JAPAN_SECONDS, MomentForm, OPEN_END, ValueType, day_text, parse_day};

use crate::amount::units;

/// Nobody can say what the legacy system makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// A part of a group.
pub(crate) fn part(value: &RawValue, column: &Column) -> Result<Option<String>, Unreadable> {
    if value.is_listed(&column.reading.nothing) {
        return Ok(None);
    }
    match (value, column.value_type) {
        (RawValue::Null, _) => Ok(None),
        (RawValue::Text(text), ValueType::Text) => {
            Ok(Some(text.clone()).filter(|it| !it.is_empty()))
        }
        (RawValue::Int(number), ValueType::Text) if column.reading.takes_integers => {
            Ok(Some(number.to_string()))
        }
        (RawValue::Int(number), ValueType::Int) => Ok(Some(number.to_string())),
        _ => Err(Unreadable),
    }
}

/// The month that a value is of.
pub(crate) fn month(value: &RawValue, column: &Column) -> Result<Option<String>, Unreadable> {
    if value.is_listed(&column.reading.nothing) || *value == RawValue::Null {
        return Ok(None);
    }
    if value.is_listed(&column.reading.open) {
        return Ok(Some(month_text(OPEN_END)));
    }
    let text = match value {
        RawValue::Text(text) => text.clone(),
        RawValue::Int(number) => number.to_string(),
        _ => return Err(Unreadable),
    };
    let form = Form::of(column).ok_or(Unreadable)?;
    form.day(&text)
        .map(|day| Some(month_text(day)))
        .ok_or(Unreadable)
}

/// What a value adds to a sum.
pub(crate) fn amount(value: &RawValue, column: &Column) -> Result<i128, Unreadable> {
    if value.is_listed(&column.reading.nothing) {
        return Ok(0);
    }
    let scale = column.value_type.scale();
    let text = match value {
        RawValue::Null => return Ok(0),
        RawValue::Int(number) => number.to_string(),
        RawValue::Text(text) | RawValue::Decimal(text) => text.clone(),
        // As a person writes it, without an exponent.
        RawValue::Real(text) => text.parse::<f64>().map_err(|_| Unreadable)?.to_string(),
        RawValue::TextHex(_) | RawValue::Blob(_) | RawValue::Unknown => return Err(Unreadable),
    };
    units(&text, scale).map_err(|_| Unreadable)
}

/// `2026-01`.
pub(crate) fn month_text(day: i32) -> String {
    let text = day_text(day);
    let month = text.rsplit_once('-').map(|(month, _)| month.to_owned());
    month.unwrap_or(text)
}

/// Where year, month and day stand in a text: what the query can cut out too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    separator: &'static str,
    /// Behind the day: nothing, this, or any time.
    rest: Option<&'static str>,
}

impl Form {
    /// Of a day that is written by year, month and day of our calendar, in Japan's time.
    pub(crate) fn of(column: &Column) -> Option<Self> {
        let form = |separator, rest| Some(Self { separator, rest });
        match column.value_type {
            ValueType::Date(DateForm::Iso) => form("-", Some("")),
            ValueType::Date(DateForm::Compact) => form("", Some("")),
            ValueType::Date(DateForm::Slashed) => form("/", Some("")),
            ValueType::Date(DateForm::IsoMidnight) => form("-", Some(" 00:00:00")),
            ValueType::Date(DateForm::SlashedMidnight) => form("/", Some(" 00:00:00")),
            ValueType::Date(DateForm::Era { .. }) => None,
            ValueType::Timestamp if column.reading.moment.clock_seconds == JAPAN_SECONDS => {
                match column.reading.moment.form {
                    MomentForm::Iso => form("-", None),
                    MomentForm::Slashed => form("/", None),
                    MomentForm::Compact => form("", None),
                    MomentForm::EpochSeconds | MomentForm::EpochMilliseconds => None,
                }
            }
            ValueType::Timestamp
            | ValueType::Text
            | ValueType::Int
            | ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Bool
            | ValueType::Bytes => None,
        }
    }

    pub(crate) fn separator(self) -> &'static str {
        self.separator
    }

    /// The day; none of a time with a zone, which may be of another day here, nor of 24:00.
    fn day(self, text: &str) -> Option<i32> {
        let (day, rest) = text.split_at_checked(8 + 2 * self.separator.len())?;
        let plain_time = |rest: &str| {
            let mut signs = rest.chars();
            let begins = match self.separator {
                "" => true,
                _ => matches!(signs.next(), Some(' ' | 'T')),
            };
            let hour: String = signs.by_ref().take(2).collect();
            begins
                && hour.bytes().all(|byte| byte.is_ascii_digit())
                && hour.as_str() < "24"
                && hour.len() == 2
                && signs.all(|sign| sign.is_ascii_digit() || matches!(sign, ':' | '.'))
        };
        let fits = match self.rest {
            Some(expected) => rest == expected,
            None => plain_time(rest),
        };
        let iso = match self.separator {
            "" => format!("{}-{}-{}", day.get(..4)?, day.get(4..6)?, day.get(6..)?),
            separator => day.replace(separator, "-"),
        };
        parse_day(&iso).filter(|_| fits)
    }
}
