//! Whatever is read: never a panic, and a manifest that is believed can name no place outside its folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path};

use bunri_manifest::{FileEntry, RelativePath, StagedTable, StagingManifest, StoreManifest};
use proptest::prelude::*;

use crate::corpus::corpus;
use crate::mutation::{changed, changes};

fn good(name: &str) -> Vec<u8> {
    fs::read(corpus(name)).unwrap()
}

/// A path that stays below its root, whatever the root.
fn stays(path: &RelativePath) {
    let root = Path::new("/root of a store");
    let below = path.below(root);
    let inside = below.strip_prefix(root).unwrap();
    assert!(inside.components().count() > 0);
    assert!(
        inside
            .components()
            .all(|part| matches!(part, Component::Normal(_))),
        "{path}"
    );
    assert_eq!(inside.to_str().unwrap(), path.as_str());
}

fn believable<'a>(ids: impl Iterator<Item = &'a str>, files: impl Iterator<Item = &'a FileEntry>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        assert!(seen.insert(id), "{id:?} twice");
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        );
    }
    for file in files {
        assert!(seen.insert(file.path.as_str()), "{} twice", file.path);
        stays(&file.path);
        for digest in [file.blake3.as_str(), file.sha256.as_str()] {
            assert!(
                digest.len() == 64
                    && digest
                        .bytes()
                        .all(|byte| b"0123456789abcdef".contains(&byte))
            );
        }
    }
}

/// Reads a store manifest; what was believed is written and read again as the same.
fn read_store(text: &[u8]) -> bool {
    let Ok(manifest) = StoreManifest::parse(text) else {
        return false;
    };
    believable(
        manifest.tables.iter().map(|table| table.id.as_str()),
        manifest.files(),
    );
    assert_eq!(
        StoreManifest::parse(&manifest.to_bytes().unwrap()).unwrap(),
        manifest
    );
    true
}

fn read_staging(text: &[u8]) -> bool {
    let Ok(manifest) = StagingManifest::parse(text) else {
        return false;
    };
    let files = manifest.tables.iter().flat_map(StagedTable::all_files);
    believable(manifest.tables.iter().map(|table| table.id.as_str()), files);
    assert_eq!(
        StagingManifest::parse(&manifest.to_bytes().unwrap()).unwrap(),
        manifest
    );
    true
}

/// Some bytes of a good text replaced, removed or put in.
fn spoilt(mut text: Vec<u8>, cuts: &[(usize, u8, Vec<u8>)]) -> Vec<u8> {
    for (at, gone, new) in cuts {
        let at = at % (text.len() + 1);
        let end = (at + usize::from(*gone)).min(text.len());
        text.splice(at..end, new.iter().copied());
    }
    text
}

fn cuts() -> impl Strategy<Value = Vec<(usize, u8, Vec<u8>)>> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..6),
        Just(b"\"\"".to_vec()),
        Just(b"..".to_vec()),
        Just(b"{[".to_vec()),
    ];
    prop::collection::vec((any::<usize>(), 0..4_u8, bytes), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_or_believed(text in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!read_store(&text) && !read_staging(&text));
    }

    #[test]
    fn a_store_manifest_with_spoilt_bytes_is_refused_or_plain(cuts in cuts()) {
        read_store(&spoilt(good("store.good.json"), &cuts));
    }

    #[test]
    fn a_staging_manifest_with_spoilt_bytes_is_refused_or_plain(cuts in cuts()) {
        read_staging(&spoilt(good("staging.good.json"), &cuts));
    }

    #[test]
    fn a_store_manifest_changed_anywhere_is_refused_or_plain(changes in changes()) {
        let good = serde_json::from_slice(&good("store.good.json")).unwrap();
        read_store(changed(good, &changes).to_string().as_bytes());
    }

    #[test]
    fn a_staging_manifest_changed_anywhere_is_refused_or_plain(changes in changes()) {
        let good = serde_json::from_slice(&good("staging.good.json")).unwrap();
        read_staging(changed(good, &changes).to_string().as_bytes());
    }

    #[test]
    fn any_text_is_a_plain_path_or_none(text in any::<String>()) {
        if let Ok(path) = RelativePath::try_from(text) {
            stays(&path);
        }
    }

    #[test]
    fn any_text_of_path_signs_is_a_plain_path_or_none(text in "[./\\\\a-zA-Z0-9_:~%-]{0,12}") {
        if let Ok(path) = RelativePath::try_from(text) {
            stays(&path);
        }
    }
}
