//! The search without stores: a few values, withheld or granted, and a text in which they are looked for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod combined;
mod encodings;
mod exclusive;
mod findings;
mod reference;

use std::collections::BTreeSet;

use bunri_report::Findings;
use tempfile::TempDir;

use crate::exclusive::{ExclusiveValues, Totals};
use crate::grants::Grants;
use crate::hits::{HitSink, Location, NO_COLUMN, Position, Site};
use crate::lexicon::Lexicon;
use crate::records::Scratch;
use crate::report::Reporter;
use crate::second_pass::DigestIndex;
use crate::text::Scanner;
use crate::vocabulary::Vocabulary;

/// Of both stores.
const WITHHELD: Grants = Grants::WITHHELD_EVERYWHERE;
const GRANTED: Grants = Grants::GRANTED_EVERYWHERE;
/// Withheld from retail, granted to transmission; and the other way round.
const GRID: Grants = Grants(0b1001);
const SALES: Grants = Grants(0b0110);

/// Room for temporary data, as long as the folder is held, with so many bytes for a sort.
pub(crate) fn scratch(budget: usize) -> (TempDir, Scratch) {
    let held = tempfile::tempdir().unwrap();
    let folder = held.path().to_path_buf();
    (held, Scratch { folder, budget })
}

pub(crate) fn location(label: &str) -> Location {
    Location {
        position: Position {
            site: 0,
            row: 0,
            column: NO_COLUMN,
        },
        explained: false,
        label: label.to_owned(),
    }
}

/// What of the values is found in a text, by store: rule and column (`c0` is that of the first value).
fn found(values: &[(Grants, &str)], text: &str) -> [Vec<String>; 2] {
    searched(values, text).map(|(found, _)| found)
}

/// The same in retail alone.
fn leaked(values: &[(Grants, &str)], text: &str) -> Vec<String> {
    let [retail, _] = found(values, text);
    retail
}

fn searched(values: &[(Grants, &str)], text: &str) -> [(Vec<String>, Totals); 2] {
    searched_within(1 << 20, values, text)
}

/// With so many bytes for a sort.
fn searched_within(
    budget: usize,
    values: &[(Grants, &str)],
    text: &str,
) -> [(Vec<String>, Totals); 2] {
    let (_folder, scratch) = scratch(budget);
    let lexicon = Lexicon::new().unwrap();
    let (exclusives, sources) = exclusives(&lexicon, &scratch, values);
    exclusives.map(|exclusive| {
        let sites = [Site::default()];
        let found = HitSink::new(&sites, &scratch);
        let clean = look(&exclusive, &found, values, text);
        let found = reported(&found, &sources);
        assert!(
            found.is_empty() || !clean,
            "a text with {found:?} is passed over"
        );
        (found, exclusive.totals)
    })
}

/// What is searched for in each store; every value has a column of its own.
fn exclusives<'a>(
    lexicon: &'a Lexicon,
    scratch: &Scratch,
    values: &[(Grants, &str)],
) -> ([ExclusiveValues<'a>; 2], Vec<String>) {
    let mut vocabulary = Vocabulary::new(lexicon, scratch).unwrap();
    for (number, (grants, value)) in values.iter().enumerate() {
        vocabulary.sources.push(format!("t.c{number}"));
        vocabulary.value(number, *grants, value).unwrap();
    }
    let sources = vocabulary.sources.clone();
    let exclusives = ExclusiveValues::of(vocabulary, scratch, 2).unwrap();
    (exclusives, sources)
}

/// Looks at a text, and holds the values against what may be digests; whether an equal text need not be looked at.
fn look(
    exclusive: &ExclusiveValues<'_>,
    found: &HitSink<'_>,
    values: &[(Grants, &str)],
    text: &str,
) -> bool {
    let mut scanner = Scanner::new(exclusive, found);
    scanner.text(text, &|| Ok(location(""))).unwrap();
    let mut digests = DigestIndex::new(1 << 20, exclusive, found).unwrap();
    for (_, value) in values {
        digests.value(value).unwrap();
    }
    scanner.clean
}

fn reported(found: &HitSink<'_>, sources: &[String]) -> Vec<String> {
    let mut findings = Findings::default();
    let mut reporter = Reporter {
        store: "retail",
        sites: &[Site::default()],
        sources,
        findings: &mut findings,
    };
    reporter.hits(&found.hits).unwrap();
    findings
        .into_report()
        .into_iter()
        .map(|finding| format!("{} {}", finding.rule, finding.detail.unwrap()))
        .collect()
}
