//! What the units of a table give side by side is taken in their order by whoever does not know of units.
//!
//! No thread is there for the taking alone. Rows of the unit whose turn it is are taken at once, by the thread that brings
//! them or by one that is at it already; rows of later units wait, so many bytes of them, and then so do their
//! threads. The unit whose turn it is never waits for another one, and units are begun in order, so that it
//! always is under way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard};

use arrow_array::RecordBatch;

use crate::SplitError;

/// Takes rows in their order.
pub(crate) trait TakeRows {
    /// Takes the next rows.
    fn take(&mut self, rows: &RecordBatch) -> Result<(), SplitError>;
}

/// Rows on their way from units to what takes them.
pub(crate) struct UnitOrder<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// Bytes that may wait.
    room: usize,
}

struct State<T> {
    /// Absent while a thread gives it rows.
    taker: Option<T>,
    /// The unit whose rows are taken.
    turn: usize,
    waiting: BTreeMap<usize, VecDeque<RecordBatch>>,
    /// Units that give nothing more.
    ended: BTreeSet<usize>,
    /// Bytes that wait.
    bytes: usize,
    /// Units from this one on are given up.
    given_up: Option<usize>,
}

/// What a lock guards, unless a thread panicked while it held it.
pub(crate) fn held<T>(lock: &Mutex<T>) -> Result<MutexGuard<'_, T>, SplitError> {
    lock.lock().map_err(|_| SplitError::LockPoisoned)
}

impl<T: TakeRows> UnitOrder<T> {
    pub(crate) fn new(taker: T, room: usize) -> Self {
        Self {
            state: Mutex::new(State {
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

    /// The next rows of a unit.
    pub(crate) fn push(&self, unit: usize, rows: RecordBatch) -> Result<(), SplitError> {
        let bytes = rows.get_array_memory_size();
        let mut state = held(&self.state)?;
        while !state.has_room(unit, bytes, self.room)? {
            let changed = self.changed.wait(state);
            state = changed.map_err(|_| SplitError::LockPoisoned)?;
        }
        state.bytes += bytes;
        state.waiting.entry(unit).or_default().push_back(rows);
        self.hand_on(state)
    }

    /// A unit gives nothing more.
    pub(crate) fn end(&self, unit: usize) -> Result<(), SplitError> {
        let mut state = held(&self.state)?;
        state.ended.insert(unit);
        self.hand_on(state)
    }

    /// Nothing more will come of this unit, which is not at its end: those behind it need not wait. Those before it
    /// go on, so that of several failures the first in order is told.
    pub(crate) fn give_up(&self, unit: usize) {
        // A poisoned lock ends the others by itself.
        if let Ok(mut state) = self.state.lock() {
            state.give_up(unit);
        }
        self.changed.notify_all();
    }

    /// Gives what has its turn to the taker, unless a thread is at that.
    fn hand_on<'s>(&'s self, mut state: MutexGuard<'s, State<T>>) -> Result<(), SplitError> {
        let Some(mut taker) = state.taker.take() else {
            return Ok(());
        };
        while let Some(rows) = state.next() {
            drop(state);
            let taken = taker.take(&rows);
            state = held(&self.state)?;
            state.bytes -= rows.get_array_memory_size();
            if taken.is_err() {
                state.give_up(0);
            }
            self.changed.notify_all();
            taken?;
        }
        state.taker = Some(taker);
        self.changed.notify_all();
        Ok(())
    }

    /// After all units have ended: what took their rows.
    pub(crate) fn into_taker(self) -> Result<T, SplitError> {
        let state = self.state.into_inner();
        let state = state.map_err(|_| SplitError::LockPoisoned)?;
        state.taker.ok_or(SplitError::LockPoisoned)
    }
}

impl<T> State<T> {
    /// Whether a unit may bring so many bytes now.
    fn has_room(&self, unit: usize, bytes: usize, room: usize) -> Result<bool, SplitError> {
        if self.given_up.is_some_and(|from| unit >= from) {
            return Err(SplitError::Interrupted);
        }
        let is_taken_at_once = unit == self.turn && self.taker.is_some();
        // One batch may wait however large it is.
        Ok(is_taken_at_once || self.bytes == 0 || self.bytes.saturating_add(bytes) <= room)
    }

    /// The next rows in the order of units.
    fn next(&mut self) -> Option<RecordBatch> {
        loop {
            let waiting = self.waiting.get_mut(&self.turn);
            if let Some(rows) = waiting.and_then(VecDeque::pop_front) {
                return Some(rows);
            }
            if !self.ended.remove(&self.turn) {
                return None;
            }
            self.waiting.remove(&self.turn);
            self.turn += 1;
        }
    }

    fn give_up(&mut self, unit: usize) {
        self.given_up = Some(self.given_up.map_or(unit, |from| from.min(unit)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    /// Writes down what it takes; refuses the number that it is told.
    #[derive(Default)]
    struct Taker {
        taken: Vec<i64>,
        refuses: Option<i64>,
    }

    impl TakeRows for Taker {
        fn take(&mut self, rows: &RecordBatch) -> Result<(), SplitError> {
            std::thread::yield_now();
            let numbers = rows.column(0).as_primitive::<Int64Type>();
            if self
                .refuses
                .is_some_and(|refused| numbers.values().contains(&refused))
            {
                return Err(SplitError::RekeyCollision {
                    table: "t".to_owned(),
                });
            }
            self.taken.extend(numbers.values());
            Ok(())
        }
    }

    fn rows(number: i64) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![number; 3]));
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    /// Ten units of five batches.
    fn give(order: &UnitOrder<Taker>, threads: usize) -> Result<Vec<()>, SplitError> {
        bunri_work::run(threads, 10, |unit| {
            for batch in 0..5 {
                order.push(unit, rows(unit as i64 * 5 + batch))?;
            }
            order.end(unit)
        })
    }

    #[test]
    fn rows_are_taken_in_the_order_of_units_whatever_the_threads_and_the_room() {
        let expected: Vec<i64> = (0..50).flat_map(|number| [number; 3]).collect();
        for threads in [1, 2, 5] {
            for room in [0, 200, usize::MAX] {
                let order = UnitOrder::new(Taker::default(), room);
                give(&order, threads).unwrap();
                assert_eq!(order.into_taker().unwrap().taken, expected);
            }
        }
    }

    #[test]
    fn a_taker_that_refuses_leaves_nobody_waiting() {
        for threads in [1, 2, 5] {
            let refuses = Some(12);
            let order = UnitOrder::new(
                Taker {
                    refuses,
                    ..Taker::default()
                },
                100,
            );
            give(&order, threads).unwrap_err();
        }
    }

    #[test]
    fn a_unit_that_fails_stops_those_behind_it_and_not_those_before() {
        let order = UnitOrder::new(Taker::default(), 0);
        let outcome = bunri_work::run(3, 3, |unit| match unit {
            1 => {
                order.give_up(1);
                Ok(Err("failed"))
            }
            _ => {
                for _ in 0..3 {
                    if order.push(unit, rows(unit as i64)).is_err() {
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
        assert!(matches!(held(&lock), Err(SplitError::LockPoisoned)));
    }
}
