//! The record of a second reading of the source (`evidence/reread.json`, custody only): whether staging and rejects hold what
//! the source holds, told by another reader. Written by `bunri reread`; it names tables, columns and a few row keys, never
//! another value of a record.

use bunri_manifest::{Blake3Hex, ManifestError, TOOL};
use serde::{Deserialize, Serialize};

/// What a second reading came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RereadStatus {
    /// Every row that was compared is in staging or in the rejects as the source has it, and no other is there.
    Held,
    /// Some row is not.
    Broken,
    /// There was no row to compare.
    NothingCompared,
}

/// Rows that stand in staging under the source's own key, and otherwise, by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RereadColumn {
    /// The column.
    pub column: String,
    /// Rows in which it differs.
    pub rows: u64,
}

/// Rejected rows of which source and rejects do not say the same. The numbers agree where only raw values differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RereadReject {
    /// The first column that does not fit.
    pub column: String,
    /// The rule that it breaks.
    pub rule: String,
    /// Rows of the source.
    pub source_rows: u64,
    /// Rows of the rejects.
    pub reject_rows: u64,
}

/// What was read of a table on both sides, and how it differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RereadTable {
    /// The table's id.
    pub table: String,
    /// Rows that the source gave.
    pub source_rows: u64,
    /// Those of them that were compared: with staging, or with the rejects.
    pub compared_rows: u64,
    /// Rows of staging.
    pub staged_rows: u64,
    /// Rows of the rejects.
    pub reject_rows: u64,
    /// Whether both sides are the same.
    pub same: bool,
    /// Rows of the source that staging has otherwise.
    pub rows_differing: u64,
    /// By column, in catalogue order.
    pub columns: Vec<RereadColumn>,
    /// Rows of the source that staging does not have.
    pub rows_missing: u64,
    /// Rows of staging that the source does not have.
    pub rows_added: u64,
    /// Rejected rows that differ.
    pub rejects: Vec<RereadReject>,
    /// Keys of the first rows that differ, in the order of their encoding; none where a part of the key is personal or free
    /// text, and none of a table without a key.
    pub keys: Vec<String>,
}

impl RereadTable {
    /// Whether no difference is counted.
    fn counts_none(&self) -> bool {
        self.rows_differing == 0
            && self.columns.is_empty()
            && self.rows_missing == 0
            && self.rows_added == 0
            && self.rejects.is_empty()
            && self.keys.is_empty()
    }
}

/// The whole record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reread {
    /// [`Reread::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// BLAKE3 of the source, taken while it was held still.
    pub source: Blake3Hex,
    /// BLAKE3 of the staging manifest. Every file that it names was seen to have its digest.
    pub staging_manifest: Blake3Hex,
    /// The part of the catalogue that the reading depends on: names, columns, types, keys.
    pub shape: Blake3Hex,
    /// Percent of the rows of each table that were asked for, by a hash of their keys; 100: all.
    pub share: u8,
    /// What it came to.
    pub status: RereadStatus,
    /// Every table, in the catalogue's order.
    pub tables: Vec<RereadTable>,
}

impl Reread {
    /// The record's file name in `evidence/`.
    pub const FILE: &str = "reread.json";
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.reread/1";

    /// Reads a record.
    ///
    /// # Errors
    /// [`ManifestError`] when the text is not a record of this version.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let record: Self =
            serde_json::from_slice(text).map_err(|source| ManifestError::Malformed {
                what: "reread",
                source,
            })?;
        if record.format != Self::FORMAT {
            return Err(ManifestError::Format {
                found: record.format,
                expected: Self::FORMAT,
            });
        }
        Ok(record)
    }

    /// What the tables come to.
    #[must_use]
    pub fn status_of(tables: &[RereadTable]) -> RereadStatus {
        let rows = |table: &RereadTable| table.compared_rows;
        if tables.iter().any(|table| !table.same) {
            RereadStatus::Broken
        } else if tables.iter().map(rows).all(|rows| rows == 0) {
            RereadStatus::NothingCompared
        } else {
            RereadStatus::Held
        }
    }

    /// Whether it speaks of these inputs and of this version of the tool.
    #[must_use]
    pub fn speaks_of(&self, shape: &str, source: &Blake3Hex, staging_manifest: &Blake3Hex) -> bool {
        self.tool == TOOL
            && self.shape.as_str() == shape
            && &self.source == source
            && &self.staging_manifest == staging_manifest
    }

    /// Whether what the record counts fits what it says it came to: a record that says "held" beside a difference is none.
    #[must_use]
    pub fn is_coherent(&self) -> bool {
        let sound = |table: &RereadTable| {
            table.same == table.counts_none() && table.compared_rows <= table.source_rows
        };
        let whole = |table: &RereadTable| {
            self.share < 100 || !table.same || table.compared_rows == table.source_rows
        };
        self.status == Self::status_of(&self.tables)
            && (1..=100).contains(&self.share)
            && self.tables.iter().all(|table| sound(table) && whole(table))
    }

    /// Rows of the source that were not compared.
    #[must_use]
    pub fn rows_not_compared(&self) -> u64 {
        let left = |table: &RereadTable| table.source_rows.saturating_sub(table.compared_rows);
        self.tables.iter().map(left).sum()
    }

    /// The record's bytes: the same for the same content.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn record() -> Reread {
        let digest = Blake3Hex::of(b"");
        Reread {
            format: Reread::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            source: digest.clone(),
            staging_manifest: digest.clone(),
            shape: digest,
            share: 100,
            status: RereadStatus::Held,
            tables: vec![RereadTable {
                table: "meter".to_owned(),
                source_rows: 3,
                compared_rows: 3,
                staged_rows: 3,
                reject_rows: 0,
                same: true,
                rows_differing: 0,
                columns: Vec::new(),
                rows_missing: 0,
                rows_added: 0,
                rejects: Vec::new(),
                keys: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_record_reads_back_and_one_of_another_format_does_not() {
        let record = record();
        assert_eq!(Reread::parse(&record.to_bytes().unwrap()).unwrap(), record);
        let other = String::from_utf8(record.to_bytes().unwrap()).unwrap();
        assert!(Reread::parse(other.replace("reread/1", "reread/2").as_bytes()).is_err());
        assert!(Reread::parse(other.replace("\"same\"", "\"equal\"").as_bytes()).is_err());
    }

    #[test]
    fn a_record_that_contradicts_itself_is_none() {
        assert!(record().is_coherent());
        let broken = |change: fn(&mut Reread)| {
            let mut record = record();
            change(&mut record);
            record.is_coherent()
        };
        assert!(!broken(|it| it.status = RereadStatus::Broken));
        assert!(!broken(|it| it.tables[0].rows_missing = 1));
        assert!(!broken(|it| it.tables[0].same = false));
        assert!(!broken(|it| it.tables[0].compared_rows = 2));
        assert!(!broken(|it| it.share = 0));
        assert!(!broken(|it| it.tables.clear()));
        assert!(broken(|it| {
            it.share = 50;
            it.tables[0].compared_rows = 1;
        }));
    }
}
