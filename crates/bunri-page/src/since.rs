//! What is different from the report before: line by line, what changed and nothing else.

use std::collections::BTreeMap;

use bunri_catalogue::Store;
use bunri_report::{Claim, Report, Rule, Status, Verdict};

use crate::summary::{Destination, destinations};

/// Something that both reports tell, and that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    /// The answer.
    Verdict(Verdict, Verdict),
    /// What one of the run's names or digests was, and is.
    Fact(Fact, String, String),
    /// What became of a claim.
    Claim(Claim, Status, Status),
    /// Findings of a rule.
    Findings(Rule, u64, u64),
    /// Rows of a table.
    Rows(&'a str, Figure, u64, u64),
}

/// A name or a digest of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The label.
    Label,
    /// Rehearsal or cutover.
    Kind,
    /// The day.
    CutoverDay,
    /// The legacy database.
    Legacy,
    /// The catalogue.
    Catalogue,
    /// The file of decisions.
    Decisions,
    /// The program.
    Tool,
}

/// A figure of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    /// Rows that did not fit.
    Rejected,
    /// Own rows.
    Own,
    /// Rows of others.
    Other,
    /// Rows that wait.
    Undecided,
    /// Rows of a public table.
    Reference,
    /// Rows in a store.
    Stored(Store),
}

/// What changed from `before` to `now`.
pub(crate) fn changes<'a>(before: &'a Report, now: &'a Report) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    if before.verdict != now.verdict {
        changes.push(Change::Verdict(before.verdict, now.verdict));
    }
    for ((fact, was), (_, is)) in facts(before).into_iter().zip(facts(now)) {
        if was != is {
            changes.push(Change::Fact(fact, was, is));
        }
    }
    for (was, is) in before.claims.iter().zip(&now.claims) {
        if was.status != is.status {
            changes.push(Change::Claim(is.code, was.status, is.status));
        }
    }
    for (rule, [was, is]) in both(found(before), found(now)) {
        if was != is {
            changes.push(Change::Findings(rule, was, is));
        }
    }
    let (was, _) = destinations(before);
    let (is, _) = destinations(now);
    for ((table, figure), [was, is]) in both(figures(&was), figures(&is)) {
        if was != is {
            changes.push(Change::Rows(table, FIGURES[figure], was, is));
        }
    }
    changes
}

fn facts(report: &Report) -> [(Fact, String); 7] {
    let digest = |digest: Option<&str>| digest.unwrap_or("–").to_owned();
    let catalogue = report.catalogue.as_ref().map(|it| it.blake3.as_str());
    let source = report.judged.source.as_ref().map(|it| it.blake3.as_str());
    let decisions = report.judged.decisions.as_ref().map(|it| it.as_str());
    [
        (Fact::Label, report.label.clone()),
        (Fact::Kind, report.kind.clone()),
        (Fact::CutoverDay, digest(report.judged.cutover.as_deref())),
        (Fact::Legacy, digest(source)),
        (Fact::Catalogue, digest(catalogue)),
        (Fact::Decisions, digest(decisions)),
        (Fact::Tool, report.tool.clone()),
    ]
}

fn found(report: &Report) -> BTreeMap<Rule, u64> {
    let mut rules = BTreeMap::new();
    for finding in &report.findings {
        let count: &mut u64 = rules.entry(finding.rule).or_default();
        *count = count.saturating_add(finding.count);
    }
    rules
}

/// The figures of a table, in the order of a page.
const FIGURES: [Figure; 8] = [
    Figure::Rejected,
    Figure::Own,
    Figure::Other,
    Figure::Undecided,
    Figure::Reference,
    Figure::Stored(Store::Retail),
    Figure::Stored(Store::Transmission),
    Figure::Stored(Store::Quarantine),
];

fn figures<'a>(tables: &[Destination<'a>]) -> BTreeMap<(&'a str, usize), u64> {
    let mut figures = BTreeMap::new();
    for table in tables {
        for (place, figure) in FIGURES.into_iter().enumerate() {
            let rows = match figure {
                Figure::Rejected => table.source.rejected,
                Figure::Own => table.source.own,
                Figure::Other => table.source.other,
                Figure::Undecided => table.source.undecided,
                Figure::Reference => table.source.reference,
                Figure::Stored(store) => table.stores[store as usize].total(),
            };
            figures.insert((table.table, place), rows);
        }
    }
    figures
}

/// What either has, beside what the other has.
fn both<K: Ord>(was: BTreeMap<K, u64>, is: BTreeMap<K, u64>) -> BTreeMap<K, [u64; 2]> {
    let mut both: BTreeMap<K, [u64; 2]> = BTreeMap::new();
    for (key, count) in was {
        both.entry(key).or_default()[0] = count;
    }
    for (key, count) in is {
        both.entry(key).or_default()[1] = count;
    }
    both
}
