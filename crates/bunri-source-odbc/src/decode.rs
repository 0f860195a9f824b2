//! Values out of the cells of a block.

use bunri_odbc::{CUT, Cell};
use bunri_source_model::{SourceError, SourceRow, SourceValue, read_integer};

use crate::form::{Column, Form};

/// What is wrong with a value.
pub(crate) type Wrong = &'static str;

const NO_CHARACTERS: Wrong = "the driver gave characters that are no UTF-16; nothing was completed";
const NOT_OF_THE_TYPE: Wrong =
    "the driver gave what a value of the column's type cannot be; nothing was completed";

/// A value of a row, before it is lent to whoever takes it.
#[derive(Debug, Clone, Copy)]
enum FieldValue {
    Null,
    Integer(i64),
    Real(f64),
    /// Of the bytes in the block.
    Text,
    Bytes,
    /// Of the bytes that were written here.
    WrittenText(usize, usize),
    WrittenBytes(usize, usize),
    WrittenDigits(usize, usize),
    Digits,
}

/// The values of one row. Kept from row to row for its memory.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    cells: Vec<FieldValue>,
    written: Vec<u8>,
}

/// The row that came last, lent.
pub(crate) struct BlockRow<'a, F> {
    cell: F,
    decoded: &'a Decoded,
}

impl Decoded {
    /// Decodes a row: of each column its cell, whose bytes may stand elsewhere.
    pub(crate) fn row<'a, F: Fn(usize) -> Cell<'a>>(
        &'a mut self,
        columns: &[Column],
        cell: F,
    ) -> Result<BlockRow<'a, F>, (usize, Wrong)> {
        self.cells.clear();
        self.written.clear();
        for (at, column) in columns.iter().enumerate() {
            let field = self.field(column, cell(at)).map_err(|wrong| (at, wrong))?;
            self.cells.push(field);
        }
        Ok(BlockRow {
            cell,
            decoded: self,
        })
    }

    fn field(&mut self, column: &Column, cell: Cell<'_>) -> Result<FieldValue, Wrong> {
        let bytes = match (cell, column.form) {
            (Cell::Null, _) => return Ok(FieldValue::Null),
            (Cell::Cut | Cell::Later, _) => return Err(CUT),
            (Cell::Integer(number), Form::Integer) => return Ok(FieldValue::Integer(number)),
            (Cell::Real(number), Form::Double) => return Ok(FieldValue::Real(number)),
            (Cell::Real(number), Form::Single) => return single(number).map(FieldValue::Real),
            (Cell::Day(day), Form::Day) => {
                let begin = self.written.len();
                push_day(day, &mut self.written);
                return Ok(FieldValue::WrittenText(begin, self.written.len()));
            }
            (Cell::Moment(day, clock, billionths), Form::Moment) => {
                let begin = self.written.len();
                push_moment(day, clock, billionths, &mut self.written);
                return Ok(FieldValue::WrittenText(begin, self.written.len()));
            }
            (Cell::Bytes(bytes), Form::Digits | Form::Text | Form::Bytes | Form::Stored) => bytes,
            _ => return Err(NOT_OF_THE_TYPE),
        };
        let begin = self.written.len();
        if column.in_units {
            push_utf8(bytes, &mut self.written)?;
        }
        match column.form {
            Form::Text if column.in_units => Ok(FieldValue::WrittenText(begin, self.written.len())),
            Form::Text => Ok(FieldValue::Text),
            Form::Bytes => Ok(FieldValue::Bytes),
            Form::Digits if column.in_units => {
                // Some print no zero before the point.
                let point = usize::from(self.written.get(begin) == Some(&b'-')) + begin;
                if self.written.get(point) == Some(&b'.') {
                    self.written.insert(point, b'0');
                }
                Ok(match read_integer(&self.written[begin..]) {
                    Some(whole) => FieldValue::Integer(whole),
                    None => FieldValue::WrittenDigits(begin, self.written.len()),
                })
            }
            Form::Digits => Ok(match read_integer(bytes) {
                Some(whole) => FieldValue::Integer(whole),
                None => FieldValue::Digits,
            }),
            Form::Stored => self.stored(bytes),
            Form::Integer | Form::Single | Form::Double | Form::Day | Form::Moment => {
                Err(NOT_OF_THE_TYPE)
            }
        }
    }

    /// A letter for the class, and what stands behind it.
    fn stored(&mut self, bytes: &[u8]) -> Result<FieldValue, Wrong> {
        let begin = self.written.len();
        let (class, rest) = bytes.split_first().ok_or(NOT_OF_THE_TYPE)?;
        let number = || std::str::from_utf8(rest).map_err(|_| NOT_OF_THE_TYPE);
        match class {
            b'i' => number()?
                .parse()
                .map(FieldValue::Integer)
                .map_err(|_| NOT_OF_THE_TYPE),
            // Infinity is written as a number that no double holds.
            b'r' => number()?
                .parse()
                .map(FieldValue::Real)
                .map_err(|_| NOT_OF_THE_TYPE),
            b't' | b'b' => {
                push_hex(rest, &mut self.written)?;
                let end = self.written.len();
                Ok(if *class == b't' {
                    FieldValue::WrittenText(begin, end)
                } else {
                    FieldValue::WrittenBytes(begin, end)
                })
            }
            _ => Err(NOT_OF_THE_TYPE),
        }
    }
}

impl<'a, F: Fn(usize) -> Cell<'a>> BlockRow<'a, F> {
    fn bytes(&self, column: usize) -> &'a [u8] {
        match (self.cell)(column) {
            Cell::Bytes(bytes) => bytes,
            // It was looked at: what has no bytes is lent otherwise.
            _ => &[],
        }
    }
}

impl<'a, F: Fn(usize) -> Cell<'a>> SourceRow for BlockRow<'a, F> {
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError> {
        let written = &self.decoded.written;
        Ok(match self.decoded.cells[column] {
            FieldValue::Null => SourceValue::Null,
            FieldValue::Integer(number) => SourceValue::Integer(number),
            FieldValue::Real(number) => SourceValue::Real(number),
            FieldValue::Text => SourceValue::Text(self.bytes(column)),
            FieldValue::Bytes => SourceValue::Blob(self.bytes(column)),
            FieldValue::Digits => SourceValue::Decimal(self.bytes(column)),
            FieldValue::WrittenText(from, to) => SourceValue::Text(&written[from..to]),
            FieldValue::WrittenBytes(from, to) => SourceValue::Blob(&written[from..to]),
            FieldValue::WrittenDigits(from, to) => SourceValue::Decimal(&written[from..to]),
        })
    }
}

/// What people see of a number of 32 bits is its shortest decimal form, and that is the number that goes on.
fn single(number: f64) -> Result<f64, Wrong> {
    #[allow(clippy::cast_possible_truncation)] // whether anything is lost is what is asked
    let single = number as f32;
    #[allow(clippy::float_cmp)] // exactly
    if f64::from(single) != number && !number.is_nan() {
        return Err(NOT_OF_THE_TYPE);
    }
    single.to_string().parse().map_err(|_| NOT_OF_THE_TYPE)
}

/// Digits, with zeros in front up to this width.
fn push_number(number: u32, width: usize, out: &mut Vec<u8>) {
    // A u32 has ten digits at most; no text is allocated for each part of each moment.
    let mut digits = [b'0'; 10];
    let mut rest = number;
    let mut first = digits.len();
    while rest > 0 {
        first -= 1;
        digits[first] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    out.extend_from_slice(&digits[first.min(digits.len() - width)..]);
}

/// As the numbers stand there: whether the calendar has the day is asked by who takes the text.
fn push_day([year, month, day]: [i32; 3], out: &mut Vec<u8>) {
    if year < 0 {
        out.push(b'-');
    }
    push_number(year.unsigned_abs(), 4, out);
    for part in [month, day] {
        out.push(b'-');
        push_number(part.unsigned_abs(), 2, out);
    }
}

/// Billionths without the zeros at their end.
fn push_moment(day: [i32; 3], clock: [u16; 3], billionths: u32, out: &mut Vec<u8>) {
    push_day(day, out);
    for (before, part) in [b' ', b':', b':'].into_iter().zip(clock) {
        out.push(before);
        push_number(part.into(), 2, out);
    }
    if billionths > 0 {
        out.push(b'.');
        push_number(billionths, 9, out);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

fn push_utf8(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Wrong> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NO_CHARACTERS);
    }
    let units = pairs.iter().map(|pair| u16::from_ne_bytes(*pair));
    for sign in char::decode_utf16(units) {
        let sign = sign.map_err(|_| NO_CHARACTERS)?;
        out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(())
}

fn push_hex(digits: &[u8], out: &mut Vec<u8>) -> Result<(), Wrong> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NOT_OF_THE_TYPE);
    }
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(NOT_OF_THE_TYPE),
    };
    for [high, low] in pairs {
        out.push(digit(*high)? << 4 | digit(*low)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(fill: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        fill(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn days_are_written_as_they_stand_there() {
        for (day, written) in [
            ([2024, 2, 29], "2024-02-29"),
            ([0, 0, 0], "0000-00-00"),
            ([2018, 2, 0], "2018-02-00"),
            ([-44, 3, 15], "-0044-03-15"),
            ([i32::MAX, 1, 31], "2147483647-01-31"),
        ] {
            assert_eq!(text(|out| push_day(day, out)), written);
        }
        let last = text(|out| push_moment([9999, 12, 31], [23, 59, 59], 999_999_900, out));
        assert_eq!(last, "9999-12-31 23:59:59.9999999");
        let whole = text(|out| push_moment([2024, 1, 1], [0, 0, 0], 0, out));
        assert_eq!(whole, "2024-01-01 00:00:00");
    }

    #[test]
    fn a_single_is_its_shortest_digits() {
        assert_eq!(single(f64::from(0.1_f32)), Ok(0.1));
        assert_eq!(single(16_777_216.0), Ok(16_777_216.0));
        // A driver that gives more than 32 bits hold gives another number.
        assert_eq!(single(0.1), Err(NOT_OF_THE_TYPE));
    }

    #[test]
    fn half_a_pair_is_no_character() {
        let units = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_ne_bytes)
                .collect::<Vec<_>>()
        };
        let whole = units("髙﨑𠮷〜～ｶﾅ\0");
        assert_eq!(
            text(|out| push_utf8(&whole, out).unwrap()),
            "髙﨑𠮷〜～ｶﾅ\0"
        );
        for broken in [&units("𠮷")[..2], &units("𠮷")[2..], &units("ab")[..3]] {
            assert_eq!(push_utf8(broken, &mut Vec::new()), Err(NO_CHARACTERS));
        }
    }

    #[test]
    fn what_sqlite_stores_is_a_letter_and_its_digits() {
        for (stored, value) in [
            (&b"i-7"[..], SourceValue::Integer(-7)),
            (b"r1.0e+300", SourceValue::Real(1e300)),
            (b"t4100", SourceValue::Text(b"A\0")),
            (b"b", SourceValue::Blob(b"")),
        ] {
            let mut decoded = Decoded::default();
            let field = decoded.stored(stored).unwrap();
            decoded.cells.push(field);
            let row = BlockRow {
                cell: |_| Cell::Null,
                decoded: &decoded,
            };
            assert_eq!(row.value(0).unwrap(), value);
        }
        for broken in [&b""[..], b"i", b"x1", b"t4", b"t4G", b"rabc"] {
            assert!(Decoded::default().stored(broken).is_err());
        }
    }
}
