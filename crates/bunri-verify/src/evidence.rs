//! What stays in custody (mode 0600): the report, and the fingerprints with the key that they were made under. A later
//! verification replaces them; each file is absent or whole.

use std::io::Write;
use std::path::Path;

use bunri_catalogue::{Class, Ownership, Store};
use bunri_columnar::create_folder;
use bunri_fingerprint::{Fingerprint, FingerprintKey};
use serde::Serialize;

use crate::VerifyError;
use crate::report::Report;
use crate::store::sums::ByRegion;

/// The folder in custody.
pub const EVIDENCE: &str = "evidence";
/// The report's file name.
pub const REPORT: &str = "report.json";

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
            format: "bunri.fingerprints/1",
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

/// Writes report, fingerprints and key below `custody`.
pub(crate) fn write(
    custody: &Path,
    report: &Report,
    fingerprints: &Fingerprints,
    key: &FingerprintKey,
) -> Result<(), VerifyError> {
    let folder = custody.join(EVIDENCE);
    create_folder(&folder)?;
    replace(
        &folder,
        "fingerprint.key",
        format!("{}\n", key.to_hex()).as_bytes(),
    )?;
    let mut sums = serde_json::to_vec_pretty(fingerprints)?;
    sums.push(b'\n');
    replace(&folder, "fingerprints.json", &sums)?;
    replace(&folder, REPORT, &report.to_bytes()?)
}

/// A temporary file is made with mode 0600 and keeps it under its final name.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), VerifyError> {
    let path = folder.join(name);
    let written = || {
        let mut file = tempfile::Builder::new()
            .prefix(".bunri-tmp-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        std::fs::File::open(folder)?.sync_all()
    };
    written().map_err(VerifyError::io("write", &path))
}
