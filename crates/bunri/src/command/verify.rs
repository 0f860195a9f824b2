//! `bunri verify`: which claims hold, printed as a table; the full report lies in custody.

use std::path::Path;

use bunri_catalogue::load;
use bunri_columnar::EVIDENCE;
use bunri_report::{
    Checked, ClaimCost, ClaimReport, Finding, Gap, Note, NoteRule, Report, Status, Verdict,
};
use bunri_verify::{
    EarlierReport, REPORT, VerifyOptions, earlier_report, verify, verify_store_alone,
};
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use serde_json::json;

use crate::args::{Log, VerifyArguments};
use crate::command::{journal, references};
use crate::exit::{Failure, Outcome};
use crate::lock::{Reads, hold};
use crate::progress::Progress;
use crate::screen;
use crate::workplace::Workplace;

/// Findings and notes printed; the report has them all up to its own cap, with exact totals.
const SHOWN: usize = 12;

pub(crate) fn run(
    arguments: &VerifyArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let VerifyArguments {
        job,
        store,
        catalogue,
    } = arguments;
    match (job, store) {
        (Some(job), None | Some(_)) => {
            let workplace = Workplace::open(job)?;
            let _held = hold(&workplace, Reads::StagingOnly, progress)?;
            of_job(&workplace, log, progress)
        }
        (None, Some(store)) => of_store(store, catalogue.as_deref(), log),
        // The argument parser asks for one of the two; should it not, nothing was verified.
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
        memory: job.memory,
    };
    // Before the verification: if it cannot look, the old report stays where it is.
    say_earlier(&earlier_report(&inputs), log);
    let report = verify(&inputs, &options, progress)?;
    progress.done();
    let outcome = outcome(&report);
    let state = if outcome == Outcome::ClaimBroken {
        "broken"
    } else {
        "done"
    };
    journal::note(&job.custody, "verify", state)?;
    say(&report, log);
    if log == Log::Human {
        let custody = job.custody.display();
        screen::say(&format!("retail store  {}", job.retail.display()));
        screen::say(&format!("transmission  {custody}/transmission"));
        screen::say(&format!("quarantine    {custody}/quarantine"));
        screen::say(&format!("report        {custody}/{EVIDENCE}/{REPORT}"));
    }
    Ok(outcome)
}

fn of_store(store: &Path, catalogue: Option<&Path>, log: Log) -> Result<Outcome, Failure> {
    if !store.is_dir() {
        return Err(Failure::NoStore(store.to_path_buf()));
    }
    let catalogue = catalogue.map(load).transpose()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let report = verify_store_alone(store, catalogue.as_ref(), threads)?;
    say(&report, log);
    Ok(outcome(&report))
}

fn outcome(report: &Report) -> Outcome {
    match report.verdict {
        Verdict::Broken => Outcome::ClaimBroken,
        Verdict::ToRead => Outcome::SomethingToRead,
        Verdict::Held => Outcome::Clean,
    }
}

/// A report that speaks of other stores than those beside it.
fn say_earlier(earlier: &EarlierReport, log: Log) {
    let differs = match earlier {
        EarlierReport::Absent | EarlierReport::OfTheSame => return,
        EarlierReport::OfOther(differs) => differs.join(", "),
        EarlierReport::Unreadable => "it cannot be read".to_owned(),
    };
    match log {
        Log::Json => screen::event(&json!({"event": "earlier_report", "differs": differs})),
        Log::Human => screen::say(&format!(
            "{EVIDENCE}/{REPORT} is from before and does not speak of what lies here now ({differs}); do not rely \
             on it, this verification replaces it"
        )),
    }
}

fn say(report: &Report, log: Log) {
    if log == Log::Json {
        let claims: Vec<_> = report
            .claims
            .iter()
            .map(|claim| json!({"code": claim.code, "status": claim.status, "findings": claim.findings_total}))
            .collect();
        let costs: Vec<_> = report
            .costs
            .iter()
            .map(|cost| json!({"claims": cost.claims, "work_ms": cost.work.as_millis()}))
            .collect();
        screen::event(&json!({
            "event": "verified", "verdict": report.verdict, "broken": report.broken(), "claims": claims, "costs": costs,
        }));
        return;
    }
    screen::say_styled(&claims_table(report));
    if let Some(costs) = costs_line(report) {
        screen::say(&costs);
    }
    if report.broken() {
        screen::say("A claim is broken: do not hand over.");
    }
    let findings: Vec<String> = report.findings.iter().map(finding_line).collect();
    say_some("findings", &findings);
    let gaps: Vec<String> = report.claims.iter().flat_map(gap_lines).collect();
    say_some("could not be looked at", &gaps);
    say_some("references that dangle", &references::lines(report));
    let notes = report.notes.iter();
    let notes = notes.filter(|note| note.rule != NoteRule::ReferencesDangle);
    let notes: Vec<String> = notes.map(note_line).collect();
    say_some("to read", &notes);
}

fn say_some(title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    screen::say(&format!("{title}:"));
    lines
        .iter()
        .take(SHOWN)
        .for_each(|line| screen::say(&format!("  {line}")));
    if lines.len() > SHOWN {
        screen::say(&format!(
            "  … and {} more in the report",
            lines.len() - SHOWN
        ));
    }
}

fn claims_table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["claim", "", "status", "looked at", "findings", "why"]);
    for claim in &report.claims {
        let (word, colour) = match claim.status {
            Status::Held => ("held", Color::Green),
            Status::Broken => ("BROKEN", Color::Red),
            Status::NotChecked => ("not checked", Color::Yellow),
        };
        let looked = claim.checked != Checked::default();
        let findings = if looked {
            claim.findings_total.to_string()
        } else {
            "–".to_owned()
        };
        table.add_row([
            Cell::new(format!("{:?}", claim.code)).add_attribute(Attribute::Bold),
            Cell::new(claim.name),
            Cell::new(word).fg(colour),
            Cell::new(looked_at(&claim.checked)),
            Cell::new(findings),
            Cell::new(screen::visible(&claim.reason)),
        ]);
    }
    table.to_string()
}

/// What the claims cost, where the clock can show it.
fn costs_line(report: &Report) -> Option<String> {
    let cost = |cost: &ClaimCost| {
        let claims: Vec<String> = cost
            .claims
            .iter()
            .map(|claim| format!("{claim:?}"))
            .collect();
        format!("{} {:.1} s", claims.join("+"), cost.work.as_secs_f64())
    };
    let costs: Vec<String> = report.costs.iter().map(cost).collect();
    (!costs.is_empty()).then(|| format!("cost (work of all threads): {}", costs.join(" · ")))
}

/// What a claim was held against, in the largest figures that it has.
fn looked_at(checked: &Checked) -> String {
    let Checked {
        files,
        tables: _,
        rows,
        cells,
    } = *checked;
    match (files, rows) {
        (0, 0) => "–".to_owned(),
        (files, 0) => format!("{files} files"),
        (_, rows) => format!("{rows} rows, {cells} cells"),
    }
}

/// One finding, without any value of the row but its name.
fn finding_line(finding: &Finding) -> String {
    let Finding {
        id,
        claim,
        grade: _,
        rule,
        store,
        table,
        column,
        row,
        file,
        detail,
        count,
    } = finding;
    let mut line = format!("{id} {claim:?} {rule}: {store}");
    let places = [
        ("table", table),
        ("column", column),
        ("row", row),
        ("file", file),
        ("of", detail),
    ];
    for (what, place) in places {
        if let Some(place) = place {
            line = format!("{line}, {what} {place}");
        }
    }
    if *count > 1 {
        format!("{line} ({count} times)")
    } else {
        line
    }
}

/// What a claim that looked could not look at.
fn gap_lines(claim: &ClaimReport) -> impl Iterator<Item = String> {
    claim.not_checked.iter().map(|gap| {
        let Gap {
            store,
            table,
            file,
            why,
            count,
        } = gap;
        let places = [store, table, file].into_iter().flatten();
        let places: Vec<&str> = places.map(String::as_str).collect();
        let times = match count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        format!("{:?} {}: {why}{times}", claim.code, places.join(", "))
    })
}

fn note_line(note: &Note) -> String {
    let Note {
        rule,
        store,
        table,
        detail,
        count,
    } = note;
    let store = store
        .as_ref()
        .map(|store| format!("{store}, "))
        .unwrap_or_default();
    let detail = detail
        .as_ref()
        .map(|detail| format!(", {detail}"))
        .unwrap_or_default();
    format!("{rule}: {store}{table}{detail}: {count}")
}
