//! Values whose type the source does not know, as the declared type reads their characters. Strict: what a program prints of
//! a number is one, and what people type beside it (a plus, blanks, separators, leading zeros) is none.

use super::Misfit;

/// A whole number of 64 bits as it is printed. `007` is a code, and `-0` no number that anybody prints.
#[must_use]
pub fn int(digits: &[u8]) -> Option<i64> {
    let unsigned = digits.strip_prefix(b"-").unwrap_or(digits);
    let negative = unsigned.len() < digits.len();
    let plain = match unsigned {
        [b'0'] => !negative,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    plain.then_some(())?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The real nearest to a number, plain or with an exponent. One that is not zero must not become zero, or infinite.
pub(super) fn real(digits: &[u8]) -> Result<f64, Misfit> {
    let text = std::str::from_utf8(digits).map_err(|_| Misfit::Real)?;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit());
    let exponent = exponent.map(|text| text.strip_prefix(['-', '+']).unwrap_or(text));
    if !plain(whole) || !fraction.is_none_or(plain) || !exponent.is_none_or(plain) {
        return Err(Misfit::Real);
    }
    let real: f64 = text.parse().map_err(|_| Misfit::Real)?;
    if !real.is_finite() {
        return Err(Misfit::Real);
    }
    let is_zero = number.bytes().all(|sign| matches!(sign, b'0' | b'.'));
    if real == 0.0 && !is_zero {
        return Err(Misfit::Precision);
    }
    Ok(real)
}

/// Bytes of pairs of hexadecimal digits.
pub(super) fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    base16ct::mixed::decode_vec(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_written_as_it_is_printed() {
        for number in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            assert_eq!(int(number.to_string().as_bytes()), Some(number));
        }
        for none in [
            "",
            "-",
            "-0",
            "00",
            "007",
            "+7",
            " 7",
            "7 ",
            "7.0",
            "1e3",
            "1,000",
            "0x7",
            "７",
            "9223372036854775808",
        ] {
            assert_eq!(int(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_real_is_finite_and_not_lost() {
        for (text, number) in [
            ("0", 0.0),
            ("0.1", 0.1),
            ("007.50", 7.5),
            ("1e16", 1e16),
            ("1E+16", 1e16),
            ("1.7976931348623157e308", f64::MAX),
            ("5e-324", 5e-324),
            ("0e-999", 0.0),
        ] {
            assert_eq!(
                real(text.as_bytes()).map(f64::to_bits),
                Ok(f64::to_bits(number)),
                "{text}"
            );
        }
        assert_eq!(real(b"-0.0").map(f64::to_bits), Ok((-0.0_f64).to_bits()));
        for none in [
            "", "-", ".5", "5.", "e5", "1e", "1e+", "+1", " 1", "inf", "nan", "1e999", "1_0",
        ] {
            assert_eq!(real(none.as_bytes()), Err(Misfit::Real), "{none}");
        }
        assert_eq!(real(b"1e-999"), Err(Misfit::Precision));
    }

    #[test]
    fn bytes_are_pairs_of_digits() {
        assert_eq!(bytes(b"00fF"), Some(vec![0, 255]));
        assert_eq!(bytes(b""), Some(Vec::new()));
        for none in ["0", "0g", "0x00", " 00"] {
            assert_eq!(bytes(none.as_bytes()), None, "{none}");
        }
    }
}
