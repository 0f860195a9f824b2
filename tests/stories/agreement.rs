//! Agreement under chance. `bunri-split` decides with Polars, `bunri-verify` with a plain evaluator, and an oracle in
//! this test with docs/rules.md and nothing else: over small systems and catalogues made by chance, all three must
//! say the same of every row and cell.
//!
//! `BUNRI_CASES` runs more cases than usual and prints what they covered, `BUNRI_SEED` begins with another seed. A
//! failure shows its seed and the smallest system in which it still happens.

mod by_sql;
mod catalogue;
mod dice;
mod invent;
mod legacy;
mod oracle;
mod planned;
mod run;
mod shrink;
mod stored;
mod world;

use std::io::Write as _;

use run::{Tally, examine};

const CASES: u64 = 260;
/// Every reason of docs/rules.md, section 6.
const REASONS: [&str; 28] = [
    "ledger_rejected",
    "ledger_status_unknown",
    "not_in_ledger",
    "ledger_date_missing",
    "ledger_reversed",
    "ledger_overlap",
    "ledger_gap",
    "retailer_unknown",
    "own_when_unlisted",
    "key_rejected",
    "key_ambiguous",
    "key_missing",
    "date_missing",
    "slot_invalid",
    "month_invalid",
    "period_reversed",
    "period_spans_change",
    "case_missing",
    "case_unlisted",
    "parent_missing",
    "parent_rejected",
    "parent_undecided",
    "parents_disagree",
    "known_at_missing",
    "known_at_undecided",
    "written_early",
    "retail_only_of_other",
    "hold",
];

/// What else decided something: each is part of a line of the tally.
const NOTIONS: &[&str] = &[
    "a word for no end yet",
    "a word for nothing",
    "the clock of Greenwich",
    "numbers beside texts",
    "an end stamp of the day before: Own",
    "an end stamp of the day before: Undecided",
    "a ledger of several tables",
    "counts",
    "a list of switches",
    "gaps are another's",
    "several entries of own_when",
    "other = listed retailers",
    "during, an exclusive timestamp: Own",
    "during, an exclusive timestamp: Undecided",
    "month, a day: Own",
    "month, a number: Own",
    "month, a text: Own",
    "in a slot: Own",
    "at the cutover: Own",
    "column: Own",
    "parent, all: Own",
    "parent, any: Own",
    "cases: Own",
    "cases: Other",
    "any: Own",
    "any: Other",
    "any: Undecided",
    "all: Own",
    "all: Other",
    "all: Undecided",
    "rows of a column: false",
    "rows of a group: false",
    "days of a group: false",
    "a later day of days: Own",
    "latest_of: a NULL beside a day",
    "a customer still to come",
    "days after the cutover",
    "written, by its own key: stands",
    "written, by its own key: after",
    "written, by its own key: unknown",
    "written, by all of the keys: stands",
    "written, by all of the keys: unknown",
    "written, by any of the keys: stands",
    "written, by any of the keys: unknown",
    "written, by any of the keys: early",
    "grace of a ledger rule",
    "early, days: Own",
    "early, days: Undecided",
    "early, own: Own",
    "when: in, ",
    "when: not_in, ",
    "when: from the cutover to ",
    "when: from a day to ",
    "some columns",
    "Retail lacks, absent",
    "Retail lacks, withheld",
    "Retail lacks, other",
    "Retail lacks, undecided",
    "Transmission lacks, absent",
    "Transmission lacks, rejected",
    "Transmission lacks, withheld",
    "Quarantine lacks, own",
    "Quarantine lacks, other",
    "Quarantine lacks, withheld",
    "parents: one has not begun",
    "parents: none has begun",
    "written on a day of an own parent",
    "hold of another time",
    "a second ledger: Own",
    "a second ledger: Other",
    "through another table: Own",
    "through another table: Other",
    "written when the key was elsewhere",
    "a condition to hold",
    "a condition on parents",
    "parents that are clear of a condition",
    "a condition without parents",
    "a condition on a rejected parent",
    "a condition that only a parent to come would meet",
    "own, although the rules say other",
];

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} must be a whole number")),
    )
}

/// Every stage takes rows in batches, the ledger's too: here there are several of each.
#[test]
fn agreement_does_not_end_with_a_batch() {
    let (cases, first) = (
        number("BUNRI_LARGE_CASES"),
        number("BUNRI_SEED").unwrap_or(1),
    );
    let mut largest = Vec::new();
    for seed in first..first + cases.unwrap_or(4) {
        let world = invent::large(seed);
        let rows = world.tables.iter().map(|table| table.rows.len());
        largest.push((rows.max().unwrap(), world.limits.memory));
        if let Err(failure) = examine(&world) {
            // Too large to be shown, and too slow to be made small.
            panic!("large BUNRI_SEED={seed}: {failure:.3000}");
        }
    }
    if cases.is_some() {
        writeln!(
            std::io::stderr(),
            "rows of the largest table, and the memory: {largest:?}"
        )
        .unwrap();
    }
    let many = largest.iter().filter(|(rows, _)| *rows > 33_000).count();
    assert!(many >= largest.len() / 2, "too few rows: {largest:?}");
}

#[test]
fn split_verify_and_the_page_agree_on_systems_made_by_chance() {
    let (cases, first) = (number("BUNRI_CASES"), number("BUNRI_SEED").unwrap_or(1));
    let mut tally = Tally::new();
    for seed in first..first + cases.unwrap_or(CASES) {
        match examine(&invent::world(seed)) {
            Ok(seen) => seen
                .into_iter()
                .for_each(|(word, times)| *tally.entry(word).or_default() += times),
            Err(failure) => report(seed, failure),
        }
    }
    if cases.is_some() {
        writeln!(std::io::stderr(), "{tally:#?}").unwrap();
    }
    // What never occurred was not compared.
    if cases.is_none() {
        let reasons = REASONS.into_iter().chain([
            "own",
            "other",
            "reference",
            "refused worlds",
            "decisions of people",
            "replaced keys",
            "worlds with a decision too many",
        ]);
        let unseen: Vec<&str> = reasons
            .filter(|word| tally.get(*word).is_none_or(|times| *times == 0))
            .chain(NOTIONS.iter().copied().filter(|part| !has(&tally, part)))
            .collect();
        assert!(unseen.is_empty(), "never seen: {unseen:?} in {tally:#?}");
    }
}

/// Whether some line of the tally names this.
fn has(tally: &Tally, part: &str) -> bool {
    let mut lines = tally.iter();
    lines.any(|(line, times)| *times > 0 && line.contains(part))
}

fn report(seed: u64, failure: String) {
    let (world, failure) = shrink::smallest(invent::world(seed), failure);
    panic!(
        "BUNRI_SEED={seed} BUNRI_CASES=1\n{}\n{failure}",
        shrink::shown(&world)
    );
}
