//! The digest of a source: taken once to bind a run to it, and once under the readers' locks, to see that what is read is
//! what the run is bound to.

use std::io::{self, Read};
use std::path::Path;

use bunri_columnar::Observer;
use bunri_manifest::{Blake3Hex, open_regular};

/// What is read at once.
const PIECE: usize = 1 << 20;

/// The BLAKE3 of a file; [`None`] if the observer asked to stop.
///
/// # Errors
/// What the file system says; when it is no regular file.
pub fn file_digest(path: &Path, observer: &dyn Observer) -> io::Result<Option<Blake3Hex>> {
    Ok(digest(open_regular(path)?, observer)?.map(|(_, blake3)| blake3))
}

/// Bytes and BLAKE3 of all that is left in a file; [`None`] if the observer asked to stop.
///
/// # Errors
/// What reading says.
pub fn digest(
    mut file: impl Read,
    observer: &dyn Observer,
) -> io::Result<Option<(u64, Blake3Hex)>> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        if observer.cancelled() {
            return Ok(None);
        }
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
    let blake3 = hasher.finalize().to_hex().to_string();
    let blake3 = Blake3Hex::try_from(blake3).map_err(io::Error::other)?;
    Ok(Some((bytes, blake3)))
}
