//! Why nothing could be looked at.

use std::path::PathBuf;

use bunri_text::Problems;

/// Why the tables of a system could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    /// What somebody wrote does not fit: the incident file, or a row of a table that it names.
    #[error("{0}")]
    Refused(#[from] Problems),
    /// A file that the incident file names cannot be read.
    #[error("`{}`: the file cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite cannot read a database that the incident file names.
    #[error("`{}`: SQLite cannot read the table `{table}`", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// The table, as the database spells it.
        table: String,
        /// Why.
        source: rusqlite::Error,
    },
}
