//! What other tools are told: contracts and lineage, judged by the validators of their standards and held against the files.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::job::Job;
use crate::rekey;
use crate::rig::{Ended, Rig, STORES, copy_folder, repository};

const TIME: &str = "2026-04-01T02:30:00+09:00";
const RETAIL: &str = "export/retail.odcs.yaml";
const CUSTODY: &str = "export/custody.odcs.yaml";

fn contracts(rig: &Rig) -> Ended {
    rig.bunri(["export", "job.toml", "--format", "odcs", "--out", "export"])
}

fn lineage(rig: &Rig) -> Ended {
    rig.bunri([
        "export",
        "job.toml",
        "--format",
        "openlineage",
        "--time",
        TIME,
        "--out",
        "events.jsonl",
    ])
}

/// A job of a shipped or sample catalogue without its source: contracts need none.
fn of_catalogue(catalogue: &str) -> Rig {
    let rig = Rig::empty();
    rig.job(&Job {
        catalogue: repository().join(catalogue).display().to_string(),
        ..Job::default()
    });
    rig
}

/// Every text in a document, however deep.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn the_contracts_of_the_shipped_catalogue_are_those_of_the_standard() {
    let rig = of_catalogue("schemas/denryoku");
    contracts(&rig).must(0).prints(RETAIL).prints(CUSTODY);
    rig.python("export.py", ["odcs", RETAIL, CUSTODY])
        .must(0)
        .prints("0 complaints");
    let retail = rig.json(RETAIL);
    assert_eq!(retail["apiVersion"], "v3.0.2");
    assert_eq!(retail["status"], "draft");
    assert!(!rig.path("custody").exists(), "a contract needs no run");
    let mode = rig.path(CUSTODY).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Classes by value, conditions, cells of another time, opened tables, kanji: the standard takes all of it.
#[test]
fn the_contracts_of_every_rule_are_those_of_the_standard() {
    for catalogue in [
        "every_rule",
        "kanji",
        "minimal",
        "quarantined_key",
        "switches",
    ] {
        let rig = of_catalogue(&format!("samples/catalogues/valid/{catalogue}"));
        contracts(&rig).must(0);
        rig.python("export.py", ["odcs", RETAIL, CUSTODY]).must(0);
    }
}

#[test]
fn a_damaged_contract_or_event_does_not_pass() {
    let rig = Rig::split();
    contracts(&rig).must(0);
    lineage(&rig).must(0);
    rig.python("export.py", ["damaged", "odcs", CUSTODY])
        .must(0)
        .prints("fields damaged");
    rig.python("export.py", ["damaged", "openlineage", "events.jsonl"])
        .must(0)
        .prints("fields damaged");
    rig.edit(
        RETAIL,
        "\"logicalType\": \"number\"",
        "\"logicalType\": \"decimal\"",
    );
    rig.python("export.py", ["odcs", RETAIL])
        .must(1)
        .prints("'decimal' is not one of");
    rig.edit(
        "events.jsonl",
        "\"eventTime\":\"2026-",
        "\"eventTime\":\"26-",
    );
    rig.python("export.py", ["openlineage", "events.jsonl"])
        .must(1);
}

/// Names, order and types of every column, keys without NULL and without doubles: DuckDB reads what the contracts say.
#[test]
fn the_contracts_say_what_the_files_hold() {
    let rig = Rig::split();
    contracts(&rig).must(0);
    rig.python("export.py", ["files", RETAIL, "retail"]).must(0);
    rig.python("export.py", ["files", CUSTODY, "custody"])
        .must(0);
    rig.edit(
        RETAIL,
        "\"physicalType\": \"DATE\"",
        "\"physicalType\": \"VARCHAR\"",
    );
    rig.python("export.py", ["files", RETAIL, "retail"]).must(1);
}

/// The shipped catalogue withholds whole tables and columns, and its reviewers wrote notes about them.
#[test]
fn the_retail_contract_says_nothing_of_what_retail_does_not_get() {
    let rig = of_catalogue("schemas/denryoku");
    contracts(&rig).must(0);
    let names = |document: &Value| {
        let tables = document["schema"].as_array().unwrap().clone();
        let columns = tables.iter().flat_map(|table| {
            let columns = table["properties"].as_array().unwrap().clone();
            let table = table["businessName"].as_str().unwrap().to_owned();
            columns
                .into_iter()
                .map(move |column| format!("{table}.{}", column["name"].as_str().unwrap()))
        });
        columns.collect::<BTreeSet<_>>()
    };
    let (retail, custody) = (rig.json(RETAIL), rig.json(CUSTODY));
    let (kept, all) = (names(&retail), names(&custody));
    assert!(kept.is_subset(&all) && kept.len() < all.len());
    assert!(all.contains("meter_reading_monthly.remarks"));
    assert!(!kept.contains("meter_reading_monthly.remarks"));
    let mut said = BTreeSet::new();
    texts(&retail, &mut said);
    for place in ["staging", "transmission", "quarantine"] {
        assert!(!said.contains(place), "{place}");
    }
    for withheld in ["transmission_only", "hold", "discard"] {
        assert!(!said.contains(withheld), "{withheld}");
    }
    let notes = custody["schema"].as_array().unwrap().iter();
    let notes: Vec<&str> = notes
        .flat_map(|table| {
            let columns = table["properties"].as_array().unwrap().iter();
            columns
                .chain([table])
                .filter_map(|one| one["description"].as_str())
        })
        .collect();
    assert!(notes.iter().all(|note| !said.contains(*note)));
}

#[test]
fn the_lineage_of_a_run_is_that_of_its_files() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    lineage(&rig).must(0).prints("events.jsonl");
    rig.python("export.py", ["openlineage", "events.jsonl"])
        .must(0);
    rig.python(
        "export.py",
        ["rows", "events.jsonl", "custody", "retail", "legacy.db"],
    )
    .must(0);
    let events = rig.read("events.jsonl");
    rig.edit("events.jsonl", "\"rowCount\":", "\"rowCount\":1");
    rig.python(
        "export.py",
        ["rows", "events.jsonl", "custody", "retail", "legacy.db"],
    )
    .must(1)
    .prints("rows where DuckDB reads");
    let split: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(split["eventTime"], "2026-03-31T17:30:00Z");
    let outputs = split["outputs"].as_array().unwrap();
    let output = |store: &str, table: &str| {
        let namespace = format!("bunri://denryoku/{store}");
        let mut found = outputs.iter();
        found
            .find(|one| one["namespace"] == *namespace && one["name"] == table)
            .unwrap_or_else(|| panic!("{store}/{table}"))
    };
    // Who supplied whom decides which readings retail has.
    let decides = output("retail", "meter_reading_monthly")["facets"]["columnLineage"]["dataset"]
        .as_array()
        .unwrap();
    let retailer = |one: &&Value| one["name"] == "supply_period" && one["field"] == "retailer_code";
    let by = decides.iter().find(retailer).unwrap();
    assert_eq!(by["transformations"][0]["subtype"], "FILTER");
    // A number that only the operator may keep as it is.
    let fields =
        &output("transmission", "meter_reading_monthly")["facets"]["columnLineage"]["fields"];
    let from = &fields["remarks"]["inputFields"][0];
    assert_eq!(from["name"], "meter_reading_monthly");
    assert_eq!(from["transformations"][0]["subtype"], "IDENTITY");
    assert_eq!(from["transformations"][0]["masking"], false);
}

/// Retail has hashes for numbers: another type, and masked. A contract is made without the secret.
#[test]
fn replaced_keys_are_told_as_what_stands_there() {
    let rig = rekey::contracts();
    std::fs::rename(rig.path("contract.secret"), rig.path("aside")).unwrap();
    contracts(&rig).must(0);
    std::fs::rename(rig.path("aside"), rig.path("contract.secret")).unwrap();
    rig.bunri(["run", "job.toml"]).must(1);
    lineage(&rig).must(0);
    rig.python("export.py", ["odcs", RETAIL, CUSTODY]).must(0);
    rig.python("export.py", ["files", RETAIL, "retail"]).must(0);
    rig.python("export.py", ["files", CUSTODY, "custody"])
        .must(0);
    rig.python("export.py", ["openlineage", "events.jsonl"])
        .must(0);
    rig.python(
        "export.py",
        ["rows", "events.jsonl", "custody", "retail", "legacy.db"],
    )
    .must(0);
    let split: Value =
        serde_json::from_str(rig.read("events.jsonl").lines().last().unwrap()).unwrap();
    let outputs = split["outputs"].as_array().unwrap().iter();
    let of_contracts = outputs.filter(|one| one["name"] == "contract");
    let masked: Vec<bool> = of_contracts
        .map(|one| {
            let from = &one["facets"]["columnLineage"]["fields"]["contract_no"]["inputFields"][0];
            assert_eq!(from["field"], "contract_no");
            from["transformations"][0]["masking"].as_bool().unwrap()
        })
        .collect();
    assert_eq!(masked, [true, false, false]);
}

#[test]
fn neither_format_holds_a_value_of_a_record() {
    let rig = Rig::split();
    contracts(&rig).must(0);
    lineage(&rig).must(0);
    for file in [RETAIL, CUSTODY, "events.jsonl"] {
        rig.holds_no_value(&Ended {
            code: None,
            out: rig.read(file),
            err: String::new(),
        });
    }
}

/// Neither a folder nor a clock leaves a trace; and the same time again is no other file.
#[test]
fn an_export_is_the_same_bytes_wherever_and_whenever_it_is_made() {
    let (one, other) = (Rig::split(), Rig::split());
    for rig in [&one, &other] {
        contracts(rig).must(0);
        lineage(rig).must(0);
    }
    for file in [RETAIL, CUSTODY, "events.jsonl"] {
        assert_eq!(one.read(file), other.read(file), "{file}");
    }
    contracts(&one).must(0);
    lineage(&one).must(0);
    let printed = one
        .bunri(["export", "job.toml", "--format", "odcs"])
        .must(0)
        .out;
    let both = format!("---\n{}---\n{}", one.read(RETAIL), one.read(CUSTODY));
    assert_eq!(printed, both);
    let arguments = [
        "export",
        "job.toml",
        "--format",
        "openlineage",
        "--time",
        TIME,
    ];
    assert_eq!(one.bunri(arguments).must(0).out, one.read("events.jsonl"));
    // Another moment is another event of the same run.
    let arguments = [
        "export",
        "job.toml",
        "--format",
        "openlineage",
        "--time",
        "2026-04-02T00:00:00Z",
    ];
    let later = one.bunri(arguments).must(0).out;
    let again = later.replace("2026-04-02T00:00:00Z", "2026-03-31T17:30:00Z");
    assert_eq!(again, one.read("events.jsonl"));
}

#[test]
fn another_file_is_never_overwritten() {
    let rig = Rig::split();
    contracts(&rig).must(0);
    std::fs::remove_file(rig.path(RETAIL)).unwrap();
    rig.write(CUSTODY, "somebody else's");
    contracts(&rig)
        .must(5)
        .says("custody.odcs.yaml` is already there; bunri never overwrites");
    assert!(!rig.path(RETAIL).exists(), "one of two is worse than none");
    // A folder is asked for, and a file is there.
    let arguments = ["export", "job.toml", "--format", "odcs", "--out", CUSTODY];
    rig.bunri(arguments).must(5).says("is already there");
    rig.write("events.jsonl", "somebody else's");
    lineage(&rig).must(5).says("events.jsonl");
    assert_eq!(rig.read("events.jsonl"), "somebody else's");
}

#[test]
fn an_unfinished_run_has_no_lineage() {
    let rig = Rig::with_sample(60);
    lineage(&rig)
        .must(3)
        .says("nothing was extracted into `custody` yet");
    rig.bunri(["extract", "job.toml"]).must(1);
    lineage(&rig)
        .must(3)
        .says("`retail/manifest.json` is not there, which split writes last")
        .says("run `bunri run` with this job");
    assert!(!rig.path("events.jsonl").exists());
    rig.bunri(["split", "job.toml"]).must(1);
    for store in STORES {
        let manifest = rig.path(&format!("{store}/manifest.json"));
        let aside = rig.path("aside");
        std::fs::rename(&manifest, &aside).unwrap();
        lineage(&rig)
            .must(3)
            .says(&format!("{store}/manifest.json"));
        std::fs::rename(&aside, &manifest).unwrap();
    }
    let staging = rig.path("custody/staging/manifest.json");
    std::fs::rename(&staging, rig.path("aside")).unwrap();
    lineage(&rig).must(3).says("which extract writes last");
    std::fs::rename(rig.path("aside"), &staging).unwrap();
    lineage(&rig).must(0);
}

#[test]
fn a_run_of_something_else_has_no_lineage() {
    let rig = Rig::split();
    rig.edit("job.toml", "label = \"story\"", "label = \"another\"");
    lineage(&rig).must(3).says("label: was story, is another");
    rig.edit("job.toml", "label = \"another\"", "label = \"story\"");
    // A store that was put there by hand.
    rig.edit(
        "retail/manifest.json",
        "\"label\": \"story\"",
        "\"label\": \"another\"",
    );
    lineage(&rig)
        .must(3)
        .says("the manifest of `retail` is of another run: its label is `another`");
    rig.edit(
        "retail/manifest.json",
        "\"label\": \"another\"",
        "\"label\": \"story\"",
    );
    rig.edit(
        "retail/manifest.json",
        "\"name\": \"usage_kwh\"",
        "\"name\": \"usage_mwh\"",
    );
    lineage(&rig)
        .must(3)
        .says("does not have the tables and columns that the catalogue gives it");
    rig.write("retail/manifest.json", "{}");
    lineage(&rig).must(3).says("cannot be read as a manifest");
}

#[test]
fn what_cannot_be_exported_is_said_before_anything_is_written() {
    let rig = Rig::with_sample(60);
    rig.bunri(["export", "job.toml", "--format", "csv"])
        .must(2)
        .says("odcs, openlineage");
    rig.bunri(["export", "job.toml"]).must(2).says("--format");
    rig.bunri(["export", "job.toml", "--format", "openlineage"])
        .must(3)
        .says("nothing was extracted into `custody` yet");
    rig.bunri(["export", "job.toml", "--format", "odcs", "--time", TIME])
        .must(2)
        .says("a contract has no time");
    let yesterday = [
        "export",
        "job.toml",
        "--format",
        "openlineage",
        "--time",
        "yesterday",
    ];
    rig.bunri(yesterday)
        .must(2)
        .says("`yesterday` is not a time of RFC 3339");
    rig.bunri(["export", "nowhere.toml", "--format", "odcs"])
        .must(3)
        .says("nowhere.toml");
    for place in ["retail", "retail/export"] {
        rig.bunri(["export", "job.toml", "--format", "odcs", "--out", place])
            .must(3)
            .says("lies in the retail store's folder");
        assert!(!rig.path(place).exists());
    }
    rig.edit("job.toml", "schemas/denryoku", "schemas/nowhere");
    contracts(&rig).must(3).says("nowhere");
    assert!(!rig.path("export").exists());
}

/// A cutover's contracts are in force.
#[test]
fn the_contracts_of_a_cutover_are_active() {
    let rig = Rig::empty();
    copy_folder(
        &repository().join("schemas/denryoku"),
        &rig.path("catalogue"),
    );
    rig.own_catalogue();
    let told = rig.bunri(["check", "job.toml"]).must(0).out;
    let pin = told
        .lines()
        .find(|line| line.starts_with("blake3 = "))
        .unwrap();
    rig.edit("job.toml", "kind = \"rehearsal\"", "kind = \"cutover\"");
    rig.edit("job.toml", "[output]", &format!("{pin}\n[output]"));
    contracts(&rig).must(0);
    assert_eq!(rig.json(RETAIL)["status"], "active");
}

#[test]
fn without_a_time_lineage_has_that_of_the_journal() {
    let rig = Rig::split();
    let export = || rig.bunri(["export", "job.toml", "--format", "openlineage"]);
    let events = export().must(0).out;
    let journal = rig.read("custody/journal.jsonl");
    let ended: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&ended["stage"], &ended["state"]),
        (&"split".into(), &"done".into())
    );
    // Both write it in UTC, and one of them without zeros at its end.
    let begins = ended["time"].as_str().unwrap().trim_end_matches('Z');
    let begins = begins.trim_end_matches('0').trim_end_matches('.');
    assert_eq!(events.lines().count(), 4);
    for event in events.lines() {
        let event: serde_json::Value = serde_json::from_str(event).unwrap();
        let time = event["eventTime"].as_str().unwrap();
        assert_eq!(time.trim_end_matches('Z'), begins);
    }
    rig.write("custody/journal.jsonl", "");
    export().must(2).says("say it with --time");
}
