//! A job with its catalogue and the decisions of people and the secrets, all checked, and the folders it may use.

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_columnar::{Observer, STAGING_PART_ROWS};
use bunri_control::{AskedControl, load_controls};
use bunri_decisions::Decisions;
use bunri_extract::ExtractOptions;
use bunri_job::{
    Job, RekeySecrets, check_expect_words, check_job, load_decisions, load_job, load_rekey_secrets,
};
use bunri_parse::load;
use bunri_plan::{Ground, Side};
use bunri_records::Signers;
use bunri_redecide::RedecideInputs;
use bunri_split::{SplitOptions, StoreRoots};
use bunri_text::Problems;
use bunri_verify::{VerifyInputs, with_expect_words};

/// Everything a stage is told.
#[derive(Debug)]
pub struct Workplace {
    /// The job.
    pub job: Job,
    /// Its catalogue.
    pub catalogue: Catalogue,
    /// What people decided of rows; empty if the job names no file.
    pub decisions: Decisions,
    /// The secrets that replaced keys are made with.
    pub secrets: RekeySecrets,
    /// What the legacy team is asked for.
    pub controls: Vec<AskedControl>,
}

impl Workplace {
    /// Reads the job and its catalogue, and holds one against the other.
    ///
    /// # Errors
    /// Every mistake that is seen, with file, line and column.
    pub fn open(path: &Path) -> Result<Self, Problems> {
        let job = load_job(path)?;
        let catalogue = load(&job.catalogue)?;
        check_job(&job, &catalogue)?;
        with_expect_words(|words| check_expect_words(&job, words))?;
        let decisions = load_decisions(&job, &catalogue)?;
        let secrets = load_rekey_secrets(&job, &catalogue)?;
        let controls = load_controls(&job, &catalogue)?;
        Ok(Self {
            job,
            catalogue,
            decisions,
            secrets,
            controls,
        })
    }

    /// Where the stores go.
    pub fn roots(&self) -> StoreRoots {
        StoreRoots {
            custody: self.job.custody.clone(),
            retail: self.job.retail.clone(),
        }
    }

    /// The stores of the run that the job names as an earlier one, if it names them.
    fn earlier_stores(&self) -> Option<StoreRoots> {
        let delta = self.job.delta.as_ref()?;
        Some(StoreRoots {
            custody: delta.custody.clone(),
            retail: delta.retail.clone()?,
        })
    }

    /// What extraction is told.
    pub fn extract_options(&self) -> ExtractOptions {
        ExtractOptions {
            memory: self.job.memory,
            threads: self.job.threads,
            part_rows: STAGING_PART_ROWS,
        }
    }

    /// What split is told.
    pub fn split_options(&self) -> SplitOptions {
        SplitOptions {
            label: self.job.label.clone(),
            kind: self.job.kind.word().to_owned(),
            cutover: self.job.cutover,
            ranges: self.job.ranges.clone(),
            decisions: self.decisions.clone(),
            secrets: self.secrets.clone(),
            memory: self.job.memory,
            threads: self.job.threads,
            earlier: self.earlier_stores(),
            unit_rows: None,
        }
    }

    /// This job as one side of a comparison.
    pub fn side(&self) -> Side<'_> {
        Side {
            catalogue: &self.catalogue,
            decisions: &self.decisions,
            cutover: self.job.cutover,
        }
    }

    /// Staging that a plan counts in.
    pub fn ground<'a>(&'a self, observer: &'a dyn Observer) -> Ground<'a> {
        Ground {
            custody: &self.job.custody,
            threads: self.job.threads,
            memory: self.job.memory,
            observer,
        }
    }

    /// What a second decision of the rows is made of.
    pub fn redecide_inputs(&self) -> RedecideInputs<'_> {
        RedecideInputs {
            catalogue: &self.catalogue,
            custody: &self.job.custody,
            cutover: self.job.cutover,
            decisions: &self.decisions,
            secrets: &self.secrets,
        }
    }

    /// What verification is told.
    pub fn verify_inputs(&self) -> VerifyInputs<'_> {
        let Self {
            job,
            catalogue,
            decisions,
            secrets,
            controls,
        } = self;
        VerifyInputs {
            catalogue,
            custody: &job.custody,
            retail: &job.retail,
            cutover: job.cutover,
            ranges: &job.ranges,
            decisions,
            secrets,
            controls,
            expect: job.expect.as_ref(),
            signers: job.evidence.as_ref().map(|policy| Signers {
                policy,
                catalogue: &job.catalogue,
                decisions: job.decisions.as_deref(),
            }),
            label: &job.label,
            kind: job.kind.word(),
        }
    }
}
