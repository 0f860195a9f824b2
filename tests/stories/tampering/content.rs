//! Rows and cells of tables that the store does have: changed, lost, doubled, swapped, moved, filled in.

use serde_json::{Value, json};

use crate::rig::Rig;
use crate::verdict::broken;

const READINGS: &str = "meter_reading_monthly";
const SUM: &str = "C3 region_differs retail/meter_reading_monthly";
const RETAIL_FILE: &str = "C6 file_not_canonical retail/meter_reading_monthly/part-00000.parquet";

/// Two readings of the incumbent's own customer.
fn own_readings(rig: &Rig) -> (Value, Value) {
    let one = rig.planted("own", READINGS, "usage_kwh", "present")["key"].clone();
    let mut other = one.clone();
    other["period_from"] = "2026-02-01".into();
    (one, other)
}

/// Rewriting a file without touching a cell already costs the canonical form, and nothing else.
#[test]
fn a_file_rewritten_by_another_writer_is_not_canonical() {
    let rig = Rig::split();
    rig.tamper("retail", READINGS, []);
    broken(&rig, &[RETAIL_FILE]);
}

#[test]
fn a_changed_cell_is_a_changed_value() {
    let rig = Rig::split();
    let (reading, _) = own_readings(&rig);
    rig.tamper(
        "retail",
        READINGS,
        [json!(["set", reading, "usage_kwh", "1.0"])],
    );
    broken(
        &rig,
        &[
            SUM,
            "C3 value_changed retail/meter_reading_monthly.usage_kwh",
            RETAIL_FILE,
        ],
    );
}

#[test]
fn a_changed_cell_without_new_digests_is_a_changed_file_too() {
    let rig = Rig::split();
    let (reading, _) = own_readings(&rig);
    rig.write(
        "damage.json",
        json!({"table": READINGS, "sealed": false, "edits": [["set", reading, "usage_kwh", "1.0"]]}).to_string(),
    );
    rig.python("tamper.py", ["retail", "damage.json"]).must(0);
    broken(
        &rig,
        &[
            "C1 file_changed retail/meter_reading_monthly/part-00000.parquet",
            "C3 value_changed retail/meter_reading_monthly.usage_kwh",
            SUM,
            RETAIL_FILE,
        ],
    );
}

#[test]
fn a_changed_cell_of_transmission_is_a_changed_value() {
    let rig = Rig::split();
    let (reading, _) = own_readings(&rig);
    rig.tamper(
        "custody/transmission",
        READINGS,
        [json!(["set", reading, "remarks", "読めず"])],
    );
    broken(
        &rig,
        &[
            "C3 value_changed transmission/meter_reading_monthly.remarks",
            "C3 region_differs transmission/meter_reading_monthly",
        ],
    );
}

#[test]
fn a_granted_cell_that_was_emptied_is_a_changed_value() {
    let rig = Rig::split();
    let (reading, _) = own_readings(&rig);
    rig.tamper(
        "retail",
        READINGS,
        [json!(["set", reading, "usage_kwh", null])],
    );
    broken(
        &rig,
        &[
            "C3 value_changed retail/meter_reading_monthly.usage_kwh",
            SUM,
            RETAIL_FILE,
        ],
    );
}

#[test]
fn a_lost_row_is_missing() {
    let rig = Rig::split();
    let (reading, _) = own_readings(&rig);
    rig.tamper("retail", READINGS, [json!(["drop", reading])]);
    broken(
        &rig,
        &[
            "C3 row_missing retail/meter_reading_monthly",
            SUM,
            RETAIL_FILE,
        ],
    );
}

#[test]
fn a_doubled_row_is_doubled() {
    let rig = Rig::split();
    let (reading, _) = own_readings(&rig);
    rig.tamper("retail", READINGS, [json!(["double", reading])]);
    broken(
        &rig,
        &[
            "C3 row_doubled retail/meter_reading_monthly",
            SUM,
            RETAIL_FILE,
        ],
    );
}

/// The count is right; an XOR of the rows would be fooled by other pairs.
#[test]
fn one_row_lost_and_another_doubled_are_both_found() {
    let rig = Rig::split();
    let (one, other) = own_readings(&rig);
    rig.tamper(
        "retail",
        READINGS,
        [json!(["drop", one]), json!(["double", other])],
    );
    broken(
        &rig,
        &[
            "C3 row_missing retail/meter_reading_monthly",
            "C3 row_doubled retail/meter_reading_monthly",
            SUM,
            RETAIL_FILE,
        ],
    );
}

/// Sums and counts of the column are right.
#[test]
fn two_own_rows_with_swapped_values_are_both_found() {
    let rig = Rig::split();
    let (one, other) = own_readings(&rig);
    rig.tamper(
        "retail",
        READINGS,
        [json!(["swap", one, other, "usage_kwh"])],
    );
    broken(
        &rig,
        &[
            "C3 value_changed retail/meter_reading_monthly.usage_kwh",
            SUM,
            RETAIL_FILE,
        ],
    );
}

/// The switched customer's reading at the old supplier: Kyushu 2020.
#[test]
fn another_customers_row_is_not_granted() {
    let rig = Rig::split();
    let stray = rig.planted("kyushu-2020", READINGS, "usage_kwh", "absent");
    let mut row = stray["key"].clone();
    row["usage_kwh"] = stray["staged"].clone();
    row["period_until"] = "2026-01-31".into();
    rig.tamper("retail", READINGS, [json!(["add", row])]);
    broken(
        &rig,
        &[
            "C4 row_not_granted retail/meter_reading_monthly",
            RETAIL_FILE,
        ],
    );
}

#[test]
fn a_row_that_nobody_ever_staged_has_no_partner() {
    let rig = Rig::split();
    let (mut row, _) = own_readings(&rig);
    row["period_from"] = "1999-01-01".into();
    rig.tamper("retail", READINGS, [json!(["add", row])]);
    broken(
        &rig,
        &[
            "C4 row_without_partner retail/meter_reading_monthly",
            RETAIL_FILE,
        ],
    );
}

/// 契約高 in a unit that nobody classified stays with the operator, on an own row.
#[test]
fn a_withheld_cell_of_a_granted_row_is_not_granted() {
    let rig = Rig::split();
    let withheld = rig.planted(
        "contract-amount-unit",
        "supply_point",
        "contract_amount",
        "null",
    );
    rig.tamper(
        "retail",
        "supply_point",
        [json!([
            "set",
            withheld["key"],
            "contract_amount",
            withheld["staged"]
        ])],
    );
    broken(
        &rig,
        &[
            "C4 cell_not_granted retail/supply_point.contract_amount",
            "C6 file_not_canonical retail/supply_point/part-00000.parquet",
        ],
    );
}

/// Any value in a withheld cell, not only the true one.
#[test]
fn a_made_up_value_in_a_withheld_cell_is_not_granted() {
    let rig = Rig::split();
    let withheld = rig.planted(
        "contract-amount-unit",
        "supply_point",
        "contract_amount",
        "null",
    );
    rig.tamper(
        "retail",
        "supply_point",
        [json!(["set", withheld["key"], "contract_amount", "1.0"])],
    );
    let found = broken(
        &rig,
        &[
            "C4 cell_not_granted retail/supply_point.contract_amount",
            "C6 file_not_canonical retail/supply_point/part-00000.parquet",
        ],
    );
    rig.holds_no_value(&found);
}

/// A cell of the bill in a column that transmission does have.
#[test]
fn a_billing_cell_in_a_column_of_the_transmission_store_is_a_changed_value() {
    let rig = Rig::split();
    let bill = rig.planted("own", "billing", "amount_yen", "present");
    let (reading, _) = own_readings(&rig);
    rig.tamper(
        "custody/transmission",
        READINGS,
        [json!(["set", reading, "remarks", bill["staged"]])],
    );
    broken(
        &rig,
        &[
            "C3 value_changed transmission/meter_reading_monthly.remarks",
            "C3 region_differs transmission/meter_reading_monthly",
        ],
    );
}

#[test]
fn a_row_lost_from_the_quarantine_is_missing() {
    let rig = Rig::split();
    let waiting = rig.planted("reading-spans-switch", READINGS, "usage_kwh", "absent");
    rig.tamper(
        "custody/quarantine",
        READINGS,
        [json!(["drop", waiting["key"]])],
    );
    broken(
        &rig,
        &[
            "C3 row_missing quarantine/meter_reading_monthly",
            "C3 region_differs quarantine/meter_reading_monthly",
        ],
    );
}
