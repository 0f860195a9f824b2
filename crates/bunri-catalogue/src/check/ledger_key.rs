//! The columns of a table that hold the ledger's key, whatever they are called.

use crate::model::Table;
use crate::resolve::Resolved;

/// As the table declares them, by the ledger's names and types, or joined with another table's by a reference that the
/// catalogue declares.
pub(super) fn of(resolved: &Resolved, position: usize) -> Option<Vec<usize>> {
    own(resolved, position).or_else(|| joined(resolved, position))
}

fn own(resolved: &Resolved, position: usize) -> Option<Vec<usize>> {
    let table = resolved.tables[position].as_ref()?;
    // Through another table it is that one's key, and no supply point.
    let declared = table.ledger_key.clone().filter(|_| table.through.is_none());
    declared.or_else(|| named(resolved, table))
}

/// Of a table with a constant rule nobody asked for the key.
fn named(resolved: &Resolved, table: &Table) -> Option<Vec<usize>> {
    let ledgers = resolved.ledgers.iter().flatten();
    let mut parts = ledgers.filter_map(|ledger| ledger.tables.first());
    parts.find_map(|part| {
        let ledger = resolved.tables[part.table].as_ref()?;
        let same = |&column: &usize| {
            let key = &ledger.columns[column];
            let mut columns = table.columns.iter();
            columns
                .position(|column| column.name == key.name && column.value_type == key.value_type)
        };
        part.key.iter().map(same).collect()
    })
}

/// The side of a parent rule or of an entry of `[[references]]` whose other side is the ledger's key.
fn joined(resolved: &Resolved, position: usize) -> Option<Vec<usize>> {
    let table = resolved.tables[position].as_ref()?;
    let by_rule = table
        .parent_rules()
        .into_iter()
        .find(|(_, rule)| own(resolved, rule.table).as_deref() == Some(rule.references));
    if let Some((_, rule)) = by_rule {
        return Some(rule.key.to_vec());
    }
    let references = resolved.references.iter().flatten();
    references
        .map(|reference| &reference.value)
        .find_map(|one| {
            let is_key =
                |table, columns: &[usize]| own(resolved, table).as_deref() == Some(columns);
            if one.table == position && is_key(one.to, &one.references) {
                Some(one.columns.clone())
            } else if one.to == position && is_key(one.table, &one.columns) {
                Some(one.references.clone())
            } else {
                None
            }
        })
}
