//! How a table is read: its tasks, and what they leave. Each answer is read over a session of its own and its rows are turned into batches
//! there; the batches are put in the order of the answers for who takes them ([`RowTaker`]).

use std::cell::RefCell;

use bunri_work::{Fork, ForkJoin, ForkJoinError, ReorderBuffer, ReorderError, pipelined};

use super::destination::Destination;
use super::taker::{RowTaker, TakenRows};
use super::{OfSource, Outcome, Stop, Work};
use crate::ExtractError;
use crate::halt::Halt;
use crate::rows::{Batcher, ReadBatch};
use crate::seam::Seam;
use crate::worker::Worker;
use bunri_source::{Query, RowSink, Session, SourceRow};

/// A table that is read, whole or behind a seam.
pub(crate) struct Reading<'a> {
    work: Work<'a>,
    begun: Option<Seam>,
    /// The answers in which its rows come, one behind another.
    answers: Vec<Query>,
    /// Whether its rows are asked for in key order: what lies behind a key is what is left only of such.
    has_seams: bool,
    /// Tasks.
    count: usize,
    tasks: ForkJoin<Rows<'a>, Option<OfSource>>,
}

type Rows<'a> = ReorderBuffer<RowTaker<'a>>;

impl<'a> Reading<'a> {
    pub(super) fn plan(
        work: Work<'a>,
        session: &Session,
        begun: Option<Seam>,
    ) -> Result<Self, ExtractError> {
        let (bench, table, kind) = (work.bench, work.table, work.kind);
        let behind = match &begun {
            Some(seam) => session.in_key_order(table, kind, Some(&seam.last), bench.answers)?,
            None => None,
        };
        let (begun, ordered) = match behind {
            Some(answers) => (begun, Some(answers)),
            None => {
                if begun.is_some() {
                    bench.custody.clear(&table.id)?;
                }
                (
                    None,
                    session.in_key_order(table, kind, None, bench.answers)?,
                )
            }
        };
        let has_seams = ordered.is_some();
        let answers = match ordered {
            Some(answers) => answers,
            None => session.in_any_order(table, kind, bench.answers)?,
        };
        let count = answers.len() + usize::from(bench.figures_apart);
        Ok(Self {
            work,
            begun,
            answers,
            has_seams,
            count,
            tasks: ForkJoin::new(count, None),
        })
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn run(
        &self,
        worker: &mut Worker<'_>,
        number: usize,
    ) -> Result<Option<Outcome>, Stop> {
        let by_worker = ByWorker {
            reading: self,
            worker: RefCell::new(worker),
        };
        match self.tasks.run(&by_worker, number) {
            Ok(joined) => Ok(joined),
            Err(ForkJoinError::Task(stop)) => Err(stop),
            // A panic reaches the caller by itself.
            Err(ForkJoinError::NotMade | ForkJoinError::Poisoned) => Ok(None),
        }
    }

    /// The answer that a task reads.
    fn answer_of(&self, number: usize) -> Option<usize> {
        number.checked_sub(usize::from(self.work.bench.figures_apart))
    }

    /// What takes the rows.
    fn taker(&self) -> Result<RowTaker<'a>, ExtractError> {
        let work = self.work;
        let (bench, table) = (work.bench, work.table);
        if let Some(seam) = &self.begun {
            let rejects = work.rejects_aside(seam.rejects.clone())?;
            return RowTaker::behind((bench, table), seam, rejects, work.progress);
        }
        let rejects = if self.has_seams {
            work.rejects_aside(Vec::new())?
        } else {
            work.rejects()
        };
        // Rows without a key are in order by all of their columns, which no source gives.
        let destination = if table.key.is_empty() {
            Destination::sorter(bench, table)?
        } else {
            Destination::Parts(Box::new(work.output()?))
        };
        let taker = RowTaker::new((bench, table), destination, rejects, work.progress);
        Ok(taker)
    }

    /// Reads an answer to its end, unless a task before this one fails.
    fn read(
        &self,
        worker: &mut Worker<'_>,
        rows: &Rows<'a>,
        answer: usize,
    ) -> Result<(), ExtractError> {
        let Work { bench, table, .. } = self.work;
        let mut batcher = Batcher::new(table)?;
        if self.has_seams {
            batcher = batcher.with_marks(bench.part_rows);
        }
        let push = |(): &mut (), read: ReadBatch| {
            let bytes = read.bytes();
            is_going_on(rows.push(answer, read, bytes))
        };
        let session = worker.session()?;
        let read = pipelined(&bench.spare, (), push, |hand| {
            let mut intake = Intake::new(batcher, &bench.halt, hand);
            session.read(table, &self.answers[answer], &mut intake)?;
            intake.pass_on()
        })?;
        if !read.wanted {
            worker.leave();
            return Ok(());
        }
        is_going_on(rows.end(answer)).map(drop)
    }
}

/// Whether rows are wanted still. Whoever has failed before tells why itself.
fn is_going_on(pushed: Result<(), ReorderError<ExtractError>>) -> Result<bool, ExtractError> {
    match pushed {
        Ok(()) => Ok(true),
        Err(ReorderError::Taker(failure)) => Err(failure),
        Err(ReorderError::GivenUp | ReorderError::Poisoned) => Ok(false),
    }
}

/// A table's tasks by a worker. Its connection may have to be made anew: that is part of the task, so that nobody waits for a task
/// that cannot be done.
struct ByWorker<'w, 's, 'a> {
    reading: &'w Reading<'a>,
    worker: RefCell<&'w mut Worker<'s>>,
}

impl<'a> Fork<Rows<'a>, Option<OfSource>> for ByWorker<'_, '_, 'a> {
    type Left = Option<OfSource>;
    type Joined = Outcome;
    type Error = Stop;

    fn begin(&self) -> Result<Rows<'a>, Stop> {
        let work = self.reading.work;
        work.begin()?;
        Ok(ReorderBuffer::new(self.reading.taker()?, work.bench.room))
    }

    fn task(&self, rows: &Rows<'a>, number: usize) -> Result<Option<OfSource>, Stop> {
        let reading = self.reading;
        let worker = &mut *self.worker.borrow_mut();
        reading.work.bench.halt.check()?;
        let of_source = match number {
            0 => Some(reading.work.of_source(worker.session()?)?),
            _ => None,
        };
        if let Some(answer) = reading.answer_of(number) {
            reading.read(worker, rows, answer)?;
        }
        Ok(of_source)
    }

    fn give_up(&self, rows: &Rows<'a>, number: usize) {
        rows.give_up(self.reading.answer_of(number).unwrap_or_default());
    }

    fn gather(&self, gathered: &mut Option<OfSource>, _: usize, left: Option<OfSource>) {
        if left.is_some() {
            *gathered = left;
        }
    }

    fn join(&self, rows: Rows<'a>, of_source: Option<OfSource>) -> Result<Outcome, Stop> {
        let work = self.reading.work;
        // They are there when all tasks have come to their ends.
        let (Some(of_source), Ok(taker)) = (of_source, rows.into_taker()) else {
            return Err(ExtractError::Interrupted.into());
        };
        let TakenRows {
            destination,
            rejects,
            rows_read,
            differs,
        } = taker.finish()?;
        let rows = of_source.figures.rows;
        if self.reading.begun.is_some() && (differs || rows_read != rows) {
            // A row with the key before the seam was passed over: the whole table tells which it is.
            drop((destination, rejects));
            work.bench.custody.clear(&work.table.id)?;
            return Ok(Outcome::Whole(work.delta.cloned()));
        }
        work.all_read(rows_read, &of_source.figures)?;
        let parts = work.finish(destination, rows)?;
        Ok(work.complete(parts, rejects, of_source, work.delta.cloned())?)
    }
}

/// Takes the rows that a session reads, and passes them on in batches.
pub(super) struct Intake<'a, F> {
    batcher: Batcher<'a>,
    halt: &'a Halt<'a>,
    each: F,
    pub(super) rows_read: u64,
}

impl<'a, F> Intake<'a, F>
where
    F: FnMut(ReadBatch) -> Result<bool, ExtractError>,
{
    /// Passes batches on to `each`, which says whether more is wanted.
    pub(super) fn new(batcher: Batcher<'a>, halt: &'a Halt<'a>, each: F) -> Self {
        Self {
            batcher,
            halt,
            each,
            rows_read: 0,
        }
    }

    /// Passes on what was gathered; says whether more is wanted.
    pub(super) fn pass_on(&mut self) -> Result<bool, ExtractError> {
        let Some(batch) = self.batcher.batch()? else {
            return Ok(true);
        };
        self.halt.check()?;
        (self.each)(batch)
    }
}

impl<F> RowSink for Intake<'_, F>
where
    F: FnMut(ReadBatch) -> Result<bool, ExtractError>,
{
    type Error = ExtractError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, ExtractError> {
        self.rows_read += 1;
        if self.batcher.push(row)? {
            return self.pass_on();
        }
        Ok(true)
    }
}
