//! `bunri key`: a key to sign with. Of a private key nothing is ever printed.

use std::path::Path;

use bunri_arguments::{KeyAction, KeyArguments, KeyNewArguments, KeyShowArguments};
use bunri_evidence::{PublicKey, SecretError, SecretKey, read_public};
use serde_json::json;

use crate::Log;
use crate::exit::{Failure, Outcome};
use crate::screen;

pub(crate) fn run(arguments: &KeyArguments, log: Log) -> Result<Outcome, Failure> {
    match &arguments.action {
        KeyAction::New(arguments) => new(arguments, log),
        KeyAction::Show(arguments) => show(arguments, log),
    }
}

fn new(arguments: &KeyNewArguments, log: Log) -> Result<Outcome, Failure> {
    let KeyNewArguments {
        out,
        passphrase_env,
    } = arguments;
    let passphrase = passphrase(passphrase_env.as_deref())?;
    let failed = |source: SecretError| Failure::Key {
        path: out.clone(),
        source,
    };
    let key = SecretKey::create(out, passphrase.as_deref()).map_err(failed)?;
    say(&key.public().map_err(|key| failed(key.into()))?, log);
    Ok(Outcome::Clean)
}

fn show(arguments: &KeyShowArguments, log: Log) -> Result<Outcome, Failure> {
    let KeyShowArguments {
        file,
        passphrase_env,
        pem,
    } = arguments;
    let passphrase = passphrase(passphrase_env.as_deref())?;
    let key = read_public(file, passphrase.as_deref()).map_err(|source| Failure::Key {
        path: file.clone(),
        source,
    })?;
    if *pem {
        screen::say_exact(key.pem().trim_end());
    } else {
        say(&key, log);
    }
    Ok(Outcome::Clean)
}

/// The private key in this file, with the passphrase in this variable of the environment, if it has one.
pub(crate) fn secret(file: &Path, passphrase_env: Option<&str>) -> Result<SecretKey, Failure> {
    let passphrase = passphrase(passphrase_env)?;
    SecretKey::read(file, passphrase.as_deref()).map_err(|source| Failure::Key {
        path: file.to_path_buf(),
        source,
    })
}

/// What a variable of the environment holds. An argument would be seen by everybody who lists processes.
fn passphrase(variable: Option<&str>) -> Result<Option<String>, Failure> {
    let held = |name: &str| std::env::var(name).map_err(|_| Failure::NoPassphrase(name.to_owned()));
    variable.map(held).transpose()
}

fn say(key: &PublicKey, log: Log) {
    let (hex, spoken) = (key.to_string(), key.spoken());
    match log {
        Log::Json => screen::event(&json!({
            "event": "key", "public": hex, "key_id": key.id(), "fingerprint": spoken,
        })),
        Log::Human => {
            screen::say(&format!("public key    {hex}"));
            screen::say(&format!("fingerprint   {spoken}"));
        }
    }
}
