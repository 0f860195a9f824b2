//! What stays in custody (mode 0600): the report, what it cost, and the fingerprints with the key that they were made under. A later
//! verification replaces them; each file is absent or whole.

use std::io;
use std::path::Path;

use bunri_catalogue::{Class, Ownership, Store};
use bunri_columnar::{CustodyLayout, create_folder};
use bunri_compare::{ByRegion, is_link};
use bunri_evidence::replace_with;
use bunri_fingerprint::{Fingerprint, FingerprintKey};
use bunri_manifest::Blake3Hex;
use bunri_report::{CostRecord, Report};
use serde::Serialize;

use crate::VerifyError;

/// The report's file name.
pub const REPORT: &str = "report.json";
/// Every cell that a person is to review.
const REVIEWED: &str = "review.jsonl";

/// One region of one store, summed twice.
#[derive(Debug, Serialize)]
struct RegionSum {
    table: String,
    ownership: &'static str,
    class: &'static str,
    store: &'static str,
    must: Sum,
    is: Sum,
}

#[derive(Debug, Serialize)]
struct Sum {
    lanes: String,
    count: u64,
}

/// All fingerprints of a verification.
#[derive(Debug, Serialize)]
pub(crate) struct Fingerprints {
    format: &'static str,
    regions: Vec<RegionSum>,
}

impl Fingerprints {
    pub(crate) fn new() -> Self {
        Self {
            format: "bunri.fingerprints/2",
            regions: Vec::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        table: &str,
        store: Store,
        must: &ByRegion<Fingerprint>,
        is: &ByRegion<Fingerprint>,
    ) {
        for ownership in Ownership::ALL {
            for class in Class::ALL {
                let of = |sums: &ByRegion<Fingerprint>| sums[ownership as usize][class as usize];
                let (must, is) = (of(must), of(is));
                if must.count() > 0 || is.count() > 0 {
                    let (ownership, class, store) = (ownership.word(), class.word(), store.word());
                    let table = table.to_owned();
                    let (must, is) = (sum(must), sum(is));
                    self.regions.push(RegionSum {
                        table,
                        ownership,
                        class,
                        store,
                        must,
                        is,
                    });
                }
            }
        }
    }
}

fn sum(fingerprint: Fingerprint) -> Sum {
    Sum {
        lanes: fingerprint.to_hex(),
        count: fingerprint.count(),
    }
}

/// What a verification's folder in `tmp` is called before six characters of chance.
pub(crate) const TEMPORARY: &str = "verify-";

/// Before anything is read: whether evidence would stay in custody, and away with what a killed verification left, of which
/// one file may hold a fingerprint key. The run holds the lock on custody, so nobody else's is there.
pub(crate) fn prepare(custody: &Path) -> Result<(), VerifyError> {
    let layout = CustodyLayout::new(custody);
    let (evidence, temporary) = (layout.evidence(), layout.temporary());
    for folder in [&evidence, &temporary] {
        if is_link(folder) {
            let refused = "it is a symbolic link, and the fingerprint key must not leave custody; remove the link";
            let refused = io::Error::new(io::ErrorKind::InvalidInput, refused);
            return Err(VerifyError::io("use the folder", folder)(refused));
        }
    }
    remove_leftovers(&evidence, bunri_evidence::TEMPORARY)?;
    remove_leftovers(&temporary, TEMPORARY)
}

/// Removes what bears exactly a temporary name, and nothing of a similar one.
fn remove_leftovers(folder: &Path, prefix: &str) -> Result<(), VerifyError> {
    if !folder.is_dir() {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    for entry in entries.map_err(VerifyError::io("list", folder))? {
        let name = entry.file_name();
        let chance = name.to_str().and_then(|name| name.strip_prefix(prefix));
        if !chance
            .is_some_and(|it| it.len() == 6 && it.bytes().all(|it| it.is_ascii_alphanumeric()))
        {
            continue;
        }
        let path = entry.path();
        let kind = entry
            .file_type()
            .map_err(VerifyError::io("look at", &path))?;
        let removed = if kind.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.map_err(VerifyError::io("remove the leftover", &path))?;
    }
    Ok(())
}

/// Writes report, what it cost, fingerprints and key below `custody`.
pub(crate) fn write(
    custody: &Path,
    report: &Report,
    fingerprints: &Fingerprints,
    key: &FingerprintKey,
) -> Result<(), VerifyError> {
    let folder = CustodyLayout::new(custody).evidence();
    create_folder(&folder)?;
    replace(
        &folder,
        "fingerprint.key",
        format!("{}\n", key.to_hex()).as_bytes(),
    )?;
    let mut sums = serde_json::to_vec_pretty(fingerprints)?;
    sums.push(b'\n');
    replace(&folder, "fingerprints.json", &sums)?;
    let bytes = report.to_bytes()?;
    let costs = CostRecord {
        format: CostRecord::FORMAT.to_owned(),
        report: Blake3Hex::of(&bytes),
        costs: report.costs.clone(),
    };
    replace(&folder, CostRecord::FILE, &costs.to_bytes()?)?;
    replace(&folder, REPORT, &bytes)
}

/// Writes the list of the cells that a person is to review: its lines lie in a temporary file, because there may be many.
pub(crate) fn write_reviewed(custody: &Path, lines: Option<&Path>) -> Result<(), VerifyError> {
    let folder = CustodyLayout::new(custody).evidence();
    let written = replace_with(&folder, REVIEWED, |file| match lines {
        Some(lines) => io::copy(&mut std::fs::File::open(lines)?, file).map(|_| ()),
        None => Ok(()),
    });
    written.map_err(VerifyError::io("write", &folder.join(REVIEWED)))
}

fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), VerifyError> {
    let written = bunri_evidence::replace(folder, name, bytes);
    written.map_err(VerifyError::io("write", &folder.join(name)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn leftovers_of_a_killed_verification_are_removed_and_nothing_else() {
        let custody = tempfile::tempdir().unwrap();
        let at = |below: &str| custody.path().join(below);
        std::fs::create_dir_all(at("tmp/verify-aB3dE6")).unwrap();
        std::fs::create_dir_all(at("tmp/verify-of-mine")).unwrap();
        std::fs::create_dir_all(at("evidence")).unwrap();
        let files = [
            "tmp/verify-aB3dE6/run",
            "evidence/.bunri-tmp-x1y2z3",
            "evidence/report.json",
        ];
        for file in files {
            std::fs::write(at(file), "secret").unwrap();
        }
        prepare(custody.path()).unwrap();
        assert!(!at("tmp/verify-aB3dE6").exists() && !at("evidence/.bunri-tmp-x1y2z3").exists());
        assert!(at("tmp/verify-of-mine").exists() && at("evidence/report.json").exists());
    }

    #[test]
    fn evidence_that_leads_elsewhere_is_refused() {
        let (custody, retail) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(retail.path(), custody.path().join("evidence")).unwrap();
        let refused = prepare(custody.path()).unwrap_err().to_string();
        assert!(refused.contains("symbolic link"), "{refused}");
    }
}
