//! Rows of a table as texts, one after the other, whatever its size: delimited files and SQLite.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use bunri_text::{Position, Problem, Problems, did_you_mean, listed};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{Decoder, DecoderResult, SHIFT_JIS, UTF_8};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::SecurityError;
use crate::file::{ColumnMap, Encoding, Place, TableFile};
use crate::tables::TableSpec;

const CHUNK: usize = 1 << 16;
/// More than any row of such a table has.
const MOST_BYTES: usize = 1 << 20;
const MOST_FIELDS: usize = 4_096;

/// One row: the cells of the columns that the incident file names, in the order of the table's fields.
#[derive(Debug)]
pub struct RawRow<'a> {
    /// Which row, for messages.
    pub at: RowPlace<'a>,
    /// Without the blanks around them; [`None`]: empty, NULL, one that means nothing, or a field that the system does not have.
    pub cells: &'a [Option<String>],
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub struct RowPlace<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its table, in a database.
    pub table: Option<&'a str>,
    /// The line in a file; in a database the number of the row, from 1, as it was read.
    pub number: u64,
}

impl RowPlace<'_> {
    /// What is wrong with the row.
    #[must_use]
    pub fn problem(&self, message: &str) -> Problem {
        match self.table {
            Some(table) => {
                let message = format!("table `{table}`, row {}: {message}", self.number);
                Problem::at(self.path, None, message)
            }
            None => {
                let line = usize::try_from(self.number).unwrap_or(usize::MAX);
                Problem::at(self.path, Some(Position { line, column: 1 }), message)
            }
        }
    }

    fn refusal(&self, message: &str) -> SecurityError {
        Problems(vec![self.problem(message)]).into()
    }
}

/// Gives every row to `each`.
///
/// # Errors
/// A file or table that is not there or cannot be read, a column that it does not have, and what `each` says.
pub fn for_each_row(
    file: &TableFile,
    spec: &TableSpec,
    each: &mut dyn FnMut(&RawRow<'_>) -> Result<(), SecurityError>,
) -> Result<(), SecurityError> {
    match &file.place {
        Place::Csv {
            paths,
            encoding,
            delimiter,
        } => {
            for path in paths {
                Delimited {
                    path,
                    encoding: *encoding,
                    delimiter: *delimiter,
                }
                .for_each(file, spec, each)?;
            }
            Ok(())
        }
        Place::Sqlite { path, table } => sqlite(path, table, file, spec, each),
    }
}

/// A cell without the blanks around it, if it says something.
fn meaning(text: &str, map: &ColumnMap) -> Option<String> {
    let text = text.trim();
    let nothing = text.is_empty() || map.nothing.iter().any(|nothing| nothing == text);
    (!nothing).then(|| text.to_owned())
}

/// The place of every named column among those that there are.
fn places(
    file: &TableFile,
    spec: &TableSpec,
    there: &[String],
    refused: &dyn Fn(String) -> SecurityError,
) -> Result<Vec<Option<usize>>, SecurityError> {
    let mut places = Vec::new();
    for (field, map) in spec.fields.iter().zip(&file.columns) {
        let Some(map) = map else {
            places.push(None);
            continue;
        };
        let mut found = there
            .iter()
            .enumerate()
            .filter(|(_, name)| name.trim() == map.column)
            .map(|(place, _)| place);
        let (first, second) = (found.next(), found.next());
        if first.is_none() {
            let hint = did_you_mean(&map.column, there.iter().map(String::as_str))
                .unwrap_or_else(|| format!("there are {}", listed(there)));
            return Err(refused(format!(
                "there is no column `{}`, which the incident file takes for `{}`; {hint}",
                map.column, field.name
            )));
        }
        if second.is_some() {
            return Err(refused(format!("two columns are called `{}`", map.column)));
        }
        places.push(first);
    }
    Ok(places)
}

struct Delimited<'a> {
    path: &'a Path,
    encoding: Encoding,
    delimiter: u8,
}

impl Delimited<'_> {
    fn for_each(
        &self,
        file: &TableFile,
        spec: &TableSpec,
        each: &mut dyn FnMut(&RawRow<'_>) -> Result<(), SecurityError>,
    ) -> Result<(), SecurityError> {
        let mut records = Records::open(self)?;
        let Some(header) = records.next()? else {
            return Err(self
                .at(1)
                .refusal("the file is empty: its first line names the columns"));
        };
        let names = header.fields;
        let refused = |message: String| self.at(header.line).refusal(&message);
        let places = places(file, spec, &names, &refused)?;
        let mut cells = vec![None; places.len()];
        while let Some(record) = records.next()? {
            let at = self.at(record.line);
            if record.fields.len() != names.len() {
                return Err(at.refusal(&format!(
                    "{} fields, and the first line names {}",
                    record.fields.len(),
                    names.len()
                )));
            }
            // A quote that nobody closes swallows the lines behind it.
            if record
                .fields
                .iter()
                .any(|field| field.contains(['\n', '\r']))
            {
                return Err(at.refusal(
                    "a field holds a line break, or a quote is not closed: rows could be lost in it. Write the file without",
                ));
            }
            for ((cell, place), map) in cells.iter_mut().zip(&places).zip(&file.columns) {
                *cell = match (place, map) {
                    (Some(place), Some(map)) => meaning(&record.fields[*place], map),
                    _ => None,
                };
            }
            each(&RawRow { at, cells: &cells })?;
        }
        Ok(())
    }

    fn at(&self, line: u64) -> RowPlace<'_> {
        RowPlace {
            path: self.path,
            table: None,
            number: line,
        }
    }
}

struct Record {
    line: u64,
    fields: Vec<String>,
}

/// A file, decoded and cut into records chunk by chunk.
struct Records<'a> {
    of: &'a Delimited<'a>,
    file: File,
    decoder: Decoder,
    reader: Reader,
    text: String,
    at: usize,
    ended: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Records<'a> {
    fn open(of: &'a Delimited<'a>) -> Result<Self, SecurityError> {
        let unreadable = |source| unreadable(of.path, source);
        // A pipe would be waited for until somebody writes into it.
        if !std::fs::metadata(of.path).map_err(unreadable)?.is_file() {
            return Err(unreadable(ErrorKind::InvalidInput.into()));
        }
        let decoder = match of.encoding {
            Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Encoding::Cp932 => SHIFT_JIS.new_decoder_without_bom_handling(),
        };
        Ok(Self {
            of,
            file: File::open(of.path).map_err(unreadable)?,
            decoder,
            reader: ReaderBuilder::new().delimiter(of.delimiter).build(),
            text: String::new(),
            at: 0,
            ended: false,
            output: vec![0; 4_096],
            ends: vec![0; 64],
        })
    }

    fn next(&mut self) -> Result<Option<Record>, SecurityError> {
        let (mut written, mut count) = (0, 0);
        let mut line = self.reader.line();
        loop {
            if self.at == self.text.len() && !self.ended {
                self.fill()?;
            }
            if count == 0 && written == 0 {
                line = self.line();
            }
            let input = &self.text.as_bytes()[self.at..];
            let (state, read, bytes, ended) = self.reader.read_record(
                input,
                &mut self.output[written..],
                &mut self.ends[count..],
            );
            self.at += read;
            written += bytes;
            count += ended;
            let most = self.output.len() >= MOST_BYTES || self.ends.len() >= MOST_FIELDS;
            match state {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if !most => {
                    self.output.resize(self.output.len() * 2, 0)
                }
                ReadRecordResult::OutputEndsFull if !most => {
                    self.ends.resize(self.ends.len() * 2, 0)
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(self
                        .of
                        .at(line)
                        .refusal("the record is far too long: is a quote not closed?"));
                }
                ReadRecordResult::Record => {
                    let fields = fields(&self.output[..written], &self.ends[..count]);
                    return Ok(Some(Record { line, fields }));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// The line of what comes next, behind blank lines.
    fn line(&self) -> u64 {
        let rest = &self.text[self.at..];
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        self.reader.line() + rest[..blank].matches('\n').count() as u64
    }

    /// The next chunk as text; an empty one is the end.
    fn fill(&mut self) -> Result<(), SecurityError> {
        self.text.clear();
        self.at = 0;
        let mut bytes = vec![0; CHUNK];
        while self.text.is_empty() && !self.ended {
            let length = self
                .file
                .read(&mut bytes)
                .map_err(|source| unreadable(self.of.path, source))?;
            self.ended = length == 0;
            self.decode(&bytes[..length])?;
        }
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<(), SecurityError> {
        let needed = self
            .decoder
            .max_utf8_buffer_length_without_replacement(bytes.len());
        self.text.reserve(needed.unwrap_or(bytes.len() * 4 + 16));
        let (result, _) =
            self.decoder
                .decode_to_string_without_replacement(bytes, &mut self.text, self.ended);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
                let line = self.reader.line() + self.text.matches('\n').count() as u64;
                let (is, other) = match self.of.encoding {
                    Encoding::Utf8 => ("utf-8", "cp932"),
                    Encoding::Cp932 => ("cp932", "utf-8"),
                };
                Err(self.of.at(line).refusal(&format!(
                    "not {is} here: say `encoding = \"{other}\"` in the incident file, or save the file as {is}"
                )))
            }
        }
    }
}

fn fields(output: &[u8], ends: &[usize]) -> Vec<String> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    // Cut at delimiters and quotes, so what was UTF-8 still is.
    let field =
        |(start, &end): (usize, &usize)| String::from_utf8_lossy(&output[start..end]).into_owned();
    starts.zip(ends).map(field).collect()
}

fn unreadable(path: &Path, source: std::io::Error) -> SecurityError {
    SecurityError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

fn sqlite(
    path: &Path,
    table: &str,
    file: &TableFile,
    spec: &TableSpec,
    each: &mut dyn FnMut(&RawRow<'_>) -> Result<(), SecurityError>,
) -> Result<(), SecurityError> {
    std::fs::metadata(path).map_err(|source| unreadable(path, source))?;
    let wrong = |source| SecurityError::Database {
        path: PathBuf::from(path),
        table: table.to_owned(),
        source,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
    let there = column_names(&connection, table).map_err(wrong)?;
    let refused = |message: String| -> SecurityError {
        Problems::whole(path, format!("table `{table}`: {message}")).into()
    };
    if there.is_empty() {
        return Err(refused("the database has no such table".to_owned()));
    }
    let places = places(file, spec, &there, &refused)?;
    let named: Vec<usize> = places.iter().flatten().copied().collect();
    // Names were compared with what is there: SQLite takes a quoted name that it does not know for a text.
    let columns: Vec<String> = named.iter().map(|&place| quoted(&there[place])).collect();
    let query = format!("SELECT {} FROM {}", columns.join(", "), quoted(table));
    let mut statement = connection.prepare(&query).map_err(wrong)?;
    let mut rows = statement.query([]).map_err(wrong)?;
    let mut number = 0;
    let mut cells = vec![None; places.len()];
    while let Some(row) = rows.next().map_err(wrong)? {
        number += 1;
        let at = RowPlace {
            path,
            table: Some(table),
            number,
        };
        let mut asked = 0;
        for ((cell, place), map) in cells.iter_mut().zip(&places).zip(&file.columns) {
            *cell = None;
            let (Some(_), Some(map)) = (place, map) else {
                continue;
            };
            let value = row.get_ref(asked).map_err(wrong)?;
            asked += 1;
            *cell = match value {
                ValueRef::Null => None,
                ValueRef::Integer(number) => meaning(&number.to_string(), map),
                ValueRef::Text(text) => match std::str::from_utf8(text) {
                    Ok(text) => meaning(text, map),
                    Err(_) => return Err(at.refusal(&format!("`{}` is not UTF-8", map.column))),
                },
                ValueRef::Real(_) | ValueRef::Blob(_) => {
                    let message = format!("`{}` is neither a text nor a whole number", map.column);
                    return Err(at.refusal(&message));
                }
            };
        }
        each(&RawRow { at, cells: &cells })?;
    }
    Ok(())
}

fn column_names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
