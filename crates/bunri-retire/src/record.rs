//! The record of a deletion: the list of what went, and the statement that the operator signs over it.

use bunri_evidence::PredicateType;
use bunri_manifest::{Blake3Hex, Sha256Hex, TOOL};
use serde::{Deserialize, Serialize};

/// The list, below `evidence/`.
pub const DELETED_FILES: &str = "deleted-files.json";
/// The signed statement, below `evidence/`.
pub const DELETION: &str = "deletion.dsse.json";

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedFile {
    /// Below custody.
    pub path: String,
    /// Length.
    pub bytes: u64,
    /// BLAKE3.
    pub blake3: Blake3Hex,
    /// SHA-256.
    pub sha256: Sha256Hex,
}

/// Every file, in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedFiles {
    /// [`DeletedFiles::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The files.
    pub files: Vec<DeletedFile>,
}

impl DeletedFiles {
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.deleted/1";

    pub(crate) fn new(files: Vec<DeletedFile>) -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            files,
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a list; [`None`] of everything that bunri would not have written so.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let list: Self = serde_json::from_slice(bytes).ok()?;
        let same = list.to_bytes().is_ok_and(|again| again == bytes);
        (same && list.format == Self::FORMAT).then_some(list)
    }
}

/// What the operator signs, over the list and the manifest of staging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionPredicate {
    /// The job's label.
    pub label: String,
    /// The run's number in the ledger.
    pub run: u64,
    /// SHA-256 of the ledger's last line before.
    pub ledger: String,
    /// How many files.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
}

impl PredicateType for DeletionPredicate {
    const TYPE: &'static str = "urn:bunri:evidence:deletion:v1";
}
