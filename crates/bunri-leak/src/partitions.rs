//! The records of the vocabulary, divided by the first bits of their names, which are as good as random: 1024 partitions of
//! about one size, small enough to be sorted near the processor. Each can be sorted by itself, by whichever thread is free, and
//! one after the other they are the whole order.
//!
//! A record is only appended while the tables are decided; what memory cannot hold goes to one anonymous file, partition
//! by partition. Nothing waits for a sort.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;

use bunri_columnar::{ByteSorter, ColumnarError, Memory, SortedRecords};

use crate::LeakError;
use crate::fate::Fate;
use crate::hashing::{Kind, Name};
use crate::inputs::Scratch;
use crate::lexicon::Forms;
use crate::prefixes::Prefix;
use crate::records::record;

record! {
    /// A value of the vocabulary, in its loose and in its strict form.
    Record {
        loose: Name,
        strict: Name,
        fate: Fate,
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
    pub(crate) fn of(forms: &Forms<'_>, (fate, source): (Fate, u16), anywhere: bool) -> Self {
        let [loose, strict] = [Kind::Loose, Kind::Strict].map(|kind| forms.of(kind).value());
        let [name, strict_name] = forms.secret.names(loose);
        let prefix = Prefix::of(loose, forms.secret);
        // Most values are their own loose form.
        let (strict_name, strict_prefix) = if loose == strict {
            (strict_name, prefix)
        } else {
            let prefix = Prefix::of(strict, forms.secret);
            (forms.name(Kind::Strict), prefix)
        };
        Self {
            loose: name,
            strict: strict_name,
            fate,
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
/// What a record takes in memory: itself, and its number when they are divided.
const HELD: usize = RECORD + size_of::<u32>();
/// What is asked of the file system at once.
const BUFFER: usize = 1 << 17;

/// Where a value belongs whose name begins so.
#[inline]
pub(crate) fn partition(half: u64) -> usize {
    (half >> (u64::BITS - BITS)) as usize
}

fn partition_of(record: &[u8; RECORD]) -> usize {
    record
        .first_chunk()
        .map_or(0, |half| partition(u64::from_be_bytes(*half)))
}

/// Records in memory, in the order in which they came.
struct Buffer {
    memory: Option<Memory>,
    held: usize,
    most: usize,
}

impl Buffer {
    fn records(&self) -> &[[u8; RECORD]] {
        let held = self.memory.as_deref().unwrap_or_default();
        held[..self.held * RECORD].as_chunks().0
    }

    /// The numbers of the records, partition by partition, and where each partition begins among them.
    fn divided(&self) -> (Vec<u32>, Vec<usize>) {
        let mut starts = vec![0; PARTITIONS + 1];
        for record in self.records() {
            starts[partition_of(record) + 1] += 1;
        }
        for at in 0..PARTITIONS {
            starts[at + 1] += starts[at];
        }
        let (mut next, mut numbers) = (starts.clone(), vec![0; self.held]);
        for (number, record) in (0..).zip(self.records()) {
            let next = &mut next[partition_of(record)];
            numbers[*next] = number;
            *next += 1;
        }
        (numbers, starts)
    }
}

/// Gathers records.
pub(crate) struct Partitions {
    scratch: Scratch,
    buffer: Buffer,
    /// What memory could not hold.
    file: Option<BufWriter<File>>,
    /// For each time that it was full: where each partition begins in the file, in records.
    spills: Vec<Vec<usize>>,
    records: usize,
}

impl Partitions {
    /// Holds the scratch's budget in memory.
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self {
            scratch: scratch.clone(),
            buffer: Buffer {
                memory: None,
                held: 0,
                // Their numbers are of 32 bits.
                most: (scratch.budget / HELD).clamp(1, u32::MAX as usize),
            },
            file: None,
            spills: Vec::new(),
            records: 0,
        }
    }

    /// Takes the bytes of a [`Record`].
    pub(crate) fn push(&mut self, record: &[u8]) -> Result<(), LeakError> {
        self.try_push(record)
            .map_err(ColumnarError::io("sort in", &self.scratch.folder))?;
        Ok(())
    }

    fn try_push(&mut self, record: &[u8]) -> io::Result<()> {
        if self.buffer.held == self.buffer.most {
            self.spill()?;
        }
        let Buffer { memory, held, most } = &mut self.buffer;
        let memory = match memory {
            Some(memory) => memory,
            None => memory.insert(Memory::new(*most * RECORD)?),
        };
        memory[*held * RECORD..(*held + 1) * RECORD].copy_from_slice(record);
        *held += 1;
        self.records += 1;
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let (numbers, mut starts) = self.buffer.divided();
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = tempfile::tempfile_in(&self.scratch.folder)?;
                self.file.insert(BufWriter::with_capacity(BUFFER, file))
            }
        };
        let records = self.buffer.records();
        for number in numbers {
            file.write_all(&records[number as usize])?;
        }
        let before = self.records - self.buffer.held;
        starts.iter_mut().for_each(|start| *start += before);
        self.spills.push(starts);
        self.buffer.held = 0;
        Ok(())
    }

    /// After the last record. What went to the file in part goes there whole, so that memory is free for what comes next.
    pub(crate) fn finish(mut self) -> Result<Divided, LeakError> {
        let file = self.try_finish();
        let file = file.map_err(ColumnarError::io("write in", &self.scratch.folder))?;
        let (numbers, starts) = self.buffer.divided();
        Ok(Divided {
            gathered: self,
            file,
            numbers,
            starts,
        })
    }

    fn try_finish(&mut self) -> io::Result<Option<File>> {
        if self.file.is_some() {
            self.spill()?;
            self.buffer.memory = None;
        }
        let file = self.file.take().map(BufWriter::into_inner).transpose();
        Ok(file?)
    }
}

/// Everything that was gathered, partition by partition.
pub(crate) struct Divided {
    gathered: Partitions,
    file: Option<File>,
    /// Of what is in memory.
    numbers: Vec<u32>,
    starts: Vec<usize>,
}

impl Divided {
    /// How many records were gathered.
    pub(crate) fn records(&self) -> u64 {
        self.gathered.records as u64
    }

    /// The records of one partition in order, sorted within so many bytes of memory.
    pub(crate) fn sorted(
        &self,
        partition: usize,
        budget: usize,
    ) -> Result<SortedRecords, LeakError> {
        let folder = &self.gathered.scratch.folder;
        let mut sorter = ByteSorter::new(folder, budget);
        let mut piece = Vec::new();
        for starts in &self.gathered.spills {
            let (start, end) = (starts[partition] * RECORD, starts[partition + 1] * RECORD);
            piece.resize(end - start, 0);
            let file = self.file.as_ref().ok_or(LeakError::Index)?;
            file.read_exact_at(&mut piece, start as u64)
                .map_err(ColumnarError::io("read in", folder))?;
            let mut records = piece.chunks_exact(RECORD);
            records.try_for_each(|record| sorter.push(record))?;
        }
        let records = self.gathered.buffer.records();
        let numbers = self.starts[partition]..self.starts[partition + 1];
        for &number in &self.numbers[numbers] {
            sorter.push(&records[number as usize])?;
        }
        Ok(sorter.finish()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::records::Field;

    fn sorted(records: &[[u8; RECORD]], budget: usize) -> Vec<[u8; RECORD]> {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch {
            folder: folder.path().to_path_buf(),
            budget,
        };
        let mut partitions = Partitions::new(&scratch);
        for record in records {
            partitions.push(record).unwrap();
        }
        let divided = partitions.finish().unwrap();
        assert_eq!(divided.records(), records.len() as u64);
        let spilled = divided.file.is_some();
        assert_eq!(spilled, budget < records.len() * HELD);
        assert_eq!(spilled, divided.gathered.buffer.memory.is_none());
        let mut all = Vec::new();
        for partition in 0..PARTITIONS {
            let mut sorted = divided.sorted(partition, budget).unwrap();
            while let Some(record) = sorted.next().unwrap() {
                let record = record.try_into().unwrap();
                assert_eq!(partition_of(&record), partition);
                all.push(record);
            }
        }
        all
    }

    #[test]
    fn one_after_the_other_the_partitions_are_the_whole_order_whatever_the_budget() {
        let record = |number: u64| {
            let mut record = [0; RECORD];
            let name = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            record[..8].copy_from_slice(&name.to_be_bytes());
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
        let mut expected = records.clone();
        expected.sort_unstable();
        for budget in [0, HELD * 500, HELD * 5000, HELD * 28_192] {
            assert!(sorted(&records, budget) == expected, "{budget}");
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let lexicon = Lexicon::new().unwrap();
        let mut forms = Forms::new(&lexicon);
        for text in ["090-1234-567", "髙﨑太郎", "高橋"] {
            forms.spell(text);
            let record = Record::of(&forms, (Fate::WITHHELD_EVERYWHERE, 0x0102), true);
            assert_eq!(record.loose, forms.name(Kind::Loose));
            assert_eq!(record.strict, forms.name(Kind::Strict));
            let bytes = record.bytes();
            assert_eq!(bytes.len(), RECORD);
            assert_eq!(Record::read(&bytes).unwrap(), record);
            assert!(Record::read(&bytes[1..]).is_err());
        }
    }
}
