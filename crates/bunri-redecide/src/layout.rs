//! What a table of a store looks like by the catalogue, prepared once: columns, key, types and grants.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{Catalogue, Class, Ownership, Store, Table};
use bunri_columnar::{REASON_COLUMN, arrow_type};
use bunri_evaluator::grants::{columns_of, may_hold};
use bunri_types::ValueType;

use crate::RedecideError;
use crate::rekey::RekeyKeys;

/// One table of one store.
pub struct Layout<'a> {
    /// Of which table.
    pub table: &'a Table,
    /// Of which store.
    pub store: Store,
    /// Catalogue columns, in store order.
    pub columns: Vec<usize>,
    /// The key, as positions in the store's columns; empty for a multiset.
    pub key: Vec<usize>,
    /// With the reason, in the quarantine.
    pub schema: SchemaRef,
    grants: [[bool; Class::ALL.len()]; Ownership::ALL.len()],
    /// By column of the store: what retail holds is a hash, under the key of this name.
    rekeyed: Vec<Option<&'a str>>,
    hashes: Vec<Option<[u8; 32]>>,
}

impl<'a> Layout<'a> {
    /// Of every table that the store has, in the catalogue's order.
    pub fn all(catalogue: &'a Catalogue, store: Store) -> impl Iterator<Item = Self> {
        let tables = catalogue.tables.iter();
        tables.filter_map(move |table| Self::new(table, store))
    }

    /// [`None`] if the store has no such table.
    #[must_use]
    pub fn new(table: &'a Table, store: Store) -> Option<Self> {
        let columns = columns_of(table, store);
        if columns.is_empty() {
            return None;
        }
        let position = |key: &usize| columns.iter().position(|column| column == key);
        let opened = table.any_retailer_on_other_rows;
        let grant = |ownership| Class::ALL.map(|class| may_hold(store, ownership, class, opened));
        Some(Self {
            key: table.key.iter().filter_map(position).collect(),
            schema: schema(table, store, &columns),
            grants: Ownership::ALL.map(grant),
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
    ///
    /// # Errors
    /// Where a secret is missing.
    pub fn keyed(mut self, keys: &RekeyKeys) -> Result<Self, RedecideError> {
        for (position, name) in self.rekeyed.iter().enumerate() {
            let Some(name) = name else { continue };
            let key = keys.of(name).ok_or_else(|| RedecideError::NoSecret {
                table: self.table.id.clone(),
                name: (*name).to_owned(),
            });
            self.hashes[position] = Some(key?);
        }
        Ok(self)
    }

    /// Whether the store holds hashes instead of this column's values.
    #[must_use]
    pub fn is_rekeyed(&self, position: usize) -> bool {
        self.rekeyed.get(position).is_some_and(Option::is_some)
    }

    /// Whether that is so of any column.
    #[must_use]
    pub fn holds_hashes(&self) -> bool {
        self.rekeyed.iter().any(Option::is_some)
    }

    /// The key of those hashes.
    pub(crate) fn hash_key(&self, position: usize) -> Option<&[u8; 32]> {
        self.hashes[position].as_ref()
    }

    /// Whether rows come in an order that is not the one of staging: all columns, or hashes.
    #[must_use]
    pub fn reorders(&self) -> bool {
        self.key.is_empty() || self.key.iter().any(|&position| self.is_rekeyed(position))
    }

    /// The type of a column of the store.
    #[must_use]
    pub fn value_type(&self, position: usize) -> ValueType {
        stored_type(self.table, self.store, self.columns[position])
    }

    /// Whether the store may hold a cell.
    #[inline]
    #[must_use]
    pub fn granted(&self, ownership: Ownership, class: Class) -> bool {
        self.grants[ownership as usize][class as usize]
    }

    /// The classes that the store may hold of rows of this ownership.
    pub fn granted_classes(&self, ownership: Ownership) -> impl Iterator<Item = Class> {
        Class::ALL
            .into_iter()
            .filter(move |&class| self.granted(ownership, class))
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
