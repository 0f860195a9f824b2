//! What a page is made of.

use bunri_catalogue::Catalogue;
use bunri_manifest::{Blake3Hex, Proof};
use bunri_report::{ClaimCost, JudgedPart, Report};

/// What a page is made of. A page of a run before it (`bunri plan`) would be one more of these, and one more section.
#[derive(Debug, Clone, Copy)]
pub struct PageInputs<'a> {
    /// What verification said.
    pub report: &'a Report,
    /// What it cost, if that was recorded.
    pub costs: &'a [ClaimCost],
    /// What lies here now that is another than what was judged. Not empty: there is no answer.
    pub differs: &'a [JudgedPart],
    /// The record of `bunri prove`, if there is one.
    pub proof: Option<&'a Proof>,
    /// The catalogue that lies here now.
    pub catalogue: Option<&'a Catalogue>,
    /// The report of a run before.
    pub before: Option<&'a Report>,
    /// Whether the same page in the other language lies beside it, under its own name.
    pub both_languages: bool,
}

impl<'a> PageInputs<'a> {
    /// The catalogue, if it is the one that decided.
    pub(crate) fn deciding_catalogue(&self) -> Option<&'a Catalogue> {
        let decided = self.report.catalogue.as_ref()?;
        self.catalogue.filter(|it| it.digest == decided.blake3)
    }

    /// The record of `bunri prove`, if it speaks of the very data that the report speaks of.
    pub(crate) fn own_proof(&self) -> Option<&'a Proof> {
        let judged = &self.report.judged;
        let retail = judged.stores.iter().find(|it| it.store == "retail")?;
        let (staging, retail) = (judged.staging_manifest.as_ref()?, retail.manifest.as_ref()?);
        let catalogue = &self.report.catalogue.as_ref()?.blake3;
        self.proof
            .filter(|it| it.speaks_of(catalogue, staging, retail) && it.is_coherent())
    }

    /// What a claim cost, and with which others: the others are named by the claim that stands first.
    pub(crate) fn cost_of(&self, claim: bunri_report::Claim) -> Option<&'a ClaimCost> {
        self.costs.iter().find(|cost| cost.claims.contains(&claim))
    }
}

/// The digests of the stores, as the report names them.
pub(crate) fn digest(manifest: Option<&Blake3Hex>) -> Option<&str> {
    manifest.map(Blake3Hex::as_str)
}
