//! The stage: a database at rest, its tables shared out among threads, the manifest last.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{ColumnarError, Event, Observer, write_whole};
use bunri_job::Delta;
use bunri_manifest::{Blake3Hex, Source, StagedTable, StagingManifest};

use crate::custody::{Custody, Identity};
use crate::earlier::Earlier;
use crate::table::{Bench, Halt, Outcome, Progress, stage};
use crate::{BoundSource, ExtractError, ExtractOptions, ExtractStats};
use bunri_source::{
    Interrupter, Inventory, ObjectKind, OpenSource, Session, SourceError, differences,
};
use bunri_work::SpareThreads;

/// A table's share of its thread's memory that the sorter may fill; batches and the writer take the rest.
const SORT_SHARE: u64 = 8;
/// How often a long statement of the source is asked to stop, once a stop is wanted.
const PULSE: Duration = Duration::from_millis(100);
/// Before a lost connection is made anew: short for a restart of what stands between, longer for what stays away.
const WAITS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

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
    let workers = threads.min(most).clamp(1, catalogue.tables.len().max(1));
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
    let share = memory / (workers as u64 * SORT_SHARE);
    let budget = usize::try_from(share).unwrap_or(usize::MAX);
    let bench = Bench {
        custody: &custody,
        source: &identity.source,
        halt,
        spare: SpareThreads::new(threads, workers),
        budget,
        part_rows,
        earlier: earlier.as_ref(),
    };
    let mut tables = kept_tables(&bench, catalogue)?;
    let tables_kept = tables.len();
    let check =
        |session: &Session| Ok(session.refuse_damage(&inventory, !catalogue.ignored.is_empty())?);
    let mut staged = watched(&bench.halt, &interrupters(&sessions), || {
        let lacking = lacking(&sessions[0], catalogue, &tables, &inventory)?;
        let rows = lacking.iter().map(|task| task.rows).sum();
        observer.event(Event::Stage {
            name: "extract",
            rows,
        });
        stage_all(&bench, &mut sessions, check, &lacking)
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
struct Task<'a> {
    table: &'a Table,
    kind: ObjectKind,
    rows: u64,
}

/// What is still to be done, largest first so that threads end together; ties by id.
fn lacking<'a>(
    session: &Session,
    catalogue: &'a Catalogue,
    kept: &[StagedTable],
    inventory: &Inventory,
) -> Result<Vec<Task<'a>>, ExtractError> {
    let mut tasks = Vec::new();
    for table in &catalogue.tables {
        if kept.iter().any(|staged| staged.id == table.id) {
            continue;
        }
        let found = inventory.get(&table.name);
        let kind = found.map_or(ObjectKind::Table, |object| object.kind);
        tasks.push(Task {
            table,
            kind,
            rows: session.count(table, kind)?,
        });
    }
    tasks.sort_by(|a, b| {
        b.rows
            .cmp(&a.rows)
            .then_with(|| a.table.id.cmp(&b.table.id))
    });
    Ok(tasks)
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
                if halt.asked() {
                    handles.iter().for_each(Interrupter::interrupt);
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

/// Every thread takes a session of its own, and the next task until none is left. The first task is the source's own check
/// of the whole: nothing that is staged beside it is complete before the manifest, which needs the check.
fn stage_all(
    bench: &Bench<'_>,
    sessions: &mut [Session],
    check: impl Fn(&Session) -> Result<(), ExtractError> + Sync,
    tasks: &[Task<'_>],
) -> Result<Vec<StagedTable>, ExtractError> {
    let sessions: Vec<Mutex<&mut Session>> = sessions.iter_mut().map(Mutex::new).collect();
    bench.spare.add_tasks(1 + tasks.len());
    let taken = AtomicUsize::new(0);
    let session = || &sessions[taken.fetch_add(1, Ordering::Relaxed)];
    let work = |session: &mut &Mutex<&mut Session>, number: usize| {
        let _busy = bench.spare.begin_task();
        // Nobody else has it. A panic that poisoned it is passed on by the pool.
        let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match number.checked_sub(1).map(|number| &tasks[number]) {
            None => check(&session).map(|()| None),
            Some(task) => staged_over_losses(bench, &mut session, task).map(Some),
        };
        if outcome.is_err() {
            bench.halt.failed.store(true, Ordering::Relaxed);
        }
        // What fails stops the others, so that their ends must not hide it: all are gathered.
        Ok::<_, Infallible>(outcome)
    };
    match bunri_work::run_with(sessions.len(), 1 + tasks.len(), session, work) {
        Ok(ended) => gather(ended),
        Err(never) => match never {},
    }
}

/// Stages a table. Where the connection is lost it is made anew, on the same state, and the table goes on behind its last full
/// part; rows are told of once.
fn staged_over_losses(
    bench: &Bench<'_>,
    session: &mut Session,
    task: &Task<'_>,
) -> Result<Outcome, ExtractError> {
    let mut progress = Progress::new(bench.halt.observer);
    let mut waits = WAITS.iter();
    loop {
        let lost = match stage(bench, session, task.table, task.kind, &mut progress) {
            Err(ExtractError::Source(met)) if met.is_passing() => met,
            ended => return ended,
        };
        loop {
            let Some(wait) = waits.next() else {
                return Err(lost.into());
            };
            wait_unless_asked(bench, *wait)?;
            match session.again() {
                Ok(()) => break,
                // The state itself may be gone: then the first loss says more.
                Err(_) if waits.len() > 0 => {}
                Err(refused) => return Err(refused.into()),
            }
        }
    }
}

fn wait_unless_asked(bench: &Bench<'_>, wait: Duration) -> Result<(), ExtractError> {
    let begun = Instant::now();
    while begun.elapsed() < wait {
        if bench.halt.asked() {
            return Err(ExtractError::Interrupted);
        }
        thread::sleep(PULSE);
    }
    Ok(())
}

/// All tables, or what went wrong: a failure before an interruption before broken keys, which are named
/// together.
fn gather(
    ended: Vec<Result<Option<Outcome>, ExtractError>>,
) -> Result<Vec<StagedTable>, ExtractError> {
    let (mut staged, mut refused, mut interrupted) = (Vec::new(), Vec::new(), false);
    for outcome in ended {
        match outcome {
            Ok(None) => {}
            Ok(Some(Outcome::Staged(table))) => staged.push(*table),
            Ok(Some(Outcome::Refused(complaints))) => refused.extend(complaints),
            Err(ExtractError::Interrupted) => interrupted = true,
            Err(failure) => return Err(failure),
        }
    }
    if interrupted {
        return Err(ExtractError::Interrupted);
    }
    refused.sort();
    if refused.is_empty() {
        Ok(staged)
    } else {
        Err(ExtractError::Keys(refused))
    }
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
