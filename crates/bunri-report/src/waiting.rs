//! What waits in the quarantine, and what would have to happen so that it does not: grouped by table and reason, in counts.
//! The file is `bunri.quarantine/1` (`schemas/quarantine.schema.json`); never a value of a record.

use bunri_manifest::Blake3Hex;
use serde::{Deserialize, Serialize};

use crate::comparison::Comparison;

/// What frees a row that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// A person decides the row: a line of the file of decisions.
    Decision,
    /// A person may say that it is the retailer's own record: the rules say other, and a line with `own` overrules them. Only of tables of
    /// which transmission gets nothing, not even through a table that follows them.
    OwnDecision,
    /// A person decides a row that it refers to; a line of its own would be one too many then.
    ParentDecision,
    /// A person reads the text, and the catalogue says what it is: no decision on a row releases a `hold` cell.
    Reading,
    /// The rules decide the row, as another's customer, and its table has more than the retailer's own records; only a changed rule or class of the catalogue moves it.
    Catalogue,
    /// The table has no key, so no line of the file of decisions can name the row.
    Key,
}

impl Remedy {
    /// Every one.
    pub const ALL: [Remedy; 6] = [
        Remedy::Decision,
        Remedy::OwnDecision,
        Remedy::ParentDecision,
        Remedy::Reading,
        Remedy::Catalogue,
        Remedy::Key,
    ];

    /// Who has to act: a role, because no catalogue names persons.
    #[must_use]
    pub fn owner(self) -> &'static str {
        match self {
            Self::Decision | Self::OwnDecision | Self::ParentDecision => "who approves decisions",
            Self::Reading => "both companies",
            Self::Catalogue => "the retailer",
            Self::Key => "who keeps the catalogue",
        }
    }

    /// What to do, in a few words.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Decision => "decide it",
            Self::OwnDecision => "say own, or leave it",
            Self::ParentDecision => "decide its parent",
            Self::Reading => "read and classify",
            Self::Catalogue => "ruled as another's",
            Self::Key => "no key to name it",
        }
    }
}

/// Rows of one table that wait for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingGroup {
    /// The table's id.
    pub table: String,
    /// The word of `bunri_reason`.
    pub reason: String,
    /// What frees them.
    pub remedy: Remedy,
    /// Rows that wait: those in the quarantine, and undecided rows with nothing there on which other rows hang.
    pub rows: u64,
    /// Of these, rows that stand in the quarantine.
    pub rows_in_quarantine: u64,
}

/// A file of decisions that was tried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriedDecisions {
    /// BLAKE3 of the file.
    pub blake3: Option<Blake3Hex>,
    /// Lines that say own or other.
    pub lines: u64,
    /// Lines that say neither yet.
    pub lines_open: u64,
    /// Lines that decide and that nobody approved; a split refuses them.
    pub lines_unapproved: u64,
    /// Lines that decide nothing, with the reason; a split refuses them.
    pub refused: Vec<String>,
    /// By table: rows that the lines decide.
    pub decided: Vec<DecidedTable>,
    /// What moves, against the decisions that the job names.
    pub changes: Comparison,
}

/// Rows of one table that lines of a file decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecidedTable {
    /// The table's id.
    pub table: String,
    /// Rows that become own.
    pub own: u64,
    /// Rows that become other.
    pub other: u64,
    /// Rows of other tables that are own for that.
    pub own_through_parents: u64,
    /// Rows of other tables that are other for that.
    pub other_through_parents: u64,
}

/// What `bunri quarantine` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuarantineReport {
    /// [`QuarantineReport::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The job's label.
    pub label: String,
    /// The catalogue's digest.
    pub catalogue: String,
    /// BLAKE3 of the manifest of staging.
    pub staging_manifest: Blake3Hex,
    /// BLAKE3 of the decisions that the job names.
    pub decisions: Option<Blake3Hex>,
    /// By table and reason: with the decisions of the job, or with those that were tried out.
    pub groups: Vec<WaitingGroup>,
    /// A file of decisions that was tried out.
    pub tried: Option<TriedDecisions>,
}

impl QuarantineReport {
    /// The format this version writes.
    pub const FORMAT: &str = "bunri.quarantine/1";

    /// Rows that wait and that this would free.
    #[must_use]
    pub fn rows(&self, remedy: Remedy) -> u64 {
        let groups = self.groups.iter().filter(|group| group.remedy == remedy);
        groups.fold(0, |sum, group| sum.saturating_add(group.rows))
    }

    /// Rows that wait.
    #[must_use]
    pub fn rows_waiting(&self) -> u64 {
        let rows = self.groups.iter().map(|group| group.rows);
        rows.fold(0, u64::saturating_add)
    }
}
