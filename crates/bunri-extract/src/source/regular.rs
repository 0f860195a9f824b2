//! Opening a source: only a regular file, and only one that has a single name.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Opens a source file to be read. What is no regular file is refused before it is opened: a named pipe would
/// be waited for until somebody writes into it, and a device may never end.
///
/// # Errors
/// What the file system says, or what is there instead of a file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    refuse_irregular(&path.metadata()?)?;
    let file = File::open(path)?;
    // Somebody may have put another thing under the name in between.
    refuse_irregular(&file.metadata()?)?;
    Ok(file)
}

fn refuse_irregular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() {
        "it is a folder"
    } else {
        "it is a named pipe, a socket or a device"
    };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("{what}; give a regular file"),
    ))
}

/// How many names the file has. SQLite looks for a journal beside the name that it was given: with two names, the
/// journal of a transaction may lie beside the other one.
pub(super) fn names(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    let names = std::os::unix::fs::MetadataExt::nlink(metadata);
    #[cfg(not(unix))]
    let names = {
        let _ = metadata;
        1
    };
    names
}
