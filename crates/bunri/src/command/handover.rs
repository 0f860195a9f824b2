//! `bunri handover`: what leaves for others, and whether a file may.

use bunri_arguments::{
    HandoverAction, HandoverArguments, HandoverCheckArguments, HandoverMakeArguments,
};
use bunri_handover::{HandoverManifest, check, load_register, load_request, make};
use serde_json::json;

use crate::Log;
use crate::command::key::secret;
use crate::exit::{Failure, Outcome};
use crate::screen;

pub(crate) fn run(arguments: &HandoverArguments, log: Log) -> Result<Outcome, Failure> {
    match &arguments.action {
        HandoverAction::Make(arguments) => made(arguments, log),
        HandoverAction::Check(arguments) => checked(arguments, log),
    }
}

fn made(arguments: &HandoverMakeArguments, log: Log) -> Result<Outcome, Failure> {
    let HandoverMakeArguments {
        request,
        key,
        passphrase_env,
        out,
    } = arguments;
    let request = load_request(request)?;
    let secret = secret(key, passphrase_env.as_deref())?;
    let made = make(&request, &secret, out)?;
    let manifest = &made.manifest;
    match log {
        Log::Json => screen::event(&json!({
            "event": "handover", "file": made.file, "purpose": manifest.purpose.id, "recipient": manifest.recipient.id,
            "answer": manifest.purpose.answer, "rows": manifest.file.rows, "blake3": manifest.file.blake3,
            "valid": made.valid, "threshold": made.threshold,
        })),
        Log::Human => {
            screen::say(&format!(
                "hand-over     {} ({} records)",
                made.file.display(),
                manifest.file.rows
            ));
            say(manifest);
            for (name, number) in &made.counts {
                screen::say(&format!("count         {name} {number}"));
            }
            screen::say(&format!(
                "signed        {} of {}",
                made.valid, made.threshold
            ));
            let (name, text) = (&manifest.recipient.name, &manifest.purpose.text);
            screen::say_wrapped(
                &format!("提供先：{name}　目的：{text}　この提供先以外には渡さないこと。"),
                4,
            );
        }
    }
    Ok(Outcome::Clean)
}

fn checked(arguments: &HandoverCheckArguments, log: Log) -> Result<Outcome, Failure> {
    let HandoverCheckArguments {
        file,
        register,
        recipient,
    } = arguments;
    let register = load_register(register)?;
    let checked = check(file, &register, recipient)?;
    match log {
        Log::Json => {
            for finding in &checked.findings {
                screen::event(&json!({
                    "event": "handover_finding", "rule": finding.rule.word(), "message": finding.message,
                }));
            }
            screen::event(&json!({
                "event": "handover_checked", "file": file, "recipient": recipient, "rows": checked.rows,
                "findings": checked.findings.len(),
            }));
        }
        Log::Human => {
            if let Some(manifest) = &checked.manifest {
                say(manifest);
            }
            for finding in &checked.findings {
                screen::say_wrapped(&format!("{}: {}", finding.rule.word(), finding.message), 4);
            }
            let (file, wrong) = (file.display(), checked.findings.len());
            if wrong == 0 {
                screen::say(&format!(
                    "{file} ({} records) may go to `{recipient}`／提供可",
                    checked.rows
                ));
            } else {
                screen::say(&format!(
                    "{file}: do not hand over, {wrong} findings／提供不可"
                ));
            }
        }
    }
    if checked.findings.is_empty() {
        Ok(Outcome::Clean)
    } else {
        Ok(Outcome::ClaimBroken)
    }
}

fn say(manifest: &HandoverManifest) {
    let (purpose, recipient) = (&manifest.purpose, &manifest.recipient);
    screen::say(&format!(
        "purpose       {} ({}): {}",
        purpose.id, purpose.answer, purpose.text
    ));
    screen::say(&format!(
        "recipient     {}: {}",
        recipient.id, recipient.name
    ));
    screen::say(&format!("asked by      {}", manifest.requester));
    screen::say(&format!(
        "from          table {} of the {} store",
        manifest.table, manifest.store.store
    ));
}
