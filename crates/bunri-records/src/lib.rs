//! What others left in `evidence/`, and whether it speaks of what lies here: the proof of `bunri prove` (C7), the signatures of those
//! who answer for a run (C8), the second reading of `bunri reread` (C9). Verification reads these records and makes none of them
//! but the ledger's next line; what a statement must say is built here for whoever signs it and for whoever judges that.

mod attested;
mod proved;
mod reread;
mod sign;
mod signed;

use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::CustodyLayout;
use bunri_decisions::Decisions;
use bunri_evidence::Policy;
use bunri_report::{Findings, Scope};
use bunri_types::Day;

pub use attested::{Attestation, attested};
pub use sign::{SignError, SignedNow, sign};
pub use signed::{add_to_ledger, evidence_of, signatures};

/// What lies here: the run that records must speak of.
#[derive(Debug, Clone, Copy)]
pub struct RecordInputs<'a> {
    /// The classification that decided.
    pub catalogue: &'a Catalogue,
    /// The custody folder.
    pub custody: &'a Path,
    /// The retail store.
    pub retail: &'a Path,
    /// The day of the cutover.
    pub cutover: Day,
    /// What people decided about rows that the rules leave undecided.
    pub decisions: &'a Decisions,
    /// Who must sign, and where the files are that are signed beside the stores; [`None`]: the job asks for no signature.
    pub signers: Option<Signers<'a>>,
    /// The job's label.
    pub label: &'a str,
    /// `rehearsal` or `cutover`.
    pub kind: &'a str,
}

/// Whose signatures a job asks for.
#[derive(Debug, Clone, Copy)]
pub struct Signers<'a> {
    /// Their keys.
    pub policy: &'a Policy,
    /// The catalogue's folder, or its `catalogue.toml`.
    pub catalogue: &'a Path,
    /// The file of decisions, if there is one.
    pub decisions: Option<&'a Path>,
}

impl RecordInputs<'_> {
    fn root(&self, store: Store) -> PathBuf {
        CustodyLayout::new(self.custody).store(store, self.retail)
    }
}

/// Why a record could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The folder of evidence could not be made.
    #[error(transparent)]
    Columnar(#[from] bunri_columnar::ColumnarError),
    /// A record could not be written down.
    #[error("cannot write a record: {0}")]
    Json(#[from] serde_json::Error),
    /// The ledger of runs.
    #[error("evidence/runs.jsonl: {0}")]
    Runs(#[from] bunri_evidence::RunsError),
}

/// What other readings of this run left (C7, C9), added to what a report says.
pub fn readings(inputs: &RecordInputs<'_>, scope: &mut Scope, findings: &mut Findings) {
    proved::look(inputs, scope, findings);
    reread::look(inputs, scope, findings);
}
