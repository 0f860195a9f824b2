//! The SQLite file: created under a temporary name, filled in one transaction, renamed when it is complete.

use std::path::Path;

use bunri_legacy::ordinary::Rows;
use bunri_legacy::schema::TABLES;
use rusqlite::{Connection, params_from_iter};

/// An open database that nobody else can see yet.
pub(crate) struct Database {
    connection: Connection,
    rows_written: [u64; TABLES.len()],
}

impl Database {
    /// A crash leaves a temporary file at worst, so neither journal nor synchronous writes are needed.
    pub(crate) fn create(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA page_size = 4096; PRAGMA cache_size = -65536; BEGIN;",
        )?;
        for table in &TABLES {
            connection.execute_batch(&table.create())?;
        }
        Ok(Database {
            connection,
            rows_written: [0; TABLES.len()],
        })
    }

    /// Writes and forgets every row.
    pub(crate) fn insert(&mut self, rows: &mut Rows) -> rusqlite::Result<()> {
        for (position, pending) in rows.by_table().enumerate() {
            let mut statement = self.connection.prepare(&TABLES[position].insert())?;
            for row in pending.drain(..) {
                statement.execute(params_from_iter(row))?;
                self.rows_written[position] += 1;
            }
        }
        Ok(())
    }

    /// Commits and closes the file, and says how many rows each table got.
    pub(crate) fn finish(self) -> rusqlite::Result<[u64; TABLES.len()]> {
        self.connection.execute_batch("COMMIT;")?;
        self.connection.close().map_err(|(_, source)| source)?;
        Ok(self.rows_written)
    }
}
