//! What one run is asked to do: which source, which catalogue, where to, within which limits.

mod check;
mod expect;
mod paths;
mod read;
mod rekey;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::Day;
use crate::problem::{Position, Problem, Problems};

pub use check::{check_basis, check_job, check_pin, check_ranges, check_warnings};
pub use expect::{
    AcceptedReview, Amount, Expect, ExpectWords, OwnRows, RowLimits, Said, check_expect_words,
};
pub use read::load_job;
pub use rekey::{RekeySecrets, load_rekey_secrets};

/// A job, read from `job.toml`. Paths are already relative to where the program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Job {
    /// What the run is called in every manifest and report.
    pub label: String,
    /// Whether it counts.
    pub kind: JobKind,
    /// The day of the cutover.
    pub cutover: Day,
    /// The legacy system.
    pub source: Source,
    /// Folder of the catalogue.
    pub catalogue: PathBuf,
    /// The digest that the catalogue must have, 64 hex digits. A cutover always has one.
    pub catalogue_blake3: Option<String>,
    /// The file of human decisions, if there is one.
    pub decisions: Option<PathBuf>,
    /// The digest that it must have, 64 hex digits. A cutover always has one.
    pub decisions_blake3: Option<String>,
    /// By the name of a `rekey`: its secret file.
    pub rekey: BTreeMap<String, SecretFile>,
    /// Folder in transmission custody.
    pub custody: PathBuf,
    /// Folder of the retail store, on its own root.
    pub retail: PathBuf,
    /// Memory limit in bytes.
    pub memory: u64,
    /// Worker threads, 1 to 64.
    pub threads: usize,
    /// By table id: the bounds that cut the first key column into parts.
    pub ranges: BTreeMap<String, Vec<String>>,
    /// What a good run is, if the job says so.
    pub expect: Option<Expect>,
    /// Where things were written, so that a later check can point at them.
    places: Places,
}

/// The file of a secret, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretFile {
    /// In custody, 0600.
    pub path: PathBuf,
    /// What `bunri check` printed of it, 64 hex digits. A cutover always has one.
    pub check: Option<String>,
}

/// Whether a run is for practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// For practice: an unpinned catalogue is allowed.
    Rehearsal,
    /// The real one.
    Cutover,
}

/// A legacy system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An SQLite database file.
    Sqlite(PathBuf),
}

impl Job {
    /// A mistake that only the file of decisions shows, pointing at the job that names it.
    pub(crate) fn refusal_at_decisions(&self, message: String) -> Problems {
        Problems(vec![Problem {
            file: self.places.file.clone(),
            position: self.places.decisions,
            message,
            suggestion: None,
            lint: None,
        }])
    }
}

impl JobKind {
    /// The word of the job, the manifests and the reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            JobKind::Rehearsal => "rehearsal",
            JobKind::Cutover => "cutover",
        }
    }
}

/// The file, and the position of what is checked against the catalogue later.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Places {
    file: PathBuf,
    kind: Option<Position>,
    pin: Option<Position>,
    decisions: Option<Position>,
    rekey: BTreeMap<String, Position>,
    ranges: BTreeMap<String, Position>,
}
