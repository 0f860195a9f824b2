//! One table, from the source to its committed files.

use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Event, Observer};
use bunri_manifest::{BaseTable, FileEntry, StagedTable};

use crate::ExtractError;
use crate::custody::{Custody, Identity};
use crate::key::{self, KeyWatch};
use crate::output::{Output, Parts, create_parent};
use crate::rejects::Rejects;
use crate::rows::Batcher;
use crate::sorted::RowSorter;
use crate::source::{Figures, ObjectKind, Query, RowSink, Session, SourceError, SourceRow};

/// Rejects are few; they get this part of a table's memory.
const REJECT_SHARE: usize = 8;

/// What all tables of a run share.
pub(crate) struct Bench<'a> {
    pub(crate) custody: &'a Custody,
    pub(crate) identity: &'a Identity,
    pub(crate) halt: Halt<'a>,
    /// Bytes to sort with, for one table at a time.
    pub(crate) budget: usize,
    /// Rows in every part but the last.
    pub(crate) part_rows: usize,
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
) -> Result<Outcome, ExtractError> {
    bench.halt.check()?;
    bench.halt.observer.event(Event::Table { id: &table.id });
    bench.custody.clear(&table.id)?;
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
    let mut progress = Progress {
        observer: bench.halt.observer,
        told: 0,
    };
    let written = work.write(&mut progress)?;
    if let Some(complaint) = written.parts.watch.and_then(KeyWatch::complaint) {
        bench.custody.clear(&table.id)?;
        return Ok(Outcome::Refused(vec![complaint]));
    }
    progress.reach(work.figures.rows);
    let staged = work.commit(written.parts.files, written.rejects)?;
    bench.halt.observer.event(Event::TableDone {
        id: &table.id,
        rows: staged.source_rows,
    });
    Ok(Outcome::Staged(Box::new(staged)))
}

/// Tells of rows once, however often a table is read.
struct Progress<'a> {
    observer: &'a dyn Observer,
    told: u64,
}

impl Progress<'_> {
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
    rejects: Rejects,
}

impl<'a> Work<'a> {
    fn write(&self, progress: &mut Progress<'_>) -> Result<Written<'a>, ExtractError> {
        if let Some(query) = self.session.in_key_order(self.table, self.kind)?
            && let Some(written) = self.ordered(&query, progress)?
        {
            return Ok(written);
        }
        self.sorted(progress)
    }

    /// Rows as the source orders them; [`None`] when that is not the order of the typed values.
    fn ordered(
        &self,
        query: &Query,
        progress: &mut Progress<'_>,
    ) -> Result<Option<Written<'a>>, ExtractError> {
        let mut rejects = self.rejects();
        let mut output = self.output()?;
        let mut ascends = true;
        self.read(query, &mut rejects, |batch, rows_read| {
            ascends = output.take(batch)?;
            progress.reach(rows_read);
            Ok(ascends)
        })?;
        if !ascends {
            // Parts that were full already are committed in an order that is not theirs.
            drop(output);
            self.bench.custody.clear(&self.table.id)?;
            return Ok(None);
        }
        let parts = output.finish()?;
        Ok(Some(Written { parts, rejects }))
    }

    fn output(&self) -> Result<Output<'a>, ColumnarError> {
        Output::create(self.bench.custody, self.table, self.bench.part_rows)
    }

    fn sorted(&self, progress: &mut Progress<'_>) -> Result<Written<'a>, ExtractError> {
        let mut rejects = self.rejects();
        let mut sorter = RowSorter::new(self.table, &self.bench.custody.tmp(), self.bench.budget)?;
        let query = self.session.in_any_order(self.table, self.kind);
        self.read(&query, &mut rejects, |batch, rows_read| {
            sorter.push(batch)?;
            // Writing is the other half of the work.
            progress.reach(rows_read / 2);
            Ok(true)
        })?;
        let mut output = self.output()?;
        let mut rows = sorter.finish()?;
        let mut done = self.figures.rows / 2;
        while let Some(batch) = rows.next()? {
            self.bench.halt.check()?;
            if !output.take(&batch)? {
                return Err(unsorted(self.table).into());
            }
            done += batch.num_rows() as u64 / 2;
            progress.reach(done);
        }
        let parts = output.finish()?;
        Ok(Written { parts, rejects })
    }

    /// Reads the table to its end, or until `each` has seen enough.
    fn read(
        &self,
        query: &Query,
        rejects: &mut Rejects,
        each: impl FnMut(&RecordBatch, u64) -> Result<bool, ColumnarError>,
    ) -> Result<(), ExtractError> {
        let mut intake = Intake {
            batcher: Batcher::new(self.table)?,
            halt: &self.bench.halt,
            rejects,
            each,
            wanted: true,
        };
        self.session.read(self.table, query, &mut intake)?;
        let (read, counted) = (intake.batcher.rows_read, self.figures.rows);
        if !intake.wanted || !intake.pass_on()? || read == counted {
            return Ok(());
        }
        Err(SourceError::RowsDiffer {
            table: self.table.name.clone(),
            counted,
            read,
        }
        .into())
    }

    fn rejects(&self) -> Rejects {
        Rejects::new(&self.bench.custody.tmp(), self.bench.budget / REJECT_SHARE)
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

    fn commit(self, files: Vec<FileEntry>, rejects: Rejects) -> Result<StagedTable, ExtractError> {
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
        };
        custody.note_table(&staged, self.bench.identity)?;
        Ok(staged)
    }
}

/// Takes the rows that a session reads, and passes them on in batches.
struct Intake<'a, F> {
    batcher: Batcher<'a>,
    halt: &'a Halt<'a>,
    rejects: &'a mut Rejects,
    each: F,
    /// Whether more rows are wanted.
    wanted: bool,
}

impl<F: FnMut(&RecordBatch, u64) -> Result<bool, ColumnarError>> Intake<'_, F> {
    /// Passes on what was gathered; says whether more is wanted.
    fn pass_on(&mut self) -> Result<bool, ExtractError> {
        if let Some(batch) = self.batcher.batch()? {
            self.halt.check()?;
            self.wanted = (self.each)(&batch, self.batcher.rows_read)?;
        }
        Ok(self.wanted)
    }
}

impl<F: FnMut(&RecordBatch, u64) -> Result<bool, ColumnarError>> RowSink for Intake<'_, F> {
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
    rejects: Rejects,
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
