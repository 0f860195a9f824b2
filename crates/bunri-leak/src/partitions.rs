//! The records of the vocabulary, divided by the first bits of their hashes, which are as good as random: 1024 partitions of
//! about one size, small enough to be sorted in memory, near the processor, by whichever thread is free.
//!
//! A record is only appended while the tables are decided; what memory cannot hold goes to one anonymous file, partition
//! by partition. Nothing waits for a sort.

use std::ops::Range;

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
/// What a record takes in memory: itself, and its number when they are divided, in a list that doubles as it grows.
const HELD: usize = RECORD + 2 * size_of::<u32>();

/// Where a value belongs whose hash begins so.
#[inline]
pub(crate) fn partition(key: u64) -> usize {
    (key >> (u64::BITS - BITS)) as usize
}

fn partition_of(record: &[u8; RECORD]) -> usize {
    let key = record.first_chunk().copied();
    partition(key.map_or(0, u64::from_be_bytes))
}

/// Gathers records.
pub(crate) struct PartitionWriter {
    scratch: Scratch,
    /// Records in the order in which they came, how many there are, and at most.
    memory: Option<Memory>,
    held: usize,
    most: usize,
    /// What memory could not hold, and for each time that it was full where the partitions lie.
    file: Option<TemporaryFile>,
    spills: Vec<Vec<Range<u64>>>,
    records: u64,
}

impl PartitionWriter {
    /// Holds the scratch's budget in memory.
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self {
            scratch: scratch.clone(),
            memory: None,
            held: 0,
            // Their numbers are of 32 bits.
            most: (scratch.budget / HELD).clamp(1, u32::MAX as usize),
            file: None,
            spills: Vec::new(),
            records: 0,
        }
    }

    /// Takes the bytes of a [`Record`].
    pub(crate) fn push(&mut self, record: &[u8]) -> Result<(), LeakError> {
        if self.held == self.most {
            self.spill()?;
        }
        let memory = match &mut self.memory {
            Some(memory) => memory,
            None => {
                let memory = Memory::new(self.most * RECORD);
                let failed = ColumnarError::io("sort in", &self.scratch.folder);
                self.memory.insert(memory.map_err(failed)?)
            }
        };
        let start = self.held * RECORD;
        memory[start..start + RECORD].copy_from_slice(record);
        self.held += 1;
        self.records += 1;
        Ok(())
    }

    fn held(&self) -> &[[u8; RECORD]] {
        let memory = self.memory.as_deref().unwrap_or_default();
        memory[..self.held * RECORD].as_chunks().0
    }

    /// The numbers of the records in memory, by partition.
    fn divided(&self) -> Vec<Vec<u32>> {
        let mut numbers = vec![Vec::new(); PARTITIONS];
        for (number, record) in (0..).zip(self.held()) {
            numbers[partition_of(record)].push(number);
        }
        numbers
    }

    fn spill(&mut self) -> Result<(), LeakError> {
        let file = match self.file.take() {
            Some(file) => file,
            None => TemporaryFile::new(&self.scratch)?,
        };
        let (mut pieces, mut piece) = (Vec::with_capacity(PARTITIONS), Vec::new());
        for numbers in self.divided() {
            piece.clear();
            for number in numbers {
                piece.extend_from_slice(&self.held()[number as usize]);
            }
            pieces.push(file.append(&piece)?);
        }
        self.spills.push(pieces);
        self.file = Some(file);
        self.held = 0;
        Ok(())
    }

    /// After the last record. What went to the file in part goes there whole, so that memory is free for what comes next.
    pub(crate) fn finish(mut self) -> Result<PartitionReader, LeakError> {
        if self.file.is_some() {
            self.spill()?;
            self.memory = None;
        }
        let numbers = self.divided();
        Ok(PartitionReader {
            gathered: self,
            numbers,
        })
    }
}

/// Everything that was gathered, partition by partition.
pub(crate) struct PartitionReader {
    gathered: PartitionWriter,
    /// Of what is in memory.
    numbers: Vec<Vec<u32>>,
}

impl PartitionReader {
    /// How many records were gathered.
    pub(crate) fn records(&self) -> u64 {
        self.gathered.records
    }

    /// Puts the records of one partition there, in order, each once. However often a value was recorded, they take no more than twice the
    /// memory of those that differ, and a piece of the file.
    pub(crate) fn read(
        &self,
        partition: usize,
        records: &mut Vec<Record>,
    ) -> Result<(), LeakError> {
        records.clear();
        let mut differing = 0;
        for pieces in &self.gathered.spills {
            let file = self.gathered.file.as_ref().ok_or(LeakError::Index)?;
            for record in file.read(pieces[partition].clone())?.chunks_exact(RECORD) {
                records.push(Record::read(record)?);
            }
            if records.len() > 2 * differing {
                in_order(records);
                differing = records.len();
            }
        }
        let held = self.gathered.held();
        for &number in &self.numbers[partition] {
            records.push(Record::read(&held[number as usize])?);
        }
        in_order(records);
        Ok(())
    }
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
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch {
            folder: folder.path().to_path_buf(),
            budget,
        };
        let mut partitions = PartitionWriter::new(&scratch);
        for record in records {
            partitions.push(record).unwrap();
        }
        let divided = partitions.finish().unwrap();
        assert_eq!(divided.records(), records.len() as u64);
        let spilled = divided.gathered.file.is_some();
        assert_eq!(spilled, budget < records.len() * HELD);
        assert_eq!(spilled, divided.gathered.memory.is_none());
        let (mut all, mut records) = (Vec::new(), Vec::new());
        for partition in 0..PARTITIONS {
            divided.read(partition, &mut records).unwrap();
            for record in &records {
                let bytes = record.bytes().try_into().unwrap();
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
        for budget in [0, HELD * 500, HELD * 5000, HELD * 32_692] {
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
