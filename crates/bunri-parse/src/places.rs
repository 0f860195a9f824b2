//! Where the parts of a catalogue stand in its files, for who holds it against something else and has to say which line is to
//! be mended. A catalogue that was checked does not carry that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_text::{Log, Position, Problems, SourceFile, decode, parse_toml, position};
use toml::de::{DeTable, DeValue};

use crate::load::{MAIN, folder_of, read_all, table_files};

/// The files of a catalogue, by line.
#[derive(Debug)]
pub struct Places {
    main: PathBuf,
    tables: BTreeMap<String, TablePlaces>,
}

#[derive(Debug)]
struct TablePlaces {
    path: PathBuf,
    key: Option<Position>,
    columns: BTreeMap<String, Position>,
    types: BTreeMap<String, Position>,
}

impl Places {
    /// Reads the files of a catalogue that was loaded from the same path.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let folder = folder_of(path)?;
        let mut tables = BTreeMap::new();
        for (name, bytes) in read_all(&folder, &table_files(&folder)?)? {
            let path = folder.join(&name);
            let id = path.file_stem().unwrap_or_default().to_string_lossy();
            let mut log = Log::default();
            let file = decode(0, path.clone(), bytes, &mut log);
            let places = TablePlaces::of(&file, &mut log);
            tables.insert(id.into_owned(), places);
        }
        Ok(Self {
            main: folder.join(MAIN),
            tables,
        })
    }

    /// The catalogue's own file.
    #[must_use]
    pub fn main(&self) -> &Path {
        &self.main
    }

    /// The file of a table.
    #[must_use]
    pub fn table(&self, id: &str) -> &Path {
        self.tables.get(id).map_or(&self.main, |table| &table.path)
    }

    /// Where the key of a table is declared.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<Position> {
        self.tables.get(id)?.key
    }

    /// Where the type of a column is declared or, where it is the default, the column.
    #[must_use]
    pub fn column(&self, id: &str, column: &str) -> Option<Position> {
        let table = self.tables.get(id)?;
        let place = table.types.get(column);
        place.or_else(|| table.columns.get(column)).copied()
    }
}

impl TablePlaces {
    fn of(file: &SourceFile, log: &mut Log) -> Self {
        let mut places = Self {
            path: file.path.clone(),
            key: None,
            columns: BTreeMap::new(),
            types: BTreeMap::new(),
        };
        if let Some(tree) = parse_toml(0, &file.text, log) {
            for (name, value) in tree.get_ref() {
                let at = position(&file.text, name.span().start);
                match (name.get_ref().as_ref(), value.get_ref()) {
                    ("key", _) => places.key = Some(at),
                    ("columns", DeValue::Table(names)) => places.columns = keys(names, &file.text),
                    ("types", DeValue::Table(names)) => places.types = keys(names, &file.text),
                    _ => {}
                }
            }
        }
        places
    }
}

fn keys(table: &DeTable<'_>, text: &str) -> BTreeMap<String, Position> {
    let names = table.keys();
    names
        .map(|name| {
            (
                name.get_ref().to_string(),
                position(text, name.span().start),
            )
        })
        .collect()
}
