//! Failure to look. Whatever is wrong with a file is a finding; these are the cases in which nobody could look at it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the audit could not say yes or no.
#[derive(Debug, thiserror::Error)]
pub enum ResidueError {
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
    /// A file that is no store's should not be handed to a reader.
    #[error("the staged file `{}` cannot be read safely ({rule}, {why}); extract again into an empty folder", path.display())]
    Hostile {
        /// Where.
        path: PathBuf,
        /// What is wrong with it: the rule's word.
        rule: &'static str,
        /// Which part of it.
        why: String,
    },
}

impl ResidueError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
