//! A report read back: by pages, and by whatever compares runs. What somebody shortened, or made say "held" beside a
//! finding, is no report.

use serde::Deserialize;

use crate::claim::{Claim, Grade};
use crate::report::{ClaimReport, Finding, RegionReport, Report, Status, Verdict};

/// Why a file is no report of this version. Never quotes what stands in it: rows are named there.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Not the JSON of a report.
    #[error("it is no report: line {line}, column {column}")]
    Malformed {
        /// The line at which reading ended.
        line: usize,
        /// The column.
        column: usize,
    },
    /// Written by another format version.
    #[error(
        "its format is not `{}`; verify again with this version",
        Report::FORMAT
    )]
    Format,
    /// Its parts contradict each other.
    #[error("it contradicts itself: {0}")]
    Incoherent(&'static str),
}

/// What every version of the format begins with.
#[derive(Deserialize)]
struct Version {
    format: String,
}

impl Report {
    /// Reads a report. What each claim cost is not in the file.
    ///
    /// # Errors
    /// [`ReportError`] when the text is no report of this version, or one whose parts contradict each other.
    pub fn parse(text: &[u8]) -> Result<Self, ReportError> {
        let malformed = |refused: serde_json::Error| ReportError::Malformed {
            line: refused.line(),
            column: refused.column(),
        };
        let version: Version = serde_json::from_slice(text).map_err(malformed)?;
        if version.format != Self::FORMAT {
            return Err(ReportError::Format);
        }
        let report: Self = serde_json::from_slice(text).map_err(malformed)?;
        match report.contradiction() {
            Some(what) => Err(ReportError::Incoherent(what)),
            None => Ok(report),
        }
    }

    /// What no verification says of one run.
    fn contradiction(&self) -> Option<&'static str> {
        let codes = self.claims.iter().map(|claim| claim.code);
        if !codes.eq(Claim::ALL) {
            return Some("its claims are not all of them, each once and in their order");
        }
        let foreign = |finding: &Finding| {
            !finding.rule.claims().contains(&finding.claim) || finding.grade != finding.rule.grade()
        };
        if self.findings.iter().any(foreign) {
            return Some("a finding has another claim or grade than its rule");
        }
        let known = |region: &RegionReport| {
            ["own", "other", "undecided", "reference"].contains(&region.ownership.as_str())
        };
        if !self.regions.iter().all(known) {
            return Some("a region is nobody's that a page knows");
        }
        let claims = self.claims.iter();
        claims
            .map(|claim| self.claim_contradiction(claim))
            .chain([self.verdict_contradiction()])
            .find_map(|what| what)
    }

    fn claim_contradiction(&self, claim: &ClaimReport) -> Option<&'static str> {
        let of = |certain: bool| {
            let findings = self.findings.iter();
            findings
                .filter(|it| it.claim == claim.code)
                .filter(|it| !certain || it.grade == Grade::Certain)
                .fold(0, |sum: u64, it| sum.saturating_add(it.count))
        };
        if claim.name != claim.code.name() {
            return Some("a claim has another name than its own");
        }
        if of(false) != claim.findings_total {
            return Some("a claim counts other findings than are listed");
        }
        match (claim.status, of(true)) {
            (Status::Broken, 0) => Some("a claim is broken and no finding says why"),
            (Status::Held | Status::NotChecked, 1..) => {
                Some("a finding breaks a claim that is not said to be broken")
            }
            (Status::Held, 0) if !claim.not_checked.is_empty() => {
                Some("a claim is held of which a part was not checked")
            }
            (Status::Broken | Status::Held | Status::NotChecked, _) => None,
        }
    }

    fn verdict_contradiction(&self) -> Option<&'static str> {
        let broken = self.claims.iter().any(|it| it.status == Status::Broken);
        let unmet = self.expectations.iter().any(|it| !it.met);
        let fits = match self.verdict {
            Verdict::Broken => broken,
            Verdict::Outside => !broken && unmet,
            Verdict::AsExpected | Verdict::ToRead => !broken && !unmet,
        };
        (!fits).then_some("its verdict is not that of its claims and expectations")
    }
}
