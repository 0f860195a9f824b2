//! What can go wrong with a load. Names tables, columns and places of rows, never a record's value and no password.

use std::path::PathBuf;

use bunri_columnar::ColumnarError;
use bunri_fingerprint::{KeyError, UnsupportedType};
use bunri_postgresql::PostgresqlError;

/// A store that was not loaded, or not compared.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Files or columns.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// The server of the target.
    #[error(transparent)]
    Server(PostgresqlError),
    /// The store is not what was checked, or not what its manifest says.
    #[error("the store in `{}`: {why}", path.display())]
    Store {
        /// Its folder or file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A path in a store.
    #[error("`{}` lies in the store, which holds what its manifest lists and nothing else; name another place", path.display())]
    InStore {
        /// The path.
        path: PathBuf,
    },
    /// The target is another store's.
    #[error("{place} is meant for {meant}, and this is {given}: nothing was written")]
    OtherStore {
        /// The target.
        place: String,
        /// What the target says.
        meant: String,
        /// What the manifest says.
        given: String,
    },
    /// What the target cannot hold, or holds already; all of it at once.
    #[error("nothing was written: {}", .0.join("; "))]
    Refused(Vec<String>),
    /// A cell that the target cannot hold.
    #[error(
        "table `{table}`, column `{column}`: the cell of row {row} in the store's order {why}; the table was not loaded"
    )]
    Cell {
        /// Its name.
        table: String,
        /// The column.
        column: String,
        /// From 1.
        row: u64,
        /// Why not.
        why: &'static str,
    },
    /// The server took another number of rows.
    #[error(
        "table `{table}`: {sent} rows were sent and the server says that it took {taken}; the table was not loaded"
    )]
    Rows {
        /// Its name.
        table: String,
        /// So many.
        sent: u64,
        /// By the server.
        taken: u64,
    },
    /// The role may not load there.
    #[error("{place}: {why}")]
    NoRight {
        /// The target.
        place: String,
        /// What is missing.
        why: String,
    },
    /// Another load is under way.
    #[error("another load into {place} is under way")]
    Busy {
        /// The target and its schema.
        place: String,
    },
    /// No random bytes.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A column of a type that no store has.
    #[error(transparent)]
    Type(#[from] UnsupportedType),
    /// The record cannot be written as JSON.
    #[error("the record cannot be written as JSON: {0}")]
    Record(#[from] serde_json::Error),
    /// Somebody asked to stop.
    #[error("interrupted; what was loaded whole stays")]
    Interrupted,
}

impl From<PostgresqlError> for LoadError {
    fn from(error: PostgresqlError) -> Self {
        match error {
            PostgresqlError::Interrupted => Self::Interrupted,
            other => Self::Server(other),
        }
    }
}
