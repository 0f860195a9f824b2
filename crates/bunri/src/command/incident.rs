//! `bunri incident`: what the tables of screens, accounts and rights say of the regulator's incidents. No store is read; whatever is
//! written lies where the caller says, and never in the retail store.

use std::path::Path;

use bunri_arguments::{
    IncidentAccountsArguments, IncidentAction, IncidentArguments, IncidentExposureArguments,
    IncidentReportArguments,
};
use bunri_columnar::{create_folder, replace_whole, write_whole};
use bunri_incident::{
    ACCOUNT_TABLES, EXPOSURE_TABLES, PageInputs, accounts, exposure, found, html, picture,
    revocations, rule_text,
};
use bunri_job::load_job;
use bunri_page::Lang;
use bunri_parse::load;
use bunri_security::outcome::LEFT_OUT;
use bunri_security::{
    Check, IncidentFile, Outcome as IncidentOutcome, Security, Status, load_incidents,
};

use super::access::access;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

/// Findings of one rule that are printed; `--json` has all.
const SHOWN: usize = 20;
/// Where the numbers of the table end.
const RULE_WIDTH: usize = 34;

/// The pages, by language.
const PAGES: [(Lang, &str); 2] = [
    (Lang::En, "incidents.html"),
    (Lang::Ja, "incidents.ja.html"),
];

pub(crate) fn run(arguments: &IncidentArguments, progress: &Progress) -> Result<Outcome, Failure> {
    match &arguments.action {
        IncidentAction::Exposure(arguments) => run_exposure(arguments),
        IncidentAction::Accounts(arguments) => run_accounts(arguments),
        IncidentAction::Access(arguments) => tell(&access(arguments, progress)?, arguments.json),
        IncidentAction::Report(arguments) => run_report(arguments),
    }
}

fn run_exposure(arguments: &IncidentExposureArguments) -> Result<Outcome, Failure> {
    let IncidentExposureArguments { file, json, svg } = arguments;
    let incidents = load_incidents(file)?;
    let (outcome, security) = exposed(&incidents)?;
    if let Some(path) = svg {
        refuse_retail(&incidents, path)?;
        let drawn = picture(&incidents, &security, &outcome, &incidents.label);
        let drawn = drawn.ok_or_else(|| Failure::NoPicture(file.clone()))?;
        write_whole(path, drawn.svg.as_bytes())?;
    }
    tell(&outcome, *json)
}

fn exposed(incidents: &IncidentFile) -> Result<(IncidentOutcome, Security), Failure> {
    let job = load_job(&incidents.job)?;
    let catalogue = load(&job.catalogue)?;
    let (security, tables) = Security::read(incidents, &EXPOSURE_TABLES)?;
    let outcome = exposure(incidents, &catalogue, &security, tables)?;
    Ok((outcome, security))
}

fn run_accounts(arguments: &IncidentAccountsArguments) -> Result<Outcome, Failure> {
    let IncidentAccountsArguments { file, json, revoke } = arguments;
    let incidents = load_incidents(file)?;
    let (security, tables) = Security::read(&incidents, &ACCOUNT_TABLES)?;
    let outcome = accounts(&incidents, &security, tables);
    if let Some(path) = revoke {
        refuse_retail(&incidents, path)?;
        write_whole(path, revocations(&outcome).as_bytes())?;
    }
    tell(&outcome, *json)
}

fn run_report(arguments: &IncidentReportArguments) -> Result<Outcome, Failure> {
    let IncidentReportArguments { file, access, out } = arguments;
    let incidents = load_incidents(file)?;
    refuse_retail(&incidents, out)?;
    let (exposed, security) = exposed(&incidents)?;
    let (of_accounts, tables) = Security::read(&incidents, &ACCOUNT_TABLES)?;
    let of_accounts = accounts(&incidents, &of_accounts, tables);
    let access = access
        .as_ref()
        .map(|path| of_access(&incidents, path))
        .transpose()?;
    create_folder(out)?;
    for (lang, name) in PAGES {
        let other = PAGES.iter().find(|(other, _)| *other != lang);
        let drawn = picture(&incidents, &security, &exposed, &incidents.label);
        let inputs = PageInputs {
            outcomes: [&exposed, &of_accounts],
            access: access.as_ref(),
            picture: drawn.as_ref(),
            other: other.map(|(_, name)| *name),
        };
        replace_whole(&out.join(name), html(&inputs, lang).as_bytes())?;
    }
    let outcomes = [Some(&exposed), Some(&of_accounts), access.as_ref()];
    for outcome in outcomes.into_iter().flatten() {
        say_counts(outcome);
    }
    for (_, name) in PAGES {
        screen::say(&out.join(name).display().to_string());
    }
    let clean = access.is_some() && outcomes.into_iter().flatten().all(is_clean);
    Ok(if clean {
        Outcome::Clean
    } else {
        Outcome::SomethingToRead
    })
}

/// The outcome of `bunri incident access` on the same system and day.
fn of_access(incidents: &IncidentFile, path: &Path) -> Result<IncidentOutcome, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::Unread {
        path: path.to_owned(),
        source,
    })?;
    let other = |why: String| Failure::OtherOutcome {
        path: path.to_owned(),
        why,
    };
    let outcome = IncidentOutcome::from_json(&text).map_err(other)?;
    let judged_on = bunri_types::day_text(incidents.judged_on);
    if outcome.command != bunri_security::Command::Access.word() {
        return Err(other(format!(
            "it is of `bunri incident {}`",
            outcome.command
        )));
    }
    if (outcome.label.as_str(), &outcome.judged_on) != (incidents.label.as_str(), &judged_on) {
        return Err(other(
            "it is of another system, or of another day".to_owned(),
        ));
    }
    Ok(outcome)
}

/// What custody knows of rights may not lie where retail reads.
fn refuse_retail(incidents: &IncidentFile, path: &Path) -> Result<(), Failure> {
    match load_job(&incidents.job)?.is_in_retail(path) {
        true => Err(Failure::InRetail(path.to_path_buf())),
        false => Ok(()),
    }
}

/// Everything was checked that the incident file does not leave out, and nothing found.
fn is_clean(outcome: &IncidentOutcome) -> bool {
    let looked_for = |check: &Check| match check.status {
        Status::Checked => true,
        Status::NotChecked => check.reason.as_deref() == Some(LEFT_OUT),
    };
    outcome.findings.is_empty() && outcome.checks.iter().all(looked_for)
}

/// Prints an outcome; the command ends by it.
pub(crate) fn tell(outcome: &IncidentOutcome, json: bool) -> Result<Outcome, Failure> {
    if json {
        let text = outcome.to_json().map_err(Failure::Unwritable)?;
        screen::say_exact(text.trim_end());
    } else {
        say(outcome);
    }
    Ok(if is_clean(outcome) {
        Outcome::Clean
    } else {
        Outcome::SomethingToRead
    })
}

fn say(outcome: &IncidentOutcome) {
    screen::say_wrapped(
        &format!("{}, judged on {}", outcome.label, outcome.judged_on),
        2,
    );
    screen::say("");
    screen::say(&format!(
        "  {:RULE_WIDTH$}{:>12}{:>10}",
        "rule", "looked at", "found"
    ));
    for check in &outcome.checks {
        let rule = &check.rule;
        match check.status {
            Status::Checked => screen::say(&format!(
                "  {rule:RULE_WIDTH$}{:>12}{:>10}",
                screen::grouped(check.looked_at),
                screen::grouped(check.found)
            )),
            Status::NotChecked => {
                let reason = check.reason.as_deref().unwrap_or_default();
                screen::say_wrapped(&format!("  {rule:RULE_WIDTH$} not checked: {reason}"), 6);
            }
        }
    }
    for check in outcome.checks.iter().filter(|check| check.found > 0) {
        screen::say("");
        screen::say_wrapped(
            &format!(
                "{} [{}, type {}]",
                rule_text(&check.rule, Lang::En),
                check.rule,
                check.incident
            ),
            2,
        );
        let of_rule: Vec<_> = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule == check.rule)
            .collect();
        for finding in of_rule.iter().take(SHOWN) {
            screen::say_wrapped(&format!("  - {}", found(finding, Lang::En)), 4);
            for line in bunri_incident::details(finding, Lang::En) {
                screen::say_wrapped(&format!("    {line}"), 6);
            }
        }
        if of_rule.len() > SHOWN {
            let more = screen::grouped((of_rule.len() - SHOWN) as u64);
            screen::say(&format!("  and {more} more: --json has all"));
        }
    }
    screen::say("");
    say_counts(outcome);
}

fn say_counts(outcome: &IncidentOutcome) {
    let checked = outcome
        .checks
        .iter()
        .filter(|check| check.status == Status::Checked)
        .count();
    let findings = screen::grouped(outcome.findings.len() as u64);
    let text = format!(
        "{}: {findings} findings; {checked} of {} rules checked",
        outcome.command,
        outcome.checks.len()
    );
    screen::say_wrapped(&text, 2);
}
