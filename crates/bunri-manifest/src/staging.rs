//! The manifest of staging: what extraction read, by the source's own counts and control totals, and what
//! it wrote. It stays in transmission custody.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::store::{each_once, plain_id};
use crate::{Blake3Hex, FileEntry, ManifestError, TOOL};

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `sqlite`, `delimited`, `postgresql` or `odbc`.
    pub kind: String,
    /// Length of the database file; 0 of a server, which has none.
    pub bytes: u64,
    /// BLAKE3 of the database file, taken inside the read transaction; of a server, of `state`.
    pub blake3: Blake3Hex,
    /// Of a server: which installation, which database, and which transactions are seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

impl Source {
    /// Of a server: the installation and the database in it, without the state that was seen of it.
    #[must_use]
    pub fn installation(&self) -> Option<&str> {
        let state = self.state.as_deref()?;
        let ends = [", snapshot ", ", at rest as "].into_iter();
        let end = ends.filter_map(|mark| state.find(mark)).min();
        Some(&state[..end.unwrap_or(state.len())])
    }
}

/// A sum over one column, computed by the source itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum Total {
    /// Sum of the values stored as integers; a decimal i128.
    IntSum {
        /// The sum.
        sum: String,
    },
    /// Sum of the values that the source can sum exactly, in units of the column's scale; a decimal i128.
    DecimalSum {
        /// The sum.
        sum: String,
        /// Values that it leaves out: texts, bytes, numbers of more than [`Total::LARGEST_SUMMED`] units or finer than
        /// the scale.
        not_summed: u64,
    },
    /// Bytes of the values stored as text, and of integers as they are printed where the column takes them.
    TextBytes {
        /// The bytes.
        bytes: u64,
    },
}

impl Total {
    /// A decimal of at most fifteen digits survives the way through a double.
    pub const LARGEST_SUMMED: i64 = 1_000_000_000_000_000;
    /// Decimals of a finer scale have no sum: one unit of them is beyond what a double tells apart.
    pub const MOST_SUMMED_SCALE: u8 = 15;

    /// Values that are not in the sum.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        match self {
            Self::DecimalSum { not_summed, .. } => *not_summed,
            Self::IntSum { .. } | Self::TextBytes { .. } => 0,
        }
    }
}

/// The source's own figures for one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnTotal {
    /// The column.
    pub column: String,
    /// Values that are not NULL and do not mean nothing by the catalogue.
    pub non_null: u64,
    /// Values that mean nothing by the catalogue: staged as NULL. No sum holds them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nothing: u64,
    /// Values that mean "no end yet" by the catalogue.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: u64,
    /// Integers in a column of `text(any)`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub integers: u64,
    /// A sum, where the source can compute an exact one that staging can be held against.
    pub total: Option<Total>,
}

/// Most columns have none of these.
#[allow(clippy::trivially_copy_pass_by_ref)] // what serde asks for
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A reference that the source itself declares, in the source's own names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// Columns of the table.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub to: String,
    /// Its columns, in the order of `columns`; fewer where the source does not know them itself.
    pub references: Vec<String>,
}

/// A table of the source that a view is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseTable {
    /// Its name in the source.
    pub name: String,
    /// `COUNT(*)` by the source itself.
    pub rows: u64,
}

/// One table in staging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagedTable {
    /// The folder.
    pub id: String,
    /// Its name in the source.
    pub name: String,
    /// `COUNT(*)` by the source itself.
    pub source_rows: u64,
    /// The typed rows, in key order, in one part or more; paths below the custody folder.
    pub files: Vec<FileEntry>,
    /// The rows that did not fit, if any; path below the custody folder. `rows` counts them.
    pub rejects: Option<FileEntry>,
    /// The source's figures, in column order.
    pub totals: Vec<ColumnTotal>,
    /// The references that the source declares, in order; not written where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Of a view: the tables that it reads, by name; not written where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_of: Vec<BaseTable>,
    /// Of a table that was not read whole, or was to be: what was taken from an earlier staging. Says how the table was made, and
    /// nothing may depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<TableDelta>,
}

/// How a table was made of an earlier staging and of what changed since (docs/delta.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDelta {
    /// The manifest of the earlier staging, by its digest.
    pub earlier: Blake3Hex,
    /// The column that says when a row was changed.
    pub changed_at: String,
    /// Rows of the earlier staging that were taken as they were.
    pub taken: u64,
    /// Rows that were read, those that are rejected among them.
    pub read: u64,
    /// Rows of the earlier staging that are not here any more, or were read again.
    pub left_out: u64,
    /// Of the rows taken, those that were read all the same, and compared.
    pub sampled: u64,
    /// Of these, rows that had changed without the column saying so. More than 0: the table was read whole.
    pub differing: u64,
}

impl StagedTable {
    /// The path of part `part` of table `id`, below the custody folder. Parts are read in the order of their numbers.
    #[must_use]
    pub fn part_path(id: &str, part: usize) -> String {
        format!("staging/{id}/part-{part:05}.parquet")
    }

    /// Rows in all parts. A manifest may say anything: a sum beyond 64 bits is the largest number.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files
            .iter()
            .fold(0, |sum: u64, file| sum.saturating_add(file.rows))
    }

    /// Every file of the table: its parts, and its rejects if it has some.
    pub fn all_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.files.iter().chain(&self.rejects)
    }

    /// Another order of parts is another order of rows, which everything after extraction believes.
    fn parts_in_order(&self) -> Result<(), ManifestError> {
        let named = |(part, file): (usize, &FileEntry)| {
            file.path.as_str() == Self::part_path(&self.id, part)
        };
        if self.files.is_empty() || !self.files.iter().enumerate().all(named) {
            return Err(ManifestError::Parts(self.id.clone()));
        }
        Ok(())
    }
}

/// What every version of the format begins with.
#[derive(Deserialize)]
struct Version {
    format: String,
}

/// The manifest of a staging folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagingManifest {
    /// [`StagingManifest::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// What was read.
    pub source: Source,
    /// The part of the catalogue that extraction depends on: names, columns, types, keys.
    pub shape: Blake3Hex,
    /// Sorted by id.
    pub tables: Vec<StagedTable>,
}

impl StagingManifest {
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.staging/2";

    /// A manifest; tables are put in order.
    #[must_use]
    pub fn new(source: Source, shape: Blake3Hex, mut tables: Vec<StagedTable>) -> Self {
        tables.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            format: Self::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            source,
            shape,
            tables,
        }
    }

    /// Reads a manifest and refuses doubled names and tables in another order.
    ///
    /// # Errors
    /// [`ManifestError`] when the text is not a manifest of this version.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let malformed = |source| ManifestError::Malformed {
            what: "staging",
            source,
        };
        // The version first: a manifest of another one has other fields, and is not damaged.
        let Version { format } = serde_json::from_slice(text).map_err(malformed)?;
        if format != Self::FORMAT {
            return Err(ManifestError::Format {
                found: format,
                expected: Self::FORMAT,
            });
        }
        let manifest: Self = serde_json::from_slice(text).map_err(malformed)?;
        let mut seen = BTreeSet::new();
        for table in &manifest.tables {
            plain_id(&table.id)?;
            each_once(table.totals.iter().map(|total| total.column.as_str()))?;
            table.parts_in_order()?;
            for name in table
                .all_files()
                .map(|file| file.path.to_string())
                .chain([table.id.clone()])
            {
                if !seen.insert(name.clone()) {
                    return Err(ManifestError::Doubled(name));
                }
            }
        }
        // No extraction writes them otherwise, so somebody else did.
        if !manifest.tables.is_sorted_by(|a, b| a.id < b.id) {
            return Err(ManifestError::TableOrder);
        }
        Ok(manifest)
    }

    /// The table with this id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&StagedTable> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The manifest's bytes: the same for the same content.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        crate::store::pretty(self, "staging")
    }
}
