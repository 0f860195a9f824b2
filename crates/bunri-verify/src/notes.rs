//! What breaks no claim and still should be read: undecided rows, rejects, rules that matched nothing, empty tables,
//! values that the catalogue has no case for. A check that could pass on nothing says so here.

use bunri_catalogue::{Class, Ownership, Store, Table};
use bunri_evaluator::grants::ownerships;
use bunri_report::{Note, NoteRule, RegionReport, StoreRows};

use crate::table::TableOutcome;

/// The notes about one table.
pub(crate) fn of_table(table: &Table, outcome: &TableOutcome, notes: &mut Vec<Note>) {
    let mut note = |rule, detail: Option<String>, count| {
        notes.push(Note {
            rule,
            store: None,
            table: table.id.clone(),
            detail,
            count,
        });
    };
    for (reason, &rows) in &outcome.tally.undecided {
        note(
            NoteRule::UndecidedRows,
            Some(reason.word().to_owned()),
            rows,
        );
    }
    for (word, &rows) in ["own", "other"].iter().zip(&outcome.decided) {
        if rows > 0 {
            note(NoteRule::DecidedRows, Some((*word).to_owned()), rows);
        }
    }
    if outcome.tally.rejected > 0 {
        note(NoteRule::RejectedRows, None, outcome.tally.rejected);
    }
    if outcome.tally.totals.rows == 0 {
        note(NoteRule::EmptyTable, None, 0);
    }
    for rule in one_sided(table, outcome) {
        note(rule, None, 0);
    }
    let unmet = outcome
        .seen
        .when
        .iter()
        .enumerate()
        .filter(|(_, rows)| **rows == 0);
    for (when, _) in unmet {
        note(
            NoteRule::WhenMatchedNoRow,
            Some(format!("[[when]] number {}", when + 1)),
            0,
        );
    }
    for (&column, &rows) in &outcome.seen.unseen {
        note(
            NoteRule::UnseenCaseValue,
            Some(table.columns[column].name.clone()),
            rows,
        );
    }
    notes.extend(empty_stores(table, outcome));
}

/// Of a table that is decided row by row: where every row is own, nothing was withheld, and the other way round.
fn one_sided<'a>(table: &Table, outcome: &'a TableOutcome) -> impl Iterator<Item = NoteRule> + 'a {
    let decided = outcome.tally.totals.rows > 0 && ownerships(table).len() > 1;
    let none = move |ownership| decided && outcome.tally.by_ownership[ownership as usize] == 0;
    let rules = [
        (NoteRule::NoRowIsOwn, Ownership::Own),
        (NoteRule::NoRowIsOther, Ownership::Other),
    ];
    rules
        .into_iter()
        .filter(move |(_, ownership)| none(*ownership))
        .map(|(rule, _)| rule)
}

/// Stores that the table brought no row. A quarantine without rows is what everybody hopes for.
fn empty_stores<'a>(
    table: &'a Table,
    outcome: &'a TableOutcome,
) -> impl Iterator<Item = Note> + 'a {
    let stores = outcome
        .stores
        .iter()
        .filter(|(store, _)| *store != Store::Quarantine);
    let empty = stores.filter(|(_, outcome)| outcome.checked.rows == 0);
    empty.map(|(store, _)| Note {
        rule: NoteRule::EmptyStoreTable,
        store: Some(store.word().to_owned()),
        table: table.id.clone(),
        detail: None,
        count: 0,
    })
}

/// The regions of one table that have rows anywhere.
pub(crate) fn regions<'a>(
    table: &'a Table,
    outcome: &'a TableOutcome,
) -> impl Iterator<Item = RegionReport> + 'a {
    let pairs = Ownership::ALL
        .into_iter()
        .flat_map(|ownership| Class::ALL.map(|class| (ownership, class)));
    pairs.filter_map(move |(ownership, class)| {
        let rows_in = |wanted: Store| {
            let found = outcome.stores.iter().find(|(store, _)| *store == wanted);
            found.map_or(0, |(_, outcome)| {
                outcome.is[ownership as usize][class as usize].count()
            })
        };
        let staging_rows = outcome.tally.regions[ownership as usize][class as usize];
        let store_rows = StoreRows {
            retail: rows_in(Store::Retail),
            transmission: rows_in(Store::Transmission),
            quarantine: rows_in(Store::Quarantine),
        };
        (staging_rows > 0 || store_rows != StoreRows::default()).then(|| RegionReport {
            table: table.id.clone(),
            ownership: ownership.word(),
            class: class.word(),
            staging_rows,
            store_rows,
        })
    })
}
