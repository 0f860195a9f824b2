//! The stores of a job, removed so that they can be made anew of other decisions. Only what bunri itself writes is removed, and
//! nothing is, where anything else lies in a store.

use std::path::Path;

use bunri_catalogue::Store;
use bunri_columnar::ColumnarError;
use bunri_manifest::{B3SUMS, MANIFEST, SHA256SUMS};

use crate::SplitError;
use crate::own_files::{is_part, listed, name_of, own};
use crate::record::Records;
use crate::stage::StoreRoots;

/// Removes the three stores and the records of their split. A store without its manifest is no finished store, so manifests go
/// first; the record that a split was begun goes last, so that what was interrupted is refused until this is called again.
///
/// # Errors
/// [`SplitError::ForeignOutput`] before anything is removed; what the disk says at any point.
pub fn discard(roots: &StoreRoots) -> Result<(), SplitError> {
    let mut manifests = Vec::new();
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for store in Store::ALL {
        for path in listed(&roots.of(store))? {
            if is_folder(&path) {
                for part in listed(&path)? {
                    files.push(own(part, is_part)?);
                }
                folders.push(path);
            } else if name_of(&path) == MANIFEST {
                manifests.push(own(path, |_| true)?);
            } else {
                files.push(own(path, is_sums)?);
            }
        }
    }
    for path in manifests.iter().chain(&files) {
        std::fs::remove_file(path).map_err(ColumnarError::io("remove", path))?;
    }
    for path in &folders {
        std::fs::remove_dir(path).map_err(ColumnarError::io("remove", path))?;
    }
    Records::new(&roots.layout().temporary()).discard()
}

fn is_sums(name: &str) -> bool {
    [B3SUMS, SHA256SUMS].contains(&name)
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|about| about.is_dir())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn stores() -> (tempfile::TempDir, StoreRoots) {
        let folder = tempfile::tempdir().unwrap();
        let roots = StoreRoots {
            custody: folder.path().join("custody"),
            retail: folder.path().join("retail"),
        };
        for store in Store::ALL {
            let root = roots.of(store);
            fs::create_dir_all(root.join("meter")).unwrap();
            for name in [
                "meter/part-00000.parquet",
                "manifest.json",
                "B3SUMS",
                "SHA256SUMS",
            ] {
                fs::write(root.join(name), "").unwrap();
            }
        }
        let temporary = roots.layout().temporary();
        fs::create_dir_all(&temporary).unwrap();
        for name in [
            "split.begun.json",
            "split.json",
            "split-meter.json",
            "extract-meter.json",
        ] {
            fs::write(temporary.join(name), "").unwrap();
        }
        (folder, roots)
    }

    #[test]
    fn stores_and_their_records_are_removed_and_nothing_else() {
        let (_folder, roots) = stores();
        discard(&roots).unwrap();
        for store in Store::ALL {
            assert!(listed(&roots.of(store)).unwrap().is_empty(), "{store:?}");
        }
        let left = listed(&roots.layout().temporary()).unwrap();
        let left: Vec<String> = left.iter().map(|path| name_of(path)).collect();
        assert_eq!(left, ["extract-meter.json"]);
        discard(&roots).unwrap();
    }

    #[test]
    fn what_bunri_did_not_write_keeps_everything() {
        for strange in [
            "notes.txt",
            "meter/notes.txt",
            "meter/sub/part-00000.parquet",
        ] {
            let (_folder, roots) = stores();
            let path = roots.of(Store::Transmission).join(strange);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            assert!(
                matches!(discard(&roots), Err(SplitError::ForeignOutput { .. })),
                "{strange}"
            );
            for store in Store::ALL {
                assert!(roots.of(store).join(MANIFEST).is_file(), "{strange}");
            }
        }
    }
}
