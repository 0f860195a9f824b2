//! C8 of a store alone: whether the attestation beside it is a release of these very files, signed by every key that its receiver was
//! given. What `docs/verify-without-bunri.md` does with OpenSSL, done by bunri.

use std::path::Path;

use bunri_evidence::{
    Envelope, Fault, Predicate, PublicKey, ReleasePredicate, Role, Statement, Subject, judge,
};
use bunri_manifest::{B3SUMS, MANIFEST, SHA256SUMS, hash_file};
use bunri_report::{About, Checked, Claim, Findings, Scope};

use crate::signed::{HELD, found_in};

/// The attestation of a store, and the keys by which it is believed.
#[derive(Debug, Clone, Copy)]
pub struct Attestation<'a> {
    /// The file.
    pub file: &'a Path,
    /// Every one of them must have signed.
    pub keys: &'a [PublicKey],
}

/// Holds an attestation against the store in `dir`, which findings call `store`.
pub fn attested(
    dir: &Path,
    attestation: &Attestation<'_>,
    store: &str,
    scope: &mut Scope,
    findings: &mut Findings,
) {
    let about = About { store, table: None };
    let name = attestation.file.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let keys = attestation.keys.iter().cloned();
    let all = Role::new(
        keys.clone(),
        keys.map(|key| key.id())
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
    );
    let Some(role) = all else {
        scope
            .not_checked
            .push((Claim::C8, "no key was given to check it by".into()));
        return;
    };
    let envelope = Envelope::read(attestation.file);
    let faults = match (&envelope, subject(dir)) {
        (_, Err(missing)) => vec![Fault::OtherSubject(vec![missing])],
        (Err(refused), Ok(_)) => vec![Fault::Unreadable(refused.to_string())],
        (Ok(read), Ok(subject)) => {
            let claims = released(read);
            let expected = Statement {
                subject,
                predicate: Predicate::Release(ReleasePredicate {
                    claims: claims.unwrap_or_default(),
                }),
            };
            judge(&envelope, &role, &expected, &|_| false)
        }
    };
    let (checked, threshold) = (
        Checked {
            files: 1,
            ..Checked::default()
        },
        role.threshold(),
    );
    scope.looked.push((Claim::C8, checked));
    let held = format!("the release of these files, signed by the {threshold} given keys");
    scope.held.push((Claim::C8, held));
    for fault in faults {
        found_in(&name, about, fault, findings);
    }
}

/// Retail's own three files, as a release names them; or the first that is not there.
fn subject(dir: &Path) -> Result<Vec<Subject>, String> {
    let one = |name: &str| match hash_file(&dir.join(name)) {
        Ok(digests) => Ok(Subject::new(name, digests)),
        Err(_) => Err(name.to_owned()),
    };
    [MANIFEST, B3SUMS, SHA256SUMS]
        .into_iter()
        .map(one)
        .collect()
}

/// The claims of a release, if it says of each that it is held and nothing else: which they are, a stranger cannot know.
fn released(envelope: &Envelope) -> Option<std::collections::BTreeMap<String, String>> {
    match Statement::parse(&envelope.payload()).ok()?.predicate {
        Predicate::Release(ReleasePredicate { claims }) => {
            claims.values().all(|word| word == HELD).then_some(claims)
        }
        Predicate::Approval(_) | Predicate::Run(_) | Predicate::Acceptance(_) => None,
    }
}
