//! The rows with some keys, one after the other, where an index finds each for little. As everywhere, an index says which row it is,
//! and the table says what stands in it.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::order::plan;
use super::read::{SqliteRow, bound};
use super::{Reader, sql};
use bunri_source_model::{ObjectKind, RowSink};

impl Reader {
    /// Gives the sink the rows with these keys of a table that has one; `false` where SQLite would look through the whole table for each, or a value
    /// cannot be bound.
    pub(crate) fn read_keys<S: RowSink>(
        &self,
        table: &Table,
        keys: &[Vec<RawValue>],
        sink: &mut S,
    ) -> Result<bool, S::Error> {
        let bound_key = |key: &Vec<RawValue>| {
            let values: Option<Vec<Value>> = key.iter().map(bound).collect();
            values.filter(|values| values.len() == table.key.len())
        };
        let keys: Option<Vec<Vec<Value>>> = keys.iter().map(bound_key).collect();
        let (Some(keys), Some(text)) = (keys, self.by_key(table)) else {
            return Ok(false);
        };
        let wrap = self.error(&format!("read rows of table \"{}\" by key", table.name));
        let mut statement = self.connection.prepare(&text).map_err(&wrap)?;
        for key in keys {
            let mut rows = statement.query(params_from_iter(key)).map_err(&wrap)?;
            while let Some(row) = rows.next().map_err(&wrap)? {
                if !sink.take(&SqliteRow { row, wrap: &wrap })? {
                    return Ok(true);
                }
            }
        }
        Ok(true)
    }

    /// The statement that finds a row by its key through an index, or by its row number where that is the key.
    fn by_key(&self, table: &Table) -> Option<String> {
        let condition = |alias: &str| {
            let terms = table.key.iter().map(|&column| {
                let name = sql::quoted(&table.columns[column].name);
                format!("{alias}.{name} COLLATE BINARY = ?")
            });
            terms.collect::<Vec<_>>().join(" AND ")
        };
        let straight = format!(
            "{} WHERE {}",
            sql::select_all(table, &sql::from_any_index(table)),
            condition("t")
        );
        let by_index = format!(
            "{} CROSS JOIN {} WHERE t._rowid_ = k._rowid_ AND {}",
            sql::select_all(
                table,
                &format!("FROM main.{} AS k", sql::quoted(&table.name))
            ),
            sql::named(table, ObjectKind::Table),
            condition("k")
        );
        // A statement that SQLite does not take (a table without row numbers) is no way to find rows.
        let steps = |text: &str| plan(&self.connection, text).unwrap_or_default();
        let is_straight = |steps: &[String]| match steps {
            [step] => {
                step.contains("USING INTEGER PRIMARY KEY (rowid=?)")
                    || (step.contains("USING PRIMARY KEY (") && step.contains("=?"))
            }
            _ => false,
        };
        let follows = |steps: &[String]| match steps {
            [first, row] => {
                first.starts_with("SEARCH k USING")
                    && first.contains("=?")
                    && row.contains("USING INTEGER PRIMARY KEY (rowid=?)")
            }
            _ => false,
        };
        if is_straight(&steps(&straight)) {
            return Some(straight);
        }
        follows(&steps(&by_index)).then_some(by_index)
    }
}
