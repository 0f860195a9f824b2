//! The one thread pool. A stage lists its **tasks** in the order in which it wants them begun, says which of them wait for
//! which, and gets the results in that same order.
//!
//! * The calling thread works too, so that one thread is enough: where the system refuses a further thread the work is
//!   done by those that there are.
//! * After the first error no task is begun. Tasks are begun in order, so all before the failed one are under way and are
//!   finished; of several errors the first in order is given, whichever came first. What is reported depends on
//!   the work and never on the threads.
//! * A panic of a task reaches the caller, and nobody waits for the rest for ever.
//! * Tasks that are one piece of work share what the first of them makes, and the last one joins what they leave ([`ForkJoin`]).
//! * What tasks bring side by side is put in their order for whoever takes it ([`ReorderBuffer`]).
//! * A long task whose work has two steps takes a second thread for the second one ([`pipelined`]), if one is to spare.

mod fork_join;
mod pipeline;
mod reorder;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub use fork_join::{Fork, ForkJoin, ForkJoinError};
pub use pipeline::{BusyThread, Pipelined, SpareThreads, pipelined};
pub use reorder::{ReorderBuffer, ReorderError, TakeInOrder};

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
    let group = Group {
        tasks: count,
        after: BTreeSet::new(),
    };
    let results = schedule(threads, &[group], state, |own, (_, number)| {
        task(own, number)
    })?;
    Ok(results.into_iter().flatten().collect())
}

/// Does every task of `order`, each after those that `after` names, on up to `threads` threads; the results come with their
/// tasks, in the order of `order`. A task that waits for itself, or for what is not in `order`, is begun when nothing else is left.
///
/// # Errors
/// The first error in the order of `order`.
pub fn run_after<T: Send, E: Send>(
    threads: usize,
    order: &[usize],
    after: impl Fn(usize) -> BTreeSet<usize>,
    task: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<(usize, T)>, E> {
    let place = |task: usize| order.iter().position(|other| *other == task);
    let group = |&task: &usize| Group {
        tasks: 1,
        after: after(task)
            .into_iter()
            .map(|other| place(other).unwrap_or(order.len()))
            .collect(),
    };
    let groups: Vec<Group> = order.iter().map(group).collect();
    let results = run_groups(threads, &groups, |at, _| task(order[at]))?;
    let results = results.into_iter().flatten();
    Ok(order.iter().copied().zip(results).collect())
}

/// Tasks that wait for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many tasks there are.
    pub tasks: usize,
    /// The groups that must be done before one of them is begun, by place.
    pub after: BTreeSet<usize>,
}

/// Does the tasks of all groups, on up to `threads` threads: those of one group in their order, and of the groups that need not wait
/// the first one's. `task` is given the group's place and the number in it; the results come in that order.
///
/// # Errors
/// The first error in that order.
pub fn run_groups<T: Send, E: Send>(
    threads: usize,
    groups: &[Group],
    task: impl Fn(usize, usize) -> Result<T, E> + Sync,
) -> Result<Vec<Vec<T>>, E> {
    schedule(threads, groups, || (), |(), (at, number)| task(at, number))
}

/// A group's place, and a task's number in it.
type Task = (usize, usize);

/// What has become of the tasks so far.
struct State<'g, T, E> {
    groups: &'g [Group],
    /// By group: how many tasks were begun.
    begun: Vec<usize>,
    running: usize,
    /// By group.
    done: Vec<BTreeMap<usize, T>>,
    /// After the first nothing is begun.
    failed: BTreeMap<Task, E>,
    panicked: bool,
}

impl<T, E> State<'_, T, E> {
    fn is_done(&self, group: usize) -> bool {
        let done = self.done.get(group);
        done.is_some_and(|done| done.len() == self.groups[group].tasks)
    }

    /// The first task that waits for nothing more; of several that wait for each other the first. [`None`]: not yet.
    fn next(&self) -> Option<Task> {
        let is_left = |&at: &usize| self.begun[at] < self.groups[at].tasks;
        let is_ready = |&at: &usize| self.groups[at].after.iter().all(|it| self.is_done(*it));
        let mut left = (0..self.groups.len()).filter(is_left);
        let first = left.clone().next();
        // Nothing is ready and nothing runs: what is waited for will never be done.
        let next = left.find(is_ready);
        let next = next.or(first.filter(|_| self.running == 0));
        next.map(|at| (at, self.begun[at]))
    }

    fn is_over(&self) -> bool {
        let mut groups = self.begun.iter().zip(self.groups);
        self.panicked
            || !self.failed.is_empty()
            || groups.all(|(begun, group)| *begun == group.tasks)
    }
}

fn schedule<S, T: Send, E: Send>(
    threads: usize,
    groups: &[Group],
    state: impl Fn() -> S + Sync,
    task: impl Fn(&mut S, Task) -> Result<T, E> + Sync,
) -> Result<Vec<Vec<T>>, E> {
    let shared = Mutex::new(State {
        groups,
        begun: vec![0; groups.len()],
        running: 0,
        done: groups.iter().map(|_| BTreeMap::new()).collect(),
        failed: BTreeMap::new(),
        panicked: false,
    });
    let changed = Condvar::new();
    let work = || {
        let mut own = None;
        while let Some(next) = begin(&shared, &changed) {
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
    let tasks = groups.iter().map(|group| group.tasks).sum();
    std::thread::scope(|scope| {
        for _ in 1..threads.min(tasks) {
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
    if let Some((_, error)) = state.failed.pop_first() {
        return Err(error);
    }
    let done = state.done.into_iter();
    Ok(done.map(|done| done.into_values().collect()).collect())
}

/// The next task that waits for nothing more; [`None`] when nothing is left to begin.
fn begin<T, E>(state: &Mutex<State<'_, T, E>>, changed: &Condvar) -> Option<Task> {
    let mut state = locked(state);
    while !state.is_over() {
        if let Some((group, number)) = state.next() {
            state.begun[group] += 1;
            state.running += 1;
            return Some((group, number));
        }
        state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    None
}

/// Says how a task ended, when it is dropped.
struct Ending<'a, 'g, T, E> {
    state: &'a Mutex<State<'g, T, E>>,
    changed: &'a Condvar,
    outcome: Option<(Task, Result<T, E>)>,
}

impl<T, E> Drop for Ending<'_, '_, T, E> {
    fn drop(&mut self) {
        let mut state = locked(self.state);
        state.running -= 1;
        match self.outcome.take() {
            Some(((group, number), Ok(result))) => {
                state.done[group].insert(number, result);
            }
            Some((task, Err(error))) => {
                state.failed.insert(task, error);
            }
            // It is on its way.
            None => state.panicked = true,
        }
        self.changed.notify_all();
    }
}

fn locked<'s, 'g, T, E>(state: &'s Mutex<State<'g, T, E>>) -> MutexGuard<'s, State<'g, T, E>> {
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

    /// Whoever has nothing to do takes from the next group that need not wait, and a group waits for every task of another.
    #[test]
    fn groups_wait_for_groups_and_not_for_those_between() {
        let group = |tasks, after: &[usize]| Group {
            tasks,
            after: after.iter().copied().collect(),
        };
        let groups = [group(3, &[]), group(2, &[0]), group(0, &[1]), group(4, &[])];
        for threads in [1, 2, 5] {
            let ended = Mutex::new(BTreeSet::new());
            let results = run_groups(threads, &groups, |at, number| {
                let before = ended.lock().unwrap().clone();
                if at == 1 {
                    assert!(
                        [(0, 0), (0, 1), (0, 2)]
                            .iter()
                            .all(|it| before.contains(it))
                    );
                }
                std::thread::sleep(std::time::Duration::from_millis(2));
                ended.lock().unwrap().insert((at, number));
                Ok::<_, ()>(10 * at + number)
            });
            let expected: [&[usize]; 4] = [&[0, 1, 2], &[10, 11], &[], &[30, 31, 32, 33]];
            assert_eq!(results.unwrap(), expected);
        }
        // While the last task of the first group runs, the last group goes on.
        let held = std::sync::Barrier::new(2);
        let groups = [group(1, &[]), group(1, &[0]), group(1, &[])];
        let both = run_groups(2, &groups, |at, _| {
            if at != 1 {
                held.wait();
            }
            Ok::<_, ()>(at)
        });
        assert_eq!(both.unwrap(), [[0], [1], [2]]);
    }

    #[test]
    fn a_thread_makes_its_state_once_and_only_if_it_works() {
        let made = std::sync::atomic::AtomicUsize::new(0);
        let state = || made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        run_with(4, 2, state, |_, _| Ok::<_, ()>(())).unwrap();
        assert!((1..=2).contains(&made.into_inner()));
    }
}
