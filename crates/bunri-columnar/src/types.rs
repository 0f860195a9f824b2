//! Catalogue types as Arrow types, and the schemas of staging and stores. Plain types only: nothing that a
//! writer could fill with values that no row holds.

use std::sync::Arc;

use arrow_row::{RowConverter, SortField};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bunri_catalogue::{Store, Table, store_columns, stored_type};
use bunri_types::ValueType;

use crate::ColumnarError;

/// The last column of every quarantine table: why a person must decide (docs/rules.md, section 5).
pub const REASON_COLUMN: &str = "bunri_reason";

/// The Arrow type that carries a catalogue type.
#[must_use]
pub fn arrow_type(value_type: ValueType) -> DataType {
    match value_type {
        ValueType::Text => DataType::Utf8,
        ValueType::Int => DataType::Int64,
        // The catalogue admits precision up to 38 and scale up to the precision, so the cast is exact.
        ValueType::Decimal { precision, scale } => {
            DataType::Decimal128(precision, scale.cast_signed())
        }
        ValueType::Real => DataType::Float64,
        ValueType::Date(_) => DataType::Date32,
        ValueType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        ValueType::Bool => DataType::Boolean,
        ValueType::Bytes => DataType::Binary,
    }
}

/// The word of the catalogue for a type, as manifests write it. A store does not say how the source wrote dates.
#[must_use]
pub fn type_word(value_type: ValueType) -> String {
    match value_type {
        ValueType::Text => "text".to_owned(),
        ValueType::Int => "int".to_owned(),
        ValueType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        ValueType::Real => "real".to_owned(),
        ValueType::Date(_) => "date".to_owned(),
        ValueType::Timestamp => "timestamp".to_owned(),
        ValueType::Bool => "bool".to_owned(),
        ValueType::Bytes => "bytes".to_owned(),
    }
}

fn field(table: &Table, column: usize) -> Field {
    let column = &table.columns[column];
    Field::new(&column.name, arrow_type(column.value_type), true)
}

/// Every column of the table, as staging holds it.
#[must_use]
pub fn staging_schema(table: &Table) -> SchemaRef {
    let fields: Vec<Field> = (0..table.columns.len())
        .map(|column| field(table, column))
        .collect();
    Arc::new(Schema::new(fields))
}

/// The columns of the table in a store; the quarantine adds [`REASON_COLUMN`]. No fields: no such table.
#[must_use]
pub fn store_schema(table: &Table, store: Store) -> SchemaRef {
    let mut fields: Vec<Field> = store_columns(table, store)
        .into_iter()
        .map(|column| {
            let name = &table.columns[column].name;
            Field::new(name, arrow_type(stored_type(table, column, store)), true)
        })
        .collect();
    if store == Store::Quarantine && !fields.is_empty() {
        fields.push(Field::new(REASON_COLUMN, DataType::Utf8, true));
    }
    Arc::new(Schema::new(fields))
}

/// Order-preserving bytes for whole rows of these types: NULL first, then by value.
///
/// # Errors
/// When a type has no order, which catalogue types all have.
pub fn row_converter<'a>(
    table: &str,
    types: impl IntoIterator<Item = &'a DataType>,
) -> Result<RowConverter, ColumnarError> {
    let fields = types
        .into_iter()
        .map(|kind| SortField::new(kind.clone()))
        .collect();
    RowConverter::new(fields).map_err(ColumnarError::arrow(table))
}

/// Order-preserving bytes for these columns of a table.
///
/// # Errors
/// As [`row_converter`].
pub fn key_converter(table: &Table, columns: &[usize]) -> Result<RowConverter, ColumnarError> {
    let types: Vec<DataType> = columns
        .iter()
        .map(|&column| arrow_type(table.columns[column].value_type))
        .collect();
    row_converter(&table.id, &types)
}
