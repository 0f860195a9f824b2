//! One table: key, columns, row rule, `known_at`.

use bunri_text::{Log, Name};
use bunri_types::ValueType;

use super::lookup::{Book, Part, refuse_real};
use super::{cells, columns, ledger_key, rows, when};
use crate::draft::KnownAtDraft;
use crate::model::{Early, KnownAt, RowRule, Table};

const KNOWN_AT: Part<'_> = Part {
    role: "`known_at`",
    wanted: "a date or timestamp",
    accepts: ValueType::is_day,
};

/// Resolves a table; every part is looked at before a missing one ends it.
pub(crate) fn table(book: &Book<'_>, position: usize, log: &mut Log) -> Option<Table> {
    let draft = &book.tables[position];
    let key = draft
        .key
        .as_ref()
        .and_then(|names| key(book, position, names, log));
    let columns = columns::columns(book, position, log);
    let rows = draft
        .rows
        .as_ref()
        .and_then(|rule| rows::rule(book, position, rule, log));
    let ledger = book.ledger_of(position, log);
    let ledger_key = ledger_key::ledger_key(book, (position, ledger), rows.as_ref(), log);
    let known_at = rows
        .as_ref()
        .and_then(|rule| known_at(book, position, rule, log));
    let cells = cells::groups(book, position, log);
    let when = when::whens(book, position, rows.as_ref(), log);
    let (ledger_key, through) = ledger_key?;
    Some(Table {
        id: draft.id.as_ref()?.value.clone(),
        name: draft.name.as_ref()?.value.clone(),
        view_of: draft.view_of.clone()?,
        key: key?,
        columns: columns?,
        rows: rows?,
        known_at: known_at?,
        ledger: ledger?,
        ledger_key,
        through,
        cells: cells?,
        when: when?,
        any_retailer_on_other_rows: false,
        basis: draft.basis.clone(),
        note: draft.note.clone(),
    })
}

/// The table's own key. Two reals that print alike may differ, so none is a key.
fn key(book: &Book<'_>, position: usize, names: &[Name], log: &mut Log) -> Option<Vec<usize>> {
    let columns = book.columns(position, names, log)?;
    let drafts = &book.tables[position].columns;
    let real = |column: usize| drafts[column].value_type == Some(ValueType::Real);
    let reals = names
        .iter()
        .zip(&columns)
        .filter(|(_, column)| real(**column));
    let mut good = true;
    for (name, _) in reals {
        refuse_real(name, log);
        good = false;
    }
    good.then_some(columns)
}

fn known_at(book: &Book<'_>, position: usize, rule: &RowRule, log: &mut Log) -> Option<KnownAt> {
    let draft = &book.tables[position];
    if rule.is_constant() {
        if let Some(known_at) = &draft.known_at {
            log.refuse(
                known_at.spot,
                "`known_at` has no meaning where every row is decided alike: remove it",
            );
        }
        return Some(KnownAt::NotNeeded);
    }
    if !draft.known_at_written {
        let message = "`known_at` is missing in this file: name the column that says when a row was \
                       written, or write `known_at = { none = \"why that is acceptable\" }`";
        log.refuse(draft.spot, message);
        return None;
    }
    let known_at = draft.known_at.as_ref()?;
    match &known_at.value {
        KnownAtDraft::None { basis } => Some(KnownAt::None {
            basis: basis.clone(),
        }),
        KnownAtDraft::Column {
            columns,
            grace,
            early,
            ..
        } => {
            let found: Vec<usize> = columns
                .iter()
                .filter_map(|column| book.column_for(KNOWN_AT, position, column, log))
                .collect();
            (found.len() == columns.len()).then_some(KnownAt::Column {
                columns: found,
                grace_days: grace.as_ref().map_or(0, |grace| grace.value),
                early: early.unwrap_or(Early::Undecided),
            })
        }
    }
}
