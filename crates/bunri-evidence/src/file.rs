//! Files of evidence: whole or absent, and for their owner alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// What a file is called before six characters of chance, until it is whole.
pub const TEMPORARY: &str = ".bunri-tmp-";

/// Writes a file whole or not at all. A temporary file is made with mode 0600 and keeps it under its final name.
///
/// # Errors
/// What the file system says.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    replace_with(folder, name, |file| file.write_all(bytes))
}

/// As [`replace`], where the bytes are not in memory.
///
/// # Errors
/// What the file system or `write` says.
pub fn replace_with(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(folder)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// Writes a new file for its owner alone (0600).
///
/// # Errors
/// What the file system says; [`io::ErrorKind::AlreadyExists`] where something has this name.
pub fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
