//! Class B opened on other rows: `[release] any_retailer_on_other_rows` sends the items that any retailer may see of other
//! companies' supply points to retail, and those items alone. The shipped catalogue opens none; here one table is opened.

use serde_json::{Value, json};

use crate::as_sql::compared;
use crate::rig::Rig;
use crate::tampering::mutants::split_with_another;
use crate::verdict::{broken, findings};

const CLOSED: &str = "any_retailer_on_other_rows = []";
const OPENED: &str = "any_retailer_on_other_rows = [\"supply_point\"]";
const POINTS: &str = "supply_point";
const FILE: &str = "C6 file_not_canonical retail/supply_point/part-00000.parquet";

/// For a table, or a mistake, that says nothing of the customer's size.
const BASIS: &str = "basis = \"decision 7 of 2026-02-20\"";

/// The sample, and the shipped catalogue with supply points opened.
fn opened(points: u32) -> Rig {
    let rig = Rig::with_sample(points);
    rig.own_catalogue();
    rig.edit("catalogue/catalogue.toml", CLOSED, OPENED);
    rig
}

/// The same, split and held by verification.
fn held() -> Rig {
    let rig = opened(60);
    rig.bunri(["run", "job.toml"]).must(1).never_says("BROKEN");
    rig
}

/// The key of a planted point.
fn point(rig: &Rig, trap: &str) -> Value {
    rig.planted(trap, POINTS, "service_address", "absent")["key"].clone()
}

/// A point that is somebody else's and not large, with its staged cell of a column.
fn below_500_kw(rig: &Rig) -> Value {
    point(rig, "power-499-kw")
}

#[test]
fn retail_sees_of_other_points_what_any_retailer_may_and_nothing_more() {
    let rig = held();
    rig.python("opened.py", ["."]).must(0);
    compared(&rig).must(0).prints(" 0 differ");
}

#[test]
fn retail_sees_of_other_points_what_any_retailer_may_in_a_larger_sample_too() {
    let rig = opened(2000);
    rig.bunri(["run", "job.toml"]).must(1).never_says("BROKEN");
    rig.python("opened.py", ["."]).must(0);
}

/// The oracle can fail: of a closed catalogue's stores it says so.
#[test]
fn a_closed_store_is_not_taken_for_an_opened_one() {
    let rig = Rig::split();
    rig.python("opened.py", ["."])
        .must(1)
        .prints("FAILS: retail has every cell that it may")
        .prints("FAILS: a point just below 500 kW is opened");
}

/// The bound read another way by the splitter: the point of exactly 500 kW goes to retail.
#[test]
fn a_large_customer_given_class_b_leaks() {
    for (bound, leaks) in [("500.1", true), ("100000", true), ("499.9", false)] {
        let rig = opened(60);
        let (truth, mistake) = ("at_least = \"500\"", format!("at_least = {bound:?}"));
        split_with_another(&rig, "tables/supply_point.toml", truth, &mistake);
        let ended = rig.bunri(["verify", "job.toml"]).must(10);
        let finding = if leaks {
            "C4 row_not_granted"
        } else {
            "C3 row_missing"
        };
        let finding = format!("{finding} retail/supply_point");
        assert!(findings(&rig).contains(&finding), "{bound}: {ended}");
        rig.holds_no_value(&ended);
    }
}

/// The condition forgotten altogether.
#[test]
fn a_large_customer_leaks_where_the_condition_is_forgotten() {
    let rig = opened(60);
    // Without a basis `check` would refuse it.
    let whatever_size =
        format!("any_retailer_on_other_rows = [{{ table = \"supply_point\", {BASIS} }}]");
    rig.edit("catalogue/catalogue.toml", OPENED, &whatever_size);
    let (truth, mistake) = ("rows = [\"other\"]", "rows = [\"undecided\"]");
    split_with_another(&rig, "tables/supply_point.toml", truth, mistake);
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains("C4 row_not_granted retail/supply_point"),
        "{found:#?}"
    );
}

#[test]
fn a_large_customer_added_to_the_opened_store_is_not_granted() {
    for trap in ["power-500-kw", "power-unknown"] {
        let rig = held();
        let mut row = point(&rig, trap);
        row["area_code"] = "90".into();
        rig.tamper("retail", POINTS, [json!(["add", row])]);
        broken(&rig, &["C4 row_not_granted retail/supply_point", FILE]);
        rig.python("opened.py", ["."]).must(1);
    }
}

#[test]
fn an_item_of_the_supplier_alone_on_an_opened_row_is_not_granted() {
    for (column, value) in [
        ("contract_power_kw", "499.9"),
        ("connection_service_menu", "高圧標準"),
    ] {
        let rig = held();
        let set = json!(["set", below_500_kw(&rig), column, value]);
        rig.tamper("retail", POINTS, [set]);
        let finding = format!("C4 cell_not_granted retail/supply_point.{column}");
        broken(&rig, &[&finding, FILE]);
        rig.python("opened.py", ["."]).must(1);
    }
}

/// The splitter takes an item of the supplier's for anybody's: own rows look the same, opened ones leak.
#[test]
fn an_item_of_the_supplier_taken_as_anybodys_leaks_on_opened_rows_alone() {
    for (truth, mistake, column) in [
        (
            "contract_power_kw = \"own_customer\"",
            "contract_power_kw = \"any_retailer\"",
            "contract_power_kw",
        ),
        (
            "connection_service_menu = \"own_customer\"",
            "connection_service_menu = \"any_retailer\"",
            "connection_service_menu",
        ),
        (
            "\"kW\" = \"own_customer\"",
            "\"kW\" = \"any_retailer\"",
            "contract_amount",
        ),
    ] {
        let rig = opened(60);
        split_with_another(&rig, "tables/supply_point.toml", truth, mistake);
        let ended = rig.bunri(["verify", "job.toml"]).must(10);
        let finding = format!("C4 cell_not_granted retail/supply_point.{column}");
        assert!(findings(&rig).contains(&finding), "{column}: {ended}");
        rig.holds_no_value(&ended);
    }
}

/// Without class B opened the splitter must not open it, nor open another table.
#[test]
fn rows_opened_by_mistake_leak() {
    let meters = format!("any_retailer_on_other_rows = [{{ table = \"meter\", {BASIS} }}]");
    for (mistake, table) in [(OPENED, POINTS), (&meters, "meter")] {
        let rig = Rig::with_sample(60);
        rig.own_catalogue();
        split_with_another(&rig, "catalogue.toml", CLOSED, mistake);
        rig.bunri(["verify", "job.toml"]).must(10);
        let finding = format!("C4 row_not_granted retail/{table}");
        assert!(findings(&rig).contains(&finding), "{table}");
    }
}
