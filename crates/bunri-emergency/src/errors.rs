//! Why an extract is not made, not released, or not opened. No value of a record and no secret in any of it.

use std::io;
use std::path::{Path, PathBuf};

use bunri_evidence::{ChainError, EnvelopeError, KeyError, SecretError};
use bunri_selection::SelectionError;
use bunri_text::Problems;
use jiff::Timestamp;

/// Why something was refused.
#[derive(Debug, thiserror::Error)]
pub enum EmergencyError {
    /// The grant or its declaration.
    #[error("{0}")]
    Grant(Problems),
    /// The register has no such grant.
    #[error("the register has no grant `{0}`")]
    NoGrant(String),
    /// The store.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// Not the transmission store.
    #[error("`{}` is the {found} store: an emergency extract is made from the transmission store", path.display())]
    OtherStore {
        /// What the manifest says.
        found: String,
        /// The folder.
        path: PathBuf,
    },
    /// A key that approves nothing.
    #[error("this key is not one of `[approver]`: nothing was made")]
    NotApprover,
    /// In the store.
    #[error("`{}` lies in the store's folder, where nothing but the store may lie: name another place", .0.display())]
    InStore(PathBuf),
    /// A clock that nobody can believe.
    #[error(
        "this machine's clock stands before the last line of the ledger ({last}): set it right; no window can be told by it"
    )]
    Clock {
        /// The moment of the last line, or the epoch.
        last: Timestamp,
    },
    /// Outside the window.
    #[error(
        "grant `{grant}` is open from {from} until {until}, and it is {now} by this machine's clock: it does not open"
    )]
    OutsideWindow {
        /// The grant.
        grant: String,
        /// Its first moment.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// Nothing was made of it.
    #[error("nothing was made of grant `{0}` yet: run `bunri emergency make` first")]
    NotMade(String),
    /// The keys are gone.
    #[error("grant `{0}` was withdrawn: its keys were destroyed, and it does not open any more")]
    Withdrawn(String),
    /// Somebody who is not named.
    #[error("grant `{grant}` names no recipient `{recipient}`")]
    NotNamed {
        /// The grant.
        grant: String,
        /// Who asked.
        recipient: String,
    },
    /// The ledger.
    #[error("the ledger `{}` cannot be believed: {source}", path.display())]
    Ledger {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ChainError,
    },
    /// The envelope.
    #[error("`{}`: {source}", path.display())]
    Envelope {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: EnvelopeError,
    },
    /// The envelope does not say this, or not enough signed it.
    #[error("`{}` is not the signed statement of this grant: {why}", path.display())]
    Unsigned {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A sealed file is another one.
    #[error("`{}` is not the file that was signed: it was changed, cut off, or is another grant's", .0.display())]
    Changed(PathBuf),
    /// No secret key.
    #[error("`{}` holds no identity (`AGE-SECRET-KEY-1…`)", .0.display())]
    NoIdentity(PathBuf),
    /// Somebody else's.
    #[error("`{}` does not open with this: it was sealed to somebody else, or with another grant's key", .0.display())]
    OtherPerson(PathBuf),
    /// Cut off or changed.
    #[error("`{}` is cut off or was changed: nothing of it is taken", .0.display())]
    Damaged(PathBuf),
    /// Already there.
    #[error("`{}` is there already, and is never overwritten: name another place", .0.display())]
    Exists(PathBuf),
    /// A file with a secret.
    #[error("`{}`: {source}", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: SecretError,
    },
    /// The signing key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Sealing failed.
    #[error("it could not be sealed")]
    Seal,
    /// The file system.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Of what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Never in practice.
    #[error("the statement cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl EmergencyError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
