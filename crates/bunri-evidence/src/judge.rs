//! An envelope held against what it must say, and against the keys that may say it.

use crate::envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE, Signature, pae};
use crate::policy::Role;
use crate::statement::{Predicate, Statement, StatementError};

/// What is wrong with an envelope. Key names are cut to their first digits; nothing else of the file is quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no envelope, or holds no statement of this version: why.
    Unreadable(String),
    /// It holds a statement of another kind.
    OtherStatement,
    /// These files are not those that lie there.
    OtherSubject(Vec<String>),
    /// The files are, and what is said of them is something else.
    OtherPredicate,
    /// The run that it names is not in the ledger.
    NotInLedger,
    /// A pinned key is named, and did not sign this.
    WrongSignature(String),
    /// A key is named that the job does not pin for this.
    UnknownKey(String),
    /// So many pinned keys signed, of so many that must.
    BelowThreshold(usize, usize),
}

/// As many digits of a key's name as a person compares.
const NAMED_DIGITS: usize = 16;

/// Everything that is wrong with an envelope; nothing: the statement stands.
///
/// `expected` is what lies there. Of a run, any line of the ledger may be the one that it names (`ledger`), because later runs add lines.
#[must_use]
pub fn judge(
    envelope: &Result<Envelope, EnvelopeError>,
    role: &Role,
    expected: &Statement,
    ledger: &dyn Fn(&str) -> bool,
) -> Vec<Fault> {
    let envelope = match envelope {
        Ok(envelope) => envelope,
        Err(refused) => return vec![Fault::Unreadable(refused.to_string())],
    };
    let payload = envelope.payload();
    let mut faults = match Statement::parse(&payload) {
        Ok(said) => differences(&said, expected, ledger),
        Err(refused @ (StatementError::Malformed | StatementError::UnknownPredicate)) => {
            vec![Fault::Unreadable(refused.to_string())]
        }
    };
    faults.extend(unsigned(envelope, role));
    faults
}

/// What is wrong with the signatures alone; nothing: enough pinned keys signed what the envelope holds.
#[must_use]
pub fn unsigned(envelope: &Envelope, role: &Role) -> Vec<Fault> {
    let signed = pae(PAYLOAD_TYPE, &envelope.payload());
    let (mut valid, mut faults) = (0, Vec::new());
    for signature in envelope.signatures() {
        match one(signature, role, &signed) {
            Ok(()) => valid += 1,
            Err(fault) => faults.push(fault),
        }
    }
    if valid < role.threshold() {
        faults.push(Fault::BelowThreshold(valid, role.threshold()));
    }
    faults
}

/// How many of the signatures are right and by pinned keys. Each key stands once in an envelope, so each is counted once.
#[must_use]
pub fn standing(envelope: &Envelope, role: &Role) -> usize {
    let signed = pae(PAYLOAD_TYPE, &envelope.payload());
    let right = |signature: &&Signature| one(signature, role, &signed).is_ok();
    envelope.signatures().iter().filter(right).count()
}

fn one(signature: &Signature, role: &Role, signed: &[u8]) -> Result<(), Fault> {
    let Some(id) = signature.key_id() else {
        return Err(Fault::UnknownKey("no name of a key".to_owned()));
    };
    let short = || id[..NAMED_DIGITS].to_owned();
    let key = role.key(id).ok_or_else(|| Fault::UnknownKey(short()))?;
    let right = signature
        .bytes()
        .is_some_and(|bytes| key.signed(signed, &bytes));
    right
        .then_some(())
        .ok_or_else(|| Fault::WrongSignature(short()))
}

fn differences(
    said: &Statement,
    expected: &Statement,
    ledger: &dyn Fn(&str) -> bool,
) -> Vec<Fault> {
    if said.predicate.kind() != expected.predicate.kind() {
        return vec![Fault::OtherStatement];
    }
    let mut faults = Vec::new();
    if said.subject != expected.subject {
        let differ = expected
            .subject
            .iter()
            .filter(|subject| !said.subject.contains(subject));
        faults.push(Fault::OtherSubject(
            differ.map(|subject| subject.name.clone()).collect(),
        ));
    }
    match (&said.predicate, &expected.predicate) {
        (Predicate::Run(said), Predicate::Run(expected)) => {
            let mut same_line = said.clone();
            same_line.ledger.clone_from(&expected.ledger);
            if same_line != *expected {
                faults.push(Fault::OtherPredicate);
            }
            if !ledger(&said.ledger) {
                faults.push(Fault::NotInLedger);
            }
        }
        (said, expected) if said != expected => faults.push(Fault::OtherPredicate),
        _ => {}
    }
    faults
}
