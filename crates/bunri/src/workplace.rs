//! A job with its catalogue and the decisions of people, all checked, and the folders it may use.

use std::path::Path;

use bunri_catalogue::{
    Catalogue, Decisions, Job, Problems, check_job, load, load_decisions, load_job,
};
use bunri_extract::ExtractOptions;
use bunri_split::{SplitOptions, StoreRoots};
use bunri_verify::VerifyInputs;

/// Everything a stage is told.
#[derive(Debug)]
pub(crate) struct Workplace {
    pub(crate) job: Job,
    pub(crate) catalogue: Catalogue,
    pub(crate) decisions: Decisions,
}

impl Workplace {
    /// Reads the job and its catalogue, and holds one against the other.
    pub(crate) fn open(path: &Path) -> Result<Self, Problems> {
        let job = load_job(path)?;
        let catalogue = load(&job.catalogue)?;
        check_job(&job, &catalogue)?;
        let decisions = load_decisions(&job, &catalogue)?;
        Ok(Self {
            job,
            catalogue,
            decisions,
        })
    }

    pub(crate) fn roots(&self) -> StoreRoots {
        StoreRoots {
            custody: self.job.custody.clone(),
            retail: self.job.retail.clone(),
        }
    }

    pub(crate) fn extract_options(&self) -> ExtractOptions {
        ExtractOptions {
            memory: self.job.memory,
            threads: self.job.threads,
        }
    }

    pub(crate) fn split_options(&self) -> SplitOptions {
        SplitOptions {
            label: self.job.label.clone(),
            kind: self.job.kind.word().to_owned(),
            cutover: self.job.cutover,
            ranges: self.job.ranges.clone(),
            decisions: self.decisions.clone(),
            memory: self.job.memory,
            threads: self.job.threads,
        }
    }

    pub(crate) fn verify_inputs(&self) -> VerifyInputs<'_> {
        let Self {
            job,
            catalogue,
            decisions,
        } = self;
        VerifyInputs {
            catalogue,
            custody: &job.custody,
            retail: &job.retail,
            cutover: job.cutover,
            ranges: &job.ranges,
            decisions,
            label: &job.label,
            kind: job.kind.word(),
        }
    }
}
