//! What the driver lists: tables and views, and keys and references that the database declares.

use std::collections::BTreeMap;

use crate::connection::Connection;
use crate::dbms::Dbms;
use crate::error::OdbcError;
use crate::manager::{Listing, TableName};

/// A table or view of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEntry {
    /// The name that a catalogue calls it by.
    pub called: String,
    /// The part of the server that it lies in, if there are such.
    pub catalog: Option<String>,
    /// Its schema, if there are such.
    pub schema: Option<String>,
    /// Its name there.
    pub name: String,
    /// Whether it is a view.
    pub is_view: bool,
}

/// A reference that the database keeps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// Schema and name of the table that it is to.
    pub to: (Option<String>, String),
    /// That one's columns.
    pub references: Vec<String>,
}

impl TableEntry {
    /// The name as SQL writes it.
    #[must_use]
    pub fn sql_name(&self, connection: &Connection) -> String {
        let qualifier = match connection.dbms() {
            Dbms::Mariadb => self.catalog.as_ref(),
            Dbms::Sqlite => None,
            Dbms::Postgresql | Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => {
                self.schema.as_ref()
            }
        };
        let name = connection.quoted(&self.name);
        match qualifier {
            Some(qualifier) if !qualifier.is_empty() => {
                format!("{}.{name}", connection.quoted(qualifier))
            }
            _ => name,
        }
    }

    fn listed(&self) -> TableName<'_> {
        (self.catalog.as_deref(), self.schema.as_deref(), &self.name)
    }
}

impl Connection {
    /// Every table and view in sight, by the name that a catalogue calls it by. Of the schema that the job names, or that is the
    /// database's usual one, that is the table's own; of others `schema.name`.
    ///
    /// # Errors
    /// What the driver says; two tables that are called the same.
    pub(crate) fn tables(
        &self,
        schema: Option<&str>,
    ) -> Result<BTreeMap<String, TableEntry>, OdbcError> {
        let action = "list its tables";
        let dbms = self.dbms();
        let home = schema.unwrap_or(dbms.usual_schema());
        // Systems whose schemas are other people's are asked for the one that the job names.
        let asked = match dbms {
            Dbms::Oracle | Dbms::Db2 | Dbms::Other => schema,
            Dbms::Mariadb | Dbms::Postgresql | Dbms::Sqlite | Dbms::SqlServer => None,
        };
        let catalog = match dbms {
            Dbms::Mariadb | Dbms::Postgresql | Dbms::SqlServer => {
                Some(self.facts().database.as_str())
            }
            Dbms::Sqlite | Dbms::Oracle | Dbms::Db2 | Dbms::Other => None,
        };
        let listing = Listing::Tables {
            catalog: catalog.filter(|name| !name.is_empty()),
            schema: asked,
        };
        let mut tables = BTreeMap::new();
        for row in self.list(action, listing)? {
            let [catalog, schema, name, kind, ..] = row.as_slice() else {
                return Err(self.strange(action));
            };
            let (Some(name), kind) = (name, kind.clone().unwrap_or_default()) else {
                continue;
            };
            let kind = kind.to_ascii_uppercase();
            let of_schema = schema.clone().filter(|schema| !schema.is_empty());
            let own = of_schema.as_deref().unwrap_or_default();
            let stores_nothing = ["SYSTEM", "SEQUENCE", "INDEX", "TEMPORARY", "TYPE"];
            if stores_nothing
                .iter()
                .any(|word| kind.contains(word) && !kind.contains("VERSIONED"))
                || dbms.is_own_schema(own)
                || (dbms == Dbms::Sqlite && name.starts_with("sqlite_"))
                || asked.is_some_and(|asked| asked != own)
            {
                continue;
            }
            let called = if own.is_empty() || own == home || asked.is_some() {
                name.clone()
            } else {
                format!("{own}.{name}")
            };
            let entry = TableEntry {
                called: called.clone(),
                catalog: catalog.clone().filter(|catalog| !catalog.is_empty()),
                schema: of_schema,
                name: name.clone(),
                // A view that is stored is a table; a foreign table is read like one.
                is_view: kind == "VIEW",
            };
            if tables.insert(called.clone(), entry).is_some() {
                return Err(OdbcError::Refused {
                    place: self.place().to_owned(),
                    action: format!("tell two tables apart that are both called \"{called}\""),
                    why: "name the `schema` that is meant in the job".to_owned(),
                });
            }
        }
        Ok(tables)
    }

    /// The primary key of a table, in its order; none where none is declared, or the driver does not say.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn primary_key(&self, table: &TableEntry) -> Result<Vec<String>, OdbcError> {
        let rows = self.list_if_known("list the keys", Listing::PrimaryKey(table.listed()))?;
        let mut columns: Vec<(u32, String)> = rows
            .into_iter()
            .filter_map(|row| {
                let column = row.get(3)?.clone()?;
                let place = row.get(4)?.as_ref()?.parse().ok()?;
                Some((place, column))
            })
            .collect();
        columns.sort();
        Ok(columns.into_iter().map(|(_, column)| column).collect())
    }

    /// Keys that the database keeps unique, each in its order, sorted.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn unique_keys(&self, table: &TableEntry) -> Result<Vec<Vec<String>>, OdbcError> {
        let rows = self.list_if_known(
            "list the unique indexes",
            Listing::UniqueIndexes(table.listed()),
        )?;
        let mut keys: BTreeMap<String, Vec<(u32, Option<String>)>> = BTreeMap::new();
        for row in rows {
            let cell = |at: usize| row.get(at).cloned().flatten();
            // Not the figures of the table; and not an index over some rows.
            let (Some(index), Some(place)) = (cell(5), cell(7)) else {
                continue;
            };
            if cell(3).as_deref() != Some("0") || cell(12).is_some_and(|some| !some.is_empty()) {
                continue;
            }
            let Ok(place) = place.parse() else { continue };
            keys.entry(index).or_default().push((place, cell(8)));
        }
        let mut unique: Vec<Vec<String>> = keys
            .into_values()
            .filter_map(|mut columns| {
                columns.sort();
                columns.into_iter().map(|(_, column)| column).collect()
            })
            .collect();
        unique.sort();
        unique.dedup();
        Ok(unique)
    }

    /// References of a table to others, in order, each once.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn references(&self, table: &TableEntry) -> Result<Vec<Reference>, OdbcError> {
        let rows =
            self.list_if_known("list the references", Listing::References(table.listed()))?;
        let mut references: Vec<Reference> = Vec::new();
        for row in rows {
            let cell = |at: usize| row.get(at).cloned().flatten();
            let (Some(to), Some(referred), Some(column)) = (cell(2), cell(3), cell(7)) else {
                continue;
            };
            // Columns of one reference follow each other, numbered from 1.
            if cell(8).as_deref() != Some("1")
                && let Some(last) = references.last_mut()
            {
                last.columns.push(column);
                last.references.push(referred);
                continue;
            }
            references.push(Reference {
                columns: vec![column],
                to: (cell(1).filter(|schema| !schema.is_empty()), to),
                references: vec![referred],
            });
        }
        references.sort();
        references.dedup();
        Ok(references)
    }

    /// Lists that a driver need not have.
    fn list_if_known(
        &self,
        action: &str,
        listing: Listing<'_>,
    ) -> Result<Vec<Vec<Option<String>>>, OdbcError> {
        match self.list(action, listing) {
            Err(OdbcError::Refused { .. } | OdbcError::Protocol { .. }) => Ok(Vec::new()),
            listed => listed,
        }
    }
}
