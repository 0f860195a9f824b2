//! Manifests that somebody hostile wrote, in place of a good one: `verify` finds, exit code 10. It never panics, never
//! hangs, and opens nothing outside the store.

use std::fs;
use std::process::Command;

use bunri_manifest::{Digester, Digests, StoreManifest};
use bunri_report::{Claim, Report, Status};
use bunri_verify::verify_store_alone;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::rig::{Rig, repository};
use crate::verdict::findings;

const UNREADABLE: &str = "C1 manifest_unreadable retail/manifest.json";

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = repository().join("tests/corpus/manifests/store");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Whoever opened this would wait for ever.
fn pipes_outside(rig: &Rig) {
    for name in ["outside.parquet", "meter-outside"] {
        let made = Command::new("mkfifo").arg(rig.path(name)).status().unwrap();
        assert!(made.success());
    }
}

#[test]
fn a_stranger_finds_every_hostile_manifest() {
    let rig = Rig::split();
    pipes_outside(&rig);
    for (name, text) in corpus() {
        rig.write("retail/manifest.json", text);
        let ended = rig.bunri(["verify", "--store", "retail"]);
        assert_eq!(ended.code, Some(10), "{name}: {ended}");
        let ended = ended.prints("manifest_unreadable");
        let moves = |letter: char| letter.is_control() && letter != '\n';
        assert!(
            !ended.out.contains(moves) && !ended.err.contains(moves),
            "{name}: {ended}"
        );
    }
}

#[test]
fn verification_of_a_job_finds_hostile_manifests_too() {
    let rig = Rig::split();
    pipes_outside(&rig);
    for name in [
        "path_parent.json",
        "path_absolute.json",
        "nested_lists.json",
        "field_doubled.json",
        "not_utf8.json",
    ] {
        let (_, text) = corpus().into_iter().find(|(file, _)| file == name).unwrap();
        rig.write("retail/manifest.json", text);
        rig.bunri(["verify", "job.toml"]).must(10);
        assert!(findings(&rig).contains(UNREADABLE), "{name}");
    }
}

/// Figures so large that their sum fits no number of the machine.
#[test]
fn a_staging_manifest_of_huge_figures_is_found() {
    let rig = Rig::split();
    let mut manifest = rig.json("custody/staging/manifest.json");
    for table in manifest["tables"].as_array_mut().unwrap() {
        table["files"][0]["rows"] = json!(u64::MAX);
        table["source_rows"] = json!(u64::MAX);
    }
    rig.write("custody/staging/manifest.json", manifest.to_string());
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains("C3 staged_rows_differ staging/meter"),
        "{found:#?}"
    );
    assert!(
        found.contains("C3 source_rows_differ staging/meter"),
        "{found:#?}"
    );
    fs::remove_dir_all(rig.path("retail")).unwrap();
    let split = rig.bunri(["split", "job.toml"]);
    assert!(split.code != Some(70), "{split}");
}

#[test]
fn a_store_manifest_of_huge_figures_is_found() {
    let rig = Rig::split();
    let mut manifest = rig.json("retail/manifest.json");
    for table in manifest["tables"].as_array_mut().unwrap() {
        for file in table["files"].as_array_mut().unwrap() {
            (file["rows"], file["bytes"]) = (json!(u64::MAX), json!(u64::MAX));
        }
    }
    rig.write("retail/manifest.json", manifest.to_string());
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains("C1 file_changed retail/meter/part-00000.parquet"),
        "{found:#?}"
    );
    assert!(
        found.contains("C2 manifest_rows retail/meter/part-00000.parquet"),
        "{found:#?}"
    );
}

/// A manifest of staging that cannot be believed is no finding about a store: verification cannot look at all.
#[test]
fn a_hostile_staging_manifest_ends_verification_without_a_report() {
    let rig = Rig::split();
    pipes_outside(&rig);
    for name in [
        "path_parent.json",
        "rejects_absolute.json",
        "nested_lists.json",
        "id_parent.json",
    ] {
        let file = repository()
            .join("tests/corpus/manifests/staging")
            .join(name);
        fs::copy(file, rig.path("custody/staging/manifest.json")).unwrap();
        let ended = rig.bunri(["verify", "job.toml"]).must(3);
        let moves = |letter: char| letter.is_control() && letter != '\n';
        assert!(!ended.err.contains(moves), "{name}: {ended}");
    }
    assert!(!rig.path("custody/evidence/report.json").exists());
}

/// A file on disk can have any name; what is told of it moves no cursor.
#[test]
fn a_file_whose_name_holds_control_characters_is_told_without_them() {
    let rig = Rig::split();
    rig.write("retail/\u{1b}[2J\u{7}.txt", "");
    let ended = rig
        .bunri(["verify", "job.toml"])
        .must(10)
        .prints("file_unlisted");
    assert!(
        !ended.out.contains('\u{1b}') && !ended.out.contains('\u{7}'),
        "{ended}"
    );
}

fn c1(report: &Report) -> Status {
    report
        .claims
        .iter()
        .find(|claim| claim.code == Claim::C1)
        .unwrap()
        .status
}

/// Pieces put into a good manifest, the sums made right again where it can still be read: either C1 is broken, or the
/// manifest lists the very files that are there.
#[test]
fn a_manifest_spoilt_by_chance_is_found_or_lists_what_is_there() {
    let rig = Rig::split();
    let root = rig.path("retail");
    let good = fs::read(root.join("manifest.json")).unwrap();
    let truth = StoreManifest::parse(&good).unwrap();
    let piece = prop::sample::select(vec![
        "..", "/", "0", "9", "\"", "}", ",", "-1", "\u{0}", "a", "\n", " ",
    ]);
    let cuts = prop::collection::vec((0..good.len(), 0..3_usize, piece), 1..3);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 120,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let spoilt = |cuts: Vec<(usize, usize, &str)>| {
        let mut text = good.clone();
        for (at, gone, piece) in cuts {
            let at = at.min(text.len());
            let end = (at + gone).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        text
    };
    let outcome = runner.run(&cuts, |cuts| {
        let text = spoilt(cuts);
        fs::write(root.join("manifest.json"), &text).unwrap();
        let parsed = StoreManifest::parse(&text);
        if let Ok(manifest) = &parsed {
            let own = digests(&text);
            fs::write(root.join("B3SUMS"), manifest.b3sums(&own)).unwrap();
            fs::write(root.join("SHA256SUMS"), manifest.sha256sums(&own)).unwrap();
        }
        let status = c1(&verify_store_alone(&root, None, None, 1).unwrap());
        let honest = parsed.is_ok_and(|manifest| {
            let ordered = manifest.tables.is_sorted_by(|one, next| one.id < next.id);
            let canonical = ordered && manifest.to_bytes().unwrap() == text;
            let entries = |manifest: &StoreManifest| {
                let files = manifest.files().map(|file| {
                    (
                        file.path.clone(),
                        file.bytes,
                        file.blake3.clone(),
                        file.sha256.clone(),
                    )
                });
                files.collect::<std::collections::BTreeSet<_>>()
            };
            canonical && entries(&manifest) == entries(&truth)
        });
        prop_assert_eq!(status == Status::Held, honest);
        Ok(())
    });
    outcome.unwrap();
}

fn digests(text: &[u8]) -> Digests {
    let mut digester = Digester::new();
    digester.update(text);
    digester.finish()
}

/// The other half of the property above: a good manifest is believed.
#[test]
fn a_manifest_written_again_without_a_change_is_believed() {
    let rig = Rig::split();
    let text = rig.read("retail/manifest.json");
    let _: Value = serde_json::from_str(&text).unwrap();
    rig.write("retail/manifest.json", text);
    let report = verify_store_alone(&rig.path("retail"), None, None, 1).unwrap();
    assert_eq!(c1(&report), Status::Held);
}
