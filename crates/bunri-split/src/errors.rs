//! Why a split stops. Nothing here holds a record's value.

use std::path::PathBuf;

use bunri_columnar::{ColumnarError, Observer};
use bunri_index::{IndexError, KeyError};
use bunri_manifest::ManifestError;
use bunri_text::Problems;
use bunri_vectorized::VectorizedError;
use bunri_work::{ForkJoinError, ReorderError};

/// A split that did not happen. What was committed stays and is found again by a rerun.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// Reading staging or writing a store failed.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// A manifest could not be made.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A ledger row, or one that others refer to, whose key cannot be told.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A decision could not be computed: a bug.
    #[error(transparent)]
    Vectorized(#[from] VectorizedError),
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
    /// A unit's task that cannot be done here, or whose results are not those of the task.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// Asked to stop.
    #[error("interrupted; run again to resume")]
    Interrupted,
}

/// A unit's task that is refused, before a row is decided, or whose results are. Nothing was written of it.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The text is not a task.
    #[error("not a unit's task: {0}")]
    Malformed(serde_json::Error),
    /// A task of another format.
    #[error("task format `{}` where this version reads `bunri.split-task/1`", .found.escape_debug())]
    Format {
        /// What stood there.
        found: String,
    },
    /// Written by another version, or about another catalogue or job than those here.
    #[error(
        "the task of table `{}` is of another {what} than there is here; do it with the {what} that it was written with",
        .table.escape_debug()
    )]
    Other {
        /// The table's id.
        table: String,
        /// What differs.
        what: &'static str,
    },
    /// A table or a store of which the catalogue knows nothing.
    #[error("the task names the {what} `{}`, which the catalogue does not have", .name.escape_debug())]
    Unknown {
        /// Table or store.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A file that the task names is not here, or not what it was.
    #[error(
        "`{}` is not the file that the task of table `{table}` was written for; bring it here from the run's custody again",
        path.display()
    )]
    File {
        /// The table's id.
        table: String,
        /// The file.
        path: PathBuf,
    },
    /// What came back cannot be of the unit's rows.
    #[error(
        "table `{table}`: what came back of one of its units is not of its rows: {what}; see to it that every machine has the \
         version of bunri that there is here, and run again"
    )]
    Results {
        /// The table's id.
        table: String,
        /// Why not.
        what: &'static str,
    },
}

/// Asked to stop?
pub(crate) fn stop_if_cancelled(observer: &dyn Observer) -> Result<(), SplitError> {
    if observer.cancelled() {
        Err(SplitError::Interrupted)
    } else {
        Ok(())
    }
}

/// Why a unit did not come to its end.
impl From<ForkJoinError<SplitError>> for SplitError {
    fn from(error: ForkJoinError<SplitError>) -> Self {
        match error {
            ForkJoinError::Task(error) => error,
            ForkJoinError::NotMade => Self::Interrupted,
            ForkJoinError::Poisoned => Self::LockPoisoned,
        }
    }
}

/// Why rows did not come to their store's files.
impl From<ReorderError<SplitError>> for SplitError {
    fn from(error: ReorderError<SplitError>) -> Self {
        match error {
            ReorderError::Taker(error) => error,
            ReorderError::GivenUp => Self::Interrupted,
            ReorderError::Poisoned => Self::LockPoisoned,
        }
    }
}

/// Whatever stops the asking of others stops the split, for the same reason.
impl From<IndexError> for SplitError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Columnar(error) => Self::Columnar(error),
            IndexError::Vectorized(error) => Self::Vectorized(error),
            IndexError::Key(error) => Self::Key(error),
            IndexError::LockPoisoned => Self::LockPoisoned,
            IndexError::OtherLines { table } => Self::Task(TaskError::Results {
                table,
                what: "the lines for the table's children have another form",
            }),
            IndexError::Interrupted => Self::Interrupted,
        }
    }
}
