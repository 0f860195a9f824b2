//! Tables, views and their columns. What lies in the schema of the source is called by its name alone, everything else by
//! `schema.name`: nothing in the database is out of sight because nobody asked for its schema.

use std::collections::BTreeMap;

use bunri_postgresql::{Connection, PostgresqlError, literal, quoted};

use super::form::{Column, Form, Object};
use bunri_source_model::ObjectKind;
use bunri_source_model::SourceError;

/// Where large objects lie, which no table shows.
const LARGE_OBJECTS: &str = "pg_catalog.pg_largeobject";
/// Schemas that are the server's own, or a session's. `n` is the schema.
pub(super) const OURS: &str = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

/// Every object. A part of a partitioned table is read through the whole.
pub(super) fn objects(
    connection: &Connection,
    schema: &str,
) -> Result<BTreeMap<String, Object>, SourceError> {
    let sql = format!(
        "SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND NOT c.relispartition AND {OURS}"
    );
    let mut objects = BTreeMap::new();
    for row in connection.rows("list its tables", &sql)? {
        let [oid, owner, name, kind] = cells(row);
        let called = if owner == schema {
            name.clone()
        } else {
            format!("{owner}.{name}")
        };
        let object = Object {
            oid,
            kind: match kind.as_str() {
                "v" => ObjectKind::View,
                _ => ObjectKind::Table,
            },
            name: format!("{}.{}", quoted(&owner), quoted(&name)),
            only: kind == "r",
        };
        if objects.insert(called.clone(), object).is_some() {
            // A name with a point in it that is another schema's table too.
            return Err(PostgresqlError::Refused {
                place: connection.server().place().to_owned(),
                action: format!("tell two tables apart that are both called \"{called}\""),
                why: "rename one of them, or name another `schema` in the job".to_owned(),
            }
            .into());
        }
    }
    let some = connection.rows(
        "look for large objects",
        "SELECT 1 FROM pg_largeobject_metadata LIMIT 1",
    )?;
    if !some.is_empty() {
        objects.insert(
            LARGE_OBJECTS.to_owned(),
            Object {
                oid: "'pg_catalog.pg_largeobject'::regclass::oid".to_owned(),
                kind: ObjectKind::Table,
                name: LARGE_OBJECTS.to_owned(),
                only: false,
            },
        );
    }
    Ok(objects)
}

/// So many cells of a row; NULL is the empty text.
pub(super) fn cells<const N: usize>(row: Vec<Option<String>>) -> [String; N] {
    let mut cells = row.into_iter();
    std::array::from_fn(|_| cells.next().flatten().unwrap_or_default())
}

/// Columns with the number of their table, in order; `condition` is about `a`, the server's list of columns.
pub(super) fn columns_of(
    connection: &Connection,
    condition: &str,
) -> Result<Vec<(String, Column)>, SourceError> {
    // A domain is over a type, perhaps over another domain.
    let sql = format!(
        "WITH RECURSIVE base AS (\
         SELECT a.attrelid, a.attnum, a.attname, a.attnotnull, a.atttypid AS type, a.atttypmod AS modifier \
         FROM pg_attribute a WHERE {condition} AND a.attnum > 0 AND NOT a.attisdropped \
         UNION ALL \
         SELECT b.attrelid, b.attnum, b.attname, b.attnotnull, t.typbasetype, t.typtypmod \
         FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd') \
         SELECT b.attrelid, b.attname, format_type(b.type, b.modifier), b.attnotnull, \
         CASE WHEN n.nspname = 'pg_catalog' THEN t.typname ELSE '' END \
         FROM base b JOIN pg_type t ON t.oid = b.type JOIN pg_namespace n ON n.oid = t.typnamespace \
         WHERE t.typtype <> 'd' ORDER BY b.attrelid, b.attnum"
    );
    let rows = connection.rows("list its columns", &sql)?;
    let column = |row| {
        let [table, name, declared, not_null, of_server] = cells(row);
        let column = Column {
            name,
            declared,
            not_null: not_null == "t",
            form: Form::of(&of_server),
        };
        (table, column)
    };
    Ok(rows.into_iter().map(column).collect())
}

/// The tables that a view reads, through other views too, by the names that a catalogue calls them by, sorted.
pub(super) fn made_of(
    connection: &Connection,
    objects: &BTreeMap<String, Object>,
    view: &Object,
) -> Result<Vec<String>, SourceError> {
    let sql = format!(
        "WITH RECURSIVE reads AS (\
         SELECT DISTINCT d.refobjid AS oid FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid \
         AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass \
         WHERE r.ev_class = {view} AND d.refobjid <> {view} \
         UNION SELECT d.refobjid FROM reads v JOIN pg_class c ON c.oid = v.oid AND c.relkind = 'v' \
         JOIN pg_rewrite r ON r.ev_class = v.oid JOIN pg_depend d ON d.objid = r.oid \
         AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass WHERE d.refobjid <> v.oid) \
         SELECT oid FROM reads",
        view = view.oid
    );
    let read = connection.rows("say what a view reads", &sql)?;
    let read: Vec<String> = read
        .into_iter()
        .map(|row| cells::<1>(row)[0].clone())
        .collect();
    let tables = objects.iter();
    let tables =
        tables.filter(|(_, object)| object.kind == ObjectKind::Table && read.contains(&object.oid));
    Ok(tables.map(|(name, _)| name.clone()).collect())
}

/// Every view with the statement that it stands for, by name.
pub(super) fn view_texts(
    connection: &Connection,
    objects: &BTreeMap<String, Object>,
) -> Result<Vec<(String, String)>, SourceError> {
    let views = objects.iter();
    let views = views.filter(|(_, object)| object.kind == ObjectKind::View);
    let mut texts = Vec::new();
    for (name, object) in views {
        let sql = format!("SELECT pg_get_viewdef({}::oid)", object.oid);
        let text = connection.rows("say what a view is", &sql)?;
        let [text] = cells(text.into_iter().next().unwrap_or_default());
        texts.push((
            name.clone(),
            format!("CREATE VIEW {} AS {text}", object.name),
        ));
    }
    Ok(texts)
}

/// A text that SQL compares with, byte by byte.
pub(super) fn literals(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    texts.join(", ")
}
