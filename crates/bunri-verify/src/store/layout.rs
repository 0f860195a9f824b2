//! What a table of a store looks like by the catalogue, prepared once: columns, key, types, grants, and how its
//! rows are named in findings.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{
    Catalogue, Category, Class, Ownership, Store, Table, Value, ValueType, day_text,
};
use bunri_columnar::{REASON_COLUMN, arrow_type};
use bunri_evaluator::grants::{columns_of, may_hold};
use bunri_fingerprint::ColumnName;

use super::rekey::RekeyKeys;
use crate::VerifyError;

/// One table of one store.
pub(crate) struct Layout<'a> {
    pub(crate) table: &'a Table,
    pub(crate) store: Store,
    /// Catalogue columns, in store order.
    pub(crate) columns: Vec<usize>,
    /// The key, as positions in the store's columns; empty for a multiset.
    pub(crate) key: Vec<usize>,
    /// With the reason, in the quarantine.
    pub(crate) schema: SchemaRef,
    pub(crate) names: Vec<ColumnName>,
    grants: [[bool; Class::ALL.len()]; Ownership::ALL.len()],
    named_by_key: bool,
    /// By column of the store: what retail holds is a hash, under the key of this name.
    rekeyed: Vec<Option<&'a str>>,
    hashes: Vec<Option<[u8; 32]>>,
}

impl<'a> Layout<'a> {
    /// Of every table that the store has, in the catalogue's order.
    pub(crate) fn all(catalogue: &'a Catalogue, store: Store) -> impl Iterator<Item = Self> {
        let tables = catalogue.tables.iter();
        tables.filter_map(move |table| Self::new(table, store))
    }

    /// [`None`] if the store has no such table.
    pub(crate) fn new(table: &'a Table, store: Store) -> Option<Self> {
        let columns = columns_of(table, store);
        if columns.is_empty() {
            return None;
        }
        let position = |key: &usize| columns.iter().position(|column| column == key);
        let opened = table.any_retailer_on_other_rows;
        let grant = |ownership| Class::ALL.map(|class| may_hold(store, ownership, class, opened));
        let telling = |key: &usize| {
            matches!(
                table.columns[*key].category,
                Some(Category::Personal | Category::FreeText)
            )
        };
        Some(Self {
            key: table.key.iter().filter_map(position).collect(),
            schema: schema(table, store, &columns),
            names: columns
                .iter()
                .map(|&column| ColumnName::new(&table.columns[column].name))
                .collect(),
            grants: Ownership::ALL.map(grant),
            named_by_key: !table.key.is_empty() && !table.key.iter().any(telling),
            rekeyed: columns
                .iter()
                .map(|&column| rekey(table, store, column))
                .collect(),
            hashes: vec![None; columns.len()],
            table,
            store,
            columns,
        })
    }

    /// With the keys under which values are hashed: without them no expected row can be made.
    pub(crate) fn keyed(mut self, keys: &RekeyKeys) -> Result<Self, VerifyError> {
        for (position, name) in self.rekeyed.iter().enumerate() {
            let Some(name) = name else { continue };
            let key = keys.of(name).ok_or_else(|| VerifyError::NoSecret {
                table: self.table.id.clone(),
                name: (*name).to_owned(),
            });
            self.hashes[position] = Some(key?);
        }
        Ok(self)
    }

    /// Whether the store holds hashes instead of this column's values.
    pub(crate) fn is_rekeyed(&self, position: usize) -> bool {
        self.rekeyed.get(position).is_some_and(Option::is_some)
    }

    /// Whether that is so of any column.
    pub(crate) fn holds_hashes(&self) -> bool {
        self.rekeyed.iter().any(Option::is_some)
    }

    /// The key of those hashes.
    pub(crate) fn hash_key(&self, position: usize) -> Option<&[u8; 32]> {
        self.hashes[position].as_ref()
    }

    /// Whether rows come in an order that is not the one of staging: all columns, or hashes.
    pub(crate) fn reorders(&self) -> bool {
        self.key.is_empty() || self.key.iter().any(|&position| self.is_rekeyed(position))
    }

    /// The type of a column of the store.
    pub(crate) fn value_type(&self, position: usize) -> ValueType {
        stored_type(self.table, self.store, self.columns[position])
    }

    /// Whether the store may hold a cell.
    #[inline]
    pub(crate) fn granted(&self, ownership: Ownership, class: Class) -> bool {
        self.grants[ownership as usize][class as usize]
    }

    /// The classes that the store may hold of rows of this ownership.
    pub(crate) fn granted_classes(&self, ownership: Ownership) -> impl Iterator<Item = Class> {
        Class::ALL
            .into_iter()
            .filter(move |&class| self.granted(ownership, class))
    }

    /// A row's name in a finding: its key, or its number (from 1) where the key is a personal value.
    pub(crate) fn row_name(
        &self,
        whose: &str,
        number: u64,
        value: impl Fn(usize) -> String,
    ) -> String {
        if !self.named_by_key {
            return format!("{whose} row {}", number + 1);
        }
        let part = |&position: &usize| {
            let name = &self.table.columns[self.columns[position]].name;
            format!("{name}={}", value(position))
        };
        self.key.iter().map(part).collect::<Vec<_>>().join(" ")
    }
}

/// The name of the hash that takes a value's place: in retail and nowhere else.
fn rekey(table: &Table, store: Store, column: usize) -> Option<&str> {
    let name = table.columns[column].rekey.as_deref();
    name.filter(|_| store == Store::Retail)
}

fn stored_type(table: &Table, store: Store, column: usize) -> ValueType {
    match rekey(table, store, column) {
        Some(_) => ValueType::Text,
        None => table.columns[column].value_type,
    }
}

fn schema(table: &Table, store: Store, columns: &[usize]) -> SchemaRef {
    let field = |&column: &usize| {
        let kind = arrow_type(stored_type(table, store, column));
        Field::new(&table.columns[column].name, kind, true)
    };
    let mut fields: Vec<Field> = columns.iter().map(field).collect();
    if store == Store::Quarantine {
        fields.push(Field::new(REASON_COLUMN, DataType::Utf8, true));
    }
    Arc::new(Schema::new(fields))
}

/// A key value as text.
pub(crate) fn key_text(value: Value<'_>) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Text(text) => text.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Decimal { scale, unscaled } => decimal_text(unscaled, usize::from(scale)),
        Value::Date(day) => day_text(day),
        Value::Timestamp(micros) => timestamp_text(micros),
        Value::Bool(value) => value.to_string(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn decimal_text(unscaled: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

fn timestamp_text(micros: i64) -> String {
    const SECOND: i64 = 1_000_000;
    const DAY: i64 = 86_400 * SECOND;
    let within = micros.rem_euclid(DAY);
    let (seconds, fraction) = (within / SECOND, within % SECOND);
    let day = i32::try_from(micros.div_euclid(DAY)).map_or_else(|_| "?".to_owned(), day_text);
    let clock = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction == 0 {
        format!("{day}T{clock}")
    } else {
        format!("{day}T{clock}.{fraction:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_as_people_write_them() {
        assert_eq!(
            key_text(Value::Decimal {
                scale: 1,
                unscaled: -5
            }),
            "-0.5"
        );
        assert_eq!(
            key_text(Value::Decimal {
                scale: 0,
                unscaled: 120
            }),
            "120"
        );
        assert_eq!(key_text(Value::Date(0)), "1970-01-01");
        assert_eq!(key_text(Value::Timestamp(-1)), "1969-12-31T23:59:59.999999");
        assert_eq!(
            key_text(Value::Timestamp(3_600_000_000)),
            "1970-01-01T01:00:00"
        );
    }
}
