//! The records of a table, for who reads it; and what the folder says of its tables.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bunri_job::LineForm;

use super::folder::{Folder, header};
use super::records::{Record, Records};
use super::text::decode;
use bunri_source_model::{DeclaredColumn, DeclaredObject, TableSize};
use bunri_source_model::{DelimitedError, SourceError};
use bunri_source_model::{
    Inventory, LineFault, LinePlace, ObjectKind, RowSink, SourceColumn, SourceObject, SourceRow,
    SourceValue,
};

/// Records after which somebody is asked whether to go on.
const STEP: u64 = 1024;

/// One thread's view of the folder.
#[derive(Debug)]
pub struct FileReader {
    pub(super) folder: Arc<Folder>,
    stop: Arc<AtomicBool>,
}

/// Ends what a reader does from another thread.
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Ends it.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl FileReader {
    /// A reader of this folder.
    #[must_use]
    pub fn new(folder: &Arc<Folder>) -> Self {
        Self {
            folder: Arc::clone(folder),
            stop: Arc::default(),
        }
    }

    /// What ends what this reader does.
    #[must_use]
    pub fn interrupt_handle(&self) -> Interrupt {
        Interrupt(Arc::clone(&self.stop))
    }

    /// What is done now is not what somebody stopped before.
    pub(super) fn begin(&self) {
        self.stop.store(false, Ordering::Relaxed);
    }

    /// Looks now and then whether to go on.
    pub(super) fn go_on(&self, records: u64) -> Result<(), SourceError> {
        if records.is_multiple_of(STEP) && self.stop.load(Ordering::Relaxed) {
            return Err(SourceError::Interrupted);
        }
        Ok(())
    }

    /// What tables and other files there are. Only of the tables in `read` the columns are looked at.
    ///
    /// # Errors
    /// When such a table's first line cannot be read.
    pub fn inventory(&self, read: &BTreeSet<&str>) -> Result<Inventory, SourceError> {
        let mut inventory = Inventory::new();
        for name in self.folder.tables().chain(self.folder.others()) {
            let mut columns = Vec::new();
            if read.contains(name) {
                let named = self.folder.columns(name)?.into_iter();
                columns.extend(named.map(|name| SourceColumn {
                    name,
                    declared: String::new(),
                }));
            }
            let object = SourceObject {
                kind: ObjectKind::Table,
                columns,
                made_of: Vec::new(),
            };
            inventory.insert(name.to_owned(), object);
        }
        Ok(inventory)
    }

    /// What there is, as far as the files themselves say.
    #[must_use]
    pub fn outline(&self) -> Vec<DeclaredObject> {
        let object = |name: &str, columns: Result<Vec<String>, String>| {
            let (columns, unreadable) = match columns {
                Ok(columns) => (columns, None),
                Err(why) => (Vec::new(), Some(why)),
            };
            let column = |name| DeclaredColumn {
                name,
                declared: String::new(),
                not_null: false,
            };
            DeclaredObject {
                name: name.to_owned(),
                kind: ObjectKind::Table,
                columns: columns.into_iter().map(column).collect(),
                key: Vec::new(),
                unique: Vec::new(),
                references: Vec::new(),
                reads: Vec::new(),
                unreadable,
            }
        };
        let columns = |name: &str| self.folder.columns(name).map_err(|why| why.to_string());
        let tables = self.folder.tables().map(|name| object(name, columns(name)));
        let no_table = || Err("no table of the job, and not called .csv or .tsv".to_owned());
        let others = self.folder.others().map(|name| object(name, no_table()));
        let mut objects: Vec<DeclaredObject> = tables.chain(others).collect();
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        objects
    }

    /// Bytes as they lie; about how many rows they are, nobody has counted.
    pub fn table_sizes(&self) -> BTreeMap<String, TableSize> {
        let size = |name: &str| TableSize {
            bytes: self.folder.bytes(name),
            about_rows: self.about_rows(name),
        };
        let tables = self.folder.tables();
        tables.map(|name| (name.to_owned(), size(name))).collect()
    }

    /// As many as lines of a hundred bytes would be.
    pub fn about_rows(&self, table: &str) -> u64 {
        self.folder.bytes(table) / 100
    }

    /// Gives the sink these columns of every record, until it wants no more.
    pub fn read<S: RowSink>(
        &self,
        table: &str,
        columns: &[&str],
        sink: &mut S,
    ) -> Result<(), S::Error> {
        self.begin();
        let named = self.folder.columns(table).map_err(SourceError::from)?;
        let places = places(table, &named, columns).map_err(SourceError::from)?;
        let form = self.folder.form();
        let mut cells = Fields::default();
        let mut count = 0;
        for file in self.folder.files(table) {
            let records = Records::open(self.folder.path(), file, form);
            let mut records = records.map_err(SourceError::from)?;
            if form.header {
                header(file, &mut records, form).map_err(SourceError::from)?;
            }
            while let Some(record) = records.next().map_err(SourceError::from)? {
                self.go_on(count)?;
                count += 1;
                let fault = if record.broken {
                    Some(LineFault::BrokenQuoting)
                } else if record.len() != named.len() {
                    Some(LineFault::Ragged)
                } else {
                    cells.take(record, &places, form);
                    None
                };
                let line = Line {
                    cells: &cells,
                    place: LinePlace {
                        file,
                        line: record.line,
                        fault,
                        raw: &record.raw,
                    },
                };
                if !sink.take(&line)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Where the wanted columns stand in a record.
pub(super) fn places(
    table: &str,
    named: &[String],
    columns: &[&str],
) -> Result<Vec<usize>, DelimitedError> {
    let place = |column: &&str| named.iter().position(|name| name == column);
    let places: Option<Vec<usize>> = columns.iter().map(place).collect();
    places.ok_or_else(|| DelimitedError::Form {
        file: table.to_owned(),
        what: "has not the columns that are read of it",
    })
}

/// The wanted fields of a record, decoded.
#[derive(Debug, Default)]
struct Fields {
    content: Vec<u8>,
    cells: Vec<FieldText>,
}

#[derive(Debug, Clone)]
enum FieldText {
    Null,
    Text(Range<usize>),
    /// Its bytes as they lie.
    Undecodable(Range<usize>),
}

impl Fields {
    fn take(&mut self, record: &Record, places: &[usize], form: &LineForm) {
        self.content.clear();
        self.cells.clear();
        for &place in places {
            let (bytes, quoted) = record.field(place);
            if !quoted && bytes == form.null.as_bytes() {
                self.cells.push(FieldText::Null);
                continue;
            }
            let start = self.content.len();
            let decoded = decode(bytes, form.encoding, &mut self.content);
            if !decoded {
                self.content.extend_from_slice(bytes);
            }
            let range = start..self.content.len();
            self.cells.push(if decoded {
                FieldText::Text(range)
            } else {
                FieldText::Undecodable(range)
            });
        }
    }
}

/// The record that the reader stands at.
struct Line<'a> {
    cells: &'a Fields,
    place: LinePlace<'a>,
}

impl SourceRow for Line<'_> {
    /// Of a line that is no record nobody can say what stands in a column.
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError> {
        if self.place.fault.is_some() {
            return Ok(SourceValue::Null);
        }
        Ok(match &self.cells.cells[column] {
            FieldText::Null => SourceValue::Null,
            FieldText::Text(range) => SourceValue::Untyped(&self.cells.content[range.clone()]),
            FieldText::Undecodable(range) => {
                SourceValue::Undecodable(&self.cells.content[range.clone()])
            }
        })
    }

    fn place(&self) -> Option<LinePlace<'_>> {
        Some(self.place)
    }
}
