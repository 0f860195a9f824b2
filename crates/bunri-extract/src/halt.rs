//! Whether to go on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bunri_columnar::Observer;

use crate::ExtractError;

/// How often whoever waits, or watches, looks whether to go on.
pub(crate) const PULSE: Duration = Duration::from_millis(100);

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

    /// Waits so long, unless somebody asks to stop.
    pub(crate) fn wait(&self, time: Duration) -> Result<(), ExtractError> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.check()?;
            thread::sleep(PULSE);
        }
        Ok(())
    }
}
