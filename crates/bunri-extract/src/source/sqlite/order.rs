//! How rows come in key order: from SQLite where an index gives that for little, else sorted here. The
//! choice is about speed alone; the rows and their order are the same either way.
//!
//! No value ever comes from an index. Where SQLite follows one, it takes what it needs from there, key and all, and
//! looks at the table for the rest only; a stale entry would give a row another key. So an index says no more
//! than which row is next, and that row is read through a cursor that knows of no index.

use bunri_catalogue::Table;
use rusqlite::Connection;

use super::{Reader, sql};
use crate::ExtractError;
use crate::source::{ObjectKind, Query};

/// How far the probe follows an index.
const PROBED_ROWS: u32 = 20_000;
/// More than one step back in so many rows, and following the index would read the table page by page at
/// random.
const FEWEST_ROWS_A_STEP_BACK: u64 = 8;

impl Reader {
    /// The statement that makes SQLite read the table in key order for little; [`None`]: sort here.
    pub(in crate::source) fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
    ) -> Result<Option<Query>, ExtractError> {
        // What a view does for an order is SQLite's affair, and it may take a temporary B-tree.
        if table.key.is_empty() || kind == ObjectKind::View {
            return Ok(None);
        }
        let from = sql::from_any_index(table);
        let ordered = format!("{} {}", sql::select_all(table, &from), order_by(table, "t"));
        let wrap = self.error(&format!("plan the reading of table \"{}\"", table.name));
        let select = match way(&self.connection, &ordered).map_err(&wrap)? {
            Way::Straight => Some(ordered),
            Way::Index => follows_table(&self.connection, table)
                .map_err(&wrap)?
                .then(|| by_index(table)),
            Way::Sorts => None,
        };
        Ok(select.map(Query))
    }
}

/// The row numbers in the order of an index, and the rows from the table by their numbers.
fn by_index(table: &Table) -> String {
    format!(
        "{} CROSS JOIN {} WHERE t._rowid_ = k._rowid_ {}",
        sql::select_all(
            table,
            &format!("FROM main.{} AS k", sql::quoted(&table.name))
        ),
        sql::named(table, ObjectKind::Table),
        order_by(table, "k")
    )
}

/// By the bytes of texts: an index with another collation does not give that order.
fn order_by(table: &Table, alias: &str) -> String {
    let terms: Vec<String> = table
        .key
        .iter()
        .map(|&column| {
            let name = sql::quoted(&table.columns[column].name);
            format!("{alias}.{name} COLLATE BINARY")
        })
        .collect();
    format!("ORDER BY {}", terms.join(", "))
}

/// What SQLite would do for an `ORDER BY`.
enum Way {
    /// Read the table from one end to the other.
    Straight,
    /// Follow an index, whether or not it holds every column.
    Index,
    /// Sort in a temporary B-tree, which our own sorter does within the memory that it is given.
    Sorts,
}

fn way(connection: &Connection, select: &str) -> rusqlite::Result<Way> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {select}"))?;
    let steps = statement.query_map([], |row| row.get::<_, String>("detail"))?;
    let steps: Vec<String> = steps.collect::<Result<_, _>>()?;
    Ok(match steps.as_slice() {
        [step] if step.contains("USING INDEX") || step.contains("USING COVERING INDEX") => {
            Way::Index
        }
        [step] if step.starts_with("SCAN ") => Way::Straight,
        _ => Way::Sorts,
    })
}

/// Whether the first rows of the index lie in the table in about the same order.
fn follows_table(connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
    let from = sql::from_any_index(table);
    let probe = format!(
        "SELECT t._rowid_ {from} {} LIMIT {PROBED_ROWS}",
        order_by(table, "t")
    );
    // A table may hide its row number behind columns of that name, or have none (WITHOUT ROWID).
    let Ok(mut statement) = connection.prepare(&probe) else {
        return Ok(false);
    };
    let mut rows = statement.query([])?;
    let (mut seen, mut back, mut last) = (0_u64, 0_u64, i64::MIN);
    while let Some(row) = rows.next()? {
        let Ok(number) = row.get::<_, i64>(0) else {
            return Ok(false);
        };
        back += u64::from(number < last);
        seen += 1;
        last = number;
    }
    Ok(back * FEWEST_ROWS_A_STEP_BACK <= seen)
}
