//! A proposal on disk: tables first and `catalogue.toml` last, so that what was cut short is no catalogue.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::{InitError, Proposal};

/// Writes a proposal into a folder that is empty or not there.
///
/// # Errors
/// [`InitError::Occupied`], [`InitError::Io`].
pub fn write_new(folder: &Path, proposal: &Proposal) -> Result<(), InitError> {
    let tables = folder.join("tables");
    // A folder that cannot be listed is made below, or refused there.
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(InitError::Occupied(folder.to_owned()));
    }
    fs::create_dir_all(&tables).map_err(io(&tables))?;
    for table in &proposal.tables {
        write_file(&tables.join(format!("{}.toml", table.id)), &table.text)?;
    }
    write_file(&folder.join("catalogue.toml"), &proposal.main)
}

/// A file that is not there yet.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), InitError> {
    let mut file = fs::File::create_new(path).map_err(io(path))?;
    file.write_all(text.as_bytes()).map_err(io(path))?;
    file.sync_all().map_err(io(path))
}

pub(super) fn io(path: &Path) -> impl Fn(std::io::Error) -> InitError + use<> {
    let path = path.to_owned();
    move |source| InitError::Io {
        path: path.clone(),
        source,
    }
}
