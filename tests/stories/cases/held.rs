//! 要判断: the memo of a visit, into which the people of both companies typed. Neither has it before somebody has read it, whosever
//! customer the row speaks of.

use super::case::{Case, LEDGER, SUPPLY_PERIOD};
use super::stores::Stores;

/// Visits: number, point, day, memo, the retailer's own remark, and who typed.
const VISIT: &str = r#"
table = "visit"
key = ["visit_no"]
rows = { by = "ledger", at = "visited_on" }
known_at = { none = "written on its day" }
[columns]
visit_no = "own_customer"
supply_point_id = "own_customer"
visited_on = "own_customer"
memo = { class = "hold", category = "free_text" }
sales_note = { class = "retail_only", category = "free_text" }
typed_by = "transmission_only"
[types]
visited_on = "date"
"#;

/// A is the incumbent's, B is 乙's, C nobody knows.
fn visits(file: &str, rows: &[&str]) -> Stores {
    let ledger = [
        "A|2010-01-01|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99020",
    ];
    Case::of(&ledger).table(file, rows).stores()
}

#[test]
fn text_of_both_companies_goes_to_neither_and_the_row_stays_where_it_is() {
    let stores = visits(
        VISIT,
        &[
            "1|A|2020-05-01|乙でんきへ切替の相談|NULL|甲",
            "2|B|2020-05-01|停電の苦情|NULL|乙",
            "3|C|2020-05-01|番犬あり|NULL|乙",
            "4|A|2020-05-01|NULL|手土産|甲",
            "5|B|2020-05-01|NULL|手土産|甲",
            "6|B|2020-05-01|門扉|手土産|甲",
        ],
    );
    stores.waits("visit", "1", "hold", &["memo"]);
    stores.waits("visit", "2", "hold", &["memo"]);
    stores.waits("visit", "3", "not_in_ledger", &["memo"]);
    stores.waits("visit", "5", "retail_only_of_other", &["sales_note"]);
    stores.waits("visit", "6", "hold", &["memo", "sales_note"]);
    // Where nobody typed there is nothing to read.
    stores.fates("visit", &[("4", "own")]);
    assert_eq!(stores.count("quarantine", "visit"), 5);
    for (row, there) in [("1", true), ("2", false), ("3", false)] {
        assert_eq!(stores.has("retail", "visit", row), there, "{row}");
        assert!(stores.has("transmission", "visit", row), "{row}");
    }
    for store in ["retail", "transmission"] {
        stores.lacks_column(store, "visit", "memo");
    }
}

/// What the grid's people typed alone is theirs; what the retailer's typed is to be read first, and so is what nobody signed.
#[test]
fn a_condition_holds_what_the_other_company_typed() {
    let file = VISIT.replace("class = \"hold\"", "class = \"transmission_only\"")
        + r#"
[[when]]
if = { column = "typed_by", not_in = ["託送"], compare = "exact" }
rows = ["own", "other", "undecided"]
change = { transmission_only = "hold" }
columns = ["memo"]
basis = "人事異動前の職員名簿"
"#;
    let stores = visits(
        &file,
        &[
            "1|A|2020-05-01|検針済|NULL|託送",
            "2|A|2020-05-01|苦情|NULL|営業",
            "3|B|2020-05-01|苦情|NULL|NULL",
            "4|C|2020-05-01|苦情|NULL|営業",
        ],
    );
    stores.withheld("visit", "1", &["memo"]);
    stores.waits("visit", "2", "hold", &["memo"]);
    stores.waits("visit", "3", "hold", &["memo"]);
    stores.waits("visit", "4", "not_in_ledger", &["memo"]);
    for row in ["2", "3", "4"] {
        stores.empty("transmission", "visit", row, "memo");
    }
}

/// Who came with whose customer is one question and whose words these are another: the decision answers the first.
#[test]
fn a_decision_on_the_row_does_not_release_the_text() {
    let stores = Case::under(LEDGER)
        .table(SUPPLY_PERIOD, &["A|2010-01-01|9999-12-31|99010"])
        .table(VISIT, &["3|C|2020-05-01|番犬あり|NULL|乙"])
        .decided("visit", "3", "own")
        .stores();
    assert!(stores.has("retail", "visit", "3"));
    stores.waits("visit", "3", "hold", &["memo"]);
}

/// The previous holder's memo is to be read whether his days were the incumbent's or not.
#[test]
fn cells_of_another_time_stay_to_be_read() {
    let file = VISIT.replace(
        "memo = { class = \"hold\", category = \"free_text\" }",
        "memo = { class = \"hold\", category = \"free_text\", rows = { by = \"ledger\", at = \"memo_of\" } }\nmemo_of = \"own_customer\"",
    ) + "memo_of = \"date\"\n";
    let stores = visits(
        &file,
        &[
            "1|A|2020-05-01|苦情|2009-05-01|NULL|甲",
            "2|A|2020-05-01|苦情|2019-05-01|NULL|甲",
        ],
    );
    stores.waits("visit", "1", "hold", &["memo"]);
    stores.waits("visit", "2", "hold", &["memo"]);
    stores.lacks_column("transmission", "visit", "memo");
}
