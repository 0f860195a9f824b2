//! What is compared: a catalogue's folder, or a job with its catalogue, decisions and cutover.

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_job::{Source, load_job};
use bunri_parse::load;
use bunri_plan::Side;
use bunri_text::Problems;
use bunri_workplace::Workplace;

/// One side as it was named.
pub(crate) enum NamedSide {
    Catalogue(Box<Catalogue>),
    Job(Box<Workplace>),
}

/// Whether a path names a catalogue, and no job.
pub(crate) fn is_catalogue(path: &Path) -> bool {
    let name = path.file_name();
    path.is_dir() || name.is_some_and(|name| name == "catalogue.toml")
}

/// The source that a path names: that of a job, or a database file. A source of many files and settings is described in a job, which
/// may name a catalogue that is still to be made.
pub(crate) fn source_at(path: &Path) -> Result<Source, Problems> {
    if path.extension().is_some_and(|ending| ending == "toml") {
        return Ok(load_job(path)?.source);
    }
    Ok(Source::Sqlite(path.to_path_buf()))
}

impl NamedSide {
    pub(crate) fn open(path: &Path) -> Result<Self, Problems> {
        if is_catalogue(path) {
            Ok(Self::Catalogue(Box::new(load(path)?)))
        } else {
            Ok(Self::Job(Box::new(Workplace::open(path)?)))
        }
    }

    /// A catalogue alone has the decisions and the cutover of `job`.
    pub(crate) fn side<'a>(&'a self, job: Side<'a>) -> Side<'a> {
        match self {
            Self::Catalogue(catalogue) => Side { catalogue, ..job },
            Self::Job(workplace) => workplace.side(),
        }
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        match self {
            Self::Catalogue(catalogue) => catalogue,
            Self::Job(workplace) => &workplace.catalogue,
        }
    }
}
