//! Finding between the catalogue and the source: what is listed exists, and what exists is listed. Every
//! problem is named in one run.

use std::collections::BTreeSet;

use bunri_catalogue::{Catalogue, IgnoredObject, Table};

use crate::open::{OpenSource, Session, compatible};
use bunri_source_model::SourceError;
use bunri_source_model::{Inventory, ObjectKind, SourceColumn, SourceObject};

/// Something of the catalogue that does not fit the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What of the catalogue is to be mended.
    pub concerns: Concerns,
    /// What differs, where in the source, and what to do.
    pub message: String,
}

/// The part of a catalogue that a difference concerns. Tables are given by their place in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerns {
    /// The catalogue's own file: a table is missing, or an ignored object is gone.
    Catalogue,
    /// A table as a whole.
    Table(usize),
    /// Its key.
    Key(usize),
    /// A column of a table, by its place.
    Column {
        /// The table.
        table: usize,
        /// The column.
        column: usize,
    },
}

/// Compares the source with the catalogue and names every difference. What is ignored is not in the inventory.
///
/// # Errors
/// What the source says.
pub fn differences(
    source: &OpenSource,
    session: &mut Session,
    catalogue: &Catalogue,
) -> Result<(Inventory, Vec<Finding>), SourceError> {
    let read = catalogue.tables.iter().map(|table| table.name.as_str());
    let mut inventory = session.inventory(&read.collect::<BTreeSet<_>>())?;
    let is_table = |(name, object): (&String, &SourceObject)| {
        (object.kind == ObjectKind::Table).then(|| name.clone())
    };
    let tables: BTreeSet<String> = inventory.iter().filter_map(is_table).collect();
    let mut found = Vec::new();
    for IgnoredObject { object, .. } in &catalogue.ignored {
        if inventory.remove(object).is_none() {
            let message = format!(
                "source object \"{object}\": in `[[ignored]]` of catalogue.toml but not in the source; remove it there"
            );
            found.push(Finding {
                concerns: Concerns::Catalogue,
                message,
            });
        }
    }
    for (name, object) in &inventory {
        if !catalogue.tables.iter().any(|table| table.name == *name) {
            let message = unlisted(name, object.kind);
            found.push(Finding {
                concerns: Concerns::Catalogue,
                message,
            });
        }
    }
    for (number, table) in catalogue.tables.iter().enumerate() {
        let whole = |message| Finding {
            concerns: Concerns::Table(number),
            message,
        };
        match inventory.get(&table.name) {
            Some(object) => {
                compare_columns(source, &object.columns, (number, table), &mut found);
                found.extend(view_problem(table, object, &tables).map(whole));
            }
            None => found.push(whole(format!(
                "source table \"{}\": in the catalogue (tables/{}.toml) but not in the source; is this \
                 the right database?",
                table.name, table.id
            ))),
        }
    }
    Ok((inventory, found))
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
    columns: &[SourceColumn],
    (number, table): (usize, &Table),
    found: &mut Vec<Finding>,
) {
    let place = |column: &str| format!("source table \"{}\", column \"{column}\"", table.name);
    for SourceColumn { name, .. } in columns {
        if !table.columns.iter().any(|column| column.name == *name) {
            found.push(Finding {
                concerns: Concerns::Table(number),
                message: format!(
                    "{}: not in the catalogue; add it to tables/{}.toml",
                    place(name),
                    table.id
                ),
            });
        }
    }
    for (at, column) in table.columns.iter().enumerate() {
        let mut differs = |message| {
            found.push(Finding {
                concerns: Concerns::Column {
                    table: number,
                    column: at,
                },
                message,
            });
        };
        match columns.iter().find(|found| found.name == column.name) {
            None => differs(format!(
                "{}: in the catalogue but not in the source; remove it from tables/{}.toml",
                place(&column.name),
                table.id
            )),
            Some(SourceColumn { declared, .. })
                if !compatible(source, declared, column.value_type, &column.reading) =>
            {
                differs(format!(
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
