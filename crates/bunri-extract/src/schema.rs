//! Drift between the catalogue and the source: what is listed exists, and what exists is listed. Every
//! problem is named in one run.

use std::collections::BTreeSet;

use bunri_catalogue::{Catalogue, IgnoredObject, Table};

use crate::ExtractError;
use crate::source::{Inventory, ObjectKind, OpenSource, Session, SourceColumn, compatible};

/// Compares the source with the catalogue and refuses it, naming every difference. What is ignored
/// is not in the inventory that comes back.
pub(crate) fn check(
    source: &OpenSource,
    session: &Session,
    catalogue: &Catalogue,
) -> Result<Inventory, ExtractError> {
    let read = catalogue.tables.iter().map(|table| table.name.as_str());
    let mut inventory = session.inventory(&read.collect::<BTreeSet<_>>())?;
    let mut problems = Vec::new();
    for IgnoredObject { object, .. } in &catalogue.ignored {
        if inventory.remove(object).is_none() {
            problems.push(format!(
                "source object \"{object}\": in `[[ignored]]` of catalogue.toml but not in the source; remove it there"
            ));
        }
    }
    for (name, object) in &inventory {
        if !catalogue.tables.iter().any(|table| table.name == *name) {
            problems.push(unlisted(name, object.kind));
        }
    }
    for table in &catalogue.tables {
        match inventory.get(&table.name) {
            Some(object) => compare_columns(source, &object.columns, table, &mut problems),
            None => problems.push(format!(
                "source table \"{}\": in the catalogue (tables/{}.toml) but not in the source; is this \
                 the right database?",
                table.name, table.id
            )),
        }
    }
    if problems.is_empty() {
        Ok(inventory)
    } else {
        Err(ExtractError::Schema(problems))
    }
}

fn unlisted(name: &str, kind: ObjectKind) -> String {
    let word = match kind {
        ObjectKind::Table => "table",
        ObjectKind::View => "view",
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
    source: &OpenSource,
    found: &[SourceColumn],
    table: &Table,
    problems: &mut Vec<String>,
) {
    let place = |column: &str| format!("source table \"{}\", column \"{column}\"", table.name);
    for SourceColumn { name, .. } in found {
        if !table.columns.iter().any(|column| column.name == *name) {
            problems.push(format!(
                "{}: not in the catalogue; add it to tables/{}.toml",
                place(name),
                table.id
            ));
        }
    }
    for column in &table.columns {
        match found.iter().find(|found| found.name == column.name) {
            None => problems.push(format!(
                "{}: in the catalogue but not in the source; remove it from tables/{}.toml",
                place(&column.name),
                table.id
            )),
            Some(SourceColumn { declared, .. })
                if !compatible(source, declared, column.value_type, &column.reading) =>
            {
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
}
