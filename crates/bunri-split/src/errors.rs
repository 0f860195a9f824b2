//! Why a split stops. Nothing here holds a record's value.

use std::path::PathBuf;

use bunri_columnar::ColumnarError;
use bunri_manifest::ManifestError;
use bunri_text::Problems;
use polars::error::PolarsError;

/// A split that did not happen. What was committed stays and is found again by a rerun.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// Reading staging or writing a store failed.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// A manifest could not be made.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A column operation failed, or left a row without an answer: a bug, since the catalogue check admits only
    /// rules that can be decided.
    #[error("table `{table}`: the decision could not be computed: {source}")]
    Polars {
        /// The table's id.
        table: String,
        /// What Polars said.
        source: PolarsError,
    },
    /// A column that rules read was not among those read from staging: a bug.
    #[error(
        "table `{table}`: the column at position {column} was not read, so nothing can be decided by it; please \
         report this as a bug"
    )]
    ColumnNotRead {
        /// The table's id.
        table: String,
        /// Its position in the catalogue, from 0.
        column: usize,
    },
    /// A table was split and nothing is known of what it left in a store: a bug.
    #[error(
        "table `{table}`: there is no record of its files in the {store} store, so no manifest is written; \
         please report this as a bug"
    )]
    NoRecord {
        /// The table's id.
        table: String,
        /// The store.
        store: &'static str,
    },
    /// A thread panicked while it held what all threads share: a bug.
    #[error("a thread ended with a bug while it held what all threads share; please report it")]
    LockPoisoned,
    /// A rejected ledger row whose key cannot be read: nobody knows which point it speaks of.
    #[error(
        "ledger table `{table}`: the key column `{column}` of a rejected row cannot be read, so it is unknown \
         which supply point it speaks of; correct the row in the source (line {line} of its rejects file)"
    )]
    UnreadableLedgerKey {
        /// The table's id.
        table: String,
        /// The key column.
        column: String,
        /// Line in `rejects/<id>.jsonl`, from 1.
        line: usize,
    },
    /// A rejected row that others refer to, by a column that cannot be read: it could be anybody's parent.
    #[error(
        "table `{table}`: the column `{column}`, by which other tables refer to a rejected row, cannot be read, so the \
         row could be the parent of any; correct the row in the source (line {line} of its rejects file)"
    )]
    UnreadableParentKey {
        /// The table's id.
        table: String,
        /// The column referred to.
        column: String,
        /// Line in `rejects/<id>.jsonl`, from 1.
        line: usize,
    },
    /// A staged ledger row without a key: nobody knows which point it speaks of.
    #[error(
        "ledger table `{table}`: row {row} has no key, so it is unknown which supply point it speaks of; correct \
         the row in the source and extract again"
    )]
    LedgerKeyNull {
        /// The table's id.
        table: String,
        /// Row in staging, from 1.
        row: u64,
    },
    /// Decisions that decide nothing: their rows are not there, or not undecided.
    #[error("{0}")]
    Decisions(Problems),
    /// A column is to be rekeyed, and nobody gave the secret.
    #[error("table `{table}`: there is no secret for `rekey = \"{name}\"`")]
    NoSecret {
        /// The table's id.
        table: String,
        /// The name.
        name: String,
    },
    /// Two keys got one hash.
    #[error(
        "table `{table}`: two rows would get the same key in retail; use another secret for its `rekey`"
    )]
    RekeyCollision {
        /// The table's id.
        table: String,
    },
    /// A store folder holds something that this split did not write.
    #[error("`{}` holds files of another job or of an unknown origin; use an empty folder", path.display())]
    ForeignOutput {
        /// The folder or file.
        path: PathBuf,
    },
    /// Asked to stop.
    #[error("interrupted; run again to resume")]
    Interrupted,
}

impl SplitError {
    pub(crate) fn polars(table: &str) -> impl FnOnce(PolarsError) -> Self {
        let table = table.to_owned();
        move |source| Self::Polars { table, source }
    }
}
