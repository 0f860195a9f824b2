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

/// A report in which nothing was looked at, and one finding was made.
fn written(finding: Option<Rule>) -> serde_json::Value {
    let mut findings = crate::Findings::default();
    if let Some(rule) = finding {
        let about = crate::About {
            store: "retail",
            table: None,
        };
        findings.add(rule.claims()[0], rule, about, crate::Place::default());
    }
    let claims = crate::claims::report(&crate::Scope::default(), &findings);
    let report = crate::Report {
        format: crate::Report::FORMAT.to_owned(),
        tool: "bunri".to_owned(),
        label: "label".to_owned(),
        kind: "rehearsal".to_owned(),
        catalogue: None,
        judged: crate::Judged {
            source: None,
            staging_manifest: None,
            decisions: None,
            cutover: None,
            stores: Vec::new(),
        },
        verdict: crate::Verdict::of(&claims, &[], false),
        claims,
        findings: findings.into_report(),
        expectations: Vec::new(),
        tables: Vec::new(),
        regions: Vec::new(),
        references: Vec::new(),
        controls: Vec::new(),
        notes: Vec::new(),
        costs: Vec::new(),
    };
    let bytes = report.to_bytes().unwrap();
    assert_eq!(crate::Report::parse(&bytes).unwrap(), report);
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_report_that_somebody_changed_is_none() {
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 9] = [
        ("not all", |it| {
            it["claims"].as_array_mut().unwrap().pop();
        }),
        ("counts other findings", |it| {
            it["findings"] = serde_json::json!([]);
        }),
        ("not said to be broken", |it| {
            it["claims"][0]["status"] = "held".into();
        }),
        ("verdict", |it| it["verdict"] = "as_expected".into()),
        ("grade", |it| it["findings"][0]["grade"] = "review".into()),
        ("another claim", |it| {
            it["findings"][0]["claim"] = "C5".into()
        }),
        ("another name", |it| it["claims"][3]["name"] = "fine".into()),
        ("format", |it| it["format"] = "bunri.report/1".into()),
        ("line", |it| it["more"] = 1.into()),
    ];
    for (why, change) in changes {
        let mut report = written(Some(Rule::FileChanged));
        change(&mut report);
        let refused = crate::Report::parse(report.to_string().as_bytes()).unwrap_err();
        assert!(refused.to_string().contains(why), "{why}: {refused}");
    }
    written(None);
}

#[test]
fn costs_are_those_of_the_report_beside_them() {
    let report = bunri_manifest::Blake3Hex::of(b"one");
    let record = crate::CostRecord {
        format: crate::CostRecord::FORMAT.to_owned(),
        report: report.clone(),
        costs: vec![crate::ClaimCost {
            claims: vec![Claim::C3, Claim::C4],
            work: std::time::Duration::from_millis(1_500),
        }],
    };
    let text = record.to_bytes().unwrap();
    assert_eq!(crate::CostRecord::of_report(&text, &report), record.costs);
    let other = bunri_manifest::Blake3Hex::of(b"other");
    assert!(crate::CostRecord::of_report(&text, &other).is_empty());
    assert!(crate::CostRecord::of_report(b"{}", &report).is_empty());
}
