//! Room for temporary data.

use std::path::PathBuf;

use bunri_columnar::ByteSorter;

/// Where temporary data go, and how much memory one sort may use.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// The temporary folder of the run.
    pub folder: PathBuf,
    /// Bytes.
    pub budget: usize,
}

impl Scratch {
    pub(crate) fn sorter(&self) -> ByteSorter {
        ByteSorter::new(&self.folder, self.budget)
    }
}
