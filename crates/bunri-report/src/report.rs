//! The report (`schemas/report.schema.json`): of each claim held, broken, or not checked and why; and the findings,
//! each with the claim that it breaks. Never a value of a record.

use bunri_manifest::{Blake3Hex, Source};
use serde::{Deserialize, Serialize};

use crate::claim::{Claim, Grade};
use crate::control::ControlReport;
use crate::cost::ClaimCost;
use crate::expectation::{Expectation, TableReport};
use crate::rules::{NoteRule, Rule};

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing speaks against it.
    Held,
    /// A finding does.
    Broken,
    /// Nobody looked, or not at everything that the claim speaks of.
    NotChecked,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// Files.
    pub files: u64,
    /// Tables, counted once a store.
    pub tables: u64,
    /// Rows, counted once a store.
    pub rows: u64,
    /// Cells, counted once a store.
    pub cells: u64,
}

/// Something that a claim could not look at, although it looked elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The store, or `staging`; [`None`] if it is about none of them.
    pub store: Option<String>,
    /// The table's id.
    pub table: Option<String>,
    /// The file, below the store's root.
    pub file: Option<String>,
    /// Why not.
    pub why: String,
    /// For how many such places this line stands.
    pub count: u64,
}

/// One claim's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimReport {
    /// Which.
    pub code: Claim,
    /// Its name.
    pub name: String,
    /// Held, broken, not checked.
    pub status: Status,
    /// Why, in a sentence.
    pub reason: String,
    /// How much was looked at.
    pub checked: Checked,
    /// What could not be looked at, where something was. A claim with such gaps is broken or not checked, never held.
    pub not_checked: Vec<Gap>,
    /// What this check cannot see.
    pub blind_spots: Vec<String>,
    /// Exact, also where findings are capped.
    pub findings_total: u64,
}

/// One thing that verification saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `F1`, `F2`, … in the order of the report.
    pub id: String,
    /// The claim that it breaks.
    pub claim: Claim,
    /// How sure.
    pub grade: Grade,
    /// What was seen, in a word.
    pub rule: Rule,
    /// `retail`, `transmission`, `quarantine`, `staging`.
    pub store: String,
    /// The table's id.
    pub table: Option<String>,
    /// The column.
    pub column: Option<String>,
    /// The row's key, or its number where the key is a personal value.
    pub row: Option<String>,
    /// The file, below the store's root.
    pub file: Option<String>,
    /// Which region, or which fact of the manifest.
    pub detail: Option<String>,
    /// For how many this finding stands.
    pub count: u64,
}

/// Something that breaks no claim and that a person should read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What, in a word.
    pub rule: NoteRule,
    /// The store, if it is about one.
    pub store: Option<String>,
    /// The table's id.
    pub table: String,
    /// The column, the reason, or the number of the condition.
    pub detail: Option<String>,
    /// How many rows (of an empty table: 0).
    pub count: u64,
}

/// Rows of a region in each store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreRows {
    /// In retail.
    pub retail: u64,
    /// In transmission.
    pub transmission: u64,
    /// In quarantine.
    pub quarantine: u64,
}

/// One region: the cells of a table that share one fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionReport {
    /// The table's id.
    pub table: String,
    /// `own`, `other`, `undecided`, `reference`.
    pub ownership: String,
    /// The class.
    pub class: String,
    /// Rows in staging that have such cells.
    pub staging_rows: u64,
    /// Rows in the stores that have them.
    pub store_rows: StoreRows,
}

/// Who says that a table refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidBy {
    /// A parent rule of the catalogue.
    ParentRule,
    /// `[[references]]` of the catalogue.
    Catalogue,
    /// A foreign key of the source.
    Source,
}

/// Rows of a store whose reference finds no row there, by what became of the row that they refer to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dangling {
    /// The source has none either.
    pub absent: u64,
    /// It was rejected at extraction, or a rejected row whose key cannot be read could be it.
    pub rejected: u64,
    /// Its table, its key or the columns referred to do not go to this store.
    pub withheld: u64,
    /// It is the incumbent's, so it does not wait in the quarantine.
    pub own: u64,
    /// It is another customer's.
    pub other: u64,
    /// It waits for a person.
    pub undecided: u64,
}

impl Dangling {
    /// By cause, with the words of the report, in its order.
    #[must_use]
    pub fn by_cause(&self) -> [(&'static str, u64); 6] {
        let Self {
            absent,
            rejected,
            withheld,
            own,
            other,
            undecided,
        } = *self;
        [
            ("absent", absent),
            ("rejected", rejected),
            ("withheld", withheld),
            ("own", own),
            ("other", other),
            ("undecided", undecided),
        ]
    }

    /// Of every cause.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_cause()
            .into_iter()
            .fold(0, |sum, (_, rows)| sum.saturating_add(rows))
    }
}

/// One reference in one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreReference {
    /// `retail`, `transmission`, `quarantine`.
    pub store: String,
    /// Rows there that refer to anything.
    pub rows: u64,
    /// Of these, rows that find nothing there.
    pub dangling: Dangling,
}

/// A reference, and what it finds in every store that has the columns which refer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceReport {
    /// The id of the table that refers.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The id of the table that is referred to; its name in the source where the catalogue does not have it.
    pub to: String,
    /// Its columns.
    pub references: Vec<String>,
    /// Who says so.
    pub said_by: Vec<SaidBy>,
    /// Why it was not followed, where it was not.
    pub not_followed: Option<String>,
    /// By store.
    pub stores: Vec<StoreReference>,
}

/// All claims in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The job says what it expects, and that is what was seen.
    AsExpected,
    /// No claim is broken; but something was not checked, or should be read before anybody says yes.
    ToRead,
    /// No claim is broken; but the run is not what the job expects, or what any job may.
    Outside,
    /// A claim is broken: do not hand over.
    Broken,
}

/// A store as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgedStore {
    /// `retail`, `transmission`, `quarantine`; `store` where a store alone does not say which it is.
    pub store: String,
    /// BLAKE3 of its manifest, which names every file by digest; [`None`] where there is none.
    pub manifest: Option<Blake3Hex>,
}

/// What a report speaks of, by digest: reports of other data are other reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The source, as staging names it; [`None`] where a store was checked alone, as for all but `stores`.
    pub source: Option<Source>,
    /// BLAKE3 of the manifest of staging.
    pub staging_manifest: Option<Blake3Hex>,
    /// BLAKE3 of the file of decisions, if the job names one.
    pub decisions: Option<Blake3Hex>,
    /// The day of the cutover.
    pub cutover: Option<String>,
    /// The stores.
    pub stores: Vec<JudgedStore>,
}

/// What a report speaks of that may be another by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedPart {
    /// The version of bunri that judged.
    Tool,
    /// The catalogue.
    Catalogue,
    /// The file of decisions.
    Decisions,
    /// The day of the cutover.
    Cutover,
    /// Staging.
    Staging,
    /// The retail store.
    Retail,
    /// The transmission store.
    Transmission,
    /// The quarantine.
    Quarantine,
}

impl std::fmt::Display for JudgedPart {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Tool => "version of bunri",
            Self::Catalogue => "catalogue",
            Self::Decisions => "decisions",
            Self::Cutover => "cutover",
            Self::Staging => "staging",
            Self::Retail => "retail store",
            Self::Transmission => "transmission store",
            Self::Quarantine => "quarantine store",
        })
    }
}

/// What verification says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`Report::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// The catalogue's name, version and digest, where one was at hand.
    pub catalogue: Option<CatalogueReport>,
    /// What it speaks of.
    pub judged: Judged,
    /// All claims in one word.
    pub verdict: Verdict,
    /// All eight.
    pub claims: Vec<ClaimReport>,
    /// Capped per rule, table and store.
    pub findings: Vec<Finding>,
    /// What was expected, line by line, and whether it was met.
    pub expectations: Vec<Expectation>,
    /// By id.
    pub tables: Vec<TableReport>,
    /// By table, ownership, class.
    pub regions: Vec<RegionReport>,
    /// References between tables, those with most rows that dangle in the companies' stores first.
    pub references: Vec<ReferenceReport>,
    /// Control totals, in the order of the job.
    pub controls: Vec<ControlReport>,
    /// To be read.
    pub notes: Vec<Note>,
    /// What each claim cost; not in the file, because no clock leaves a trace there.
    #[serde(skip)]
    pub costs: Vec<ClaimCost>,
}

/// Which classification decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueReport {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub blake3: String,
}

impl Verdict {
    /// Of claims and expectations; `expecting` is whether the job says what it expects. Without that there is always something
    /// to read, because no version checks all claims.
    pub fn of(claims: &[ClaimReport], expectations: &[Expectation], expecting: bool) -> Self {
        if claims.iter().any(|claim| claim.status == Status::Broken) {
            Self::Broken
        } else if expectations.iter().any(|expectation| !expectation.met) {
            Self::Outside
        } else if expecting {
            Self::AsExpected
        } else {
            Self::ToRead
        }
    }
}

impl Report {
    /// The format this version writes.
    pub const FORMAT: &str = "bunri.report/2";

    /// Whether any claim is broken: do not hand over.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.verdict == Verdict::Broken
    }

    /// One claim's line.
    #[must_use]
    pub fn claim(&self, code: Claim) -> Option<&ClaimReport> {
        self.claims.iter().find(|claim| claim.code == code)
    }

    /// The report's bytes: the same for the same inputs.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
