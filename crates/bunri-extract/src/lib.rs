//! Legacy sources to staging: every table of the catalogue, typed, in key order, with the source's own
//! counts and sums beside it. Of the catalogue only names, types and keys are used, so a changed class or
//! row rule never reads the legacy system again.

mod custody;
mod earlier;
mod halt;
mod key;
mod output;
mod rejects;
mod rows;
mod run;
mod seam;
mod sorted;
mod table;
#[cfg(test)]
mod tests;
mod worker;

use std::path::PathBuf;

use bunri_columnar::ColumnarError;
use bunri_job::Source;
use bunri_manifest::{Blake3Hex, ManifestError, StagedTable, StagingManifest, TableDelta};
use bunri_source::SourceError;

pub use bunri_source::SourceState;
pub use earlier::{EarlierSeen, look_at_earlier};
pub use run::{Standing, extract, extract_since, reopen, standing};

/// The source that a run is bound to.
#[derive(Debug, Clone, Copy)]
pub struct BoundSource<'a> {
    /// Where it is.
    pub source: &'a Source,
    /// Its state, as whoever binds the run has taken it. What is read must be it.
    pub state: &'a SourceState,
}

/// How much of the machine extraction may use, which changes no byte of what is written; and how it cuts tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractOptions {
    /// Bytes of memory, about, for all threads together. Tables that must be sorted spill beyond it.
    pub memory: u64,
    /// Tables read at the same time, each over a connection of its own.
    pub threads: usize,
    /// Rows in every part of a table but the last. A constant of the format ([`bunri_columnar::STAGING_PART_ROWS`]); only
    /// tests give another, and no store shows which.
    pub part_rows: usize,
}

/// Values of one column that are not staged as they stand in the source, by the source's own count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadValues {
    /// The table's id.
    pub table: String,
    /// The column.
    pub column: String,
    /// Values that mean nothing, staged as NULL.
    pub nothing: u64,
    /// Values that mean "no end yet".
    pub open: u64,
    /// Integers beside texts.
    pub integers: u64,
}

/// What an extraction came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractStats {
    /// Tables in staging.
    pub tables: usize,
    /// Of these, tables found complete from an earlier run.
    pub tables_kept: usize,
    /// Rows in staging.
    pub rows_staged: u64,
    /// Rows that did not fit their declared types.
    pub rows_rejected: u64,
    /// The tables of which every row was rejected: declared otherwise than the source writes them.
    pub tables_lost: Vec<String>,
    /// The columns with values that are not staged as they stand in the source, most values first.
    pub values_read: Vec<ReadValues>,
    /// The tables that were made of an earlier staging, or were to be, by id.
    pub deltas: Vec<(String, TableDelta)>,
    /// Length of the database file.
    pub source_bytes: u64,
    /// Length of all files written, rejects among them.
    pub staged_bytes: u64,
}

/// A sum of figures that stood in a file.
fn whole(figures: impl Iterator<Item = u64>) -> u64 {
    figures.fold(0, u64::saturating_add)
}

fn values_read(manifest: &StagingManifest) -> Vec<ReadValues> {
    let columns = manifest.tables.iter().flat_map(|table| {
        let totals = table.totals.iter();
        totals.map(|total| ReadValues {
            table: table.id.clone(),
            column: total.column.clone(),
            nothing: total.nothing,
            open: total.open,
            integers: total.integers,
        })
    });
    let all =
        |values: &ReadValues| whole([values.nothing, values.open, values.integers].into_iter());
    let mut columns: Vec<ReadValues> = columns.filter(|values| all(values) > 0).collect();
    // Stable: columns with as many values stay in the order of the catalogue.
    columns.sort_by_key(|values| std::cmp::Reverse(all(values)));
    columns
}

fn tables_lost(manifest: &StagingManifest) -> Vec<String> {
    let lost = manifest.tables.iter().filter(|table| {
        let rejected = table.rejects.as_ref().map_or(0, |file| file.rows);
        table.rows() == 0 && rejected > 0
    });
    lost.map(|table| table.id.clone()).collect()
}

impl ExtractStats {
    fn of(manifest: &StagingManifest, tables_kept: usize) -> Self {
        let tables = || manifest.tables.iter();
        let rejects = || {
            manifest
                .tables
                .iter()
                .filter_map(|table| table.rejects.as_ref())
        };
        Self {
            tables: manifest.tables.len(),
            tables_kept,
            rows_staged: whole(tables().map(StagedTable::rows)),
            rows_rejected: whole(rejects().map(|file| file.rows)),
            tables_lost: tables_lost(manifest),
            values_read: values_read(manifest),
            deltas: tables()
                .filter_map(|table| Some((table.id.clone(), table.delta.clone()?)))
                .collect(),
            source_bytes: manifest.source.bytes,
            staged_bytes: whole(
                tables()
                    .flat_map(StagedTable::all_files)
                    .map(|file| file.bytes),
            ),
        }
    }
}

/// Why there is no staging.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The source is not what the catalogue describes: every difference.
    #[error("the source and the catalogue differ:\n{}", .0.join("\n"))]
    Schema(Vec<String>),
    /// Rows break the keys that the catalogue declares: every table that does.
    #[error("the source breaks keys that the catalogue declares:\n{}", .0.join("\n"))]
    Keys(Vec<String>),
    /// The source cannot be read, or not at rest.
    #[error(transparent)]
    Source(SourceError),
    /// Another file took the source's name after the run was bound to it.
    #[error(
        "`{place}` is not what this run is bound to: its blake3 was {bound}, and is {found}; nothing was read. \
         Run again when nobody replaces it"
    )]
    OtherSource {
        /// The file or server.
        place: String,
        /// The digest that the run is bound to.
        bound: Blake3Hex,
        /// The digest of what lies there now.
        found: Blake3Hex,
    },
    /// The earlier run that `[delta]` names is not one that rows can be taken from.
    #[error(
        "`[delta]`: `{}`: {why}; name another run, or leave `[delta]` out: everything is read then", path.display()
    )]
    Earlier {
        /// What was looked at.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Rows changed, and the column that should say so does not.
    #[error(
        "table `{table}`: of {sampled} rows that are unchanged by `{changed_at}`, {differing} differ from the earlier run's{}; \
         somebody writes without touching that column. Take the table out of `[delta.changed_at]`, or say `on_difference = \
         \"read whole\"`: it is read whole then",
        in_columns(columns)
    )]
    ChangedUnsaid {
        /// The table's id.
        table: String,
        /// The column that is believed.
        changed_at: String,
        /// Rows that were compared.
        sampled: u64,
        /// Of these, rows that differ, or that would be rejected now.
        differing: u64,
        /// In which columns, with how many rows.
        columns: Vec<(String, u64)>,
    },
    /// Staging cannot be written.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// The manifest cannot be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Another extraction stands there complete, or one that was damaged.
    #[error("`{}`: {difference}; give an empty custody folder, or remove this staging folder", path.display())]
    Occupied {
        /// The manifest of that extraction.
        path: PathBuf,
        /// What differs.
        difference: String,
    },
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] std::io::Error),
    /// Somebody asked to stop. Tables that were complete are kept for the next run.
    #[error("interrupted; run again to go on")]
    Interrupted,
}

fn in_columns(columns: &[(String, u64)]) -> String {
    let told = columns
        .iter()
        .map(|(name, rows)| format!("{name} ({rows})"));
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(" in {}", told.join(", "))
    }
}

impl From<SourceError> for ExtractError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Interrupted => Self::Interrupted,
            error => Self::Source(error),
        }
    }
}
