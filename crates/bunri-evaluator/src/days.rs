//! The days that a row speaks of (docs/rules.md, section 2), from the values that name them.

use std::collections::BTreeSet;

use bunri_catalogue::UntilIs;
use bunri_types::{Day, Value, days_of_month, month_of_day};

use super::{Days, FOREVER, Reason};

/// The cells of one row, by catalogue column.
pub trait Row {
    /// A cell.
    fn value(&self, column: usize) -> Value<'_>;

    /// Whether the column's timestamps stamp the ends of intervals.
    fn is_end_stamp(&self, column: usize) -> bool;

    /// The day of a date or timestamp cell: the date of the local timestamp, also before 1970; of an end stamp that of the
    /// microsecond before.
    fn day(&self, column: usize) -> Option<Day> {
        day_of(self.value(column), i64::from(self.is_end_stamp(column)))
    }
}

const MICROS_A_DAY: i64 = 86_400_000_000;

/// The day of a date, or of the moment so many microseconds before a timestamp.
fn day_of(value: Value<'_>, before: i64) -> Option<Day> {
    match value {
        Value::Date(day) => Some(day),
        Value::Timestamp(micros) => {
            let moment = micros.saturating_sub(before);
            Day::try_from(moment.div_euclid(MICROS_A_DAY)).ok()
        }
        Value::Null
        | Value::Text(_)
        | Value::Int(_)
        | Value::Decimal { .. }
        | Value::Real(_)
        | Value::Bool(_)
        | Value::Bytes(_) => None,
    }
}

/// Whether an end means "no end yet": days that do, and whether NULL does.
pub(crate) fn is_open((open, null): (&BTreeSet<Day>, bool), until: Option<Day>) -> bool {
    until.map_or(null, |day| open.contains(&day))
}

/// The last day of a period whose end is a day.
pub(crate) fn last_day(until: Day, until_is: UntilIs) -> Days {
    match until_is {
        UntilIs::Inclusive => Days::from(until),
        UntilIs::Exclusive => Days::from(until) - 1,
    }
}

/// The first and the last day of a period. An exclusive date ends the day before, an exclusive timestamp one microsecond before.
pub(crate) fn period(
    row: &impl Row,
    (from, until, until_is): (usize, usize, UntilIs),
    open: (&BTreeSet<Day>, bool),
) -> Result<(Days, Days), Reason> {
    let first = row.day(from).map(Days::from).ok_or(Reason::DateMissing)?;
    if is_open(open, row.day(until)) {
        return Ok((first, FOREVER));
    }
    let end = row.value(until);
    let exclusive = until_is == UntilIs::Exclusive;
    let day = day_of(end, i64::from(exclusive)).ok_or(Reason::DateMissing)?;
    let last = if matches!(end, Value::Date(_)) {
        last_day(day, until_is)
    } else {
        Days::from(day)
    };
    if last < first {
        Err(Reason::PeriodReversed)
    } else {
        Ok((first, last))
    }
}

/// The days of the month that a value names; `day` is its day, if it has one.
pub(crate) fn month(value: Value<'_>, day: Option<Day>) -> Result<(Days, Days), Reason> {
    let days = match value {
        Value::Null => return Err(Reason::DateMissing),
        Value::Date(_) | Value::Timestamp(_) => day.and_then(month_of_day),
        Value::Int(number) => days_of_month(number.div_euclid(100), number.rem_euclid(100)),
        Value::Text(text) => {
            month_of_text(text).and_then(|(year, month)| days_of_month(year, month))
        }
        Value::Decimal { .. } | Value::Real(_) | Value::Bool(_) | Value::Bytes(_) => None,
    };
    let (first, last) = days.ok_or(Reason::MonthInvalid)?;
    Ok((first.into(), last.into()))
}

/// `YYYYMM`, `YYYY-MM` or `YYYY/MM`, and nothing before or after.
fn month_of_text(text: &str) -> Option<(i64, i64)> {
    let (year, month) = match text.len() {
        6 => text.split_at_checked(4)?,
        7 => text.split_once(['-', '/'])?,
        _ => return None,
    };
    let number = |part: &str, digits: usize| {
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<i64>().ok()).flatten()
    };
    Some((number(year, 4)?, number(month, 2)?))
}
