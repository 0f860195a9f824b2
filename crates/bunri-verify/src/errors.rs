//! Failure to look. Whatever verification sees is a finding in the report; these are the cases in which it could
//! not look at all.

use std::io;
use std::path::{Path, PathBuf};

use bunri_compare::CompareError;
use bunri_leak::LeakError;
use bunri_work::ForkJoinError;

/// Why verification could not say yes or no.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Staging, or a temporary file, could not be read or written.
    #[error(transparent)]
    Columnar(#[from] bunri_columnar::ColumnarError),
    /// Staging could not be decided again.
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
    /// No randomness for the fingerprint key.
    #[error(transparent)]
    Key(#[from] bunri_fingerprint::KeyError),
    /// A file could not be audited, or should not be handed to a reader.
    #[error(transparent)]
    Residue(#[from] bunri_residue::ResidueError),
    /// A temporary index reads back differently from what was written.
    #[error("a temporary index reads back differently from what was written; check the disk")]
    Index,
    /// The report could not be written down.
    #[error("cannot write the report: {0}")]
    Report(#[from] serde_json::Error),
    /// A record could not be made.
    #[error(transparent)]
    Record(#[from] bunri_records::RecordError),
    /// The observer asked to stop.
    #[error("interrupted; run `bunri verify` again")]
    Interrupted,
    /// A thread panicked while it held what all threads share: a bug.
    #[error("a thread ended with a bug while it held what all threads share; please report it")]
    LockPoisoned,
}

/// Why a unit did not come to its end.
impl From<ForkJoinError<VerifyError>> for VerifyError {
    fn from(error: ForkJoinError<VerifyError>) -> Self {
        match error {
            ForkJoinError::Task(error) => error,
            ForkJoinError::NotMade => Self::Interrupted,
            ForkJoinError::Poisoned => Self::LockPoisoned,
        }
    }
}

/// What kept a store from being compared is told as what keeps anything from it.
impl From<CompareError> for VerifyError {
    fn from(error: CompareError) -> Self {
        match error {
            CompareError::Columnar(source) => Self::Columnar(source),
            CompareError::Redecide(source) => Self::Redecide(source),
            CompareError::Io {
                action,
                path,
                source,
            } => Self::Io {
                action,
                path,
                source,
            },
            CompareError::Arrow { table, source } => Self::Arrow { table, source },
            CompareError::Type(source) => Self::Type(source),
            CompareError::Residue(source) => Self::Residue(source),
            CompareError::Index => Self::Index,
            CompareError::Interrupted => Self::Interrupted,
            CompareError::LockPoisoned => Self::LockPoisoned,
        }
    }
}

/// What kept C5 from looking is told as what keeps any claim from it.
impl From<LeakError> for VerifyError {
    fn from(error: LeakError) -> Self {
        match error {
            LeakError::Columnar(source) => Self::Columnar(source),
            LeakError::Random(source) => Self::Key(source.into()),
            LeakError::Variants(source) => Self::Report(source),
            LeakError::Index => Self::Index,
            LeakError::Interrupted => Self::Interrupted,
        }
    }
}

impl VerifyError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
