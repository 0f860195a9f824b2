//! Why a noninterference run could not look. What it saw is in its record; nothing here holds a record's value.

use std::io;
use std::path::{Path, PathBuf};

use bunri_columnar::ColumnarError;
use bunri_fingerprint::{KeyError, UnsupportedType};
use bunri_manifest::ManifestError;
use bunri_redecide::RedecideError;
use bunri_split::SplitError;

/// A run that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// Staging could not be read, or a perturbed one not written.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// The evaluator could not decide a staging.
    #[error(transparent)]
    Redecide(#[from] RedecideError),
    /// The splitter failed.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A record could not be made.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// No randomness for the key of the digests.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A staged column is of no known type.
    #[error(transparent)]
    Type(#[from] UnsupportedType),
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
    /// A batch did not have the form that was asked for.
    #[error("table `{table}`: {source}")]
    Arrow {
        /// The table's id.
        table: String,
        /// Why not.
        source: arrow_schema::ArrowError,
    },
    /// A table's id makes no file name.
    #[error("{0}")]
    Name(&'static str),
    /// There is no store to speak of.
    #[error(
        "there is no complete retail store in `{}`, and the proof speaks of one; run `bunri split` first",
        path.display()
    )]
    NoStore {
        /// Where it should be.
        path: PathBuf,
    },
    /// A sample of nothing.
    #[error("a sample has at least one supply point, and a proof at least one pair")]
    Nothing,
    /// Every draw of a pair changed what retail must hold.
    #[error(
        "pair {pair}: table `{table}` could not be perturbed without changing what retail must hold, although no rule \
         reads what was changed; this is a bug in `bunri prove` or in the evaluator"
    )]
    Unsettled {
        /// The pair, from 1.
        pair: u64,
        /// The table's id.
        table: String,
    },
    /// The observer asked to stop.
    #[error("interrupted; run `bunri prove` again")]
    Interrupted,
}

impl ProveError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    pub(crate) fn arrow(table: &str) -> impl FnOnce(arrow_schema::ArrowError) -> Self {
        let table = table.to_owned();
        move |source| Self::Arrow { table, source }
    }
}
