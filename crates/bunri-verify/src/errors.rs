//! Failure to look. Whatever verification sees is a finding in the report; these are the cases in which it could
//! not look at all.

use std::io;
use std::path::{Path, PathBuf};

/// Why verification could not say yes or no.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Staging, or a temporary file, could not be read or written.
    #[error(transparent)]
    Columnar(#[from] bunri_columnar::ColumnarError),
    /// The file system said no.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A batch did not have the form that the catalogue declares.
    #[error("table `{table}`: {source}")]
    Arrow {
        /// The table's id.
        table: String,
        /// Why not.
        source: arrow_schema::ArrowError,
    },
    /// A staged column is of no known type.
    #[error(transparent)]
    Type(#[from] bunri_fingerprint::UnsupportedType),
    /// No randomness for the fingerprint key.
    #[error(transparent)]
    Key(#[from] bunri_fingerprint::KeyError),
    /// A rejected ledger row whose key cannot be read: nobody knows which points are undecided.
    #[error(
        "the rejected row in line {line} of the ledger `{table}` has no readable key, so no row of any supply \
         point can be decided; correct the row in the source and extract again"
    )]
    LedgerKeyUnreadable {
        /// The ledger's id.
        table: String,
        /// Line in the rejects, from 1.
        line: usize,
    },
    /// A rejected row that others refer to, by a column that cannot be read.
    #[error(
        "the rejected row in line {line} of the rejects of `{table}`, to which other tables refer by `{column}`, has no \
         readable value there, so it could be the parent of any row; correct the row in the source and extract again"
    )]
    ParentKeyUnreadable {
        /// The table's id.
        table: String,
        /// The column referred to.
        column: String,
        /// Line in the rejects, from 1.
        line: usize,
    },
    /// A staged ledger row without a key.
    #[error(
        "row {row} of the ledger `{table}` has no key; correct the row in the source and extract again"
    )]
    LedgerKeyNull {
        /// The ledger's id.
        table: String,
        /// Row in staging, from 1.
        row: u64,
    },
    /// A column is rekeyed, and nobody gave the secret.
    #[error("table `{table}`: there is no secret for `rekey = \"{name}\"`")]
    NoSecret {
        /// The table's id.
        table: String,
        /// The name.
        name: String,
    },
    /// Staging is not in key order, or a key is there twice.
    #[error(
        "row {row} of the staged table `{table}` is not after the row before it; extract again"
    )]
    StagingOrder {
        /// The table's id.
        table: String,
        /// Row in staging, from 1.
        row: u64,
    },
    /// Records that were promised in order are not.
    #[error("staged rows are not in key order (found while indexing in `{}`); extract again", folder.display())]
    Order {
        /// The temporary folder.
        folder: PathBuf,
    },
    /// A staged file that should not be handed to a reader.
    #[error("the staged file `{}` cannot be read safely ({rule}, {why}); extract again into an empty folder", path.display())]
    Hostile {
        /// Where.
        path: PathBuf,
        /// What is wrong with it, in the audit's word.
        rule: &'static str,
        /// Which part of it.
        why: String,
    },
    /// A temporary index reads back differently from what was written.
    #[error("a temporary index reads back differently from what was written; check the disk")]
    Index,
    /// The report could not be written down.
    #[error("cannot write the report: {0}")]
    Report(#[from] serde_json::Error),
    /// The observer asked to stop.
    #[error("interrupted; run `bunri verify` again")]
    Interrupted,
    /// A thread of the verification ended without a result.
    #[error("a verification thread of table `{table}` ended without a result; this is a bug")]
    Thread {
        /// The table's id.
        table: String,
    },
}

impl VerifyError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    pub(crate) fn arrow(table: &str) -> impl FnOnce(arrow_schema::ArrowError) -> Self {
        move |source| Self::Arrow {
            table: table.to_owned(),
            source,
        }
    }
}
