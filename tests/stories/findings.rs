//! The list of findings (docs/findings.md): every rule of it is seen by some test, and those that no other story provokes are
//! provoked here.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::rig::{Rig, repository};
use crate::small::{POINT, run, small};
use crate::verdict::findings;

/// Verifies a damaged run: the claim is broken, and for this among others.
#[track_caller]
fn finds(rig: &Rig, expected: &str) {
    let ended = rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(rig);
    assert!(found.contains(expected), "{found:?}; {ended}");
    let rule = expected.split(' ').nth(1).unwrap();
    ended.prints(rule);
}

/// The rules of the notes of a report, with their tables.
fn notes(rig: &Rig) -> BTreeSet<String> {
    let report = rig.json("custody/evidence/report.json");
    let notes = report["notes"].as_array().unwrap().iter();
    notes
        .map(|note| {
            let word = |key: &str| note[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", word("rule"), word("store"), word("table"))
        })
        .collect()
}

#[test]
fn a_table_of_another_shape() {
    for (change, column, expected) in [
        (
            "drop",
            "ct_ratio",
            "C2 column_missing retail/meter.ct_ratio",
        ),
        ("text", "ct_ratio", "C2 column_type retail/meter.ct_ratio"),
        ("turn", "", "C2 column_order retail/meter"),
    ] {
        let rig = Rig::split();
        let arguments = ["retail", "meter", change, column];
        let given = arguments.into_iter().filter(|text| !text.is_empty());
        rig.python("reshape.py", given).must(0);
        finds(&rig, expected);
    }
}

#[test]
fn a_table_that_nobody_lists() {
    let rig = Rig::split();
    rig.python("reshape.py", ["retail", "meter", "forget"])
        .must(0);
    finds(&rig, "C2 table_missing retail/meter");
}

#[test]
fn sums_that_are_not_there_and_what_is_no_file() {
    let rig = Rig::split();
    std::fs::remove_file(rig.path("retail/B3SUMS")).unwrap();
    let pipe = Command::new("mkfifo").arg(rig.path("retail/pipe")).status();
    assert!(pipe.unwrap().success());
    finds(&rig, "C1 sums_missing retail/B3SUMS");
    finds(&rig, "C1 not_a_file retail/pipe");
}

#[test]
fn rows_outside_the_range_of_their_file() {
    let rig = Rig::with_sample(60);
    rig.edit(
        "job.toml",
        "[limits]",
        "[ranges]\nconsumer = [\"1200\"]\n[limits]",
    );
    rig.bunri(["run", "job.toml"]);
    let parts = rig.path("custody/transmission/consumer/part-00001.parquet");
    if !parts.is_file() {
        panic!("the bound cuts nothing");
    }
    let store = ["custody/transmission", "consumer", "exchange"];
    rig.python("reshape.py", store).must(0);
    finds(
        &rig,
        "C2 row_in_wrong_part transmission/consumer/part-00000.parquet",
    );
}

#[test]
fn figures_that_are_not_the_source_s() {
    let rig = Rig::split();
    let mut manifest = rig.json("custody/staging/manifest.json");
    let tables = manifest["tables"].as_array_mut().unwrap();
    let meter = tables
        .iter_mut()
        .find(|table| table["id"] == "meter")
        .unwrap();
    let total = &mut meter["totals"][1];
    let column = total["column"].as_str().unwrap().to_owned();
    total["non_null"] = (total["non_null"].as_u64().unwrap() + 1).into();
    let text = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
    rig.write("custody/staging/manifest.json", text);
    finds(
        &rig,
        &format!("C3 source_values_differ staging/meter.{column}"),
    );
}

/// The rejects of a table, a line less or one more.
fn rejects(rig: &Rig, change: impl Fn(Vec<String>) -> Vec<String>) {
    let path = "custody/rejects/meter_reading_monthly.jsonl";
    let lines = rig.read(path).lines().map(str::to_owned).collect();
    let lines: Vec<String> = change(lines);
    rig.write(path, lines.join("\n") + "\n");
}

#[test]
fn rejects_that_were_changed() {
    let rig = Rig::split();
    rejects(&rig, |mut lines| {
        lines.pop();
        lines
    });
    finds(
        &rig,
        "C3 rejected_rows_differ staging/meter_reading_monthly",
    );
    let rig = Rig::split();
    rejects(&rig, |mut lines| {
        // The day that did not fit is another one that does.
        let line = lines.iter_mut().find(|line| line.contains("\"H28.04.01\""));
        let line = line.unwrap_or_else(|| panic!("no such reject"));
        *line = line.replace("\"H28.04.01\"", "\"2016-04-01\"");
        lines
    });
    finds(
        &rig,
        "C3 rejected_for_nothing staging/meter_reading_monthly",
    );
}

#[test]
fn what_a_check_could_have_passed_on_is_noted() {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    run(&rig).must(1);
    let own = notes(&rig);
    assert!(own.contains("no_row_is_other  supply_period"), "{own:?}");
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99020"]]);
    run(&rig).must(1);
    let other = notes(&rig);
    assert!(other.contains("no_row_is_own  supply_period"), "{other:?}");
    assert!(
        other.contains("empty_store_table retail supply_period"),
        "{other:?}"
    );
    let rig = Rig::split();
    rig.bunri(["verify", "job.toml"]).must(1);
    let dangle = notes(&rig);
    assert!(
        dangle
            .iter()
            .any(|note| note.starts_with("references_dangle ")),
        "{dangle:?}"
    );
}

/// A rule that nobody provokes may say anything. The words stand in tests, or the names of the rules do.
#[test]
fn every_rule_of_the_list_is_seen_by_a_test() {
    let list = std::fs::read_to_string(repository().join("docs/findings.md")).unwrap();
    let rules: BTreeSet<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert!(rules.len() > 90, "{}", rules.len());
    let mut tests = String::new();
    for folder in ["tests/stories", "tests/python", "crates"] {
        gather(&repository().join(folder), &mut tests);
    }
    let unseen: Vec<&str> = rules
        .into_iter()
        .filter(|rule| {
            let parts = rule.split('_');
            let name: String = parts
                .map(|part| part[..1].to_uppercase() + &part[1..])
                .collect();
            !word(&tests, rule) && !word(&tests, &format!("::{name}"))
        })
        .collect();
    assert_eq!(unseen, [""; 0], "no test provokes these");
}

fn word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let begins = word.starts_with("::") || !before.is_some_and(part);
        begins && !after.is_some_and(part)
    })
}

/// The texts of tests: of a crate, its folders and modules of that name. What the crates of the report and its page say of all rules
/// provokes none; neither does this story's own list.
fn gather(folder: &Path, tests: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let place = path
            .strip_prefix(repository())
            .unwrap()
            .display()
            .to_string();
        if path.is_dir() {
            if !place.starts_with("crates/bunri-report") && !place.starts_with("crates/bunri-page")
            {
                gather(&path, tests);
            }
            continue;
        }
        if !place.ends_with(".rs") && !place.ends_with(".py") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let is_test = place.starts_with("tests/")
            || place.contains("/tests/")
            || place.ends_with("/tests.rs");
        let begin = if is_test {
            Some(0)
        } else {
            text.find("#[cfg(test)]\nmod tests {")
        };
        tests.push_str(begin.map_or("", |begin| &text[begin..]));
        tests.push('\n');
    }
}
