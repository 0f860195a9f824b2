//! The records of the vocabulary, divided by the first bits of their names, which are as good as random: 1024 heaps of about
//! one size, small enough to be sorted near the processor. Each can be sorted by itself, by whichever thread is free, and one
//! after the other they are the whole order.
//!
//! A record is only appended while the tables are decided; what memory cannot hold goes to one anonymous file, heap
//! by heap. Nothing waits for a sort.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use bunri_columnar::{ByteSorter, SortedRecords};

use crate::LeakError;
use crate::record::RECORD;
use crate::scratch::Scratch;

/// One for every ten first bits.
pub(crate) const PARTITIONS: usize = 1024;
/// Records that are read at once.
const AT_ONCE: usize = 1 << 12;

/// Gathers records.
pub(crate) struct Partitions {
    scratch: Scratch,
    waiting: Vec<Vec<u8>>,
    /// Bytes in `waiting`.
    held: usize,
    spilled: Option<Spilled>,
    records: u64,
}

/// What went to the file: of each partition where its pieces lie, and how long they are.
struct Spilled {
    file: File,
    end: u64,
    pieces: Vec<Vec<(u64, usize)>>,
}

impl Spilled {
    fn create(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile_in(folder)?,
            end: 0,
            pieces: vec![Vec::new(); PARTITIONS],
        })
    }

    /// With another piece of every partition, which are empty afterwards.
    fn with(mut self, partitions: &mut [Vec<u8>]) -> io::Result<Self> {
        for (waiting, pieces) in partitions.iter_mut().zip(&mut self.pieces) {
            self.file.write_all(waiting)?;
            pieces.push((self.end, waiting.len()));
            self.end += waiting.len() as u64;
            waiting.clear();
        }
        Ok(self)
    }
}

/// Where a record belongs.
fn partition(record: &[u8; RECORD]) -> usize {
    let first = usize::from(u16::from_be_bytes([record[0], record[1]]));
    first / ((1 << 16) / PARTITIONS)
}

impl Partitions {
    /// Holds about the scratch's budget in memory.
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self {
            scratch: scratch.clone(),
            waiting: vec![Vec::new(); PARTITIONS],
            held: 0,
            spilled: None,
            records: 0,
        }
    }

    pub(crate) fn push(&mut self, record: &[u8; RECORD]) -> Result<(), LeakError> {
        if self.held + RECORD > self.scratch.budget {
            self.spill()?;
        }
        self.waiting[partition(record)].extend_from_slice(record);
        self.held += RECORD;
        self.records += 1;
        Ok(())
    }

    /// How many were pushed.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    fn spill(&mut self) -> Result<(), LeakError> {
        let spilled = match self.spilled.take() {
            Some(spilled) => Ok(spilled),
            None => Spilled::create(&self.scratch.folder),
        };
        let spilled = spilled.and_then(|spilled| spilled.with(&mut self.waiting));
        let spilled = spilled.map_err(LeakError::io("write in", &self.scratch.folder))?;
        self.spilled = Some(spilled);
        self.held = 0;
        Ok(())
    }

    /// The records of one partition in order, sorted within so many bytes of memory.
    pub(crate) fn sorted(
        &self,
        partition: usize,
        budget: usize,
    ) -> Result<SortedRecords, LeakError> {
        let mut sorter = ByteSorter::new(&self.scratch.folder, budget);
        let mut buffer = Vec::new();
        if let Some(Spilled { file, pieces, .. }) = &self.spilled {
            for &(mut from, mut length) in &pieces[partition] {
                while length > 0 {
                    buffer.resize(length.min(RECORD * AT_ONCE), 0);
                    file.read_exact_at(&mut buffer, from)
                        .map_err(LeakError::io("read in", &self.scratch.folder))?;
                    push_all(&buffer, &mut sorter)?;
                    from += buffer.len() as u64;
                    length -= buffer.len();
                }
            }
        }
        push_all(&self.waiting[partition], &mut sorter)?;
        Ok(sorter.finish()?)
    }
}

fn push_all(records: &[u8], sorter: &mut ByteSorter) -> Result<(), LeakError> {
    let (records, _) = records.as_chunks::<RECORD>();
    for record in records {
        sorter.push(record)?;
    }
    Ok(())
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
        assert_eq!(partitions.records(), records.len() as u64);
        let spilled = partitions.spilled.is_some();
        assert_eq!(spilled, budget < records.len() * RECORD);
        let mut all = Vec::new();
        for partition in 0..PARTITIONS {
            let mut sorted = partitions.sorted(partition, budget).unwrap();
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
        for budget in [0, RECORD * 5000, RECORD * 28_192] {
            assert!(sorted(&records, budget) == expected, "{budget}");
        }
    }
}
