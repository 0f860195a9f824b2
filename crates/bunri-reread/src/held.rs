//! The source, whatever its kind, held still while both sides are read.

use std::path::{Path, PathBuf};

use bunri_catalogue::Table;
use bunri_columnar::{CustodyLayout, Observer, create_folder};
use bunri_job::Source;
use bunri_manifest::Blake3Hex;
use rusqlite::Connection;

use crate::RereadError;
use crate::convert::{Raw, Rule};
use crate::files::Files;
use crate::source::{self, HeldSource};

/// A source that nobody changes while this lives, or of which a change is seen at its end.
pub(crate) enum Held {
    Sqlite(HeldSource),
    Files(Files),
}

/// Where it lies, for the threads that read it.
pub(crate) enum Place {
    Sqlite(source::Place),
    Files(Files),
}

/// What a thread reads it with.
pub(crate) enum Connected {
    Sqlite(Connection),
    /// Files are opened when they are read.
    Files,
}

/// What stands in a place of the source.
pub(crate) enum Line<'a> {
    Row(&'a [Raw<'a>]),
    /// No row, for this reason; as it lies.
    Broken(Rule, &'a [u8]),
}

impl Held {
    pub(crate) fn open(source: &Source) -> Result<Self, RereadError> {
        match source {
            Source::Sqlite(path) => HeldSource::open(path).map(Self::Sqlite),
            Source::Delimited(files) => Files::look(files).map(Self::Files),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Sqlite(held) => held.place().path(),
            Self::Files(files) => files.folder(),
        }
    }

    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Sqlite(held) => Place::Sqlite(held.place().clone()),
            Self::Files(files) => Place::Files(files.clone()),
        }
    }

    /// What it is, while it is held.
    pub(crate) fn digest(&mut self, observer: &dyn Observer) -> Result<Blake3Hex, RereadError> {
        match self {
            Self::Sqlite(held) => held.digest(observer),
            Self::Files(files) => files.digest(observer),
        }
    }

    /// The folder in custody in which sorters keep what they cannot hold.
    pub(crate) fn keep_temporary_files(&self, custody: &Path) -> Result<PathBuf, RereadError> {
        match self {
            Self::Sqlite(_) => source::keep_temporary_files(custody),
            Self::Files(_) => {
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
            Self::Files(files) => {
                let found = files.digest(observer)?;
                if found == *digest {
                    return Ok(());
                }
                Err(RereadError::OtherSource {
                    path: files.folder().to_path_buf(),
                    found,
                    staged: digest.clone(),
                })
            }
        }
    }
}

impl Place {
    pub(crate) fn connect(&self) -> Result<Connected, RereadError> {
        match self {
            Self::Sqlite(place) => place.connect().map(Connected::Sqlite),
            Self::Files(_) => Ok(Connected::Files),
        }
    }

    /// Whether its values have no types.
    pub(crate) fn is_untyped(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
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
            (Self::Sqlite(_), Connected::Files) | (Self::Files(_), Connected::Sqlite(_)) => {
                let what = "it was connected to another kind of source".to_owned();
                Err(RereadError::Record(what))
            }
        }
    }
}
