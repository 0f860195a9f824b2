//! K2: a supply of the incumbent's that ends on a day to come is another retailer's start request. Nobody who reads the retail store
//! may tell who is about to leave; and who is still to come is not the incumbent's yet.

use super::case::{Case, DAY_NOTE, POINT, SUPPLY_PERIOD};
use super::stores::Stores;

/// A leaves after the cutover of 2026-04-01.
const LEAVING: [&str; 2] = [
    "A|2010-01-01|2026-04-20|99010",
    "A|2026-04-21|9999-12-31|99020",
];

#[test]
fn k2_who_is_about_to_leave_is_own_and_the_end_is_withheld() {
    let ledger = [LEAVING[0], LEAVING[1], "D|2010-01-01|9999-12-31|99010"];
    let stores = Case::of(&ledger)
        .table(POINT, &["A"])
        .table(DAY_NOTE, &["N1|A|2026-04-01"])
        .stores();
    stores.fates("point", &[("A", "own")]);
    stores.fates("day_note", &[("N1", "own")]);
    let right = [("A|2010-01-01", "own"), ("A|2026-04-21", "other")];
    stores.fates("supply_period", &right);
    stores.granted(
        "supply_period",
        "A|2010-01-01",
        &["valid_from", "retailer_code"],
    );
    stores.withheld("supply_period", "A|2010-01-01", &["valid_until"]);
    stores.withheld("supply_period", "D", &["valid_until"]);
    for text in ["2026-04-20", "2026-04-21", "99020"] {
        stores.retail_lacks("supply_period", text);
    }
}

/// Somebody approved it, with a basis that the catalogue holds.
#[test]
fn k2_the_end_is_granted_where_a_person_states_a_basis() {
    let (head, _) = SUPPLY_PERIOD.split_once("[[when]]").unwrap();
    let stated = head.replace(
        "valid_until = \"own_customer\"",
        "valid_until = { class = \"own_customer\", basis = \"the customers gave notice to the incumbent: decision 7 of 2026-02-01\" }",
    );
    let stores = Case::under(super::case::LEDGER)
        .table(&stated, &LEAVING)
        .stores();
    stores.granted("supply_period", "A|2010-01-01", &["valid_until"]);
}

/// The last day before the cutover is known to everybody who was a customer's supplier; the day of the cutover itself is still to come.
#[test]
fn an_end_on_the_cutover_is_withheld_and_one_on_the_day_before_is_not() {
    let periods = [
        "A|2010-01-01|2026-03-31|99010",
        "B|2010-01-01|2026-04-01|99010",
        "C|2010-01-01|2026-04-02|99010",
        "D|2010-01-01|9999-12-31|99010",
        "E|2010-01-01|9999-12-30|99010",
    ];
    let stores = Case::of(&periods).table(POINT, &["A", "B", "C"]).stores();
    stores.granted("supply_period", "A", &["valid_until"]);
    for point in ["B", "C", "D", "E"] {
        stores.withheld("supply_period", point, &["valid_until"]);
    }
    stores.fates("point", &[("A", "ledger_gap"), ("B", "own"), ("C", "own")]);
}

const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { column = "updated_on", early = { days = 60 } }
[columns]
contract_no = "own_customer"
supply_point_id = "own_customer"
begins = "own_customer"
ends = "own_customer"
updated_on = "transmission_only"
[types]
begins = "date"
ends = "timestamp"
updated_on = "date"
[[when]]
if = { column = "ends", at_least = "cutover" }
rows = ["own"]
change = { own_customer = "transmission_only" }
columns = ["ends"]
basis = "an end that is still to come is another retailer's start request"
"#;

/// The same end stands in the contract, with a time of day.
#[test]
fn k2_an_end_that_is_still_to_come_is_withheld_wherever_it_stands() {
    let rows = [
        "K1|A|2010-01-01|2026-04-20 23:59:59|2026-03-10",
        "K2|A|2010-01-01|2026-04-01 00:00:00|2026-03-10",
        "K3|A|2010-01-01|2026-03-31 23:59:59|2026-03-10",
        "K4|A|2010-01-01|9999-12-31 00:00:00|2026-03-10",
    ];
    let stores = Case::of(&LEAVING).table(CONTRACT, &rows).stores();
    let own = ["K1", "K2", "K3", "K4"].map(|contract| (contract, "own"));
    stores.fates("contract", &own);
    stores.granted("contract", "K3", &["ends"]);
    for contract in ["K1", "K2", "K4"] {
        stores.withheld("contract", contract, &["ends"]);
    }
}

/// A leaves and D stays: the retailer knows both contracts, neither has an end, and nothing in its store tells them apart.
#[test]
fn k2_a_contract_without_an_end_does_not_tell_who_is_about_to_leave() {
    let ledger = [LEAVING[0], LEAVING[1], "D|2010-01-01|9999-12-31|99010"];
    let rows = [
        "K1|A|2010-01-01|9999-12-31|2015-03-10",
        "K2|D|2010-01-01|9999-12-31|2015-03-10",
    ];
    let stores = Case::of(&ledger).table(&by_period(), &rows).stores();
    stores.fates("contract", &[("K1", "own"), ("K2", "own")]);
    stores.withheld("contract", "K1", &["ends"]);
    stores.withheld("contract", "K2", &["ends"]);
}

/// Contracts that speak of their whole period.
fn by_period() -> String {
    CONTRACT
        .replace(
            "at = \"cutover\"",
            "during = [\"begins\", \"ends\"], until_is = \"inclusive\"",
        )
        .replace("ends = \"timestamp\"", "ends = \"date\"")
}

/// 乙 supplies B until the end of April and the incumbent from May on: at the cutover the customer is 乙's.
fn arriving() -> Stores {
    let ledger = [
        "B|2016-04-01|2026-04-30|99020",
        "B|2026-05-01|9999-12-31|99010",
    ];
    Case::of(&ledger)
        .table(POINT, &["B"])
        .table(&by_period(), &["K1|B|2026-05-01|9999-12-31|2026-03-20"])
        .stores()
}

#[test]
fn who_is_still_to_come_is_the_competitors_at_the_cutover() {
    let stores = arriving();
    stores.fates("point", &[("B", "other")]);
    stores.fates("supply_period", &[("B|2016-04-01", "other")]);
    stores.retail_lacks("supply_period", "2026-04-30");
}

/// 「arriving, switch in the future: not own」, whatever period the row names.
#[test]
fn what_speaks_of_a_supply_that_is_still_to_come_is_not_own() {
    let stores = arriving();
    assert_eq!(stores.count("retail", "supply_period"), 0);
    assert_eq!(stores.count("retail", "contract"), 0);
}
