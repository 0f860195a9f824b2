//! Bytes become records of fields, one byte at a time. Of a character of two bytes the second is no delimiter, whatever it looks like;
//! a first byte that no second one follows is no character, and takes nothing with it.

use std::path::Path;

use bunri_job::{Encoding, LineForm};

use super::RECORD_BYTES;
use super::bytes::Bytes;
use bunri_source_model::DelimitedError;

/// The records of one file.
pub(super) struct Records {
    bytes: Bytes,
    file: String,
    form: LineForm,
    /// The line that comes next, from 1.
    line: u64,
    record: Record,
    at: At,
    /// Whether the last byte begins a character of two.
    lead: bool,
}

/// One record.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The contents of all fields, without quotes.
    content: Vec<u8>,
    fields: Vec<Field>,
    /// As it lies, without the end of its line.
    pub(super) raw: Vec<u8>,
    /// Its first line.
    pub(super) line: u64,
    /// Whether its quotes are broken: its fields say nothing.
    pub(super) broken: bool,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    end: usize,
    quoted: bool,
}

/// Where in a record the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote in quotes: it ends the field, or is the first of two.
    Quote,
    /// Behind a CR behind the quote that ended a field.
    QuoteAndCr,
    /// Behind a fault; the rest of the line says nothing.
    Broken,
}

impl Record {
    fn begin(&mut self, line: u64) {
        self.content.clear();
        self.fields.clear();
        self.raw.clear();
        self.line = line;
        self.broken = false;
    }

    /// How many fields.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// A field's bytes, and whether it was quoted.
    pub(super) fn field(&self, at: usize) -> (&[u8], bool) {
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.fields[before].end);
        let Field { end, quoted } = self.fields[at];
        (&self.content[start..end], quoted)
    }

    fn end_field(&mut self, quoted: bool) {
        let end = self.content.len();
        self.fields.push(Field { end, quoted });
    }

    /// Of an unquoted field at the end of its line: the CR belongs to the end.
    fn strip_cr(&mut self) {
        let start = self.fields.last().map_or(0, |field| field.end);
        if self.content.len() > start && self.content.last() == Some(&b'\r') {
            self.content.pop();
        }
    }
}

impl Records {
    /// From the first line of a file on.
    pub(super) fn open(folder: &Path, file: &str, form: &LineForm) -> Result<Self, DelimitedError> {
        Ok(Self {
            bytes: Bytes::open(folder, file, form)?,
            file: file.to_owned(),
            form: form.clone(),
            line: 1,
            record: Record::default(),
            at: At::FieldStart,
            lead: false,
        })
    }

    /// The next record; none at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<&Record>, DelimitedError> {
        self.record.begin(self.line);
        (self.at, self.lead) = (At::FieldStart, false);
        loop {
            let piece = self.bytes.next()?;
            if piece.is_empty() {
                return self.last();
            }
            let mut step = Step {
                form: &self.form,
                record: &mut self.record,
                at: &mut self.at,
                lead: &mut self.lead,
                lines: 0,
            };
            let end = piece.iter().position(|byte| step.take(*byte));
            self.line += step.lines;
            let taken = end.map_or(piece.len(), |end| end + 1);
            self.record.raw.extend_from_slice(&piece[..taken]);
            self.bytes.consume(taken);
            if self.record.raw.len() > RECORD_BYTES {
                return Err(DelimitedError::TooLong {
                    file: self.file.clone(),
                    line: self.record.line,
                });
            }
            if end.is_some() {
                self.record.raw.pop();
                if self.record.raw.last() == Some(&b'\r') {
                    self.record.raw.pop();
                }
                return Ok(Some(&self.record));
            }
        }
    }

    fn last(&mut self) -> Result<Option<&Record>, DelimitedError> {
        if self.record.raw.is_empty() {
            return Ok(None);
        }
        match self.at {
            At::FieldStart | At::Plain => self.record.end_field(false),
            At::Quote => self.record.end_field(true),
            At::QuoteAndCr | At::Broken => self.record.broken = true,
            At::Quoted => {
                return Err(DelimitedError::Unclosed {
                    file: self.file.clone(),
                    line: self.record.line,
                });
            }
        }
        Ok(Some(&self.record))
    }
}

/// The automaton, while one piece is read.
struct Step<'a> {
    form: &'a LineForm,
    record: &'a mut Record,
    at: &'a mut At,
    lead: &'a mut bool,
    lines: u64,
}

impl Step<'_> {
    /// Takes a byte; says whether the record ends with it.
    fn take(&mut self, byte: u8) -> bool {
        let second = std::mem::take(self.lead) && matches!(byte, 0x40..=0x7e | 0x80..=0xfc);
        if byte == b'\n' {
            self.lines += 1;
        }
        if second {
            self.record.content.push(byte);
            return false;
        }
        match *self.at {
            At::FieldStart if Some(byte) == self.form.quote => *self.at = At::Quoted,
            At::FieldStart | At::Plain => return self.plain(byte),
            At::Quoted if Some(byte) == self.form.quote => *self.at = At::Quote,
            At::Quoted => self.push(byte),
            At::Quote if Some(byte) == self.form.quote => {
                self.record.content.push(byte);
                *self.at = At::Quoted;
            }
            At::Quote if byte == self.form.delimiter => {
                self.record.end_field(true);
                *self.at = At::FieldStart;
            }
            At::Quote if byte == b'\r' => *self.at = At::QuoteAndCr,
            At::Quote | At::QuoteAndCr if byte == b'\n' => {
                self.record.end_field(true);
                return true;
            }
            At::Quote | At::QuoteAndCr => self.broken(),
            At::Broken => return byte == b'\n',
        }
        false
    }

    fn plain(&mut self, byte: u8) -> bool {
        if byte == b'\n' {
            self.record.strip_cr();
            self.record.end_field(false);
            return true;
        }
        if byte == self.form.delimiter {
            self.record.end_field(false);
            *self.at = At::FieldStart;
        } else if Some(byte) == self.form.quote {
            self.broken();
        } else {
            *self.at = At::Plain;
            self.push(byte);
        }
        false
    }

    fn push(&mut self, byte: u8) {
        self.record.content.push(byte);
        *self.lead = match self.form.encoding {
            Encoding::Utf8 => false,
            Encoding::Cp932(_) => matches!(byte, 0x81..=0x9f | 0xe0..=0xfc),
        };
    }

    fn broken(&mut self) {
        self.record.broken = true;
        *self.at = At::Broken;
    }
}
