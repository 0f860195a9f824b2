//! `bunri sign`: one statement, signed with one key.

use bunri_arguments::{SignArguments, SignedStatement};
use bunri_columnar::CustodyLayout;
use bunri_evidence::StatementKind;
use bunri_report::Report;
use bunri_verify::{EarlierReport, REPORT, earlier_report, sign};
use bunri_workplace::{Changed, Reads, Workplace, hold};
use serde_json::json;

use crate::Log;
use crate::command::key::secret;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

pub(crate) fn run(
    arguments: &SignArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let SignArguments {
        job,
        statement,
        key,
        passphrase_env,
        replace,
    } = arguments;
    let kind = match statement {
        SignedStatement::Approval => StatementKind::Approval,
        SignedStatement::Run => StatementKind::Run,
        SignedStatement::Acceptance => StatementKind::Acceptance,
        SignedStatement::Release => StatementKind::Release,
    };
    let workplace = Workplace::open(job)?;
    let secret = secret(key, passphrase_env.as_deref())?;
    let _held = hold(&workplace, Reads::StagingOnly, Changed::Refused, progress)?;
    let report = match kind {
        // An approval speaks of no run.
        StatementKind::Approval => None,
        StatementKind::Run | StatementKind::Acceptance | StatementKind::Release => {
            report(&workplace)?
        }
    };
    let inputs = workplace.verify_inputs();
    let threads = workplace.job.threads;
    let signed = sign(&inputs, report.as_ref(), kind, &secret, *replace, threads)?;
    let (word, path) = (kind.word(), signed.path.display());
    match log {
        Log::Json => screen::event(&json!({
            "event": "signed", "statement": word, "path": signed.path, "key_id": signed.key.id(),
            "valid": signed.valid, "threshold": signed.threshold, "attestation": signed.attestation,
        })),
        Log::Human => {
            let (valid, threshold) = (signed.valid, signed.threshold);
            screen::say(&format!("{word:<13} {valid} of {threshold} signed: {path}"));
            screen::say(&format!("by            {}", signed.key.spoken()));
            if let Some(path) = &signed.attestation {
                screen::say(&format!("for retail    {}", path.display()));
            }
            screen::say("run `bunri verify` when all have signed, so that the report says so");
        }
    }
    Ok(Outcome::Clean)
}

/// The report of the last verification, if there is one: it must speak of what lies here now.
pub(crate) fn report(workplace: &Workplace) -> Result<Option<Report>, Failure> {
    let folder = CustodyLayout::new(&workplace.job.custody).evidence();
    let path = folder.join(REPORT);
    let differs = match earlier_report(&workplace.verify_inputs()) {
        EarlierReport::Absent => return Ok(None),
        EarlierReport::OfTheSame | EarlierReport::Unreadable => None,
        EarlierReport::OfOther(differs) => {
            let differs: Vec<String> = differs.iter().map(ToString::to_string).collect();
            Some(differs.join(", "))
        }
    };
    if let Some(differs) = differs {
        return Err(Failure::OtherReport { path, differs });
    }
    let text = bunri_manifest::read_regular(&path).map_err(|source| Failure::Unread {
        path: path.clone(),
        source,
    })?;
    match Report::parse(&text) {
        Ok(report) => Ok(Some(report)),
        Err(source) => Err(Failure::UnreadableReport { path, source }),
    }
}
