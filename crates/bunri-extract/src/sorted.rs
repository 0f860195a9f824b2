//! Sorting the rows of a table here: each row becomes bytes that sort as its values do, key columns first,
//! then all others, so that rows alike in every column are the only ones whose order does not matter.

use std::path::Path;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_row::{RowConverter, RowParser};
use arrow_schema::SchemaRef;
use bunri_catalogue::Table;
use bunri_columnar::{ByteSorter, ColumnarError, SortedRecords, key_converter, staging_schema};

use crate::rows::{BATCH_BYTES, BATCH_ROWS};

/// Takes the rows of one table in any order.
pub(crate) struct RowSorter<'a> {
    table: &'a Table,
    /// Key columns, then the rest.
    order: Vec<usize>,
    converter: RowConverter,
    sorter: ByteSorter,
}

impl<'a> RowSorter<'a> {
    /// Sorts with about `budget` bytes; runs spill to `folder`.
    pub(crate) fn new(
        table: &'a Table,
        folder: &Path,
        budget: usize,
    ) -> Result<Self, ColumnarError> {
        let rest = (0..table.columns.len()).filter(|column| !table.key.contains(column));
        let order: Vec<usize> = table.key.iter().copied().chain(rest).collect();
        let converter = key_converter(table, &order)?;
        Ok(Self {
            table,
            order,
            converter,
            sorter: ByteSorter::new(folder, budget),
        })
    }

    /// Whose rows they are.
    pub(crate) fn table(&self) -> &'a Table {
        self.table
    }

    /// Takes rows.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        let columns: Vec<ArrayRef> = self
            .order
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let rows = self
            .converter
            .convert_columns(&columns)
            .map_err(ColumnarError::arrow(&self.table.id))?;
        rows.iter()
            .try_for_each(|row| self.sorter.push(row.as_ref()))
    }

    /// Everything that was pushed, in order.
    pub(crate) fn finish(self) -> Result<SortedRows<'a>, ColumnarError> {
        Ok(SortedRows {
            table: self.table,
            order: self.order,
            parser: self.converter.parser(),
            converter: self.converter,
            schema: staging_schema(self.table),
            records: self.sorter.finish()?,
        })
    }
}

/// Rows in key order.
pub(crate) struct SortedRows<'a> {
    table: &'a Table,
    order: Vec<usize>,
    converter: RowConverter,
    parser: RowParser,
    schema: SchemaRef,
    records: SortedRecords,
}

impl SortedRows<'_> {
    /// The next rows; [`None`] at the end.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBatch>, ColumnarError> {
        let mut rows = self.converter.empty_rows(BATCH_ROWS, 0);
        let mut bytes = 0;
        while rows.num_rows() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(record) = self.records.next()? else {
                break;
            };
            bytes += record.len();
            rows.push(self.parser.parse(record));
        }
        if rows.num_rows() == 0 {
            return Ok(None);
        }
        let wrap = ColumnarError::arrow(&self.table.id);
        let cells = self.converter.convert_rows(rows.iter());
        let batch =
            cells.and_then(|cells| RecordBatch::try_new(self.schema.clone(), self.put_back(cells)));
        batch.map(Some).map_err(wrap)
    }

    /// From sorting order to catalogue order.
    fn put_back(&self, cells: Vec<ArrayRef>) -> Vec<ArrayRef> {
        let mut placed: Vec<(usize, ArrayRef)> = self.order.iter().copied().zip(cells).collect();
        placed.sort_by_key(|(column, _)| *column);
        placed.into_iter().map(|(_, cells)| cells).collect()
    }
}
