//! The new staging of a table: the rows of the earlier one without those that are left out, and the rows that were read, in key
//! order. Rows of the sample are on both sides, and compared.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_row::{RowConverter, Rows};
use arrow_select::interleave::interleave_record_batch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, SortedRecords, key_converter};

use super::changes::{key_rows, not_ours};
use crate::ExtractError;
use crate::earlier::Way;
use crate::halt::Halt;
use crate::output::Output;
use crate::rows::BATCH_ROWS;
use crate::sorted::{RowSorter, SortedRows};
use crate::table::unsorted;

/// Which side of a batch that is put together a row comes from.
const EARLIER: usize = 0;
const READ: usize = 1;

/// What the comparison of the sample came to.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Rows of the sample that were read and fit their types.
    pub(super) rows: u64,
    /// Of these, rows that differ.
    pub(super) differing: u64,
    /// By column.
    pub(super) columns: BTreeMap<usize, u64>,
}

/// Writes the table.
pub(super) fn compose(
    (table, way): (&Table, &Way<'_>),
    left_out: SortedRecords,
    read: RowSorter<'_>,
    output: &mut Output<'_>,
    halt: &Halt<'_>,
) -> Result<Compared, ExtractError> {
    let mut composer = Composer {
        table,
        converter: key_converter(table, &table.key)?,
        left_out: LeftOut::new(table, left_out)?,
        read: ReadRows::new(table, read)?,
        output,
        picked: Vec::new(),
        compared: Compared::default(),
    };
    let mut first = 0;
    for batch in way.earlier.staging().table(table)?.all(BATCH_ROWS)? {
        halt.check()?;
        let batch = batch?;
        composer.take(&batch, first)?;
        first += batch.num_rows() as u64;
    }
    composer.finish()
}

struct Composer<'a, 'o, 'r, 's> {
    table: &'a Table,
    converter: RowConverter,
    left_out: LeftOut<'a>,
    read: ReadRows<'s>,
    output: &'o mut Output<'r>,
    /// Rows of the batches under way, in order: which side, which row.
    picked: Vec<(usize, usize)>,
    compared: Compared,
}

impl Composer<'_, '_, '_, '_> {
    /// Takes rows of the earlier staging, the first of them with this number.
    fn take(&mut self, batch: &RecordBatch, first: u64) -> Result<(), ExtractError> {
        let Some(last) = batch.num_rows().checked_sub(1) else {
            return Ok(());
        };
        let behind = first + batch.num_rows() as u64;
        if self.left_out.next.is_none_or(|number| number >= behind) {
            let last_key = self.keys(&batch.slice(last, 1))?;
            if self
                .read
                .key()
                .is_none_or(|key| key > last_key.row(0).data())
            {
                return self.write(batch);
            }
        }
        let keys = self.keys(batch)?;
        for row in 0..batch.num_rows() {
            let key = keys.row(row).data();
            while self.read.key().is_some_and(|read| read < key) {
                self.pick_read(Some(batch))?;
            }
            if self.left_out.takes(first + row as u64)? {
                continue;
            }
            while self.read.key() == Some(key) {
                self.compare(batch, row);
                self.pass_read(Some(batch))?;
            }
            self.picked.push((EARLIER, row));
        }
        self.flush(Some(batch))
    }

    fn keys(&self, batch: &RecordBatch) -> Result<Rows, ColumnarError> {
        key_rows(&self.converter, batch, &self.table.key, &self.table.id)
    }

    /// Puts the next row that was read behind what is picked.
    fn pick_read(&mut self, earlier: Option<&RecordBatch>) -> Result<(), ExtractError> {
        self.picked.push((READ, self.read.row));
        self.pass_read(earlier)
    }

    /// Goes on to the row behind it. Picked rows are of one batch of each side, so that they are written before the next is read.
    fn pass_read(&mut self, earlier: Option<&RecordBatch>) -> Result<(), ExtractError> {
        if self.read.is_last() {
            self.flush(earlier)?;
        }
        Ok(self.read.advance()?)
    }

    fn flush(&mut self, earlier: Option<&RecordBatch>) -> Result<(), ExtractError> {
        if self.picked.is_empty() {
            return Ok(());
        }
        let read = self.read.batch.as_ref();
        let (Some(earlier), Some(read)) = (earlier.or(read), read.or(earlier)) else {
            return Ok(());
        };
        let batch = interleave_record_batch(&[earlier, read], &self.picked)
            .map_err(ColumnarError::arrow(&self.table.id))?;
        self.picked.clear();
        self.write(&batch)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ExtractError> {
        if self.output.take(batch)? {
            return Ok(());
        }
        Err(unsorted(self.table).into())
    }

    /// Holds a row of the sample against the one that was read.
    fn compare(&mut self, earlier: &RecordBatch, row: usize) {
        let Some(read) = &self.read.batch else {
            return;
        };
        self.compared.rows += 1;
        let mut differs = false;
        for (column, (before, now)) in earlier.columns().iter().zip(read.columns()).enumerate() {
            if before.slice(row, 1) != now.slice(self.read.row, 1) {
                differs = true;
                *self.compared.columns.entry(column).or_default() += 1;
            }
        }
        self.compared.differing += u64::from(differs);
    }

    fn finish(mut self) -> Result<Compared, ExtractError> {
        while self.read.key().is_some() {
            self.pick_read(None)?;
        }
        self.flush(None)?;
        Ok(self.compared)
    }
}

/// The numbers of rows that are left out.
struct LeftOut<'a> {
    table: &'a Table,
    records: SortedRecords,
    next: Option<u64>,
}

impl<'a> LeftOut<'a> {
    fn new(table: &'a Table, records: SortedRecords) -> Result<Self, ColumnarError> {
        let mut left_out = Self {
            table,
            records,
            next: None,
        };
        left_out.advance()?;
        Ok(left_out)
    }

    fn advance(&mut self) -> Result<(), ColumnarError> {
        let number = |record: &[u8]| Some(u64::from_be_bytes(record.try_into().ok()?));
        self.next = match self.records.next()? {
            Some(record) => Some(number(record).ok_or_else(|| not_ours(self.table))?),
            None => None,
        };
        Ok(())
    }

    /// Whether this row is one; rows are asked for in order.
    fn takes(&mut self, number: u64) -> Result<bool, ColumnarError> {
        let is_it = self.next == Some(number);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }
}

/// The rows that were read, in key order.
struct ReadRows<'r> {
    table: &'r Table,
    rows: SortedRows<'r>,
    converter: RowConverter,
    batch: Option<RecordBatch>,
    keys: Option<Rows>,
    row: usize,
}

impl<'r> ReadRows<'r> {
    fn new(table: &Table, read: RowSorter<'r>) -> Result<Self, ColumnarError> {
        let sorted_table = read.table();
        let mut rows = Self {
            table: sorted_table,
            rows: read.finish()?,
            converter: key_converter(table, &table.key)?,
            batch: None,
            keys: None,
            row: 0,
        };
        rows.next_batch()?;
        Ok(rows)
    }

    fn next_batch(&mut self) -> Result<(), ColumnarError> {
        self.row = 0;
        self.batch = self.rows.next()?;
        self.keys = match &self.batch {
            Some(batch) => Some(key_rows(
                &self.converter,
                batch,
                &self.table.key,
                &self.table.id,
            )?),
            None => None,
        };
        Ok(())
    }

    /// The key of the row; none behind the last.
    fn key(&self) -> Option<&[u8]> {
        Some(self.keys.as_ref()?.row(self.row).data())
    }

    /// Whether the next row is of another batch.
    fn is_last(&self) -> bool {
        let rows = self.keys.as_ref().map_or(0, Rows::num_rows);
        self.row + 1 >= rows
    }

    fn advance(&mut self) -> Result<(), ColumnarError> {
        if self.is_last() {
            return self.next_batch();
        }
        self.row += 1;
        Ok(())
    }
}
