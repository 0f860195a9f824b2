//! The source's own figures of a table, made once, by whoever comes first: the thread that reads the table, or one that has nothing left
//! to do. A server makes the figures of a long table over one connection while it gives the rows over another one.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bunri_source::{Figures, SourceError};

/// The figures of a table.
#[derive(Default)]
pub(crate) struct TableFigures {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
enum State {
    #[default]
    Wanted,
    UnderWay,
    Made(Arc<Figures>),
}

impl TableFigures {
    /// The figures; they are made here if nobody has begun to, and waited for if somebody has.
    pub(crate) fn get(
        &self,
        make: impl FnOnce() -> Result<Figures, SourceError>,
    ) -> Result<Arc<Figures>, SourceError> {
        let mut state = self.state();
        loop {
            match &*state {
                State::Made(figures) => return Ok(Arc::clone(figures)),
                State::Wanted => break,
                State::UnderWay => {
                    let changed = self.changed.wait(state);
                    state = changed.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        *state = State::UnderWay;
        drop(state);
        // Also when it fails or panics: whoever waits makes them then, or says why not.
        let mut ending = Ending {
            of: self,
            made: None,
        };
        let figures = Arc::new(make()?);
        ending.made = Some(Arc::clone(&figures));
        Ok(figures)
    }

    /// The figures, if they are made.
    pub(crate) fn known(&self) -> Option<Arc<Figures>> {
        match &*self.state() {
            State::Made(figures) => Some(Arc::clone(figures)),
            State::Wanted | State::UnderWay => None,
        }
    }

    /// Whether nobody has begun to make them.
    pub(crate) fn are_wanted(&self) -> bool {
        matches!(&*self.state(), State::Wanted)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says how it went, when it is dropped.
struct Ending<'f> {
    of: &'f TableFigures,
    made: Option<Arc<Figures>>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let made = self.made.take().map(State::Made);
        *self.of.state() = made.unwrap_or_default();
        self.of.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn figures(rows: u64) -> Figures {
        Figures {
            rows,
            broken: 0,
            totals: Vec::new(),
        }
    }

    #[test]
    fn they_are_made_once_whoever_asks() {
        let (of_table, times) = (TableFigures::default(), AtomicUsize::new(0));
        assert!(of_table.are_wanted() && of_table.known().is_none());
        let all = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    all.wait();
                    let made = of_table.get(|| {
                        times.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok(figures(7))
                    });
                    assert_eq!(made.unwrap().rows, 7);
                });
            }
        });
        assert_eq!(times.into_inner(), 1);
        assert_eq!(of_table.known().unwrap().rows, 7);
        assert!(!of_table.are_wanted());
    }

    #[test]
    fn who_fails_leaves_them_to_the_next() {
        let of_table = TableFigures::default();
        of_table.get(|| Err(SourceError::Interrupted)).unwrap_err();
        assert!(of_table.are_wanted());
        std::thread::scope(|scope| {
            let panics = scope.spawn(|| of_table.get(|| std::panic::panic_any("no")).is_ok());
            assert!(panics.join().is_err());
        });
        assert_eq!(of_table.get(|| Ok(figures(3))).unwrap().rows, 3);
    }
}
