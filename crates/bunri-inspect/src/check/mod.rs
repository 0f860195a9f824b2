//! A catalogue held against its source before anything is extracted: what extraction would refuse, which rows it would reject and
//! by which rule, which codes no list knows, and how old the newest entries are. Values are read by extraction's own copiers, so that
//! no stage finds later what could have been found here. Nothing is written, and no value is told.

mod codes;
mod watch;

use std::collections::BTreeMap;

use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{ColumnarError, Event, Observer};
use bunri_job::Source;
use bunri_source::{
    Concerns, DeclaredObject, Finding, ObjectKind, OpenSource, Session, SourceError, compatible,
    differences, doubled_key, null_in_key,
};
use bunri_types::{Day, ValueForm, ValueType};

use crate::profile::{TableWatch, Wanted};
use crate::propose::propose_type;
use crate::sessions::{Lent, Sessions};
use codes::{CodeList, CodesSeen};
use watch::{Asked, TableCheck, TableSeen};

/// How a source is held against a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckOptions {
    /// Bytes of memory for the keys of rows, about.
    pub memory: u64,
    /// Tables that are read at the same time.
    pub threads: usize,
}

/// What holding a source against a catalogue came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCheck {
    /// Rows that were read.
    pub rows: u64,
    /// Rows that extraction would reject.
    pub rejected: u64,
    /// Tables that were read.
    pub tables: usize,
    /// For what extraction would refuse the source, in the order of the catalogue.
    pub refused: Vec<Finding>,
    /// What a person should know, in the order of the catalogue.
    pub notes: Vec<Finding>,
    /// The newest day on which a row was written, with table and column by their places.
    pub newest: Option<(Day, usize, usize)>,
}

/// Why a source could not be held against a catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The source cannot be read, or not at rest.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Columns cannot be made.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Reads a source once and says what does not fit the catalogue, all of it.
///
/// # Errors
/// [`CheckError`]: the source is refused for whatever extraction refuses it for, but its integrity is not checked.
pub fn check_source(
    source: &Source,
    catalogue: &Catalogue,
    options: &CheckOptions,
    observer: &dyn Observer,
) -> Result<SourceCheck, CheckError> {
    let open = OpenSource::open(source)?;
    let mut first = open.session()?;
    let (inventory, mut refused) = differences(&open, &mut first, catalogue)?;
    let declared: BTreeMap<String, DeclaredObject> = first
        .outline()?
        .into_iter()
        .map(|object| (object.name.clone(), object))
        .collect();
    // A table of which a column is missing cannot be read as the catalogue says; of another type it can.
    let readable = |table: &Table| {
        let object = inventory.get(&table.name)?;
        let there = |name: &String| object.columns.iter().any(|found| found.name == *name);
        let names = table.columns.iter().map(|column| &column.name);
        names.into_iter().all(there).then_some(object.kind)
    };
    let mut tables = Vec::new();
    for (number, table) in catalogue.tables.iter().enumerate() {
        if let Some(kind) = readable(table) {
            let rows = match kind {
                ObjectKind::Table => first.count(table, kind)?,
                ObjectKind::View => 0,
            };
            tables.push((number, kind, rows));
        }
    }
    tables.sort_by_key(|(number, _, rows)| (std::cmp::Reverse(*rows), *number));
    observer.event(Event::Stage {
        name: "check",
        rows: tables.iter().map(|(_, _, rows)| rows).sum(),
    });
    let most = open.most_sessions().unwrap_or(usize::MAX);
    let threads = options.threads.min(most).clamp(1, tables.len().max(1));
    let share = options.memory / (threads as u64 * size_of::<u128>() as u64);
    let most_keys = usize::try_from(share).unwrap_or(usize::MAX);
    let sessions = Sessions::open(&open, first, threads)?;
    let work = |lent: &mut Lent<'_>, place: usize| -> Result<(usize, Looked), CheckError> {
        let (number, kind, _) = tables[place];
        let table = &catalogue.tables[number];
        let session = lent.session()?;
        let lists = codes::lists_of(catalogue, number);
        let asked = Asked {
            lists: &lists,
            retailers: (catalogue.retailers.table == number).then_some(catalogue.retailers.column),
            unique: declared
                .get(&table.name)
                .is_some_and(|object| keeps_unique(object, table)),
            most_keys,
        };
        let (seen, fitting) = look(session, &open, (table, kind), &asked, &declared, observer)?;
        Ok((
            number,
            Looked {
                seen,
                lists,
                fitting,
            },
        ))
    };
    let looked = bunri_work::run_with(threads, tables.len(), || sessions.lend(), work)?;
    open.at_rest_still(sessions.into_inner())?;
    let looked: BTreeMap<usize, Looked> = looked.into_iter().collect();
    let nobody = CodesSeen::default();
    let retailers = looked
        .get(&catalogue.retailers.table)
        .map_or(&nobody, |looked| &looked.seen.retailers);
    let mut check = SourceCheck {
        rows: looked.values().map(|looked| looked.seen.rows).sum(),
        rejected: looked.values().map(|looked| looked.seen.rejected).sum(),
        tables: looked.len(),
        refused: Vec::new(),
        notes: Vec::new(),
        newest: None,
    };
    for (number, table) in catalogue.tables.iter().enumerate() {
        let Some(looked) = looked.get(&number) else {
            continue;
        };
        refused.extend(key_findings(number, table, &looked.seen));
        check.notes.extend(notes(number, table, looked, retailers));
        let newest = looked.seen.newest;
        let newest = newest.map(|(day, column)| (day, number, column));
        check.newest = check.newest.max(newest);
    }
    check.refused = refused;
    Ok(check)
}

/// A table, read.
struct Looked {
    seen: TableSeen,
    lists: Vec<CodeList>,
    /// Of columns with values that do not fit: a type that would fit more of them, and how many do not fit it.
    fitting: BTreeMap<usize, (String, u64)>,
}

type Fitting = BTreeMap<usize, (String, u64)>;

fn look(
    session: &Session,
    open: &OpenSource,
    (table, kind): (&Table, ObjectKind),
    asked: &Asked<'_>,
    declared: &BTreeMap<String, DeclaredObject>,
    observer: &dyn Observer,
) -> Result<(TableSeen, Fitting), CheckError> {
    observer.event(Event::Table { id: &table.id });
    let go_on = |rows: u64| {
        observer.event(Event::Rows { rows });
        !observer.cancelled()
    };
    let names: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let mut watch = TableCheck::new(table, asked, &go_on)?;
    session.read_columns(&table.name, &names, kind, &mut watch)?;
    let seen = watch.finish()?;
    observer.event(Event::TableDone {
        id: &table.id,
        rows: seen.rows,
    });
    let misfitting = seen.misfits.iter().enumerate();
    let misfitting = misfitting.filter(|(_, misfits)| !misfits.is_empty());
    let misfitting: Vec<usize> = misfitting.map(|(column, _)| column).collect();
    let fitting = if misfitting.is_empty() {
        BTreeMap::new()
    } else {
        fitting(
            session,
            open,
            (table, kind),
            &misfitting,
            declared,
            observer,
        )?
    };
    Ok((seen, fitting))
}

/// Reads the columns with values that do not fit once more, and says which type would. A second time on purpose: which columns these
/// are is known at the end of the first, so one pass would have to profile all of them, of every source. Measured on the sample of
/// 40,000 points, in which nearly every table has such a column: the second reading is 0.5 s of 1.9 s of processor time; profiling
/// every column, as `inspect` does, takes 2.2 s more. Without such columns nothing is read twice.
fn fitting(
    session: &Session,
    open: &OpenSource,
    (table, kind): (&Table, ObjectKind),
    columns: &[usize],
    declared: &BTreeMap<String, DeclaredObject>,
    observer: &dyn Observer,
) -> Result<Fitting, CheckError> {
    let go_on = |_: u64| !observer.cancelled();
    let names: Vec<&str> = columns
        .iter()
        .map(|&column| table.columns[column].name.as_str())
        .collect();
    let wanted = Wanted::default();
    let mut profiler = TableWatch::new(names.len(), &wanted, &go_on);
    session.read_columns(&table.name, &names, kind, &mut profiler)?;
    let as_declared = |name: &&str| {
        let object = declared.get(&table.name);
        let found = object.and_then(|object| object.columns.iter().find(|one| one.name == **name));
        let (words, not_null) = found.map_or((String::new(), false), |column| {
            (column.declared.clone(), column.not_null)
        });
        ((*name).to_owned(), words, not_null)
    };
    let profile = profiler.finish(names.iter().map(as_declared).collect());
    let fits = |declared: &str, value_type: ValueType, reading: &ValueForm| {
        compatible(open, declared, value_type, reading)
    };
    let proposed = columns
        .iter()
        .zip(&profile.columns)
        .filter_map(|(&at, column)| {
            let proposed = propose_type(column, table.key.contains(&at), &fits);
            // A text takes everything: that it fits says nothing.
            let is_text = proposed.value_type == ValueType::Text;
            let written = proposed.written().filter(|_| !is_text)?;
            Some((at, (written, proposed.misfits)))
        });
    Ok(proposed.collect())
}

/// Whether the source itself keeps the key unique, as the catalogue's types compare: where one is read of several spellings, two
/// values of the source may be one.
fn keeps_unique(object: &DeclaredObject, table: &Table) -> bool {
    let same = |names: &[String]| {
        let mut keys = table.key.iter().map(|&at| &table.columns[at].name);
        !names.is_empty() && names.len() == table.key.len() && keys.all(|name| names.contains(name))
    };
    let plain = table.key.iter().all(|&at| {
        let column = &table.columns[at];
        matches!(column.value_type, ValueType::Text | ValueType::Int)
            && !column.reading.takes_integers
    });
    plain && (same(&object.key) || object.unique.iter().any(|names| same(names)))
}

/// What is wrong with a key. Extraction refuses the source for it.
fn key_findings(number: usize, table: &Table, seen: &TableSeen) -> Vec<Finding> {
    let at_key = |message| Finding {
        concerns: Concerns::Key(number),
        message,
    };
    let mut found = Vec::new();
    for (&column, &nulls) in table.key.iter().zip(&seen.null_keys) {
        if nulls > 0 {
            found.push(at_key(null_in_key(table, column, nulls)));
        }
    }
    if let Some(doubled) = seen.doubled.filter(|doubled| *doubled > 0) {
        found.push(at_key(doubled_key(table, doubled, None)));
    }
    found
}

fn notes(number: usize, table: &Table, looked: &Looked, retailers: &CodesSeen) -> Vec<Finding> {
    let seen = &looked.seen;
    let at_column = |column, message| Finding {
        concerns: Concerns::Column {
            table: number,
            column,
        },
        message,
    };
    let mut found = Vec::new();
    if seen.doubled.is_none() {
        found.push(Finding {
            concerns: Concerns::Key(number),
            message: format!(
                "whether two of {} rows share a key was not checked: too many rows for [limits] memory; extraction will",
                seen.rows
            ),
        });
    }
    for (word, lines) in &seen.broken {
        found.push(Finding {
            concerns: Concerns::Table(number),
            message: format!(
                "{lines} lines of its files are no rows ({word}): they would be rejected"
            ),
        });
    }
    for (column, misfits) in seen.misfits.iter().enumerate() {
        let wrong: u64 = misfits.values().sum();
        if wrong > 0 {
            found.push(at_column(
                column,
                misfit_note(table, column, looked, (misfits, wrong)),
            ));
        }
    }
    for (list, codes) in looked.lists.iter().zip(&seen.codes) {
        if let Some(message) = codes::complaint(list, codes, retailers, table) {
            found.push(at_column(list.column, message));
        }
    }
    if seen.rejected > 10 && seen.rejected * 20 > seen.rows {
        found.push(Finding {
            concerns: Concerns::Table(number),
            message: format!(
                "{} of {} rows ({}) would be rejected: a run ends with 7 unless [expect] accepts it of this table",
                seen.rejected,
                seen.rows,
                share(seen.rejected, seen.rows)
            ),
        });
    }
    found
}

fn misfit_note(
    table: &Table,
    column: usize,
    looked: &Looked,
    (misfits, wrong): (&BTreeMap<&'static str, u64>, u64),
) -> String {
    let name = &table.columns[column].name;
    let rules: Vec<String> = misfits
        .iter()
        .map(|(rule, values)| format!("{rule} {values}"))
        .collect();
    let values = looked.seen.values[column];
    let mut message = format!(
        "column \"{name}\": {wrong} of {values} values ({}) do not fit {} ({}): their rows would be rejected",
        share(wrong, values),
        table.columns[column].value_type.word(),
        rules.join(", ")
    );
    // A slip in a hundred values is the value's, and no reason for another type.
    if let Some((written, left)) = looked.fitting.get(&column)
        && (*left == 0 || (*left < wrong && wrong * 20 > values))
    {
        let but = match left {
            0 => "all of them".to_owned(),
            left => format!("all but {left}"),
        };
        message.push_str(&format!("; `{name} = {written}` would fit {but}"));
    }
    message
}

/// A share as people read it, in hundredths of a percent, rounded up so that something is never nothing.
fn share(part: u64, of: u64) -> String {
    let hundredths = (u128::from(part) * 10_000).div_ceil(u128::from(of.max(1)));
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_of_something_is_never_nothing() {
        let shares = [(0, 7), (1, 1_000_000), (1, 3), (7, 7), (0, 0)];
        let told = shares.map(|(part, of)| share(part, of));
        assert_eq!(told, ["0.00 %", "0.01 %", "33.34 %", "100.00 %", "0.00 %"]);
    }
}
