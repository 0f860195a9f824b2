//! How a log is written: where a line has its fields, and in which characters.

use std::path::PathBuf;

use bunri_security::file::Encoding;
use bunri_security::moment::Clock;

pub use crate::field::{Field, FieldNames};
use crate::pattern::Pattern;
use crate::time::TimeForm;

/// How a line is cut.
#[derive(Debug, Clone)]
pub enum Layout {
    /// Fields between delimiters.
    Delimited {
        /// One byte, no letter, no digit and no quote.
        delimiter: u8,
        /// What may stand around a field, doubled within.
        quote: Option<u8>,
        /// Names of the columns in their order, where no file has them in its first line.
        columns: Option<Vec<String>>,
        /// Which column is which field.
        names: FieldNames,
    },
    /// A pattern with the fields in it.
    Pattern(Pattern),
}

/// Where the lines are.
#[derive(Debug, Clone)]
pub enum Place {
    /// Files, in the order in which they were written. What is packed with gzip or zstd is unpacked.
    Files {
        /// The files.
        files: Vec<PathBuf>,
        /// How their lines are cut.
        layout: Layout,
        /// In which characters.
        encoding: Encoding,
    },
    /// A table of an SQLite file, in the order of its row numbers.
    Table {
        /// The file.
        database: PathBuf,
        /// The table.
        table: String,
        /// Which column is which field.
        names: FieldNames,
    },
}

/// A log and how to read it.
#[derive(Debug, Clone)]
pub struct Log {
    /// Where its lines are.
    pub place: Place,
    /// How it writes times.
    pub time: TimeForm,
    /// By which clock, where the time does not say it.
    pub clock: Clock,
    /// Texts that mean nothing, by field; an empty one always does.
    pub nothing: [Vec<String>; Field::COUNT],
}

impl Log {
    /// A log.
    #[must_use]
    pub fn new(place: Place, time: TimeForm, clock: Clock) -> Self {
        let nothing = Default::default();
        Self {
            place,
            time,
            clock,
            nothing,
        }
    }

    /// Whether its lines can say this.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        let named = |names: &FieldNames| names.iter().any(|(it, _)| *it == field);
        match &self.place {
            Place::Files { layout, .. } => match layout {
                Layout::Delimited { names, .. } => named(names),
                Layout::Pattern(pattern) => pattern.has(field),
            },
            Place::Table { names, .. } => named(names),
        }
    }
}
