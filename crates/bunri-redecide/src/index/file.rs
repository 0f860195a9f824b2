//! A fact file: keys in ascending byte order, each once, each with what is known about it. Written once to the
//! temporary folder of a run, read any number of times.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::RedecideError;

const BUFFER: usize = 1 << 17;

/// A finished fact file, in one piece or several that follow each other; it vanishes with its last owner.
#[derive(Debug)]
pub struct FactFile {
    pieces: Vec<TempPath>,
}

/// A fact file while it is written.
pub struct FactWriter {
    file: BufWriter<File>,
    path: TempPath,
}

impl FactWriter {
    /// An empty one in this folder.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn create(folder: &Path) -> Result<Self, RedecideError> {
        let made = tempfile::Builder::new()
            .prefix("facts-")
            .tempfile_in(folder);
        let (file, path) = made
            .map_err(RedecideError::io("create a file in", folder))?
            .into_parts();
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            path,
        })
    }

    /// Keys must ascend.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&mut self, key: &[u8], fact: &[u8]) -> Result<(), RedecideError> {
        let lengths = [key.len() as u64, fact.len() as u64].map(u64::to_le_bytes);
        self.file
            .write_all(lengths.as_flattened())
            .and_then(|()| self.file.write_all(key))
            .and_then(|()| self.file.write_all(fact))
            .map_err(RedecideError::io("write", &self.path))
    }

    /// After the last key.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self) -> Result<FactFile, RedecideError> {
        self.file
            .flush()
            .map_err(RedecideError::io("write", &self.path))?;
        Ok(FactFile {
            pieces: vec![self.path],
        })
    }
}

impl FactFile {
    /// Goes on with another file, whose keys are all greater.
    pub fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
    }

    /// From the first key.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn read(&self) -> Result<FactReader, RedecideError> {
        let mut pieces = Vec::new();
        for path in self.pieces.iter().rev() {
            let file = File::open(path).map_err(RedecideError::io("open", path))?;
            pieces.push((BufReader::with_capacity(BUFFER, file), path.to_path_buf()));
        }
        Ok(FactReader {
            pieces,
            key: Vec::new(),
            fact: Vec::new(),
            record: 0,
        })
    }
}

/// Reads a fact file beside keys that ascend.
pub struct FactReader {
    /// The last is read; then the one before it. None is left after the last fact.
    pieces: Vec<(BufReader<File>, PathBuf)>,
    key: Vec<u8>,
    fact: Vec<u8>,
    record: u64,
}

/// A fact and the number of its record, by which a reader knows it again.
pub struct Fact<'a> {
    /// What is known.
    pub bytes: &'a [u8],
    /// From 1.
    pub record: u64,
}

impl FactReader {
    /// The fact of a key; keys must be asked in ascending order (the same key may be asked again).
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn find(&mut self, key: &[u8]) -> Result<Option<Fact<'_>>, RedecideError> {
        while !self.pieces.is_empty() && (self.record == 0 || self.key.as_slice() < key) {
            self.advance()?;
        }
        let found = !self.pieces.is_empty() && self.key == key;
        Ok(found.then_some(Fact {
            bytes: &self.fact,
            record: self.record,
        }))
    }

    fn advance(&mut self) -> Result<(), RedecideError> {
        while let Some((file, path)) = self.pieces.last_mut() {
            let read = read_fact(file, &mut self.key, &mut self.fact);
            if read.map_err(RedecideError::io("read", path))? {
                self.record += 1;
                return Ok(());
            }
            self.pieces.pop();
        }
        Ok(())
    }
}

/// Whether there was one.
fn read_fact(
    file: &mut BufReader<File>,
    key: &mut Vec<u8>,
    fact: &mut Vec<u8>,
) -> std::io::Result<bool> {
    let mut lengths = [0; 16];
    let mut filled = 0;
    while filled < lengths.len() {
        match file.read(&mut lengths[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => filled += read,
        }
    }
    let (words, _) = lengths.as_chunks::<8>();
    let length = |at: usize| usize::try_from(u64::from_le_bytes(words[at])).unwrap_or(usize::MAX);
    key.resize(length(0), 0);
    fact.resize(length(1), 0);
    file.read_exact(key)?;
    file.read_exact(fact)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn keys_are_found_in_order_and_again_in_however_many_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let piece = |keys: &[&str]| {
            let mut writer = FactWriter::create(folder.path()).unwrap();
            for key in keys {
                let fact = key.to_uppercase();
                writer.write(key.as_bytes(), fact.as_bytes()).unwrap();
            }
            writer.finish().unwrap()
        };
        let mut several = piece(&[]);
        for keys in [&["b"][..], &[], &["bb", "d"], &[]] {
            several.append(piece(keys));
        }
        for file in [piece(&["b", "bb", "d"]), several] {
            assert_found(&file);
        }
    }

    fn assert_found(file: &FactFile) {
        let mut reader = file.read().unwrap();
        let mut find = |key: &str| {
            let fact = reader.find(key.as_bytes()).unwrap();
            fact.map(|fact| String::from_utf8(fact.bytes.to_vec()).unwrap())
        };
        let found: Vec<_> = ["a", "b", "b", "ba", "bb", "c", "d", "e"]
            .map(&mut find)
            .into();
        assert_eq!(
            found.iter().flatten().collect::<Vec<_>>(),
            ["B", "B", "BB", "D"]
        );
    }
}
