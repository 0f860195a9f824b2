//! The way out of the quarantine: what waits and what frees it, a draft of decisions that people fill in, what it would move,
//! and that a run with it moves just that.

use serde_json::Value;

use crate::job::Job;
use crate::rig::{Rig, STORES, repository};
use crate::small::{POINT, small};

const HEADER: &str = "table,key,ownership,basis,approver,date";

/// The small system, in whose ledger January is missing, extracted and split.
fn gap() -> Rig {
    let rig = small(&[
        [POINT, "2020-01-01", "2025-12-31", "99010"],
        [POINT, "2026-02-01", "9999-12-31", "99010"],
    ]);
    rig.bunri(["extract", "job.toml"]).must(0);
    rig.bunri(["split", "job.toml"]).must(1);
    rig
}

/// As a job names it.
fn name_decisions(rig: &Rig) {
    let job = rig.read("job.toml");
    rig.write("job.toml", job + "[decisions]\npath = \"decisions.csv\"\n");
}

/// As a person makes room for stores of other decisions; staging stays.
fn remove_stores(rig: &Rig) {
    for folder in [
        "retail",
        "custody/transmission",
        "custody/quarantine",
        "custody/tmp",
    ] {
        std::fs::remove_dir_all(rig.path(folder)).unwrap();
    }
}

/// What stands in the stores, by DuckDB.
fn counted(rig: &Rig) -> Value {
    let out = rig.python("cells.py", ["."]).must(0).out;
    serde_json::from_str(&out).unwrap()
}

/// Rows and cells of a table in a store.
fn held(counted: &Value, store: &str, table: &str) -> (i64, i64) {
    let of = &counted[store][table];
    let cells = of["cells"].as_object();
    let cells = cells.map_or(0, |cells| {
        cells.values().map(|it| it.as_i64().unwrap()).sum()
    });
    (of["rows"].as_i64().unwrap_or(0), cells)
}

fn said(rig: &Rig, code: i32, tried: &[&str]) -> Value {
    let mut command = rig.command();
    command
        .args(["quarantine", "job.toml", "--json"])
        .args(tried);
    let ended = crate::rig::Ended::of(&mut command).must(code);
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn what_waits_is_told_with_its_reason_and_what_frees_it() {
    gap()
        .bunri(["quarantine", "job.toml"])
        .must(1)
        .prints("meter_reading ledger_gap 1 decide it")
        .prints("1 can be decided by a person")
        .never_says(POINT);
}

#[test]
fn nothing_waits_is_a_clean_answer() {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    rig.bunri(["extract", "job.toml"]).must(0);
    // Before any split: staging is enough.
    rig.bunri(["quarantine", "job.toml"])
        .must(0)
        .prints("no row waits for anybody");
}

#[test]
fn a_draft_names_the_rows_and_is_refused_by_every_stage_until_people_have_filled_it_in() {
    let rig = gap();
    rig.bunri(["quarantine", "job.toml", "--draft", "decisions.csv"])
        .must(1);
    let draft = rig.read("decisions.csv");
    assert_eq!(
        draft,
        format!("{HEADER}\nmeter_reading,{POINT}|2026-01-01,,,,\n")
    );
    name_decisions(&rig);
    let why =
        "decisions.csv:2:1: `approver` is empty: a decision counts once somebody has approved it";
    for (kind, command) in [
        ("rehearsal", "check"),
        ("rehearsal", "split"),
        ("cutover", "split"),
        ("cutover", "verify"),
    ] {
        let job = rig.read("job.toml");
        rig.write(
            "job.toml",
            job.replace("kind = \"rehearsal\"", &format!("kind = \"{kind}\"")),
        );
        let ended = rig.bunri([command, "job.toml"]).must(3).never_says(POINT);
        if kind == "rehearsal" {
            ended
                .says(why)
                .says("`basis` is empty")
                .says("`ownership` is `own` or `other`");
        }
        rig.write("job.toml", job);
    }
}

#[test]
fn the_list_names_the_rows_of_the_ledger_that_left_a_row_undecided() {
    let rig = gap();
    rig.bunri([
        "quarantine",
        "job.toml",
        "--list",
        "custody/tmp/waiting.jsonl",
    ])
    .must(1);
    let line: Value = serde_json::from_str(&rig.read("custody/tmp/waiting.jsonl")).unwrap();
    assert_eq!(line["reason"], "ledger_gap");
    assert_eq!(line["key"], format!("{POINT}|2026-01-01"));
    assert_eq!(line["ledger_rows"], 2);
    assert_eq!(line["ledger"][1]["key"], format!("{POINT}|2026-02-01"));
    let mode = std::os::unix::fs::MetadataExt::mode(
        &rig.path("custody/tmp/waiting.jsonl").metadata().unwrap(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn neither_draft_nor_list_is_written_where_retail_reads_or_over_somebody_s_work() {
    let rig = gap();
    for option in ["--draft", "--list"] {
        rig.bunri(["quarantine", "job.toml", option, "custody/../retail/rows"])
            .must(3)
            .says("lies in the retail store's folder");
        rig.write("mine.csv", "filled in");
        rig.bunri(["quarantine", "job.toml", option, "mine.csv"])
            .must(5)
            .says("is already there");
        assert_eq!(rig.read("mine.csv"), "filled in");
    }
}

#[test]
fn a_file_of_decisions_is_tried_before_anybody_approves_it() {
    let rig = gap();
    let open = format!("{HEADER}\nmeter_reading,{POINT}|2026-01-01,,,,\n");
    rig.write("decisions.csv", &open);
    let tried = &said(&rig, 1, &["--try", "decisions.csv"])["tried"];
    assert_eq!(
        (&tried["lines"], &tried["lines_open"]),
        (&0.into(), &1.into())
    );
    rig.write("decisions.csv", open.replace(",,,,", ",own,,,"));
    rig.bunri(["quarantine", "job.toml", "--try", "decisions.csv"])
        .must(0)
        .prints("1 lines decide, 0 are open yet, 1 of those that decide are not approved")
        .prints("meter_reading retail 1 0")
        .prints("1 rows: undecided becomes own")
        .prints("no row waits for anybody")
        .never_says(POINT);
    rig.write(
        "decisions.csv",
        open.replace("meter_reading", "supply_period")
            .replace("|2026-01-01,,,,", "|2020-01-01,own,b,a,2026-05-12"),
    );
    rig.bunri(["quarantine", "job.toml", "--try", "decisions.csv"])
        .must(3)
        .prints("line 2: this row of supply_period is decided by the rules")
        .says("1 lines of the file decide nothing");
}

/// Every row of the sample that a person can decide is decided: by turns own and other.
#[test]
fn a_draft_that_people_filled_in_moves_what_was_said_and_nothing_is_lost() {
    let rig = Rig::split();
    rig.bunri(["quarantine", "job.toml", "--draft", "decisions.csv"])
        .must(1);
    let draft = rig.read("decisions.csv");
    // Of records that only the retailer keeps, which the rules call another's, nothing but own can be said.
    let waiting = said(&rig, 1, &["--list", "waiting.jsonl"]);
    assert!(waiting["groups"].to_string().contains("own_decision"));
    let overruled: Vec<String> = rig
        .read("waiting.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|it| it["remedy"] == "own_decision")
        .map(|it| {
            format!(
                "{},{},",
                it["table"].as_str().unwrap(),
                it["key"].as_str().unwrap()
            )
        })
        .collect();
    assert!(!overruled.is_empty());
    let lines = draft.lines().skip(1).enumerate().map(|(number, line)| {
        let own = number % 2 == 0 || overruled.iter().any(|row| line.starts_with(row));
        let word = if own { "own" } else { "other" };
        line.replace(
            ",,,,",
            &format!(",{word},\"meeting of 2026-05-11, point 3\",甲野太郎,2026-05-12"),
        )
    });
    let lines: Vec<String> = lines.collect();
    assert!(lines.len() > 100, "{} lines", lines.len());
    rig.write("decisions.csv", format!("{HEADER}\n{}\n", lines.join("\n")));
    let before = counted(&rig);
    let answer = said(&rig, 1, &["--try", "decisions.csv"]);
    rig.write("answer.json", answer.to_string());
    let schema = repository()
        .join("schemas/quarantine.schema.json")
        .display()
        .to_string();
    rig.python("schemas.py", [schema.as_str(), "answer.json"])
        .must(0)
        .prints("1 documents, 0 complaints");
    let tried = &answer["tried"];
    assert_eq!(tried["lines"], lines.len());
    // What hangs on a decided row follows.
    let through = tried["decided"].as_array().unwrap().iter();
    let through: u64 = through
        .map(|it| it["own_through_parents"].as_u64().unwrap())
        .sum();
    assert!(through > 0, "{tried}");
    name_decisions(&rig);
    remove_stores(&rig);
    rig.bunri(["split", "job.toml"]).must(1);
    rig.bunri(["verify", "job.toml"]).must(1);
    let report = rig.json("custody/evidence/report.json");
    let c3 = report["claims"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["code"] == "C3")
        .unwrap();
    assert_eq!(c3["status"], "held");
    let after = counted(&rig);
    let mut moved = 0;
    for store in ["retail", "transmission", "quarantine"] {
        for table in after[store].as_object().unwrap().keys() {
            let tables = tried["changes"]["tables"].as_array().unwrap().iter();
            let flow = tables
                .filter(|it| it["table"] == table.as_str())
                .flat_map(|it| it["stores"].as_array().unwrap())
                .find(|it| it["store"] == store);
            let net = |what: &str| {
                let of =
                    |way: &str| flow.map_or(0, |it| it[format!("{what}_{way}")].as_i64().unwrap());
                moved += of("gained") + of("lost");
                of("gained") - of("lost")
            };
            let nets = ["rows", "cells"].map(net);
            let (rows, cells) = held(&before, store, table);
            assert_eq!(
                held(&after, store, table),
                (rows + nets[0], cells + nets[1]),
                "{table} in {store}"
            );
        }
    }
    assert!(moved > 1000, "{moved}");
}

#[test]
fn what_waits_of_the_sample_is_what_stands_in_the_quarantine() {
    let rig = Rig::split();
    let answer = said(&rig, 1, &[]);
    let counted = counted(&rig);
    for (table, of) in counted["quarantine"].as_object().unwrap() {
        let groups = answer["groups"].as_array().unwrap().iter();
        let rows = groups.filter(|it| it["table"] == table.as_str());
        let rows: u64 = rows
            .map(|it| it["rows_in_quarantine"].as_u64().unwrap())
            .sum();
        assert_eq!(rows, of["rows"].as_u64().unwrap(), "{table}");
    }
    let ended = rig.bunri(["quarantine", "job.toml"]).must(1);
    rig.holds_no_value(&ended);
    assert!(
        ended.out.lines().all(|line| line.chars().count() <= 80),
        "{ended}"
    );
}

#[test]
fn the_quarantine_of_a_job_that_nobody_began_is_refused() {
    let rig = Rig::empty();
    rig.bunri(["sample", "--points", "60", "--out", "legacy.db"])
        .must(0);
    rig.job(&Job::default());
    rig.bunri(["quarantine", "job.toml"])
        .must(3)
        .says("nothing was extracted");
    for folder in STORES {
        assert!(!rig.path(folder).exists(), "{folder}");
    }
}
