//! Moments: a day and a time of day, perhaps a fraction and a zone; or seconds since 1970. What comes out is on Japan's clock.

use bunri_types::{JAPAN_SECONDS, Moment, MomentForm};

use super::calendar::{DAY, digits, is_within};
use super::day::date;

const SECOND: i64 = 1_000_000;
/// More digits of a fraction than nanoseconds have, no clock gave.
const MOST_DIGITS: usize = 9;
/// A text of more digits is no count of seconds.
const MOST_EPOCH_DIGITS: usize = 18;

/// The microseconds, local in Japan, that these letters write; `number` where the source held an integer.
pub(super) fn read(letters: &str, number: bool, how: &Moment) -> Option<i64> {
    let micros = match how.form {
        MomentForm::Iso => clock(letters, "-", ":", how),
        MomentForm::Slashed => clock(letters, "/", ":", how),
        MomentForm::Compact => clock(letters, "", "", how),
        MomentForm::EpochSeconds => epoch(letters, number, SECOND),
        MomentForm::EpochMilliseconds => epoch(letters, number, SECOND / 1_000),
    };
    micros.filter(|&micros| is_within(micros))
}

fn clock(text: &str, in_date: &str, in_time: &str, how: &Moment) -> Option<i64> {
    let (day, behind) = date(text, in_date)?;
    let behind = match in_time {
        "" => behind,
        _ => behind.strip_prefix([' ', 'T'])?,
    };
    let (hours, behind) = digits(behind, 2)?;
    let (minutes, behind) = digits(behind.strip_prefix(in_time)?, 2)?;
    let (seconds, behind) = digits(behind.strip_prefix(in_time)?, 2)?;
    let (fraction, behind) = fraction(behind, how.truncates)?;
    let east = match behind {
        "" => how.clock_seconds,
        zone => zone_seconds(zone)?,
    };
    // The last midnight of a day, and no moment after it.
    let ends_the_day = hours == 24 && minutes == 0 && seconds == 0 && fraction == 0;
    if minutes > 59 || seconds > 59 || hours > 23 && !ends_the_day {
        return None;
    }
    let of_day = i64::from(hours * 3_600 + minutes * 60 + seconds) * SECOND + fraction;
    // Where it was written, the last midnight may lie beyond the calendar: what counts is Japan's clock.
    let written = i64::from(day) * DAY + of_day;
    Some(written + i64::from(JAPAN_SECONDS - east) * SECOND)
}

/// Microseconds behind a point, and what is behind them.
fn fraction(text: &str, truncates: bool) -> Option<(i64, &str)> {
    let Some(behind) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = behind.find(|sign: char| !sign.is_ascii_digit());
    let (fraction, behind) = behind.split_at(end.unwrap_or(behind.len()));
    if fraction.is_empty() || fraction.len() > MOST_DIGITS {
        return None;
    }
    let padded = format!("{fraction:0<9}");
    let (micros, finer) = padded.split_at(6);
    if finer != "000" && !truncates {
        return None;
    }
    Some((micros.parse().ok()?, behind))
}

/// Seconds east of UTC.
fn zone_seconds(zone: &str) -> Option<i32> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, behind) = digits(zone.strip_prefix(['+', '-'])?, 2)?;
    let (minutes, behind) = digits(behind.strip_prefix(':')?, 2)?;
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    (behind.is_empty() && hours < 24 && minutes < 60).then_some(sign * seconds)
}

fn epoch(letters: &str, number: bool, unit: i64) -> Option<i64> {
    let written = letters.strip_prefix('-').unwrap_or(letters);
    let plain = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || written.len() > MOST_EPOCH_DIGITS && !number {
        return None;
    }
    let count: i64 = letters.parse().ok()?;
    count
        .checked_mul(unit)?
        .checked_add(i64::from(JAPAN_SECONDS) * SECOND)
}
