//! `[ledger]` and `retailers`: what every ownership comes from.

use std::collections::BTreeSet;

use super::codes::refuse_same;
use super::lookup::{Book, Part};
use crate::draft::{LedgerDraft, NotOwnDraft, RetailersDraft};
use crate::model::{Day, Ledger, NotOwnWhen, Retailers, ValueType};
use crate::problem::{Log, Name};

const KEY: Part<'_> = Part {
    role: "a column of the ledger's `key`",
    wanted: "text or int",
    accepts: ValueType::is_code,
};
const RETAILER: Part<'_> = Part {
    role: "the ledger's `retailer`",
    wanted: "text",
    accepts: is_text,
};
const FROM: Part<'_> = Part {
    role: "the ledger's `from`",
    wanted: "a date",
    accepts: is_date,
};
const UNTIL: Part<'_> = Part {
    role: "the ledger's `until`",
    wanted: "a date",
    accepts: is_date,
};
const NOT_OWN: Part<'_> = Part {
    role: "the column of `not_own_when`",
    wanted: "text",
    accepts: is_text,
};
const LIST: Part<'_> = Part {
    role: "the column of `retailers`",
    wanted: "text",
    accepts: is_text,
};

pub(crate) fn is_text(value_type: ValueType) -> bool {
    value_type == ValueType::Text
}

pub(crate) fn is_date(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::Date(_))
}

/// The list of known retailers.
pub(crate) fn retailers(
    book: &Book<'_>,
    draft: &RetailersDraft,
    log: &mut Log,
) -> Option<Retailers> {
    let table = book.table(draft.table.as_ref()?, log)?;
    let column = book.column_for(LIST, table, draft.column.as_ref()?, log)?;
    if book.ledger_table == Some(table) {
        let name = draft.table.as_ref()?;
        let message =
            "the ledger cannot be its own list of retailers: no code in it would be unknown";
        log.refuse(name.spot, message);
        return None;
    }
    Some(Retailers { table, column })
}

/// The ledger. Everything is looked up before the first gap ends it, so that all mistakes are seen.
pub(crate) fn ledger(book: &Book<'_>, draft: &LedgerDraft, log: &mut Log) -> Option<Ledger> {
    let table = book.table(draft.table.as_ref()?, log)?;
    let mut find = |part: Part<'_>, name: &Option<Name>| {
        name.as_ref()
            .and_then(|name| book.column_for(part, table, name, log))
    };
    let key: Option<Vec<Option<usize>>> = draft.key.as_ref().map(|names| {
        names
            .iter()
            .map(|name| find(KEY, &Some(name.clone())))
            .collect()
    });
    let retailer = find(RETAILER, &draft.retailer);
    let from = find(FROM, &draft.from);
    let until = find(UNTIL, &draft.until);
    if let (Some(name), true) = (&draft.until, from.is_some() && from == until) {
        log.refuse(
            name.spot,
            "the ledger's `from` and `until` are the same column",
        );
        return None;
    }
    let not_own_when = match &draft.not_own_when {
        None => Some(None),
        Some(draft) => draft
            .as_ref()
            .and_then(|draft| not_own_when(book, table, draft, log))
            .map(Some),
    };
    let open = draft.open.as_ref()?;
    Some(Ledger {
        table,
        key: key?.into_iter().collect::<Option<Vec<usize>>>()?,
        retailer: retailer?,
        from: from?,
        until: until?,
        until_is: draft.until_is?,
        compare: draft.compare?,
        open: open.iter().copied().flatten().collect::<BTreeSet<Day>>(),
        null_is_open: open.contains(&None),
        not_own_when: not_own_when?,
    })
}

fn not_own_when(
    book: &Book<'_>,
    table: usize,
    draft: &NotOwnDraft,
    log: &mut Log,
) -> Option<NotOwnWhen> {
    let values: Vec<&Name> = draft.values.iter().collect();
    let distinct = refuse_same(&values, draft.compare, log);
    let column = book.column_for(NOT_OWN, table, &draft.column, log)?;
    let values = draft
        .values
        .iter()
        .map(|value| value.value.clone())
        .collect();
    distinct.then_some(NotOwnWhen {
        column,
        values,
        compare: draft.compare,
    })
}
