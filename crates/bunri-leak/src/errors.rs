//! Failure to look. Whatever the search sees is a finding; these are the cases in which it could not look.

use std::io;
use std::path::{Path, PathBuf};

/// Why the search could not say yes or no.
#[derive(Debug, thiserror::Error)]
pub enum LeakError {
    /// A temporary file could not be sorted, or staging not be read.
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
    /// No randomness for the secret of the hashes.
    #[error("the operating system gave no randomness: {0}")]
    Random(getrandom::Error),
    /// The table of spelling variants that was built in cannot be read.
    #[error("cannot read the table of spelling variants: {0}")]
    Variants(#[from] serde_json::Error),
    /// A temporary file reads back differently from what was written.
    #[error("a temporary file reads back differently from what was written; check the disk")]
    Index,
    /// The observer asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl LeakError {
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
