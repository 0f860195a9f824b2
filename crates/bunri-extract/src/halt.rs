//! Whether to go on.

use std::sync::atomic::{AtomicBool, Ordering};

use bunri_columnar::Observer;

use crate::ExtractError;

/// Whether to go on: somebody asked to stop, or another table failed.
pub(crate) struct Halt<'a> {
    pub(crate) observer: &'a dyn Observer,
    pub(crate) failed: AtomicBool,
}

impl Halt<'_> {
    pub(crate) fn asked(&self) -> bool {
        self.observer.cancelled() || self.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn check(&self) -> Result<(), ExtractError> {
        if self.asked() {
            Err(ExtractError::Interrupted)
        } else {
            Ok(())
        }
    }
}
