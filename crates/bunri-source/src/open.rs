//! One [`OpenSource`] a run and one [`Session`] a thread. The enums are closed: a kind that the job can name and that is not
//! written here does not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use bunri_catalogue::Table;
use bunri_columnar::{Observer, RawValue};
use bunri_job::Source;
use bunri_manifest::{self as manifest, Blake3Hex, ForeignKey};
use bunri_types::{ValueForm, ValueType};

use crate::{postgresql, sqlite};
use bunri_odbc::HeldDatabase as HeldOdbc;
use bunri_postgresql::ReaderRole;
use bunri_source_delimited as delimited;
use bunri_source_model::SourceError;
use bunri_source_model::{DeclaredObject, TableSize, sqlite_compatible};
use bunri_source_model::{Figures, Inventory, ObjectKind, Query, RowSink, file_digest};
use bunri_source_odbc::{OdbcDatabase, OdbcReader};

/// Rows from which a table of a server is not counted for the order of the work: counting 800,000 took a MariaDB one twentieth of the
/// time of the whole extraction.
const LONG_TABLE: u64 = 100_000;

/// The source of one run, held still from here to [`OpenSource::unchanged`].
#[derive(Debug)]
pub enum OpenSource {
    /// A database file of SQLite.
    Sqlite(sqlite::Database),
    /// A folder of delimited files.
    Delimited(Arc<delimited::Folder>),
    /// A database of a PostgreSQL server.
    Postgresql(postgresql::HeldDatabase),
    /// A database behind a driver of ODBC.
    Odbc(OdbcDatabase),
}

/// One thread's view of the source. All sessions of a run see the same state.
#[derive(Debug)]
pub enum Session {
    /// A connection to it, inside a read transaction.
    Sqlite(sqlite::Reader),
    /// A reader of the folder.
    Delimited(delimited::FileReader),
    /// A connection on its snapshot.
    Postgresql(Box<postgresql::ServerReader>),
    /// A connection to it, perhaps the one that all sessions share.
    Odbc(Box<OdbcReader>),
}

/// Ends a session's long statement from another thread.
pub enum Interrupter {
    /// Of such a connection.
    Sqlite(sqlite::InterruptHandle),
    /// Of such a reader.
    Delimited(delimited::Interrupt),
    /// Of such a connection.
    Postgresql(postgresql::CurrentInterrupter),
    /// Of such a connection.
    Odbc(Arc<Mutex<bunri_odbc::Interrupter>>),
}

/// What keeps a state.
#[derive(Debug, Clone)]
enum HeldState {
    Postgresql(Arc<postgresql::HeldSnapshot>),
    Odbc(Arc<HeldOdbc>),
}

/// What a run is bound to before anything is read: the digest of the source's state, and what keeps that state where a server can.
#[derive(Debug, Clone)]
pub struct SourceState {
    /// By which the state is known.
    pub blake3: Blake3Hex,
    held: Option<HeldState>,
}

impl SourceState {
    /// A state that nothing holds: of a file, which can be hashed again.
    #[must_use]
    pub fn of_digest(blake3: Blake3Hex) -> Self {
        Self { blake3, held: None }
    }

    /// Lets go of the state: whoever opens the source after this finds it as it is then.
    pub fn release(&mut self) {
        self.held = None;
    }

    /// The state of the source as it is now. Of a file that is its BLAKE3, about a second a gigabyte and thread; of a server a snapshot is
    /// taken, and held for as long as the answer lives.
    ///
    /// # Errors
    /// What the source says; when it is no regular file; when the observer asked to stop.
    pub fn of(
        source: &Source,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Self, SourceError> {
        match source {
            Source::Sqlite(path) => {
                let wrong = |source| SourceError::Io {
                    path: path.clone(),
                    source,
                };
                let digest = file_digest(path, threads, observer).map_err(wrong)?;
                digest.map(Self::of_digest).ok_or(SourceError::Interrupted)
            }
            Source::Delimited(files) => {
                let wrong = |source| SourceError::Io {
                    path: files.folder.clone(),
                    source,
                };
                let digest = delimited::digest(files, threads, observer).map_err(wrong)?;
                digest.map(Self::of_digest).ok_or(SourceError::Interrupted)
            }
            Source::Postgresql(server) => {
                let database = postgresql::HeldDatabase::open(server, None)?;
                Ok(Self {
                    blake3: database.identity()?.blake3,
                    held: Some(HeldState::Postgresql(Arc::clone(database.held()))),
                })
            }
            Source::Odbc(source) => {
                let database = OdbcDatabase::open(source, None)?;
                Ok(Self {
                    blake3: database.identity()?.blake3,
                    held: Some(HeldState::Odbc(Arc::clone(database.held()))),
                })
            }
        }
    }
}

impl PartialEq for SourceState {
    fn eq(&self, other: &Self) -> bool {
        self.blake3 == other.blake3
    }
}

/// The views of a source, each with the statement that makes it in the source's own words, by name. Nothing is written there.
///
/// # Errors
/// When the source cannot be opened or read.
pub fn view_texts(source: &Source) -> Result<Vec<(String, String)>, SourceError> {
    match OpenSource::open(source)?.session()? {
        Session::Sqlite(reader) => reader.view_texts(),
        Session::Delimited(_) => Ok(Vec::new()),
        Session::Postgresql(reader) => reader.view_texts(),
        Session::Odbc(reader) => reader.view_texts(),
    }
}

/// The roles of a source that can log in, with what they may read; [`None`] of a source that has no grants.
///
/// # Errors
/// When the source cannot be opened or read.
pub fn readers(source: &Source) -> Result<Option<Vec<ReaderRole>>, SourceError> {
    match source {
        // Behind a driver every database keeps its grants in another place.
        Source::Sqlite(_) | Source::Delimited(_) | Source::Odbc(_) => Ok(None),
        Source::Postgresql(_) => match OpenSource::open(source)?.session()? {
            Session::Postgresql(reader) => reader.readers().map(Some),
            Session::Sqlite(_) | Session::Delimited(_) | Session::Odbc(_) => Ok(None),
        },
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
        OpenSource::Sqlite(_) => sqlite_compatible(declared, value_type, reading),
        OpenSource::Delimited(_) => true,
        OpenSource::Postgresql(_) => postgresql::compatible(declared, value_type, reading),
        OpenSource::Odbc(database) => database.compatible(declared, value_type, reading),
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
        Source::Sqlite(_) => sqlite_compatible(declared, value_type, reading),
        Source::Delimited(_) => true,
        Source::Postgresql(_) => postgresql::compatible(declared, value_type, reading),
        // Which database it is only an open one tells.
        Source::Odbc(_) => {
            bunri_source_odbc::compatible(declared, value_type, reading)
                || sqlite_compatible(declared, value_type, reading)
        }
    }
}

impl OpenSource {
    /// Opens the source and refuses what is not at rest.
    ///
    /// # Errors
    /// What the source says.
    pub fn open(source: &Source) -> Result<Self, SourceError> {
        Self::open_held(source, None)
    }

    /// The same on the state that a run is bound to, where it is held.
    ///
    /// # Errors
    /// What the source says.
    pub fn open_at(source: &Source, state: &SourceState) -> Result<Self, SourceError> {
        Self::open_held(source, state.held.as_ref())
    }

    fn open_held(source: &Source, held: Option<&HeldState>) -> Result<Self, SourceError> {
        match source {
            Source::Sqlite(path) => sqlite::Database::open(path).map(Self::Sqlite),
            Source::Delimited(files) => {
                delimited::Folder::open(files).map(|folder| Self::Delimited(Arc::new(folder)))
            }
            Source::Postgresql(server) => {
                let held = match held {
                    Some(HeldState::Postgresql(held)) => Some(held),
                    Some(HeldState::Odbc(_)) | None => None,
                };
                postgresql::HeldDatabase::open(server, held).map(Self::Postgresql)
            }
            Source::Odbc(source) => {
                let held = match held {
                    Some(HeldState::Odbc(held)) => Some(held),
                    Some(HeldState::Postgresql(_)) | None => None,
                };
                OdbcDatabase::open(source, held).map(Self::Odbc)
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
            Self::Delimited(folder) => Ok(Session::Delimited(delimited::FileReader::new(folder))),
            Self::Postgresql(database) => database
                .begin()
                .map(|reader| Session::Postgresql(Box::new(reader))),
            Self::Odbc(database) => database
                .begin()
                .map(|reader| Session::Odbc(Box::new(reader))),
        }
    }

    /// How many sessions the source may have at one time; [`None`]: as many as wanted.
    #[must_use]
    pub fn most_sessions(&self) -> Option<usize> {
        match self {
            Self::Sqlite(_) | Self::Delimited(_) => None,
            Self::Postgresql(database) => database.held().server().most_sessions(),
            // Where one connection alone sees a state, sessions take turns on it.
            Self::Odbc(_) => None,
        }
    }

    /// How many sessions an extraction of so many tables can have something to do for at one time; one at least.
    #[must_use]
    pub fn useful_sessions(&self, tables: usize) -> usize {
        match self {
            // It cuts tables.
            Self::Postgresql(_) => usize::MAX,
            Self::Odbc(_) if self.takes_turns() => tables.max(1),
            // The check of the whole, and of each table its figures and its rows.
            Self::Sqlite(_) | Self::Delimited(_) | Self::Odbc(_) => 1 + 2 * tables,
        }
    }

    /// Whether one connection alone sees the state, so that sessions take turns on it.
    #[must_use]
    pub fn takes_turns(&self) -> bool {
        match self {
            Self::Sqlite(_) | Self::Delimited(_) | Self::Postgresql(_) => false,
            Self::Odbc(database) => !database.held().is_at_rest(),
        }
    }

    /// What the source is, by digest, while the sessions hold it still.
    ///
    /// # Errors
    /// What the source says.
    pub fn identity(
        &self,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<manifest::Source, SourceError> {
        match self {
            Self::Sqlite(database) => database.hash(threads, observer),
            Self::Delimited(folder) => folder.hash(threads, observer),
            Self::Postgresql(database) => database.identity(),
            Self::Odbc(database) => database.identity(),
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
            // The driver keeps nothing.
            Self::Postgresql(_) | Self::Odbc(_) => Ok(()),
        }
    }

    /// Ends the sessions and refuses a source that was written meanwhile, as far as that can be seen without reading it again:
    /// enough for who only looks, and not for who hands on what was read.
    ///
    /// # Errors
    /// What the source says.
    pub fn at_rest_still(&self, sessions: Vec<Session>) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(database) => database.at_rest_still(of_sqlite(sessions)),
            Self::Delimited(folder) => folder.at_rest_still(),
            Self::Postgresql(database) => database.is_held_still(),
            Self::Odbc(database) => database.is_there_still(),
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
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(database) => {
                database.unchanged(of_sqlite(sessions), before, threads, observer)
            }
            Self::Delimited(folder) => folder.unchanged(before, threads, observer),
            Self::Postgresql(database) => database.is_held_still(),
            Self::Odbc(database) => database.unchanged(),
        }
    }
}

/// Those of SQLite; a run's sessions are all of one kind.
fn of_sqlite(sessions: Vec<Session>) -> Vec<sqlite::Reader> {
    let reader = |session| match session {
        Session::Sqlite(reader) => Some(reader),
        Session::Delimited(_) | Session::Postgresql(_) | Session::Odbc(_) => None,
    };
    sessions.into_iter().filter_map(reader).collect()
}

impl Session {
    /// Opens the session again after its connection was lost, on the same state; what it was asked may be asked again.
    ///
    /// # Errors
    /// What the source says; when the state is not there any more.
    pub fn again(&mut self) -> Result<(), SourceError> {
        match self {
            // A file is not lost.
            Self::Sqlite(_) | Self::Delimited(_) => Ok(()),
            Self::Postgresql(reader) => reader.again(),
            Self::Odbc(reader) => reader.again(),
        }
    }

    /// Whether its connection is there and can be asked.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        match self {
            // A file is not lost.
            Self::Sqlite(_) | Self::Delimited(_) => true,
            Self::Postgresql(reader) => reader.is_connected(),
            // Not every database has a statement that asks for nothing.
            Self::Odbc(_) => false,
        }
    }

    /// Leaves the connection, in the middle of an answer if there is one, where it is the session's own: until [`Self::again`]
    /// nothing can be asked.
    ///
    /// # Errors
    /// What the source says.
    pub fn disconnect(&mut self) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(_) | Self::Delimited(_) | Self::Odbc(_) => Ok(()),
            Self::Postgresql(reader) => reader.disconnect(),
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
            Self::Postgresql(reader) => reader.inventory(read),
            Self::Odbc(reader) => reader.inventory(read),
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
            // A server checks its pages as it reads them, if it was made with checksums; there is no other check for who only reads.
            Self::Postgresql(_) | Self::Odbc(_) => Ok(()),
        }
    }

    /// How many rows a table has: how much work it is. Of a long table of a server what its statistics say: to count it is to read it
    /// once more.
    ///
    /// # Errors
    /// What the source says.
    pub fn count(&self, table: &Table, kind: ObjectKind) -> Result<u64, SourceError> {
        match self {
            Self::Sqlite(reader) => reader.count(table, kind),
            Self::Delimited(reader) => reader.count_of(&table.name),
            Self::Postgresql(_) | Self::Odbc(_) => match self.about_rows(&table.name)? {
                about @ LONG_TABLE.. => Ok(about),
                _ => self.count_of(&table.name),
            },
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
            Self::Postgresql(reader) => reader.count_of(table),
            Self::Odbc(reader) => reader.count_of(table),
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
            Self::Postgresql(reader) => reader.figures(table, kind),
            Self::Odbc(reader) => reader.figures(table),
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
            Self::Postgresql(reader) => reader.foreign_keys(table),
            Self::Odbc(reader) => reader.foreign_keys(table),
        }
    }

    /// How the source gives the rows in key order, all of them or those that come behind the row with a key, where it does so for little;
    /// else they are read in any order, and sorted here unless they ascend. Where the source can give them in several answers,
    /// one behind another, they are about so many.
    ///
    /// # Errors
    /// What the source says.
    pub fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        behind: Option<&[RawValue]>,
        answers: usize,
    ) -> Result<Option<Vec<Query>>, SourceError> {
        let query = match self {
            Self::Sqlite(reader) => reader.in_key_order(table, kind, behind)?,
            Self::Delimited(_) => None,
            Self::Postgresql(reader) => {
                return reader.in_key_order(table, kind, behind, answers);
            }
            Self::Odbc(reader) => reader.in_key_order(table, kind, behind)?,
        };
        Ok(query.map(|query| vec![query]))
    }

    /// The rows in whatever order the source likes, in about so many answers where it can give several, one behind another.
    ///
    /// # Errors
    /// What the source says.
    pub fn in_any_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        answers: usize,
    ) -> Result<Vec<Query>, SourceError> {
        match self {
            Self::Sqlite(_) => Ok(vec![sqlite::in_any_order(table, kind)]),
            Self::Delimited(_) | Self::Odbc(_) => Ok(vec![Query::everything()]),
            Self::Postgresql(reader) => reader.in_any_order(table, kind, answers),
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
            Self::Postgresql(reader) => reader.read(table, query, sink),
            Self::Odbc(reader) => reader.read(table, query, sink),
        }
    }

    /// Gives the sink the rows with these keys, each as the source holds it, in whatever order, until it wants no more. `false`: the
    /// source cannot be asked so, or only by reading the whole table, and nothing was given.
    ///
    /// # Errors
    /// What the source says, and the sink's own.
    pub fn read_keys<S: RowSink>(
        &self,
        table: &Table,
        kind: ObjectKind,
        keys: &[Vec<RawValue>],
        sink: &mut S,
    ) -> Result<bool, S::Error> {
        if table.key.is_empty() || kind == ObjectKind::View {
            return Ok(false);
        }
        match self {
            Self::Sqlite(reader) => reader.read_keys(table, keys, sink),
            Self::Postgresql(reader) => reader.read_keys(table, keys, sink),
            Self::Delimited(_) | Self::Odbc(_) => Ok(false),
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
            Self::Postgresql(reader) => reader.outline(),
            Self::Odbc(reader) => reader.outline(),
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
            Self::Postgresql(reader) => reader.table_sizes().map(Some),
            Self::Odbc(reader) => reader.table_sizes(),
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
            Self::Postgresql(reader) => reader.about_rows(table),
            Self::Odbc(reader) => reader.about_rows(table),
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
            Self::Postgresql(reader) => reader.read_columns(object, columns, kind, sink),
            Self::Odbc(reader) => reader.read_columns(object, columns, kind, sink),
        }
    }

    /// What ends a long statement of this session from another thread.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        match self {
            Self::Sqlite(reader) => Interrupter::Sqlite(reader.interrupt_handle()),
            Self::Delimited(reader) => Interrupter::Delimited(reader.interrupt_handle()),
            Self::Postgresql(reader) => Interrupter::Postgresql(reader.interrupter()),
            Self::Odbc(reader) => Interrupter::Odbc(reader.interrupter()),
        }
    }
}

impl Interrupter {
    /// Ends the statement that runs, if one does.
    pub fn interrupt(&self) {
        match self {
            Self::Sqlite(handle) => handle.interrupt(),
            Self::Delimited(handle) => handle.interrupt(),
            Self::Postgresql(current) => current
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .interrupt(),
            Self::Odbc(current) => current
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .interrupt(),
        }
    }
}
