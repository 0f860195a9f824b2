//! A plan (`plan.json`, `schemas/plan.schema.json`): what a run would do, counted before it does it. Typed, written and read back;
//! names and counts only, never a value of a record.

use bunri_manifest::{Blake3Hex, Source};
use serde::{Deserialize, Serialize};

use crate::comparison::Comparison;
use crate::report::{CatalogueReport, SaidBy, StoreReference};
use crate::waiting::WaitingGroup;

/// What is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`Plan::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// The day of the cutover.
    pub cutover: String,
    /// The classification that decides.
    pub catalogue: CatalogueReport,
    /// The source, as staging names it; [`None`] without staging.
    pub source: Option<Source>,
    /// BLAKE3 of the manifest of staging; [`None`]: nothing was counted, and the plan says what the catalogue alone tells.
    pub staging_manifest: Option<Blake3Hex>,
    /// BLAKE3 of the decisions that the job names.
    pub decisions: Option<Blake3Hex>,
    /// What this plan does not know, and why.
    pub not_known: Vec<NotKnown>,
    /// By id.
    pub tables: Vec<PlannedTable>,
    /// References between tables that would dangle, those with most rows in the companies' stores first.
    pub references: Vec<PlannedReference>,
    /// Columns whose class rests on no basis; a cutover refuses them.
    pub without_basis: Vec<OpenColumn>,
    /// What would wait in the quarantine.
    pub waiting: Vec<WaitingGroup>,
    /// What changes against an earlier catalogue or job.
    pub changes: Option<Comparison>,
    /// Views and queries of the legacy system, by origin and name.
    pub queries: Vec<QueryReport>,
    /// Who can read withheld columns in the source today.
    pub grants: String,
    /// Disk, memory and time.
    pub cost: PlannedCost,
    /// What a rerun would do again.
    pub rerun: Vec<RerunStep>,
}

/// Something that a plan does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotKnown {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// Rows by whose they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnershipRows {
    /// The incumbent's customers.
    pub own: u64,
    /// Others' or nobody's.
    pub other: u64,
    /// For a person to decide.
    pub undecided: u64,
    /// Public codes.
    pub reference: u64,
}

/// What a store would hold of the rows of one ownership: the destination matrix has a line for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// `own`, `other`, `undecided`, `reference`.
    pub ownership: String,
    /// `retail`, `transmission`, `quarantine`.
    pub store: String,
    /// Rows.
    pub rows: u64,
    /// Cells that are not NULL; without the reason that the quarantine adds.
    pub cells: u64,
    /// Bytes of their values before any compression.
    pub bytes: u64,
}

/// Values of one column by ownership and class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCells {
    /// `own`, `other`, `undecided`, `reference`.
    pub ownership: String,
    /// The class.
    pub class: String,
    /// Cells of staging that are not NULL.
    pub cells: u64,
    /// Of these, in retail.
    pub retail: u64,
    /// Of these, in transmission.
    pub transmission: u64,
    /// Of these, in quarantine.
    pub quarantine: u64,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedColumn {
    /// Its name.
    pub column: String,
    /// Its class as the catalogue says it; conditions may make it stricter, row by row.
    pub class: String,
    /// Its own basis, or that of its table.
    pub basis: Option<String>,
    /// By ownership and class; empty where nothing was counted.
    pub cells: Vec<PlannedCells>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTable {
    /// Its id.
    pub table: String,
    /// Staged rows by whose they are; [`None`] where nothing was counted.
    pub rows: Option<OwnershipRows>,
    /// Rows that did not fit their declared types.
    pub rejected: u64,
    /// Bytes of its files in staging.
    pub staged_bytes: u64,
    /// The stores that have the table at all, by the catalogue.
    pub stores: Vec<String>,
    /// By ownership and store.
    pub destinations: Vec<Destination>,
    /// In the order of the catalogue.
    pub columns: Vec<PlannedColumn>,
}

/// A reference between tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedReference {
    /// The id of the table that refers.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub to: String,
    /// Its columns.
    pub references: Vec<String>,
    /// Who says so.
    pub said_by: Vec<SaidBy>,
    /// Why it was not followed, where it was not.
    pub not_followed: Option<String>,
    /// By store.
    pub stores: Vec<StoreReference>,
}

/// A column for which somebody has something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenColumn {
    /// The table's id.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its class as the catalogue says it.
    pub class: String,
}

/// How a query reads a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadAs {
    /// It stands in the result, or something is made of it that does.
    Shown,
    /// Rows are chosen by it.
    Filter,
    /// Tables are joined by it.
    Join,
    /// Rows are grouped by it.
    Group,
    /// Rows are put in order by it.
    Order,
}

/// How much of a column a store would have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Every cell of every row.
    Whole,
    /// Some cells: those of own rows, or those that a condition leaves.
    Part,
    /// Keyed hashes of some cells in their place.
    Hashed,
    /// Nothing.
    Nothing,
}

/// A column that a query reads, and that a company's store would not have whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithheldRead {
    /// The table's id.
    pub table: String,
    /// The column.
    pub column: String,
    /// How it is read.
    pub read_as: ReadAs,
    /// What retail would have of it.
    pub retail: Extent,
    /// What transmission would have of it.
    pub transmission: Extent,
}

/// Where a query comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryOrigin {
    /// A view of the source.
    View,
    /// A file that was given.
    File,
}

/// What a statement of the legacy system would meet in the stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryReport {
    /// A view, or a file.
    pub origin: QueryOrigin,
    /// The view's name, or the file below the folder that was given.
    pub name: String,
    /// The number of the statement, from 1.
    pub statement: u64,
    /// What was not understood, in sentences. A statement with any is *unknown*, never clean.
    pub unknown: Vec<String>,
    /// The columns that it reads and that a company's store would not have whole.
    pub reads: Vec<WithheldRead>,
    /// How many columns it reads that both companies' stores would have whole.
    pub reads_whole: u64,
}

/// What a stage took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredStage {
    /// `extract`, `split`, `verify`.
    pub stage: String,
    /// Seconds from its beginning to its end.
    pub seconds: u64,
}

/// Disk, memory and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCost {
    /// Rows of staging.
    pub rows: u64,
    /// Bytes of the files of staging.
    pub staged_bytes: u64,
    /// Bytes of the values of staging before any compression.
    pub value_bytes: u64,
    /// About so many bytes of disk for each store: its values, compressed as well as those of staging are.
    pub store_bytes: Vec<StoreBytes>,
    /// `[limits] memory` of the job, in bytes.
    pub memory: u64,
    /// `[limits] threads` of the job.
    pub threads: u64,
    /// What the last run of each stage took, by the job's journal; empty where it does not tell.
    pub measured: Vec<MeasuredStage>,
}

/// About so much disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreBytes {
    /// `retail`, `transmission`, `quarantine`.
    pub store: String,
    /// Bytes.
    pub bytes: u64,
}

/// What becomes of earlier work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RerunStep {
    /// `extract`, `split`, `verify`.
    pub stage: String,
    /// Whether its work stands.
    pub stands: bool,
    /// Why.
    pub why: String,
}

impl Plan {
    /// The format this version writes.
    pub const FORMAT: &str = "bunri.plan/1";

    /// The plan's bytes: the same for the same inputs.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Rows, cells and bytes that a store would hold of a table.
    #[must_use]
    pub fn of_store(&self, table: &PlannedTable, store: &str) -> (u64, u64, u64) {
        let here = table.destinations.iter().filter(|it| it.store == store);
        here.fold((0, 0, 0), |(rows, cells, bytes), it| {
            (
                rows + it.rows,
                cells + it.cells,
                bytes.saturating_add(it.bytes),
            )
        })
    }
}
