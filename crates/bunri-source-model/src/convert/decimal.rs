//! Decimals: a number fits if it is exactly `unscaled × 10^-scale`. A REAL stands for its shortest
//! round-trip decimal form; what people see in the legacy system is what is kept or rejected.

use super::{Cell, Misfit};
use crate::model::SourceValue;

/// Below this, a decimal of the column's scale has at most 15 digits, and every such decimal has a double
/// of its own: the double that equals `k / 10^scale` is written as exactly that.
const FIFTEEN_DIGITS: f64 = 1e15;
/// So many digits fit 64 bits, whatever they are.
const SHORT_DIGITS: usize = 19;
/// Powers of ten up to here are exact doubles.
const EXACT_POWER: u8 = 22;

/// Reads a decimal in units of `scale`.
pub(super) fn cell(value: SourceValue<'_>, precision: u8, scale: u8) -> Cell<i128> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Integer(number) => of_integer(number, precision, scale).map(Some),
        SourceValue::Real(number) => of_real(number, precision, scale).map(Some),
        SourceValue::Text(bytes) | SourceValue::Decimal(bytes) | SourceValue::Untyped(bytes) => {
            of_text(bytes, precision, scale).map(Some)
        }
        SourceValue::Blob(_) | SourceValue::Undecodable(_) => Err(Misfit::Decimal),
    }
}

/// The number `unscaled × 10^-of_value` in units of `scale`; [`None`] where it does not fit, or what is written out has to tell.
pub(super) fn rescaled(unscaled: i64, of_value: u8, precision: u8, scale: u8) -> Option<i128> {
    let unit = power(scale.checked_sub(of_value)?);
    let unscaled = i128::from(unscaled).checked_mul(unit)?;
    (unscaled.unsigned_abs() < power(precision).unsigned_abs()).then_some(unscaled)
}

fn power(exponent: u8) -> i128 {
    10_i128.pow(u32::from(exponent))
}

/// The bound is tested before the product is made, so that nothing overflows: 10^38 fits an i128, and
/// an i64 times 10^scale need not.
fn of_integer(number: i64, precision: u8, scale: u8) -> Result<i128, Misfit> {
    let number = i128::from(number);
    if number.abs() >= power(precision - scale) {
        return Err(Misfit::Precision);
    }
    Ok(number * power(scale))
}

fn of_real(number: f64, precision: u8, scale: u8) -> Result<i128, Misfit> {
    if !number.is_finite() {
        return Err(Misfit::Decimal);
    }
    match short(number, scale) {
        Some(unscaled) if unscaled.abs() < power(precision) => Ok(unscaled),
        Some(_) => Err(Misfit::Precision),
        // `{}` writes the shortest form that reads back as the same double, never with an exponent.
        None => of_text(number.to_string().as_bytes(), precision, scale),
    }
}

/// The common case without writing the number out.
fn short(number: f64, scale: u8) -> Option<i128> {
    if scale > EXACT_POWER {
        return None;
    }
    let unit = 10_f64.powi(i32::from(scale));
    let unscaled = (number * unit).round();
    // Both comparisons are exact on purpose: a near miss goes the slow way.
    #[allow(clippy::float_cmp, clippy::cast_possible_truncation)]
    (unscaled.abs() < FIFTEEN_DIGITS && unscaled / unit == number).then_some(unscaled as i128)
}

/// Strict: an optional minus, digits, optionally a point and digits. Zeros that change nothing are allowed.
fn of_text(text: &[u8], precision: u8, scale: u8) -> Result<i128, Misfit> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = split_at_point(digits)?;
    let whole = &whole[whole.iter().take_while(|digit| **digit == b'0').count()..];
    let zeros = fraction
        .iter()
        .rev()
        .take_while(|digit| **digit == b'0')
        .count();
    let fraction = &fraction[..fraction.len() - zeros];
    if fraction.len() > usize::from(scale) {
        return Err(Misfit::Scale);
    }
    if whole.len() > usize::from(precision - scale) {
        return Err(Misfit::Precision);
    }
    let padding = usize::from(scale) - fraction.len();
    let all = whole
        .iter()
        .chain(fraction)
        .chain(std::iter::repeat_n(&b'0', padding));
    // Products of 64 bits cost a fraction of those of 128, and nearly all numbers are short.
    let unscaled = if whole.len() + usize::from(scale) <= SHORT_DIGITS {
        i128::from(all.fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0')))
    } else {
        all.fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'))
    };
    Ok(if negative { -unscaled } else { unscaled })
}

fn split_at_point(digits: &[u8]) -> Result<(&[u8], &[u8]), Misfit> {
    let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
        Some(point) => (&digits[..point], Some(&digits[point + 1..])),
        None => (digits, None),
    };
    let plain = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if plain(whole) && fraction.is_none_or(plain) {
        Ok((whole, fraction.unwrap_or_default()))
    } else {
        Err(Misfit::Decimal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_precision_loss, clippy::unwrap_used)]
    use super::*;

    fn text(text: &str) -> Cell<i128> {
        cell(SourceValue::Text(text.as_bytes()), 5, 2)
    }

    #[test]
    fn texts_that_fit_and_texts_that_do_not() {
        let fits = [
            ("0", 0),
            ("-0", 0),
            ("0.00", 0),
            ("1", 100),
            ("-1.5", -150),
            ("999.99", 99_999),
            ("-999.99", -99_999),
            ("007.5", 750),
            ("1.5000000", 150),
        ];
        for (input, unscaled) in fits {
            assert_eq!(text(input), Ok(Some(unscaled)), "{input}");
        }
        let broken = [
            ("", Misfit::Decimal),
            ("-", Misfit::Decimal),
            (".5", Misfit::Decimal),
            ("5.", Misfit::Decimal),
            ("+5", Misfit::Decimal),
            (" 5", Misfit::Decimal),
            ("5 ", Misfit::Decimal),
            ("1e2", Misfit::Decimal),
            ("1,000", Misfit::Decimal),
            ("--1", Misfit::Decimal),
            ("1.2.3", Misfit::Decimal),
            ("１", Misfit::Decimal),
            ("0x1", Misfit::Decimal),
            ("nan", Misfit::Decimal),
            ("1.234", Misfit::Scale),
            ("0.001", Misfit::Scale),
            ("1000", Misfit::Precision),
            ("-1000.00", Misfit::Precision),
        ];
        for (input, misfit) in broken {
            assert_eq!(text(input), Err(misfit), "{input}");
        }
    }

    #[test]
    fn reals_fit_by_their_shortest_form() {
        let real = |number| cell(SourceValue::Real(number), 12, 1);
        let fits = [
            (0.0, 0),
            (-0.0, 0),
            (0.1, 1),
            (12.3, 123),
            (-7.5, -75),
            (1e10, 100_000_000_000),
        ];
        for (number, unscaled) in fits {
            assert_eq!(real(number), Ok(Some(unscaled)), "{number}");
        }
        let broken = [
            (0.1 + 0.2, Misfit::Scale),
            (0.05, Misfit::Scale),
            (1e-300, Misfit::Scale),
            (5e-324, Misfit::Scale),
            (1e300, Misfit::Precision),
            (1e11, Misfit::Precision),
            (f64::NAN, Misfit::Decimal),
            (f64::INFINITY, Misfit::Decimal),
        ];
        for (number, misfit) in broken {
            assert_eq!(real(number), Err(misfit), "{number}");
        }
    }

    #[test]
    fn the_short_way_and_the_long_way_agree() {
        let mut state = 9_u64;
        for round in 0..200_000_u64 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let scale = (round % 8) as u8;
            let near = (state >> 12) as f64 / 10_f64.powi(i32::from(scale));
            for number in [near, near.next_up(), near / 3.0, f64::from_bits(state)] {
                if let Some(unscaled) = short(number, scale) {
                    let long = of_text(number.to_string().as_bytes(), 38, scale);
                    assert_eq!(long, Ok(unscaled), "{number} at {scale}");
                }
            }
        }
    }

    #[test]
    fn integers_and_bytes() {
        assert_eq!(cell(SourceValue::Integer(-999), 5, 2), Ok(Some(-99_900)));
        assert_eq!(
            cell(SourceValue::Integer(1000), 5, 2),
            Err(Misfit::Precision)
        );
        assert_eq!(
            cell(SourceValue::Integer(i64::MIN), 38, 19),
            Ok(Some(i128::from(i64::MIN) * power(19)))
        );
        assert_eq!(
            cell(SourceValue::Integer(i64::MIN), 38, 20),
            Err(Misfit::Precision)
        );
        assert_eq!(cell(SourceValue::Integer(0), 38, 38), Ok(Some(0)));
        assert_eq!(cell(SourceValue::Blob(b"1"), 5, 2), Err(Misfit::Decimal));
        let widest = "9".repeat(38);
        assert_eq!(
            cell(SourceValue::Text(widest.as_bytes()), 38, 0),
            Ok(Some(widest.parse().unwrap()))
        );
    }
}
