//! Which cells of which rows go to which store, from the table of grants.

use std::collections::BTreeSet;

use super::{Page, named};
use bunri_catalogue::{Class, Ownership, Store, Table};
use bunri_catalogue::{granted, possible_classes, possible_ownerships};

/// One paragraph for each ownership that rows of the table can have.
pub(super) fn destinations(table: &Table, page: &mut Page) {
    for &ownership in possible_ownerships(table) {
        page.line(2, heading(ownership));
        for store in Store::ALL {
            store_line(table, ownership, store, page);
        }
        nobody_line(table, ownership, page);
    }
}

fn heading(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Own => "Own rows:",
        Ownership::Other => "Other rows:",
        Ownership::Undecided => "Undecided rows:",
        Ownership::Reference => "All rows:",
    }
}

fn store_line(table: &Table, ownership: Ownership, store: Store, page: &mut Page) {
    let goes = |class: &Class| granted(store, ownership, *class, table.any_retailer_on_other_rows);
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for column in 0..table.columns.len() {
        let classes = possible_classes(table, column, ownership);
        if classes.iter().all(goes) {
            always.push(column);
        } else if classes.iter().any(goes) {
            sometimes.push(column);
        }
    }
    let mut parts = Vec::new();
    if !always.is_empty() {
        parts.push(all_or_named(table, &always));
    }
    if !sometimes.is_empty() {
        parts.push(format!(
            "depending on the row, {}",
            named(table, &sometimes)
        ));
    }
    if parts.is_empty() {
        return;
    }
    let note = match (store, ownership) {
        (Store::Quarantine, Ownership::Own | Ownership::Other) => {
            " (where not NULL; with the key and a reason)"
        }
        (Store::Quarantine, Ownership::Undecided | Ownership::Reference) => {
            " (with the key and a reason, until a person decides)"
        }
        (
            Store::Retail | Store::Transmission,
            Ownership::Own | Ownership::Other | Ownership::Undecided | Ownership::Reference,
        ) => "",
    };
    page.line(
        4,
        format!("to {}: {}{note}.", store.word(), parts.join("; ")),
    );
}

fn all_or_named(table: &Table, columns: &[usize]) -> String {
    if columns.len() == table.columns.len() {
        return "every column".to_owned();
    }
    named(table, columns)
}

/// Cells that leave for no store at all are counted, and named here.
fn nobody_line(table: &Table, ownership: Ownership, page: &mut Page) {
    let goes_nowhere = |column: &usize| {
        let classes: BTreeSet<Class> = possible_classes(table, *column, ownership);
        !Store::ALL.iter().any(|&store| {
            classes
                .iter()
                .any(|&class| granted(store, ownership, class, table.any_retailer_on_other_rows))
        })
    };
    let columns: Vec<usize> = (0..table.columns.len()).filter(goes_nowhere).collect();
    if !columns.is_empty() {
        page.line(4, format!("to nobody: {}.", all_or_named(table, &columns)));
    }
}
