//! A fact file: keys in ascending byte order, each once, each with what is known about it. Written once to the
//! temporary folder of a run, read any number of times, from any key on.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempPath;

use crate::RedecideError;

const BUFFER: usize = 1 << 17;

/// A finished fact file; it vanishes with its last owner.
#[derive(Debug)]
pub(crate) struct FactFile {
    path: TempPath,
    entries: Arc<[Entry]>,
}

/// A record at which reading can begin: there is one for every so many bytes.
#[derive(Debug)]
struct Entry {
    key: Vec<u8>,
    offset: u64,
    /// The number of the record, from 1.
    record: u64,
}

/// A fact file while it is written.
pub(crate) struct FactWriter {
    file: BufWriter<File>,
    path: TempPath,
    entries: Vec<Entry>,
    /// Bytes and records so far.
    offset: u64,
    records: u64,
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
            entries: Vec::new(),
            offset: 0,
            records: 0,
        })
    }

    /// Keys must ascend.
    pub(crate) fn write(&mut self, key: &[u8], fact: &[u8]) -> Result<(), RedecideError> {
        self.records += 1;
        let last = self.entries.last();
        if last.is_none_or(|last| self.offset - last.offset >= BUFFER as u64) {
            self.entries.push(Entry {
                key: key.to_vec(),
                offset: self.offset,
                record: self.records,
            });
        }
        let lengths = [key.len() as u64, fact.len() as u64].map(u64::to_le_bytes);
        self.offset += (lengths.as_flattened().len() + key.len() + fact.len()) as u64;
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
        Ok(FactFile {
            path: self.path,
            entries: self.entries.into(),
        })
    }
}

impl FactFile {
    pub(crate) fn read(&self) -> Result<FactReader, RedecideError> {
        let file = File::open(&self.path).map_err(RedecideError::io("open", &self.path))?;
        Ok(FactReader {
            file: BufReader::with_capacity(BUFFER, file),
            path: self.path.to_path_buf(),
            entries: Arc::clone(&self.entries),
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
    entries: Arc<[Entry]>,
    ended: bool,
    key: Vec<u8>,
    fact: Vec<u8>,
    /// The number of the record read last; 0 before the first.
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
        if self.record == 0 {
            self.enter(key)?;
        }
        while !self.ended && self.key.as_slice() < key {
            self.advance()?;
        }
        let found = !self.ended && self.key == key;
        Ok(found.then_some(Fact {
            bytes: &self.fact,
            record: self.record,
        }))
    }

    /// Reads the first record, of which those in front of the last entry that is not behind `key` are left out.
    fn enter(&mut self, key: &[u8]) -> Result<(), RedecideError> {
        let entry = self
            .entries
            .partition_point(|entry| entry.key.as_slice() <= key);
        if let Some(entry) = entry.checked_sub(1).map(|entry| &self.entries[entry]) {
            let sought = self.file.seek(SeekFrom::Start(entry.offset));
            sought.map_err(RedecideError::io("read", &self.path))?;
            self.record = entry.record - 1;
        }
        self.advance()
    }

    /// The key read last and its fact; [`None`] after the last one.
    pub(crate) fn last(&self) -> Option<KeyedFact<'_>> {
        (!self.ended).then_some((&self.key, &self.fact))
    }

    /// The next key and its fact, for whoever asks for all of them.
    pub(crate) fn next(&mut self) -> Result<Option<KeyedFact<'_>>, RedecideError> {
        self.advance()?;
        Ok(self.last())
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

    /// Many entries, and whoever asks first for a key in the middle, before one, between two or behind all finds what the others find.
    #[test]
    fn reading_begins_at_any_key() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = FactWriter::create(folder.path()).unwrap();
        let key = |number: u32| (2 * number + 1).to_be_bytes();
        let fact = [7; 1000];
        for number in 0..2000 {
            writer.write(&key(number), &fact).unwrap();
        }
        let file = writer.finish().unwrap();
        assert!(file.entries.len() > 10);
        let numbers: Vec<u64> = (0..2000).step_by(61).collect();
        for &number in &numbers {
            let mut reader = file.read().unwrap();
            let mut asked = |key: u32| {
                let fact = reader.find(&key.to_be_bytes()).unwrap();
                fact.map(|fact| fact.record)
            };
            let odd = 2 * number as u32 + 1;
            assert_eq!(asked(odd - 1), None);
            assert_eq!(asked(odd), Some(number + 1));
            assert_eq!(asked(odd + 2), Some(number + 2).filter(|it| *it <= 2000));
        }
        assert!(file.read().unwrap().find(&[255; 4]).unwrap().is_none());
        let empty = FactWriter::create(folder.path()).unwrap().finish().unwrap();
        assert!(empty.read().unwrap().find(b"a").unwrap().is_none());
    }
}
