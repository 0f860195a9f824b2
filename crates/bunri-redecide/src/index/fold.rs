//! From many records a key to one fact a key: records are sorted unless they come in key order, and each key's
//! records are folded at its end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::path::{Path, PathBuf};

use bunri_columnar::ByteSorter;

use super::file::{FactFile, FactReader, FactWriter};
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

/// As many files are read at one time.
const MERGED_AT_ONCE: usize = 64;

/// The facts of several units of a table as one file. What units say of one key is folded as if it were records, so that a
/// fact must be a record that says the same.
pub(crate) fn merge<F: Fold + Default>(
    mut files: Vec<FactFile>,
    folder: &Path,
) -> Result<FactFile, RedecideError> {
    while files.len() > 1 {
        let mut merged = Vec::new();
        while !files.is_empty() {
            let some = files.drain(..files.len().min(MERGED_AT_ONCE)).collect();
            merged.push(merge_some::<F>(some, folder)?);
        }
        files = merged;
    }
    match files.pop() {
        Some(file) => Ok(file),
        None => FactWriter::create(folder)?.finish(),
    }
}

fn merge_some<F: Fold + Default>(
    files: Vec<FactFile>,
    folder: &Path,
) -> Result<FactFile, RedecideError> {
    let mut heads = BinaryHeap::with_capacity(files.len());
    for file in &files {
        let mut reader = file.read()?;
        if reader.next()?.is_some() {
            heads.push(Head(reader));
        }
    }
    let mut groups = Groups::new(F::default(), folder)?;
    while let Some(mut head) = heads.peek_mut() {
        if let Some((key, fact)) = head.0.last() {
            groups.push(key, fact)?;
        }
        if head.0.next()?.is_none() {
            PeekMut::pop(head);
        }
    }
    groups.finish()
}

/// A file of several, by the key that is its next: the smallest is the greatest, as heaps have it.
struct Head(FactReader);

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let [here, there] = [self, other].map(|head| head.0.last().map(|(key, _)| key));
        there.cmp(&here)
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The smallest byte of each key.
    #[derive(Default)]
    struct Least(Option<u8>);

    impl Fold for Least {
        fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
            self.0 = self.0.into_iter().chain(record.iter().copied()).min();
            Ok(())
        }

        fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
            fact.extend(self.0.take());
            Ok(())
        }
    }

    #[test]
    fn facts_of_many_units_are_those_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch {
            folder: folder.path().to_path_buf(),
            budget: 1 << 16,
        };
        // More units than are merged at one time; keys come in many of them, and some have none.
        let records: Vec<(u32, u8)> = (0..5000_u32)
            .map(|number| (number * 7919 % 611, (number * 31 % 251) as u8))
            .collect();
        let build = |records: &[(u32, u8)]| {
            let mut builder = FactBuilder::new(Least::default(), false, &scratch).unwrap();
            for (key, record) in records {
                builder.push(&key.to_be_bytes(), &[*record]).unwrap();
            }
            builder.finish().unwrap()
        };
        let all = |file: &FactFile| {
            let mut facts = Vec::new();
            let mut reader = file.read().unwrap();
            while let Some((key, fact)) = reader.next().unwrap() {
                facts.push((key.to_vec(), fact.to_vec()));
            }
            facts
        };
        let whole = all(&build(&records));
        assert_eq!(whole.len(), 611);
        for rows in [40, 1000, 5000] {
            let mut units: Vec<FactFile> = records.chunks(rows).map(&build).collect();
            units.insert(1, build(&[]));
            let merged = merge::<Least>(units, folder.path()).unwrap();
            assert_eq!(all(&merged), whole, "{rows}");
        }
        assert!(all(&merge::<Least>(Vec::new(), folder.path()).unwrap()).is_empty());
    }
}
