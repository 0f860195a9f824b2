//! A log in blocks of whole lines, each with the number of its first line. One thread at a time takes the next block; what it does
//! with the lines, it does alone.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use bunri_security::file::Encoding;
use flate2::bufread::MultiGzDecoder;

use crate::block::{Block, Cutter, Cutting, LINE_BYTES, Rows};
use crate::cut::{ColumnPlaces, characters};
use crate::error::AccessError;
use crate::field::FieldNames;
use crate::form::{Layout, Log, Place};
use crate::table::LogTable;

/// Read at once from a packed file.
const PIECE: usize = 1 << 17;

/// The blocks of a log.
pub(crate) struct Blocks<'l> {
    log: &'l Log,
    block_bytes: usize,
    next_block: u64,
    source: Source<'l>,
}

enum Source<'l> {
    Files {
        /// Of the file that is open, or is next.
        place: usize,
        open: Option<OpenFile>,
    },
    Table(LogTable<'l>),
}

struct OpenFile {
    content: Box<dyn Read + Send>,
    packed: bool,
    cutter: Arc<Cutter>,
    /// The beginning of a line whose end was not read yet.
    carry: Vec<u8>,
    /// Lines that were given.
    lines: u64,
    /// Nothing comes behind what is carried.
    ended: bool,
    /// In a line that is too long.
    skipping: bool,
}

impl<'l> Blocks<'l> {
    pub(crate) fn open(log: &'l Log, block_bytes: usize) -> Result<Self, AccessError> {
        let source = match &log.place {
            Place::Files { files, .. } => {
                // Every file is opened once before anything is read: what is missing is said at once, not after hours.
                for (place, _) in files.iter().enumerate() {
                    open(log, place)?;
                }
                Source::Files {
                    place: 0,
                    open: None,
                }
            }
            Place::Table {
                database,
                table,
                names,
            } => Source::Table(LogTable::open(database, table, names)?),
        };
        Ok(Self {
            log,
            block_bytes,
            next_block: 0,
            source,
        })
    }

    /// Fills a block; whether there was one.
    pub(crate) fn next(&mut self, block: &mut Block) -> Result<bool, AccessError> {
        let some = match &mut self.source {
            Source::Table(table) => table.next(self.block_bytes, block)?,
            Source::Files { place, open: now } => loop {
                if now.is_none() {
                    let Place::Files { files, .. } = &self.log.place else {
                        break false;
                    };
                    if *place == files.len() {
                        break false;
                    }
                    *now = Some(open(self.log, *place)?);
                }
                let Some(file) = now else {
                    break false;
                };
                let Place::Files { files, .. } = &self.log.place else {
                    break false;
                };
                if file.fill(self.block_bytes, block, &files[*place])? {
                    block.file = u32::try_from(*place).unwrap_or(u32::MAX);
                    break true;
                }
                *now = None;
                *place += 1;
            },
        };
        block.number = self.next_block;
        self.next_block += u64::from(some);
        Ok(some)
    }
}

impl OpenFile {
    fn fill(
        &mut self,
        block_bytes: usize,
        block: &mut Block,
        path: &Path,
    ) -> Result<bool, AccessError> {
        let mut bytes = match std::mem::take(&mut block.rows) {
            Rows::Lines(bytes) => bytes,
            Rows::TooLong | Rows::Table { .. } => Vec::new(),
        };
        bytes.clear();
        bytes.append(&mut self.carry);
        block.first_line = self.lines + 1;
        block.cutter = Some(Arc::clone(&self.cutter));
        let mut searched = 0;
        loop {
            if self.skipping {
                // The end of a line that is too long; it was counted when it began.
                match memchr::memchr(b'\n', &bytes) {
                    Some(end) => {
                        bytes.drain(..=end);
                        self.skipping = false;
                    }
                    None => bytes.clear(),
                }
                searched = 0;
            }
            let end = memchr::memrchr(b'\n', &bytes[searched..]).map(|end| searched + end + 1);
            if !self.skipping {
                if let Some(end) = end
                    && (bytes.len() >= block_bytes || self.ended)
                {
                    self.carry.extend_from_slice(&bytes[end..]);
                    bytes.truncate(end);
                    self.lines += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                    block.rows = Rows::Lines(bytes);
                    return Ok(true);
                }
                if end.is_none() && bytes.len() > LINE_BYTES + 1 {
                    self.lines += 1;
                    self.skipping = true;
                    self.carry.clear();
                    block.rows = Rows::TooLong;
                    return Ok(true);
                }
                searched = if end.is_some() { 0 } else { bytes.len() };
            }
            if self.ended {
                let some = !bytes.is_empty();
                self.lines += u64::from(some);
                block.rows = Rows::Lines(bytes);
                return Ok(some);
            }
            let wanted = block_bytes.max(64);
            let before = bytes.len();
            let read = self
                .content
                .by_ref()
                .take(wanted as u64)
                .read_to_end(&mut bytes)
                .map_err(|source| self.wrong(path, &bytes, source))?;
            debug_assert_eq!(read, bytes.len() - before);
            self.ended = read < wanted;
        }
    }

    fn wrong(&self, path: &Path, bytes: &[u8], source: io::Error) -> AccessError {
        let path = path.to_path_buf();
        let lines = self.lines + memchr::memchr_iter(b'\n', bytes).count() as u64;
        // What cannot be read from the disk has a number of the operating system; what cannot be unpacked has none.
        if self.packed && source.raw_os_error().is_none() {
            AccessError::Packed {
                path,
                lines,
                source,
            }
        } else {
            AccessError::Io {
                path,
                lines,
                source,
            }
        }
    }
}

fn open(log: &Log, place: usize) -> Result<OpenFile, AccessError> {
    let Place::Files {
        files,
        layout,
        encoding,
    } = &log.place
    else {
        return Err(AccessError::Form {
            path: std::path::PathBuf::new(),
            what: "the log is no file".to_owned(),
        });
    };
    let path = &files[place];
    let io = |source| AccessError::Io {
        path: path.clone(),
        lines: 0,
        source,
    };
    let file = File::open(path).map_err(io)?;
    if !file.metadata().map_err(io)?.is_file() {
        return Err(form(path, "it is no file"));
    }
    let mut file = BufReader::with_capacity(PIECE, file);
    let first = file.fill_buf().map_err(io)?;
    // The first bytes say how a file is packed: no line of a log begins so.
    let (content, packed): (Box<dyn Read + Send>, bool) = match first {
        [0x1f, 0x8b, ..] => (Box::new(MultiGzDecoder::new(file)), true),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let decoder = zstd::stream::read::Decoder::with_buffer(file).map_err(io)?;
            (Box::new(decoder), true)
        }
        _ => (Box::new(file), false),
    };
    let mut content = BufReader::with_capacity(PIECE, content);
    let mut lines = 0;
    let packed_io = |source: io::Error| {
        let path = path.clone();
        if packed && source.raw_os_error().is_none() {
            AccessError::Packed {
                path,
                lines: 0,
                source,
            }
        } else {
            AccessError::Io {
                path,
                lines: 0,
                source,
            }
        }
    };
    let first = content.fill_buf().map_err(packed_io)?;
    match (first, encoding) {
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => {
            return Err(form(
                path,
                "it begins with the mark of UTF-16: give it as UTF-8",
            ));
        }
        ([0xef, 0xbb, 0xbf, ..], Encoding::Cp932) => {
            return Err(form(
                path,
                "it begins with the mark of UTF-8, and the incident file says cp932",
            ));
        }
        ([0xef, 0xbb, 0xbf, ..], Encoding::Utf8) => content.consume(3),
        _ => {}
    }
    let cutting = match layout {
        Layout::Pattern(_) => Cutting::Pattern,
        Layout::Delimited {
            delimiter,
            quote,
            columns,
            names,
        } => {
            let columns = match columns {
                Some(columns) => columns.clone(),
                None => {
                    let mut line = Vec::new();
                    let mut bounded = content.by_ref().take(LINE_BYTES as u64);
                    bounded.read_until(b'\n', &mut line).map_err(packed_io)?;
                    lines = 1;
                    header(&line, *delimiter, *quote, *encoding).ok_or_else(|| {
                        form(
                            path,
                            "its first line names no columns in the declared encoding",
                        )
                    })?
                }
            };
            Cutting::Columns(places(
                path, &columns, names, *delimiter, *quote, *encoding,
            )?)
        }
    };
    Ok(OpenFile {
        content: Box::new(content),
        packed,
        cutter: Arc::new(Cutter {
            cutting,
            encoding: *encoding,
        }),
        carry: Vec::new(),
        lines,
        ended: false,
        skipping: false,
    })
}

fn form(path: &Path, what: impl Into<String>) -> AccessError {
    AccessError::Form {
        path: path.to_path_buf(),
        what: what.into(),
    }
}

/// The names in a first line.
fn header(
    line: &[u8],
    delimiter: u8,
    quote: Option<u8>,
    encoding: Encoding,
) -> Option<Vec<String>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = characters(line, encoding)?;
    let text = std::str::from_utf8(&text).ok()?;
    if text.is_empty() {
        return None;
    }
    let mut names = Vec::new();
    for name in text.split(char::from(delimiter)) {
        let name = match quote {
            None => name,
            Some(quote) => {
                let quote = char::from(quote);
                let inner = name
                    .strip_prefix(quote)
                    .and_then(|it| it.strip_suffix(quote));
                inner.unwrap_or(name)
            }
        };
        names.push(name.to_owned());
    }
    Some(names)
}

fn places(
    path: &Path,
    columns: &[String],
    names: &FieldNames,
    delimiter: u8,
    quote: Option<u8>,
    encoding: Encoding,
) -> Result<ColumnPlaces, AccessError> {
    let mut fields = vec![None; columns.len()];
    for (field, name) in names {
        let mut at = columns.iter().enumerate().filter(|(_, it)| *it == name);
        let Some((place, _)) = at.next() else {
            let word = field.word();
            return Err(form(
                path,
                format!("it has no column `{name}`, which is to be `{word}`"),
            ));
        };
        if at.next().is_some() {
            return Err(form(path, format!("it has the column `{name}` twice")));
        }
        fields[place] = Some(*field);
    }
    Ok(ColumnPlaces {
        fields,
        delimiter,
        quote,
        wide: encoding == Encoding::Cp932 && delimiter >= 0x40,
    })
}
