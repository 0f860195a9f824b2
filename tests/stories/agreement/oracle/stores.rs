//! docs/rules.md, section 5, with the table of the design: which cells of a row are in which store.

use std::collections::BTreeSet;

use super::super::world::{Class, Classes, Table, Value, Who};
use super::cells::{changed, withheld};
use super::{Decided, Verdict, rekey};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Store {
    Retail,
    Transmission,
    Quarantine,
}

/// A table of a store: names of its columns, and its rows in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Stored {
    pub(in super::super) columns: Vec<String>,
    pub(in super::super) rows: Vec<Vec<Value>>,
}

/// The table of design section 4, cell by cell.
pub(in super::super) fn goes(store: Store, who: Who, class: Class, opened: bool) -> bool {
    use Class::{AnyRetailer, Discard, Hold, OwnCustomer, Reference, RetailOnly, TransmissionOnly};
    use Store::{Quarantine, Retail, Transmission};
    match (class, store) {
        (AnyRetailer, Retail) => who == Who::Own || (who == Who::Other && opened),
        (OwnCustomer | RetailOnly, Retail) => who == Who::Own,
        (AnyRetailer | OwnCustomer, Transmission) => true,
        (AnyRetailer | OwnCustomer, Quarantine) => who == Who::Undecided,
        (TransmissionOnly, _) => store == Transmission,
        (RetailOnly, Transmission) => false,
        (RetailOnly, Quarantine) => matches!(who, Who::Other | Who::Undecided),
        (Hold, Quarantine) => true,
        (Hold, Retail | Transmission) => false,
        (Reference, _) => store != Quarantine,
        (Discard, _) => false,
    }
}

/// Every class that a column can have on such rows under these conditions.
pub(in super::super) fn classes_under(
    table: &Table,
    column: usize,
    who: Who,
    holding: &[usize],
) -> BTreeSet<Class> {
    let mut possible: Vec<Class> = match &table.columns[column].class {
        Classes::Fixed(class) => vec![*class],
        Classes::By {
            cases, otherwise, ..
        } => cases
            .iter()
            .map(|(_, class)| *class)
            .chain([*otherwise])
            .collect(),
    };
    let mut groups = table.cells.iter();
    if who == Who::Own && groups.any(|cells| cells.columns.contains(&column)) {
        let withheld: Vec<Class> = possible.iter().map(|&class| withheld(class)).collect();
        possible.extend(withheld);
    }
    let changed = |class: Class, &when: &usize| changed(&table.whens[when], column, class);
    possible
        .into_iter()
        .map(|class| holding.iter().fold(class, changed))
        .collect()
}

/// Every combination of the conditions that speak of such rows.
pub(in super::super) fn combinations(table: &Table, who: Who) -> Vec<Vec<usize>> {
    let speaking: Vec<usize> = (0..table.whens.len())
        .filter(|&when| table.whens[when].rows.contains(&who))
        .collect();
    let chosen = |bits: usize| {
        (0..speaking.len())
            .filter(|at| bits >> at & 1 == 1)
            .map(|at| speaking[at])
            .collect()
    };
    (0..1_usize << speaking.len()).map(chosen).collect()
}

/// Whether some row may bring the store a cell of this column.
pub(in super::super) fn brings(table: &Table, column: usize, store: Store) -> bool {
    table.rule.possible().iter().any(|&who| {
        combinations(table, who).iter().any(|holding| {
            classes_under(table, column, who, holding)
                .into_iter()
                .any(|class| goes(store, who, class, table.opened))
        })
    })
}

/// What a store holds of a table; nothing if the table can bring it nothing.
pub(super) fn stored(
    table: &Table,
    decided: &[Option<Decided>],
    classes: &[Vec<Class>],
    store: Store,
) -> Option<Stored> {
    let mut columns: Vec<usize> = (0..table.columns.len())
        .filter(|&column| brings(table, column, store))
        .collect();
    if columns.is_empty() {
        return None;
    }
    if store == Store::Quarantine {
        columns.extend(&table.key);
        columns.sort_unstable();
        columns.dedup();
    }
    let rows = table.staged().filter_map(|at| {
        stored_row(
            table,
            at,
            decided[at]?.verdict,
            &classes[at],
            store,
            &columns,
        )
    });
    let mut rows: Vec<Vec<Value>> = rows.collect();
    // The granted key, then everything; a row's key may be withheld only where the store lacks the column.
    let key: Vec<usize> = table
        .key
        .iter()
        .filter_map(|key| columns.iter().position(|column| column == key))
        .collect();
    let key_of = |row: &Vec<Value>| {
        key.iter()
            .map(|&column| row[column].clone())
            .collect::<Vec<_>>()
    };
    rows.sort_by_key(|row| (key_of(row), row.clone()));
    let mut names: Vec<String> = columns
        .iter()
        .map(|&column| table.columns[column].name.clone())
        .collect();
    if store == Store::Quarantine {
        names.push("bunri_reason".to_owned());
    }
    Some(Stored {
        columns: names,
        rows,
    })
}

/// Whether a store holds a row, and with it all of these cells.
pub(super) fn shows(
    table: &Table,
    (at, verdict, classes): (usize, Verdict, &[Class]),
    store: Store,
    columns: &[usize],
) -> bool {
    let row = &table.rows[at];
    let granted = |column: usize| goes(store, verdict.who, classes[column], table.opened);
    let some = (0..row.len()).any(granted);
    let there = match store {
        Store::Quarantine => {
            let waits = |column: usize| granted(column) && row[column] != Value::Null;
            some && (verdict.who == Who::Undecided || (0..row.len()).any(waits))
        }
        _ if table.key.is_empty() => some,
        _ => table.key.iter().all(|&key| granted(key)),
    };
    let with_key = |column: &usize| store == Store::Quarantine && table.key.contains(column);
    there
        && columns
            .iter()
            .all(|column| granted(*column) || with_key(column))
}

fn stored_row(
    table: &Table,
    at: usize,
    verdict: Verdict,
    classes: &[Class],
    store: Store,
    columns: &[usize],
) -> Option<Vec<Value>> {
    let row = &table.rows[at];
    let granted = |column: usize| goes(store, verdict.who, classes[column], table.opened);
    let there = shows(table, (at, verdict, classes), store, &[]);
    let kept = |&column: &usize| {
        let with_key = store == Store::Quarantine && table.key.contains(&column);
        if granted(column) && store == Store::Retail && table.columns[column].rekeyed {
            rekey::stored(&row[column])
        } else if granted(column) || with_key {
            row[column].clone()
        } else {
            Value::Null
        }
    };
    let mut cells: Vec<Value> = columns.iter().map(kept).collect();
    if store == Store::Quarantine {
        let reason = if verdict.who == Who::Undecided {
            verdict.reason
        } else if (0..row.len())
            .any(|column| classes[column] == Class::Hold && row[column] != Value::Null)
        {
            "hold"
        } else {
            "retail_only_of_other"
        };
        cells.push(Value::Text(reason.to_owned()));
    }
    there.then_some(cells)
}
