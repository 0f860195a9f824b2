//! Why a hand-over is not made. No value of a record in any of it.

use std::io;
use std::path::{Path, PathBuf};

use bunri_evidence::{EnvelopeError, KeyError};
use bunri_selection::SelectionError;

/// Why a hand-over is not made.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// The store.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// Another store than the recipient's.
    #[error(
        "recipient `{recipient}` is answered from the {wanted} store, and `{}` is the {found} store", path.display()
    )]
    OtherStore {
        /// The recipient.
        recipient: String,
        /// The recipient's store.
        wanted: &'static str,
        /// What the manifest says.
        found: String,
        /// The folder.
        path: PathBuf,
    },
    /// No such table.
    #[error("the {store} store holds no table `{table}`: it answers no purpose that names it")]
    NoTable {
        /// The store.
        store: String,
        /// The table.
        table: String,
    },
    /// A count about one point.
    #[error(
        "`{0}` is a part of the table's key: a count of what is asked by key says something of one point; take it out of the purpose's `asks`"
    )]
    CountByKey(String),
    /// Rows of no count.
    #[error(
        "{0} rows are in none of the purpose's counts: add a count for them, or say `others = \"ignored\"` in the register"
    )]
    Uncounted(u64),
    /// Rows of two counts.
    #[error("{0} rows are in more than one of the purpose's counts: a row is counted once")]
    CountedTwice(u64),
    /// A key that approves nothing of this.
    #[error("this key is not one of `{0}`, who approve this purpose: nothing was handed over")]
    NotApprover(String),
    /// Inside the store.
    #[error("`{}` lies in the store's folder, where nothing but the store may lie: name another place", .0.display())]
    InStore(PathBuf),
    /// Another hand-over under the same name.
    #[error("`{}` is there already and is another file: a hand-over is never overwritten; remove it, or name another folder", .0.display())]
    Occupied(PathBuf),
    /// An envelope that says something else.
    #[error("`{}` is there already and is not the signature of this hand-over", .0.display())]
    OtherEnvelope(PathBuf),
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
    #[error("the manifest cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl HandoverError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
