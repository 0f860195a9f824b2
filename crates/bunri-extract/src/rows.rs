//! Rows of one table as typed batches. A row with a value that does not fit goes whole to the rejects.

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, staging_schema};

use crate::ExtractError;
use crate::convert::{Copier, Misfit};
use crate::rejects::Rejects;
use crate::source::{SourceRow, SourceValue};

/// Rows in a batch.
pub(crate) const BATCH_ROWS: usize = 8192;
/// A batch of long texts ends earlier.
pub(crate) const BATCH_BYTES: usize = 64 << 20;

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
        })
    }

    /// Takes a row. Says whether the batch is full: then it is to be [taken](Self::batch).
    pub(crate) fn push(
        &mut self,
        row: &impl SourceRow,
        rejects: &mut Rejects,
    ) -> Result<bool, ExtractError> {
        let misfit = self.copy(row)?;
        if let Some((column, misfit)) = misfit {
            rejects.take(self.table, row, column, misfit)?;
        }
        self.fits.push(misfit.is_none());
        self.rows_read += 1;
        Ok(self.fits.len() == BATCH_ROWS || self.bytes >= BATCH_BYTES)
    }

    /// Copies every column, whatever broke before it, so that columns stay level. Says what broke first.
    fn copy(&mut self, row: &impl SourceRow) -> Result<Option<(usize, Misfit)>, ExtractError> {
        let mut first = None;
        for (column, copier) in self.copiers.iter_mut().enumerate() {
            let value = row.value(column)?;
            if let SourceValue::Text(content) | SourceValue::Blob(content) = value {
                self.bytes += content.len();
            }
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
