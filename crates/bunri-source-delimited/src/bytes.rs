//! The bytes of a file, unpacked while they are read. What is packed is known by the file's name.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use bunri_job::{Encoding, LineForm};
use bunri_manifest::open_regular;
use flate2::bufread::MultiGzDecoder;

use bunri_source_model::DelimitedError;

/// What is read at once.
const PIECE: usize = 1 << 18;

/// How a file is packed, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".gz") {
            Self::Gzip
        } else if name.ends_with(".zst") {
            Self::Zstd
        } else {
            Self::Plain
        }
    }
}

/// An open file, behind its byte order mark.
pub(super) struct Bytes {
    content: Box<dyn BufRead + Send>,
    packing: Packing,
    path: PathBuf,
}

impl Bytes {
    /// Opens a file of the folder, and refuses what begins otherwise than the job says.
    pub(super) fn open(folder: &Path, name: &str, form: &LineForm) -> Result<Self, DelimitedError> {
        let path = folder.join(name);
        let packing = Packing::of(name);
        let fail = |source| wrong(&path, packing, source);
        let file = open_regular(&path).map_err(|source| wrong(&path, Packing::Plain, source))?;
        let file = BufReader::with_capacity(PIECE, file);
        let mut content: Box<dyn Read + Send> = match packing {
            Packing::Plain => Box::new(file),
            Packing::Gzip => Box::new(MultiGzDecoder::new(file)),
            Packing::Zstd => {
                Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(fail)?)
            }
        };
        let mut first = Vec::new();
        content
            .by_ref()
            .take(4)
            .read_to_end(&mut first)
            .map_err(fail)?;
        let mark = mark(&first, packing, form.encoding).map_err(|what| DelimitedError::Form {
            file: name.to_owned(),
            what,
        })?;
        let first = Cursor::new(first.split_off(mark));
        let rest = BufReader::with_capacity(PIECE, content);
        Ok(Self {
            content: Box::new(first.chain(rest)),
            packing,
            path,
        })
    }

    /// What is there next; nothing at the end.
    pub(super) fn next(&mut self) -> Result<&[u8], DelimitedError> {
        let (path, packing) = (&self.path, self.packing);
        self.content
            .fill_buf()
            .map_err(|source| wrong(path, packing, source))
    }

    /// So many bytes of it were taken.
    pub(super) fn consume(&mut self, taken: usize) {
        self.content.consume(taken);
    }

    /// Appends everything up to a line's end and with it, or to the end of the file; how much that was. No more than `most` bytes.
    pub(super) fn line(
        &mut self,
        into: &mut Vec<u8>,
        most: usize,
    ) -> Result<usize, DelimitedError> {
        let (path, packing) = (&self.path, self.packing);
        let mut bounded = self.content.by_ref().take(most as u64);
        bounded
            .read_until(b'\n', into)
            .map_err(|source| wrong(path, packing, source))
    }
}

fn wrong(path: &Path, packing: Packing, source: io::Error) -> DelimitedError {
    let path = path.to_path_buf();
    // What cannot be read from the disk has a number of the operating system; what cannot be unpacked has none.
    if packing == Packing::Plain || source.raw_os_error().is_some() {
        DelimitedError::Io { path, source }
    } else {
        DelimitedError::Packed { path, source }
    }
}

/// How many bytes of a file's first four are a mark of its encoding; or what is wrong with it.
fn mark(first: &[u8], packing: Packing, encoding: Encoding) -> Result<usize, &'static str> {
    match (first, encoding) {
        ([0x1f, 0x8b, ..], _) if packing == Packing::Plain => {
            Err("is packed with gzip; call it .gz")
        }
        ([0x28, 0xb5, 0x2f, 0xfd], _) if packing == Packing::Plain => {
            Err("is packed with zstd; call it .zst")
        }
        ([0xef, 0xbb, 0xbf, ..], Encoding::Utf8) => Ok(3),
        ([0xef, 0xbb, 0xbf, ..], Encoding::Cp932(_)) => {
            Err("begins with the mark of UTF-8, and the job says cp932")
        }
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => {
            Err("begins with the mark of UTF-16; give it as UTF-8")
        }
        _ => Ok(0),
    }
}
