//! Records that only the retailer keeps. A contract was entered under the wrong point: the ledger gives its customer to 乙, and yet it
//! is the incumbent's paper. A person may say so; and of nothing that the operator has, too.

use super::case::{Case, POINT};
use super::stores::Stores;

/// Contracts as of today: contract, point, name of the payer.
const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
contract_no = "retail_only"
supply_point_id = "retail_only"
payer = "retail_only"
"#;

/// Bills of a contract: bill, contract.
const BILL: &str = r#"
table = "bill"
key = ["bill_no"]
rows = { by = "parent", table = "contract", key = ["contract_no"], references = ["contract_no"], match = "all" }
known_at = { none = "written once" }
[columns]
bill_no = "retail_only"
contract_no = "retail_only"
"#;

/// A is the incumbent's, B is 乙's, of G nobody knows.
const LEDGER: [&str; 3] = [
    "A|2010-01-01|9999-12-31|99010",
    "B|2010-01-01|9999-12-31|99020",
    "G|2010-01-01|2020-12-31|99010",
];

/// Transmission has nothing of either table: `own` is in retail alone, what waits in the quarantine alone, with its reason.
#[track_caller]
fn fates(stores: &Stores, table: &str, expected: &[(&str, &str)]) {
    for (row, right) in expected {
        let own = *right == "own";
        assert_eq!(
            stores.has("retail", table, row),
            own,
            "{table} {row} in retail"
        );
        assert_eq!(
            stores.has("quarantine", table, row),
            !own,
            "{table} {row} waits"
        );
        if !own {
            stores.holds("quarantine", table, row, "bunri_reason", right);
        }
    }
}

fn contracts() -> Case {
    Case::of(&LEDGER)
        .table(CONTRACT, &["C1|A|甲", "C2|B|乙", "C3|B|丙", "C4|G|丁"])
        .table(BILL, &["B1|C1", "B2|C2", "B3|C3", "B4|C4"])
}

#[test]
fn without_a_decision_a_record_of_another_s_customer_waits() {
    let stores = contracts().stores();
    fates(
        &stores,
        "contract",
        &[
            ("C1", "own"),
            ("C2", "retail_only_of_other"),
            ("C3", "retail_only_of_other"),
            ("C4", "ledger_gap"),
        ],
    );
}

#[test]
fn a_person_may_say_that_it_is_the_retailer_s_own_and_its_bills_follow() {
    let stores = contracts()
        .decided("contract", "C2", "own")
        .decided("contract", "C4", "own")
        .stores();
    let right = [
        ("1", "own"),
        ("2", "own"),
        ("3", "retail_only_of_other"),
        ("4", "own"),
    ];
    for (table, letter) in [("contract", "C"), ("bill", "B")] {
        let right = right.map(|(number, fate)| (format!("{letter}{number}"), fate));
        let right: Vec<(&str, &str)> = right
            .iter()
            .map(|(row, fate)| (row.as_str(), *fate))
            .collect();
        fates(&stores, table, &right);
    }
}

#[test]
fn to_say_other_of_it_decides_nothing_and_is_refused() {
    contracts()
        .decided("contract", "C2", "other")
        .rig()
        .bunri(["run", "job.toml"])
        .must(3)
        .says("this row of `contract` is not undecided: the rules say other");
}

#[test]
fn a_record_by_which_operator_s_data_could_come_to_retail_is_not_overruled() {
    // The point follows its contract: with it would come what transmission has of another's customer.
    let following = POINT.replace(
        "rows = { by = \"ledger\", at = \"cutover\" }",
        "rows = { by = \"parent\", table = \"contract\", key = [\"supply_point_id\"], references = [\"supply_point_id\"], match = \"all\" }",
    );
    contracts()
        .table(&following, &["A", "B", "G"])
        .decided("contract", "C2", "own")
        .rig()
        .bunri(["run", "job.toml"])
        .must(3)
        .says("this row of `contract` is not undecided: the rules say other");
    // And so is one that transmission has, too.
    Case::of(&LEDGER)
        .table(
            &CONTRACT.replace("retail_only", "own_customer"),
            &["C2|B|乙"],
        )
        .decided("contract", "C2", "own")
        .rig()
        .bunri(["run", "job.toml"])
        .must(3)
        .says("this row of `contract` is not undecided: the rules say other");
}
