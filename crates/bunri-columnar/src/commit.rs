//! Commit: a file is absent or complete. A temporary name in the same directory, fsync, read back and
//! compare, rename without overwriting, fsync of the directory (design section 6).
//!
//! Files and their folders bear one fixed time: tables are split the largest first, so the order in which a store's files
//! were written would tell how many rows were staged of each.

use std::fs::{DirBuilder, File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bunri_manifest::{Digester, Digests, hash_file};
use tempfile::NamedTempFile;

use crate::ColumnarError;

/// Temporary names start so: a leftover of a killed run can be told from a finished file.
const PREFIX: &str = ".bunri-tmp-";

/// 1980-01-01T00:00:00Z in seconds: the earliest time that every file system and archive can hold.
const FIXED_SECONDS: u64 = 315_532_800;

fn fixed_times() -> FileTimes {
    let fixed = SystemTime::UNIX_EPOCH + Duration::from_secs(FIXED_SECONDS);
    FileTimes::new().set_accessed(fixed).set_modified(fixed)
}

/// A file that does not exist until it is committed. Dropped without a commit, it is gone.
#[derive(Debug)]
pub struct PendingFile {
    temporary: NamedTempFile,
    digester: Digester,
    path: PathBuf,
}

impl PendingFile {
    /// Opens a temporary file beside `path`, after removing what a killed run left there.
    ///
    /// # Errors
    /// When `path` exists or its folder cannot be written.
    pub fn create(path: &Path) -> Result<Self, ColumnarError> {
        if path.symlink_metadata().is_ok() {
            return Err(ColumnarError::Exists {
                path: path.to_path_buf(),
            });
        }
        let folder = folder_of(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!("{PREFIX}{name}-");
        remove_leftovers(&folder, &prefix)?;
        let temporary = tempfile::Builder::new()
            .prefix(&prefix)
            .tempfile_in(&folder)
            .map_err(ColumnarError::io("create a file in", &folder))?;
        Ok(Self {
            temporary,
            digester: Digester::new(),
            path: path.to_path_buf(),
        })
    }

    /// Makes the file appear under its name, whole and on disk.
    ///
    /// # Errors
    /// When the disk refuses, or the content reads back differently; then nothing appears.
    pub fn commit(mut self) -> Result<Digests, ColumnarError> {
        let path = self.path;
        self.temporary
            .flush()
            .map_err(ColumnarError::io("write", &path))?;
        let set_times = |file: &NamedTempFile| {
            let set = file.as_file().set_times(fixed_times());
            set.map_err(ColumnarError::io("set the times of", &path))
        };
        set_times(&self.temporary)?;
        self.temporary
            .as_file()
            .sync_all()
            .map_err(ColumnarError::io("flush to disk", &path))?;
        let digests = self.digester.finish();
        let seen =
            hash_file(self.temporary.path()).map_err(ColumnarError::io("read back", &path))?;
        if seen != digests {
            return Err(ColumnarError::ReadBack { path });
        }
        // Reading moved the time of the last access.
        set_times(&self.temporary)?;
        self.temporary
            .persist_noclobber(&path)
            .map_err(|refused| ColumnarError::io("rename into place", &path)(refused.error))?;
        sync_folder(&folder_of(&path))?;
        Ok(digests)
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.temporary.write(bytes)?;
        self.digester.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

/// Writes a small file whole.
///
/// # Errors
/// As [`PendingFile`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<Digests, ColumnarError> {
    let mut file = PendingFile::create(path)?;
    file.write_all(bytes)
        .map_err(ColumnarError::io("write", path))?;
    file.commit()
}

/// Puts a small file in the place of one that may be there: a kill leaves the old one or the new one, whole.
///
/// # Errors
/// When the disk refuses; then the old one stands.
pub fn replace_whole(path: &Path, bytes: &[u8]) -> Result<(), ColumnarError> {
    let folder = folder_of(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{PREFIX}{name}-");
    remove_leftovers(&folder, &prefix)?;
    // Under a temporary name first: nobody takes it for the file, and the rename below is one step.
    let beside = folder.join(format!("{prefix}new"));
    write_whole(&beside, bytes)?;
    std::fs::rename(&beside, path).map_err(ColumnarError::io("replace", path))?;
    sync_folder(&folder)
}

/// Creates a folder and those above it, and makes their names durable. What is made is closed to everybody else
/// (0700), whatever the process would give by itself.
///
/// # Errors
/// When the file system refuses.
pub fn create_folder(path: &Path) -> Result<(), ColumnarError> {
    if path.is_dir() {
        return Ok(());
    }
    let above = folder_of(path);
    create_folder(&above)?;
    match closed().create(path) {
        Ok(()) => sync_folder(&above),
        // Another thread was first.
        Err(refused) if refused.kind() == io::ErrorKind::AlreadyExists => sync_folder(&above),
        Err(refused) => Err(ColumnarError::io("create the folder", path)(refused)),
    }
}

/// Makes folders that only their owner may enter.
fn closed() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn sync_folder(folder: &Path) -> Result<(), ColumnarError> {
    let synced = || {
        let opened = File::open(folder)?;
        match opened.set_times(fixed_times()) {
            // The folder around a store may be somebody else's.
            Err(refused) if refused.kind() != io::ErrorKind::PermissionDenied => Err(refused),
            _ => opened.sync_all(),
        }
    };
    synced().map_err(ColumnarError::io("flush the folder", folder))
}

fn remove_leftovers(folder: &Path, prefix: &str) -> Result<(), ColumnarError> {
    let entries = std::fs::read_dir(folder).map_err(ColumnarError::io("list", folder))?;
    for entry in entries {
        let entry = entry.map_err(ColumnarError::io("list", folder))?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(ColumnarError::io("remove the leftover", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dropped_without_a_commit_nothing_appears() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = PendingFile::create(&folder.path().join("a")).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_commit_leaves_no_time_of_day() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("store/table");
        create_folder(&table).unwrap();
        let file = table.join("a");
        write_whole(&file, b"whole").unwrap();
        let fixed = SystemTime::UNIX_EPOCH + Duration::from_secs(FIXED_SECONDS);
        for path in [file, table, folder.path().join("store")] {
            let told = path.metadata().unwrap();
            assert_eq!(told.modified().unwrap(), fixed);
            assert!(!told.is_file() || told.accessed().unwrap() == fixed);
        }
    }

    #[test]
    fn a_commit_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let first = PendingFile::create(&path).unwrap();
        std::fs::write(&path, "somebody else's").unwrap();
        assert!(first.commit().is_err());
        assert!(matches!(
            PendingFile::create(&path),
            Err(ColumnarError::Exists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"somebody else's");
    }

    #[test]
    fn leftovers_of_a_killed_run_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".bunri-tmp-a-xyz"), "half").unwrap();
        write_whole(&folder.path().join("a"), b"whole").unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_replaced_file_is_the_new_one_and_a_leftover_of_a_killed_replacement_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(folder.path().join(".bunri-tmp-a-new"), "half").unwrap();
        std::fs::write(&path, "old").unwrap();
        replace_whole(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_made_here_is_closed_to_others() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("a/b");
        create_folder(&made).unwrap();
        assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
