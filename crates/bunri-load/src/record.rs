//! What is written down of a load and of a comparison: the same for the same store and the same target, whatever the time.

use serde::{Deserialize, Serialize};

/// Which store it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadedStore {
    /// `retail`, `transmission` or `quarantine`.
    pub store: String,
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// BLAKE3 of its manifest.
    pub manifest: String,
}

/// Where it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadedPlace {
    /// How it is reached, as far as that is no secret.
    pub address: String,
    /// The schema of its tables.
    pub schema: String,
    /// The installation and the database in it.
    pub database: String,
}

/// What became of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableState {
    /// This load made and filled it.
    Loaded,
    /// This load put it in the place of an earlier store's.
    Replaced,
    /// An earlier load of the same store did. Nobody looked at it now.
    Kept,
}

/// One table of a load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadedTable {
    /// Its id.
    pub id: String,
    /// Its name, in the target too.
    pub name: String,
    /// Rows of the store; the server took as many.
    pub rows: u64,
    /// What became of it.
    pub state: TableState,
}

/// A load, done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadRecord {
    /// [`LoadRecord::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The store.
    pub store: LoadedStore,
    /// The target.
    pub target: LoadedPlace,
    /// In the order of their ids.
    pub tables: Vec<LoadedTable>,
    /// Tables of an earlier store that were removed, by name.
    pub removed: Vec<String>,
}

impl LoadRecord {
    /// The format that this version writes.
    pub const FORMAT: &str = "bunri.load-record/1";

    /// Its bytes: the same for the same content.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        pretty(self)
    }
}

/// What is different between a store and a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceRule {
    /// The target does not have the table.
    TableMissing,
    /// The schema has something with rows that the store does not have.
    TableSurplus,
    /// Under the table's name stands something else than a table.
    NotATable,
    /// The table does not have the column.
    ColumnMissing,
    /// The table has a column that the store's does not have.
    ColumnSurplus,
    /// The columns that both have stand in another order.
    ColumnOrder,
    /// The column is of another type.
    ColumnType,
    /// The primary key is not the store's key.
    KeyDiffers,
    /// Rows of the store that the target does not have.
    RowsMissing,
    /// Rows of the target that the store does not have.
    RowsSurplus,
    /// Rows whose key the target has once more than the store.
    RowsDoubled,
    /// Rows of one key whose cells of this column differ.
    ValueChanged,
}

/// One of them. Never a value of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// What.
    pub rule: DifferenceRule,
    /// The table's name.
    pub table: String,
    /// The column.
    pub column: Option<String>,
    /// Rows that it concerns, where it concerns rows.
    pub rows: Option<u64>,
    /// What the store says, of a type or a key.
    pub expected: Option<String>,
    /// What the target says, of a type or a key.
    pub found: Option<String>,
}

/// One table of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedTable {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Rows of the store.
    pub store_rows: u64,
    /// Rows of the target; none where no table stands.
    pub target_rows: Option<u64>,
    /// Columns whose cells were compared.
    pub columns_compared: u64,
    /// Whether nothing differs.
    pub same: bool,
}

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadedStatus {
    /// The target holds the store.
    Same,
    /// It does not.
    Different,
    /// No difference was seen, and the store has no row.
    NothingCompared,
}

/// A target, held against a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedRecord {
    /// [`ComparedRecord::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The store.
    pub store: LoadedStore,
    /// The target.
    pub target: LoadedPlace,
    /// What it came to.
    pub status: LoadedStatus,
    /// In the order of their ids.
    pub tables: Vec<ComparedTable>,
    /// In the order of tables, rules and columns.
    pub differences: Vec<Difference>,
}

impl ComparedRecord {
    /// The format that this version writes.
    pub const FORMAT: &str = "bunri.loaded/1";

    /// Its bytes: the same for the same content.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        pretty(self)
    }
}

fn pretty<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
