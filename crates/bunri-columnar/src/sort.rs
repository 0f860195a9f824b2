//! Sorting byte records within a memory bound: records are gathered, sorted runs spill to anonymous files,
//! and the runs are merged. The order is that of the bytes, so the result depends on the records alone, not
//! on the bound or the order in which they came.
//!
//! Rows become records through order-preserving encodings (`arrow-row`), so one sorter serves every table.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::{ColumnarError, Memory};

/// More runs than this are merged into one before more are made, so that file handles stay bounded.
const MOST_RUNS: usize = 64;
/// A record may not be longer.
const LONGEST_RECORD: usize = 1 << 30;
/// What is asked of the file system at once.
const BUFFER: usize = 1 << 17;

/// Gathers records.
#[derive(Debug)]
pub struct ByteSorter {
    folder: PathBuf,
    budget: usize,
    held: Option<Held>,
    runs: Vec<File>,
}

/// Records in memory: their bytes from the front, and from the back a span for each, until the two meet.
#[derive(Debug)]
struct Held {
    memory: Memory,
    end: usize,
    spans: usize,
}

/// Where a record lies, and the eight bytes of it that decide most comparisons: those after what all records begin with.
/// They are known when it is sorted.
#[derive(Debug, Clone, Copy)]
struct Span {
    prefix: u64,
    start: usize,
    length: usize,
}

/// A span in memory: prefix, start, length.
type SpanBytes = [u8; 20];
const SPAN: usize = size_of::<SpanBytes>();

impl Span {
    fn write(self) -> SpanBytes {
        let mut bytes = [0; SPAN];
        bytes[..8].copy_from_slice(&self.prefix.to_ne_bytes());
        bytes[8..16].copy_from_slice(&self.start.to_ne_bytes());
        // At most LONGEST_RECORD.
        bytes[16..].copy_from_slice(&(self.length as u32).to_ne_bytes());
        bytes
    }

    #[inline]
    fn read(bytes: &SpanBytes) -> Self {
        let [prefix, start] = [0, 8].map(|at| std::array::from_fn(|byte| bytes[at + byte]));
        let length = std::array::from_fn(|byte| bytes[16 + byte]);
        Self {
            prefix: u64::from_ne_bytes(prefix),
            start: usize::from_ne_bytes(start),
            length: u32::from_ne_bytes(length) as usize,
        }
    }

    #[inline]
    fn of(self, records: &[u8]) -> &[u8] {
        &records[self.start..self.start + self.length]
    }
}

impl Held {
    fn new(bytes: usize) -> io::Result<Self> {
        Ok(Self {
            memory: Memory::new(bytes)?,
            end: 0,
            spans: 0,
        })
    }

    fn has_room(&self, length: usize) -> bool {
        self.memory.len() - self.end - self.spans * SPAN >= length + SPAN
    }

    /// Takes a record that there is room for.
    fn push(&mut self, parts: &[&[u8]], length: usize) {
        let start = self.end;
        for part in parts {
            self.memory[self.end..self.end + part.len()].copy_from_slice(part);
            self.end += part.len();
        }
        self.spans += 1;
        let at = self.memory.len() - self.spans * SPAN;
        let span = Span {
            prefix: 0,
            start,
            length,
        };
        self.memory[at..at + SPAN].copy_from_slice(&span.write());
    }

    /// The spans, and the records that they speak of.
    fn parts(&self) -> (&[SpanBytes], &[u8]) {
        let (records, spans) = self.memory.split_at(self.memory.len() - self.spans * SPAN);
        (spans.as_chunks().0, records)
    }

    fn sort(&mut self) {
        let at = self.memory.len() - self.spans * SPAN;
        let (records, spans) = self.memory.split_at_mut(at);
        let spans: &mut [SpanBytes] = spans.as_chunks_mut().0;
        let Some(first) = spans.first().map(|span| Span::read(span).of(records)) else {
            return;
        };
        // Numbers of supply points and rows begin alike, often for longer than eight bytes.
        let common = spans.iter().fold(first.len(), |common, span| {
            common_length(&first[..common], Span::read(span).of(records))
        });
        for bytes in spans.iter_mut() {
            let mut span = Span::read(bytes);
            span.prefix = prefix(&span.of(records)[common..]);
            *bytes = span.write();
        }
        spans.sort_unstable_by(|a, b| {
            let (a, b) = (Span::read(a), Span::read(b));
            a.prefix
                .cmp(&b.prefix)
                .then_with(|| a.of(records).cmp(b.of(records)))
        });
    }

    /// In the order of their spans.
    fn records(&self) -> impl Iterator<Item = &[u8]> {
        let (spans, records) = self.parts();
        spans.iter().map(|span| Span::read(span).of(records))
    }

    /// The record of this place in the order.
    fn record(&self, place: usize) -> Option<&[u8]> {
        let (spans, records) = self.parts();
        spans.get(place).map(|span| Span::read(span).of(records))
    }

    fn clear(&mut self) {
        (self.end, self.spans) = (0, 0);
    }
}

impl ByteSorter {
    /// Sorts within `budget` bytes of memory, 64 KiB at least; runs spill to anonymous files in `folder`. A record that is larger by
    /// itself takes what it needs.
    #[must_use]
    pub fn new(folder: &Path, budget: usize) -> Self {
        let budget = budget.max(1 << 16);
        Self {
            folder: folder.to_path_buf(),
            budget,
            held: None,
            runs: Vec::new(),
        }
    }

    /// Takes a record.
    ///
    /// # Errors
    /// When a run cannot be written, or the record is beyond 1 GiB.
    pub fn push(&mut self, record: &[u8]) -> Result<(), ColumnarError> {
        self.push_parts(&[record])
    }

    /// Takes a record that comes in parts, which are put together.
    ///
    /// # Errors
    /// As [`ByteSorter::push`].
    pub fn push_parts(&mut self, parts: &[&[u8]]) -> Result<(), ColumnarError> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > LONGEST_RECORD {
            return Err(ColumnarError::RowTooLarge { bytes: length });
        }
        if !self.held.as_ref().is_some_and(|held| held.has_room(length)) {
            self.make_room(length)?;
        }
        if let Some(held) = &mut self.held {
            held.push(parts, length);
        }
        Ok(())
    }

    /// Room for a record of this length, where there is none.
    fn make_room(&mut self, length: usize) -> Result<(), ColumnarError> {
        self.spill()?;
        let bytes = self.budget.max(length + SPAN);
        if !self.held.as_ref().is_some_and(|held| held.has_room(length)) {
            // What was there goes before more comes.
            self.held = None;
            let held = Held::new(bytes).map_err(ColumnarError::io("sort in", &self.folder))?;
            self.held = Some(held);
        }
        Ok(())
    }

    /// What memory holds becomes a run, if it holds anything.
    fn spill(&mut self) -> Result<(), ColumnarError> {
        let Some(held) = self.held.as_mut().filter(|held| held.spans > 0) else {
            return Ok(());
        };
        held.sort();
        let mut run = Run::create(&self.folder)?;
        for record in held.records() {
            run.write(record)?;
        }
        held.clear();
        self.runs.push(run.finish()?);
        // One large record is no reason to hold as much from then on.
        self.held = self
            .held
            .take()
            .filter(|held| held.memory.len() <= self.budget);
        if self.runs.len() == MOST_RUNS {
            self.merge_runs()?;
        }
        Ok(())
    }

    fn merge_runs(&mut self) -> Result<(), ColumnarError> {
        let mut merged = Merge::open(std::mem::take(&mut self.runs), &self.folder)?;
        let mut run = Run::create(&self.folder)?;
        while let Some(record) = merged.next()? {
            run.write(record)?;
        }
        self.runs.push(run.finish()?);
        Ok(())
    }

    /// Everything that was pushed, in order.
    ///
    /// # Errors
    /// When a run cannot be written or read.
    pub fn finish(mut self) -> Result<SortedRecords, ColumnarError> {
        if self.runs.is_empty() {
            if let Some(held) = &mut self.held {
                held.sort();
            }
            return Ok(SortedRecords(Sorted::Memory {
                held: self.held,
                next: 0,
            }));
        }
        self.spill()?;
        // Nothing is in it, and the merge has buffers of its own.
        self.held = None;
        Ok(SortedRecords(Sorted::Runs(Merge::open(
            self.runs,
            &self.folder,
        )?)))
    }
}

/// How many bytes both begin with.
fn common_length(a: &[u8], b: &[u8]) -> usize {
    if b.starts_with(a) {
        return a.len();
    }
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn prefix(record: &[u8]) -> u64 {
    let mut first = [0; 8];
    let known = record.len().min(8);
    first[..known].copy_from_slice(&record[..known]);
    u64::from_be_bytes(first)
}

/// Records in ascending order of their bytes.
#[derive(Debug)]
pub struct SortedRecords(Sorted);

#[derive(Debug)]
enum Sorted {
    Memory { held: Option<Held>, next: usize },
    Runs(Merge),
}

impl SortedRecords {
    /// The next record, if any; it lives until the next call.
    ///
    /// # Errors
    /// When a run cannot be read.
    #[allow(clippy::should_implement_trait)] // An Iterator could not lend its record.
    pub fn next(&mut self) -> Result<Option<&[u8]>, ColumnarError> {
        match &mut self.0 {
            Sorted::Memory { held, next } => {
                let record = held.as_ref().and_then(|held| held.record(*next));
                *next += 1;
                Ok(record)
            }
            Sorted::Runs(merge) => merge.next(),
        }
    }
}

/// A sorted run while it is written.
struct Run<'a> {
    file: BufWriter<File>,
    folder: &'a Path,
}

impl<'a> Run<'a> {
    fn create(folder: &'a Path) -> Result<Self, ColumnarError> {
        let file = tempfile::tempfile_in(folder).map_err(ColumnarError::io("sort in", folder))?;
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            folder,
        })
    }

    fn write(&mut self, record: &[u8]) -> Result<(), ColumnarError> {
        let length = u32::try_from(record.len()).map_err(|_| ColumnarError::RowTooLarge {
            bytes: record.len(),
        })?;
        self.file
            .write_all(&length.to_le_bytes())
            .and_then(|()| self.file.write_all(record))
            .map_err(ColumnarError::io("sort in", self.folder))
    }

    fn finish(self) -> Result<File, ColumnarError> {
        let rewind = |mut file: File| file.seek(SeekFrom::Start(0)).map(|_| file);
        self.file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(rewind)
            .map_err(ColumnarError::io("sort in", self.folder))
    }
}

/// Merges sorted runs.
#[derive(Debug)]
struct Merge {
    readers: Vec<BufReader<File>>,
    heap: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    current: Option<(Vec<u8>, usize)>,
    folder: PathBuf,
}

impl Merge {
    fn open(runs: Vec<File>, folder: &Path) -> Result<Self, ColumnarError> {
        let readers = runs
            .into_iter()
            .map(|run| BufReader::with_capacity(BUFFER, run))
            .collect();
        let heap = BinaryHeap::new();
        let mut merge = Self {
            readers,
            heap,
            current: None,
            folder: folder.to_path_buf(),
        };
        for run in 0..merge.readers.len() {
            merge.refill(Vec::new(), run)?;
        }
        Ok(merge)
    }

    fn refill(&mut self, mut record: Vec<u8>, run: usize) -> Result<(), ColumnarError> {
        let read = read_record(&mut self.readers[run], &mut record);
        if read.map_err(ColumnarError::io("sort in", &self.folder))? {
            self.heap.push(Reverse((record, run)));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<&[u8]>, ColumnarError> {
        if let Some((record, run)) = self.current.take() {
            self.refill(record, run)?;
        }
        self.current = self.heap.pop().map(|Reverse(first)| first);
        Ok(self.current.as_ref().map(|(record, _)| record.as_slice()))
    }
}

fn read_record(reader: &mut BufReader<File>, record: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; 4];
    match reader.read_exact(&mut length) {
        Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        other => other?,
    }
    record.resize(u32::from_le_bytes(length) as usize, 0);
    reader.read_exact(record)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sorted(records: &[Vec<u8>], budget: usize) -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = ByteSorter::new(folder.path(), budget);
        records
            .iter()
            .for_each(|record| sorter.push(record).unwrap());
        let mut result = sorter.finish().unwrap();
        let mut all = Vec::new();
        while let Some(record) = result.next().unwrap() {
            all.push(record.to_vec());
        }
        all
    }

    fn noise(count: u64) -> Vec<Vec<u8>> {
        let mut state = 7_u64;
        (0..count)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                state.to_be_bytes()[..(state % 9) as usize].repeat((state >> 60) as usize)
            })
            .collect()
    }

    #[test]
    fn the_order_is_that_of_the_bytes_whatever_the_budget() {
        let records = noise(200_000);
        let mut expected = records.clone();
        expected.sort();
        // The smallest budget makes more than a hundred runs, so runs are merged on the way.
        assert_eq!(sorted(&records, 1 << 30), expected);
        assert_eq!(sorted(&records, 1 << 20), expected);
        assert_eq!(sorted(&records, 1 << 16), expected);
    }

    #[test]
    fn a_record_beyond_the_budget_has_room_of_its_own() {
        let large = |byte: u8, length: usize| vec![byte; length];
        let mut records = noise(10_000);
        records.splice(
            5000..5000,
            [
                large(200, 1 << 20),
                large(3, (1 << 16) - SPAN),
                large(100, 1 << 16),
            ],
        );
        records.push(large(255, 1 << 18));
        let mut expected = records.clone();
        expected.sort();
        assert!(sorted(&records, 1 << 16) == expected);
    }

    #[test]
    fn nothing_sorts_to_nothing() {
        assert!(sorted(&[], 1 << 20).is_empty());
    }
}
