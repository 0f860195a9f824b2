//! Cells of another time: `rows` of a column, and `[[cells]]`.

use bunri_text::{Log, Name};
use bunri_types::ValueType;

use super::lookup::{Book, Part};
use super::rows;
use crate::draft::CellsRuleDraft;
use crate::model::{CellGroup, LedgerTime, RowRule};

const DAYS_FROM: Part<'_> = Part {
    role: "the `from` of `days`",
    wanted: "a date or timestamp",
    accepts: ValueType::is_day,
};

/// Every group of a table, those of single columns first, or nothing.
pub(crate) fn groups(book: &Book<'_>, table: usize, log: &mut Log) -> Option<Vec<CellGroup>> {
    let draft = &book.tables[table];
    let mut groups = Vec::new();
    let mut good = true;
    for (position, column) in draft.columns.iter().enumerate() {
        let Some(written) = &column.rows else {
            continue;
        };
        let rule = written
            .as_ref()
            .and_then(|written| rows::rule(book, table, written, log));
        match rule {
            Some(rows) => groups.push(CellGroup {
                columns: vec![position],
                rows,
            }),
            None => good = false,
        }
    }
    for written in &draft.cells {
        let resolved = written.as_ref().and_then(|written| {
            let columns = book.columns(table, &written.columns.value, log);
            group(book, table, columns, &written.rule, log)
        });
        match resolved {
            Some(more) => groups.extend(more),
            None => good = false,
        }
    }
    good.then_some(groups)
}

fn group(
    book: &Book<'_>,
    table: usize,
    columns: Option<Vec<usize>>,
    rule: &CellsRuleDraft,
    log: &mut Log,
) -> Option<Vec<CellGroup>> {
    match rule {
        CellsRuleDraft::Rows(written) => {
            let rows = rows::rule(book, table, written, log);
            let mut columns = columns?;
            columns.sort_unstable();
            Some(vec![CellGroup {
                columns,
                rows: rows?,
            }])
        }
        CellsRuleDraft::Days { from } => days(book, table, &columns?, from, log),
    }
}

/// One group a column: column *k*, from 1, speaks of the day `from` + *k* - 1.
fn days(
    book: &Book<'_>,
    table: usize,
    columns: &[usize],
    from: &Name,
    log: &mut Log,
) -> Option<Vec<CellGroup>> {
    let from = book.column_for(DAYS_FROM, table, from, log)?;
    let Ok(_) = u16::try_from(columns.len()) else {
        return None;
    };
    let one = |(days_after, &column): (u16, &usize)| CellGroup {
        columns: vec![column],
        rows: RowRule::Ledger(LedgerTime::At {
            column: from,
            days_after,
        }),
    };
    Some((0..).zip(columns).map(one).collect())
}
