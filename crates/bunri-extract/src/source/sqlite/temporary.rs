//! Where SQLite puts what it cannot hold in memory: the sorter of a view, the temporary tables of a query. Left
//! alone, it would put copies of records into the system's temporary folder, out of custody.

use std::io;
use std::path::Path;

use bunri_columnar::ColumnarError;
use rusqlite::Connection;

use super::sql_error;
use crate::ExtractError;

/// Makes SQLite put its temporary files into this folder, from here to the end of the process: it knows only one
/// for all connections, and a stage reads one source.
pub(in crate::source) fn keep_temporary_files(folder: &Path) -> Result<(), ExtractError> {
    let folder = folder
        .canonicalize()
        .map_err(ColumnarError::io("find", folder))?;
    let no_text = || io::Error::new(io::ErrorKind::InvalidInput, "its path is not UTF-8");
    let name = folder
        .to_str()
        .ok_or_else(no_text)
        .map_err(ColumnarError::io("give SQLite", &folder))?;
    // Deprecated, and the only way that is safe: the environment and SQLite's variable are not.
    let connection = Connection::open_in_memory();
    let set = connection
        .and_then(|connection| connection.pragma_update(None, "temp_store_directory", name));
    set.map_err(|source| sql_error(&folder, "keep temporary files", source))
}
