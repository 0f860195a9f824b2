//! What a target says of its rows, out of the text form of COPY: fields between tabs, rows between line ends, `\N` for NULL, and letters
//! behind `\` (PostgreSQL's manual, "COPY", section "Text Format"). Loading writes the binary form: a mistake in one is not made again
//! in the other.

use std::ops::Range;

use bunri_fingerprint::Encode;
use bunri_types::{Value, ValueType, parse_day};

use crate::LoadError;

/// What came is not of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotText;

/// A cell of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetCell<'a> {
    /// A value of the column's type in the store.
    Held(Value<'a>),
    /// What no store can hold in such a column, as the server prints it.
    Foreign(&'a [u8]),
}

impl Encode for TargetCell<'_> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Held(value) => value.encode(out),
            // No value's encoding begins so.
            Self::Foreign(bytes) => {
                out.push(0xff);
                out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
                out.extend_from_slice(bytes);
            }
        }
    }
}

/// Takes pieces, which may end anywhere, and gives rows.
#[derive(Debug)]
pub(crate) struct TextRows {
    types: Vec<ValueType>,
    /// The beginning of a row whose end has not come.
    kept: Vec<u8>,
    /// The fields of one row, one behind the other, without what COPY adds.
    plain: Vec<u8>,
    fields: Vec<Option<Range<usize>>>,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TargetRow<'r> {
    types: &'r [ValueType],
    plain: &'r [u8],
    fields: &'r [Option<Range<usize>>],
}

impl TargetRow<'_> {
    pub(crate) fn cell(&self, column: usize) -> TargetCell<'_> {
        match &self.fields[column] {
            None => TargetCell::Held(Value::Null),
            Some(range) => cell(self.types[column], &self.plain[range.clone()]),
        }
    }
}

impl TextRows {
    /// Of rows with columns of these types.
    pub(crate) fn new(types: Vec<ValueType>) -> Self {
        Self {
            fields: Vec::with_capacity(types.len()),
            types,
            kept: Vec::new(),
            plain: Vec::new(),
        }
    }

    /// Takes a piece and gives every row that is whole with it.
    pub(crate) fn piece(
        &mut self,
        piece: &[u8],
        mut take: impl FnMut(&TargetRow<'_>) -> Result<(), LoadError>,
    ) -> Result<Result<(), NotText>, LoadError> {
        let mut kept = std::mem::take(&mut self.kept);
        let bytes = if kept.is_empty() {
            piece
        } else {
            kept.extend_from_slice(piece);
            kept.as_slice()
        };
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            if self.row(&rest[..end]).is_err() {
                return Ok(Err(NotText));
            }
            take(&TargetRow {
                types: &self.types,
                plain: &self.plain,
                fields: &self.fields,
            })?;
            rest = &rest[end + 1..];
        }
        self.kept = rest.to_vec();
        Ok(Ok(()))
    }

    /// Refuses an end that is none.
    pub(crate) fn end(&self) -> Result<(), NotText> {
        self.kept.is_empty().then_some(()).ok_or(NotText)
    }

    fn row(&mut self, line: &[u8]) -> Result<(), NotText> {
        self.plain.clear();
        self.fields.clear();
        for field in line.split(|byte| *byte == b'\t') {
            let value_type = self.types.get(self.fields.len()).ok_or(NotText)?;
            if field == b"\\N" {
                self.fields.push(None);
                continue;
            }
            let begin = self.plain.len();
            unescaped(field, &mut self.plain)?;
            if *value_type == ValueType::Bytes {
                unhexed(&mut self.plain, begin)?;
            }
            self.fields.push(Some(begin..self.plain.len()));
        }
        (self.fields.len() == self.types.len())
            .then_some(())
            .ok_or(NotText)
    }
}

/// Appends a field without the letters that COPY puts in.
fn unescaped(field: &[u8], out: &mut Vec<u8>) -> Result<(), NotText> {
    let mut rest = field;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        let (letter, after) = rest[at + 1..].split_first().ok_or(NotText)?;
        out.push(match letter {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            letter => *letter,
        });
        rest = after;
    }
    out.extend_from_slice(rest);
    Ok(())
}

/// Puts bytes in the place of their hex digits (`bytea_output = hex`). A column that became another type prints no hex: it is told by its
/// type, and its texts are compared as bytes.
fn unhexed(plain: &mut Vec<u8>, begin: usize) -> Result<(), NotText> {
    let Some(digits) = plain[begin..].strip_prefix(b"\\x") else {
        return Ok(());
    };
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (pairs, odd) = digits.as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect();
    let bytes = bytes.filter(|_| odd.is_empty()).ok_or(NotText)?;
    plain.truncate(begin);
    plain.extend_from_slice(&bytes);
    Ok(())
}

/// A value out of its text.
fn cell(value_type: ValueType, bytes: &[u8]) -> TargetCell<'_> {
    if value_type == ValueType::Bytes {
        return TargetCell::Held(Value::Bytes(bytes));
    }
    let value = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| match value_type {
            ValueType::Text => Some(Value::Text(text)),
            ValueType::Int => text.parse().ok().map(Value::Int),
            ValueType::Real => text
                .parse()
                .ok()
                .map(|number: f64| Value::Real(number.to_bits())),
            ValueType::Bool => match text {
                "t" => Some(Value::Bool(true)),
                "f" => Some(Value::Bool(false)),
                _ => None,
            },
            ValueType::Decimal { scale, .. } => {
                decimal(text, scale).map(|unscaled| Value::Decimal { scale, unscaled })
            }
            ValueType::Date(_) => parse_day(text).map(Value::Date),
            ValueType::Timestamp => moment(text).map(Value::Timestamp),
            ValueType::Bytes => None,
        });
    value.map_or(TargetCell::Foreign(bytes), TargetCell::Held)
}

/// A number in units of the scale; digits that the scale has no place for must be zeros.
fn decimal(text: &str, scale: u8) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(behind) {
        return None;
    }
    let scale = usize::from(scale);
    let (kept, rest) = behind.split_at(behind.len().min(scale));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let zeros = std::iter::repeat_n(b'0', scale - kept.len());
    let mut units: i128 = 0;
    for digit in whole.bytes().chain(kept.bytes()).chain(zeros) {
        units = units
            .checked_mul(10)?
            .checked_add(i128::from(digit - b'0'))?;
    }
    Some(sign * units)
}

/// Microseconds out of `2026-04-01 09:00:00.5`.
fn moment(text: &str) -> Option<i64> {
    let (day, clock) = text.split_at_checked(10)?;
    let day = i64::from(parse_day(day)?);
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, fraction),
        None => (clock, ""),
    };
    let [b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *clock.as_bytes() else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let two = |high: u8, low: u8| Some(digit(high)? * 10 + digit(low)?);
    let seconds = two(h1, h2)? * 3_600 + two(m1, m2)? * 60 + two(s1, s2)?;
    if fraction.len() > 6 || clock.len() + 10 + 1 == text.len() {
        return None;
    }
    let mut micros = 0;
    for place in 0..6 {
        micros = micros * 10
            + fraction
                .as_bytes()
                .get(place)
                .map_or(Some(0), |byte| digit(*byte))?;
    }
    Some((day * 86_400 + seconds) * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bunri_types::DateForm;

    use super::*;

    const DECIMAL: ValueType = ValueType::Decimal {
        precision: 12,
        scale: 2,
    };
    const DATE: ValueType = ValueType::Date(DateForm::Iso);

    fn rows(types: &[ValueType], pieces: &[&[u8]]) -> Result<Vec<Vec<String>>, NotText> {
        let mut rows = TextRows::new(types.to_vec());
        let mut shown = Vec::new();
        for piece in pieces {
            rows.piece(piece, |row| {
                let cells = 0..types.len();
                shown.push(cells.map(|at| format!("{:?}", row.cell(at))).collect());
                Ok(())
            })
            .unwrap()?;
        }
        rows.end()?;
        Ok(shown)
    }

    #[test]
    fn rows_are_the_same_wherever_pieces_end() {
        let types = [ValueType::Text, ValueType::Bytes, ValueType::Int];
        let stream = "a\\tb\\\\N\\n\t\\\\x00ff\t-7\n\\N\t\\\\x\t\\N\n\t\\N\t0\n".as_bytes();
        let whole = rows(&types, &[stream]).unwrap();
        let held = |value: Value<'_>| format!("{:?}", TargetCell::Held(value));
        assert_eq!(
            whole,
            [
                [
                    held(Value::Text("a\tb\\N\n")),
                    held(Value::Bytes(&[0, 255])),
                    held(Value::Int(-7))
                ],
                [
                    held(Value::Null),
                    held(Value::Bytes(&[])),
                    held(Value::Null)
                ],
                [
                    held(Value::Text("")),
                    held(Value::Null),
                    held(Value::Int(0))
                ],
            ]
        );
        for cut in 0..stream.len() {
            let (first, second) = stream.split_at(cut);
            assert_eq!(rows(&types, &[first, second]).unwrap(), whole, "{cut}");
        }
        assert!(rows(&types, &[&stream[..stream.len() - 1]]).is_err());
        assert!(rows(&types[..2], &[stream]).is_err());
        assert!(rows(&[types.as_slice(), &types].concat(), &[stream]).is_err());
    }

    #[test]
    fn values_as_the_server_prints_them() {
        let list = [
            (
                DECIMAL,
                "-12.30",
                Some(Value::Decimal {
                    scale: 2,
                    unscaled: -1_230,
                }),
            ),
            (
                DECIMAL,
                "5",
                Some(Value::Decimal {
                    scale: 2,
                    unscaled: 500,
                }),
            ),
            (
                DECIMAL,
                "0.500",
                Some(Value::Decimal {
                    scale: 2,
                    unscaled: 50,
                }),
            ),
            (DECIMAL, "0.501", None),
            (DECIMAL, "NaN", None),
            (DECIMAL, "-", None),
            (DATE, "1970-01-02", Some(Value::Date(1))),
            (DATE, "infinity", None),
            (DATE, "0044-03-15 BC", None),
            (
                ValueType::Timestamp,
                "1970-01-01 00:00:01.5",
                Some(Value::Timestamp(1_500_000)),
            ),
            (
                ValueType::Timestamp,
                "1969-12-31 23:59:59.999999",
                Some(Value::Timestamp(-1)),
            ),
            (
                ValueType::Timestamp,
                "1970-01-01 00:00:01",
                Some(Value::Timestamp(1_000_000)),
            ),
            (ValueType::Timestamp, "1970-01-01 00:00:01+00", None),
            (ValueType::Timestamp, "1970-01-01 00:00:01.", None),
            (ValueType::Timestamp, "1970-01-01", None),
            (ValueType::Bool, "t", Some(Value::Bool(true))),
            (ValueType::Bool, "true", None),
            (
                ValueType::Real,
                "-0",
                Some(Value::Real((-0.0_f64).to_bits())),
            ),
            (
                ValueType::Real,
                "1e-300",
                Some(Value::Real(1e-300_f64.to_bits())),
            ),
            (ValueType::Int, "1.0", None),
            (ValueType::Text, " ", Some(Value::Text(" "))),
        ];
        for (value_type, text, expected) in list {
            let expected = expected.map_or(TargetCell::Foreign(text.as_bytes()), TargetCell::Held);
            assert_eq!(cell(value_type, text.as_bytes()), expected, "{text}");
        }
        assert_eq!(cell(ValueType::Text, b"\xff"), TargetCell::Foreign(b"\xff"));
    }

    #[test]
    fn what_no_store_holds_is_like_no_value() {
        let (mut foreign, mut text) = (Vec::new(), Vec::new());
        TargetCell::Foreign(b"x").encode(&mut foreign);
        TargetCell::Held(Value::Text("x")).encode(&mut text);
        assert_ne!(foreign, text);
    }
}
