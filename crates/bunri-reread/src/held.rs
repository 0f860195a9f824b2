//! The source, whatever its kind, held still while both sides are read.

use std::path::{Path, PathBuf};

use bunri_catalogue::Table;
use bunri_columnar::{CustodyLayout, Observer, create_folder};
use bunri_job::Source;
use bunri_manifest::Blake3Hex;
use rusqlite::Connection;

use crate::RereadError;
use crate::files::Files;
use crate::line::Line;
use crate::odbc;
use crate::postgresql;
use crate::sqlite::{self, HeldSource};

/// A source that nobody changes while this lives, or of which a change is seen at its end.
pub(crate) enum Held {
    Sqlite(HeldSource),
    Files(Files),
    Postgresql(postgresql::HeldDatabase),
    Odbc(odbc::HeldOdbc),
}

/// Where it lies, for the threads that read it.
pub(crate) enum SourcePlace {
    Sqlite(sqlite::Place),
    Files(Files),
    Postgresql(postgresql::DatabasePlace),
    Odbc(odbc::OdbcPlace),
}

/// What a thread reads it with.
pub(crate) enum Connected {
    Sqlite(Connection),
    /// Files are opened when they are read.
    Files,
    Postgresql(Box<bunri_postgresql::Connection>),
    Odbc(bunri_odbc::SharedConnection),
}

impl Held {
    pub(crate) fn open(source: &Source) -> Result<Self, RereadError> {
        match source {
            Source::Sqlite(path) => HeldSource::open(path).map(Self::Sqlite),
            Source::Delimited(files) => Files::look(files).map(Self::Files),
            Source::Postgresql(server) => {
                postgresql::HeldDatabase::open(server).map(Self::Postgresql)
            }
            Source::Odbc(source) => odbc::HeldOdbc::open(source).map(Self::Odbc),
        }
    }

    pub(crate) fn place(&self) -> SourcePlace {
        match self {
            Self::Sqlite(held) => SourcePlace::Sqlite(held.place().clone()),
            Self::Files(files) => SourcePlace::Files(files.clone()),
            Self::Postgresql(held) => SourcePlace::Postgresql(held.place().clone()),
            Self::Odbc(held) => SourcePlace::Odbc(held.place()),
        }
    }

    /// What it is, while it is held.
    pub(crate) fn digest(&mut self, observer: &dyn Observer) -> Result<Blake3Hex, RereadError> {
        match self {
            Self::Sqlite(held) => held.digest(observer),
            Self::Files(files) => files.digest(observer),
            Self::Postgresql(held) => held.digest(),
            Self::Odbc(held) => held.digest(),
        }
    }

    /// The folder in custody in which sorters keep what they cannot hold.
    pub(crate) fn keep_temporary_files(&self, custody: &Path) -> Result<PathBuf, RereadError> {
        match self {
            Self::Sqlite(_) => sqlite::keep_temporary_files(custody),
            Self::Files(_) | Self::Postgresql(_) | Self::Odbc(_) => {
                let folder = CustodyLayout::new(custody).temporary();
                create_folder(&folder)?;
                Ok(folder)
            }
        }
    }

    /// Gives it up, if it is what it was.
    pub(crate) fn end(
        self,
        digest: &Blake3Hex,
        observer: &dyn Observer,
    ) -> Result<(), RereadError> {
        match self {
            Self::Sqlite(held) => held.end(digest, observer),
            Self::Postgresql(held) => held.end(),
            Self::Odbc(held) => held.end(),
            Self::Files(files) => {
                let found = files.digest(observer)?;
                if found == *digest {
                    return Ok(());
                }
                Err(RereadError::OtherSource {
                    place: files.folder().display().to_string(),
                    found,
                    staged: digest.clone(),
                })
            }
        }
    }
}

impl SourcePlace {
    pub(crate) fn connect(&self) -> Result<Connected, RereadError> {
        match self {
            Self::Sqlite(place) => place.connect().map(Connected::Sqlite),
            Self::Files(_) => Ok(Connected::Files),
            Self::Postgresql(place) => place
                .connect()
                .map(|connection| Connected::Postgresql(Box::new(connection))),
            Self::Odbc(place) => place.connect().map(Connected::Odbc),
        }
    }

    /// How many connections may read at one time; [`None`]: as many as wanted.
    pub(crate) fn most_connections(&self) -> Option<usize> {
        match self {
            Self::Sqlite(_) | Self::Files(_) | Self::Odbc(_) => None,
            Self::Postgresql(place) => place.most_connections(),
        }
    }

    /// Whether its values have no types.
    pub(crate) fn is_untyped(&self) -> bool {
        match self {
            Self::Sqlite(_) | Self::Postgresql(_) | Self::Odbc(_) => false,
            Self::Files(_) => true,
        }
    }

    /// Gives every row of a table, and what should be one, in whatever order it lies.
    pub(crate) fn each_line(
        &self,
        connected: &Connected,
        table: &Table,
        mut each: impl FnMut(Line<'_>) -> Result<(), RereadError>,
    ) -> Result<(), RereadError> {
        match (self, connected) {
            (Self::Sqlite(place), Connected::Sqlite(connection)) => {
                place.each_row(connection, table, |raws| each(Line::Row(raws)))
            }
            (Self::Files(files), Connected::Files) => files.each_line(table, each),
            (Self::Postgresql(place), Connected::Postgresql(connection)) => {
                place.each_row(connection, table, |raws| each(Line::Row(raws)))
            }
            (Self::Odbc(place), Connected::Odbc(connection)) => {
                place.each_row(connection, table, |raws| each(Line::Row(raws)))
            }
            (Self::Sqlite(_) | Self::Files(_) | Self::Postgresql(_) | Self::Odbc(_), _) => {
                let what = "it was connected to another kind of source".to_owned();
                Err(RereadError::Record(what))
            }
        }
    }
}
