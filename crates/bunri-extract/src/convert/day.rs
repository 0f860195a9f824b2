//! Days and moments, read strictly: only the declared form, only days that the calendar has. Moments are
//! Japan local; a text with a zone is moved there.

use bunri_catalogue::DateForm;
use jiff::civil::Date;

use super::{Cell, Misfit};
use crate::source::SourceValue;

const EPOCH: Date = Date::constant(1970, 1, 1);
const SECONDS_A_DAY: i64 = 86_400;
/// Japan has had no other offset in the years that such systems speak of.
const JAPAN_SECONDS: i64 = 9 * 3_600;
/// The first and last day that a four-digit year can write.
const FIRST_DAY: i64 = -719_528;
const LAST_DAY: i64 = 2_932_896;

/// Reads a calendar day, in days since 1970-01-01.
pub(super) fn date(value: SourceValue<'_>, form: DateForm) -> Cell<i32> {
    let day = match (value, form) {
        (SourceValue::Null, _) => return Ok(None),
        (SourceValue::Text(text), DateForm::Iso) => separated(text, b'-'),
        (SourceValue::Text(text), DateForm::Slashed) => separated(text, b'/'),
        (SourceValue::Text(text), DateForm::Compact) => compact_text(text),
        (SourceValue::Integer(number), DateForm::Compact) => compact_number(number),
        (SourceValue::Integer(_), DateForm::Iso | DateForm::Slashed)
        | (
            SourceValue::Real(_) | SourceValue::Blob(_),
            DateForm::Iso | DateForm::Slashed | DateForm::Compact,
        ) => None,
    };
    day.map(Some).ok_or(Misfit::Date)
}

/// Reads a moment, in microseconds of Japan local time since 1970-01-01.
pub(super) fn timestamp(value: SourceValue<'_>) -> Cell<i64> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Text(text) => moment(text).map(Some).ok_or(Misfit::Timestamp),
        _ => Err(Misfit::Timestamp),
    }
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

fn number(digits: &[u8]) -> Option<i64> {
    let step = |sum: i64, digit: &u8| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
    };
    digits.iter().try_fold(0, step)
}

fn day_of(year: i64, month: i64, day: i64) -> Option<i32> {
    let date = Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()?;
    i32::try_from(date.duration_since(EPOCH).as_secs() / SECONDS_A_DAY).ok()
}

/// `YYYY-MM-DD HH:MM:SS`, or with `T`; then perhaps a point and one to six digits; then perhaps a zone.
fn moment(text: &[u8]) -> Option<i64> {
    if text.len() < 19 || !matches!(text[10], b' ' | b'T') {
        return None;
    }
    let day = i64::from(separated(&text[..10], b'-')?);
    let seconds = time_of_day(&text[11..19])?;
    let (micros, rest) = fraction(&text[19..])?;
    let shift = if rest.is_empty() {
        0
    } else {
        JAPAN_SECONDS - zone(rest)?
    };
    let local = day * SECONDS_A_DAY + seconds + shift;
    // A zone may carry the last moments past the years that a text can write.
    (FIRST_DAY..=LAST_DAY)
        .contains(&local.div_euclid(SECONDS_A_DAY))
        .then_some(local * 1_000_000 + micros)
}

fn time_of_day(text: &[u8]) -> Option<i64> {
    if text[2] != b':' || text[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (
        number(&text[..2])?,
        number(&text[3..5])?,
        number(&text[6..])?,
    );
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&length) {
        return None;
    }
    let unit = 10_i64.pow(6 - u32::try_from(length).ok()?);
    Some((number(&rest[..length])? * unit, &rest[length..]))
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
        ];
        for (text, micros) in fits {
            assert_eq!(
                timestamp(SourceValue::Text(text.as_bytes())),
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
            "1970-01-01 24:00:00",
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
                timestamp(SourceValue::Text(text.as_bytes())),
                Err(Misfit::Timestamp),
                "{text}"
            );
        }
        assert_eq!(timestamp(SourceValue::Integer(0)), Err(Misfit::Timestamp));
    }
}
