//! Catalogues damaged line by line: whatever is missing, the answer is a catalogue or a list of mistakes with
//! places that exist. Never a panic, never an empty list.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bunri_parse::load;
use bunri_text::Problems;

use crate::samples::{entries, folder, overlay};

pub(crate) fn places_exist(problems: &Problems) {
    assert!(!problems.0.is_empty());
    // How many characters each line of a file has; a file may be no text from somewhere on.
    let mut files: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for problem in &problems.0 {
        let Some(position) = problem.position else {
            continue;
        };
        let lines = files.entry(&problem.file).or_insert_with(|| {
            let text = String::from_utf8_lossy(&fs::read(&problem.file).unwrap()).into_owned();
            text.lines().map(|line| line.chars().count()).collect()
        });
        let line = lines.get(position.line - 1).copied().unwrap_or_default();
        assert!(position.column <= line + 1, "{problem}");
    }
}

/// Loads the catalogue once for every line of a file, with that line damaged.
fn damage_each_line(catalogue: &Path, file: &Path, damage: impl Fn(&str) -> String) {
    let whole = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for number in 0..lines.len() {
        let mut damaged: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        damaged[number] = damage(lines[number]);
        fs::write(file, damaged.join("\n")).unwrap();
        if let Err(problems) = load(catalogue) {
            places_exist(&problems);
        }
    }
    fs::write(file, whole).unwrap();
}

#[test]
fn a_catalogue_with_any_line_damaged_is_accepted_or_refused_with_places() {
    for sample in entries(&folder("valid")) {
        let copy = tempfile::tempdir().unwrap();
        overlay(&sample, copy.path());
        let mut files = entries(&copy.path().join("tables"));
        files.push(copy.path().join("catalogue.toml"));
        for file in files {
            damage_each_line(copy.path(), &file, |_| String::new());
            damage_each_line(copy.path(), &file, |line| {
                line.chars().take(line.chars().count() / 2).collect()
            });
            damage_each_line(copy.path(), &file, |line| format!("{line}\n{line}"));
        }
        assert!(load(copy.path()).is_ok());
    }
}
