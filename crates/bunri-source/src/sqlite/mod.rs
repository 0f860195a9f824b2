//! SQLite: a database file at rest, one connection a session.
//!
//! | module | does |
//! |---|---|
//! | `database` | holds the file still, takes its digest, sees afterwards that nobody changed it |
//! | `integrity` | SQLite's own check of every page, index and record |
//! | `inventory` | tables, views and their columns |
//! | `figures` | counts and sums, in a pass of SQLite's of its own |
//! | `keyed` | the rows with some keys, where an index finds them |
//! | `foreign_keys` | the references that a table declares |
//! | `order` | rows in key order, where an index gives that for little |
//! | `outline` | all of that before there is a catalogue, and the size of tables |
//! | `read` | rows and their values |
//! | `sql` | how SQL is written here |
//! | `views` | what a view is made of |
//! | `temporary` | where SQLite puts what it cannot hold in memory |

mod database;
mod figures;
mod foreign_keys;
mod integrity;
mod inventory;
mod keyed;
mod order;
mod outline;
mod read;
mod sql;
mod temporary;
mod views;

use std::path::Path;

use bunri_source_model::SourceError;
use rusqlite::ErrorCode;

pub(super) use database::{Database, InterruptHandle, Reader};
pub(super) use read::in_any_order;
pub(super) use temporary::keep_temporary_files;

/// What SQLite's code means to the person who runs this.
fn sql_error(path: &Path, action: &str, source: rusqlite::Error) -> SourceError {
    let path = path.to_path_buf();
    match source.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => SourceError::Interrupted,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => SourceError::Locked { path },
        Some(ErrorCode::CannotOpen) => SourceError::CannotOpen { path },
        Some(ErrorCode::DatabaseCorrupt) => SourceError::Damaged {
            action: action.to_owned(),
            path,
        },
        Some(ErrorCode::NotADatabase) => SourceError::NotADatabase { path },
        _ => SourceError::Sql {
            action: action.to_owned(),
            path,
            source: Box::new(source),
        },
    }
}
