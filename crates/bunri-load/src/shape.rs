//! What a target's tables look like: columns, types, keys; and in what they differ from a store's.

use std::collections::BTreeMap;

use bunri_postgresql::{Connection, literal};

use crate::LoadError;
use crate::kinds::postgresql_type;
use crate::record::{Difference, DifferenceRule};
use crate::sealed::SealedTable;

/// One table of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TargetShape {
    /// Name and type, in the table's order.
    pub(crate) columns: Vec<(String, String)>,
    /// The columns of its primary key.
    pub(crate) key: Vec<String>,
}

/// Every table of a schema, by name.
pub(crate) fn shapes(
    connection: &Connection,
    schema: &str,
) -> Result<BTreeMap<String, TargetShape>, LoadError> {
    let mut shapes: BTreeMap<String, TargetShape> = BTreeMap::new();
    let schema = literal(schema);
    let sql = format!(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE n.nspname = {schema} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY c.oid, a.attnum"
    );
    for row in connection.rows("list its columns", &sql)? {
        if let Ok([Some(table), Some(column), Some(of)]) = <[Option<String>; 3]>::try_from(row) {
            shapes.entry(table).or_default().columns.push((column, of));
        }
    }
    let sql = format!(
        "SELECT c.relname, a.attname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN unnest(k.conkey) WITH ORDINALITY AS u(number, place) \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number \
         WHERE n.nspname = {schema} AND k.contype = 'p' ORDER BY c.oid, u.place"
    );
    for row in connection.rows("list its keys", &sql)? {
        if let Ok([Some(table), Some(column)]) = <[Option<String>; 2]>::try_from(row) {
            shapes.entry(table).or_default().key.push(column);
        }
    }
    Ok(shapes)
}

/// What differs in a table's columns and key.
pub(crate) fn compare_shape(table: &SealedTable, shape: &TargetShape) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut add = |rule, column: Option<&str>, expected: Option<String>, found: Option<String>| {
        differences.push(Difference {
            rule,
            table: table.name.clone(),
            column: column.map(str::to_owned),
            rows: None,
            expected,
            found,
        });
    };
    for column in &table.columns {
        let name = column.name.as_str();
        let expected = postgresql_type(column.value_type);
        match shape.columns.iter().find(|(known, _)| known == name) {
            None => add(DifferenceRule::ColumnMissing, Some(name), None, None),
            Some((_, found)) if *found != expected => {
                let (expected, found) = (Some(expected), Some(found.clone()));
                add(DifferenceRule::ColumnType, Some(name), expected, found);
            }
            Some(_) => {}
        }
    }
    let mine = |name: &str| table.columns.iter().any(|column| column.name == name);
    for (name, _) in shape.columns.iter().filter(|(name, _)| !mine(name)) {
        add(DifferenceRule::ColumnSurplus, Some(name), None, None);
    }
    let both = |name: &&str| shape.columns.iter().any(|(known, _)| known == name);
    let here: Vec<&str> = table
        .columns
        .iter()
        .map(|it| it.name.as_str())
        .filter(both)
        .collect();
    let there: Vec<&str> = shape
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| mine(name))
        .collect();
    if here != there {
        add(DifferenceRule::ColumnOrder, None, None, None);
    }
    let key: Vec<&str> = table
        .key
        .iter()
        .map(|&at| table.columns[at].name.as_str())
        .collect();
    if shape.key != key {
        let found = shape.key.join(", ");
        add(
            DifferenceRule::KeyDiffers,
            None,
            Some(key.join(", ")),
            Some(found),
        );
    }
    differences
}
