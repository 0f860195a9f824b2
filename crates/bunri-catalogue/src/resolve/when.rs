//! `[[when]]`: its column, its condition in the column's own units, its rows and its changes.

use std::collections::BTreeSet;

use super::columns::{check_values, compare_for};
use super::lookup::{Book, Part};
use crate::draft::{ConditionDraft, WhenDraft};
use crate::model::{Condition, ValueType, When};
use crate::problem::{Log, Name};

const IN: Part<'_> = Part {
    role: "a column with `in`",
    wanted: "text or int",
    accepts: ValueType::is_code,
};
const BOUND: Part<'_> = Part {
    role: "a column with a bound",
    wanted: "int, or decimal with at most 18 digits",
    accepts: is_bounded,
};

/// Eighteen digits fit into 64 bits, and so into every engine's exact arithmetic.
fn is_bounded(value_type: ValueType) -> bool {
    match value_type {
        ValueType::Int => true,
        ValueType::Decimal { precision, .. } => precision <= 18,
        ValueType::Text
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => false,
    }
}

/// Every `when` of a table, or nothing.
pub(crate) fn whens(book: &Book<'_>, table: usize, log: &mut Log) -> Option<Vec<When>> {
    let drafts = &book.tables[table].when;
    let whens: Vec<When> = drafts
        .iter()
        .flatten()
        .filter_map(|draft| when(book, table, draft, log))
        .collect();
    (whens.len() == drafts.len()).then_some(whens)
}

fn when(book: &Book<'_>, table: usize, draft: &WhenDraft, log: &mut Log) -> Option<When> {
    let (column, condition) = match &draft.condition {
        ConditionDraft::In { values, compare } => {
            let column = book.column_for(IN, table, &draft.column, log)?;
            let value_type = book.tables[table].columns[column].value_type?;
            let compare = compare_for(value_type, compare.as_ref(), log)?;
            let names: Vec<&Name> = values.iter().collect();
            check_values(&names, value_type, compare, log).then_some(())?;
            let values = values.iter().map(|value| value.value.clone()).collect();
            (column, Condition::In { values, compare })
        }
        ConditionDraft::AtLeast(bound) => {
            let (column, unscaled) = bound_of(book, table, &draft.column, bound, log)?;
            (column, Condition::AtLeast { unscaled })
        }
        ConditionDraft::Below(bound) => {
            let (column, unscaled) = bound_of(book, table, &draft.column, bound, log)?;
            (column, Condition::Below { unscaled })
        }
    };
    Some(When {
        column,
        condition,
        rows: draft
            .rows
            .iter()
            .map(|row| row.value)
            .collect::<BTreeSet<_>>(),
        change: draft.change.iter().map(|change| change.value).collect(),
        basis: draft.basis.clone(),
    })
}

fn bound_of(
    book: &Book<'_>,
    table: usize,
    column: &Name,
    bound: &Name,
    log: &mut Log,
) -> Option<(usize, i128)> {
    let position = book.column_for(BOUND, table, column, log)?;
    let value_type = book.tables[table].columns[position].value_type?;
    let Some(unscaled) = unscaled(&bound.value, value_type) else {
        let (bound_text, word) = (&bound.value, value_type.word());
        let message = format!(
            "`{bound_text}` is not exactly a value of `{}`, which is {word}",
            column.value
        );
        log.refuse(bound.spot, message);
        return None;
    };
    Some((position, unscaled))
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
