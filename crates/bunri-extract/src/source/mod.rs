//! The seam between extraction and the kinds of source: one [`OpenSource`] a run, held still and identified by digest; one
//! [`Session`] a thread, all on the same state. Everything a driver knows stays below the folder of its kind; here and
//! above there are names, values as the source holds them, and rows.
//!
//! The enums are closed: a kind that the job can name and that is not written here does not compile.

mod digest;
mod error;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use bunri_catalogue::Table;
use bunri_columnar::{Observer, RawValue};
use bunri_job::Source;
use bunri_manifest::{self as manifest, Blake3Hex, ColumnTotal, ForeignKey};
use bunri_types::{ValueForm, ValueType};

use crate::ExtractError;

pub use error::SourceError;

/// A value as the source holds it, before any declared type is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SourceValue<'a> {
    Null,
    Integer(i64),
    Real(f64),
    /// The bytes of a text, which need not be valid in any encoding.
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// The row that a session stands at.
pub(crate) trait SourceRow {
    /// The value of the catalogue's column at this position.
    ///
    /// # Errors
    /// What the source says.
    fn value(&self, column: usize) -> Result<SourceValue<'_>, ExtractError>;
}

/// What takes the rows of a table, one at a time and in the order of the session.
pub(crate) trait RowSink {
    /// Takes a row. Says whether it wants another one.
    ///
    /// # Errors
    /// [`ExtractError`]; the session stops reading.
    fn take(&mut self, row: &impl SourceRow) -> Result<bool, ExtractError>;
}

/// What an object of the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Table,
    View,
}

/// A table or view of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceObject {
    pub(crate) kind: ObjectKind,
    /// In the source's order; none of an object that is not read.
    pub(crate) columns: Vec<SourceColumn>,
    /// Of a view that is read: the tables that it reads, by name.
    pub(crate) made_of: Vec<String>,
}

/// A column of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceColumn {
    pub(crate) name: String,
    /// Its type in the source's words; empty where there is none.
    pub(crate) declared: String,
}

/// What the source has, by name. The source's own administration is left out.
pub(crate) type Inventory = BTreeMap<String, SourceObject>;

/// What the source itself says of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figures {
    /// How many rows it has.
    pub(crate) rows: u64,
    /// In catalogue order.
    pub(crate) totals: Vec<ColumnTotal>,
}

/// How rows of a table are asked for, in the source's own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    text: String,
    /// The key behind which rows are wanted; none: all of them.
    behind: Vec<RawValue>,
}

/// The source of one run, held still from here to [`OpenSource::unchanged`].
#[derive(Debug)]
pub(crate) enum OpenSource {
    Sqlite(sqlite::Database),
}

/// One thread's view of the source. All sessions of a run see the same state.
#[derive(Debug)]
pub(crate) enum Session {
    Sqlite(sqlite::Reader),
}

/// Ends a session's long statement from another thread.
pub(crate) enum Interrupter {
    Sqlite(sqlite::InterruptHandle),
}

/// The views of a source, each with the statement that makes it in the source's own words, by name. Nothing is written there.
///
/// # Errors
/// When the source cannot be opened or read.
pub fn view_texts(source: &Source) -> Result<Vec<(String, String)>, ExtractError> {
    match OpenSource::open(source)?.session()? {
        Session::Sqlite(reader) => reader.view_texts(),
    }
}

/// The BLAKE3 of a source, about a second a gigabyte; [`None`] if the observer asked to stop.
///
/// # Errors
/// When it is no regular file or cannot be read.
pub fn source_digest(source: &Source, observer: &dyn Observer) -> io::Result<Option<Blake3Hex>> {
    match source {
        Source::Sqlite(path) => digest::file_digest(path, observer),
    }
}

/// Whether a column that the source declares so may hold values of this type, read in this way.
pub(crate) fn compatible(
    source: &OpenSource,
    declared: &str,
    value_type: ValueType,
    reading: &ValueForm,
) -> bool {
    match source {
        OpenSource::Sqlite(_) => sqlite::compatible(declared, value_type, reading),
    }
}

impl OpenSource {
    /// Opens the source and refuses what is not at rest.
    pub(crate) fn open(source: &Source) -> Result<Self, SourceError> {
        match source {
            Source::Sqlite(path) => sqlite::Database::open(path).map(Self::Sqlite),
        }
    }

    /// A session, which holds the source still until it ends.
    pub(crate) fn session(&self) -> Result<Session, ExtractError> {
        match self {
            Self::Sqlite(database) => database.begin().map(Session::Sqlite),
        }
    }

    /// What the source is, by digest, while the sessions hold it still.
    pub(crate) fn identity(
        &self,
        observer: &dyn Observer,
    ) -> Result<manifest::Source, ExtractError> {
        match self {
            Self::Sqlite(database) => database.hash(observer),
        }
    }

    /// Keeps what the driver cannot hold in memory in this folder of custody.
    pub(crate) fn keep_temporary_files(&self, folder: &Path) -> Result<(), ExtractError> {
        match self {
            Self::Sqlite(_) => sqlite::keep_temporary_files(folder),
        }
    }

    /// Ends the sessions and refuses a source that is not what it was: `before` is what [`OpenSource::identity`] said.
    pub(crate) fn unchanged(
        &self,
        sessions: Vec<Session>,
        before: &manifest::Source,
        observer: &dyn Observer,
    ) -> Result<(), ExtractError> {
        match self {
            Self::Sqlite(database) => {
                let readers = sessions.into_iter().map(|session| match session {
                    Session::Sqlite(reader) => reader,
                });
                database.unchanged(readers.collect(), before, observer)
            }
        }
    }
}

impl Session {
    /// What the source has. Only of the objects in `read` the columns are looked at: others need not be readable.
    pub(crate) fn inventory(&mut self, read: &BTreeSet<&str>) -> Result<Inventory, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.inventory(read),
        }
    }

    /// Refuses a source that its own check finds damaged.
    pub(crate) fn refuse_damage(
        &self,
        inventory: &Inventory,
        some_ignored: bool,
    ) -> Result<(), ExtractError> {
        match self {
            Self::Sqlite(reader) => {
                // A view holds nothing itself.
                let tables = inventory
                    .iter()
                    .filter(|(_, object)| object.kind == ObjectKind::Table);
                let tables: Vec<&str> = tables.map(|(name, _)| name.as_str()).collect();
                reader.refuse_damage(&tables, some_ignored)
            }
        }
    }

    /// How many rows a table has: how much work it is.
    pub(crate) fn count(&self, table: &Table, kind: ObjectKind) -> Result<u64, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.count(table, kind),
        }
    }

    /// How many rows a table has that need not be in the catalogue.
    pub(crate) fn count_of(&self, table: &str) -> Result<u64, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.count_of(table),
        }
    }

    /// The source's own counts and sums.
    pub(crate) fn figures(&self, table: &Table, kind: ObjectKind) -> Result<Figures, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.figures(table, kind),
        }
    }

    /// The references that the source declares for a table, in order, each once.
    pub(crate) fn foreign_keys(&self, table: &Table) -> Result<Vec<ForeignKey>, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.foreign_keys(table),
        }
    }

    /// How the source gives the rows in key order, where it does so for little; else they are sorted here.
    pub(crate) fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
    ) -> Result<Option<Query>, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.in_key_order(table, kind),
        }
    }

    /// The same of the rows that come behind the row with this key; [`None`] where the source cannot be asked so.
    pub(crate) fn in_key_order_behind(
        &self,
        table: &Table,
        kind: ObjectKind,
        key: &[RawValue],
    ) -> Result<Option<Query>, ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.in_key_order_behind(table, kind, key),
        }
    }

    /// The rows in whatever order the source likes.
    pub(crate) fn in_any_order(&self, table: &Table, kind: ObjectKind) -> Query {
        match self {
            Self::Sqlite(_) => sqlite::in_any_order(table, kind),
        }
    }

    /// Gives the sink every row of the answer, until it wants no more.
    pub(crate) fn read(
        &self,
        table: &Table,
        query: &Query,
        sink: &mut impl RowSink,
    ) -> Result<(), ExtractError> {
        match self {
            Self::Sqlite(reader) => reader.read(table, query, sink),
        }
    }

    /// What ends a long statement of this session from another thread.
    pub(crate) fn interrupter(&self) -> Interrupter {
        match self {
            Self::Sqlite(reader) => Interrupter::Sqlite(reader.connection.get_interrupt_handle()),
        }
    }
}

impl Interrupter {
    /// Ends the statement that runs, if one does.
    pub(crate) fn interrupt(&self) {
        match self {
            Self::Sqlite(handle) => handle.interrupt(),
        }
    }
}
