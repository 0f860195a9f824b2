//! Days and moments out of their binary forms, as PostgreSQL writes them with `DateStyle = ISO`.

use std::io::Write;
use std::ops::RangeInclusive;

/// 2000-01-01, in days since 1970-01-01.
const EPOCH: i64 = 10_957;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// Days and moments whose year is written with four digits and no era, 0001 to 9999; in days since 1970-01-01.
const WRITTEN_SO: RangeInclusive<i64> = -719_162..=2_932_896;

/// A day, given in days since 2000-01-01, in days since 1970-01-01, if its year has four digits.
pub(super) fn typed_day(days: i32) -> Option<i32> {
    let days = i64::from(days) + EPOCH;
    let written_so = WRITTEN_SO.contains(&days);
    written_so.then(|| i32::try_from(days).ok())?
}

/// A moment, given in microseconds since 2000-01-01, in microseconds since 1970-01-01, if its year has four digits.
pub(super) fn typed_moment(micros: i64) -> Option<i64> {
    let days = micros.div_euclid(MICROS_A_DAY) + EPOCH;
    let written_so = WRITTEN_SO.contains(&days);
    written_so.then(|| micros + EPOCH * MICROS_A_DAY)
}

/// Appends a day, given in days since 2000-01-01.
pub(super) fn day(days: i32, text: &mut Vec<u8>) {
    match days {
        i32::MAX => text.extend_from_slice(b"infinity"),
        i32::MIN => text.extend_from_slice(b"-infinity"),
        days => {
            let bc = civil(i64::from(days), text);
            end(bc, text);
        }
    }
}

/// Appends a moment, given in microseconds since 2000-01-01; `zone` is what stands behind it.
pub(super) fn moment(micros: i64, zone: &[u8], text: &mut Vec<u8>) {
    match micros {
        i64::MAX => return text.extend_from_slice(b"infinity"),
        i64::MIN => return text.extend_from_slice(b"-infinity"),
        _ => {}
    }
    let bc = civil(micros.div_euclid(MICROS_A_DAY), text);
    let rest = micros.rem_euclid(MICROS_A_DAY);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    text.push(b' ');
    two(hour, text);
    text.push(b':');
    two(minute, text);
    text.push(b':');
    two(second, text);
    if micros > 0 {
        // A vector takes everything.
        let _ = write!(text, ".{micros:06}");
        while text.last() == Some(&b'0') {
            text.pop();
        }
    }
    text.extend_from_slice(zone);
    end(bc, text);
}

fn end(bc: bool, text: &mut Vec<u8>) {
    if bc {
        text.extend_from_slice(b" BC");
    }
}

fn two(number: i64, text: &mut Vec<u8>) {
    let digit = |number: i64| b'0' + u8::try_from(number).unwrap_or(0);
    text.push(digit(number / 10 % 10));
    text.push(digit(number % 10));
}

/// Appends year, month and day; says whether the year is before the first. Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`.
fn civil(days: i64, text: &mut Vec<u8>) -> bool {
    let days = days + EPOCH + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let bc = year <= 0;
    let shown = if bc { 1 - year } else { year };
    if shown < 10_000 {
        two(shown / 100, text);
        two(shown % 100, text);
    } else {
        // A vector takes everything.
        let _ = write!(text, "{shown}");
    }
    text.push(b'-');
    two(month, text);
    text.push(b'-');
    two(day, text);
    bc
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_and_moments_as_postgresql_writes_them() {
        let written = |days| {
            let mut text = Vec::new();
            day(days, &mut text);
            String::from_utf8(text).unwrap()
        };
        let days = [
            (0, "2000-01-01"),
            (-1, "1999-12-31"),
            (59, "2000-02-29"),
            (2_921_939, "9999-12-31"),
            (2_921_940, "10000-01-01"),
            (-730_119, "0001-01-01"),
            (-730_120, "0001-12-31 BC"),
            (i32::MAX, "infinity"),
            (i32::MIN, "-infinity"),
        ];
        for (days, text) in days {
            assert_eq!(written(days), text);
            let plain = text.len() == 10 && !text.starts_with('-');
            assert_eq!(
                typed_day(days).is_some(),
                plain && text != "-infinity",
                "{text}"
            );
        }
        assert_eq!(typed_day(-10_957), Some(0));
        let written = |micros, zone: &str| {
            let mut text = Vec::new();
            moment(micros, zone.as_bytes(), &mut text);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(written(0, ""), "2000-01-01 00:00:00");
        assert_eq!(written(-1, ""), "1999-12-31 23:59:59.999999");
        assert_eq!(written(1_500_000, "+00:00"), "2000-01-01 00:00:01.5+00:00");
        assert_eq!(written(i64::MAX, "+00:00"), "infinity");
        let first = -730_119 * MICROS_A_DAY;
        assert_eq!(typed_moment(first), Some(first + EPOCH * MICROS_A_DAY));
        for none in [first - 1, 2_921_940 * MICROS_A_DAY, i64::MAX, i64::MIN] {
            assert_eq!(typed_moment(none), None);
        }
        let midnight = -730_120 * MICROS_A_DAY;
        assert_eq!(written(midnight, "+00:00"), "0001-12-31 00:00:00+00:00 BC");
    }
}
