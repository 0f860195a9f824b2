//! The rows of a store's table, batch after batch, with their keys and how far they have been compared.

use arrow_array::RecordBatch;
use arrow_row::{RowConverter, Rows};
use bunri_columnar::{Observer, partition_point};
use bunri_redecide::Layout;

use crate::CompareError;
use crate::multiset::SortedRows;
use crate::order::{converter, order_columns};
use crate::reader::FileRows;

/// The rows of the store, in order.
pub(crate) enum ActualRows {
    /// As the files have them.
    Files(FileRows),
    /// Sorted here, because the files have them in another order.
    Sorted(SortedRows),
}

impl ActualRows {
    fn next(&mut self) -> Result<Option<RecordBatch>, CompareError> {
        match self {
            Self::Files(files) => Ok(files.next()),
            Self::Sorted(sorted) => Ok(sorted.next()?.map(|batch| batch.rows)),
        }
    }
}

/// A batch of the store's rows and how far it was compared.
pub(crate) struct Loaded {
    pub(crate) batch: RecordBatch,
    keys: Rows,
    pub(crate) at: usize,
}

impl Loaded {
    /// The key of the current row.
    pub(crate) fn key(&self) -> &[u8] {
        self.keys.row(self.at).data()
    }

    /// The first row, from the current one on, whose key is after `last`.
    pub(crate) fn first_after(&self, last: &[u8]) -> usize {
        partition_point(self.at..self.batch.num_rows(), |row| {
            self.keys.row(row).data() <= last
        })
    }
}

/// Reads the store's rows.
pub(crate) struct Cursor<'a> {
    pub(crate) rows: ActualRows,
    converter: RowConverter,
    order: Vec<usize>,
    loaded: Option<Loaded>,
    observer: &'a dyn Observer,
    table: &'a str,
    /// Rows before the loaded batch.
    pub(crate) before: u64,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(
        layout: &Layout<'a>,
        rows: ActualRows,
        observer: &'a dyn Observer,
    ) -> Result<Self, CompareError> {
        let order = order_columns(layout);
        let converter = converter(layout, &order)?;
        let table = &layout.table.id;
        Ok(Self {
            rows,
            converter,
            order,
            loaded: None,
            observer,
            table,
            before: 0,
        })
    }

    /// The current batch, which has rows left; [`None`] at the end. It is given back with [`Cursor::put_back`].
    pub(crate) fn take(&mut self) -> Result<Option<Loaded>, CompareError> {
        loop {
            if let Some(loaded) = self.loaded.take() {
                if loaded.at < loaded.batch.num_rows() {
                    return Ok(Some(loaded));
                }
                self.before += loaded.batch.num_rows() as u64;
            }
            if self.observer.cancelled() {
                return Err(CompareError::Interrupted);
            }
            let Some(batch) = self.rows.next()? else {
                return Ok(None);
            };
            let columns: Vec<_> = self
                .order
                .iter()
                .map(|&column| batch.column(column).clone())
                .collect();
            let keys = self
                .converter
                .convert_columns(&columns)
                .map_err(CompareError::arrow(self.table))?;
            self.loaded = Some(Loaded { batch, keys, at: 0 });
        }
    }

    /// The batch, compared further.
    pub(crate) fn put_back(&mut self, loaded: Loaded) {
        self.loaded = Some(loaded);
    }
}
