//! The ledger of runs: a line for each, with the hash of the line before. Whoever drops, replaces or reorders one breaks the chain, or, if
//! it is the last ones, the signature of the operator, who names the last line.

use std::io::{self, Read as _};
use std::path::Path;

use bunri_manifest::{Blake3Hex, Digester};
use serde::{Deserialize, Serialize};

use crate::file::replace;

/// The file below `evidence/`.
pub const RUNS: &str = "runs.jsonl";
/// What stands in the first line where others have the hash of the line before.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// A hundred thousand runs.
const MOST_BYTES: u64 = 1 << 27;

/// The stores of a run, by BLAKE3 of their manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunStores {
    /// Retail.
    pub retail: Option<Blake3Hex>,
    /// Transmission.
    pub transmission: Option<Blake3Hex>,
    /// Quarantine.
    pub quarantine: Option<Blake3Hex>,
}

/// One verified run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// From 1.
    pub number: u64,
    /// SHA-256 of the line before, without its end; [`FIRST`] in the first.
    pub previous: String,
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// The digest of the catalogue.
    pub catalogue: Option<String>,
    /// BLAKE3 of the file of decisions.
    pub decisions: Option<Blake3Hex>,
    /// BLAKE3 of the manifest of staging.
    pub staging: Option<Blake3Hex>,
    /// What it made.
    pub stores: RunStores,
    /// BLAKE3 of the report, but for signatures.
    pub report: Blake3Hex,
    /// Its verdict, but for signatures.
    pub verdict: String,
}

/// Why the ledger cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum RunsError {
    /// It cannot be read or written.
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Too large.
    #[error("it has more than {MOST_BYTES} bytes")]
    Size,
    /// A line that bunri does not write.
    #[error("line {0} is not a run as bunri writes it")]
    Line(u64),
    /// A line that does not follow the one before.
    #[error("line {0} does not follow the line before: a run was dropped, replaced or moved")]
    Chain(u64),
    /// Never in practice.
    #[error("a run cannot be written")]
    Write,
}

/// The whole ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs {
    runs: Vec<Run>,
    hashes: Vec<String>,
}

impl Runs {
    /// Reads the ledger in `evidence`; one that is not there has no run.
    ///
    /// # Errors
    /// [`RunsError`] when a line is not what bunri writes, or does not follow the one before.
    pub fn read(evidence: &Path) -> Result<Self, RunsError> {
        let path = evidence.join(RUNS);
        if path.symlink_metadata().is_err() {
            return Ok(Self::default());
        }
        let mut bytes = Vec::new();
        let file = bunri_manifest::open_regular(&path)?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(RunsError::Size);
        }
        Self::parse(&bytes)
    }

    /// Reads a ledger's bytes.
    ///
    /// # Errors
    /// As [`Runs::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RunsError> {
        let mut ledger = Self::default();
        for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let refused = || RunsError::Line(number);
            let line = line.strip_suffix(b"\n").ok_or_else(refused)?;
            let run: Run = serde_json::from_slice(line).map_err(|_| refused())?;
            let again = serde_json::to_vec(&run).map_err(|_| refused())?;
            if again != line {
                return Err(refused());
            }
            if run.number != number || run.previous != ledger.head() {
                return Err(RunsError::Chain(number));
            }
            ledger.hashes.push(hash(line));
            ledger.runs.push(run);
        }
        Ok(ledger)
    }

    /// SHA-256 of the last line; [`FIRST`] where there is none.
    #[must_use]
    pub fn head(&self) -> &str {
        self.hashes.last().map_or(FIRST, String::as_str)
    }

    /// Whether a line has this hash.
    #[must_use]
    pub fn has(&self, hash: &str) -> bool {
        self.hashes.iter().any(|it| it == hash)
    }

    /// The last run.
    #[must_use]
    pub fn last(&self) -> Option<&Run> {
        self.runs.last()
    }

    /// Every run.
    #[must_use]
    pub fn all(&self) -> &[Run] {
        &self.runs
    }

    /// The run as the next line: with its number and the hash of the line before. [`None`] if it is the last run once more.
    #[must_use]
    pub fn next(&self, mut run: Run) -> Option<Run> {
        if let Some(last) = self.last() {
            (run.number, run.previous) = (last.number, last.previous.clone());
            if run == *last {
                return None;
            }
        }
        run.number = self.runs.len() as u64 + 1;
        self.head().clone_into(&mut run.previous);
        Some(run)
    }

    /// Writes a run behind the others, mode 0600; nothing if it is the last run once more: nothing was made anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, evidence: &Path, run: Run) -> Result<(), RunsError> {
        let Some(run) = self.next(run) else {
            return Ok(());
        };
        let mut bytes = Vec::new();
        for run in self.runs.iter().chain([&run]) {
            serde_json::to_writer(&mut bytes, run).map_err(|_| RunsError::Write)?;
            bytes.push(b'\n');
        }
        replace(evidence, RUNS, &bytes)?;
        Ok(())
    }
}

fn hash(line: &[u8]) -> String {
    let mut digester = Digester::new();
    digester.update(line);
    digester.finish().sha256.into()
}
