//! A **seam**: the place behind the last row of a full part, and everything that a later run must know to go on there as if
//! nothing had happened. Only where the source is asked for its rows in key order, and as long as they ascend; rows that are
//! sorted here come to parts when all of them are read.

use bunri_columnar::RawValue;
use bunri_manifest::FileEntry;
use serde::{Deserialize, Serialize};

/// How far a table has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seam {
    /// The parts that are committed, all of them full.
    pub(crate) files: Vec<FileEntry>,
    /// The rows that were rejected on the way here, in files of their own until the table is whole.
    pub(crate) rejects: Vec<FileEntry>,
    /// Rows of the source up to here, rejected ones among them.
    pub(crate) rows_read: u64,
    /// The key of the last row as the source holds it: what the source is asked to go on behind.
    pub(crate) last: Vec<RawValue>,
    /// The same key by value, as ordered bytes in hex: what the next row must come after.
    pub(crate) last_key: String,
    /// The most bytes that a row takes, on the average of a batch: by it they are read back, if they must be sorted after all.
    pub(crate) row_bytes: u64,
}

impl Seam {
    /// Rows in the parts.
    pub(crate) fn rows_staged(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}
