//! A ledger key through another table: one step, to a table that names the supply point itself. Whoever inherits from such a row
//! asks for its supply point, which is another on another day, so that a child that asks needs a key of its own.

use std::collections::BTreeSet;

use bunri_text::Log;

use super::parents::asked_parents;
use crate::draft::TableDraft;
use crate::model::{KnownAt, Table};
use crate::resolve::Resolved;

/// Checks all tables.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    for (table, draft) in resolved.tables.iter().zip(drafts) {
        let Some(table) = table else { continue };
        if resolved.ledger_of(table).is_none() {
            continue;
        }
        refuse_a_second_step(resolved, table, draft, log);
        refuse_owners_through(resolved, table, draft, log);
    }
}

fn refuse_a_second_step(resolved: &Resolved, table: &Table, draft: &TableDraft, log: &mut Log) {
    let Some(through) = &table.through else {
        return;
    };
    let Some(other) = &resolved.tables[through.table] else {
        return;
    };
    let message = match (&other.ledger_key, &other.through) {
        (Some(_), None) if other.ledger == table.ledger => return,
        (Some(_), None) => format!(
            "`{}` asks another ledger: the supply points of a key are those of one ledger",
            other.id
        ),
        (Some(_), Some(_)) => format!(
            "`{}` has the ledger's key through another table itself: a key goes through one table, which names the supply \
             point; a view of the source can join the two",
            other.id
        ),
        (None, _) => format!(
            "`{}` does not hold the ledger's key: add `ledger_key = [\"…\"]` there, with the columns that name the supply point",
            other.id
        ),
    };
    log.refuse(draft.ledger_key_spot(), message);
}

/// A table that asks its parents' points who supplied when its rows were written.
fn refuse_owners_through(resolved: &Resolved, table: &Table, draft: &TableDraft, log: &mut Log) {
    let (KnownAt::Column { .. }, None, Some(known_at)) =
        (&table.known_at, &table.ledger_key, &draft.known_at)
    else {
        return;
    };
    if let Some(above) = owner_through(resolved, table, &mut BTreeSet::new()) {
        let message = format!(
            "`known_at` would ask the supply points of `{above}`, which it has through another table, another on every day: give \
             this table a `ledger_key` of its own, or write `known_at = {{ none = \"why that is acceptable\" }}`"
        );
        log.refuse(known_at.spot, message);
    }
}

/// The first table among the parents whose key goes through another table.
fn owner_through<'a>(
    resolved: &'a Resolved,
    table: &Table,
    seen: &mut BTreeSet<usize>,
) -> Option<&'a str> {
    for parent in asked_parents(&table.rows) {
        let Some(above) = resolved.tables[parent]
            .as_ref()
            .filter(|_| seen.insert(parent))
        else {
            continue;
        };
        let found = match (&above.ledger_key, &above.through) {
            (_, Some(_)) => Some(above.id.as_str()),
            (Some(_), None) => None,
            (None, None) => owner_through(resolved, above, seen),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}
