//! K11: readings that name their meter. The meter hangs at a supply point from one day to another, and moves: a reading belongs to
//! whoever was supplied where the meter hung on its day, and where it went later changes nothing.

use super::case::Case;

/// A is the incumbent's, B is 乙's, C is the incumbent's until 2024-06-30 and 丙's since.
const LEDGER: [&str; 4] = [
    "A|2010-01-01|9999-12-31|99010",
    "B|2016-04-01|9999-12-31|99020",
    "C|2010-01-01|2024-06-30|99010",
    "C|2024-07-01|9999-12-31|99030",
];

const HANGING: &str = r#"
table = "hanging"
key = ["hanging_id"]
rows = { by = "ledger", during = ["hung_on", "taken_off"], until_is = "inclusive" }
known_at = { none = "the meter yard writes it on the day" }
[columns]
hanging_id = "own_customer"
meter_no = "own_customer"
supply_point_id = "own_customer"
hung_on = "own_customer"
taken_off = "transmission_only"
[types]
hung_on = "date"
taken_off = "date"
"#;

const READING: &str = r#"
table = "reading"
key = ["reading_id"]
ledger_key = { through = "hanging", key = ["meter_no"], references = ["meter_no"], during = ["hung_on", "taken_off"], until_is = "inclusive", open = ["NULL"] }
rows = { by = "ledger", at = "read_on" }
known_at = { column = "written_on", early = "undecided", grace_days = 20 }
[columns]
reading_id = "own_customer"
meter_no = "own_customer"
read_on = "own_customer"
written_on = "own_customer"
kwh = "own_customer"
[types]
read_on = "date"
written_on = "date"
kwh = "int"
"#;

fn case(hangings: &[&str], readings: &[&str]) -> Case {
    let case = Case::of(&LEDGER).table(HANGING, hangings);
    case.table(READING, readings)
}

/// M hung at A until 2025-08-31 and hangs at B since: inherited from the meter of today, 乙's own customer's readings would be retail's,
/// or the incumbent's would be lost.
#[test]
fn k11_a_reading_is_of_the_point_where_its_meter_hung_on_its_day() {
    let hangings = ["1|M|A|2019-03-01|2025-08-31", "2|M|B|2025-09-01|NULL"];
    let readings = [
        "first|M|2019-03-01|2019-03-02|1",
        "before|M|2025-08-31|2025-09-02|2",
        "after|M|2025-09-01|2025-09-02|3",
        "in_the_yard|M|2019-02-28|2019-02-28|4",
        "nobodys|N|2025-08-31|2025-09-02|5",
        "without|NULL|2025-08-31|2025-09-02|6",
        "never|M|NULL|2025-09-02|7",
    ];
    let right = [
        ("first", "own"),
        ("before", "own"),
        ("after", "other"),
        ("in_the_yard", "key_missing"),
        ("nobodys", "key_missing"),
        ("without", "key_missing"),
        ("never", "date_missing"),
    ];
    case(&hangings, &readings).stores().fates("reading", &right);
}

/// The yard wrote the new place before it took the meter off: of the day with two points nobody knows which was read.
#[test]
fn a_day_with_two_points_waits_and_the_days_beside_it_do_not() {
    let hangings = ["1|M|A|2019-03-01|2025-08-31", "2|M|B|2025-08-31|NULL"];
    let readings = [
        "before|M|2025-08-30|2025-08-31|1",
        "both|M|2025-08-31|2025-08-31|2",
        "after|M|2025-09-01|2025-09-01|3",
    ];
    let right = [
        ("before", "own"),
        ("both", "key_ambiguous"),
        ("after", "other"),
    ];
    case(&hangings, &readings).stores().fates("reading", &right);
}

/// Taken off for its calibration and hung at the same point again on the same day: there is one point.
#[test]
fn the_same_point_twice_is_one_point() {
    let hangings = ["1|M|A|2019-03-01|2024-05-10", "2|M|A|2024-05-10|NULL"];
    let readings = ["r|M|2024-05-10|2024-05-11|1"];
    case(&hangings, &readings)
        .stores()
        .fates("reading", &[("r", "own")]);
}

/// Whoever corrects a reading of A in November does it about A, which the incumbent supplies then too; that the meter hangs at 乙's
/// customer by then does not make it 乙's word.
#[test]
fn where_the_meter_went_later_does_not_matter_to_who_wrote_it() {
    let hangings = [
        "1|M|A|2019-03-01|2025-08-31",
        "2|M|B|2025-09-01|NULL",
        "3|K|C|2019-03-01|2024-06-30",
        "4|K|A|2024-07-01|NULL",
    ];
    let readings = [
        "corrected|M|2025-08-20|2025-11-20|1",
        // Of C, which 丙 supplied when it was corrected, although the meter was at A.
        "overwritten|K|2024-06-20|2024-11-20|2",
        "in_grace|K|2024-06-20|2024-07-05|3",
    ];
    let right = [
        ("corrected", "own"),
        ("overwritten", "other"),
        ("in_grace", "own"),
    ];
    case(&hangings, &readings).stores().fates("reading", &right);
}

/// The point's own switch counts as it does for a row that names the point.
#[test]
fn the_points_customers_change_while_the_meter_stays() {
    let hangings = ["1|K|C|2010-01-01|NULL"];
    let readings = [
        "own|K|2024-06-30|2024-07-02|1",
        "others|K|2024-07-01|2024-07-02|2",
    ];
    case(&hangings, &readings)
        .stores()
        .fates("reading", &[("own", "own"), ("others", "other")]);
}

/// A hanging of which a day is `2025-02-30` is rejected: M could have hung anywhere on any day.
#[test]
fn a_rejected_hanging_leaves_its_meter_to_people() {
    let hangings = [
        "1|M|A|2019-03-01|NULL",
        "2|M|B|2025-02-30|NULL",
        "3|K|A|2019-03-01|NULL",
    ];
    let readings = ["m|M|2024-01-01|2024-01-02|1", "k|K|2024-01-01|2024-01-02|2"];
    case(&hangings, &readings)
        .stores()
        .fates("reading", &[("m", "key_rejected"), ("k", "own")]);
}

/// A hanging without its first day, one that ends before it begins, one of no point, and one of a point that the ledger lacks.
#[test]
fn a_hanging_that_says_too_little_decides_nothing() {
    let hangings = [
        "1|M|A|2019-03-01|NULL",
        "2|M|A|NULL|2020-01-01",
        "3|K|A|2019-03-01|2019-01-01",
        "4|L|NULL|2019-03-01|NULL",
        "5|J|Z|2019-03-01|NULL",
    ];
    let readings = [
        "m|M|2024-01-01|2024-01-02|1",
        "k|K|2019-02-01|2019-02-02|2",
        "l|L|2024-01-01|2024-01-02|3",
        "j|J|2024-01-01|2024-01-02|4",
    ];
    let right = [
        ("m", "key_ambiguous"),
        ("k", "key_ambiguous"),
        ("l", "not_in_ledger"),
        ("j", "not_in_ledger"),
    ];
    case(&hangings, &readings).stores().fates("reading", &right);
}

/// A month's reading of a meter that was moved within it: from one customer of the incumbent's to another it is all the
/// incumbent's, to 乙's it is of two companies.
#[test]
fn a_period_with_the_move_in_it_is_what_all_of_its_days_are() {
    let file = READING
        .replace("read_on = \"own", "begins = \"own_customer\"\nends = \"own")
        .replace("read_on = \"date", "begins = \"date\"\nends = \"date")
        .replace(
            "at = \"read_on\"",
            "during = [\"begins\", \"ends\"], until_is = \"inclusive\"",
        );
    let hangings = [
        "1|M|A|2019-03-01|2023-03-14",
        "2|M|C|2023-03-15|2023-09-30",
        "3|M|B|2023-10-01|NULL",
    ];
    let readings = [
        "within|M|2023-03-01|2023-03-31|2023-04-02|1",
        "to_another|M|2023-09-15|2023-10-15|2023-10-16|2",
    ];
    let stores = Case::of(&LEDGER).table(HANGING, &hangings);
    let stores = stores.table(&file, &readings).stores();
    let right = [("within", "own"), ("to_another", "period_spans_change")];
    stores.fates("reading", &right);
}

/// One row a meter and month with a column a day: each day is of the point where the meter hung on it.
#[test]
fn the_days_of_a_months_sheet_follow_the_meter() {
    let sheet = r#"
table = "sheet"
key = ["sheet_id"]
ledger_key = { through = "hanging", key = ["meter_no"], references = ["meter_no"], during = ["hung_on", "taken_off"], until_is = "inclusive", open = ["NULL"] }
rows = { by = "ledger", at = "month_start" }
known_at = { none = "the meter writes it" }
[columns]
sheet_id = "own_customer"
meter_no = "own_customer"
month_start = "own_customer"
d01 = "own_customer"
d02 = "own_customer"
d03 = "own_customer"
[types]
month_start = "date"
d01 = "int"
d02 = "int"
d03 = "int"
[[cells]]
columns = ["d01", "d02", "d03"]
days = { from = "month_start" }
"#;
    let hangings = ["1|M|A|2019-03-01|2025-08-02", "2|M|B|2025-08-03|NULL"];
    let stores = Case::of(&LEDGER).table(HANGING, &hangings);
    let stores = stores.table(sheet, &["s|M|2025-08-01|11|12|13"]).stores();
    stores.fates("sheet", &[("s", "own")]);
    stores.granted("sheet", "s", &["d01", "d02"]);
    stores.withheld("sheet", "s", &["d03"]);
}
