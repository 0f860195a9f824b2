//! Why a second reading could not look. What it saw is in its record; nothing here holds a record's value.

use std::io;
use std::path::{Path, PathBuf};

use bunri_columnar::ColumnarError;
use bunri_manifest::Blake3Hex;
use bunri_odbc::OdbcError;
use bunri_postgresql::PostgresqlError;

/// A reading that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RereadError {
    /// Staging could not be read.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// The database could not be read.
    #[error("cannot {action} the source `{}`: {source}", path.display())]
    Source {
        /// What was tried.
        action: &'static str,
        /// The database.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The database's file could not be read.
    #[error("cannot read `{}`: {source}", path.display())]
    File {
        /// The database.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Somebody writes to the database, or did and did not end.
    #[error(
        "the source `{}` is not at rest: `{}` is not empty; let whoever writes to it end, then read again",
        path.display(), log.display()
    )]
    NotAtRest {
        /// The database.
        path: PathBuf,
        /// Its log or journal.
        log: PathBuf,
    },
    /// The database is another than the one that was extracted.
    #[error(
        "the source `{place}` is not the one that was extracted:\n  BLAKE3 of it: {found}\n  BLAKE3 in the manifest of staging: {staged}\n\
         put back the source that was extracted, or extract this one into an empty folder"
    )]
    OtherSource {
        /// The file or server.
        place: String,
        /// Its digest now.
        found: Blake3Hex,
        /// The digest that staging was made of.
        staged: Blake3Hex,
    },
    /// A database whose texts are not stored as UTF-8.
    #[error("the source `{}` stores texts as {encoding}, and what was extracted cannot come from it", path.display())]
    Encoding {
        /// The database.
        path: PathBuf,
        /// Its own word.
        encoding: String,
    },
    /// Something stood where SQLite writes a literal, and was none.
    #[error("the source `{}`, table `{table}`, column `{column}`: what SQLite wrote is no literal", path.display())]
    Literal {
        /// The database.
        path: PathBuf,
        /// The table's id.
        table: String,
        /// The column.
        column: String,
    },
    /// A file of a folder could not be read as the job says.
    #[error("the source's file `{}`: {what}", path.display())]
    Files {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The server could not be read.
    #[error(transparent)]
    Server(PostgresqlError),
    /// The database behind a driver could not be read.
    #[error(transparent)]
    Odbc(OdbcError),
    /// The catalogue's digest is none, or the record could not be made.
    #[error("the record cannot be made: {0}")]
    Record(String),
    /// No randomness for the key of the sums.
    #[error("the system gave no random bytes: {0}")]
    Random(getrandom::Error),
    /// The observer asked to stop.
    #[error("interrupted; run `bunri reread` again")]
    Interrupted,
}

impl RereadError {
    pub(crate) fn sql(
        action: &'static str,
        path: &Path,
    ) -> impl Fn(rusqlite::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Source {
            action,
            path: path.clone(),
            source,
        }
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }
}

impl From<PostgresqlError> for RereadError {
    fn from(error: PostgresqlError) -> Self {
        match error {
            PostgresqlError::Interrupted => Self::Interrupted,
            error => Self::Server(error),
        }
    }
}

impl From<OdbcError> for RereadError {
    fn from(error: OdbcError) -> Self {
        match error {
            OdbcError::Interrupted => Self::Interrupted,
            error => Self::Odbc(error),
        }
    }
}
