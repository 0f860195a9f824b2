//! Failure to look. Whatever the search sees is a finding; these are the cases in which it could not look.

use bunri_columnar::ColumnarError;

/// Why the search could not say yes or no.
#[derive(Debug, thiserror::Error)]
pub enum LeakError {
    /// A temporary file could not be written, sorted or read, or a file of a store or of staging not be read.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// No randomness for the secret of the hashes.
    #[error("the operating system gave no randomness: {0}")]
    Random(getrandom::Error),
    /// The table of spelling variants that was built in cannot be read.
    #[error("cannot read the table of spelling variants: {0}")]
    Variants(#[from] serde_json::Error),
    /// A temporary file reads back differently from what was written.
    #[error("a temporary file reads back differently from what was written; check the disk")]
    Index,
    /// The observer asked to stop.
    #[error("interrupted")]
    Interrupted,
}
