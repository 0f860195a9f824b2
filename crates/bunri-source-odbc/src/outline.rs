//! What the database says of every table and view, before there is a catalogue; and how large they are.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::Table;
use bunri_manifest::ForeignKey;
use bunri_odbc::{Connection, Dbms, OdbcError, TableEntry, literal};
use bunri_source_model::{
    DeclaredColumn, DeclaredObject, Inventory, ObjectKind, SourceColumn, SourceError, SourceObject,
    TableSize,
};

use crate::columns::cells;
use crate::session::OdbcReader;

fn kind_of(entry: &TableEntry) -> ObjectKind {
    if entry.is_view {
        ObjectKind::View
    } else {
        ObjectKind::Table
    }
}

impl OdbcReader {
    /// Tables and views, with the columns of those in `read`. Which tables a view reads nobody is asked here.
    ///
    /// # Errors
    /// What the database says; tables that its snapshot does not hold.
    pub fn inventory(&mut self, read: &BTreeSet<&str>) -> Result<Inventory, SourceError> {
        self.held.refuse_unheld(read.iter().copied())?;
        let connection = self.shared.turn();
        let mut inventory = Inventory::new();
        for (name, entry) in self.held.tables() {
            let mut found = SourceObject {
                kind: kind_of(entry),
                columns: Vec::new(),
                made_of: Vec::new(),
            };
            if read.contains(name.as_str()) {
                let columns = self.columns(&connection, name)?;
                let column = columns.iter().map(|column| SourceColumn {
                    name: column.name.clone(),
                    declared: column.declared.clone(),
                });
                found.columns = column.collect();
            }
            inventory.insert(name.clone(), found);
        }
        Ok(inventory)
    }

    /// Every object by name.
    ///
    /// # Errors
    /// What the database says; of what one object refuses, that object tells.
    pub fn outline(&mut self) -> Result<Vec<DeclaredObject>, SourceError> {
        let connection = self.shared.turn();
        let mut declared = Vec::new();
        for (name, entry) in self.held.tables() {
            let mut object = DeclaredObject {
                name: name.clone(),
                kind: kind_of(entry),
                columns: Vec::new(),
                key: Vec::new(),
                unique: Vec::new(),
                references: Vec::new(),
                reads: Vec::new(),
                unreadable: None,
            };
            match self.columns(&connection, name) {
                Ok(columns) => {
                    let column = columns.iter().map(|column| DeclaredColumn {
                        name: column.name.clone(),
                        declared: column.declared.clone(),
                        not_null: column.not_null,
                    });
                    object.columns = column.collect();
                }
                Err(SourceError::Odbc(refused @ OdbcError::Refused { .. })) => {
                    object.unreadable = Some(refused.to_string());
                }
                Err(error) => return Err(error),
            }
            if object.kind == ObjectKind::Table && object.unreadable.is_none() {
                object.key = connection.primary_key(entry)?;
                object.unique = connection.unique_keys(entry)?;
                object.unique.retain(|columns| *columns != object.key);
                object.references = self.references(&connection, entry)?;
            }
            declared.push(object);
        }
        Ok(declared)
    }

    /// The references that the database keeps for a table, in order, each once.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn foreign_keys(&self, table: &Table) -> Result<Vec<ForeignKey>, SourceError> {
        let connection = self.shared.turn();
        let entry = self.entry(&table.name)?;
        if entry.is_view {
            return Ok(Vec::new());
        }
        self.references(&connection, entry)
    }

    fn references(
        &self,
        connection: &Connection,
        entry: &TableEntry,
    ) -> Result<Vec<ForeignKey>, SourceError> {
        let found = connection.references(entry)?;
        let mut references: Vec<ForeignKey> = found
            .into_iter()
            .filter_map(|reference| {
                let (schema, name) = &reference.to;
                let is_meant = |to: &&TableEntry| to.name == *name && to.schema == *schema;
                let to = self.held.tables().values().find(is_meant)?;
                Some(ForeignKey {
                    columns: reference.columns,
                    to: to.called.clone(),
                    references: reference.references,
                })
            })
            .collect();
        references.sort_by(|a, b| (&a.columns, &a.to).cmp(&(&b.columns, &b.to)));
        references.dedup();
        Ok(references)
    }

    /// How large each table is, where the database keeps that in a list.
    ///
    /// # Errors
    /// What the database says.
    pub fn table_sizes(&self) -> Result<Option<BTreeMap<String, TableSize>>, SourceError> {
        self.sizes("")
    }

    /// Of the tables that this condition names, which is added to others.
    fn sizes(&self, which: &str) -> Result<Option<BTreeMap<String, TableSize>>, SourceError> {
        let connection = self.shared.turn();
        let action = "say how large its tables are";
        let sql = match connection.dbms() {
            Dbms::Mariadb => {
                format!(
                    "SELECT TABLE_NAME, DATA_LENGTH + INDEX_LENGTH, TABLE_ROWS FROM information_schema.TABLES \
                     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW'{which}"
                )
            }
            Dbms::Postgresql
            | Dbms::Sqlite
            | Dbms::SqlServer
            | Dbms::Oracle
            | Dbms::Db2
            | Dbms::Other => return Ok(None),
        };
        let mut sizes = BTreeMap::new();
        for row in connection.rows(action, &sql)? {
            let [name, bytes, rows] = cells(row);
            let size = TableSize {
                bytes: bytes.parse().unwrap_or_default(),
                about_rows: rows.parse().unwrap_or_default(),
            };
            sizes.insert(name, size);
        }
        Ok(Some(sizes))
    }

    /// About how many rows a table has, by the database's last look; 0 where it has no such list.
    ///
    /// # Errors
    /// What the database says.
    pub fn about_rows(&self, table: &str) -> Result<u64, SourceError> {
        // To list all of them for each of them would be many looks at many tables.
        let name = literal(&self.entry(table)?.name);
        let sizes = self.sizes(&format!(" AND TABLE_NAME = {name}"))?;
        let sizes = sizes.unwrap_or_default();
        Ok(sizes.get(table).map_or(0, |size| size.about_rows))
    }

    /// Every view with the statement that it stands for, where the database tells.
    ///
    /// # Errors
    /// What the database says.
    pub fn view_texts(&self) -> Result<Vec<(String, String)>, SourceError> {
        let connection = self.shared.turn();
        let mut texts = Vec::new();
        for (name, entry) in self.held.tables().iter().filter(|(_, it)| it.is_view) {
            let of_name = literal(&entry.name);
            let of_schema = literal(entry.schema.as_deref().unwrap_or_default());
            let sql = match connection.dbms() {
                Dbms::Mariadb => format!(
                    "SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {of_name}"
                ),
                Dbms::Postgresql | Dbms::SqlServer => format!(
                    "SELECT view_definition FROM information_schema.views WHERE table_schema = {of_schema} AND table_name = {of_name}"
                ),
                Dbms::Sqlite => {
                    format!(
                        "SELECT sql FROM sqlite_master WHERE type = 'view' AND name = {of_name}"
                    )
                }
                Dbms::Oracle | Dbms::Db2 | Dbms::Other => continue,
            };
            let text = connection.rows("say what a view is", &sql)?;
            let [text] = cells(text.into_iter().next().unwrap_or_default());
            let statement = if connection.dbms() == Dbms::Sqlite {
                text
            } else if text.is_empty() {
                continue;
            } else {
                format!("CREATE VIEW {} AS {text}", entry.sql_name(&connection))
            };
            texts.push((name.clone(), statement));
        }
        Ok(texts)
    }
}
