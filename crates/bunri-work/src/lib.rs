//! The one thread pool. A stage lists its **tasks** in the order in which it wants them begun, says which of them wait for
//! which, and gets the results in that same order.
//!
//! * The calling thread works too, so that one thread is enough: where the system refuses a further thread the work is
//!   done by those that there are.
//! * After the first error no task is begun. Tasks are begun in order, so all before the failed one are under way and are
//!   finished; of several errors the first in order is given, whichever came first. What is reported depends on
//!   the work and never on the threads.
//! * A panic of a task reaches the caller, and nobody waits for the rest for ever.
//! * A long task whose work has two steps takes a second thread for the second one ([`pipelined`]), if one is to spare.

mod pipeline;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub use pipeline::{BusyThread, Pipelined, SpareThreads, pipelined};

/// Does `count` tasks, numbered from 0, on up to `threads` threads; the results come in the order of their numbers.
///
/// # Errors
/// The first error in that order.
pub fn run<T: Send, E: Send>(
    threads: usize,
    count: usize,
    task: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    run_with(threads, count, || (), |(), number| task(number))
}

/// As [`run`], with something of its own for every thread, made by `state` when the thread takes its first task: a
/// connection, a decoder, a buffer that is used again.
///
/// # Errors
/// As [`run`].
pub fn run_with<S, T: Send, E: Send>(
    threads: usize,
    count: usize,
    state: impl Fn() -> S + Sync,
    task: impl Fn(&mut S, usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let order: Vec<usize> = (0..count).collect();
    let results = schedule(threads, &order, |_| BTreeSet::new(), state, task)?;
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Does every task of `order`, each after those that `after` names, on up to `threads` threads; the results come with their
/// tasks, in the order of `order`. A task that waits for itself, or for what is not in `order`, is begun when nothing else is left.
///
/// # Errors
/// The first error in the order of `order`.
pub fn run_after<T: Send, E: Send>(
    threads: usize,
    order: &[usize],
    after: impl Fn(usize) -> BTreeSet<usize> + Sync,
    task: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<(usize, T)>, E> {
    schedule(threads, order, after, || (), |(), number| task(number))
}

/// What has become of the tasks so far.
struct State<T, E> {
    /// Not begun, in the order in which they are wished for.
    waiting: VecDeque<usize>,
    running: usize,
    done: BTreeMap<usize, T>,
    /// After the first nothing is begun.
    failed: BTreeMap<usize, E>,
}

fn schedule<S, T: Send, E: Send>(
    threads: usize,
    order: &[usize],
    after: impl Fn(usize) -> BTreeSet<usize> + Sync,
    state: impl Fn() -> S + Sync,
    task: impl Fn(&mut S, usize) -> Result<T, E> + Sync,
) -> Result<Vec<(usize, T)>, E> {
    let shared = Mutex::new(State {
        waiting: order.iter().copied().collect(),
        running: 0,
        done: BTreeMap::new(),
        failed: BTreeMap::new(),
    });
    let changed = Condvar::new();
    let work = || {
        let mut own = None;
        while let Some(next) = begin(&shared, &changed, &after) {
            // Also when the task panics: whoever waits for it must wake up.
            let mut ending = Ending {
                state: &shared,
                changed: &changed,
                outcome: None,
            };
            let own = own.get_or_insert_with(&state);
            ending.outcome = Some((next, task(own, next)));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(order.len()) {
            // A thread that the system refuses leaves its tasks to the others.
            let refused = std::thread::Builder::new()
                .spawn_scoped(scope, work)
                .is_err();
            if refused {
                break;
            }
        }
        work();
    });
    // A poisoned lock comes from a panic, which the scope has passed on: nobody reads what it left.
    let mut state = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = order.iter().find_map(|task| state.failed.remove(task)) {
        return Err(error);
    }
    let done = |&task: &usize| Some((task, state.done.remove(&task)?));
    Ok(order.iter().filter_map(done).collect())
}

/// The next task that waits for nothing more; [`None`] when nothing is left to begin.
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
        let ready = |task: &usize| {
            after(*task)
                .iter()
                .all(|other| state.done.contains_key(other))
        };
        let next = state.waiting.iter().position(ready);
        // Nothing is ready and nothing runs: what is waited for will never be done.
        if let Some(at) = next.or((state.running == 0).then_some(0)) {
            state.running += 1;
            return state.waiting.remove(at);
        }
        state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Says how a task ended, when it is dropped.
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
            Some((task, Ok(result))) => {
                state.done.insert(task, result);
            }
            Some((task, Err(error))) => {
                state.failed.insert(task, error);
            }
            // A panic is on its way.
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
    fn after(task: usize) -> BTreeSet<usize> {
        match task {
            3 => [1, 2].into(),
            2 => [0].into(),
            _ => BTreeSet::new(),
        }
    }

    #[test]
    fn every_task_is_done_once_and_after_those_that_it_waits_for() {
        for threads in [1, 2, 8] {
            let begun = Mutex::new(Vec::new());
            let done = Mutex::new(BTreeSet::new());
            let results = run_after(threads, &[3, 2, 1, 0], after, |task| {
                assert!(
                    after(task).is_subset(&done.lock().unwrap()),
                    "{task} too early"
                );
                begun.lock().unwrap().push(task);
                std::thread::yield_now();
                done.lock().unwrap().insert(task);
                Ok::<_, ()>(task * 10)
            });
            assert_eq!(results.unwrap(), [(3, 30), (2, 20), (1, 10), (0, 0)]);
            let mut begun = begun.into_inner().unwrap();
            begun.sort_unstable();
            assert_eq!(begun, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn after_an_error_nothing_is_begun() {
        for threads in [1, 2] {
            let result = run_after(threads, &[0, 2, 3], after, |task| match task {
                0 => Err::<(), _>("no"),
                _ => panic!("{task} was begun"),
            });
            assert_eq!(result.unwrap_err(), "no");
        }
    }

    #[test]
    fn of_two_errors_the_first_in_order_is_given_though_it_came_last() {
        let late = std::sync::Barrier::new(2);
        let result = run_after(2, &[1, 0], after, |task| {
            late.wait();
            if task == 1 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Err::<(), _>(task)
        });
        assert_eq!(result.unwrap_err(), 1);
    }

    #[test]
    fn a_task_that_waits_for_nobody_there_is_done_at_last() {
        let result = run_after(2, &[3, 0], after, Ok::<_, ()>);
        assert_eq!(result.unwrap(), [(3, 3), (0, 0)]);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_nobody_waits_for_ever() {
        let panics = std::panic::catch_unwind(|| {
            run_after(2, &[0, 2], after, |task| {
                assert_eq!(task, 2, "task 0 gives up");
                Ok::<_, ()>(())
            })
        });
        assert!(panics.is_err());
    }

    #[test]
    fn results_come_in_the_order_of_the_tasks_whoever_is_first() {
        for threads in [1, 2, 5] {
            let results = run(threads, 20, |number| {
                std::thread::sleep(std::time::Duration::from_millis(20 - number as u64));
                Ok::<_, ()>(number)
            });
            assert_eq!(results.unwrap(), (0..20).collect::<Vec<_>>());
        }
        assert_eq!(run(3, 0, Ok::<_, ()>).unwrap(), []);
    }

    #[test]
    fn a_thread_makes_its_state_once_and_only_if_it_works() {
        let made = std::sync::atomic::AtomicUsize::new(0);
        let state = || made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        run_with(4, 2, state, |_, _| Ok::<_, ()>(())).unwrap();
        assert!((1..=2).contains(&made.into_inner()));
    }
}
