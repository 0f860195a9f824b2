//! Columns of the rows that meet conditions: held against the store's table first, then written.

use std::io::Write;

use bunri_manifest::{ColumnEntry, TableEntry};

use crate::condition::Condition;
use crate::csv::{header, rows};
use crate::errors::SelectionError;
use crate::filter::Filter;
use crate::store::StoreFolder;

/// Columns and conditions that fit a table.
#[derive(Debug)]
pub struct Selection<'t> {
    table: &'t TableEntry,
    filter: Filter,
    /// Places in the table that are read, ascending: of what is written, and of what the conditions ask.
    read: Vec<usize>,
    /// Places among those of what is written, in order.
    written: Vec<usize>,
}

impl<'t> Selection<'t> {
    /// Holds columns and conditions against a table.
    ///
    /// # Errors
    /// [`SelectionError::Unanswerable`]: the first column that the store does not hold, or every condition that cannot be asked.
    pub fn new(
        table: &'t TableEntry,
        columns: &[String],
        conditions: &[Condition],
    ) -> Result<Self, SelectionError> {
        let place = |name: &String| {
            let found = table.columns.iter().position(|column| column.name == *name);
            found.ok_or_else(|| {
                let (id, name) = (table.id.escape_debug(), name.escape_debug());
                SelectionError::Unanswerable(vec![format!(
                    "table `{id}` of this store holds no column `{name}`"
                )])
            })
        };
        let places: Vec<usize> = columns.iter().map(place).collect::<Result<_, _>>()?;
        let filter = Filter::new(table, conditions)?;
        let mut read: Vec<usize> = filter.columns().chain(places.iter().copied()).collect();
        read.sort_unstable();
        read.dedup();
        let written = places
            .iter()
            .filter_map(|place| read.binary_search(place).ok())
            .collect();
        Ok(Self {
            table,
            filter,
            read,
            written,
        })
    }

    /// The columns that are written, in order.
    pub fn columns(&self) -> impl Iterator<Item = &'t ColumnEntry> {
        let table = self.table;
        self.written
            .iter()
            .map(move |&place| &table.columns[self.read[place]])
    }

    /// Writes the names of the columns and the rows, as CSV; gives how many rows.
    ///
    /// # Errors
    /// When a file of the store is not the listed one, and what `out` says.
    pub fn write(&self, store: &StoreFolder, out: &mut dyn Write) -> Result<u64, SelectionError> {
        let first = header(self.columns().map(|column| column.name.as_str()));
        out.write_all(first.as_bytes())
            .map_err(SelectionError::Write)?;
        let mut number = 0;
        store.select(self.table, &self.filter, &self.read, &mut |batch| {
            number += batch.num_rows() as u64;
            rows(batch, &self.written, out)
        })?;
        Ok(number)
    }
}
