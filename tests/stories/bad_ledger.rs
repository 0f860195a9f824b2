//! Ledgers that do not say who supplied. Where the days of a reading are in doubt it waits for a person, with the
//! reason; where nobody knows which points are in doubt, nothing is split at all.

use crate::small::{POINT, fate_of_the_reading, run, small};

const OWN: &str = "99010";
const OTSU: &str = "99020";
const OPEN: &str = "9999-12-31";

#[test]
fn a_clear_ledger_sends_the_reading_to_its_supplier() {
    assert_eq!(
        fate_of_the_reading(&[[POINT, "2020-01-01", OPEN, OWN]]),
        "retail"
    );
    assert_eq!(
        fate_of_the_reading(&[[POINT, "2020-01-01", OPEN, OTSU]]),
        "transmission"
    );
}

#[test]
fn rows_that_overlap_make_the_reading_wait() {
    let both = ["2026-01-01", "2026-01-31"];
    let ledger = [
        [POINT, "2020-01-01", both[1], OWN],
        [POINT, both[0], both[1], OTSU],
        [POINT, "2026-02-01", OPEN, OWN],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "ledger_overlap");
}

#[test]
fn a_reversed_row_makes_the_reading_wait() {
    let ledger = [
        [POINT, "2026-02-01", OPEN, OWN],
        [POINT, "2026-01-31", "2026-01-01", OWN],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "ledger_reversed");
}

#[test]
fn a_gap_makes_the_reading_wait() {
    let ledger = [
        [POINT, "2020-01-01", "2025-12-31", OWN],
        [POINT, "2026-02-01", OPEN, OWN],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "ledger_gap");
}

#[test]
fn a_switch_inside_the_period_makes_the_reading_wait() {
    let ledger = [
        [POINT, "2020-01-01", "2026-01-14", OTSU],
        [POINT, "2026-01-15", OPEN, OWN],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "period_spans_change");
}

#[test]
fn a_row_without_an_end_makes_the_reading_wait() {
    assert_eq!(
        fate_of_the_reading(&[[POINT, "2020-01-01", "NULL", OWN]]),
        "ledger_date_missing"
    );
}

#[test]
fn an_unknown_retailer_code_makes_the_reading_wait() {
    let ledger = [
        [POINT, "2020-01-01", "2026-01-31", "98765"],
        [POINT, "2026-02-01", OPEN, OWN],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "retailer_unknown");
}

#[test]
fn no_retailer_code_makes_the_reading_wait() {
    let ledger = [
        [POINT, "2020-01-01", "2026-01-31", "NULL"],
        [POINT, "2026-02-01", OPEN, OWN],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "retailer_unknown");
}

#[test]
fn a_point_that_the_ledger_does_not_know_waits() {
    let ledger = [["9000000000000000000002", "2020-01-01", OPEN, OWN]];
    assert_eq!(fate_of_the_reading(&ledger[..]), "not_in_ledger");
}

/// What can still be read of the ledger says "own for ever": it must not be believed.
#[test]
fn a_rejected_row_of_the_new_supplier_makes_every_row_of_the_point_wait() {
    let ledger = [
        [POINT, "2020-01-01", OPEN, OWN],
        [POINT, "2026/01/15", OPEN, OTSU],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "ledger_rejected");
}

#[test]
fn a_rejected_row_of_another_point_does_not_matter() {
    let ledger = [
        [POINT, "2020-01-01", OPEN, OWN],
        ["9000000000000000000002", "2026/01/15", OPEN, OTSU],
    ];
    assert_eq!(fate_of_the_reading(&ledger[..]), "retail");
}

/// Nobody knows which point the row speaks of, so no point can be decided.
#[test]
fn a_rejected_row_whose_key_cannot_be_read_stops_the_split() {
    let rig = small(&[
        [POINT, "2020-01-01", OPEN, OWN],
        ["X'ff00'", "2026-01-15", OPEN, OTSU],
    ]);
    run(&rig)
        .must(4)
        .says("ledger table `supply_period`: the key column `supply_point_id` of a rejected row cannot be read")
        .says("correct the row in the source (line 1 of its rejects file)");
    assert!(!rig.path("retail/manifest.json").exists());
}

#[test]
fn a_ledger_row_without_a_key_is_refused() {
    let rig = small(&[
        [POINT, "2020-01-01", OPEN, OWN],
        ["NULL", "2026-01-15", OPEN, OTSU],
    ]);
    run(&rig)
        .must(4)
        .says("source table \"supply_period\", column \"supply_point_id\": 1 rows have NULL");
    assert!(!rig.path("custody/staging/manifest.json").exists());
}

#[test]
fn a_source_without_its_ledger_is_refused() {
    let rig = small(&[[POINT, "2020-01-01", OPEN, OWN]]);
    rig.sql("DROP TABLE supply_period");
    run(&rig).must(3).says("source table \"supply_period\": in the catalogue (tables/supply_period.toml) but not in the source");
}
