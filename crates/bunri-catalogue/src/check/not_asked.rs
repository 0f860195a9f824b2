//! A table whose rows speak of supply points, and whose rule does not ask the ledger: a parent as it is on the day of the
//! cutover, or a code in the row, says nothing of who supplied the point on the row's own days.

use bunri_text::{Lint, Log, Spotted, listed};

use super::ledger_key;
use crate::draft::{RowsDraft, TableDraft};
use crate::grant::store_columns;
use crate::model::{Store, Table};
use crate::resolve::Resolved;

/// Checks one table; of one that brings retail nothing it does not matter.
pub(crate) fn check(
    resolved: &Resolved,
    (position, table): (usize, &Table),
    draft: &TableDraft,
    log: &mut Log,
) {
    let unasked = draft.rows.as_ref().and_then(first_unasked);
    let Some(rule) = unasked.filter(|_| !store_columns(table, Store::Retail).is_empty()) else {
        return;
    };
    let Some(key) = ledger_key::of(resolved, position) else {
        return;
    };
    let names: Vec<&str> = key
        .iter()
        .map(|&column| table.columns[column].name.as_str())
        .collect();
    let names = listed(&names);
    let declare = match &table.ledger_key {
        Some(_) => "",
        None => " (with `ledger_key`)",
    };
    let message = format!(
        "{names} holds the ledger's key, and this rule does not ask the ledger who supplied the point on the days of the row: put \
         it into one `all` with `{{ by = \"ledger\", … }}`{declare}, or state a `basis` in the rule"
    );
    log.lint(Lint::LedgerNotAsked, rule.spot, message);
}

/// The first rule without a basis that decides a row alone and does not ask the ledger.
fn first_unasked(rule: &Spotted<RowsDraft>) -> Option<&Spotted<RowsDraft>> {
    match &rule.value {
        RowsDraft::Column { has_basis, .. } | RowsDraft::Parent { has_basis, .. } => {
            (!has_basis).then_some(rule)
        }
        RowsDraft::All(rules) | RowsDraft::Any(rules) => {
            let unasked: Option<Vec<_>> = rules.iter().map(first_unasked).collect();
            unasked?.into_iter().next()
        }
        RowsDraft::Cases { cases, .. } => cases.iter().find_map(|(_, rule)| first_unasked(rule)),
        // A constant needs a reason of its own.
        RowsDraft::Ledger(_) | RowsDraft::Constant { .. } => None,
    }
}
