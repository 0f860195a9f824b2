//! How many digits numbers have before and behind the point: the smallest decimal type that would take them all.

use serde::Serialize;

/// More digits behind the point than a decimal of a legacy system has: such numbers are measured or computed.
const MOST_SCALE: u8 = 9;

/// Digits of numbers, and of texts that are plain decimal numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Digits {
    /// Texts that are plain decimal numbers.
    pub decimal_texts: u64,
    /// The most digits before the point.
    pub before_point: u8,
    /// The most digits behind the point, of those with at most nine.
    pub behind_point: u8,
    /// Numbers with more digits than that behind the point.
    pub finer: u64,
    /// No finite numbers.
    pub not_finite: u64,
}

/// The same while the table is read.
#[derive(Debug, Default)]
pub(super) struct Decimals(Digits);

impl Decimals {
    pub(super) fn digits(&self) -> Digits {
        self.0
    }

    pub(super) fn integer(&mut self, number: i64) {
        self.before(number.unsigned_abs());
    }

    fn before(&mut self, whole: u64) {
        let digits = whole.checked_ilog10().map_or(1, |log| log + 1);
        let digits = u8::try_from(digits).unwrap_or(u8::MAX);
        self.0.before_point = self.0.before_point.max(digits);
    }

    pub(super) fn real(&mut self, number: f64) {
        if !number.is_finite() {
            self.0.not_finite += 1;
            return;
        }
        let whole = number.abs().trunc();
        if whole >= 1e15 {
            self.0.before_point = self.0.before_point.max(38);
            return;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below 10^15
        self.before(whole as u64);
        match scale(number) {
            Some(scale) => self.0.behind_point = self.0.behind_point.max(scale),
            None => self.0.finer += 1,
        }
    }

    pub(super) fn text(&mut self, text: &[u8]) {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        let mut parts = digits.split(|byte| *byte == b'.');
        let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next());
        let plain = |part: &[u8]| {
            !part.is_empty() && part.len() <= 38 && part.iter().all(u8::is_ascii_digit)
        };
        if !plain(whole) || !fraction.is_none_or(plain) || parts.next().is_some() {
            return;
        }
        self.0.decimal_texts += 1;
        let length = |part: &[u8]| u8::try_from(part.len()).unwrap_or(u8::MAX);
        self.0.before_point = self.0.before_point.max(length(whole));
        match fraction.map(length) {
            Some(scale) if scale > MOST_SCALE => self.0.finer += 1,
            Some(scale) => self.0.behind_point = self.0.behind_point.max(scale),
            None => {}
        }
    }
}

/// The fewest digits behind the point that say the number exactly; [`None`]: more than [`MOST_SCALE`].
fn scale(number: f64) -> Option<u8> {
    let mut unit = 1.0_f64;
    for scale in 0..=MOST_SCALE {
        // Exact on purpose: the double that equals k / 10^s is the one that is written so.
        #[allow(clippy::float_cmp)]
        if (number * unit).round() / unit == number {
            return Some(scale);
        }
        unit *= 10.0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_numbers_and_of_texts() {
        let mut decimals = Decimals::default();
        decimals.real(1234.5);
        decimals.real(-0.25);
        decimals.integer(-99_999);
        decimals.text(b"12.125");
        decimals.text(b"1e5");
        decimals.text(b"2026-04-01");
        decimals.real(1.0 / 3.0);
        let digits = decimals.digits();
        assert_eq!((digits.before_point, digits.behind_point), (5, 3));
        assert_eq!((digits.finer, digits.decimal_texts), (1, 1));
    }
}
