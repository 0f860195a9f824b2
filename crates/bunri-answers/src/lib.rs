//! A proposed catalogue asks the same question in many files. [`ask`] writes a sheet on which each question stands once, and [`take`]
//! puts what a person answered there in the place of every `"?"` that it answers, with the name of who answered beside it. Nothing
//! else of a file changes, and a class that retail gets is given to columns by their names alone, never by a pattern.

mod answers;
mod folder;
mod questions;
mod sheet;
mod take;

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
