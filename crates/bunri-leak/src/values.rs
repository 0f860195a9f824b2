//! The values of one form that are searched for in one store: a prefix table and a filter to ask at every position of every
//! text, and a file, sorted by hash, that confirms what they let through. Hashes are divided into partitions by
//! their first bits, so that each is built by itself, by whichever thread is free, and found without a search.

use std::ops::Range;

use crate::LeakError;
use crate::filter::{Filter, Prefix, PrefixTable};
use crate::hashing::{Hash, filter_key};
use crate::partitions::partition;
use crate::records::{Field, Scratch, TemporaryFile, record};

/// Bytes of the file that are read at once, about.
const BLOCK: usize = 1 << 12;

record! {
    /// What is known of a value that is searched for. Of several under one hash, what is found anywhere comes first.
    Entry {
        hash: Hash,
        /// As a whole cell alone, and not inside a text too.
        whole_only: bool,
        /// The column that withholds it.
        source: u16,
        /// Whether a cell that nobody vouches for holds it too.
        copied: bool,
        prefix: Prefix,
        /// The hashes of its strict spellings.
        spellings: Vec<Hash>,
    }
}

impl Field for Vec<Hash> {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u32).put(bytes);
        self.iter().for_each(|hash| hash.put(bytes));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let hashes = u32::take(bytes)?;
        (0..hashes).map(|_| Field::take(bytes)).collect()
    }
}

/// A set of values that is finished.
pub(crate) struct ValueSet {
    pub(crate) prefixes: PrefixTable,
    parts: Vec<Part>,
    pub(crate) is_empty: bool,
    file: TemporaryFile,
}

impl ValueSet {
    /// Whether a value of this filter key may be there.
    #[inline]
    pub(crate) fn may_hold(&self, key: u64) -> bool {
        self.parts[partition(key)].filter.may_hold(key)
    }

    /// What is known of the value of this hash, if it is there.
    pub(crate) fn find(&self, hash: Hash) -> Result<Option<Entry>, LeakError> {
        let Part { blocks, range, .. } = &self.parts[partition(filter_key(hash))];
        let after = blocks.partition_point(|(first, _)| *first <= hash);
        let Some((_, block)) = after.checked_sub(1).map(|at| &blocks[at]) else {
            return Ok(None);
        };
        let bytes = range.start + block.start as u64..range.start + block.end as u64;
        let bytes = self.file.read(bytes)?;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let entry = Entry::take(&mut rest).ok_or(LeakError::Index)?;
            if entry.hash >= hash {
                return Ok((entry.hash == hash).then_some(entry));
            }
        }
        Ok(None)
    }
}

/// A set of values while its partitions are built.
pub(crate) struct ValueSetBuilder {
    prefixes: PrefixTable,
    file: TemporaryFile,
}

impl ValueSetBuilder {
    /// For about so many values.
    pub(crate) fn new(values: u64, scratch: &Scratch) -> Result<Self, LeakError> {
        Ok(Self {
            prefixes: PrefixTable::new(values),
            file: TemporaryFile::new(scratch)?,
        })
    }

    /// Adds the values of a partition; their hashes ascend.
    pub(crate) fn part(&self, entries: &[Entry]) -> Result<Part, LeakError> {
        let (mut keys, mut bytes) = (Vec::new(), Vec::new());
        let mut blocks: Vec<(Hash, Range<usize>)> = Vec::new();
        for entry in entries {
            let key = filter_key(entry.hash);
            if keys.last() != Some(&key) {
                keys.push(key);
            }
            // Of a value that is found as a whole cell only, the prefix is of no use.
            if !entry.whole_only {
                self.prefixes.add(entry.prefix);
            }
            let start = bytes.len();
            entry.put(&mut bytes);
            match blocks.last_mut() {
                Some((_, block)) if block.len() < BLOCK => block.end = bytes.len(),
                _ => blocks.push((entry.hash, start..bytes.len())),
            }
        }
        Ok(Part {
            filter: Filter::new(keys),
            range: self.file.append(&bytes)?,
            blocks,
        })
    }

    /// Of all partitions, in order.
    pub(crate) fn finish(self, parts: Vec<Part>) -> ValueSet {
        ValueSet {
            prefixes: self.prefixes,
            is_empty: parts.iter().all(|part| part.blocks.is_empty()),
            parts,
            file: self.file,
        }
    }
}

/// A partition of a set.
pub(crate) struct Part {
    filter: Filter,
    /// Where it lies in the file; and of its blocks the first hashes, and where they lie in it.
    range: Range<u64>,
    blocks: Vec<(Hash, Range<usize>)>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::partitions::PARTITIONS;

    /// Hashes of every partition, and of one that has many blocks.
    #[test]
    fn every_hash_is_found_with_what_is_known_of_it_and_no_other_is() {
        let (_folder, scratch) = crate::tests::scratch(1 << 20);
        let hash = |number: u32| u128::from(number) << 96 | 7;
        let entry = |number: u32| Entry {
            hash: hash(number),
            source: number as u16,
            whole_only: number.is_multiple_of(2),
            copied: number.is_multiple_of(3),
            prefix: Prefix {
                hash: number.into(),
                length: 10,
            },
            spellings: (0..number % 4).map(hash).collect(),
        };
        let spread = (0..5000).map(|number| number * 850_000);
        let mut numbers: Vec<u32> = spread.chain((1..3000).map(|number| number * 3)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let set = ValueSetBuilder::new(100, &scratch).unwrap();
        let part = |partition: usize| {
            let own = |number: &&u32| partition == super::partition(filter_key(hash(**number)));
            let entries = numbers.iter().filter(own).map(|&number| entry(number));
            set.part(&entries.collect::<Vec<_>>()).unwrap()
        };
        let parts: Vec<Part> = (0..PARTITIONS).map(part).collect();
        assert!(parts[0].blocks.len() > 10);
        let set = set.finish(parts);
        assert!(!set.is_empty);
        for &number in &numbers {
            assert!(set.may_hold(filter_key(hash(number))));
            assert_eq!(set.find(hash(number)).unwrap(), Some(entry(number)));
            assert_eq!(set.find(hash(number + 1)).unwrap(), None);
        }
        let empty = ValueSetBuilder::new(0, &scratch).unwrap();
        let parts = (0..PARTITIONS).map(|_| empty.part(&[]).unwrap());
        let empty_parts: Vec<Part> = parts.collect();
        let empty = empty.finish(empty_parts);
        assert!(empty.is_empty && empty.find(hash(1)).unwrap().is_none());
    }
}
