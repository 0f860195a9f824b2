//! K22: a job copied from last year over this year's source, or an old source under this year's job. The stores look like any others,
//! and a competitor's meter is own in them.

use super::case::{Case, READING};

fn told(written: [&str; 2], from: &str) -> String {
    let ledger = format!("A|{from}|9999-12-31|99010");
    let [first, second] = written;
    let readings = [
        format!("R1|A|{first}|{first}|{first}|5"),
        format!("R2|A|{second}|{second}|{second}|7"),
    ];
    let rig = Case::of(&[&ledger]).table(READING, &readings).rig();
    rig.bunri(["run", "job.toml"]).must(1).out
}

#[test]
fn k22_a_source_of_next_year_is_told() {
    let out = told(["2026-03-20", "2027-03-20"], "2010-01-01");
    assert!(
        out.contains("far_after_cutover: reading, written_on: 1 (50.0 %)"),
        "{out}"
    );
}

#[test]
fn k22_a_source_of_last_year_is_told_with_its_distance_and_no_day() {
    let out = told(["2024-12-01", "2025-03-31"], "2010-01-01");
    assert!(
        out.contains("far_before_cutover: reading, written_on: 366 days before"),
        "{out}"
    );
    assert!(!out.contains("2025-03-31"), "{out}");
}

#[test]
fn k22_a_source_of_the_weeks_before_is_not() {
    let out = told(["2025-03-20", "2026-03-20"], "2010-01-01");
    assert!(!out.contains("far_"), "{out}");
}

#[test]
fn k22_periods_that_begin_next_year_are_told() {
    let rig = Case::of(&[
        "A|2010-01-01|2027-03-31|99010",
        "A|2027-04-01|9999-12-31|99020",
    ])
    .rig();
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("far_after_cutover: supply_period, valid_from: 1")
        .prints("far_after_cutover: supply_period, valid_until: 1");
}
