//! A fact file: keys in ascending byte order, each once, each with what is known about it. Written once to the
//! temporary folder of a run, read any number of times.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::RedecideError;

const BUFFER: usize = 1 << 17;

/// A finished fact file; it vanishes with its last owner.
#[derive(Debug)]
pub(crate) struct FactFile {
    path: TempPath,
}

/// A fact file while it is written.
pub(crate) struct FactWriter {
    file: BufWriter<File>,
    path: TempPath,
}

impl FactWriter {
    pub(crate) fn create(folder: &Path) -> Result<Self, RedecideError> {
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
    pub(crate) fn write(&mut self, key: &[u8], fact: &[u8]) -> Result<(), RedecideError> {
        let lengths = [key.len() as u64, fact.len() as u64].map(u64::to_le_bytes);
        self.file
            .write_all(lengths.as_flattened())
            .and_then(|()| self.file.write_all(key))
            .and_then(|()| self.file.write_all(fact))
            .map_err(RedecideError::io("write", &self.path))
    }

    pub(crate) fn finish(mut self) -> Result<FactFile, RedecideError> {
        self.file
            .flush()
            .map_err(RedecideError::io("write", &self.path))?;
        Ok(FactFile { path: self.path })
    }
}

impl FactFile {
    pub(crate) fn read(&self) -> Result<FactReader, RedecideError> {
        let file = File::open(&self.path).map_err(RedecideError::io("open", &self.path))?;
        Ok(FactReader {
            file: BufReader::with_capacity(BUFFER, file),
            path: self.path.to_path_buf(),
            ended: false,
            key: Vec::new(),
            fact: Vec::new(),
            record: 0,
        })
    }
}

/// Reads a fact file beside keys that ascend.
pub(crate) struct FactReader {
    file: BufReader<File>,
    path: PathBuf,
    ended: bool,
    key: Vec<u8>,
    fact: Vec<u8>,
    record: u64,
}

/// A fact and the number of its record, by which a reader knows it again.
pub(crate) struct Fact<'a> {
    pub(crate) bytes: &'a [u8],
    /// From 1.
    pub(crate) record: u64,
}

/// A key and what is known about it.
pub(crate) type KeyedFact<'a> = (&'a [u8], &'a [u8]);

impl FactReader {
    /// The fact of a key; keys must be asked in ascending order (the same key may be asked again).
    pub(crate) fn find(&mut self, key: &[u8]) -> Result<Option<Fact<'_>>, RedecideError> {
        while !self.ended && (self.record == 0 || self.key.as_slice() < key) {
            self.advance()?;
        }
        let found = !self.ended && self.key == key;
        Ok(found.then_some(Fact {
            bytes: &self.fact,
            record: self.record,
        }))
    }

    /// The next key and its fact, for whoever asks for all of them.
    pub(crate) fn next(&mut self) -> Result<Option<KeyedFact<'_>>, RedecideError> {
        self.advance()?;
        Ok((!self.ended).then_some((&self.key, &self.fact)))
    }

    fn advance(&mut self) -> Result<(), RedecideError> {
        let read = read_fact(&mut self.file, &mut self.key, &mut self.fact);
        if read.map_err(RedecideError::io("read", &self.path))? {
            self.record += 1;
        } else {
            self.ended = true;
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

/// The fact read last, as what it says; a run of rows of one key reads it once.
pub(crate) struct LastFact<T>(Option<(u64, T)>);

impl<T> Default for LastFact<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> LastFact<T> {
    pub(crate) fn read(
        &mut self,
        fact: &Fact<'_>,
        read: impl Fn(&[u8]) -> Result<T, RedecideError>,
    ) -> Result<&T, RedecideError> {
        let last = match self.0.take() {
            Some(last) if last.0 == fact.record => last,
            Some(_) | None => (fact.record, read(fact.bytes)?),
        };
        Ok(&self.0.insert(last).1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn keys_are_found_in_order_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = FactWriter::create(folder.path()).unwrap();
        for key in ["b", "bb", "d"] {
            let fact = key.to_uppercase();
            writer.write(key.as_bytes(), fact.as_bytes()).unwrap();
        }
        let file = writer.finish().unwrap();
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
