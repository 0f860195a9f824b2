//! One envelope, signed by several people one after the other: each makes the same statement anew, and adds a signature to what lies there.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE};
use crate::file::replace;
use crate::judge::{Fault, standing, unsigned};
use crate::key::KeyError;
use crate::policy::Role;
use crate::secret::SecretKey;

/// Why a signature was not added.
#[derive(Debug, thiserror::Error)]
pub enum CosignError {
    /// The file system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What lies there is no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It holds another statement, or a signature in it is wrong, or by a key that is none of the role's.
    #[error("it says something else, or a signature is wrong")]
    Other,
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Never in practice.
    #[error("the envelope cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Adds a signature to the envelope of this name, which must hold this very payload under nothing but right signatures of the role; where
/// there is none it is made. Gives how many of its signatures are valid then.
///
/// # Errors
/// [`CosignError`]; the envelope is as it was.
pub fn cosign(
    folder: &Path,
    name: &str,
    payload: &[u8],
    role: &Role,
    key: &SecretKey,
) -> Result<usize, CosignError> {
    let path = folder.join(name);
    let mut envelope = match path.symlink_metadata() {
        Ok(_) => {
            let envelope = Envelope::read(&path)?;
            let wrong = unsigned(&envelope, role);
            let only_short = wrong
                .iter()
                .all(|fault| matches!(fault, Fault::BelowThreshold(..)));
            if envelope.payload() != payload || !only_short {
                return Err(CosignError::Other);
            }
            envelope
        }
        Err(absent) if absent.kind() == ErrorKind::NotFound => Envelope::new(payload),
        Err(refused) => return Err(refused.into()),
    };
    envelope.add(key.sign(PAYLOAD_TYPE, payload)?);
    replace(folder, name, &envelope.to_bytes()?)?;
    Ok(standing(&envelope, role))
}
