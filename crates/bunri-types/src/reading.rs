//! How the source's values are read as a declared type, where the type alone does not say it: literals that mean nothing or
//! "no end yet", clocks, words of truth. What is staged is of the declared type; rules never see how it was written.

/// The day that stands in staging for "no end yet": 9999-12-31, the last that a four-digit year can write.
pub const OPEN_END: i32 = 2_932_896;

/// What a column's type does not say by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueForm {
    /// Values that mean nothing: staged as NULL. A text is compared byte for byte, a number by its plain digits.
    pub nothing: Vec<String>,
    /// Values that mean "no end yet": staged as [`OPEN_END`] (dates and timestamps).
    pub open: Vec<String>,
    /// `text(any)`: integers too, by their plain digits.
    pub takes_integers: bool,
    /// Words for true and false; without them 1 and 0 as numbers.
    pub truth: Option<TruthWords>,
    /// How timestamps are written.
    pub moment: Moment,
}

/// The integer that a literal lists, if it is written in plain digits.
#[must_use]
pub fn listed_integer(literal: &str) -> Option<i64> {
    let number: i64 = literal.parse().ok()?;
    (number.to_string() == literal).then_some(number)
}

/// Words for true and false. A number is compared by its plain digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthWords {
    /// What means true.
    pub yes: Vec<String>,
    /// What means false.
    pub no: Vec<String>,
}

/// How the source writes timestamps, and what they are stamps of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The form.
    pub form: MomentForm,
    /// The clock of those without a zone, in seconds east of UTC.
    pub clock_seconds: i32,
    /// Whether digits of a fraction beyond the sixth are cut off.
    pub truncates: bool,
    /// Which end of its interval a moment stamps.
    pub stamp: Stamp,
}

/// How the source writes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentForm {
    /// `2026-04-01 09:00:00` or with a `T`
    Iso,
    /// `2026/04/01 09:00:00`
    Slashed,
    /// `20260401090000`, as text or as a number
    Compact,
    /// Seconds since 1970-01-01T00:00Z, a number or its digits
    EpochSeconds,
    /// Milliseconds since then
    EpochMilliseconds,
}

/// Which end of its interval a moment stamps: the day of an end stamp is that of the microsecond before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// The begin: a moment is of its own day.
    Begin,
    /// The end: 04-01 00:00 is the last moment of 03-31.
    End,
}

/// Japan has had no other offset in the years that such systems speak of.
pub const JAPAN_SECONDS: i32 = 9 * 3_600;

impl Default for Moment {
    fn default() -> Self {
        Self {
            form: MomentForm::Iso,
            clock_seconds: JAPAN_SECONDS,
            truncates: false,
            stamp: Stamp::Begin,
        }
    }
}

impl Moment {
    /// Whether the day of a moment is that of the microsecond before.
    #[must_use]
    pub fn is_end_stamp(self) -> bool {
        match self.stamp {
            Stamp::Begin => false,
            Stamp::End => true,
        }
    }
}
