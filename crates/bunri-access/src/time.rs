//! When a line says that something happened. An [`Instant`] is a point in time, whatever clock wrote it; the day that a supplier is
//! asked for is the day of that instant in Japan, where a switch takes effect at 00:00.

use bunri_security::moment::{Clock, DayEnd, parse_moment};
use bunri_types::Day;

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Instant = i64;

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
/// Japan is nine hours ahead, without summer time since 1951: no log of these systems is older.
pub const JAPAN: Clock = 9 * 3_600;

/// How a log writes a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// With the year first, as every other table does ([`bunri_security::moment`]): `2024-04-01T00:00:00.123+09:00`, `2024/4/1 0:00`,
    /// `20240401000000`. Hour 24 is the next day's midnight.
    Year,
    /// Seconds since 1970-01-01T00:00:00Z, with or without a fraction.
    EpochSeconds,
    /// Milliseconds since then.
    EpochMilliseconds,
    /// `Apr  1 00:00:00` (RFC 3164), which names no year: it is the first such day from this one on.
    Syslog {
        /// No line of the log is older, and none is a year younger.
        from: Day,
    },
}

/// The day in Japan.
#[must_use]
pub fn japan_day(at: Instant) -> Day {
    let day = (at.div_euclid(SECOND) + i64::from(JAPAN)).div_euclid(DAY_SECONDS);
    // Years have four digits, so days fit by far.
    Day::try_from(day).unwrap_or(if day < 0 { Day::MIN } else { Day::MAX })
}

/// Midnight with which a day begins in Japan.
#[must_use]
pub fn japan_midnight(day: Day) -> Instant {
    (i64::from(day) * DAY_SECONDS - i64::from(JAPAN)) * SECOND
}

/// The instant as Japan reads it: `2024-04-01 00:00:00`.
#[must_use]
pub fn japan_text(at: Instant) -> String {
    let day = japan_day(at);
    let second = (at - japan_midnight(day)).div_euclid(SECOND);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    let day = bunri_types::day_text(day);
    format!("{day} {hour:02}:{minute:02}:{:02}", second % 60)
}

/// What a field says; [`None`] where it is no time of that form.
#[must_use]
pub fn parse(text: &[u8], form: TimeForm, clock: Clock) -> Option<Instant> {
    match form {
        TimeForm::Year => year_first(text, clock),
        TimeForm::EpochSeconds => epoch(text, SECOND),
        TimeForm::EpochMilliseconds => epoch(text, SECOND / 1_000),
        TimeForm::Syslog { from } => syslog(text, clock, from),
    }
}

/// The two forms of nearly every log at once, any other as the tables are read.
fn year_first(text: &[u8], clock: Clock) -> Option<Instant> {
    iso(text, clock)
        .or_else(|| compact(text, clock))
        .or_else(|| {
            let text = std::str::from_utf8(text).ok()?;
            parse_moment(text, clock, DayEnd::Begin).map(|moment| moment.0)
        })
}

/// The next bytes as a number, all of them digits.
fn digits(text: &[u8]) -> Option<i64> {
    let mut number = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(number)
}

fn iso(text: &[u8], clock: Clock) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(10)?;
    let separator = date[4];
    if !matches!(separator, b'-' | b'/') || date[7] != separator {
        return None;
    }
    let day = civil(
        digits(&date[..4])?,
        digits(&date[5..7])?,
        digits(&date[8..])?,
    )?;
    let rest = match rest.split_first()? {
        (b'T' | b't' | b' ', rest) => rest,
        _ => return None,
    };
    let (clock_time, rest) = rest.split_at_checked(8)?;
    if clock_time[2] != b':' || clock_time[5] != b':' {
        return None;
    }
    let second = of_day(
        digits(&clock_time[..2])?,
        digits(&clock_time[3..5])?,
        digits(&clock_time[6..])?,
    )?;
    let (fraction, rest) = fraction(rest)?;
    instant(day, second, fraction, offset(rest, clock)?)
}

fn compact(text: &[u8], clock: Clock) -> Option<Instant> {
    let (whole, rest) = text.split_at_checked(14)?;
    let day = civil(
        digits(&whole[..4])?,
        digits(&whole[4..6])?,
        digits(&whole[6..8])?,
    )?;
    let second = of_day(
        digits(&whole[8..10])?,
        digits(&whole[10..12])?,
        digits(&whole[12..])?,
    )?;
    let (fraction, rest) = fraction(rest)?;
    instant(day, second, fraction, offset(rest, clock)?)
}

fn epoch(text: &[u8], unit: i64) -> Option<Instant> {
    let (negative, text) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    let point = memchr::memchr(b'.', text).unwrap_or(text.len());
    let (whole, rest) = text.split_at(point);
    if whole.is_empty() || whole.len() > 15 {
        return None;
    }
    let mut parts = digits(whole)?.checked_mul(unit)?;
    let (micros, rest) = fraction(rest)?;
    if !rest.is_empty() {
        return None;
    }
    // A fraction is one of the unit.
    parts = parts.checked_add(micros / (SECOND / unit))?;
    let parts = if negative { -parts } else { parts };
    // Beyond the years 1000 to 9999 it is another number.
    (-30_610_224_000 * SECOND..253_402_300_800 * SECOND)
        .contains(&parts)
        .then_some(parts)
}

fn syslog(text: &[u8], clock: Clock, from: Day) -> Option<Instant> {
    const MONTHS: [&[u8; 3]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    let (date, rest) = text.split_at_checked(7)?;
    let month = MONTHS.iter().position(|month| date[..3] == month[..])?;
    if date[3] != b' ' || date[6] != b' ' || rest.len() != 8 || rest[2] != b':' || rest[5] != b':' {
        return None;
    }
    let day = match date[4] {
        b' ' => digits(&date[5..6])?,
        _ => digits(&date[4..6])?,
    };
    let second = of_day(
        digits(&rest[..2])?,
        digits(&rest[3..5])?,
        digits(&rest[6..])?,
    )?;
    let month = i64::try_from(month).ok()? + 1;
    // The year of `from`, or the one after. The 29th of February may need the next leap year, which is more than a year away from
    // some days: then it is no day of this log.
    let year = year_of(from);
    [year, year + 1].into_iter().find_map(|year| {
        let day = civil(year, month, day)?;
        (day >= i64::from(from)).then(|| instant(day, second, 0, clock))?
    })
}

/// Microseconds behind a point or comma, and what follows. Digits beyond the sixth are cut.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.' | b',', rest)) = text.split_first() else {
        return Some((0, text));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let (fraction, rest) = rest.split_at(length);
    let shown = &fraction[..length.min(6)];
    let scale = (shown.len()..6).fold(1, |scale, _| scale * 10);
    Some((digits(shown)? * scale, rest))
}

/// Seconds ahead of UTC.
fn offset(text: &[u8], clock: Clock) -> Option<Clock> {
    let (sign, rest) = match text {
        [] => return Some(clock),
        b"Z" | b"z" => return Some(0),
        b" JST" | b"JST" => return Some(JAPAN),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (digits(rest)?, 0),
        4 => (digits(&rest[..2])?, digits(&rest[2..])?),
        5 if rest[2] == b':' => (digits(&rest[..2])?, digits(&rest[3..])?),
        _ => return None,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    Clock::try_from(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// Seconds since midnight. 24:00:00 is one; a leap second is the second after it.
fn of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let good = match hour {
        0..=23 => minute < 60 && second <= 60,
        24 => minute == 0 && second == 0,
        _ => false,
    };
    good.then_some(hour * 3_600 + minute * 60 + second)
}

fn instant(day: i64, second: i64, micros: i64, offset: Clock) -> Option<Instant> {
    let second = day * DAY_SECONDS + second - i64::from(offset);
    Some(second * SECOND + micros)
}

/// Days since 1970-01-01 of a date of the years 1000 to 9999. `jiff` says the same, at four times the price; a test holds them together.
fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    /// Days before a month, in a year that begins with March.
    const BEFORE: [i64; 12] = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];
    let place = usize::try_from(month - 1).ok()?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = LENGTHS.get(place)? + i64::from(month == 2 && leap);
    if !(1000..=9999).contains(&year) || day < 1 || day > length {
        return None;
    }
    let march = year - i64::from(month < 3);
    let days = march * 365 + march / 4 - march / 100 + march / 400 + BEFORE[place] + day;
    // 1970-01-01 is day 719,469 of the years that begin with March.
    Some(days - 719_469)
}

/// The year of a day, by the calendar that [`civil`] counts.
fn year_of(day: Day) -> i64 {
    let text = bunri_types::day_text(day);
    text.get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn japan(text: &str) -> Option<String> {
        parse(text.as_bytes(), TimeForm::Year, JAPAN).map(japan_text)
    }

    #[test]
    fn the_calendar_is_that_of_everybody() {
        for year in [1000, 1582, 1900, 1969, 1970, 2000, 2023, 2024, 2100, 9999] {
            for month in 0..=13_u8 {
                for day in 0..=32_u8 {
                    let known = bunri_types::day_from_parts(year, month, day).map(i64::from);
                    assert_eq!(
                        civil(year.into(), month.into(), day.into()),
                        known,
                        "{year}-{month}-{day}"
                    );
                }
            }
        }
    }

    #[test]
    fn one_instant_is_written_in_many_ways() {
        let midnight = japan_midnight(bunri_types::parse_day("2024-04-01").unwrap());
        for same in [
            "2024-04-01T00:00:00",
            "2024/04/01 00:00:00",
            "2024-04-01T00:00:00.000000+09:00",
            "2024-03-31T15:00:00Z",
            "2024-03-31 15:00:00,000+00",
            "2024-03-31 24:00:00",
            "2024-03-31 24:00:00.0 JST",
            "2024-03-31T11:00:00-0400",
            "2024/4/1 00:00",
            "2024-04-01",
        ] {
            let read = parse(same.as_bytes(), TimeForm::Year, JAPAN);
            assert_eq!(read, Some(midnight), "{same}");
        }
        let others = [
            ("20240401000000", TimeForm::Year),
            ("1711897200", TimeForm::EpochSeconds),
            ("1711897200.000", TimeForm::EpochSeconds),
            ("1711897200000", TimeForm::EpochMilliseconds),
            ("Apr  1 00:00:00", TimeForm::Syslog { from: 19_800 }),
        ];
        for (text, form) in others {
            assert_eq!(
                parse(text.as_bytes(), form, JAPAN),
                Some(midnight),
                "{text}"
            );
        }
    }

    #[test]
    fn a_second_before_midnight_is_the_day_before() {
        assert_eq!(
            japan("2024-03-31T14:59:59Z").as_deref(),
            Some("2024-03-31 23:59:59")
        );
        assert_eq!(
            japan("2024-03-31T15:00:00Z").as_deref(),
            Some("2024-04-01 00:00:00")
        );
        assert_eq!(
            japan("1969-12-31T14:59:59.5Z").as_deref(),
            Some("1969-12-31 23:59:59")
        );
        // The leap second of 2017 was 08:59:60 in Japan.
        assert_eq!(
            japan("2017-01-01 08:59:60").as_deref(),
            Some("2017-01-01 09:00:00")
        );
    }

    #[test]
    fn what_is_no_time_is_none() {
        for refused in [
            "",
            "2024-04",
            "2024-04-01T00",
            "2024-04-01T24:00:01",
            "2024-04-01T25:00:00",
            "2024-04-01T00:60:00",
            "2024-02-30T00:00:00",
            "2024-04/01T00:00:00",
            "2024-04-01T00:00:00.",
            "2024-04-01T00:00:00+9",
            "2024-04-01T00:00:00 PST",
            "R06-04-01T00:00:00",
            "２０２４-04-01T00:00:00",
        ] {
            assert_eq!(japan(refused), None, "{refused}");
        }
        for (refused, form) in [
            ("2024040100000x", TimeForm::Year),
            ("20240401000000x", TimeForm::Year),
            ("99999999999999", TimeForm::EpochSeconds),
            ("1711897200 ", TimeForm::EpochSeconds),
            ("", TimeForm::EpochMilliseconds),
            ("-", TimeForm::EpochMilliseconds),
            ("apr  1 00:00:00", TimeForm::Syslog { from: 0 }),
            ("Feb 29 00:00:00", TimeForm::Syslog { from: 19_800 }),
        ] {
            assert_eq!(parse(refused.as_bytes(), form, JAPAN), None, "{refused}");
        }
    }

    #[test]
    fn a_log_without_years_goes_on_over_the_turn_of_one() {
        let from = bunri_types::parse_day("2023-10-01").unwrap();
        let read =
            |text: &str| parse(text.as_bytes(), TimeForm::Syslog { from }, JAPAN).map(japan_text);
        assert_eq!(
            read("Dec 31 23:59:59").as_deref(),
            Some("2023-12-31 23:59:59")
        );
        assert_eq!(
            read("Jan  1 00:00:00").as_deref(),
            Some("2024-01-01 00:00:00")
        );
        assert_eq!(
            read("Sep 30 12:00:00").as_deref(),
            Some("2024-09-30 12:00:00")
        );
        assert_eq!(
            read("Feb 29 12:00:00").as_deref(),
            Some("2024-02-29 12:00:00")
        );
    }
}
