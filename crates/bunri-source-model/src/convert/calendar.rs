//! Days of the calendar from their numbers.

use jiff::civil::Date;

const EPOCH: Date = Date::constant(1970, 1, 1);
pub(super) const SECONDS_A_DAY: i64 = 86_400;

/// The number that these ASCII digits write.
pub(super) fn number(digits: &[u8]) -> Option<i64> {
    let step = |sum: i64, digit: &u8| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
    };
    digits.iter().try_fold(0, step)
}

/// The day of a year, month and day of month, if the calendar has it.
pub(super) fn day_of(year: i64, month: i64, day: i64) -> Option<i32> {
    let date = Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()?;
    i32::try_from(date.duration_since(EPOCH).as_secs() / SECONDS_A_DAY).ok()
}
