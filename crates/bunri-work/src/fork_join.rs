//! Tasks that share what the first of them makes, and of which the last one to end joins what all of them have left.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// Work that is cut into tasks. `W` is what they share, `G` what they leave, gathered.
pub struct ForkJoin<W, G> {
    state: Mutex<Tasks<W, G>>,
}

struct Tasks<W, G> {
    shared: Shared<W>,
    gathered: Option<G>,
    /// Tasks that are not at their end.
    left: usize,
    /// Tasks that are under way, or were.
    begun: BTreeSet<usize>,
    /// The first task that has failed.
    failed: Option<usize>,
}

impl<W, G> Tasks<W, G> {
    /// Of several failures the first is told, so that tasks before the failed one are done. When all of them have what is shared,
    /// nobody else needs it.
    fn let_go(&mut self) {
        let is_begun = |task| self.begun.contains(&task);
        if self.failed.is_some_and(|failed| (0..failed).all(is_begun)) {
            self.shared = Shared::Gone;
        }
    }
}

/// What the tasks share.
enum Shared<W> {
    NotYet,
    Made(Arc<W>),
    /// It could not be made, a task has failed, or it is joined.
    Gone,
}

/// Why a task did not come to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum ForkJoinError<E> {
    /// Its own reason.
    Task(E),
    /// What the tasks share is not there, because another one has failed, which tells why itself.
    NotMade,
    /// A thread panicked while it held what all threads share.
    Poisoned,
}

/// What a piece of work does with its tasks.
pub trait Fork<W, G> {
    /// What a task leaves.
    type Left;
    /// What the whole work comes to.
    type Joined;
    /// Why a task fails.
    type Error;

    /// Makes what the tasks share. Whoever comes first does it, and the others wait.
    ///
    /// # Errors
    /// Its own; then no other task tries.
    fn begin(&self) -> Result<W, Self::Error>;

    /// Does the task with this number.
    ///
    /// # Errors
    /// Its own.
    fn task(&self, shared: &W, number: usize) -> Result<Self::Left, Self::Error>;

    /// The task with this number has failed, or panicked: whoever waits for it need not.
    fn give_up(&self, shared: &W, number: usize);

    /// Takes what a task has left, in whatever order tasks end. The others wait meanwhile, so that it should be short.
    fn gather(&self, gathered: &mut G, number: usize, left: Self::Left);

    /// After the last task.
    ///
    /// # Errors
    /// Its own.
    fn join(&self, shared: W, gathered: G) -> Result<Self::Joined, Self::Error>;
}

impl<W, G> ForkJoin<W, G> {
    /// For so many tasks, of which there is one at least.
    pub fn new(tasks: usize, gathered: G) -> Self {
        Self {
            state: Mutex::new(Tasks {
                shared: Shared::NotYet,
                gathered: Some(gathered),
                left: tasks,
                begun: BTreeSet::new(),
                failed: None,
            }),
        }
    }

    /// Does a task. The last one to end gives what the work comes to.
    ///
    /// # Errors
    /// Why this task did not come to its end.
    pub fn run<F: Fork<W, G>>(
        &self,
        fork: &F,
        number: usize,
    ) -> Result<Option<F::Joined>, ForkJoinError<F::Error>> {
        let shared = self.shared(fork, number)?;
        // Also when it panics: nobody may wait for it, and what is shared goes with the last task that is under way.
        let mut ending = GiveUp {
            give_up: || {
                fork.give_up(&shared, number);
                if let Ok(mut state) = self.state.lock() {
                    state.failed = Some(state.failed.map_or(number, |first| first.min(number)));
                    state.let_go();
                }
            },
            is_whole: false,
        };
        let left = fork.task(&shared, number).map_err(ForkJoinError::Task)?;
        ending.is_whole = true;
        drop(ending);
        drop(shared);
        let (shared, gathered) = {
            let mut state = self.held()?;
            let gathered = state.gathered.as_mut().ok_or(ForkJoinError::NotMade)?;
            fork.gather(gathered, number, left);
            state.left -= 1;
            if state.left > 0 {
                return Ok(None);
            }
            let shared = std::mem::replace(&mut state.shared, Shared::Gone);
            (shared, state.gathered.take())
        };
        // Nobody else has it: the other tasks are at their ends.
        let shared = match shared {
            Shared::Made(shared) => Arc::into_inner(shared),
            Shared::NotYet | Shared::Gone => None,
        };
        let (Some(shared), Some(gathered)) = (shared, gathered) else {
            return Err(ForkJoinError::NotMade);
        };
        let joined = fork.join(shared, gathered);
        joined.map(Some).map_err(ForkJoinError::Task)
    }

    fn held<E>(&self) -> Result<MutexGuard<'_, Tasks<W, G>>, ForkJoinError<E>> {
        self.state.lock().map_err(|_| ForkJoinError::Poisoned)
    }

    /// What the tasks share, for the task with this number.
    fn shared<F: Fork<W, G>>(
        &self,
        fork: &F,
        number: usize,
    ) -> Result<Arc<W>, ForkJoinError<F::Error>> {
        let mut state = self.held()?;
        state.begun.insert(number);
        let comes_after = |failed| number > failed;
        let shared = match &state.shared {
            Shared::Made(_) if state.failed.is_some_and(comes_after) => None,
            Shared::Made(shared) => Some(Arc::clone(shared)),
            Shared::Gone => None,
            Shared::NotYet => {
                state.shared = Shared::Gone;
                let shared = Arc::new(fork.begin().map_err(ForkJoinError::Task)?);
                state.shared = Shared::Made(Arc::clone(&shared));
                Some(shared)
            }
        };
        state.let_go();
        shared.ok_or(ForkJoinError::NotMade)
    }
}

/// Says, when it is dropped, that a task is not whole.
struct GiveUp<F: Fn()> {
    give_up: F,
    is_whole: bool,
}

impl<F: Fn()> Drop for GiveUp<F> {
    fn drop(&mut self) {
        if !self.is_whole {
            (self.give_up)();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Adds the numbers of its tasks; fails, or panics, where it is told to.
    #[derive(Default)]
    struct Sum {
        begun: AtomicUsize,
        given_up: Mutex<Vec<usize>>,
        fails: Option<usize>,
        panics: Option<usize>,
        cannot_begin: bool,
    }

    impl Fork<usize, Vec<usize>> for Sum {
        type Left = usize;
        type Joined = (usize, usize);
        type Error = &'static str;

        fn begin(&self) -> Result<usize, Self::Error> {
            self.begun.fetch_add(1, Ordering::Relaxed);
            if self.cannot_begin {
                return Err("not begun");
            }
            Ok(100)
        }

        fn task(&self, shared: &usize, number: usize) -> Result<usize, Self::Error> {
            std::thread::yield_now();
            assert_ne!(self.panics, Some(number), "told to panic");
            if self.fails == Some(number) {
                return Err("failed");
            }
            Ok(shared + number)
        }

        fn give_up(&self, _: &usize, number: usize) {
            self.given_up.lock().unwrap().push(number);
        }

        fn gather(&self, gathered: &mut Vec<usize>, _: usize, left: usize) {
            gathered.push(left);
        }

        fn join(&self, shared: usize, gathered: Vec<usize>) -> Result<Self::Joined, Self::Error> {
            Ok((shared, gathered.iter().sum()))
        }
    }

    type Outcome = Result<Vec<Option<(usize, usize)>>, ForkJoinError<&'static str>>;

    fn of_six(sum: &Sum, threads: usize) -> Outcome {
        let work = ForkJoin::new(6, Vec::new());
        crate::run(threads, 6, |number| work.run(sum, number))
    }

    #[test]
    fn what_is_shared_is_made_once_and_the_last_task_joins_what_all_left() {
        for threads in [1, 2, 5] {
            let sum = Sum::default();
            let joined = of_six(&sum, threads).unwrap();
            let joined: Vec<(usize, usize)> = joined.into_iter().flatten().collect();
            assert_eq!(joined, [(100, 615)]);
            assert_eq!(sum.begun.into_inner(), 1);
            assert_eq!(sum.given_up.into_inner().unwrap(), []);
        }
    }

    #[test]
    fn a_task_that_fails_is_given_up_and_nothing_is_joined() {
        for threads in [1, 2, 5] {
            let sum = Sum {
                fails: Some(3),
                ..Sum::default()
            };
            assert_eq!(of_six(&sum, threads), Err(ForkJoinError::Task("failed")));
            assert_eq!(sum.given_up.into_inner().unwrap(), [3]);
        }
    }

    #[test]
    fn after_a_failure_tasks_before_it_are_done_and_what_is_shared_goes() {
        let sum = Sum {
            fails: Some(3),
            ..Sum::default()
        };
        let work = ForkJoin::new(6, Vec::new());
        let is_gone = |work: &ForkJoin<usize, Vec<usize>>| {
            matches!(work.state.lock().unwrap().shared, Shared::Gone)
        };
        assert_eq!(work.run(&sum, 1), Ok(None));
        assert_eq!(work.run(&sum, 3), Err(ForkJoinError::Task("failed")));
        assert_eq!(work.run(&sum, 4), Err(ForkJoinError::NotMade));
        assert_eq!(work.run(&sum, 0), Ok(None));
        assert!(!is_gone(&work));
        assert_eq!(work.run(&sum, 2), Ok(None));
        assert!(is_gone(&work));
        assert_eq!(work.run(&sum, 5), Err(ForkJoinError::NotMade));
    }

    #[test]
    fn a_task_that_panics_is_given_up_too() {
        let sum = Sum {
            panics: Some(2),
            ..Sum::default()
        };
        let sum = std::panic::AssertUnwindSafe(sum);
        let ended = std::panic::catch_unwind(|| of_six(&sum, 2).is_ok());
        assert!(ended.is_err());
        assert_eq!(*sum.given_up.lock().unwrap(), [2]);
    }

    #[test]
    fn what_cannot_be_made_is_tried_once() {
        let sum = Sum {
            cannot_begin: true,
            ..Sum::default()
        };
        let work = ForkJoin::new(2, Vec::new());
        assert_eq!(work.run(&sum, 0), Err(ForkJoinError::Task("not begun")));
        assert_eq!(work.run(&sum, 1), Err(ForkJoinError::NotMade));
        assert_eq!(sum.begun.into_inner(), 1);
    }
}
