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
    let catalogues = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/catalogues");
    // As a job says its paths: without folders entered only to be left.
    catalogues.canonicalize().unwrap().join(name)
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

/// Compares what was said with what a file expects. With `BUNRI_BLESS` set, writes the file instead, for a
/// person to read the difference.
pub(crate) fn agrees(expected: &Path, said: &str) -> Result<(), String> {
    if std::env::var_os("BUNRI_BLESS").is_some() {
        fs::write(expected, said).unwrap();
    }
    match fs::read_to_string(expected) {
        Ok(text) if text == said => Ok(()),
        Ok(text) => Err(format!(
            "{}\nexpected:\n{text}said:\n{said}",
            expected.display()
        )),
        Err(_) => Err(format!(
            "{} is missing; it said:\n{said}",
            expected.display()
        )),
    }
}
