//! What the approver of a grant signs: the sealed files, and what is in them.

use bunri_evidence::PredicateType;
use bunri_manifest::Blake3Hex;
use bunri_selection::Condition;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Rows and columns of one table, as they were sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantedTable {
    /// The table's id.
    pub table: String,
    /// The fields.
    pub columns: Vec<String>,
    /// Which rows.
    pub area: Vec<Condition>,
    /// How many there were.
    pub rows: u64,
}

/// A grant as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantPredicate {
    /// The grant.
    pub grant: String,
    /// The declaration.
    pub declaration: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment behind.
    pub until: Timestamp,
    /// Whom it names.
    pub recipients: Vec<String>,
    /// What is in it.
    pub tables: Vec<GrantedTable>,
    /// BLAKE3 of the store's manifest.
    pub store: Blake3Hex,
    /// SHA-256 of the last line of the ledger before.
    pub ledger: String,
}

impl PredicateType for GrantPredicate {
    const TYPE: &'static str = "urn:bunri:evidence:emergency:v1";
}

/// The envelope of a grant.
pub(crate) fn envelope_name(grant: &str) -> String {
    format!("{grant}.dsse.json")
}

/// A sealed file.
pub(crate) fn sealed_name(grant: &str, recipient: &str, table: &str) -> String {
    format!("{grant}.{recipient}.{table}.age")
}

/// The key of a grant for one recipient, in the custodian's folder.
pub(crate) fn key_name(grant: &str, recipient: &str) -> String {
    format!("{grant}.{recipient}.key")
}
