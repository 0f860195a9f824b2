//! What the custodian does with the keys of a grant: releases one within the window, which is an opening, or destroys them all, which
//! withdraws the grant.

use std::path::Path;

use bunri_evidence::create_private;
use jiff::Timestamp;

use crate::envelope::Granted;
use crate::errors::EmergencyError;
use crate::ledger::{EventKind, Ledger, event};
use crate::register::{EmergencyRegister, Window};
use crate::seal::{destroy, read_identity, release_text};
use crate::statement::{GrantPredicate, key_name};

/// A key that was released.
#[derive(Debug)]
pub struct Released {
    /// Of which grant.
    pub statement: GrantPredicate,
    /// To whom it is sealed.
    pub recipient: String,
    /// SHA-256 of the ledger's last line.
    pub ledger: String,
}

/// Writes the grant's key for one recipient to `out`, sealed to that recipient. The ledger has its line first.
///
/// # Errors
/// [`EmergencyError`]: outside the window, withdrawn, not signed by enough, or no such recipient.
pub fn release(
    register: &EmergencyRegister,
    name: &str,
    recipient: &str,
    out: &Path,
    now: Timestamp,
) -> Result<Released, EmergencyError> {
    let mut ledger = Ledger::read(register)?;
    let at = ledger.believes(now)?;
    if ledger.is_withdrawn(name) {
        return Err(EmergencyError::Withdrawn(name.to_owned()));
    }
    let made = ledger.made(name).and_then(|line| line.statement.clone());
    let Some(made) = made else {
        return Err(EmergencyError::NotMade(name.escape_debug().to_string()));
    };
    let granted = Granted::approved(&register.custody, name, &register.approvers)?;
    if granted.digest() != made {
        return Err(EmergencyError::Unsigned {
            path: register.custody.join(crate::statement::envelope_name(name)),
            why: "it is not the one of the ledger".to_owned(),
        });
    }
    let statement = granted.statement.predicate;
    let person = register.recipients.get(recipient);
    let named = statement.recipients.iter().any(|it| it == recipient);
    let Some(person) = person.filter(|_| named) else {
        return Err(EmergencyError::NotNamed {
            grant: name.to_owned(),
            recipient: recipient.escape_debug().to_string(),
        });
    };
    within(&statement, at)?;
    if out.symlink_metadata().is_ok() {
        return Err(EmergencyError::Exists(out.to_path_buf()));
    }
    let key = read_identity(&register.custody.join(key_name(name, recipient)))?;
    let text = release_text(&key, &person.key)?;
    let mut line = event(at, EventKind::Released, name);
    line.recipient = Some(recipient.to_owned());
    // A line too many says that a key may be out; one too few would hide that it is.
    ledger.push(line)?;
    create_private(out, text.as_bytes()).map_err(EmergencyError::io("write", out))?;
    Ok(Released {
        statement,
        recipient: recipient.to_owned(),
        ledger: ledger.chain.head().to_owned(),
    })
}

pub(crate) fn within(statement: &GrantPredicate, now: Timestamp) -> Result<(), EmergencyError> {
    let window = Window {
        from: statement.from,
        until: Some(statement.until),
    };
    if window.holds(now) {
        return Ok(());
    }
    Err(EmergencyError::OutsideWindow {
        grant: statement.grant.clone(),
        from: statement.from,
        until: statement.until,
        now,
    })
}

/// Destroys every key of a grant, and says so in the ledger. How many keys there were; a grant whose keys are gone already is withdrawn
/// all the same.
///
/// # Errors
/// [`EmergencyError`] when the ledger cannot be believed, nothing was made of the grant, or a key cannot be removed.
pub fn withdraw(
    register: &EmergencyRegister,
    name: &str,
    now: Timestamp,
) -> Result<usize, EmergencyError> {
    let mut ledger = Ledger::read(register)?;
    if ledger.made(name).is_none() {
        return Err(EmergencyError::NotMade(name.escape_debug().to_string()));
    }
    let mut destroyed = 0;
    for recipient in named(register, name)? {
        // By name of the file: what the register or the statement says today does not save a key.
        destroyed += usize::from(destroy(&register.custody.join(key_name(name, &recipient)))?);
    }
    if !ledger.is_withdrawn(name) {
        // A wrong clock is no reason to keep keys; the line then says the time of the last one.
        let last = ledger.chain.last().map_or(now, |event| event.at);
        let at = ledger.believes(now).unwrap_or(last);
        ledger.push(event(at, EventKind::Withdrawn, name))?;
    }
    Ok(destroyed)
}

/// Everybody for whom a key of this grant lies in custody.
pub(crate) fn named(
    register: &EmergencyRegister,
    name: &str,
) -> Result<Vec<String>, EmergencyError> {
    let failed = |source| EmergencyError::io("list", &register.custody)(source);
    let mut named = Vec::new();
    for entry in std::fs::read_dir(&register.custody).map_err(failed)? {
        let entry = entry.map_err(EmergencyError::io("list", &register.custody))?;
        let file = entry.file_name();
        let recipient = file
            .to_str()
            .and_then(|file| file.strip_suffix(".key"))
            .and_then(|file| file.split_once('.'))
            .filter(|(grant, _)| *grant == name);
        named.extend(recipient.map(|(_, recipient)| recipient.to_owned()));
    }
    named.sort();
    Ok(named)
}
