//! One table, from the source to its committed files.

mod delta;

use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Event, Observer, RawValue};
use bunri_manifest::{BaseTable, FileEntry, Source, StagedTable, TableDelta};

use self::delta::Made;
use crate::ExtractError;
use crate::custody::{Custody, Identity};
use crate::earlier::Earlier;
use crate::key::{self, KeyWatch};
use crate::output::{Output, Parts, create_parent};
use crate::rejects::Rejects;
use crate::rows::Batcher;
use crate::seam::Seam;
use crate::sorted::RowSorter;
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

    /// Writes rows, unless they do not ascend, and notes how far the table has come where a part ends with them.
    fn write(
        &self,
        table: &Table,
        output: &mut Output<'_>,
        read: ReadBatch,
    ) -> Result<bool, ExtractError> {
        if !output.take(&read.batch)? {
            return Ok(false);
        }
        if let (Some((last, rejects)), Some((files, last_key))) = (read.seam, output.full_parts()) {
            let seam = Seam {
                files,
                rejects,
                rows_read: read.rows_read,
                last,
                last_key,
            };
            let identity = self.identity_of(table);
            self.custody
                .note_seam(&table.id, &identity, self.part_rows, seam)?;
        }
        Ok(true)
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

/// Tells of rows once, however often a table is read.
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

    /// Reads every row.
    fn whole(&self, progress: &mut Progress<'_>) -> Result<Written<'a>, ExtractError> {
        if let Some(query) = self.session.in_key_order(self.table, self.kind)?
            && let Some(written) = self.ordered(&query, progress)?
        {
            return Ok(written);
        }
        self.sorted(progress)
    }

    /// Goes on behind the parts of an earlier run; [`None`] when the table must begin again.
    fn behind(
        &self,
        seam: Seam,
        progress: &mut Progress<'_>,
    ) -> Result<Option<Written<'a>>, ExtractError> {
        let (session, bench) = (self.session, self.bench);
        let query = session.in_key_order_behind(self.table, self.kind, &seam.last)?;
        let output = Output::behind(bench.custody, self.table, bench.part_rows, &seam)?;
        let (Some(query), Some(output)) = (query, output) else {
            return Ok(None);
        };
        progress.reach(seam.rows_read);
        let rejects = self.rejects_aside(seam.rejects)?;
        let (written, rows_read) =
            match self.read_on(&query, (output, rejects), seam.rows_read, progress)? {
                Some(written) => written,
                None => return Ok(None),
            };
        // A row with the key of the part's last row was passed over: the whole table tells which it is.
        if rows_read != self.figures.rows {
            return Ok(None);
        }
        Ok(Some(written))
    }

    /// Rows as the source orders them; [`None`] when that is not the order of the typed values.
    fn ordered(
        &self,
        query: &Query,
        progress: &mut Progress<'_>,
    ) -> Result<Option<Written<'a>>, ExtractError> {
        let rejects = if self.has_seams() {
            self.rejects_aside(Vec::new())?
        } else {
            self.rejects()
        };
        let written = self.read_on(query, (self.output()?, rejects), 0, progress)?;
        let Some((written, rows_read)) = written else {
            // Parts that were full already are committed in an order that is not theirs.
            self.bench.custody.clear(&self.table.id)?;
            return Ok(None);
        };
        self.all_read(rows_read)?;
        Ok(Some(written))
    }

    /// Rows as the source orders them, from the first one or from a seam on, and how many of the table's rows were read then;
    /// [`None`] when they do not ascend. At every further seam it is noted how far the table has come.
    fn read_on(
        &self,
        query: &Query,
        (output, mut rejects): (Output<'a>, Rejects<'a>),
        rows_read: u64,
        progress: &mut Progress<'_>,
    ) -> Result<Option<(Written<'a>, u64)>, ExtractError> {
        let mut batcher = Batcher::new(self.table)?;
        if self.has_seams() {
            batcher = batcher.with_seams(self.bench.part_rows, rows_read);
        }
        let (bench, table) = (self.bench, self.table);
        let write = |output: &mut Output<'a>, batch| bench.write(table, output, batch);
        let done = pipelined(&self.bench.spare, output, write, |hand| {
            self.read(query, batcher, &mut rejects, |batch, passage| {
                let Passage {
                    rows_read,
                    seam,
                    rejects,
                } = passage;
                let seam = match seam {
                    Some(last) => Some((last, rejects.seam()?)),
                    None => None,
                };
                progress.reach(rows_read);
                hand(ReadBatch {
                    batch,
                    rows_read,
                    seam,
                })
            })
        })?;
        let (Some(rows_read), true) = (done.made, done.wanted) else {
            return Ok(None);
        };
        let parts = done.taker.finish()?;
        Ok(Some((Written { parts, rejects }, rows_read)))
    }

    /// Whether the table may have more than one part.
    fn has_seams(&self) -> bool {
        self.figures.rows > self.bench.part_rows as u64
    }

    fn output(&self) -> Result<Output<'a>, ColumnarError> {
        Output::create(self.bench.custody, self.table, self.bench.part_rows)
    }

    fn sorted(&self, progress: &mut Progress<'_>) -> Result<Written<'a>, ExtractError> {
        let mut rejects = self.rejects();
        let sorter = RowSorter::new(self.table, &self.bench.custody.tmp(), self.bench.budget)?;
        let query = self.session.in_any_order(self.table, self.kind);
        let batcher = Batcher::new(self.table)?;
        let sort = |sorter: &mut RowSorter<'a>, batch: RecordBatch| {
            Ok::<_, ExtractError>(sorter.push(&batch).map(|()| true)?)
        };
        let read = pipelined(&self.bench.spare, sorter, sort, |hand| {
            self.read(&query, batcher, &mut rejects, |batch, passage| {
                // Writing is the other half of the work.
                progress.reach(passage.rows_read / 2);
                hand(batch)
            })
        })?;
        self.all_read(read.made.unwrap_or_default())?;
        let mut rows = read.taker.finish()?;
        let write = |output: &mut Output<'a>, batch: RecordBatch| {
            Ok::<_, ExtractError>(output.take(&batch)?)
        };
        let written = pipelined(&self.bench.spare, self.output()?, write, |hand| {
            let mut done = self.figures.rows / 2;
            while let Some(batch) = rows.next()? {
                self.bench.halt.check()?;
                done += batch.num_rows() as u64 / 2;
                progress.reach(done);
                if !hand(batch)? {
                    break;
                }
            }
            Ok(())
        })?;
        if !written.wanted {
            return Err(unsorted(self.table).into());
        }
        let parts = written.taker.finish()?;
        Ok(Written { parts, rejects })
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

/// Rows that were read and are to be written.
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
    const TAKES_TYPED: bool = true;

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
