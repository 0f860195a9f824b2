//! Rows of one table as typed batches. A row with a value that does not fit goes whole to the rejects.

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, RawValue, staging_schema};

use crate::ExtractError;
use crate::rejects::Rejects;
use bunri_source::{Copier, Misfit, raw_key};
use bunri_source::{SourceRow, SourceValue};

/// Rows in a batch.
pub(crate) const BATCH_ROWS: usize = 8192;
/// A batch of long texts ends earlier. Three are held at a time where a table is read and written side by side.
pub(crate) const BATCH_BYTES: usize = 16 << 20;

/// Turns rows into batches; the copiers live as long as the table is read.
pub(crate) struct Batcher<'a> {
    table: &'a Table,
    schema: SchemaRef,
    copiers: Vec<Copier>,
    /// Of every row of the batch under way, whether it fits.
    fits: Vec<bool>,
    /// Bytes of texts and blobs in the batch under way.
    bytes: usize,
    /// Rows read so far, rejected ones among them.
    pub(crate) rows_read: u64,
    seams: Option<Seams>,
}

/// Batches that end where parts do, so that the source's own key of a part's last row is known.
struct Seams {
    part_rows: usize,
    /// Rows that the part under way takes before it is full.
    room: usize,
    /// At the end of a part, the key of its last row.
    last: Option<Vec<RawValue>>,
}

impl Seams {
    /// A row that is staged. Says whether its part ends with it.
    fn take(&mut self, table: &Table, row: &impl SourceRow) -> Result<bool, ExtractError> {
        self.room -= 1;
        if self.room > 0 {
            return Ok(false);
        }
        self.room = self.part_rows;
        self.last = Some(raw_key(table, row)?);
        Ok(true)
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
            rows_read: 0,
            seams: None,
        })
    }

    /// The same, with batches that end where parts of so many rows do; so many rows were read in earlier parts.
    pub(crate) fn with_seams(self, part_rows: usize, rows_read: u64) -> Self {
        Self {
            rows_read,
            seams: Some(Seams {
                part_rows,
                room: part_rows,
                last: None,
            }),
            ..self
        }
    }

    /// The key of the last row of the batch that was given last, if a part ended with it.
    pub(crate) fn seam(&mut self) -> Option<Vec<RawValue>> {
        self.seams.as_mut()?.last.take()
    }

    /// Takes a row. Says whether the batch is full: then it is to be [taken](Self::batch).
    pub(crate) fn push(
        &mut self,
        row: &impl SourceRow,
        rejects: &mut Rejects<'_>,
    ) -> Result<bool, ExtractError> {
        let misfit = self.copy(row)?;
        let line = row.place();
        let fault = line.and_then(|line| Some((line, line.fault?)));
        // Of a line that is no row nothing was said of any column.
        if let Some((line, fault)) = fault {
            rejects.take_line(self.table, line, fault)?;
        } else if let Some((column, misfit)) = misfit {
            rejects.take(self.table, row, column, misfit)?;
        }
        let fits = misfit.is_none() && fault.is_none();
        self.fits.push(fits);
        self.rows_read += 1;
        let mut part_ends = false;
        if let Some(seams) = self.seams.as_mut().filter(|_| fits) {
            part_ends = seams.take(self.table, row)?;
        }
        Ok(part_ends || self.fits.len() == BATCH_ROWS || self.bytes >= BATCH_BYTES)
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

    /// The rows that fit of those pushed since the last batch, perhaps none; [`None`] if none was pushed.
    pub(crate) fn batch(&mut self) -> Result<Option<RecordBatch>, ColumnarError> {
        if self.fits.is_empty() {
            return Ok(None);
        }
        self.bytes = 0;
        let fits = std::mem::replace(&mut self.fits, Vec::with_capacity(BATCH_ROWS));
        self.fitting(fits)
            .map(Some)
            .map_err(ColumnarError::arrow(&self.table.id))
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
