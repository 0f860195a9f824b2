//! Making an extract: selected, sealed to every recipient, signed by the approver, and entered in the ledger, in this order; what was cut
//! off before the ledger's line never counts, and is made anew.

use std::io::{self, Write};
use std::path::Path;

use bunri_evidence::{
    DigestSet, Envelope, PAYLOAD_TYPE, SecretKey, Subject, TypedStatement, replace, standing,
};
use bunri_job::is_within;
use bunri_manifest::{Digests, hash_file};
use bunri_selection::{Selection, SelectionError, StoreFolder};
use bunri_text::{Problem, Problems};
use jiff::Timestamp;
use tempfile::NamedTempFile;

use crate::envelope::{Granted, payload_digest};
use crate::errors::EmergencyError;
use crate::ledger::{EventKind, Ledger, event};
use crate::register::{Area, EmergencyRegister, Grant};
use crate::scope::{of_declaration, of_grant};
use crate::seal::{Sealing, destroy, write_identity};
use crate::statement::{GrantPredicate, GrantedTable, envelope_name, key_name, sealed_name};

/// What was made, or signed once more.
#[derive(Debug)]
pub struct Extract {
    /// What was signed.
    pub statement: GrantPredicate,
    /// The sealed files, by name.
    pub files: Vec<String>,
    /// Valid signatures.
    pub valid: usize,
    /// Those that are needed.
    pub threshold: usize,
    /// Whether it was there already, and this is another signature.
    pub signed_again: bool,
}

/// Makes the extract of a grant in `out`, or adds a signature to one that was made.
///
/// # Errors
/// [`EmergencyError`]; then the ledger has no line of it, and nothing of it can be released.
pub fn make(
    register: &EmergencyRegister,
    name: &str,
    key: &SecretKey,
    out: &Path,
    now: Timestamp,
) -> Result<Extract, EmergencyError> {
    let grant = register
        .grants
        .get(name)
        .ok_or_else(|| EmergencyError::NoGrant(name.escape_debug().to_string()))?;
    let until = sound(register, name, grant)?;
    if register.approvers.key(&key.public()?.id()).is_none() {
        return Err(EmergencyError::NotApprover);
    }
    if is_within(out, &register.store) {
        return Err(EmergencyError::InStore(out.to_path_buf()));
    }
    folder(&register.custody)?;
    let mut ledger = Ledger::read(register)?;
    let at = ledger.believes(now)?;
    if ledger.is_withdrawn(name) {
        return Err(EmergencyError::Withdrawn(name.to_owned()));
    }
    if at >= until {
        return Err(EmergencyError::OutsideWindow {
            grant: name.to_owned(),
            from: grant.window.from,
            until,
            now: at,
        });
    }
    if ledger.made(name).is_some() {
        return sign_again(register, name, key, out, &ledger);
    }
    let store = StoreFolder::open(&register.store)?;
    let found = &store.manifest().store;
    if found != "transmission" {
        return Err(EmergencyError::OtherStore {
            found: found.escape_debug().to_string(),
            path: register.store.clone(),
        });
    }
    // Before a key is drawn: whether the store can answer at all.
    let selections: Vec<(&Area, Selection<'_>)> = grant
        .areas
        .iter()
        .map(|area| Ok((area, selection(&store, area)?)))
        .collect::<Result<_, EmergencyError>>()?;
    let keys = keys(register, name, grant)?;
    let (mut subject, mut tables) = (Vec::new(), Vec::new());
    for (area, selection) in &selections {
        let (rows, files) = seal(
            (&store, selection),
            (name, &area.table),
            &keys,
            register,
            out,
        )?;
        subject.extend(files);
        tables.push(GrantedTable {
            table: area.table.clone(),
            columns: area.columns.clone(),
            area: area.conditions.clone(),
            rows,
        });
    }
    subject.sort_by(|a, b| a.name.cmp(&b.name));
    let statement = TypedStatement {
        subject,
        predicate: GrantPredicate {
            grant: name.to_owned(),
            declaration: grant.declaration.clone(),
            from: grant.window.from,
            until,
            recipients: grant.recipients.clone(),
            tables,
            store: store.digest().clone(),
            ledger: ledger.chain.head().to_owned(),
        },
    };
    let payload = statement.to_bytes()?;
    let mut envelope = Envelope::new(&payload);
    envelope.add(key.sign(PAYLOAD_TYPE, &payload)?);
    put(&envelope, name, register, out)?;
    let mut line = event(at, EventKind::Made, name);
    line.statement = Some(payload_digest(&payload));
    ledger.push(line)?;
    Ok(Extract {
        files: names(&statement),
        statement: statement.predicate,
        valid: standing(&envelope, &register.approvers),
        threshold: register.approvers.threshold(),
        signed_again: false,
    })
}

fn names(statement: &TypedStatement<GrantPredicate>) -> Vec<String> {
    statement
        .subject
        .iter()
        .map(|subject| subject.name.clone())
        .collect()
}

/// The grant's end; or everything that is wrong with it and its declaration, each with its place.
fn sound(
    register: &EmergencyRegister,
    name: &str,
    grant: &Grant,
) -> Result<Timestamp, EmergencyError> {
    let mut problems = Vec::new();
    if let Some(declaration) = register.declarations.get(&grant.declaration) {
        let found = of_declaration(&grant.declaration, declaration, register.most_days);
        problems.extend(
            found
                .into_iter()
                .map(|it| Problem::at(&register.path, declaration.place, it.message)),
        );
    }
    let found = of_grant(name, grant, register);
    problems.extend(
        found
            .into_iter()
            .map(|it| Problem::at(&register.path, grant.place, it.message)),
    );
    match grant.window.until {
        Some(until) if problems.is_empty() => Ok(until),
        Some(_) | None => Err(EmergencyError::Grant(Problems(problems))),
    }
}

/// A second approver signs what lies there, if it is what was made.
fn sign_again(
    register: &EmergencyRegister,
    name: &str,
    key: &SecretKey,
    out: &Path,
    ledger: &Ledger<'_>,
) -> Result<Extract, EmergencyError> {
    let mut granted = Granted::read(&register.custody, name, &register.approvers)?;
    let path = register.custody.join(envelope_name(name));
    let known = ledger.made(name).and_then(|line| line.statement.as_ref());
    if known != Some(&granted.digest()) {
        return Err(EmergencyError::Unsigned {
            path,
            why: "it is not the one of the ledger".to_owned(),
        });
    }
    for subject in &granted.statement.subject {
        is_signed(out, subject)?;
    }
    let payload = granted.envelope.payload();
    granted.envelope.add(key.sign(PAYLOAD_TYPE, &payload)?);
    put(&granted.envelope, name, register, out)?;
    Ok(Extract {
        files: names(&granted.statement),
        statement: granted.statement.predicate,
        valid: standing(&granted.envelope, &register.approvers),
        threshold: register.approvers.threshold(),
        signed_again: true,
    })
}

/// Whether a sealed file is the one that was signed.
pub(crate) fn is_signed(folder: &Path, subject: &Subject) -> Result<(), EmergencyError> {
    let path = folder.join(&subject.name);
    let Digests {
        bytes: _,
        blake3,
        sha256,
    } = hash_file(&path).map_err(EmergencyError::io("read", &path))?;
    if subject.digest != (DigestSet { blake3, sha256 }) {
        return Err(EmergencyError::Changed(path));
    }
    Ok(())
}

/// The envelope lies in custody, and with the sealed files.
fn put(
    envelope: &Envelope,
    name: &str,
    register: &EmergencyRegister,
    out: &Path,
) -> Result<(), EmergencyError> {
    let bytes = envelope.to_bytes()?;
    for folder in [register.custody.as_path(), out] {
        let written = replace(folder, &envelope_name(name), &bytes);
        written.map_err(EmergencyError::io("write in", folder))?;
    }
    Ok(())
}

/// Draws a key for each recipient; those of an earlier attempt that never reached the ledger are destroyed.
fn keys<'g>(
    register: &EmergencyRegister,
    name: &str,
    grant: &'g Grant,
) -> Result<Vec<(&'g str, age::x25519::Recipient)>, EmergencyError> {
    let draw = |recipient: &'g String| {
        let path = register.custody.join(key_name(name, recipient));
        destroy(&path)?;
        let identity = age::x25519::Identity::generate();
        write_identity(&path, &identity)?;
        Ok((recipient.as_str(), identity.to_public()))
    };
    grant.recipients.iter().map(draw).collect()
}

/// A table of a grant, held against the store.
fn selection<'s>(store: &'s StoreFolder, area: &Area) -> Result<Selection<'s>, EmergencyError> {
    let table = store.table(&area.table).ok_or_else(|| {
        let id = area.table.escape_debug();
        SelectionError::Unanswerable(vec![format!("the store holds no table `{id}`")])
    })?;
    Ok(Selection::new(table, &area.columns, &area.conditions)?)
}

/// One pass over the table, sealed to all recipients.
fn seal(
    (store, selection): (&StoreFolder, &Selection<'_>),
    (name, table): (&str, &str),
    keys: &[(&str, age::x25519::Recipient)],
    register: &EmergencyRegister,
    out: &Path,
) -> Result<(u64, Vec<Subject>), EmergencyError> {
    let mut sealed = Vec::new();
    for (recipient, key) in keys {
        // The register was read with every recipient that a grant names.
        let person =
            register
                .recipients
                .get(*recipient)
                .ok_or_else(|| EmergencyError::NotNamed {
                    grant: name.to_owned(),
                    recipient: (*recipient).to_owned(),
                })?;
        let file = NamedTempFile::new_in(out).map_err(EmergencyError::io("write in", out))?;
        sealed.push(Sealing::new(&person.key, key, io::BufWriter::new(file))?);
    }
    let mut all = All(sealed);
    let number = selection.write(store, &mut all)?;
    let mut subjects = Vec::new();
    for ((recipient, _), sealing) in keys.iter().zip(all.0) {
        let file_name = sealed_name(name, recipient, table);
        let path = out.join(&file_name);
        let failed = |refused| EmergencyError::io("write", &path)(refused);
        let file = sealing.finish().map_err(failed)?;
        let file = file
            .into_inner()
            .map_err(|refused| EmergencyError::io("write", &path)(refused.into_error()))?;
        file.as_file()
            .sync_all()
            .map_err(EmergencyError::io("write", &path))?;
        let digests = hash_file(file.path()).map_err(EmergencyError::io("read back", &path))?;
        // In the place of one that an attempt before left: no key opens that any more.
        file.persist(&path)
            .map_err(|refused| EmergencyError::io("write", &path)(refused.error))?;
        subjects.push(Subject::new(&file_name, digests));
    }
    Ok((number, subjects))
}

/// Everything that is written goes to each.
struct All<W>(Vec<W>);

impl<W: Write> Write for All<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.iter_mut().try_for_each(|out| out.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.iter_mut().try_for_each(Write::flush)
    }
}

/// A folder for its owner alone.
fn folder(path: &Path) -> Result<(), EmergencyError> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(EmergencyError::io("create the folder", path))
}
