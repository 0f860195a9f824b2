//! The columns of a store's tables, from the words of its manifest.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bunri_manifest::{ColumnEntry, StoreManifest, TableEntry};

/// The columns of every table as the manifest tells them, for whoever has no catalogue.
#[must_use]
pub fn schemas_of_manifest(manifest: &StoreManifest) -> BTreeMap<String, SchemaRef> {
    let schema = |table: &TableEntry| {
        let field = |column: &ColumnEntry| {
            Some(Field::new(&column.name, type_of(&column.value_type)?, true))
        };
        let fields = table
            .columns
            .iter()
            .map(field)
            .collect::<Option<Vec<_>>>()?;
        Some((table.id.clone(), SchemaRef::from(Schema::new(fields))))
    };
    manifest.tables.iter().filter_map(schema).collect()
}

/// The type of a word of the catalogue.
fn type_of(word: &str) -> Option<DataType> {
    Some(match word {
        "text" => DataType::Utf8,
        "int" => DataType::Int64,
        "real" => DataType::Float64,
        "date" => DataType::Date32,
        "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, None),
        "bool" => DataType::Boolean,
        "bytes" => DataType::Binary,
        decimal => {
            let numbers = decimal.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (precision, scale) = numbers.split_once(',')?;
            DataType::Decimal128(precision.parse().ok()?, scale.parse().ok()?)
        }
    })
}
