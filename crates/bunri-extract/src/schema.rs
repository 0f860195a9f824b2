//! Drift between the catalogue and the source: what is listed exists, and what exists is listed. Every
//! problem is named in one run.

use std::collections::BTreeMap;

use bunri_catalogue::{Catalogue, IgnoredObject, Table};

use crate::ExtractError;
use crate::declared::compatible;
use crate::source::Reader;
use crate::sql::quoted;

/// A table or view of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    View,
}

/// What the source has, by name; SQLite's own tables left out.
pub(crate) type Inventory = BTreeMap<String, Kind>;

/// Compares the source with the catalogue and refuses it, naming every difference. Of what is ignored nothing but
/// the name is looked at, and it is not in the inventory that comes back.
pub(crate) fn check(reader: &Reader, catalogue: &Catalogue) -> Result<Inventory, ExtractError> {
    let mut inventory = inventory(reader)?;
    let mut problems = Vec::new();
    for IgnoredObject { object, .. } in &catalogue.ignored {
        if inventory.remove(object).is_none() {
            problems.push(format!(
                "source object \"{object}\": in `[[ignored]]` of catalogue.toml but not in the source; remove it there"
            ));
        }
    }
    for (name, kind) in &inventory {
        if !catalogue.tables.iter().any(|table| table.name == *name) {
            problems.push(unlisted(name, *kind));
        }
    }
    for table in &catalogue.tables {
        if inventory.contains_key(&table.name) {
            compare_columns(reader, table, &mut problems)?;
        } else {
            problems.push(format!(
                "source table \"{}\": in the catalogue (tables/{}.toml) but not in the source; is this \
                 the right database?",
                table.name, table.id
            ));
        }
    }
    if problems.is_empty() {
        Ok(inventory)
    } else {
        Err(ExtractError::Schema(problems))
    }
}

fn inventory(reader: &Reader) -> Result<Inventory, ExtractError> {
    let wrap = reader.error("list the tables");
    let sql = "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view')";
    let mut statement = reader.connection.prepare(sql).map_err(&wrap)?;
    let mut rows = statement.query([]).map_err(&wrap)?;
    let mut inventory = Inventory::new();
    while let Some(row) = rows.next().map_err(&wrap)? {
        let name: String = row.get(0).map_err(&wrap)?;
        let kind: String = row.get(1).map_err(&wrap)?;
        // SQLite reserves this prefix, in any case, for its own tables.
        let own = name
            .get(..7)
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case("sqlite_"));
        if !own {
            inventory.insert(
                name,
                if kind == "view" {
                    Kind::View
                } else {
                    Kind::Table
                },
            );
        }
    }
    Ok(inventory)
}

fn unlisted(name: &str, kind: Kind) -> String {
    let word = match kind {
        Kind::Table => "table",
        Kind::View => "view",
    };
    let plain = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let file = if plain { name } else { "<id>" };
    format!(
        "source {word} \"{name}\": not in the catalogue; add tables/{file}.toml, or name it in `[[ignored]]` of \
         catalogue.toml with a basis"
    )
}

fn compare_columns(
    reader: &Reader,
    table: &Table,
    problems: &mut Vec<String>,
) -> Result<(), ExtractError> {
    let found = columns(reader, table)?;
    let place = |column: &str| format!("source table \"{}\", column \"{column}\"", table.name);
    for (name, _) in &found {
        if !table.columns.iter().any(|column| column.name == *name) {
            problems.push(format!(
                "{}: not in the catalogue; add it to tables/{}.toml",
                place(name),
                table.id
            ));
        }
    }
    for column in &table.columns {
        match found.iter().find(|(name, _)| *name == column.name) {
            None => problems.push(format!(
                "{}: in the catalogue but not in the source; remove it from tables/{}.toml",
                place(&column.name),
                table.id
            )),
            Some((_, declared)) if !compatible(declared, column.value_type) => {
                problems.push(format!(
                    "{}: declared {declared} where the catalogue says {}; correct [types] in tables/{}.toml",
                    place(&column.name),
                    column.value_type.word(),
                    table.id
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Names and declared types, generated columns among them: they hold data too.
fn columns(reader: &Reader, table: &Table) -> Result<Vec<(String, String)>, ExtractError> {
    let wrap = reader.error(&format!("list the columns of table \"{}\"", table.name));
    let sql = format!("PRAGMA table_xinfo({})", quoted(&table.name));
    let mut statement = reader.connection.prepare(&sql).map_err(&wrap)?;
    let mut rows = statement.query([]).map_err(&wrap)?;
    let mut columns = Vec::new();
    while let Some(row) = rows.next().map_err(&wrap)? {
        let hidden: i64 = row.get("hidden").map_err(&wrap)?;
        // 1 marks the arguments of virtual tables, which are no data.
        if hidden != 1 {
            let declared: Option<String> = row.get("type").map_err(&wrap)?;
            columns.push((
                row.get("name").map_err(&wrap)?,
                declared.unwrap_or_default(),
            ));
        }
    }
    Ok(columns)
}
