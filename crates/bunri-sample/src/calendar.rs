//! The days of the sample: when it was frozen, when the cutover is, and how the old system writes a moment.

use jiff::Span;
use jiff::civil::{Date, date};

/// The day of the cutover that the sample is made for; the job says the same.
pub const CUTOVER: Date = date(2026, 4, 1);

/// The last day on which anybody wrote into the legacy system.
pub(crate) const FREEZE: Date = date(2026, 3, 31);

/// How the legacy system writes "no end yet".
pub(crate) const OPEN: Date = date(9999, 12, 31);

/// Periods of the ledger that were over by then stand in its history table.
pub(crate) const MOVED: Date = date(2019, 4, 1);

/// The first day of free retail choice: nobody could switch before it.
pub(crate) const LIBERALISATION: Date = date(2016, 4, 1);

/// `day` moved by a number of days; the ends of the calendar stay where they are.
pub(crate) fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days.clamp(-100_000, 100_000)))
}

/// How many days lie between two days.
pub(crate) fn days_between(from: Date, until: Date) -> i64 {
    i64::from((until - from).get_days())
}

/// `2026-03-01 02:10:07`, the way every audit column writes it.
pub(crate) fn moment(day: Date, seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{day} {hours:02}:{minutes:02}:{seconds:02}")
}
