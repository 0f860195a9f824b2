//! One table, from the source to its committed files, in **tasks** that several threads take, each over a session of its own: what the
//! source says of the table, and the answers in which its rows come. The last task to end finishes the table. What comes of
//! it is the same whoever does what, and in however many answers.

mod delta;
mod destination;
mod reading;
mod taker;

use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Event, Observer};
use bunri_manifest::{BaseTable, FileEntry, ForeignKey, Source, StagedTable, TableDelta};

use self::delta::Made;
use self::destination::Destination;
use self::reading::Reading;
use crate::ExtractError;
use crate::custody::{Custody, Identity};
use crate::earlier::{Earlier, Way};
use crate::halt::Halt;
use crate::key::{self, KeyWatch};
use crate::output::{Output, Parts};
use crate::rejects::{CommittedRejects, Rejects};
use crate::worker::Worker;
use bunri_source::{Figures, ObjectKind, Session, SourceError};
use bunri_work::{SpareThreads, pipelined};

/// Rejects are few; they get this part of a table's memory.
const REJECT_SHARE: usize = 8;

/// What all tables of a run share.
pub(crate) struct Bench<'a> {
    pub(crate) custody: &'a Custody,
    /// The database file.
    pub(crate) source: &'a Source,
    pub(crate) halt: Halt<'a>,
    /// Threads that no task works on.
    pub(crate) spare: SpareThreads,
    /// Bytes to sort with, for one table at a time.
    pub(crate) budget: usize,
    /// Bytes of a table's rows that may wait for those before them.
    pub(crate) room: usize,
    /// Rows in every part but the last.
    pub(crate) part_rows: usize,
    /// Into how many answers a table is cut, about, where the source can do that.
    pub(crate) answers: usize,
    /// Whether sessions can ask at the same time, so that what the source says of a table is a task of its own.
    pub(crate) figures_apart: bool,
    /// The staging of an earlier run, if rows are taken from one.
    pub(crate) earlier: Option<&'a Earlier<'a>>,
}

impl Bench<'_> {
    /// What the bytes of a table depend on.
    pub(crate) fn identity_of(&self, table: &Table) -> Identity {
        Identity::of_table(self.source, table)
    }
}

/// How a table ended, when nothing failed.
pub(crate) enum Outcome {
    /// Its files and its note are committed.
    Staged(Box<StagedTable>),
    /// Its rows break its declared key, in these ways.
    Refused(Vec<String>),
    /// It is to be read whole, from its beginning: nothing of it is there. Of a sample of earlier rows that differed it is said how.
    Whole(Option<TableDelta>),
}

/// Why a task did not come to its end.
pub(crate) enum Stop {
    Failed(ExtractError),
    /// The table breaks its declared key, in these ways.
    Refused(Vec<String>),
}

impl<E: Into<ExtractError>> From<E> for Stop {
    fn from(failure: E) -> Self {
        Self::Failed(failure.into())
    }
}

/// Tells of rows once, also where a table begins again.
#[derive(Clone, Copy)]
pub(crate) struct Progress<'a> {
    observer: &'a dyn Observer,
    told: &'a AtomicU64,
}

impl<'a> Progress<'a> {
    /// So many rows were told of.
    pub(crate) fn new(observer: &'a dyn Observer, told: &'a AtomicU64) -> Self {
        Self { observer, told }
    }

    fn reach(&self, rows: u64) {
        let told = self.told.fetch_max(rows, Ordering::Relaxed);
        if rows > told {
            self.observer.event(Event::Rows { rows: rows - told });
        }
    }

    fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }
}

/// A table's tasks.
pub(crate) enum TableTasks<'a> {
    /// It is read, whole or behind a seam.
    Read(Box<Reading<'a>>),
    /// It is made of an earlier staging and of what changed since, in one task.
    Delta(Work<'a>, Way<'a>),
}

impl<'a> TableTasks<'a> {
    /// Looks at what an earlier run left of the table, and how the source is asked for its rows; removes what nobody goes on with.
    pub(crate) fn plan(work: Work<'a>, session: &Session) -> Result<Self, ExtractError> {
        let (bench, table) = (work.bench, work.table);
        bench.halt.check()?;
        let identity = bench.identity_of(table);
        let begun = bench.custody.begun(&table.id, &identity, bench.part_rows)?;
        let way = bench.earlier.filter(|_| work.may_take_earlier);
        match way.and_then(|it| it.way(table)) {
            Some(way) if begun.is_none() => Ok(Self::Delta(work, way)),
            _ => Ok(Self::Read(Box::new(Reading::plan(work, session, begun)?))),
        }
    }

    /// How many tasks there are. They are to be begun in their order.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Read(reading) => reading.count(),
            Self::Delta(..) => 1,
        }
    }

    /// Does a task. The last one to end says how the table ended. [`None`] of the others, also where another one has failed, which tells
    /// why itself.
    pub(crate) fn run(
        &self,
        worker: &mut Worker<'_>,
        number: usize,
    ) -> Result<Option<Outcome>, ExtractError> {
        let ended = match self {
            Self::Read(reading) => reading.run(worker, number),
            Self::Delta(work, way) => {
                let session = worker.session()?;
                work.delta(session, way).map(Some)
            }
        };
        match ended {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Refused(complaints)) => Ok(Some(Outcome::Refused(complaints))),
            Err(Stop::Failed(failure)) => Err(failure),
        }
    }
}

/// One table at work.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) bench: &'a Bench<'a>,
    pub(crate) table: &'a Table,
    pub(crate) kind: ObjectKind,
    pub(crate) progress: Progress<'a>,
    /// Whether rows may be taken from an earlier run.
    pub(crate) may_take_earlier: bool,
    /// How it went with them, where they could not be taken.
    pub(crate) delta: Option<&'a TableDelta>,
}

/// What the source says of a table.
struct OfSource {
    figures: Figures,
    foreign_keys: Vec<ForeignKey>,
    /// The tables of a view, by name.
    made_of: Vec<BaseTable>,
}

impl<'a> Work<'a> {
    fn of_source(&self, session: &Session) -> Result<OfSource, Stop> {
        let figures = session.figures(self.table, self.kind)?;
        let nulls = key::nulls(self.table, &figures);
        if !nulls.is_empty() {
            return Err(Stop::Refused(nulls));
        }
        Ok(OfSource {
            figures,
            foreign_keys: session.foreign_keys(self.table)?,
            made_of: self.made_of(session)?,
        })
    }

    /// The tables of a view, counted by the source.
    fn made_of(&self, session: &Session) -> Result<Vec<BaseTable>, SourceError> {
        let tables = self.table.view_of.iter().flat_map(|view| &view.tables);
        let mut tables: Vec<&String> = tables.collect();
        tables.sort_unstable();
        let base = |name: &String| {
            Ok(BaseTable {
                name: name.clone(),
                rows: session.count_of(name)?,
            })
        };
        tables.into_iter().map(base).collect()
    }

    fn begin(&self) -> Result<(), ExtractError> {
        self.bench.halt.check()?;
        let id = &self.table.id;
        self.bench.halt.observer.event(Event::Table { id });
        Ok(())
    }

    /// Makes the table of an earlier staging and of what changed since.
    fn delta(&self, session: &Session, way: &Way<'_>) -> Result<Outcome, Stop> {
        self.begin()?;
        let of_source = self.of_source(session)?;
        match delta::make(self, (session, &of_source.figures), way)? {
            Made::Of(parts, rejects, delta) => {
                Ok(self.complete(*parts, *rejects, of_source, Some(delta))?)
            }
            Made::Whole(differed) => Ok(Outcome::Whole(differed)),
        }
    }

    /// Writes what is not written yet, of so many rows of the source.
    fn finish(&self, destination: Destination<'a>, rows: u64) -> Result<Parts<'a>, ExtractError> {
        let sorter = match destination {
            Destination::Parts(output) => return Ok(output.finish()?),
            Destination::Sorter { sorter, .. } => sorter,
        };
        let mut sorted = sorter.finish()?;
        let write = |output: &mut Output<'a>, batch: RecordBatch| {
            Ok::<_, ExtractError>(output.take(&batch)?)
        };
        let written = pipelined(&self.bench.spare, self.output()?, write, |hand| {
            let mut done = self.progress.told();
            while let Some(batch) = sorted.next()? {
                self.bench.halt.check()?;
                done += batch.num_rows() as u64 / 2;
                self.progress.reach(done.min(rows));
                if !hand(batch)? {
                    break;
                }
            }
            Ok(())
        })?;
        if !written.wanted {
            return Err(unsorted(self.table).into());
        }
        Ok(written.taker.finish()?)
    }

    fn output(&self) -> Result<Output<'a>, ColumnarError> {
        Output::create(self.bench.custody, self.table, self.bench.part_rows)
    }

    /// Refuses to believe a reading that gave another number of rows than the source counted.
    fn all_read(&self, read: u64, figures: &Figures) -> Result<(), SourceError> {
        if read == figures.rows {
            return Ok(());
        }
        Err(SourceError::RowsDiffer {
            table: self.table.name.clone(),
            counted: figures.rows,
            read,
        })
    }

    fn rejects(&self) -> Rejects<'a> {
        Rejects::new(self.bench.custody, self.bench.budget / REJECT_SHARE)
    }

    fn rejects_aside(&self, before: Vec<FileEntry>) -> Result<Rejects<'a>, ColumnarError> {
        let budget = self.bench.budget / REJECT_SHARE;
        Rejects::aside(self.bench.custody, &self.table.id, budget, before)
    }

    /// Commits a table whose parts are written, unless two of its rows share a key, or it must be read whole.
    fn complete(
        &self,
        parts: Parts<'_>,
        rejects: Rejects<'_>,
        of_source: OfSource,
        delta: Option<TableDelta>,
    ) -> Result<Outcome, ExtractError> {
        let (custody, table) = (self.bench.custody, self.table);
        if let Some(complaint) = parts.watch.and_then(KeyWatch::complaint) {
            custody.clear(&table.id)?;
            return Ok(Outcome::Refused(vec![complaint]));
        }
        let rejects = match rejects.commit(custody, &table.id)? {
            CommittedRejects::InFile(file) => file,
            CommittedRejects::Twice => {
                custody.clear(&table.id)?;
                return Ok(Outcome::Whole(delta));
            }
        };
        self.progress.reach(of_source.figures.rows);
        let staged = StagedTable {
            id: table.id.clone(),
            name: table.name.clone(),
            source_rows: of_source.figures.rows,
            files: parts.files,
            rejects,
            totals: of_source.figures.totals,
            foreign_keys: of_source.foreign_keys,
            made_of: of_source.made_of,
            delta,
        };
        custody.note_table(&staged, &self.bench.identity_of(table))?;
        custody.forget_seam(&table.id)?;
        self.bench.halt.observer.event(Event::TableDone {
            id: &table.id,
            rows: staged.source_rows,
        });
        Ok(Outcome::Staged(Box::new(staged)))
    }
}

fn unsorted(table: &Table) -> ColumnarError {
    ColumnarError::Staging {
        path: table.id.clone().into(),
        message: "sorted rows do not ascend; this is a bug in bunri".to_owned(),
    }
}
