//! The published schema knows every word that a report can hold. (That reports are valid under it is checked by the
//! stories, with a validator.)

use std::collections::BTreeSet;
use std::path::Path;

/// Words of the sources that are no rules: a way to spell, and the root of a Parquet schema.
const OTHER_WORDS: [&str; 2] = ["snake_case", "arrow_schema"];

/// String literals of the sources that look like rules: lower case with an underscore, or the few without.
fn words_of_the_sources(folder: &Path, words: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            words_of_the_sources(&path, words);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let literals = code.split('"').skip(1).step_by(2);
            let word = |text: &&str| {
                !text.is_empty()
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            words.extend(literals.filter(word).map(str::to_owned));
        }
    }
}

fn schema() -> serde_json::Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/report.schema.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn listed(schema: &serde_json::Value, list: &str) -> BTreeSet<String> {
    let entries = schema["$defs"][list]["oneOf"].as_array().unwrap();
    let word = |entry: &serde_json::Value| entry["const"].as_str().unwrap().to_owned();
    entries.iter().map(word).collect()
}

#[test]
fn every_rule_of_the_schema_is_reported_somewhere() {
    let schema = schema();
    let mut sources = BTreeSet::new();
    words_of_the_sources(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut sources,
    );
    let listed: BTreeSet<String> = ["rule", "note_rule"]
        .iter()
        .flat_map(|list| listed(&schema, list))
        .collect();
    assert_eq!(
        listed.difference(&sources).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    let unlisted: Vec<&String> = sources
        .difference(&listed)
        .filter(|word| word.contains('_') && !OTHER_WORDS.contains(&word.as_str()))
        .collect();
    assert_eq!(unlisted, Vec::<&String>::new());
}

#[test]
fn the_page_for_whoever_must_say_yes_names_every_rule_and_no_other() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/what-verify-proves.md"
    );
    let page = std::fs::read_to_string(path).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| findings |"));
    let named: BTreeSet<String> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, listed(&schema(), "rule"));
}
