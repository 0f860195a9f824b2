//! `[[when]]` makes classes stricter, speaks of rows that exist, and changes classes that occur.

use std::collections::BTreeSet;

use bunri_text::Log;

use crate::draft::{TableDraft, WhenDraft};
use crate::grant::{possible_classes, possible_ownerships};
use crate::model::{Class, Ownership, RowRule, Table};

/// Every combination of conditions is tried when the key's grant is checked, so their number is limited.
const MOST: usize = 6;

/// Checks every `when`; says whether it makes sense to try their combinations.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) -> bool {
    let written: Vec<&WhenDraft> = draft.when.iter().flatten().collect();
    if let (Some(first), RowRule::Reference) = (written.first(), &table.rows) {
        let message =
            "a public code table needs no `[[when]]`: its rows speak of nobody's customer";
        log.refuse(first.spot, message);
        return false;
    }
    let mut good = true;
    for when in &written {
        check_rows(table, when, log);
        good &= check_changes(table, when, log);
    }
    if written.len() > MOST {
        let message = format!(
            "{} conditions: a table can have at most {MOST}",
            written.len()
        );
        log.refuse(written[MOST].spot, message);
    }
    good && written.len() <= MOST
}

fn check_rows(table: &Table, when: &WhenDraft, log: &mut Log) {
    let possible = possible_ownerships(table);
    for row in when
        .rows
        .iter()
        .filter(|row| !possible.contains(&row.value))
    {
        let word = row.value.word();
        log.refuse(
            row.spot,
            format!("the rows of this table are never `{word}`"),
        );
    }
}

fn check_changes(table: &Table, when: &WhenDraft, log: &mut Log) -> bool {
    let mut good = true;
    let occurring = occurring_classes(table, when);
    for change in &when.change {
        let (from, to) = change.value;
        // The retailer's own business goes to nobody else: what it may not have is not migrated, and counted.
        let rises = (from, to) == (Class::RetailOnly, Class::Discard)
            || (from, to) == (Class::RetailOnly, Class::Hold)
            || strictness(from)
                .zip(strictness(to))
                .is_some_and(|(from, to)| from < to);
        if !rises {
            let message = format!(
                "`{}` to `{}` is not stricter: a `when` goes up the row `any_retailer`, `own_customer`, \
                 `transmission_only`, `hold`, or from `retail_only` to `hold` or `discard`, and leaves other classes alone",
                from.word(),
                to.word()
            );
            log.refuse(change.spot, message);
            good = false;
        } else if !occurring.contains(&from) {
            let message = format!("no column of this table is ever `{}`", from.word());
            log.refuse(change.spot, message);
        }
    }
    good
}

fn occurring_classes(table: &Table, when: &WhenDraft) -> BTreeSet<Class> {
    let rows: Vec<Ownership> = when.rows.iter().map(|row| row.value).collect();
    let columns = 0..table.columns.len();
    columns
        .flat_map(|column| {
            rows.iter()
                .flat_map(move |&row| possible_classes(table, column, row))
        })
        .collect()
}

fn strictness(class: Class) -> Option<u8> {
    match class {
        Class::AnyRetailer => Some(0),
        Class::OwnCustomer => Some(1),
        Class::TransmissionOnly => Some(2),
        // Neither company has it until a person has read it.
        Class::Hold => Some(3),
        Class::RetailOnly | Class::Reference | Class::Discard => None,
    }
}
