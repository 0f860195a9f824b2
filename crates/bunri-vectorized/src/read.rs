//! Columns of a table as they were read from staging, found by their positions in the table.

use arrow_array::{ArrayRef, RecordBatch};
use bunri_catalogue::Table;
use polars::prelude::Column;

use crate::VectorizedError;
use crate::frame::{as_stamped, rule_columns};

/// Some rows of a table, with all of its columns or with some.
#[derive(Debug, Clone, Copy)]
pub struct ReadColumns<'a> {
    table: &'a Table,
    batch: &'a RecordBatch,
    /// The positions of the batch's columns in the table, if it has not all of them.
    read: Option<&'a [usize]>,
}

impl<'a> ReadColumns<'a> {
    /// A batch of all columns.
    #[must_use]
    pub fn all(table: &'a Table, batch: &'a RecordBatch) -> Self {
        let read = None;
        Self { table, batch, read }
    }

    /// A batch of the columns at these positions, in their order.
    #[must_use]
    pub fn some(table: &'a Table, batch: &'a RecordBatch, read: &'a [usize]) -> Self {
        let read = Some(read);
        Self { table, batch, read }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The column at a position in the table.
    ///
    /// # Errors
    /// [`VectorizedError::ColumnNotRead`].
    pub fn column(&self, wanted: usize) -> Result<&'a ArrayRef, VectorizedError> {
        let position = match self.read {
            None => Some(wanted),
            Some(read) => read.iter().position(|&column| column == wanted),
        };
        position
            .and_then(|position| self.batch.columns().get(position))
            .ok_or_else(|| VectorizedError::ColumnNotRead {
                table: self.table.id.clone(),
                column: wanted,
            })
    }

    /// The columns at some positions.
    ///
    /// # Errors
    /// As [`ReadColumns::column`].
    pub fn columns(&self, wanted: &[usize]) -> Result<Vec<ArrayRef>, VectorizedError> {
        let columns = wanted.iter().map(|&wanted| self.column(wanted).cloned());
        columns.collect()
    }

    /// The table.
    pub(crate) fn table(&self) -> &'a Table {
        self.table
    }

    /// A column as its days are asked ([`as_stamped`]).
    pub(crate) fn stamped(&self, wanted: usize) -> Result<ArrayRef, VectorizedError> {
        let column = self.column(wanted)?;
        Ok(as_stamped(&self.table.columns[wanted], column))
    }

    /// Some columns as rules read them.
    pub(crate) fn rule_columns(&self, wanted: &[usize]) -> Result<Vec<Column>, VectorizedError> {
        let mut columns = Vec::with_capacity(wanted.len());
        for &position in wanted {
            columns.extend(rule_columns(position, &self.stamped(position)?));
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::Int64Array;

    use super::*;
    use crate::frame::as_numbers;
    use crate::tests::catalogue;

    #[test]
    fn a_column_that_was_not_read_is_refused_and_never_the_first() {
        let numbers = |number: i64| Arc::new(Int64Array::from(vec![number])) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("c2", numbers(2)), ("c5", numbers(5))]).unwrap();
        let catalogue = catalogue();
        let columns = ReadColumns::some(&catalogue.tables[0], &batch, &[2, 5]);
        assert_eq!(as_numbers(columns.column(5).unwrap()), [Some(5)]);
        let refused = columns.column(3).unwrap_err();
        assert!(matches!(
            refused,
            VectorizedError::ColumnNotRead { column: 3, .. }
        ));
        let all = ReadColumns::all(&catalogue.tables[0], &batch);
        assert_eq!(as_numbers(all.column(1).unwrap()), [Some(5)]);
        assert!(all.column(2).is_err());
    }
}
