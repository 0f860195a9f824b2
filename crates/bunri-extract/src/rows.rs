//! Rows of one table as typed batches. A row with a value that does not fit goes whole to the rejects.

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, staging_schema};
use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};

use crate::ExtractError;
use crate::convert::{Copier, Misfit};
use crate::rejects::{RejectError, Rejects};
use crate::source::Reader;

/// Rows in a batch.
pub(crate) const BATCH_ROWS: usize = 8192;
/// A batch of long texts ends earlier.
pub(crate) const BATCH_BYTES: usize = 64 << 20;

/// Turns rows into batches; the copiers live as long as the table is read.
pub(crate) struct Batcher<'a> {
    reader: &'a Reader,
    table: &'a Table,
    schema: SchemaRef,
    copiers: Vec<Copier>,
    /// Rows read so far, rejected ones among them.
    pub(crate) rows_read: u64,
}

impl<'a> Batcher<'a> {
    /// A copier for every column.
    pub(crate) fn new(reader: &'a Reader, table: &'a Table) -> Result<Self, ColumnarError> {
        let copiers = table
            .columns
            .iter()
            .map(|column| Copier::new(column.value_type));
        let copiers = copiers
            .collect::<Result<_, _>>()
            .map_err(ColumnarError::arrow(&table.id))?;
        Ok(Self {
            reader,
            table,
            schema: staging_schema(table),
            copiers,
            rows_read: 0,
        })
    }

    /// The next rows that fit, perhaps none of those read; [`None`] at the end.
    pub(crate) fn next(
        &mut self,
        rows: &mut Rows<'_>,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, ExtractError> {
        let mut fits: Vec<bool> = Vec::with_capacity(BATCH_ROWS);
        let mut bytes = 0;
        while fits.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let row = rows.next().map_err(|refused| self.sql_error(refused))?;
            let Some(row) = row else { break };
            let misfit = self
                .copy(row, &mut bytes)
                .map_err(|refused| self.sql_error(refused))?;
            if let Some((column, misfit)) = misfit {
                let set_aside = rejects.take(self.table, row, column, misfit);
                set_aside.map_err(|refused| self.reject_error(refused))?;
            }
            fits.push(misfit.is_none());
        }
        if fits.is_empty() {
            return Ok(None);
        }
        self.rows_read += fits.len() as u64;
        Ok(Some(
            self.batch(fits)
                .map_err(ColumnarError::arrow(&self.table.id))?,
        ))
    }

    /// Copies every column, whatever broke before it, so that columns stay level. Says what broke first.
    fn copy(
        &mut self,
        row: &Row<'_>,
        bytes: &mut usize,
    ) -> rusqlite::Result<Option<(usize, Misfit)>> {
        let mut first = None;
        for (column, copier) in self.copiers.iter_mut().enumerate() {
            let value = row.get_ref(column)?;
            if let ValueRef::Text(content) | ValueRef::Blob(content) = value {
                *bytes += content.len();
            }
            if let Err(misfit) = copier.take(value) {
                first = first.or(Some((column, misfit)));
            }
        }
        Ok(first)
    }

    fn batch(&mut self, fits: Vec<bool>) -> Result<RecordBatch, ArrowError> {
        let columns = self.copiers.iter_mut().map(Copier::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns)?;
        if fits.iter().all(|fits| *fits) {
            return Ok(batch);
        }
        filter_record_batch(&batch, &BooleanArray::from(fits))
    }

    fn sql_error(&self, refused: rusqlite::Error) -> ExtractError {
        self.reader
            .error(&format!("read table \"{}\"", self.table.name))(refused)
    }

    fn reject_error(&self, refused: RejectError) -> ExtractError {
        match refused {
            RejectError::Sql(refused) => self.sql_error(refused),
            RejectError::Json(refused) => ColumnarError::Staging {
                path: self.table.id.clone().into(),
                message: format!("a reject cannot be written: {:?}", refused.classify()),
            }
            .into(),
            RejectError::Columnar(refused) => refused.into(),
        }
    }
}
