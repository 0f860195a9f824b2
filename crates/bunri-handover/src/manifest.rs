//! What is said of a hand-over: its manifest, which goes with it, and the statement that its approver signs.

use bunri_evidence::PredicateType;
use bunri_manifest::{Blake3Hex, CatalogueRef, ColumnEntry, Sha256Hex};
use bunri_selection::Condition;
use serde::{Deserialize, Serialize};

/// The file that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverFile {
    /// Its name.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// Records behind the first line.
    pub rows: u64,
    /// BLAKE3.
    pub blake3: Blake3Hex,
    /// SHA-256.
    pub sha256: Sha256Hex,
}

/// What it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverPurpose {
    /// Its name in the register.
    pub id: String,
    /// For people.
    pub text: String,
    /// Law, guideline or decision.
    pub basis: String,
    /// `counts` or `rows`.
    pub answer: String,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverRecipient {
    /// Its name in the register.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// What it is.
    pub kind: String,
}

/// What it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverStore {
    /// `retail` or `transmission`.
    pub store: String,
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// Which classification decided.
    pub catalogue: CatalogueRef,
    /// BLAKE3 of the store's manifest.
    pub manifest: Blake3Hex,
}

/// The manifest of a hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverManifest {
    /// [`HandoverManifest::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The file.
    pub file: HandoverFile,
    /// What for.
    pub purpose: HandoverPurpose,
    /// Who asked.
    pub requester: String,
    /// Who approved, by name.
    pub approver: String,
    /// For whom, and for nobody else.
    pub recipient: HandoverRecipient,
    /// The table.
    pub table: String,
    /// The columns of the file.
    pub columns: Vec<ColumnEntry>,
    /// What holds of every row, or of every row that was counted.
    pub predicate: Vec<Condition>,
    /// Of counts: numbers below, but for 0, are not said.
    pub least: Option<u64>,
    /// What it was made from.
    pub store: HandoverStore,
    /// BLAKE3 of the register.
    pub register: Blake3Hex,
}

impl HandoverManifest {
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.handover/1";

    /// The file's bytes.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a manifest; [`None`] of everything that bunri would not have written so.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(bytes).ok()?;
        let same = manifest.to_bytes().is_ok_and(|again| again == bytes);
        (same && manifest.format == Self::FORMAT).then_some(manifest)
    }
}

/// What its approver signs, over the file and its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverPredicate {
    /// The purpose.
    pub purpose: String,
    /// `counts` or `rows`.
    pub answer: String,
    /// The recipient.
    pub recipient: String,
    /// Who asked.
    pub requester: String,
}

impl PredicateType for HandoverPredicate {
    const TYPE: &'static str = "urn:bunri:evidence:handover:v1";
}

/// The three files of a hand-over.
pub(crate) fn names(stem: &str) -> [String; 3] {
    ["csv", "manifest.json", "dsse.json"].map(|ending| format!("{stem}.{ending}"))
}
