//! A file that could not be read is tried once more before anything is said of it.

use bunri_catalogue::Store;
use bunri_compare::{Costs, RawBytes, confirm, look};
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_residue::{Permissions, schemas_of_manifest};

use super::fixture::Fixture;
use crate::VerifyError;

const TABLE: &str = "meter_reading";
const PART: &str = "meter_reading/part-00001.parquet";

/// What is said of a run after `rule` was found in its retail store.
fn said(fixture: &Fixture, rule: Rule, file: Option<&str>) -> Result<(), VerifyError> {
    let costs = Costs::default();
    let stores = Store::ALL.map(|store| {
        let mut seen = Findings::default();
        let mut files = look(&fixture.store(store), store.word(), 1, &mut seen).unwrap();
        let raw = RawBytes {
            store: store.word(),
            schemas: &schemas_of_manifest(files.manifest.as_ref().unwrap()),
            permissions: Permissions::Receivers,
            threads: 1,
            costs: &costs,
        };
        files.admitted = raw.audit(&files, &mut seen).unwrap().0;
        files
    });
    let about = About {
        store: "retail",
        table: Some(TABLE),
    };
    let place = file.map_or_else(Place::default, Place::file);
    let mut findings = Findings::default();
    findings.add(Claim::C2, rule, about, place);
    Ok(confirm(&stores, &findings)?)
}

/// By its name, and as one of the files of a table.
const NAMED: [(Rule, Option<&str>); 2] = [
    (Rule::Unreadable, Some(PART)),
    (Rule::FileNotSearched, None),
];

#[test]
fn what_can_be_read_now_was_no_damage() {
    let fixture = Fixture::ordinary();
    for (rule, file) in NAMED {
        match said(&fixture, rule, file) {
            Err(VerifyError::Io { path, .. }) => {
                assert!(path.ends_with(PART) || file.is_none(), "{path:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    said(&fixture, Rule::RowOrder, Some(PART)).unwrap();
}

#[test]
fn damage_stays_a_finding() {
    let fixture = Fixture::ordinary();
    let path = fixture.store(Store::Retail).join(PART);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200..240].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    for (rule, file) in NAMED {
        said(&fixture, rule, file).unwrap();
    }
}
