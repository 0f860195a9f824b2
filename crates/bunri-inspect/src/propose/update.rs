//! What is new in the source, added to a catalogue that people have reviewed: new files, new lines, and not one letter of what
//! stands there changed. After every edit the file is read again: what it said before it still says, or nothing is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::inspect::SourceProfile;

use super::text::key;
use super::write::{io, write_file};
use super::{InitError, InitOptions, ProposedColumn, ProposedTable, ignored_entry, proposal};

/// What was added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Updated {
    /// Tables, by name.
    pub tables: Vec<String>,
    /// Columns of tables that were there: table and column.
    pub columns: Vec<(String, String)>,
    /// Views, and tables that cannot be read, in `[[ignored]]`.
    pub ignored: Vec<String>,
}

/// A file of the catalogue as it lies there.
struct Reviewed {
    path: PathBuf,
    text: String,
    content: Table,
}

/// Adds to the catalogue in `folder` what the source has and the catalogue does not.
///
/// # Errors
/// [`InitError`]; a file that cannot be read as TOML is named, and nothing is written.
pub fn update(
    folder: &Path,
    profile: &SourceProfile,
    options: &InitOptions<'_>,
) -> Result<Updated, InitError> {
    let main = read(&folder.join("catalogue.toml"))?;
    let tables = read_tables(&folder.join("tables"))?;
    let mut taken: BTreeSet<String> = tables.iter().map(id).collect();
    // A file name that somebody chose is taken too.
    taken.extend(
        tables
            .iter()
            .filter_map(|table| Some(table.path.file_stem()?.to_str()?.to_owned())),
    );
    let proposal = proposal(profile, options, &taken)?;
    let ignored = ignored_names(&main.content);
    let mut updated = Updated::default();
    let mut edits: Vec<(PathBuf, String)> = Vec::new();
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for proposed in &proposal.tables {
        let known = tables
            .iter()
            .find(|table| text_of(&table.content, "table") == Some(&proposed.name));
        match known {
            Some(known) => {
                let new = new_columns(known, proposed);
                if !new.is_empty() {
                    edits.push((known.path.clone(), with_columns(known, &new)?));
                    let table = || proposed.name.clone();
                    updated
                        .columns
                        .extend(new.iter().map(|column| (table(), column.name.clone())));
                }
            }
            None if ignored.contains(&proposed.name) => {}
            None => {
                let path = folder.join("tables").join(format!("{}.toml", proposed.id));
                files.push((path, proposed.text.clone()));
                updated.tables.push(proposed.name.clone());
            }
        }
    }
    let listed = |name: &String| {
        ignored.contains(name)
            || tables
                .iter()
                .any(|table| text_of(&table.content, "table") == Some(name))
    };
    let mut text = main.text.clone();
    for name in objects_to_ignore(profile)
        .into_iter()
        .filter(|name| !listed(name))
    {
        text.push_str(&ignored_entry(&name, "new in the source"));
        updated.ignored.push(name);
    }
    if !updated.ignored.is_empty() {
        still_says(&main, &text)?;
        edits.push((main.path, text));
    }
    for (path, text) in &files {
        write_file(path, text)?;
    }
    for (path, text) in &edits {
        replace(path, text)?;
    }
    Ok(updated)
}

/// Written beside the file and renamed over it: a review is never half there.
fn replace(path: &Path, text: &str) -> Result<(), InitError> {
    let beside = path.with_extension("toml.new");
    // Left by an update that was cut short.
    if beside.exists() {
        fs::remove_file(&beside).map_err(io(&beside))?;
    }
    write_file(&beside, text)?;
    fs::rename(&beside, path).map_err(io(path))
}

fn read(path: &Path) -> Result<Reviewed, InitError> {
    let not = |why: String| InitError::NotUpdated {
        path: path.to_owned(),
        why,
    };
    let text = fs::read_to_string(path).map_err(|error| not(error.to_string()))?;
    let content = toml::from_str(&text).map_err(|error| not(error.message().to_owned()))?;
    Ok(Reviewed {
        path: path.to_owned(),
        text,
        content,
    })
}

fn read_tables(folder: &Path) -> Result<Vec<Reviewed>, InitError> {
    let entries = fs::read_dir(folder).map_err(|error| InitError::NotUpdated {
        path: folder.to_owned(),
        why: error.to_string(),
    })?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(io(folder))?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn text_of<'a>(content: &'a Table, key: &str) -> Option<&'a String> {
    match content.get(key) {
        Some(Value::String(text)) => Some(text),
        Some(_) | None => None,
    }
}

fn id(table: &Reviewed) -> String {
    let written = text_of(&table.content, "id").or_else(|| text_of(&table.content, "table"));
    written.cloned().unwrap_or_default()
}

fn ignored_names(main: &Table) -> BTreeSet<String> {
    let Some(Value::Array(entries)) = main.get("ignored") else {
        return BTreeSet::new();
    };
    let object = |entry: &Value| match entry {
        Value::Table(entry) => text_of(entry, "object").cloned(),
        _ => None,
    };
    entries.iter().filter_map(object).collect()
}

fn objects_to_ignore(profile: &SourceProfile) -> Vec<String> {
    let views = profile.views.iter().map(|view| view.name.clone());
    let tables = profile
        .tables
        .iter()
        .filter(|table| table.unreadable.is_some());
    views
        .chain(tables.map(|table| table.name.clone()))
        .collect()
}

fn new_columns<'a>(known: &Reviewed, proposed: &'a ProposedTable) -> Vec<&'a ProposedColumn> {
    let listed = match known.content.get("columns") {
        Some(Value::Table(columns)) => Some(columns),
        Some(_) | None => None,
    };
    let is_new =
        |column: &&ProposedColumn| listed.is_none_or(|listed| !listed.contains_key(&column.name));
    proposed.columns.iter().filter(is_new).collect()
}

/// The text with lines for the new columns: in their sections where these are written as such, else at the end of the file.
fn with_columns(known: &Reviewed, new: &[&ProposedColumn]) -> Result<String, InitError> {
    let mut lines: Vec<String> = known.text.lines().map(str::to_owned).collect();
    let classes: Vec<String> = new
        .iter()
        .map(|column| column.class.trim_end().to_owned())
        .collect();
    match end_of_section(&lines, "columns") {
        Some(end) => {
            lines.splice(end..end, classes);
        }
        None => {
            for column in new {
                lines.push(String::new());
                lines.push(format!("[columns.{}]", key(&column.name)));
                lines.push("class = \"?\"".to_owned());
            }
        }
    }
    let types: Vec<String> = new
        .iter()
        .filter_map(|column| column.value_type.as_ref())
        .map(|line| line.trim_end().to_owned())
        .collect();
    if !types.is_empty() {
        match end_of_section(&lines, "types") {
            Some(end) => {
                lines.splice(end..end, types);
            }
            None if !known.content.contains_key("types") => {
                lines.extend([String::new(), "[types]".to_owned()]);
                lines.extend(types);
            }
            // Written in one line: `bunri check` says which types would fit.
            None => {}
        }
    }
    let text = lines.join("\n") + "\n";
    still_says(known, &text)?;
    Ok(text)
}

/// Behind the last line of a section that is written under its own heading.
fn end_of_section(lines: &[String], section: &str) -> Option<usize> {
    let heading = |line: &String| {
        let line = line.split('#').next().unwrap_or_default().trim();
        line.strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
            .is_some_and(|name| name.trim() == section)
    };
    let start = lines.iter().position(heading)?;
    let is_heading = |line: &String| line.trim_start().starts_with('[');
    let next = lines[start + 1..].iter().position(is_heading);
    let end = next.map_or(lines.len(), |next| start + 1 + next);
    let body = &lines[start + 1..end];
    let filled = |line: &String| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    };
    Some(
        body.iter()
            .rposition(filled)
            .map_or(start + 1, |last| start + 2 + last),
    )
}

/// Refuses an edit after which the file would not say all that it said: a heading inside of a text, say.
fn still_says(known: &Reviewed, text: &str) -> Result<(), InitError> {
    let not = |why: String| InitError::NotUpdated {
        path: known.path.clone(),
        why,
    };
    let now: Table = toml::from_str(text).map_err(|error| {
        not(format!(
            "with the new lines it is no TOML ({})",
            error.message()
        ))
    })?;
    if contains(&now, &known.content) {
        return Ok(());
    }
    Err(not(
        "its form leaves no place for new lines; add them by hand".to_owned(),
    ))
}

fn contains(now: &Table, before: &Table) -> bool {
    before
        .iter()
        .all(|(key, value)| match (now.get(key), value) {
            (Some(Value::Table(now)), Value::Table(before)) => contains(now, before),
            (Some(Value::Array(now)), Value::Array(before)) => now.starts_with(before),
            (Some(now), before) => now == before,
            (None, _) => false,
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reviewed(text: &str) -> Reviewed {
        Reviewed {
            path: PathBuf::from("t.toml"),
            text: text.to_owned(),
            content: toml::from_str(text).unwrap(),
        }
    }

    fn column(name: &str, value_type: Option<&str>) -> ProposedColumn {
        ProposedColumn {
            name: name.to_owned(),
            class: format!("{name} = \"?\"  # hold: new\n"),
            value_type: value_type.map(|word| format!("{name} = \"{word}\"\n")),
        }
    }

    #[test]
    fn new_lines_stand_in_their_sections_and_nothing_else_changes() {
        let before = "table = \"t\"  # [columns]\n\n[columns]          # all\na = \"own_customer\"  # reviewed\n\n# behind\n[columns.b]\nclass = \"hold\"\n\n[types]\na = \"int\"\n";
        let new = column("c", Some("date"));
        let text = with_columns(&reviewed(before), &[&new]).unwrap();
        let expected = before
            .replace("# reviewed\n", "# reviewed\nc = \"?\"  # hold: new\n")
            .replace("a = \"int\"\n", "a = \"int\"\nc = \"date\"\n");
        assert_eq!(text, expected);
    }

    #[test]
    fn a_file_without_the_sections_gets_them() {
        let before = "table = \"t\"\ncolumns = { a = \"own_customer\" }\n";
        let text = with_columns(&reviewed(before), &[&column("c", Some("int"))]);
        // Braces close a table, so that TOML takes no `[columns.c]`: said, and nothing written.
        assert!(text.is_err());
        let before = "table = \"t\"\n[columns.a]\nclass = \"own_customer\"\n";
        let text = with_columns(&reviewed(before), &[&column("c", Some("int"))]).unwrap();
        assert!(
            text.ends_with("[columns.c]\nclass = \"?\"\n\n[types]\nc = \"int\"\n"),
            "{text}"
        );
    }
}
