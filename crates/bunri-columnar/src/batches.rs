//! Sorting record batches within a memory bound: rows go through order-preserving bytes and come back as
//! batches of a chosen size.

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_row::RowConverter;
use arrow_schema::SchemaRef;

use crate::{ByteSorter, ColumnarError, SortedRecords, row_converter};

/// Gathers batches to be sorted by some columns first and then by all the others in schema order.
pub struct BatchSorter {
    layout: Layout,
    sorter: ByteSorter,
}

struct Layout {
    name: String,
    schema: SchemaRef,
    converter: RowConverter,
    order: Vec<usize>,
}

impl BatchSorter {
    /// `first` are the positions of the columns that lead; `name` is for error messages.
    ///
    /// # Errors
    /// When a column's type has no order.
    pub fn new(
        name: &str,
        schema: SchemaRef,
        first: &[usize],
        folder: &Path,
        budget: usize,
    ) -> Result<Self, ColumnarError> {
        let rest = (0..schema.fields().len()).filter(|column| !first.contains(column));
        let order: Vec<usize> = first.iter().copied().chain(rest).collect();
        let types = order.iter().map(|&column| schema.field(column).data_type());
        let converter = row_converter(name, types)?;
        let layout = Layout {
            name: name.to_owned(),
            schema,
            converter,
            order,
        };
        Ok(Self {
            layout,
            sorter: ByteSorter::new(folder, budget),
        })
    }

    /// Takes the rows of a batch.
    ///
    /// # Errors
    /// When the batch is of another schema or the disk refuses.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        let columns: Vec<_> = self
            .layout
            .order
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let rows = self
            .layout
            .converter
            .convert_columns(&columns)
            .map_err(ColumnarError::arrow(&self.layout.name))?;
        rows.iter()
            .try_for_each(|row| self.sorter.push(row.as_ref()))
    }

    /// Everything that was pushed, in order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(self) -> Result<SortedBatches, ColumnarError> {
        Ok(SortedBatches {
            layout: self.layout,
            records: self.sorter.finish()?,
        })
    }
}

/// Sorted rows.
pub struct SortedBatches {
    layout: Layout,
    records: SortedRecords,
}

impl SortedBatches {
    /// The next `rows` rows, fewer at the end, [`None`] after it.
    ///
    /// # Errors
    /// When a spilled run cannot be read.
    pub fn next_batch(&mut self, rows: usize) -> Result<Option<RecordBatch>, ColumnarError> {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(rows.min(1 << 16));
        while ends.len() < rows {
            let Some(record) = self.records.next()? else {
                break;
            };
            bytes.extend_from_slice(record);
            ends.push(bytes.len());
        }
        if ends.is_empty() {
            return Ok(None);
        }
        self.layout.decode(&bytes, &ends).map(Some)
    }
}

impl Layout {
    /// Records that lie one behind the other, by where each ends.
    fn decode(&self, bytes: &[u8], ends: &[usize]) -> Result<RecordBatch, ColumnarError> {
        let wrap = ColumnarError::arrow(&self.name);
        let parser = self.converter.parser();
        let starts = std::iter::once(&0).chain(ends);
        let records = starts.zip(ends).map(|(&start, &end)| &bytes[start..end]);
        let decode = || {
            let columns = self
                .converter
                .convert_rows(records.map(|record| parser.parse(record)))?;
            let mut back = columns.clone();
            for (column, &position) in columns.into_iter().zip(&self.order) {
                back[position] = column;
            }
            RecordBatch::try_new(self.schema.clone(), back)
        };
        decode().map_err(wrap)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    #[test]
    fn rows_come_back_whole_in_the_order_of_the_leading_column() {
        let folder = tempfile::tempdir().unwrap();
        let name: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), None, Some("")]));
        let rank: ArrayRef = Arc::new(Int64Array::from(vec![3, -1, 2]));
        let batch =
            RecordBatch::try_from_iter_with_nullable([("name", name, true), ("rank", rank, true)]);
        let batch = batch.unwrap();
        let mut sorter =
            BatchSorter::new("t", batch.schema(), &[1], folder.path(), 1 << 20).unwrap();
        sorter.push(&batch).unwrap();
        let mut sorted = sorter.finish().unwrap();
        let first = sorted.next_batch(2).unwrap().unwrap();
        let expected: ArrayRef = Arc::new(StringArray::from(vec![None, Some("")]));
        assert_eq!(first.column(0), &expected);
        assert_eq!(sorted.next_batch(2).unwrap().unwrap().num_rows(), 1);
        assert!(sorted.next_batch(2).unwrap().is_none());
    }
}
