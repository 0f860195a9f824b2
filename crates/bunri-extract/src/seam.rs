//! A **seam**: a place shortly before the end of a full part, and everything that a later run must know to go on there as if
//! nothing had happened: it reads once more the rows between that place and the end of the part, and passes over them. The place is
//! behind a row whose key is known as the source holds it; to know that of every row would cost too much. There are seams only where the
//! source is asked for its rows in key order, and as long as they ascend; rows that are sorted here come to parts when all of them are
//! read.

use bunri_columnar::RawValue;
use bunri_manifest::FileEntry;
use serde::{Deserialize, Serialize};

/// How far a table has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seam {
    /// The parts that are committed, all of them full.
    pub(crate) files: Vec<FileEntry>,
    /// The rows that were rejected on the way to the place, in files of their own until the table is whole.
    pub(crate) rejects: Vec<FileEntry>,
    /// Rows of the source up to the place, rejected ones among them.
    pub(crate) rows_read: u64,
    /// The key of the row before the place as the source holds it: what the source is asked to go on behind.
    pub(crate) last: Vec<RawValue>,
    /// Rows behind the place that are in the parts already.
    pub(crate) rows_over: u64,
    /// The most bytes that a row takes, on the average of a batch: by it they are read back, if they must be sorted after all.
    pub(crate) row_bytes: u64,
}

impl Seam {
    /// Rows in the parts.
    pub(crate) fn rows_staged(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}

/// A place between two rows.
#[derive(Debug)]
pub(crate) struct Place {
    /// The source's own key of the row before it.
    pub(crate) last: Vec<RawValue>,
    /// Rows of the source up to it, rejected ones among them.
    pub(crate) rows_read: u64,
    /// Of these, the ones that are staged.
    pub(crate) rows_staged: u64,
}
