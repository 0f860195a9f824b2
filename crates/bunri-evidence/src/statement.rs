//! What is signed: in-toto statements over real files, each with the few facts that its signer answers for.

use std::collections::BTreeMap;

use bunri_manifest::{Blake3Hex, Digests, Sha256Hex};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// What somebody answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementKind {
    /// The classification, and the decisions of people, are the approved ones.
    Approval,
    /// These are the staging and the stores of this run.
    Run,
    /// This report was read and accepted.
    Acceptance,
    /// This retail store may leave custody.
    Release,
}

impl StatementKind {
    /// In the order in which they are signed.
    pub const ALL: [Self; 4] = [Self::Approval, Self::Run, Self::Acceptance, Self::Release];

    /// The word on the command line, and of the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Run => "run",
            Self::Acceptance => "acceptance",
            Self::Release => "release",
        }
    }

    /// The key in `[evidence]`: who signs it.
    #[must_use]
    pub fn role(self) -> &'static str {
        match self {
            Self::Approval => "catalogue_approver",
            Self::Run => "operator",
            Self::Acceptance => "qa",
            Self::Release => "data_officer",
        }
    }

    /// The file below `evidence/`.
    #[must_use]
    pub fn file(self) -> String {
        format!("{}.dsse.json", self.word())
    }

    /// The type of its predicate.
    #[must_use]
    pub fn predicate_type(self) -> &'static str {
        match self {
            Self::Approval => "urn:bunri:evidence:approval:v1",
            Self::Run => "urn:bunri:evidence:run:v1",
            Self::Acceptance => "urn:bunri:evidence:acceptance:v1",
            Self::Release => "urn:bunri:evidence:release:v1",
        }
    }
}

/// Both digests of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestSet {
    /// BLAKE3.
    pub blake3: Blake3Hex,
    /// SHA-256.
    pub sha256: Sha256Hex,
}

/// A file that the statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name; never a path of a machine.
    pub name: String,
    /// Its digests.
    pub digest: DigestSet,
}

impl Subject {
    /// A file of these digests.
    #[must_use]
    pub fn new(name: &str, digests: Digests) -> Self {
        let Digests {
            bytes: _,
            blake3,
            sha256,
        } = digests;
        Self {
            name: name.to_owned(),
            digest: DigestSet { blake3, sha256 },
        }
    }
}

/// A catalogue as it calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest, as manifests and reports say it.
    pub blake3: String,
}

/// Which classification was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPredicate {
    /// The catalogue.
    pub catalogue: CatalogueName,
    /// BLAKE3 of the file of decisions, if there is one.
    pub decisions: Option<String>,
}

/// Which run it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunPredicate {
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// The day of the cutover.
    pub cutover: String,
    /// The digest of the catalogue that decided.
    pub catalogue: String,
    /// SHA-256 of the last line of the ledger of runs when it was signed.
    pub ledger: String,
}

/// What was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptancePredicate {
    /// The verdict, but for this signature.
    pub verdict: String,
    /// By code: what became of each claim but C8.
    pub claims: BTreeMap<String, String>,
}

/// What retail is told: the claims that are held, and nothing else. It goes to the other company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasePredicate {
    /// By code: `held`, always.
    pub claims: BTreeMap<String, String>,
}

/// What a statement says beside its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Of an approval.
    Approval(ApprovalPredicate),
    /// Of a run.
    Run(RunPredicate),
    /// Of an acceptance.
    Acceptance(AcceptancePredicate),
    /// Of a release.
    Release(ReleasePredicate),
}

impl Predicate {
    /// Whose it is.
    #[must_use]
    pub fn kind(&self) -> StatementKind {
        match self {
            Self::Approval(_) => StatementKind::Approval,
            Self::Run(_) => StatementKind::Run,
            Self::Acceptance(_) => StatementKind::Acceptance,
            Self::Release(_) => StatementKind::Release,
        }
    }

    fn value(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Approval(it) => serde_json::to_value(it),
            Self::Run(it) => serde_json::to_value(it),
            Self::Acceptance(it) => serde_json::to_value(it),
            Self::Release(it) => serde_json::to_value(it),
        }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The files.
    pub subject: Vec<Subject>,
    /// The rest.
    pub predicate: Predicate,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Value,
}

/// Why a payload is no statement of this version. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not the JSON of a statement.
    #[error("its payload is no in-toto statement (v1) as bunri writes it")]
    Malformed,
    /// Nobody knows what it says.
    #[error("its payload has a predicate that this version does not know")]
    UnknownPredicate,
}

/// What a statement says that is not about a run: its predicate has a type of its own.
pub trait PredicateType: Serialize + DeserializeOwned {
    /// `urn:bunri:evidence:…`
    const TYPE: &'static str;
}

/// A statement with a predicate of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedStatement<P> {
    /// The files.
    pub subject: Vec<Subject>,
    /// The rest.
    pub predicate: P,
}

impl<P: PredicateType> TypedStatement<P> {
    /// The payload's bytes: the same for the same statement.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let predicate = serde_json::to_value(&self.predicate)?;
        written(&self.subject, P::TYPE, predicate)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// [`StatementError`] when it is not exactly what bunri writes of some statement of this type.
    pub fn parse(payload: &[u8]) -> Result<Self, StatementError> {
        let said = read(payload)?;
        if said.predicate_type != P::TYPE {
            return Err(StatementError::UnknownPredicate);
        }
        let predicate = serde_json::from_value(said.predicate);
        let statement = Self {
            subject: said.subject,
            predicate: predicate.map_err(|_| StatementError::Malformed)?,
        };
        match statement.to_bytes() {
            Ok(bytes) if bytes == payload => Ok(statement),
            _ => Err(StatementError::Malformed),
        }
    }
}

impl Statement {
    /// The payload's bytes: the same for the same statement.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let kind = self.predicate.kind().predicate_type();
        written(&self.subject, kind, self.predicate.value()?)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// [`StatementError`] when it is not exactly what bunri writes of some statement.
    pub fn parse(payload: &[u8]) -> Result<Self, StatementError> {
        let malformed = |_| StatementError::Malformed;
        let written = read(payload)?;
        let mut kinds = StatementKind::ALL.into_iter();
        let kind = kinds.find(|kind| kind.predicate_type() == written.predicate_type);
        let said = written.predicate;
        let predicate = match kind.ok_or(StatementError::UnknownPredicate)? {
            StatementKind::Approval => serde_json::from_value(said).map(Predicate::Approval),
            StatementKind::Run => serde_json::from_value(said).map(Predicate::Run),
            StatementKind::Acceptance => serde_json::from_value(said).map(Predicate::Acceptance),
            StatementKind::Release => serde_json::from_value(said).map(Predicate::Release),
        };
        let statement = Self {
            subject: written.subject,
            predicate: predicate.map_err(malformed)?,
        };
        match statement.to_bytes() {
            Ok(bytes) if bytes == payload => Ok(statement),
            _ => Err(StatementError::Malformed),
        }
    }
}

fn written(
    subject: &[Subject],
    predicate_type: &str,
    predicate: Value,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Written {
        kind: STATEMENT_TYPE.to_owned(),
        subject: subject.to_vec(),
        predicate_type: predicate_type.to_owned(),
        predicate,
    })
}

fn read(payload: &[u8]) -> Result<Written, StatementError> {
    let written: Written =
        serde_json::from_slice(payload).map_err(|_| StatementError::Malformed)?;
    if written.kind != STATEMENT_TYPE {
        return Err(StatementError::Malformed);
    }
    Ok(written)
}
