//! Incident B: emergency rights that were always on, too wide, and never reviewed. An extract has an area, a time, fields, names, and an end.

use std::process::Command;

use crate::rig::{Ended, Rig, repository};

/// The smallest sample, split; the register of docs/emergency.md with this window, and keys for everybody.
fn declared(from: &str, until: &str) -> Rig {
    let rig = Rig::split();
    let officer = rig.key("officer");
    let mut register = block().replace(
        "8b54adcb21f51f5f818f295d7cbeadc854eb2edeae9f892579902c19bae93692",
        &officer,
    );
    for person in ["field-3", "field-4"] {
        let file = format!("{person}.key");
        let ended = rig.bunri(["emergency", "key", "--out", &file]).must(0);
        let public = ended.out.trim().rsplit(' ').next().unwrap().to_owned();
        let placeholder = format!("age1-of-{person}");
        assert!(register.contains(&placeholder));
        register = register.replace(&placeholder, &public);
    }
    rig.write("emergency.toml", register);
    for folder in ["sealed", "opened"] {
        std::fs::create_dir(rig.path(folder)).unwrap();
    }
    between(&rig, from, until);
    rig
}

/// Declaration and grant begin and end at these moments.
fn between(rig: &Rig, from: &str, until: &str) {
    let mut register = rig.read("emergency.toml");
    for (end, moment) in [("from", from), ("until", until)] {
        let lines = register
            .lines()
            .map(|line| match line.starts_with(&format!("{end} = ")) {
                true => format!("{end} = {moment:?}"),
                false => line.to_owned(),
            });
        register = lines.collect::<Vec<_>>().join("\n") + "\n";
    }
    rig.write("emergency.toml", register);
}

fn block() -> String {
    let page = std::fs::read_to_string(repository().join("docs/emergency.md")).unwrap();
    let block = page.split("```toml\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// A window around now, an hour to each side.
fn open_now() -> (String, String) {
    let now = jiff::Timestamp::now();
    let hour = jiff::SignedDuration::from_hours(1);
    ((now - hour).to_string(), (now + hour).to_string())
}

fn now_declared() -> Rig {
    let (from, until) = open_now();
    declared(&from, &until)
}

fn make(rig: &Rig) -> Ended {
    rig.bunri([
        "emergency",
        "make",
        "emergency.toml",
        "--grant",
        "GR-7",
        "--key",
        "officer.pem",
        "--out",
        "sealed",
    ])
}

fn release(rig: &Rig, recipient: &str) -> Ended {
    rig.bunri([
        "emergency",
        "release",
        "emergency.toml",
        "--grant",
        "GR-7",
        "--recipient",
        recipient,
        "--out",
        "GR-7.release",
    ])
}

fn open(rig: &Rig, identity: &str) -> Ended {
    rig.bunri([
        "emergency",
        "open",
        "emergency.toml",
        "--grant",
        "GR-7",
        "--recipient",
        "field-3",
        "--sealed",
        "sealed",
        "--release",
        "GR-7.release",
        "--identity",
        identity,
        "--out",
        "opened",
    ])
}

fn review(rig: &Rig) -> Ended {
    rig.bunri(["emergency", "review", "emergency.toml"])
}

const OPENED: &str = "opened/GR-7.supply_point.csv";

#[test]
fn an_extract_is_made_released_opened_reviewed_and_withdrawn() {
    let rig = now_declared();
    let made = make(&rig).must(0).prints("1 of 1 signed").prints("保管者");
    rig.holds_no_value(&made);
    release(&rig, "field-3").must(0).prints("released");
    let opened = open(&rig, "field-3.key").must(0).prints("opened");
    rig.holds_no_value(&opened);
    let text = rig.read(OPENED);
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("\"supply_point_id\",\"service_address\",\"supply_method\"")
    );
    assert!(
        lines.clone().count() > 10 && lines.all(|line| line.starts_with("\"90")),
        "{text}"
    );
    review(&rig).must(0).prints("1 openings: 0 findings");
    for line in rig.read("emergency/openings.jsonl").lines() {
        rig.write("line.json", line);
        rig.is_as("openings.schema.json", &["line.json"]);
    }
    rig.is_as("dsse-envelope.schema.json", &["emergency/GR-7.dsse.json"]);
    let payload = rig
        .python("payload.py", ["emergency/GR-7.dsse.json"])
        .must(0);
    rig.write("payload.json", payload.out);
    rig.is_as("statement.schema.json", &["payload.json"]);
    rig.bunri(["emergency", "withdraw", "emergency.toml", "--grant", "GR-7"])
        .must(0)
        .prints("1 keys destroyed");
    std::fs::remove_file(rig.path("GR-7.release")).unwrap();
    release(&rig, "field-3").must(3).says("was withdrawn");
    review(&rig).must(0);
}

#[test]
fn neither_another_person_nor_a_withdrawn_grant_opens_it() {
    let rig = now_declared();
    make(&rig).must(0);
    release(&rig, "field-4")
        .must(3)
        .says("names no recipient `field-4`");
    release(&rig, "field-3").must(0);
    open(&rig, "field-4.key")
        .must(3)
        .says("sealed to somebody else");
    // What was released of another making of the same grant is not this one's key.
    let rig = now_declared();
    make(&rig).must(0);
    rig.bunri(["emergency", "withdraw", "emergency.toml", "--grant", "GR-7"])
        .must(0);
    release(&rig, "field-3").must(3).says("was withdrawn");
    open(&rig, "field-3.key").must(5).says("GR-7.release");
    let secret = rig.read("field-3.key");
    rig.write("GR-7.release", secret);
    open(&rig, "field-3.key")
        .must(3)
        .says("cut off or was changed");
    assert_eq!(std::fs::read_dir(rig.path("opened")).unwrap().count(), 0);
}

#[test]
fn after_its_end_it_is_neither_released_nor_opened() {
    let rig = now_declared();
    let now = jiff::Timestamp::now();
    let from = (now - jiff::SignedDuration::from_hours(1)).to_string();
    let until = (now + jiff::SignedDuration::from_secs(20)).to_string();
    between(&rig, &from, &until);
    make(&rig).must(0);
    release(&rig, "field-3").must(0);
    let left = jiff::Timestamp::now().duration_until(until.parse::<jiff::Timestamp>().unwrap());
    std::thread::sleep(left.unsigned_abs() + std::time::Duration::from_secs(1));
    open(&rig, "field-3.key").must(3).says("it does not open");
    std::fs::remove_file(rig.path("GR-7.release")).unwrap();
    release(&rig, "field-3").must(3).says("it does not open");
    review(&rig).must(1).prints("not_withdrawn");
}

#[test]
fn grants_without_end_area_or_measure_are_refused_and_reviewed() {
    let (from, until) = open_now();
    for (change, rule) in [
        ("end", "grant_without_end"),
        ("area", "area_empty"),
        ("field", "wider_than_declaration"),
    ] {
        let rig = declared(&from, &until);
        let text = rig.read("emergency.toml");
        let (head, grant) = text.split_once("[grant.GR-7]").unwrap();
        let grant = match change {
            "end" => grant.replace(&format!("until = {until:?}\n"), ""),
            "area" => grant.replace(
                "area = [{ column = \"area_code\", is = \"90\" }]",
                "area = []",
            ),
            _ => grant.replace(
                "\"supply_method\"]",
                "\"supply_method\", \"contract_power_kw\"]",
            ),
        };
        rig.write("emergency.toml", format!("{head}[grant.GR-7]{grant}"));
        make(&rig)
            .must(3)
            .says("emergency.toml:")
            .says("grant `GR-7`");
        review(&rig).must(1).prints(rule);
        assert!(!rig.path("emergency").exists());
    }
}

/// Both layers are age files: what opens them need not be bunri.
#[test]
fn the_layers_open_with_a_tool_that_is_not_ours() {
    let rig = now_declared();
    make(&rig).must(0);
    let sealed = "sealed/GR-7.field-3.supply_point.age";
    let age = |key: &str, file: &str, out: &str| {
        let mut age = Command::new("age");
        Ended::of(
            age.current_dir(rig.root())
                .args(["--decrypt", "-i", key, "-o", out, file]),
        )
    };
    age("emergency/GR-7.field-3.key", sealed, "inner.age").must(0);
    age("field-3.key", "inner.age", "theirs.csv").must(0);
    age("field-4.key", "inner.age", "nobodys.csv")
        .must(1)
        .says("no identity matched");
    age("field-3.key", sealed, "nobodys.csv")
        .must(1)
        .says("no identity matched");
    release(&rig, "field-3").must(0);
    // What was released is the grant's key, for its recipient alone.
    age("field-3.key", "GR-7.release", "released.key").must(0);
    age("released.key", sealed, "again.age").must(0);
    open(&rig, "field-3.key").must(0);
    assert_eq!(rig.read("theirs.csv"), rig.read(OPENED));
}
