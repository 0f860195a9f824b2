//! Tables, columns and files that the store has no right to.

use serde_json::json;

use crate::rig::Rig;
use crate::verdict::broken;

#[test]
fn a_billing_column_in_the_transmission_store_is_not_granted() {
    let rig = Rig::split();
    let own = rig.planted("own", "supply_point", "legacy_customer_no", "present");
    let column = json!(["column", "legacy_customer_no", own["key"], own["staged"]]);
    rig.tamper("custody/transmission", "supply_point", [column]);
    broken(
        &rig,
        &[
            "C2 column_not_granted transmission/supply_point.legacy_customer_no",
            "C2 manifest_differs transmission/supply_point",
            "C4 column_not_granted transmission/supply_point.legacy_customer_no",
        ],
    );
}

#[test]
fn a_billing_table_in_the_transmission_store_is_not_granted() {
    let rig = Rig::split();
    rig.python(
        "tamper.py",
        ["custody/transmission", "--adopt", "retail", "billing"],
    )
    .must(0);
    broken(
        &rig,
        &[
            "C2 table_not_granted transmission/billing",
            "C4 table_not_granted transmission/billing/part-00000.parquet",
        ],
    );
}

#[test]
fn a_table_of_the_operators_in_the_retail_store_is_not_granted() {
    let rig = Rig::split();
    rig.python(
        "tamper.py",
        [
            "retail",
            "--adopt",
            "custody/transmission",
            "customer_statement",
        ],
    )
    .must(0);
    let found = broken(
        &rig,
        &[
            "C2 table_not_granted retail/customer_statement",
            "C4 table_not_granted retail/customer_statement/part-00000.parquet",
        ],
    );
    rig.holds_no_value(&found);
}

#[test]
fn a_file_of_the_quarantine_in_the_retail_folder_is_unlisted() {
    let rig = Rig::split();
    std::fs::create_dir(rig.path("retail/quarantine")).unwrap();
    let from = rig.path("custody/quarantine/consumer/part-00000.parquet");
    std::fs::copy(from, rig.path("retail/quarantine/consumer.parquet")).unwrap();
    broken(
        &rig,
        &[
            "C1 file_unlisted retail/quarantine/consumer.parquet",
            "C1 folder_unlisted retail/quarantine",
            "C4 table_not_granted retail/quarantine/consumer.parquet",
        ],
    );
}

#[test]
fn an_added_file_is_unlisted() {
    let rig = Rig::split();
    rig.write("retail/meter/notes.txt", "甲さんへ");
    broken(&rig, &["C1 file_unlisted retail/meter/notes.txt"]);
}

#[test]
fn a_hidden_file_is_unlisted() {
    let rig = Rig::split();
    rig.write("custody/transmission/.notes", "");
    broken(&rig, &["C1 file_unlisted transmission/.notes"]);
}

#[test]
fn an_added_folder_is_unlisted() {
    let rig = Rig::split();
    std::fs::create_dir(rig.path("retail/99020")).unwrap();
    broken(&rig, &["C1 folder_unlisted retail/99020"]);
}
