//! Signing. Nobody signs what is not so: before a statement is signed, everything that it says is looked at.

use std::path::PathBuf;

use bunri_catalogue::Store;
use bunri_columnar::{CustodyLayout, create_folder};
use bunri_evidence::{
    ATTESTATION, Envelope, EnvelopeError, Fault, KeyError, PAYLOAD_TYPE, PublicKey, Runs,
    RunsError, SecretKey, StatementKind, replace, standing,
};
use bunri_manifest::Blake3Hex;
use bunri_report::{Claim, Report, Status, Verdict};

use crate::signed::{Absent, Here};
use crate::{RecordError, RecordInputs};

/// Claims without which no retail store is released.
const LEAST: [Claim; 6] = [
    Claim::C1,
    Claim::C2,
    Claim::C3,
    Claim::C4,
    Claim::C5,
    Claim::C6,
];

/// Why a statement was not signed. `E`: why files could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum SignError<E: std::error::Error + 'static> {
    /// The job has no `[evidence]`.
    #[error(
        "the job has no `[evidence]`: it must say whose signatures count (docs/evidence-signing.md)"
    )]
    NotAsked,
    /// The job does not ask for this one.
    #[error("the job asks for no {0}: `[evidence]` has no `{1}`")]
    NoRole(&'static str, &'static str),
    /// Somebody else's key.
    #[error(
        "this key may not sign the {0}: it is not among the keys of `{1}` in `[evidence]`; its fingerprint is {2}"
    )]
    NotPinned(&'static str, &'static str, String),
    /// It would not be so.
    #[error("not signed, because it is not so: {0}")]
    NotSo(String),
    /// An envelope is there that cannot be extended.
    #[error(
        "`{}` is there and cannot be signed further: {why}. Find out why; put it aside, or say --replace, and all of its signers sign again",
        path.display()
    )]
    Envelope {
        /// Where.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The ledger.
    #[error("evidence/runs.jsonl: {0}")]
    Runs(#[from] RunsError),
    /// What is signed could not be written down.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Looking at the files failed.
    #[error(transparent)]
    Look(E),
    /// The file system.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// What became of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNow {
    /// The envelope.
    pub path: PathBuf,
    /// Whose signature.
    pub key: PublicKey,
    /// How many of those whom the job names have signed now.
    pub valid: usize,
    /// How many must.
    pub threshold: usize,
    /// The retail copy of the attestation, if it was issued.
    pub attestation: Option<PathBuf>,
}

/// Signs a statement about what lies here, and writes its envelope, or adds to it. `report` is what the last verification wrote;
/// `are_listed` hashes all files of these stores, and of staging if that is said, and says whether they are those that their
/// manifests list.
///
/// # Errors
/// [`SignError`] when the key is not one of the job's for this, when the statement would not be true, or when an envelope is there
/// that says something else.
pub fn sign<E: std::error::Error + 'static>(
    inputs: &RecordInputs<'_>,
    report: Option<&Report>,
    kind: StatementKind,
    key: &SecretKey,
    again: bool,
    are_listed: impl FnOnce(&[Store], bool) -> Result<bool, E>,
) -> Result<SignedNow, SignError<E>> {
    let signers = inputs.signers.ok_or(SignError::NotAsked)?;
    let (word, role_key) = (kind.word(), kind.role());
    let role = signers.policy.0.get(&kind);
    let role = role.ok_or(SignError::NoRole(word, role_key))?;
    let public = key.public()?;
    if role.key(&public.id()).is_none() {
        return Err(SignError::NotPinned(word, role_key, public.spoken()));
    }
    let folder = CustodyLayout::new(inputs.custody).evidence();
    create_folder(&folder).map_err(RecordError::from)?;
    let ledger = Runs::read(&folder)?;
    let unsigned = report.map(Report::without_signatures);
    // What the classification is needs no run.
    if unsigned.is_none() && kind != StatementKind::Approval {
        return Err(not_so("nothing was verified yet; run `bunri verify`"));
    }
    let here = Here {
        inputs,
        signers,
        unsigned: unsigned.as_ref(),
        ledger: &ledger,
    };
    refuse_untrue(&here, kind, are_listed)?;
    let statement = here.statement(kind).map_err(|absent| {
        let Absent { what, why } = absent;
        SignError::NotSo(format!("{what}: {why}"))
    })?;
    let payload = statement.to_bytes().map_err(RecordError::from)?;
    let path = folder.join(kind.file());
    let mut envelope = Envelope::new(&payload);
    if !again && path.symlink_metadata().is_ok() {
        // Whoever signed before said the same: of a run, perhaps when the ledger was shorter.
        let faults = here.faults(kind).unwrap_or_default();
        let mut faults = faults.iter();
        if let Some(fault) = faults.find(|fault| !matches!(fault, Fault::BelowThreshold(..))) {
            let why = told(fault);
            return Err(SignError::Envelope { path, why });
        }
        envelope = Envelope::read(&path).map_err(|refused: EnvelopeError| SignError::Envelope {
            path: path.clone(),
            why: refused.to_string(),
        })?;
    }
    envelope.add(key.sign(PAYLOAD_TYPE, &envelope.payload())?);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        replace(&folder, name, bytes).map_err(|source| SignError::Io { path, source })
    };
    let bytes = envelope.to_bytes().map_err(RecordError::from)?;
    if let (StatementKind::Acceptance, Some(unsigned)) = (kind, &unsigned) {
        let accepted = unsigned.to_bytes().map_err(RecordError::from)?;
        write(Report::ACCEPTED, &accepted)?;
    }
    let valid = standing(&envelope, role);
    let mut attestation = None;
    if kind == StatementKind::Release {
        let copy = folder.join(ATTESTATION);
        // What is no longer what was signed is not to be handed over.
        if copy.symlink_metadata().is_ok() {
            std::fs::remove_file(&copy).map_err(|source| SignError::Io {
                path: copy.clone(),
                source,
            })?;
        }
        write(&kind.file(), &bytes)?;
        if valid >= role.threshold() {
            write(ATTESTATION, &bytes)?;
            attestation = Some(copy);
        }
    } else {
        write(&kind.file(), &bytes)?;
    }
    Ok(SignedNow {
        path,
        key: public,
        valid,
        threshold: role.threshold(),
        attestation,
    })
}

fn not_so<E: std::error::Error + 'static>(why: &str) -> SignError<E> {
    SignError::NotSo(why.to_owned())
}

/// Looks at everything that a statement says.
fn refuse_untrue<E: std::error::Error + 'static>(
    here: &Here<'_>,
    kind: StatementKind,
    are_listed: impl FnOnce(&[Store], bool) -> Result<bool, E>,
) -> Result<(), SignError<E>> {
    // A manifest is worth what lies below it.
    let refuse_unlisted = |stores: &[Store], staged: bool| match are_listed(stores, staged) {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_so(
            "files are not those that their manifest lists; run `bunri verify`, which names them",
        )),
        Err(refused) => Err(SignError::Look(refused)),
    };
    match kind {
        StatementKind::Approval => Ok(()),
        StatementKind::Run => {
            let report = here.unsigned.map(Report::to_bytes).transpose();
            let report = report.map_err(RecordError::from)?;
            let report = report.map(|bytes| Blake3Hex::of(&bytes));
            let last = here.ledger.last().map(|run| &run.report);
            if last.is_none() || last != report.as_ref() {
                return Err(not_so(
                    "the last run of the ledger is not the one of evidence/report.json; run `bunri verify`",
                ));
            }
            refuse_unlisted(&Store::ALL, true)
        }
        StatementKind::Acceptance => judged_well(here),
        StatementKind::Release => {
            judged_well(here)?;
            for code in LEAST {
                let claim = here.unsigned.and_then(|report| report.claim(code));
                if claim.is_none_or(|claim| claim.status != Status::Held) {
                    return Err(SignError::NotSo(format!("{code:?} is not held")));
                }
            }
            for other in here.others() {
                match here.faults(other) {
                    None => {
                        let why = format!("the {} is not signed yet", other.word());
                        return Err(SignError::NotSo(why));
                    }
                    Some(faults) => {
                        if let Some(fault) = faults.first() {
                            let why =
                                format!("the {} does not stand: {}", other.word(), told(fault));
                            return Err(SignError::NotSo(why));
                        }
                    }
                }
            }
            refuse_unlisted(&[Store::Retail], false)
        }
    }
}

fn judged_well<E: std::error::Error + 'static>(here: &Here<'_>) -> Result<(), SignError<E>> {
    match here.unsigned.map(|report| report.verdict) {
        None => Err(not_so("nothing was verified yet")),
        Some(Verdict::Broken) => Err(not_so("a claim is broken")),
        Some(Verdict::Outside) => Err(not_so("the run is outside what the job expects")),
        Some(Verdict::AsExpected | Verdict::ToRead) => Ok(()),
    }
}

fn told(fault: &Fault) -> String {
    match fault {
        Fault::Unreadable(why) => why.clone(),
        Fault::OtherStatement => "it holds another statement".to_owned(),
        Fault::OtherSubject(_) => "it is about other files than those that lie here".to_owned(),
        Fault::OtherPredicate => "it says something else of the files".to_owned(),
        Fault::NotInLedger => "the run that it names is not in the ledger".to_owned(),
        Fault::WrongSignature(key) => format!("a signature is not one of key {key}"),
        Fault::UnknownKey(key) => format!("the job does not name the key {key} for it"),
        Fault::BelowThreshold(valid, threshold) => format!("{valid} of {threshold} signed"),
    }
}
