//! Failure to decide: staging that cannot be read, or that nobody can decide. What a store holds instead of what it must
//! hold is no matter of this crate.

use std::io;
use std::path::{Path, PathBuf};

/// Why staging could not be decided again.
#[derive(Debug, thiserror::Error)]
pub enum RedecideError {
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
    /// A temporary index reads back differently from what was written.
    #[error("a temporary index reads back differently from what was written; check the disk")]
    Index,
    /// The observer asked to stop.
    #[error("interrupted; run the same command again")]
    Interrupted,
}

impl RedecideError {
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
