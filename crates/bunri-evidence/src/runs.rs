//! The ledger of runs: a line for each, with the hash of the line before. Whoever drops, replaces or reorders one breaks the chain, or, if
//! it is the last ones, the signature of the operator, who names the last line.

use std::path::Path;

use bunri_manifest::{Blake3Hex, Sha256Hex};
use serde::{Deserialize, Serialize};

use crate::chain::{Chain, ChainError, Link};

/// The file below `evidence/`.
pub const RUNS: &str = "runs.jsonl";

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
    /// SHA-256 of the line before, without its end; [`FIRST`](crate::FIRST) in the first.
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
    /// In the line of a run that was retired: SHA-256 of the signed statement of what was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Sha256Hex>,
}

/// Why the ledger of runs cannot be believed.
pub type RunsError = ChainError;

impl Link for Run {
    fn place(&self) -> (u64, &str) {
        (self.number, &self.previous)
    }

    fn at(mut self, number: u64, previous: &str) -> Self {
        self.number = number;
        previous.clone_into(&mut self.previous);
        self
    }
}

/// The whole ledger of runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs(Chain<Run>);

impl Runs {
    /// Reads the ledger in `evidence`; one that is not there has no run.
    ///
    /// # Errors
    /// [`ChainError`] when a line is not what bunri writes, or does not follow the one before.
    pub fn read(evidence: &Path) -> Result<Self, RunsError> {
        Chain::read(&evidence.join(RUNS)).map(Self)
    }

    /// Reads a ledger's bytes.
    ///
    /// # Errors
    /// As [`Runs::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RunsError> {
        Chain::parse(bytes).map(Self)
    }

    /// SHA-256 of the last line; [`FIRST`](crate::FIRST) where there is none.
    #[must_use]
    pub fn head(&self) -> &str {
        self.0.head()
    }

    /// Whether a line has this hash.
    #[must_use]
    pub fn has(&self, hash: &str) -> bool {
        self.0.has(hash)
    }

    /// The last run.
    #[must_use]
    pub fn last(&self) -> Option<&Run> {
        self.0.last()
    }

    /// Every run.
    #[must_use]
    pub fn all(&self) -> &[Run] {
        self.0.all()
    }

    /// The run as the next line: with its number and the hash of the line before. [`None`] if it is the last run once more.
    #[must_use]
    pub fn next(&self, run: Run) -> Option<Run> {
        let again = self.last().is_some_and(|last| {
            let (number, previous) = last.place();
            run.clone().at(number, previous) == *last
        });
        (!again).then(|| self.0.following(run))
    }

    /// Writes a run behind the others, mode 0600; nothing if it is the last run once more: nothing was made anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, evidence: &Path, run: Run) -> Result<(), RunsError> {
        let Some(run) = self.next(run) else {
            return Ok(());
        };
        self.0.clone().push(evidence, RUNS, run)
    }
}
