//! K26: rows whose reference finds no row in their store. The rules send two rows to two places for good reasons, and whoever
//! receives the store has to hear how often, and why. Counts only: nothing is copied to repair it.

use serde_json::{Value, json};

use super::case::Case;
use crate::rig::Rig;

/// The customer of a point as of today.
const CUSTOMER: &str = r#"
table = "customer"
key = ["customer_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
customer_no = "own_customer"
supply_point_id = "own_customer"
"#;

/// Invoices of a period, to a customer.
const INVOICE: &str = r#"
table = "invoice"
key = ["invoice_no"]
rows = { by = "ledger", during = ["billed_from", "billed_until"], until_is = "inclusive" }
known_at = { none = "written once" }
[columns]
invoice_no = "own_customer"
supply_point_id = "own_customer"
customer_no = "own_customer"
billed_from = "own_customer"
billed_until = "own_customer"
[types]
billed_from = "date"
billed_until = "date"
"#;

const LISTED: &str = r#"
[[references]]
table = "invoice"
columns = ["customer_no"]
to = "customer"
references = ["customer_no"]
basis = "the data dictionary of the billing system"
[ledger]
"#;

/// A is the incumbent's. B was until 2024-03-31 and is 乙's since. Of C nobody knows who supplies today.
fn invoices() -> Case {
    Case::of(&[
        "A|2010-01-01|9999-12-31|99010",
        "B|2010-01-01|2024-03-31|99010",
        "B|2024-04-01|9999-12-31|99020",
        "C|2010-01-01|2024-12-31|99010",
    ])
    .table(CUSTOMER, &["1|A", "2|B", "3|C"])
    .table(
        INVOICE,
        &[
            "I1|A|1|2023-01-01|2023-01-31",
            "I2|B|2|2023-01-01|2023-01-31",
            "I3|B|2|2023-02-01|2023-02-28",
            "I4|C|3|2023-01-01|2023-01-31",
            "I5|A|9|2023-01-01|2023-01-31",
            "I6|A|NULL|2023-02-01|2023-02-28",
            "I7|B|2|2025-01-01|2025-01-31",
        ],
    )
    .catalogued("[ledger]\n", LISTED)
}

fn report(rig: &Rig) -> Value {
    serde_json::from_slice(&std::fs::read(rig.path("custody/evidence/report.json")).unwrap())
        .unwrap()
}

/// What a report says of the references from a table in a store: rows that refer, and the causes of those that dangle.
#[track_caller]
fn dangling(rig: &Rig, table: &str, store: &str) -> (u64, Value) {
    let report = report(rig);
    let references = report["references"].as_array().unwrap();
    let reference = references.iter().find(|it| it["table"] == table).unwrap();
    let stores = reference["stores"].as_array().unwrap();
    let found = stores.iter().find(|it| it["store"] == store).unwrap();
    let causes = found["dangling"].as_object().unwrap().clone();
    let causes = causes.into_iter().filter(|(_, rows)| *rows != 0);
    (found["rows"].as_u64().unwrap(), causes.collect())
}

#[test]
fn invoices_of_customers_who_left_are_counted_by_cause() {
    let rig = invoices().rig();
    let run = rig.bunri(["run", "job.toml"]).must(1);
    // Of I1 to I5 the customers of today are: 1 own, 2 乙's (twice), 3 undecided, 9 nobody's.
    let retail = json!({"other": 2, "undecided": 1, "absent": 1});
    assert_eq!(dangling(&rig, "invoice", "retail"), (5, retail));
    assert_eq!(
        dangling(&rig, "invoice", "transmission"),
        (6, json!({"absent": 1}))
    );
    run.prints(
        "  retail: invoice.customer_no -> customer: 4 of 5 rows (1 absent, 2 other, 1 undecided)
  transmission: invoice.customer_no -> customer: 1 of 6 rows (1 absent)
",
    );
    let notes = report(&rig)["notes"].to_string();
    assert!(notes.contains("customer_no -> customer: other"), "{notes}");
}

#[test]
fn a_foreign_key_of_the_source_is_followed_without_a_word_of_the_catalogue() {
    let case = Case::of(&[
        "A|2010-01-01|9999-12-31|99010",
        "B|2010-01-01|9999-12-31|99020",
    ])
    .table(CUSTOMER, &["1|A", "2|B"])
    .table(
        INVOICE,
        &[
            "I1|A|1|2023-01-01|2023-01-31",
            "I2|A|2|2023-01-01|2023-01-31",
        ],
    );
    let rig = case.rig();
    // As databases have them: no column named on the other side, names in another case.
    rig.sql(
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE new_customer (customer_no TEXT PRIMARY KEY, supply_point_id TEXT);
         INSERT INTO new_customer SELECT * FROM customer;
         DROP TABLE customer;
         ALTER TABLE new_customer RENAME TO customer;
         CREATE TABLE new_invoice (invoice_no TEXT, supply_point_id TEXT, customer_no TEXT REFERENCES CUSTOMER, billed_from TEXT, billed_until TEXT);
         INSERT INTO new_invoice SELECT * FROM invoice;
         DROP TABLE invoice;
         ALTER TABLE new_invoice RENAME TO invoice;",
    );
    rig.bunri(["run", "job.toml"]).must(1);
    assert_eq!(
        dangling(&rig, "invoice", "retail"),
        (2, json!({"other": 1}))
    );
    assert_eq!(report(&rig)["references"][0]["said_by"], json!(["source"]));
}

#[test]
fn a_customer_who_was_rejected_is_not_absent() {
    let customer = CUSTOMER.replace("[columns]", "[columns]\nmoved_in = \"own_customer\"")
        + "[types]\nmoved_in = \"date\"\n";
    let case = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(&customer, &["2016-02-31|1|A"])
        .table(INVOICE, &["I1|A|1|2023-01-01|2023-01-31"])
        .catalogued("[ledger]\n", LISTED);
    let rig = case.rig();
    // Every customer was rejected.
    rig.bunri(["run", "job.toml"]).must(7);
    assert_eq!(
        dangling(&rig, "invoice", "retail"),
        (1, json!({"rejected": 1}))
    );
}

#[test]
fn a_customer_of_whom_nothing_goes_to_retail_is_withheld_there() {
    let customer = CUSTOMER.replace("own_customer", "transmission_only");
    let case = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(&customer, &["1|A"])
        .table(INVOICE, &["I1|A|1|2023-01-01|2023-01-31"])
        .catalogued("[ledger]\n", LISTED);
    let rig = case.rig();
    rig.bunri(["run", "job.toml"]).must(1);
    assert_eq!(
        dangling(&rig, "invoice", "retail"),
        (1, json!({"withheld": 1}))
    );
    assert_eq!(dangling(&rig, "invoice", "transmission"), (1, json!({})));
}

#[test]
fn a_document_refers_to_its_own_kind_of_owner_only() {
    let document = r#"
table = "document"
key = ["document_no"]
rows = { by = "owner_type", compare = "exact", cases = { CUSTOMER = { by = "parent", table = "customer", key = ["owner_no"], references = ["customer_no"], match = "all" }, POINT = { by = "parent", table = "point", key = ["owner_no"], references = ["supply_point_id"], match = "all" } } }
known_at = { none = "scanned once" }
[columns]
document_no = "own_customer"
owner_type = "own_customer"
owner_no = "own_customer"
"#;
    let case = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(CUSTOMER, &["1|A"])
        .table(super::case::POINT, &["A"])
        .table(document, &["D1|CUSTOMER|1", "D2|POINT|A", "D3|OTHER|1"]);
    let rig = case.rig();
    rig.bunri(["run", "job.toml"]).must(1);
    let report = report(&rig);
    for reference in report["references"].as_array().unwrap() {
        let retail = &reference["stores"][0];
        assert_eq!(
            (retail["store"].as_str(), retail["rows"].as_u64()),
            (Some("retail"), Some(1))
        );
        assert_eq!(retail["dangling"]["absent"], 0, "{reference}");
    }
}

#[test]
fn what_tables_refer_to_in_a_circle_is_followed() {
    let moved = LISTED
        .replace("table = \"invoice\"", "table = \"customer\"")
        .replace("[\"customer_no\"]\nto", "[\"supply_point_id\"]\nto");
    let moved = moved
        .replace("to = \"customer\"", "to = \"invoice\"")
        .replace(
            "references = [\"customer_no\"]",
            "references = [\"supply_point_id\"]",
        );
    let both = LISTED.replace("[ledger]\n", "") + &moved;
    let case = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(CUSTOMER, &["1|A"])
        .table(INVOICE, &["I1|A|1|2023-01-01|2023-01-31"])
        .catalogued("[ledger]\n", &both);
    let rig = case.rig();
    rig.bunri(["run", "job.toml"]).must(1);
    assert_eq!(dangling(&rig, "invoice", "retail"), (1, json!({})));
    assert_eq!(dangling(&rig, "customer", "retail"), (1, json!({})));
}

#[test]
fn a_foreign_key_that_nobody_can_follow_is_told() {
    let case = Case::of(&["A|2010-01-01|9999-12-31|99010"]).table(CUSTOMER, &["1|A"]);
    let rig = case.rig();
    rig.sql(
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE new_customer (customer_no TEXT, supply_point_id TEXT REFERENCES gone (id));
         INSERT INTO new_customer SELECT * FROM customer;
         DROP TABLE customer;
         ALTER TABLE new_customer RENAME TO customer;",
    );
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("reference_not_followed: customer, supply_point_id -> gone");
    assert_eq!(
        report(&rig)["references"][0]["not_followed"],
        "the table that it refers to is not in the catalogue"
    );
}

/// Counted once more from what lies in the stores and in staging, by other means and another hand.
#[test]
fn the_sample_counts_the_same_as_a_look_at_its_stores() {
    let rig = Rig::with_sample(300);
    rig.own_catalogue();
    let listed = |table: &str, to: &str| {
        format!(
            "\n[[references]]\ntable = \"{table}\"\ncolumns = [\"supply_point_id\"]\nto = \"{to}\"\nreferences = [\"supply_point_id\"]\n"
        )
    };
    let catalogue = rig.read("catalogue/catalogue.toml")
        + &listed("meter_reading_monthly", "supply_point")
        + &listed("meter_reading_halfhour", "supply_point")
        + &listed("supply_point", "meter")
        + &listed("meter", "supply_point");
    rig.write("catalogue/catalogue.toml", catalogue);
    rig.bunri(["run", "job.toml"]).must(1);
    let (_, retail) = dangling(&rig, "meter_reading_monthly", "retail");
    assert!(retail["other"].as_u64() > Some(0), "{retail}");
    rig.python("references.py", [".", "document"])
        .must(0)
        .prints(", 0 differ");
}
