//! A block of whole lines, and how each is cut.

use std::sync::Arc;

use bunri_security::file::Encoding;

use crate::cut::{ColumnPlaces, Cut, Malformed};
use crate::field::{Field, FieldNames};
use crate::form::{Layout, Log, Place};
use crate::location::Location;

/// A longer line is not looked at, whatever the size of a block.
pub(crate) const LINE_BYTES: usize = 1 << 16;

/// Lines that follow one another in one file.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Counts all blocks, so that what came from them can be put in order.
    pub(crate) number: u64,
    pub(crate) file: u32,
    pub(crate) first_line: u64,
    pub(crate) rows: Rows,
    pub(crate) cutter: Option<Arc<Cutter>>,
}

/// How a block holds its rows.
#[derive(Debug)]
pub(crate) enum Rows {
    /// Lines, each with its end but perhaps the last.
    Lines(Vec<u8>),
    /// One line that is too long, and was not kept.
    TooLong,
    /// Rows of a table: number, then the ends of its fields in the bytes.
    Table { rows: Vec<TableRow>, bytes: Vec<u8> },
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableRow {
    pub(crate) number: i64,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Ends of the fields behind the start, in the order of the table's names.
    pub(crate) ends: [u32; Field::COUNT],
    /// A cell that is no text of UTF-8.
    pub(crate) broken: bool,
}

impl Default for Rows {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

/// How the lines of a file are cut.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cutting {
    Columns(ColumnPlaces),
    Pattern,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cutter {
    pub(crate) cutting: Cutting,
    pub(crate) encoding: Encoding,
}

impl Block {
    /// Gives every line, cut into its fields or not, with its place behind the first.
    pub(crate) fn each(
        &self,
        log: &Log,
        mut line: impl FnMut(Location, &[u8], Result<&Cut, Malformed>),
    ) {
        let mut cut = Cut::default();
        let at = |line| Location {
            file: self.file,
            line,
        };
        match &self.rows {
            Rows::TooLong => line(at(self.first_line), &[], Err(Malformed::TooLong)),
            Rows::Lines(bytes) => {
                let mut number = self.first_line;
                let mut start = 0;
                while start < bytes.len() {
                    let length = memchr::memchr(b'\n', &bytes[start..]);
                    let end = length.map_or(bytes.len(), |length| start + length);
                    let text = &bytes[start..end];
                    let text = text.strip_suffix(b"\r").unwrap_or(text);
                    let outcome = self.cut(text, log, &mut cut);
                    line(at(number), text, outcome.map(|()| &cut));
                    number += 1;
                    start = end + 1;
                }
            }
            Rows::Table { rows, bytes } => {
                let Place::Table { names, .. } = &log.place else {
                    return;
                };
                for row in rows {
                    let text = &bytes[row.start..row.end];
                    let outcome = cut_row(row, names, &mut cut);
                    let number = u64::try_from(row.number).unwrap_or(0);
                    line(at(number), text, outcome.map(|()| &cut));
                }
            }
        }
    }

    fn cut(&self, line: &[u8], log: &Log, cut: &mut Cut) -> Result<(), Malformed> {
        cut.begin();
        if line.is_empty() {
            return Err(Malformed::Blank);
        }
        if line.len() > LINE_BYTES {
            return Err(Malformed::TooLong);
        }
        let (Some(cutter), Place::Files { layout, .. }) = (&self.cutter, &log.place) else {
            return Err(Malformed::Pattern);
        };
        match (&cutter.cutting, layout) {
            (Cutting::Columns(columns), _) => columns.cut(line, cut)?,
            (Cutting::Pattern, Layout::Pattern(pattern)) => pattern.cut(line, cut)?,
            (Cutting::Pattern, Layout::Delimited { .. }) => return Err(Malformed::Pattern),
        }
        cut.decode(line, cutter.encoding)
    }
}

fn cut_row(row: &TableRow, names: &FieldNames, cut: &mut Cut) -> Result<(), Malformed> {
    cut.begin();
    if row.end - row.start > LINE_BYTES {
        return Err(Malformed::TooLong);
    }
    if row.broken {
        return Err(Malformed::Encoding);
    }
    let mut start = 0;
    for ((field, _), end) in names.iter().zip(row.ends) {
        cut.set(*field, start..end as usize);
        start = end as usize;
    }
    Ok(())
}
