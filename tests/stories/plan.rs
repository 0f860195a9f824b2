//! `bunri plan` and `bunri diff`: what is said before a run is what the run does; where the plan lies, and what is refused of it.

use std::os::unix::fs::MetadataExt as _;

use serde_json::Value;

use crate::rig::{Ended, Rig, copy_folder, repository};
use crate::small::{POINT, small};

const STORES: [&str; 3] = ["retail", "transmission", "quarantine"];
const FILES: [&str; 6] = [
    "plan.html",
    "plan.ja.html",
    "plan.json",
    "plan.md",
    "runbook.ja.md",
    "runbook.md",
];

/// What stands in the stores, by DuckDB.
fn counted(rig: &Rig) -> Value {
    let out = rig.python("cells.py", ["."]).must(0).out;
    serde_json::from_str(&out).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn sum(values: &Value) -> u64 {
    values
        .as_object()
        .map_or(0, |values| values.values().map(number).sum())
}

fn extracted(points: u32) -> Rig {
    let rig = Rig::with_sample(points);
    rig.bunri(["extract", "job.toml"]).must(1);
    rig
}

fn is_valid(rig: &Rig, document: &str) {
    let schema = repository()
        .join("schemas/plan.schema.json")
        .display()
        .to_string();
    rig.python("schemas.py", [schema.as_str(), document])
        .must(0)
        .prints("1 documents, 0 complaints");
}

/// Beside DuckDB's counts, table by table: rows, the values of every column, and their bytes.
fn compare(plan: &Value, counted: &Value) {
    let mut cells_seen = 0;
    for table in plan["tables"].as_array().unwrap() {
        let id = table["table"].as_str().unwrap();
        for store in STORES {
            let there = &counted[store][id];
            let has = table["stores"]
                .as_array()
                .unwrap()
                .iter()
                .any(|it| it == store);
            assert_eq!(has, there.is_object(), "{id} in {store}");
            let here = table["destinations"].as_array().unwrap().iter();
            let here: Vec<&Value> = here.filter(|it| it["store"] == store).collect();
            let total = |what: &str| here.iter().map(|it| number(&it[what])).sum::<u64>();
            assert_eq!(
                total("rows"),
                number(&there["rows"]),
                "rows of {id} in {store}"
            );
            assert_eq!(
                total("bytes"),
                sum(&there["bytes"]),
                "bytes of {id} in {store}"
            );
            for column in table["columns"].as_array().unwrap() {
                let name = column["column"].as_str().unwrap();
                let planned = column["cells"].as_array().unwrap().iter();
                let planned: u64 = planned.map(|it| number(&it[store])).sum();
                assert_eq!(
                    planned,
                    number(&there["cells"][name]),
                    "{id}.{name} in {store}"
                );
                cells_seen += planned;
            }
            assert_eq!(
                total("cells"),
                sum(&there["cells"]),
                "cells of {id} in {store}"
            );
        }
    }
    assert!(cells_seen > 10_000, "{cells_seen}");
}

#[test]
fn what_is_planned_of_the_sample_is_what_the_run_does_cell_for_cell() {
    let rig = extracted(500);
    let ended = rig.bunri(["plan", "job.toml"]).must(1);
    rig.holds_no_value(&ended);
    assert!(
        ended.out.lines().all(|line| line.chars().count() <= 80),
        "{ended}"
    );
    let plan = rig.json("custody/plan/plan.json");
    is_valid(&rig, "custody/plan/plan.json");
    for store in crate::rig::STORES {
        assert!(!rig.path(store).join("manifest.json").exists(), "{store}");
    }
    rig.bunri(["split", "job.toml"]).must(1);
    compare(&plan, &counted(&rig));
    // Scans name their owner by its kind, which no store tells.
    rig.python("dangling.py", [".", "custody/plan/plan.json", "document"])
        .must(0)
        .prints(" 0 differ");
    // The plan beside them is no stray, and verification says the same of rows and references.
    rig.bunri(["verify", "job.toml"])
        .must(1)
        .never_says("unlisted");
    let report = rig.json("custody/evidence/report.json");
    for (planned, told) in plan["references"]
        .as_array()
        .unwrap()
        .iter()
        .zip(report["references"].as_array().unwrap())
    {
        assert_eq!(planned, told);
    }
    for told in report["tables"].as_array().unwrap() {
        let tables = plan["tables"].as_array().unwrap().iter();
        let planned = tables
            .clone()
            .find(|it| it["table"] == told["table"])
            .unwrap();
        for ownership in ["own", "other", "undecided"] {
            let told = match &told[ownership] {
                Value::Array(reasons) => reasons.iter().map(|it| number(&it["rows"])).sum(),
                rows => number(rows),
            };
            assert_eq!(
                number(&planned["rows"][ownership]),
                told,
                "{planned} {ownership}"
            );
        }
    }
}

#[test]
fn a_plan_is_a_function_of_its_inputs_and_its_folder_is_closed() {
    let rig = extracted(60);
    rig.bunri(["plan", "job.toml"]).must(1);
    let read = |rig: &Rig| FILES.map(|name| rig.read(&format!("custody/plan/{name}")));
    let first = read(&rig);
    rig.edit("job.toml", "threads = 2", "threads = 1");
    rig.bunri(["plan", "job.toml"]).must(1);
    let second = read(&rig);
    let same = |text: &String| {
        text.replace("\"threads\": 1", "\"threads\": 2")
            .replace("on 1 threads", "on 2 threads")
            .replace("<dt>Threads</dt><dd>1</dd>", "<dt>Threads</dt><dd>2</dd>")
            .replace(
                "<dt>スレッド数</dt><dd>1</dd>",
                "<dt>スレッド数</dt><dd>2</dd>",
            )
    };
    assert_eq!(first.each_ref().map(same), second.each_ref().map(same));
    let mut found: Vec<String> = std::fs::read_dir(rig.path("custody/plan"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, FILES);
    let mode = |below: &str| rig.path(below).metadata().unwrap().mode() & 0o777;
    assert_eq!(mode("custody/plan"), 0o700);
    for name in FILES {
        assert_eq!(mode(&format!("custody/plan/{name}")), 0o600, "{name}");
    }
    assert!(first[4].contains("切り戻し") && first[5].contains("The way back"));
    for text in &first {
        rig.holds_no_value(&Ended {
            code: None,
            out: text.clone(),
            err: String::new(),
        });
    }
}

#[test]
fn a_plan_is_written_neither_where_retail_reads_nor_over_what_is_no_plan() {
    let rig = extracted(60);
    for out in ["retail", "retail/plan", "custody/../retail/plan"] {
        rig.bunri(["plan", "job.toml", "--out", out])
            .must(3)
            .says("lies in the retail store's folder");
        assert!(!rig.path(out).join("plan.json").exists(), "{out}");
    }
    rig.bunri(["plan", "job.toml", "--out", "custody/staging"])
        .must(3)
        .says("holds files that no plan has");
    rig.bunri(["plan", "job.toml", "--out", "elsewhere"])
        .must(1);
    assert!(rig.path("elsewhere/plan.json").is_file() && !rig.path("custody/plan").exists());
}

#[test]
fn before_extraction_the_catalogue_alone_is_told_and_custody_stays_untouched() {
    let rig = Rig::with_sample(60);
    // Not even the source is needed.
    std::fs::rename(rig.path("legacy.db"), rig.path("away.db")).unwrap();
    rig.bunri(["plan", "job.toml"])
        .must(1)
        .prints("meter: to retail, transmission, quarantine")
        .prints("not known: rows, cells and bytes: nothing was extracted yet")
        .prints("not known: what the views of the source read: the source is not there")
        .prints("nothing was written");
    assert!(!rig.path("custody").exists());
    rig.bunri(["plan", "job.toml", "--out", "plan"]).must(1);
    is_valid(&rig, "plan/plan.json");
    assert_eq!(rig.json("plan/plan.json")["staging_manifest"], Value::Null);
    std::fs::rename(rig.path("away.db"), rig.path("legacy.db")).unwrap();
    // A job can still begin here.
    rig.bunri(["extract", "job.toml"]).must(1);
}

#[test]
fn a_half_sound_catalogue_is_told_as_far_as_it_goes() {
    let rig = extracted(60);
    rig.own_catalogue();
    rig.edit(
        "catalogue/tables/consumer.toml",
        "own_customer",
        "own_custommer",
    );
    rig.bunri(["plan", "job.toml"])
        .must(3)
        .prints("no row was decided")
        .prints("files of tables without a mistake of their own: 26 of 27")
        .prints("staging holds")
        .says("catalogue/tables/consumer.toml");
    assert!(!rig.path("custody/plan").exists());
}

/// The sample under a catalogue of its own, split; and that catalogue as it was, in `before/`.
fn changed(from: &str, to: &str) -> Rig {
    let rig = Rig::with_sample(500);
    rig.own_catalogue();
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    copy_folder(&rig.path("catalogue"), &rig.path("before"));
    rig.edit("catalogue/tables/consumer.toml", from, to);
    rig
}

#[test]
fn a_changed_class_is_told_with_the_cells_that_it_moves_and_a_run_moves_just_these() {
    let rig = changed(
        "contact_phone = { class = \"own_customer\"",
        "contact_phone = { class = \"transmission_only\"",
    );
    let before = counted(&rig);
    rig.bunri(["plan", "job.toml", "--against", "before"])
        .must(1)
        .prints("consumer.contact_phone class: - own_customer + transmission_only");
    is_valid(&rig, "custody/plan/plan.json");
    let plan = rig.json("custody/plan/plan.json");
    let steps = plan["rerun"].as_array().unwrap();
    assert_eq!(
        (&steps[0]["stands"], &steps[1]["stands"]),
        (&true.into(), &false.into())
    );
    assert!(
        steps[1]["why"]
            .as_str()
            .unwrap()
            .contains("catalogue blake3: was ")
    );
    let lost = number(&before["retail"]["consumer"]["cells"]["contact_phone"]);
    assert!(lost > 10, "{lost}");
    let ended = rig
        .bunri(["diff", "before", "catalogue", "--job", "job.toml", "--json"])
        .must(1);
    let diff: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(diff, plan["changes"]);
    let tables = diff["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 1, "{diff}");
    let retail = tables[0]["stores"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["store"] == "retail");
    assert_eq!(number(&retail.unwrap()["cells_lost"]), lost);
    for folder in [
        "retail",
        "custody/transmission",
        "custody/quarantine",
        "custody/tmp",
    ] {
        std::fs::remove_dir_all(rig.path(folder)).unwrap();
    }
    rig.bunri(["split", "job.toml"]).must(1);
    compare(&plan, &counted(&rig));
    // The new stores were made of what now stands in the job.
    rig.bunri(["plan", "job.toml"]).must(1);
    assert_eq!(
        rig.json("custody/plan/plan.json")["rerun"][1]["stands"],
        true
    );
}

#[test]
fn two_catalogues_are_compared_without_any_data_and_the_same_says_so() {
    let rig = changed(
        "contact_phone = { class = \"own_customer\"",
        "contact_phone = { class = \"hold\"",
    );
    rig.bunri(["diff", "before", "before"])
        .must(0)
        .prints("both say the same");
    rig.bunri(["diff", "before", "catalogue"])
        .must(1)
        .prints("consumer.contact_phone class: - own_customer + hold")
        .prints("rows and cells were not counted");
    // Another shape than that of staging.
    rig.edit("catalogue/catalogue.toml", "version = \"", "version = \"x");
    let types = rig.read("catalogue/tables/area_total.toml");
    rig.write(
        "catalogue/tables/area_total.toml",
        types.replace(
            "total_usage_kwh = \"decimal",
            "total_usage_kwh = \"text\" # ",
        ),
    );
    let ended = rig.bunri(["diff", "before", "catalogue", "--job", "job.toml"]);
    assert_ne!(ended.code, Some(0), "{ended}");
}

#[test]
fn queries_of_the_legacy_system_are_read_and_what_is_not_understood_is_never_clean() {
    let rig = extracted(60);
    std::fs::create_dir_all(rig.path("sql/night")).unwrap();
    rig.write(
        "sql/night/dunning.sql",
        "SELECT c.contract_holder_name FROM consumer c WHERE c.contact_phone = '09012345678';\nEXEC something @strange = 1;",
    );
    rig.write("sql/sjis.SQL", b"SELECT \x8c\x5f FROM consumer");
    rig.write("sql/notes.txt", "no SQL");
    rig.bunri(["plan", "job.toml", "--queries", "sql"])
        .must(1)
        .prints("statements of the legacy system: 3; 1 read withheld columns, 2 are unknown")
        .never_says("09012345678");
    is_valid(&rig, "custody/plan/plan.json");
    let plan = rig.json("custody/plan/plan.json");
    let queries = plan["queries"].as_array().unwrap();
    assert_eq!(queries[0]["name"], "night/dunning.sql");
    let read_as: Vec<&str> = queries[0]["reads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["read_as"].as_str().unwrap())
        .collect();
    assert_eq!(read_as, ["shown", "filter"]);
    assert_eq!(queries[2]["unknown"][0], "the file is not UTF-8");
    let page = rig.read("custody/plan/plan.md");
    assert!(page.contains("**unknown**") && !page.contains("09012345678"));
}

#[test]
fn views_of_the_source_are_read_and_one_over_nothing_is_unknown() {
    let rig = Rig::with_sample(60);
    rig.sql(
        "CREATE VIEW v_tel AS SELECT contact_phone FROM consumer;
         CREATE VIEW \"V <b>|broken\" AS SELECT * FROM nowhere;",
    );
    let ended = rig.bunri(["plan", "job.toml", "--out", "plan"]).must(1);
    ended
        .prints("statements of the legacy system: 2; 1 read withheld columns, 1 are unknown")
        .never_says("not known: what the views");
    is_valid(&rig, "plan/plan.json");
    let queries = &rig.json("plan/plan.json")["queries"];
    assert_eq!(queries[0]["name"], "V <b>|broken");
    let unknown = queries[0]["unknown"].to_string();
    assert!(
        unknown.contains("a relation that the catalogue does not have"),
        "{unknown}"
    );
    assert_eq!(queries[1]["reads"][0]["column"], "contact_phone");
    let page = rig.read("plan/plan.md");
    assert!(
        page.contains("V &lt;b&gt;\\|broken") && !page.contains("<b>"),
        "{page}"
    );
}

#[test]
fn an_empty_ledger_is_planned_like_any_other() {
    let rig = small(&[]);
    rig.bunri(["extract", "job.toml"]).must(0);
    rig.bunri(["plan", "job.toml"])
        .must(1)
        .prints("meter_reading 0 0 1 0 1 1")
        .never_says(POINT);
}
