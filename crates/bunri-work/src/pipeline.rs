//! Work in two steps, **made** and **taken**: as long as every thread of the limit has something else to do, each item is taken where it was
//! made; as soon as one is to spare, the second step goes on beside the first, on that thread. What comes of it is the same.

use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope, ScopedJoinHandle, scope};

/// Items that wait between the steps. Each is memory; one is enough for neither step to wait for the other's every item.
const WAITING: usize = 1;

/// Counts the threads of a limit, so that a task that could use another one takes it only if nobody else will.
#[derive(Debug)]
pub struct SpareThreads {
    threads: usize,
    workers: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    /// Tasks that are not begun.
    left: usize,
    /// Tasks that are under way.
    running: usize,
    /// Threads that help a task.
    helping: usize,
}

/// A thread at work, until it is dropped.
#[derive(Debug)]
pub struct BusyThread<'a> {
    of: &'a SpareThreads,
    helps: bool,
}

impl SpareThreads {
    /// `threads`: the limit; `workers`: threads that take tasks, one after another.
    #[must_use]
    pub fn new(threads: usize, workers: usize) -> Self {
        Self {
            threads,
            workers,
            counts: Mutex::new(Counts {
                left: 0,
                running: 0,
                helping: 0,
            }),
        }
    }

    /// So many tasks are to be begun.
    pub fn add_tasks(&self, tasks: usize) {
        self.counts().left += tasks;
    }

    /// A worker begins a task.
    pub fn begin_task(&self) -> BusyThread<'_> {
        let mut counts = self.counts();
        counts.left = counts.left.saturating_sub(1);
        counts.running += 1;
        BusyThread {
            of: self,
            helps: false,
        }
    }

    /// A thread that no task will need: as long as some are not begun, every worker will take another one.
    fn take(&self) -> Option<BusyThread<'_>> {
        let mut counts = self.counts();
        let needed = match counts.left {
            0 => counts.running,
            _ => counts.running.max(self.workers),
        };
        if needed + counts.helping >= self.threads {
            return None;
        }
        counts.helping += 1;
        Some(BusyThread {
            of: self,
            helps: true,
        })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Numbers that are added to and taken from: no panic leaves them half changed.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for BusyThread<'_> {
    fn drop(&mut self) {
        let mut counts = self.of.counts();
        if self.helps {
            counts.helping -= 1;
        } else {
            counts.running -= 1;
        }
    }
}

/// What came of both steps.
#[derive(Debug)]
pub struct Pipelined<C, R> {
    /// What took the items.
    pub taker: C,
    /// What the first step says.
    pub made: R,
    /// Whether the taker wanted more to the end.
    pub wanted: bool,
}

/// Makes items and gives them to `taker`, in order, through `take`, which says whether more are wanted. `make` gives each item to the function that
/// it is lent, which says the same, perhaps a few items later.
///
/// # Errors
/// The error of `take`, else that of `make`: what is taken was made before.
pub fn pipelined<C: Send, T: Send, R, E: Send>(
    spare: &SpareThreads,
    taker: C,
    take: impl Fn(&mut C, T) -> Result<bool, E> + Sync,
    make: impl FnOnce(&mut dyn FnMut(T) -> Result<bool, E>) -> Result<R, E>,
) -> Result<Pipelined<C, R>, E> {
    // One thread has it at a time; a panic of that thread reaches the caller.
    let taker = Mutex::new(taker);
    let take = |item: T| {
        take(
            &mut taker.lock().unwrap_or_else(PoisonError::into_inner),
            item,
        )
    };
    let (made, wanted) = scope(|scope| {
        let mut step = Step::Here { wanted: true };
        let made = make(&mut |item| step.take(scope, spare, &take, item));
        Ok((made, step.end()?))
    })?;
    Ok(Pipelined {
        taker: taker.into_inner().unwrap_or_else(PoisonError::into_inner),
        made: made?,
        wanted,
    })
}

/// Where items are taken.
enum Step<'scope, T, E> {
    /// Where they are made, as long as they are wanted.
    Here { wanted: bool },
    /// On a thread beside, which says at its end whether it wanted more.
    Beside {
        sender: SyncSender<T>,
        thread: ScopedJoinHandle<'scope, Result<bool, E>>,
    },
}

impl<'scope, T: Send + 'scope, E: Send + 'scope> Step<'scope, T, E> {
    fn take<'env: 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'env>,
        spare: &'scope SpareThreads,
        take: &'scope (impl Fn(T) -> Result<bool, E> + Sync),
        item: T,
    ) -> Result<bool, E> {
        if let Self::Here { wanted: true } = self
            && let Some(busy) = spare.take()
        {
            let (sender, receiver) = sync_channel::<T>(WAITING);
            let work = move || {
                let _busy = busy;
                while let Ok(item) = receiver.recv() {
                    if !take(item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            };
            // What the system refuses is done here.
            if let Ok(thread) = Builder::new().spawn_scoped(scope, work) {
                *self = Self::Beside { sender, thread };
            }
        }
        match self {
            Self::Here { wanted } => {
                *wanted = *wanted && take(item)?;
                Ok(*wanted)
            }
            // Why it listens no more it says at its end.
            Self::Beside { sender, .. } => Ok(sender.send(item).is_ok()),
        }
    }

    /// Waits until everything is taken; says whether more was wanted.
    fn end(self) -> Result<bool, E> {
        match self {
            Self::Here { wanted } => Ok(wanted),
            Self::Beside { sender, thread } => {
                drop(sender);
                thread.join().unwrap_or_else(|panic| resume_unwind(panic))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeSet;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread::{self, ThreadId};

    use super::*;

    /// What took the numbers, and where.
    #[derive(Debug, Default)]
    struct Taker {
        numbers: Vec<u32>,
        threads: BTreeSet<String>,
    }

    fn name(id: ThreadId) -> String {
        format!("{id:?}")
    }

    fn take(taker: &mut Taker, number: u32) -> Result<bool, String> {
        taker.numbers.push(number);
        taker.threads.insert(name(thread::current().id()));
        match number {
            100 => Ok(false),
            200 => Err("the taker's".to_owned()),
            300 => std::panic::panic_any("300"),
            _ => Ok(true),
        }
    }

    /// Gives numbers until no more are wanted.
    fn give(
        spare: &SpareThreads,
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<Pipelined<Taker, u32>, String> {
        pipelined(spare, Taker::default(), take, |hand| {
            let mut given = 0;
            for number in numbers {
                given += 1;
                if !hand(number)? {
                    break;
                }
                if number == 250 {
                    return Err("the maker's".to_owned());
                }
            }
            Ok(given)
        })
    }

    /// Nobody to spare; and one thread.
    fn both() -> [SpareThreads; 2] {
        [1, 2].map(|threads| SpareThreads::new(threads, 1))
    }

    #[test]
    fn items_are_taken_in_order_here_or_beside() {
        for (beside, spare) in both().iter().enumerate() {
            let _busy = spare.begin_task();
            let done = give(spare, 0..100).unwrap();
            assert_eq!(done.taker.numbers, (0..100).collect::<Vec<_>>());
            assert_eq!((done.made, done.wanted), (100, true));
            let here = done.taker.threads.contains(&name(thread::current().id()));
            assert_eq!((done.taker.threads.len(), here), (1, beside == 0));
        }
    }

    #[test]
    fn whoever_wants_no_more_gets_no_more() {
        for spare in &both() {
            let _busy = spare.begin_task();
            let done = give(spare, 90..200).unwrap();
            assert_eq!(done.taker.numbers, (90..=100).collect::<Vec<_>>());
            assert!(!done.wanted);
        }
    }

    #[test]
    fn the_takers_error_comes_before_the_makers() {
        for spare in &both() {
            let _busy = spare.begin_task();
            let error = |numbers: &[u32]| give(spare, numbers.to_vec()).unwrap_err();
            assert_eq!(error(&[1, 250]), "the maker's");
            assert_eq!(error(&[1, 200, 250]), "the taker's");
            assert_eq!(error(&[1, 200]), "the taker's");
            // Nothing is left of who helped.
            assert_eq!(spare.counts().helping, 0);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        for spare in &both() {
            let _busy = spare.begin_task();
            let caught = catch_unwind(AssertUnwindSafe(|| give(spare, 290..310)));
            assert_eq!(*caught.unwrap_err().downcast::<&str>().unwrap(), "300");
        }
    }

    #[test]
    fn a_thread_is_to_spare_when_no_task_will_need_it() {
        let spare = SpareThreads::new(3, 2);
        spare.add_tasks(3);
        let first = spare.begin_task();
        // Two workers, and a third thread that is no worker.
        let helper = spare.take();
        assert!(helper.is_some() && spare.take().is_none());
        drop(helper);
        let second = spare.begin_task();
        drop(first);
        let third = spare.begin_task();
        let helper = spare.take();
        assert!(helper.is_some() && spare.take().is_none());
        drop(second);
        let other = spare.take();
        assert!(other.is_some() && spare.take().is_none());
        drop((third, helper, other));
        let counts = spare.counts();
        assert_eq!((counts.running, counts.helping), (0, 0));
    }
}
