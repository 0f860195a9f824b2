//! A file that a person wrote, from disk to text.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::problem::{Log, SourceFile, Spot};

/// Far more than anybody writes by hand, and little enough to be read, checked and told about in a moment.
const MOST_BYTES: u64 = 1 << 20;

/// The bytes of a file that a person wrote.
///
/// # Errors
/// Why it is none.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    // A pipe would be waited for until somebody writes into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let mut file = fs::File::open(path)
        .map_err(unreadable)?
        .take(MOST_BYTES + 1);
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err("larger than 1 MiB: nobody wrote and reviewed that by hand".to_owned());
    }
    Ok(bytes)
}

/// Text must be UTF-8; the part before the first other byte is kept, to name the line.
pub fn decode(file: usize, path: PathBuf, bytes: Vec<u8>, log: &mut Log) -> SourceFile {
    match String::from_utf8(bytes) {
        Ok(text) => SourceFile {
            path,
            text,
            readable: true,
        },
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let message = "not UTF-8 from here on: save the file as UTF-8 (it may be Shift_JIS)";
            log.refuse(
                Spot {
                    file,
                    offset: Some(valid),
                },
                message,
            );
            let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
            SourceFile {
                path,
                text,
                readable: false,
            }
        }
    }
}
