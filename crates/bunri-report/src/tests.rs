//! The published schema and the pages know the rules, each with its sentence, and no others. (That reports are valid under
//! the schema is checked by the stories, with a validator.)

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::{Claim, Grade, NoteRule, Rule};

fn published(below: &str) -> String {
    let path = format!("{}/../../{below}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Words and descriptions of a list of the schema.
fn listed(list: &str) -> Vec<(String, String)> {
    let schema: serde_json::Value =
        serde_json::from_str(&published("schemas/report.schema.json")).unwrap();
    let entries = schema["$defs"][list]["oneOf"].as_array().unwrap();
    let text = |text: &serde_json::Value| text.as_str().unwrap().to_owned();
    let entry = |entry: &serde_json::Value| (text(&entry["const"]), text(&entry["description"]));
    entries.iter().map(entry).collect()
}

/// `C2 or C4, to review`.
fn speaks_against(rule: Rule) -> String {
    let claims: Vec<String> = rule
        .claims()
        .iter()
        .map(|claim| format!("{claim:?}"))
        .collect();
    let review = match rule.grade() {
        Grade::Certain => "",
        Grade::Review => ", to review",
    };
    format!("{}{review}", claims.join(" or "))
}

#[test]
fn the_schema_lists_exactly_the_rules() {
    let entry = |rule: &Rule| {
        let description = format!("{}: {}", speaks_against(*rule), rule.sentence());
        (rule.word().to_owned(), description)
    };
    let rules: Vec<_> = Rule::ALL.iter().map(entry).collect();
    assert_eq!(listed("rule"), rules);
    let entry = |rule: &NoteRule| (rule.word().to_owned(), rule.sentence().to_owned());
    let rules: Vec<_> = NoteRule::ALL.iter().map(entry).collect();
    assert_eq!(listed("note_rule"), rules);
}

#[test]
fn a_rule_is_written_as_its_word() {
    for rule in Rule::ALL {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.word());
    }
    for rule in NoteRule::ALL {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.word());
    }
}

#[test]
fn the_page_of_findings_is_the_list_of_rules() {
    let mut table =
        String::from("| rule | claim | what was seen | what to do |\n|---|---|---|---|\n");
    for &rule in Rule::ALL {
        let against = speaks_against(rule);
        let (word, seen, advice) = (rule.word(), rule.sentence(), rule.advice());
        writeln!(table, "| `{word}` | {against} | {seen} | {advice} |").unwrap();
    }
    table.push_str("\n| note | what was seen |\n|---|---|\n");
    for &rule in NoteRule::ALL {
        writeln!(table, "| `{}` | {} |", rule.word(), rule.sentence()).unwrap();
    }
    let page = published("docs/findings.md");
    let found = page.find("| rule |").map(|start| &page[start..]);
    assert_eq!(
        found,
        Some(table.as_str()),
        "docs/findings.md ends with this"
    );
}

#[test]
fn the_page_for_whoever_must_say_yes_names_every_rule_at_its_claim() {
    let page = published("docs/what-verify-proves.md");
    let mut named: BTreeSet<(String, String)> = BTreeSet::new();
    let mut claim = String::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            claim = heading.split(' ').next().unwrap().to_owned();
        } else if line.starts_with("| findings |") {
            let words = line.split('`').skip(1).step_by(2);
            named.extend(words.map(|word| (claim.clone(), word.to_owned())));
        }
    }
    let of = |rule: Rule| {
        let claims = rule.claims().iter();
        claims.map(move |claim: &Claim| (format!("{claim:?}"), rule.word().to_owned()))
    };
    let rules: BTreeSet<_> = Rule::ALL.iter().flat_map(|&rule| of(rule)).collect();
    assert_eq!(named, rules);
}
