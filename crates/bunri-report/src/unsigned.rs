//! A report but for signatures. Whoever accepts a report signs it, and the signature is told in the next one: what is signed must not
//! change by being signed.

use crate::claim::Claim;
use crate::claims::{Scope, claim};
use crate::findings::Findings;
use crate::report::{ClaimReport, Report, Verdict};

/// Why a report does not say whether anything is signed.
const APART: &str = "signatures are judged apart";

impl Report {
    /// The file name, below `evidence/`, of the report but for signatures, as it was accepted.
    pub const ACCEPTED: &str = "accepted-report.json";

    /// The same report, without what it says of signatures (C8): the claim, its findings, and what was expected of it.
    #[must_use]
    pub fn without_signatures(&self) -> Self {
        let mut unsigned = self.clone();
        unsigned.costs = Vec::new();
        for claim in &mut unsigned.claims {
            if claim.code == Claim::C8 {
                *claim = apart();
            }
        }
        unsigned.findings.retain(|it| it.claim != Claim::C8);
        for (finding, number) in unsigned.findings.iter_mut().zip(1_u64..) {
            finding.id = format!("F{number}");
        }
        let expecting = (unsigned.expectations.iter()).any(|it| it.key.starts_with("claims."));
        let signed = format!("claims.{:?}", Claim::C8);
        unsigned.expectations.retain(|it| it.key != signed);
        unsigned.verdict = Verdict::of(&unsigned.claims, &unsigned.expectations, expecting);
        unsigned
    }
}

fn apart() -> ClaimReport {
    let scope = Scope {
        not_checked: vec![(Claim::C8, APART.into())],
        ..Scope::default()
    };
    claim(Claim::C8, &scope, &Findings::default())
}
