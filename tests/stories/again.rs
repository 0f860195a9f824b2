//! `bunri run --again`: after a change what stands and what goes is said, confirmed and done; what comes of it is what a fresh run
//! makes, and nothing of the old and the new is ever mixed.

use serde_json::Value;

use crate::job::Job;
use crate::rig::{Ended, Rig, STORES, copy_folder};
use crate::small::{POINT, small};
use crate::trees::{differences, same_stores, tree};

fn again(rig: &Rig) -> Ended {
    rig.bunri(["run", "job.toml", "--again", "--yes"])
}

fn events(ended: &Ended) -> Vec<Value> {
    let lines = ended.err.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A run of the sample by a catalogue of its own.
fn ran() -> Rig {
    let rig = Rig::with_sample(60);
    rig.own_catalogue();
    rig.bunri(["run", "job.toml"]).must(1);
    rig
}

/// A run from nothing of the same source and the catalogue as it is now.
fn fresh(rig: &Rig) -> Rig {
    let other = Rig::empty();
    std::fs::copy(rig.path("legacy.db"), other.path("legacy.db")).unwrap();
    copy_folder(&rig.path("catalogue"), &other.path("catalogue"));
    other.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    other.bunri(["run", "job.toml"]);
    other
}

const TABLE: &str = "catalogue/tables/supply_period.toml";

#[test]
fn a_changed_class_makes_the_stores_anew_and_reads_nothing() {
    let rig = ran();
    rig.edit(
        TABLE,
        "retailer_name = \"own_customer\"",
        "retailer_name = \"transmission_only\"",
    );
    let before = STORES.map(|store| tree(&rig.path(store)));
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("catalogue blake3: was ")
        .says("`bunri run --again` says what stands and makes the rest anew");
    rig.bunri(["run", "job.toml", "--again"])
        .must(3)
        .prints("catalogue blake3: was ")
        .prints("stands: 27 tables of staging")
        .prints("removed: the stores retail, transmission, quarantine; they are made anew")
        .says("nothing was changed");
    let after = STORES.map(|store| tree(&rig.path(store)));
    assert_eq!(before, after, "nobody confirmed it");
    let ended = rig
        .bunri(["run", "job.toml", "--again", "--yes", "--log", "json"])
        .must(1);
    let events = events(&ended);
    let told = events
        .iter()
        .find(|event| event["event"] == "again")
        .unwrap();
    assert_eq!(told["tables_that_stand"], 27);
    assert_eq!(told["tables_read_again"], serde_json::json!([]));
    assert_eq!(told["stores_removed"], true);
    let stages: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "stage")
        .map(|event| &event["stage"])
        .collect();
    assert_eq!(stages, ["split", "verify"]);
    same_stores(&rig, &fresh(&rig));
    again(&rig)
        .must(1)
        .prints("nothing changed since the last run: it is resumed");
    rig.bunri(["run", "job.toml"]).must(1);
}

#[test]
fn a_changed_type_reads_one_table() {
    let rig = ran();
    rig.edit(TABLE, "period_no = \"int\"", "period_no = \"decimal(9,0)\"");
    let ended = rig
        .bunri(["run", "job.toml", "--again", "--yes", "--log", "json"])
        .must(1);
    let events = events(&ended);
    let told = events
        .iter()
        .find(|event| event["event"] == "again")
        .unwrap();
    assert_eq!(
        told["tables_read_again"],
        serde_json::json!(["supply_period"])
    );
    assert_eq!(told["tables_that_stand"], 26);
    let extracted = events
        .iter()
        .find(|event| event["event"] == "extracted")
        .unwrap();
    assert_eq!(extracted["tables_kept"], 26);
    let fresh = fresh(&rig);
    same_stores(&rig, &fresh);
    let staging = |rig: &Rig| tree(&rig.path("custody/staging"));
    assert_eq!(
        differences(&staging(&rig), &staging(&fresh)),
        Vec::<String>::new()
    );
}

#[test]
fn a_damaged_table_does_not_stand() {
    let rig = ran();
    rig.edit(TABLE, "period_no = \"int\"", "period_no = \"decimal(9,0)\"");
    let part = "custody/staging/consumer/part-00000.parquet";
    let mut bytes = std::fs::read(rig.path(part)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    rig.write(part, bytes);
    again(&rig).must(1);
    same_stores(&rig, &fresh(&rig));
}

#[test]
fn a_table_that_is_ignored_now_leaves_staging() {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    let shipped = crate::rig::repository().join("samples/catalogues/valid/minimal");
    copy_folder(&shipped, &rig.path("catalogue"));
    let job = rig.read("job.toml");
    rig.write(
        "job.toml",
        job.replace(&shipped.display().to_string(), "catalogue"),
    );
    rig.bunri(["run", "job.toml"]).must(1);
    std::fs::remove_file(rig.path("catalogue/tables/meter_reading.toml")).unwrap();
    let main = rig.read("catalogue/catalogue.toml");
    rig.write(
        "catalogue/catalogue.toml",
        main + "\n[[ignored]]\nobject = \"meter_reading\"\nbasis = \"meeting of 2026-05-11\"\n",
    );
    again(&rig)
        .must(1)
        .prints("stands: 2 tables of staging")
        .prints("removed: meter_reading, which the catalogue no longer has");
    assert!(!rig.path("custody/staging/meter_reading").exists());
    assert!(!rig.path("retail/meter_reading").exists());
}

#[test]
fn decided_rows_move_and_nothing_is_lost() {
    let rig = small(&[
        [POINT, "2020-01-01", "2025-12-31", "99010"],
        [POINT, "2026-02-01", "9999-12-31", "99010"],
    ]);
    rig.bunri(["run", "job.toml"]).must(1);
    let shown = |store: &str| {
        rig.python("show.py", [".", store, "meter_reading"])
            .must(0)
            .out
    };
    assert!(shown("quarantine").contains("usage_kwh=123.4"));
    rig.write(
        "decisions.csv",
        format!("table,key,ownership,basis,approver,date\nmeter_reading,{POINT}|2026-01-01,own,point 3,甲野太郎,2026-05-12\n"),
    );
    let job = rig.read("job.toml");
    rig.write("job.toml", job + "[decisions]\npath = \"decisions.csv\"\n");
    rig.bunri(["run", "job.toml"]).must(3);
    again(&rig)
        .must(1)
        .prints("decisions blake3: was ")
        .prints("decided_rows: meter_reading, own: 1")
        .never_says("BROKEN");
    assert!(shown("retail").contains("usage_kwh=123.4"));
    assert!(shown("quarantine").contains("0 rows"));
}

#[test]
fn another_source_is_never_taken_for_a_change() {
    let rig = ran();
    rig.sql("UPDATE code_retailer SET rowid = rowid; CREATE TABLE later (x); DROP TABLE later; VACUUM; PRAGMA user_version = 7;");
    again(&rig).must(3).says("source blake3: was ");
    let rig = ran();
    rig.edit("job.toml", "retail = \"retail\"", "retail = \"elsewhere\"");
    again(&rig).must(3).says("output.retail: was ");
    assert!(rig.path("retail/manifest.json").exists());
}

#[test]
fn what_somebody_put_into_a_store_keeps_all_of_it() {
    let rig = ran();
    rig.edit(
        TABLE,
        "retailer_name = \"own_customer\"",
        "retailer_name = \"transmission_only\"",
    );
    rig.write("custody/transmission/consumer/notes.txt", "mine");
    again(&rig).must(3).says("notes.txt");
    for store in STORES {
        assert!(rig.path(store).join("manifest.json").exists(), "{store}");
    }
    std::fs::remove_file(rig.path("custody/transmission/consumer/notes.txt")).unwrap();
    again(&rig).must(1);
}

#[test]
fn an_interrupted_removal_is_no_store_and_is_gone_on_with() {
    let rig = ran();
    rig.edit(
        TABLE,
        "retailer_name = \"own_customer\"",
        "retailer_name = \"transmission_only\"",
    );
    // As a kill leaves it: manifests first, then some of the files.
    for store in STORES {
        std::fs::remove_file(rig.path(store).join("manifest.json")).unwrap();
    }
    std::fs::remove_dir_all(rig.path("retail/consumer")).unwrap();
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("catalogue blake3: was ");
    again(&rig).must(1);
    same_stores(&rig, &fresh(&rig));
}

#[test]
fn without_a_run_before_again_is_a_run() {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    again(&rig).must(1);
    rig.bunri(["run", "job.toml", "--yes"])
        .must(2)
        .says("--again");
}
