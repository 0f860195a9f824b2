//! A row as bytes, so that two rows are equal exactly when their bytes are: every cell a tag, and what has no fixed length its
//! length before it. Nothing is trimmed, and NULL is no value.

use bunri_catalogue::{Category, Table};
use bunri_types::{Value, ValueType, value_text};

use crate::convert::{Cell, Raw, printed_integer};

/// The tags of typed cells, and those of values that did not fit, which are never compared with one another.
mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const TEXT: u8 = 1;
    pub(super) const INT: u8 = 2;
    pub(super) const DECIMAL: u8 = 3;
    pub(super) const REAL: u8 = 4;
    pub(super) const DAY: u8 = 5;
    pub(super) const MOMENT: u8 = 6;
    pub(super) const BOOL: u8 = 7;
    pub(super) const BYTES: u8 = 8;
    pub(super) const UNDECODABLE: u8 = 9;
    pub(super) const DIGITS: u8 = 10;
}

/// Appends a cell.
pub(crate) fn push_cell(out: &mut Vec<u8>, cell: &Cell<'_>) {
    match cell {
        Cell::Null => out.push(tag::NULL),
        Cell::Text(text) => push_bytes(out, tag::TEXT, text.as_bytes()),
        Cell::Int(number) => push_fixed(out, tag::INT, &number.to_be_bytes()),
        Cell::Decimal(units) => push_fixed(out, tag::DECIMAL, &units.to_be_bytes()),
        Cell::Real(bits) => push_fixed(out, tag::REAL, &bits.to_be_bytes()),
        Cell::Day(day) => push_fixed(out, tag::DAY, &day.to_be_bytes()),
        Cell::Moment(micros) => push_fixed(out, tag::MOMENT, &micros.to_be_bytes()),
        Cell::Bool(truth) => push_fixed(out, tag::BOOL, &[u8::from(*truth)]),
        Cell::Bytes(bytes) => push_bytes(out, tag::BYTES, bytes),
    }
}

/// Appends a value as the source holds it; what has no type, as it is written into the rejects.
pub(crate) fn push_raw(out: &mut Vec<u8>, raw: &Raw<'_>, value_type: ValueType) {
    match raw {
        Raw::Null => out.push(tag::NULL),
        Raw::Int(number) => push_fixed(out, tag::INT, &number.to_be_bytes()),
        Raw::Real(real) => push_fixed(out, tag::REAL, &real.to_bits().to_be_bytes()),
        Raw::Untyped(bytes) => match printed_integer(bytes) {
            Some(number) if value_type == ValueType::Int => {
                push_fixed(out, tag::INT, &number.to_be_bytes());
            }
            Some(_) | None => push_bytes(out, tag::TEXT, bytes),
        },
        Raw::Text(bytes) => push_bytes(out, tag::TEXT, bytes),
        Raw::Undecodable(bytes) => push_bytes(out, tag::UNDECODABLE, bytes),
        Raw::Decimal(digits) => push_bytes(out, tag::DIGITS, digits.as_bytes()),
        Raw::Blob(bytes) => push_bytes(out, tag::BYTES, bytes),
    }
}

fn push_fixed(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(bytes);
}

fn push_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// The cells of a row that was appended cell by cell.
pub(crate) fn cells(mut row: &[u8]) -> Vec<&[u8]> {
    let mut cells = Vec::new();
    while let Some(&first) = row.first() {
        let (cell, behind) = row.split_at(length(first, row).min(row.len()));
        cells.push(cell);
        row = behind;
    }
    cells
}

fn length(first: u8, row: &[u8]) -> usize {
    1 + match first {
        tag::NULL => 0,
        tag::INT | tag::REAL | tag::MOMENT => 8,
        tag::DECIMAL => 16,
        tag::DAY => 4,
        tag::BOOL => 1,
        // Text and bytes; there is no other tag.
        _ => row.get(1..9).map_or(0, |length| {
            8 + usize::try_from(number(length)).unwrap_or(usize::MAX - 16)
        }),
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

/// Whether a row may be told by its key: nobody may be known by it.
pub(crate) fn may_be_named(table: &Table) -> bool {
    !table.key.is_empty()
        && table
            .key
            .iter()
            .all(|&at| match table.columns[at].category {
                Some(Category::Personal | Category::FreeText) => false,
                Some(
                    Category::GridOperation
                    | Category::Security
                    | Category::Derived
                    | Category::Audit,
                )
                | None => true,
            })
}

/// Letters of a key that are told; nobody reads a longer one.
const LONGEST_KEY: usize = 200;

/// A key as findings and decisions write it; none that is too long.
pub(crate) fn key_text(table: &Table, key: &[u8]) -> Option<String> {
    let parts: Vec<String> = cells(key)
        .into_iter()
        .zip(&table.key)
        .map(|(cell, &at)| part(cell, table.columns[at].value_type.scale()))
        .collect();
    let text = parts.join("|");
    (text.chars().count() <= LONGEST_KEY).then_some(text)
}

fn part(cell: &[u8], scale: u8) -> String {
    let Some((&first, behind)) = cell.split_first() else {
        return String::new();
    };
    let bits = number(behind);
    match first {
        tag::NULL => value_text(Value::Null),
        tag::TEXT => {
            let text = String::from_utf8_lossy(behind.get(8..).unwrap_or_default());
            text.replace('\\', "\\\\").replace('|', "\\|")
        }
        tag::INT => value_text(Value::Int(bits.cast_signed())),
        tag::DECIMAL => {
            let unscaled = behind.try_into().map_or(0, i128::from_be_bytes);
            value_text(Value::Decimal { scale, unscaled })
        }
        tag::REAL => value_text(Value::Real(bits)),
        tag::DAY => value_text(Value::Date(behind.try_into().map_or(0, i32::from_be_bytes))),
        tag::MOMENT => value_text(Value::Timestamp(bits.cast_signed())),
        tag::BOOL => value_text(Value::Bool(bits == 1)),
        _ => value_text(Value::Bytes(behind.get(8..).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn a_row_comes_apart_as_it_was_put_together() {
        let row = [
            Cell::Null,
            Cell::Text(Cow::Borrowed("")),
            Cell::Text(Cow::Borrowed("a\0髙")),
            Cell::Int(-1),
            Cell::Decimal(i128::MIN),
            Cell::Real((-0.0f64).to_bits()),
            Cell::Day(-1),
            Cell::Moment(7),
            Cell::Bool(true),
            Cell::Bytes(Cow::Borrowed(b"\0")),
        ];
        let mut bytes = Vec::new();
        let mut each = Vec::new();
        for cell in &row {
            let start = bytes.len();
            push_cell(&mut bytes, cell);
            each.push(bytes[start..].to_vec());
        }
        assert_eq!(cells(&bytes), each);
        assert_ne!(each[0], each[1], "NULL is no empty text");
        let mut zero = Vec::new();
        push_cell(&mut zero, &Cell::Real(0.0f64.to_bits()));
        assert_ne!(each[5], zero, "-0 is not 0");
        assert_eq!(part(&each[3], 0), "-1");
        assert_eq!(part(&each[6], 0), "1969-12-31");
    }

    #[test]
    fn two_rows_whose_texts_meet_otherwise_are_two() {
        let row = |texts: [&str; 2]| {
            let mut bytes = Vec::new();
            for text in texts {
                push_cell(&mut bytes, &Cell::Text(Cow::Borrowed(text)));
            }
            bytes
        };
        assert_ne!(row(["ab", "c"]), row(["a", "bc"]));
    }
}
