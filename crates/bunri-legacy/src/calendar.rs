//! The days of the sample: when it was frozen, when the cutover is, and how the old system writes a moment.

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, ToSpan};

/// The day of the cutover that the sample is made for; the job says the same.
pub const CUTOVER: Date = date(2026, 4, 1);

/// The last day on which anybody wrote into the legacy system.
pub const FREEZE: Date = date(2026, 3, 31);

/// How the legacy system writes "no end yet".
pub const OPEN: Date = date(9999, 12, 31);

/// Periods of the ledger that were over by then stand in its history table.
pub const MOVED: Date = date(2019, 4, 1);

/// The first day of free retail choice: nobody could switch before it.
pub const LIBERALISATION: Date = date(2016, 4, 1);

/// `day` moved by a number of days; the ends of the calendar stay where they are.
#[must_use]
pub fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days.clamp(-100_000, 100_000)))
}

/// How many days lie between two days.
#[must_use]
pub fn days_between(from: Date, until: Date) -> i64 {
    i64::from((until - from).get_days())
}

/// `2026-03-01 02:10:07`, the way every audit column writes it.
#[must_use]
pub fn moment(day: Date, seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{day} {hours:02}:{minutes:02}:{seconds:02}")
}

/// The moment in Japan of what the control centre wrote: its machines run on UTC, nine hours behind.
#[must_use]
pub fn from_utc(text: &str) -> Option<String> {
    let moment = DateTime::strptime(MOMENT, text).ok()?;
    let there = moment.checked_add(9.hours()).ok()?;
    Some(there.strftime(MOMENT).to_string())
}

/// A moment in Japan as the control centre writes it.
#[must_use]
pub fn to_utc(text: &str) -> Option<String> {
    let moment = DateTime::strptime(MOMENT, text).ok()?;
    let there = moment.checked_sub(9.hours()).ok()?;
    Some(there.strftime(MOMENT).to_string())
}

const MOMENT: &str = "%Y-%m-%d %H:%M:%S";

/// The first day of Reiwa.
const REIWA: Date = date(2019, 5, 1);

/// A day of Heisei or Reiwa as clerks write it: `R08.04.01`.
#[must_use]
pub fn era(day: Date) -> String {
    let (sign, years) = if day < REIWA {
        ('H', 1988)
    } else {
        ('R', 2018)
    };
    let year = day.year() - years;
    format!("{sign}{year:02}.{:02}.{:02}", day.month(), day.day())
}

/// The day that such a text says.
#[must_use]
pub fn era_day(text: &str) -> Option<Date> {
    let (sign, rest) = text.split_at_checked(1)?;
    let years = match sign {
        "H" => 1988,
        "R" => 2018,
        _ => return None,
    };
    let mut parts = rest.split('.').map(str::parse::<i8>);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(i16::from(year.ok()?) + years, month.ok()?, day.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_and_clocks_are_read_as_they_are_written() {
        for (day, written) in [
            (date(2019, 4, 30), "H31.04.30"),
            (date(2019, 5, 1), "R01.05.01"),
            (date(2026, 3, 31), "R08.03.31"),
        ] {
            assert_eq!(era(day), written);
            assert_eq!(era_day(written), Some(day));
        }
        let there = "2026-01-14 15:00:00";
        assert_eq!(from_utc(there).as_deref(), Some("2026-01-15 00:00:00"));
        assert_eq!(to_utc("2026-01-15 00:00:00").as_deref(), Some(there));
    }
}
