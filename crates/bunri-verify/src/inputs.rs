//! What a verification is told.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::CustodyLayout;
use bunri_control::AskedControl;
use bunri_decisions::Decisions;
use bunri_job::{Expect, RekeySecrets};
use bunri_records::{RecordInputs, Signers};
use bunri_types::Day;

/// What is verified.
#[derive(Debug, Clone, Copy)]
pub struct VerifyInputs<'a> {
    /// The classification that decided.
    pub catalogue: &'a Catalogue,
    /// The custody folder: staging, rejects, transmission, quarantine; evidence is written here.
    pub custody: &'a Path,
    /// The retail store.
    pub retail: &'a Path,
    /// The day of the cutover.
    pub cutover: Day,
    /// `[ranges]` of the job: table id and the bounds of its parts.
    pub ranges: &'a BTreeMap<String, Vec<String>>,
    /// What people decided about rows that the rules leave undecided.
    pub decisions: &'a Decisions,
    /// Under which retail's keys are hashed.
    pub secrets: &'a RekeySecrets,
    /// Figures of the legacy team, by the job's order.
    pub controls: &'a [AskedControl],
    /// What the job expects, if it says so.
    pub expect: Option<&'a Expect>,
    /// Who must sign, and where the files are that are signed beside the stores; [`None`]: the job asks for no signature.
    pub signers: Option<Signers<'a>>,
    /// The job's label.
    pub label: &'a str,
    /// `rehearsal` or `cutover`.
    pub kind: &'a str,
}

impl<'a> VerifyInputs<'a> {
    /// What the records in `evidence/` must speak of.
    #[must_use]
    pub fn records(&self) -> RecordInputs<'a> {
        RecordInputs {
            catalogue: self.catalogue,
            custody: self.custody,
            retail: self.retail,
            cutover: self.cutover,
            decisions: self.decisions,
            signers: self.signers,
            label: self.label,
            kind: self.kind,
        }
    }
}

/// How. The report depends on none of it.
#[derive(Debug, Clone, Copy)]
pub struct VerifyOptions {
    /// Threads that are busy at one time.
    pub threads: usize,
    /// Rows of a unit of work, if it is not what suits each table.
    pub unit_rows: Option<NonZeroU64>,
    /// Bytes that sorts may use together, about.
    pub memory: u64,
}

/// Where a store lies.
pub(crate) fn root(inputs: &VerifyInputs<'_>, store: Store) -> PathBuf {
    CustodyLayout::new(inputs.custody).store(store, inputs.retail)
}
