//! What the server says of every table and view, before there is a catalogue; and how large they are.

use std::collections::BTreeMap;

use bunri_manifest::ForeignKey;
use bunri_postgresql::ReaderRole;

use super::form::Object;
use super::objects::{self, cells, columns_of, made_of};
use super::server::ServerReader;
use bunri_catalogue::Table;
use bunri_source_model::SourceError;
use bunri_source_model::{DeclaredColumn, DeclaredObject, TableSize};
use bunri_source_model::{Inventory, ObjectKind, SourceColumn, SourceObject};
use std::collections::BTreeSet;

/// Columns of a constraint or index, in its order: `columns` is the list of their numbers in table `table`.
fn names(table: &str, columns: &str) -> String {
    format!(
        "(SELECT string_agg(encode(convert_to(a.attname::text, 'UTF8'), 'hex'), ',' ORDER BY k.place) \
         FROM unnest({columns}) WITH ORDINALITY AS k(number, place) \
         JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
    )
}

/// Names out of such a list. They come in hex, because a name may hold every character.
fn list(text: &str) -> Vec<String> {
    let name = |hex: &str| {
        let bytes = base16ct::lower::decode_vec(hex).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    text.split(',').map(name).collect()
}

impl ServerReader {
    /// Tables and views, with the columns of those in `read`.
    pub(crate) fn inventory(&mut self, read: &BTreeSet<&str>) -> Result<Inventory, SourceError> {
        let mut inventory = Inventory::new();
        for (name, object) in &self.objects {
            let mut found = SourceObject {
                kind: object.kind,
                columns: Vec::new(),
                made_of: Vec::new(),
            };
            if read.contains(name.as_str()) {
                let columns = self.columns(name)?;
                let column = columns.iter().map(|column| SourceColumn {
                    name: column.name.clone(),
                    declared: column.declared.clone(),
                });
                found.columns = column.collect();
                if object.kind == ObjectKind::View {
                    found.made_of = made_of(&self.connection, &self.objects, object)?;
                }
            }
            inventory.insert(name.clone(), found);
        }
        Ok(inventory)
    }

    /// Every object by name.
    pub(crate) fn outline(&mut self) -> Result<Vec<DeclaredObject>, SourceError> {
        let mut columns: BTreeMap<String, Vec<DeclaredColumn>> = BTreeMap::new();
        let all = "a.attrelid IN (SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v'))";
        for (table, column) in columns_of(&self.connection, all)? {
            columns.entry(table).or_default().push(DeclaredColumn {
                name: column.name,
                declared: column.declared,
                not_null: column.not_null,
            });
        }
        let (keys, unique) = self.keys()?;
        let mut declared = Vec::new();
        for (name, object) in &self.objects {
            let key = keys.get(&object.oid).cloned().unwrap_or_default();
            let mut unique = unique.get(&object.oid).cloned().unwrap_or_default();
            unique.sort();
            unique.dedup();
            unique.retain(|columns| *columns != key);
            declared.push(DeclaredObject {
                name: name.clone(),
                kind: object.kind,
                columns: columns.remove(&object.oid).unwrap_or_default(),
                key,
                unique,
                references: self.references(object)?,
                reads: match object.kind {
                    ObjectKind::View => made_of(&self.connection, &self.objects, object)?,
                    ObjectKind::Table => Vec::new(),
                },
                unreadable: None,
            });
        }
        Ok(declared)
    }

    /// By the number of the table: its primary key, and the other keys that the server keeps unique for all rows.
    #[allow(clippy::type_complexity)] // two maps of the same kind
    fn keys(
        &self,
    ) -> Result<
        (
            BTreeMap<String, Vec<String>>,
            BTreeMap<String, Vec<Vec<String>>>,
        ),
        SourceError,
    > {
        // Over columns alone and all rows: no expression, no condition.
        let sql = format!(
            "SELECT i.indrelid, i.indisprimary, {} FROM pg_index i \
             WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY i.indexrelid",
            names("i.indrelid", "(i.indkey::int2[])[0:i.indnkeyatts - 1]")
        );
        let (mut keys, mut unique) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for row in self.connection.rows("list the keys", &sql)? {
            let [table, primary, columns] = cells(row);
            if primary == "t" {
                keys.insert(table, list(&columns));
            } else {
                unique.entry(table).or_default().push(list(&columns));
            }
        }
        Ok((keys, unique))
    }

    /// The references that the server keeps for a table, in order, each once.
    pub(crate) fn foreign_keys(&self, table: &Table) -> Result<Vec<ForeignKey>, SourceError> {
        self.references(self.object(&table.name)?)
    }

    fn references(&self, object: &Object) -> Result<Vec<ForeignKey>, SourceError> {
        if object.kind == ObjectKind::View {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT r.confrelid, {}, {} FROM pg_constraint r WHERE r.contype = 'f' AND r.conrelid = {}",
            names("r.conrelid", "r.conkey"),
            names("r.confrelid", "r.confkey"),
            object.oid
        );
        let mut references = Vec::new();
        for row in self.connection.rows("list the references", &sql)? {
            let [to, columns, referred] = cells(row);
            let to = self.objects.iter().find(|(_, object)| object.oid == to);
            // Of a part of a partitioned table the whole says the same.
            if let Some((to, _)) = to {
                references.push(ForeignKey {
                    columns: list(&columns),
                    to: to.clone(),
                    references: list(&referred),
                });
            }
        }
        references.sort_by(|a, b| (&a.columns, &a.to).cmp(&(&b.columns, &b.to)));
        references.dedup();
        Ok(references)
    }

    /// How large each table is, with its indexes and what is stored aside.
    pub(crate) fn table_sizes(&self) -> Result<BTreeMap<String, TableSize>, SourceError> {
        let sql = format!(
            "SELECT c.oid, \
             CASE WHEN c.relkind = 'p' THEN (WITH RECURSIVE part AS (SELECT c.oid AS oid UNION ALL SELECT h.inhrelid FROM pg_inherits h \
             JOIN part ON h.inhparent = part.oid) SELECT SUM(pg_total_relation_size(part.oid)) FROM part) \
             ELSE pg_total_relation_size(c.oid) END, \
             GREATEST(c.reltuples, 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND {}",
            objects::OURS
        );
        let mut sizes = BTreeMap::new();
        for row in self.connection.rows("say how large its tables are", &sql)? {
            let [oid, bytes, rows] = cells(row);
            if let Some((name, _)) = self.objects.iter().find(|(_, object)| object.oid == oid) {
                sizes.insert(
                    name.clone(),
                    TableSize {
                        bytes: bytes.parse().unwrap_or_default(),
                        about_rows: rows.parse().unwrap_or_default(),
                    },
                );
            }
        }
        Ok(sizes)
    }

    /// About how many rows a table has, by the server's last look.
    pub(crate) fn about_rows(&self, table: &str) -> Result<u64, SourceError> {
        let sql = format!(
            "SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = {}",
            self.object(table)?.oid
        );
        let answer = self
            .connection
            .rows("say about how many rows it has", &sql)?;
        let [rows] = cells(answer.into_iter().next().unwrap_or_default());
        Ok(rows.parse().unwrap_or_default())
    }

    /// Every role that can log in, with what it may read.
    pub(crate) fn readers(&self) -> Result<Vec<ReaderRole>, SourceError> {
        let names = self.objects.iter();
        let names = names.map(|(name, object)| (object.oid.as_str(), name.as_str()));
        Ok(bunri_postgresql::readers(
            &self.connection,
            &names.collect(),
        )?)
    }

    /// Every view with the statement that it stands for.
    pub(crate) fn view_texts(&self) -> Result<Vec<(String, String)>, SourceError> {
        objects::view_texts(&self.connection, &self.objects)
    }
}
