//! K16, K28, K29: what stands in the ledger and does not count, a list of switches without ends, a current and a history table.
//! Mergers, vacancies and what nobody knows.

use super::case::{Case, DAY_NOTE, LEDGER, POINT, SUPPLY_PERIOD};
use super::stores::Stores;

const FLAGGED: &str = r#"
table = "supply_period"
key = ["period_no"]
rows = { all = [{ by = "ledger", during = ["valid_from", "valid_until"] }, { by = "column", column = "retailer_code", compare = "exact", at = "valid_from" }] }
known_at = { none = "a period is entered when it is agreed" }
[columns]
period_no = "own_customer"
supply_point_id = "own_customer"
valid_from = "own_customer"
valid_until = { class = "own_customer", basis = "a decision" }
retailer_code = "own_customer"
cancelled = "own_customer"
[types]
valid_from = "date"
valid_until = "date"
"#;

const COUNTS: &str =
    "counts = { column = \"cancelled\", in = [\"0\"], never = [\"1\"], compare = \"trim\" }\n";

/// A ledger with a flag, and each point as it stands today.
fn flagged(counts: &str, periods: &[&str], points: &[&str]) -> Stores {
    Case::under(&format!("{LEDGER}{counts}"))
        .table(FLAGGED, periods)
        .table(POINT, points)
        .stores()
}

#[test]
fn k16_a_customer_who_never_came_stays_with_the_competitor() {
    let periods = [
        "1|B|2016-04-01|9999-12-31|99020|0",
        "2|B|2025-10-01|9999-12-31|99010|1",
    ];
    let stores = flagged(COUNTS, &periods, &["B"]);
    stores.fates("point", &[("B", "other")]);
    stores.fates("supply_period", &[("1", "other"), ("2", "other")]);
}

/// 取戻し営業: that the customer once wanted to leave is 乙's business, also after it came to nothing.
#[test]
fn a_competitors_cancelled_switch_does_not_reach_retail() {
    let periods = [
        "1|A|2010-01-01|9999-12-31|99010|0",
        "2|A|2025-10-01|9999-12-31|99020|1 ",
        "3|A|2026-05-01|9999-12-31|99030|1",
    ];
    let stores = flagged(COUNTS, &periods, &["A"]);
    stores.fates("point", &[("A", "own")]);
    stores.fates("supply_period", &[("1", "own")]);
    for text in ["99020", "99030", "2025-10-01", "2026-05-01"] {
        stores.retail_lacks("supply_period", text);
    }
}

#[test]
fn k16_a_flag_that_nobody_knows_makes_its_point_wait_and_no_other() {
    let periods = [
        "1|A|2010-01-01|2019-12-31|99010|9",
        "2|A|2020-01-01|9999-12-31|99010|0",
        "3|B|2010-01-01|9999-12-31|99010|NULL",
        "4|C|2010-01-01|9999-12-31|99010|0",
        "5|D|2010-01-01|9999-12-31|99010|1",
        "6|E|2010-01-01|9999-12-31|99010|",
    ];
    let stores = flagged(COUNTS, &periods, &["A", "B", "C", "D", "E"]);
    let right = [
        ("A", "ledger_status_unknown"),
        ("B", "ledger_status_unknown"),
        ("C", "own"),
        ("D", "not_in_ledger"),
        ("E", "ledger_status_unknown"),
    ];
    stores.fates("point", &right);
}

#[test]
fn a_flag_that_is_not_set_counts_where_the_catalogue_says_so() {
    let counts = COUNTS.replace("[\"0\"]", "[\"0\", \"NULL\"]");
    let periods = ["1|B|2010-01-01|9999-12-31|99010|NULL"];
    flagged(&counts, &periods, &["B"]).fates("point", &[("B", "own")]);
}

const SWITCHES: &str = r#"
table = "switch"
key = ["supply_point_id"]
retailer = "retailer_code"
from = "switched_on"
until_is = "next"
compare = "exact"
"#;

const SWITCH: &str = r#"
table = "switch"
key = ["switch_no"]
rows = { by = "ledger", at = "switched_on" }
known_at = { none = "entered when it is agreed" }
[columns]
switch_no = "own_customer"
supply_point_id = "own_customer"
switched_on = "own_customer"
retailer_code = "own_customer"
[types]
switched_on = "date"
"#;

/// A list of switches, and notes of days.
fn switches(list: &[&str], notes: &[&str]) -> Stores {
    Case::under(SWITCHES)
        .table(SWITCH, list)
        .table(DAY_NOTE, notes)
        .stores()
}

#[test]
fn k28_a_switch_lasts_until_the_next_one() {
    let list = [
        "1|A|2010-01-01|99010",
        "2|A|2016-04-01|99020",
        "3|A|2024-07-01|99010",
    ];
    let notes = [
        "N1|A|2009-12-31",
        "N2|A|2010-01-01",
        "N3|A|2016-03-31",
        "N4|A|2016-04-01",
        "N5|A|2024-06-30",
        "N6|A|2024-07-01",
        "N7|A|2026-04-01",
    ];
    let stores = switches(&list, &notes);
    let right = [
        ("N1", "ledger_gap"),
        ("N2", "own"),
        ("N3", "own"),
        ("N4", "other"),
        ("N5", "other"),
        ("N6", "own"),
        ("N7", "own"),
    ];
    stores.fates("day_note", &right);
    stores.fates("switch", &[("1", "own"), ("2", "other"), ("3", "own")]);
}

/// Nobody knows in which order they came; before that day and after the next switch everybody does.
#[test]
fn two_switches_on_one_day_make_what_follows_wait() {
    let list = [
        "1|A|2010-01-01|99010",
        "2|A|2020-01-01|99020",
        "3|A|2020-01-01|99010",
        "4|A|2024-01-01|99010",
    ];
    let notes = [
        "N1|A|2019-12-31",
        "N2|A|2020-01-01",
        "N3|A|2023-12-31",
        "N4|A|2024-01-01",
    ];
    let right = [
        ("N1", "own"),
        ("N2", "ledger_overlap"),
        ("N3", "ledger_overlap"),
        ("N4", "own"),
    ];
    switches(&list, &notes).fates("day_note", &right);
}

#[test]
fn a_switch_that_is_still_to_come_leaves_the_customer_and_stays_out_of_retail() {
    let list = ["1|A|2010-01-01|99010", "2|A|2026-04-21|99020"];
    let stores = switches(&list, &["N1|A|2026-04-01"]);
    stores.fates("day_note", &[("N1", "own")]);
    stores.fates("switch", &[("1", "own"), ("2", "other")]);
    stores.retail_lacks("switch", "2026-04-21");
}

#[test]
fn a_switch_without_a_day_makes_every_day_of_its_point_wait() {
    let list = [
        "1|A|2010-01-01|99010",
        "2|A|NULL|99020",
        "3|B|2010-01-01|99010",
    ];
    let right = [("N1", "ledger_date_missing"), ("N2", "own")];
    switches(&list, &["N1|A|2012-01-01", "N2|B|2012-01-01"]).fates("day_note", &right);
}

/// A cancelled switch ends nothing.
#[test]
fn a_cancelled_switch_in_the_list_ends_nothing() {
    let rule = "rows = { all = [{ by = \"ledger\", at = \"switched_on\" }, { by = \"column\", column = \"retailer_code\", compare = \"exact\", at = \"switched_on\" }] }";
    let file = SWITCH
        .replace("rows = { by = \"ledger\", at = \"switched_on\" }", rule)
        .replace("[types]", "cancelled = \"own_customer\"\n[types]");
    let list = [
        "1|A|2010-01-01|99010|0",
        "2|A|2020-01-01|99020|1",
        "3|A|2020-01-01|99030|1",
        "4|A|2024-01-01|99020|0",
    ];
    let stores = Case::under(&format!("{SWITCHES}{COUNTS}"))
        .table(&file, &list)
        .table(DAY_NOTE, &["N1|A|2021-01-01", "N2|A|2024-01-01"])
        .stores();
    stores.fates("day_note", &[("N1", "own"), ("N2", "other")]);
    stores.fates("switch", &[("1", "own"), ("2", "other"), ("4", "other")]);
    stores.retail_lacks("switch", "99030");
}

/// The current periods and the old ones, and notes of days.
fn two_tables(current: &[&str], old: &[&str], notes: &[&str]) -> Stores {
    let ledger = LEDGER.replace(
        "table = \"supply_period\"",
        "tables = [\"supply_period\", \"supply_period_old\"]",
    );
    let history =
        SUPPLY_PERIOD.replace("table = \"supply_period\"", "table = \"supply_period_old\"");
    Case::under(&ledger)
        .table(SUPPLY_PERIOD, current)
        .table(&history, old)
        .table(DAY_NOTE, notes)
        .stores()
}

#[test]
fn k29_current_and_history_are_one_ledger() {
    let current = [
        "A|2016-04-01|9999-12-31|99020",
        "B|2024-07-01|9999-12-31|99010",
    ];
    let old = [
        "A|2010-01-01|2016-03-31|99010",
        "B|2016-04-01|2024-06-30|99020",
    ];
    let notes = [
        "N1|A|2012-01-01",
        "N2|A|2016-04-01",
        "N3|B|2020-01-01",
        "N4|B|2025-01-01",
    ];
    let stores = two_tables(&current, &old, &notes);
    let right = [
        ("N1", "own"),
        ("N2", "other"),
        ("N3", "other"),
        ("N4", "own"),
    ];
    stores.fates("day_note", &right);
    stores.fates("supply_period", &[("A", "other"), ("B", "own")]);
    stores.fates("supply_period_old", &[("A", "own"), ("B", "other")]);
}

/// A row that stands in both tables is an overlap, and one that only touches the next is none.
#[test]
fn a_period_that_stands_in_both_tables_makes_its_own_days_wait() {
    let doubled = "A|2010-01-01|2016-03-31|99010";
    let current = [doubled, "A|2016-04-01|9999-12-31|99010"];
    let notes = ["N1|A|2012-01-01", "N2|A|2016-03-31", "N3|A|2016-04-01"];
    let stores = two_tables(&current, &[doubled], &notes);
    let right = [
        ("N1", "ledger_overlap"),
        ("N2", "ledger_overlap"),
        ("N3", "own"),
    ];
    stores.fates("day_note", &right);
    stores.fates("supply_period_old", &[("A", "ledger_overlap")]);
}

#[test]
fn a_history_row_that_cannot_be_read_makes_every_day_of_its_point_wait() {
    let current = [
        "A|2016-04-01|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99010",
    ];
    let old = ["A|2010-01-01|2016-02-31|99020"];
    let stores = two_tables(&current, &old, &["N1|A|2025-01-01", "N2|B|2025-01-01"]);
    stores.fates("day_note", &[("N1", "ledger_rejected"), ("N2", "own")]);
    stores.fates("supply_period", &[("A", "ledger_rejected"), ("B", "own")]);
}

#[test]
fn what_the_code_does_not_say_is_never_own() {
    let periods = [
        "A|2010-01-01|9999-12-31|99010",
        "B|2010-01-01|9999-12-31|00000",
        "C|2010-01-01|9999-12-31|NULL",
        "D|2010-01-01|9999-12-31|",
        "E|2010-01-01|9999-12-31|99010 ",
        "F|2010-01-01|9999-12-31|98765",
    ];
    let stores = Case::of(&periods)
        .table(POINT, &["A", "B", "C", "D", "E", "F", "G"])
        .stores();
    let unknown = ["C", "D", "E", "F"].map(|point| (point, "retailer_unknown"));
    stores.fates(
        "point",
        &[("A", "own"), ("B", "other"), ("G", "not_in_ledger")],
    );
    stores.fates("point", &unknown);
}

/// One house, two numbers: the demand is the incumbent's, the solar roof is bought by the network operator. Each number speaks for itself.
#[test]
fn a_house_is_decided_number_by_number() {
    let periods = [
        "DEMAND|2010-01-01|9999-12-31|99010",
        "FIT|2012-07-01|9999-12-31|99000",
    ];
    let notes = ["N1|DEMAND|2020-01-01", "N2|FIT|2020-01-01"];
    let case = Case::of(&periods).table(DAY_NOTE, &notes);
    let right = [("N1", "own"), ("N2", "retailer_unknown")];
    case.stores().fates("day_note", &right);
    let declared = case.catalogued("[\"00000\"]", "[\"00000\", \"99000\"]");
    let right = [("N1", "own"), ("N2", "other")];
    declared.stores().fates("day_note", &right);
}

/// The incumbent took a company over on 2020-04-01; the code of that company is its own from then on, and its old one until then.
#[test]
fn a_code_is_the_incumbents_in_its_own_time_only() {
    let codes = "[{ code = \"99010\" }, { code = \"99030\", from = 2020-04-01 }, { code = \"98010\", until = 2020-03-31 }]";
    let periods = [
        "A|2016-04-01|9999-12-31|99030",
        "B|2016-04-01|9999-12-31|98010",
    ];
    let notes = [
        "N1|A|2020-03-31",
        "N2|A|2020-04-01",
        "N3|B|2020-03-31",
        "N4|B|2020-04-01",
    ];
    let stores = Case::of(&periods)
        .catalogued("[{ code = \"99010\" }]", codes)
        .table(DAY_NOTE, &notes)
        .stores();
    let right = [
        ("N1", "other"),
        ("N2", "own"),
        ("N3", "own"),
        ("N4", "retailer_unknown"),
    ];
    stores.fates("day_note", &right);
}

/// Codes that are padded are known only where the catalogue says so; other digits are other codes.
#[test]
fn codes_are_compared_as_declared() {
    let periods = [
        "A|2010-01-01|9999-12-31|99010 ",
        "B|2010-01-01|9999-12-31|９９０１０",
        "C|2010-01-01|9999-12-31| 99020",
    ];
    let stores = Case::under(&LEDGER.replace("exact", "trim"))
        .table(SUPPLY_PERIOD, &periods)
        .table(POINT, &["A", "B", "C"])
        .stores();
    let right = [("A", "own"), ("B", "retailer_unknown"), ("C", "other")];
    stores.fates("point", &right);
}

/// The number of a point is compared as it stands: what only looks like it is nobody's.
#[test]
fn a_point_that_only_looks_like_one_of_the_ledger_waits() {
    let notes = [
        "N1|A|2020-01-01",
        "N2|A |2020-01-01",
        "N3|Ａ|2020-01-01",
        "N4|a|2020-01-01",
        "N5|NULL|2020-01-01",
        "N6||2020-01-01",
    ];
    let stores = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(DAY_NOTE, &notes)
        .stores();
    stores.fates("day_note", &[("N1", "own")]);
    let unknown = ["N2", "N3", "N4", "N5", "N6"].map(|note| (note, "not_in_ledger"));
    stores.fates("day_note", &unknown);
}

/// A switch on the very day of the cutover has taken place.
#[test]
fn a_switch_on_the_cutover_has_taken_place() {
    let periods = [
        "A|2010-01-01|2026-03-31|99010",
        "A|2026-04-01|9999-12-31|99020",
        "B|2016-04-01|2026-03-31|99020",
        "B|2026-04-01|9999-12-31|99010",
    ];
    let stores = Case::of(&periods).table(POINT, &["A", "B"]).stores();
    stores.fates("point", &[("A", "other"), ("B", "own")]);
    let right = [
        ("A|2010-01-01", "own"),
        ("A|2026-04-01", "other"),
        ("B|2016-04-01", "other"),
        ("B|2026-04-01", "own"),
    ];
    stores.fates("supply_period", &right);
    stores.granted("supply_period", "A|2010-01-01", &["valid_until"]);
}

/// A period that ends before it begins says nothing certain of the days between, and of all others nothing at all.
#[test]
fn a_reversed_period_makes_the_days_between_wait() {
    let periods = [
        "A|2010-01-01|2019-12-31|99010",
        "A|2020-02-01|2020-01-01|99010",
        "A|2020-02-02|9999-12-31|99010",
    ];
    let notes = ["N1|A|2019-12-31", "N2|A|2020-01-15", "N3|A|2020-02-02"];
    let stores = Case::of(&periods).table(DAY_NOTE, &notes).stores();
    let right = [("N1", "own"), ("N2", "ledger_reversed"), ("N3", "own")];
    stores.fates("day_note", &right);
}

/// 9999-12-31 is "no end yet"; a period without an end is not, unless the catalogue says so.
#[test]
fn an_end_that_is_missing_is_no_end_only_where_the_catalogue_says_so() {
    let periods = ["A|2010-01-01|NULL|99010"];
    let notes = ["N1|A|2020-01-01"];
    let waiting = Case::of(&periods).table(DAY_NOTE, &notes).stores();
    waiting.fates("day_note", &[("N1", "ledger_date_missing")]);
    let ledger = LEDGER.replace("\"9999-12-31\"", "\"9999-12-31\", \"NULL\"");
    let stores = Case::under(&ledger)
        .table(SUPPLY_PERIOD, &periods)
        .table(DAY_NOTE, &notes)
        .stores();
    stores.fates("day_note", &[("N1", "own")]);
    stores.fates("supply_period", &[("A", "own")]);
}

const HOUSE_WITH_TWO_METERS: [&str; 6] = [
    "A|2010-01-01|2018-03-31|99010",
    "A|2015-04-01|2018-03-31|99010",
    "A|2018-04-01|9999-12-31|99020",
    "B|2010-01-01|2020-03-31|99010",
    "B|2018-04-01|9999-12-31|99020",
    "C|2010-01-01|2018-03-31|99010",
];

/// That house, with notes of its days, under a ledger with this exception.
fn two_meters(exception: &str, notes: &[&str]) -> Stores {
    Case::under(&format!("{LEDGER}{exception}"))
        .table(SUPPLY_PERIOD, &HOUSE_WITH_TWO_METERS)
        .table(DAY_NOTE, notes)
        .stores()
}

/// Two rows of a point name the same retailer: a person may say that they are believed. Where they name two, nobody knows.
#[test]
fn several_rows_that_name_one_retailer_are_believed_where_a_person_said_so() {
    let notes = ["1|A|2016-01-01", "2|A|2013-01-01", "3|B|2019-01-01"];
    let system = |exception: &str| two_meters(exception, &notes);
    let strict = [
        ("1", "ledger_overlap"),
        ("2", "own"),
        ("3", "ledger_overlap"),
    ];
    system("").fates("day_note", &strict);
    let agreed = [("1", "own"), ("2", "own"), ("3", "ledger_overlap")];
    let basis = "basis = \"a row a meter\"";
    system(&format!("overlap = {{ is = \"same verdict\", {basis} }}\n")).fates("day_note", &agreed);
}

/// A day that no period names is nobody's: undecided, or another's where a person vouches for the incumbent's periods. A point that
/// the ledger does not know stays unknown.
#[test]
fn a_day_without_a_row_is_anothers_where_a_person_said_so() {
    let notes = ["1|C|2019-01-01", "2|C|2009-01-01", "3|Z|2019-01-01"];
    let system = |exception: &str| two_meters(exception, &notes);
    let strict = [
        ("1", "ledger_gap"),
        ("2", "ledger_gap"),
        ("3", "not_in_ledger"),
    ];
    system("").fates("day_note", &strict);
    let vouched = [("1", "other"), ("2", "other"), ("3", "not_in_ledger")];
    let exception = "gap = { is = \"other\", basis = \"audit of the own periods\" }\n";
    system(exception).fates("day_note", &vouched);
}
