//! Inherited ownership has to end somewhere: no cycles, no public parents, a ledger key within reach.

use std::collections::BTreeSet;

use bunri_text::{Log, Spot};

use crate::draft::TableDraft;
use crate::model::{KnownAt, RowRule, Table};
use crate::resolve::Resolved;

/// Checks the rules of all tables together.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    for (position, (table, draft)) in resolved.tables.iter().zip(drafts).enumerate() {
        let Some(table) = table else { continue };
        let spot = draft.rows.as_ref().map_or(draft.spot, |rows| rows.spot);
        refuse_cycle(resolved, position, spot, log);
        refuse_public_parent(resolved, table, spot, log);
        refuse_unreachable(resolved, table, draft, log);
        refuse_another_ledger(resolved, table, spot, log);
        refuse_many_conditions(resolved, position, draft, log);
    }
}

/// Each row of a parent table says to each condition whether it meets it, in the bits of one number.
const MOST_CONDITIONS: usize = 60;

fn refuse_many_conditions(resolved: &Resolved, position: usize, draft: &TableDraft, log: &mut Log) {
    let tables = resolved.tables.iter().flatten();
    let conditions: usize = tables
        .map(|table| table.conditions_on(position).len())
        .sum();
    if conditions > MOST_CONDITIONS {
        let message = format!(
            "{conditions} conditions of other tables read this one: it can be read by at most {MOST_CONDITIONS}"
        );
        log.refuse(draft.spot, message);
    }
}

fn parents(resolved: &Resolved, position: usize) -> Vec<usize> {
    resolved.tables[position]
        .as_ref()
        .map(Table::parents)
        .unwrap_or_default()
}

/// Walks up from one table; only the tables of the cycle itself are refused, not those below it.
fn refuse_cycle(resolved: &Resolved, start: usize, spot: Spot, log: &mut Log) {
    let mut seen = BTreeSet::new();
    let mut above = parents(resolved, start);
    while let Some(position) = above.pop() {
        if position == start {
            log.refuse(
                spot,
                "this table inherits from itself, directly or through its parents",
            );
            return;
        }
        if seen.insert(position) {
            above.extend(parents(resolved, position));
        }
    }
}

fn refuse_public_parent(resolved: &Resolved, table: &Table, spot: Spot, log: &mut Log) {
    for parent in table.parents() {
        let Some(parent) = &resolved.tables[parent] else {
            continue;
        };
        if parent.rows == RowRule::Reference {
            let message = format!(
                "`{}` is a public code table: its rows are nobody's, so no ownership can be inherited from it",
                parent.id
            );
            log.refuse(spot, message);
        }
    }
}

/// A table without the ledger's key asks that of its parents, which is one of their ledger.
fn refuse_another_ledger(resolved: &Resolved, table: &Table, spot: Spot, log: &mut Log) {
    if table.ledger_key.is_some() {
        return;
    }
    for parent in asked_parents(&table.rows) {
        let Some(parent) = &resolved.tables[parent] else {
            continue;
        };
        let Some(ledger) = resolved.ledger_of(parent) else {
            continue;
        };
        if parent.ledger != table.ledger {
            let message = match &ledger.name {
                Some(name) => format!(
                    "`{}` asks the ledger `{name}`, and this table has no ledger key of its own: add `ledger = \"{name}\"`",
                    parent.id
                ),
                None => format!(
                    "`{}` asks `[ledger]`, and this table has no ledger key of its own: remove `ledger`",
                    parent.id
                ),
            };
            log.refuse(spot, message);
        }
    }
}

fn refuse_unreachable(resolved: &Resolved, table: &Table, draft: &TableDraft, log: &mut Log) {
    // Without a ledger there is no key to reach, and that is a mistake already.
    if resolved.ledger_of(table).is_none() {
        return;
    }
    if asks_ledger(table) && table.ledger_key.is_none() {
        let spot = draft.rows.as_ref().map_or(draft.spot, |rows| rows.spot);
        let message = "a ledger rule needs the ledger's key in the table: add `ledger_key = [\"…\"]` with \
                       the columns that hold it";
        log.refuse(spot, message);
    }
    let reached = reaches_ledger(resolved, table, &mut BTreeSet::new());
    if let (KnownAt::Column { .. }, Some(known_at), false) =
        (&table.known_at, &draft.known_at, reached)
    {
        let message = "`known_at` names a column, but neither this table nor its parents hold the ledger's \
                       key, so nobody can say who supplied on that day: add `ledger_key`, or write \
                       `known_at = { none = \"why that is acceptable\" }`";
        log.refuse(known_at.spot, message);
    }
}

fn asks_ledger(table: &Table) -> bool {
    !table.ledger_rules().is_empty()
}

/// A ledger rule without a key is refused on its own, and an unresolved parent too: both count as reached. With rules by the
/// row's type every case that has parents has to reach it.
fn reaches_ledger(resolved: &Resolved, table: &Table, seen: &mut BTreeSet<usize>) -> bool {
    if table.ledger_key.is_some() || asks_ledger(table) {
        return true;
    }
    let asked = asked_parents(&table.rows);
    !asked.is_empty()
        && asked
            .into_iter()
            .all(|parent| match &resolved.tables[parent] {
                Some(table) if seen.insert(parent) => {
                    let reached = reaches_ledger(resolved, table, seen);
                    seen.remove(&parent);
                    reached
                }
                Some(_) => false,
                None => true,
            })
}

/// The parents whose points are asked who supplied when a row was written: of every case, the first in the order written.
pub(super) fn asked_parents(rule: &RowRule) -> Vec<usize> {
    match rule {
        RowRule::Parent { table, .. } => vec![*table],
        RowRule::All(rules) | RowRule::Any(rules) => rules
            .iter()
            .map(asked_parents)
            .find(|parents| !parents.is_empty())
            .unwrap_or_default(),
        RowRule::Cases { cases, .. } => cases
            .iter()
            .flat_map(|(_, rule)| asked_parents(rule))
            .collect(),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => Vec::new(),
    }
}
