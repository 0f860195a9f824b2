//! The records of the vocabulary, divided by the first bits of their names, which are as good as random: 1024 heaps of about
//! one size, small enough to be sorted near the processor. Each can be sorted by itself, by whichever thread is free, and one
//! after the other they are the whole order.
//!
//! A record is only appended while the tables are decided; what memory cannot hold goes to one anonymous file, heap
//! by heap. Nothing waits for a sort.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bunri_columnar::{ByteSorter, Memory, SortedRecords};

use crate::LeakError;
use crate::record::RECORD;
use crate::scratch::Scratch;

/// One for every ten first bits.
pub(crate) const PARTITIONS: usize = 1024;
/// Records that are read at once.
const AT_ONCE: usize = 1 << 12;
/// What a record takes in memory: itself, and its number when they are divided.
const HELD: usize = RECORD + size_of::<u32>();
/// What is asked of the file system at once.
const BUFFER: usize = 1 << 17;

/// Gathers records.
pub(crate) struct Partitions {
    scratch: Scratch,
    buffered: Buffered,
    spilled: Option<Spilled>,
    records: u64,
}

/// Records in memory, in the order in which they came.
struct Buffered {
    memory: Option<Memory>,
    /// How many.
    held: usize,
    most: usize,
}

impl Buffered {
    fn record(&self, number: u32) -> &[u8] {
        let start = number as usize * RECORD;
        self.memory
            .as_deref()
            .and_then(|memory| memory.get(start..start + RECORD))
            .unwrap_or_default()
    }

    /// Takes a record, for which there is room.
    fn push(&mut self, record: &[u8; RECORD]) -> io::Result<()> {
        let memory = match &mut self.memory {
            Some(memory) => memory,
            None => self.memory.insert(Memory::new(self.most * RECORD)?),
        };
        let start = self.held * RECORD;
        memory[start..start + RECORD].copy_from_slice(record);
        self.held += 1;
        Ok(())
    }

    /// The records' numbers, partition by partition.
    fn divided(&self) -> Numbers {
        let held = self.memory.as_deref().unwrap_or_default();
        let (records, _) = held[..self.held * RECORD].as_chunks::<RECORD>();
        let mut starts = vec![0; PARTITIONS + 1];
        for record in records {
            starts[partition(record) + 1] += 1;
        }
        for at in 0..PARTITIONS {
            starts[at + 1] += starts[at];
        }
        let (mut next, mut numbers) = (starts.clone(), vec![0; self.held]);
        for (number, record) in (0..).zip(records) {
            let next = &mut next[partition(record)];
            numbers[*next] = number;
            *next += 1;
        }
        Numbers { numbers, starts }
    }
}

/// The numbers of records, partition by partition, and where each partition begins among them.
struct Numbers {
    numbers: Vec<u32>,
    starts: Vec<usize>,
}

impl Numbers {
    fn of(&self, partition: usize) -> &[u32] {
        &self.numbers[self.starts[partition]..self.starts[partition + 1]]
    }
}

/// What went to the file: of each partition where its pieces lie.
struct Spilled {
    file: BufWriter<File>,
    end: u64,
    pieces: Vec<Vec<Range<u64>>>,
}

impl Spilled {
    fn create(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?),
            end: 0,
            pieces: vec![Vec::new(); PARTITIONS],
        })
    }

    /// With another piece of every partition that has records.
    fn with(mut self, buffered: &Buffered) -> io::Result<Self> {
        let divided = buffered.divided();
        for (partition, pieces) in self.pieces.iter_mut().enumerate() {
            let start = self.end;
            for &number in divided.of(partition) {
                self.file.write_all(buffered.record(number))?;
                self.end += RECORD as u64;
            }
            if self.end > start {
                pieces.push(start..self.end);
            }
        }
        Ok(self)
    }
}

/// Everything that was gathered, partition by partition.
pub(crate) struct Divided {
    scratch: Scratch,
    buffered: Buffered,
    numbers: Numbers,
    spilled: Option<(File, Vec<Vec<Range<u64>>>)>,
    records: u64,
}

/// Where a record belongs.
fn partition(record: &[u8; RECORD]) -> usize {
    let first = usize::from(u16::from_be_bytes([record[0], record[1]]));
    first / ((1 << 16) / PARTITIONS)
}

impl Partitions {
    /// Holds the scratch's budget in memory.
    pub(crate) fn new(scratch: &Scratch) -> Self {
        // Their numbers are of 32 bits.
        let most = (scratch.budget / HELD).clamp(1, u32::MAX as usize);
        Self {
            scratch: scratch.clone(),
            buffered: Buffered {
                memory: None,
                held: 0,
                most,
            },
            spilled: None,
            records: 0,
        }
    }

    pub(crate) fn push(&mut self, record: &[u8; RECORD]) -> Result<(), LeakError> {
        if self.buffered.held == self.buffered.most {
            self.spill()?;
        }
        let pushed = self.buffered.push(record);
        pushed.map_err(LeakError::io("sort in", &self.scratch.folder))?;
        self.records += 1;
        Ok(())
    }

    fn spill(&mut self) -> Result<(), LeakError> {
        let spilled = match self.spilled.take() {
            Some(spilled) => Ok(spilled),
            None => Spilled::create(&self.scratch.folder),
        };
        let spilled = spilled.and_then(|spilled| spilled.with(&self.buffered));
        let spilled = spilled.map_err(LeakError::io("write in", &self.scratch.folder))?;
        self.spilled = Some(spilled);
        self.buffered.held = 0;
        Ok(())
    }

    /// After the last record. What went to the file in part goes there whole, so that memory is free for what comes next.
    pub(crate) fn finish(mut self) -> Result<Divided, LeakError> {
        if self.spilled.is_some() {
            self.spill()?;
            self.buffered.memory = None;
        }
        let written = |spilled: Spilled| {
            let file = spilled.file.into_inner().map_err(io::Error::from)?;
            Ok((file, spilled.pieces))
        };
        let spilled = self.spilled.map(written).transpose();
        Ok(Divided {
            numbers: self.buffered.divided(),
            spilled: spilled.map_err(LeakError::io("write in", &self.scratch.folder))?,
            scratch: self.scratch,
            buffered: self.buffered,
            records: self.records,
        })
    }
}

impl Divided {
    /// How many were gathered.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// The records of one partition in order, sorted within so many bytes of memory.
    pub(crate) fn sorted(
        &self,
        partition: usize,
        budget: usize,
    ) -> Result<SortedRecords, LeakError> {
        let mut sorter = ByteSorter::new(&self.scratch.folder, budget);
        let mut buffer = Vec::new();
        if let Some((file, pieces)) = &self.spilled {
            for piece in &pieces[partition] {
                let mut from = piece.start;
                while from < piece.end {
                    let rest = usize::try_from(piece.end - from).unwrap_or(usize::MAX);
                    buffer.resize(rest.min(RECORD * AT_ONCE), 0);
                    file.read_exact_at(&mut buffer, from)
                        .map_err(LeakError::io("read in", &self.scratch.folder))?;
                    buffer
                        .chunks_exact(RECORD)
                        .try_for_each(|record| sorter.push(record))?;
                    from += buffer.len() as u64;
                }
            }
        }
        for &number in self.numbers.of(partition) {
            sorter.push(self.buffered.record(number))?;
        }
        Ok(sorter.finish()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

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
        let spilled = divided.spilled.is_some();
        assert_eq!(spilled, budget < records.len() * HELD);
        assert_eq!(spilled, divided.buffered.memory.is_none());
        let mut all = Vec::new();
        for partition in 0..PARTITIONS {
            let mut sorted = divided.sorted(partition, budget).unwrap();
            while let Some(record) = sorted.next().unwrap() {
                let record = record.try_into().unwrap();
                assert_eq!(super::partition(&record), partition);
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
        // More in the first partition than is read at once.
        let mut records: Vec<_> = (0..20_000).map(record).collect();
        records.extend((0..2 * AT_ONCE as u64).map(|number| {
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
}
