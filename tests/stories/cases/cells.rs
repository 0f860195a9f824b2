//! K12, K13: a row of today that holds cells of another time. The row is the incumbent's, the peak of last summer and the previous
//! holder are not; of a month with the switch in it each day goes to whom it belongs.

use super::case::Case;
use super::stores::Stores;

const POINT: &str = r#"
table = "point"
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
supply_point_id = "own_customer"
holder = { class = "own_customer", category = "personal" }
peak_kw = { class = "own_customer", rows = { by = "ledger", month = "peak_month" } }
peak_month = { class = "own_customer", rows = { by = "ledger", month = "peak_month" } }
previous_holder = { class = "own_customer", category = "personal" }
previous_phone = { class = "own_customer", category = "personal" }
previous_until = "own_customer"
[types]
peak_kw = "int"
peak_month = "int"
previous_until = "date"
[[cells]]
columns = ["previous_holder", "previous_phone", "previous_until"]
rows = { by = "ledger", at = "previous_until" }
"#;

/// A came from 乙 in the middle of August 2025 and is the incumbent's since; B always was; C is 乙's.
fn points(rows: &[&str]) -> Stores {
    let ledger = [
        "A|2016-04-01|2025-08-15|99020",
        "A|2025-08-16|9999-12-31|99010",
        "B|2010-01-01|9999-12-31|99010",
        "C|2010-01-01|2016-03-31|99010",
        "C|2016-04-01|9999-12-31|99020",
    ];
    Case::of(&ledger).table(POINT, rows).stores()
}

const PEAK: [&str; 2] = ["peak_kw", "peak_month"];
const PREVIOUS: [&str; 3] = ["previous_holder", "previous_phone", "previous_until"];

#[test]
fn k12_a_peak_and_a_holder_of_the_competitors_time_are_withheld_and_the_row_is_own() {
    let stores = points(&["A|甲野花子|388|202507|丙野カナリア|090-0000-0099|2025-03-31"]);
    stores.granted("point", "A", &["holder"]);
    stores.withheld("point", "A", &PEAK);
    stores.withheld("point", "A", &PREVIOUS);
    for text in ["388", "丙野", "090-0000-0099"] {
        stores.retail_lacks("point", text);
    }
}

/// Half of the month was 乙's: nobody knows on which of its days the peak was.
#[test]
fn a_peak_of_a_month_with_the_switch_in_it_is_withheld() {
    let stores = points(&["A|甲野花子|388|202508|甲野一郎|090-0000-0001|2025-08-16"]);
    stores.withheld("point", "A", &PEAK);
    stores.granted("point", "A", &PREVIOUS);
}

#[test]
fn a_peak_and_a_holder_of_the_incumbents_own_time_are_granted() {
    let stores = points(&[
        "A|甲野花子|388|202509|甲野一郎|090-0000-0001|2025-12-31",
        "B|甲野次郎|25|201908|甲野三郎|090-0000-0002|2012-03-31",
    ]);
    for point in ["A", "B"] {
        stores.granted("point", point, &PEAK);
        stores.granted("point", point, &PREVIOUS);
    }
}

#[test]
fn cells_whose_time_nobody_can_tell_are_withheld() {
    let stores = points(&[
        "A|甲野花子|388|202513|丙野カナリア|090-0000-0099|NULL",
        "B|甲野次郎|25|NULL|甲野三郎|090-0000-0002|2009-12-31",
    ]);
    stores.withheld("point", "A", &PEAK);
    stores.withheld("point", "A", &["previous_holder", "previous_phone"]);
    stores.withheld("point", "B", &["peak_kw"]);
    stores.withheld("point", "B", &PREVIOUS);
}

/// The row is the competitor's: that some of its cells speak of the incumbent's days does not bring it back.
#[test]
fn cells_of_the_incumbents_time_on_a_competitors_row_stay_there() {
    let stores = points(&["C|丙野カナリア|388|201508|甲野一郎|090-0000-0001|2012-03-31"]);
    stores.fates("point", &[("C", "other")]);
}

/// A person decided whose customer the point is; the ledger still says whose its past was, and of what it does not know nothing goes.
#[test]
fn a_decision_on_the_row_does_not_decide_its_cells() {
    let ledger = [
        "G|2010-01-01|2024-03-31|99010",
        "H|2010-01-01|2024-03-31|99010",
    ];
    let rows = [
        "G|甲野花子|25|201908|甲野三郎|090-0000-0002|2012-03-31",
        "H|甲野次郎|388|202507|丙野カナリア|090-0000-0099|2025-03-31",
    ];
    let stores = Case::of(&ledger)
        .table(POINT, &rows)
        .decided("point", "G", "own")
        .decided("point", "H", "own")
        .stores();
    stores.granted("point", "G", &["holder"]);
    stores.granted("point", "G", &PEAK);
    stores.granted("point", "G", &PREVIOUS);
    stores.granted("point", "H", &["holder"]);
    stores.withheld("point", "H", &PEAK);
    stores.withheld("point", "H", &PREVIOUS);
}

/// A row a month, a column a day. The row is own if the month begins or ends with the incumbent.
fn month_of_days(known_at: &str) -> String {
    let names: Vec<String> = (1..=31).map(day).collect();
    let columns: String = names
        .iter()
        .map(|name| format!("{name} = \"own_customer\"\n"))
        .collect();
    let quoted = names.join("\", \"");
    format!(
        r#"
table = "month_of_days"
key = ["sheet_id"]
rows = {{ any = [{{ by = "ledger", at = "month_start" }}, {{ by = "ledger", at = "month_end" }}], basis = "each day goes by its own rule" }}
known_at = {known_at}
[columns]
sheet_id = "own_customer"
supply_point_id = "own_customer"
month_start = "own_customer"
month_end = "own_customer"
written_on = "transmission_only"
{columns}
[types]
month_start = "date"
month_end = "date"
written_on = "date"
[[cells]]
columns = ["{quoted}"]
days = {{ from = "month_start" }}
"#
    )
}

fn day(number: u32) -> String {
    format!("d{number:02}")
}

fn days(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(day).collect()
}

/// Sheets `sheet|point|first day|last day|written`, with a value for each of 31 days.
fn sheets(known_at: &str, ledger: &[&str], told: &[&str]) -> Stores {
    let values: Vec<String> = (1..=31).map(|day| format!("{day}.5")).collect();
    let values = values.join("|");
    let rows: Vec<String> = told.iter().map(|one| format!("{one}|{values}")).collect();
    Case::of(ledger)
        .table(&month_of_days(known_at), &rows)
        .stores()
}

const METER: &str = "{ none = \"the meter writes it day by day\" }";

#[test]
fn k13_each_day_of_the_month_of_a_switch_goes_to_whom_it_belongs() {
    let ledger = [
        "A|2010-01-01|2024-03-15|99010",
        "A|2024-03-16|9999-12-31|99020",
        "B|2016-04-01|2024-03-15|99020",
        "B|2024-03-16|9999-12-31|99010",
        "C|2016-04-01|9999-12-31|99020",
        "D|2010-01-01|9999-12-31|99010",
    ];
    let told =
        ["A", "B", "C", "D"].map(|point| format!("{point}|{point}|2024-03-01|2024-03-31|NULL"));
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let stores = sheets(METER, &ledger, &told);
    let table = "month_of_days";
    stores.granted(table, "A", &days(1..=15));
    stores.withheld(table, "A", &days(16..=31));
    stores.withheld(table, "B", &days(1..=15));
    stores.granted(table, "B", &days(16..=31));
    stores.fates(table, &[("C", "other")]);
    stores.granted(table, "D", &days(1..=31));
}

/// Written on the third of the next month, by the network: the days of the customer who left are still the incumbent's.
#[test]
fn k13_the_sheet_of_the_last_month_is_written_after_it() {
    let ledger = [
        "A|2010-01-01|2024-03-15|99010",
        "A|2024-03-16|9999-12-31|99020",
    ];
    let known_at = "{ column = \"written_on\", grace_days = 45 }";
    let told = [
        "in_time|A|2024-03-01|2024-03-31|2024-04-03",
        "overwritten|A|2024-03-01|2024-03-31|2025-04-03",
    ];
    let stores = sheets(known_at, &ledger, &told);
    stores.granted("month_of_days", "in_time", &days(1..=15));
    stores.withheld("month_of_days", "in_time", &days(16..=31));
    stores.fates("month_of_days", &[("overwritten", "other")]);
}

/// The columns after February's last day hold whatever was left there: days of March, if anything.
#[test]
fn february_has_the_days_that_it_has() {
    let ledger = [
        "leap|2010-01-01|2024-02-29|99010",
        "leap|2024-03-01|9999-12-31|99020",
        "common|2010-01-01|2023-02-28|99010",
        "common|2023-03-01|9999-12-31|99020",
    ];
    let told = [
        "leap|leap|2024-02-01|2024-02-29|NULL",
        "common|common|2023-02-01|2023-02-28|NULL",
    ];
    let stores = sheets(METER, &ledger, &told);
    let table = "month_of_days";
    stores.granted(table, "leap", &days(1..=29));
    stores.withheld(table, "leap", &days(30..=31));
    stores.granted(table, "common", &days(1..=28));
    stores.withheld(table, "common", &days(29..=31));
}

const METER_TODAY: &str = r#"
table = "meter_today"
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
supply_point_id = "any_retailer"
meter_no = "any_retailer"
previous_until = "any_retailer"
previous_meter_no = { class = "any_retailer", rows = { by = "ledger", at = "previous_until" } }
previous_kwh = { class = "own_customer", rows = { by = "ledger", at = "previous_until" } }
[types]
previous_until = "date"
previous_kwh = "int"
"#;

/// What any retailer may see of a point, it sees one point at a time and of today; the previous supplier's time is not opened with it.
#[test]
fn a_cell_of_the_previous_suppliers_time_is_withheld_where_other_rows_are_opened_too() {
    let ledger = [
        "A|2016-04-01|2025-08-15|99020",
        "A|2025-08-16|9999-12-31|99010",
    ];
    let row = ["A|M2|2025-03-31|M1|4711"];
    let closed = Case::of(&ledger).table(METER_TODAY, &row);
    let stores = closed.stores();
    stores.granted("meter_today", "A", &["meter_no"]);
    stores.withheld("meter_today", "A", &["previous_meter_no", "previous_kwh"]);
    let opened = closed.catalogued(
        "[ledger]",
        "[release]\nany_retailer_on_other_rows = [{ table = \"meter_today\", basis = \"no meter here is of a large customer\" }]\n[ledger]",
    );
    let stores = opened.stores();
    stores.granted("meter_today", "A", &["meter_no"]);
    stores.withheld("meter_today", "A", &["previous_meter_no", "previous_kwh"]);
}

/// Extra-high voltage is not in the switching system: of a competitor's time nothing of it is any retailer's to see.
#[test]
fn a_cell_of_a_large_customers_other_time_is_withheld_where_other_rows_are_opened_too() {
    let ledger = [
        "A|2016-04-01|2025-08-15|99020",
        "A|2025-08-16|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99020",
        "C|2016-04-01|9999-12-31|99020",
    ];
    let file = METER_TODAY.replace("[types]", "voltage = \"any_retailer\"\n[types]")
        + r#"[[when]]
if = { column = "voltage", not_in = ["低圧", "高圧"], compare = "exact" }
rows = ["other"]
change = { any_retailer = "transmission_only" }
basis = "extra-high voltage is not in the switching system"
"#;
    let rows = [
        "A|M2|2025-03-31|M1|4711|特別高圧",
        "B|M4|2020-03-31|M3|4712|特別高圧",
        "C|M6|2020-03-31|M5|4713|低圧",
    ];
    let opened = Case::of(&ledger).table(&file, &rows).catalogued(
        "[ledger]",
        "[release]\nany_retailer_on_other_rows = [\"meter_today\"]\n[ledger]",
    );
    let stores = opened.stores();
    stores.fates("meter_today", &[("B", "other")]);
    stores.granted("meter_today", "C", &["previous_meter_no"]);
    stores.granted("meter_today", "A", &["meter_no"]);
    stores.withheld("meter_today", "A", &["previous_meter_no", "previous_kwh"]);
}

/// The ledger does not know who supplied when the peak was: the cell is withheld, and the row stays own.
#[test]
fn a_peak_of_a_month_that_the_ledger_does_not_know_is_withheld() {
    let ledger = [
        "A|2010-01-01|2025-06-30|99010",
        "A|2025-08-01|9999-12-31|99010",
    ];
    let rows = ["A|甲野花子|388|202507|甲野一郎|090-0000-0001|2025-06-30"];
    let stores = Case::of(&ledger).table(POINT, &rows).stores();
    stores.withheld("point", "A", &PEAK);
    stores.granted("point", "A", &PREVIOUS);
}
