//! Replaced keys (docs/rules.md, section 5): what retail must hold instead of a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringArray};
use bunri_fingerprint::{Cells, UnsupportedType};
use bunri_job::RekeySecrets;
use bunri_types::Value;

/// What tells these keys from all others that a secret may be used for.
const CONTEXT: &str = "bunri/rekey/1";

/// The hashing key of every `rekey`, by name.
#[derive(Default)]
pub struct RekeyKeys(BTreeMap<String, [u8; 32]>);

impl RekeyKeys {
    /// Derived from the job's secrets.
    #[must_use]
    pub fn new(secrets: &RekeySecrets) -> Self {
        Self(
            secrets
                .iter()
                .map(|(name, secret)| (name.to_owned(), derived(name, secret)))
                .collect(),
        )
    }

    pub(crate) fn of(&self, name: &str) -> Option<[u8; 32]> {
        self.0.get(name).copied()
    }
}

fn derived(name: &str, secret: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&(name.len() as u64).to_le_bytes());
    hasher.update(name.as_bytes());
    hasher.update(secret);
    *hasher.finalize().as_bytes()
}

/// The hash that stands for a value; none for NULL, and for types that no rekeyed column has.
fn hashed(key: &[u8; 32], value: Value<'_>) -> Option<String> {
    let mut hasher = blake3::Hasher::new_keyed(key);
    match value {
        Value::Text(text) => {
            hasher.update(&[1]);
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        Value::Int(number) => {
            hasher.update(&[2]);
            hasher.update(&number.to_le_bytes());
        }
        Value::Null
        | Value::Decimal { .. }
        | Value::Real(_)
        | Value::Date(_)
        | Value::Timestamp(_)
        | Value::Bool(_)
        | Value::Bytes(_) => return None,
    }
    let mut stored = [0; 16];
    hasher.finalize_xof().fill(&mut stored);
    Some(format!("{:032x}", u128::from_be_bytes(stored)))
}

/// A column of hashes in the place of a column of values, which the catalogue admits for texts and integers.
pub(crate) fn hashed_column(
    key: &[u8; 32],
    column: &ArrayRef,
) -> Result<ArrayRef, UnsupportedType> {
    let cells = Cells::of(column.as_ref())?;
    if !matches!(cells, Cells::Text(_) | Cells::LargeText(_) | Cells::Int(_)) {
        return Err(UnsupportedType(column.data_type().clone()));
    }
    let hashes: StringArray = (0..column.len())
        .map(|row| hashed(key, cells.value(row)))
        .collect();
    Ok(Arc::new(hashes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_published_vectors_are_redecided_too() {
        let text = include_str!("../../../schemas/rekey/vectors.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        for case in vectors["cases"].as_array().unwrap() {
            let word = |field: &str| case[field].as_str().unwrap();
            let key = derived(word("name"), word("secret").as_bytes());
            let value = match word("type") {
                "int" => Value::Int(word("value").parse().unwrap()),
                _ => Value::Text(word("value")),
            };
            assert_eq!(hashed(&key, value).unwrap(), word("stored"), "{case}");
        }
    }

    #[test]
    fn null_has_no_hash() {
        assert_eq!(hashed(&[1; 32], Value::Null), None);
    }
}
