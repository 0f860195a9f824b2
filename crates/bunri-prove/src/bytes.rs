//! Everything below a store's root as it can be compared: every name, and of every file the BLAKE3 of its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bunri_columnar::is_store_file;
use bunri_manifest::{Blake3Hex, hash_file};

use crate::ProveError;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    File(Blake3Hex),
    Folder,
    /// A link or a device, of which no splitter makes any.
    Other,
}

/// A store's content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tree(BTreeMap<PathBuf, Entry>);

impl Tree {
    /// Reads everything below `root`.
    pub(crate) fn of(root: &Path) -> Result<Self, ProveError> {
        let mut tree = Self::default();
        tree.walk(root, Path::new(""))?;
        Ok(tree)
    }

    fn walk(&mut self, root: &Path, below: &Path) -> Result<(), ProveError> {
        let folder = root.join(below);
        let entries = std::fs::read_dir(&folder).map_err(ProveError::io("list", &folder))?;
        for entry in entries {
            let entry = entry.map_err(ProveError::io("list", &folder))?;
            let (path, name) = (entry.path(), below.join(entry.file_name()));
            let kind = entry
                .file_type()
                .map_err(ProveError::io("look at", &path))?;
            if kind.is_dir() {
                self.0.insert(name.clone(), Entry::Folder);
                self.walk(root, &name)?;
            } else if kind.is_file() {
                let digests = hash_file(&path).map_err(ProveError::io("read", &path))?;
                self.0.insert(name, Entry::File(digests.blake3));
            } else {
                self.0.insert(name, Entry::Other);
            }
        }
        Ok(())
    }

    /// The names at which two stores differ.
    pub(crate) fn differences(&self, other: &Self, is_table: impl Fn(&str) -> bool) -> Differences {
        let names: BTreeSet<&PathBuf> = self.0.keys().chain(other.0.keys()).collect();
        let differs = names
            .into_iter()
            .filter(|name| self.0.get(*name) != other.0.get(*name));
        let mut differences = Differences::default();
        for name in differs {
            match name.to_str().filter(|name| is_store_file(name, &is_table)) {
                Some(name) => differences.files.push(name.to_owned()),
                None => differences.strange += 1,
            }
        }
        differences
    }

    /// Whether a table's folder is the same in both.
    pub(crate) fn same_table(&self, other: &Self, id: &str) -> bool {
        let of = |tree: &Self| -> Vec<(PathBuf, Entry)> {
            let below = tree.0.iter().filter(|(name, _)| name.starts_with(id));
            below
                .map(|(name, entry)| (name.clone(), entry.clone()))
                .collect()
        };
        of(self) == of(other)
    }
}

/// Where two stores differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Differences {
    /// Files of names that every store has.
    pub(crate) files: Vec<String>,
    /// How many others: their names could hold a value, so they are not told.
    pub(crate) strange: u64,
}

impl Differences {
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.strange == 0
    }

    /// Tables whose files differ.
    pub(crate) fn tables(&self) -> BTreeSet<&str> {
        let table = |file: &'_ String| file.split_once('/').map(|(table, _)| table.len());
        self.files
            .iter()
            .filter_map(|file| table(file).map(|length| &file[..length]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_file_name_that_could_hold_a_value_is_counted_and_not_told() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(one.path().join("meter")).unwrap();
        std::fs::create_dir(other.path().join("meter")).unwrap();
        std::fs::write(one.path().join("meter/part-00000.parquet"), "a").unwrap();
        std::fs::write(other.path().join("meter/part-00000.parquet"), "b").unwrap();
        std::fs::write(other.path().join("meter/part-丙野一郎.parquet"), "a").unwrap();
        std::fs::write(other.path().join("manifest.json"), "").unwrap();
        std::fs::create_dir(other.path().join("otsu_denki")).unwrap();
        std::fs::write(other.path().join("otsu_denki/part-00000.parquet"), "a").unwrap();
        let trees = [one, other].map(|folder| Tree::of(folder.path()).unwrap());
        let differences = trees[0].differences(&trees[1], |id| id == "meter");
        assert_eq!(
            differences.files,
            ["manifest.json", "meter/part-00000.parquet"]
        );
        assert_eq!(differences.strange, 3);
        assert_eq!(differences.tables(), BTreeSet::from(["meter"]));
        assert!(!trees[0].same_table(&trees[1], "meter"));
    }
}
