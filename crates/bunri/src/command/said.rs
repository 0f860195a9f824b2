//! A report on the screen, in 80 columns: the claims, what is outside of what the job expects, and the rest with the worst
//! first. Everything is in the report too.

use bunri_report::{
    Checked, ClaimCost, ClaimReport, Expectation, Finding, Gap, Note, NoteRule, Report, Status,
    TableReport, Verdict,
};
use comfy_table::{Attribute, Cell, Color, Table, presets};
use serde_json::json;

use crate::Log;
use crate::command::references;
use crate::screen;

/// Findings and notes printed; the report has them all up to its own cap, with exact totals.
const SHOWN: usize = 12;

pub(crate) fn report(report: &Report, log: Log) {
    match log {
        Log::Json => event(report),
        Log::Human => tell(report),
    }
}

/// One claim, looked at alone.
pub(crate) fn claim(claim: &ClaimReport, findings: &[Finding], log: Log) {
    if log == Log::Json {
        screen::event(&json!({
            "event": "claim", "code": claim.code, "status": claim.status, "reason": claim.reason, "findings": findings,
        }));
        return;
    }
    let status = match claim.status {
        Status::Held => "held",
        Status::Broken => "broken",
        Status::NotChecked => "not checked",
    };
    let line = format!(
        "{:?} {}: {status}: {}",
        claim.code, claim.name, claim.reason
    );
    screen::say_wrapped(&line, 4);
    let lines: Vec<String> = findings.iter().map(finding_line).collect();
    say_some("findings", &lines, SHOWN);
    let gaps: Vec<String> = gap_lines(claim).collect();
    say_some("could not be looked at", &gaps, SHOWN);
}

fn event(report: &Report) {
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
    let outside: Vec<_> = outside(report).collect();
    let notes: Vec<&Note> = notes_worst_first(report)
        .into_iter()
        .map(|(note, _)| note)
        .collect();
    screen::event(&json!({
        "event": "verified", "verdict": report.verdict, "broken": report.broken(), "claims": claims, "costs": costs,
        "outside": outside, "tables": report.tables, "notes": notes,
    }));
}

fn tell(report: &Report) {
    screen::say_styled(&claims_table(report));
    for claim in &report.claims {
        screen::say_wrapped(&format!("{:?}  {}", claim.code, claim.reason), 4);
    }
    if let Some(costs) = costs_line(report) {
        screen::say_wrapped(&costs, 4);
    }
    if report.broken() {
        screen::say("A claim is broken: do not hand over.");
    }
    let outside: Vec<String> = outside(report).map(outside_line).collect();
    // All of them: whoever must act on one may not have to look it up.
    say_some("outside what the job expects", &outside, usize::MAX);
    let findings: Vec<String> = report.findings.iter().map(finding_line).collect();
    say_some("findings", &findings, SHOWN);
    let gaps: Vec<String> = report.claims.iter().flat_map(gap_lines).collect();
    say_some("could not be looked at", &gaps, SHOWN);
    say_some("references that dangle", &references::lines(report), SHOWN);
    let rejected = rejects_worst_first(report);
    say_some("rejected, the worst first", &rejected, SHOWN);
    let notes = notes_worst_first(report).into_iter();
    // Rejects and references were told above, and what a decision brought stands beside the decision.
    let apart = [
        NoteRule::RejectedRows,
        NoteRule::ReferencesDangle,
        NoteRule::ReleasedRows,
    ];
    let notes = notes.filter(|(note, _)| !apart.contains(&note.rule));
    let notes: Vec<String> = notes
        .map(|(note, share)| note_line(note, share, report))
        .collect();
    say_some("to read, the worst first", &notes, SHOWN);
    match report.verdict {
        Verdict::AsExpected => {
            let lines = report.expectations.len();
            screen::say(&format!(
                "as the job expects: {lines} lines of [expect] are met"
            ));
        }
        // A store alone has no job; what is broken nobody may accept.
        Verdict::ToRead | Verdict::Outside if !report.tables.is_empty() => {
            screen::say(
                "\nThis would accept the run as it was, once a person has read all of it:\n",
            );
            screen::say(&report.acceptance());
        }
        Verdict::ToRead | Verdict::Outside | Verdict::Broken => {}
    }
}

fn outside(report: &Report) -> impl Iterator<Item = &Expectation> {
    report.expectations.iter().filter(|it| !it.met)
}

fn outside_line(expectation: &Expectation) -> String {
    let Expectation {
        key,
        line,
        expected,
        seen,
        met: _,
    } = expectation;
    let place = line.map_or_else(
        || "of any job".to_owned(),
        |line| format!("line {line} of the job"),
    );
    format!("{key}: expected {expected}, seen {seen} ({place})")
}

fn say_some(title: &str, lines: &[String], most: usize) {
    if lines.is_empty() {
        return;
    }
    screen::say(&format!("{title}:"));
    for line in lines.iter().take(most) {
        screen::say_wrapped(&format!("  {line}"), 4);
    }
    if lines.len() > most {
        screen::say(&format!(
            "  … and {} more in the report",
            lines.len() - most
        ));
    }
}

fn claims_table(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["claim", "", "status", "looked at", "findings"]);
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
            Cell::new(&claim.name),
            Cell::new(word).fg(colour),
            Cell::new(looked_at(&claim.checked)),
            Cell::new(findings),
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

/// Rejects by table, column and rule, with their share of the table: the largest first.
fn rejects_worst_first(report: &Report) -> Vec<String> {
    let rejects = report.tables.iter().flat_map(|table| {
        let of = table.source_rows();
        table
            .rejected
            .iter()
            .map(move |it| (share(it.rows, of), table, it))
    });
    let mut rejects: Vec<_> = rejects.collect();
    // Stable, so that equals stay in the order of the report.
    rejects.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let line = |(share, table, it): &(f64, &TableReport, &bunri_report::RejectedRows)| {
        let (id, rows, of) = (&table.table, it.rows, table.source_rows());
        format!(
            "{id}.{}, {}: {rows} of {of} rows ({})",
            it.column,
            it.rule,
            percent(*share)
        )
    };
    rejects.iter().map(line).collect()
}

/// Notes with the share of their table's rows, the largest first. That nothing of a table is own is a note on all of it.
fn notes_worst_first(report: &Report) -> Vec<(&Note, f64)> {
    let share_of = |note: &Note| {
        let table = report.tables.iter().find(|table| table.table == note.table);
        let of = table.map_or(0, TableReport::source_rows);
        match note.rule {
            // The wrong year, and the wrong code, are wrong for every row.
            NoteRule::NoRowIsOwn | NoteRule::FarBeforeCutover | NoteRule::IncumbentNotListed => 1.0,
            NoteRule::EmptyTable
            | NoteRule::EmptyStoreTable
            | NoteRule::NoRowIsOther
            | NoteRule::RejectedRows
            | NoteRule::ControlNotExact
            | NoteRule::ReferencesDangle
            | NoteRule::ReferenceNotFollowed
            | NoteRule::DecidedRows
            | NoteRule::DecisionAfterCutover
            | NoteRule::DecisionSaysNothing
            | NoteRule::ReleasedRows
            | NoteRule::FarAfterCutover
            | NoteRule::UndecidedRows
            | NoteRule::UnseenCaseValue
            | NoteRule::WhenMatchedNoRow => share(note.count, of),
            // Of a view of few rows more can be left out than it has.
            NoteRule::ViewOfAnotherNumber => share(note.count, of).min(1.0),
        }
    };
    let mut notes: Vec<_> = report
        .notes
        .iter()
        .map(|note| (note, share_of(note)))
        .collect();
    notes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    notes
}

fn share(rows: u64, of: u64) -> f64 {
    if of == 0 {
        0.0
    } else {
        rows as f64 / of as f64
    }
}

/// Few of many are not none.
fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.001 {
        return "under 0.1 %".to_owned();
    }
    format!("{:.1} %", share * 100.0)
}

fn note_line(note: &Note, part: f64, report: &Report) -> String {
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
    let said = detail
        .as_ref()
        .map(|detail| format!(", {detail}"))
        .unwrap_or_default();
    let count = match (rule, count) {
        (NoteRule::ViewOfAnotherNumber, rows) => format!(": {rows} rows apart"),
        (NoteRule::FarBeforeCutover, days) => format!(": {days} days before"),
        (NoteRule::ControlNotExact, figures) => format!(": {figures} figures"),
        (NoteRule::DecidedRows, rows) => {
            let through = released(report, table, detail.as_deref());
            format!(": {rows} + {through} rows through parents")
        }
        (NoteRule::DecisionAfterCutover | NoteRule::DecisionSaysNothing, lines) => {
            format!(": {lines} lines")
        }
        (
            NoteRule::EmptyTable
            | NoteRule::EmptyStoreTable
            | NoteRule::NoRowIsOther
            | NoteRule::NoRowIsOwn
            | NoteRule::RejectedRows
            | NoteRule::ReferencesDangle
            | NoteRule::ReferenceNotFollowed
            | NoteRule::ReleasedRows
            | NoteRule::FarAfterCutover
            | NoteRule::IncumbentNotListed
            | NoteRule::UndecidedRows
            | NoteRule::UnseenCaseValue
            | NoteRule::WhenMatchedNoRow,
            rows,
        ) => match rows {
            0 => String::new(),
            rows => format!(": {rows} ({})", percent(part)),
        },
    };
    format!("{rule}: {store}{table}{said}{count}")
}

/// Rows that a decision of people on this table brought with it.
fn released(report: &Report, table: &str, ownership: Option<&str>) -> u64 {
    let of = |note: &&Note| {
        note.rule == NoteRule::ReleasedRows
            && note.table == table
            && note.detail.as_deref() == ownership
    };
    report.notes.iter().find(of).map_or(0, |note| note.count)
}
