//! The splitter that is held to noninterference. It is handed in, so that tests can hand in bad ones.

use bunri_catalogue::Catalogue;
use bunri_columnar::Observer;
use bunri_split::{SplitError, SplitOptions, StoreRoots, split};

/// One staging to be split.
#[derive(Clone, Copy)]
pub struct SplitTask<'a> {
    /// The classification.
    pub catalogue: &'a Catalogue,
    /// Where staging lies and where the stores go; no store is there yet.
    pub roots: &'a StoreRoots,
    /// What the job says.
    pub options: &'a SplitOptions,
    /// Hears whether to stop.
    pub observer: &'a dyn Observer,
}

/// Makes the three stores from a staging.
pub trait Splitter {
    /// Splits.
    ///
    /// # Errors
    /// When the stores cannot be made.
    fn split(&self, task: &SplitTask<'_>) -> Result<(), SplitError>;
}

/// The splitter of this version.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shipped;

impl Splitter for Shipped {
    fn split(&self, task: &SplitTask<'_>) -> Result<(), SplitError> {
        let SplitTask {
            catalogue,
            roots,
            options,
            observer,
        } = *task;
        split(catalogue, roots, options, observer).map(|_| ())
    }
}
