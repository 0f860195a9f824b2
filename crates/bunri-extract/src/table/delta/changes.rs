//! What changed: the keys of the source beside those of the earlier staging, both in key order. A row is **taken** from there if its
//! key is there once and here once, nothing was rejected under that key, and the cell that says when it was changed is the same on
//! both sides, not NULL, and of a day before the rehearsal. Everything else is read, so that each doubt costs a row and no more.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_row::{RowConverter, Rows};
use bunri_catalogue::Table;
use bunri_columnar::{Batches, ByteSorter, ColumnarError, SortedRecords, key_converter};
use bunri_job::Amount;

use super::narrow::{Narrow, NarrowRow, cells, days, encode};
use crate::ExtractError;
use crate::earlier::{Way, day_of};
use crate::rows::BATCH_ROWS;
use crate::table::Work;

/// Keys of rejected rows that are held in memory; a table with more of them is read whole.
const MOST_REJECTED: usize = 100_000;
/// Where more than one row in so many is to be read, one pass over all of them is cheaper than to find each.
const FEWEST_ROWS_A_CHANGE: u64 = 4;
/// Shares are of a million.
const MILLION: u128 = 1_000_000;

/// What is to be read, and what of the earlier staging goes.
pub(super) struct Changes {
    /// The records of rows to read, in key order: changed and new ones, and those of the sample.
    pub(super) wanted: SortedRecords,
    /// The numbers of rows of the earlier staging that are not taken, ascending, as eight bytes each.
    pub(super) left_out: SortedRecords,
    pub(super) counts: Counts,
}

/// How many rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Taken from the earlier staging.
    pub(super) taken: u64,
    /// To be read, those of the sample not counted.
    pub(super) read: u64,
    /// Of the earlier staging, not taken.
    pub(super) left_out: u64,
    /// Taken, and read to compare.
    pub(super) sampled: u64,
}

/// Finds what changed; [`None`] where the table is better read whole.
pub(super) fn find(
    work: &Work<'_>,
    way: &Way<'_>,
    narrow: Narrow,
) -> Result<Option<Changes>, ExtractError> {
    let table = work.table;
    let Some(rejected) = rejected_keys(table, way)? else {
        return Ok(None);
    };
    let sorter = |share| ByteSorter::new(&work.bench.custody.tmp(), work.bench.budget / share);
    let finder = Finder {
        is_date: matches!(
            table.columns[way.column].value_type,
            bunri_types::ValueType::Date(_)
        ),
        since: since(table, way)?,
        rejected,
        sample: Sample::new(way),
        wanted: sorter(8),
        left_out: sorter(8),
        counts: Counts::default(),
    };
    let changes = finder.walk(work, narrow.records, EarlierKeys::open(table, way)?)?;
    let counts = &changes.counts;
    let is_cheap = counts.read.saturating_mul(FEWEST_ROWS_A_CHANGE) <= narrow.rows;
    Ok((is_cheap && counts.taken > 0).then_some(changes))
}

/// The keys of the rows that the earlier run rejected, as the source held them: what stands under such a key may be a row that was
/// never staged. [`None`] where they are many.
fn rejected_keys(table: &Table, way: &Way<'_>) -> Result<Option<BTreeSet<Vec<u8>>>, ColumnarError> {
    let mut keys = BTreeSet::new();
    for reject in way.earlier.staging().rejects(table)?.into_iter().flatten() {
        let reject = reject?;
        let mut key = Vec::new();
        for &column in &table.key {
            let value = reject.values.get(column);
            encode(
                value.unwrap_or(&bunri_columnar::RawValue::Unknown),
                &mut key,
            );
        }
        keys.insert(key);
        if keys.len() > MOST_REJECTED {
            return Ok(None);
        }
    }
    Ok(Some(keys))
}

/// Rows of this day or later are read: the day that the job says, or the last one on which anything was changed in the earlier
/// staging, if that is before. Either alone can be wrong: the job's by a slip, the last one by a day in the future that somebody
/// wrote.
fn since(table: &Table, way: &Way<'_>) -> Result<i64, ColumnarError> {
    let rows = way.earlier.staging().table(table)?;
    let mut last = None;
    for batch in rows.columns(&[way.column], BATCH_ROWS)? {
        last = last.max(days(batch?.column(0)).max());
    }
    let said = i64::from(way.since);
    Ok(last.map_or(said, |last| said.min(last)))
}

/// What is gathered while both sides are walked.
struct Finder {
    is_date: bool,
    since: i64,
    rejected: BTreeSet<Vec<u8>>,
    sample: Sample,
    wanted: ByteSorter,
    left_out: ByteSorter,
    counts: Counts,
}

impl Finder {
    fn walk(
        mut self,
        work: &Work<'_>,
        mut records: SortedRecords,
        mut earlier: EarlierKeys,
    ) -> Result<Changes, ExtractError> {
        let (mut current, mut next) = (Vec::new(), Vec::new());
        let mut is_there = advance(&mut records, &mut current)?;
        let mut last_key: Option<Vec<u8>> = None;
        let mut seen = 0_usize;
        while is_there {
            seen += 1;
            if seen.is_multiple_of(BATCH_ROWS) {
                work.bench.halt.check()?;
            }
            is_there = advance(&mut records, &mut next)?;
            let row = NarrowRow::of(&current).ok_or_else(|| not_ours(work.table))?;
            let key = match row.key {
                Some(key) => key,
                None => {
                    self.read(&current)?;
                    std::mem::swap(&mut current, &mut next);
                    continue;
                }
            };
            // Another row here has the same key: before this one, or behind it.
            let behind = is_there && NarrowRow::of(&next).is_some_and(|it| it.key == Some(key));
            let before = last_key.as_deref() == Some(key);
            while earlier.key().is_some_and(|old| old < key) {
                self.leave_out(&mut earlier)?;
            }
            let is_earlier = earlier.key() == Some(key);
            let stands = is_earlier && !behind && !before && self.stands(&row, earlier.changed());
            if stands {
                self.counts.taken += 1;
                let wanted = self.sample.wants(key, &current);
                if wanted {
                    self.counts.sampled += 1;
                    self.wanted.push(&current)?;
                }
                earlier.advance()?;
            } else {
                self.read(&current)?;
                // With the last row of its key, so that the rows before it find it too.
                if is_earlier && !behind {
                    self.leave_out(&mut earlier)?;
                }
            }
            let kept = last_key.get_or_insert_default();
            kept.clear();
            kept.extend_from_slice(key);
            std::mem::swap(&mut current, &mut next);
        }
        while earlier.key().is_some() {
            self.leave_out(&mut earlier)?;
        }
        for record in self.sample.kept() {
            self.counts.sampled += 1;
            self.wanted.push(&record)?;
        }
        Ok(Changes {
            wanted: self.wanted.finish()?,
            left_out: self.left_out.finish()?,
            counts: self.counts,
        })
    }

    /// Whether a row is what it was by everything that is known of it without reading it.
    fn stands(&self, row: &NarrowRow<'_>, before: Option<i64>) -> bool {
        let Some(changed) = row.changed else {
            return false;
        };
        Some(changed) == before
            && day_of(changed, self.is_date) < self.since
            && !self.rejected.contains(row.raw)
    }

    fn read(&mut self, record: &[u8]) -> Result<(), ColumnarError> {
        self.counts.read += 1;
        self.wanted.push(record)
    }

    fn leave_out(&mut self, earlier: &mut EarlierKeys) -> Result<(), ColumnarError> {
        self.counts.left_out += 1;
        self.left_out.push(&earlier.number.to_be_bytes())?;
        earlier.advance()
    }
}

fn advance(records: &mut SortedRecords, into: &mut Vec<u8>) -> Result<bool, ColumnarError> {
    into.clear();
    let record = records.next()?;
    into.extend_from_slice(record.unwrap_or_default());
    Ok(record.is_some())
}

/// What was written here reads back otherwise.
pub(super) fn not_ours(table: &Table) -> ColumnarError {
    ColumnarError::Staging {
        path: table.id.clone().into(),
        message: "a key that was set aside cannot be read back; check the disk".to_owned(),
    }
}

/// Which of the rows that are taken are read all the same. The choice is by a hash of the key that begins with the earlier
/// manifest's digest, so that it is the same on every machine, and another one for every rehearsal.
struct Sample {
    amount: Amount,
    salt: [u8; 32],
    /// Of a number of rows: the records with the smallest hashes.
    smallest: BinaryHeap<(u64, Vec<u8>)>,
}

impl Sample {
    fn new(way: &Way<'_>) -> Self {
        let text = format!("bunri delta sample {}", way.earlier.digest());
        Self {
            amount: way.sample,
            salt: *blake3::hash(text.as_bytes()).as_bytes(),
            smallest: BinaryHeap::new(),
        }
    }

    /// Whether this row is one of a share. Of a number of rows it is known at the end which they are.
    fn wants(&mut self, key: &[u8], record: &[u8]) -> bool {
        let hash = blake3::keyed_hash(&self.salt, key);
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        let hash = u64::from_be_bytes(first);
        match self.amount {
            Amount::Share(share) => u128::from(hash) * MILLION < u128::from(share) << 64,
            Amount::Rows(most) => {
                let is_full = self.smallest.len() as u64 >= most;
                if is_full && self.smallest.peek().is_some_and(|(last, _)| *last <= hash) {
                    return false;
                }
                self.smallest.push((hash, record.to_vec()));
                if is_full {
                    self.smallest.pop();
                }
                false
            }
        }
    }

    /// The rows of a number of rows.
    fn kept(&mut self) -> Vec<Vec<u8>> {
        let kept = std::mem::take(&mut self.smallest).into_iter();
        kept.map(|(_, record)| record).collect()
    }
}

/// The keys of the earlier staging, one after the other.
struct EarlierKeys {
    table: String,
    batches: Batches,
    converter: RowConverter,
    /// Where the columns of the key stand in a batch, and that which says when a row was changed.
    places: Vec<usize>,
    changed_place: usize,
    keys: Option<Rows>,
    changed: Vec<Option<i64>>,
    row: usize,
    /// The number of the row in the table.
    number: u64,
}

impl EarlierKeys {
    fn open(table: &Table, way: &Way<'_>) -> Result<Self, ColumnarError> {
        let columns: BTreeSet<usize> = table.key.iter().copied().chain([way.column]).collect();
        let places: BTreeMap<usize, usize> = columns
            .iter()
            .enumerate()
            .map(|(place, column)| (*column, place))
            .collect();
        let columns: Vec<usize> = columns.into_iter().collect();
        let rows = way.earlier.staging().table(table)?;
        let mut keys = Self {
            table: table.id.clone(),
            batches: rows.columns(&columns, BATCH_ROWS)?,
            converter: key_converter(table, &table.key)?,
            places: table.key.iter().map(|column| places[column]).collect(),
            changed_place: places[&way.column],
            keys: None,
            changed: Vec::new(),
            row: 0,
            number: 0,
        };
        keys.next_batch()?;
        Ok(keys)
    }

    fn next_batch(&mut self) -> Result<(), ColumnarError> {
        self.keys = None;
        self.row = 0;
        while self.keys.as_ref().is_none_or(|keys| keys.num_rows() == 0) {
            let Some(batch) = self.batches.next().transpose()? else {
                self.keys = None;
                break;
            };
            self.changed = cells(batch.column(self.changed_place));
            self.keys = Some(key_rows(
                &self.converter,
                &batch,
                &self.places,
                &self.table,
            )?);
        }
        Ok(())
    }

    /// The key of the row; none behind the last.
    fn key(&self) -> Option<&[u8]> {
        let keys = self.keys.as_ref()?;
        // A row of it lives as long as the batch.
        Some(keys.row(self.row).data())
    }

    /// When that row was changed.
    fn changed(&self) -> Option<i64> {
        self.changed.get(self.row).copied().flatten()
    }

    fn advance(&mut self) -> Result<(), ColumnarError> {
        self.row += 1;
        self.number += 1;
        let rows = self.keys.as_ref().map_or(0, Rows::num_rows);
        if self.row < rows {
            return Ok(());
        }
        self.next_batch()
    }
}

/// The keys of a batch as bytes that sort by value; `places` are its key's columns.
pub(super) fn key_rows(
    converter: &RowConverter,
    batch: &RecordBatch,
    places: &[usize],
    table: &str,
) -> Result<Rows, ColumnarError> {
    let columns: Vec<ArrayRef> = places
        .iter()
        .map(|&place| batch.column(place).clone())
        .collect();
    converter
        .convert_columns(&columns)
        .map_err(ColumnarError::arrow(table))
}
