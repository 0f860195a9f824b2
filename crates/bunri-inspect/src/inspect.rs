//! A source from one end to the other: what it declares, then every table once, on all threads.

use std::collections::BTreeMap;

use bunri_columnar::{Event, Observer};
use bunri_job::Source;
use bunri_source::{DeclaredObject, ObjectKind, OpenSource, Session, SourceError, TableSize};
use serde::Serialize;

use crate::profile::{ColumnProfile, FoundKey, Periods, Seen, TableWatch, Wanted};
use crate::references::{Candidates, ReferenceProfile};
use crate::roles::{LedgerColumns, ledger_columns};
use crate::sessions::{Lent, Sessions};
use bunri_names::{Meaning, Names, NamesError, TableKind};

/// How a source is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InspectOptions {
    /// Rows of each table after which reading stops; [`None`]: all are read.
    pub sample: Option<u64>,
    /// Tables that are read at the same time.
    pub threads: usize,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The source cannot be read, or not at rest.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The dictionaries of this version are broken.
    #[error(transparent)]
    Names(#[from] NamesError),
}

/// What a source holds: names and counts. schemas/inspect.schema.json describes it as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceProfile {
    /// What this is: `bunri.inspect/1`.
    pub format: String,
    /// Rows of each table after which reading stopped; counts are of the rows that were read.
    pub sampled: Option<u64>,
    /// By name.
    pub tables: Vec<TableProfile>,
    /// By name.
    pub views: Vec<ViewProfile>,
    /// Declared ones, and those that names and values imply.
    pub references: Vec<ReferenceProfile>,
    /// Tables that have what a ledger has.
    pub ledgers: Vec<LedgerCandidate>,
}

/// What one table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableProfile {
    /// Its name.
    pub name: String,
    /// By the source's own count.
    pub rows: u64,
    /// Rows that were read.
    pub rows_read: u64,
    /// Bytes with its indexes; [`None`]: not known.
    pub bytes: Option<u64>,
    /// Why it was not read.
    pub unreadable: Option<String>,
    /// What its name says its rows are, by the dictionaries under schemas/names.
    pub kind: Option<TableKind>,
    /// In the source's order.
    pub columns: Vec<ColumnProfile>,
    /// The primary key that the source declares.
    pub key_declared: Vec<String>,
    /// Further keys that the source keeps unique.
    pub unique_declared: Vec<Vec<String>>,
    /// Columns that tell the rows apart which were read, fewest columns first. Several columns together are looked for only
    /// where no key is declared.
    pub keys_found: Vec<FoundKey>,
}

/// What a view is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewProfile {
    /// Its name.
    pub name: String,
    /// The tables that it reads, through other views too.
    pub reads: Vec<String>,
    /// Its columns.
    pub columns: Vec<String>,
    /// Why that cannot be told.
    pub unreadable: Option<String>,
}

/// A table with a point, a supplier and a first day, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerCandidate {
    /// The table.
    pub table: String,
    /// Its column of the point.
    pub key: String,
    /// Its column of the supplier.
    pub retailer: String,
    /// Its column of the first day.
    pub from: String,
    /// Its column of the end.
    pub until: Option<String>,
    /// How its periods meet; [`None`]: too many to compare.
    pub periods: Option<Periods>,
}

/// Reads every table of a source once and says what is in it. Nothing is written, into the source or beside it.
///
/// # Errors
/// [`InspectError`]: the source is refused for whatever extraction refuses it for, but its integrity is not checked.
pub fn inspect(
    source: &Source,
    options: &InspectOptions,
    observer: &dyn Observer,
) -> Result<SourceProfile, InspectError> {
    let names = Names::shipped()?;
    let open = OpenSource::open(source)?;
    let mut first = open.session()?;
    let objects = first.outline()?;
    // It reads every page once more; who samples does not want that.
    let sizes = match options.sample {
        None => first.table_sizes()?,
        Some(_) => None,
    };
    let tables = tables_by_size(&first, &objects, sizes.as_ref())?;
    let most = open.most_sessions().unwrap_or(usize::MAX);
    let threads = options.threads.min(most).clamp(1, tables.len().max(1));
    let sessions = Sessions::open(&open, first, threads)?;
    observer.event(Event::Stage {
        name: "inspect",
        rows: tables
            .iter()
            .map(|(_, rows)| expected(*rows, options))
            .sum(),
    });
    let candidates = Candidates::by_name(&objects);
    let meanings: Vec<Vec<Meaning<'_>>> = objects
        .iter()
        .map(|object| {
            let columns = object.columns.iter();
            columns.map(|column| names.column(&column.name)).collect()
        })
        .collect();
    let ledgers: BTreeMap<usize, LedgerColumns> = objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.kind == ObjectKind::Table)
        .filter_map(|(number, _)| Some((number, ledger_columns(&meanings[number])?)))
        .collect();
    let work = |lent: &mut Lent<'_>, number: usize| {
        let (number, _) = tables[number];
        let object = &objects[number];
        let wanted = wanted(object, number, &candidates, ledgers.get(&number), options);
        look(lent.session()?, object, &wanted, observer).map(|seen| (number, seen))
    };
    let looks = bunri_work::run_with(threads, tables.len(), || sessions.lend(), work)?;
    let sessions = sessions.into_inner();
    let (seen, unreadable) = sort_out(looks);
    let mut profile = SourceProfile {
        format: "bunri.inspect/1".to_owned(),
        sampled: options.sample,
        references: candidates.try_all(&objects, &seen),
        ledgers: ledgers
            .iter()
            .map(|(number, columns)| candidate(&objects[*number], *columns, seen.get(number)))
            .collect(),
        views: views(&objects),
        tables: table_profiles(
            &objects,
            seen,
            &unreadable,
            sizes.as_ref(),
            (&names, &meanings),
        ),
    };
    if options.sample.is_some()
        && let Some(session) = sessions.first()
    {
        for table in &mut profile.tables {
            if table.unreadable.is_none() {
                table.rows = session.count_of(&table.name)?;
            }
        }
    }
    open.at_rest_still(sessions)?;
    Ok(profile)
}

/// Tables with about how many rows they have, the largest first so that threads end together.
fn tables_by_size(
    session: &Session,
    objects: &[DeclaredObject],
    sizes: Option<&BTreeMap<String, TableSize>>,
) -> Result<Vec<(usize, u64)>, SourceError> {
    let mut tables = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        if object.kind == ObjectKind::Table && object.unreadable.is_none() {
            let rows = match sizes {
                Some(sizes) => sizes.get(&object.name).map_or(0, |size| size.about_rows),
                None => session.about_rows(&object.name)?,
            };
            tables.push((number, rows));
        }
    }
    tables.sort_by_key(|(number, rows)| (std::cmp::Reverse(*rows), *number));
    Ok(tables)
}

fn expected(rows: u64, options: &InspectOptions) -> u64 {
    options.sample.map_or(rows, |sample| rows.min(sample))
}

fn wanted(
    object: &DeclaredObject,
    number: usize,
    candidates: &Candidates,
    ledger: Option<&LedgerColumns>,
    options: &InspectOptions,
) -> Wanted {
    let mut wanted = Wanted {
        combined_keys: object.key.is_empty() && object.unique.is_empty(),
        periods: ledger.map(|columns| (columns.point, columns.from, columns.until)),
        most_rows: options.sample,
        ..Wanted::default()
    };
    candidates.watch(number, &mut wanted);
    wanted
}

/// What became of one table: seen, or why it cannot be read.
type Look = Result<Seen, String>;

fn look(
    session: &Session,
    object: &DeclaredObject,
    wanted: &Wanted,
    observer: &dyn Observer,
) -> Result<Look, SourceError> {
    observer.event(Event::Table { id: &object.name });
    let go_on = |rows: u64| {
        observer.event(Event::Rows { rows });
        !observer.cancelled()
    };
    let names: Vec<&str> = object
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let mut watch = TableWatch::new(names.len(), wanted, &go_on);
    let stops = wanted.most_rows == Some(0);
    let read = if stops {
        Ok(())
    } else {
        session.read_columns(&object.name, &names, object.kind, &mut watch)
    };
    match read {
        Ok(()) => {}
        // What is wrong with one table (a function that only the application has) says nothing of the others.
        Err(SourceError::Sql { source, .. }) => return Ok(Err(source.to_string())),
        Err(error) => return Err(error),
    }
    observer.event(Event::TableDone {
        id: &object.name,
        rows: watch.rows,
    });
    let declared = object.columns.iter();
    let declared = declared.map(|column| {
        (
            column.name.clone(),
            column.declared.clone(),
            column.not_null,
        )
    });
    Ok(Ok(watch.finish(declared.collect())))
}

fn sort_out(looks: Vec<(usize, Look)>) -> (BTreeMap<usize, Seen>, BTreeMap<usize, String>) {
    let (mut seen, mut unreadable) = (BTreeMap::new(), BTreeMap::new());
    for (number, look) in looks {
        match look {
            Ok(table) => {
                seen.insert(number, table);
            }
            Err(why) => {
                unreadable.insert(number, why);
            }
        }
    }
    (seen, unreadable)
}

fn table_profiles(
    objects: &[DeclaredObject],
    mut seen: BTreeMap<usize, Seen>,
    unreadable: &BTreeMap<usize, String>,
    sizes: Option<&BTreeMap<String, TableSize>>,
    (names, meanings): (&Names, &[Vec<Meaning<'_>>]),
) -> Vec<TableProfile> {
    let tables = objects.iter().enumerate();
    let tables = tables.filter(|(_, object)| object.kind == ObjectKind::Table);
    let profile = |(number, object): (usize, &DeclaredObject)| {
        let why = unreadable.get(&number).cloned();
        let seen = seen.remove(&number);
        let rows = seen.as_ref().map_or(0, |seen| seen.rows);
        let (mut columns, keys) = seen
            .map(|seen| (seen.columns, seen.keys))
            .unwrap_or_default();
        for (column, meaning) in columns.iter_mut().zip(&meanings[number]) {
            column.term = meaning.item.map(|item| item.term.clone());
        }
        TableProfile {
            name: object.name.clone(),
            kind: names.table(&object.name),
            rows,
            rows_read: rows,
            bytes: sizes.and_then(|sizes| Some(sizes.get(&object.name)?.bytes)),
            unreadable: why.or_else(|| object.unreadable.clone()),
            columns,
            key_declared: object.key.clone(),
            unique_declared: object.unique.clone(),
            keys_found: keys,
        }
    };
    tables.map(profile).collect()
}

fn views(objects: &[DeclaredObject]) -> Vec<ViewProfile> {
    let views = objects
        .iter()
        .filter(|object| object.kind == ObjectKind::View);
    let profile = |object: &DeclaredObject| ViewProfile {
        name: object.name.clone(),
        reads: object.reads.clone(),
        columns: object
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect(),
        unreadable: object.unreadable.clone(),
    };
    views.map(profile).collect()
}

fn candidate(
    object: &DeclaredObject,
    columns: LedgerColumns,
    seen: Option<&Seen>,
) -> LedgerCandidate {
    let name = |column: usize| object.columns[column].name.clone();
    LedgerCandidate {
        table: object.name.clone(),
        key: name(columns.point),
        retailer: name(columns.retailer),
        from: name(columns.from),
        until: columns.until.map(name),
        periods: seen.and_then(|seen| seen.periods),
    }
}
