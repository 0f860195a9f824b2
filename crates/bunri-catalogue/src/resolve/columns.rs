//! The classes of columns, with the column that decides where the class is by value.

use bunri_text::{Log, Name, Spotted};
use bunri_types::ValueType;

use super::codes::refuse_same;
use super::lookup::{Book, Part};
use crate::draft::{ClassDraft, ColumnDraft};
use crate::model::{Class, ClassRule, Column, Compare};

const BY: Part<'_> = Part {
    role: "the column that decides a class",
    wanted: "text or int",
    accepts: ValueType::is_code,
};

/// Every column, or nothing.
pub(crate) fn columns(book: &Book<'_>, table: usize, log: &mut Log) -> Option<Vec<Column>> {
    let drafts = &book.tables[table].columns;
    let columns: Vec<Column> = drafts
        .iter()
        .filter_map(|draft| column(book, table, draft, log))
        .collect();
    (columns.len() == drafts.len() && !columns.is_empty()).then_some(columns)
}

fn column(book: &Book<'_>, table: usize, draft: &ColumnDraft, log: &mut Log) -> Option<Column> {
    let class = match draft.class.as_ref()? {
        ClassDraft::Fixed(class) => ClassRule::Fixed(*class),
        ClassDraft::ByValue {
            by,
            compare,
            cases,
            otherwise,
        } => {
            let name = by;
            let by = decider(book, table, draft, by, log)?;
            let compare = compare_for(name, by.1, compare.as_ref(), log)?;
            let values: Vec<&Name> = cases.iter().map(|(value, _)| value).collect();
            check_values(&values, by.1, compare, log).then_some(())?;
            let cases: Vec<(String, Class)> = cases
                .iter()
                .map(|(value, class)| (value.value.clone(), *class))
                .collect();
            ClassRule::ByValue {
                column: by.0,
                compare,
                cases,
                otherwise: *otherwise,
            }
        }
    };
    Some(Column {
        name: draft.name.value.clone(),
        class,
        value_type: draft.value_type?,
        reading: draft.reading.clone(),
        category: draft.category,
        rekey: draft.rekey.as_ref().map(|name| name.value.clone()),
        basis: draft.basis.clone(),
        note: draft.note.clone(),
    })
}

fn decider(
    book: &Book<'_>,
    table: usize,
    draft: &ColumnDraft,
    by: &Name,
    log: &mut Log,
) -> Option<(usize, ValueType)> {
    let column = book.column_for(BY, table, by, log)?;
    if by.value == draft.name.value {
        log.refuse(
            by.spot,
            "a column cannot decide its own class: its values would decide who sees them",
        );
        return None;
    }
    Some((column, book.tables[table].columns[column].value_type?))
}

/// How values of a column are compared. Text is never compared silently: a condition that is not met because of a blank behind
/// its value would make nothing stricter.
pub(crate) fn compare_for(
    column: &Name,
    value_type: ValueType,
    written: Option<&Spotted<Compare>>,
    log: &mut Log,
) -> Option<Compare> {
    match written {
        Some(compare) if value_type != ValueType::Text => {
            log.refuse(compare.spot, "`compare` is for text columns");
            None
        }
        Some(compare) => Some(compare.value),
        None if value_type == ValueType::Text => {
            let message = format!(
                "`compare` is missing: `{}` is text, say whether its values are compared \"exact\" or \"trim\"",
                column.value
            );
            log.refuse(column.spot, message);
            None
        }
        None => Some(Compare::Exact),
    }
}

/// Whether every listed value could occur, and none twice.
pub(crate) fn check_values(
    values: &[&Name],
    value_type: ValueType,
    compare: Compare,
    log: &mut Log,
) -> bool {
    let mut good = refuse_same(values, compare, log);
    if value_type != ValueType::Int {
        return good;
    }
    for value in values {
        let canonical = value
            .value
            .parse::<i64>()
            .is_ok_and(|number| number.to_string() == value.value);
        if !canonical {
            let message = format!(
                "`{}` is never the value of an int column: write the plain number, such as 12 or -3",
                value.value
            );
            log.refuse(value.spot, message);
            good = false;
        }
    }
    good
}
