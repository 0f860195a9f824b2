//! A claim that could not look says so, and is not held.

use std::collections::BTreeMap;

use bunri_catalogue::Store;
use bunri_report::{Claim, ClaimReport, Report, Status, Verdict};

use super::fixture::Fixture;
use crate::verify_store_alone;

fn claim(report: &Report, code: Claim) -> &ClaimReport {
    report.claim(code).unwrap()
}

/// What a claim could not look at: store and file.
fn gaps(report: &Report, code: Claim) -> Vec<String> {
    let gaps = claim(report, code).not_checked.iter();
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    gaps.map(|gap| {
        format!("{} {}", word(&gap.store), word(&gap.file))
            .trim()
            .to_owned()
    })
    .collect()
}

#[test]
fn of_an_unreadable_file_nothing_crossed_is_not_checked() {
    let fixture = Fixture::ordinary();
    let part = fixture
        .store(Store::Retail)
        .join("meter_reading/part-00001.parquet");
    std::fs::write(part, "no Parquet").unwrap();
    let report = fixture.verify(1);
    let unread = "retail meter_reading/part-00001.parquet";
    let crossed = claim(&report, Claim::C4);
    assert_eq!(crossed.status, Status::NotChecked);
    assert!(
        crossed
            .reason
            .starts_with(&format!("in part: {}", unread.replace(' ', ", ")))
    );
    assert!(crossed.checked.rows > 0 && !crossed.blind_spots.is_empty());
    for code in [Claim::C3, Claim::C4, Claim::C6] {
        assert_eq!(gaps(&report, code), [unread], "{code:?}");
    }
    assert_eq!(report.verdict, Verdict::Broken);
}

#[test]
fn of_a_store_that_is_not_there_no_claim_holds() {
    let fixture = Fixture::ordinary();
    std::fs::remove_dir_all(fixture.store(Store::Retail)).unwrap();
    let report = fixture.verify(1);
    for code in [Claim::C2, Claim::C4, Claim::C5] {
        assert_ne!(claim(&report, code).status, Status::Held, "{code:?}");
        assert!(
            gaps(&report, code).contains(&"retail".to_owned()),
            "{code:?}"
        );
    }
}

#[test]
fn without_a_manifest_shape_does_not_hold() {
    let fixture = Fixture::ordinary();
    std::fs::remove_file(fixture.store(Store::Retail).join("manifest.json")).unwrap();
    let report = fixture.verify(1);
    assert_eq!(claim(&report, Claim::C2).status, Status::NotChecked);
    assert_eq!(gaps(&report, Claim::C2), ["retail manifest.json"]);
}

#[cfg(unix)]
#[test]
fn behind_a_link_nobody_looked() {
    let fixture = Fixture::ordinary();
    let link = fixture.store(Store::Retail).join("more");
    std::os::unix::fs::symlink(fixture.custody(), link).unwrap();
    let report = fixture.verify(1);
    for code in [Claim::C4, Claim::C5, Claim::C6] {
        assert_eq!(claim(&report, code).status, Status::NotChecked, "{code:?}");
        assert_eq!(gaps(&report, code), ["retail more"], "{code:?}");
    }
}

#[test]
fn a_search_for_nothing_in_nothing_holds_nothing() {
    let fixture = Fixture::new(&BTreeMap::new(), &[]);
    fixture.split();
    let report = fixture.verify(1);
    for code in [Claim::C3, Claim::C4, Claim::C5] {
        let claim = claim(&report, code);
        assert_eq!(claim.status, Status::NotChecked, "{code:?}");
        assert!(claim.reason.starts_with("in part: "), "{}", claim.reason);
    }
    assert_eq!(report.verdict, Verdict::ToRead);
    assert_eq!(
        claim(&report, Claim::C5)
            .not_checked
            .iter()
            .filter(|gap| gap.why.contains("no value"))
            .count(),
        2,
        "both stores were searched for no value"
    );
}

#[test]
fn a_store_alone_without_any_file_has_no_residue_that_was_looked_for() {
    let fixture = Fixture::new(&BTreeMap::new(), &[]);
    fixture.split();
    let retail = fixture.store(Store::Retail);
    for table in &fixture.catalogue.tables {
        let _ = std::fs::remove_dir_all(retail.join(&table.id));
    }
    let report = verify_store_alone(&retail, None, None, 1).unwrap();
    assert_eq!(claim(&report, Claim::C6).status, Status::NotChecked);
}
