//! What a file system keeps beside the bytes of a store's files: permissions and extended attributes.
//!
//! The writer makes files 0600. Whoever else may read or write one of them could have read or changed it, so a wider
//! mode is a finding; so is a folder that everybody may write to. Extended attributes can hold anything: those of the
//! security modules and of overlay file systems come by themselves and are passed over, any other is a finding.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use bunri_report::{About, Findings};

use crate::errors::ResidueError;
use crate::residue::{Residues, Rule};

/// Attributes that the system itself attaches.
const SYSTEM: [&[u8]; 3] = [b"security.", b"trusted.", b"com.apple.provenance"];

/// Whether permissions are the run's own, or became the receiver's with the hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permissions {
    /// As the writer makes them.
    Writers,
    /// Not looked at.
    Receivers,
}

/// Looks at the files of a store (paths below its root), its folders and the root.
pub fn look_at_folder<'p>(
    root: &Path,
    files: impl Iterator<Item = &'p str>,
    permissions: Permissions,
    about: About<'_>,
    findings: &mut Findings,
) {
    let mut folders = std::collections::BTreeSet::from([""]);
    let mut look = |below: &str, is_folder: bool| {
        let path = root.join(below);
        let mut residues = Residues::default();
        // Of a link this is the link itself; what is not there is a finding elsewhere.
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {}
            Ok(metadata) => {
                if permissions == Permissions::Writers && wider(&metadata, is_folder) {
                    residues.add(Rule::PermissionsWider, None, "");
                }
                attributes(foreign_attributes(&path), &mut residues);
            }
            Err(error) if is_absent(&error) => {}
            Err(_) => residues.add(Rule::PermissionsWider, None, "they cannot be looked at"),
        }
        let name = if below.is_empty() { "." } else { below };
        residues.report(name, |_| None, about, findings);
    };
    for file in files {
        look(file, false);
        let mut above = file;
        while let Some((folder, _)) = above.rsplit_once('/') {
            folders.insert(folder);
            above = folder;
        }
    }
    folders.into_iter().for_each(|folder| look(folder, true));
}

/// Nothing is there, or what should be a folder on the way is none.
fn is_absent(error: &io::Error) -> bool {
    [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind())
}

/// Attributes that cannot be listed, because they are too many or for another reason, are not none.
fn attributes(foreign: io::Result<u64>, residues: &mut Residues) {
    match foreign {
        Ok(0) => {}
        Ok(foreign) => residues.add_many(Rule::ExtendedAttribute, None, "", foreign),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(_) => residues.add(Rule::ExtendedAttribute, None, "they cannot be listed"),
    }
}

/// Looks at the permissions of what bunri keeps in custody beside the stores (paths below it; folders with all they hold).
///
/// # Errors
/// When a folder cannot be listed.
pub fn look_at_custody(
    custody: &Path,
    below: &[&str],
    about: About<'_>,
    findings: &mut Findings,
) -> Result<(), ResidueError> {
    let mut waiting: Vec<String> = below.iter().map(|&path| path.to_owned()).collect();
    waiting.reverse();
    while let Some(below) = waiting.pop() {
        let path = custody.join(&below);
        let mut residues = Residues::default();
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {
                let names = std::fs::read_dir(&path).and_then(|entries| {
                    entries
                        .map(|entry| Ok(entry?.file_name()))
                        .collect::<io::Result<Vec<_>>>()
                });
                let mut names = names.map_err(ResidueError::io("list", &path))?;
                names.sort();
                let inside = |name: &OsString| format!("{below}/{}", name.to_string_lossy());
                waiting.extend(names.iter().rev().map(inside));
            }
            Ok(metadata) if metadata.is_file() && wider(&metadata, false) => {
                residues.add(Rule::PermissionsWider, None, "");
            }
            Ok(_) => {}
            Err(error) if is_absent(&error) => {}
            Err(_) => residues.add(Rule::PermissionsWider, None, "they cannot be looked at"),
        }
        residues.report(&below, |_| None, about, findings);
    }
    Ok(())
}

#[cfg(unix)]
fn wider(metadata: &std::fs::Metadata, is_folder: bool) -> bool {
    use std::os::unix::fs::MetadataExt;
    let mode = metadata.mode() & 0o7777;
    if is_folder {
        mode & 0o002 != 0
    } else {
        mode & !0o600 != 0
    }
}

#[cfg(not(unix))]
fn wider(_: &std::fs::Metadata, _: bool) -> bool {
    false
}

/// How many attributes somebody attached. A file system without any has none.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn foreign_attributes(path: &Path) -> io::Result<u64> {
    let mut names = vec![0_u8; 1 << 16];
    let length = rustix::fs::llistxattr(path, &mut names[..])?;
    let names = names[..length]
        .split(|&byte| byte == 0)
        .filter(|name| !name.is_empty());
    let foreign = |name: &&[u8]| !SYSTEM.iter().any(|system| name.starts_with(system));
    Ok(names.filter(foreign).count() as u64)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn foreign_attributes(_: &Path) -> io::Result<u64> {
    Ok(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn words(root: &Path, permissions: Permissions) -> Vec<String> {
        let about = About {
            store: "retail",
            table: None,
        };
        let mut findings = Findings::default();
        let files = ["t/a.parquet", "gone"].into_iter();
        look_at_folder(root, files, permissions, about, &mut findings);
        let line =
            |finding: bunri_report::Finding| format!("{} {}", finding.rule, finding.file.unwrap());
        findings.into_report().into_iter().map(line).collect()
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_clean() {
        let about = About {
            store: "retail",
            table: None,
        };
        let folder = tempfile::tempdir().unwrap();
        let name = "x".repeat(300);
        let mut findings = Findings::default();
        let files = [name.as_str()].into_iter();
        look_at_folder(
            folder.path(),
            files,
            Permissions::Writers,
            about,
            &mut findings,
        );
        let found = findings.into_report();
        assert_eq!(found[0].rule, Rule::PermissionsWider);
        // More than 64 KiB of names: E2BIG or ERANGE, as the file system likes.
        for (error, found) in [
            (rustix::io::Errno::TOOBIG, true),
            (rustix::io::Errno::RANGE, true),
            (rustix::io::Errno::ACCESS, true),
            (rustix::io::Errno::OPNOTSUPP, false),
            (rustix::io::Errno::NOTSUP, false),
        ] {
            let mut residues = Residues::default();
            attributes(Err(error.into()), &mut residues);
            assert_eq!(!residues.is_empty(), found, "{error}");
        }
    }

    #[test]
    fn wider_files_of_custody_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let staged = folder.path().join("staging/t");
        std::fs::create_dir_all(&staged).unwrap();
        for (name, mode) in [("a.parquet", 0o600), ("b.parquet", 0o604)] {
            std::fs::write(staged.join(name), "").unwrap();
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(staged.join(name), permissions).unwrap();
        }
        let about = About {
            store: "staging",
            table: None,
        };
        let mut findings = Findings::default();
        look_at_custody(folder.path(), &["staging", "gone"], about, &mut findings).unwrap();
        let found = findings.into_report();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].file.as_deref(), Some("staging/t/b.parquet"));
    }

    #[test]
    fn wider_permissions_and_attributes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("t");
        std::fs::create_dir(&table).unwrap();
        let file = table.join("a.parquet");
        std::fs::write(&file, "").unwrap();
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(&file, 0o600);
        mode(&table, 0o755);
        assert_eq!(
            words(folder.path(), Permissions::Writers),
            Vec::<String>::new()
        );
        mode(&file, 0o640);
        mode(&table, 0o777);
        let wider = ["permissions_wider t/a.parquet", "permissions_wider t"];
        assert_eq!(words(folder.path(), Permissions::Writers), wider);
        assert_eq!(
            words(folder.path(), Permissions::Receivers),
            Vec::<String>::new()
        );
        let named =
            rustix::fs::lsetxattr(&file, "user.note", b"x", rustix::fs::XattrFlags::empty());
        // Some file systems (an old tmpfs) have none to set.
        if named.is_ok() {
            assert_eq!(
                words(folder.path(), Permissions::Receivers),
                ["extended_attribute t/a.parquet"]
            );
        }
    }
}
