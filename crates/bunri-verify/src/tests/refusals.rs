//! What verification refuses to look at, and what it looks at without staging.

use std::os::unix::fs::PermissionsExt;

use bunri_catalogue::Store;
use bunri_columnar::{Event, Observer};
use bunri_decisions::Decisions;
use bunri_job::RekeySecrets;
use bunri_redecide::RedecideError;
use bunri_report::{Claim, Status};

use super::fixture::Fixture;
use super::ordinary::{CUTOVER, ordinary};
use crate::{VerifyError, VerifyInputs, VerifyOptions, verify, verify_store_alone};

/// A ledger row of point `id` whose date did not fit.
fn rejected(id: &str) -> String {
    format!(
        r#"{{"table":"supply_period","column":"valid_from","rule":"not_a_date","values":[{id},{{"text":"H32"}},"null","null"]}}"#
    )
}

fn verified(
    fixture: &Fixture,
    observer: &dyn Observer,
) -> Result<bunri_report::Report, VerifyError> {
    let (custody, retail) = (fixture.custody(), fixture.store(Store::Retail));
    let inputs = VerifyInputs {
        catalogue: &fixture.catalogue,
        custody: &custody,
        retail: &retail,
        cutover: CUTOVER,
        ranges: &fixture.ranges,
        decisions: &Decisions::none(),
        secrets: &RekeySecrets::none(),
        controls: &[],
        expect: None,
        signers: None,
        label: "test",
        kind: "rehearsal",
    };
    verify(
        &inputs,
        &VerifyOptions {
            unit_rows: None,
            threads: 2,
            memory: 1 << 24,
        },
        observer,
    )
}

#[test]
fn a_rejected_ledger_row_makes_its_point_undecided() {
    let known = format!(r#"{{"text":"90{:020}"}}"#, 1);
    let new = format!(r#"{{"text":"90{:020}"}}"#, 6);
    let lines = [rejected(&known), rejected(&new)];
    let rejects: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| ("supply_period", line.as_str()))
        .collect();
    let fixture = Fixture::new(&ordinary(10), &rejects);
    fixture.split();
    let report = verified(&fixture, &bunri_columnar::Silent).unwrap();
    assert!(!report.broken(), "{:#?}", report.findings);
    let undecided = |table: &str| {
        let notes = report.notes.iter().filter(|note| {
            note.rule == bunri_report::NoteRule::UndecidedRows && note.table == table
        });
        notes
            .map(|note| (note.detail.clone().unwrap(), note.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        undecided("supply_point"),
        [("ledger_rejected".to_owned(), 2)]
    );
    assert_eq!(undecided("contract"), [("ledger_rejected".to_owned(), 2)]);
}

#[test]
fn a_rejected_ledger_row_without_a_readable_key_is_a_refusal() {
    for id in [r#""null""#, r#"{"text_hex":"93fa"}"#, r#"{"int":9}"#] {
        let line = rejected(id);
        let fixture = Fixture::new(&ordinary(10), &[("supply_period", line.as_str())]);
        let refused = verified(&fixture, &bunri_columnar::Silent).unwrap_err();
        assert!(
            matches!(
                refused,
                VerifyError::Redecide(RedecideError::LedgerKeyUnreadable { line: 1, .. })
            ),
            "{refused}"
        );
    }
}

#[test]
fn rejected_rows_that_the_source_did_not_count_are_a_loss() {
    let fixture = Fixture::ordinary();
    let staging = fixture.custody().join("staging/manifest.json");
    let text = std::fs::read_to_string(&staging).unwrap();
    std::fs::write(
        &staging,
        text.replacen("\"source_rows\": 300", "\"source_rows\": 301", 1),
    )
    .unwrap();
    assert_eq!(
        fixture.findings(),
        ["C3 source_rows_differ staging contract"]
    );
}

#[test]
fn staging_that_was_changed_after_extraction() {
    let fixture = Fixture::ordinary();
    let left_over = fixture.custody().join("staging/left_over");
    std::fs::write(&left_over, "").unwrap();
    // As narrow as its neighbours, so that only its being there is found.
    std::fs::set_permissions(&left_over, std::fs::Permissions::from_mode(0o600)).unwrap();
    let staged = |id: &str| {
        fixture
            .custody()
            .join(format!("staging/{id}/part-00000.parquet"))
    };
    std::fs::copy(staged("account"), staged("account").with_extension("bak")).unwrap();
    assert_eq!(
        fixture.findings(),
        [
            "C1 file_unlisted staging staging/account/part-00000.bak",
            "C1 file_unlisted staging staging/left_over",
        ]
    );
}

#[test]
fn a_part_of_staging_too_many_and_one_too_few() {
    let fixture = Fixture::ordinary();
    let part = |number: usize| {
        let name = format!("staging/account/part-{number:05}.parquet");
        fixture.custody().join(name)
    };
    std::fs::copy(part(0), part(1)).unwrap();
    assert_eq!(
        fixture.findings(),
        ["C1 file_unlisted staging staging/account/part-00001.parquet"]
    );
    std::fs::remove_file(part(1)).unwrap();
    fixture.reseal_staging(|manifest| {
        let account = manifest
            .tables
            .iter_mut()
            .find(|table| table.id == "account");
        let files = &mut account.unwrap().files;
        let path = bunri_manifest::StagedTable::part_path("account", 1);
        let mut second = files[0].clone();
        second.path = bunri_manifest::RelativePath::try_from(path).unwrap();
        files.push(second);
    });
    // Half a table is nothing to hold a store against.
    let refused = fixture
        .try_verify(&VerifyOptions {
            unit_rows: None,
            memory: 1 << 26,
            threads: 1,
        })
        .unwrap_err()
        .to_string();
    assert!(refused.contains("part-00001.parquet"), "{refused}");
}

struct Impatient;

impl Observer for Impatient {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        true
    }
}

#[test]
fn asked_to_stop_it_stops_and_leaves_no_report() {
    let fixture = Fixture::ordinary();
    assert!(matches!(
        verified(&fixture, &Impatient),
        Err(VerifyError::Interrupted)
    ));
    assert!(!fixture.custody().join("evidence/report.json").exists());
}

#[test]
fn without_an_extraction_there_is_nothing_to_verify() {
    let fixture = Fixture::ordinary();
    std::fs::remove_file(fixture.custody().join("staging/manifest.json")).unwrap();
    assert!(matches!(
        verified(&fixture, &bunri_columnar::Silent),
        Err(VerifyError::Columnar(_))
    ));
}

#[test]
fn a_stranger_checks_files_shape_and_bytes() {
    let fixture = Fixture::ordinary();
    let retail = fixture.store(Store::Retail);
    let status = |report: &bunri_report::Report, claim| report.claim(claim).unwrap().status;
    let alone = verify_store_alone(&retail, None, None, 2).unwrap();
    assert_eq!(status(&alone, Claim::C1), Status::Held);
    assert_eq!(status(&alone, Claim::C2), Status::NotChecked);
    let with_catalogue = verify_store_alone(&retail, Some(&fixture.catalogue), None, 2).unwrap();
    assert_eq!(with_catalogue.findings, []);
    assert_eq!(status(&with_catalogue, Claim::C2), Status::Held);
    for claim in [Claim::C3, Claim::C4] {
        assert_eq!(status(&with_catalogue, claim), Status::NotChecked);
    }
    for report in [&alone, &with_catalogue] {
        let residue = report.claim(Claim::C6).unwrap();
        assert_eq!(residue.status, Status::Held);
        assert!(
            residue.reason.contains("structural half"),
            "{}",
            residue.reason
        );
        assert!(residue.checked.files > 0);
    }
    std::fs::write(retail.join("meter_reading/part-00001.parquet"), "PAR1").unwrap();
    let damaged = verify_store_alone(&retail, Some(&fixture.catalogue), None, 2).unwrap();
    assert_eq!(status(&damaged, Claim::C1), Status::Broken);
    assert_eq!(status(&damaged, Claim::C2), Status::Broken);
    assert_eq!(status(&damaged, Claim::C6), Status::Broken);
}

#[test]
fn the_evidence_stays_private() {
    let fixture = Fixture::ordinary();
    fixture.verify(1);
    fixture.verify(1);
    let evidence = fixture.custody().join("evidence");
    for name in [
        "report.json",
        "review.jsonl",
        "fingerprints.json",
        "fingerprint.key",
        "cost.json",
        "runs.jsonl",
    ] {
        let mode = std::fs::metadata(evidence.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(std::fs::read_dir(&evidence).unwrap().count(), 6);
    assert_eq!(
        std::fs::read_dir(fixture.custody().join("tmp"))
            .unwrap()
            .count(),
        0
    );
}
