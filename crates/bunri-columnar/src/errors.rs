//! What can go wrong with columns and files. Names files and tables, never a record's value.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

/// A failure to read or write columns or files.
#[derive(Debug, thiserror::Error)]
pub enum ColumnarError {
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
    /// A Parquet file could not be read or written.
    #[error("cannot {action} the Parquet file `{}`: {source}", path.display())]
    Parquet {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: ParquetError,
    },
    /// A batch did not have the form that was asked for.
    #[error("table `{table}`: {source}")]
    Arrow {
        /// The table's id.
        table: String,
        /// Why not.
        source: arrow_schema::ArrowError,
    },
    /// What was written reads back differently.
    #[error("`{}` reads back differently from what was written; check the disk", path.display())]
    ReadBack {
        /// Where.
        path: PathBuf,
    },
    /// A file stands where a new one should be created.
    #[error("`{}` is already there; bunri never overwrites", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// Staging is missing or not what its manifest says.
    #[error("staging in `{}`: {message}", path.display())]
    Staging {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// A cell too large to be written, so that whatever is written can be verified.
    #[error(
        "table `{table}`, column `{column}`: the cell of row {row} in the table's order has {bytes} bytes (limit 32 MiB); \
         shorten it in the source or keep such documents outside of it, then extract again"
    )]
    CellTooLarge {
        /// The table's id.
        table: String,
        /// The column.
        column: String,
        /// The row's number, from 1, in the order in which rows are written.
        row: u64,
        /// The cell's size.
        bytes: usize,
    },
    /// A rejected row too large to be set aside.
    #[error(
        "table `{table}`, column `{column}`: a row that does not fit its declared types takes more than 64 MiB, written out; \
         correct the value, or shorten the row's documents in the source or keep them outside of it, then extract again"
    )]
    RejectTooLarge {
        /// The table's id.
        table: String,
        /// The first column that did not fit.
        column: String,
    },
    /// A record too large to sort.
    #[error("one row of {bytes} bytes cannot be sorted (limit 1 GiB)")]
    RowTooLarge {
        /// Its size.
        bytes: usize,
    },
}

impl ColumnarError {
    /// Wraps an I/O error with what was tried and where.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    /// Wraps an error of the Parquet library with what was tried and where.
    pub fn parquet(action: &'static str, path: &Path) -> impl Fn(ParquetError) -> Self {
        move |source| Self::Parquet {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    /// Wraps an Arrow error with its table.
    pub fn arrow(table: &str) -> impl FnOnce(arrow_schema::ArrowError) -> Self {
        move |source| Self::Arrow {
            table: table.to_owned(),
            source,
        }
    }
}
