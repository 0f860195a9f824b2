//! Control totals: the legacy team's own figures by group, and what staging and rejects have of them.

use bunri_manifest::Blake3Hex;
use serde::{Deserialize, Serialize};

/// What became of one figure of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlOutcome {
    /// The same.
    Equal,
    /// Not the same, and what cannot be read of rejected rows can be the difference.
    Bounded,
    /// It cannot be compared: a rejected row has a value that cannot be read.
    Open,
    /// Another.
    Differs,
}

/// A figure of a group. Amounts are plain decimals; one that is a value of few rows is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlFigure {
    /// What became of it.
    pub outcome: ControlOutcome,
    /// By the legacy team; [`None`] where it has no such group, or it is not told.
    pub legacy: Option<String>,
    /// By staging.
    pub staged: Option<String>,
    /// By what can be read of the rejects.
    pub rejected: Option<String>,
    /// Of staging, by region: own, other, undecided, reference.
    pub regions: Option<[String; 4]>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlGroup {
    /// The values of the columns, then the month; null is NULL. [`None`] of a group that only the figures have: nobody knows
    /// what somebody wrote there.
    pub group: Option<Vec<Option<String>>>,
    /// Its line in the file of figures.
    pub line: Option<u64>,
    /// In the order of [`ControlReport::figures`].
    pub figures: Vec<ControlFigure>,
}

/// One control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlReport {
    /// What the job calls it.
    pub name: String,
    /// The table's id.
    pub table: String,
    /// The columns whose values make the groups.
    pub by: Vec<String>,
    /// The column whose month makes them too.
    pub month_of: Option<String>,
    /// `count`, then the columns that are summed.
    pub figures: Vec<String>,
    /// BLAKE3 of the file of figures; [`None`]: it was not there, and nothing was compared.
    pub blake3: Option<Blake3Hex>,
    /// Rejected rows whose group cannot be read.
    pub unreadable: u64,
    /// Figures by outcome: equal, bounded, open, differing.
    pub outcomes: [u64; 4],
    /// Rows of groups that are too many to be listed.
    pub further: u64,
    /// In the order of their values; then those that only the figures have, in the order of their lines.
    pub groups: Vec<ControlGroup>,
}
