//! What the database has: tables, views and their columns. It lists and refuses nothing.

use std::collections::BTreeSet;

use super::Reader;
use super::sql::quoted;
use bunri_source_model::SourceError;
use bunri_source_model::{Inventory, ObjectKind, SourceColumn, SourceObject};

impl Reader {
    /// Tables and views, with the columns of those in `read`; SQLite's own tables left out. Others may be readable by the
    /// application alone.
    pub(crate) fn inventory(&mut self, read: &BTreeSet<&str>) -> Result<Inventory, SourceError> {
        let mut inventory = Inventory::new();
        let objects = self.objects()?;
        for (name, kind) in &objects {
            let mut object = SourceObject {
                kind: *kind,
                columns: Vec::new(),
                made_of: Vec::new(),
            };
            if read.contains(name.as_str()) {
                object.columns = self.columns(name)?;
                if *kind == ObjectKind::View {
                    object.made_of = self.made_of(name, &objects)?;
                }
            }
            inventory.insert(name.clone(), object);
        }
        Ok(inventory)
    }

    /// By name.
    pub(super) fn objects(&self) -> Result<Vec<(String, ObjectKind)>, SourceError> {
        let wrap = self.error("list the tables");
        let sql =
            "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name";
        let mut statement = self.connection.prepare(sql).map_err(&wrap)?;
        let mut rows = statement.query([]).map_err(&wrap)?;
        let mut objects = Vec::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let name: String = row.get(0).map_err(&wrap)?;
            let kind: String = row.get(1).map_err(&wrap)?;
            // SQLite reserves this prefix, in any case, for its own tables.
            let own = name
                .get(..7)
                .is_some_and(|prefix| prefix.eq_ignore_ascii_case("sqlite_"));
            let kind = if kind == "view" {
                ObjectKind::View
            } else {
                ObjectKind::Table
            };
            if !own {
                objects.push((name, kind));
            }
        }
        Ok(objects)
    }

    /// Names and declared types, generated columns among them: they hold data too.
    pub(super) fn columns(&self, object: &str) -> Result<Vec<SourceColumn>, SourceError> {
        let wrap = self.error(&format!("list the columns of table \"{object}\""));
        let sql = format!("PRAGMA table_xinfo({})", quoted(object));
        let mut statement = self.connection.prepare(&sql).map_err(&wrap)?;
        let mut rows = statement.query([]).map_err(&wrap)?;
        let mut columns = Vec::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let hidden: i64 = row.get("hidden").map_err(&wrap)?;
            // 1 marks the arguments of virtual tables, which are no data.
            if hidden != 1 {
                let declared: Option<String> = row.get("type").map_err(&wrap)?;
                columns.push(SourceColumn {
                    name: row.get("name").map_err(&wrap)?,
                    declared: declared.unwrap_or_default(),
                });
            }
        }
        Ok(columns)
    }
}
