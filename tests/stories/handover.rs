//! Incident C1: a contractor sent the whole area's list of changes each month. The regulator asked for numbers; numbers are what it gets.

use crate::rig::{Ended, Rig, repository};

/// The contractor's list of January 2023: three rows are between new retailers, and nobody's business but theirs.
const CHANGES: [[&str; 6]; 8] = [
    [
        "9000000000000000000101",
        "新設",
        "2023-01-04",
        "",
        "99010",
        "1",
    ],
    [
        "9000000000000000000102",
        "新設",
        "2023-01-11",
        "",
        "99020",
        "1",
    ],
    [
        "9000000000000000000103",
        "新設",
        "2023-01-31",
        "",
        "99010",
        "1",
    ],
    [
        "9000000000000000000104",
        "廃止",
        "2023-01-05",
        "99010",
        "",
        "1",
    ],
    [
        "9000000000000000000105",
        "廃止",
        "2023-01-20",
        "99030",
        "",
        "1",
    ],
    [
        "9000000000000000000106",
        "切替",
        "2023-01-15",
        "99020",
        "99030",
        "1",
    ],
    [
        "9000000000000000000107",
        "切替",
        "2023-01-16",
        "99030",
        "99020",
        "1",
    ],
    [
        "9000000000000000000108",
        "切替",
        "2023-01-17",
        "99020",
        "99030",
        "1",
    ],
];
const LIST: &str = "異動一覧_202301.csv";

/// The sample with these changes, its stores made; a register and a request as docs/handover.md has them.
fn made() -> Rig {
    let rig = Rig::with_sample(60);
    rig.sql("DELETE FROM wheeling_change_history");
    for [point, kind, day, old, new, number] in CHANGES {
        rig.sql(&format!(
            "INSERT INTO wheeling_change_history (supply_point_id, change_no, change_kind, changed_on, old_value, new_value, \
             updated_by, updated_at) VALUES ('{point}', {number}, '{kind}', '{day}', '{old}', '{new}', 'N-0001', '{day} 10:00:00')"
        ));
    }
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    let officer = rig.key("officer");
    rig.key("stranger");
    let [register, request] = &blocks()[..2] else {
        panic!("the page has no register and request");
    };
    rig.write(
        "handover.toml",
        register.replace(
            "8b54adcb21f51f5f818f295d7cbeadc854eb2edeae9f892579902c19bae93692",
            &officer,
        ),
    );
    rig.write("counts-202301.toml", request);
    std::fs::create_dir(rig.path("out")).unwrap();
    let mut list = "供給地点特定番号,異動種別,異動日,旧小売,新小売\n".to_owned();
    for [point, kind, day, old, new, _] in CHANGES {
        list.push_str(&format!("{point},{kind},{day},{old},{new}\n"));
    }
    rig.write(LIST, list);
    rig
}

/// The blocks of TOML in docs/handover.md.
fn blocks() -> Vec<String> {
    let page = std::fs::read_to_string(repository().join("docs/handover.md")).unwrap();
    let parts = page.split("```toml\n").skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

fn make(rig: &Rig, request: &str, who: &str) -> Ended {
    let key = format!("{who}.pem");
    rig.bunri(["handover", "make", request, "--key", &key, "--out", "out"])
}

fn check(rig: &Rig, file: &str, recipient: &str) -> Ended {
    rig.bunri([
        "handover",
        "check",
        file,
        "--register",
        "handover.toml",
        "--recipient",
        recipient,
    ])
}

/// No row of the list is in anything that was printed.
fn tells_no_row(ended: Ended) -> Ended {
    CHANGES
        .iter()
        .fold(ended, |ended, row| ended.never_says(row[0]))
}

#[test]
fn the_contractors_list_is_refused_and_its_lawful_answer_is_made() {
    let rig = made();
    let ended = check(&rig, LIST, "regulator").must(10);
    tells_no_row(ended)
        .prints("manifest_missing: 8 records without a manifest")
        .prints("What `regulator` may be handed: `monthly_changes (counts)`")
        .prints("signature_missing")
        .prints("do not hand over")
        .prints("提供不可");
    let ended = make(&rig, "counts-202301.toml", "officer").must(0);
    tells_no_row(ended)
        .prints("count new 3")
        .prints("count cancelled 2")
        .prints("count changed 0")
        .prints("signed 1 of 1")
        .prints("この提供先以外には渡さないこと");
    assert_eq!(
        rig.read("out/counts-202301.csv"),
        "\"count\",\"rows\"\n\"new\",\"3\"\n\"cancelled\",\"2\"\n\"changed\",\"0\"\n"
    );
    check(&rig, "out/counts-202301.csv", "regulator")
        .must(0)
        .prints("may go to `regulator`");
    check(&rig, "out/counts-202301.csv", "occto")
        .must(10)
        .prints("recipient_differs")
        .prints("purpose_not_allowed");
    // The list in the place of the answer, under its manifest and signature.
    let list = std::fs::read(rig.path(LIST)).unwrap();
    rig.write("out/counts-202301.csv", list);
    let ended = check(&rig, "out/counts-202301.csv", "regulator").must(10);
    tells_no_row(ended)
        .prints("file_differs: the file has 8 records")
        .prints("columns_differ")
        .prints("signed_other");
    rig.is_as(
        "handover-manifest.schema.json",
        &["out/counts-202301.manifest.json"],
    );
    rig.is_as(
        "dsse-envelope.schema.json",
        &["out/counts-202301.dsse.json"],
    );
    let payload = rig
        .python("payload.py", ["out/counts-202301.dsse.json"])
        .must(0);
    rig.write("payload.json", payload.out);
    rig.is_as("statement.schema.json", &["payload.json"]);
}

#[test]
fn what_the_register_does_not_allow_is_refused_before_anything_is_read() {
    let rig = made();
    make(&rig, "counts-202301.toml", "stranger")
        .must(3)
        .says("this key is not one of `data_officer`");
    rig.edit(
        "counts-202301.toml",
        "recipient = \"regulator\"",
        "recipient = \"newspaper\"",
    );
    make(&rig, "counts-202301.toml", "officer")
        .must(3)
        .says("counts-202301.toml:")
        .says("the register has no recipient `newspaper`");
    rig.edit(
        "counts-202301.toml",
        "recipient = \"newspaper\"",
        "recipient = \"regulator\"",
    );
    rig.edit(
        "counts-202301.toml",
        "store = \"custody/transmission\"",
        "store = \"retail\"",
    );
    make(&rig, "counts-202301.toml", "officer")
        .must(3)
        .says("`regulator` is answered from the transmission store");
    rig.edit(
        "counts-202301.toml",
        "store = \"retail\"",
        "store = \"custody/transmission\"",
    );
    rig.edit("handover.toml", "approver = \"data_officer\"", "");
    make(&rig, "counts-202301.toml", "officer")
        .must(3)
        .says("handover.toml:")
        .says("approver");
    assert_eq!(std::fs::read_dir(rig.path("out")).unwrap().count(), 0);
    check(&rig, LIST, "regulator")
        .must(3)
        .says("handover.toml:");
}

#[test]
fn a_store_that_was_changed_answers_nothing() {
    let rig = made();
    let part = "custody/transmission/wheeling_change_history/part-00000.parquet";
    let mut bytes = std::fs::read(rig.path(part)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    rig.write(part, bytes);
    make(&rig, "counts-202301.toml", "officer")
        .must(3)
        .says("is not the file that the manifest of its store lists");
    assert_eq!(std::fs::read_dir(rig.path("out")).unwrap().count(), 0);
}

#[test]
fn the_log_for_machines_says_the_same() {
    let rig = made();
    let ended = rig
        .bunri([
            "--log",
            "json",
            "handover",
            "check",
            LIST,
            "--register",
            "handover.toml",
            "--recipient",
            "regulator",
        ])
        .must(10);
    assert!(
        ended.err.contains("\"rule\":\"manifest_missing\"") && ended.err.contains("\"exit\":10"),
        "{ended}"
    );
    tells_no_row(ended);
}
