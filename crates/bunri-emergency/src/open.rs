//! Opening an extract on the recipient's machine: with the recipient's own identity and what the custodian released. The window is asked
//! here, too, by a clock that proves nothing.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use crate::envelope::Granted;
use crate::errors::EmergencyError;
use crate::make::is_signed;
use crate::register::EmergencyRegister;
use crate::release::within;
use crate::seal::{read_identity, read_release, unseal};
use crate::statement::{GrantPredicate, sealed_name};

/// What is opened, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'o> {
    /// The grant.
    pub grant: &'o str,
    /// Who opens.
    pub recipient: &'o str,
    /// The folder of the sealed files and the envelope.
    pub sealed: &'o Path,
    /// What the custodian released.
    pub release: &'o Path,
    /// The recipient's own identity.
    pub identity: &'o Path,
}

/// What was opened.
#[derive(Debug)]
pub struct Opened {
    /// The statement.
    pub statement: GrantPredicate,
    /// The files.
    pub files: Vec<PathBuf>,
}

/// Opens every table of a grant into `out`, mode 0600.
///
/// # Errors
/// [`EmergencyError`]; then no file lies under its final name that was not opened whole.
pub fn open(
    register: &EmergencyRegister,
    opening: &Opening<'_>,
    out: &Path,
    now: Timestamp,
) -> Result<Opened, EmergencyError> {
    let Opening {
        grant,
        recipient,
        sealed,
        release,
        identity,
    } = *opening;
    let granted = Granted::approved(sealed, grant, &register.approvers)?;
    let statement = granted.statement.predicate;
    if !statement.recipients.iter().any(|it| it == recipient) {
        return Err(EmergencyError::NotNamed {
            grant: grant.to_owned(),
            recipient: recipient.escape_debug().to_string(),
        });
    }
    within(&statement, now)?;
    let mine = read_identity(identity)?;
    let key = read_release(release, &mine)?;
    let mut files = Vec::new();
    for table in &statement.tables {
        let name = sealed_name(grant, recipient, &table.table);
        let path = sealed.join(&name);
        let subject = granted
            .statement
            .subject
            .iter()
            .find(|subject| subject.name == name);
        is_signed(
            sealed,
            subject.ok_or_else(|| EmergencyError::Changed(path.clone()))?,
        )?;
        let target = out.join(format!("{grant}.{}.csv", table.table));
        if target.symlink_metadata().is_ok() {
            return Err(EmergencyError::Exists(target));
        }
        let file = File::open(&path).map_err(EmergencyError::io("read", &path))?;
        let whole = NamedTempFile::new_in(out).map_err(EmergencyError::io("write in", out))?;
        let mut writer = BufWriter::new(whole);
        unseal(&path, file, &key, &mine, &mut writer)?;
        writer
            .flush()
            .map_err(EmergencyError::io("write", &target))?;
        let whole = writer
            .into_inner()
            .map_err(|refused| EmergencyError::io("write", &target)(refused.into_error()))?;
        whole
            .as_file()
            .sync_all()
            .map_err(EmergencyError::io("write", &target))?;
        whole
            .persist_noclobber(&target)
            .map_err(|refused| EmergencyError::io("write", &target)(refused.error))?;
        files.push(target);
    }
    Ok(Opened { statement, files })
}
