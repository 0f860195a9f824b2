//! Why a log could not be looked at.

use std::io;
use std::path::PathBuf;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A file cannot be read.
    #[error("`{}`: the log cannot be read behind line {lines}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Lines before.
        lines: u64,
        /// Why.
        source: io::Error,
    },
    /// A packed file ends too early, or is damaged.
    #[error("`{}`: it cannot be unpacked behind line {lines}: it ends too early or is damaged; fetch it again", path.display())]
    Packed {
        /// The file.
        path: PathBuf,
        /// Lines before.
        lines: u64,
        /// Why.
        source: io::Error,
    },
    /// A file is not of the declared form.
    #[error("`{}`: {what}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// SQLite cannot read the table.
    #[error("`{}`: SQLite cannot read the log's table `{table}`", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// The table.
        table: String,
        /// Why.
        source: rusqlite::Error,
    },
    /// More than may be held in memory.
    #[error(
        "the log has more than {most} {what}: raise `most_held`, or look at fewer files at one time"
    )]
    Bound {
        /// Of what.
        what: &'static str,
        /// How many may be held.
        most: usize,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}
