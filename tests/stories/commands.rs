//! What each command prints and which exit code it gives: 0 clean, 1 something to read, 2 usage, 3 refused.

use serde_json::Value;

use crate::rig::{Ended, Rig};
use crate::small::{POINT, small};

/// Every line on standard error is one JSON object with an event, and standard output is empty.
fn events(ended: &Ended) -> Vec<Value> {
    assert!(ended.out.is_empty(), "{ended}");
    let parse = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let events: Vec<Value> = ended.err.lines().map(parse).collect();
    assert!(
        !events.is_empty() && events.iter().all(|event| event["event"].is_string()),
        "{ended}"
    );
    events
}

fn has(events: &[Value], event: &str) -> bool {
    events.iter().any(|line| line["event"] == event)
}

#[test]
fn a_sound_catalogue_is_told_with_its_digest() {
    let rig = Rig::empty();
    rig.own_catalogue();
    rig.bunri(["check", "catalogue"])
        .must(0)
        .prints("catalogue `denryoku` 2026-04 is sound: 27 tables,")
        .prints("blake3 = \"");
}

#[test]
fn a_sound_job_is_told_with_its_catalogue() {
    // Its source has rows that would be rejected: something to read.
    Rig::with_sample(60)
        .bunri(["check", "job.toml"])
        .must(1)
        .prints("job `story` (rehearsal) is sound")
        .prints("`denryoku`");
}

#[test]
fn an_unsound_catalogue_is_told_with_file_and_line() {
    let rig = Rig::empty();
    rig.own_catalogue();
    rig.edit(
        "catalogue/tables/meter.toml",
        "key = [\"meter_no\"]",
        "key = [\"metre_no\"]",
    );
    rig.bunri(["check", "catalogue"])
        .must(3)
        .says("catalogue/tables/meter.toml:")
        .says("did you mean `meter_no`?");
}

#[test]
fn a_catalogue_that_is_not_there_is_refused() {
    Rig::empty()
        .bunri(["check", "nowhere"])
        .must(3)
        .says("nowhere");
}

#[test]
fn the_split_explains_every_table_and_does_nothing() {
    let rig = Rig::with_sample(60);
    let ended = rig.bunri(["split", "job.toml", "--explain"]).must(0);
    for table in
        std::fs::read_dir(crate::rig::repository().join("schemas/denryoku/tables")).unwrap()
    {
        let id = table
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(ended.out.contains(&id), "{id} is not explained; {ended}");
    }
    assert!(!rig.path("custody").exists());
    ended
        .prints("retail")
        .prints("transmission")
        .prints("quarantine");
}

#[test]
fn the_traps_of_the_sample_deserve_exit_code_1() {
    let rig = Rig::with_sample(60);
    rig.bunri(["extract", "job.toml"])
        .must(1)
        .prints("21 rejected");
    rig.bunri(["split", "job.toml"])
        .must(1)
        .prints("supply_point");
    rig.bunri(["verify", "job.toml"])
        .must(1)
        .prints("held")
        .never_says("BROKEN");
}

#[test]
fn a_source_without_traps_deserves_exit_code_0_of_extract_and_split() {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    rig.bunri(["extract", "job.toml"])
        .must(0)
        .prints("0 rejected");
    rig.bunri(["split", "job.toml"]).must(0);
    // Claims that this version does not check are something to read.
    rig.bunri(["verify", "job.toml"])
        .must(1)
        .prints("not checked");
}

#[test]
fn every_line_of_the_json_log_is_json() {
    let rig = Rig::with_sample(60);
    let run = events(&rig.bunri(["run", "job.toml", "--log", "json"]).must(1));
    for event in [
        "stage",
        "table",
        "table_done",
        "extracted",
        "split",
        "verified",
    ] {
        assert!(has(&run, event), "{event} is missing");
    }
    let again = events(&rig.bunri(["--log", "json", "run", "job.toml"]).must(1));
    let stages: Vec<&Value> = again
        .iter()
        .filter(|line| line["event"] == "stage")
        .map(|line| &line["stage"])
        .collect();
    assert_eq!(stages, ["verify"], "nothing is extracted or split twice");
}

#[test]
fn a_failure_is_an_event_of_the_json_log_too() {
    let rig = Rig::with_sample(60);
    rig.sql("CREATE TABLE shadow (x)");
    let run = events(&rig.bunri(["run", "job.toml", "--log", "json"]).must(3));
    let failure = run
        .iter()
        .find(|event| event["event"] == "failure")
        .unwrap();
    assert_eq!(failure["code"], 3);
    assert!(failure["message"].as_str().unwrap().contains("shadow"));
}

#[test]
fn the_journal_tells_what_was_begun_and_done() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let lines: Vec<Value> = rig
        .read("custody/journal.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                "{} {}",
                line["stage"].as_str().unwrap(),
                line["state"].as_str().unwrap()
            )
        })
        .collect();
    let expected = [
        "extract begun",
        "extract done",
        "split begun",
        "split done",
        "verify begun",
        "verify done",
    ];
    assert_eq!(told, expected);
}

#[test]
fn nothing_that_a_run_prints_or_notes_holds_a_value_of_a_record() {
    let rig = Rig::with_sample(60);
    rig.holds_no_value(&rig.bunri(["run", "job.toml"]).must(1));
    let noted = Ended {
        code: None,
        out: rig.read("custody/journal.jsonl"),
        err: rig.read("retail/manifest.json"),
    };
    rig.holds_no_value(&noted);
    let report = Ended {
        code: None,
        // The day of the cutover is the job's word; some rows hold the same day.
        out: rig
            .read("custody/evidence/report.json")
            .replace("\"cutover\": \"2026-04-01\"", ""),
        err: String::new(),
    };
    rig.holds_no_value(&report);
}

#[test]
fn what_cannot_be_meant_is_usage() {
    let rig = Rig::empty();
    rig.bunri(["separate"]).must(2).says("Usage");
    rig.bunri(["run"]).must(2).says("<JOB>");
    rig.bunri(["verify"]).must(2);
    rig.bunri(["sample", "--points", "10", "--out", "x.db"])
        .must(2)
        .says("at least 60");
}

#[test]
fn help_teaches_exit_codes_and_first_steps() {
    let rig = Rig::empty();
    rig.bunri(["--help"])
        .must(0)
        .prints("Exit codes")
        .prints("do not hand over")
        .prints("bunri run job.toml");
    for command in ["sample", "check", "extract", "split", "verify", "run"] {
        rig.bunri([command, "--help"])
            .must(0)
            .prints("Usage: bunri");
    }
}

#[test]
fn a_sample_is_never_overwritten() {
    let rig = Rig::with_sample(60);
    rig.bunri(["sample", "--points", "60", "--out", "legacy.db"])
        .must(5)
        .says("legacy.db: exists already");
}

#[test]
fn stages_out_of_order_are_refused() {
    let rig = Rig::with_sample(60);
    rig.bunri(["split", "job.toml"])
        .must(3)
        .says("nothing was extracted into `custody` yet");
    rig.bunri(["verify", "job.toml"])
        .must(3)
        .says("nothing was extracted into `custody` yet");
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["verify", "job.toml"]).must(10);
}

#[test]
fn a_cutover_with_its_reviewed_catalogue_says_so_in_every_manifest() {
    let rig = Rig::with_sample(60);
    let told = rig.bunri(["check", "job.toml", "--no-source"]).must(0).out;
    let digest = told
        .lines()
        .find(|line| line.starts_with("blake3 = "))
        .unwrap();
    rig.edit("job.toml", "kind = \"rehearsal\"", "kind = \"cutover\"");
    rig.edit("job.toml", "[output]", &format!("{digest}\n[output]"));
    rig.bunri(["run", "job.toml"]).must(1);
    for store in crate::rig::STORES {
        assert_eq!(
            rig.json(&format!("{store}/manifest.json"))["kind"],
            "cutover"
        );
    }
}

/// What a stranger can check with the store, its manifest, and the catalogue.
#[test]
fn a_store_alone_shows_integrity_and_shape() {
    let rig = Rig::split();
    let catalogue = crate::rig::repository()
        .join("schemas/denryoku")
        .display()
        .to_string();
    rig.bunri(["verify", "--store", "retail"])
        .must(1)
        .prints("no catalogue was given")
        .prints("the structural half");
    rig.bunri(["verify", "--store", "retail", "--catalogue", &catalogue])
        .must(1)
        .prints("needs the staging");
    rig.write("retail/notes.txt", "somebody else's");
    rig.bunri(["verify", "--store", "retail"])
        .must(10)
        .prints("file_unlisted");
}

#[test]
fn a_result_that_nobody_gets_is_a_failure_of_the_output() {
    let rig = Rig::empty();
    rig.own_catalogue();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let ended = rig
        .command()
        .args(["check", "catalogue", "--explain"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(5));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("the result did not reach standard output"),
        "{said}"
    );
}

/// In a folder of its own, with the samples as they are shipped.
#[test]
fn the_demo_ends_as_it_promises() {
    let rig = Rig::empty();
    for folder in ["samples", "schemas"] {
        crate::rig::copy_folder(&crate::rig::repository().join(folder), &rig.path(folder));
    }
    let binary = crate::rig::binary();
    // target/debug/bunri, as the script expects it.
    let target = binary.parent().and_then(std::path::Path::parent).unwrap();
    let mut demo = std::process::Command::new("bash");
    demo.arg("samples/demo.sh")
        .current_dir(rig.root())
        .env("CARGO_TARGET_DIR", target);
    Ended::of(&mut demo)
        .must(0)
        .prints("is sound")
        .prints("bunri ended with exit code 0");
    assert!(rig.path("demo/custody/evidence/report.html").is_file());
}
