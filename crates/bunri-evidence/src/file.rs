//! Files of evidence: whole or absent, and for their owner alone.

use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file whole or not at all. A temporary file is made with mode 0600 and keeps it under its final name.
///
/// # Errors
/// What the file system says.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".bunri-tmp-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name))?;
    std::fs::File::open(folder)?.sync_all()
}
