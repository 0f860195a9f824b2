//! Drift between the catalogue and the source: what is listed exists, and what exists is listed. Every
//! problem is named in one run.

use std::collections::BTreeSet;

use bunri_catalogue::{Catalogue, IgnoredObject, Table};

use crate::ExtractError;
use bunri_source::{
    Inventory, ObjectKind, OpenSource, Session, SourceColumn, SourceObject, compatible,
};

/// Compares the source with the catalogue and refuses it, naming every difference. What is ignored
/// is not in the inventory that comes back.
pub(crate) fn check(
    source: &OpenSource,
    session: &mut Session,
    catalogue: &Catalogue,
) -> Result<Inventory, ExtractError> {
    let read = catalogue.tables.iter().map(|table| table.name.as_str());
    let mut inventory = session.inventory(&read.collect::<BTreeSet<_>>())?;
    let is_table = |(name, object): (&String, &SourceObject)| {
        (object.kind == ObjectKind::Table).then(|| name.clone())
    };
    let tables: BTreeSet<String> = inventory.iter().filter_map(is_table).collect();
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
            Some(object) => {
                compare_columns(source, &object.columns, table, &mut problems);
                problems.extend(view_problem(table, object, &tables));
            }
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

/// A view can lose rows of what it is made of, and its own count would not tell: the catalogue has to say what to count. `source` are
/// the names of all tables, ignored or not.
fn view_problem(table: &Table, object: &SourceObject, source: &BTreeSet<String>) -> Option<String> {
    let (name, id) = (&table.name, &table.id);
    let quoted = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        names.join(", ")
    };
    let found = quoted(&object.made_of);
    match (&table.view_of, object.kind) {
        (None, ObjectKind::Table) => None,
        (None, ObjectKind::View) if object.made_of.is_empty() => None,
        (None, ObjectKind::View) => Some(format!(
            "source view \"{name}\": read like a table, so tables/{id}.toml must say of what: `view_of = {{ tables = [{found}], \
             rows_of = [\"…\"] }}` if it has one row for each row of these, else with a `basis` in place of `rows_of`"
        )),
        (Some(_), ObjectKind::Table) => Some(format!(
            "source table \"{name}\": no view; remove `view_of` from tables/{id}.toml"
        )),
        (Some(view), ObjectKind::View) => {
            let missing = object.made_of.iter();
            let missing = missing.filter(|name| !view.tables.contains(name));
            let missing: Vec<String> = missing.cloned().collect();
            if !missing.is_empty() {
                return Some(format!(
                    "source view \"{name}\": it reads {} too; name that in `view_of` of tables/{id}.toml",
                    quoted(&missing)
                ));
            }
            // More may be named than SQLite says it reads: of a table that a join uses and does not show it is silent.
            let stray = view.tables.iter().find(|name| !source.contains(*name))?;
            Some(format!(
                "source view \"{name}\": `view_of` in tables/{id}.toml names \"{stray}\", which is no table of the source"
            ))
        }
    }
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
