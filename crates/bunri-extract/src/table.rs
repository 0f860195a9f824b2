//! One table, from the source to its committed files.

mod delta;
mod destination;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Event, Observer, RawValue};
use bunri_manifest::{BaseTable, FileEntry, Source, StagedTable, TableDelta};

use self::delta::Made;
use self::destination::Destination;
use crate::ExtractError;
use crate::custody::{Custody, Identity};
use crate::earlier::Earlier;
use crate::figures::TableFigures;
use crate::key::{self, KeyWatch};
use crate::output::{Output, Parts, create_parent};
use crate::rejects::Rejects;
use crate::rows::Batcher;
use crate::seam::Seam;
use bunri_source::{Figures, ObjectKind, Query, RowSink, Session, SourceError, SourceRow};
use bunri_work::{SpareThreads, pipelined};

/// Rejects are few; they get this part of a table's memory.
const REJECT_SHARE: usize = 8;

/// What all tables of a run share.
pub(crate) struct Bench<'a> {
    pub(crate) custody: &'a Custody,
    /// The database file.
    pub(crate) source: &'a Source,
    pub(crate) halt: Halt<'a>,
    /// Threads that no table works on.
    pub(crate) spare: SpareThreads,
    /// Bytes to sort with, for one table at a time.
    pub(crate) budget: usize,
    /// Rows in every part but the last.
    pub(crate) part_rows: usize,
    /// The staging of an earlier run, if rows are taken from one.
    pub(crate) earlier: Option<&'a Earlier<'a>>,
    /// Whether a server makes figures over one session while it gives rows over another.
    pub(crate) served: bool,
}

/// Of a shorter table figures are made in less time than it takes to begin.
const LONG_TABLE: u64 = 100_000;

/// A table to read.
pub(crate) struct Task<'a> {
    pub(crate) table: &'a Table,
    pub(crate) kind: ObjectKind,
    /// About: of a long table of a server it is what its statistics say.
    pub(crate) rows: u64,
    pub(crate) figures: TableFigures,
}

impl Task<'_> {
    /// Whether the table is read before its figures are known.
    fn is_read_ahead(&self, bench: &Bench<'_>) -> bool {
        bench.served && self.rows >= LONG_TABLE
    }

    /// Makes the figures of a table that another thread reads, if nobody has begun to. What keeps this one from it, the other one will
    /// say.
    pub(crate) fn make_figures(&self, bench: &Bench<'_>, session: &mut Session) {
        if !self.is_read_ahead(bench) || !self.figures.are_wanted() || bench.halt.asked() {
            return;
        }
        let made = self.figures.get(|| session.figures(self.table, self.kind));
        // A statement that failed may have ended its transaction, and other tables may want figures.
        if made.is_err() {
            let _ = session.again();
        }
    }
}

impl Bench<'_> {
    /// What the bytes of a table depend on.
    pub(crate) fn identity_of(&self, table: &Table) -> Identity {
        Identity::of_table(self.source, table)
    }
}

/// Whether to go on: somebody asked to stop, or another table failed.
pub(crate) struct Halt<'a> {
    pub(crate) observer: &'a dyn Observer,
    pub(crate) failed: AtomicBool,
}

impl Halt<'_> {
    pub(crate) fn asked(&self) -> bool {
        self.observer.cancelled() || self.failed.load(Ordering::Relaxed)
    }

    fn check(&self) -> Result<(), ExtractError> {
        if self.asked() {
            Err(ExtractError::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// How a table ended, when nothing failed.
pub(crate) enum Outcome {
    /// Its files and its note are committed.
    Staged(Box<StagedTable>),
    /// Its rows break its declared key, in these ways.
    Refused(Vec<String>),
}

/// Stages one table.
pub(crate) fn stage(
    bench: &Bench<'_>,
    session: &Session,
    task: &Task<'_>,
    progress: &mut Progress<'_>,
) -> Result<Outcome, ExtractError> {
    let table = task.table;
    bench.halt.check()?;
    bench.halt.observer.event(Event::Table { id: &table.id });
    let begun = bench
        .custody
        .begun(&table.id, &bench.identity_of(table), bench.part_rows)?;
    let work = Work {
        bench,
        session,
        table,
        task,
    };
    if !task.is_read_ahead(bench) {
        work.figures()?;
    }
    work.stage(begun, progress)
}

/// Tells of rows once, also where a table begins again.
pub(crate) struct Progress<'a> {
    observer: &'a dyn Observer,
    told: u64,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(observer: &'a dyn Observer) -> Self {
        Self { observer, told: 0 }
    }

    fn reach(&mut self, rows: u64) {
        if rows > self.told {
            self.observer.event(Event::Rows {
                rows: rows - self.told,
            });
            self.told = rows;
        }
    }
}

/// One table at work.
struct Work<'a> {
    bench: &'a Bench<'a>,
    session: &'a Session,
    table: &'a Table,
    task: &'a Task<'a>,
}

/// All rows of a table: the parts are committed, the rejects are not.
struct Written<'a> {
    parts: Parts<'a>,
    rejects: Rejects<'a>,
}

impl<'a> Work<'a> {
    fn stage(
        self,
        begun: Option<Seam>,
        progress: &mut Progress<'_>,
    ) -> Result<Outcome, ExtractError> {
        let (custody, table) = (self.bench.custody, self.table);
        if let Some(refused) = self.refused() {
            return Ok(refused);
        }
        let written = self.write(begun, progress);
        if written.is_ok() {
            self.figures()?;
        }
        // What stands in a key may be why something else went wrong.
        if let Some(refused) = self.refused() {
            custody.clear(&table.id)?;
            return Ok(refused);
        }
        let (written, delta) = written?;
        if let Some(complaint) = written.parts.watch.and_then(KeyWatch::complaint) {
            custody.clear(&table.id)?;
            return Ok(Outcome::Refused(vec![complaint]));
        }
        progress.reach(self.figures()?.rows);
        let observer = self.bench.halt.observer;
        let staged = self.commit(written.parts.files, written.rejects, delta)?;
        observer.event(Event::TableDone {
            id: &table.id,
            rows: staged.source_rows,
        });
        Ok(Outcome::Staged(Box::new(staged)))
    }

    /// The source's own figures; waits for them.
    fn figures(&self) -> Result<Arc<Figures>, SourceError> {
        let make = || self.session.figures(self.table, self.task.kind);
        self.task.figures.get(make)
    }

    /// Whether the table has NULLs in its key, as far as its figures are known.
    fn refused(&self) -> Option<Outcome> {
        let nulls = key::nulls(self.table, &*self.task.figures.known()?);
        (!nulls.is_empty()).then_some(Outcome::Refused(nulls))
    }

    fn write(
        &self,
        begun: Option<Seam>,
        progress: &mut Progress<'_>,
    ) -> Result<(Written<'a>, Option<TableDelta>), ExtractError> {
        let mut delta = None;
        if let Some(seam) = begun {
            if let Some(written) = self.behind(seam, progress)? {
                return Ok((written, None));
            }
            self.bench.custody.clear(&self.table.id)?;
        } else if let Some(way) = self.bench.earlier.and_then(|it| it.way(self.table)) {
            match delta::make(self, &way, progress)? {
                Made::Of(written, delta) => return Ok((*written, Some(delta))),
                Made::Whole(differed) => delta = differed,
            }
        }
        Ok((self.whole(progress)?, delta))
    }

    /// Reads every row, once.
    fn whole(&self, progress: &mut Progress<'_>) -> Result<Written<'a>, ExtractError> {
        let (bench, table) = (self.bench, self.table);
        let ordered = self.session.in_key_order(table, self.task.kind)?;
        // What lies behind a key is what is left only of rows that are asked for in its order.
        let rows = match self.task.figures.known() {
            Some(figures) => figures.rows,
            // Statistics are of some time ago, and seams that nobody needs cost little.
            None => self.task.rows.saturating_mul(2),
        };
        let has_seams = ordered.is_some() && rows > bench.part_rows as u64;
        let query = ordered.unwrap_or_else(|| self.session.in_any_order(table, self.task.kind));
        let (mut batcher, mut rejects) = (Batcher::new(table)?, self.rejects());
        if has_seams {
            batcher = batcher.with_seams(bench.part_rows, 0);
            rejects = self.rejects_aside(Vec::new())?;
        }
        // Rows without a key are in order by all of their columns, which no source gives.
        let destination = if table.key.is_empty() {
            Destination::sorter(bench, table)?
        } else {
            Destination::Parts {
                output: Box::new(self.output()?),
                rows_read: 0,
            }
        };
        let (destination, rows_read) =
            self.read_into(destination, &query, batcher, &mut rejects, progress)?;
        self.all_read(rows_read)?;
        let parts = self.finish(destination, progress)?;
        Ok(Written { parts, rejects })
    }

    /// Goes on behind the parts of an earlier run; [`None`] when the table must begin again.
    fn behind(
        &self,
        seam: Seam,
        progress: &mut Progress<'_>,
    ) -> Result<Option<Written<'a>>, ExtractError> {
        let (session, bench, table) = (self.session, self.bench, self.table);
        let query = session.in_key_order_behind(table, self.task.kind, &seam.last)?;
        let output = Output::behind(bench.custody, table, bench.part_rows, &seam)?;
        let (Some(query), Some(output)) = (query, output) else {
            return Ok(None);
        };
        let rows_read = seam.rows_read;
        progress.reach(rows_read);
        let batcher = Batcher::new(table)?.with_seams(bench.part_rows, rows_read);
        let mut rejects = self.rejects_aside(seam.rejects)?;
        let destination = Destination::Parts {
            output: Box::new(output),
            rows_read,
        };
        let (destination, rows_read) =
            self.read_into(destination, &query, batcher, &mut rejects, progress)?;
        // A row with the key of the part's last row was passed over: the whole table tells which it is.
        if rows_read != self.figures()?.rows {
            return Ok(None);
        }
        let parts = self.finish(destination, progress)?;
        Ok(Some(Written { parts, rejects }))
    }

    /// Reads the answer to its end, and says how many of the table's rows were read then.
    fn read_into(
        &self,
        destination: Destination<'a>,
        query: &Query,
        batcher: Batcher<'_>,
        rejects: &mut Rejects<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<(Destination<'a>, u64), ExtractError> {
        let (bench, table) = (self.bench, self.table);
        let taker = (destination, progress);
        let take = |taker: &mut (Destination<'a>, &mut Progress<'_>), read| {
            let (destination, progress) = taker;
            progress.reach(destination.take(bench, table, read)?);
            Ok(true)
        };
        let done = pipelined(&bench.spare, taker, take, |hand| {
            self.read(query, batcher, rejects, |batch, passage| {
                if self.refused().is_some() {
                    return Ok(false);
                }
                let seam = match passage.seam {
                    Some(last) => Some((last, passage.rejects.seam()?)),
                    None => None,
                };
                hand(ReadBatch {
                    batch,
                    rows_read: passage.rows_read,
                    seam,
                })
            })
        })?;
        Ok((done.taker.0, done.made.unwrap_or_default()))
    }

    /// Writes what is not written yet.
    fn finish(
        &self,
        destination: Destination<'a>,
        progress: &mut Progress<'_>,
    ) -> Result<Parts<'a>, ExtractError> {
        let sorter = match destination {
            Destination::Parts { output, .. } => return Ok(output.finish()?),
            Destination::Sorter { sorter, .. } => sorter,
        };
        let mut rows = sorter.finish()?;
        let all = self.figures()?.rows;
        let write = |output: &mut Output<'a>, batch: RecordBatch| {
            Ok::<_, ExtractError>(output.take(&batch)?)
        };
        let written = pipelined(&self.bench.spare, self.output()?, write, |hand| {
            let mut done = progress.told;
            while let Some(batch) = rows.next()? {
                self.bench.halt.check()?;
                done += batch.num_rows() as u64 / 2;
                progress.reach(done.min(all));
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

    /// Reads the table to its end and says how many rows it was then, or until `each` has seen enough: [`None`].
    fn read<'r>(
        &self,
        query: &Query,
        batcher: Batcher<'_>,
        rejects: &mut Rejects<'r>,
        each: impl FnMut(RecordBatch, Passage<'_, 'r>) -> Result<bool, ExtractError>,
    ) -> Result<Option<u64>, ExtractError> {
        let mut intake = Intake {
            batcher,
            halt: &self.bench.halt,
            rejects,
            each,
            wanted: true,
        };
        self.session.read(self.table, query, &mut intake)?;
        let all = intake.wanted && intake.pass_on()?;
        Ok(all.then_some(intake.batcher.rows_read))
    }

    /// Refuses to believe a reading that gave another number of rows than the source counted.
    fn all_read(&self, read: u64) -> Result<(), SourceError> {
        let counted = self.figures()?.rows;
        if read == counted {
            return Ok(());
        }
        Err(SourceError::RowsDiffer {
            table: self.table.name.clone(),
            counted,
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

    /// The tables of a view, by name, counted by the source.
    fn bases(&self) -> Result<Vec<BaseTable>, ExtractError> {
        let tables = self.table.view_of.iter().flat_map(|view| &view.tables);
        let mut tables: Vec<&String> = tables.collect();
        tables.sort_unstable();
        let base = |name: &String| {
            Ok(BaseTable {
                name: name.clone(),
                rows: self.session.count_of(name)?,
            })
        };
        tables.into_iter().map(base).collect()
    }

    fn commit(
        self,
        files: Vec<FileEntry>,
        rejects: Rejects<'_>,
        delta: Option<TableDelta>,
    ) -> Result<StagedTable, ExtractError> {
        let (custody, table) = (self.bench.custody, self.table);
        let rejects = commit_rejects(custody, table, rejects)?;
        let (made_of, foreign_keys) = (self.bases()?, self.session.foreign_keys(table)?);
        let figures = self.figures()?;
        let staged = StagedTable {
            id: table.id.clone(),
            name: table.name.clone(),
            source_rows: figures.rows,
            files,
            rejects,
            totals: figures.totals.clone(),
            foreign_keys,
            made_of,
            delta,
        };
        custody.note_table(&staged, &self.bench.identity_of(table))?;
        custody.forget_seam(&table.id)?;
        Ok(staged)
    }
}

/// Rows that were read.
struct ReadBatch {
    batch: RecordBatch,
    /// Rows of the table read up to here, rejected ones among them.
    rows_read: u64,
    /// If a part ends with the batch: the source's key of its last row, and the rows that were rejected up to here.
    seam: Option<(Vec<RawValue>, Vec<FileEntry>)>,
}

/// What is known of the rows up to the end of a batch.
struct Passage<'a, 'r> {
    /// Rows read, rejected ones among them.
    rows_read: u64,
    /// If a part ends with the batch, the source's key of its last row.
    seam: Option<Vec<RawValue>>,
    rejects: &'a mut Rejects<'r>,
}

/// Takes the rows that a session reads, and passes them on in batches.
struct Intake<'a, 'r, F> {
    batcher: Batcher<'a>,
    halt: &'a Halt<'a>,
    rejects: &'a mut Rejects<'r>,
    each: F,
    /// Whether more rows are wanted.
    wanted: bool,
}

impl<'r, F> Intake<'_, 'r, F>
where
    F: FnMut(RecordBatch, Passage<'_, 'r>) -> Result<bool, ExtractError>,
{
    /// Passes on what was gathered; says whether more is wanted.
    fn pass_on(&mut self) -> Result<bool, ExtractError> {
        if let Some(batch) = self.batcher.batch()? {
            self.halt.check()?;
            let passage = Passage {
                rows_read: self.batcher.rows_read,
                seam: self.batcher.seam(),
                rejects: self.rejects,
            };
            self.wanted = (self.each)(batch, passage)?;
        }
        Ok(self.wanted)
    }
}

impl<'r, F> RowSink for Intake<'_, 'r, F>
where
    F: FnMut(RecordBatch, Passage<'_, 'r>) -> Result<bool, ExtractError>,
{
    type Error = ExtractError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, ExtractError> {
        if self.batcher.push(row, self.rejects)? {
            return self.pass_on();
        }
        Ok(true)
    }
}

fn commit_rejects(
    custody: &Custody,
    table: &Table,
    rejects: Rejects<'_>,
) -> Result<Option<FileEntry>, ColumnarError> {
    if rejects.rows == 0 {
        return Ok(None);
    }
    let (relative, path) = custody.rejects(&table.id)?;
    create_parent(&path)?;
    let written = rejects.write(&path)?;
    Ok(written.map(|(rows, digests)| FileEntry::new(relative, rows, digests)))
}

fn unsorted(table: &Table) -> ColumnarError {
    ColumnarError::Staging {
        path: table.id.clone().into(),
        message: "sorted rows do not ascend; this is a bug in bunri".to_owned(),
    }
}
