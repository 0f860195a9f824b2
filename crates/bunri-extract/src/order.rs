//! How rows come in key order: from SQLite where an index gives that for little, else sorted here. The
//! choice is about speed alone; the rows and their order are the same either way.

use bunri_catalogue::Table;
use rusqlite::Connection;

use crate::ExtractError;
use crate::source::Reader;
use crate::sql::{self, Access};

/// How far the probe follows an index.
const PROBED_ROWS: u32 = 20_000;
/// More than one step back in so many rows, and following the index would read the table page by page at
/// random.
const FEWEST_ROWS_A_STEP_BACK: u64 = 8;

/// The statement that makes SQLite read the table in key order for little; [`None`]: sort here.
pub(crate) fn cheap(reader: &Reader, table: &Table) -> Result<Option<String>, ExtractError> {
    if table.key.is_empty() {
        return Ok(None);
    }
    let ordered = format!(
        "{} {}",
        sql::select_all(table, Access::Any),
        order_by(table)
    );
    let wrap = reader.error(&format!("plan the reading of table \"{}\"", table.name));
    let cheap = match way(&reader.connection, &ordered).map_err(&wrap)? {
        Way::Straight => true,
        Way::Index => follows_table(&reader.connection, table).map_err(&wrap)?,
        Way::Sorts => false,
    };
    Ok(cheap.then_some(ordered))
}

/// By the bytes of texts: an index with another collation does not give that order.
fn order_by(table: &Table) -> String {
    let terms: Vec<String> = table
        .key
        .iter()
        .map(|&column| format!("{} COLLATE BINARY", sql::column(&table.columns[column])))
        .collect();
    format!("ORDER BY {}", terms.join(", "))
}

/// What SQLite would do for an `ORDER BY`.
enum Way {
    /// Read the table, or an index that holds every column, from one end to the other.
    Straight,
    /// Follow an index and look up each row in the table.
    Index,
    /// Sort in a temporary B-tree, which our own sorter does within the memory that it is given.
    Sorts,
}

fn way(connection: &Connection, select: &str) -> rusqlite::Result<Way> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {select}"))?;
    let steps = statement.query_map([], |row| row.get::<_, String>("detail"))?;
    let steps: Vec<String> = steps.collect::<Result<_, _>>()?;
    Ok(match steps.as_slice() {
        [step] if step.contains("USING INDEX") => Way::Index,
        [step] if step.starts_with("SCAN ") => Way::Straight,
        _ => Way::Sorts,
    })
}

/// Whether the first rows of the index lie in the table in about the same order.
fn follows_table(connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
    let from = sql::from(table, Access::Any);
    let probe = format!(
        "SELECT t._rowid_ {from} {} LIMIT {PROBED_ROWS}",
        order_by(table)
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
