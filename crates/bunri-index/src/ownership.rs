//! The ownership index: for every ledger key its timeline, sorted by key, in a file. Tables stream past it in
//! key order, so one key's segments are held at a time whatever the size.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, BinaryArray, RecordBatch};
use bunri_catalogue::{Catalogue, Ledger};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, PendingFile, SortedBatches, Staging,
};
use bunri_vectorized::{
    Absent, Assigned, Codes, ReadColumns, Slice, Timeline, index_schema, ledger_rows,
    ledger_schema, rejected_ledger_rows, sweep,
};
use bunri_work::{SpareThreads, pipelined};

use crate::keyed::{KeyedFile, KeyedRows};
use crate::keys::{Keys, NullPart};
use crate::passes::Spill;
use crate::{IndexError, KeyError};

/// Rows of the ledger that are swept at once.
const SWEEP_ROWS: usize = 1 << 16;

/// Rows of the ledger that are read at once.
const READ_ROWS: usize = 8192;

/// The finished index.
#[derive(Debug, Clone)]
pub(crate) struct OwnershipIndex {
    file: Arc<KeyedFile>,
    /// What is said of a key that it does not have, and of NULL.
    absent: Absent,
}

impl OwnershipIndex {
    /// A finished index.
    pub(crate) fn at(path: &Path, absent: Absent) -> Result<Self, IndexError> {
        let file = KeyedFile::open(path)?;
        Ok(Self { file, absent })
    }

    /// Uses the index at `path` if it is complete there, else makes it from the ledger and its rejects. The
    /// caller's path carries the digest of everything that the index is made from.
    pub(crate) fn open_or_build(
        staging: &Staging,
        (catalogue, ledger): (&Catalogue, &Ledger),
        codes: &Codes,
        (path, spill, spare): (&Path, Spill<'_>, &SpareThreads),
    ) -> Result<Self, IndexError> {
        if path.is_file() {
            return Self::at(path, Absent::NotInLedger);
        }
        let mut rows = gather(staging, (catalogue, ledger), codes, (spill, spare))?;
        let file = PendingFile::create(path)?;
        let writer = CanonicalWriter::new(file, index_schema(), path)?;
        let write = |writer: &mut CanonicalWriter<PendingFile>, entries: RecordBatch| {
            writer.write(&entries)?;
            Ok::<_, IndexError>(true)
        };
        let written = pipelined(spare, writer, write, |hand| {
            let next = || Ok(rows.next_batch(SWEEP_ROWS)?);
            sweep((ledger, codes), next, |entries| go_on(hand(entries)?))
        })?;
        written.taker.finish()?.sink.commit()?;
        Self::at(path, Absent::NotInLedger)
    }

    /// Reads the index beside keys that ascend, from wherever the first of them is.
    pub(crate) fn cursor(&self) -> IndexCursor {
        IndexCursor {
            rows: self.file.rows(),
            held: HeldKey::default(),
            suffix: Vec::new(),
            absent: self.absent,
        }
    }
}

/// The ledger for messages: by the first of its tables.
fn ledger_id<'a>(catalogue: &'a Catalogue, ledger: &Ledger) -> &'a str {
    let table = ledger.tables.first();
    table.map_or("ledger", |part| &catalogue.tables[part.table].id)
}

/// The ledger's rows that rules read, of all its tables, and the keys of their rejected rows, sorted by key.
fn gather(
    staging: &Staging,
    (catalogue, ledger): (&Catalogue, &Ledger),
    codes: &Codes,
    (spill, spare): (Spill<'_>, &SpareThreads),
) -> Result<SortedBatches, IndexError> {
    let sorter = spill.sorter(ledger_id(catalogue, ledger), ledger_schema(), &[0])?;
    let push = |sorter: &mut BatchSorter, rows: RecordBatch| {
        sorter.push(&rows)?;
        Ok::<_, IndexError>(true)
    };
    let gathered = pipelined(spare, sorter, push, |hand| {
        let mut each = |rows| go_on(hand(rows)?);
        read(staging, (catalogue, ledger), codes, &mut each)
    })?;
    Ok(gathered.taker.finish()?)
}

/// Whoever takes no more has failed, and says why itself.
fn go_on(wanted: bool) -> Result<(), IndexError> {
    wanted.then_some(()).ok_or(IndexError::Interrupted)
}

/// The same in the order in which they lie.
fn read(
    staging: &Staging,
    (catalogue, ledger): (&Catalogue, &Ledger),
    codes: &Codes,
    each: &mut dyn FnMut(RecordBatch) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    for part in &ledger.tables {
        let table = &catalogue.tables[part.table];
        let key = Keys::new(table, &part.key)?;
        let mut first_row = 1;
        for batch in staging.table(table)?.all(READ_ROWS)? {
            let batch = batch?;
            let columns = ReadColumns::all(table, &batch);
            let keys = key.of(&columns)?;
            refuse_null(&table.id, &keys, first_row)?;
            first_row += batch.num_rows() as u64;
            each(ledger_rows(codes, (ledger, part), keys, &columns)?)?;
        }
        for (at, reject) in staging.rejects(table)?.into_iter().flatten().enumerate() {
            let unreadable = |column| KeyError::UnreadableLedgerKey {
                table: table.id.clone(),
                column,
                line: at + 1,
            };
            // NULL could be any supply point, too.
            let keys = key.of_reject(&reject?, NullPart::Unreadable, unreadable)?;
            if let Some(keys) = keys {
                let rows = rejected_ledger_rows(keys);
                each(rows.map_err(ColumnarError::arrow(&table.id))?)?;
            }
        }
    }
    Ok(())
}

/// A ledger row without a key could speak of any supply point.
fn refuse_null(table: &str, keys: &BinaryArray, first_row: u64) -> Result<(), KeyError> {
    match (0..keys.len()).find(|&row| keys.is_null(row)) {
        None => Ok(()),
        Some(row) => Err(KeyError::LedgerKeyNull {
            table: table.to_owned(),
            row: first_row + row as u64,
        }),
    }
}

/// Bytes that follow a key: which supply point, the first and the last day.
const SUFFIX: usize = 24;

/// The key under which the index holds a supply point of a key. No key begins with another one, so it comes right after that.
pub(crate) fn assigned_key(key: &[u8], assigned: &Assigned) -> Vec<u8> {
    let mut bytes = key.to_vec();
    bytes.extend_from_slice(&assigned.point.to_be_bytes());
    bytes.extend_from_slice(&assigned.first.to_be_bytes());
    bytes.extend_from_slice(&assigned.last.to_be_bytes());
    bytes
}

/// The same without its segments, of the bytes that follow the key.
fn assigned_of(suffix: &[u8]) -> Option<Assigned> {
    let ([point, first, last], []) = suffix.as_chunks::<8>() else {
        return None;
    };
    Some(Assigned {
        point: u64::from_be_bytes(*point),
        first: i64::from_be_bytes(*first),
        last: i64::from_be_bytes(*last),
        segments: Timeline::new(),
    })
}

/// The key that was asked for last, with what the index has of it: no segments if it lacks the key. Its room is used again.
#[derive(Default)]
struct HeldKey {
    key: Vec<u8>,
    segments: Timeline,
    assigned: Vec<Assigned>,
}

/// Goes through the index once, beside keys that ascend.
pub(crate) struct IndexCursor {
    rows: KeyedRows,
    held: HeldKey,
    /// Where a supply point of the key was read last.
    suffix: Vec<u8>,
    absent: Absent,
}

impl IndexCursor {
    /// The segments of every key of `keys`, which ascend, also from one call to the next; of a NULL key, and of one that the
    /// index lacks, every day is undecided.
    pub(crate) fn slice(&mut self, keys: &BinaryArray) -> Result<Slice, IndexError> {
        let mut slice = Slice::new(self.absent, keys.len());
        for row in 0..keys.len() {
            if keys.is_null(row) {
                slice.push_absent();
            } else if row > 0 && keys.is_valid(row - 1) && keys.value(row) == keys.value(row - 1) {
                slice.push_same();
            } else {
                match self.find(keys.value(row))? {
                    Some(held) => slice.push(&held.segments, &held.assigned),
                    None => slice.push_absent(),
                }
            }
        }
        Ok(slice)
    }

    /// The segments of one key; keys are asked in ascending order.
    pub(crate) fn segments(&mut self, key: &[u8]) -> Result<Option<&Timeline>, IndexError> {
        Ok(self.find(key)?.map(|held| &held.segments))
    }

    /// What the index has of a key; [`None`] if it lacks the key.
    fn find(&mut self, key: &[u8]) -> Result<Option<&HeldKey>, IndexError> {
        if self.held.key != key {
            self.advance(key)?;
        }
        Ok(Some(&self.held).filter(|held| !held.segments.is_empty()))
    }

    fn advance(&mut self, key: &[u8]) -> Result<(), IndexError> {
        let held = &mut self.held;
        held.key.clear();
        held.key.extend_from_slice(key);
        held.segments.clear();
        held.assigned.clear();
        self.suffix.clear();
        self.rows.seek(key)?;
        while let Some((batch, row)) = self.rows.row() {
            let here = batch.column(0).as_binary::<i32>().value(row);
            let number = |column: usize| {
                let numbers = batch.column(column).as_primitive::<Int64Type>();
                numbers.value(row)
            };
            let segment = (number(1), number(2));
            match here.strip_prefix(key) {
                Some([]) => held.segments.push(segment),
                Some(bytes) if bytes.len() == SUFFIX => {
                    if self.suffix != bytes {
                        self.suffix.clear();
                        self.suffix.extend_from_slice(bytes);
                        held.assigned.extend(assigned_of(bytes));
                    }
                    if let Some(point) = held.assigned.last_mut() {
                        point.segments.push(segment);
                    }
                }
                // Keys ascend: this one comes after what was asked for.
                Some(_) | None => break,
            }
            self.rows.step()?;
        }
        Ok(())
    }
}
