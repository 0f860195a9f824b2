//! A legacy database, a catalogue and a custody folder, all of which vanish.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::Catalogue;
use bunri_columnar::{Observer, Reject, STAGING_PART_ROWS, Silent, Staging};
use bunri_extract::{
    BoundSource, ExtractError, ExtractOptions, ExtractStats, SourceState, extract,
};
use bunri_job::Source;
use bunri_manifest::{Blake3Hex, StagedTable};
use bunri_parse::load;
use bunri_types::day_text;
use rusqlite::Connection;

const MAIN: &str = r#"
[catalogue]
name = "story"
version = "1"
incumbent = [{ code = "99010" }]
vacant = ["00000"]
retailers = { table = "code_retailer", column = "retailer_code" }
[ledger]
table = "supply_period"
key = ["supply_point_id"]
retailer = "retailer_code"
from = "valid_from"
until = "valid_until"
until_is = "inclusive"
compare = "exact"
open = ["9999-12-31"]
"#;

const LEDGER: &str = r#"
table = "supply_period"
key = ["supply_point_id", "valid_from"]
rows = { by = "ledger", during = ["valid_from", "valid_until"] }
known_at = { none = "a story" }
[columns]
supply_point_id = "own_customer"
valid_from = "own_customer"
valid_until = { class = "own_customer", basis = "a decision" }
retailer_code = "own_customer"
[types]
valid_from = "date"
valid_until = "date"
"#;

const RETAILERS: &str = r#"
table = "code_retailer"
key = ["retailer_code"]
rows = "reference"
[columns]
retailer_code = "reference"
"#;

const SOURCE: &str = "
CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT);
CREATE TABLE code_retailer (retailer_code TEXT);
";

/// The smallest surroundings of one table.
pub(crate) struct Story {
    folder: tempfile::TempDir,
}

impl Story {
    /// A database with these statements, and a catalogue with the table `t`: `key` as TOML writes it, columns
    /// with their types.
    pub(crate) fn new(sql: &str, key: &str, columns: &[(&str, &str)]) -> Self {
        let story = Self::bare(sql);
        story.list("t", key, columns);
        story
    }

    /// Without a table `t` in the catalogue.
    pub(crate) fn bare(sql: &str) -> Self {
        let story = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let tables = story.folder.path().join("catalogue/tables");
        fs::create_dir_all(&tables).unwrap();
        fs::write(story.folder.path().join("catalogue/catalogue.toml"), MAIN).unwrap();
        fs::write(tables.join("supply_period.toml"), LEDGER).unwrap();
        fs::write(tables.join("code_retailer.toml"), RETAILERS).unwrap();
        story.sql(SOURCE);
        story.sql(sql);
        story
    }

    /// Lists a table whose name is its id.
    pub(crate) fn list(&self, table: &str, key: &str, columns: &[(&str, &str)]) {
        let mut text = format!(
            "table = \"{table}\"\nkey = {key}\nrows = {{ every_row = \"all_transmission\", basis = \"a test\" }}\n[columns]\n"
        );
        for (name, _) in columns {
            writeln!(text, "\"{name}\" = \"transmission_only\"").unwrap();
        }
        text.push_str("[types]\n");
        for (name, value_type) in columns {
            writeln!(text, "\"{name}\" = \"{value_type}\"").unwrap();
        }
        self.list_text(table, &text);
    }

    pub(crate) fn list_text(&self, id: &str, text: &str) {
        let file = format!("catalogue/tables/{id}.toml");
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.path("legacy.db")
    }

    pub(crate) fn custody(&self) -> PathBuf {
        self.path("custody")
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.source()).unwrap()
    }

    pub(crate) fn sql(&self, sql: &str) {
        self.connect().execute_batch(sql).unwrap();
    }

    pub(crate) fn catalogue(&self) -> Catalogue {
        load(&self.path("catalogue")).unwrap_or_else(|problems| panic!("{problems}"))
    }

    pub(crate) fn extract(&self) -> Result<ExtractStats, ExtractError> {
        self.extract_with(&self.custody(), 1 << 28, 1, &Silent)
    }

    pub(crate) fn extract_with(
        &self,
        custody: &Path,
        memory: u64,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<ExtractStats, ExtractError> {
        let options = ExtractOptions {
            memory,
            threads,
            part_rows: STAGING_PART_ROWS,
        };
        self.extract_as(custody, &options, observer)
    }

    pub(crate) fn extract_as(
        &self,
        custody: &Path,
        options: &ExtractOptions,
        observer: &dyn Observer,
    ) -> Result<ExtractStats, ExtractError> {
        let path = self.source();
        let source = BoundSource {
            source: &Source::Sqlite(path.clone()),
            state: &SourceState::of_digest(digest(&path)),
        };
        extract(&source, &self.catalogue(), custody, options, observer)
    }

    /// Extracts what lies there now in a run that is bound to this digest.
    pub(crate) fn extract_bound(&self, blake3: &Blake3Hex) -> Result<ExtractStats, ExtractError> {
        let options = ExtractOptions {
            memory: 1 << 28,
            threads: 1,
            part_rows: STAGING_PART_ROWS,
        };
        let path = self.source();
        let source = BoundSource {
            source: &Source::Sqlite(path.clone()),
            state: &SourceState::of_digest(blake3.clone()),
        };
        extract(
            &source,
            &self.catalogue(),
            &self.custody(),
            &options,
            &Silent,
        )
    }

    /// What extraction says when it refuses.
    pub(crate) fn refusal(&self) -> String {
        self.extract()
            .expect_err("this source is to be refused")
            .to_string()
    }

    /// The staged rows of a table, a line each.
    pub(crate) fn staged(&self, id: &str) -> Vec<String> {
        let catalogue = self.catalogue();
        let staging = Staging::open(&self.custody(), &catalogue).unwrap();
        let table = staging.table(catalogue.table(id).unwrap()).unwrap();
        let mut lines = Vec::new();
        for batch in table.all(1000).unwrap() {
            let batch = batch.unwrap();
            lines.extend((0..batch.num_rows()).map(|row| {
                let cells = batch.columns().iter().map(|cells| cell(cells, row));
                cells.collect::<Vec<_>>().join("|")
            }));
        }
        lines
    }

    /// The rejected rows of a table.
    pub(crate) fn rejects(&self, id: &str) -> Vec<Reject> {
        let catalogue = self.catalogue();
        let staging = Staging::open(&self.custody(), &catalogue).unwrap();
        let rejects = staging.rejects(catalogue.table(id).unwrap()).unwrap();
        let all = rejects.into_iter().flatten();
        all.map(|reject| reject.unwrap()).collect()
    }

    /// The rejected rows of a table: column, rule, and the value that broke it.
    pub(crate) fn rejected(&self, id: &str) -> Vec<String> {
        let catalogue = self.catalogue();
        let columns = &catalogue.table(id).unwrap().columns;
        let line = |reject: Reject| {
            let Reject {
                column,
                rule,
                values,
                ..
            } = reject;
            let at = columns.iter().position(|listed| listed.name == column);
            format!("{column} {rule} {:?}", values[at.unwrap()])
        };
        self.rejects(id).into_iter().map(line).collect()
    }

    pub(crate) fn entry(&self, id: &str) -> StagedTable {
        let staging = Staging::open(&self.custody(), &self.catalogue()).unwrap();
        staging.manifest().table(id).unwrap().clone()
    }
}

/// What a run on this file would be bound to.
pub(crate) fn digest(source: &Path) -> Blake3Hex {
    let Ok(mut file) = fs::File::open(source) else {
        return Blake3Hex::of(b"");
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    // POSIX drops all locks of a process on a file when it closes any handle of it: a writer of the story would lose its.
    std::mem::forget(file);
    Blake3Hex::of(&bytes)
}

/// Every file below a folder, with its content.
pub(crate) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_path_buf();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn cell(cells: &ArrayRef, row: usize) -> String {
    if cells.is_null(row) {
        return "NULL".to_owned();
    }
    match cells.data_type() {
        DataType::Utf8 => cells.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => cells.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Decimal128(..) => cells.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => day_text(cells.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(..) => cells
            .as_primitive::<TimestampMicrosecondType>()
            .value(row)
            .to_string(),
        DataType::Boolean => cells.as_boolean().value(row).to_string(),
        DataType::Binary => format!("{:?}", cells.as_binary::<i32>().value(row)),
        other => panic!("no staged column is {other}"),
    }
}
