//! Signing, when every file that is signed was hashed again.

use bunri_catalogue::Store;
use bunri_columnar::Staging;
use bunri_compare::look;
use bunri_evidence::{SecretKey, StatementKind};
use bunri_records::SignedNow;
use bunri_report::{Claim, Findings, Report};

use crate::VerifyError;
use crate::inputs::{VerifyInputs, root};
use crate::verify::listed_in_staging;

/// Why a statement was not signed.
pub type SignError = bunri_records::SignError<VerifyError>;

/// Signs a statement about what lies here ([`bunri_records::sign`]): nobody signs what is not so. `report` is what the last
/// verification wrote; `again` begins a new envelope in the place of one that says something else.
///
/// # Errors
/// [`SignError`] when the key is not one of the job's for this, when the statement would not be true, or when an envelope is there
/// that says something else.
pub fn sign(
    inputs: &VerifyInputs<'_>,
    report: Option<&Report>,
    kind: StatementKind,
    key: &SecretKey,
    again: bool,
    threads: usize,
) -> Result<SignedNow, SignError> {
    let are_listed = |stores: &[Store], staged: bool| are_listed(inputs, stores, staged, threads);
    bunri_records::sign(&inputs.records(), report, kind, key, again, are_listed)
}

/// Whether all files of these stores, and of staging, are those that their manifests list.
fn are_listed(
    inputs: &VerifyInputs<'_>,
    stores: &[Store],
    staged: bool,
    threads: usize,
) -> Result<bool, VerifyError> {
    let mut findings = Findings::default();
    for &store in stores {
        look(&root(inputs, store), store.word(), threads, &mut findings)?;
    }
    if staged {
        let staging = Staging::open(inputs.custody, inputs.catalogue)?;
        listed_in_staging(inputs.custody, &staging, threads, &mut findings)?;
    }
    Ok(findings.certain(Claim::C1) == 0)
}
