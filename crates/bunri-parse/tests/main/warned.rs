//! Every folder in `warned/` is `valid/minimal` with something that needs a reason and stops nobody but a cutover. `expected.txt`
//! is what `check` tells of it; over `with_basis/`, where the reason is given, it tells nothing.

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_parse::load;
use bunri_text::Problems;

use crate::samples::{agrees, entries, folder, minimal, overlay};

#[test]
fn every_warning_is_told_in_its_own_words() {
    let cases = entries(&folder("warned"));
    assert!(cases.len() >= 10, "cases are missing");
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| agrees(&case.join("expected.txt"), &told(&[case])).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_basis_answers_every_warning() {
    for case in entries(&folder("warned")) {
        let reason = case.join("with_basis");
        assert!(reason.is_dir(), "{} has no reason", case.display());
        assert_eq!(told(&[&case, &reason]), "", "{}", case.display());
    }
}

#[test]
fn what_is_shipped_needs_no_reason_that_it_does_not_give() {
    let shipped = [folder("../../schemas/denryoku")];
    for catalogue in entries(&folder("valid")).iter().chain(&shipped) {
        let warnings = Problems(load(catalogue).unwrap().warnings);
        assert_eq!(warnings.to_string(), "", "{}", catalogue.display());
    }
}

/// The warnings of the smallest catalogue with these folders laid over it.
fn told(folders: &[&Path]) -> String {
    let copy = minimal();
    for folder in folders {
        overlay(folder, copy.path());
    }
    let Catalogue { warnings, .. } =
        load(copy.path()).unwrap_or_else(|refused| panic!("{refused}"));
    let prefix = format!("{}/", copy.path().display());
    warnings
        .iter()
        .map(|warning| format!("{warning}\n").replace(&prefix, ""))
        .collect()
}
