//! References that the source declares. Names only: whether a row is there that they speak of, SQLite rarely enforces and
//! nobody believes; verification looks.

use std::collections::BTreeMap;

use bunri_catalogue::Table;
use bunri_manifest::ForeignKey;

use super::Reader;
use bunri_source_model::SourceError;

impl Reader {
    /// The foreign keys of a table, in order, each once.
    pub(crate) fn foreign_keys(&self, table: &Table) -> Result<Vec<ForeignKey>, SourceError> {
        let mut keys = self.written(&table.name)?;
        let own = self.names(&table.name)?.columns;
        for key in &mut keys {
            let names = self.names(&key.to)?;
            if let Some(spelt) = names.table {
                key.to = spelt;
            }
            // Without columns a foreign key speaks of the other table's primary key.
            if key.references.is_empty() {
                key.references = names.key;
            }
            as_spelt(&mut key.references, &names.columns);
            as_spelt(&mut key.columns, &own);
        }
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    /// The foreign keys as they were written.
    fn written(&self, table: &str) -> Result<Vec<ForeignKey>, SourceError> {
        let wrap = self.error(&format!("list the foreign keys of table \"{table}\""));
        // `id` numbers the keys of the table, `seq` the columns of each.
        let sql = "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq";
        let mut statement = self.connection.prepare(sql).map_err(&wrap)?;
        let mut rows = statement.query([table]).map_err(&wrap)?;
        let mut keys: BTreeMap<i64, ForeignKey> = BTreeMap::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            let (id, to) = (row.get(0).map_err(&wrap)?, row.get(1).map_err(&wrap)?);
            let key = keys.entry(id).or_insert_with(|| ForeignKey {
                columns: Vec::new(),
                to,
                references: Vec::new(),
            });
            key.columns.push(row.get(2).map_err(&wrap)?);
            let reference: Option<String> = row.get(3).map_err(&wrap)?;
            key.references.extend(reference);
        }
        Ok(keys.into_values().collect())
    }

    /// Of a view and of a virtual table nothing is asked: what nobody migrates need not be readable.
    fn names(&self, written: &str) -> Result<Names, SourceError> {
        let wrap = self.error(&format!("list the columns of table \"{written}\""));
        let sql = "SELECT s.name, c.name, c.pk FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c \
                   WHERE s.type = 'table' AND s.rootpage > 0 AND s.name = ?1 COLLATE NOCASE ORDER BY c.cid";
        let mut statement = self.connection.prepare(sql).map_err(&wrap)?;
        let mut rows = statement.query([written]).map_err(&wrap)?;
        let (mut names, mut key) = (Names::default(), BTreeMap::new());
        while let Some(row) = rows.next().map_err(&wrap)? {
            names.table = Some(row.get(0).map_err(&wrap)?);
            let column: String = row.get(1).map_err(&wrap)?;
            let place: i64 = row.get(2).map_err(&wrap)?;
            if place > 0 {
                key.insert(place, column.clone());
            }
            names.columns.push(column);
        }
        names.key = key.into_values().collect();
        Ok(names)
    }
}

/// The names of a table as the source spells them.
#[derive(Default)]
struct Names {
    table: Option<String>,
    columns: Vec<String>,
    /// The primary key, in its order.
    key: Vec<String>,
}

/// SQLite takes names that differ in the case of plain letters for one; the catalogue does not.
pub(super) fn as_spelt(written: &mut [String], columns: &[String]) {
    for name in written {
        let spelt = columns
            .iter()
            .find(|column| column.eq_ignore_ascii_case(name));
        if let Some(spelt) = spelt {
            name.clone_from(spelt);
        }
    }
}
