//! A proposed catalogue asks the same question in many files. [`ask`] writes a sheet on which each question stands once (or, for a
//! spreadsheet, a line for each place), and [`take`] puts what a person answered there in the place of every `"?"` that it answers, with
//! the name of who answered beside it. [`review()`] asks a person at a terminal and writes each answer at once. Nothing else of a file
//! changes, and a class that retail gets is given to columns by their names alone, never by a pattern.

mod answers;
mod edit;
mod facts;
mod folder;
mod questions;
mod review;
mod sheet;
mod spreadsheet;
mod take;

pub use facts::{ColumnFacts, Facts};
pub use review::{Key, Person, Reviewed, Typed, review};
pub use sheet::{Asked, ask};
pub use take::{Taken, take};

use std::path::{Path, PathBuf};

use bunri_text::Problems;

/// Why nothing was asked or taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The catalogue or the sheet cannot be read, or says what nobody may say.
    #[error(transparent)]
    Text(#[from] Problems),
    /// Something lies where the sheet should be written.
    #[error("`{}` is there already: nothing was written; name another file", .0.display())]
    Occupied(PathBuf),
    /// A file's form leaves no place for an answer.
    #[error("`{}`: with the answers it would not say all that it said; nothing was written, answer it by hand", .0.display())]
    Form(PathBuf),
    /// Somebody else wrote a file while it was reviewed.
    #[error("`{}` was changed by somebody else meanwhile; nothing was written", .0.display())]
    Changed(PathBuf),
    /// This is nobody's name.
    #[error("{0}")]
    Nobody(String),
    /// A sheet that groups columns has no place for what is known of each.
    #[error("`{}` groups columns, and --source says something of each: name a sheet that ends in .csv, or leave --source out", .0.display())]
    NoPlaceForFacts(PathBuf),
    /// There is nobody to ask.
    #[error(
        "--review asks a person, and standard input and output are no terminal: run it in one, or have the questions answered on a sheet \
         (--ask SHEET, then --take SHEET)"
    )]
    NoTerminal,
    /// Stopped by whoever answers, or by a signal.
    #[error("stopped; what was answered stands in the catalogue, and every file is whole")]
    Stopped,
    /// What they say cannot be heard.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[source] std::io::Error),
    /// The file system said no.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> AnswersError + use<> {
    let path = path.to_owned();
    move |source| AnswersError::Io {
        path: path.clone(),
        source,
    }
}
