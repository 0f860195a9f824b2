//! Numbers: digits with a point somewhere, and floating-point numbers.

use super::{Raw, Rule};

/// The number in units of the scale. What has more digits behind the point is finer than the scale, whatever its size.
pub(super) fn decimal(raw: &Raw<'_>, precision: u8, scale: u8) -> Result<i128, Rule> {
    let written = match raw {
        Raw::Int(number) => Written::of(&number.to_string(), 0),
        Raw::Real(real) if real.is_finite() => shortest(*real),
        Raw::Text(bytes) | Raw::Untyped(bytes) => std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| Written::of(text, 0)),
        Raw::Decimal(text) => Written::of(text, 0),
        Raw::Null | Raw::Real(_) | Raw::Blob(_) | Raw::Undecodable(_) => None,
    };
    let written = written.ok_or(Rule::NotADecimal)?;
    written.units(precision, scale)
}

/// The shortest digits that read back as the same number.
fn shortest(real: f64) -> Option<Written> {
    let text = format!("{real:e}");
    let (digits, exponent) = text.split_once('e')?;
    Written::of(digits, exponent.parse().ok()?)
}

/// Digits, and how many of them stand behind the point; fewer than none: zeros follow.
struct Written {
    negative: bool,
    digits: String,
    behind: i64,
}

impl Written {
    /// `-12.50`: a sign perhaps, digits, and perhaps a point with digits; moved by a power of ten.
    fn of(text: &str, exponent: i64) -> Option<Self> {
        let plain = text.strip_prefix('-');
        let (whole, fraction) = match plain.unwrap_or(text).split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (plain.unwrap_or(text), ""),
        };
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            negative: plain.is_some(),
            digits,
            behind: i64::try_from(fraction.len()).ok()? - exponent,
        })
    }

    fn units(&self, precision: u8, scale: u8) -> Result<i128, Rule> {
        let significant = self.digits.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(0);
        }
        let kept = significant.trim_end_matches('0');
        let zeros = (significant.len() - kept.len()) as i64;
        // The place of the last digit that is not zero, and zeros up to the scale.
        let filled = i64::from(scale) - (self.behind - zeros);
        if filled < 0 {
            return Err(Rule::DoesNotFitScale);
        }
        if kept.len() as i64 + filled > i64::from(precision) {
            return Err(Rule::DoesNotFitPrecision);
        }
        let units = format!(
            "{kept}{}",
            "0".repeat(usize::try_from(filled).unwrap_or_default())
        );
        let units: i128 = units.parse().map_err(|_| Rule::DoesNotFitPrecision)?;
        Ok(if self.negative { -units } else { units })
    }
}

/// A finite number; of an integer the one that is the same.
pub(super) fn real(raw: &Raw<'_>) -> Result<f64, Rule> {
    match raw {
        Raw::Real(real) if real.is_finite() => Ok(*real),
        Raw::Int(number) => {
            let real = *number as f64;
            // Beyond 2^53 not every integer has one.
            if real as i128 == i128::from(*number) {
                Ok(real)
            } else {
                Err(Rule::DoesNotFitPrecision)
            }
        }
        Raw::Untyped(bytes) => written_real(bytes),
        Raw::Null
        | Raw::Real(_)
        | Raw::Decimal(_)
        | Raw::Text(_)
        | Raw::Blob(_)
        | Raw::Undecodable(_) => Err(Rule::NotAReal),
    }
}

/// A number in digits, perhaps with a power of ten. What is not zero stays so.
fn written_real(bytes: &[u8]) -> Result<f64, Rule> {
    let text = std::str::from_utf8(bytes).map_err(|_| Rule::NotAReal)?;
    let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let written = Written::of(digits, 0).ok_or(Rule::NotAReal)?;
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    if power.is_empty() || !power.bytes().all(|sign| sign.is_ascii_digit()) {
        return Err(Rule::NotAReal);
    }
    match text.parse::<f64>() {
        Ok(0.0) if written.digits.bytes().any(|sign| sign != b'0') => {
            Err(Rule::DoesNotFitPrecision)
        }
        Ok(real) if real.is_finite() => Ok(real),
        Ok(_) | Err(_) => Err(Rule::NotAReal),
    }
}
