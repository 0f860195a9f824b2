//! The secrets under which retail's keys are hashed. They are read once, are never printed, and go into no file:
//! what the lock holds of one is derived from it and tells nothing of a hash.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;

use bunri_catalogue::Catalogue;
use bunri_text::{Problem, Problems, did_you_mean};

use crate::job::{Job, SecretFile};

/// As many bytes as the hash that they key.
const LEAST_BYTES: usize = 32;
const MOST_BYTES: u64 = 1 << 20;
/// What a check is derived under: another context than that of the hashes, so that neither tells of the other.
const CHECK_CONTEXT: &str = "bunri/rekey/check/1";

/// The secret of every `rekey` of a catalogue, by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RekeySecrets(BTreeMap<String, Vec<u8>>);

/// A secret never reaches a log, so `Debug` does not print it.
impl fmt::Debug for RekeySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl RekeySecrets {
    /// For a catalogue that replaces nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Secrets from their bytes: test vectors, and files read elsewhere.
    #[must_use]
    pub fn of(secrets: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self(secrets.into_iter().collect())
    }

    /// Every name with its secret.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(name, secret)| (name.as_str(), secret.as_slice()))
    }

    /// For every name what tells its secret from another without telling of it: 64 hex digits.
    #[must_use]
    pub fn checks(&self) -> BTreeMap<String, String> {
        self.iter()
            .map(|(name, secret)| (name.to_owned(), check_of(name, secret)))
            .collect()
    }
}

fn check_of(name: &str, secret: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key(CHECK_CONTEXT);
    hasher.update(&(name.len() as u64).to_le_bytes());
    hasher.update(name.as_bytes());
    hasher.update(secret);
    hasher.finalize().to_hex().to_string()
}

/// Reads the secret of every `rekey` of the catalogue.
///
/// # Errors
/// Every mistake at once: a name without a secret or a secret without a name, and a file that is too short, open to
/// others, or not the one that the job expects.
pub fn load_rekey_secrets(job: &Job, catalogue: &Catalogue) -> Result<RekeySecrets, Problems> {
    let columns = catalogue.tables.iter().flat_map(|table| &table.columns);
    let names: BTreeSet<&str> = columns
        .filter_map(|column| column.rekey.as_deref())
        .collect();
    let mut problems = Vec::new();
    let mut secrets = BTreeMap::new();
    for &name in &names {
        match job.rekey.get(name) {
            None => problems.push(missing(job, name)),
            Some(file) => match read(file) {
                Ok(secret) if differs(file, name, &secret) => {
                    problems.push(at(job, name, other_secret()));
                }
                Ok(secret) => {
                    secrets.insert(name.to_owned(), secret);
                }
                Err(why) => problems.push(at(job, name, why)),
            },
        }
    }
    for name in job
        .rekey
        .keys()
        .filter(|name| !names.contains(name.as_str()))
    {
        let message = format!("no column of the catalogue has `rekey = \"{name}\"`");
        let suggestion = did_you_mean(name, names.iter().copied());
        problems.push(at(job, name, message).suggesting(suggestion));
    }
    if problems.is_empty() {
        Ok(RekeySecrets(secrets))
    } else {
        Err(Problems(problems))
    }
}

fn differs(file: &SecretFile, name: &str, secret: &[u8]) -> bool {
    file.check
        .as_ref()
        .is_some_and(|check| *check != check_of(name, secret))
}

fn other_secret() -> String {
    "the secret is not the one of the rehearsals: its `check` is another".to_owned()
}

fn missing(job: &Job, name: &str) -> Problem {
    let message = format!(
        "the catalogue has `rekey = \"{name}\"` and the job no secret for it: add `[rekey]` with \
         `{name} = {{ secret = \"…\" }}`, a file of at least {LEAST_BYTES} random bytes that only its owner can read"
    );
    at(job, name, message)
}

fn at(job: &Job, name: &str, message: String) -> Problem {
    let place = job.places.rekey.get(name).copied();
    Problem::at(&job.places.file, place, message)
}

/// The bytes of a secret file, or why it is none.
fn read(file: &SecretFile) -> Result<Vec<u8>, String> {
    let path = file.path.display();
    let failed = |error: io::Error| format!("the secret {path} cannot be read: {error}");
    let about = fs::metadata(&file.path).map_err(failed)?;
    if !about.is_file() || about.len() > MOST_BYTES {
        return Err(format!("the secret {path} is no file of at most 1 MiB"));
    }
    refuse_open(&about, file)?;
    let secret = fs::read(&file.path).map_err(failed)?;
    if secret.len() < LEAST_BYTES {
        return Err(format!(
            "the secret {path} has {} bytes, and at least {LEAST_BYTES} are needed",
            secret.len()
        ));
    }
    if secret.iter().all(|byte| *byte == secret[0]) {
        return Err(format!(
            "the secret {path} is one byte over and over: draw random bytes"
        ));
    }
    Ok(secret)
}

#[cfg(unix)]
fn refuse_open(about: &fs::Metadata, file: &SecretFile) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    if about.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let path = file.path.display();
    Err(format!(
        "the secret {path} can be read or written by others than its owner: `chmod 600 {path}`"
    ))
}

#[cfg(not(unix))]
fn refuse_open(_: &fs::Metadata, _: &SecretFile) -> Result<(), String> {
    Ok(())
}
