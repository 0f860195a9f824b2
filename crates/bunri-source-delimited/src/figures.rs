//! The source's own figures. No database counts these files, so a second scanner does, in a pass of its own: it takes whole lines and looks for
//! what ends a field, where the reader takes one byte after the other. What the reader loses, doubles or cuts otherwise is missed here.

use std::borrow::Cow;
use std::ops::Range;

use bunri_catalogue::{Column, Table};
use bunri_job::{Cp932, Encoding, Gaiji, LineForm, WaveDash};
use bunri_manifest::{ColumnTotal, Total};
use bunri_types::ValueType;

use super::RECORD_BYTES;
use super::bytes::Bytes;
use super::read::{FileReader, places};
use bunri_source_model::Figures;
use bunri_source_model::{DelimitedError, SourceError};

/// Sums are exact up to so many digits, as a database's are.
const MOST_DIGITS: usize = 15;

impl FileReader {
    /// Records that there are, good or not.
    ///
    /// # Errors
    /// When a file cannot be read or unpacked.
    pub fn count_of(&self, table: &str) -> Result<u64, SourceError> {
        let mut count = 0;
        self.scan(table, |_, _| count += 1)?;
        Ok(count)
    }

    /// Counts and sums.
    ///
    /// # Errors
    /// When a file cannot be read or unpacked, or lacks a column.
    pub fn figures(&self, table: &Table) -> Result<Figures, SourceError> {
        let named = self.folder.columns(&table.name)?;
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let places = places(&table.name, &named, &names)?;
        let mut sums = vec![Sums::default(); names.len()];
        let (mut rows, mut broken) = (0, 0);
        let form = self.folder.form();
        self.scan(&table.name, |line, pieces| {
            rows += 1;
            match pieces {
                Some(pieces) if pieces.len() == named.len() => {
                    for ((sums, &place), column) in sums.iter_mut().zip(&places).zip(&table.columns)
                    {
                        sums.take(line, &pieces[place], form, column);
                    }
                }
                Some(_) | None => broken += 1,
            }
        })?;
        let totals = sums.into_iter().zip(&table.columns);
        Ok(Figures {
            rows,
            broken,
            totals: totals.map(|(sums, column)| sums.total(column)).collect(),
        })
    }

    /// Gives every record as it lies, with its pieces if its quotes are sound.
    fn scan(
        &self,
        table: &str,
        mut each: impl FnMut(&[u8], Option<&[Piece]>),
    ) -> Result<(), SourceError> {
        self.begin();
        let form = self.folder.form();
        let mut count = 0;
        for file in self.folder.files(table) {
            let mut scanner = Scanner {
                bytes: Bytes::open(self.folder.path(), file, form)?,
                file,
                form,
                lines: 0,
            };
            let mut is_header = form.header;
            let (mut line, mut pieces) = (Vec::new(), Vec::new());
            while let Some(shape) = scanner.record(&mut line, &mut pieces)? {
                self.go_on(count)?;
                count += 1;
                if !std::mem::take(&mut is_header) {
                    each(&line, (shape == Shape::Whole).then_some(&pieces));
                }
            }
        }
        Ok(())
    }
}

/// A field where it lies.
#[derive(Debug)]
struct Piece {
    at: Range<usize>,
    quoted: bool,
}

/// What lines come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Whole,
    Broken,
    /// In quotes from this field on, of which so many bytes were searched.
    Open {
        field: usize,
        searched: usize,
    },
}

struct Scanner<'a> {
    bytes: Bytes,
    file: &'a str,
    form: &'a LineForm,
    lines: u64,
}

impl Scanner<'_> {
    fn record(
        &mut self,
        line: &mut Vec<u8>,
        pieces: &mut Vec<Piece>,
    ) -> Result<Option<Shape>, DelimitedError> {
        line.clear();
        pieces.clear();
        let first = self.lines + 1;
        let mut from = (0, 0);
        loop {
            let room = RECORD_BYTES + 1 - line.len();
            let read = self.bytes.line(line, room)?;
            if read == 0 {
                return match line.is_empty() {
                    true => Ok(None),
                    false => Err(DelimitedError::Unclosed {
                        file: self.file.to_owned(),
                        line: first,
                    }),
                };
            }
            if line.len() > RECORD_BYTES {
                return Err(DelimitedError::TooLong {
                    file: self.file.to_owned(),
                    line: first,
                });
            }
            self.lines += 1;
            match cut(without_end(line), from, self.form, pieces) {
                Shape::Open { field, searched } => from = (field, searched),
                shape => return Ok(Some(shape)),
            }
        }
    }
}

/// The records of a file as the scanner cuts them, for a test.
#[cfg(test)]
pub(super) mod cutting {
    use std::path::Path;

    use super::*;

    type Fields = Vec<(Vec<u8>, bool)>;

    pub(in super::super) fn pieces_of(
        folder: &Path,
        file: &str,
        form: &LineForm,
    ) -> (Vec<Option<Fields>>, Option<String>) {
        let mut found = Vec::new();
        let bytes = match Bytes::open(folder, file, form) {
            Ok(bytes) => bytes,
            Err(error) => return (found, Some(error.to_string())),
        };
        let mut scanner = Scanner {
            bytes,
            file,
            form,
            lines: 0,
        };
        let (mut line, mut pieces) = (Vec::new(), Vec::new());
        loop {
            match scanner.record(&mut line, &mut pieces) {
                Ok(None) => return (found, None),
                Ok(Some(Shape::Whole)) => {
                    let field = |piece: &Piece| {
                        let raw = &line[piece.at.clone()];
                        let content = match form.quote {
                            Some(quote) if piece.quoted => undoubled(raw, quote),
                            Some(_) | None => raw.to_vec(),
                        };
                        (content, piece.quoted)
                    };
                    found.push(Some(pieces.iter().map(field).collect()));
                }
                Ok(Some(Shape::Broken | Shape::Open { .. })) => found.push(None),
                Err(error) => return (found, Some(error.to_string())),
            }
        }
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    }
}

/// Cuts a record from a field on; if that is quoted, the first bytes of it have no closing quote.
fn cut(
    line: &[u8],
    (mut field, mut searched): (usize, usize),
    form: &LineForm,
    pieces: &mut Vec<Piece>,
) -> Shape {
    loop {
        let quote = form.quote.filter(|quote| line.get(field) == Some(quote));
        let end = match quote {
            Some(quote) => {
                let Some(end) = closing(line, searched.max(field + 1), quote) else {
                    let searched = line.len();
                    return Shape::Open { field, searched };
                };
                pieces.push(Piece {
                    at: field + 1..end,
                    quoted: true,
                });
                end + 1
            }
            None => {
                let end = field + plain_length(&line[field..], form);
                let at = field..end;
                if form
                    .quote
                    .is_some_and(|quote| line[at.clone()].contains(&quote))
                {
                    return Shape::Broken;
                }
                pieces.push(Piece { at, quoted: false });
                end
            }
        };
        match line.get(end) {
            None => return Shape::Whole,
            Some(sign) if *sign == form.delimiter => field = end + 1,
            Some(_) => return Shape::Broken,
        }
        searched = 0;
    }
}

/// Where the quote is that no second one follows.
fn closing(line: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        at += line.get(at..)?.iter().position(|sign| *sign == quote)?;
        if line.get(at + 1) != Some(&quote) {
            return Some(at);
        }
        at += 2;
    }
}

/// Bytes up to the next delimiter that is no half of a character.
fn plain_length(line: &[u8], form: &LineForm) -> usize {
    let delimiter = |sign: &u8| *sign == form.delimiter;
    let wide = match form.encoding {
        Encoding::Utf8 => false,
        Encoding::Cp932(_) => form.delimiter >= 0x40,
    };
    if !wide {
        return line.iter().position(delimiter).unwrap_or(line.len());
    }
    let mut at = 0;
    while let Some(sign) = line.get(at) {
        if delimiter(sign) {
            return at;
        }
        let begins = matches!(sign, 0x81..=0x9f | 0xe0..=0xfc);
        let ends = |next: &u8| *next >= 0x40 && *next != 0x7f && *next <= 0xfc;
        at += 1 + usize::from(begins && line.get(at + 1).is_some_and(ends));
    }
    at
}

/// What is added up of a column.
#[derive(Debug, Clone, Default)]
struct Sums {
    non_null: u64,
    nothing: u64,
    open: u64,
    sum: i128,
    not_summed: u64,
    bytes: u64,
}

impl Sums {
    fn take(&mut self, line: &[u8], piece: &Piece, form: &LineForm, column: &Column) {
        let raw = &line[piece.at.clone()];
        if !piece.quoted && raw == form.null.as_bytes() {
            return;
        }
        let content = match form.quote {
            Some(quote) if piece.quoted && raw.contains(&quote) => {
                Cow::Owned(undoubled(raw, quote))
            }
            Some(_) | None => Cow::Borrowed(raw),
        };
        let text = characters(&content, form.encoding);
        let listed = |list: &[String]| {
            let text = text.as_deref();
            list.iter().any(|one| Some(one.as_str()) == text)
        };
        if listed(&column.reading.nothing) {
            self.nothing += 1;
            return;
        }
        self.non_null += 1;
        self.open += u64::from(listed(&column.reading.open));
        let text = text.as_deref();
        match column.value_type {
            ValueType::Int => {
                self.sum = self.sum.saturating_add(text.and_then(integer).unwrap_or(0));
            }
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                match text.and_then(|text| units(text, scale)) {
                    Some(units) => self.sum = self.sum.saturating_add(units),
                    None => self.not_summed += 1,
                }
            }
            ValueType::Text => self.bytes += text.map_or(content.len(), str::len) as u64,
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => {}
        }
    }

    fn total(self, column: &Column) -> ColumnTotal {
        let sum = self.sum.to_string();
        let total = match column.value_type {
            ValueType::Int => Some(Total::IntSum { sum }),
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                Some(Total::DecimalSum {
                    sum,
                    not_summed: self.not_summed,
                })
            }
            ValueType::Text => Some(Total::TextBytes { bytes: self.bytes }),
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => None,
        };
        ColumnTotal {
            column: column.name.clone(),
            non_null: self.non_null,
            nothing: self.nothing,
            open: self.open,
            integers: 0,
            total,
        }
    }
}

fn undoubled(raw: &[u8], quote: u8) -> Vec<u8> {
    let mut content = Vec::with_capacity(raw.len());
    let mut signs = raw.iter();
    while let Some(sign) = signs.next() {
        content.push(*sign);
        if *sign == quote {
            signs.next();
        }
    }
    content
}

/// The characters of a field, by the same tables as the reader's and by rules written again.
fn characters(content: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    let Encoding::Cp932(Cp932 { gaiji, wave_dash }) = encoding else {
        return std::str::from_utf8(content).ok().map(Cow::Borrowed);
    };
    let (text, wrong) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(content);
    let user_defined = |sign| matches!(sign, '\u{e000}'..='\u{f8ff}');
    if wrong || text.contains('\u{80}') || gaiji == Gaiji::Reject && text.contains(user_defined) {
        return None;
    }
    if wave_dash == WaveDash::AsWindows {
        return Some(text);
    }
    let as_jis = |sign| match sign {
        '\u{2015}' => '\u{2014}',
        '\u{2225}' => '\u{2016}',
        '\u{ff0d}' => '\u{2212}',
        '\u{ff5e}' => '\u{301c}',
        '\u{ffe0}' => '\u{a2}',
        '\u{ffe1}' => '\u{a3}',
        '\u{ffe2}' => '\u{ac}',
        same => same,
    };
    Some(Cow::Owned(text.chars().map(as_jis).collect()))
}

/// A number that is written as numbers are printed.
fn integer(text: &str) -> Option<i128> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number.into())
}

/// A plain decimal in units of the scale, if it has no finer digits and not too many.
fn units(text: &str, scale: u8) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let zeros = usize::from(scale).checked_sub(fraction.len())?;
    let all = format!("{whole}{fraction}{}", "0".repeat(zeros));
    let all = all.trim_start_matches('0');
    if all.len() > MOST_DIGITS {
        return None;
    }
    let units: i128 = if all.is_empty() { 0 } else { all.parse().ok()? };
    Some(if text.starts_with('-') { -units } else { units })
}
