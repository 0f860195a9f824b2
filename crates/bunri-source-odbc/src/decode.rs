//! Values out of the cells of a block. Days and moments come by their numbers, and are written out only for who asks for that.

use std::cell::OnceCell;

use bunri_odbc::{CUT, Cell};
use bunri_source_model::{SourceError, SourceRow, SourceValue, TypedValue, read_integer};
use bunri_types::day_from_parts;

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
    /// A day or a moment, by the numbers in the block.
    Calendar,
}

/// The values of one row. Kept from row to row for its memory.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    cells: Vec<FieldValue>,
    written: Vec<u8>,
    /// Of every column, the characters of a day or a moment that somebody asked for.
    late: Vec<OnceCell<Vec<u8>>>,
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
        self.late.resize_with(columns.len(), OnceCell::new);
        for late in &mut self.late {
            late.take();
        }
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
            (Cell::Day(_), Form::Day) | (Cell::Moment(..), Form::Moment) => {
                return Ok(FieldValue::Calendar);
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
            FieldValue::Calendar => {
                SourceValue::Text(self.decoded.late[column].get_or_init(|| {
                    let mut late = Vec::new();
                    match (self.cell)(column) {
                        Cell::Day(day) => push_day(day, &mut late),
                        Cell::Moment(day, clock, billionths) => {
                            push_moment(day, clock, billionths, &mut late);
                        }
                        // It was looked at: nothing else is read so.
                        Cell::Null
                        | Cell::Integer(_)
                        | Cell::Real(_)
                        | Cell::Bytes(_)
                        | Cell::Later
                        | Cell::Cut => {}
                    }
                    late
                }))
            }
        })
    }

    fn typed(&self, column: usize) -> Option<TypedValue> {
        // Digits come as characters: whoever takes them reads them as they lie.
        let FieldValue::Calendar = self.decoded.cells[column] else {
            return None;
        };
        match (self.cell)(column) {
            Cell::Day(day) => typed_day(day).map(TypedValue::Day),
            Cell::Moment(day, clock, billionths) => {
                typed_moment(day, clock, billionths).map(TypedValue::Moment)
            }
            Cell::Null
            | Cell::Integer(_)
            | Cell::Real(_)
            | Cell::Bytes(_)
            | Cell::Later
            | Cell::Cut => None,
        }
    }
}

/// A day or a moment that came as one number of its digits: whatever days these are. A number that is none stays one.
pub(crate) fn in_parts(number: i64, form: Form) -> Cell<'static> {
    let two = |number: i64| number % 100;
    let (day, clock) = match form {
        Form::Moment => (number / 1_000_000, number % 1_000_000),
        _ => (number, 0),
    };
    let parts = || {
        let year = i32::try_from(day / 10_000).ok().filter(|_| number >= 0)?;
        let [month, day] = [day / 100, day].map(|part| i32::try_from(two(part)));
        let clock = [clock / 10_000, clock / 100, clock].map(|part| u16::try_from(two(part)));
        let [hour, minute, second] = clock;
        Some((
            [year, month.ok()?, day.ok()?],
            [hour.ok()?, minute.ok()?, second.ok()?],
        ))
    };
    match (form, parts()) {
        (Form::Day, Some((day, _))) => Cell::Day(day),
        (Form::Moment, Some((day, clock))) => Cell::Moment(day, clock, 0),
        _ => Cell::Integer(number),
    }
}

/// A day of the calendar, of the years 1 to 9999; others have to be written out.
fn typed_day([year, month, day]: [i32; 3]) -> Option<i32> {
    if !(1..=9999).contains(&year) {
        return None;
    }
    day_from_parts(year, month.try_into().ok()?, day.try_into().ok()?)
}

/// A moment of such a day, if it is one of whole microseconds; others have to be written out.
fn typed_moment(day: [i32; 3], [hour, minute, second]: [u16; 3], billionths: u32) -> Option<i64> {
    let is_clock = hour < 24 && minute < 60 && second < 60 && billionths < 1_000_000_000;
    if !is_clock || !billionths.is_multiple_of(1000) {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let seconds = i64::from(typed_day(day)?) * 86_400 + seconds;
    Some(seconds * 1_000_000 + i64::from(billionths / 1000))
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
    #![allow(clippy::unwrap_used, clippy::panic)]
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

    fn lent(form: Form, cell: Cell<'static>) -> (Option<TypedValue>, String) {
        let column = Column::of_form(form);
        let mut decoded = Decoded::default();
        let row = decoded.row(std::slice::from_ref(&column), |_| cell);
        let row = row.unwrap_or_else(|_| panic!("{cell:?} is no {form:?}"));
        let SourceValue::Text(text) = row.value(0).unwrap() else {
            panic!("{cell:?} is no text")
        };
        let text = String::from_utf8(text.to_vec()).unwrap();
        (row.typed(0), text)
    }

    #[test]
    fn a_day_that_the_calendar_has_is_a_number_and_every_other_one_its_characters() {
        for (day, typed, written) in [
            ([1970, 1, 1], Some(0), "1970-01-01"),
            ([2024, 2, 29], Some(19_782), "2024-02-29"),
            ([1, 1, 1], Some(-719_162), "0001-01-01"),
            ([9999, 12, 31], Some(2_932_896), "9999-12-31"),
            ([2023, 2, 29], None, "2023-02-29"),
            ([0, 0, 0], None, "0000-00-00"),
            ([0, 1, 1], None, "0000-01-01"),
            ([2018, 2, 0], None, "2018-02-00"),
            ([2018, 258, 257], None, "2018-258-257"),
            ([10_000, 1, 1], None, "10000-01-01"),
            ([-1, 1, 1], None, "-0001-01-01"),
        ] {
            let expected = (typed.map(TypedValue::Day), written.to_owned());
            assert_eq!(lent(Form::Day, Cell::Day(day)), expected);
        }
        let last = [9999, 12, 31];
        for (day, clock, billionths, typed, written) in [
            ([1970, 1, 1], [0, 0, 0], 0, Some(0), "1970-01-01 00:00:00"),
            (
                [1969, 12, 31],
                [23, 59, 59],
                999_999_000,
                Some(-1),
                "1969-12-31 23:59:59.999999",
            ),
            (
                last,
                [23, 59, 59],
                999_999_900,
                None,
                "9999-12-31 23:59:59.9999999",
            ),
            (last, [24, 0, 0], 0, None, "9999-12-31 24:00:00"),
            (last, [23, 60, 0], 0, None, "9999-12-31 23:60:00"),
            (last, [23, 0, 60], 0, None, "9999-12-31 23:00:60"),
            ([2018, 2, 0], [10, 0, 0], 0, None, "2018-02-00 10:00:00"),
        ] {
            let expected = (typed.map(TypedValue::Moment), written.to_owned());
            let cell = Cell::Moment(day, clock, billionths);
            assert_eq!(lent(Form::Moment, cell), expected);
        }
    }

    #[test]
    fn a_day_in_one_number_is_taken_apart_and_nothing_else_is_a_day() {
        for (number, day) in [
            (20_240_229, [2024, 2, 29]),
            (20_180_200, [2018, 2, 0]),
            (0, [0, 0, 0]),
            (99_991_231, [9999, 12, 31]),
        ] {
            assert_eq!(in_parts(number, Form::Day), Cell::Day(day));
            let moment = number * 1_000_000 + 235_907;
            assert_eq!(
                in_parts(moment, Form::Moment),
                Cell::Moment(day, [23, 59, 7], 0)
            );
        }
        for (number, form) in [
            (-1, Form::Day),
            (-20_240_229, Form::Day),
            (-1, Form::Moment),
        ] {
            assert_eq!(in_parts(number, form), Cell::Integer(number));
        }
        assert_eq!(
            in_parts(i64::MAX, Form::Day),
            Cell::Integer(i64::MAX),
            "no year has so many digits"
        );
        assert_eq!(in_parts(7, Form::Integer), Cell::Integer(7));
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
