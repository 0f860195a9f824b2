//! Every file of `tests/corpus/manifests` is refused, and the good ones that they were made from are not.

use std::fs;
use std::path::{Path, PathBuf};

use bunri_manifest::{StagingManifest, StoreManifest};

pub(crate) fn corpus(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/corpus/manifests")
        .join(below)
}

/// The names of the files that were believed.
fn believed(folder: &str, refused: impl Fn(&[u8]) -> bool) -> Vec<PathBuf> {
    let files: Vec<PathBuf> = fs::read_dir(corpus(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(files.len() > 10, "{} files in {folder}", files.len());
    let good = |path: &PathBuf| !refused(&fs::read(path).unwrap());
    files.into_iter().filter(good).collect()
}

#[test]
fn every_hostile_store_manifest_is_refused() {
    let believed = believed("store", |text| StoreManifest::parse(text).is_err());
    assert!(believed.is_empty(), "{believed:#?}");
}

#[test]
fn every_hostile_staging_manifest_is_refused() {
    let believed = believed("staging", |text| StagingManifest::parse(text).is_err());
    assert!(believed.is_empty(), "{believed:#?}");
}

#[test]
fn the_good_ones_that_they_were_made_from_are_believed() {
    StoreManifest::parse(&fs::read(corpus("store.good.json")).unwrap()).unwrap();
    StagingManifest::parse(&fs::read(corpus("staging.good.json")).unwrap()).unwrap();
}

/// What a terminal is told of a hostile manifest moves no cursor.
#[test]
fn a_refusal_holds_no_control_character() {
    for entry in fs::read_dir(corpus("store")).unwrap() {
        let text = fs::read(entry.unwrap().path()).unwrap();
        let refusal = StoreManifest::parse(&text).unwrap_err().to_string();
        assert!(!refusal.contains(char::is_control), "{refusal:?}");
    }
}
