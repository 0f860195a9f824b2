//! What a split remembers in custody, so that a rerun finds finished tables and never mixes two jobs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_columnar::{ColumnarError, replace_whole, write_whole};
use bunri_manifest::{Blake3Hex, FileEntry, hash_file};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::SplitError;
use crate::own_files::{listed, name_of};
use crate::stats::TableStats;

/// What a split did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitStats {
    /// By table id.
    pub tables: BTreeMap<String, TableStats>,
}

/// A finished table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableRecord {
    /// What the split was made from.
    pub(crate) inputs: Blake3Hex,
    /// What its files are a function of, for a later run.
    pub(crate) ground: Blake3Hex,
    pub(crate) stats: TableStats,
    /// By store.
    pub(crate) files: BTreeMap<String, Vec<FileEntry>>,
}

/// A finished split, or one that was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitRecord {
    pub(crate) inputs: Blake3Hex,
    /// Absent while the split goes on.
    pub(crate) stats: Option<SplitStats>,
}

/// The records of one custody folder.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    folder: PathBuf,
}

impl Records {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
        }
    }

    fn table_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("split-{id}.json"))
    }

    /// The record that a split of some inputs was begun.
    pub(crate) fn begun(&self) -> Option<SplitRecord> {
        read(&self.folder.join("split.begun.json"))
    }

    pub(crate) fn begin(&self, record: &SplitRecord) -> Result<(), SplitError> {
        write(&self.folder.join("split.begun.json"), record)
    }

    /// The record that it was finished.
    pub(crate) fn finished(&self) -> Option<SplitRecord> {
        read(&self.folder.join("split.json"))
    }

    pub(crate) fn finish(&self, record: &SplitRecord) -> Result<(), SplitError> {
        // A finished split whose stores lost something was done again: one may be there, and a kill leaves it or this.
        replace_whole(&self.folder.join("split.json"), &text(record)?)?;
        Ok(())
    }

    pub(crate) fn write_table(&self, id: &str, record: &TableRecord) -> Result<(), SplitError> {
        write(&self.table_path(id), record)
    }

    /// The table's record, if it is of the same inputs and every file is still what it says.
    pub(crate) fn table(
        &self,
        id: &str,
        inputs: &Blake3Hex,
        root: impl Fn(&str) -> Option<PathBuf>,
    ) -> Option<TableRecord> {
        let record: TableRecord = read(&self.table_path(id))?;
        let stands = |store: &String, file: &FileEntry| {
            let path = root(store).map(|root| file.path.below(&root));
            path.and_then(|path| hash_file(&path).ok())
                .is_some_and(|seen| seen.blake3 == file.blake3)
        };
        let whole = record
            .files
            .iter()
            .all(|(store, files)| files.iter().all(|file| stands(store, file)));
        (&record.inputs == inputs && whole).then_some(record)
    }

    /// The table's record, if it was made on this ground. Its files are not looked at.
    pub(crate) fn on_ground(&self, id: &str, ground: &Blake3Hex) -> Option<TableRecord> {
        let record: TableRecord = read(&self.table_path(id))?;
        (record.ground == *ground).then_some(record)
    }

    /// Forgets everything, that a split was begun last.
    pub(crate) fn discard(&self) -> Result<(), SplitError> {
        for path in listed(&self.folder)? {
            let name = name_of(&path);
            if name.starts_with("split-") && name.ends_with(".json") {
                remove(&path)?;
            }
        }
        remove(&self.folder.join("split.json"))?;
        remove(&self.folder.join("split.begun.json"))
    }

    /// Forgets a table that must be split again.
    pub(crate) fn forget(&self, id: &str) -> Result<(), SplitError> {
        remove(&self.table_path(id))
    }
}

fn remove(path: &Path) -> Result<(), SplitError> {
    match std::fs::remove_file(path) {
        Err(refused) if refused.kind() != std::io::ErrorKind::NotFound => {
            Err(ColumnarError::io("remove", path)(refused).into())
        }
        _ => Ok(()),
    }
}

/// A record that cannot be read is as good as none: the work is done again.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    std::fs::read(path)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
}

fn text<T: Serialize>(record: &T) -> Result<Vec<u8>, SplitError> {
    let malformed = |source| bunri_manifest::ManifestError::Malformed {
        what: "split record",
        source,
    };
    Ok(serde_json::to_vec_pretty(record).map_err(malformed)?)
}

fn write<T: Serialize>(path: &Path, record: &T) -> Result<(), SplitError> {
    write_whole(path, &text(record)?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_split_finished_again_leaves_the_new_record_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::new(folder.path());
        for inputs in ["old", "new"] {
            let inputs = Blake3Hex::of(inputs.as_bytes());
            let stats = None;
            records.finish(&SplitRecord { inputs, stats }).unwrap();
        }
        let found = records.finished().unwrap();
        assert_eq!(found.inputs, Blake3Hex::of(b"new"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
