//! A value as the source holds it becomes a cell of its column's declared type, exactly, or it breaks a rule. Written from
//! docs/catalogue.md and docs/formats.md, and from nothing that extraction is made of: that is what this crate is for.

mod calendar;
mod day;
mod moment;
mod number;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bunri_catalogue::{Column, Table};
use bunri_types::{DateForm, EraForm, MomentForm, OPEN_END, ValueForm, ValueType};

/// A value as the source holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw<'a> {
    Null,
    Int(i64),
    Real(f64),
    /// A number that is no [`Self::Int`], as the source prints it.
    Decimal(Cow<'a, str>),
    /// Bytes, because nobody has seen yet whether they are UTF-8.
    Text(Cow<'a, [u8]>),
    Blob(Cow<'a, [u8]>),
    /// Characters of a source that has no types, as UTF-8.
    Untyped(Cow<'a, [u8]>),
    /// Bytes that are no characters where they lie.
    Undecodable(Cow<'a, [u8]>),
}

/// A typed cell. A decimal is in units of its column's scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
    Int(i64),
    Decimal(i128),
    /// By its bits, so that −0 is not 0.
    Real(u64),
    Day(i32),
    Moment(i64),
    Bool(bool),
    Bytes(Cow<'a, [u8]>),
}

/// What a value that does not fit breaks, in the words of the rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    NotText,
    NotUtf8,
    NotAnInteger,
    NotADecimal,
    NotAReal,
    DoesNotFitScale,
    DoesNotFitPrecision,
    NotADate,
    OutsideItsEra,
    NotATimestamp,
    NotABool,
    NotBytes,
    KeyIsNothing,
    Undecodable,
    RaggedLine,
    BrokenQuoting,
}

impl Rule {
    pub(crate) const ALL: [Self; 16] = [
        Self::NotText,
        Self::NotUtf8,
        Self::NotAnInteger,
        Self::NotADecimal,
        Self::NotAReal,
        Self::DoesNotFitScale,
        Self::DoesNotFitPrecision,
        Self::NotADate,
        Self::OutsideItsEra,
        Self::NotATimestamp,
        Self::NotABool,
        Self::NotBytes,
        Self::KeyIsNothing,
        Self::Undecodable,
        Self::RaggedLine,
        Self::BrokenQuoting,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotText => "not_text",
            Self::NotUtf8 => "not_utf8",
            Self::NotAnInteger => "not_an_integer",
            Self::NotADecimal => "not_a_decimal",
            Self::NotAReal => "not_a_real",
            Self::DoesNotFitScale => "does_not_fit_scale",
            Self::DoesNotFitPrecision => "does_not_fit_precision",
            Self::NotADate => "not_a_date",
            Self::OutsideItsEra => "outside_its_era",
            Self::NotATimestamp => "not_a_timestamp",
            Self::NotABool => "not_a_bool",
            Self::NotBytes => "not_bytes",
            Self::KeyIsNothing => "key_is_nothing",
            Self::Undecodable => "undecodable",
            Self::RaggedLine => "ragged_line",
            Self::BrokenQuoting => "broken_quoting",
        }
    }
}

/// The cell of a column of a table; in a key, what means nothing does not fit.
pub(crate) fn cell<'a>(table: &Table, at: usize, raw: &'a Raw<'_>) -> Result<Cell<'a>, Rule> {
    let Column {
        value_type,
        reading,
        ..
    } = &table.columns[at];
    let cell = convert(*value_type, reading, raw)?;
    if cell == Cell::Null && *raw != Raw::Null && table.key.contains(&at) {
        return Err(Rule::KeyIsNothing);
    }
    Ok(cell)
}

/// The cell of a value.
pub(crate) fn convert<'a>(
    value_type: ValueType,
    reading: &ValueForm,
    raw: &'a Raw<'_>,
) -> Result<Cell<'a>, Rule> {
    if *raw == Raw::Null || is_listed(raw, &reading.nothing) {
        return Ok(Cell::Null);
    }
    if let Raw::Undecodable(_) = raw {
        return Err(Rule::Undecodable);
    }
    let open = is_listed(raw, &reading.open);
    match value_type {
        ValueType::Text => text(raw, reading.takes_integers),
        ValueType::Int => match raw {
            Raw::Int(number) => Ok(Cell::Int(*number)),
            Raw::Untyped(digits) => printed_integer(digits)
                .map(Cell::Int)
                .ok_or(Rule::NotAnInteger),
            Raw::Null
            | Raw::Real(_)
            | Raw::Text(_)
            | Raw::Blob(_)
            | Raw::Undecodable(_)
            | Raw::Decimal(_) => Err(Rule::NotAnInteger),
        },
        ValueType::Decimal { precision, scale } => {
            number::decimal(raw, precision, scale).map(Cell::Decimal)
        }
        ValueType::Real => number::real(raw).map(|real| Cell::Real(real.to_bits())),
        ValueType::Date(_) if open => Ok(Cell::Day(OPEN_END)),
        ValueType::Date(form) => date(raw, form).map(Cell::Day),
        ValueType::Timestamp if open => Ok(Cell::Moment(i64::from(OPEN_END) * calendar::DAY)),
        ValueType::Timestamp => timestamp(raw, reading).map(Cell::Moment),
        ValueType::Bool => truth(raw, reading).map(Cell::Bool).ok_or(Rule::NotABool),
        ValueType::Bytes => match raw {
            Raw::Blob(bytes) => Ok(Cell::Bytes(Cow::Borrowed(bytes))),
            Raw::Untyped(digits) => std::str::from_utf8(digits)
                .ok()
                .and_then(from_hex)
                .map(|bytes| Cell::Bytes(Cow::Owned(bytes)))
                .ok_or(Rule::NotBytes),
            Raw::Null
            | Raw::Int(_)
            | Raw::Real(_)
            | Raw::Text(_)
            | Raw::Undecodable(_)
            | Raw::Decimal(_) => Err(Rule::NotBytes),
        },
    }
}

/// A text byte for byte, an integer by its plain digits; reals and bytes never.
fn is_listed(raw: &Raw<'_>, list: &[String]) -> bool {
    match raw {
        // Most columns have no list, and digits are not made for nothing.
        _ if list.is_empty() => false,
        Raw::Text(text) | Raw::Untyped(text) => {
            list.iter().any(|listed| listed.as_bytes() == &**text)
        }
        Raw::Int(number) => list.contains(&number.to_string()),
        Raw::Decimal(digits) => list.iter().any(|listed| listed == digits),
        Raw::Null | Raw::Real(_) | Raw::Blob(_) | Raw::Undecodable(_) => false,
    }
}

fn text<'a>(raw: &'a Raw<'_>, takes_integers: bool) -> Result<Cell<'a>, Rule> {
    match raw {
        Raw::Text(bytes) | Raw::Untyped(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cell::Text(Cow::Borrowed(text))),
            Err(_) => Err(Rule::NotUtf8),
        },
        Raw::Int(number) if takes_integers => Ok(Cell::Text(Cow::Owned(number.to_string()))),
        Raw::Null
        | Raw::Int(_)
        | Raw::Real(_)
        | Raw::Decimal(_)
        | Raw::Blob(_)
        | Raw::Undecodable(_) => Err(Rule::NotText),
    }
}

/// The letters of a value: a text, and an integer as it is printed where the form is one of digits alone.
fn letters<'a>(raw: &'a Raw<'_>, takes_numbers: bool) -> Option<Cow<'a, str>> {
    match raw {
        Raw::Text(bytes) | Raw::Untyped(bytes) => {
            std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
        }
        Raw::Int(number) if takes_numbers => Some(Cow::Owned(number.to_string())),
        Raw::Null
        | Raw::Int(_)
        | Raw::Real(_)
        | Raw::Decimal(_)
        | Raw::Blob(_)
        | Raw::Undecodable(_) => None,
    }
}

/// Bytes of pairs of hexadecimal digits.
pub(crate) fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
    pairs.iter().map(byte).collect()
}

/// An integer of 64 bits whose digits are those that it is printed with.
pub(crate) fn printed_integer(digits: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(digits).ok()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn date(raw: &Raw<'_>, form: DateForm) -> Result<i32, Rule> {
    let of_digits = match form {
        DateForm::Compact => true,
        DateForm::Era { form, .. } => form == EraForm::Compact,
        DateForm::Iso | DateForm::Slashed | DateForm::IsoMidnight | DateForm::SlashedMidnight => {
            false
        }
    };
    let letters = letters(raw, of_digits).ok_or(Rule::NotADate)?;
    day::read(&letters, form)
}

fn timestamp(raw: &Raw<'_>, reading: &ValueForm) -> Result<i64, Rule> {
    let of_digits = match reading.moment.form {
        MomentForm::Compact | MomentForm::EpochSeconds | MomentForm::EpochMilliseconds => true,
        MomentForm::Iso | MomentForm::Slashed => false,
    };
    let letters = letters(raw, of_digits);
    letters
        .and_then(|letters| moment::read(&letters, matches!(raw, Raw::Int(_)), &reading.moment))
        .ok_or(Rule::NotATimestamp)
}

fn truth(raw: &Raw<'_>, reading: &ValueForm) -> Option<bool> {
    let Some(words) = &reading.truth else {
        return match raw {
            Raw::Int(0) => Some(false),
            Raw::Int(1) => Some(true),
            Raw::Untyped(digits) if **digits == *b"0" => Some(false),
            Raw::Untyped(digits) if **digits == *b"1" => Some(true),
            _ => None,
        };
    };
    if is_listed(raw, &words.yes) {
        Some(true)
    } else {
        is_listed(raw, &words.no).then_some(false)
    }
}
