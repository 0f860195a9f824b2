//! `[expect]` of a job: what a good run is. Every expectation knows its line, so that whoever is outside is told which.

mod amount;
mod read;

use std::collections::BTreeMap;

use bunri_text::Position;

pub use amount::Amount;
pub(crate) use read::expect;

/// Something that a job says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    /// What.
    pub value: T,
    /// Where in the job's file.
    pub place: Option<Position>,
}

/// What a job calls a good run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// Where it begins.
    pub place: Option<Position>,
    /// Claims that must be held: `C1`.
    pub claims: Vec<Said<String>>,
    /// Rows that may be rejected, of the rows of the source.
    pub rejected: RowLimits,
    /// Rows that may be undecided, of the staged rows.
    pub undecided: RowLimits,
    /// By table id: how many rows are own.
    pub own: BTreeMap<String, Said<OwnRows>>,
    /// Findings to review that somebody accepted.
    pub review: Vec<Said<AcceptedReview>>,
    /// By rule and table id: how many rows a note may speak of.
    pub notes: BTreeMap<(String, String), Said<Amount>>,
}

/// How many rows may be of a kind that nobody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowLimits {
    /// Of all tables together.
    pub all: Option<Said<Amount>>,
    /// By table id.
    pub tables: BTreeMap<String, Said<Amount>>,
}

/// How many rows of a table are own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRows {
    /// No fewer.
    pub at_least: Option<Amount>,
    /// No more.
    pub at_most: Option<Amount>,
}

/// Findings of one kind that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedReview {
    /// The finding's rule.
    pub rule: String,
    /// Id of the table that it was found in.
    pub table: String,
    /// Its column; [`None`]: any.
    pub column: Option<String>,
    /// `table.column` that the value is withheld in; [`None`]: any.
    pub withheld: Option<String>,
    /// How many.
    pub at_most: u64,
    /// Who accepted it, and why.
    pub basis: String,
}
