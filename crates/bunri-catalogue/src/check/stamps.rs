//! `stamp = "end"` says which day a timestamp is of. Where nobody asks the day it says nothing, and whoever wrote it believes
//! that it does.

use std::collections::BTreeSet;

use crate::draft::TableDraft;
use crate::model::{CodeDay, Condition, KnownAt, LedgerTime, RowRule, Subject, Table};
use crate::problem::Log;
use crate::resolve::Resolved;

/// Checks every column of a table.
pub(crate) fn check(
    resolved: &Resolved,
    (position, table): (usize, &Table),
    draft: &TableDraft,
    log: &mut Log,
) {
    let mut asked = days_asked(table);
    asked.extend(days_asked_by_children(resolved, position));
    for (position, column) in table.columns.iter().enumerate() {
        if column.reading.moment.is_end_stamp() && !asked.contains(&position) {
            let message = format!(
                "`stamp = \"end\"` of `{}` has no meaning: no rule, `known_at` or condition of this table asks which day it is of",
                column.name
            );
            log.refuse(draft.columns[position].name.spot, message);
        }
    }
}

/// The columns of which conditions of other tables ask the day, through the rows that inherit from this table's.
fn days_asked_by_children(resolved: &Resolved, position: usize) -> BTreeSet<usize> {
    let mut asked = BTreeSet::new();
    for child in resolved.tables.iter().flatten() {
        let rules = child.parent_rules();
        for when in &child.when {
            let Subject::Parents { leaf, column } = when.subject else {
                continue;
            };
            if rules
                .iter()
                .any(|(of, rule)| *of == leaf && rule.table == position)
            {
                asked.insert(column);
            }
        }
    }
    asked
}

/// The columns of which some rule asks the day.
fn days_asked(table: &Table) -> BTreeSet<usize> {
    let leaves = table.leaves();
    let of_rules = leaves.iter().filter_map(|rule| match rule {
        RowRule::Ledger(LedgerTime::At { column, .. } | LedgerTime::Month { column })
        | RowRule::Column {
            at: Some(CodeDay::Column(column)),
            ..
        } => Some(*column),
        RowRule::Ledger(
            LedgerTime::During { .. } | LedgerTime::AtCutover | LedgerTime::AtSlot { .. },
        )
        | RowRule::Column {
            at: Some(CodeDay::Cutover) | None,
            ..
        }
        | RowRule::Parent { .. }
        | RowRule::Cases { .. }
        | RowRule::All(_)
        | RowRule::Any(_)
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => None,
    });
    let of_conditions = table.when.iter().filter_map(|when| match when.condition {
        Condition::Within { .. } => match when.subject {
            Subject::Row { column } => Some(column),
            Subject::Parents { .. } => None,
        },
        Condition::In { .. } | Condition::NotIn { .. } => None,
    });
    let written = match &table.known_at {
        KnownAt::Column { columns, .. } => columns.as_slice(),
        KnownAt::None { .. } | KnownAt::NotNeeded => &[],
    };
    of_rules
        .chain(of_conditions)
        .chain(written.iter().copied())
        .collect()
}
