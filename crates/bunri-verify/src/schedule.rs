//! Jobs side by side, of which some wait for others. While one table is opened, joined or closed, another has work for the
//! processors; only the tables that a table's rules refer to must be done before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What has become of the jobs so far.
struct State<T, E> {
    /// Not begun, in the order in which they are wished for.
    waiting: Vec<usize>,
    running: usize,
    done: BTreeMap<usize, T>,
    /// After the first nothing is begun.
    failed: BTreeMap<usize, E>,
}

/// Does every job of `order`, each after those that `after` names, with so many at one time; the results come in the
/// order of `order`. An error ends it as soon as the running jobs are done; of several, the first in the order of `order` is
/// given, whichever came first.
///
/// A job that waits for itself, or for what is not in `order`, is begun when nothing else is left.
pub(crate) fn side_by_side<T: Send, E: Send>(
    at_once: usize,
    order: &[usize],
    after: impl Fn(usize) -> BTreeSet<usize> + Sync,
    job: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<(usize, T)>, E> {
    let state = Mutex::new(State {
        waiting: order.to_vec(),
        running: 0,
        done: BTreeMap::new(),
        failed: BTreeMap::new(),
    });
    let changed = Condvar::new();
    let work = || {
        while let Some(next) = begin(&state, &changed, &after) {
            // Also when the job panics: whoever waits for it must wake up.
            let mut ending = Ending {
                state: &state,
                changed: &changed,
                outcome: None,
            };
            ending.outcome = Some((next, job(next)));
        }
    };
    std::thread::scope(|scope| {
        let others = at_once.min(order.len()).saturating_sub(1);
        (0..others).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = order.iter().find_map(|job| state.failed.remove(job)) {
        return Err(error);
    }
    let done = |&job: &usize| Some((job, state.done.remove(&job)?));
    Ok(order.iter().filter_map(done).collect())
}

/// The next job that waits for nothing more; [`None`] when nothing is left to begin.
fn begin<T, E>(
    state: &Mutex<State<T, E>>,
    changed: &Condvar,
    after: impl Fn(usize) -> BTreeSet<usize>,
) -> Option<usize> {
    let mut state = locked(state);
    loop {
        if !state.failed.is_empty() || state.waiting.is_empty() {
            return None;
        }
        let ready = |job: &usize| {
            after(*job)
                .iter()
                .all(|other| state.done.contains_key(other))
        };
        let next = state.waiting.iter().position(ready);
        if let Some(at) = next.or((state.running == 0).then_some(0)) {
            state.running += 1;
            return Some(state.waiting.remove(at));
        }
        state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

struct Ending<'a, T, E> {
    state: &'a Mutex<State<T, E>>,
    changed: &'a Condvar,
    outcome: Option<(usize, Result<T, E>)>,
}

impl<T, E> Drop for Ending<'_, T, E> {
    fn drop(&mut self) {
        let mut state = locked(self.state);
        state.running -= 1;
        match self.outcome.take() {
            Some((job, Ok(result))) => {
                state.done.insert(job, result);
            }
            Some((job, Err(error))) => {
                state.failed.insert(job, error);
            }
            None => state.waiting.clear(),
        }
        self.changed.notify_all();
    }
}

fn locked<T, E>(state: &Mutex<State<T, E>>) -> MutexGuard<'_, State<T, E>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// 3 waits for 1 and 2, 2 for 0.
    fn after(job: usize) -> BTreeSet<usize> {
        match job {
            3 => [1, 2].into(),
            2 => [0].into(),
            _ => BTreeSet::new(),
        }
    }

    #[test]
    fn every_job_is_done_once_and_after_those_that_it_waits_for() {
        for at_once in [1, 2, 8] {
            let begun = Mutex::new(Vec::new());
            let done = Mutex::new(BTreeSet::new());
            let results = side_by_side(at_once, &[3, 2, 1, 0], after, |job| {
                assert!(
                    after(job).is_subset(&done.lock().unwrap()),
                    "{job} too early"
                );
                begun.lock().unwrap().push(job);
                std::thread::yield_now();
                done.lock().unwrap().insert(job);
                Ok::<_, ()>(job * 10)
            });
            assert_eq!(results.unwrap(), [(3, 30), (2, 20), (1, 10), (0, 0)]);
            let mut begun = begun.into_inner().unwrap();
            begun.sort_unstable();
            assert_eq!(begun, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn after_an_error_nothing_is_begun() {
        for at_once in [1, 2] {
            let result = side_by_side(at_once, &[0, 2, 3], after, |job| match job {
                0 => Err::<(), _>("no"),
                _ => panic!("{job} was begun"),
            });
            assert_eq!(result.unwrap_err(), "no");
        }
    }

    #[test]
    fn of_two_errors_the_first_in_order_is_given_though_it_came_last() {
        let late = std::sync::Barrier::new(2);
        let result = side_by_side(2, &[1, 0], after, |job| {
            late.wait();
            if job == 1 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Err::<(), _>(job)
        });
        assert_eq!(result.unwrap_err(), 1);
    }

    #[test]
    fn a_job_that_waits_for_nobody_there_is_done_at_last() {
        let result = side_by_side(2, &[3, 0], after, Ok::<_, ()>);
        assert_eq!(result.unwrap(), [(3, 3), (0, 0)]);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_nobody_waits_for_ever() {
        let panics = std::panic::catch_unwind(|| {
            side_by_side(2, &[0, 2], after, |job| {
                assert_eq!(job, 2, "job 0 gives up");
                Ok::<_, ()>(())
            })
        });
        assert!(panics.is_err());
    }
}
