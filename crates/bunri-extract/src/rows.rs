//! Rows of one table as typed batches. A row with a value that does not fit goes whole to the rejects.

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, RawValue, staging_schema};

use crate::ExtractError;
use crate::rejects::{fault_line, row_line};
use bunri_source::{Copier, Misfit, raw_key};
use bunri_source::{SourceRow, SourceValue};

/// Rows in a batch.
pub(crate) const BATCH_ROWS: usize = 8192;
/// A batch of long texts ends earlier.
pub(crate) const BATCH_BYTES: usize = 16 << 20;
/// Rows, or bytes, after which a batch gets another mark: to take the source's key of every row would cost more than the row.
const MARK_ROWS: usize = 512;
const MARK_BYTES: usize = BATCH_BYTES / 8;

/// Turns rows into batches; the copiers live as long as the answer is read.
pub(crate) struct Batcher<'a> {
    table: &'a Table,
    schema: SchemaRef,
    copiers: Vec<Copier>,
    /// Of every row of the batch under way, whether it fits.
    fits: Vec<bool>,
    /// Bytes of texts and blobs in the batch under way, and of its lines.
    bytes: usize,
    rejected: Vec<Vec<u8>>,
    /// Rows that a batch holds at most.
    batch_rows: usize,
    /// Rows after which a mark is due; none where nobody wants any.
    mark_rows: Option<usize>,
    mark: Option<Mark>,
    /// Bytes up to the mark.
    marked_bytes: usize,
}

/// Rows that were read, one after another.
pub(crate) struct ReadBatch {
    /// Those that fit, perhaps none.
    pub(crate) rows: RecordBatch,
    /// Those that do not, as lines of the rejects file.
    pub(crate) rejected: Vec<Vec<u8>>,
    /// How many both are.
    pub(crate) rows_read: u64,
    /// The last row of which the source's own key is known, if somebody wants one.
    pub(crate) mark: Option<Mark>,
}

/// A row within a batch that fits, and its key as the source holds it.
pub(crate) struct Mark {
    pub(crate) key: Vec<RawValue>,
    /// Rows of the batch up to it, itself among them.
    pub(crate) rows_read: u64,
    /// Of these, rows that were rejected.
    pub(crate) rejected: usize,
}

impl ReadBatch {
    /// What it takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        let lines: usize = self.rejected.iter().map(Vec::len).sum();
        self.rows.get_array_memory_size() + lines
    }
}

impl<'a> Batcher<'a> {
    /// A copier for every column.
    pub(crate) fn new(table: &'a Table) -> Result<Self, ColumnarError> {
        let copiers = table.columns.iter().enumerate().map(|(at, column)| {
            Copier::new(column.value_type, &column.reading, table.key.contains(&at))
        });
        let copiers = copiers
            .collect::<Result<_, _>>()
            .map_err(ColumnarError::arrow(&table.id))?;
        Ok(Self {
            table,
            schema: staging_schema(table),
            copiers,
            fits: Vec::with_capacity(BATCH_ROWS),
            bytes: 0,
            rejected: Vec::new(),
            batch_rows: BATCH_ROWS,
            mark_rows: None,
            mark: None,
            marked_bytes: 0,
        })
    }

    /// The same, with marks, and several batches for each part of so many rows.
    pub(crate) fn with_marks(self, part_rows: usize) -> Self {
        let batch_rows = part_rows.div_ceil(2).clamp(1, BATCH_ROWS);
        Self {
            batch_rows,
            mark_rows: Some(batch_rows.div_ceil(2).min(MARK_ROWS)),
            ..self
        }
    }

    /// Takes a row. Says whether the batch is full: then it is to be [taken](Self::batch).
    pub(crate) fn push(&mut self, row: &impl SourceRow) -> Result<bool, ExtractError> {
        let misfit = self.copy(row)?;
        let line = row.place();
        let fault = line.and_then(|line| Some((line, line.fault?)));
        // Of a line that is no row nothing was said of any column.
        let rejected = match (fault, misfit) {
            (Some((line, fault)), _) => Some(fault_line(self.table, line, fault)?),
            (None, Some((column, misfit))) => Some(row_line(self.table, row, column, misfit)?),
            (None, None) => None,
        };
        let fits = rejected.is_none();
        self.fits.push(fits);
        if let Some(line) = rejected {
            self.bytes += line.len();
            self.rejected.push(line);
        }
        let rows = self.fits.len();
        let marked = self.mark.as_ref().map_or(0, |mark| mark.rows_read);
        let is_due = |every: usize| {
            rows as u64 - marked >= every as u64 || self.bytes - self.marked_bytes >= MARK_BYTES
        };
        if fits && self.mark_rows.is_some_and(is_due) {
            self.mark = Some(Mark {
                key: raw_key(self.table, row)?,
                rows_read: rows as u64,
                rejected: self.rejected.len(),
            });
            self.marked_bytes = self.bytes;
        }
        Ok(rows == self.batch_rows || self.bytes >= BATCH_BYTES)
    }

    /// Copies every column, whatever broke before it, so that columns stay level. Says what broke first.
    fn copy(&mut self, row: &impl SourceRow) -> Result<Option<(usize, Misfit)>, ExtractError> {
        let mut first = None;
        for (column, copier) in self.copiers.iter_mut().enumerate() {
            if let Some(value) = row.typed(column)
                && copier.take_typed(value)
            {
                continue;
            }
            let value = row.value(column)?;
            self.bytes += match value {
                SourceValue::Text(content)
                | SourceValue::Blob(content)
                | SourceValue::Untyped(content)
                | SourceValue::Undecodable(content) => content.len(),
                SourceValue::Null
                | SourceValue::Integer(_)
                | SourceValue::Real(_)
                | SourceValue::Decimal(_) => 0,
            };
            if let Err(misfit) = copier.take(value) {
                first = first.or(Some((column, misfit)));
            }
        }
        Ok(first)
    }

    /// The rows that were pushed since the last batch; [`None`] if none was.
    pub(crate) fn batch(&mut self) -> Result<Option<ReadBatch>, ColumnarError> {
        if self.fits.is_empty() {
            return Ok(None);
        }
        (self.bytes, self.marked_bytes) = (0, 0);
        let fits = std::mem::replace(&mut self.fits, Vec::with_capacity(BATCH_ROWS));
        let rows_read = fits.len() as u64;
        let rows = self
            .fitting(fits)
            .map_err(ColumnarError::arrow(&self.table.id))?;
        Ok(Some(ReadBatch {
            rows,
            rejected: std::mem::take(&mut self.rejected),
            rows_read,
            mark: self.mark.take(),
        }))
    }

    fn fitting(&mut self, fits: Vec<bool>) -> Result<RecordBatch, ArrowError> {
        let columns = self.copiers.iter_mut().map(Copier::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns)?;
        if fits.iter().all(|fits| *fits) {
            return Ok(batch);
        }
        filter_record_batch(&batch, &BooleanArray::from(fits))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bunri_source::SourceError;

    use super::*;
    use crate::tests::fixture::catalogue;

    /// A row with the same bytes in every column.
    struct TextRow(Vec<u8>);

    impl SourceRow for TextRow {
        fn value(&self, _: usize) -> Result<SourceValue<'_>, SourceError> {
            Ok(SourceValue::Text(&self.0))
        }
    }

    /// The marks of full batches of rows with so many bytes in each of two columns, those of which are no text that are `misfit`:
    /// rows read, and rows rejected of them.
    fn marks(rows: usize, bytes: usize, misfit: impl Fn(usize) -> bool) -> Vec<(u64, usize)> {
        let catalogue = catalogue();
        let table = catalogue.table("code_retailer").unwrap();
        let mut batcher = Batcher::new(table).unwrap().with_marks(1 << 20);
        let mut marks = Vec::new();
        for number in 0..rows {
            let sign = if misfit(number) { 0xFF } else { b'x' };
            if batcher.push(&TextRow(vec![sign; bytes])).unwrap() {
                let mark = batcher.batch().unwrap().unwrap().mark.unwrap();
                marks.push((mark.rows_read, mark.rejected));
            }
        }
        marks
    }

    #[test]
    fn the_last_mark_of_a_batch_is_near_its_end_however_long_its_rows_are() {
        assert_eq!(marks(8192, 1, |_| false), [(8192, 0)]);
        // The last row fits no type: the one before the last 511 does, or another one.
        assert_eq!(marks(8192, 1, |number| number == 8191), [(7680, 0)]);
        assert_eq!(marks(8192, 1, |number| number == 511), [(7681, 1)]);
        // 128 rows of 128 KiB are a batch, and 16 of them bring a mark; 4 rows of 4 MiB.
        assert_eq!(marks(128, 1 << 16, |_| false), [(128, 0)]);
        assert_eq!(marks(4, 1 << 21, |_| false), [(4, 0)]);
    }
}
