//! The keys of rows that did not fit their types. Of a rejected ledger row nobody knows what it would have said of its
//! point; of a rejected parent nobody knows whose it would have been. A key that cannot be read itself could be anybody's,
//! and is a refusal.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use bunri_catalogue::Table;
use bunri_columnar::{RawValue, Reject, Staging, key_converter};
use bunri_types::ValueType;

use crate::RedecideError;

/// What a rejected row's key is asked for.
#[derive(Debug, Clone, Copy)]
enum KeyOf {
    LedgerRow,
    Parent,
}

/// What stands in the key columns of a rejected row.
enum RejectedKey<K> {
    /// A value of its type in each.
    Whole(K),
    /// NULL in one of them, and nothing unreadable.
    Null,
    /// In this column, a value that is not of its type, or of a type that is not read here.
    Unreadable(usize),
}

/// The keys of the ledger's rejected rows, encoded like any other key, in order, each once.
pub(crate) fn ledger_keys(
    table: &Table,
    key: &[usize],
    staging: &Staging,
) -> Result<Vec<Vec<u8>>, RedecideError> {
    keys(table, key, staging, KeyOf::LedgerRow)
}

/// As [`ledger_keys`], of rows that others refer to by `references`; a NULL matches nothing.
pub(crate) fn parent_keys(
    table: &Table,
    references: &[usize],
    staging: &Staging,
) -> Result<Vec<Vec<u8>>, RedecideError> {
    keys(table, references, staging, KeyOf::Parent)
}

/// The keys of rejected rows that others refer to, where no decision hangs on them: what cannot be read is said, and refuses
/// nothing.
#[derive(Default)]
pub(crate) struct RejectedKeys {
    known: BTreeSet<Vec<u8>>,
    /// Of some row the key cannot be read.
    unreadable: bool,
}

impl RejectedKeys {
    /// Takes those of another unit.
    pub(crate) fn join(&mut self, mut others: Self) {
        self.known.append(&mut others.known);
        self.unreadable |= others.unreadable;
    }

    /// Whether a rejected row has this key, or could have it.
    pub(crate) fn may_have(&self, key: &[u8]) -> bool {
        self.unreadable || self.known.contains(key)
    }
}

/// As [`parent_keys`], and no refusal.
pub(crate) fn referred_keys(
    table: &Table,
    references: &[usize],
    staging: &Staging,
) -> Result<RejectedKeys, RedecideError> {
    let mut keys = RejectedKeys::default();
    for_each(table, references, staging, |_, key| {
        match key {
            RejectedKey::Whole(key) => _ = keys.known.insert(key),
            RejectedKey::Null => {}
            RejectedKey::Unreadable(_) => keys.unreadable = true,
        }
        Ok(())
    })?;
    Ok(keys)
}

fn keys(
    table: &Table,
    columns: &[usize],
    staging: &Staging,
    of: KeyOf,
) -> Result<Vec<Vec<u8>>, RedecideError> {
    let mut keys = BTreeSet::new();
    for_each(table, columns, staging, |line, key| match (key, of) {
        (RejectedKey::Whole(key), _) => {
            keys.insert(key);
            Ok(())
        }
        (RejectedKey::Null, KeyOf::Parent) => Ok(()),
        // A ledger row without a key could speak of any point.
        (RejectedKey::Null | RejectedKey::Unreadable(_), KeyOf::LedgerRow) => {
            Err(RedecideError::LedgerKeyUnreadable {
                table: table.id.clone(),
                line,
            })
        }
        (RejectedKey::Unreadable(column), KeyOf::Parent) => {
            Err(RedecideError::ParentKeyUnreadable {
                table: table.id.clone(),
                column: table.columns[column].name.clone(),
                line,
            })
        }
    })?;
    Ok(keys.into_iter().collect())
}

/// Gives the line and the key of every rejected row of a table.
fn for_each(
    table: &Table,
    columns: &[usize],
    staging: &Staging,
    mut each: impl FnMut(usize, RejectedKey<Vec<u8>>) -> Result<(), RedecideError>,
) -> Result<(), RedecideError> {
    let converter = key_converter(table, columns)?;
    let rejects = staging.rejects(table)?.into_iter().flatten();
    for (at, reject) in rejects.enumerate() {
        let key = match key_of(table, columns, &reject?) {
            RejectedKey::Whole(values) => {
                let rows = converter
                    .convert_columns(&values)
                    .map_err(RedecideError::arrow(&table.id))?;
                RejectedKey::Whole(rows.row(0).as_ref().to_vec())
            }
            RejectedKey::Null => RejectedKey::Null,
            RejectedKey::Unreadable(column) => RejectedKey::Unreadable(column),
        };
        each(at + 1, key)?;
    }
    Ok(())
}

fn key_of(table: &Table, columns: &[usize], reject: &Reject) -> RejectedKey<Vec<ArrayRef>> {
    let mut values: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    let mut null = false;
    for &column in columns {
        let declared = &table.columns[column];
        match (declared.value_type, reject.values.get(column)) {
            (_, Some(RawValue::Null)) => null = true,
            // What means nothing is NULL in staging, and so it is here.
            (_, Some(value)) if value.is_listed(&declared.reading.nothing) => null = true,
            (ValueType::Text, Some(RawValue::Int(value))) if declared.reading.takes_integers => {
                values.push(Arc::new(StringArray::from(vec![value.to_string()])));
            }
            (ValueType::Text, Some(RawValue::Text(text))) => {
                values.push(Arc::new(StringArray::from(vec![text.as_str()])));
            }
            (ValueType::Int, Some(RawValue::Int(value))) => {
                values.push(Arc::new(Int64Array::from(vec![*value])));
            }
            // Days, decimals and the like are written in many ways, which only extraction knows.
            (_, _) => return RejectedKey::Unreadable(column),
        }
    }
    if null {
        RejectedKey::Null
    } else {
        RejectedKey::Whole(values)
    }
}
