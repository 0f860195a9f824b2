//! What every pass over rows that are sorted out and back needs: how many rows at once, where to spill, the columns of what
//! is sorted.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_columnar::Observer;

use crate::SplitError;

/// Rows handled at once in a sorted pass.
pub(crate) const PASS_ROWS: usize = 1 << 15;

/// Where a pass may spill, and with how much memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spill<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) budget: usize,
}

/// A column of the table out of a batch that holds the columns `read`.
pub(crate) fn read_column(
    id: &str,
    batch: &RecordBatch,
    read: &[usize],
    wanted: usize,
) -> Result<ArrayRef, SplitError> {
    let position = read.iter().position(|&column| column == wanted);
    position
        .and_then(|position| batch.columns().get(position))
        .cloned()
        .ok_or_else(|| SplitError::ColumnNotRead {
            table: id.to_owned(),
            column: wanted,
        })
}

/// Whole-number columns: the row, and what is known of it.
pub(crate) fn int_schema(row: &str, names: &[String]) -> SchemaRef {
    let names = std::iter::once(row).chain(names.iter().map(String::as_str));
    Arc::new(Schema::new(
        names
            .map(|name| Field::new(name, DataType::Int64, true))
            .collect::<Vec<_>>(),
    ))
}

/// A key, a row number, and whole-number columns.
pub(crate) fn keyed_schema(names: &[String]) -> SchemaRef {
    let mut fields = vec![
        Field::new("key", DataType::Binary, true),
        Field::new("row", DataType::Int64, false),
    ];
    fields.extend(
        names
            .iter()
            .map(|name| Field::new(name, DataType::Int64, true)),
    );
    Arc::new(Schema::new(fields))
}

/// Asked to stop?
pub(crate) fn stop_if_cancelled(observer: &dyn Observer) -> Result<(), SplitError> {
    if observer.cancelled() {
        Err(SplitError::Interrupted)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::frame::as_numbers;
    use arrow_array::Int64Array;

    #[test]
    fn a_column_that_was_not_read_is_refused_and_never_the_first() {
        let numbers = |number: i64| Arc::new(Int64Array::from(vec![number])) as ArrayRef;
        let columns = [("c2", numbers(2)), ("c5", numbers(5))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let found = read_column("t", &batch, &[2, 5], 5).unwrap();
        assert_eq!(as_numbers(&found), [Some(5)]);
        let refused = read_column("t", &batch, &[2, 5], 3).unwrap_err();
        assert!(matches!(
            refused,
            SplitError::ColumnNotRead { column: 3, .. }
        ));
    }
}
