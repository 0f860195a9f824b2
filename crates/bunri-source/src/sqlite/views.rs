//! What a view is made of, by SQLite's own word: it asks an authorizer for every table that a statement reads while it
//! compiles it, before any plan. Nobody here reads SQL. It is silent of a table that a view joins by `USING` or `NATURAL` and shows
//! no other column of; so this list refuses a catalogue that names fewer tables, and none that names more.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::Reader;
use super::sql::quoted;
use bunri_source_model::ObjectKind;
use bunri_source_model::SourceError;

impl Reader {
    /// The tables that a view reads, through other views too.
    pub(super) fn made_of(
        &mut self,
        view: &str,
        objects: &[(String, ObjectKind)],
    ) -> Result<Vec<String>, SourceError> {
        let wrap = self.error(&format!("read view \"{view}\""));
        let read = Arc::new(Mutex::new(BTreeSet::new()));
        let told = Arc::clone(&read);
        let note = move |context: AuthContext<'_>| {
            if let AuthAction::Read { table_name, .. } = context.action {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                told.insert(table_name.to_owned());
            }
            Authorization::Allow
        };
        self.connection.authorizer(Some(note)).map_err(&wrap)?;
        let sql = format!("SELECT * FROM main.{}", quoted(view));
        let compiled = self.connection.prepare(&sql).map(drop);
        let nobody = None::<fn(AuthContext<'_>) -> Authorization>;
        self.connection.authorizer(nobody).map_err(&wrap)?;
        compiled.map_err(&wrap)?;
        let read = read.lock().unwrap_or_else(PoisonError::into_inner);
        let tables = objects
            .iter()
            .filter(|(name, kind)| *kind == ObjectKind::Table && read.contains(name));
        Ok(tables.map(|(name, _)| name.clone()).collect())
    }

    /// Every view with the statement that makes it, by name.
    pub(crate) fn view_texts(&self) -> Result<Vec<(String, String)>, SourceError> {
        let wrap = self.error("list the views");
        let sql =
            "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'view' ORDER BY name";
        let mut statement = self.connection.prepare(sql).map_err(&wrap)?;
        let views = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let views: rusqlite::Result<Vec<(String, String)>> = views.map_err(&wrap)?.collect();
        views.map_err(&wrap)
    }

    /// `COUNT(*)` of a table that need not be in the catalogue.
    pub(crate) fn count_of(&self, table: &str) -> Result<u64, SourceError> {
        let sql = format!("SELECT COUNT(*) FROM main.{} NOT INDEXED", quoted(table));
        let counted = self
            .connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0).map(i64::unsigned_abs));
        counted.map_err(self.error(&format!("count table \"{table}\"")))
    }
}
