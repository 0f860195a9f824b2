//! Why nothing, or not everything, was deleted. Names files, never a value.

use std::io;
use std::path::{Path, PathBuf};

use bunri_evidence::{EnvelopeError, KeyError, RunsError};

/// Why a run was not retired.
#[derive(Debug, thiserror::Error)]
pub enum RetireError {
    /// A link, or no file.
    #[error("`{}` is a link, or neither a file nor a folder: nothing is deleted where one lies; find out who put it there", .0.display())]
    NotAFile(PathBuf),
    /// Something that was not listed when the record was signed.
    #[error("`{}` is not in the signed record of what is deleted: it came later; move it away and run again", .0.display())]
    Foreign(PathBuf),
    /// There is no run.
    #[error("the ledger of runs has no run: nothing was verified here, and nothing is retired")]
    NoRun,
    /// The ledger.
    #[error("the ledger of runs cannot be believed: {0}")]
    Runs(#[from] RunsError),
    /// A key that does not answer for runs.
    #[error("this key is not one of `operator` in `[evidence]`, who signs what is deleted")]
    NotOperator,
    /// A record of something else.
    #[error("`{}` is not the record of this run's deletion: {why}", path.display())]
    OtherRecord {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// An envelope that cannot be read.
    #[error("`{}`: {source}", path.display())]
    Envelope {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: EnvelopeError,
    },
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file system.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Of what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Never in practice.
    #[error("the record cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl RetireError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
