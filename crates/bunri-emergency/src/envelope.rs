//! The signed statement of a grant, read and believed only under enough signatures.

use std::path::Path;

use bunri_evidence::{Envelope, Fault, Role, TypedStatement, unsigned};
use bunri_manifest::Digester;

use crate::errors::EmergencyError;
use crate::statement::{GrantPredicate, envelope_name};

/// A statement of a grant with its envelope.
pub(crate) struct Granted {
    pub(crate) envelope: Envelope,
    pub(crate) statement: TypedStatement<GrantPredicate>,
}

impl Granted {
    /// Reads it; too few signatures are no fault here.
    pub(crate) fn read(folder: &Path, grant: &str, role: &Role) -> Result<Self, EmergencyError> {
        let path = folder.join(envelope_name(grant));
        let read = Envelope::read(&path);
        let envelope = read.map_err(|source| EmergencyError::Envelope {
            path: path.clone(),
            source,
        })?;
        let unsigned_because = |why: &str| EmergencyError::Unsigned {
            path: path.clone(),
            why: why.to_owned(),
        };
        let statement = TypedStatement::<GrantPredicate>::parse(&envelope.payload())
            .map_err(|refused| unsigned_because(&refused.to_string()))?;
        if statement.predicate.grant != grant {
            return Err(unsigned_because("it is another grant's"));
        }
        for fault in unsigned(&envelope, role) {
            match fault {
                Fault::BelowThreshold(..) => {}
                Fault::UnknownKey(_) => {
                    return Err(unsigned_because(
                        "a key signed it that is not one of `[approver]`",
                    ));
                }
                Fault::WrongSignature(_)
                | Fault::Unreadable(_)
                | Fault::OtherStatement
                | Fault::OtherSubject(_)
                | Fault::OtherPredicate
                | Fault::NotInLedger => return Err(unsigned_because("a signature is wrong")),
            }
        }
        Ok(Self {
            envelope,
            statement,
        })
    }

    /// Reads it, under as many signatures as are asked for.
    pub(crate) fn approved(
        folder: &Path,
        grant: &str,
        role: &Role,
    ) -> Result<Self, EmergencyError> {
        let granted = Self::read(folder, grant, role)?;
        let valid = bunri_evidence::standing(&granted.envelope, role);
        if valid < role.threshold() {
            return Err(EmergencyError::Unsigned {
                path: folder.join(envelope_name(grant)),
                why: format!("{valid} of {} signed", role.threshold()),
            });
        }
        Ok(granted)
    }

    /// What the ledger calls it.
    pub(crate) fn digest(&self) -> String {
        payload_digest(&self.envelope.payload())
    }
}

pub(crate) fn payload_digest(payload: &[u8]) -> String {
    let mut digester = Digester::new();
    digester.update(payload);
    digester.finish().sha256.into()
}
