//! Every folder in `invalid/` is `valid/minimal` with one mistake: it holds the files that differ, a list
//! `without.txt` of those that are missing, and the exact text of the refusal. A folder without
//! `expected.txt` fails, so no case can be forgotten.
//!
//! After a change of wording: `BUNRI_BLESS=1 cargo test -p bunri-catalogue`, and read the difference.

use std::fs;
use std::path::Path;

use bunri_parse::load;

use crate::samples::{agrees, entries, folder, minimal, overlay};

#[test]
fn every_invalid_catalogue_is_refused_in_its_own_words() {
    let cases = entries(&folder("invalid"));
    assert!(cases.len() >= 100, "cases are missing");
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| agrees(&case.join("expected.txt"), &refusal(case)).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What the loader says of a case, with paths inside the catalogue.
fn refusal(case: &Path) -> String {
    let catalogue = minimal();
    overlay(case, catalogue.path());
    fs::remove_file(catalogue.path().join("expected.txt")).ok();
    let without = fs::read_to_string(case.join("without.txt")).unwrap_or_default();
    for path in without.lines().map(|line| catalogue.path().join(line)) {
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
    }
    let Err(problems) = load(catalogue.path()) else {
        return "nothing: the catalogue was accepted\n".to_owned();
    };
    let prefix = format!("{}/", catalogue.path().display());
    format!("{problems}\n").replace(&prefix, "")
}
