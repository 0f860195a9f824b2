//! `stamp = "end"` says which day a timestamp is of. Where nobody asks the day it says nothing, and whoever wrote it believes
//! that it does.

use std::collections::BTreeSet;

use bunri_text::Log;

use crate::draft::TableDraft;
use crate::model::{CodeDay, Condition, KnownAt, LedgerTime, RowRule, Table};
use crate::resolve::Resolved;

/// Checks every column of a table.
pub(crate) fn check(
    resolved: &Resolved,
    (position, table): (usize, &Table),
    draft: &TableDraft,
    log: &mut Log,
) {
    let mut asked = days_asked(table);
    let children = resolved.tables.iter().flatten();
    let conditions = children.flat_map(|child| child.conditions_on(position));
    asked.extend(
        conditions.filter_map(|(_, column, condition)| asks_day(condition).then_some(column)),
    );
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

/// Whether a condition compares a day, of a column that has one.
fn asks_day(condition: &Condition) -> bool {
    match condition {
        Condition::Within { .. } => true,
        Condition::In { .. } | Condition::NotIn { .. } => false,
    }
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
    let whens = table.when.iter();
    let of_conditions =
        whens.filter_map(|when| when.subject.of_row().filter(|_| asks_day(&when.condition)));
    let written = match &table.known_at {
        KnownAt::Column { columns, .. } => columns.as_slice(),
        KnownAt::None { .. } | KnownAt::NotNeeded => &[],
    };
    of_rules
        .chain(of_conditions)
        .chain(written.iter().copied())
        .collect()
}
