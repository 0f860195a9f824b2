//! A report as the outcome that every command of `bunri incident` writes.

use std::collections::BTreeMap;

use bunri_security::outcome::LEFT_OUT;
use bunri_security::{
    ACCESS_RULES, Check, Command, Finding, IncidentFile, Outcome, Rule, RuleTerms,
};

use crate::report::{Finding as Found, Open, Report};

/// As an outcome. `tables` are the rows of the tables that were read.
#[must_use]
pub fn outcome(
    report: &Report,
    incidents: &IncidentFile,
    mut tables: BTreeMap<String, u64>,
) -> Outcome {
    tables.insert("access_log".to_owned(), report.log.lines);
    let (mut checks, mut findings) = (Vec::new(), Vec::new());
    for rule in &ACCESS_RULES {
        let own = rule.terms();
        let terms = incidents.rules.get(rule.name).unwrap_or(&own);
        let open = match rule.name {
            "malformed_line" => Some(&report.malformed),
            "not_judged" => Some(&report.not_judged),
            _ => None,
        };
        checks.push(match (open, terms.off) {
            (Some(_), true) => Check::not_made(rule, terms, LEFT_OUT),
            (Some(open), false) => {
                findings.extend(open.iter().map(|open| of_open(rule, open)));
                Check::made(rule, terms, report.log.lines)
            }
            (None, _) => check(report, rule, terms),
        });
    }
    findings.extend(report.findings.iter().map(finding));
    Outcome::new(Command::Access, incidents, tables, checks, findings)
}

fn check(report: &Report, rule: &'static Rule, terms: &RuleTerms) -> Check {
    let done = report.checks.iter().find(|check| check.rule == rule.name);
    match done.map(|check| (&check.not_checked, check.lines_asked)) {
        Some((None, lines)) => Check::made(rule, terms, lines),
        Some((Some(reason), _)) => Check::not_made(rule, terms, reason),
        None => Check::not_made(rule, terms, "nobody looked"),
    }
}

fn finding(found: &Found) -> Finding {
    let mut finding = Finding::new(found.rule);
    let names = [
        ("account", &found.account),
        ("company", &found.company),
        ("screen", &found.screen),
    ];
    for (what, name) in names {
        if let Some(name) = name {
            finding = finding.of(what, name);
        }
    }
    let counts = match (found.rule, found.most) {
        (_, Some(most)) => [("days", Some(found.count)), ("most_a_day", Some(most))],
        ("sequence_missing", None) => [("missing", Some(found.count)), ("most_a_day", None)],
        (_, None) => [("lines", Some(found.count)), ("most_a_day", None)],
    };
    for (what, count) in counts {
        if let Some(count) = count {
            finding = finding.figure(what, count);
        }
    }
    for (what, time) in [("first", &found.first), ("last", &found.last)] {
        if let Some(time) = time {
            finding.days.insert(what.to_owned(), time.clone());
        }
    }
    at(finding, &found.examples)
}

fn of_open(rule: &Rule, open: &Open) -> Finding {
    let finding = Finding::new(rule.name)
        .of("reason", open.reason)
        .figure("lines", open.lines);
    at(finding, &open.examples)
}

/// Where to look: the first few lines.
fn at(finding: Finding, examples: &[String]) -> Finding {
    match examples {
        [] => finding,
        some => finding.of("where", &some.join(" ")),
    }
}
