//! Replaced keys (docs/rules.md, section 5): the keyed hash that retail gets instead of a value, and the watch over
//! stored keys, of which no two rows of a table may have the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_row::{OwnedRow, RowConverter};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use bunri_columnar::{ColumnarError, row_converter};
use bunri_job::RekeySecrets;

const CONTEXT: &str = "bunri/rekey/1";
/// 128 bits.
const STORED_BYTES: usize = 16;

/// A key for every name of a `rekey`.
#[derive(Default)]
pub(crate) struct Rekeys(BTreeMap<String, Rekey>);

/// The hash of one name.
#[derive(Clone, Copy)]
pub(crate) struct Rekey([u8; 32]);

impl Rekeys {
    pub(crate) fn new(secrets: &RekeySecrets) -> Self {
        let key = |(name, secret): (&str, &[u8])| (name.to_owned(), Rekey::new(name, secret));
        Self(secrets.iter().map(key).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Rekey> {
        self.0.get(name).copied()
    }
}

impl Rekey {
    fn new(name: &str, secret: &[u8]) -> Self {
        let mut material = (name.len() as u64).to_le_bytes().to_vec();
        material.extend_from_slice(name.as_bytes());
        material.extend_from_slice(secret);
        Self(blake3::derive_key(CONTEXT, &material))
    }

    fn text(&self, text: &str) -> String {
        let mut value = vec![1];
        value.extend_from_slice(&(text.len() as u64).to_le_bytes());
        value.extend_from_slice(text.as_bytes());
        self.stored(&value)
    }

    fn int(&self, number: i64) -> String {
        let mut value = vec![2];
        value.extend_from_slice(&number.to_le_bytes());
        self.stored(&value)
    }

    fn stored(&self, value: &[u8]) -> String {
        let hash = blake3::keyed_hash(&self.0, value);
        let mut hex = String::with_capacity(2 * STORED_BYTES);
        for byte in &hash.as_bytes()[..STORED_BYTES] {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }

    /// The column as retail stores it; the catalogue's check admits text and int only.
    pub(crate) fn column(&self, column: &ArrayRef) -> StringArray {
        match column.data_type() {
            DataType::Int64 => {
                let numbers = column.as_primitive::<Int64Type>().iter();
                numbers.map(|number| Some(self.int(number?))).collect()
            }
            _ => {
                let texts = column.as_string::<i32>().iter();
                texts.map(|text| Some(self.text(text?))).collect()
            }
        }
    }
}

/// Sees stored keys in their order.
pub(crate) struct KeyWatch {
    converter: RowConverter,
    key: Vec<usize>,
    last: Option<OwnedRow>,
}

impl KeyWatch {
    /// `key` are the key's columns in batches of this schema.
    pub(crate) fn new(
        table: &str,
        schema: &SchemaRef,
        key: Vec<usize>,
    ) -> Result<Self, ColumnarError> {
        let types = key.iter().map(|&column| schema.field(column).data_type());
        Ok(Self {
            converter: row_converter(table, types)?,
            key,
            last: None,
        })
    }

    /// Whether a key is that of the row before it.
    pub(crate) fn sees_double(&mut self, batch: &RecordBatch) -> Result<bool, ArrowError> {
        let columns: Vec<ArrayRef> = self
            .key
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let rows = self.converter.convert_columns(&columns)?;
        let mut double = false;
        for row in &rows {
            double |= self.last.as_ref().is_some_and(|last| last.row() == row);
            self.last = Some(row.owned());
        }
        Ok(double)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_published_vectors_are_ours() {
        let text = include_str!("../../../schemas/rekey/vectors.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let vectors = vectors["cases"].as_array().unwrap();
        assert!(vectors.len() >= 8);
        for case in vectors {
            let word = |field: &str| case[field].as_str().unwrap();
            let rekey = Rekey::new(word("name"), word("secret").as_bytes());
            let stored = match word("type") {
                "int" => rekey.int(word("value").parse().unwrap()),
                _ => rekey.text(word("value")),
            };
            assert_eq!(stored, word("stored"), "{case}");
        }
    }

    #[test]
    fn a_null_stays_null_and_equal_values_stay_equal() {
        let rekey = Rekey::new("n", &[7; 32]);
        let numbers: ArrayRef =
            Arc::new(arrow_array::Int64Array::from(vec![Some(5), None, Some(5)]));
        let stored = rekey.column(&numbers);
        assert!(stored.is_null(1));
        assert_eq!(stored.value(0), stored.value(2));
    }

    #[test]
    fn two_rows_with_one_stored_key_are_seen_also_across_batches() {
        let key: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let batch = RecordBatch::try_from_iter([("k", key)]).unwrap();
        let mut watch = KeyWatch::new("t", &batch.schema(), vec![0]).unwrap();
        assert!(!watch.sees_double(&batch).unwrap());
        assert!(watch.sees_double(&batch.slice(1, 1)).unwrap());
    }
}
