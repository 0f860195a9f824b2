//! A log, looked through: threads take blocks in turn and judge their lines alone; what depends on order is judged block after block by
//! whoever brings the one whose turn it is.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::block::Block;
use crate::blocks::Blocks;
use crate::error::AccessError;
use crate::form::Log;
use crate::judge::Judge;
use crate::known::Known;
use crate::order::{Moment, Order};
use crate::report::Report;
use crate::rules::Terms;
use crate::tally::Tally;

/// How the work is done; the answer depends on neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Threads, at least one.
    pub threads: usize,
    /// Bytes that a thread takes at once.
    pub block_bytes: usize,
}

impl Work {
    /// So many threads, and a megabyte at once.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            block_bytes: 1 << 20,
        }
    }
}

/// Judged blocks that wait for those before them.
struct Turns<'t> {
    next: u64,
    waiting: BTreeMap<u64, (u32, Vec<Moment>)>,
    order: Order<'t>,
    /// Somebody failed: nobody need wait.
    ended: bool,
}

/// Looks through a log. `go_on` hears of the lines of every block, and says whether there is to be another.
///
/// # Errors
/// A log that cannot be read, is of another form than declared, or holds more than may be held.
pub fn scan(
    log: &Log,
    known: &Known,
    terms: &Terms,
    work: Work,
    go_on: impl Fn(u64) -> bool + Sync,
) -> Result<Report, AccessError> {
    let terms = &with_reasons(log, terms);
    let blocks = Mutex::new(Blocks::open(log, work.block_bytes)?);
    let turns = Mutex::new(Turns {
        next: 0,
        waiting: BTreeMap::new(),
        order: Order::new(log, terms, known.accounts.len()),
        ended: false,
    });
    let turn = Condvar::new();
    let most_waiting = work.threads as u64 * 4;
    let tallies = bunri_work::run(work.threads, work.threads, |_| {
        let ending = Ending {
            turns: &turns,
            turn: &turn,
        };
        let tally = one_thread(log, known, terms, &blocks, most_waiting, &ending, &go_on)?;
        // Others go on where this one ended well.
        std::mem::forget(ending);
        Ok::<Tally, AccessError>(tally)
    })?;
    let turns = turns.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut whole = turns.order.tally;
    tallies.into_iter().for_each(|tally| whole.merge(tally));
    whole.within()?;
    Ok(Report::new(log, known, terms, &whole))
}

fn with_reasons(log: &Log, terms: &Terms) -> Terms {
    let mut terms = terms.clone();
    terms.leave_out_what_lacks(log);
    terms
}

fn one_thread(
    log: &Log,
    known: &Known,
    terms: &Terms,
    blocks: &Mutex<Blocks<'_>>,
    most_waiting: u64,
    ending: &Ending<'_, '_>,
    go_on: &(impl Fn(u64) -> bool + Sync),
) -> Result<Tally, AccessError> {
    let mut judge = Judge::new(log, known, terms);
    let mut block = Block::default();
    let mut moments = Vec::new();
    loop {
        if locked(ending.turns).ended || !locked(blocks).next(&mut block)? {
            return Ok(judge.tally);
        }
        let before = judge.tally.lines;
        judge.block(&block, &mut moments)?;
        if !go_on(judge.tally.lines - before) {
            return Err(AccessError::Interrupted);
        }
        moments = ending.bring(&block, moments, most_waiting)?;
    }
}

/// Wakes those who wait when a thread fails or panics.
struct Ending<'m, 't> {
    turns: &'m Mutex<Turns<'t>>,
    turn: &'m Condvar,
}

impl Ending<'_, '_> {
    /// Brings a block's moments; gives an empty list back.
    fn bring(
        &self,
        block: &Block,
        moments: Vec<Moment>,
        most_waiting: u64,
    ) -> Result<Vec<Moment>, AccessError> {
        let mut turns = locked(self.turns);
        // The block whose turn it is never waits here, so that somebody always goes on.
        while block.number > turns.next + most_waiting && !turns.ended {
            turns = self
                .turn
                .wait(turns)
                .unwrap_or_else(PoisonError::into_inner);
        }
        turns.waiting.insert(block.number, (block.file, moments));
        let mut empty = Vec::new();
        loop {
            let next = turns.next;
            let Some((file, moments)) = turns.waiting.remove(&next) else {
                break;
            };
            turns.order.block(file, &moments)?;
            turns.next += 1;
            empty = moments;
        }
        drop(turns);
        self.turn.notify_all();
        Ok(empty)
    }
}

impl Drop for Ending<'_, '_> {
    fn drop(&mut self) {
        locked(self.turns).ended = true;
        self.turn.notify_all();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
