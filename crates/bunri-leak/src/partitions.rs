//! The records of the vocabulary, divided by the first bits of their hashes, which are as good as random: 1024 partitions of
//! about one size, small enough to be sorted in memory, near the processor, by whichever thread is free.
//!
//! A record is only appended to its partition while the tables are decided; when memory is full, all partitions go to one
//! anonymous file. Nothing waits for a sort.

use std::ops::Range;
use std::path::Path;

use bunri_columnar::{ColumnarError, Memory};

use crate::LeakError;
use crate::filter::Prefix;
use crate::grants::Grants;
use crate::hashing::{FormKind, Hash};
use crate::lexicon::Forms;
use crate::records::{Field, Scratch, TemporaryFile, record};

record! {
    /// A value of the vocabulary, in its loose and in its strict form.
    #[derive(Copy, PartialOrd, Ord)]
    Record {
        loose: Hash,
        strict: Hash,
        /// Of its [`Grants`].
        grants: u8,
        /// The column.
        source: u16,
        /// Whether it is found inside a text too, and not as a whole cell alone.
        anywhere: bool,
        loose_prefix: Prefix,
        strict_prefix: Prefix,
    }
}

impl Record {
    /// Of the text that was spelled last.
    pub(crate) fn of(forms: &Forms<'_>, (grants, source): (Grants, u16), anywhere: bool) -> Self {
        let [loose, strict] =
            [FormKind::Loose, FormKind::Strict].map(|kind| forms.of(kind).value());
        let [hash, strict_hash] = forms.secret.hashes(loose);
        let prefix = Prefix::of(loose, forms.secret);
        // Most values are their own loose form.
        let (strict_hash, strict_prefix) = if loose == strict {
            (strict_hash, prefix)
        } else {
            let prefix = Prefix::of(strict, forms.secret);
            (forms.hash(FormKind::Strict), prefix)
        };
        Self {
            loose: hash,
            strict: strict_hash,
            grants: grants.0,
            source,
            anywhere,
            loose_prefix: prefix,
            strict_prefix,
        }
    }
}

/// Bytes of a [`Record`].
const RECORD: usize = 54;
/// One for every ten first bits.
pub(crate) const PARTITIONS: usize = 1 << BITS;
const BITS: u32 = 10;
/// Where a value belongs whose hash begins so.
#[inline]
pub(crate) fn partition(key: u64) -> usize {
    (key >> (u64::BITS - BITS)) as usize
}

fn partition_of(record: &[u8]) -> usize {
    let key = record.first_chunk().copied();
    partition(key.map_or(0, u64::from_be_bytes))
}

/// Gathers records, and gives them back by partition.
pub(crate) struct Partitions {
    /// A region of `most` bytes for each partition, and how many of them it holds.
    memory: Memory,
    held: Vec<usize>,
    most: usize,
    /// What memory could not hold, and for each time that it was full where the partitions lie.
    file: TemporaryFile,
    spills: Vec<Vec<Range<u64>>>,
    /// How many were gathered.
    pub(crate) records: u64,
}

impl Partitions {
    /// Holds the scratch's budget in memory. Hashes are random, so all partitions are full at about the same time.
    pub(crate) fn new(scratch: &Scratch) -> Result<Self, LeakError> {
        let most = (scratch.budget / PARTITIONS / RECORD).max(1) * RECORD;
        Ok(Self {
            memory: memory(PARTITIONS * most)?,
            held: vec![0; PARTITIONS],
            most,
            file: TemporaryFile::new(scratch)?,
            spills: Vec::new(),
            records: 0,
        })
    }

    /// Takes the bytes of a [`Record`].
    pub(crate) fn push(&mut self, record: &[u8]) -> Result<(), LeakError> {
        let partition = partition_of(record);
        if self.held[partition] == self.most {
            self.spill()?;
        }
        let start = partition * self.most + self.held[partition];
        self.memory[start..start + RECORD].copy_from_slice(record);
        self.held[partition] += RECORD;
        self.records += 1;
        Ok(())
    }

    fn held(&self, partition: usize) -> &[u8] {
        let held = self.memory.get(partition * self.most..);
        &held.unwrap_or_default()[..self.held[partition]]
    }

    fn spill(&mut self) -> Result<(), LeakError> {
        let pieces = (0..PARTITIONS).map(|partition| self.file.append(self.held(partition)));
        let pieces = pieces.collect::<Result<_, _>>()?;
        self.spills.push(pieces);
        self.held.fill(0);
        Ok(())
    }

    /// After the last record. What went to the file in part goes there whole, so that memory is free for what comes next.
    pub(crate) fn finish(mut self) -> Result<Self, LeakError> {
        if !self.spills.is_empty() {
            self.spill()?;
            self.memory = memory(0)?;
        }
        Ok(self)
    }

    /// Puts the records of one partition there, in order, each once. However often a value was recorded, they take no more
    /// than twice the memory of those that differ, and a piece of the file.
    pub(crate) fn read(
        &self,
        partition: usize,
        records: &mut Vec<Record>,
    ) -> Result<(), LeakError> {
        records.clear();
        let mut differing = 0;
        for pieces in &self.spills {
            append(records, &self.file.read(pieces[partition].clone())?)?;
            if records.len() > 2 * differing {
                in_order(records);
                differing = records.len();
            }
        }
        append(records, self.held(partition))?;
        in_order(records);
        Ok(())
    }
}

fn memory(bytes: usize) -> Result<Memory, LeakError> {
    let failed = ColumnarError::io("sort in", Path::new("memory"));
    Ok(Memory::new(bytes).map_err(failed)?)
}

fn append(records: &mut Vec<Record>, bytes: &[u8]) -> Result<(), LeakError> {
    for record in bytes.chunks_exact(RECORD) {
        records.push(Record::read(record)?);
    }
    Ok(())
}

fn in_order(records: &mut Vec<Record>) {
    records.sort_unstable();
    records.dedup();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::lexicon::Lexicon;

    fn sorted(records: &[[u8; RECORD]], budget: usize) -> Vec<[u8; RECORD]> {
        let (_folder, scratch) = crate::tests::scratch(budget);
        let mut partitions = Partitions::new(&scratch).unwrap();
        let mut sizes = vec![0; PARTITIONS];
        for record in records {
            partitions.push(record).unwrap();
            sizes[partition_of(record)] += 1;
        }
        let partitions = partitions.finish().unwrap();
        assert_eq!(partitions.records, records.len() as u64);
        let spilled = !partitions.spills.is_empty();
        let room = (budget / RECORD / PARTITIONS).max(1);
        assert_eq!(spilled, sizes.iter().any(|&size| size > room));
        assert_eq!(spilled, partitions.memory.len() < RECORD);
        let (mut all, mut records) = (Vec::new(), Vec::new());
        for partition in 0..PARTITIONS {
            partitions.read(partition, &mut records).unwrap();
            for record in &records {
                let bytes: [u8; RECORD] = record.bytes().try_into().unwrap();
                assert_eq!(partition_of(&bytes), partition);
                all.push(bytes);
            }
        }
        all
    }

    #[test]
    fn one_after_the_other_the_partitions_are_the_whole_order_whatever_the_budget() {
        let record = |number: u64| {
            let mut record = [0; RECORD];
            let hash = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            record[..8].copy_from_slice(&hash.to_be_bytes());
            record[RECORD - 8..].copy_from_slice(&(number % 7).to_be_bytes());
            record
        };
        // Many more in the first partition than in the others.
        let mut records: Vec<_> = (0..20_000).map(record).collect();
        records.extend((0..8192).map(|number| {
            let mut record = record(number);
            record[..2].fill(0);
            record
        }));
        // And some again and again.
        let again: Vec<_> = (0..9).flat_map(|_| records[..500].to_vec()).collect();
        records.extend(again);
        let mut expected = records.clone();
        expected.sort_unstable();
        expected.dedup();
        for budget in [0, 5, 50, 10_000].map(|records| records * PARTITIONS * RECORD) {
            assert!(sorted(&records, budget) == expected, "{budget}");
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let lexicon = Lexicon::new().unwrap();
        let mut forms = Forms::new(&lexicon);
        for text in ["090-1234-567", "髙﨑太郎", "高橋"] {
            forms.spell(text);
            let record = Record::of(&forms, (Grants::WITHHELD_EVERYWHERE, 0x0102), true);
            assert_eq!(record.loose, forms.hash(FormKind::Loose));
            assert_eq!(record.strict, forms.hash(FormKind::Strict));
            let bytes = record.bytes();
            assert_eq!(bytes.len(), RECORD);
            assert_eq!(Record::read(&bytes).unwrap(), record);
            assert!(Record::read(&bytes[1..]).is_err());
        }
    }
}
