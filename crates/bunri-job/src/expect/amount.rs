//! How many rows: a number, or a share of all.

use std::fmt;

/// How many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    Rows(u64),
    /// So many of a million.
    Share(u32),
}

const MILLION: u32 = 1_000_000;
/// Decimals of a percentage.
const DECIMALS: usize = 4;

impl Amount {
    /// `12.5 %`: at most four decimals, at most 100.
    pub(crate) fn share(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?.trim_end_matches(' ');
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > DECIMALS {
            return None;
        }
        let whole = whole.parse::<u32>().ok()?.checked_mul(MILLION / 100)?;
        let fraction: u32 = format!("{fraction:0<DECIMALS$}").parse().ok()?;
        let share = whole.checked_add(fraction)?;
        (share <= MILLION).then_some(Self::Share(share))
    }

    /// Whether so many rows of so many are no more than this amount.
    #[must_use]
    pub fn covers(self, rows: u64, of: u64) -> bool {
        match self {
            Self::Rows(most) => rows <= most,
            Self::Share(share) => {
                u128::from(rows) * u128::from(MILLION) <= u128::from(of) * u128::from(share)
            }
        }
    }

    /// Whether so many rows of so many are no fewer than this amount.
    #[must_use]
    pub fn is_reached_by(self, rows: u64, of: u64) -> bool {
        match self {
            Self::Rows(least) => rows >= least,
            Self::Share(share) => {
                u128::from(rows) * u128::from(MILLION) >= u128::from(of) * u128::from(share)
            }
        }
    }

    /// Whether this is more than another, where both are of one kind.
    pub(crate) fn exceeds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Rows(one), Self::Rows(other)) => one > other,
            (Self::Share(one), Self::Share(other)) => one > other,
            // Which is more depends on how many rows there are.
            (Self::Rows(_), Self::Share(_)) | (Self::Share(_), Self::Rows(_)) => false,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(formatter, "{rows}"),
            Self::Share(share) => {
                let (whole, fraction) = (share / (MILLION / 100), share % (MILLION / 100));
                let fraction = format!("{fraction:0DECIMALS$}");
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                write!(formatter, "{whole}{point}{fraction} %")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_of_at_most_four_decimals_and_at_most_a_hundred() {
        for (text, said) in [
            ("0.5 %", "0.5 %"),
            ("100%", "100 %"),
            ("2.0001 %", "2.0001 %"),
        ] {
            let told = Amount::share(text).map(|share| share.to_string());
            assert_eq!(told.as_deref(), Some(said));
        }
        for text in [
            "100.0001 %",
            "0.00001 %",
            "-1 %",
            ".5 %",
            "1. %",
            "5",
            "1e2 %",
            "%",
        ] {
            assert_eq!(Amount::share(text), None, "{text}");
        }
    }

    #[test]
    fn the_bound_itself_is_inside() {
        let half_percent = Amount::Share(5_000);
        assert!(half_percent.covers(5, 1_000) && !half_percent.covers(6, 1_000));
        assert!(half_percent.is_reached_by(5, 1_000) && !half_percent.is_reached_by(4, 1_000));
        assert!(half_percent.covers(0, 0), "of an empty table");
        assert!(Amount::Rows(3).covers(3, 0) && !Amount::Rows(3).covers(4, 9));
    }
}
