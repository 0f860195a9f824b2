//! Calendar days as numbers: days since 1970-01-01, proleptic Gregorian, Japan time.

use jiff::civil::Date;

/// Days since 1970-01-01, in Japan time.
pub type Day = i32;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The day of a year, month and day of month, if there is one.
#[must_use]
pub fn day_from_parts(year: i32, month: u8, day: u8) -> Option<Day> {
    let date = Date::new(
        i16::try_from(year).ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()?;
    number(date)
}

/// The day written `2026-04-01`, and in no other way.
#[must_use]
pub fn parse_day(text: &str) -> Option<Day> {
    let strict = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !strict {
        return None;
    }
    day_from_parts(
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    )
}

/// First and last day of a month of the years 1000 to 9999.
#[must_use]
pub fn days_of_month(year: i64, month: i64) -> Option<(Day, Day)> {
    let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
    let first = Date::new(year, month, 1).ok().filter(|_| year >= 1000)?;
    Some((number(first)?, number(first.last_of_month())?))
}

/// First and last day of the month that a day is of; [`None`] beyond the years 1000 to 9999.
#[must_use]
pub fn month_of_day(day: Day) -> Option<(Day, Day)> {
    let span = jiff::Span::new().try_days(day).ok()?;
    let date = EPOCH.checked_add(span).ok()?;
    days_of_month(date.year().into(), date.month().into())
}

fn number(date: Date) -> Option<Day> {
    Some(EPOCH.until(date).ok()?.get_days())
}

/// The day as `2026-04-01`. Days that no calendar of ours reaches are shown as a number.
#[must_use]
pub fn day_text(day: Day) -> String {
    let span = jiff::Span::new().try_days(day);
    match span.and_then(|span| EPOCH.checked_add(span)) {
        Ok(date) => date.to_string(),
        Err(_) => format!("day {day}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_only() {
        assert_eq!(parse_day("1970-01-02"), Some(1));
        assert_eq!(parse_day("1969-12-31"), Some(-1));
        for refused in [
            "1970/01/02",
            "1970-1-2",
            "1970-02-30",
            "19700102",
            "1970-01-02 ",
            "197O-01-02",
            "平成８年",
        ] {
            assert_eq!(parse_day(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_month_has_its_days_leap_years_included() {
        let february = |year| {
            let (first, last) = days_of_month(year, 2).unwrap_or_default();
            last - first + 1
        };
        assert_eq!([1900, 2000, 2023, 2024].map(february), [28, 29, 28, 29]);
        assert_eq!(days_of_month(1970, 1), Some((0, 30)));
        assert_eq!(month_of_day(-1), days_of_month(1969, 12));
        for (year, month) in [(24, 2), (10_000, 1), (2026, 0), (2026, 13)] {
            assert_eq!(days_of_month(year, month), None);
        }
        assert_eq!(month_of_day(Day::MAX), None);
    }

    #[test]
    fn a_day_beyond_the_calendar_is_shown_as_a_number() {
        assert_eq!(day_text(-1), "1969-12-31");
        assert_eq!(day_text(Day::MAX), "day 2147483647");
    }
}
