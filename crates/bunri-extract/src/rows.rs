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
/// A batch of long texts ends earlier. Three are held at a time where a table is read and written side by side.
pub(crate) const BATCH_BYTES: usize = 16 << 20;

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
    /// Whether the source's own key of a batch's last row is wanted.
    with_keys: bool,
    /// That key.
    last: Option<Vec<RawValue>>,
}

/// Rows that were read, one after another.
pub(crate) struct ReadBatch {
    /// Those that fit, perhaps none.
    pub(crate) rows: RecordBatch,
    /// Those that do not, as lines of the rejects file.
    pub(crate) rejected: Vec<Vec<u8>>,
    /// How many both are.
    pub(crate) rows_read: u64,
    /// The source's own key of the last row, if that fits and somebody wants it.
    pub(crate) last: Option<Vec<RawValue>>,
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
            with_keys: false,
            last: None,
        })
    }

    /// The same, with the source's own keys of last rows, and several batches for each part of so many rows.
    pub(crate) fn with_keys(self, part_rows: usize) -> Self {
        Self {
            batch_rows: part_rows.div_ceil(2).clamp(1, BATCH_ROWS),
            with_keys: true,
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
        if !self.with_keys {
            return Ok(self.is_full(1));
        }
        // A batch ends with a row that fits, because a part does; but not for ever.
        let is_full = self.is_full(if fits { 1 } else { 2 });
        if is_full && fits {
            self.last = Some(raw_key(self.table, row)?);
        }
        Ok(is_full)
    }

    /// Whether there are so many times the rows, or the bytes, of a batch.
    fn is_full(&self, times: usize) -> bool {
        self.fits.len() >= times * self.batch_rows || self.bytes >= times * BATCH_BYTES
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
        self.bytes = 0;
        let fits = std::mem::replace(&mut self.fits, Vec::with_capacity(BATCH_ROWS));
        let rows_read = fits.len() as u64;
        let rows = self
            .fitting(fits)
            .map_err(ColumnarError::arrow(&self.table.id))?;
        Ok(Some(ReadBatch {
            rows,
            rejected: std::mem::take(&mut self.rejected),
            rows_read,
            last: self.last.take(),
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
