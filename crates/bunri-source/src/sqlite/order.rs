//! How rows come in key order: from SQLite where an index gives that for little, else sorted here. The
//! choice is about speed alone; the rows and their order are the same either way.
//!
//! No value ever comes from an index. Where SQLite follows one, it takes what it needs from there, key and all, and
//! looks at the table for the rest only; a stale entry would give a row another key. So an index says no more
//! than which row is next, and that row is read through a cursor that knows of no index.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use rusqlite::Connection;

use super::read::bound;
use super::{Reader, sql};
use bunri_source_model::SourceError;
use bunri_source_model::{ObjectKind, Query};

/// How far the probe follows an index.
const PROBED_ROWS: u32 = 20_000;
/// More than one step back in so many rows, and following the index would read the table page by page at
/// random.
const FEWEST_ROWS_A_STEP_BACK: u64 = 8;

impl Reader {
    /// The statement that makes SQLite read the table in key order for little, all of it or the rows that come behind the row with a
    /// key; [`None`]: sort here. The order is that of `ORDER BY`: storage classes first, then bytes; a column's affinity, which would
    /// change a key that is stored otherwise than the column prefers, can lose or double rows, and then their number or their order is
    /// not right.
    pub(crate) fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        behind: Option<&[RawValue]>,
    ) -> Result<Option<Query>, SourceError> {
        // What a view does for an order is SQLite's affair, and it may take a temporary B-tree.
        if table.key.is_empty() || kind == ObjectKind::View {
            return Ok(None);
        }
        let way = self.way(table)?;
        let Some(key) = behind else {
            return Ok(way.statement(table, "", "").map(|text| Query {
                text,
                behind: Vec::new(),
            }));
        };
        if key.len() != table.key.len() || key.iter().any(|key| bound(key).is_none()) {
            return Ok(None);
        }
        let where_of = |word: &str, alias: &str| {
            let asked = vec!["?"; key.len()].join(", ");
            format!("{word} ({}) > ({asked})", terms(table, alias))
        };
        let Some(text) = way.statement(table, &where_of("WHERE", "t"), &where_of("AND", "k"))
        else {
            return Ok(None);
        };
        let wrap = self.error(&format!("plan the reading of table \"{}\"", table.name));
        let steps = plan(&self.connection, &text).map_err(&wrap)?;
        Ok(way.stays(&steps).then(|| Query {
            text,
            behind: key.to_vec(),
        }))
    }

    /// How SQLite gives a table with a key in its order.
    fn way(&self, table: &Table) -> Result<Way, SourceError> {
        let wrap = self.error(&format!("plan the reading of table \"{}\"", table.name));
        let steps = plan(&self.connection, &straight(table, "")).map_err(&wrap)?;
        match Way::of(&steps) {
            Way::Index if !follows_table(&self.connection, table).map_err(&wrap)? => Ok(Way::Sorts),
            way => Ok(way),
        }
    }
}

/// The rows as SQLite likes to order them.
fn straight(table: &Table, condition: &str) -> String {
    format!(
        "{} {condition} {}",
        sql::select_all(table, &sql::from_any_index(table)),
        order_by(table, "t")
    )
}

/// The row numbers in the order of an index, and the rows from the table by their numbers.
fn by_index(table: &Table, condition: &str) -> String {
    format!(
        "{} CROSS JOIN {} WHERE t._rowid_ = k._rowid_ {condition} {}",
        sql::select_all(
            table,
            &format!("FROM main.{} AS k", sql::quoted(&table.name))
        ),
        sql::named(table, ObjectKind::Table),
        order_by(table, "k")
    )
}

fn order_by(table: &Table, alias: &str) -> String {
    format!("ORDER BY {}", terms(table, alias))
}

/// By the bytes of texts: an index with another collation does not give that order.
fn terms(table: &Table, alias: &str) -> String {
    let terms: Vec<String> = table
        .key
        .iter()
        .map(|&column| {
            let name = sql::quoted(&table.columns[column].name);
            format!("{alias}.{name} COLLATE BINARY")
        })
        .collect();
    terms.join(", ")
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

impl Way {
    fn of(steps: &[String]) -> Self {
        match steps {
            [step] if step.contains("USING INDEX") || step.contains("USING COVERING INDEX") => {
                Self::Index
            }
            [step] if step.starts_with("SCAN ") => Self::Straight,
            _ => Self::Sorts,
        }
    }

    /// The statement that goes this way, with a condition on the table or on the index; [`None`] where rows are sorted.
    fn statement(&self, table: &Table, on_table: &str, on_index: &str) -> Option<String> {
        match self {
            Self::Straight => Some(straight(table, on_table)),
            Self::Index => Some(by_index(table, on_index)),
            Self::Sorts => None,
        }
    }

    /// Whether SQLite goes this way under a condition too: it might sort, or take values from an index that the
    /// condition is about.
    fn stays(&self, steps: &[String]) -> bool {
        match (self, steps) {
            (Self::Straight, [step]) => {
                step.contains("USING INTEGER PRIMARY KEY")
                    || step.contains("USING PRIMARY KEY")
                    || !step.contains(" USING ")
            }
            (Self::Index, [_, row]) => row.contains("USING INTEGER PRIMARY KEY (rowid=?)"),
            (Self::Straight | Self::Index | Self::Sorts, _) => false,
        }
    }
}

/// What SQLite would do, step by step.
pub(super) fn plan(connection: &Connection, select: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {select}"))?;
    // Values that are not bound are NULL, and the plan does not depend on them.
    let steps = statement
        .raw_query()
        .mapped(|row| row.get::<_, String>("detail"));
    steps.collect()
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
