//! Cells that can hold a value, whoever wrote their file, and the text that each is searched for or searched as.

use std::borrow::Cow;
use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayAccessor, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::Table;
use bunri_columnar::{RawValue, Reject};

/// Smaller numbers have fewer than nine digits, and are not searched for.
pub(crate) const SMALLEST_NUMBER: u128 = 100_000_000;
const FEWEST_DIGITS: u8 = 9;

/// What the rows of a column hold; asked of rows that are not null.
pub(crate) type Cells<'a> = Box<dyn Fn(usize) -> CellValue<'a> + 'a>;

/// [`None`] of dates, times and truth values, which hold nothing that could be told from chance.
pub(crate) fn cells(array: &ArrayRef) -> Option<Cells<'_>> {
    Some(match array.data_type() {
        DataType::Utf8 => texts(array.as_string::<i32>()),
        DataType::LargeUtf8 => texts(array.as_string::<i64>()),
        DataType::Binary => bytes(array.as_binary::<i32>()),
        DataType::LargeBinary => bytes(array.as_binary::<i64>()),
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary()),
        DataType::Int32 => numbers(array.as_primitive::<Int32Type>(), 0),
        DataType::Int64 => numbers(array.as_primitive::<Int64Type>(), 0),
        DataType::UInt32 => numbers(array.as_primitive::<UInt32Type>(), 0),
        DataType::UInt64 => numbers(array.as_primitive::<UInt64Type>(), 0),
        DataType::Decimal128(_, scale) => numbers(array.as_primitive::<Decimal128Type>(), *scale),
        DataType::Float64 => {
            let array = array.as_primitive::<Float64Type>();
            // Whole numbers up to 2^53 are exact; a cast beyond saturates.
            Box::new(move |row| CellValue::Number(array.value(row) as i128, 0))
        }
        _ => return None,
    })
}

/// Of a column of staging, if its values are searched for: those of reals are not.
pub(crate) fn staged_cells(array: &ArrayRef) -> Option<Cells<'_>> {
    cells(array).filter(|_| *array.data_type() != DataType::Float64)
}

/// Of a column of a store, if its cells are looked at: not those of decimals that are too short.
pub(crate) fn stored_cells(array: &ArrayRef) -> Option<Cells<'_>> {
    let too_short = |kind: &DataType| matches!(kind, DataType::Decimal128(precision, _) if *precision < FEWEST_DIGITS);
    cells(array).filter(|_| !too_short(array.data_type()))
}

fn texts<'a>(array: impl ArrayAccessor<Item = &'a str> + 'a) -> Cells<'a> {
    Box::new(move |row| CellValue::Text(array.value(row)))
}

fn bytes<'a>(array: impl ArrayAccessor<Item = &'a [u8]> + 'a) -> Cells<'a> {
    Box::new(move |row| CellValue::Bytes(array.value(row)))
}

fn numbers<'a>(array: impl ArrayAccessor<Item: Into<i128>> + 'a, scale: i8) -> Cells<'a> {
    Box::new(move |row| CellValue::Number(array.value(row).into(), scale))
}

/// What a cell holds.
#[derive(Clone, Copy)]
pub(crate) enum CellValue<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    /// Unscaled, and its scale.
    Number(i128, i8),
}

impl<'a> CellValue<'a> {
    /// The text of the value; bytes that are none are written in hex.
    pub(crate) fn text<'t>(self, space: &'t mut String) -> &'t str
    where
        'a: 't,
    {
        match self {
            Self::Text(text) => return text,
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => return text,
                Err(_) => *space = base16ct::lower::encode_string(bytes),
            },
            Self::Number(unscaled, scale) => number(unscaled, scale, space),
        }
        space
    }
}

/// A number as a person writes it, without zeros behind the point.
fn number(unscaled: i128, scale: i8, text: &mut String) {
    let (mut digits, mut scale) = (unscaled.unsigned_abs(), scale.max(0).unsigned_abs());
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    text.clear();
    // Writing to a String cannot fail.
    let _ = write!(text, "{digits:0>width$}", width = usize::from(scale) + 1);
    if scale > 0 {
        text.insert(text.len() - usize::from(scale), '.');
    }
}

/// The cells of a rejected row, by column, as they are searched for. What means nothing is nobody's, wherever it stands.
pub(crate) fn rejected<'r>(
    table: &'r Table,
    reject: &'r Reject,
) -> impl Iterator<Item = (usize, &'r RawValue, Cow<'r, str>)> {
    let cells = reject.values.iter().enumerate();
    cells.filter_map(|(at, value)| {
        let column = table.columns.get(at);
        if column.is_some_and(|column| value.is_listed(&column.reading.nothing)) {
            return None;
        }
        Some((at, value, rejected_text(value)?))
    })
}

fn rejected_text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value {
        RawValue::Null | RawValue::Unknown => None,
        RawValue::Text(text)
        | RawValue::Real(text)
        | RawValue::Decimal(text)
        | RawValue::TextHex(text)
        | RawValue::Blob(text) => Some(text.into()),
        RawValue::Int(number) => Some(number.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_number_is_written_as_a_person_writes_it() {
        for (unscaled, scale, written) in [
            (901_234_567, 0, "901234567"),
            (-901_234_567, 0, "901234567"),
            (901_234_560, 0, "901234560"),
            (901_234_560, 1, "90123456"),
            (901_234_567, 1, "90123456.7"),
            (901_234_500, 4, "90123.45"),
            (100_000_000, 9, "0.1"),
            (5, 3, "0.005"),
            (0, 2, "0"),
            (901_234_567, -2, "901234567"),
        ] {
            let mut text = "what stood there".to_owned();
            let text = CellValue::Number(unscaled, scale).text(&mut text);
            assert_eq!(text, written, "{unscaled} by {scale}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_written_as_two_digits_each() {
        let text = |bytes: &[u8]| {
            CellValue::Bytes(bytes)
                .text(&mut "there".to_owned())
                .to_owned()
        };
        assert_eq!(text(&[0x00, 0x0f, 0xf0, 0x9a]), "000ff09a");
        assert_eq!(text("丙野".as_bytes()), "丙野");
    }

    #[test]
    fn a_rejected_value_is_searched_for_as_it_stands_in_the_rejects() {
        let text = |value| rejected_text(&value).map(Cow::into_owned);
        assert_eq!(text(RawValue::Null), None);
        assert_eq!(text(RawValue::Int(-12)).as_deref(), Some("-12"));
        let text_value = "丙野".to_owned();
        for value in [
            RawValue::Text(text_value.clone()),
            RawValue::Real(text_value.clone()),
            RawValue::TextHex(text_value.clone()),
            RawValue::Blob(text_value.clone()),
        ] {
            assert_eq!(text(value), Some(text_value.clone()));
        }
    }
}
