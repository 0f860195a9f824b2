//! The Gregorian calendar, counted back before it was in use: days and microseconds since 1970-01-01, by arithmetic of our own.

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// The day of a year from 0 to 9999, a month and a day of it, if there is one.
pub(super) fn day(year: u32, month: u32, of_month: u32) -> Option<i32> {
    if year > 9999 || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [
        31,
        if leap { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let before = &lengths[..month as usize - 1];
    if of_month < 1 || of_month > lengths[month as usize - 1] {
        return None;
    }
    let within = before.iter().sum::<u32>() + of_month - 1;
    let days = first_of_year(year) + i64::from(within) - first_of_year(1970);
    i32::try_from(days).ok()
}

/// Days from the first day of year 0 to that of this year; year 0 is a leap year.
fn first_of_year(year: u32) -> i64 {
    let leaps = if year == 0 {
        0
    } else {
        let last = year - 1;
        last / 4 - last / 100 + last / 400 + 1
    };
    i64::from(year) * 365 + i64::from(leaps)
}

/// Whether a moment lies in the years 0 to 9999, beyond which staging holds none.
pub(super) fn is_within(micros: i64) -> bool {
    let bound = |day: Option<i32>| i64::from(day.unwrap_or_default()) * DAY;
    let (first, last) = (bound(day(0, 1, 1)), bound(day(9999, 12, 31)));
    (first..last + DAY).contains(&micros)
}

/// So many digits at the front, as a number, and what is behind them.
pub(super) fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (front, behind) = text.split_at_checked(count)?;
    let all = !front.is_empty() && front.bytes().all(|byte| byte.is_ascii_digit());
    if !all {
        return None;
    }
    Some((front.parse().ok()?, behind))
}
