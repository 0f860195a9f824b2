//! Rules of several rules: the ledger and a copy of the code in the row must both say own; one own reason is enough where a person
//! said so, and what is only in doubt is none.

use super::case::{Case, POINT};

const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { all = [{ by = "ledger", at = "cutover" }, { by = "column", column = "retailer_code", compare = "trim" }] }
known_at = { none = "the night batch writes it anew" }
[columns]
contract_no = "own_customer"
supply_point_id = "own_customer"
retailer_code = "own_customer"
"#;

const LEDGER: [&str; 3] = [
    "A|2010-01-01|9999-12-31|99010",
    "B|2016-04-01|9999-12-31|99020",
    "G|2010-01-01|2024-03-31|99010",
];

/// The copy of the code is older or newer than the ledger: where one of them says another company, it is another company's.
#[test]
fn ledger_and_code_must_both_say_own() {
    let rows = [
        "K1|A|99010",
        "K2|A|99010 ",
        "K3|A|99020",
        "K4|A|00000",
        "K5|A|NULL",
        "K6|A|98765",
        "K7|B|99010",
        "K8|B|NULL",
        "K9|G|99010",
        "K10|G|99020",
    ];
    let right = [
        ("K1", "own"),
        ("K2", "own"),
        ("K3", "other"),
        ("K4", "other"),
        ("K5", "retailer_unknown"),
        ("K6", "retailer_unknown"),
        ("K7", "other"),
        ("K8", "other"),
        ("K9", "ledger_gap"),
        ("K10", "other"),
    ];
    let stores = Case::of(&LEDGER).table(CONTRACT, &rows).stores();
    stores.fates("contract", &right);
}

const PERSON: &str = r#"
table = "person"
key = ["person_id"]
rows = { any = [{ by = "parent", table = "point", key = ["home"], references = ["supply_point_id"], match = "all" }, { by = "parent", table = "point", key = ["shop"], references = ["supply_point_id"], match = "all" }], basis = "decision 3 of 2026-01-15" }
known_at = { none = "the retailer writes it" }
[columns]
person_id = "own_customer"
home = "own_customer"
shop = "own_customer"
"#;

#[test]
fn one_own_reason_is_enough_and_a_doubt_is_none() {
    let rows = [
        "P1|A|B",
        "P2|B|A",
        "P3|A|G",
        "P4|B|G",
        "P5|G|B",
        "P6|B|B",
        "P7|B|NULL",
        "P8|NULL|A",
        "P9|A|A",
    ];
    let right = [
        ("P1", "own"),
        ("P2", "own"),
        ("P3", "own"),
        ("P4", "parent_undecided"),
        ("P5", "parent_undecided"),
        ("P6", "other"),
        ("P7", "parent_missing"),
        ("P8", "own"),
        ("P9", "own"),
    ];
    let stores = Case::of(&LEDGER)
        .table(POINT, &["A", "B", "G"])
        .table(PERSON, &rows)
        .stores();
    stores.fates("person", &right);
}

/// A decision about one of two points is one own reason.
#[test]
fn a_decided_point_is_an_own_reason() {
    let stores = Case::of(&LEDGER)
        .table(POINT, &["A", "B", "G"])
        .table(PERSON, &["P1|G|B", "P2|B|B"])
        .decided("point", "G", "own")
        .stores();
    stores.fates("person", &[("P1", "own"), ("P2", "other")]);
}
