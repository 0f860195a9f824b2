//! Days and moments, read strictly: only the declared form, only days that the calendar has. Moments are moved to Japan's
//! clock: from the zone that stands in the text, else from the declared clock.

use bunri_types::{DateForm, JAPAN_SECONDS, Moment, MomentForm};

use super::calendar::{SECONDS_A_DAY, day_of, number};
use super::{Cell, Misfit, era};
use crate::model::{SourceValue, TypedValue};

/// The first and last day that a four-digit year can write.
const FIRST_DAY: i64 = -719_528;
const LAST_DAY: i64 = 2_932_896;

/// Reads a calendar day, in days since 1970-01-01.
pub(super) fn date(value: SourceValue<'_>, form: DateForm) -> Cell<i32> {
    let separator = match form {
        DateForm::Era { form, years } => return era::date(value, form, years),
        DateForm::Iso | DateForm::IsoMidnight => Some(b'-'),
        DateForm::Slashed | DateForm::SlashedMidnight => Some(b'/'),
        DateForm::Compact => None,
    };
    let day = match (value, separator) {
        (SourceValue::Null, _) => return Ok(None),
        (SourceValue::Text(text) | SourceValue::Untyped(text), Some(separator)) => {
            without_midnight(text, form).and_then(|text| separated(text, separator))
        }
        (SourceValue::Text(text) | SourceValue::Untyped(text), None) => compact_text(text),
        (SourceValue::Integer(number), None) => compact_number(number),
        (SourceValue::Integer(_), Some(_))
        | (
            SourceValue::Real(_)
            | SourceValue::Decimal(_)
            | SourceValue::Blob(_)
            | SourceValue::Undecodable(_),
            _,
        ) => None,
    };
    day.map(Some).ok_or(Misfit::Date)
}

/// A time of day that is not midnight says something, so it is no date.
fn without_midnight(text: &[u8], form: DateForm) -> Option<&[u8]> {
    match form {
        DateForm::IsoMidnight | DateForm::SlashedMidnight => text.strip_suffix(b" 00:00:00"),
        DateForm::Iso | DateForm::Slashed | DateForm::Compact | DateForm::Era { .. } => Some(text),
    }
}

/// Reads a moment, in microseconds of Japan local time since 1970-01-01.
pub(super) fn timestamp(value: SourceValue<'_>, moment: Moment) -> Cell<i64> {
    let unit = match moment.form {
        MomentForm::EpochSeconds => Some(1_000_000),
        MomentForm::EpochMilliseconds => Some(1_000),
        MomentForm::Iso | MomentForm::Slashed | MomentForm::Compact => None,
    };
    let micros = match (value, unit) {
        (SourceValue::Null, _) => return Ok(None),
        (SourceValue::Integer(number), Some(unit)) => since_epoch(number, unit),
        (SourceValue::Text(text) | SourceValue::Untyped(text), Some(unit)) => {
            signed(text).and_then(|number| since_epoch(number, unit))
        }
        (SourceValue::Text(text) | SourceValue::Untyped(text), None) => written(text, moment),
        (SourceValue::Integer(number), None) if moment.form == MomentForm::Compact => {
            written(number.to_string().as_bytes(), moment)
        }
        (SourceValue::Integer(_), None)
        | (
            SourceValue::Real(_)
            | SourceValue::Decimal(_)
            | SourceValue::Blob(_)
            | SourceValue::Undecodable(_),
            _,
        ) => None,
    };
    micros.map(Some).ok_or(Misfit::Timestamp)
}

/// A moment that the source has as a number, in the same microseconds; [`None`] where it is not read so, or is none of the days that can be
/// written.
pub(super) fn typed_timestamp(value: TypedValue, moment: Moment) -> Option<i64> {
    if moment.form != MomentForm::Iso {
        return None;
    }
    let (micros, clock) = match value {
        TypedValue::Moment(micros) => (micros, moment.clock_seconds),
        TypedValue::UtcMoment(micros) => (micros, 0),
        TypedValue::Integer(_) | TypedValue::Day(_) | TypedValue::Decimal { .. } => return None,
    };
    local(micros.checked_add(i64::from(JAPAN_SECONDS - clock) * 1_000_000)?)
}

/// The first moment of a day.
pub(super) fn midnight(day: i32) -> i64 {
    i64::from(day) * SECONDS_A_DAY * 1_000_000
}

fn since_epoch(number: i64, unit: i64) -> Option<i64> {
    let micros = number.checked_mul(unit)?;
    local(micros.checked_add(i64::from(JAPAN_SECONDS) * 1_000_000)?)
}

/// A moment of the days that a four-digit year can write; a clock may carry the last ones past them.
fn local(micros: i64) -> Option<i64> {
    let day = micros.div_euclid(SECONDS_A_DAY * 1_000_000);
    (FIRST_DAY..=LAST_DAY).contains(&day).then_some(micros)
}

/// Digits, perhaps behind a minus.
fn signed(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    // More do not fit, and the sum of fewer does not overflow.
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let number = number(digits)?;
    Some(if digits.len() < text.len() {
        -number
    } else {
        number
    })
}

fn separated(text: &[u8], separator: u8) -> Option<i32> {
    if text.len() != 10 || text[4] != separator || text[7] != separator {
        return None;
    }
    day_of(
        number(&text[..4])?,
        number(&text[5..7])?,
        number(&text[8..])?,
    )
}

fn compact_text(text: &[u8]) -> Option<i32> {
    if text.len() != 8 {
        return None;
    }
    day_of(
        number(&text[..4])?,
        number(&text[4..6])?,
        number(&text[6..])?,
    )
}

/// A number has no leading zeros, so one with fewer than eight digits is not of the form.
fn compact_number(number: i64) -> Option<i32> {
    if !(10_000_000..=99_999_999).contains(&number) {
        return None;
    }
    day_of(number / 10_000, number / 100 % 100, number % 100)
}

/// Day and time of day as the form has them; then perhaps a point and digits; then perhaps a zone.
fn written(text: &[u8], moment: Moment) -> Option<i64> {
    let separator = match moment.form {
        MomentForm::Iso => Some(b'-'),
        MomentForm::Slashed => Some(b'/'),
        MomentForm::Compact => None,
        MomentForm::EpochSeconds | MomentForm::EpochMilliseconds => return None,
    };
    let (day, clock, rest) = match separator {
        Some(separator) => {
            if text.len() < 19 || !matches!(text[10], b' ' | b'T') {
                return None;
            }
            let clock = &text[11..19];
            if clock[2] != b':' || clock[5] != b':' {
                return None;
            }
            let clock = [&clock[..2], &clock[3..5], &clock[6..]];
            (separated(&text[..10], separator)?, clock, &text[19..])
        }
        None => {
            if text.len() < 14 {
                return None;
            }
            let clock = [&text[8..10], &text[10..12], &text[12..14]];
            (compact_text(&text[..8])?, clock, &text[14..])
        }
    };
    let [hour, minute, second] = clock.map(number);
    let (hour, minute, second) = (hour?, minute?, second?);
    let (micros, rest) = fraction(rest, moment.truncates)?;
    // 24:00 is the end of its day: the next midnight, and no later moment.
    let is_end_of_day = hour == 24 && minute == 0 && second == 0 && micros == 0;
    if !(is_end_of_day || hour < 24 && minute < 60 && second < 60) {
        return None;
    }
    let clock = if rest.is_empty() {
        i64::from(moment.clock_seconds)
    } else {
        zone(rest)?
    };
    let seconds = hour * 3_600 + minute * 60 + second + i64::from(JAPAN_SECONDS) - clock;
    local((i64::from(day) * SECONDS_A_DAY + seconds) * 1_000_000 + micros)
}

/// Microseconds, and what stands behind them. Digits beyond the sixth are zeros, or cut off where that is declared.
fn fraction(text: &[u8], truncates: bool) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let (kept, cut) = rest[..length].split_at(length.min(6));
    if !truncates && cut.iter().any(|digit| *digit != b'0') {
        return None;
    }
    let unit = 10_i64.pow(6 - u32::try_from(kept.len()).ok()?);
    Some((number(kept)? * unit, &rest[length..]))
}

/// `Z` or `±HH:MM`, in seconds east of UTC.
fn zone(text: &[u8]) -> Option<i64> {
    match text {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] if rest.len() == 5 && rest[2] == b':' => {
            let (hours, minutes) = (number(&rest[..2])?, number(&rest[3..])?);
            let seconds = hours * 3_600 + minutes * 60;
            let valid = hours < 24 && minutes < 60;
            valid.then_some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_the_declared_form() {
        let text = |text: &'static str, form| date(SourceValue::Text(text.as_bytes()), form);
        assert_eq!(text("1970-01-01", DateForm::Iso), Ok(Some(0)));
        assert_eq!(text("1969-12-31", DateForm::Iso), Ok(Some(-1)));
        assert_eq!(text("2024-02-29", DateForm::Iso), Ok(Some(19_782)));
        assert_eq!(text("9999-12-31", DateForm::Iso), Ok(Some(2_932_896)));
        assert_eq!(text("0000-01-01", DateForm::Iso), Ok(Some(-719_528)));
        assert_eq!(text("2024/02/29", DateForm::Slashed), Ok(Some(19_782)));
        assert_eq!(text("20240229", DateForm::Compact), Ok(Some(19_782)));
        assert_eq!(
            date(SourceValue::Integer(20_240_229), DateForm::Compact),
            Ok(Some(19_782))
        );
        assert_eq!(date(SourceValue::Null, DateForm::Iso), Ok(None));
    }

    #[test]
    fn days_that_the_calendar_or_the_form_does_not_have() {
        let broken = [
            (DateForm::Iso, "2023-02-29"),
            (DateForm::Iso, "20160231"),
            (DateForm::Iso, "2016-02-31"),
            (DateForm::Iso, "2016-00-10"),
            (DateForm::Iso, "2016-13-10"),
            (DateForm::Iso, "2016-1-10"),
            (DateForm::Iso, "2016/01/10"),
            (DateForm::Iso, "2016-01-10 "),
            (DateForm::Iso, ""),
            (DateForm::Iso, "2016-01-10 00:00:00"),
            (DateForm::Iso, "+016-01-10"),
            (DateForm::Iso, "H28.04.01"),
            (DateForm::Iso, "平28/4/1"),
            (DateForm::Iso, "２０１６-1"),
            (DateForm::Slashed, "9999/99/99"),
            (DateForm::Slashed, "2016-01-10"),
            (DateForm::Compact, "00000000"),
            (DateForm::Compact, "4280401"),
            (DateForm::Compact, "2016011"),
        ];
        for (form, text) in broken {
            assert_eq!(
                date(SourceValue::Text(text.as_bytes()), form),
                Err(Misfit::Date),
                "{text}"
            );
        }
        for number in [0, -20_160_110, 4_280_401, 20_160_231, 101, 200_160_110] {
            assert_eq!(
                date(SourceValue::Integer(number), DateForm::Compact),
                Err(Misfit::Date),
                "{number}"
            );
        }
        assert_eq!(
            date(SourceValue::Integer(20_160_110), DateForm::Iso),
            Err(Misfit::Date)
        );
        assert_eq!(
            date(SourceValue::Real(20_160_110.0), DateForm::Compact),
            Err(Misfit::Date)
        );
        assert_eq!(
            date(SourceValue::Blob(b"2016-01-10"), DateForm::Iso),
            Err(Misfit::Date)
        );
    }

    #[test]
    fn moments_are_japan_local() {
        let fits = [
            ("1970-01-01 00:00:00", 0),
            ("1970-01-01T00:00:01", 1_000_000),
            ("1969-12-31 23:59:59.5", -500_000),
            ("1970-01-01 00:00:00.000001", 1),
            ("1970-01-01T00:00:00Z", 32_400_000_000),
            ("1970-01-01 09:00:00+09:00", 32_400_000_000),
            ("1970-01-01 00:00:00.25-01:30", 37_800_250_000),
            ("1970-01-01 24:00:00", 86_400_000_000),
            ("1970-01-01 00:00:00.1234560", 123_456),
        ];
        for (text, micros) in fits {
            assert_eq!(
                timestamp(SourceValue::Text(text.as_bytes()), Moment::default()),
                Ok(Some(micros)),
                "{text}"
            );
        }
    }

    #[test]
    fn moments_in_no_known_form() {
        let broken = [
            "1970-01-01",
            "1970-01-01 00:00",
            "1970-01-01 24:00:01",
            "1970-01-01 24:01:00",
            "1970-01-01 24:00:00.000001",
            "1970-01-01 25:00:00",
            "1970-01-01 00:60:00",
            "1970-01-01 00:00:60",
            "1970-01-01  00:00:00",
            "1970-01-01 00:00:00.",
            "1970-02-30 00:00:00",
            "1970-01-01 00:00:00.1234567",
            "1970-01-01 00:00:00z",
            "1970-01-01 00:00:00 Z",
            "1970-01-01 00:00:00+0900",
            "1970-01-01 00:00:00+24:00",
            "9999-12-31 23:00:00Z",
            "",
            "1970-01-01 0\u{ff10}:00:00",
        ];
        for text in broken {
            assert_eq!(
                timestamp(SourceValue::Text(text.as_bytes()), Moment::default()),
                Err(Misfit::Timestamp),
                "{text}"
            );
        }
        let number = timestamp(SourceValue::Integer(0), Moment::default());
        assert_eq!(number, Err(Misfit::Timestamp));
    }

    fn declared(form: MomentForm) -> Moment {
        Moment {
            form,
            ..Moment::default()
        }
    }

    #[test]
    fn moments_of_other_forms_and_clocks() {
        let utc = Moment {
            clock_seconds: 0,
            ..Moment::default()
        };
        let text =
            |text: &'static str, moment| timestamp(SourceValue::Text(text.as_bytes()), moment);
        let nine = Ok(Some(32_400_000_000));
        assert_eq!(text("1970-01-01 00:00:00", utc), nine);
        // What stands in the text is nearer to the value than what is declared of the column.
        assert_eq!(text("1970-01-01 09:00:00+09:00", utc), nine);
        assert_eq!(
            text("1970/01/01 09:00:00", declared(MomentForm::Slashed)),
            nine
        );
        assert_eq!(text("19700101090000", declared(MomentForm::Compact)), nine);
        let seconds = declared(MomentForm::EpochSeconds);
        assert_eq!(text("0", seconds), nine);
        assert_eq!(timestamp(SourceValue::Integer(0), seconds), nine);
        let thousandths = declared(MomentForm::EpochMilliseconds);
        let half_before = timestamp(SourceValue::Integer(-500), thousandths);
        assert_eq!(half_before, Ok(Some(32_399_500_000)));
        let number = timestamp(
            SourceValue::Integer(19_700_101_090_000),
            declared(MomentForm::Compact),
        );
        assert_eq!(number, nine);
        let cut = Moment {
            truncates: true,
            ..Moment::default()
        };
        assert_eq!(text("1970-01-01 00:00:00.1234567", cut), Ok(Some(123_456)));
        for (broken, moment) in [
            ("1970-01-01 00:00:00", declared(MomentForm::Slashed)),
            ("1970/01/01 00:00:00", Moment::default()),
            ("1970010109000", declared(MomentForm::Compact)),
            ("1.5", seconds),
            ("", seconds),
            ("-", seconds),
            ("9223372036854775807", seconds),
            ("999999999999999999", seconds),
            ("9999-12-31 15:00:00", utc),
        ] {
            assert_eq!(text(broken, moment), Err(Misfit::Timestamp), "{broken}");
        }
        assert_eq!(
            timestamp(SourceValue::Real(0.0), seconds),
            Err(Misfit::Timestamp)
        );
    }

    #[test]
    fn a_day_with_a_midnight_is_a_day() {
        let text = |text: &'static str, form| date(SourceValue::Text(text.as_bytes()), form);
        assert_eq!(
            text("1970-01-02 00:00:00", DateForm::IsoMidnight),
            Ok(Some(1))
        );
        assert_eq!(
            text("1970/01/02 00:00:00", DateForm::SlashedMidnight),
            Ok(Some(1))
        );
        for broken in ["1970-01-02", "1970-01-02 00:00:01", "1970-01-02T00:00:00"] {
            assert_eq!(
                text(broken, DateForm::IsoMidnight),
                Err(Misfit::Date),
                "{broken}"
            );
        }
    }
}
