//! Making a hand-over: the rows or counts, their manifest, and the approver's signature. Made again from the same store it is the same
//! bytes, so that a second approver signs what he made himself.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bunri_evidence::{CosignError, Role, SecretKey, Subject, TypedStatement, cosign, replace};
use bunri_job::is_within;
use bunri_manifest::{ColumnEntry, Digester, Digests, TOOL, TableEntry, hash_file};
use bunri_selection::{Filter, Selection, SelectionError, StoreFolder, cell, header};
use tempfile::NamedTempFile;

use crate::errors::HandoverError;
use crate::manifest::{
    HandoverFile, HandoverManifest, HandoverPredicate, HandoverPurpose, HandoverRecipient,
    HandoverStore, names,
};
use crate::register::{Answer, Purpose};
use crate::request::Request;

/// What the columns of an answer in counts are called.
pub(crate) const COUNT_COLUMNS: [(&str, &str); 2] = [("count", "text"), ("rows", "text")];

/// A hand-over that was made.
#[derive(Debug)]
pub struct Made {
    /// The file that leaves.
    pub file: PathBuf,
    /// What its manifest says.
    pub manifest: HandoverManifest,
    /// Of counts: what was counted, as the file says it.
    pub counts: Vec<(String, String)>,
    /// Valid signatures.
    pub valid: usize,
    /// Those that are needed.
    pub threshold: usize,
}

/// Makes a hand-over in a folder and signs it.
///
/// # Errors
/// [`HandoverError`]; then nothing lies under a final name that was not there before, but for parts of this same hand-over.
pub fn make(request: &Request, key: &SecretKey, out: &Path) -> Result<Made, HandoverError> {
    let (_, purpose) = &request.purpose;
    let role = approvers(request, key)?;
    if is_within(out, &request.store) {
        return Err(HandoverError::InStore(out.to_path_buf()));
    }
    let store = StoreFolder::open(&request.store)?;
    let table = table_of(request, &store)?;
    let [csv, manifest_name, envelope_name] = names(&request.stem);
    let path = out.join(&csv);
    let mut file = NamedTempFile::new_in(out).map_err(HandoverError::io("write in", out))?;
    let (counts, records, columns) = match purpose.answer {
        Answer::Counts => {
            let counts = counted(request, &store, table)?;
            let [name, rows] = COUNT_COLUMNS;
            let mut text = header([name.0, rows.0]);
            for (name, number) in &counts {
                text.push_str(&format!("{},{}\n", cell(name), cell(number)));
            }
            let written = file.write_all(text.as_bytes());
            written.map_err(HandoverError::io("write", &path))?;
            let records = counts.len() as u64;
            (counts, records, COUNT_COLUMNS.map(entry).to_vec())
        }
        Answer::Rows => {
            let (records, columns) = selected(request, &store, table, &mut file)?;
            (Vec::new(), records, columns)
        }
    };
    let digests = settle(file, &path)?;
    let manifest = told(request, &store, (&csv, records, &digests), columns);
    let bytes = manifest.to_bytes()?;
    let of_manifest = whole(&out.join(&manifest_name), &bytes)?;
    let statement = TypedStatement {
        subject: vec![
            Subject::new(&csv, digests),
            Subject::new(&manifest_name, of_manifest),
        ],
        predicate: predicate(&manifest),
    };
    let valid = sign(&statement.to_bytes()?, key, role, out, &envelope_name)?;
    Ok(Made {
        file: path,
        manifest,
        counts,
        valid,
        threshold: role.threshold(),
    })
}

pub(crate) fn predicate(manifest: &HandoverManifest) -> HandoverPredicate {
    HandoverPredicate {
        purpose: manifest.purpose.id.clone(),
        answer: manifest.purpose.answer.clone(),
        recipient: manifest.recipient.id.clone(),
        requester: manifest.requester.clone(),
    }
}

fn entry((name, value_type): (&str, &str)) -> ColumnEntry {
    ColumnEntry {
        name: name.to_owned(),
        value_type: value_type.to_owned(),
    }
}

/// Asked before anything is read: whoever may not approve learns nothing.
fn approvers<'r>(request: &'r Request, key: &SecretKey) -> Result<&'r Role, HandoverError> {
    let name = &request.purpose.1.approver;
    let role = request.register.approvers.get(name);
    let id = key.public()?.id();
    role.filter(|role| role.key(&id).is_some())
        .ok_or_else(|| HandoverError::NotApprover(name.clone()))
}

fn table_of<'s>(
    request: &Request,
    store: &'s StoreFolder,
) -> Result<&'s TableEntry, HandoverError> {
    let (name, recipient) = &request.recipient;
    let found = &store.manifest().store;
    if *found != recipient.kind.store() {
        return Err(HandoverError::OtherStore {
            recipient: name.clone(),
            wanted: recipient.kind.store(),
            found: found.escape_debug().to_string(),
            path: request.store.clone(),
        });
    }
    let table = &request.purpose.1.table;
    let no_table = || HandoverError::NoTable {
        store: found.clone(),
        table: table.escape_debug().to_string(),
    };
    store.table(table).ok_or_else(no_table)
}

/// The number of rows of each count, as the file says it.
fn counted(
    request: &Request,
    store: &StoreFolder,
    table: &TableEntry,
) -> Result<Vec<(String, String)>, HandoverError> {
    let (_, purpose) = &request.purpose;
    if let Some(key) = purpose
        .asks
        .iter()
        .find(|column| table.key.contains(column))
    {
        return Err(HandoverError::CountByKey(key.clone()));
    }
    let filter = Filter::new(table, &request.conditions)?;
    let filters = purpose
        .counts
        .iter()
        .map(|count| Filter::new(table, &count.conditions));
    let filters: Vec<Filter> = filters.collect::<Result<_, _>>()?;
    let mut read: Vec<usize> = filter
        .columns()
        .chain(filters.iter().flat_map(Filter::columns))
        .collect();
    // At least one column, so that batches have rows.
    read.push(0);
    read.sort_unstable();
    read.dedup();
    let mut counts = vec![0_u64; filters.len()];
    let (mut none, mut twice) = (0_u64, 0_u64);
    store.select(table, &filter, &read, &mut |batch| {
        let masks = filters.iter().map(|filter| filter.mask(batch, &read));
        let masks: Vec<_> = masks.collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            let mut times = 0;
            for (mask, count) in masks.iter().zip(&mut counts) {
                if mask.value(row) {
                    *count += 1;
                    times += 1;
                }
            }
            none += u64::from(times == 0);
            twice += u64::from(times > 1);
        }
        Ok(())
    })?;
    if twice > 0 {
        return Err(HandoverError::CountedTwice(twice));
    }
    if none > 0 && !purpose.others_ignored {
        return Err(HandoverError::Uncounted(none));
    }
    let said = purpose.counts.iter().zip(counts);
    Ok(said
        .map(|(count, number)| (count.name.clone(), spoken(number, purpose)))
        .collect())
}

/// A number below the least one is not said, but that there are some.
fn spoken(number: u64, purpose: &Purpose) -> String {
    if number > 0 && number < purpose.least {
        format!("<{}", purpose.least)
    } else {
        number.to_string()
    }
}

/// Writes the rows; says how many, and their columns.
fn selected(
    request: &Request,
    store: &StoreFolder,
    table: &TableEntry,
    file: &mut NamedTempFile,
) -> Result<(u64, Vec<ColumnEntry>), HandoverError> {
    let selection = Selection::new(table, &request.columns, &request.conditions)?;
    let mut out = io::BufWriter::new(file);
    let number = selection.write(store, &mut out)?;
    out.flush().map_err(SelectionError::Write)?;
    Ok((number, selection.columns().cloned().collect()))
}

/// Gives a finished file its name; one that is there must be the same.
fn settle(file: NamedTempFile, path: &Path) -> Result<Digests, HandoverError> {
    file.as_file()
        .sync_all()
        .map_err(HandoverError::io("write", path))?;
    let digests = hash_file(file.path()).map_err(HandoverError::io("read back", path))?;
    if path.symlink_metadata().is_ok() {
        return same(path, digests);
    }
    file.persist_noclobber(path)
        .map_err(|refused| HandoverError::io("write", path)(refused.error))?;
    Ok(digests)
}

fn same(path: &Path, digests: Digests) -> Result<Digests, HandoverError> {
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|about| about.is_symlink());
    match hash_file(path) {
        Ok(there) if there == digests && !is_link => Ok(digests),
        Ok(_) | Err(_) => Err(HandoverError::Occupied(path.to_path_buf())),
    }
}

fn whole(path: &Path, bytes: &[u8]) -> Result<Digests, HandoverError> {
    let mut digester = Digester::new();
    digester.update(bytes);
    let digests = digester.finish();
    if path.symlink_metadata().is_ok() {
        return same(path, digests);
    }
    let (folder, name) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    );
    let written = replace(
        folder.unwrap_or(Path::new(".")),
        name.unwrap_or_default(),
        bytes,
    );
    written.map_err(HandoverError::io("write", path))?;
    Ok(digests)
}

fn told(
    request: &Request,
    store: &StoreFolder,
    (name, rows, digests): (&str, u64, &Digests),
    columns: Vec<ColumnEntry>,
) -> HandoverManifest {
    let (purpose_id, purpose) = &request.purpose;
    let (recipient_id, recipient) = &request.recipient;
    let of = store.manifest();
    HandoverManifest {
        format: HandoverManifest::FORMAT.to_owned(),
        tool: TOOL.to_owned(),
        file: HandoverFile {
            name: name.to_owned(),
            bytes: digests.bytes,
            rows,
            blake3: digests.blake3.clone(),
            sha256: digests.sha256.clone(),
        },
        purpose: HandoverPurpose {
            id: purpose_id.clone(),
            text: purpose.text.clone(),
            basis: purpose.basis.clone(),
            answer: purpose.answer.word().to_owned(),
        },
        requester: request.requester.clone(),
        approver: request.approver.clone(),
        recipient: HandoverRecipient {
            id: recipient_id.clone(),
            name: recipient.name.clone(),
            kind: recipient.kind.word().to_owned(),
        },
        table: purpose.table.clone(),
        columns,
        predicate: request.conditions.clone(),
        least: match purpose.answer {
            Answer::Counts => Some(purpose.least),
            Answer::Rows => None,
        },
        store: HandoverStore {
            store: of.store.clone(),
            label: of.label.clone(),
            kind: of.kind.clone(),
            catalogue: of.catalogue.clone(),
            manifest: store.digest().clone(),
        },
        register: request.register.digest.clone(),
    }
}

/// Adds a signature to the envelope, which must be one of this very statement. How many are valid then.
fn sign(
    payload: &[u8],
    key: &SecretKey,
    role: &Role,
    out: &Path,
    name: &str,
) -> Result<usize, HandoverError> {
    let path = out.join(name);
    cosign(out, name, payload, role, key).map_err(|refused| match refused {
        CosignError::Io(source) => HandoverError::io("write", &path)(source),
        CosignError::Envelope(source) => HandoverError::Envelope { path, source },
        CosignError::Other => HandoverError::OtherEnvelope(path),
        CosignError::Key(wrong) => wrong.into(),
        CosignError::Json(wrong) => wrong.into(),
    })
}
