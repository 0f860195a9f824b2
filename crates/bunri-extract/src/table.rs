//! One table, from the source to its committed files.

mod delta;
mod destination;

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
    table: &Table,
    kind: ObjectKind,
    progress: &mut Progress<'_>,
) -> Result<Outcome, ExtractError> {
    bench.halt.check()?;
    bench.halt.observer.event(Event::Table { id: &table.id });
    let begun = bench
        .custody
        .begun(&table.id, &bench.identity_of(table), bench.part_rows)?;
    let figures = session.figures(table, kind)?;
    let nulls = key::nulls(table, &figures);
    if !nulls.is_empty() {
        return Ok(Outcome::Refused(nulls));
    }
    let work = Work {
        bench,
        session,
        table,
        kind,
        figures,
    };
    let (written, delta) = work.write(begun, progress)?;
    if let Some(complaint) = written.parts.watch.and_then(KeyWatch::complaint) {
        bench.custody.clear(&table.id)?;
        return Ok(Outcome::Refused(vec![complaint]));
    }
    progress.reach(work.figures.rows);
    let staged = work.commit(written.parts.files, written.rejects, delta)?;
    bench.halt.observer.event(Event::TableDone {
        id: &table.id,
        rows: staged.source_rows,
    });
    Ok(Outcome::Staged(Box::new(staged)))
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
    kind: ObjectKind,
    figures: Figures,
}

/// All rows of a table: the parts are committed, the rejects are not.
struct Written<'a> {
    parts: Parts<'a>,
    rejects: Rejects<'a>,
}

impl<'a> Work<'a> {
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
        let ordered = self.session.in_key_order(table, self.kind)?;
        // What lies behind a key is what is left only of rows that are asked for in its order.
        let has_seams = ordered.is_some() && self.figures.rows > bench.part_rows as u64;
        let query = ordered.unwrap_or_else(|| self.session.in_any_order(table, self.kind));
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
        let query = session.in_key_order_behind(table, self.kind, &seam.last)?;
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
        if rows_read != self.figures.rows {
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
        let write = |output: &mut Output<'a>, batch: RecordBatch| {
            Ok::<_, ExtractError>(output.take(&batch)?)
        };
        let written = pipelined(&self.bench.spare, self.output()?, write, |hand| {
            let mut done = progress.told;
            while let Some(batch) = rows.next()? {
                self.bench.halt.check()?;
                done += batch.num_rows() as u64 / 2;
                progress.reach(done.min(self.figures.rows));
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
        if read == self.figures.rows {
            return Ok(());
        }
        Err(SourceError::RowsDiffer {
            table: self.table.name.clone(),
            counted: self.figures.rows,
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
        let staged = StagedTable {
            id: table.id.clone(),
            name: table.name.clone(),
            source_rows: self.figures.rows,
            files,
            rejects,
            totals: self.figures.totals,
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
