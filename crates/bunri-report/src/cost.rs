//! What a verification cost (`evidence/cost.json`, custody only): beside the report and not in it, because the report's
//! bytes are a function of what was verified, and time is not.

use std::time::Duration;

use bunri_manifest::Blake3Hex;
use serde::{Deserialize, Serialize};

use crate::claim::Claim;

/// What some claims cost together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimCost {
    /// The claims that this work was for.
    pub claims: Vec<Claim>,
    /// Processor time, summed over threads: on two idle cores the wall clock shows a little more than half of it.
    #[serde(rename = "work_ms", with = "milliseconds")]
    pub work: Duration,
}

/// The record of one verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRecord {
    /// [`CostRecord::FORMAT`].
    pub format: String,
    /// BLAKE3 of the report beside it: costs of another verification are nobody's.
    pub report: Blake3Hex,
    /// By claim, for those that cost anything.
    pub costs: Vec<ClaimCost>,
}

impl CostRecord {
    /// The file's name in `evidence/`.
    pub const FILE: &str = "cost.json";
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.cost/1";

    /// The costs of the verification that wrote this report; none where the record is of another one, or is none.
    #[must_use]
    pub fn of_report(text: &[u8], report: &Blake3Hex) -> Vec<ClaimCost> {
        let record: Option<Self> = serde_json::from_slice(text).ok();
        let record = record.filter(|it| it.format == Self::FORMAT && it.report == *report);
        record.map(|record| record.costs).unwrap_or_default()
    }

    /// The record's bytes.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// A duration as whole milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        work: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(work.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
