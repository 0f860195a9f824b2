//! Where SQLite puts what it cannot hold in memory: the sorter of a view, the temporary tables of a query. Left
//! alone, it would put copies of records into the system's temporary folder, out of custody.

use std::path::Path;

use rusqlite::Connection;

use super::sql_error;
use bunri_source_model::SourceError;

/// Makes SQLite put its temporary files into this folder, from here to the end of the process: it knows only one
/// for all connections, and a stage reads one source.
pub(crate) fn keep_temporary_files(folder: &str) -> Result<(), SourceError> {
    // Deprecated, and the only way that is safe: the environment and SQLite's variable are not.
    let connection = Connection::open_in_memory();
    let set = connection
        .and_then(|connection| connection.pragma_update(None, "temp_store_directory", folder));
    set.map_err(|source| sql_error(Path::new(folder), "keep temporary files", source))
}
