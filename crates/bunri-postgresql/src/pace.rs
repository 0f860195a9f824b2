//! So many rows a second and no more, over all connections to a server: a system that people work with meanwhile must stay quick.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shorter waits are added up: a sleep costs more than it gives.
const LEAST_WAIT: Duration = Duration::from_millis(10);

/// Says how long whoever takes rows must wait. Rows that were not taken are not saved up: after a pause the pace is the same.
#[derive(Debug)]
pub(crate) struct Pace {
    rows_per_second: u64,
    /// When the next row may be taken.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// At least one row a second.
    pub(crate) fn new(rows_per_second: u64) -> Self {
        Self {
            rows_per_second: rows_per_second.max(1),
            next: Mutex::new(None),
        }
    }

    /// Takes a row at this moment; says how long to wait before the next one. Zero where the wait is too short to be worth it.
    pub(crate) fn take(&self, now: Instant) -> Duration {
        let share = Duration::from_nanos(1_000_000_000 / self.rows_per_second);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let after = next.filter(|next| *next > now).unwrap_or(now) + share;
        *next = Some(after);
        let wait = after - now;
        if wait < LEAST_WAIT {
            return Duration::ZERO;
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_takers_together_keep_the_pace() {
        let pace = Pace::new(1_000);
        let begun = Instant::now();
        let mut now = begun;
        // Whoever takes waits as it is told; there is one clock for all.
        for _ in 0..5_000 {
            now += pace.take(now);
        }
        let taken = now - begun;
        assert!(
            taken > Duration::from_millis(4_980) && taken <= Duration::from_secs(5),
            "{taken:?}"
        );
    }

    #[test]
    fn a_pause_saves_nothing_up() {
        let pace = Pace::new(100);
        let begun = Instant::now();
        let later = begun + Duration::from_secs(60);
        assert_eq!(pace.take(begun), Duration::from_millis(10));
        assert_eq!(pace.take(later), Duration::from_millis(10));
        assert_eq!(pace.take(later), Duration::from_millis(20));
    }
}
