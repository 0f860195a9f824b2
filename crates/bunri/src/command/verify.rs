//! `bunri verify`: which claims hold, and whether the run is what the job expects; the full report lies in custody.

use std::path::{Path, PathBuf};

use bunri_arguments::{JOB_VARIABLE, VerifyArguments};
use bunri_columnar::{CustodyLayout, EVIDENCE};
use bunri_evidence::{PublicKey, read_public};
use bunri_parse::load;
use bunri_records::{Attestation, evidence_of};
use bunri_report::{Report, Status, Verdict};
use bunri_verify::{
    EarlierReport, REPORT, VerifyOptions, earlier_report, verify, verify_store_alone,
};
use bunri_workplace::{Changed, Reads, Workplace, hold};
use serde_json::json;

use crate::Log;
use crate::command::{journal, loaded, page, said, sign};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

pub(crate) fn run(
    arguments: &VerifyArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let VerifyArguments {
        job,
        store,
        catalogue,
        attestation,
        key,
        evidence,
        loaded: target,
        record,
    } = arguments;
    // Not the parser's to know: a store alone is verified wherever a scheduler names a job.
    let named = || std::env::var_os(JOB_VARIABLE).map(PathBuf::from);
    let job = job
        .clone()
        .or_else(|| if store.is_none() { named() } else { None });
    match (&job, store) {
        (Some(job), None | Some(_)) => {
            let workplace = Workplace::open(job)?;
            let reads = if *evidence {
                Reads::Evidence
            } else {
                Reads::StagingOnly
            };
            let _held = hold(&workplace, reads, Changed::Refused, progress)?;
            if *evidence {
                return of_evidence(&workplace, log);
            }
            of_job(&workplace, log, progress)
        }
        (None, Some(store)) => match target {
            Some(target) => loaded::run(store, target, record.as_deref(), log, progress),
            None => {
                let keys = public_keys(key)?;
                let attestation = attestation
                    .as_ref()
                    .map(|file| Attestation { file, keys: &keys });
                of_store(store, catalogue.as_deref(), attestation.as_ref(), log)
            }
        },
        (None, None) => Err(Failure::NothingToVerify),
    }
}

/// Verifies the stores of a job whose folders this process holds.
pub(crate) fn of_job(
    workplace: &Workplace,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let job = &workplace.job;
    journal::note(&job.custody, "verify", "begun")?;
    let inputs = workplace.verify_inputs();
    let options = VerifyOptions {
        threads: job.threads,
        unit_rows: None,
        memory: job.memory,
    };
    // Before the verification: if it cannot look, the old report stays where it is.
    say_earlier(&earlier_report(&inputs), log);
    page::remove(workplace)?;
    let report = verify(&inputs, &options, progress)?;
    progress.done();
    let outcome = outcome(&report);
    let state = match outcome {
        Outcome::ClaimBroken => "broken",
        Outcome::Outside => "outside",
        Outcome::Clean | Outcome::SomethingToRead => "done",
    };
    journal::note(&job.custody, "verify", state)?;
    end_with(&report, workplace, progress);
    said::report(&report, log);
    let pages = page::refresh(workplace);
    if log == Log::Json {
        for page in pages.iter().flatten() {
            screen::event(&json!({"event": "page", "path": page}));
        }
    }
    if log == Log::Human {
        let custody = job.custody.display();
        screen::say(&format!("retail store  {}", job.retail.display()));
        screen::say(&format!("transmission  {custody}/transmission"));
        screen::say(&format!("quarantine    {custody}/quarantine"));
        screen::say(&format!("report        {custody}/{EVIDENCE}/{REPORT}"));
        for page in pages.iter().flatten() {
            screen::say(&format!("page          {}", page.display()));
        }
    }
    Ok(outcome)
}

/// C8 alone: what the report says of everything else is read, and not looked at again.
fn of_evidence(workplace: &Workplace, log: Log) -> Result<Outcome, Failure> {
    let report = sign::report(workplace)?.ok_or_else(|| {
        let evidence = CustodyLayout::new(&workplace.job.custody).evidence();
        Failure::NoReport(evidence)
    })?;
    let (claim, findings) = evidence_of(&workplace.verify_inputs().records(), &report)?;
    said::claim(&claim, &findings, log);
    Ok(match claim.status {
        Status::Held => Outcome::Clean,
        Status::Broken => Outcome::ClaimBroken,
        Status::NotChecked => Outcome::SomethingToRead,
    })
}

/// The public halves; none of them twice, because the same person twice is one person.
fn public_keys(files: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    let mut keys = Vec::new();
    for path in files {
        let key = read_public(path, None).map_err(|source| Failure::Key {
            path: path.clone(),
            source,
        })?;
        if keys.contains(&key) {
            return Err(Failure::SameKey(path.clone()));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn of_store(
    store: &Path,
    catalogue: Option<&Path>,
    attestation: Option<&Attestation<'_>>,
    log: Log,
) -> Result<Outcome, Failure> {
    if !store.is_dir() {
        return Err(Failure::NoStore(store.to_path_buf()));
    }
    let catalogue = catalogue.map(load).transpose()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let report = verify_store_alone(store, catalogue.as_ref(), attestation, threads)?;
    said::report(&report, log);
    Ok(outcome(&report))
}

/// What a scheduler wants to know without reading the log.
fn end_with(report: &Report, workplace: &Workplace, progress: &Progress) {
    let path = CustodyLayout::new(&workplace.job.custody).evidence();
    progress.end_with("verdict", json!(report.verdict));
    progress.end_with("report", json!(path.join(REPORT)));
    let count = |status: Status| {
        let claims = report.claims.iter();
        claims.filter(|claim| claim.status == status).count()
    };
    progress.end_with(
        "claims",
        json!({
            "held": count(Status::Held), "broken": count(Status::Broken),
            "not_checked": count(Status::NotChecked),
        }),
    );
    progress.end_with("findings", json!(report.findings.len()));
}

fn outcome(report: &Report) -> Outcome {
    match report.verdict {
        Verdict::Broken => Outcome::ClaimBroken,
        Verdict::ToRead => Outcome::SomethingToRead,
        Verdict::AsExpected => Outcome::Clean,
        Verdict::Outside => Outcome::Outside,
    }
}

/// A report that speaks of other stores than those beside it.
fn say_earlier(earlier: &EarlierReport, log: Log) {
    let differs = match earlier {
        EarlierReport::Absent | EarlierReport::OfTheSame => return,
        EarlierReport::OfOther(differs) => {
            let differs: Vec<String> = differs.iter().map(ToString::to_string).collect();
            differs.join(", ")
        }
        EarlierReport::Unreadable => "it cannot be read".to_owned(),
    };
    match log {
        Log::Json => screen::event(&json!({"event": "earlier_report", "differs": differs})),
        Log::Human => screen::say_wrapped(
            &format!(
                "{EVIDENCE}/{REPORT} is from before and does not speak of what lies here now ({differs}); do not rely \
                 on it, this verification replaces it"
            ),
            4,
        ),
    }
}
