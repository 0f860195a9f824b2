//! What passes between a source and who reads it: names, values as the source holds them, rows.

use std::collections::BTreeMap;

use bunri_columnar::RawValue;
use bunri_manifest::ColumnTotal;

use crate::error::SourceError;

/// A value as the source holds it, before any declared type is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SourceValue<'a> {
    /// No value.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// An exact number that is no [`Self::Integer`], in the digits that the source prints.
    Decimal(&'a [u8]),
    /// The bytes of a text, which need not be valid in any encoding.
    Text(&'a [u8]),
    /// Bytes.
    Blob(&'a [u8]),
    /// The characters of a value whose type the source does not know, as UTF-8: the declared type reads them.
    Untyped(&'a [u8]),
    /// Bytes that are no characters in the encoding of the source, as they lie. They fit no type.
    Undecodable(&'a [u8]),
}

/// A value that the source gives as a number of its own and not in characters. Written out, it is the integer, the text or the
/// decimal that [`SourceRow::value`] gives for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedValue {
    /// A whole number.
    Integer(i64),
    /// A day in days since 1970-01-01, of the years 1 to 9999; written out as `2024-02-29`.
    Day(i32),
    /// A moment in microseconds since 1970-01-01 00:00:00 by the clock that the column is kept by, of the same years; written out as
    /// `2024-02-29 12:34:56` and, where there are some, a point and digits.
    Moment(i64),
    /// The same in UTC, written out with `+00:00`.
    UtcMoment(i64),
    /// An exact number: `unscaled × 10^-scale`.
    Decimal {
        /// All of its digits.
        unscaled: i64,
        /// How many of them stand behind the point.
        scale: u8,
    },
}

/// Where a row lies, in a source that has lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePlace<'a> {
    /// The file, by its name in the source.
    pub file: &'a str,
    /// Its first line, from 1.
    pub line: u64,
    /// Why it is no row, if it is none: its values say nothing.
    pub fault: Option<LineFault>,
    /// All of it, without the end of its line.
    pub raw: &'a [u8],
}

/// Why a line is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFault {
    /// More or fewer fields than the table has columns.
    Ragged,
    /// A quote where none may be.
    BrokenQuoting,
}

impl LineFault {
    /// The word of the rejects file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ragged => "ragged_line",
            Self::BrokenQuoting => "broken_quoting",
        }
    }
}

/// The row that a session stands at.
pub trait SourceRow {
    /// The value of the catalogue's column at this position.
    ///
    /// # Errors
    /// What the source says.
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError>;

    /// The same value as a number, where the source has it so: most columns take it without its characters.
    fn typed(&self, _column: usize) -> Option<TypedValue> {
        None
    }

    /// Where it lies, if the source has lines.
    fn place(&self) -> Option<LinePlace<'_>> {
        None
    }
}

/// What takes the rows of a table, one at a time and in the order of the session.
pub trait RowSink {
    /// Why it takes no more.
    type Error: From<SourceError>;

    /// Takes a row. Says whether it wants another one.
    ///
    /// # Errors
    /// Its own; the session stops reading.
    fn take(&mut self, row: &impl SourceRow) -> Result<bool, Self::Error>;
}

/// What an object of the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// It holds rows.
    Table,
    /// It is made of others.
    View,
}

/// A table or view of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceObject {
    /// Table or view.
    pub kind: ObjectKind,
    /// In the source's order; none of an object that is not read.
    pub columns: Vec<SourceColumn>,
    /// Of a view that is read: the tables that it reads, by name.
    pub made_of: Vec<String>,
}

/// A column of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceColumn {
    /// Its name.
    pub name: String,
    /// Its type in the source's words; empty where there is none.
    pub declared: String,
}

/// What the source has, by name. The source's own administration is left out.
pub type Inventory = BTreeMap<String, SourceObject>;

/// What the source itself says of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// How many rows it has.
    pub rows: u64,
    /// Of these, lines that are no rows: no column counts them. A database has none.
    pub broken: u64,
    /// In catalogue order.
    pub totals: Vec<ColumnTotal>,
}

/// How rows of a table are asked for, in the source's own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The statement, or the part of it that the source's kind needs.
    pub text: String,
    /// The key behind which rows are wanted; none: all of them.
    pub behind: Vec<RawValue>,
}

impl Query {
    /// For a source that has no language: all rows.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            text: String::new(),
            behind: Vec::new(),
        }
    }
}
