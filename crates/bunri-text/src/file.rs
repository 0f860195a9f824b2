//! A file that a person wrote, from disk to text.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::problem::{Log, Problems, SourceFile, Spot};
use crate::section::Section;
use crate::syntax::parse_toml;

/// Far more than anybody writes by hand, and little enough to be read, checked and told about in a moment.
const MOST_BYTES: u64 = 1 << 20;

/// The bytes of a file that a person wrote.
///
/// # Errors
/// Why it is none.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    read_file_within(
        path,
        MOST_BYTES,
        "larger than 1 MiB: nobody wrote and reviewed that by hand",
    )
}

/// The bytes of a file of at most so many; `larger` is said of one that has more.
///
/// # Errors
/// Why it is none.
pub fn read_file_within(path: &Path, most_bytes: u64, larger: &str) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    // A pipe would be waited for until somebody writes into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let mut file = fs::File::open(path)
        .map_err(unreadable)?
        .take(most_bytes + 1);
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most_bytes {
        return Err(larger.to_owned());
    }
    Ok(bytes)
}

/// Reads a TOML file that a person wrote. `read` makes something of it, and tells the log what is wrong.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load_toml<T>(
    path: &Path,
    read: impl FnOnce(Section<'_>, &SourceFile, &mut Log) -> Option<T>,
) -> Result<T, Problems> {
    let bytes = read_file(path).map_err(|why| Problems::whole(path, why))?;
    load_toml_bytes(path, bytes, read)
}

/// Reads TOML that was read already, or never was a file; `path` is what messages call it.
///
/// # Errors
/// As [`load_toml`].
pub fn load_toml_bytes<T>(
    path: &Path,
    bytes: Vec<u8>,
    read: impl FnOnce(Section<'_>, &SourceFile, &mut Log) -> Option<T>,
) -> Result<T, Problems> {
    let mut log = Log::default();
    let file = decode(0, path.to_owned(), bytes, &mut log);
    let tree = file
        .readable
        .then(|| parse_toml(0, &file.text, &mut log))
        .flatten();
    let made = tree.and_then(|tree| read(Section::file(0, tree.get_ref()), &file, &mut log));
    match made {
        Some(made) if log.is_empty() => Ok(made),
        Some(_) | None => Err(log.into_problems(&[file])),
    }
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
