//! A run without faults, and decisions followed by hand.

use std::num::NonZeroU64;

use bunri_catalogue::Store;
use bunri_report::{Claim, Status};

use super::fixture::Fixture;
use crate::VerifyOptions;

#[test]
fn a_faultless_run_holds_whatever_the_threads() {
    let fixture = Fixture::ordinary();
    let report = fixture.verify(1);
    assert_eq!(report.findings, []);
    let checked = [
        Claim::C1,
        Claim::C2,
        Claim::C3,
        Claim::C4,
        Claim::C5,
        Claim::C6,
    ];
    for claim in checked {
        let line = report.claim(claim).unwrap();
        assert_eq!(line.status, Status::Held, "{claim:?}");
        assert!(
            line.checked.rows > 0 || claim == Claim::C1,
            "{claim:?} looked at nothing"
        );
    }
    for claim in [Claim::C7, Claim::C8] {
        assert_eq!(report.claim(claim).unwrap().status, Status::NotChecked);
    }
    assert_eq!(
        report.to_bytes().unwrap(),
        fixture.verify(4).to_bytes().unwrap()
    );
}

/// Of 300 points: every third (100) switched away, every seventh (42) is unknown to the ledger, both (14).
#[test]
fn rows_are_where_the_rules_say() {
    let fixture = Fixture::ordinary();
    let rows = |store, table| fixture.read(store, table).num_rows();
    assert_eq!(rows(Store::Retail, "supply_point"), 300 - 42 - (100 - 14));
    assert_eq!(rows(Store::Transmission, "supply_point"), 300);
    // Undecided points, and the sales memos of other customers' points.
    assert_eq!(rows(Store::Quarantine, "supply_point"), 42 + (100 - 14));
    assert_eq!(rows(Store::Retail, "code_retailer"), 2);
    assert_eq!(rows(Store::Transmission, "account"), 3);
    // The contract ended before the switch, so it is own wherever the ledger knows the point.
    assert_eq!(rows(Store::Retail, "contract"), 300 - 42);
    // Of three lines of history, the last two were written after a switch.
    assert_eq!(
        rows(Store::Retail, "contract_history"),
        (300 - 42) * 3 - (100 - 14) * 2
    );
    assert_eq!(rows(Store::Quarantine, "contract_history"), 42 * 3);
}

/// The smallest units that there are, and others that end anywhere.
#[test]
fn any_cut_gives_the_same_report() {
    let fixture = Fixture::ordinary();
    let of_cut = |rows: u64, threads| {
        let options = VerifyOptions {
            threads,
            unit_rows: NonZeroU64::new(rows),
            memory: 1 << 24,
        };
        fixture.try_verify(&options).unwrap().to_bytes().unwrap()
    };
    let whole = of_cut(u64::MAX, 1);
    for (rows, threads) in [(1, 2), (3, 1), (7, 4), (250, 3)] {
        assert!(of_cut(rows, threads) == whole, "units of {rows} rows");
    }
}
