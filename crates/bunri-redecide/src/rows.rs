//! Batches of rows as the evaluator and the index see them: cells by catalogue column, keys as ordered bytes.

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::{RowConverter, Rows};
use arrow_schema::Schema;
use bunri_catalogue::Table;
use bunri_columnar::{key_converter, row_converter};
use bunri_evaluator::Row;
use bunri_fingerprint::{Cells, UnsupportedType};
use bunri_types::Value;

use crate::RedecideError;

/// Rows that are held at a time.
pub const BATCH_ROWS: usize = 1 << 13;

/// The cells of a batch.
pub struct View<'a> {
    /// By column.
    pub cells: Vec<Cells<'a>>,
}

impl<'a> View<'a> {
    /// # Errors
    /// For a column type that no store has.
    pub fn of(batch: &'a RecordBatch) -> Result<Self, UnsupportedType> {
        let cells: Result<_, _> = batch
            .columns()
            .iter()
            .map(|column| Cells::of(column.as_ref()))
            .collect();
        Ok(Self { cells: cells? })
    }

    /// One row, as the evaluator asks it; the batch holds every column of `table`.
    pub fn row<'r>(&'r self, table: &'r Table, row: usize) -> impl Row + use<'r, 'a> {
        BatchRow {
            table,
            cells: &self.cells,
            row,
        }
    }
}

/// One row of a batch that holds every catalogue column.
struct BatchRow<'a> {
    table: &'a Table,
    cells: &'a [Cells<'a>],
    row: usize,
}

impl Row for BatchRow<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        self.cells[column].value(self.row)
    }

    fn is_end_stamp(&self, column: usize) -> bool {
        self.table.columns[column].reading.moment.is_end_stamp()
    }
}

/// Keys of the rows of a table that comes in whole batches.
pub(crate) struct BatchKeys {
    keys: Keys,
    encoded: Option<EncodedKeys>,
}

impl BatchKeys {
    pub(crate) fn new(table: &Table, columns: &[usize]) -> Result<Self, RedecideError> {
        Ok(Self {
            keys: Keys::new(table, columns)?,
            encoded: None,
        })
    }

    /// Rows of this batch will be asked next.
    pub(crate) fn begin(&mut self, batch: &RecordBatch) -> Result<(), RedecideError> {
        self.encoded = Some(self.keys.encode(batch)?);
        Ok(())
    }

    /// The key of a row; [`None`] where a part of it is NULL, which matches nothing.
    pub(crate) fn key(&self, row: usize) -> Option<&[u8]> {
        self.encoded.as_ref().and_then(|encoded| encoded.key(row))
    }
}

/// Encodes some columns of a table as bytes whose order is that of the values.
pub(crate) struct Keys {
    converter: RowConverter,
    /// In the catalogue's table.
    columns: Vec<usize>,
    /// In the batches that will come.
    positions: Vec<usize>,
    table: String,
}

impl Keys {
    /// For batches that hold every catalogue column.
    pub(crate) fn new(table: &Table, columns: &[usize]) -> Result<Self, RedecideError> {
        let converter = key_converter(table, columns)?;
        let columns = columns.to_vec();
        Ok(Self {
            converter,
            positions: columns.clone(),
            columns,
            table: table.id.clone(),
        })
    }

    /// For batches that hold these columns only, see [`Keys::projection`].
    pub(crate) fn projected(table: &Table, columns: &[usize]) -> Result<Self, RedecideError> {
        let mut keys = Self::new(table, columns)?;
        let projection = keys.projection();
        let position = |column: &usize| projection.iter().position(|other| other == column);
        keys.positions = columns.iter().filter_map(position).collect();
        Ok(keys)
    }

    /// The columns, ascending and each once.
    pub(crate) fn projection(&self) -> Vec<usize> {
        let columns: std::collections::BTreeSet<usize> = self.columns.iter().copied().collect();
        columns.into_iter().collect()
    }

    /// The keys of a batch.
    pub(crate) fn encode(&mut self, batch: &RecordBatch) -> Result<EncodedKeys, RedecideError> {
        let columns: Vec<ArrayRef> = self
            .positions
            .iter()
            .map(|&position| batch.column(position).clone())
            .collect();
        let rows = self
            .converter
            .convert_columns(&columns)
            .map_err(RedecideError::arrow(&self.table))?;
        let nullable = columns
            .into_iter()
            .filter(|column| column.null_count() > 0)
            .collect();
        Ok(EncodedKeys { rows, nullable })
    }
}

/// The keys of one batch.
pub struct EncodedKeys {
    rows: Rows,
    nullable: Vec<ArrayRef>,
}

impl EncodedKeys {
    /// The key of a row; [`None`] if a part of it is NULL.
    #[must_use]
    pub fn key(&self, row: usize) -> Option<&[u8]> {
        let missing = self.nullable.iter().any(|column| column.is_null(row));
        (!missing).then(|| self.bytes(row))
    }

    /// For rows in the order of a store: encodes these columns of batches of its schema, NULLs included.
    ///
    /// # Errors
    /// For a column type that has no order, at once; for batches of another schema.
    pub fn of_columns(
        schema: &Schema,
        columns: Vec<usize>,
        table: &str,
    ) -> Result<impl FnMut(&RecordBatch) -> Result<Self, RedecideError>, RedecideError> {
        let types = columns
            .iter()
            .map(|&column| schema.field(column).data_type());
        let converter = row_converter(table, types)?;
        let table = table.to_owned();
        Ok(move |batch: &RecordBatch| {
            let rows = converter
                .convert_columns(
                    &columns
                        .iter()
                        .map(|&column| batch.column(column).clone())
                        .collect::<Vec<_>>(),
                )
                .map_err(RedecideError::arrow(&table))?;
            Ok(Self {
                rows,
                nullable: Vec::new(),
            })
        })
    }

    /// The bytes, NULLs included (they come first).
    #[must_use]
    pub fn bytes(&self, row: usize) -> &[u8] {
        self.rows.row(row).data()
    }
}
