//! The test lists under `samples/catalogues`, and copies of them to spoil.

use std::fs;
use std::path::{Path, PathBuf};

/// Everything in a folder of samples, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples/catalogues")
        .join(name)
}

/// Copies a tree of files over another.
pub(crate) fn overlay(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in entries(from) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            overlay(&entry, &target);
        } else {
            fs::copy(&entry, &target).unwrap();
        }
    }
}

/// A copy of the smallest catalogue, in a folder that vanishes.
pub(crate) fn minimal() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    overlay(&folder("valid/minimal"), copy.path());
    copy
}
