//! Where a table has the ledger's key: in columns of its own, or through another table.

use bunri_text::{Log, Name, Spot};
use bunri_types::ValueType;

use super::ledger::open_days;
use super::lookup::Book;
use super::rows::{joined, period};
use crate::draft::{LedgerKeyDraft, ThroughDraft};
use crate::model::{KeyThrough, RowRule};

/// The columns of a table, if it has the ledger's key, and the table through which it has it.
type LedgerKey = (Option<Vec<usize>>, Option<KeyThrough>);

/// The columns with the ledger's key: as declared, through another table, or those named like the ledger's own.
pub(crate) fn ledger_key(
    book: &Book<'_>,
    (position, ledger): (usize, Option<usize>),
    rows: Option<&RowRule>,
    log: &mut Log,
) -> Option<LedgerKey> {
    let draft = &book.tables[position];
    // A ledger that cannot be read is one mistake, not one for every table.
    let ledger = ledger.and_then(|ledger| book.ledgers.get(ledger));
    let Some(key) = ledger.and_then(|ledger| ledger.key.as_ref()) else {
        return Some((None, None));
    };
    match &draft.ledger_key {
        None => named_key(book, position, rows, key, log).map(|columns| (columns, None)),
        Some(declared) => {
            let declared = declared.as_ref()?;
            match &declared.value {
                LedgerKeyDraft::Columns(names) => {
                    let columns = book.columns(position, names, log)?;
                    let columns =
                        declared_key(book, position, names, columns, (key, declared.spot), log)?;
                    Some((Some(columns), None))
                }
                LedgerKeyDraft::Through(draft) => through(book, position, draft, log)
                    .map(|(columns, through)| (Some(columns), Some(through))),
            }
        }
    }
}

/// The columns named like the ledger's key, if all are there.
fn named_key(
    book: &Book<'_>,
    position: usize,
    rows: Option<&RowRule>,
    key: &[(&str, ValueType)],
    log: &mut Log,
) -> Option<Option<Vec<usize>>> {
    let draft = &book.tables[position];
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
    names: &[Name],
    columns: Vec<usize>,
    (key, spot): (&[(&str, ValueType)], Spot),
    log: &mut Log,
) -> Option<Vec<usize>> {
    if columns.len() != key.len() {
        let message = format!(
            "`ledger_key` names {} columns, and the ledger's key has {}: name them in the ledger's order",
            columns.len(),
            key.len()
        );
        log.refuse(spot, message);
        return None;
    }
    let mut good = true;
    for ((name, &column), (_, wanted)) in names.iter().zip(&columns).zip(key) {
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

/// The key through another table. Whether that has the ledger's key itself is checked once all tables are there.
fn through(
    book: &Book<'_>,
    position: usize,
    draft: &ThroughDraft,
    log: &mut Log,
) -> Option<(Vec<usize>, KeyThrough)> {
    let table = book.table(&draft.table, log);
    if table == Some(position) {
        log.refuse(
            draft.table.spot,
            "a key goes through another table, not through its own",
        );
        return None;
    }
    let other = (&draft.table, &draft.references);
    let joined = joined(book, (position, &draft.key), other, log);
    let days = table.and_then(|table| period(book, table, (&draft.from, &draft.until), log));
    let (table, columns, references) = joined?;
    let (from, until) = days?;
    let through = KeyThrough {
        table,
        references,
        from,
        until,
        until_is: draft.until_is,
        open: open_days(book, &draft.open),
        null_is_open: draft.open.contains(&None),
    };
    Some((columns, through))
}
