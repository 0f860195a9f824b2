//! The record of a noninterference run (`evidence/prove.json`, custody only): what was perturbed, what was not and why,
//! and on which stores it speaks. Written by `bunri prove`, read by `bunri verify`; it holds no value of a record.

use serde::{Deserialize, Serialize};

use crate::{Blake3Hex, CatalogueRef, ManifestError, TOOL};

/// The record's file name in `evidence/`.
pub const PROOF: &str = "prove.json";

/// What a noninterference run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofStatus {
    /// Every pair gave the same retail bytes, and every guard against vacuity was met.
    Held,
    /// Some pair gave other retail bytes.
    Broken,
    /// No difference was seen, and yet the run shows nothing: a guard was not met.
    NothingShown,
}

/// A part of the legacy system instead of all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofSample {
    /// Supply points asked for.
    pub points_asked: u64,
    /// Supply points drawn.
    pub points: u64,
    /// Rows that came with them.
    pub rows: u64,
}

/// How often a strategy was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofStrategy {
    /// Its word.
    pub strategy: String,
    /// Cells that it changed, over all pairs.
    pub cells: u64,
    /// Rows that it added, took away or moved, over all pairs.
    pub rows: u64,
}

/// A column with cells that are withheld from retail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofColumn {
    /// The table's id.
    pub table: String,
    /// The column.
    pub column: String,
    /// Cells that are withheld.
    pub withheld_cells: u64,
    /// Cells that were changed, over all pairs.
    pub perturbed_cells: u64,
    /// With what.
    pub strategies: Vec<String>,
    /// Why none was changed, where none was.
    pub why: Option<String>,
}

/// A withheld column that a rule reads: what the decision says of it is meant to be known, and only within one
/// decision was it perturbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFlow {
    /// The table's id.
    pub table: String,
    /// The column.
    pub column: String,
    /// The rules that read it.
    pub read_by: Vec<String>,
    /// Cells that were changed without changing a grant, over all pairs.
    pub perturbed_cells: u64,
}

/// One cause for which retail's bytes changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofDifference {
    /// The pair, from 1; 0 is the same staging split twice.
    pub pair: u64,
    /// What changed in staging.
    pub causes: Vec<ProofCause>,
    /// Retail files that differed, of the names that a retail store has.
    pub files: Vec<String>,
    /// Files that differed under other names, which may hold a value and are not told.
    pub strange_files: u64,
}

/// A perturbation that cannot be made smaller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofCause {
    /// The table's id.
    pub table: String,
    /// The column; none where whole rows were added or taken away.
    pub column: Option<String>,
    /// What was done to it.
    pub strategy: String,
}

/// A guard against vacuity that was not met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofRefusal {
    /// Which guard.
    pub rule: String,
    /// The store it speaks of.
    pub store: Option<String>,
    /// The table's id.
    pub table: Option<String>,
    /// The column.
    pub column: Option<String>,
}

/// The whole record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// [`Proof::FORMAT`].
    pub format: String,
    /// Tool and version: what was split again is this version's splitter and no other.
    pub tool: String,
    /// Which classification decided.
    pub catalogue: CatalogueRef,
    /// BLAKE3 of the staging manifest.
    pub staging_manifest: Blake3Hex,
    /// BLAKE3 of the job's retail manifest.
    pub retail_manifest: Blake3Hex,
    /// Decides every draw.
    pub seed: u64,
    /// Pairs compared; a run ends with the first that differs.
    pub pairs: u64,
    /// Draws that had changed a grant and were drawn again.
    pub redrawn: u64,
    /// The part that was drawn; none: all of staging.
    pub sample: Option<ProofSample>,
    /// What it came to.
    pub status: ProofStatus,
    /// Guards that were not met.
    pub refusals: Vec<ProofRefusal>,
    /// By word.
    pub strategies: Vec<ProofStrategy>,
    /// Every column with withheld cells, in catalogue order.
    pub columns: Vec<ProofColumn>,
    /// Every withheld column that a rule reads, in catalogue order.
    pub declared_flows: Vec<DeclaredFlow>,
    /// Causes, by pair.
    pub differences: Vec<ProofDifference>,
}

impl Proof {
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.proof/1";

    /// Reads a record.
    ///
    /// # Errors
    /// [`ManifestError`] when the text is not a record of this version.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let proof: Self =
            serde_json::from_slice(text).map_err(|source| ManifestError::Malformed {
                what: "proof",
                source,
            })?;
        if proof.format != Self::FORMAT {
            return Err(ManifestError::Format {
                found: proof.format,
                expected: Self::FORMAT,
            });
        }
        Ok(proof)
    }

    /// Whether it speaks of these inputs and of this version of the tool.
    #[must_use]
    pub fn speaks_of(&self, catalogue: &str, staging: &Blake3Hex, retail: &Blake3Hex) -> bool {
        self.tool == TOOL
            && self.catalogue.blake3.as_str() == catalogue
            && &self.staging_manifest == staging
            && &self.retail_manifest == retail
    }

    /// Whether what the record counts fits what it says it came to: a record that was cut short, or that says "held"
    /// beside a difference, is none.
    #[must_use]
    pub fn is_coherent(&self) -> bool {
        let status = match (self.differences.is_empty(), self.refusals.is_empty()) {
            (false, _) => ProofStatus::Broken,
            (true, false) => ProofStatus::NothingShown,
            (true, true) => ProofStatus::Held,
        };
        self.status == status && (self.pairs > 0 || self.status == ProofStatus::Broken)
    }

    /// The record's bytes: the same for the same content.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        crate::store::pretty(self, "proof")
    }
}
