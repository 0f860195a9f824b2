//! Every table and view with what SQLite's schema says of it. Tables are asked for together, in four statements: a database of
//! thousands of tables is outlined in the time of one.

use std::collections::BTreeMap;

use bunri_manifest::ForeignKey;

use super::Reader;
use super::sql::quoted;
use bunri_source_model::SourceError;
use bunri_source_model::{DeclaredColumn, DeclaredObject, TableSize};
use bunri_source_model::{ObjectKind, RowSink};

/// Tables that SQLite itself stores: a virtual table may need a module that is not here.
const STORED: &str = "s.type = 'table' AND s.rootpage > 0";

/// Of a table: its columns, and its primary key in order.
type ColumnsAndKey = (Vec<DeclaredColumn>, Vec<String>);

impl Reader {
    /// Every object by name, SQLite's own left out.
    pub(crate) fn outline(&mut self) -> Result<Vec<DeclaredObject>, SourceError> {
        let names = self.objects()?;
        let mut stored = self.stored_columns()?;
        let mut unique = self.unique_indexes()?;
        let mut references = self.written_references()?;
        let mut objects = Vec::with_capacity(names.len());
        for (name, kind) in &names {
            let mut object = DeclaredObject {
                name: name.clone(),
                kind: *kind,
                columns: Vec::new(),
                key: Vec::new(),
                unique: unique.remove(name).unwrap_or_default(),
                references: references.remove(name).unwrap_or_default(),
                reads: Vec::new(),
                unreadable: None,
            };
            match stored.remove(name) {
                Some((columns, key)) => (object.columns, object.key) = (columns, key),
                None => self.look_alone(&mut object, &names),
            }
            object.unique.retain(|unique| *unique != object.key);
            objects.push(object);
        }
        spell_references(&mut objects);
        Ok(objects)
    }

    /// A view or a virtual table: what is wrong with one says nothing of the others.
    fn look_alone(&mut self, object: &mut DeclaredObject, names: &[(String, ObjectKind)]) {
        let columns = self.columns(&object.name).and_then(|columns| {
            if object.kind == ObjectKind::View {
                object.reads = self.made_of(&object.name, names)?;
            }
            Ok(columns)
        });
        match columns {
            Ok(columns) => {
                let column = columns.into_iter().map(|column| DeclaredColumn {
                    name: column.name,
                    declared: column.declared,
                    not_null: false,
                });
                object.columns = column.collect();
            }
            Err(why) => object.unreadable = Some(reason(&why)),
        }
    }

    fn stored_columns(&self) -> Result<BTreeMap<String, ColumnsAndKey>, SourceError> {
        let sql = format!(
            "SELECT s.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema AS s, \
             pragma_table_xinfo(s.name) AS c WHERE {STORED} AND c.hidden <> 1 ORDER BY s.name, c.cid"
        );
        let wrap = self.error("list the columns");
        let mut statement = self.connection.prepare(&sql).map_err(&wrap)?;
        let mut rows = statement.query([]).map_err(&wrap)?;
        let mut tables: BTreeMap<String, (Vec<DeclaredColumn>, BTreeMap<i64, String>)> =
            BTreeMap::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let table: String = row.get(0).map_err(&wrap)?;
            let name: String = row.get(1).map_err(&wrap)?;
            let declared: Option<String> = row.get(2).map_err(&wrap)?;
            let place: i64 = row.get(4).map_err(&wrap)?;
            let (columns, key) = tables.entry(table).or_default();
            if place > 0 {
                key.insert(place, name.clone());
            }
            columns.push(DeclaredColumn {
                name,
                declared: declared.unwrap_or_default(),
                not_null: row.get(3).map_err(&wrap)?,
            });
        }
        let whole =
            |(columns, key): (_, BTreeMap<i64, String>)| (columns, key.into_values().collect());
        Ok(tables
            .into_iter()
            .map(|(table, told)| (table, whole(told)))
            .collect())
    }

    /// Indexes over plain columns and all rows.
    fn unique_indexes(&self) -> Result<BTreeMap<String, Vec<Vec<String>>>, SourceError> {
        let sql = format!(
            "SELECT s.name, l.name, i.name FROM sqlite_schema AS s, pragma_index_list(s.name) AS l, \
             pragma_index_info(l.name) AS i WHERE {STORED} AND l.\"unique\" AND NOT l.partial \
             ORDER BY s.name, l.name, i.seqno"
        );
        let wrap = self.error("list the indexes");
        let mut statement = self.connection.prepare(&sql).map_err(&wrap)?;
        let mut rows = statement.query([]).map_err(&wrap)?;
        let mut indexes: BTreeMap<(String, String), Option<Vec<String>>> = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let place = (row.get(0).map_err(&wrap)?, row.get(1).map_err(&wrap)?);
            // An expression has no name.
            let column: Option<String> = row.get(2).map_err(&wrap)?;
            let index = indexes.entry(place).or_insert_with(|| Some(Vec::new()));
            match (column, &mut *index) {
                (Some(column), Some(columns)) => columns.push(column),
                (None, _) => *index = None,
                (Some(_), None) => {}
            }
        }
        let mut tables: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for ((table, _), columns) in indexes {
            tables.entry(table).or_default().extend(columns);
        }
        for keys in tables.values_mut() {
            keys.sort();
            keys.dedup();
        }
        Ok(tables)
    }

    fn written_references(&self) -> Result<BTreeMap<String, Vec<ForeignKey>>, SourceError> {
        let sql = format!(
            "SELECT s.name, f.id, f.\"table\", f.\"from\", f.\"to\" FROM sqlite_schema AS s, \
             pragma_foreign_key_list(s.name) AS f WHERE {STORED} ORDER BY s.name, f.id, f.seq"
        );
        let wrap = self.error("list the foreign keys");
        let mut statement = self.connection.prepare(&sql).map_err(&wrap)?;
        let mut rows = statement.query([]).map_err(&wrap)?;
        let mut keys: BTreeMap<(String, i64), ForeignKey> = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let place = (row.get(0).map_err(&wrap)?, row.get(1).map_err(&wrap)?);
            let to: String = row.get(2).map_err(&wrap)?;
            let key = keys.entry(place).or_insert_with(|| ForeignKey {
                columns: Vec::new(),
                to,
                references: Vec::new(),
            });
            key.columns.push(row.get(3).map_err(&wrap)?);
            let reference: Option<String> = row.get(4).map_err(&wrap)?;
            key.references.extend(reference);
        }
        let mut tables: BTreeMap<String, Vec<ForeignKey>> = BTreeMap::new();
        for ((table, _), key) in keys {
            tables.entry(table).or_default().push(key);
        }
        Ok(tables)
    }

    /// By the pages of each table and its indexes; [`None`] where this SQLite cannot tell.
    pub(crate) fn table_sizes(&self) -> Result<Option<BTreeMap<String, TableSize>>, SourceError> {
        let wrap = self.error("measure the tables");
        let sql = "SELECT s.tbl_name, d.pgsize, CASE s.type WHEN 'table' THEN d.ncell ELSE 0 END \
                   FROM dbstat AS d, sqlite_schema AS s WHERE d.aggregate = TRUE AND s.name = d.name";
        // The module may not be compiled in.
        let Ok(mut statement) = self.connection.prepare(sql) else {
            return Ok(None);
        };
        let mut rows = statement.query([]).map_err(&wrap)?;
        let mut sizes: BTreeMap<String, TableSize> = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let size = sizes.entry(row.get(0).map_err(&wrap)?).or_default();
            size.bytes += row.get::<_, i64>(1).map_err(&wrap)?.unsigned_abs();
            // Inner pages have a cell for each page below, so this is a little more than the rows.
            size.about_rows += row.get::<_, i64>(2).map_err(&wrap)?.unsigned_abs();
        }
        Ok(Some(sizes))
    }

    /// The largest row number: rows that were deleted leave holes.
    pub(crate) fn about_rows(&self, table: &str) -> Result<u64, SourceError> {
        let wrap = self.error(&format!("measure table \"{table}\""));
        let sql = format!("SELECT MAX(_rowid_) FROM main.{}", quoted(table));
        // A table may have no row number, or a column of that name.
        let Ok(mut statement) = self.connection.prepare(&sql) else {
            return Ok(0);
        };
        let number: Option<i64> = statement
            .query_row([], |row| Ok(row.get(0).unwrap_or(None)))
            .map_err(&wrap)?;
        Ok(u64::try_from(number.unwrap_or(0)).unwrap_or(0))
    }

    /// Gives the sink these columns of a table, in the order of the table, until it wants no more. Rows that an index lost are
    /// there.
    pub(crate) fn read_columns<S: RowSink>(
        &self,
        table: &str,
        columns: &[&str],
        kind: ObjectKind,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let columns: Vec<String> = columns
            .iter()
            .map(|column| format!("t.{}", quoted(column)))
            .collect();
        let hint = match kind {
            ObjectKind::Table => " NOT INDEXED",
            ObjectKind::View => "",
        };
        let sql = format!(
            "SELECT {} FROM main.{} AS t{hint}",
            columns.join(", "),
            quoted(table)
        );
        self.read_statement(table, &sql, &[], sink)
    }
}

/// SQLite takes names that differ in the case of plain letters for one, and a foreign key without columns speaks of the other
/// table's primary key.
fn spell_references(objects: &mut [DeclaredObject]) {
    let tables: BTreeMap<String, (String, Vec<String>, Vec<String>)> = objects
        .iter()
        .filter(|object| object.kind == ObjectKind::Table)
        .map(|object| {
            let columns = object.columns.iter().map(|column| column.name.clone());
            let told = (object.name.clone(), columns.collect(), object.key.clone());
            (object.name.to_ascii_lowercase(), told)
        })
        .collect();
    for object in objects {
        let own: Vec<String> = object
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        for key in &mut object.references {
            if let Some((name, columns, primary)) = tables.get(&key.to.to_ascii_lowercase()) {
                key.to.clone_from(name);
                if key.references.is_empty() {
                    key.references.clone_from(primary);
                }
                super::foreign_keys::as_spelt(&mut key.references, columns);
            }
            super::foreign_keys::as_spelt(&mut key.columns, &own);
        }
        object.references.sort();
        object.references.dedup();
    }
}

/// What SQLite says, without the path, which the reader knows.
fn reason(error: &SourceError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}
