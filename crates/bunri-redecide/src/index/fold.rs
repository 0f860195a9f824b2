//! From many records a key to one fact a key: records are sorted unless they come in key order, and each key's
//! records are folded at its end.

use std::path::{Path, PathBuf};

use bunri_columnar::ByteSorter;

use super::file::{FactFile, FactWriter};
use crate::RedecideError;

/// What becomes of a key's records.
pub(crate) trait Fold {
    /// Takes the next record of the current key.
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError>;
    /// The fact of the current key; forgets its records.
    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError>;
}

/// Collects records and writes the fact file.
pub(crate) struct FactBuilder<F> {
    groups: Groups<F>,
    sorter: Option<ByteSorter>,
}

/// Where temporary data go, and how much memory one sort may use.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// Where they go.
    pub folder: PathBuf,
    /// Bytes for one sort, about.
    pub budget: usize,
}

impl Scratch {
    /// Sorts records within that memory.
    #[must_use]
    pub fn sorter(&self) -> ByteSorter {
        ByteSorter::new(&self.folder, self.budget)
    }
}

impl<F: Fold> FactBuilder<F> {
    /// `in_order`: the caller promises ascending keys (and is held to it).
    pub(crate) fn new(fold: F, in_order: bool, scratch: &Scratch) -> Result<Self, RedecideError> {
        let sorter = (!in_order).then(|| scratch.sorter());
        Ok(Self {
            groups: Groups::new(fold, &scratch.folder)?,
            sorter,
        })
    }

    pub(crate) fn push(&mut self, key: &[u8], record: &[u8]) -> Result<(), RedecideError> {
        let Some(sorter) = &mut self.sorter else {
            return self.groups.push(key, record);
        };
        // Keys are prefix-free, so the key decides before the record does; its length comes last.
        Ok(sorter.push_parts(&[key, record, &(key.len() as u64).to_le_bytes()])?)
    }

    pub(crate) fn finish(mut self) -> Result<FactFile, RedecideError> {
        if let Some(sorter) = self.sorter.take() {
            let mut sorted = sorter.finish()?;
            while let Some(line) = sorted.next()? {
                let (key, record) = cut(line);
                self.groups.push(key, record)?;
            }
        }
        self.groups.finish()
    }
}

/// Key and record of a sorted line, which ends with the key's length.
#[must_use]
pub fn cut(line: &[u8]) -> (&[u8], &[u8]) {
    let Some((rest, length)) = line.split_last_chunk::<8>() else {
        return (line, &[]);
    };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    rest.split_at(length.min(rest.len()))
}

/// Cuts ascending records into keys.
struct Groups<F> {
    fold: F,
    writer: FactWriter,
    key: Option<Vec<u8>>,
    fact: Vec<u8>,
    folder: PathBuf,
}

impl<F: Fold> Groups<F> {
    fn new(fold: F, folder: &Path) -> Result<Self, RedecideError> {
        let writer = FactWriter::create(folder)?;
        Ok(Self {
            fold,
            writer,
            key: None,
            fact: Vec::new(),
            folder: folder.to_path_buf(),
        })
    }

    fn push(&mut self, key: &[u8], record: &[u8]) -> Result<(), RedecideError> {
        match &self.key {
            Some(current) if current == key => {}
            Some(current) if current.as_slice() > key => {
                return Err(RedecideError::Order {
                    folder: self.folder.clone(),
                });
            }
            _ => {
                self.close()?;
                self.key = Some(key.to_vec());
            }
        }
        self.fold.add(record)
    }

    fn close(&mut self) -> Result<(), RedecideError> {
        let Some(key) = self.key.take() else {
            return Ok(());
        };
        self.fact.clear();
        self.fold.take(&mut self.fact)?;
        self.writer.write(&key, &self.fact)
    }

    fn finish(mut self) -> Result<FactFile, RedecideError> {
        self.close()?;
        self.writer.finish()
    }
}
