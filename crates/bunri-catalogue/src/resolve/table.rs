//! One table: key, columns, row rule, ledger key, `known_at`.

use super::lookup::{Book, Part, refuse_real};
use super::{cells, columns, rows, when};
use crate::draft::KnownAtDraft;
use crate::model::{Early, KnownAt, RowRule, Table, ValueType};
use crate::problem::{Log, Name, Spotted};

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
    let ledger_key = ledger_key(book, position, rows.as_ref(), log);
    let known_at = rows
        .as_ref()
        .and_then(|rule| known_at(book, position, rule, log));
    let cells = cells::groups(book, position, log);
    let when = when::whens(book, position, rows.as_ref(), log);
    Some(Table {
        id: draft.id.as_ref()?.value.clone(),
        name: draft.name.as_ref()?.value.clone(),
        view_of: draft.view_of.clone()?,
        key: key?,
        columns: columns?,
        rows: rows?,
        known_at: known_at?,
        ledger_key: ledger_key?,
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

/// The columns with the ledger's key: as declared, or those named like the ledger's own.
fn ledger_key(
    book: &Book<'_>,
    position: usize,
    rows: Option<&RowRule>,
    log: &mut Log,
) -> Option<Option<Vec<usize>>> {
    let draft = &book.tables[position];
    // A ledger that cannot be read is one mistake, not one for every table.
    let Some(key) = book.ledger_key.as_ref() else {
        return Some(None);
    };
    if let Some(declared) = &draft.ledger_key {
        let columns = book.columns(position, &declared.value, log)?;
        return declared_key(book, position, declared, columns, key, log).map(Some);
    }
    let named = |name: &str| {
        draft
            .columns
            .iter()
            .position(|column| column.name.value == name)
    };
    let columns: Option<Vec<usize>> = key.iter().map(|(name, _)| named(name)).collect();
    let Some(columns) = columns else {
        return Some(None);
    };
    let differs = |(&column, (_, wanted)): (&usize, &(&str, ValueType))| {
        draft.columns[column]
            .value_type
            .is_some_and(|own| own != *wanted)
    };
    let Some(wrong) = columns.iter().zip(key).find(|pair| differs(*pair)) else {
        return Some(Some(columns));
    };
    if rows.is_some_and(RowRule::is_constant) {
        return Some(None);
    }
    let column = &draft.columns[*wrong.0];
    refuse_type(&column.name, column.value_type?, wrong.1.1, log);
    None
}

fn declared_key(
    book: &Book<'_>,
    position: usize,
    declared: &Spotted<Vec<Name>>,
    columns: Vec<usize>,
    key: &[(&str, ValueType)],
    log: &mut Log,
) -> Option<Vec<usize>> {
    if columns.len() != key.len() {
        let message = format!(
            "`ledger_key` names {} columns, and the ledger's key has {}: name them in the ledger's order",
            columns.len(),
            key.len()
        );
        log.refuse(declared.spot, message);
        return None;
    }
    let mut good = true;
    for ((name, &column), (_, wanted)) in declared.value.iter().zip(&columns).zip(key) {
        let own = book.tables[position].columns[column].value_type?;
        if own != *wanted {
            refuse_type(name, own, *wanted, log);
            good = false;
        }
    }
    good.then_some(columns)
}

fn refuse_type(name: &Name, own: ValueType, wanted: ValueType, log: &mut Log) {
    let (own, wanted) = (own.word(), wanted.word());
    let message = format!(
        "`{}` holds the ledger's key and is {own}, while the ledger's own is {wanted}: both must be of one \
         type",
        name.value
    );
    log.refuse(name.spot, message);
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
