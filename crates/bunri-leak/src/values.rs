//! The values of one form that are searched for in one store: a prefix table and a filter to ask at every position of every
//! text, and a file, sorted by name, that confirms what they let through. Names are divided into partitions by
//! their first bits, so that each is built by itself, by whichever thread is free, and found without a search.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bunri_columnar::ColumnarError;

use crate::LeakError;
use crate::fields::{Field, record};
use crate::filter::{Filter, Rare};
use crate::hashing::{Name, half};
use crate::partitions::{PARTITIONS, partition};
use crate::prefixes::{Prefix, PrefixTable};

/// Bytes of the file that are read at once, about.
const BLOCK: usize = 1 << 12;

record! {
    /// What is known of a value that is searched for.
    Entry {
        name: Name,
        /// The column that withholds it.
        source: u16,
        /// Inside a text too, and not as a whole cell alone.
        anywhere: bool,
        /// Whether a cell that nobody vouches for holds it too.
        copied: bool,
        /// Of a loose form: the names of its strict spellings.
        spellings: Vec<Name>,
    }
}

impl Field for Vec<Name> {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u32).put(bytes);
        self.iter().for_each(|name| name.put(bytes));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let names = u32::take(bytes)?;
        (0..names).map(|_| Field::take(bytes)).collect()
    }
}

/// Some entries of the file.
struct Block {
    first: Name,
    bytes: Range<u64>,
}

/// A set of values that is finished.
pub(crate) struct ValueSet {
    pub(crate) prefixes: PrefixTable,
    rare: Rare,
    /// By partition.
    filters: Vec<Filter>,
    blocks: Vec<Vec<Block>>,
    file: File,
    folder: PathBuf,
    is_empty: bool,
}

impl ValueSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether a value of this length and name may be there.
    #[inline]
    pub(crate) fn may_hold(&self, length: usize, half: u64) -> bool {
        self.rare.may_hold(length, half) && self.filters[partition(half)].may_hold(half)
    }

    /// What is known of the value of this name, if it is there.
    pub(crate) fn find(&self, name: &Name) -> Result<Option<Entry>, LeakError> {
        let blocks = &self.blocks[partition(half(name))];
        let after = blocks.partition_point(|block| block.first <= *name);
        let Some(block) = after.checked_sub(1).map(|at| &blocks[at].bytes) else {
            return Ok(None);
        };
        let mut bytes = vec![0; (block.end - block.start) as usize];
        let read = self.file.read_exact_at(&mut bytes, block.start);
        read.map_err(ColumnarError::io("read in", &self.folder))?;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let entry = Entry::take(&mut rest).ok_or(LeakError::Index)?;
            if entry.name >= *name {
                return Ok((entry.name == *name).then_some(entry));
            }
        }
        Ok(None)
    }
}

/// A set of values while its partitions are built.
pub(crate) struct ValueSetBuilder {
    prefixes: PrefixTable,
    file: File,
    end: AtomicU64,
    folder: PathBuf,
}

impl ValueSetBuilder {
    /// For about so many values.
    pub(crate) fn new(values: u64, folder: &Path) -> Result<Self, LeakError> {
        let file = tempfile::tempfile_in(folder);
        Ok(Self {
            prefixes: PrefixTable::new(values),
            file: file.map_err(ColumnarError::io("create a file in", folder))?,
            end: AtomicU64::new(0),
            folder: folder.to_path_buf(),
        })
    }

    /// Of all partitions, in order.
    pub(crate) fn finish(self, parts: impl IntoIterator<Item = Part>) -> ValueSet {
        let mut set = ValueSet {
            prefixes: self.prefixes,
            rare: Rare::default(),
            filters: Vec::with_capacity(PARTITIONS),
            blocks: Vec::with_capacity(PARTITIONS),
            file: self.file,
            folder: self.folder,
            is_empty: true,
        };
        for part in parts {
            set.is_empty &= part.blocks.is_empty();
            set.rare.append(part.rare);
            set.filters.push(part.filter);
            set.blocks.push(part.blocks);
        }
        set
    }
}

/// A partition of a set.
pub(crate) struct Part {
    filter: Filter,
    rare: Rare,
    blocks: Vec<Block>,
}

/// And while it is built.
pub(crate) struct PartBuilder<'s> {
    set: &'s ValueSetBuilder,
    halves: Vec<u64>,
    rare: Rare,
    /// Of every block, its first name and where it begins among the bytes.
    blocks: Vec<(Name, usize)>,
    bytes: Vec<u8>,
}

impl<'s> PartBuilder<'s> {
    pub(crate) fn new(set: &'s ValueSetBuilder) -> Self {
        Self {
            set,
            halves: Vec::new(),
            rare: Rare::default(),
            blocks: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Adds a value; names must ascend.
    pub(crate) fn push(&mut self, entry: &Entry, prefix: Prefix) {
        let half = half(&entry.name);
        if self.halves.last() != Some(&half) {
            self.halves.push(half);
        }
        self.rare.push(prefix.length.into(), half);
        // Of a value that is found as a whole cell only, the prefix is of no use.
        if entry.anywhere {
            self.set.prefixes.add(prefix);
        }
        let end = self.bytes.len();
        if self
            .blocks
            .last()
            .is_none_or(|(_, start)| end - start >= BLOCK)
        {
            self.blocks.push((entry.name, end));
        }
        entry.put(&mut self.bytes);
    }

    pub(crate) fn finish(self) -> Result<Part, LeakError> {
        let Self { set, bytes, .. } = self;
        let start = set.end.fetch_add(bytes.len() as u64, Relaxed);
        let written = set.file.write_all_at(&bytes, start);
        written.map_err(ColumnarError::io("write in", &set.folder))?;
        let ends = self.blocks.iter().skip(1).map(|(_, start)| *start);
        let ends = ends.chain([bytes.len()]);
        let block = |(&(first, from), until): (&(Name, usize), usize)| Block {
            first,
            bytes: start + from as u64..start + until as u64,
        };
        Ok(Part {
            filter: Filter::new(self.halves),
            rare: self.rare,
            blocks: self.blocks.iter().zip(ends).map(block).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Names of every partition, and of one that has many blocks.
    #[test]
    fn every_name_is_found_with_what_is_known_of_it_and_no_other_is() {
        let folder = tempfile::tempdir().unwrap();
        let name = |number: u32| {
            let mut name = [7; 16];
            name[..4].copy_from_slice(&number.to_be_bytes());
            name
        };
        let entry = |number: u32| Entry {
            name: name(number),
            source: number as u16,
            anywhere: number % 2 == 0,
            copied: number % 3 == 0,
            spellings: (0..number % 4).map(name).collect(),
        };
        let spread = (0..5000).map(|number| number * 850_000);
        let mut numbers: Vec<u32> = spread.chain((1..3000).map(|number| number * 3)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let set = ValueSetBuilder::new(100, folder.path()).unwrap();
        let part = |partition: usize| {
            let mut part = PartBuilder::new(&set);
            let own = |number: &&u32| partition == super::partition(half(&name(**number)));
            for &number in numbers.iter().filter(own) {
                let prefix = Prefix {
                    hash: number.into(),
                    length: 10,
                };
                part.push(&entry(number), prefix);
            }
            part.finish().unwrap()
        };
        let parts: Vec<Part> = (0..PARTITIONS).map(part).collect();
        assert!(parts[0].blocks.len() > 10);
        let set = set.finish(parts);
        assert!(!set.is_empty());
        for &number in &numbers {
            assert!(set.may_hold(10, half(&name(number))));
            assert_eq!(set.find(&name(number)).unwrap(), Some(entry(number)));
            assert_eq!(set.find(&name(number + 1)).unwrap(), None);
        }
        let empty = ValueSetBuilder::new(0, folder.path()).unwrap();
        let parts = (0..PARTITIONS).map(|_| PartBuilder::new(&empty).finish().unwrap());
        let parts: Vec<Part> = parts.collect();
        let empty = empty.finish(parts);
        assert!(empty.is_empty() && empty.find(&name(1)).unwrap().is_none());
    }
}
