//! What would be deleted. Never a store, never the evidence but for the fingerprint key, and nothing behind a link.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use bunri_columnar::{CustodyLayout, EVIDENCE, REJECTS, STAGING, TEMPORARY};
use bunri_evidence::Runs;
use bunri_manifest::MANIFEST;

use crate::errors::RetireError;

const OWNERSHIP: &str = "ownership";
const FINGERPRINT_KEY: &str = "fingerprint.key";
/// The folders that go, below custody. The manifest of staging stays: the operator's signature is over it.
const FOLDERS: [&str; 4] = [STAGING, REJECTS, OWNERSHIP, TEMPORARY];

/// Files of one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What lies in custody and would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Paths below custody, with lengths, in order.
    pub files: Vec<(String, u64)>,
    /// By folder.
    pub groups: BTreeMap<String, Group>,
}

/// Whether the ledger says that this run was retired, or a record of it was begun.
///
/// # Errors
/// When the file system refuses.
pub fn is_retired(custody: &Path) -> io::Result<bool> {
    let path = CustodyLayout::new(custody)
        .evidence()
        .join(crate::record::DELETION);
    match path.symlink_metadata() {
        Ok(_) => return Ok(true),
        Err(refused) if refused.kind() == io::ErrorKind::NotFound => {}
        Err(refused) => return Err(refused),
    }
    let runs = Runs::read(&CustodyLayout::new(custody).evidence());
    // A ledger that cannot be read is C8's to tell.
    Ok(runs.is_ok_and(|runs| runs.last().is_some_and(|run| run.retired.is_some())))
}

/// Looks at everything that would go.
///
/// # Errors
/// [`RetireError::NotAFile`] where a link lies, and what the file system says.
pub fn survey(custody: &Path) -> Result<Survey, RetireError> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        let path = custody.join(folder);
        if is_there(&path)? {
            gather(&path, folder, &mut files)?;
        }
    }
    files.retain(|(path, _)| *path != format!("{STAGING}/{MANIFEST}"));
    let evidence = custody.join(EVIDENCE);
    let key = evidence.join(FINGERPRINT_KEY);
    if is_there(&evidence)? && is_there(&key)? {
        refuse_link(&evidence)?;
        let about = refuse_link(&key)?;
        if !about.is_file() {
            return Err(RetireError::NotAFile(key));
        }
        files.push((format!("{EVIDENCE}/{FINGERPRINT_KEY}"), about.len()));
    }
    files.sort();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (path, bytes) in &files {
        let folder = path.split('/').next().unwrap_or_default();
        let group = groups.entry(folder.to_owned()).or_default();
        group.files += 1;
        group.bytes += bytes;
    }
    Ok(Survey { files, groups })
}

/// Every folder below those that go, the deepest first.
pub(crate) fn folders(custody: &Path) -> Result<Vec<PathBuf>, RetireError> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let path = custody.join(folder);
        if is_there(&path)? {
            below(&path, &mut found)?;
        }
    }
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), RetireError> {
    refuse_link(folder)?;
    for path in listed(folder)? {
        if refuse_link(&path)?.is_dir() {
            below(&path, found)?;
        }
    }
    found.push(folder.to_path_buf());
    Ok(())
}

fn gather(folder: &Path, name: &str, files: &mut Vec<(String, u64)>) -> Result<(), RetireError> {
    if !refuse_link(folder)?.is_dir() {
        return Err(RetireError::NotAFile(folder.to_path_buf()));
    }
    for path in listed(folder)? {
        let about = refuse_link(&path)?;
        // A name that is no text is none that bunri gave.
        let last = path.file_name().and_then(|name| name.to_str());
        let last = last.ok_or_else(|| RetireError::NotAFile(path.clone()))?;
        let name = format!("{name}/{last}");
        if about.is_dir() {
            gather(&path, &name, files)?;
        } else if about.is_file() {
            files.push((name, about.len()));
        } else {
            return Err(RetireError::NotAFile(path));
        }
    }
    Ok(())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, RetireError> {
    let entries = std::fs::read_dir(folder).and_then(|entries| {
        let paths = entries.map(|entry| Ok(entry?.path()));
        paths.collect::<io::Result<Vec<_>>>()
    });
    entries.map_err(RetireError::io("list", folder))
}

pub(crate) fn refuse_link(path: &Path) -> Result<std::fs::Metadata, RetireError> {
    let about = path
        .symlink_metadata()
        .map_err(RetireError::io("look at", path))?;
    if about.file_type().is_symlink() {
        return Err(RetireError::NotAFile(path.to_path_buf()));
    }
    Ok(about)
}

pub(crate) fn is_there(path: &Path) -> Result<bool, RetireError> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(refused) if refused.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(refused) => Err(RetireError::io("look at", path)(refused)),
    }
}
