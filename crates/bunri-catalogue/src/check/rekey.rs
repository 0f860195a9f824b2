//! Replaced keys: each is one that retail would get, of a type that has one spelling, and fits its references.

use std::collections::BTreeMap;

use bunri_text::{Lint, Log, Spot, Spotted};
use bunri_types::ValueType;

use crate::draft::TableDraft;
use crate::grant::store_columns;
use crate::model::{Column, RowRule, Store, Table};
use crate::resolve::Resolved;

/// Checks every `rekey` of all tables together.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    let mut names: BTreeMap<&str, Vec<Use<'_>>> = BTreeMap::new();
    for (table, draft) in resolved.tables.iter().zip(drafts) {
        let Some(table) = table else { continue };
        for (position, column) in table.columns.iter().enumerate() {
            let Some(name) = &column.rekey else { continue };
            let written = &draft.columns[position];
            let spot = written.rekey.as_ref().unwrap_or(&written.name).spot;
            check_column(table, position, spot, log);
            let is_key = table.key.contains(&position);
            names.entry(name).or_default().push(Use {
                column,
                is_key,
                spot,
            });
        }
        for (_, rule) in table.parent_rules() {
            let spot = draft.rows.as_ref().map_or(draft.spot, |rows| rows.spot);
            let to = (rule.table, rule.references);
            check_reference(resolved, (table, rule.key), to, spot, log);
        }
        if let (Some(key), Some(through)) = (&table.ledger_key, &table.through) {
            let to = (through.table, &through.references[..]);
            check_reference(resolved, (table, key), to, draft.ledger_key_spot(), log);
        }
    }
    for Spotted { value, spot } in resolved.references.iter().flatten() {
        if let Some(table) = &resolved.tables[value.table] {
            let to = (value.to, &value.references[..]);
            check_reference(resolved, (table, &value.columns), to, *spot, log);
        }
    }
    for (name, uses) in &names {
        check_name(name, uses, log);
    }
    for (table, draft) in resolved.tables.iter().zip(drafts) {
        if let Some(table) = table {
            refuse_plain(table, draft, &names, log);
        }
    }
}

/// A column with a name.
struct Use<'a> {
    column: &'a Column,
    is_key: bool,
    spot: Spot,
}

fn check_column(table: &Table, position: usize, spot: Spot, log: &mut Log) {
    let column = &table.columns[position];
    let name = &column.name;
    if !matches!(column.value_type, ValueType::Text | ValueType::Int) {
        let word = column.value_type.word();
        let message = format!("`{name}` is {word}: only text and int columns can be rekeyed");
        log.refuse(spot, message);
    }
    if table.rows == RowRule::Reference {
        let message =
            format!("`{name}` stands in a public code table: public codes are not replaced");
        log.refuse(spot, message);
    } else if !to_retail(table, position) {
        let message = format!("`{name}` never goes to retail: there is nothing to replace");
        log.refuse(spot, message);
    }
}

fn to_retail(table: &Table, column: usize) -> bool {
    store_columns(table, Store::Retail).contains(&column)
}

fn check_name(name: &str, uses: &[Use<'_>], log: &mut Log) {
    let Some(first) = uses.first() else { return };
    if !uses.iter().any(|one| one.is_key) {
        let message = format!(
            "no column with `rekey = \"{name}\"` belongs to its table's key: `rekey` replaces keys and what refers \
             to them"
        );
        log.refuse(first.spot, message);
    }
    for other in uses {
        if other.column.value_type != first.column.value_type {
            let (one, two) = (
                other.column.value_type.word(),
                first.column.value_type.word(),
            );
            let message = format!(
                "`{}` is {one}, and `{}`, with the same `rekey`, is {two}: a number and its text have different \
                 hashes",
                other.column.name, first.column.name
            );
            log.refuse(other.spot, message);
        }
    }
}

/// In retail a child must find its parent, and an original beside its hash would undo the replacement.
fn check_reference(
    resolved: &Resolved,
    (table, columns): (&Table, &[usize]),
    (parent, references): (usize, &[usize]),
    spot: Spot,
    log: &mut Log,
) {
    let Some(parent) = &resolved.tables[parent] else {
        return;
    };
    for (&own, &other) in columns.iter().zip(references) {
        let both = to_retail(table, own) && to_retail(parent, other);
        let (own, other) = (&table.columns[own], &parent.columns[other]);
        if both && own.rekey != other.rekey {
            let message = format!(
                "`{}` refers to `{}` of {}, and both go to retail: both need the same `rekey`, or none",
                own.name, other.name, parent.id
            );
            log.refuse(spot, message);
        }
    }
}

/// A number that one table replaces and another keeps in the open is not replaced (`basis` on the column says why it may).
fn refuse_plain(
    table: &Table,
    draft: &TableDraft,
    names: &BTreeMap<&str, Vec<Use<'_>>>,
    log: &mut Log,
) {
    for (position, column) in table.columns.iter().enumerate() {
        if column.rekey.is_some() || column.basis.is_some() || !to_retail(table, position) {
            continue;
        }
        let same = |one: &Use<'_>| {
            one.column.name == column.name && one.column.value_type == column.value_type
        };
        let domain = names.iter().find(|(_, uses)| uses.iter().any(same));
        if let Some((domain, _)) = domain {
            let message = format!(
                "`{}` goes to retail as it is, and columns of this name have `rekey = \"{domain}\"`: give it the same, or a `basis`",
                column.name
            );
            log.lint(
                Lint::PlainBesideRekeyed,
                draft.columns[position].name.spot,
                message,
            );
        }
    }
}
