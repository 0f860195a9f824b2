//! What people decide about quarantined rows: a file beside the catalogue, the last word on a row, and refused where
//! it decides nothing.

use crate::rig::{Ended, Rig};
use crate::small::{POINT, small};

const HEADER: &str = "table,key,ownership,basis,approver,date";
const APPROVED: &str = "\"meeting of 2026-05-11, point 3\",甲野太郎,2026-05-12";

/// The small system, in whose ledger January is missing, with these decisions.
fn gap(lines: &[String]) -> Rig {
    let rig = small(&[
        [POINT, "2020-01-01", "2025-12-31", "99010"],
        [POINT, "2026-02-01", "9999-12-31", "99010"],
    ]);
    decide(&rig, lines);
    let job = rig.read("job.toml");
    rig.write("job.toml", job + "[decisions]\npath = \"decisions.csv\"\n");
    rig
}

fn decide(rig: &Rig, lines: &[String]) {
    rig.write("decisions.csv", format!("{HEADER}\n{}\n", lines.join("\n")));
}

fn line(table: &str, key: &str, ownership: &str) -> String {
    format!("{table},{key},{ownership},{APPROVED}")
}

fn reading(ownership: &str) -> String {
    line("meter_reading", &format!("{POINT}|2026-01-01"), ownership)
}

fn shown(rig: &Rig, store: &str) -> String {
    rig.python("show.py", [".", store, "meter_reading"])
        .must(0)
        .out
}

fn run(rig: &Rig) -> Ended {
    rig.bunri(["run", "job.toml"])
}

#[test]
fn a_row_decided_own_is_in_retail_and_no_longer_in_the_quarantine() {
    let rig = gap(&[reading("own")]);
    run(&rig)
        .must(1)
        .prints("decided_rows: meter_reading, own: 1");
    assert!(shown(&rig, "retail").contains("usage_kwh=123.4"));
    assert!(shown(&rig, "transmission").contains("usage_kwh=123.4"));
    assert!(shown(&rig, "quarantine").contains("0 rows"));
}

#[test]
fn a_row_decided_other_is_in_transmission_alone() {
    let rig = gap(&[reading("other")]);
    run(&rig)
        .must(1)
        .prints("decided_rows: meter_reading, other: 1");
    assert!(shown(&rig, "retail").contains("0 rows"));
    assert!(shown(&rig, "transmission").contains("usage_kwh=123.4"));
    assert!(shown(&rig, "quarantine").contains("0 rows"));
}

#[test]
fn decisions_that_decide_nothing_are_all_refused_before_a_store_is_begun_and_can_be_corrected() {
    let ledger = line("supply_period", &format!("{POINT}|2020-01-01"), "other");
    let nowhere = line("meter_reading", "8000000000000000000000|2026-01-01", "own");
    let rig = gap(&[nowhere, reading("own"), ledger]);
    let ended = run(&rig).must(3);
    let ended = ended.says("decisions.csv:2:1: no row of `meter_reading` in staging has this key");
    ended
        .says("decisions.csv:4:1: this row of `supply_period` is not undecided: the rules say own")
        .never_says("decisions.csv:3")
        .never_says("8000000000000000000000");
    assert!(!rig.path("custody/transmission").exists());
    decide(&rig, &[reading("own")]);
    run(&rig).must(1);
    assert!(shown(&rig, "retail").contains("usage_kwh=123.4"));
}

#[test]
fn a_line_that_nobody_approved_is_refused_by_its_number() {
    let unapproved = format!("meter_reading,{POINT}|2026-01-01,own,meeting,,2026-05-12");
    let rig = gap(&[unapproved]);
    let why = "decisions.csv:2:1: `approver` is empty";
    rig.bunri(["check", "job.toml"]).must(3).says(why);
    run(&rig).must(3).says(why).never_says(POINT);
}

#[test]
fn stores_of_other_decisions_are_not_taken_for_these() {
    let rig = gap(&[reading("own")]);
    run(&rig).must(1);
    decide(&rig, &[reading("other")]);
    rig.bunri(["split", "job.toml"])
        .must(3)
        .says("decisions blake3: was ");
    rig.bunri(["verify", "job.toml"])
        .must(3)
        .says("decisions blake3: was ");
}

#[test]
fn the_digest_that_check_prints_is_the_one_that_the_job_pins() {
    let rig = gap(&[reading("own")]);
    let checked = rig.bunri(["check", "job.toml"]).must(0);
    let (_, digest) = checked.out.split_once("[decisions] blake3 = ").unwrap();
    let pin = digest.lines().next().unwrap();
    rig.edit(
        "job.toml",
        "path = \"decisions.csv\"",
        &format!("path = \"decisions.csv\"\nblake3 = {pin}"),
    );
    rig.bunri(["check", "job.toml"]).must(0);
    decide(&rig, &[reading("other")]);
    rig.bunri(["check", "job.toml"])
        .must(3)
        .says("the decisions are not those that were approved");
}

#[test]
fn the_retail_store_says_nothing_of_decisions() {
    let (with, without) = (gap(&[reading("other")]), gap(&[]));
    run(&with).must(1);
    run(&without).must(1);
    for file in ["manifest.json", "meter_reading/part-00000.parquet"] {
        let bytes = |rig: &Rig| std::fs::read(rig.path("retail").join(file)).unwrap();
        assert_eq!(bytes(&with), bytes(&without), "{file}");
    }
}

/// The same file decides in SQL too, and one decision too many stops the script.
#[test]
fn duckdb_hears_the_decisions_as_the_split_does() {
    let rig = gap(&[reading("own")]);
    run(&rig).must(1);
    crate::as_sql::compared(&rig).must(0).prints(" 0 differ");
    decide(
        &rig,
        &[
            reading("own"),
            line("meter_reading", "nobody's|2026-01-01", "own"),
        ],
    );
    rig.python("sql.py", ["."])
        .must(1)
        .prints("a decision on meter_reading decides nothing");
}
