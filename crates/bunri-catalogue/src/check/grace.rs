//! `grace_days` are for final readings and bills, which are always written when the customer has left. In a table that
//! measures nothing they let the next supplier write into the rows of the last.

use bunri_text::{Lint, Log};
use bunri_types::ValueType;

use crate::draft::{KnownAtDraft, TableDraft};
use crate::grant::store_columns;
use crate::model::{Store, Table};

/// Looks for a number that retail gets and that names nothing.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    let Some(known_at) = &draft.known_at else {
        return;
    };
    let KnownAtDraft::Column {
        grace: Some(grace),
        has_basis: false,
        ..
    } = &known_at.value
    else {
        return;
    };
    let to_retail = store_columns(table, Store::Retail);
    let measures = |&column: &usize| {
        let number = match table.columns[column].value_type {
            ValueType::Int | ValueType::Decimal { .. } | ValueType::Real => true,
            ValueType::Text
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => false,
        };
        number && !names_a_row(table, column)
    };
    if grace.value > 0 && !to_retail.iter().any(measures) {
        let message = "`grace_days` lets others write these rows after the customer has left, which final readings and bills \
                       need, and retail gets no measured value of this table: leave it out, or state a `basis` of `known_at`";
        log.lint(Lint::GraceWithoutMeasure, grace.spot, message);
    }
}

/// A part of a key, of this table's or of a parent's.
fn names_a_row(table: &Table, column: usize) -> bool {
    let mut rules = table.parent_rules().into_iter();
    table.key.contains(&column)
        || table.columns[column].rekey.is_some()
        || rules.any(|(_, rule)| rule.key.contains(&column))
}
