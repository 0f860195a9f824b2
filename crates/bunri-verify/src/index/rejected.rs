//! The keys of ledger rows that did not fit their types: every row of such a point is undecided, because
//! nobody knows what the ledger would have said. A key that cannot be read itself is a refusal.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use bunri_catalogue::{Catalogue, Table, ValueType};
use bunri_columnar::{RawValue, Reject, Staging, key_converter};

use crate::VerifyError;

/// Encoded like any other key, in order, each once.
pub(crate) fn rejected_keys(
    catalogue: &Catalogue,
    staging: &Staging,
) -> Result<Vec<Vec<u8>>, VerifyError> {
    let table = &catalogue.tables[catalogue.ledger.table];
    let mut keys = BTreeSet::new();
    let converter = key_converter(table, &catalogue.ledger.key)?;
    let rejects = staging.rejects(table)?.into_iter().flatten();
    for (at, reject) in rejects.enumerate() {
        let reject = reject?;
        let columns = key_columns(table, &catalogue.ledger.key, &reject).ok_or_else(|| {
            VerifyError::LedgerKeyUnreadable {
                table: table.id.clone(),
                line: at + 1,
            }
        })?;
        let rows = converter
            .convert_columns(&columns)
            .map_err(VerifyError::arrow(&table.id))?;
        keys.insert(rows.row(0).as_ref().to_vec());
    }
    Ok(keys.into_iter().collect())
}

fn key_columns(table: &Table, key: &[usize], reject: &Reject) -> Option<Vec<ArrayRef>> {
    let column = |&column: &usize| -> Option<ArrayRef> {
        match (table.columns[column].value_type, reject.values.get(column)?) {
            (ValueType::Text, RawValue::Text(text)) => {
                Some(Arc::new(StringArray::from(vec![text.as_str()])))
            }
            (ValueType::Int, RawValue::Int(value)) => {
                Some(Arc::new(Int64Array::from(vec![*value])))
            }
            _ => None,
        }
    };
    key.iter().map(column).collect()
}
