//! What can be wrong with a source, in words for the person who runs this.

mod delimited;

use std::error::Error;
use std::io;
use std::path::PathBuf;

use bunri_odbc::OdbcError;
use bunri_postgresql::PostgresqlError;

pub use delimited::DelimitedError;

/// What is wrong with the source. Names files and tables, never a record's value.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system said no.
    #[error("cannot read the source database `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Not SQLite, or encrypted.
    #[error("`{}` is not a SQLite database, or it is encrypted; give the plain database file", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A journal or write-ahead log stands beside it.
    #[error(
        "`{}` is being written or was not closed cleanly: `{}` is not empty; close the application, \
         checkpoint it (`PRAGMA wal_checkpoint(TRUNCATE)`) or take a copy with `VACUUM INTO`",
        path.display(), beside.display()
    )]
    BeingWritten {
        /// The database.
        path: PathBuf,
        /// The journal or log.
        beside: PathBuf,
    },
    /// Somebody holds a lock.
    #[error("`{}` is locked: another program is writing it; close that program, or take a copy with `VACUUM INTO`", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// Not what it was when extraction began.
    #[error("`{}` changed while it was read ({what}); nothing was completed, run again on a database at rest", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// How that was seen.
        what: &'static str,
    },
    /// Pages that make no sense.
    #[error(
        "`{}` is damaged: SQLite cannot {action}; see `PRAGMA integrity_check`, and give a copy that passes it",
        path.display()
    )]
    Damaged {
        /// What was tried.
        action: String,
        /// The file.
        path: PathBuf,
    },
    /// SQLite's check found pages, indexes or records that are not what they must be.
    #[error(
        "`{}` is damaged, so nothing was read; SQLite's `PRAGMA integrity_check` says:\n  {}\n\
         restore it from the dump; where only indexes are named, `REINDEX` on a copy makes them from their tables again",
        path.display(), lines.join("\n  ")
    )]
    Integrity {
        /// The file.
        path: PathBuf,
        /// What SQLite says, without values.
        lines: Vec<String>,
    },
    /// The file has several names.
    #[error(
        "`{}` has {names} names (hard links): a journal or write-ahead log may lie beside another one; take a copy \
         with `VACUUM INTO`, from the name that the application uses",
        path.display()
    )]
    ManyNames {
        /// The file.
        path: PathBuf,
        /// How many.
        names: u64,
    },
    /// SQLite could not open it, though the file can be read.
    #[error(
        "SQLite cannot open `{}`; a database in WAL mode needs a folder that SQLite may write to: take a copy \
         with `VACUUM INTO`",
        path.display()
    )]
    CannotOpen {
        /// The file.
        path: PathBuf,
    },
    /// Stores text as UTF-16, where damaged characters would be replaced without a trace.
    #[error("`{}` stores text as {encoding}; give a UTF-8 copy (`sqlite3 old.db .dump | sqlite3 new.db`)", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What SQLite calls it.
        encoding: String,
    },
    /// A table held fewer or more rows when read in key order than it counts.
    #[error(
        "source table \"{table}\" counts {counted} rows but {read} were read; an index is damaged: run `PRAGMA integrity_check` and `REINDEX` on a copy"
    )]
    RowsDiffer {
        /// The table's name in the source.
        table: String,
        /// By `COUNT(*)`.
        counted: u64,
        /// By reading.
        read: u64,
    },
    /// What is wrong with a folder of delimited files.
    #[error(transparent)]
    Delimited(#[from] DelimitedError),
    /// A server, or the way to it.
    #[error(transparent)]
    Server(PostgresqlError),
    /// A database behind a driver, or the way to it.
    #[error(transparent)]
    Odbc(OdbcError),
    /// Somebody asked to stop.
    #[error("interrupted; run again to go on")]
    Interrupted,
    /// SQLite said no.
    #[error("cannot {action} in `{}`: {source}", path.display())]
    Sql {
        /// What was tried.
        action: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl SourceError {
    /// Whether the same may succeed over a new connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Server(server) => server.is_passing(),
            Self::Odbc(database) => database.is_passing(),
            _ => false,
        }
    }
}

impl From<OdbcError> for SourceError {
    fn from(error: OdbcError) -> Self {
        match error {
            OdbcError::Interrupted => Self::Interrupted,
            error => Self::Odbc(error),
        }
    }
}

impl From<PostgresqlError> for SourceError {
    fn from(error: PostgresqlError) -> Self {
        match error {
            PostgresqlError::Interrupted => Self::Interrupted,
            error => Self::Server(error),
        }
    }
}
