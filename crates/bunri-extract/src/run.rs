//! The stage: a database at rest, its tables shared out among threads, the manifest last.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use std::sync::{Mutex, PoisonError};
use std::thread;

use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{ColumnarError, Event, Observer, write_whole};
use bunri_job::Delta;
use bunri_manifest::{Blake3Hex, Source, StagedTable, StagingManifest, TableDelta};

use crate::custody::{Custody, Identity};
use crate::earlier::Earlier;
use crate::halt::{Halt, PULSE};
use crate::table::{Bench, Outcome, Progress, TableTasks, Work};
use crate::worker::Worker;
use crate::{BoundSource, ExtractError, ExtractOptions, ExtractStats};
use bunri_source::{
    Interrupter, Inventory, ObjectKind, OpenSource, Session, SourceError, differences,
};
use bunri_work::SpareThreads;

/// A table's share, by which its sorter may fill an eighth; batches and the writer take the rest.
const SORT_SHARE: u64 = 8;
/// What may wait of the rows of a table for those before them.
const WAITING_SHARE: u64 = 4;
/// Answers into which a table is cut for each session, so that all of them end at about the same time.
const ANSWERS: usize = 4;
/// How often a connection may be lost over one table.
const MOST_LOSSES: usize = 5;

/// Reads a source into `custody/staging` and `custody/rejects`, and writes
/// `custody/staging/manifest.json` last. A run that was interrupted goes on with the tables it lacks; a
/// complete one returns at once. The bytes depend on the source and the catalogue's names, columns, types
/// and keys, not on `options` or on the order in which the source holds its rows.
///
/// # Errors
/// [`ExtractError`]; whatever it says, no manifest was written and a fixed source can be extracted again.
pub fn extract(
    source: &BoundSource<'_>,
    catalogue: &Catalogue,
    custody: &Path,
    options: &ExtractOptions,
    observer: &dyn Observer,
) -> Result<ExtractStats, ExtractError> {
    extract_since(source, None, catalogue, custody, options, observer)
}

/// The same with an earlier run from which rows are taken that did not change since. What it leaves is what [`extract`] leaves, byte
/// for byte, but for what the manifest says of how a table was made; so far as the columns that say when a row was changed tell the
/// truth, which is compared on a sample.
///
/// # Errors
/// As [`extract`]; when rows cannot be taken from the earlier run, or the comparison found some that changed in silence.
pub fn extract_since(
    source: &BoundSource<'_>,
    delta: Option<&Delta>,
    catalogue: &Catalogue,
    custody: &Path,
    options: &ExtractOptions,
    observer: &dyn Observer,
) -> Result<ExtractStats, ExtractError> {
    let ExtractOptions {
        memory,
        threads,
        part_rows,
    } = *options;
    let open = OpenSource::open_at(source.source, source.state)?;
    let most = open.most_sessions().unwrap_or(usize::MAX);
    let workers = threads
        .min(most)
        .clamp(1, open.useful_sessions(catalogue.tables.len()));
    let mut sessions: Vec<Session> = (0..workers)
        .map(|_| open.session())
        .collect::<Result<_, _>>()?;
    let inventory = sound(&open, &mut sessions[0], catalogue)?;
    let identity = Identity {
        source: bound(source, open.identity(threads, observer)?)?,
        shape: shape(catalogue)?,
    };
    let custody = Custody::prepare(custody)?;
    open.keep_temporary_files(&canonical(&custody.tmp())?)?;
    if let Some(manifest) = custody.finished(&identity)? {
        open.unchanged(sessions, &identity.source, threads, observer)?;
        manifest
            .tables
            .iter()
            .for_each(|table| tell_kept(observer, table));
        let all = manifest.tables.len();
        return Ok(ExtractStats::of(&manifest, all));
    }
    let earlier = delta
        .map(|delta| Earlier::open(delta, catalogue, &identity.source))
        .transpose()?;
    let halt = Halt {
        observer,
        failed: AtomicBool::new(false),
    };
    let under_way = workers.min(catalogue.tables.len()).max(1) as u64;
    let share = |parts| usize::try_from(memory / (under_way * parts)).unwrap_or(usize::MAX);
    let bench = Bench {
        custody: &custody,
        source: &identity.source,
        halt,
        spare: SpareThreads::new(threads, workers),
        budget: share(SORT_SHARE),
        room: share(WAITING_SHARE),
        part_rows,
        answers: if workers == 1 { 1 } else { workers * ANSWERS },
        figures_apart: !open.takes_turns(),
        earlier: earlier.as_ref(),
    };
    let mut tables = kept_tables(&bench, catalogue)?;
    let tables_kept = tables.len();
    let check =
        |session: &Session| Ok(session.refuse_damage(&inventory, !catalogue.ignored.is_empty())?);
    let mut staged = watched(&bench.halt, &interrupters(&sessions), || {
        let lacking = lacking(&sessions[0], catalogue, &tables, &inventory)?;
        let rows = lacking.iter().map(|table| table.rows).sum();
        observer.event(Event::Stage {
            name: "extract",
            rows,
        });
        stage_all(&bench, &mut sessions, check, lacking)
    });
    if let Err(ExtractError::Source(met)) = &staged
        && !matches!(met, SourceError::Integrity { .. })
    {
        // A table that met damage stopped the check, which says more, and the same whichever thread was first.
        bench.halt.failed.store(false, Ordering::Relaxed);
        let checked = watched(&bench.halt, &interrupters(&sessions), || {
            check(&sessions[0])
        });
        staged = checked.and(staged);
    }
    if let Err(ExtractError::Source(differ @ SourceError::RowsDiffer { .. })) = staged {
        // Whether somebody wrote there meanwhile says more.
        open.unchanged(sessions, &identity.source, threads, observer)?;
        return Err(differ.into());
    }
    tables.extend(staged?);
    open.unchanged(sessions, &identity.source, threads, observer)?;
    let manifest = finish(&custody, identity, tables)?;
    Ok(ExtractStats::of(&manifest, tables_kept))
}

/// What the source has, if that is what the catalogue says.
fn sound(
    source: &OpenSource,
    session: &mut Session,
    catalogue: &Catalogue,
) -> Result<Inventory, ExtractError> {
    let (inventory, found) = differences(source, session, catalogue)?;
    if found.is_empty() {
        return Ok(inventory);
    }
    let messages = found.into_iter().map(|finding| finding.message);
    Err(ExtractError::Schema(messages.collect()))
}

/// A folder by a name that the source's driver takes.
fn canonical(folder: &Path) -> Result<String, ColumnarError> {
    let folder = folder
        .canonicalize()
        .map_err(ColumnarError::io("find", folder))?;
    let no_text = || io::Error::new(io::ErrorKind::InvalidInput, "its path is not UTF-8");
    let name = folder.to_str().ok_or_else(no_text);
    Ok(name
        .map_err(ColumnarError::io("give SQLite", &folder))?
        .to_owned())
}

/// What was hashed under the readers' locks, if it is what the run is bound to: a file renamed into place in
/// between would be extracted under the name of the other.
fn bound(source: &BoundSource<'_>, found: Source) -> Result<Source, ExtractError> {
    if found.blake3 == source.state.blake3 {
        return Ok(found);
    }
    Err(ExtractError::OtherSource {
        place: source.source.place(),
        bound: source.state.blake3.clone(),
        found: found.blake3,
    })
}

fn shape(catalogue: &Catalogue) -> Result<Blake3Hex, ExtractError> {
    Blake3Hex::try_from(catalogue.shape_digest.clone()).map_err(|refused| {
        ExtractError::Schema(vec![format!("the catalogue's shape digest: {refused}")])
    })
}

fn tell_kept(observer: &dyn Observer, table: &StagedTable) {
    observer.event(Event::TableKept {
        id: &table.id,
        rows: table.source_rows,
    });
}

fn kept_tables(bench: &Bench<'_>, catalogue: &Catalogue) -> Result<Vec<StagedTable>, ExtractError> {
    let mut kept = Vec::new();
    for table in &catalogue.tables {
        if let Some(staged) = bench.custody.kept(&table.id, &bench.identity_of(table))? {
            tell_kept(bench.halt.observer, &staged);
            kept.push(staged);
        }
    }
    Ok(kept)
}

/// A table to read.
struct Lacking<'a> {
    table: &'a Table,
    kind: ObjectKind,
    /// Rows that are expected.
    rows: u64,
    /// Rows that the observer was told of.
    told: AtomicU64,
    /// How often a connection was lost over it.
    losses: usize,
    /// Whether rows may be taken from an earlier run; and how that went, if it could not be done.
    may_take_earlier: bool,
    delta: Option<TableDelta>,
}

impl<'a> Lacking<'a> {
    fn work<'w>(&'w self, bench: &'w Bench<'w>) -> Work<'w> {
        Work {
            bench,
            table: self.table,
            kind: self.kind,
            progress: Progress::new(bench.halt.observer, &self.told),
            may_take_earlier: self.may_take_earlier,
            delta: self.delta.as_ref(),
        }
    }
}

/// What is still to be done, largest first so that threads end together; ties by id.
fn lacking<'a>(
    session: &Session,
    catalogue: &'a Catalogue,
    kept: &[StagedTable],
    inventory: &Inventory,
) -> Result<Vec<Lacking<'a>>, ExtractError> {
    let mut lacking = Vec::new();
    for table in &catalogue.tables {
        if kept.iter().any(|staged| staged.id == table.id) {
            continue;
        }
        let found = inventory.get(&table.name);
        let kind = found.map_or(ObjectKind::Table, |object| object.kind);
        lacking.push(Lacking {
            table,
            kind,
            rows: session.count(table, kind)?,
            told: AtomicU64::new(0),
            losses: 0,
            may_take_earlier: true,
            delta: None,
        });
    }
    lacking.sort_by(|a, b| {
        b.rows
            .cmp(&a.rows)
            .then_with(|| a.table.id.cmp(&b.table.id))
    });
    Ok(lacking)
}

fn interrupters(sessions: &[Session]) -> Vec<Interrupter> {
    sessions.iter().map(Session::interrupter).collect()
}

/// Does some work. Statements that run long without giving a row (counting) hear of a stop all the same.
fn watched<T>(
    halt: &Halt<'_>,
    handles: &[Interrupter],
    work: impl FnOnce() -> Result<T, ExtractError>,
) -> Result<T, ExtractError> {
    let (working, all_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watch = move || {
            while all_done.recv_timeout(PULSE) == Err(RecvTimeoutError::Timeout) {
                // Each may take its time where the server is not there any more.
                let is_working = || all_done.try_recv() == Err(TryRecvError::Empty);
                if halt.asked() {
                    let handles = handles.iter().take_while(|_| is_working());
                    handles.for_each(Interrupter::interrupt);
                }
            }
        };
        thread::Builder::new()
            .spawn_scoped(scope, watch)
            .map_err(ExtractError::Thread)?;
        let result = work();
        // Ends the watch; so does a panic, which drops it too.
        drop(working);
        result
    })
}

/// Stages all tables. Those over which a connection was lost are gone on with when the others are done, behind their last full
/// parts; so are those that must begin again.
fn stage_all(
    bench: &Bench<'_>,
    sessions: &mut [Session],
    check: impl Fn(&Session) -> Result<(), ExtractError> + Sync,
    mut lacking: Vec<Lacking<'_>>,
) -> Result<Vec<StagedTable>, ExtractError> {
    let outages = AtomicUsize::new(0);
    let worker = |session| Mutex::new(Worker::new(&bench.halt, session, &outages));
    let workers: Vec<Mutex<Worker<'_>>> = sessions.iter_mut().map(worker).collect();
    let (mut staged, mut refused, mut check) = (Vec::new(), Vec::new(), Some(check));
    while check.is_some() || !lacking.is_empty() {
        let ends = stage_once(bench, &workers, check.take(), &lacking)?;
        let mut left = Vec::new();
        for (mut table, end) in lacking.into_iter().zip(ends) {
            match end {
                End::Done(Outcome::Staged(done)) => staged.push(*done),
                End::Done(Outcome::Refused(complaints)) => refused.extend(complaints),
                End::Done(Outcome::Whole(delta)) => {
                    table.may_take_earlier = false;
                    table.delta = delta;
                    left.push(table);
                }
                End::Lost(lost) if table.losses == MOST_LOSSES => return Err(lost.into()),
                End::Lost(_) => {
                    table.losses += 1;
                    left.push(table);
                }
            }
        }
        lacking = left;
    }
    refused.sort();
    if refused.is_empty() {
        Ok(staged)
    } else {
        // All broken keys are named together.
        Err(ExtractError::Keys(refused))
    }
}

/// What a thread takes.
#[derive(Clone, Copy)]
enum Task {
    /// The source's own check of the whole.
    Check,
    /// Of the table at this place, the task with this number.
    Of(usize, usize),
}

/// Goes through the tables once, and says how each ended. The first task is the source's own check of the whole: nothing that is
/// staged beside it is complete before the manifest, which needs the check.
fn stage_once(
    bench: &Bench<'_>,
    workers: &[Mutex<Worker<'_>>],
    check: Option<impl Fn(&Session) -> Result<(), ExtractError> + Sync>,
    lacking: &[Lacking<'_>],
) -> Result<Vec<End<Outcome>>, ExtractError> {
    let plan = |worker: &mut Worker<'_>, at: usize| {
        TableTasks::plan(lacking[at].work(bench), worker.session()?)
    };
    let mut ends: Vec<Option<End<Outcome>>> = Vec::new();
    let mut plans: Vec<Option<TableTasks<'_>>> = Vec::new();
    for end in shared_out(bench, workers, lacking.len(), plan)? {
        let (end, plan) = match end {
            End::Done(tasks) => (None, Some(tasks)),
            End::Lost(lost) => (Some(End::Lost(lost)), None),
        };
        ends.push(end);
        plans.push(plan);
    }
    let mut tasks: Vec<Task> = check.iter().map(|_| Task::Check).collect();
    for (at, plan) in plans.iter().enumerate() {
        let count = plan.as_ref().map_or(0, TableTasks::count);
        tasks.extend((0..count).map(|number| Task::Of(at, number)));
    }
    let work = |worker: &mut Worker<'_>, number: usize| match (tasks[number], &check) {
        (Task::Check, check) => {
            let session = worker.session()?;
            check
                .iter()
                .try_for_each(|check| check(session))
                .map(|()| None)
        }
        (Task::Of(at, number), _) => match &plans[at] {
            Some(plan) => plan.run(worker, number),
            None => Ok(None),
        },
    };
    let ended = shared_out(bench, workers, tasks.len(), work)?;
    for (task, end) in tasks.iter().zip(ended) {
        let (at, end) = match (*task, end) {
            (Task::Check, End::Lost(lost)) => return Err(lost.into()),
            (Task::Check, End::Done(_)) | (Task::Of(..), End::Done(None)) => continue,
            (Task::Of(at, _), End::Done(Some(outcome))) => (at, End::Done(outcome)),
            (Task::Of(at, _), End::Lost(lost)) => (at, End::Lost(lost)),
        };
        ends[at].get_or_insert(end);
    }
    // A table of which nobody says how it ended was stopped by one that failed.
    let all: Option<Vec<End<Outcome>>> = ends.into_iter().collect();
    all.ok_or(ExtractError::Interrupted)
}

/// Every thread takes a worker of its own, and the next task until none is left. What fails stops the others, so that their
/// ends must not hide it: a failure is told before an interruption.
fn shared_out<T: Send>(
    bench: &Bench<'_>,
    workers: &[Mutex<Worker<'_>>],
    count: usize,
    task: impl Fn(&mut Worker<'_>, usize) -> Result<T, ExtractError> + Sync,
) -> Result<Vec<End<T>>, ExtractError> {
    bench.spare.add_tasks(count);
    let taken = AtomicUsize::new(0);
    let worker = || &workers[taken.fetch_add(1, Ordering::Relaxed)];
    let work = |worker: &mut &Mutex<Worker<'_>>, number: usize| {
        let _busy = bench.spare.begin_task();
        // Nobody else has it. A panic that poisoned it is passed on by the pool.
        let mut worker = worker.lock().unwrap_or_else(PoisonError::into_inner);
        let end = match task(&mut worker, number) {
            Ok(done) => Ok(End::Done(done)),
            Err(ExtractError::Source(met)) if met.is_passing() && worker.lose() => {
                Ok(End::Lost(met))
            }
            Err(failure) => Err(failure),
        };
        if end.is_err() {
            bench.halt.failed.store(true, Ordering::Relaxed);
        }
        Ok::<_, Infallible>(end)
    };
    let ended = match bunri_work::run_with(workers.len(), count, worker, work) {
        Ok(ended) => ended,
        Err(never) => match never {},
    };
    let (mut ends, mut interrupted) = (Vec::new(), false);
    for end in ended {
        match end {
            Ok(end) => ends.push(end),
            Err(ExtractError::Interrupted) => interrupted = true,
            Err(failure) => return Err(failure),
        }
    }
    if interrupted {
        return Err(ExtractError::Interrupted);
    }
    Ok(ends)
}

/// What a task came to.
enum End<T> {
    Done(T),
    /// The connection was lost over it.
    Lost(SourceError),
}

fn finish(
    custody: &Custody,
    identity: Identity,
    tables: Vec<StagedTable>,
) -> Result<StagingManifest, ExtractError> {
    let Identity { source, shape } = identity;
    let manifest = StagingManifest::new(source, shape, tables);
    write_whole(&custody.manifest_path(), &manifest.to_bytes()?)?;
    for table in &manifest.tables {
        custody.forget_seam(&table.id)?;
    }
    Ok(manifest)
}

/// What of a finished staging another catalogue leaves as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether a staging lies there whole that is not of this catalogue's shape or not of this version.
    pub is_of_another: bool,
    /// Tables that need not be read again, by id.
    pub stands: Vec<String>,
    /// Tables that will be read, by id.
    pub read: Vec<String>,
    /// Tables of staging that the catalogue no longer has, by id.
    pub gone: Vec<String>,
}

/// Says which tables of staging stand under this catalogue. Their files are not looked at: [`extract`] believes them by digest.
///
/// # Errors
/// When custody cannot be read.
pub fn standing(
    source: &Blake3Hex,
    catalogue: &Catalogue,
    custody: &Path,
) -> Result<Standing, ExtractError> {
    let custody = Custody::at(custody);
    let mut standing = Standing {
        is_of_another: custody.is_of_another(&shape(catalogue)?)?,
        ..Standing::default()
    };
    for table in &catalogue.tables {
        let list = if custody.is_noted(table, source)? {
            &mut standing.stands
        } else {
            &mut standing.read
        };
        list.push(table.id.clone());
    }
    let gone = custody.staged()?.into_iter();
    let gone = gone.filter(|id| catalogue.table(id).is_none());
    standing.gone = gone.collect();
    Ok(standing)
}

/// Makes a finished staging an unfinished one, which [`extract`] goes on with under this catalogue; tables that the catalogue no longer
/// has are removed. A staging that is already of its shape stays as it is.
///
/// # Errors
/// When custody cannot be read or changed; what was removed until then is made again by the next extraction.
pub fn reopen(catalogue: &Catalogue, custody: &Path) -> Result<(), ExtractError> {
    let custody = Custody::at(custody);
    custody.reopen(&shape(catalogue)?)?;
    for id in custody.staged()? {
        if catalogue.table(&id).is_none() {
            custody.remove(&id)?;
        }
    }
    Ok(())
}
