//! C1: every listed file is there with its digests, and nothing else is. Nothing is followed: a link is a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bunri_manifest::{
    B3SUMS, Digests, FileEntry, MANIFEST, SHA256SUMS, StoreManifest, hash_file, read_regular,
};
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_residue::Admitted;

use crate::CompareError;

/// A manifest of a hundred thousand parts is smaller. It is held in memory whole, so a larger one is not read.
const MOST_MANIFEST_BYTES: u64 = 64 << 20;

/// What lies in a folder, by path below its root. A name that is not UTF-8 is listed as well as it can be, and read
/// under its own.
#[derive(Default)]
pub struct Listing {
    /// By their paths below the root, and under the names that they are read by.
    pub files: Vec<(String, PathBuf)>,
    /// Those below the root.
    pub folders: Vec<String>,
}

/// A store's files, hashed, and its manifest if it can be believed.
pub struct StoreFiles {
    /// Where it lies.
    pub root: PathBuf,
    /// If it can be believed.
    pub manifest: Option<StoreManifest>,
    /// What lies there.
    pub listing: Listing,
    /// Of every file that could be read.
    pub digests: BTreeMap<String, Digests>,
    /// What the audit lets the Parquet library read: nothing, until it has looked.
    pub admitted: Admitted,
}

impl StoreFiles {
    /// The Parquet files in a table's folder, whether listed or not, in the order of their names.
    pub fn parts(&self, table: &str) -> Vec<String> {
        let inside = |path: &&String| {
            path.split_once('/')
                .is_some_and(|(folder, name)| folder == table && name.ends_with(".parquet"))
        };
        self.digests.keys().filter(inside).cloned().collect()
    }

    /// Where a file lies.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The files that a manifest accounts for, which the writer must have made.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &str> {
        let manifest = self.manifest.iter().flat_map(StoreManifest::files);
        let listed = manifest.map(|file| file.path.as_str());
        listed.chain([MANIFEST, B3SUMS, SHA256SUMS])
    }

    /// The tables that have Parquet files.
    pub fn tables(&self) -> BTreeSet<&str> {
        let folder =
            |path: &'_ String| path.ends_with(".parquet").then(|| path.find('/')).flatten();
        self.digests
            .keys()
            .filter_map(|path| folder(path).map(|end| &path[..end]))
            .collect()
    }
}

/// Looks at a store's folder.
pub fn look(
    root: &Path,
    store: &str,
    threads: usize,
    findings: &mut Findings,
) -> Result<StoreFiles, CompareError> {
    let about = About { store, table: None };
    if is_link(root) {
        findings.add(Claim::C1, Rule::Link, about, Place::file("."));
    }
    if !root.is_dir() {
        findings.add(Claim::C1, Rule::StoreMissing, about, Place::default());
        return Ok(StoreFiles {
            root: root.to_path_buf(),
            manifest: None,
            listing: Listing::default(),
            digests: BTreeMap::new(),
            admitted: Admitted::default(),
        });
    }
    let listing = list(root, "", about, findings)?;
    let digests = hash_all(&listing, threads)?;
    let manifest = manifest(root, about, &digests, findings)?;
    if let Some(manifest) = &manifest {
        let listed = manifest
            .files()
            .map(|file| (file.path.as_str(), file))
            .collect();
        compare(
            &listed,
            &listing,
            &digests,
            &[MANIFEST, B3SUMS, SHA256SUMS],
            about,
            findings,
        );
    }
    Ok(StoreFiles {
        root: root.to_path_buf(),
        manifest,
        listing,
        digests,
        admitted: Admitted::default(),
    })
}

/// Looks at folders of custody that one manifest lists together (staging and rejects).
pub fn look_staged(
    custody: &Path,
    folders: &[&str],
    listed: &BTreeMap<&str, &FileEntry>,
    exempt: &[&str],
    threads: usize,
    findings: &mut Findings,
) -> Result<u64, CompareError> {
    let about = About {
        store: "staging",
        table: None,
    };
    let mut whole = Listing::default();
    if is_link(custody) {
        findings.add(Claim::C1, Rule::Link, about, Place::file("."));
    }
    for folder in folders {
        let path = custody.join(folder);
        if is_link(&path) {
            findings.add(Claim::C1, Rule::Link, about, Place::file(folder));
        }
        if path.is_dir() {
            let part = list(custody, folder, about, findings)?;
            whole.files.extend(part.files);
            whole.folders.extend(part.folders);
        }
    }
    let digests = hash_all(&whole, threads)?;
    compare(listed, &whole, &digests, exempt, about, findings);
    Ok(digests.len() as u64)
}

/// Walks a folder (`below` a root) in the order of names.
fn list(
    root: &Path,
    below: &str,
    about: About<'_>,
    findings: &mut Findings,
) -> Result<Listing, CompareError> {
    let mut listing = Listing::default();
    let mut waiting = vec![(below.to_owned(), root.join(below))];
    while let Some((folder, path)) = waiting.pop() {
        for entry in sorted_entries(&path)? {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let below = if folder.is_empty() {
                name.into_owned()
            } else {
                format!("{folder}/{name}")
            };
            let path = entry.path();
            // Of a link this is the link itself.
            let kind = entry
                .metadata()
                .map_err(CompareError::io("look at", &path))?;
            if kind.is_dir() {
                waiting.push((below.clone(), path));
                listing.folders.push(below);
            } else if let Some(rule) = not_plain(&kind) {
                findings.add(Claim::C1, rule, about, Place::file(&below));
                if kind.is_file() {
                    listing.files.push((below, path));
                }
            } else {
                listing.files.push((below, path));
            }
        }
    }
    listing.files.sort();
    listing.folders.sort();
    Ok(listing)
}

fn sorted_entries(folder: &Path) -> Result<Vec<std::fs::DirEntry>, CompareError> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(CompareError::io("list", folder))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    Ok(entries)
}

/// Whether a folder is a symbolic link. Asked of `folder/`, the system would answer for what the link names.
pub fn is_link(folder: &Path) -> bool {
    let bare: PathBuf = folder.components().collect();
    bare.symlink_metadata().is_ok_and(|told| told.is_symlink())
}

/// What is wrong with something that is no folder.
fn not_plain(kind: &std::fs::Metadata) -> Option<Rule> {
    if kind.is_symlink() {
        Some(Rule::Link)
    } else if !kind.is_file() {
        Some(Rule::NotAFile)
    } else {
        linked_elsewhere(kind).then_some(Rule::HardLink)
    }
}

/// A second name somewhere else could change the file after it was checked.
#[cfg(unix)]
fn linked_elsewhere(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() > 1
}

#[cfg(not(unix))]
fn linked_elsewhere(_: &std::fs::Metadata) -> bool {
    false
}

fn hash_all(listing: &Listing, threads: usize) -> Result<BTreeMap<String, Digests>, CompareError> {
    let hashed = bunri_work::run(threads, listing.files.len(), |at| {
        let (name, path) = &listing.files[at];
        let digests = hash_file(path).map_err(CompareError::io("read", path))?;
        Ok::<_, CompareError>((name.clone(), digests))
    })?;
    Ok(hashed.into_iter().collect())
}

fn manifest(
    root: &Path,
    about: About<'_>,
    digests: &BTreeMap<String, Digests>,
    findings: &mut Findings,
) -> Result<Option<StoreManifest>, CompareError> {
    let Some(own) = digests.get(MANIFEST) else {
        findings.add(
            Claim::C1,
            Rule::ManifestMissing,
            about,
            Place::file(MANIFEST),
        );
        return Ok(None);
    };
    let read = |name: &str| {
        let path = root.join(name);
        read_regular(&path).map_err(CompareError::io("read", &path))
    };
    if own.bytes > MOST_MANIFEST_BYTES {
        findings.add(
            Claim::C1,
            Rule::ManifestUnreadable,
            about,
            Place::file(MANIFEST),
        );
        return Ok(None);
    }
    let text = read(MANIFEST)?;
    let Ok(manifest) = StoreManifest::parse(&text) else {
        findings.add(
            Claim::C1,
            Rule::ManifestUnreadable,
            about,
            Place::file(MANIFEST),
        );
        return Ok(None);
    };
    if !manifest.is_canonical(&text) {
        findings.add(
            Claim::C1,
            Rule::ManifestNotCanonical,
            about,
            Place::file(MANIFEST),
        );
    }
    for (name, expected) in [
        (B3SUMS, manifest.b3sums(own)),
        (SHA256SUMS, manifest.sha256sums(own)),
    ] {
        if !digests.contains_key(name) {
            findings.add(Claim::C1, Rule::SumsMissing, about, Place::file(name));
        } else if digests[name].bytes != expected.len() as u64 || read(name)? != expected.as_bytes()
        {
            findings.add(Claim::C1, Rule::SumsDiffer, about, Place::file(name));
        }
    }
    Ok(Some(manifest))
}

/// What is listed exists, and what exists is listed.
fn compare(
    listed: &BTreeMap<&str, &FileEntry>,
    found: &Listing,
    digests: &BTreeMap<String, Digests>,
    exempt: &[&str],
    about: About<'_>,
    findings: &mut Findings,
) {
    for (path, entry) in listed {
        let there = digests.get(*path);
        let same = |seen: &Digests| {
            (seen.bytes, &seen.blake3, &seen.sha256) == (entry.bytes, &entry.blake3, &entry.sha256)
        };
        match there {
            None => findings.add(Claim::C1, Rule::FileMissing, about, Place::file(path)),
            Some(seen) if !same(seen) => {
                findings.add(Claim::C1, Rule::FileChanged, about, Place::file(path));
            }
            Some(_) => {}
        }
    }
    for (path, _) in &found.files {
        if !listed.contains_key(path.as_str()) && !exempt.contains(&path.as_str()) {
            findings.add(Claim::C1, Rule::FileUnlisted, about, Place::file(path));
        }
    }
    for folder in &found.folders {
        let inside = format!("{folder}/");
        let mut paths = listed.keys().chain(exempt);
        if !paths.any(|path| path.starts_with(&inside)) {
            findings.add(Claim::C1, Rule::FolderUnlisted, about, Place::file(folder));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn links(findings: Findings) -> Vec<Option<String>> {
        let found = findings.into_report().into_iter();
        found
            .filter(|finding| finding.rule == Rule::Link)
            .map(|finding| finding.file)
            .collect()
    }

    #[test]
    fn a_root_that_is_a_link_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        // With a slash behind it the system answers for the folder.
        for (root, found) in [(&real, 0), (&link, 1), (&link.join(""), 1)] {
            let mut findings = Findings::default();
            look(root, "retail", 1, &mut findings).unwrap();
            assert_eq!(links(findings).len(), found);
        }
    }

    #[test]
    fn staging_that_is_a_link_is_found() {
        let (custody, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let link = custody.path().join("staging");
        std::os::unix::fs::symlink(elsewhere.path(), link).unwrap();
        let mut findings = Findings::default();
        let listed = BTreeMap::new();
        look_staged(custody.path(), &["staging"], &listed, &[], 1, &mut findings).unwrap();
        assert_eq!(links(findings), [Some("staging".to_owned())]);
    }
}
