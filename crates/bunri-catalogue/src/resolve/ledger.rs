//! `[ledger]` and `retailers`: what every ownership comes from.

use std::collections::BTreeSet;

use bunri_text::{Log, Name};
use bunri_types::{Day, OPEN_END, ValueType};

use super::columns::{check_values, compare_for};
use super::lookup::{Book, Part};
use crate::draft::{CountsDraft, EndDraft, LedgerDraft, OwnWhenDraft, RetailersDraft};
use crate::model::{
    Compare, Counts, Ledger, LedgerEnd, LedgerTable, OtherWhen, OwnWhen, Retailers, ValueList,
};

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
const COUNTS: Part<'_> = Part {
    role: "the column of `counts`",
    wanted: "text or int",
    accepts: ValueType::is_code,
};
const OWN_WHEN: Part<'_> = Part {
    role: "the column of `own_when`",
    wanted: "text or int",
    accepts: ValueType::is_code,
};
const LIST: Part<'_> = Part {
    role: "the column of `retailers`",
    wanted: "text",
    accepts: is_text,
};

const LISTED_NAME: Part<'_> = Part {
    role: "the name of `retailers`",
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
    if book.is_of_a_ledger(table) {
        let name = draft.table.as_ref()?;
        let message =
            "the ledger cannot be its own list of retailers: no code in it would be unknown";
        log.refuse(name.spot, message);
        return None;
    }
    let name = match draft.name.as_ref()? {
        Some(name) => Some(book.column_for(LISTED_NAME, table, name, log)?),
        None => None,
    };
    if name == Some(column) {
        let spot = draft.column.as_ref()?.spot;
        log.refuse(spot, "a retailer's name is another column than its code");
        return None;
    }
    Some(Retailers {
        table,
        column,
        name,
    })
}

/// The ledger. Everything is looked up before the first gap ends it, so that all mistakes are seen.
pub(crate) fn ledger(book: &Book<'_>, draft: &LedgerDraft, log: &mut Log) -> Option<Ledger> {
    let names = draft.tables.as_ref()?;
    let tables: Vec<Option<LedgerTable>> = names
        .iter()
        .map(|name| ledger_table(book, book.table(name, log)?, draft, log))
        .collect();
    let tables: Vec<LedgerTable> = tables.into_iter().collect::<Option<_>>()?;
    let first = tables.first()?;
    let mut good = true;
    for (other, name) in tables.iter().zip(names).skip(1) {
        good &= same_shape(book, first, other, name, log);
    }
    let counts = match draft.counts.as_ref()? {
        None => None,
        Some(counts) => Some(counts_of(book, first, counts, log)?),
    };
    let own_when: Vec<Option<OwnWhen>> = draft
        .own_when
        .as_ref()?
        .iter()
        .zip(&first.own_when)
        .map(|(entry, &column)| own_when(book, first.table, column, entry, log))
        .collect();
    let end = match draft.end.as_ref()? {
        EndDraft::Next => LedgerEnd::Next,
        EndDraft::Until { until_is, open, .. } => LedgerEnd::Until {
            until_is: *until_is,
            open: open_days(book, open),
            null_is_open: open.contains(&None),
        },
    };
    let ledger = Ledger {
        name: draft.name.as_ref().map(|name| name.value.clone()),
        end,
        compare: draft.compare?,
        counts,
        own_when: own_when.into_iter().collect::<Option<_>>()?,
        overlap_same_verdict: draft.overlap_same_verdict.clone()?,
        gap_other: draft.gap_other.clone()?,
        tables,
    };
    good.then_some(ledger)
}

/// The days that mean "no end yet": those of `open`, and the one that literals of a column's own `open` are staged as.
pub(super) fn open_days(book: &Book<'_>, listed: &[Option<Day>]) -> BTreeSet<Day> {
    let columns = book.tables.iter().flat_map(|table| &table.columns);
    let staged = columns.map(|column| &column.reading.open);
    let staged = staged
        .filter(|literals| !literals.is_empty())
        .map(|_| OPEN_END);
    listed.iter().copied().flatten().chain(staged).collect()
}

/// The columns of one of the ledger's tables, by their names.
fn ledger_table(
    book: &Book<'_>,
    table: usize,
    draft: &LedgerDraft,
    log: &mut Log,
) -> Option<LedgerTable> {
    refuse_asked_twice(draft, log);
    let mut find = |part: Part<'_>, name: &Name| book.column_for(part, table, name, log);
    let key: Option<Vec<Option<usize>>> = draft
        .key
        .as_ref()
        .map(|names| names.iter().map(|name| find(KEY, name)).collect());
    let retailer = draft.retailer.as_ref().map(|name| find(RETAILER, name));
    let from = draft.from.as_ref().map(|name| find(FROM, name));
    let until = draft.end.as_ref().map(|end| match end {
        EndDraft::Until { column, .. } => find(UNTIL, column).map(Some),
        EndDraft::Next => Some(None),
    });
    let counts = draft.counts.as_ref().map(|counts| match counts {
        Some(counts) => find(COUNTS, &counts.column).map(Some),
        None => Some(None),
    });
    let own_when: Option<Vec<Option<usize>>> = draft.own_when.as_ref().map(|entries| {
        entries
            .iter()
            .map(|entry| find(OWN_WHEN, &entry.column))
            .collect()
    });
    let (from, until) = (from??, until??);
    if let (Some(EndDraft::Until { column, .. }), true) = (&draft.end, until == Some(from)) {
        log.refuse(
            column.spot,
            "the ledger's `from` and `until` are the same column",
        );
        return None;
    }
    Some(LedgerTable {
        table,
        key: key?.into_iter().collect::<Option<_>>()?,
        retailer: retailer??,
        from,
        until,
        counts: counts??,
        own_when: own_when?.into_iter().collect::<Option<_>>()?,
    })
}

/// One column, one entry: two could say of one value that it is own and another's.
fn refuse_asked_twice(draft: &LedgerDraft, log: &mut Log) {
    let mut asked = BTreeSet::new();
    for entry in draft.own_when.iter().flatten() {
        if !asked.insert(&entry.column.value) {
            let message = format!(
                "`{}` stands twice in `own_when`: say all of its values in one entry",
                entry.column.value
            );
            log.refuse(entry.column.spot, message);
        }
    }
}

/// Tables of one ledger hold the same columns with the same types.
fn same_shape(
    book: &Book<'_>,
    first: &LedgerTable,
    other: &LedgerTable,
    name: &Name,
    log: &mut Log,
) -> bool {
    let columns = |one: &LedgerTable| -> Vec<usize> {
        let codes = one.counts.iter().chain(&one.own_when);
        one.key
            .iter()
            .chain([&one.retailer, &one.from])
            .chain(&one.until)
            .chain(codes)
            .copied()
            .collect()
    };
    if first.table == other.table {
        log.refuse(name.spot, format!("`{}` is named twice", name.value));
        return false;
    }
    let mut good = true;
    for (one, two) in columns(first).into_iter().zip(columns(other)) {
        let one = &book.tables[first.table].columns[one];
        let two = &book.tables[other.table].columns[two];
        if let (Some(wanted), Some(found)) = (one.value_type, two.value_type)
            && !wanted.compares_with(found)
        {
            let message = format!(
                "`{}` is {} here and {} in `{}`: the tables of a ledger hold the same types",
                two.name.value,
                found.word(),
                wanted.word(),
                book.tables[first.table].label()
            );
            log.refuse(name.spot, message);
            good = false;
        }
    }
    good
}

fn counts_of(
    book: &Book<'_>,
    first: &LedgerTable,
    draft: &CountsDraft,
    log: &mut Log,
) -> Option<Counts> {
    let value_type = book.tables[first.table].columns[first.counts?].value_type?;
    let compare = compare_for(&draft.column, value_type, draft.compare.as_ref(), log)?;
    let all: Vec<&Name> = draft.counting.iter().chain(&draft.never).collect();
    check_list(&all, value_type, compare, log)?;
    Some(Counts {
        counting: value_list(&draft.counting),
        never: value_list(&draft.never),
        compare,
    })
}

fn own_when(
    book: &Book<'_>,
    table: usize,
    column: usize,
    draft: &OwnWhenDraft,
    log: &mut Log,
) -> Option<OwnWhen> {
    let value_type = book.tables[table].columns[column].value_type?;
    let compare = compare_for(&draft.column, value_type, draft.compare.as_ref(), log)?;
    let other = draft.other.iter().flatten();
    let all: Vec<&Name> = draft.own.iter().chain(other).collect();
    check_list(&all, value_type, compare, log)?;
    if draft.other.is_none() && value_type != ValueType::Text {
        let message = format!(
            "`{}` is {}, and the codes of the retailers' list are text: list the other codes",
            draft.column.value,
            value_type.word()
        );
        log.refuse(draft.column.spot, message);
        return None;
    }
    Some(OwnWhen {
        own: value_list(&draft.own),
        other: match &draft.other {
            None => OtherWhen::Retailers,
            Some(values) => OtherWhen::Listed(value_list(values)),
        },
        compare,
    })
}

/// The values of both lists: none twice, each one that could occur; `"NULL"` is no value.
fn check_list(
    values: &[&Name],
    value_type: ValueType,
    compare: Compare,
    log: &mut Log,
) -> Option<()> {
    let nulls = values.iter().filter(|value| value.value == NULL).count();
    if nulls > 1 {
        let spot = values[0].spot;
        log.refuse(spot, "`\"NULL\"` stands in both lists");
        return None;
    }
    let written: Vec<&Name> = values
        .iter()
        .copied()
        .filter(|value| value.value != NULL)
        .collect();
    check_values(&written, value_type, compare, log).then_some(())
}

/// How lists speak of a missing value.
const NULL: &str = "NULL";

fn value_list(names: &[Name]) -> ValueList {
    ValueList {
        null: names.iter().any(|name| name.value == NULL),
        values: names
            .iter()
            .filter(|name| name.value != NULL)
            .map(|name| name.value.clone())
            .collect(),
    }
}
