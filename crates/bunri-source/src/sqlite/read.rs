//! Rows and their values, as SQLite stores them.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, params_from_iter};

use super::{Reader, sql};
use bunri_source_model::SourceError;
use bunri_source_model::{ObjectKind, Query, RowSink, SourceRow, SourceValue};

/// Every row, in whatever order SQLite likes.
pub(crate) fn in_any_order(table: &Table, kind: ObjectKind) -> Query {
    Query {
        text: sql::select_all(table, &sql::from(table, kind)),
        behind: Vec::new(),
    }
}

impl Reader {
    /// Gives the sink every row of the answer, until it wants no more.
    pub(crate) fn read<S: RowSink>(
        &self,
        table: &Table,
        query: &Query,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        self.read_statement(&table.name, &query.text, &query.behind, sink)
    }

    /// Gives the sink the rows of a statement; `behind` are the values of its parameters.
    pub(super) fn read_statement<S: RowSink>(
        &self,
        table: &str,
        statement: &str,
        behind: &[RawValue],
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let wrap = self.error(&format!("read table \"{table}\""));
        let mut statement = self.connection.prepare(statement).map_err(&wrap)?;
        // What cannot be bound is compared as NULL, behind which nothing comes: too few rows are noticed.
        let behind = behind.iter().map(bound);
        let behind = behind.map(|value| value.unwrap_or(Value::Null));
        let mut rows = statement.query(params_from_iter(behind)).map_err(&wrap)?;
        while let Some(row) = rows.next().map_err(&wrap)? {
            if !sink.take(&SqliteRow { row, wrap: &wrap })? {
                break;
            }
        }
        Ok(())
    }
}

/// A value as SQLite compares it; [`None`] for NULL, which comes behind nothing, and for text that is not UTF-8, which no key
/// of a staged row is.
pub(super) fn bound(value: &RawValue) -> Option<Value> {
    match value {
        // SQLite has no exact numbers but integers.
        RawValue::Null | RawValue::TextHex(_) | RawValue::Decimal(_) | RawValue::Unknown => None,
        RawValue::Int(number) => Some(Value::Integer(*number)),
        RawValue::Real(text) => text.parse().ok().map(Value::Real),
        RawValue::Text(text) => Some(Value::Text(text.clone())),
        RawValue::Blob(text) => base16ct::lower::decode_vec(text).ok().map(Value::Blob),
    }
}

/// The row that a statement stands at.
pub(super) struct SqliteRow<'a, F> {
    pub(super) row: &'a Row<'a>,
    pub(super) wrap: &'a F,
}

impl<F: Fn(rusqlite::Error) -> SourceError> SourceRow for SqliteRow<'_, F> {
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError> {
        Ok(match self.row.get_ref(column).map_err(self.wrap)? {
            ValueRef::Null => SourceValue::Null,
            ValueRef::Integer(number) => SourceValue::Integer(number),
            ValueRef::Real(number) => SourceValue::Real(number),
            ValueRef::Text(bytes) => SourceValue::Text(bytes),
            ValueRef::Blob(bytes) => SourceValue::Blob(bytes),
        })
    }
}
