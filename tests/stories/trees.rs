//! What lies in a folder, by content: path and digest of every file.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_manifest::hash_file;

use crate::rig::{Rig, STORES};

/// Path below the folder, and SHA-256. An absent folder is an empty one.
pub(crate) type Tree = BTreeMap<String, String>;

pub(crate) fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    if folder.is_dir() {
        walk(folder, folder, &mut found);
    }
    found
}

/// The paths whose content differs, or that only one of the two has.
pub(crate) fn differences(one: &Tree, other: &Tree) -> Vec<String> {
    let mut paths: Vec<String> = one
        .keys()
        .chain(other.keys())
        .filter(|path| one.get(*path) != other.get(*path))
        .cloned()
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn walk(root: &Path, folder: &Path, found: &mut Tree) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, found);
        } else {
            let below = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(below, hash_file(&path).unwrap().sha256.to_string());
        }
    }
}

/// The three stores of a run, by content. None of them is all but empty.
pub(crate) fn stores(rig: &Rig) -> [Tree; 3] {
    let stores = STORES.map(|store| tree(&rig.path(store)));
    assert!(
        stores.iter().all(|store| store.len() > 10),
        "a store is all but empty"
    );
    stores
}

/// Every file of the three stores is the same, manifests and sums too.
#[track_caller]
pub(crate) fn same_stores(one: &Rig, other: &Rig) {
    for (store, (one, other)) in STORES.iter().zip(stores(one).iter().zip(&stores(other))) {
        assert_eq!(differences(one, other), Vec::<String>::new(), "{store}");
    }
}

/// The stores below this folder are those of the rig's ordinary job, byte for byte.
#[track_caller]
pub(crate) fn same_stores_below(rig: &Rig, name: &str) {
    for store in STORES {
        let one = tree(&rig.path(store));
        let other = tree(&rig.path(name).join(store));
        assert!(one.len() > 3, "{store}");
        assert_eq!(
            differences(&one, &other),
            Vec::<String>::new(),
            "{name}, {store}"
        );
    }
}
