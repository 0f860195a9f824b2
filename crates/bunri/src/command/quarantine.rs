//! `bunri quarantine`: what waits, what frees it, and what a file of decisions would move. No store is read or written.

use std::path::Path;

use bunri_arguments::QuarantineArguments;
use bunri_decisions::{DraftDecisions, read_draft};
use bunri_plan::{PlanError, QuarantineInputs, quarantine};
use bunri_report::{QuarantineReport, Remedy, TriedDecisions, WaitingGroup};
use bunri_workplace::{Workplace, look_into};

use crate::command::moved;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

/// Groups that are printed; `--json` has all.
const SHOWN: usize = 40;

pub(crate) fn run(
    arguments: &QuarantineArguments,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let QuarantineArguments {
        job,
        draft,
        list,
        tried,
        json,
    } = arguments;
    let workplace = Workplace::open(job)?;
    for file in [draft, list].into_iter().flatten() {
        if workplace.job.is_in_retail(file) {
            return Err(Failure::InRetail(file.clone()));
        }
    }
    let tried = tried
        .as_ref()
        .map(|file| read_draft(file, &workplace.catalogue))
        .transpose()?;
    let _looking = look_into(&workplace)?;
    let inputs = QuarantineInputs {
        label: &workplace.job.label,
        side: workplace.side(),
        tried: tried.as_ref(),
        draft: draft.as_deref(),
        list: list.as_deref(),
    };
    let report = quarantine(&workplace.ground(progress), &inputs)?;
    progress.done();
    if *json {
        let text = serde_json::to_string_pretty(&report).map_err(PlanError::from)?;
        screen::say_exact(&text);
    } else {
        say(&report, tried.as_ref());
        say_files(&report, draft.as_deref(), list.as_deref(), job);
    }
    let in_vain = report.tried.as_ref().map_or(0, |tried| tried.refused.len());
    if in_vain > 0 {
        return Err(Failure::TriedInVain(in_vain));
    }
    Ok(if report.rows_waiting() == 0 {
        Outcome::Clean
    } else {
        Outcome::SomethingToRead
    })
}

fn say(report: &QuarantineReport, tried: Option<&DraftDecisions>) {
    if let Some(tried) = &report.tried {
        say_tried(tried);
    }
    let waiting = match tried {
        Some(_) => "would still wait",
        None => "wait",
    };
    let rows = report.rows_waiting();
    if rows == 0 {
        screen::say("no row waits for anybody");
        return;
    }
    screen::say(&line(
        "rows that wait, of",
        "reason",
        "rows",
        "what frees them",
    ));
    let mut groups: Vec<&WaitingGroup> = report.groups.iter().collect();
    // Stable: ties stay in the order of tables and reasons.
    groups.sort_by_key(|group| std::cmp::Reverse(group.rows));
    for group in groups.iter().take(SHOWN) {
        let (rows, advice) = (group.rows.to_string(), group.remedy.advice());
        screen::say(&line(&group.table, &group.reason, &rows, advice));
    }
    if groups.len() > SHOWN {
        let more = groups.len() - SHOWN;
        screen::say(&format!("  … and {more} groups more (--json has all)"));
    }
    screen::say(&format!("{rows} rows {waiting}:"));
    for remedy in Remedy::ALL {
        let rows = report.rows(remedy);
        if rows > 0 {
            screen::say_wrapped(&format!("  {rows} {}", meaning(remedy)), 4);
        }
    }
}

/// What stands behind the few words of the table.
fn meaning(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Decision => {
            "can be decided by a person: a line of the file of decisions for each (--draft FILE writes one with empty fields)"
        }
        Remedy::OwnDecision => {
            "are records of tables that only the retailer keeps, of customers that are another's by the rules: a person may say own \
             (they are in the draft, too), or leave them where they are"
        }
        Remedy::ParentDecision => {
            "hang on a row of another table: decide that one, and they follow; what still waits then, --try shows"
        }
        Remedy::Reading => {
            "hold text of both companies: a person reads it, and the column gets another class; no decision on a row frees it"
        }
        Remedy::Catalogue => {
            "are the retailer's own records of customers that are another's by the rules: no decision can move them, only a \
             changed rule or class of their table, because more hangs on them"
        }
        Remedy::Key => {
            "are in tables without a key, so no line can name them: a key or another rule in the catalogue, or a corrected \
             source"
        }
    }
}

fn say_tried(tried: &TriedDecisions) {
    let TriedDecisions {
        lines,
        lines_open,
        lines_unapproved,
        refused,
        decided,
        changes,
        ..
    } = tried;
    screen::say_wrapped(
        &format!(
            "tried: {lines} lines decide, {lines_open} are open yet, {lines_unapproved} of those that decide are not approved"
        ),
        4,
    );
    if *lines_unapproved > 0 {
        screen::say_wrapped(
            "a split refuses lines without basis, approver or date; here they are tried as if they were approved",
            4,
        );
    }
    for table in decided {
        screen::say_wrapped(
            &format!(
                "  {}: {} rows own, {} other; through parents {} own, {} other",
                table.table,
                table.own,
                table.other,
                table.own_through_parents,
                table.other_through_parents
            ),
            4,
        );
    }
    for line in refused.iter().take(SHOWN) {
        screen::say_wrapped(&format!("  {line}"), 4);
    }
    moved::say(changes);
}

fn line(table: &str, reason: &str, rows: &str, advice: &str) -> String {
    const TABLE: usize = 25;
    let rest = format!(" {reason:<21} {rows:>9}  {advice}");
    if table.chars().count() > TABLE {
        format!("{table}\n{:TABLE$}{rest}", "")
    } else {
        format!("{table:TABLE$}{rest}")
    }
}

fn say_files(report: &QuarantineReport, draft: Option<&Path>, list: Option<&Path>, job: &Path) {
    if let Some(draft) = draft {
        let rows = report.rows(Remedy::Decision) + report.rows(Remedy::OwnDecision);
        screen::say_wrapped(
            &format!(
                "draft: {rows} lines in {}; fill in `ownership` (own or other), `basis`, `approver` and `date`, remove the lines \
                 that nobody decides, try it with `bunri quarantine {} --try {}`, and name it in the job's [decisions]",
                draft.display(),
                job.display(),
                draft.display()
            ),
            4,
        );
    }
    if let Some(list) = list {
        let rows = report.rows_waiting();
        screen::say_wrapped(&format!("list: {rows} rows in {}", list.display()), 4);
    }
}
