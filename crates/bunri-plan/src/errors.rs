//! Failure to plan: staging that cannot be decided, or a file that cannot be written.

use std::io;
use std::path::{Path, PathBuf};

use bunri_columnar::ColumnarError;
use bunri_redecide::RedecideError;

/// Why nothing was planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Staging, or a file of the plan, could not be read or written.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// Staging could not be decided.
    #[error(transparent)]
    Redecide(#[from] RedecideError),
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
    /// A folder that holds something which no plan has.
    #[error("`{}` holds files that no plan has; name an empty folder, or that of an earlier plan", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
    },
    /// A report could not be written as JSON.
    #[error("a report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The parents of two catalogues, taken together, stand above each other.
    #[error(
        "in one catalogue `{table}` has parents of which it is a parent in the other, so the two cannot be decided side by side; \
         compare plans of both instead"
    )]
    Circle {
        /// A table of the circle, by id.
        table: String,
    },
    /// The observer asked to stop.
    #[error("interrupted; run the same command again")]
    Interrupted,
}

impl PlanError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
