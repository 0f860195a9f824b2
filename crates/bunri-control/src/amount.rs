//! Exact amounts: whole units of a scale, and how they are written.

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAmount {
    /// Not a plain decimal.
    NotPlain,
    /// Digits behind those that the scale has.
    TooFine,
    /// More digits than 128 bits hold.
    TooLarge,
}

/// A plain decimal such as `-12.50` in units of a scale.
pub(crate) fn units(text: &str, scale: u8) -> Result<i128, NoAmount> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !fraction.is_none_or(plain) {
        return Err(NoAmount::NotPlain);
    }
    let fraction = fraction.unwrap_or_default().trim_end_matches('0');
    let missing = usize::from(scale).checked_sub(fraction.len());
    let missing = missing.ok_or(NoAmount::TooFine)?;
    let zeros = std::iter::repeat_n(b'0', missing);
    let mut units: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()).chain(zeros) {
        let digit = i128::from(digit - b'0');
        let more = units.checked_mul(10).and_then(|it| it.checked_add(digit));
        units = more.ok_or(NoAmount::TooLarge)?;
    }
    Ok(if negative { -units } else { units })
}

/// Units of a scale as a plain decimal.
pub(crate) fn written(units: i128, scale: u8) -> String {
    let digits = units.unsigned_abs().to_string();
    let sign = if units < 0 { "-" } else { "" };
    let scale = usize::from(scale);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_and_written_as_they_were() {
        for (text, scale, expected) in [
            ("0", 0, 0),
            ("12.5", 1, 125),
            ("-12.50", 2, -1250),
            ("-0.5", 1, -5),
            ("7", 3, 7000),
            ("1.200", 1, 12),
            (
                "123456789012345678901234567890.1",
                1,
                1_234_567_890_123_456_789_012_345_678_901,
            ),
        ] {
            assert_eq!(units(text, scale), Ok(expected), "{text}");
            assert_eq!(units(&written(expected, scale), scale), Ok(expected));
        }
        assert_eq!(written(-5, 1), "-0.5");
        assert_eq!(written(-5, 3), "-0.005");
    }

    #[test]
    fn what_is_no_plain_decimal_is_no_amount() {
        for text in [
            "", "-", "1,234", "1e3", "+1", ".5", "1.", " 1", "1 ", "１", "--1", "1.2.3", "NaN",
        ] {
            assert_eq!(units(text, 1), Err(NoAmount::NotPlain), "{text}");
        }
        assert_eq!(units("1.25", 1), Err(NoAmount::TooFine));
        assert_eq!(units(&"9".repeat(40), 0), Err(NoAmount::TooLarge));
    }
}
