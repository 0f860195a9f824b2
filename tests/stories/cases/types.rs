//! K8, K10, K15, K30: what real columns hold. Ends and keys that mean something else than they say, days of an era, clocks,
//! stamps of an interval's end, numbers beside texts, words of truth.

use super::case::{Case, DAY_NOTE, LEDGER, POINT, SUPPLY_PERIOD};
use super::stores::Stores;

/// A file with another type of one of its columns.
fn typed(file: &str, column: &str, from: &str, to: &str) -> String {
    let (from, to) = (format!("\n{column} = {from}"), format!("\n{column} = {to}"));
    assert!(file.contains(&from), "{from}");
    file.replacen(&from, &to, 1)
}

fn until_as(declared: &str) -> String {
    typed(SUPPLY_PERIOD, "valid_until", "\"date\"", declared)
}

/// The incumbent at A and D, 乙 at B and after 2020 at D, nobody knows until when at C.
const SENTINELS: [&str; 5] = [
    "A|2010-01-01|99999999|99010",
    "B|2010-01-01|99999999|99020",
    "C|2010-01-01|00000000|99010",
    "D|2010-01-01|20191231|99010",
    "D|2020-01-01|99999999|99020",
];

const POINTS: [&str; 4] = ["A", "B", "C", "D"];

/// An end that is nothing is no end that anybody knows: whether such a row has ended is a person's to say.
#[test]
fn k8_no_end_yet_and_no_end_at_all_are_what_the_catalogue_says() {
    let until =
        until_as("{ date = \"YYYYMMDD\", open = [\"99999999\"], nothing = [\"00000000\", \"\"] }");
    let case = Case::under(&LEDGER.replace("[\"9999-12-31\"]", "[]"))
        .table(&until, &SENTINELS)
        .table(POINT, &POINTS);
    let stores = case.stores();
    let right = [
        ("A", "own"),
        ("B", "other"),
        ("C", "ledger_date_missing"),
        ("D", "other"),
    ];
    stores.fates("point", &right);
    let screen = case.extracted();
    let told = "supply_period.valid_until: values read 1 as nothing, 3 as \"no end yet\"";
    assert!(screen.contains(told), "{screen}");
    assert!(!screen.contains("99999999"), "{screen}");
}

/// Where blank means that nothing has ended, the ledger says so of NULL, and a blank is one.
#[test]
fn k8_a_blank_end_is_open_where_the_ledger_says_that_null_is() {
    let until = until_as("{ date = \"YYYYMMDD\", nothing = [\"00000000\", \"\"] }");
    let periods = [
        "A|2010-01-01||99010",
        "B|2010-01-01|00000000|99020",
        "C|2010-01-01|20161231|99020",
        "C|2017-01-01|NULL|99010",
    ];
    let stores = Case::under(&LEDGER.replace("[\"9999-12-31\"]", "[\"NULL\"]"))
        .table(&until, &periods)
        .table(POINT, &["A", "B", "C"])
        .stores();
    stores.fates("point", &[("A", "own"), ("B", "other"), ("C", "own")]);
}

/// Half of K8's ends: without a word of what they mean, a day that is none still rejects its row, and a rejected row of the
/// ledger still makes its whole point wait.
#[test]
fn k8_what_no_list_names_is_rejected_as_before() {
    let until = until_as("{ date = \"YYYYMMDD\", open = [\"99999999\"] }");
    let periods = [
        "A|2010-01-01|99999999|99010",
        "B|2010-01-01|00000000|99010",
        "C|2010-01-01|20160231|99010",
        "D|2010-01-01|99999998|99010",
    ];
    let stores = Case::under(LEDGER)
        .table(&until, &periods)
        .table(POINT, &POINTS)
        .stores();
    let right = [
        ("A", "own"),
        ("B", "ledger_rejected"),
        ("C", "ledger_rejected"),
        ("D", "ledger_rejected"),
    ];
    stores.fates("point", &right);
}

/// A reading's open end is the ledger's: it is asked up to the cutover.
#[test]
fn k8_an_open_end_of_another_table_is_open_too() {
    let contract = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", during = ["from_day", "until_day"], until_is = "exclusive" }
known_at = { none = "written when it is signed" }
[columns]
contract_no = "own_customer"
supply_point_id = "own_customer"
from_day = "own_customer"
until_day = "own_customer"
[types]
from_day = "date(YYYYMMDD)"
until_day = { date = "YYYYMMDD", open = ["99999999"] }
"#;
    let stores = Case::of(&[
        "A|2010-01-01|9999-12-31|99010",
        "B|2010-01-01|2024-03-31|99010",
        "B|2024-04-01|9999-12-31|99020",
    ])
    .table(
        contract,
        &[
            "1|A|20150401|99999999",
            "2|B|20150401|99999999",
            "3|B|20150401|20240401",
        ],
    )
    .stores();
    let right = [("1", "own"), ("2", "period_spans_change"), ("3", "own")];
    stores.fates("contract", &right);
}

/// H32.03.31 is 2020-03-31 for a system that nobody told of 令和, and nothing for one that was told.
#[test]
fn k8_a_day_of_an_era_is_of_that_era_unless_years_are_counted_on() {
    let periods = [
        "A|2010-01-01|H32.03.31|99010",
        "A|2020-04-01|R99.12.31|99020",
        "B|2010-01-01|H31.04.30|99020",
        "B|2019-05-01|R99.12.31|99010",
    ];
    let points = ["A", "B"];
    let run = |declared| {
        Case::under(LEDGER)
            .table(&until_as(declared), &periods)
            .table(POINT, &points)
            .stores()
    };
    let strict = run("{ date = \"GYY.MM.DD\", nothing = [\"\"] }");
    strict.fates("point", &[("A", "ledger_rejected"), ("B", "own")]);
    let continued = run("{ date = \"GYY.MM.DD\", era = \"continued\" }");
    continued.fates("point", &[("A", "other"), ("B", "own")]);
}

/// What happened at a moment, by the day of that moment.
const EVENT: &str = r#"
table = "event"
key = ["event_no"]
rows = { by = "ledger", at = "happened_at" }
known_at = { none = "written as it happens" }
[columns]
event_no = "own_customer"
supply_point_id = "own_customer"
happened_at = "own_customer"
[types]
happened_at = "timestamp"
"#;

/// The incumbent until 2026-03-31, 乙 from 2026-04-01.
fn events(declared: &str, happened: &[&str]) -> Stores {
    let rows: Vec<String> = happened
        .iter()
        .enumerate()
        .map(|(at, moment)| format!("{}|A|{moment}", at + 1))
        .collect();
    Case::of(&[
        "A|2010-01-01|2026-03-31|99010",
        "A|2026-04-01|9999-12-31|99020",
    ])
    .table(
        &typed(EVENT, "happened_at", "\"timestamp\"", declared),
        &rows,
    )
    .stores()
}

/// 23:00 of March in Greenwich is the competitor's morning in Japan.
#[test]
fn k10_a_moment_of_another_clock_is_of_its_day_in_japan() {
    let moments = [
        "2026-03-31 23:00:00",
        "2026-03-31 14:59:59",
        "2026-03-31 15:00:00",
        "2026-03-31 23:00:00+09:00",
    ];
    let utc = "{ timestamp = \"YYYY-MM-DD HH:MM:SS\", clock = \"UTC\" }";
    let stores = events(utc, &moments);
    let right = [("1", "other"), ("2", "own"), ("3", "other"), ("4", "own")];
    stores.fates("event", &right);
}

/// The last slot of the incumbent's last day ends with the competitor's first.
#[test]
fn k10_a_stamp_of_an_intervals_end_is_of_the_day_that_ends() {
    let moments = [
        "2026/04/01 00:00:00",
        "2026/04/01 00:30:00",
        "2026/03/31 00:00:00",
        "2026/03/31 24:00:00",
    ];
    let end = "{ timestamp = \"YYYY/MM/DD HH:MM:SS\", stamp = \"end\" }";
    let stores = events(end, &moments);
    let right = [("1", "own"), ("2", "other"), ("3", "own"), ("4", "own")];
    stores.fates("event", &right);
    // The moment itself is kept as it is.
    stores.holds("retail", "event", "1", "happened_at", "2026-04-01 00:00:00");
}

#[test]
fn k10_twenty_four_hours_are_the_next_midnight() {
    let moments = ["2026-03-31 24:00:00", "2026-03-30 24:00:00"];
    let stores = events("\"timestamp\"", &moments);
    stores.fates("event", &[("1", "other"), ("2", "own")]);
}

/// When a row was written, and whether it lies within bounds, is asked by the day that a stamp ends, too.
#[test]
fn k10_an_end_stamp_is_of_the_day_before_wherever_a_day_is_asked() {
    let note = r#"
table = "note"
key = ["note_no"]
rows = { by = "ledger", month = "noted_at" }
known_at = { column = "noted_at" }
[columns]
note_no = "own_customer"
supply_point_id = "own_customer"
noted_at = "own_customer"
body = "own_customer"
[types]
noted_at = { timestamp = "YYYY-MM-DD HH:MM:SS", stamp = "end" }
[[when]]
if = { column = "noted_at", at_least = "2026-04-01" }
rows = ["own"]
change = { own_customer = "transmission_only" }
columns = ["body"]
basis = "of the next company"
"#;
    let rows = [
        "1|A|2026-04-01 00:00:00|a",
        "2|A|2026-04-01 00:00:01|b",
        "3|B|2026-04-01 00:00:00|c",
        "4|B|2026-04-01 00:00:01|d",
    ];
    let stores = Case::of(&[
        "A|2010-01-01|2026-03-31|99010",
        "A|2026-04-01|9999-12-31|99020",
        "B|2010-01-01|9999-12-31|99010",
    ])
    .table(note, &rows)
    .stores();
    let right = [("1", "own"), ("2", "other"), ("3", "own"), ("4", "own")];
    stores.fates("note", &right);
    stores.granted("note", "3", &["body"]);
    stores.withheld("note", "4", &["body"]);
}

/// A column that is declared DATETIME and holds seconds, and a seventh digit that a driver wrote.
#[test]
fn seconds_of_an_epoch_and_seven_digits_of_a_fraction() {
    // 2026-03-31T14:59:59Z and one second later.
    let stores = events(
        "{ timestamp = \"epoch_seconds\" }",
        &["#1774969199", "#1774969200"],
    );
    stores.fates("event", &[("1", "own"), ("2", "other")]);
    let seven = ["2026-03-31 23:59:59.9999990", "2026-03-31 23:59:59.9999999"];
    let stores = events("\"timestamp\"", &seven);
    stores.fates("event", &[("1", "own")]);
    assert_eq!(stores.count("transmission", "event"), 1);
    let cut = "{ timestamp = \"YYYY-MM-DD HH:MM:SS\", fraction = \"truncate\" }";
    events(cut, &seven).fates("event", &[("1", "own"), ("2", "own")]);
}

/// Customers by a number of ten digits, as the contract's rows refer to them.
const CUSTOMER: &str = r#"
table = "customer"
key = ["customer_no"]
rows = { by = "parent", table = "contract", key = ["customer_no"], references = ["customer_no"], match = "all" }
known_at = { none = "a decision" }
[columns]
customer_no = "own_customer"
full_name = "own_customer"
"#;

const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "written when it is signed" }
[columns]
contract_no = "own_customer"
supply_point_id = "own_customer"
customer_no = "own_customer"
"#;

/// 甲 at A, 乙 at B; a letter of the customer, with the number of none where nobody knows whose it is.
const LETTER: &str = r#"
table = "letter"
key = ["letter_no"]
rows = { by = "parent", table = "customer", key = ["customer_no"], references = ["customer_no"], match = "all" }
known_at = { none = "a decision" }
[columns]
letter_no = "own_customer"
customer_no = "own_customer"
"#;

/// A row without a customer must not follow the dummy customer that every system has.
#[test]
fn k15_a_number_that_means_nobody_is_nobodys_key() {
    let nothing = "[types]\ncustomer_no = { type = \"text\", nothing = [\"0000000000\", \"\"] }\n";
    let with = |file: &str| format!("{file}{nothing}");
    let stores = Case::of(&[
        "A|2010-01-01|9999-12-31|99010",
        "B|2010-01-01|9999-12-31|99020",
    ])
    .table(
        &with(CONTRACT),
        &["1|A|0000000001", "2|B|0000000002", "3|A|0000000000"],
    )
    .table(
        &with(CUSTOMER),
        &["0000000001|甲野", "0000000002|乙野", "0000000000|ダミー"],
    )
    .table(
        &with(LETTER),
        &[
            "1|0000000001",
            "2|0000000002",
            "3|0000000000",
            "4|",
            "5|NULL",
        ],
    )
    .stores();
    let right = [
        ("1", "own"),
        ("2", "other"),
        ("3", "parent_missing"),
        ("4", "parent_missing"),
        ("5", "parent_missing"),
    ];
    stores.fates("letter", &right);
    stores.fates(
        "customer",
        &[("0000000001", "own"), ("0000000002", "other")],
    );
    // A customer whose key is nothing is rejected, and is in no store.
    assert_eq!(stores.count("transmission", "customer"), 2);
}

/// One table keeps point numbers as numbers, and two of them with letters; another as texts.
#[test]
fn k30_numbers_beside_texts_join_as_they_are_printed() {
    let any = "[types]\nsupply_point_id = \"text(any)\"\n";
    let case = Case::of(&[
        "1001|2010-01-01|9999-12-31|99010",
        "1002|2010-01-01|9999-12-31|99020",
        "A-7|2010-01-01|9999-12-31|99010",
        "0012|2010-01-01|9999-12-31|99010",
    ])
    .table(
        &format!("{POINT}{any}"),
        &["#1001", "#1002", "A-7", "#12", "0012"],
    );
    let stores = case.stores();
    let right = [
        ("1001", "own"),
        ("1002", "other"),
        ("A-7", "own"),
        // A number has no zeros in front: what stands there is another key than 0012.
        ("12", "not_in_ledger"),
        ("0012", "own"),
    ];
    stores.fates("point", &right);
    let screen = case.extracted();
    let told = "point.supply_point_id: values read 3 as text from integers";
    assert!(screen.contains(told), "{screen}");
}

/// Codes of retailers as numbers, in the ledger and in the list.
#[test]
fn k30_codes_of_retailers_may_be_numbers() {
    let ledger = typed(
        SUPPLY_PERIOD,
        "valid_until",
        "\"date\"",
        "\"date\"\nretailer_code = \"text(any)\"",
    );
    let stores = Case::under(LEDGER)
        .table(
            &ledger,
            &[
                "A|2010-01-01|9999-12-31|#99010",
                "B|2010-01-01|9999-12-31|#99020",
            ],
        )
        .table(POINT, &["A", "B"])
        .stores();
    stores.fates("point", &[("A", "own"), ("B", "other")]);
}

/// A measure without a fixed number of digits, as the source has it bit by bit.
#[test]
fn k30_reals_are_kept_as_they_are() {
    let measure = r#"
table = "measure"
key = ["measure_no"]
rows = { by = "ledger", at = "measured_on" }
known_at = { none = "written on its day" }
[columns]
measure_no = "own_customer"
supply_point_id = "own_customer"
measured_on = "own_customer"
power_factor = "own_customer"
[types]
measured_on = "date"
power_factor = "real"
"#;
    let rows = [
        "1|A|2020-01-01|#0.1",
        "2|A|2020-01-01|#1e300",
        "3|A|2020-01-01|#7",
        "4|A|2020-01-01|NULL",
        "5|A|2020-01-01|#9e999",
        "6|B|2020-01-01|#0.30000000000000004",
    ];
    let stores = Case::of(&[
        "A|2010-01-01|9999-12-31|99010",
        "B|2010-01-01|9999-12-31|99020",
    ])
    .table(measure, &rows)
    .stores();
    for (row, real) in [("1", "0.1"), ("2", "1e+300"), ("3", "7.0")] {
        stores.holds("retail", "measure", row, "power_factor", real);
    }
    stores.holds(
        "transmission",
        "measure",
        "6",
        "power_factor",
        "0.30000000000000004",
    );
    // An infinity is no measure.
    assert_eq!(stores.count("transmission", "measure"), 5);
}

#[test]
fn words_of_truth_are_staged_as_what_they_mean() {
    let note = format!("{DAY_NOTE}is_urgent = {{ bool = {{ true = [\"Y\", \"t\"], false = [\"N\"] }}, nothing = [\"\"] }}\n")
        .replace("noted_on = \"own_customer\"\n", "noted_on = \"own_customer\"\nis_urgent = \"own_customer\"\n");
    let rows = [
        "1|A|2020-01-01|Y",
        "2|A|2020-01-01|N",
        "3|A|2020-01-01|t",
        "4|A|2020-01-01|",
        "5|A|2020-01-01|1",
    ];
    let stores = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(&note, &rows)
        .stores();
    for (row, truth) in [("1", "true"), ("2", "false"), ("3", "true")] {
        stores.holds("retail", "day_note", row, "is_urgent", truth);
    }
    // What no list names is rejected.
    assert_eq!(stores.count("transmission", "day_note"), 4);
}
