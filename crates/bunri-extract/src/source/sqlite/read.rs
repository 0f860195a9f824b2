//! Rows and their values, as SQLite stores them.

use bunri_catalogue::Table;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::{Reader, sql};
use crate::ExtractError;
use crate::source::{ObjectKind, Query, RowSink, SourceRow, SourceValue};

/// Every row, in whatever order SQLite likes.
pub(in crate::source) fn in_any_order(table: &Table, kind: ObjectKind) -> Query {
    Query(sql::select_all(table, &sql::from(table, kind)))
}

impl Reader {
    /// Gives the sink every row of the answer, until it wants no more.
    pub(in crate::source) fn read(
        &self,
        table: &Table,
        query: &Query,
        sink: &mut impl RowSink,
    ) -> Result<(), ExtractError> {
        let wrap = self.error(&format!("read table \"{}\"", table.name));
        let mut statement = self.connection.prepare(&query.0).map_err(&wrap)?;
        let mut rows = statement.query([]).map_err(&wrap)?;
        while let Some(row) = rows.next().map_err(&wrap)? {
            if !sink.take(&SqliteRow { row, wrap: &wrap })? {
                break;
            }
        }
        Ok(())
    }
}

/// The row that a statement stands at.
struct SqliteRow<'a, F> {
    row: &'a Row<'a>,
    wrap: &'a F,
}

impl<F: Fn(rusqlite::Error) -> ExtractError> SourceRow for SqliteRow<'_, F> {
    fn value(&self, column: usize) -> Result<SourceValue<'_>, ExtractError> {
        Ok(match self.row.get_ref(column).map_err(self.wrap)? {
            ValueRef::Null => SourceValue::Null,
            ValueRef::Integer(number) => SourceValue::Integer(number),
            ValueRef::Real(number) => SourceValue::Real(number),
            ValueRef::Text(bytes) => SourceValue::Text(bytes),
            ValueRef::Blob(bytes) => SourceValue::Blob(bytes),
        })
    }
}
