//! Days and moments as systems write them. Every form begins with the year, so none can be taken for another.

use bunri_types::{Day, day_from_parts, day_text};

const DAY_SECONDS: i64 = 86_400;
const MICROSECONDS: i64 = 1_000_000;

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

/// Seconds east of UTC, of moments that are written without a zone.
pub type Clock = i32;

/// Which moment of a day a day stands for where a moment is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayEnd {
    /// Its first.
    Begin,
    /// Its last microsecond: an end that is written as a day is included.
    End,
}

impl Moment {
    /// The day by a clock.
    #[must_use]
    pub fn day(self, clock: Clock) -> Day {
        let local = self.0.div_euclid(MICROSECONDS) + i64::from(clock);
        // Years of four digits, so that it always fits.
        Day::try_from(local.div_euclid(DAY_SECONDS)).unwrap_or(Day::MAX)
    }

    /// `2024-01-01T16:10:00+09:00`, without fractions of a second.
    #[must_use]
    pub fn text(self, clock: Clock) -> String {
        let local = self.0.div_euclid(MICROSECONDS) + i64::from(clock);
        let day = day_text(self.day(clock));
        let seconds = local.rem_euclid(DAY_SECONDS);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        format!(
            "{day}T{hour:02}:{minute:02}:{second:02}{}",
            offset_text(clock)
        )
    }
}

/// `+09:00`.
#[must_use]
pub fn offset_text(clock: Clock) -> String {
    let sign = if clock < 0 { '-' } else { '+' };
    let minutes = clock.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `+09:00`, `-0930` or `Z`, as seconds east of UTC.
#[must_use]
pub fn parse_offset(text: &str) -> Option<Clock> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text.get(1..)?.replace(':', "");
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then_some(())?;
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// `2024-01-05`, `2024/1/5` or `20240105`.
#[must_use]
pub fn parse_day(text: &str) -> Option<Day> {
    let (day, rest) = day_and_rest(text)?;
    rest.is_empty().then_some(day)
}

/// A day with a time behind it, each in one of their forms (`2024-01-05T16:10:00.5+09:00`, `2024/1/5 16:10`, `20240105161000`), or
/// a day alone. 24:00 is the end of its day.
#[must_use]
pub fn parse_moment(text: &str, clock: Clock, end: DayEnd) -> Option<Moment> {
    let (day, rest) = day_and_rest(text)?;
    let midnight = i64::from(day) * DAY_SECONDS;
    if rest.is_empty() {
        let first = (midnight - i64::from(clock)) * MICROSECONDS;
        return Some(Moment(match end {
            DayEnd::Begin => first,
            DayEnd::End => first + DAY_SECONDS * MICROSECONDS - 1,
        }));
    }
    let (micros, rest) = match rest.strip_prefix(['T', ' ']) {
        Some(time) => time_and_rest(time.trim_start_matches(' '))?,
        None => compact_time(rest)?,
    };
    let rest = rest.trim_start_matches(' ');
    let clock = if rest.is_empty() {
        clock
    } else {
        parse_offset(rest)?
    };
    Some(Moment(
        (midnight - i64::from(clock)) * MICROSECONDS + micros,
    ))
}

fn day_and_rest(text: &str) -> Option<(Day, &str)> {
    let (year, rest) = digits(text, 4..=4)?;
    let (month, day, rest) = match rest.as_bytes().first()? {
        sign @ (b'-' | b'/') => {
            // Slashes come without leading zeros, too.
            let wide = if *sign == b'-' { 2..=2 } else { 1..=2 };
            let (month, rest) = digits(&rest[1..], wide.clone())?;
            let rest = rest.strip_prefix(char::from(*sign))?;
            let (day, rest) = digits(rest, wide)?;
            (month, day, rest)
        }
        _ => {
            let (month, rest) =
                digits(rest.get(..2)?, 2..=2).map(|(month, _)| (month, &rest[2..]))?;
            let (day, _) = digits(rest.get(..2)?, 2..=2)?;
            (month, day, &rest[2..])
        }
    };
    let day = day_from_parts(
        i32::try_from(year).ok()?,
        u8::try_from(month).ok()?,
        u8::try_from(day).ok()?,
    )?;
    Some((day, rest))
}

/// Digits at the beginning, so many of them as there are, and their number.
fn digits(text: &str, wide: std::ops::RangeInclusive<usize>) -> Option<(i64, &str)> {
    let length = text
        .bytes()
        .take(*wide.end())
        .take_while(u8::is_ascii_digit)
        .count();
    let (number, rest) = text.split_at_checked(length)?;
    wide.contains(&length).then_some(())?;
    Some((number.parse().ok()?, rest))
}

fn time_and_rest(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = digits(text, 1..=2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2..=2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2..=2)?,
        None => (0, rest),
    };
    let (micros, rest) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    Some((time_of(hour, minute, second)? + micros, rest))
}

fn compact_time(text: &str) -> Option<(i64, &str)> {
    let part = |at: usize| digits(text.get(at..at + 2)?, 2..=2).map(|(number, _)| number);
    let (hour, minute) = (part(0)?, part(2)?);
    let (second, rest) = match part(4) {
        Some(second) => (second, &text[6..]),
        None => (0, &text[4..]),
    };
    Some((time_of(hour, minute, second)?, rest))
}

fn time_of(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let fits = minute < 60 && second < 60 && (hour < 24 || (hour, minute, second) == (24, 0, 0));
    fits.then_some((hour * 3_600 + minute * 60 + second) * MICROSECONDS)
}

/// Digits after the sixth are cut off.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (written, rest) = text.split_at(length);
    (!written.is_empty()).then_some(())?;
    let six: String = written.chars().chain("000000".chars()).take(6).collect();
    Some((six.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const JAPAN: Clock = 9 * 3_600;

    #[test]
    fn every_form_says_the_same_moment() {
        for written in [
            "2024-01-05T16:10:00+09:00",
            "2024-01-05 16:10",
            "2024/1/5 16:10:00",
            "20240105161000",
            "202401051610",
            "20240105 16:10:00.000000999",
            "2024-01-05T07:10:00Z",
            "2024-01-05 02:10:00 -0500",
        ] {
            let moment = parse_moment(written, JAPAN, DayEnd::Begin);
            let text = moment.map(|moment| moment.text(JAPAN));
            assert_eq!(
                text.as_deref(),
                Some("2024-01-05T16:10:00+09:00"),
                "{written}"
            );
        }
    }

    #[test]
    fn a_day_is_its_first_or_its_last_moment() {
        let begin = parse_moment("2024/01/05", JAPAN, DayEnd::Begin).unwrap();
        let end = parse_moment("20240105", JAPAN, DayEnd::End).unwrap();
        let midnight = parse_moment("2024-01-05 24:00", JAPAN, DayEnd::Begin).unwrap();
        assert_eq!(end.0 + 1, midnight.0);
        assert_eq!(begin.day(JAPAN), end.day(JAPAN));
        assert_eq!(midnight.day(JAPAN), end.day(JAPAN) + 1);
    }

    #[test]
    fn what_is_no_day_is_none() {
        for written in [
            "",
            "5.1.2024",
            "2024-1-5",
            "2024-02-30",
            "20240230",
            "2024-01-05x",
            "2024-01-05T25:00",
            "2024-01-05 16:10+99:00",
            "R06.01.05",
            "２０２４-01-05",
            "2024",
            "202401",
            "2024-01-05 16",
            "2024-01-05T16:10:00+0é",
        ] {
            assert_eq!(
                parse_moment(written, JAPAN, DayEnd::Begin),
                None,
                "{written}"
            );
        }
    }
}
