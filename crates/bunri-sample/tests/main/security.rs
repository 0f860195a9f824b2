//! The security system beside the sample: read by its own incident file, the same for the same seed, with the scenarios of the deck.

use std::fs;
use std::path::Path;

use bunri_sample::{SampleError, SecurityOptions, generate_security};
use bunri_security::file::LogPlace;
use bunri_security::security::typed_rows;
use bunri_security::tables::{ACCESS_LOG, TABLES};
use bunri_security::{Security, load_incidents};

fn make(folder: &Path, points: u64) -> Result<(), SampleError> {
    let folder = folder.join("security");
    generate_security(&SecurityOptions {
        points,
        seed: 1,
        folder,
    })
    .map(drop)
}

#[test]
fn every_table_is_named_and_fits() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), 400).unwrap();
    let incidents = load_incidents(&folder.path().join("security/incidents.toml")).unwrap();
    let all: Vec<_> = TABLES.iter().map(|spec| spec.table).collect();
    assert_eq!(incidents.tables.len(), all.len());
    let (security, counts) = Security::read(&incidents, &all).unwrap();
    assert_eq!(counts["accounts"], 14);
    assert_eq!(security.transitions.map(|ways| ways.len()), Some(13));
}

#[test]
fn the_log_holds_each_scenario_once() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), 400).unwrap();
    let incidents = load_incidents(&folder.path().join("security/incidents.toml")).unwrap();
    let LogPlace::Table(log) = incidents.access_log.unwrap().place else {
        panic!("the sample's log is a delimited file");
    };
    let (mut reads, mut after_the_end, mut points) = (0, 0, std::collections::BTreeSet::new());
    let mut numbers = Vec::new();
    typed_rows(&log, &ACCESS_LOG, incidents.clock, &mut |row| {
        let (account, at) = (row.name("account").unwrap(), row.from("at").unwrap());
        let is_read = row.name("action").as_deref() == Some("READ");
        reads += u32::from(is_read && account == "K-1207");
        if is_read && account == "E-0007" && at.text(incidents.clock).starts_with("2024-03") {
            after_the_end += 1;
            points.insert(row.name("point").unwrap());
        }
        numbers.push(row.number("sequence").unwrap());
    })
    .unwrap();
    assert_eq!((reads, after_the_end, points.len()), (26_885, 41, 41));
    let gaps: Vec<u64> = numbers
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .filter(|&step| step != 1)
        .collect();
    assert_eq!(gaps, [4]);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make(first.path(), 500).unwrap();
    make(second.path(), 500).unwrap();
    for name in ["security.db", "access-log.csv", "incidents.toml"] {
        let bytes = |folder: &Path| fs::read(folder.join("security").join(name)).unwrap();
        assert!(
            bytes(first.path()) == bytes(second.path()),
            "{name} differs"
        );
    }
}

#[test]
fn too_few_points_and_a_folder_that_is_there_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        make(folder.path(), 399),
        Err(SampleError::TooFewSecurityPoints { .. })
    ));
    make(folder.path(), 400).unwrap();
    assert!(matches!(
        make(folder.path(), 400),
        Err(SampleError::Exists { .. })
    ));
}
