//! What a report tells beside its findings: what a held claim means and where it is blind, why a claim was not looked
//! at, which rules were never put to the test.

use std::collections::BTreeSet;

use bunri_report::{About, Claim, Findings, NAMED, NoteRule, Place, Report, Rule, Status};

use super::fixture::Fixture;

#[test]
fn a_claim_says_what_it_means_in_words_of_its_own() {
    let report = Fixture::ordinary().verify(1);
    let mut told = BTreeSet::new();
    for claim in &report.claims {
        assert!(claim.reason.len() > 10, "{:?}", claim.code);
        assert!(!claim.name.is_empty(), "{:?}", claim.code);
        match claim.status {
            Status::Held => {
                assert!(told.insert(claim.reason.clone()), "{:?}", claim.code);
                for spot in &claim.blind_spots {
                    assert!(spot.len() > 10 && told.insert(spot.clone()), "{spot}");
                }
            }
            _ => assert!(claim.blind_spots.is_empty(), "{:?}", claim.code),
        }
    }
    for claim in [Claim::C3, Claim::C4] {
        assert!(
            !report.claim(claim).unwrap().blind_spots.is_empty(),
            "{claim:?} sees all?"
        );
    }
    assert!(told.len() >= 8, "{told:?}");
}

#[test]
fn a_broken_claim_counts_its_own_findings() {
    let fixture = Fixture::ordinary();
    let retail = fixture.store(bunri_catalogue::Store::Retail);
    for name in ["a.txt", "b.txt", "c.txt"] {
        std::fs::write(retail.join(name), "x").unwrap();
    }
    let report = fixture.verify(1);
    for claim in &report.claims {
        let found = u64::from(claim.code == Claim::C1) * 3;
        assert_eq!(claim.findings_total, found, "{:?}", claim.code);
        assert_eq!(claim.status == Status::Broken, claim.code == Claim::C1);
    }
    assert_eq!(report.claim(Claim::C1).unwrap().reason, "3 findings");
}

/// The notes of one rule: table, detail, rows.
fn notes(report: &Report, rule: NoteRule) -> Vec<(String, String, u64)> {
    let notes = report.notes.iter().filter(|note| note.rule == rule);
    notes
        .map(|note| {
            let detail = note.detail.clone().unwrap_or_default();
            (note.table.clone(), detail, note.count)
        })
        .collect()
}

#[test]
fn what_the_catalogue_has_no_answer_for_is_counted() {
    let report = Fixture::ordinary().verify(1);
    let note = |table: &str, detail: &str, rows| (table.to_owned(), detail.to_owned(), rows);
    assert_eq!(
        notes(&report, NoteRule::UnseenCaseValue),
        [note("supply_point", "amount", 100)],
        "every third point has its amount in kVA"
    );
    assert_eq!(
        notes(&report, NoteRule::WhenMatchedNoRow),
        [note("supply_point", "[[when]] number 1", 0)],
        "the second condition was met"
    );
    assert_eq!(
        notes(&report, NoteRule::UndecidedRows),
        // Of 42 points that the ledger does not know: a contract, three lines of history, four readings each.
        [
            note("contract", "not_in_ledger", 42),
            note("contract_history", "parent_undecided", 126),
            note("meter_reading", "not_in_ledger", 168),
            note("supply_point", "not_in_ledger", 42),
        ]
    );
}

const ABOUT: About<'_> = About {
    store: "retail",
    table: Some("meter"),
};

fn found(rows: std::ops::Range<usize>) -> Findings {
    let mut findings = Findings::default();
    for row in rows {
        let place = Place {
            row: Some(row.to_string()),
            ..Place::default()
        };
        findings.add(Claim::C3, Rule::RowMissing, ABOUT, place);
    }
    findings
}

#[test]
fn the_findings_of_two_parts_are_put_together_under_one_cap() {
    let mut findings = found(0..15);
    findings.append(found(15..40));
    assert_eq!(findings.total(Claim::C3), 40);
    assert_eq!(findings.total(Claim::C4), 0);
    let report = findings.into_report();
    let rows: Vec<String> = report
        .iter()
        .filter_map(|finding| finding.row.clone())
        .collect();
    let first: Vec<String> = (0..NAMED).map(|row| row.to_string()).collect();
    assert_eq!(rows, first, "the first part's rows, then the second's");
    assert_eq!(report.last().unwrap().count, 20);
    let ids: Vec<&str> = report.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!((ids[0], ids[NAMED]), ("F1", "F21"));
}

#[test]
fn a_kind_of_finding_is_full_from_the_twentieth_on() {
    let full = |findings: &Findings| findings.full(Claim::C3, Rule::RowMissing, ABOUT);
    assert!(!full(&Findings::default()));
    assert!(!full(&found(0..NAMED - 1)));
    assert!(full(&found(0..NAMED)));
    assert!(!found(0..NAMED).full(Claim::C4, Rule::RowMissing, ABOUT));
    assert_eq!(
        found(0..NAMED).into_report().len(),
        NAMED,
        "nothing is left to be summed up"
    );
}

#[test]
fn one_finding_may_stand_for_many_cells() {
    let mut findings = Findings::default();
    findings.add_many(
        Claim::C4,
        Rule::ColumnNotGranted,
        ABOUT,
        Place::column("memo"),
        300,
    );
    assert_eq!(findings.total(Claim::C4), 300);
    let report = findings.into_report();
    assert_eq!(report.len(), 1);
    assert_eq!(
        (report[0].column.as_deref(), report[0].count),
        (Some("memo"), 300)
    );
}
