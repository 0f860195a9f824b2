//! What verification said of a damaged store: its findings as short lines, so that a story can name all of them.

use std::collections::BTreeSet;

use crate::rig::{Ended, Rig};

/// The findings of a report, each as `C3 value_changed retail/meter.ct_ratio`; a file is named behind the store.
/// Which region of a table differs is left to the report.
pub(crate) fn findings(rig: &Rig) -> BTreeSet<String> {
    graded(rig, "certain")
}

/// The findings of one grade.
pub(crate) fn graded(rig: &Rig, grade: &str) -> BTreeSet<String> {
    let report = rig.json("custody/evidence/report.json");
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let line = |finding: &serde_json::Value| {
        let mut line = format!(
            "{} {} {}",
            word(&finding["claim"]),
            word(&finding["rule"]),
            word(&finding["store"])
        );
        match (
            word(&finding["file"]),
            word(&finding["table"]),
            word(&finding["column"]),
        ) {
            (file, ..) if !file.is_empty() => line = format!("{line}/{file}"),
            (_, table, column) if !column.is_empty() => line = format!("{line}/{table}.{column}"),
            (_, table, _) if !table.is_empty() => line = format!("{line}/{table}"),
            _ => {}
        }
        line
    };
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["grade"] == grade)
        .map(line)
        .collect()
}

/// Verifies: do not hand over, and for exactly these reasons. What C5 says is compared only by stories that expect
/// something of it: whoever damages a store often moves a withheld value too.
#[track_caller]
pub(crate) fn broken(rig: &Rig, expected: &[&str]) -> Ended {
    let ended = rig
        .bunri(["verify", "job.toml"])
        .must(10)
        .prints("do not hand over");
    let mut found = findings(rig);
    let expected: BTreeSet<String> = expected.iter().map(|&line| line.to_owned()).collect();
    if !expected.iter().any(|line| line.starts_with("C5")) {
        found.retain(|line| !line.starts_with("C5"));
    }
    let told: BTreeSet<String> = found
        .iter()
        .filter(|line| expected.contains(*line) || !of_another_writer(line, &found))
        .cloned()
        .collect();
    assert_eq!(told, expected);
    claims_fit_findings(rig);
    ended
}

/// Whether a line tells a habit of the program that rewrote a file. What such a program leaves is the matter of the
/// stories about residue; in all others it would hide what the story is about.
fn of_another_writer(line: &str, found: &BTreeSet<String>) -> bool {
    let mut words = line.split(' ');
    let (claim, rule, file) = (words.next(), words.next(), words.next());
    claim == Some("C6")
        && rule != Some("file_not_canonical")
        && file.is_some_and(|file| found.contains(&format!("C6 metadata_foreign {file}")))
}

/// A claim is broken if and only if a finding names it.
#[track_caller]
fn claims_fit_findings(rig: &Rig) {
    let report = rig.json("custody/evidence/report.json");
    let found = findings(rig);
    for claim in report["claims"].as_array().unwrap() {
        let code = claim["code"].as_str().unwrap();
        let named = found.iter().any(|line| line.starts_with(code));
        assert_eq!(claim["status"] == "broken", named, "{code}: {claim}");
    }
}
