//! Whole rows in the order of a store, sorted within a memory bound: for tables without a key, and for files whose
//! rows are out of order.

use arrow_array::RecordBatch;
use arrow_row::RowConverter;
use arrow_schema::SchemaRef;
use bunri_columnar::{ByteSorter, SortedRecords};
use bunri_redecide::{BATCH_ROWS, Layout, Scratch, cut};

use crate::CompareError;
use crate::order::converter;

/// Sorts rows: by key, then by all columns of the store.
pub(crate) struct RowSorter {
    converter: RowConverter,
    /// The columns of the store in the order in which they sort.
    order: Vec<usize>,
    schema: SchemaRef,
    sorter: ByteSorter,
    table: String,
}

impl RowSorter {
    pub(crate) fn new(layout: &Layout<'_>, scratch: &Scratch) -> Result<Self, CompareError> {
        let others =
            (0..layout.schema.fields().len()).filter(|column| !layout.key.contains(column));
        let order: Vec<usize> = layout.key.iter().copied().chain(others).collect();
        Ok(Self {
            converter: converter(layout, &order)?,
            order,
            schema: layout.schema.clone(),
            sorter: scratch.sorter(),
            table: layout.table.id.clone(),
        })
    }

    /// Takes rows; `tag` writes what travels with each.
    pub(crate) fn push(
        &mut self,
        batch: &RecordBatch,
        mut tag: impl FnMut(usize, &mut Vec<u8>),
    ) -> Result<(), CompareError> {
        let columns: Vec<_> = self
            .order
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let rows = self
            .converter
            .convert_columns(&columns)
            .map_err(CompareError::arrow(&self.table))?;
        let mut tagged = Vec::new();
        for row in 0..rows.num_rows() {
            tagged.clear();
            tag(row, &mut tagged);
            let bytes = rows.row(row).data();
            self.sorter
                .push_parts(&[bytes, &tagged, &(bytes.len() as u64).to_le_bytes()])?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<SortedRows, CompareError> {
        Ok(SortedRows {
            sorted: self.sorter.finish()?,
            converter: self.converter,
            order: self.order,
            schema: self.schema,
            table: self.table,
            ahead: None,
        })
    }
}

/// Rows in order, with their tags.
pub(crate) struct SortedRows {
    sorted: SortedRecords,
    converter: RowConverter,
    order: Vec<usize>,
    schema: SchemaRef,
    table: String,
    ahead: Option<Vec<u8>>,
}

/// A batch of sorted rows.
pub(crate) struct SortedBatch {
    pub(crate) rows: RecordBatch,
    pub(crate) tags: Vec<Vec<u8>>,
}

impl SortedRows {
    /// The next rows. Equal rows always come in one batch, however many they are.
    pub(crate) fn next(&mut self) -> Result<Option<SortedBatch>, CompareError> {
        let mut lines: Vec<Vec<u8>> = self.ahead.take().into_iter().collect();
        while let Some(line) = self.sorted.next()? {
            let another = lines.last().is_some_and(|last| cut(last).0 != cut(line).0);
            if lines.len() >= BATCH_ROWS && another {
                self.ahead = Some(line.to_vec());
                break;
            }
            lines.push(line.to_vec());
        }
        if lines.is_empty() {
            return Ok(None);
        }
        let parser = self.converter.parser();
        let rows = lines.iter().map(|line| parser.parse(cut(line).0));
        let sorted = self
            .converter
            .convert_rows(rows)
            .map_err(CompareError::arrow(&self.table))?;
        let mut columns = sorted.clone();
        for (array, &column) in sorted.into_iter().zip(&self.order) {
            columns[column] = array;
        }
        let rows = RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(CompareError::arrow(&self.table))?;
        let tags = lines.iter().map(|line| cut(line).1.to_vec()).collect();
        Ok(Some(SortedBatch { rows, tags }))
    }
}
