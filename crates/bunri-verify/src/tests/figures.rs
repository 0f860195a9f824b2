//! Figures of the source that somebody took away or changed: no figure is no agreement.

use bunri_catalogue::Store;
use bunri_manifest::{MANIFEST, StagingManifest, Total};
use bunri_report::{Claim, Status};

use super::fixture::Fixture;
use crate::VerifyOptions;

/// Findings after the figures of `meter_reading` were changed.
fn after(change: impl FnOnce(&mut bunri_manifest::StagedTable)) -> Vec<String> {
    let fixture = Fixture::ordinary();
    fixture.reseal_staging(|manifest| {
        let mut tables = manifest.tables.iter_mut();
        change(tables.find(|table| table.id == "meter_reading").unwrap());
    });
    fixture.findings()
}

fn total<'t>(table: &'t mut bunri_manifest::StagedTable, column: &str) -> &'t mut Option<Total> {
    let mut totals = table.totals.iter_mut();
    &mut totals.find(|total| total.column == column).unwrap().total
}

#[test]
fn without_any_total_nothing_lost_is_broken() {
    let fixture = Fixture::ordinary();
    fixture.reseal_staging(|manifest| {
        let tables = manifest.tables.iter_mut();
        for figures in tables.flat_map(|table| &mut table.totals) {
            figures.total = None;
        }
    });
    let report = fixture.verify(1);
    assert_eq!(report.claim(Claim::C3).unwrap().status, Status::Broken);
}

#[test]
fn a_total_that_is_null_is_a_finding() {
    let found = after(|table| *total(table, "usage_kwh") = None);
    assert_eq!(
        found,
        ["C3 source_total_missing staging meter_reading usage_kwh"]
    );
}

#[test]
fn a_total_of_another_kind_is_a_finding() {
    let found = after(|table| {
        // Agrees with a column of no text.
        *total(table, "usage_kwh") = Some(Total::TextBytes { bytes: 0 });
    });
    assert_eq!(
        found,
        ["C3 source_total_missing staging meter_reading usage_kwh"]
    );
}

#[test]
fn a_total_of_a_column_that_has_none_is_a_finding() {
    let found = after(|table| {
        let date = table
            .totals
            .iter_mut()
            .find(|figures| figures.total.is_none());
        date.unwrap().total = Some(Total::TextBytes { bytes: 0 });
    });
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("C3 source_total_differs staging meter_reading"));
}

#[test]
fn more_values_without_a_sum_than_values_are_a_finding() {
    let found = after(|table| {
        if let Some(Total::DecimalSum { not_summed, .. }) = total(table, "usage_kwh") {
            *not_summed = 1 << 40;
        }
    });
    assert_eq!(
        found,
        ["C3 source_total_differs staging meter_reading usage_kwh"]
    );
}

#[test]
fn figures_in_another_order_are_a_finding() {
    let found = after(|table| table.totals.reverse());
    assert_eq!(found, ["C3 source_total_differs staging meter_reading"]);
}

#[test]
fn tables_of_a_store_in_another_order_are_a_finding() {
    let fixture = Fixture::ordinary();
    let mut manifest = fixture.manifest(Store::Retail);
    manifest.tables.reverse();
    let bytes = manifest.to_bytes().unwrap();
    let retail = fixture.store(Store::Retail);
    std::fs::write(retail.join(MANIFEST), &bytes).unwrap();
    let digests = bunri_manifest::hash_file(&retail.join(MANIFEST)).unwrap();
    std::fs::write(retail.join("B3SUMS"), manifest.b3sums(&digests)).unwrap();
    std::fs::write(retail.join("SHA256SUMS"), manifest.sha256sums(&digests)).unwrap();
    assert_eq!(
        fixture.findings(),
        ["C1 manifest_not_canonical retail manifest.json"]
    );
}

#[test]
fn tables_of_staging_in_another_order_are_refused() {
    let fixture = Fixture::ordinary();
    fixture.reseal_staging(|manifest| manifest.tables.reverse());
    let text = std::fs::read(fixture.custody().join("staging").join(MANIFEST)).unwrap();
    assert!(StagingManifest::parse(&text).is_err());
    let options = VerifyOptions {
        unit_rows: None,
        threads: 1,
        memory: 1 << 24,
    };
    assert!(fixture.try_verify(&options).is_err());
}

/// K31: staging says that it read a view, and the catalogue says nothing of it.
#[test]
fn tables_of_a_view_that_the_catalogue_does_not_know_are_a_finding() {
    let found = after(|table| {
        table.made_of.push(bunri_manifest::BaseTable {
            name: "reading".to_owned(),
            rows: table.source_rows,
        });
    });
    assert_eq!(found, ["C3 view_differs staging meter_reading"]);
}
