//! A store into a target. One table, one transaction: it is made, filled, given its key and its mark, or nothing of it is there. What was
//! loaded of this store before is kept, so that a load that was interrupted goes on by being run again.

use std::sync::{Mutex, PoisonError};

use bunri_columnar::{Event, Observer};
use bunri_job::Target;
use bunri_manifest::TOOL;
use bunri_postgresql::{Connection, literal, quoted};

use crate::LoadError;
use crate::encode::CopyPieces;
use crate::kinds::postgresql_type;
use crate::mark::Mark;
use crate::plan::{Step, plan};
use crate::record::{LoadRecord, LoadedPlace, LoadedStore, LoadedTable, TableState};
use crate::sealed::{SealedStore, SealedTable};
use crate::target::{OpenTarget, session, watched};

/// What is asked of a load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Tables that bunri loaded of another store of the same kind make room.
    pub replace: bool,
    /// Installations and databases that are a source: never loaded into. As manifests of staging name them.
    pub sources: Vec<String>,
}

/// Loads a store that was checked.
///
/// # Errors
/// [`LoadError`], before anything is written where that can be known; a table that fails is not there, and those before it are.
pub fn load(
    store: &SealedStore,
    target: &Target,
    options: &LoadOptions,
    observer: &dyn Observer,
) -> Result<LoadRecord, LoadError> {
    refuse_other_store(store, target)?;
    let open = OpenTarget::open(target)?;
    refuse_source(&open, &options.sources)?;
    open.refuse_unfit()?;
    open.lock(observer)?;
    let longest = open.ask("say how long names are", "SHOW max_identifier_length")?;
    // A server that does not say it is taken for one that keeps nothing.
    let longest = longest.parse().unwrap_or(0);
    let relations = open.relations()?;
    let plan = plan(store, &open.schema, &relations, longest, options.replace)?;
    observer.event(Event::Stage {
        name: "load",
        rows: store.rows(),
    });
    for name in &plan.dropped {
        let table = qualified(&open.schema, name);
        open.connection.execute(
            &format!("drop table `{name}`"),
            &format!("DROP TABLE {table}"),
        )?;
    }
    let work: Vec<(&SealedTable, Step)> = store.tables.iter().zip(plan.steps).collect();
    let tables = load_all(store, &open, target.connections, &work, observer)?;
    Ok(LoadRecord {
        format: LoadRecord::FORMAT.to_owned(),
        tool: TOOL.to_owned(),
        store: described(store),
        target: LoadedPlace {
            address: open.server.place().to_owned(),
            schema: open.schema.clone(),
            database: open.database.clone(),
        },
        tables,
        removed: plan.dropped,
    })
}

/// What records say of a store.
pub(crate) fn described(store: &SealedStore) -> LoadedStore {
    LoadedStore {
        store: store.store.word().to_owned(),
        label: store.label.clone(),
        kind: store.kind.clone(),
        manifest: store.digest.to_string(),
    }
}

/// A target is meant for one store: a slip of the fingers must not put custody where retail reads.
pub(crate) fn refuse_other_store(store: &SealedStore, target: &Target) -> Result<(), LoadError> {
    let place = || target.server.place();
    if target.store != store.store {
        return Err(LoadError::OtherStore {
            place: place(),
            meant: target.store.word().to_owned(),
            given: store.store.word().to_owned(),
        });
    }
    match &target.manifest {
        Some(pinned) if *pinned != store.digest.as_str() => Err(LoadError::OtherStore {
            place: place(),
            meant: format!("the store of manifest {pinned}"),
            given: format!("that of {}", store.digest),
        }),
        _ => Ok(()),
    }
}

/// A source that is loaded into would be read by the next run as if the legacy system had written it.
fn refuse_source(open: &OpenTarget, sources: &[String]) -> Result<(), LoadError> {
    // Of a state, installation and database stand before the transactions that were seen.
    let is_source = |state: &String| {
        state
            .strip_prefix(&open.database)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
    };
    if sources.iter().any(is_source) {
        return Err(LoadError::Refused(vec![format!(
            "{} is the database that the store was made of",
            open.server.place()
        )]));
    }
    Ok(())
}

/// All tables, the largest first, each thread with a connection of its own; in the order of the store.
fn load_all(
    store: &SealedStore,
    open: &OpenTarget,
    connections: usize,
    work: &[(&SealedTable, Step)],
    observer: &dyn Observer,
) -> Result<Vec<LoadedTable>, LoadError> {
    let mut order: Vec<usize> = (0..work.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(work[at].0.rows), at));
    let threads = connections.min(work.len()).max(1);
    let sessions: Result<Vec<Connection>, LoadError> =
        (0..threads).map(|_| session(&open.server)).collect();
    let sessions = sessions?;
    let handles: Vec<_> = sessions.iter().map(Connection::interrupter).collect();
    let free = Mutex::new(sessions);
    let take = || free.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let task = |session: &mut Option<Connection>, number: usize| {
        let (table, step) = work[order[number]];
        // There are as many as threads. One more is made where that is not so.
        if session.is_none() {
            *session = Some(self::session(&open.server)?);
        }
        match session {
            Some(session) => load_table(store, &open.schema, table, step, session, observer),
            None => Err(LoadError::Interrupted),
        }
    };
    let loaded = watched(observer, &handles, || {
        bunri_work::run_with(threads, order.len(), take, task)
    })?;
    let mut tables: Vec<(usize, LoadedTable)> = order.into_iter().zip(loaded).collect();
    tables.sort_by_key(|(at, _)| *at);
    Ok(tables.into_iter().map(|(_, table)| table).collect())
}

fn load_table(
    store: &SealedStore,
    schema: &str,
    table: &SealedTable,
    step: Step,
    session: &Connection,
    observer: &dyn Observer,
) -> Result<LoadedTable, LoadError> {
    let (id, rows) = (table.id.as_str(), table.rows);
    let done = |state| LoadedTable {
        id: id.to_owned(),
        name: table.name.clone(),
        rows,
        state,
    };
    let state = match step {
        Step::Keep => {
            observer.event(Event::TableKept { id, rows });
            return Ok(done(TableState::Kept));
        }
        Step::Load => TableState::Loaded,
        Step::Replace => TableState::Replaced,
    };
    observer.event(Event::Table { id });
    let say = |what: &str| format!("{what} table `{}`", table.name);
    let place = qualified(schema, &table.name);
    session.execute("begin a transaction", "BEGIN")?;
    if step == Step::Replace {
        session.execute(&say("drop"), &format!("DROP TABLE {place}"))?;
    }
    session.execute(&say("make"), &create(&place, table))?;
    let columns: Vec<usize> = (0..table.columns.len()).collect();
    let mut pieces = CopyPieces::new(table, store.batches(table, &columns), observer);
    // Rows of a table that this transaction made need no look at who may see them, now or ever.
    let sql = format!("COPY {place} FROM STDIN (FORMAT binary, FREEZE)");
    let taken = session.copy_in(&say("fill"), &sql, || pieces.next_piece())?;
    let sent = pieces.rows;
    if sent != taken || sent != rows {
        let table = table.name.clone();
        // The transaction ends with the connection.
        return Err(LoadError::Rows { table, sent, taken });
    }
    if let Some(key) = key(table) {
        let sql = format!("ALTER TABLE {place} ADD PRIMARY KEY ({key})");
        session.execute(&say("give its key to"), &sql)?;
    }
    let mark = literal(&Mark::of(store, table).text());
    session.execute(&say("mark"), &format!("COMMENT ON TABLE {place} IS {mark}"))?;
    session.execute(&say("commit"), "COMMIT")?;
    observer.event(Event::TableDone { id, rows });
    Ok(done(state))
}

/// A table's full name.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

fn create(place: &str, table: &SealedTable) -> String {
    let column = |column: &crate::sealed::SealedColumn| {
        format!(
            "{} {}",
            quoted(&column.name),
            postgresql_type(column.value_type)
        )
    };
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    format!("CREATE TABLE {place} ({})", columns.join(", "))
}

/// The columns of the key, as SQL lists them.
fn key(table: &SealedTable) -> Option<String> {
    let names = table.key.iter().map(|&at| quoted(&table.columns[at].name));
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}
