//! What tasks give side by side is taken in the order of the tasks, by something that does not know of them.
//!
//! No thread is there for the taking alone. Items of the task whose turn it is are taken at once, by the thread that brings
//! them or by one that is at it already; items of later tasks wait, so many bytes of them, and then so do their
//! threads. The task whose turn it is never waits for another one, and tasks are begun in order, so that it
//! always is under way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard};

/// Takes items in their order.
pub trait TakeInOrder {
    /// What it takes.
    type Item;
    /// Why it can not.
    type Error;

    /// Takes the next item.
    ///
    /// # Errors
    /// When it can not; nothing is given to it after that.
    fn take(&mut self, item: &Self::Item) -> Result<(), Self::Error>;
}

/// Why an item was not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum ReorderError<E> {
    /// It was refused.
    Taker(E),
    /// A task before this one has failed, and tells why itself.
    GivenUp,
    /// A thread panicked while it held what all threads share.
    Poisoned,
}

/// Items on their way from tasks to what takes them.
pub struct ReorderBuffer<T: TakeInOrder> {
    state: Mutex<Items<T>>,
    changed: Condvar,
    /// Bytes that may wait.
    room: usize,
}

struct Items<T: TakeInOrder> {
    /// Absent while a thread gives it items.
    taker: Option<T>,
    /// The task whose items are taken.
    turn: usize,
    /// With the bytes of each.
    waiting: BTreeMap<usize, VecDeque<(T::Item, usize)>>,
    /// Tasks that give nothing more.
    ended: BTreeSet<usize>,
    /// Bytes that wait.
    bytes: usize,
    /// Tasks from this one on are given up.
    given_up: Option<usize>,
}

/// What a lock guards, unless a thread panicked while it held it.
fn held<T, E>(lock: &Mutex<T>) -> Result<MutexGuard<'_, T>, ReorderError<E>> {
    lock.lock().map_err(|_| ReorderError::Poisoned)
}

impl<T: TakeInOrder> ReorderBuffer<T> {
    /// For tasks that are numbered from 0; `room` is how many bytes may wait.
    pub fn new(taker: T, room: usize) -> Self {
        Self {
            state: Mutex::new(Items {
                taker: Some(taker),
                turn: 0,
                waiting: BTreeMap::new(),
                ended: BTreeSet::new(),
                bytes: 0,
                given_up: None,
            }),
            changed: Condvar::new(),
            room,
        }
    }

    /// The next item of a task, which is so many bytes.
    ///
    /// # Errors
    /// When an item is refused, or a task before this one has failed.
    pub fn push(
        &self,
        task: usize,
        item: T::Item,
        bytes: usize,
    ) -> Result<(), ReorderError<T::Error>> {
        let mut state = held(&self.state)?;
        while !state.has_room(task, bytes, self.room)? {
            let changed = self.changed.wait(state);
            state = changed.map_err(|_| ReorderError::Poisoned)?;
        }
        state.bytes += bytes;
        state
            .waiting
            .entry(task)
            .or_default()
            .push_back((item, bytes));
        self.hand_on(state)
    }

    /// A task gives nothing more.
    ///
    /// # Errors
    /// When an item is refused.
    pub fn end(&self, task: usize) -> Result<(), ReorderError<T::Error>> {
        let mut state = held(&self.state)?;
        state.ended.insert(task);
        self.hand_on(state)
    }

    /// Nothing more will come of this task, which is not at its end: those behind it need not wait. Those before it
    /// go on, so that of several failures the first in order is told.
    pub fn give_up(&self, task: usize) {
        // A poisoned lock ends the others by itself.
        if let Ok(mut state) = self.state.lock() {
            state.give_up(task);
        }
        self.changed.notify_all();
    }

    /// Gives what has its turn to the taker, unless a thread is at that.
    fn hand_on<'s>(
        &'s self,
        mut state: MutexGuard<'s, Items<T>>,
    ) -> Result<(), ReorderError<T::Error>> {
        let Some(mut taker) = state.taker.take() else {
            return Ok(());
        };
        while let Some((item, bytes)) = state.next() {
            drop(state);
            let taken = taker.take(&item);
            state = held(&self.state)?;
            state.bytes -= bytes;
            if taken.is_err() {
                state.give_up(0);
            }
            self.changed.notify_all();
            taken.map_err(ReorderError::Taker)?;
        }
        state.taker = Some(taker);
        self.changed.notify_all();
        Ok(())
    }

    /// After all tasks have ended: what took their items.
    ///
    /// # Errors
    /// When it is not there because it has refused an item, or a thread panicked.
    pub fn into_taker(self) -> Result<T, ReorderError<T::Error>> {
        let state = self.state.into_inner();
        let state = state.map_err(|_| ReorderError::Poisoned)?;
        state.taker.ok_or(ReorderError::Poisoned)
    }
}

impl<T: TakeInOrder> Items<T> {
    /// Whether a task may bring so many bytes now.
    fn has_room(
        &self,
        task: usize,
        bytes: usize,
        room: usize,
    ) -> Result<bool, ReorderError<T::Error>> {
        if self.given_up.is_some_and(|from| task >= from) {
            return Err(ReorderError::GivenUp);
        }
        let is_taken_at_once = task == self.turn && self.taker.is_some();
        // One item may wait however large it is.
        Ok(is_taken_at_once || self.bytes == 0 || self.bytes.saturating_add(bytes) <= room)
    }

    /// The next item in the order of tasks.
    fn next(&mut self) -> Option<(T::Item, usize)> {
        loop {
            let waiting = self.waiting.get_mut(&self.turn);
            if let Some(item) = waiting.and_then(VecDeque::pop_front) {
                return Some(item);
            }
            if !self.ended.remove(&self.turn) {
                return None;
            }
            self.waiting.remove(&self.turn);
            self.turn += 1;
        }
    }

    fn give_up(&mut self, task: usize) {
        self.given_up = Some(self.given_up.map_or(task, |from| from.min(task)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    /// Writes down what it takes; refuses the number that it is told.
    #[derive(Default)]
    struct Taker {
        taken: Vec<usize>,
        refuses: Option<usize>,
    }

    impl TakeInOrder for Taker {
        type Item = usize;
        type Error = &'static str;

        fn take(&mut self, number: &usize) -> Result<(), &'static str> {
            std::thread::yield_now();
            if self.refuses == Some(*number) {
                return Err("refused");
            }
            self.taken.push(*number);
            Ok(())
        }
    }

    type Outcome<T> = Result<T, ReorderError<&'static str>>;

    /// Ten tasks of five items.
    fn give(buffer: &ReorderBuffer<Taker>, threads: usize) -> Outcome<Vec<()>> {
        crate::run(threads, 10, |task| {
            for item in 0..5 {
                buffer.push(task, task * 5 + item, 24)?;
            }
            buffer.end(task)
        })
    }

    #[test]
    fn items_are_taken_in_the_order_of_tasks_whatever_the_threads_and_the_room() {
        let expected: Vec<usize> = (0..50).collect();
        for threads in [1, 2, 5] {
            for room in [0, 200, usize::MAX] {
                let buffer = ReorderBuffer::new(Taker::default(), room);
                give(&buffer, threads).unwrap();
                assert!(matches!(buffer.into_taker(), Ok(taker) if taker.taken == expected));
            }
        }
    }

    #[test]
    fn a_taker_that_refuses_leaves_nobody_waiting() {
        for threads in [1, 2, 5] {
            let refuses = Some(12);
            let taker = Taker {
                refuses,
                ..Taker::default()
            };
            let buffer = ReorderBuffer::new(taker, 100);
            give(&buffer, threads).unwrap_err();
        }
    }

    #[test]
    fn a_task_that_fails_stops_those_behind_it_and_not_those_before() {
        let buffer = ReorderBuffer::new(Taker::default(), 0);
        let outcome = crate::run(3, 3, |task| match task {
            1 => {
                buffer.give_up(1);
                Ok(Err("failed"))
            }
            _ => {
                for _ in 0..3 {
                    if buffer.push(task, task, 24).is_err() {
                        return Ok(Err("stopped"));
                    }
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                Ok::<_, ()>(Ok(()))
            }
        });
        assert_eq!(outcome.unwrap(), [Ok(()), Err("failed"), Err("stopped")]);
    }

    #[test]
    fn a_poisoned_lock_is_an_error_and_not_an_empty_queue() {
        let lock = Mutex::new(0);
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let _held = lock.lock().unwrap();
                panic!("while it is held");
            });
            thread.join().unwrap_err();
        });
        assert!(matches!(held::<_, ()>(&lock), Err(ReorderError::Poisoned)));
    }
}
