//! What rows of one table refer to in another: the key, unless somebody says why not. Columns that are no key are as likely
//! the wrong ones, and with several parents `all` and `any` decide.

use bunri_text::{Lint, Log, Spotted, listed};

use crate::draft::{RowsDraft, TableDraft};
use crate::model::{Match, Table};
use crate::resolve::Resolved;

/// Checks parent rules and `[[references]]`.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    for rule in drafts.iter().flat_map(TableDraft::rules) {
        for leaf in RowsDraft::leaves(rule) {
            check_parent(resolved, leaf, log);
        }
    }
    for Spotted { value, spot } in resolved.references.iter().flatten() {
        let Some(to) = &resolved.tables[value.to] else {
            continue;
        };
        if value.basis.is_some() || is_unique(to, &value.references) {
            continue;
        }
        let message = format!(
            "{}: a row can find several, and counts as found if one of them is there; refer to the key, or state a `basis`",
            no_key(to, &value.references)
        );
        log.lint(Lint::ReferencesNoKey, *spot, message);
    }
}

fn check_parent(resolved: &Resolved, rule: &Spotted<RowsDraft>, log: &mut Log) {
    let RowsDraft::Parent {
        table,
        references,
        matching,
        has_basis: false,
        ..
    } = &rule.value
    else {
        return;
    };
    let mut tables = resolved.tables.iter().flatten();
    let Some(parent) = tables.find(|one| one.id == table.value) else {
        return;
    };
    let position = |name: &str| {
        let mut columns = parent.columns.iter();
        columns.position(|column| column.name == name)
    };
    let columns: Option<Vec<usize>> = references
        .value
        .iter()
        .map(|name| position(&name.value))
        .collect();
    let Some(columns) = columns.filter(|columns| !is_unique(parent, columns)) else {
        return;
    };
    let then = match matching {
        Match::All => "with `match = \"all\"` it is own only if all of them are",
        Match::Any => "with `match = \"any\"` it is own if one of them is",
    };
    let message = format!(
        "{}: a row can have several parents, and {then}; refer to the key, or state a `basis` in the rule",
        no_key(parent, &columns)
    );
    log.lint(Lint::ReferencesNoKey, references.spot, message);
}

/// Whether no two rows can have the same values: the columns hold the whole key.
fn is_unique(table: &Table, columns: &[usize]) -> bool {
    !table.key.is_empty() && table.key.iter().all(|column| columns.contains(column))
}

fn no_key(table: &Table, columns: &[usize]) -> String {
    let names = |columns: &[usize]| {
        let names: Vec<&str> = columns
            .iter()
            .map(|&column| table.columns[column].name.as_str())
            .collect();
        listed(&names)
    };
    let (id, columns) = (&table.id, names(columns));
    if table.key.is_empty() {
        return format!("{columns} may stand in many rows of {id}, which has no key");
    }
    let key = names(&table.key);
    format!("{columns} is not the key of {id}, which is {key}")
}
