//! The stage: a database at rest, its tables shared out among threads, the manifest last.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{Event, Observer, write_whole};
use bunri_manifest::{Blake3Hex, Source, StagedTable, StagingManifest};
use rusqlite::InterruptHandle;

use crate::custody::{Custody, Identity};
use crate::schema::{self, Inventory, Kind};
use crate::source::{Reader, SourceFile, keep_temporary_files};
use crate::sql::Access;
use crate::table::{Bench, Halt, Outcome, stage};
use crate::{BoundSource, ExtractError, ExtractOptions, ExtractStats, figures};

/// A table's share of its thread's memory that the sorter may fill; batches and the writer take the rest.
const SORT_SHARE: u64 = 3;
/// How often a long statement of SQLite is asked to stop, once a stop is wanted.
const PULSE: Duration = Duration::from_millis(100);

/// Reads a SQLite database into `custody/staging` and `custody/rejects`, and writes
/// `custody/staging/manifest.json` last. A run that was interrupted goes on with the tables it lacks; a
/// complete one returns at once. The bytes depend on the database and the catalogue's names, columns, types
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
    let ExtractOptions { memory, threads } = *options;
    let file = SourceFile::open(source.path)?;
    let threads = threads.clamp(1, catalogue.tables.len().max(1));
    let mut readers: Vec<Reader> = (0..threads)
        .map(|_| file.begin())
        .collect::<Result<_, _>>()?;
    let inventory = schema::check(&readers[0], catalogue)?;
    let identity = Identity {
        source: bound(source, file.hash(observer)?)?,
        shape: shape(catalogue)?,
    };
    let custody = Custody::prepare(custody)?;
    keep_temporary_files(&custody.tmp())?;
    if let Some(manifest) = custody.finished(&identity)? {
        file.unchanged(readers, &identity.source, observer)?;
        manifest
            .tables
            .iter()
            .for_each(|table| tell_kept(observer, table));
        let all = manifest.tables.len();
        return Ok(ExtractStats::of(&manifest, all));
    }
    let halt = Halt {
        observer,
        failed: AtomicBool::new(false),
    };
    let share = memory / (threads as u64 * SORT_SHARE);
    let budget = usize::try_from(share).unwrap_or(usize::MAX);
    let bench = Bench {
        custody: &custody,
        identity: &identity,
        halt,
        budget,
    };
    let mut tables = kept_tables(&bench, catalogue)?;
    let tables_kept = tables.len();
    let staged = watched(&bench.halt, &interrupts(&readers), || {
        readers[0].refuse_damage(&stored(&inventory), !catalogue.ignored.is_empty())?;
        let lacking = lacking(&readers[0], catalogue, &tables, &inventory)?;
        let rows = lacking.iter().map(|task| task.rows).sum();
        observer.event(Event::Stage {
            name: "extract",
            rows,
        });
        stage_all(&bench, &mut readers, &lacking)
    });
    tables.extend(staged?);
    file.unchanged(readers, &identity.source, observer)?;
    let manifest = finish(&custody, identity, tables)?;
    Ok(ExtractStats::of(&manifest, tables_kept))
}

/// What was hashed under the readers' locks, if it is what the run is bound to: a file renamed into place in
/// between would be extracted under the name of the other.
fn bound(source: &BoundSource<'_>, found: Source) -> Result<Source, ExtractError> {
    if found.blake3 == *source.blake3 {
        return Ok(found);
    }
    Err(ExtractError::OtherSource {
        path: source.path.to_path_buf(),
        bound: source.blake3.clone(),
        found: found.blake3,
    })
}

/// The tables, which can be checked; a view holds nothing itself.
fn stored(inventory: &Inventory) -> Vec<&str> {
    let tables = inventory.iter().filter(|(_, kind)| **kind == Kind::Table);
    tables.map(|(name, _)| name.as_str()).collect()
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
        if let Some(staged) = bench.custody.kept(&table.id, bench.identity)? {
            tell_kept(bench.halt.observer, &staged);
            kept.push(staged);
        }
    }
    Ok(kept)
}

/// A table to read.
struct Task<'a> {
    table: &'a Table,
    access: Access,
    rows: u64,
}

/// What is still to be done, largest first so that threads end together; ties by id.
fn lacking<'a>(
    reader: &Reader,
    catalogue: &'a Catalogue,
    kept: &[StagedTable],
    inventory: &Inventory,
) -> Result<Vec<Task<'a>>, ExtractError> {
    let mut tasks = Vec::new();
    for table in &catalogue.tables {
        if kept.iter().any(|staged| staged.id == table.id) {
            continue;
        }
        let access = match inventory.get(&table.name) {
            Some(Kind::View) => Access::Any,
            Some(Kind::Table) | None => Access::TableOnly,
        };
        tasks.push(Task {
            table,
            access,
            rows: figures::count(reader, table, access)?,
        });
    }
    tasks.sort_by(|a, b| {
        b.rows
            .cmp(&a.rows)
            .then_with(|| a.table.id.cmp(&b.table.id))
    });
    Ok(tasks)
}

fn interrupts(readers: &[Reader]) -> Vec<InterruptHandle> {
    let handle = |reader: &Reader| reader.connection.get_interrupt_handle();
    readers.iter().map(handle).collect()
}

/// Does some work. Statements that run long without giving a row (counting) hear of a stop all the same.
fn watched<T>(
    halt: &Halt<'_>,
    handles: &[InterruptHandle],
    work: impl FnOnce() -> Result<T, ExtractError>,
) -> Result<T, ExtractError> {
    let (working, all_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watch = move || {
            while all_done.recv_timeout(PULSE) == Err(RecvTimeoutError::Timeout) {
                if halt.asked() {
                    handles.iter().for_each(InterruptHandle::interrupt);
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

/// Every reader takes the next task until none is left.
fn stage_all(
    bench: &Bench<'_>,
    readers: &mut [Reader],
    tasks: &[Task<'_>],
) -> Result<Vec<StagedTable>, ExtractError> {
    let next = AtomicUsize::new(0);
    let ended = thread::scope(|scope| {
        let mut workers = Vec::new();
        for reader in readers {
            let work = || run_tasks(bench, reader, tasks, &next);
            match thread::Builder::new().spawn_scoped(scope, work) {
                Ok(worker) => workers.push(worker),
                Err(refused) => {
                    // Those that run already stop at their next batch; the scope waits for them.
                    bench.halt.failed.store(true, Ordering::Relaxed);
                    return Err(ExtractError::Thread(refused));
                }
            }
        }
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker
                .join()
                .unwrap_or_else(|broken| std::panic::resume_unwind(broken))
        };
        Ok(workers.into_iter().flat_map(join).collect::<Vec<_>>())
    });
    gather(ended?)
}

type Ended = (usize, Result<Outcome, ExtractError>);

fn run_tasks(
    bench: &Bench<'_>,
    reader: &mut Reader,
    tasks: &[Task<'_>],
    next: &AtomicUsize,
) -> Vec<Ended> {
    let mut ended = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(Task { table, access, .. }) = tasks.get(number) else {
            return ended;
        };
        let outcome = stage(bench, reader, table, *access);
        let failed = outcome.is_err();
        ended.push((number, outcome));
        if failed {
            bench.halt.failed.store(true, Ordering::Relaxed);
            return ended;
        }
    }
}

/// All tables, or what went wrong: a failure before an interruption before broken keys, which are named
/// together.
fn gather(mut ended: Vec<Ended>) -> Result<Vec<StagedTable>, ExtractError> {
    ended.sort_by_key(|(number, _)| *number);
    let (mut staged, mut refused, mut interrupted) = (Vec::new(), Vec::new(), false);
    for (_, outcome) in ended {
        match outcome {
            Ok(Outcome::Staged(table)) => staged.push(*table),
            Ok(Outcome::Refused(complaints)) => refused.extend(complaints),
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
    custody.forget_notes(manifest.tables.iter().map(|table| table.id.as_str()))?;
    Ok(manifest)
}
