//! The search without stores: a few values, withheld or granted, and a text in which they are looked for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod combined;
mod encodings;
mod exclusive;
mod reference;
mod told;

use std::collections::BTreeSet;

use bunri_report::Findings;

use crate::again::Digests;
use crate::exclusive::{Exclusive, Totals};
use crate::fate::{Fate, Worth};
use crate::hits::{Found, Location, NO_COLUMN, Position, Site};
use crate::lexicon::{Forms, Lexicon};
use crate::records::Scratch;
use crate::report::Reporter;
use crate::text::{Origin, Scanner};
use crate::vocabulary::Vocabulary;

/// Of both stores.
const WITHHELD: Fate = Fate::WITHHELD_EVERYWHERE;
const GRANTED: Fate = Fate::GRANTED_EVERYWHERE;
/// Withheld from retail, granted to transmission; and the other way round.
const GRID: Fate = Fate(0b1001);
const SALES: Fate = Fate(0b0110);

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
fn found(values: &[(Fate, &str)], text: &str) -> [Vec<String>; 2] {
    searched(values, text).map(|(found, _)| found)
}

/// The same in retail alone.
fn leaked(values: &[(Fate, &str)], text: &str) -> Vec<String> {
    let [retail, _] = found(values, text);
    retail
}

fn searched(values: &[(Fate, &str)], text: &str) -> [(Vec<String>, Totals); 2] {
    searched_within(1 << 20, values, text)
}

/// With so many bytes for a sort.
fn searched_within(
    budget: usize,
    values: &[(Fate, &str)],
    text: &str,
) -> [(Vec<String>, Totals); 2] {
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch {
        folder: folder.path().to_path_buf(),
        budget,
    };
    let lexicon = Lexicon::new().unwrap();
    let (exclusives, sources) = exclusives(&lexicon, &scratch, values);
    exclusives.map(|exclusive| {
        let sites = [Site::default()];
        let found = Found::new(&sites, &scratch);
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
    values: &[(Fate, &str)],
) -> ([Exclusive<'a>; 2], Vec<String>) {
    let mut vocabulary = Vocabulary::new(lexicon, scratch);
    for (number, (fate, value)) in values.iter().enumerate() {
        vocabulary.sources.push(format!("t.c{number}"));
        vocabulary.value((number, *fate), value).unwrap();
    }
    // What the tables would have counted.
    vocabulary.counts.add(GRID, Some(Worth::Anywhere), 11);
    vocabulary.counts.add(SALES, Some(Worth::Anywhere), 12);
    let sources = vocabulary.sources.clone();
    let exclusives = Exclusive::of(vocabulary, scratch, 2).unwrap();
    (exclusives.try_into().ok().unwrap(), sources)
}

/// Looks at a text, and holds the values against what may be digests; whether an equal text need not be looked at.
fn look(exclusive: &Exclusive<'_>, found: &Found<'_>, values: &[(Fate, &str)], text: &str) -> bool {
    let mut scanner = Scanner::new(exclusive, found);
    scanner
        .text(text, Origin::Unknown, &|| Ok(location("")))
        .unwrap();
    let mut digests = Digests::new(1 << 20, exclusive, found).unwrap();
    let mut forms = Forms::new(exclusive.lexicon);
    for (_, value) in values {
        digests.value(value, &mut forms).unwrap();
    }
    scanner.clean
}

fn reported(found: &Found<'_>, sources: &[String]) -> Vec<String> {
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
