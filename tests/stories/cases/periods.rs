//! K5, K6, K27: the days that a row speaks of. A period that holds the switch describes days of two companies, an end that is
//! excluded touches no day of its own, a month is all of its days.

use super::case::{Case, READING};
use super::stores::Stores;

/// A left for 乙: the first day of 乙 is 2024-03-15.
const MID_MARCH: [&str; 2] = [
    "A|2010-01-01|2024-03-14|99010",
    "A|2024-03-15|9999-12-31|99020",
];

/// A left for 乙: the first day of 乙 is 2024-03-31.
const LAST_OF_MARCH: [&str; 2] = [
    "A|2010-01-01|2024-03-30|99010",
    "A|2024-03-31|9999-12-31|99020",
];

#[test]
fn k5_a_months_reading_with_the_switch_in_it_waits_and_is_not_lost() {
    let rows = [
        "whole|A|2024-03-01|2024-03-31|2024-04-03|310",
        "before|A|2024-03-01|2024-03-14|2024-04-03|140",
        "after|A|2024-03-15|2024-03-31|2024-04-03|170",
        "a_day_more|A|2024-03-01|2024-03-15|2024-04-03|150",
    ];
    let right = [
        ("whole", "period_spans_change"),
        ("before", "own"),
        ("after", "other"),
        ("a_day_more", "period_spans_change"),
    ];
    let stores = Case::of(&MID_MARCH).table(READING, &rows).stores();
    stores.fates("reading", &right);
}

/// The middle of a month that begins and ends with the incumbent was 乙's.
#[test]
fn a_competitor_within_the_month_makes_it_wait_too() {
    let ledger = [
        "A|2010-01-01|2024-03-09|99010",
        "A|2024-03-10|2024-03-20|99020",
        "A|2024-03-21|9999-12-31|99010",
    ];
    let rows = ["R1|A|2024-03-01|2024-03-31|2024-04-03|310"];
    let stores = Case::of(&ledger).table(READING, &rows).stores();
    stores.fates("reading", &[("R1", "period_spans_change")]);
}

/// A new name-holder at the same point changes nothing of who supplied.
#[test]
fn two_periods_of_the_incumbent_are_one() {
    let ledger = [
        "A|2010-01-01|2024-03-14|99010",
        "A|2024-03-15|9999-12-31|99010",
    ];
    let rows = ["R1|A|2024-03-01|2024-03-31|2024-04-03|310"];
    let stores = Case::of(&ledger).table(READING, &rows).stores();
    stores.fates("reading", &[("R1", "own")]);
}

const INTERVAL: &str = r#"
table = "interval"
key = ["interval_id"]
rows = { by = "ledger", during = ["begins", "ends"], until_is = "exclusive" }
known_at = { none = "the meter writes it within the hour" }
[columns]
interval_id = "own_customer"
supply_point_id = "own_customer"
begins = "own_customer"
ends = "own_customer"
[types]
begins = "timestamp"
ends = "timestamp"
"#;

fn intervals(file: &str, rows: &[&str]) -> Stores {
    Case::of(&LAST_OF_MARCH).table(file, rows).stores()
}

#[test]
fn k6_half_a_day_of_the_competitors_is_not_own() {
    let stores = intervals(INTERVAL, &["a|A|2024-03-01 00:00:00|2024-03-31 12:00:00"]);
    stores.fates("interval", &[("a", "period_spans_change")]);
}

#[test]
fn k6_half_an_hour_within_a_day_is_that_days() {
    let rows = [
        "b|A|2024-03-10 10:00:00|2024-03-10 10:30:00",
        "d|A|2024-03-31 10:00:00|2024-03-31 10:30:00",
    ];
    intervals(INTERVAL, &rows).fates("interval", &[("b", "own"), ("d", "other")]);
}

#[test]
fn k6_an_interval_to_midnight_belongs_to_the_day_before() {
    let rows = [
        "c|A|2024-03-30 23:30:00|2024-03-31 00:00:00",
        "e|A|2024-03-31 00:00:00|2024-03-31 00:30:00",
        "f|A|2024-03-30 23:30:00|2024-03-31 00:00:01",
        "g|A|2024-03-01 00:00:00|2024-03-31 00:00:00",
    ];
    let right = [
        ("c", "own"),
        ("e", "other"),
        ("f", "period_spans_change"),
        ("g", "own"),
    ];
    intervals(INTERVAL, &rows).fates("interval", &right);
}

#[test]
fn an_interval_without_a_moment_in_it_or_without_a_beginning_waits() {
    let rows = [
        "h|A|2024-03-10 00:00:00|2024-03-10 00:00:00",
        "i|A|2024-03-11 00:00:00|2024-03-10 00:00:00",
        "j|A|NULL|2024-03-10 00:00:00",
        "k|A|2024-03-10 00:00:00|NULL",
    ];
    let right = [
        ("h", "period_reversed"),
        ("i", "period_reversed"),
        ("j", "date_missing"),
        ("k", "date_missing"),
    ];
    intervals(INTERVAL, &rows).fates("interval", &right);
}

/// Whoever says that the end belongs to the interval says that its whole day does.
#[test]
fn an_end_that_belongs_to_its_interval_touches_its_day() {
    let rows = [
        "a|A|2024-03-30 23:30:00|2024-03-31 00:00:00",
        "b|A|2024-03-30 23:00:00|2024-03-30 23:59:59",
    ];
    let stores = intervals(&INTERVAL.replace("exclusive", "inclusive"), &rows);
    stores.fates("interval", &[("a", "period_spans_change"), ("b", "own")]);
}

/// The ledger's ends are excluded and the readings' included, or the other way round: each says so itself.
#[test]
fn readings_say_for_themselves_whether_their_end_belongs_to_them() {
    let ledger = super::case::LEDGER.replace("inclusive", "exclusive");
    let periods = [
        "A|2010-01-01|2024-04-01|99010",
        "A|2024-04-01|9999-12-31|99020",
    ];
    let excluded = READING
        .replace("inclusive", "exclusive")
        .replace("table = \"reading\"", "table = \"reading_excluded\"");
    let march = "march|A|2024-03-01|2024-03-31|2024-04-03|1";
    let to_april = "to_april|A|2024-03-01|2024-04-01|2024-04-03|2";
    let stores = Case::under(&ledger)
        .table(super::case::SUPPLY_PERIOD, &periods)
        .table(READING, &[march, to_april])
        .table(&excluded, &[march, to_april])
        .stores();
    stores.fates(
        "reading",
        &[("march", "own"), ("to_april", "period_spans_change")],
    );
    stores.fates("reading_excluded", &[("march", "own"), ("to_april", "own")]);
}

const BILL: &str = r#"
table = "bill"
key = ["bill_id"]
rows = { by = "ledger", month = "bill_month" }
known_at = { none = "billed by the retailer itself" }
[columns]
bill_id = "own_customer"
supply_point_id = "own_customer"
bill_month = "own_customer"
[types]
"#;

/// Bills under the ledger in which A left in the middle of March, and L on the last day of February of the leap year.
fn bills(bill_month: &str, rows: &[&str]) -> Stores {
    let ledger = [
        MID_MARCH[0],
        MID_MARCH[1],
        "L|2010-01-01|2024-02-28|99010",
        "L|2024-02-29|9999-12-31|99020",
        "M|2010-01-01|2024-02-29|99010",
        "M|2024-03-01|9999-12-31|99020",
    ];
    let file = format!("{BILL}bill_month = \"{bill_month}\"\n");
    Case::of(&ledger).table(&file, rows).stores()
}

#[test]
fn k27_a_month_is_all_of_its_days() {
    let rows = [
        "feb|A|202402",
        "mar|A|202403",
        "apr|A|202404",
        "leap_left|L|202402",
        "leap_stayed|M|202402",
        "none|A|NULL",
    ];
    let right = [
        ("feb", "own"),
        ("mar", "period_spans_change"),
        ("apr", "other"),
        ("leap_left", "period_spans_change"),
        ("leap_stayed", "own"),
        ("none", "date_missing"),
    ];
    for bill_month in ["int", "text"] {
        bills(bill_month, &rows).fates("bill", &right);
    }
}

#[test]
fn a_month_is_read_as_it_is_written_or_not_at_all() {
    let own = ["2024-02", "2024/02", "202402"];
    let wrong = [
        "202613",
        "202600",
        "2024-2",
        " 202402",
        "202402 ",
        "2024年2月",
        "20240201",
        "２０２４０２",
        "000002",
        "2024.02",
        "H36.02",
        "",
    ];
    let rows: Vec<String> = own
        .iter()
        .chain(&wrong)
        .map(|month| format!("[{month}]|A|{month}"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let stores = bills("text", &rows);
    for month in own {
        stores.fates("bill", &[(&format!("[{month}]"), "own")]);
    }
    for month in wrong {
        stores.fates("bill", &[(&format!("[{month}]"), "month_invalid")]);
    }
}

#[test]
fn a_number_that_is_no_month_waits() {
    let rows = [
        "1|A|202613",
        "2|A|202600",
        "3|A|-202402",
        "4|A|20240201",
        "5|A|0",
    ];
    let stores = bills("int", &rows);
    let right = ["1", "2", "3", "4", "5"].map(|bill| (bill, "month_invalid"));
    stores.fates("bill", &right);
}

/// A bill that carries a day of its month speaks of the whole month.
#[test]
fn a_day_of_the_month_stands_for_its_month() {
    let rows = ["feb|A|2024-02-29", "mar|A|2024-03-01", "leap|L|2024-02-01"];
    let right = [
        ("feb", "own"),
        ("mar", "period_spans_change"),
        ("leap", "period_spans_change"),
    ];
    bills("date", &rows).fates("bill", &right);
}

const HALF_HOUR: &str = r#"
table = "half_hour"
key = ["slot_id"]
rows = { by = "ledger", at = { date = "day", slot = "slot" } }
known_at = { none = "the meter writes it within the hour" }
[columns]
slot_id = "own_customer"
supply_point_id = "own_customer"
day = "own_customer"
slot = "own_customer"
[types]
day = "date"
slot = "int"
"#;

/// Slot 48 ends at the midnight at which the switch takes effect.
#[test]
fn the_last_slot_before_a_switch_is_the_incumbents_and_the_first_after_it_is_not() {
    let rows = [
        "last|A|2024-03-30|48",
        "first|A|2024-03-31|1",
        "zero|A|2024-03-31|0",
        "too_many|A|2024-03-30|49",
        "none|A|2024-03-30|NULL",
        "dayless|A|NULL|48",
    ];
    let right = [
        ("last", "own"),
        ("first", "other"),
        ("zero", "slot_invalid"),
        ("too_many", "slot_invalid"),
        ("none", "slot_invalid"),
        ("dayless", "date_missing"),
    ];
    let stores = Case::of(&LAST_OF_MARCH).table(HALF_HOUR, &rows).stores();
    stores.fates("half_hour", &right);
}
