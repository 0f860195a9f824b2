//! K14: documents of several kinds of owner, whose numbers overlap. Each follows its own kind of parent.

use super::case::Case;
use super::stores::Stores;

const CONSUMER: &str = r#"
table = "consumer"
key = ["consumer_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the retailer writes it" }
[columns]
consumer_id = "own_customer"
supply_point_id = "own_customer"
[types]
consumer_id = "int"
"#;

const REQUEST: &str = r#"
table = "request"
key = ["request_id"]
rows = { by = "column", column = "retailer_code", compare = "exact" }
known_at = { none = "written by the retailer who makes it" }
[columns]
request_id = "own_customer"
supply_point_id = "own_customer"
retailer_code = "own_customer"
[types]
request_id = "int"
"#;

const DOCUMENT: &str = r#"
table = "document"
key = ["document_id"]
known_at = KNOWN_AT
[columns]
document_id = "own_customer"
owner_type = "own_customer"
owner_id = "own_customer"
scanned_on = "transmission_only"
title = "own_customer"
[types]
owner_id = "int"
scanned_on = "date"
[rows]
by = "owner_type"
COMPARE
[rows.cases]
CONSUMER = { by = "parent", table = "consumer", key = ["owner_id"], references = ["consumer_id"], match = "all" }
REQUEST = { by = "parent", table = "request", key = ["owner_id"], references = ["request_id"], match = "all" }
"#;

const NEVER_ASKED: &str = "{ none = \"the scanning service keeps no day\" }";
const EXACT: &str = "compare = \"exact\"";

/// Consumer 1001 is own and request 1001 is 乙's; consumer 1002 is 乙's and request 1002 is the incumbent's.
fn documents(file: &str, rows: &[&str]) -> Stores {
    let ledger = [
        "A|2010-01-01|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99020",
        "W|2016-04-01|2024-06-30|99020",
        "W|2024-07-01|9999-12-31|99010",
    ];
    Case::of(&ledger)
        .table(CONSUMER, &["1001|A", "1002|B", "1003|W"])
        .table(REQUEST, &["1001|B|99020", "1002|A|99010"])
        .table(file, rows)
        .stores()
}

fn document(compare: &str, known_at: &str) -> String {
    DOCUMENT
        .replace("COMPARE", compare)
        .replace("KNOWN_AT", known_at)
}

#[test]
fn k14_each_document_follows_its_own_kind_of_owner() {
    let rows = [
        "D1|CONSUMER|1001|NULL|甲野花子 申込書",
        "D2|REQUEST|1001|NULL|乙でんき 開始申込",
        "D3|CONSUMER|1002|NULL|丙野カナリア 申込書",
        "D4|REQUEST|1002|NULL|甲電力 開始申込",
        "D5|REQUEST|1003|NULL|持ち主なし",
        "D6|CONSUMER|NULL|NULL|番号なし",
    ];
    let stores = documents(&document(EXACT, NEVER_ASKED), &rows);
    let right = [
        ("D1", "own"),
        ("D2", "other"),
        ("D3", "other"),
        ("D4", "own"),
        ("D5", "parent_missing"),
        ("D6", "parent_missing"),
    ];
    stores.fates("document", &right);
    stores.retail_lacks("document", "乙でんき");
}

#[test]
fn a_document_of_no_type_or_of_one_that_no_list_names_waits() {
    let rows = [
        "D1|NULL|1001|NULL|1",
        "D2|MEMO|1001|NULL|2",
        "D3||1001|NULL|3",
        "D4|consumer|1001|NULL|4",
        "D5|ＣＯＮＳＵＭＥＲ|1001|NULL|5",
        "D6|CONSUMER |1001|NULL|6",
    ];
    let exact = documents(&document(EXACT, NEVER_ASKED), &rows);
    exact.fates("document", &[("D1", "case_missing")]);
    let unlisted = ["D2", "D3", "D4", "D5", "D6"].map(|document| (document, "case_unlisted"));
    exact.fates("document", &unlisted);
    let trim = documents(&document("compare = \"trim\"", NEVER_ASKED), &rows);
    trim.fates("document", &[("D5", "case_unlisted"), ("D6", "own")]);
}

/// Types that are numbers are compared as numbers.
#[test]
fn types_can_be_numbers() {
    let file = document("", NEVER_ASKED)
        .replace("[types]", "[types]\nowner_type = \"int\"")
        .replace("CONSUMER =", "1 =")
        .replace("REQUEST =", "2 =");
    let rows = [
        "D1|1|1001|NULL|1",
        "D2|2|1001|NULL|2",
        "D3|3|1001|NULL|3",
        "D4|NULL|1001|NULL|4",
    ];
    let right = [
        ("D1", "own"),
        ("D2", "other"),
        ("D3", "case_unlisted"),
        ("D4", "case_missing"),
    ];
    documents(&file, &rows).fates("document", &right);
}

/// Who supplied when it was scanned is asked of the owner that the type names, and of no other.
#[test]
fn a_document_was_written_in_the_time_of_its_own_owner() {
    let known_at = "{ column = \"scanned_on\", early = { days = 60 } }";
    let rows = [
        "D1|CONSUMER|1001|2020-05-01|always own",
        "D2|CONSUMER|1003|2020-05-01|won since",
        "D3|CONSUMER|1003|2024-06-17|registered ahead",
        "D4|CONSUMER|1003|2025-06-17|written since",
        "D5|CONSUMER|1001|NULL|nobody knows",
        "D6|REQUEST|1001|2020-05-01|the competitor's",
    ];
    let right = [
        ("D1", "own"),
        ("D2", "written_early"),
        ("D3", "own"),
        ("D4", "own"),
        ("D5", "known_at_missing"),
        ("D6", "other"),
    ];
    documents(&document(EXACT, known_at), &rows).fates("document", &right);
}
