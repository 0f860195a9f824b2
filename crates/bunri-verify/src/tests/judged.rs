//! A report binds what it judged, and says it in one word.

use bunri_catalogue::Store;
use bunri_manifest::{Blake3Hex, MANIFEST, hash_file};
use bunri_report::{JudgedPart, Verdict};

use super::fixture::Fixture;
use crate::{EarlierReport, earlier_report, verify_store_alone};

fn earlier(fixture: &Fixture) -> EarlierReport {
    fixture.with_inputs(earlier_report)
}

#[test]
fn two_sources_give_two_reports() {
    let fixture = Fixture::ordinary();
    let one = fixture.verify(1);
    fixture.reseal_staging(|manifest| manifest.source.blake3 = Blake3Hex::of(b"another"));
    let other = fixture.verify(1);
    assert_ne!(one.to_bytes().unwrap(), other.to_bytes().unwrap());
    assert_ne!(one.judged.source, other.judged.source);
    assert_ne!(one.judged.staging_manifest, other.judged.staging_manifest);
    assert_eq!(one.judged.stores, other.judged.stores);
}

#[test]
fn a_report_binds_the_manifests_of_the_stores() {
    let fixture = Fixture::ordinary();
    let report = fixture.verify(1);
    for (judged, store) in report.judged.stores.iter().zip(Store::ALL) {
        let manifest = hash_file(&fixture.store(store).join(MANIFEST)).unwrap();
        assert_eq!(judged.store, store.word());
        assert_eq!(judged.manifest, Some(manifest.blake3));
    }
    assert_eq!(report.verdict, Verdict::ToRead, "the job expects nothing");
    let cutover = report.judged.cutover.unwrap();
    assert_eq!(cutover.len(), "2026-04-01".len());
    std::fs::remove_dir_all(fixture.store(Store::Retail)).unwrap();
    let without = fixture.verify(1);
    assert_eq!(without.judged.stores[0].manifest, None);
    assert_eq!(without.verdict, Verdict::Broken);
}

#[test]
fn a_store_alone_binds_its_manifest() {
    let fixture = Fixture::ordinary();
    let retail = fixture.store(Store::Retail);
    let alone = verify_store_alone(&retail, None, None, 1).unwrap();
    assert_eq!(
        alone.judged.stores[..],
        fixture.verify(1).judged.stores[..1]
    );
    assert_eq!(alone.judged.source, None);
}

#[test]
fn a_report_beside_other_stores_is_told_by_what_differs() {
    let fixture = Fixture::ordinary();
    assert_eq!(earlier(&fixture), EarlierReport::Absent);
    fixture.verify(1);
    assert_eq!(earlier(&fixture), EarlierReport::OfTheSame);
    let manifest = fixture.store(Store::Retail).join(MANIFEST);
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"test\"", "\"other\"")).unwrap();
    fixture.reseal_staging(|manifest| manifest.source.bytes = 1);
    let differs = [JudgedPart::Staging, JudgedPart::Retail];
    assert_eq!(earlier(&fixture), EarlierReport::OfOther(differs.into()));
    std::fs::write(fixture.custody().join("evidence/report.json"), "{}").unwrap();
    assert_eq!(earlier(&fixture), EarlierReport::Unreadable);
}
