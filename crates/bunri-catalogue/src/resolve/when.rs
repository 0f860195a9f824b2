//! `[[when]]`: its column, its condition in the column's own units, its rows and its changes.

use std::collections::BTreeSet;

use bunri_text::{Log, Name, Spotted};
use bunri_types::{ValueType, parse_day};

use super::columns::{check_values, compare_for};
use super::lookup::{Book, Part};
use crate::draft::{BoundDraft, ConditionDraft, WhenDraft};
use crate::model::{Bound, Compare, Condition, RowRule, Subject, When};

const IN: Part<'_> = Part {
    role: "a column with `in`",
    wanted: "text or int",
    accepts: ValueType::is_code,
};
const BOUND: Part<'_> = Part {
    role: "a column with a bound",
    wanted: "int, decimal with at most 18 digits, date or timestamp",
    accepts: is_bounded,
};

/// Eighteen digits fit into 64 bits, and so into every engine's exact arithmetic.
fn is_bounded(value_type: ValueType) -> bool {
    match value_type {
        ValueType::Int => true,
        ValueType::Decimal { precision, .. } => precision <= 18,
        ValueType::Date(_) | ValueType::Timestamp => true,
        ValueType::Text | ValueType::Real | ValueType::Bool | ValueType::Bytes => false,
    }
}

/// Every `when` of a table, or nothing.
pub(crate) fn whens(
    book: &Book<'_>,
    table: usize,
    rows: Option<&RowRule>,
    log: &mut Log,
) -> Option<Vec<When>> {
    let drafts = &book.tables[table].when;
    let whens: Vec<When> = drafts
        .iter()
        .flatten()
        .filter_map(|draft| when(book, table, rows, draft, log))
        .collect();
    (whens.len() == drafts.len()).then_some(whens)
}

fn when(
    book: &Book<'_>,
    table: usize,
    rows: Option<&RowRule>,
    draft: &WhenDraft,
    log: &mut Log,
) -> Option<When> {
    let (subject, condition) = match &draft.parent {
        None => {
            let (column, condition) = condition(book, table, draft, log)?;
            (Subject::Row { column }, condition)
        }
        Some(parent) => {
            let (position, leaf) = parent_rule(book, rows?, parent, log)?;
            let (column, condition) = condition(book, position, draft, log)?;
            (Subject::Parents { leaf, column }, condition)
        }
    };
    let columns = match &draft.columns {
        None => None,
        Some(names) => Some(book.columns(table, names, log)?.into_iter().collect()),
    };
    Some(When {
        subject,
        condition,
        rows: draft
            .rows
            .iter()
            .map(|row| row.value)
            .collect::<BTreeSet<_>>(),
        change: draft.change.iter().map(|change| change.value).collect(),
        columns,
        basis: draft.basis.clone(),
    })
}

/// The one rule by which every row of the table asks rows of this parent table.
fn parent_rule(
    book: &Book<'_>,
    rows: &RowRule,
    parent: &Name,
    log: &mut Log,
) -> Option<(usize, usize)> {
    let position = book.table(parent, log)?;
    let mut rules = Vec::new();
    asked_of_every_row(rows, &mut 0, &mut rules);
    rules.retain(|(_, table)| *table == position);
    match rules.as_slice() {
        [(leaf, _)] => Some((position, *leaf)),
        several => {
            let name = &parent.value;
            let why = if several.is_empty() {
                format!("`{name}` is no parent that the row rule of this table asks of every row")
            } else {
                format!("the row rule of this table asks `{name}` in several ways")
            };
            let message =
                format!("{why}: a condition reads the parents by that rule, so there is to be one");
            log.refuse(parent.spot, message);
            None
        }
    }
}

/// The parent rules of a row rule with their numbers among the leaves, but for those that only rows of one type are asked.
fn asked_of_every_row(rule: &RowRule, next: &mut usize, found: &mut Vec<(usize, usize)>) {
    let parts = rule.parts();
    if parts.is_empty() {
        let parent = rule.as_parent();
        found.extend(parent.map(|parent| (*next, parent.table)));
        *next += 1;
    } else if matches!(rule, RowRule::Cases { .. }) {
        *next += rule.leaves().len();
    } else {
        for part in parts {
            asked_of_every_row(part, next, found);
        }
    }
}

/// The column of the table that is read, and what is asked of it.
fn condition(
    book: &Book<'_>,
    table: usize,
    draft: &WhenDraft,
    log: &mut Log,
) -> Option<(usize, Condition)> {
    Some(match &draft.condition {
        ConditionDraft::In { values, compare } => {
            let (column, values, compare) = listed(book, table, draft, (values, compare), log)?;
            (column, Condition::In { values, compare })
        }
        ConditionDraft::NotIn { values, compare } => {
            let (column, values, compare) = listed(book, table, draft, (values, compare), log)?;
            (column, Condition::NotIn { values, compare })
        }
        ConditionDraft::Within { at_least, below } => {
            let column = book.column_for(BOUND, table, &draft.column, log)?;
            let value_type = book.tables[table].columns[column].value_type?;
            let mut bound = |bound: &Option<BoundDraft>| match bound {
                None => Some(None),
                Some(bound) => bound_of(&draft.column, value_type, bound, log).map(Some),
            };
            let (at_least, below) = (bound(at_least)?, bound(below)?);
            if let (Some(least), Some(most)) = (at_least, below)
                && holds_nothing(least, most)
            {
                let message = "no value is at least the one and below the other: only NULL would meet this condition";
                log.refuse(draft.column.spot, message);
                return None;
            }
            (column, Condition::Within { at_least, below })
        }
    })
}

/// Whether no value lies within these bounds, whatever the day of the cutover is.
fn holds_nothing(at_least: Bound, below: Bound) -> bool {
    match (at_least, below) {
        (Bound::Unscaled(least), Bound::Unscaled(below)) => least >= below,
        (Bound::Day(least), Bound::Day(below)) => least >= below,
        (Bound::Cutover, Bound::Cutover) => true,
        (Bound::Unscaled(_) | Bound::Day(_) | Bound::Cutover, _) => false,
    }
}

/// The column of a condition with a list, the list, and how it is compared.
fn listed(
    book: &Book<'_>,
    table: usize,
    draft: &WhenDraft,
    (values, compare): (&[Name], &Option<Spotted<Compare>>),
    log: &mut Log,
) -> Option<(usize, Vec<String>, Compare)> {
    let column = book.column_for(IN, table, &draft.column, log)?;
    let value_type = book.tables[table].columns[column].value_type?;
    let compare = compare_for(&draft.column, value_type, compare.as_ref(), log)?;
    if let Some(null) = values.iter().find(|value| value.value == "NULL") {
        let message = "NULL is no value of a list here: a condition is always met by it";
        log.refuse(null.spot, message);
        return None;
    }
    let names: Vec<&Name> = values.iter().collect();
    check_values(&names, value_type, compare, log).then_some(())?;
    let values = values.iter().map(|value| value.value.clone()).collect();
    Some((column, values, compare))
}

/// The word for the job's day.
const CUTOVER: &str = "cutover";

fn bound_of(
    column: &Name,
    value_type: ValueType,
    bound: &BoundDraft,
    log: &mut Log,
) -> Option<Bound> {
    let read = if value_type.is_day() {
        match bound.value.as_str() {
            CUTOVER => Some(Bound::Cutover),
            text => parse_day(text).map(Bound::Day),
        }
    } else {
        unscaled(&bound.value, value_type).map(Bound::Unscaled)
    };
    if read.is_none() {
        let (written, name, word) = (&bound.value, &column.value, value_type.word());
        let message = if value_type.is_day() {
            format!(
                "`{written}` is no bound of `{name}`, which is {word}: write a day such as \"2026-04-01\", or \"{CUTOVER}\""
            )
        } else {
            format!("`{written}` is not exactly a value of `{name}`, which is {word}")
        };
        log.refuse(bound.spot, message);
    }
    read
}

/// A plain decimal number in units of the type's scale, if it fits exactly.
fn unscaled(text: &str, value_type: ValueType) -> Option<i128> {
    let scale = usize::from(value_type.scale());
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction.trim_end_matches('0')),
        Some(_) => return None,
        None => (digits, ""),
    };
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(fraction) || fraction.len() > scale {
        return None;
    }
    let padded = format!("{whole}{fraction}{}", "0".repeat(scale - fraction.len()));
    let number = sign * padded.parse::<i128>().ok()?;
    fits(number, value_type).then_some(number)
}

fn fits(number: i128, value_type: ValueType) -> bool {
    match value_type {
        ValueType::Decimal { precision, .. } => {
            number.unsigned_abs() < 10u128.pow(precision.into())
        }
        ValueType::Text
        | ValueType::Int
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => i64::try_from(number).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_taken_exactly_or_not_at_all() {
        let kw = ValueType::Decimal {
            precision: 6,
            scale: 1,
        };
        assert_eq!(unscaled("500", kw), Some(5000));
        assert_eq!(unscaled("499.90", kw), Some(4999));
        assert_eq!(unscaled("-0.5", kw), Some(-5));
        for refused in [
            "499.95",
            "1e3",
            "",
            "-",
            ".5",
            "5.",
            "+5",
            "1000000",
            "５００",
            "1_000",
        ] {
            assert_eq!(unscaled(refused, kw), None, "{refused}");
        }
        assert_eq!(
            unscaled("9223372036854775807", ValueType::Int),
            Some(i64::MAX.into())
        );
        assert_eq!(unscaled("9223372036854775808", ValueType::Int), None);
        assert_eq!(unscaled("7.0", ValueType::Int), Some(7));
        assert_eq!(unscaled("99999.9", kw), Some(999_999), "the largest");
        assert_eq!(unscaled("100000", kw), None, "one more than the largest");
        assert_eq!(unscaled("-99999.9", kw), Some(-999_999));
    }
}
