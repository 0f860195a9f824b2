//! K3, K4, K21: what stands in a row was written on a day, and somebody supplied on it. Customers won back do not vanish, what the next
//! supplier wrote does not come along, and the last reading of a customer who left is written some days afterwards.

use super::case::{Case, READING};
use super::stores::Stores;

/// A and C left for 乙 on 2024-04-01; B is the incumbent's for good.
const LEFT: [&str; 5] = [
    "A|2010-01-01|2024-03-31|99010",
    "A|2024-04-01|9999-12-31|99020",
    "B|2010-01-01|9999-12-31|99010",
    "C|2010-01-01|2024-03-31|99010",
    "C|2024-04-01|9999-12-31|99020",
];

const POINT: &str = r#"
table = "point"
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { column = "updated_on", early = EARLY }
[columns]
supply_point_id = "own_customer"
updated_on = "transmission_only"
holder = { class = "own_customer", category = "personal" }
[types]
updated_on = "date"
"#;

const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", during = ["begins", "ends"], until_is = "inclusive" }
known_at = { column = "registered_on", early = EARLY }
[columns]
contract_no = "own_customer"
supply_point_id = "own_customer"
begins = "own_customer"
ends = "own_customer"
registered_on = "transmission_only"
[types]
begins = "date"
ends = "date"
registered_on = "date"
"#;

/// Who held the contract of a point in a period.
const HOLDER: &str = r#"
table = "holder"
key = ["holder_id"]
rows = { by = "ledger", during = ["held_from", "held_until"], until_is = "inclusive" }
known_at = KNOWN_AT
[columns]
holder_id = "own_customer"
supply_point_id = "own_customer"
held_from = "own_customer"
held_until = "own_customer"
created_at = "transmission_only"
updated_at = "transmission_only"
phone = { class = "own_customer", category = "personal" }
[types]
held_from = "date"
held_until = "date"
created_at = "timestamp"
updated_at = "timestamp"
"#;

/// A was 乙's from 2016 to 2024-06-30 and came to the incumbent; D was the incumbent's before as well.
fn won_back(early: &str) -> Stores {
    let ledger = [
        "A|2016-04-01|2024-06-30|99020",
        "A|2024-07-01|9999-12-31|99010",
        "D|2010-01-01|2016-03-31|99010",
        "D|2016-04-01|2024-06-30|99020",
        "D|2024-07-01|9999-12-31|99010",
    ];
    let points = ["A|2019-05-01|甲野花子", "D|2012-05-01|甲野次郎"];
    let contracts = [
        "C14|A|2024-07-01|9999-12-31|2024-06-17",
        "C60|A|2024-07-01|9999-12-31|2024-05-02",
        "C61|A|2024-07-01|9999-12-31|2024-05-01",
        "C0|A|2024-07-01|9999-12-31|2024-07-01",
        "C1|A|2024-07-01|9999-12-31|2024-06-30",
    ];
    Case::of(&ledger)
        .table(&POINT.replace("EARLY", early), &points)
        .table(&CONTRACT.replace("EARLY", early), &contracts)
        .stores()
}

#[test]
fn k3_a_customer_who_was_won_is_own_where_early_says_own() {
    let stores = won_back("\"own\"");
    stores.fates("point", &[("A", "own"), ("D", "own")]);
    stores.granted("point", "A", &["holder"]);
    let contracts = ["C0", "C1", "C14", "C60", "C61"].map(|contract| (contract, "own"));
    stores.fates("contract", &contracts);
}

#[test]
fn k3_a_customer_who_was_won_waits_where_early_says_undecided() {
    let stores = won_back("\"undecided\"");
    // What the incumbent's own clerk wrote in 2012 is the incumbent's knowledge, whoever supplied in between.
    stores.fates("point", &[("A", "written_early"), ("D", "own")]);
    let early = ["C1", "C14", "C60", "C61"].map(|contract| (contract, "written_early"));
    stores.fates("contract", &early);
    stores.fates("contract", &[("C0", "own")]);
}

#[test]
fn k3_a_contract_registered_ahead_is_own_up_to_the_days_that_are_said() {
    let stores = won_back("{ days = 60 }");
    stores.fates("point", &[("A", "written_early"), ("D", "own")]);
    let own = ["C0", "C1", "C14", "C60"].map(|contract| (contract, "own"));
    stores.fates("contract", &own);
    stores.fates("contract", &[("C61", "written_early")]);
}

/// Holders with timestamps: holder, point, from, until, created, updated, phone.
fn holders(known_at: &str, rows: &[&str]) -> Stores {
    Case::of(&LEFT)
        .table(&HOLDER.replace("KNOWN_AT", known_at), rows)
        .stores()
}

const UPDATED: &str = "{ column = \"updated_at\", grace_days = 45, early = \"undecided\" }";
const FIRST_OF: &str = "{ latest_of = [\"updated_at\", \"created_at\"], early = \"undecided\" }";

#[test]
fn k4_a_holder_of_long_ago_overwritten_by_the_next_supplier_is_lost_to_retail() {
    let rows = [
        "H1|A|2010-01-01|2012-12-31|NULL|2025-03-20 10:00:00|090-0000-0001",
        "H2|A|2010-01-01|2012-12-31|NULL|2024-04-10 10:00:00|090-0000-0002",
        "H3|A|2010-01-01|2012-12-31|NULL|2020-04-10 10:00:00|090-0000-0003",
    ];
    let stores = holders(UPDATED, &rows);
    stores.fates("holder", &[("H1", "other"), ("H2", "other"), ("H3", "own")]);
    stores.retail_lacks("holder", "090-0000-0001");
    stores.retail_lacks("holder", "090-0000-0002");
}

/// Readings of A and its neighbours: reading, point, from, until, written, kWh.
fn readings(ledger: &[&str], rows: &[&str]) -> Stores {
    Case::of(ledger).table(READING, rows).stores()
}

#[test]
fn k4_the_last_reading_is_own_although_it_was_written_afterwards() {
    let rows = [
        "R1|A|2024-03-01|2024-03-31|2024-04-04|120",
        "R2|A|2024-03-01|2024-03-31|2024-05-15|121",
        "R3|A|2024-03-01|2024-03-31|2024-05-16|122",
        "R4|A|2024-04-01|2024-04-30|2024-05-04|123",
    ];
    let right = [
        ("R1", "own"),
        ("R2", "own"),
        ("R3", "other"),
        ("R4", "other"),
    ];
    readings(&LEFT, &rows).fates("reading", &right);
}

/// February's days of grace begin in March, however long the customer stayed.
#[test]
fn grace_is_counted_from_the_end_of_the_row_and_not_of_the_supply() {
    let rows = [
        "R1|A|2024-02-01|2024-02-29|2024-04-14|120",
        "R2|A|2024-02-01|2024-02-29|2024-04-15|121",
        "R3|B|2024-02-01|2024-02-29|2025-11-01|122",
    ];
    let right = [("R1", "own"), ("R2", "other"), ("R3", "own")];
    readings(&LEFT, &rows).fates("reading", &right);
}

#[test]
fn grace_of_a_year_is_refused_without_a_basis() {
    let file = READING.replace("grace_days = 45", "grace_days = 366");
    let rig = Case::of(&LEFT).table::<&str>(&file, &[]).rig();
    rig.bunri(["check", "job.toml"])
        .must(3)
        .says("tables/reading.toml:5:");
}

#[test]
fn without_grace_the_day_after_is_too_late() {
    let file = READING.replace(", grace_days = 45", "");
    let rows = [
        "R1|A|2024-03-01|2024-03-31|2024-03-31|1",
        "R2|A|2024-03-01|2024-03-31|2024-04-01|2",
        "R3|A|2024-02-01|2024-02-29|2024-03-31|3",
    ];
    let stores = Case::of(&LEFT).table(&file, &rows).stores();
    stores.fates("reading", &[("R1", "own"), ("R2", "other"), ("R3", "own")]);
}

/// A day's reading has its end on that day: the last one may be written some days later, too.
#[test]
fn the_reading_of_the_last_day_has_its_grace() {
    let file = READING.replace(
        "during = [\"period_from\", \"period_until\"], until_is = \"inclusive\"",
        "at = \"period_until\"",
    );
    let rows = [
        "R1|A|2024-03-31|2024-03-31|2024-04-02|5",
        "R2|A|2024-04-01|2024-04-01|2024-04-02|6",
    ];
    let stores = Case::of(&LEFT).table(&file, &rows).stores();
    stores.fates("reading", &[("R1", "own"), ("R2", "other")]);
}

/// Left, came back: the years between are 乙's, and so is what was written in them.
#[test]
fn a_customer_won_back_keeps_the_old_periods_readings_that_the_incumbent_wrote() {
    let ledger = [
        "A|2010-01-01|2020-12-31|99010",
        "A|2021-01-01|2022-12-31|99020",
        "A|2023-01-01|9999-12-31|99010",
    ];
    let rows = [
        "R1|A|2020-12-01|2020-12-31|2021-01-05|1",
        "R2|A|2020-12-01|2020-12-31|2021-06-01|2",
        "R3|A|2020-12-01|2020-12-31|2023-05-01|3",
        "R4|A|2021-12-01|2021-12-31|2022-01-04|4",
        "R5|A|2021-12-01|2021-12-31|2023-02-01|5",
        "R6|A|2023-01-01|2023-01-31|2023-02-03|6",
        "R7|A|2022-12-15|2023-01-14|2023-01-17|7",
    ];
    let right = [
        ("R1", "own"),
        ("R2", "other"),
        ("R3", "own"),
        ("R4", "other"),
        ("R5", "other"),
        ("R6", "own"),
        ("R7", "period_spans_change"),
    ];
    readings(&ledger, &rows).fates("reading", &right);
}

/// Nobody knows who supplied on the day of writing, so nobody knows who wrote it.
#[test]
fn a_reading_written_on_a_day_that_the_ledger_does_not_know_waits() {
    let ledger = [
        "A|2010-01-01|2024-03-31|99010",
        "A|2024-08-01|9999-12-31|99020",
    ];
    let rows = [
        "R1|A|2024-02-01|2024-02-29|2024-03-04|1",
        "R2|A|2024-02-01|2024-02-29|2024-06-04|2",
        "R3|A|2024-02-01|2024-02-29|NULL|3",
    ];
    let right = [
        ("R1", "own"),
        ("R2", "ledger_gap"),
        ("R3", "known_at_missing"),
    ];
    readings(&ledger, &rows).fates("reading", &right);
}

#[test]
fn a_final_reading_of_a_point_that_fell_vacant_is_own() {
    let ledger = [
        "A|2010-01-01|2024-03-31|99010",
        "A|2024-04-01|9999-12-31|00000",
    ];
    let rows = [
        "R1|A|2024-03-01|2024-03-31|2024-04-04|1",
        "R2|A|2024-04-01|2024-04-30|2024-05-04|2",
    ];
    readings(&ledger, &rows).fates("reading", &[("R1", "own"), ("R2", "other")]);
}

/// A switch takes effect at midnight.
#[test]
fn the_last_second_is_still_the_incumbents() {
    let known_at = "{ column = \"updated_at\", early = \"undecided\" }";
    let rows = [
        "H1|A|2020-01-01|2024-03-31|NULL|2024-03-31 23:59:59|1",
        "H2|A|2020-01-01|2024-03-31|NULL|2024-04-01 00:00:00|2",
    ];
    let stores = holders(known_at, &rows);
    stores.fates("holder", &[("H1", "own"), ("H2", "other")]);
}

#[test]
fn k21_a_phone_that_the_next_supplier_wrote_is_not_own() {
    let rows = [
        "H1|A|2015-01-01|2024-03-31|2015-01-05 09:00:00|2024-06-01 09:00:00|070-0000-0020",
        "H2|C|2015-01-01|2024-03-31|2015-01-05 09:00:00|2019-06-01 09:00:00|090-0000-0010",
    ];
    let stores = holders(FIRST_OF, &rows);
    stores.fates("holder", &[("H1", "other"), ("H2", "own")]);
    stores.retail_lacks("holder", "070-0000-0020");
    stores.granted("holder", "H2", &["phone"]);
}

#[test]
fn k21_a_row_that_nobody_touched_counts_from_its_creation() {
    let rows = [
        "H1|A|2015-01-01|2024-03-31|2015-01-05 09:00:00|NULL|1",
        "H2|C|2015-01-01|2024-03-31|2024-06-01 09:00:00|NULL|2",
        "H3|B|2015-01-01|2019-03-31|NULL|NULL|3",
    ];
    let right = [("H1", "own"), ("H2", "other"), ("H3", "known_at_missing")];
    holders(FIRST_OF, &rows).fates("holder", &right);
}

/// The row was put in again in 乙's time, with the old day of its last change.
#[test]
fn k21_the_later_of_the_two_days_counts() {
    let rows = ["H1|A|2015-01-01|2024-03-31|2024-06-01 09:00:00|2015-02-01 09:00:00|070-0000-0020"];
    let stores = holders(FIRST_OF, &rows);
    stores.retail_lacks("holder", "070-0000-0020");
}
