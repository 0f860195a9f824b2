//! Why a comparison could not be made. Whatever is wrong with a store is a finding.

use std::io;
use std::path::{Path, PathBuf};

use bunri_work::ReorderError;

/// Why a store could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A temporary file could not be read or written.
    #[error(transparent)]
    Columnar(#[from] bunri_columnar::ColumnarError),
    /// What must be there could not be made.
    #[error(transparent)]
    Redecide(#[from] bunri_redecide::RedecideError),
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
    /// A file could not be audited, or should not be handed to a reader.
    #[error(transparent)]
    Residue(#[from] bunri_residue::ResidueError),
    /// A temporary index reads back differently from what was written.
    #[error("a temporary index reads back differently from what was written; check the disk")]
    Index,
    /// The observer asked to stop, or another unit of the table has failed.
    #[error("interrupted")]
    Interrupted,
    /// A thread panicked while it held what all threads share: a bug.
    #[error("a thread ended with a bug while it held what all threads share; please report it")]
    LockPoisoned,
}

/// Why rows were not made again.
impl From<ReorderError<CompareError>> for CompareError {
    fn from(error: ReorderError<CompareError>) -> Self {
        match error {
            ReorderError::Taker(error) => error,
            // Another unit of the table has failed, and says why.
            ReorderError::GivenUp => Self::Interrupted,
            ReorderError::Poisoned => Self::LockPoisoned,
        }
    }
}

impl CompareError {
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
