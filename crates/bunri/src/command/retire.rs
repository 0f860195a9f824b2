//! `bunri retire`: what only the work of a finished run needed is listed, confirmed, and deleted under a signed record.

use std::io::{BufRead as _, IsTerminal as _};

use bunri_arguments::RetireArguments;
use bunri_evidence::StatementKind;
use bunri_records::evidence_of;
use bunri_report::{Status, Verdict};
use bunri_retire::{Retired, Survey, retire, survey};
use bunri_workplace::{Changed, Reads, Workplace, hold};
use serde_json::json;

use crate::Log;
use crate::command::key::secret;
use crate::command::{journal, sign};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

pub(crate) fn run(
    arguments: &RetireArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let RetireArguments {
        job,
        key,
        passphrase_env,
        confirm,
    } = arguments;
    let workplace = Workplace::open(job)?;
    let secret = secret(key, passphrase_env.as_deref())?;
    let _held = hold(&workplace, Reads::Evidence, Changed::Refused, progress)?;
    let policy = workplace.job.evidence.as_ref();
    let role = policy.and_then(|policy| policy.0.get(&StatementKind::Run));
    let role = role.ok_or(Failure::NoOperator)?;
    finished(&workplace)?;
    let custody = &workplace.job.custody;
    let seen = survey(custody)?;
    tell(&seen, log);
    confirmed(&workplace.job.label, confirm.as_deref(), progress)?;
    journal::note(custody, "retire", "begun")?;
    let retired = retire(custody, role, &secret)?;
    let outcome = match &retired {
        Retired::Waits(..) => Outcome::SomethingToRead,
        Retired::Done { .. } | Retired::Already => Outcome::Clean,
    };
    journal::note(
        custody,
        "retire",
        if outcome == Outcome::Clean {
            "done"
        } else {
            "waits"
        },
    )?;
    said(&retired, log);
    Ok(outcome)
}

/// Nothing is deleted that somebody may still have to look at.
fn finished(workplace: &Workplace) -> Result<(), Failure> {
    let refused = |why: &str| Failure::NotFinished(why.to_owned());
    let report = sign::report(workplace)?.ok_or_else(|| refused("nothing was verified here"))?;
    if report.verdict == Verdict::Broken {
        return Err(refused("a claim is broken"));
    }
    let (claim, _) = evidence_of(&workplace.verify_inputs().records(), &report)?;
    match claim.status {
        Status::Held => Ok(()),
        Status::Broken => Err(refused(
            "a signature or the ledger is wrong (`bunri verify JOB --evidence`)",
        )),
        Status::NotChecked => Err(refused(
            "not everything that the job asks for is signed (`bunri verify JOB --evidence`)",
        )),
    }
}

fn tell(seen: &Survey, log: Log) {
    match log {
        Log::Json => screen::event(&json!({
            "event": "retire", "folders": seen.groups.iter().map(|(name, group)| {
                json!({"name": name, "files": group.files, "bytes": group.bytes})
            }).collect::<Vec<_>>(),
        })),
        Log::Human => {
            for (name, group) in &seen.groups {
                let (files, bytes) = (screen::grouped(group.files), screen::grouped(group.bytes));
                screen::say(&format!(
                    "goes          {name}: {files} files, {bytes} bytes"
                ));
            }
            screen::say(
                "stays         the stores, the evidence, the manifest of staging; secrets that the job names",
            );
        }
    }
}

fn confirmed(label: &str, given: Option<&str>, progress: &Progress) -> Result<(), Failure> {
    let typed = match given {
        Some(given) => given.to_owned(),
        None => {
            let input = std::io::stdin();
            if !input.is_terminal() {
                return Err(Failure::NotTyped);
            }
            progress.done();
            screen::tell(&format!(
                "type the job's label ({label}) to delete what goes:"
            ));
            let mut typed = String::new();
            input
                .lock()
                .read_line(&mut typed)
                .map_err(|_| Failure::NotTyped)?;
            typed.trim().to_owned()
        }
    };
    if typed == label {
        Ok(())
    } else {
        Err(Failure::NotTyped)
    }
}

fn said(retired: &Retired, log: Log) {
    match (log, retired) {
        (Log::Json, Retired::Waits(valid, threshold)) => screen::event(&json!({
            "event": "retire_waits", "valid": valid, "threshold": threshold,
        })),
        (
            Log::Json,
            Retired::Done {
                files,
                bytes,
                ledger,
            },
        ) => screen::event(&json!({
            "event": "retired", "files": files, "bytes": bytes, "ledger": ledger,
        })),
        (Log::Json, Retired::Already) => screen::event(&json!({"event": "retired_before"})),
        (Log::Human, Retired::Waits(valid, threshold)) => {
            screen::say(&format!(
                "signed        {valid} of {threshold}; nothing is deleted before all have signed"
            ));
        }
        (
            Log::Human,
            Retired::Done {
                files,
                bytes,
                ledger,
            },
        ) => {
            let (files, bytes) = (screen::grouped(*files), screen::grouped(*bytes));
            screen::say(&format!(
                "retired       {files} files, {bytes} bytes deleted; the record is evidence/{}",
                bunri_retire::DELETION
            ));
            screen::say(&format!("ledger        {ledger}"));
        }
        (Log::Human, Retired::Already) => {
            screen::say("retired       it was retired before; nothing was done")
        }
    }
}
