//! One [`OpenSource`] a run and one [`Session`] a thread. The enums are closed: a kind that the job can name and that is not
//! written here does not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use bunri_catalogue::Table;
use bunri_columnar::{Observer, RawValue};
use bunri_job::Source;
use bunri_manifest::{self as manifest, Blake3Hex, ForeignKey};
use bunri_types::{ValueForm, ValueType};

use crate::error::SourceError;
use crate::model::{Figures, Inventory, ObjectKind, Query, RowSink};
use crate::outline::{DeclaredObject, TableSize};
use crate::{delimited, digest, sqlite};

/// The source of one run, held still from here to [`OpenSource::unchanged`].
#[derive(Debug)]
pub enum OpenSource {
    /// A database file of SQLite.
    Sqlite(sqlite::Database),
    /// A folder of delimited files.
    Delimited(Arc<delimited::Folder>),
}

/// One thread's view of the source. All sessions of a run see the same state.
#[derive(Debug)]
pub enum Session {
    /// A connection to it, inside a read transaction.
    Sqlite(sqlite::Reader),
    /// A reader of the folder.
    Delimited(delimited::Reader),
}

/// Ends a session's long statement from another thread.
pub enum Interrupter {
    /// Of such a connection.
    Sqlite(sqlite::InterruptHandle),
    /// Of such a reader.
    Delimited(delimited::Interrupt),
}

/// The views of a source, each with the statement that makes it in the source's own words, by name. Nothing is written there.
///
/// # Errors
/// When the source cannot be opened or read.
pub fn view_texts(source: &Source) -> Result<Vec<(String, String)>, SourceError> {
    match OpenSource::open(source)?.session()? {
        Session::Sqlite(reader) => reader.view_texts(),
        Session::Delimited(_) => Ok(Vec::new()),
    }
}

/// The BLAKE3 of a source, about a second a gigabyte; [`None`] if the observer asked to stop.
///
/// # Errors
/// When it is no regular file or cannot be read.
pub fn source_digest(source: &Source, observer: &dyn Observer) -> io::Result<Option<Blake3Hex>> {
    match source {
        Source::Sqlite(path) => digest::file_digest(path, observer),
        Source::Delimited(files) => delimited::digest(files, observer),
    }
}

/// Whether a column that the source declares so may hold values of this type, read in this way.
#[must_use]
pub fn compatible(
    source: &OpenSource,
    declared: &str,
    value_type: ValueType,
    reading: &ValueForm,
) -> bool {
    match source {
        OpenSource::Sqlite(_) => sqlite::compatible(declared, value_type, reading),
        OpenSource::Delimited(_) => true,
    }
}

/// The same of a source that need not be open.
#[must_use]
pub fn may_hold(
    source: &Source,
    declared: &str,
    value_type: ValueType,
    reading: &ValueForm,
) -> bool {
    match source {
        Source::Sqlite(_) => sqlite::compatible(declared, value_type, reading),
        Source::Delimited(_) => true,
    }
}

impl OpenSource {
    /// Opens the source and refuses what is not at rest.
    ///
    /// # Errors
    /// What the source says.
    pub fn open(source: &Source) -> Result<Self, SourceError> {
        match source {
            Source::Sqlite(path) => sqlite::Database::open(path).map(Self::Sqlite),
            Source::Delimited(files) => {
                delimited::Folder::open(files).map(|folder| Self::Delimited(Arc::new(folder)))
            }
        }
    }

    /// A session, which holds the source still until it ends.
    ///
    /// # Errors
    /// What the source says.
    pub fn session(&self) -> Result<Session, SourceError> {
        match self {
            Self::Sqlite(database) => database.begin().map(Session::Sqlite),
            Self::Delimited(folder) => Ok(Session::Delimited(delimited::Reader::new(folder))),
        }
    }

    /// What the source is, by digest, while the sessions hold it still.
    ///
    /// # Errors
    /// What the source says.
    pub fn identity(&self, observer: &dyn Observer) -> Result<manifest::Source, SourceError> {
        match self {
            Self::Sqlite(database) => database.hash(observer),
            Self::Delimited(folder) => folder.hash(observer),
        }
    }

    /// Keeps what the driver cannot hold in memory in this folder of custody.
    /// `folder` is a canonical path.
    ///
    /// # Errors
    /// What the source says.
    pub fn keep_temporary_files(&self, folder: &str) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(_) => sqlite::keep_temporary_files(folder),
            Self::Delimited(_) => Ok(()),
        }
    }

    /// Ends the sessions and refuses a source that was written meanwhile, as far as that can be seen without reading it again:
    /// enough for who only looks, and not for who hands on what was read.
    ///
    /// # Errors
    /// What the source says.
    pub fn at_rest_still(&self, sessions: Vec<Session>) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(database) => {
                let readers = sessions.into_iter().filter_map(Session::sqlite);
                database.at_rest_still(readers.collect())
            }
            Self::Delimited(folder) => folder.at_rest_still(),
        }
    }

    /// Ends the sessions and refuses a source that is not what it was: `before` is what [`OpenSource::identity`] said.
    ///
    /// # Errors
    /// What the source says.
    pub fn unchanged(
        &self,
        sessions: Vec<Session>,
        before: &manifest::Source,
        observer: &dyn Observer,
    ) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(database) => {
                let readers = sessions.into_iter().filter_map(Session::sqlite);
                database.unchanged(readers.collect(), before, observer)
            }
            Self::Delimited(folder) => folder.unchanged(before, observer),
        }
    }
}

impl Session {
    /// A database begins no other sessions than those of its kind.
    fn sqlite(self) -> Option<sqlite::Reader> {
        match self {
            Self::Sqlite(reader) => Some(reader),
            Self::Delimited(_) => None,
        }
    }

    /// What the source has. Only of the objects in `read` the columns are looked at: others need not be readable.
    ///
    /// # Errors
    /// What the source says.
    pub fn inventory(&mut self, read: &BTreeSet<&str>) -> Result<Inventory, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.inventory(read),
            Self::Delimited(reader) => reader.inventory(read),
        }
    }

    /// Refuses a source that its own check finds damaged.
    ///
    /// # Errors
    /// What the source says.
    pub fn refuse_damage(
        &self,
        inventory: &Inventory,
        some_ignored: bool,
    ) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(reader) => {
                // A view holds nothing itself.
                let tables = inventory
                    .iter()
                    .filter(|(_, object)| object.kind == ObjectKind::Table);
                let tables: Vec<&str> = tables.map(|(name, _)| name.as_str()).collect();
                reader.refuse_damage(&tables, some_ignored)
            }
            // Whatever is wrong with a file is met when it is read, and all of them are.
            Self::Delimited(_) => Ok(()),
        }
    }

    /// How many rows a table has: how much work it is.
    ///
    /// # Errors
    /// What the source says.
    pub fn count(&self, table: &Table, kind: ObjectKind) -> Result<u64, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.count(table, kind),
            Self::Delimited(reader) => reader.count_of(&table.name),
        }
    }

    /// How many rows a table has that need not be in the catalogue.
    ///
    /// # Errors
    /// What the source says.
    pub fn count_of(&self, table: &str) -> Result<u64, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.count_of(table),
            Self::Delimited(reader) => reader.count_of(table),
        }
    }

    /// The source's own counts and sums.
    ///
    /// # Errors
    /// What the source says.
    pub fn figures(&self, table: &Table, kind: ObjectKind) -> Result<Figures, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.figures(table, kind),
            Self::Delimited(reader) => reader.figures(table),
        }
    }

    /// The references that the source declares for a table, in order, each once.
    ///
    /// # Errors
    /// What the source says.
    pub fn foreign_keys(&self, table: &Table) -> Result<Vec<ForeignKey>, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.foreign_keys(table),
            Self::Delimited(_) => Ok(Vec::new()),
        }
    }

    /// How the source gives the rows in key order, where it does so for little; else they are sorted here.
    ///
    /// # Errors
    /// What the source says.
    pub fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
    ) -> Result<Option<Query>, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.in_key_order(table, kind),
            Self::Delimited(_) => Ok(None),
        }
    }

    /// The same of the rows that come behind the row with this key; [`None`] where the source cannot be asked so.
    ///
    /// # Errors
    /// What the source says.
    pub fn in_key_order_behind(
        &self,
        table: &Table,
        kind: ObjectKind,
        key: &[RawValue],
    ) -> Result<Option<Query>, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.in_key_order_behind(table, kind, key),
            Self::Delimited(_) => Ok(None),
        }
    }

    /// The rows in whatever order the source likes.
    #[must_use]
    pub fn in_any_order(&self, table: &Table, kind: ObjectKind) -> Query {
        match self {
            Self::Sqlite(_) => sqlite::in_any_order(table, kind),
            Self::Delimited(_) => Query::everything(),
        }
    }

    /// Gives the sink every row of the answer, until it wants no more.
    ///
    /// # Errors
    /// What the source says.
    pub fn read<S: RowSink>(
        &self,
        table: &Table,
        query: &Query,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        match self {
            Self::Sqlite(reader) => reader.read(table, query, sink),
            Self::Delimited(reader) => {
                let columns = table.columns.iter().map(|column| column.name.as_str());
                reader.read(&table.name, &columns.collect::<Vec<_>>(), sink)
            }
        }
    }

    /// What the source says of every table and view, in the order of their names.
    ///
    /// # Errors
    /// What the source says; what is wrong with one view stands with that view.
    pub fn outline(&mut self) -> Result<Vec<DeclaredObject>, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.outline(),
            Self::Delimited(reader) => Ok(reader.outline()),
        }
    }

    /// How large each table is; [`None`] where the source cannot tell. Every page is looked at.
    ///
    /// # Errors
    /// What the source says.
    pub fn table_sizes(&self) -> Result<Option<BTreeMap<String, TableSize>>, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.table_sizes(),
            Self::Delimited(reader) => Ok(Some(reader.table_sizes())),
        }
    }

    /// About how many rows a table has, without reading it; 0 where that is not known.
    ///
    /// # Errors
    /// What the source says.
    pub fn about_rows(&self, table: &str) -> Result<u64, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.about_rows(table),
            Self::Delimited(reader) => Ok(reader.about_rows(table)),
        }
    }

    /// Gives the sink these columns of an object that need not be in any catalogue, in whatever order the source likes, until it
    /// wants no more.
    ///
    /// # Errors
    /// What the source says, and the sink's own.
    pub fn read_columns<S: RowSink>(
        &self,
        object: &str,
        columns: &[&str],
        kind: ObjectKind,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        match self {
            Self::Sqlite(reader) => reader.read_columns(object, columns, kind, sink),
            Self::Delimited(reader) => reader.read(object, columns, sink),
        }
    }

    /// What ends a long statement of this session from another thread.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        match self {
            Self::Sqlite(reader) => Interrupter::Sqlite(reader.interrupt_handle()),
            Self::Delimited(reader) => Interrupter::Delimited(reader.interrupt_handle()),
        }
    }
}

impl Interrupter {
    /// Ends the statement that runs, if one does.
    pub fn interrupt(&self) {
        match self {
            Self::Sqlite(handle) => handle.interrupt(),
            Self::Delimited(handle) => handle.interrupt(),
        }
    }
}
