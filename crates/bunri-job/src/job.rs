//! What one run is asked to do: which source, which catalogue, where to, within which limits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_evidence::Policy;
use bunri_text::Position;
use bunri_types::Day;

use crate::control::Control;
use crate::delimited::Delimited;
use crate::delta::Delta;
use crate::expect::Expect;
use crate::odbc::OdbcSource;
use crate::password::PasswordPlace;
use crate::paths::is_within;

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
    /// Who must sign, if anybody.
    pub evidence: Option<Policy>,
    /// What a good run is, if the job says so.
    pub expect: Option<Expect>,
    /// The earlier run from which unchanged rows are taken, if there is one.
    pub delta: Option<Delta>,
    /// Figures of the legacy team, in the order written.
    pub controls: Vec<Control>,
    /// Where things were written, so that a later check can point at them.
    pub(crate) places: Places,
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
    /// A folder of delimited text files.
    Delimited(Delimited),
    /// A database of a PostgreSQL server.
    Postgresql(Box<PostgresqlSource>),
    /// A database that is reached through a driver of ODBC.
    Odbc(Box<OdbcSource>),
}

/// A database of a PostgreSQL server, and how it is reached. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresqlSource {
    /// A name or address; a path that begins with `/` is the folder of a socket.
    pub host: String,
    /// Its port, which is part of the name of a socket too.
    pub port: u16,
    /// The database.
    pub database: String,
    /// Who asks.
    pub user: String,
    /// Whose tables are called by their names alone.
    pub schema: String,
    /// Where the password stands; none: in the password file of PostgreSQL, or none is needed.
    pub password: Option<PasswordPlace>,
    /// How the connection is kept from others.
    pub tls: Tls,
    /// A snapshot that somebody else has exported and holds; none: one is taken.
    pub snapshot: Option<String>,
    /// Connections at one time, that which holds the snapshot among them, 2 or more; none: one a thread, and that one.
    pub max_connections: Option<usize>,
    /// Rows that are taken in a second, over all connections, 1 or more; none: as fast as it goes.
    pub max_rows_per_second: Option<u64>,
}

/// How a connection is kept from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// It is not: the server is on this machine, or the job says so.
    Off,
    /// Encrypted, with a server whose certificate for this host is signed by one in this file.
    Verified {
        /// Certificates, as PEM.
        ca: PathBuf,
    },
}

impl Source {
    /// How messages call it. Tells no password.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Delimited(files) => files.folder.display().to_string(),
            Self::Postgresql(server) => server.place(),
            Self::Odbc(database) => database.place(),
        }
    }

    /// What somebody who asks for it would call it: a file or folder, or a database.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Delimited(files) => files.folder.display().to_string(),
            Self::Postgresql(server) => server.database.clone(),
            Self::Odbc(source) => match source.database() {
                Some(database) => database.to_owned(),
                None => source.place(),
            },
        }
    }

    /// Whether it can be told without asking it that it is not there. A server is asked.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        match self {
            Self::Sqlite(path) => !path.exists(),
            Self::Delimited(files) => !files.folder.exists(),
            Self::Postgresql(_) | Self::Odbc(_) => false,
        }
    }
}

impl PostgresqlSource {
    /// The URL of it, as far as it is no secret.
    #[must_use]
    pub fn place(&self) -> String {
        let Self {
            host,
            port,
            database,
            user,
            ..
        } = self;
        format!("postgresql://{user}@{host}:{port}/{database}")
    }
}

impl Job {
    /// Whether a path is the retail store's folder or lies below it, however both are spelt. What custody knows may not be
    /// written there.
    #[must_use]
    pub fn is_in_retail(&self, path: &Path) -> bool {
        is_within(path, &self.retail)
    }
}

impl JobKind {
    /// Every kind, as the job, the manifests and the reports spell it.
    pub const WORDS: [(&'static str, Self); 2] =
        [("rehearsal", Self::Rehearsal), ("cutover", Self::Cutover)];

    /// The word of the job, the manifests and the reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        let [rehearsal, cutover] = Self::WORDS;
        match self {
            Self::Rehearsal => rehearsal.0,
            Self::Cutover => cutover.0,
        }
    }
}

/// The file, and the position of what is checked against the catalogue later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) file: PathBuf,
    pub(crate) kind: Option<Position>,
    pub(crate) pin: Option<Position>,
    pub(crate) decisions: Option<Position>,
    pub(crate) rekey: BTreeMap<String, Position>,
    pub(crate) ranges: BTreeMap<String, Position>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_job_is_called_in_every_manifest_what_the_job_calls_it() {
        assert_eq!(JobKind::Rehearsal.word(), "rehearsal");
        assert_eq!(JobKind::Cutover.word(), "cutover");
    }
}
