//! The deletion itself: list, signature, files, line.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_columnar::{CustodyLayout, STAGING};
use bunri_evidence::{
    CosignError, Role, Run, Runs, SecretKey, Subject, TypedStatement, cosign, replace,
};
use bunri_manifest::{Digester, MANIFEST, hash_file, read_regular};

use crate::errors::RetireError;
use crate::record::{DELETED_FILES, DELETION, DeletedFile, DeletedFiles, DeletionPredicate};
use crate::survey::{folders, is_there, refuse_link, survey};

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Retired {
    /// The record was signed, and others must sign it before anything goes: so many of so many.
    Waits(usize, usize),
    /// Everything of the record is gone, and the ledger says so.
    Done {
        /// Files of the record.
        files: u64,
        /// Their bytes.
        bytes: u64,
        /// SHA-256 of the ledger's last line.
        ledger: String,
    },
    /// The ledger said so before.
    Already,
}

/// Signs the record, deletes what it lists, and writes the ledger's line. The caller holds custody, and has asked.
///
/// # Errors
/// [`RetireError`]; run again, it goes on where it stopped.
pub fn retire(custody: &Path, role: &Role, key: &SecretKey) -> Result<Retired, RetireError> {
    if role.key(&key.public()?.id()).is_none() {
        return Err(RetireError::NotOperator);
    }
    let evidence = CustodyLayout::new(custody).evidence();
    let runs = Runs::read(&evidence)?;
    let last = runs.last().cloned().ok_or(RetireError::NoRun)?;
    if last.retired.is_some() {
        return Ok(Retired::Already);
    }
    let list = listed(custody, &evidence)?;
    let (files, bytes) = (
        list.files.len() as u64,
        list.files.iter().map(|file| file.bytes).sum(),
    );
    let statement = TypedStatement {
        subject: vec![
            of_file(DELETED_FILES, &evidence.join(DELETED_FILES))?,
            of_file(
                &format!("{STAGING}/{MANIFEST}"),
                &custody.join(STAGING).join(MANIFEST),
            )?,
        ],
        predicate: DeletionPredicate {
            label: last.label.clone(),
            run: last.number,
            ledger: runs.head().to_owned(),
            files,
            bytes,
        },
    };
    let payload = statement.to_bytes()?;
    let valid = sign(&evidence, &payload, role, key)?;
    if valid < role.threshold() {
        return Ok(Retired::Waits(valid, role.threshold()));
    }
    delete(custody, &list)?;
    let mut digester = Digester::new();
    digester.update(&payload);
    let run = Run {
        retired: Some(digester.finish().sha256),
        ..last
    };
    runs.append(&evidence, run)?;
    let runs = Runs::read(&evidence)?;
    Ok(Retired::Done {
        files,
        bytes,
        ledger: runs.head().to_owned(),
    })
}

fn of_file(name: &str, path: &Path) -> Result<Subject, RetireError> {
    let digests = hash_file(path).map_err(RetireError::io("read", path))?;
    Ok(Subject::new(name, digests))
}

/// The list of an earlier attempt, if there is one; else of what lies there now, written down.
fn listed(custody: &Path, evidence: &Path) -> Result<DeletedFiles, RetireError> {
    let path = evidence.join(DELETED_FILES);
    let found = survey(custody)?;
    // A list that nobody signed may be older than what lies there: it is made anew.
    if is_there(&evidence.join(DELETION))? {
        refuse_link(&path)?;
        let bytes = read_regular(&path).map_err(RetireError::io("read", &path))?;
        let list = DeletedFiles::parse(&bytes).ok_or_else(|| RetireError::OtherRecord {
            path: path.clone(),
            why: "it is no list as bunri writes it".to_owned(),
        })?;
        let known: BTreeMap<&str, &DeletedFile> = list
            .files
            .iter()
            .map(|file| (file.path.as_str(), file))
            .collect();
        if let Some((later, _)) = found
            .files
            .iter()
            .find(|(path, _)| !known.contains_key(path.as_str()))
        {
            return Err(RetireError::Foreign(custody.join(later)));
        }
        return Ok(list);
    }
    let hashed = found.files.into_iter().map(|(name, _)| {
        let path = custody.join(&name);
        let digests = hash_file(&path).map_err(RetireError::io("read", &path))?;
        Ok(DeletedFile {
            path: name,
            bytes: digests.bytes,
            blake3: digests.blake3,
            sha256: digests.sha256,
        })
    });
    let list = DeletedFiles::new(hashed.collect::<Result<_, RetireError>>()?);
    replace(evidence, DELETED_FILES, &list.to_bytes()?).map_err(RetireError::io("write", &path))?;
    Ok(list)
}

fn sign(
    evidence: &Path,
    payload: &[u8],
    role: &Role,
    key: &SecretKey,
) -> Result<usize, RetireError> {
    let path = evidence.join(DELETION);
    cosign(evidence, DELETION, payload, role, key).map_err(|refused| match refused {
        CosignError::Io(source) => RetireError::io("write", &path)(source),
        CosignError::Envelope(source) => RetireError::Envelope { path, source },
        other @ CosignError::Other => RetireError::OtherRecord {
            path,
            why: other.to_string(),
        },
        CosignError::Key(wrong) => wrong.into(),
        CosignError::Json(wrong) => wrong.into(),
    })
}

/// Deletes what is listed and still there, and the folders that are empty then.
fn delete(custody: &Path, list: &DeletedFiles) -> Result<(), RetireError> {
    for file in &list.files {
        let mut path = custody.to_path_buf();
        let mut gone = false;
        for part in file.path.split('/') {
            path.push(part);
            if !is_there(&path)? {
                gone = true;
                break;
            }
            refuse_link(&path)?;
        }
        if !gone {
            std::fs::remove_file(&path).map_err(RetireError::io("delete", &path))?;
        }
    }
    for folder in folders(custody)? {
        let empty = std::fs::read_dir(&folder)
            .map_err(RetireError::io("list", &folder))?
            .next()
            .is_none();
        if empty {
            std::fs::remove_dir(&folder).map_err(RetireError::io("delete", &folder))?;
        }
    }
    Ok(())
}
