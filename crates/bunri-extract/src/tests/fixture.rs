//! A small legacy system, whole and at rest, until a test changes that.

use std::path::{Path, PathBuf};

use bunri_catalogue::Catalogue;
use bunri_columnar::Silent;
use bunri_job::Source;
use bunri_manifest::Blake3Hex;
use bunri_parse::load;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{BoundSource, ExtractError, ExtractOptions, ExtractStats, SourceState, extract};

/// The page size that SQLite gives to a new database.
pub(super) const PAGE: usize = 4096;

const TABLES: &str = "
    CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
    INSERT INTO code_retailer VALUES ('99010', 'own'), ('99020', 'another');
    CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT,
        PRIMARY KEY (supply_point_id, valid_from));
    CREATE TABLE meter_reading (supply_point_id TEXT, period_from TEXT, period_until TEXT, usage_kwh NUMERIC,
        updated_at TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO meter_reading
        SELECT printf('%06d', i), '2026-01-01', '2026-01-31', i * 0.5, '2026-02-01 09:00:00' FROM n;
    CREATE UNIQUE INDEX by_key ON meter_reading (supply_point_id, period_from);
    INSERT INTO supply_period
        SELECT supply_point_id, '2020-04-01', '9999-12-31', '99010' FROM meter_reading;";

/// A database, the minimal catalogue and a custody folder.
pub(super) struct Town {
    pub(super) folder: TempDir,
}

impl Town {
    pub(super) fn new() -> Self {
        let town = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        town.sql(TABLES);
        town
    }

    pub(super) fn source(&self) -> PathBuf {
        self.folder.path().join("legacy.db")
    }

    pub(super) fn custody(&self) -> PathBuf {
        self.folder.path().join("custody")
    }

    pub(super) fn sql(&self, statements: &str) {
        let database = Connection::open(self.source()).unwrap();
        database.execute_batch(statements).unwrap();
    }

    /// Does something while SQLite does not know of the index over the key.
    pub(super) fn behind_the_index(&self, statements: &str) {
        self.sql(
            "CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'by_key';
             PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'by_key'",
        );
        self.sql(statements);
        self.sql(
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;
             DELETE FROM sqlite_schema WHERE name = 'kept'",
        );
    }

    /// Where the root page of a table or index begins in the file.
    pub(super) fn root_page(&self, name: &str) -> usize {
        let database = Connection::open(self.source()).unwrap();
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?";
        let page: u32 = database.query_row(sql, [name], |row| row.get(0)).unwrap();
        (usize::try_from(page).unwrap() - 1) * PAGE
    }

    /// Changes the bytes of the file.
    pub(super) fn bytes(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(self.source()).unwrap();
        change(&mut bytes);
        std::fs::write(self.source(), bytes).unwrap();
    }

    pub(super) fn extract(&self) -> Result<ExtractStats, ExtractError> {
        self.extract_by(&catalogue())
    }

    pub(super) fn extract_by(&self, catalogue: &Catalogue) -> Result<ExtractStats, ExtractError> {
        let options = ExtractOptions {
            memory: 64 << 20,
            threads: 2,
            part_rows: 3,
        };
        let path = self.source();
        // Not read where it is a pipe or a device: extraction must refuse it before anybody reads.
        let content = match path.metadata() {
            Ok(there) if there.is_file() => std::fs::read(&path).unwrap(),
            _ => Vec::new(),
        };
        let source = BoundSource {
            source: &Source::Sqlite(path.clone()),
            state: &SourceState::of_digest(Blake3Hex::of(&content)),
        };
        extract(&source, catalogue, &self.custody(), &options, &Silent)
    }

    /// What extraction says when it refuses; nothing may look complete then.
    pub(super) fn refused(&self) -> String {
        let refused = self.extract().unwrap_err();
        assert!(matches!(refused, ExtractError::Source(_)), "{refused:?}");
        assert!(!self.custody().join("staging/manifest.json").exists());
        refused.to_string()
    }

    /// Every file beside the custody folder.
    pub(super) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "custody")
            .collect();
        names.sort();
        names
    }
}

pub(super) fn catalogue_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/catalogues/valid/minimal")
}

pub(crate) fn catalogue() -> Catalogue {
    load(&catalogue_folder()).unwrap()
}
