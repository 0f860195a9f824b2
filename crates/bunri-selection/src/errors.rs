//! Why nothing can be taken from a store.

use std::io;
use std::path::PathBuf;

use arrow_array::Array;
use bunri_manifest::ManifestError;

/// Why nothing can be taken from a store. Names files, never a value.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// The file system.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What takes the rows.
    #[error("the rows cannot be written: {0}")]
    Write(#[source] io::Error),
    /// A link in the place of a file or of the store.
    #[error("`{}` is a link: a store has none; give the folder itself", .0.display())]
    Link(PathBuf),
    /// Not a manifest.
    #[error("`{}` is {source}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why not.
        source: ManifestError,
    },
    /// Changed by hand.
    #[error("`{}` is not, byte for byte, what bunri writes: this is no store that bunri made, or it was changed", .0.display())]
    NotCanonical(PathBuf),
    /// A file that is not the listed one.
    #[error("`{}` is not the file that the manifest of its store lists: nothing is taken from it; run `bunri verify`", .0.display())]
    Changed(PathBuf),
    /// Right bytes, and not the table.
    #[error("`{}` does not hold the columns and rows that the manifest of its store says", .0.display())]
    Shape(PathBuf),
    /// The Parquet library.
    #[error("`{}` cannot be read as Parquet: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: parquet::errors::ParquetError,
    },
    /// The store cannot answer: each reason.
    #[error("{}", .0.join("; "))]
    Unanswerable(Vec<String>),
    /// A bug.
    #[error("a batch of rows is not of its table")]
    Batch,
}

/// A column as the type that its store's manifest promised.
pub(crate) fn downcast<A: 'static>(column: &dyn Array) -> Result<&A, SelectionError> {
    column.as_any().downcast_ref().ok_or(SelectionError::Batch)
}
