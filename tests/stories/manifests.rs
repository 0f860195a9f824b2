//! What stands beside the data: manifests as their published schemas say, sums that every auditor can check.

use std::process::Command;

use serde_json::json;

use crate::rig::{Ended, Rig, STORES, repository};

fn is_valid(rig: &Rig, schema: &str, document: &str) {
    let schema = repository()
        .join("schemas")
        .join(schema)
        .display()
        .to_string();
    rig.python("schemas.py", [schema.as_str(), document])
        .must(0)
        .prints("1 documents, 0 complaints");
}

#[test]
fn the_manifests_of_the_stores_are_as_their_schema_says() {
    let rig = Rig::split();
    for store in STORES {
        is_valid(
            &rig,
            "store-manifest.schema.json",
            &format!("{store}/manifest.json"),
        );
    }
}

#[test]
fn the_manifest_of_staging_is_as_its_schema_says() {
    is_valid(
        &Rig::split(),
        "staging-manifest.schema.json",
        "custody/staging/manifest.json",
    );
}

#[test]
fn the_report_is_as_its_schema_says() {
    let rig = Rig::split();
    rig.bunri(["verify", "job.toml"]).must(1);
    is_valid(&rig, "report.schema.json", "custody/evidence/report.json");
}

#[test]
fn the_report_of_a_damaged_store_is_as_its_schema_says() {
    let rig = Rig::split();
    let reading = rig.planted("own", "meter_reading_monthly", "usage_kwh", "present");
    rig.tamper(
        "retail",
        "meter_reading_monthly",
        [json!(["drop", reading["key"]])],
    );
    rig.write("retail/notes.txt", "");
    rig.bunri(["verify", "job.toml"]).must(10);
    is_valid(&rig, "report.schema.json", "custody/evidence/report.json");
}

#[test]
fn sha256sum_checks_every_store() {
    let rig = Rig::split();
    for store in STORES {
        let mut check = Command::new("sha256sum");
        check
            .args(["--check", "--strict", "SHA256SUMS"])
            .current_dir(rig.path(store));
        Ended::of(&mut check)
            .must(0)
            .prints("manifest.json: OK")
            .prints(".parquet: OK");
    }
}

#[test]
fn the_blake3_sums_name_every_file_of_every_store() {
    let rig = Rig::split();
    for store in STORES {
        rig.python("sums.py", [store]).must(0);
    }
}

/// The retail manifest goes to the other company: what it counts is what that company has.
#[test]
fn the_retail_manifest_counts_granted_rows_only() {
    let rig = Rig::split();
    let manifest = rig.json("retail/manifest.json");
    for table in manifest["tables"].as_array().unwrap() {
        let id = table["id"].as_str().unwrap();
        let counted: u64 = table["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["rows"].as_u64().unwrap())
            .sum();
        rig.python("show.py", [".", "retail", id])
            .must(0)
            .prints(&format!("{counted} rows"));
    }
    let text = rig.read("retail/manifest.json");
    assert!(
        !text.contains("source") && !text.contains("staging") && !text.contains("undecided"),
        "{text}"
    );
}
