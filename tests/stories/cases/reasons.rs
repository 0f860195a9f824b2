//! What leads an honest engineer wrong, told by `check` before anything is read: each refused or told until somebody gives
//! the reason. And the one that only the data shows.

use super::case::{Case, POINT};

/// 契約高 by its unit: A and kVA any retailer may see, kW is the customer's supplier's alone.
const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
contract_no = "any_retailer"
supply_point_id = "any_retailer"
unit = "any_retailer"
amount = { by = "unit", compare = "exact", cases = { "A" = "any_retailer", "kW" = "own_customer" }, else = "ELSE" }
"#;

/// Work on the point's equipment: order, point, day. It hangs at the point as it is today, whoever supplied it on that day.
const WORK_ORDER: &str = r#"
table = "work_order"
key = ["order_no"]
rows = { by = "parent", table = "point", key = ["supply_point_id"], references = ["supply_point_id"], match = "all" }
known_at = { none = "an order is never changed" }
[columns]
order_no = "own_customer"
supply_point_id = "own_customer"
worked_on = "own_customer"
[types]
worked_on = "date"
"#;

const LEDGER: [&str; 1] = ["A|2010-01-01|9999-12-31|99010"];

fn with_contracts(otherwise: &str) -> Case {
    let contract = CONTRACT.replace("ELSE", otherwise);
    Case::of(&LEDGER).table(&contract, &["C1|A|kW|40"])
}

#[test]
fn a_unit_that_nobody_listed_is_not_opened_to_every_retailer() {
    let loose = with_contracts("any_retailer").rig();
    loose
        .bunri(["run", "job.toml"])
        .must(3)
        .says("write `else = \"own_customer\"`")
        .says("[else_looser]");
    assert!(!loose.path("custody").exists());
    for strict in ["own_customer", "transmission_only", "hold"] {
        let rig = with_contracts(strict).rig();
        rig.bunri(["check", "catalogue"]).must(0);
    }
}

#[test]
fn large_customers_are_not_opened_without_a_word() {
    let opened = |release: &str| {
        let release = format!("[release]\nany_retailer_on_other_rows = [{release}]\n[ledger]");
        with_contracts("own_customer")
            .catalogued("[ledger]", &release)
            .rig()
    };
    opened("\"contract\"")
        .bunri(["run", "job.toml"])
        .must(3)
        .says("500 kW and more is not in the switching system")
        .says("[opened_without_size]");
    let reason = "{ table = \"contract\", basis = \"low voltage only: decision 7 of 2026-02-20\" }";
    opened(reason).bunri(["check", "catalogue"]).must(0);
}

#[test]
fn a_rule_that_does_not_ask_who_supplied_then_is_told_and_no_cutover_takes_it() {
    let rig = Case::of(&LEDGER)
        .table(POINT, &["A"])
        .table(WORK_ORDER, &["W1|A|2014-07-01"])
        .rig();
    rig.bunri(["check", "catalogue"])
        .must(1)
        .prints("warning: catalogue/tables/work_order.toml:4:8: `supply_point_id` holds the ledger's key")
        .prints("[ledger_not_asked]")
        .prints("1 warnings");
    let checked = rig.bunri(["check", "catalogue"]).out;
    let digest = &checked.split("blake3 = \"").nth(1).unwrap()[..64];
    let pinned = format!("path = \"catalogue\"\nblake3 = \"{digest}\"");
    rig.edit("job.toml", "path = \"catalogue\"", &pinned);
    rig.edit("job.toml", "\"rehearsal\"", "\"cutover\"");
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("[ledger_not_asked]");
    rig.edit("job.toml", "\"cutover\"", "\"rehearsal\"");
    let reason = "match = \"all\", basis = \"equipment is of today, whoever ordered the work\"";
    rig.edit(
        "catalogue/tables/work_order.toml",
        "match = \"all\"",
        reason,
    );
    let told = rig.bunri(["check", "catalogue"]).must(0);
    assert!(!told.out.contains("warning"), "{told}");
}

#[test]
fn what_goes_to_nobody_is_listed() {
    let point = POINT.replace(
        "supply_point_id = \"own_customer\"\n",
        "supply_point_id = \"own_customer\"\nscreen_row = \"discard\"\nscreen_column = { class = \"discard\", basis = \"an old screen\" }\n",
    );
    let rig = Case::of(&LEDGER).table(&point, &["A|1|2"]).rig();
    rig.bunri(["check", "job.toml"])
        .must(1)
        .prints("no company gets, of point: screen_row, screen_column")
        .prints("no company gets `screen_row`")
        .never_says("no company gets `screen_column`");
}

/// The catalogue says 99010 where the list has 9901: nothing is own, and no rule says why.
#[test]
fn an_incumbent_whom_the_list_of_retailers_does_not_know_is_told() {
    let told = |code: &str| {
        let incumbent = format!("incumbent = [{{ code = {code:?} }}]");
        let case = Case::of(&LEDGER)
            .table(POINT, &["A"])
            .catalogued("incumbent = [{ code = \"99010\" }]", &incumbent);
        case.rig().bunri(["run", "job.toml"]).out
    };
    let out = told("9901");
    assert!(
        out.contains("incumbent_not_listed: code_retailer, 9901"),
        "{out}"
    );
    let out = told("99010");
    assert!(!out.contains("incumbent_not_listed"), "{out}");
}

/// Whoever reads only the extraction's ending code must not go on.
#[test]
fn an_extraction_that_lost_a_table_is_outside_by_itself() {
    let point = POINT.to_owned() + "[types]\nsupply_point_id = \"text\"\n";
    let day = "table = \"work_day\"\nkey = [\"day\"]\nrows = \"all_transmission\"\n[columns]\nday = \"transmission_only\"\n[types]\nday = \"date\"\n";
    let rig = Case::of(&LEDGER)
        .table(&point, &["A"])
        .table(day, &["2026/01/01", "2026/01/02"])
        .rig();
    rig.bunri(["extract", "job.toml"])
        .must(7)
        .prints("every row was rejected of work_day");
    let job = rig.read("job.toml");
    rig.write(
        "job.toml",
        job + "[expect]\nclaims = [\"C1\"]\n[expect.rejected.tables]\nwork_day = 2\n",
    );
    rig.bunri(["extract", "job.toml"]).must(1);
}
