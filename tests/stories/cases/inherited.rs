//! K18, and what several parents say together: a decision on one row decides its children, and one own point is enough only where
//! a person said so.

use super::case::Case;
use super::stores::Stores;

const POINT: &str = r#"
table = "point"
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
supply_point_id = "own_customer"
"#;

const DOCUMENT: &str = r#"
table = "document"
key = ["document_id"]
rows = { by = "parent", table = "point", key = ["supply_point_id"], references = ["supply_point_id"], match = "all" }
known_at = KNOWN_AT
[columns]
document_id = "own_customer"
supply_point_id = "own_customer"
written_on = "transmission_only"
[types]
written_on = "date"
"#;

/// Point G, of whose days since April 2024 the ledger knows nothing, and 50 documents of it; A is 乙's and has one.
fn decided(ownership: &str, known_at: &str) -> Stores {
    decided_case(ownership, known_at).stores()
}

fn decided_case(ownership: &str, known_at: &str) -> Case {
    let ledger = [
        "G|2010-01-01|2024-03-31|99010",
        "A|2016-04-01|9999-12-31|99020",
    ];
    let mut documents: Vec<String> = (1..=50).map(|one| format!("D{one}|G|2025-01-01")).collect();
    documents.push("D51|A|2025-01-01".to_owned());
    Case::of(&ledger)
        .table(POINT, &["G", "A"])
        .table(&DOCUMENT.replace("KNOWN_AT", known_at), &documents)
        .decided("point", "G", ownership)
}

const NEVER_ASKED: &str = "{ none = \"the scanning service keeps no day\" }";

#[test]
fn k18_a_decision_own_brings_the_point_and_its_fifty_documents() {
    let stores = decided("own", NEVER_ASKED);
    stores.fates("point", &[("G", "own"), ("A", "other")]);
    assert_eq!(stores.count("retail", "point"), 1);
    assert_eq!(stores.count("retail", "document"), 50);
    assert_eq!(stores.count("quarantine", "document"), 0);
    stores.fates(
        "document",
        &[("D1", "own"), ("D50", "own"), ("D51", "other")],
    );
}

/// Whoever approves one line must be told how much follows from it.
#[test]
fn k18_a_decision_is_told_with_what_it_brought() {
    let rig = decided_case("own", NEVER_ASKED).rig();
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("decided_rows: point, own: 1 + 50 rows through parents");
    let report = rig.json("custody/evidence/report.json");
    let notes = report["notes"].as_array().unwrap();
    let count = |rule: &str| {
        let found = notes.iter().find(|note| note["rule"] == rule);
        found.map(|note| (note["table"].clone(), note["count"].clone()))
    };
    assert_eq!(count("decided_rows"), Some(("point".into(), 1.into())));
    assert_eq!(count("released_rows"), Some(("point".into(), 50.into())));
    // Approved on 2026-05-12, and the cutover is 2026-04-01.
    assert_eq!(
        count("decision_after_cutover"),
        Some(("point".into(), 1.into()))
    );
}

/// Rows that stay undecided all the same were not freed by anybody.
#[test]
fn k18_what_a_decision_did_not_bring_is_not_told_as_brought() {
    let rig = decided_case("own", "{ column = \"written_on\" }").rig();
    rig.bunri(["run", "job.toml"])
        .must(7)
        .prints("undecided.tables.document: expected at most 50 %, seen 50 of 51 rows (98.0 %)")
        .prints("decided_rows: point, own: 1 + 0 rows through parents");
}

#[test]
fn k18_a_basis_that_says_nothing_is_told() {
    let rig = decided_case("own", NEVER_ASKED).rig();
    rig.edit("decisions.csv", "\"meeting of 2026-05-11, point 3\"", "x");
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("decision_says_nothing: point, from line 2 on: 1 lines");
}

#[test]
fn k18_a_decision_other_brings_none_of_them() {
    let stores = decided("other", NEVER_ASKED);
    stores.fates("point", &[("G", "other")]);
    assert_eq!(stores.count("retail", "document"), 0);
    assert_eq!(stores.count("quarantine", "document"), 0);
}

/// Whose point it is, a person decided; who wrote the documents, nobody did.
#[test]
fn k18_a_decision_does_not_say_who_wrote_the_documents() {
    let stores = decided("own", "{ column = \"written_on\" }");
    stores.fates("point", &[("G", "own")]);
    assert_eq!(stores.count("retail", "document"), 0);
    assert_eq!(stores.count("quarantine", "document"), 50);
}

const LINK: &str = r#"
table = "person_point"
key = ["link_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the retailer writes it" }
[columns]
link_id = "own_customer"
person_id = "own_customer"
supply_point_id = "own_customer"
"#;

const PERSON: &str = r#"
table = "person"
key = ["person_id"]
rows = { by = "parent", table = "person_point", key = ["person_id"], references = ["person_id"], match = "MATCH", basis = "decision 1 of 2026-01-15" }
known_at = { column = "updated_on", early = EARLY }
[columns]
person_id = "own_customer"
updated_on = "transmission_only"
phone = { class = "own_customer", category = "personal" }
[types]
updated_on = "date"
"#;

/// Persons `person|updated|phone` and their points: W was won back on 2024-07-01, O is the incumbent's, B is 乙's.
fn persons(matching: &str, early: &str, links: &[&str], rows: &[&str]) -> Stores {
    let ledger = [
        "W|2016-04-01|2024-06-30|99020",
        "W|2024-07-01|9999-12-31|99010",
        "O|2010-01-01|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99020",
    ];
    let person = PERSON.replace("MATCH", matching).replace("EARLY", early);
    Case::of(&ledger)
        .table(LINK, links)
        .table(&person, rows)
        .stores()
}

const DAYS: &str = "{ days = 60 }";

/// Own through the point that was won, and never read from what was written in 乙's time.
#[test]
fn one_point_won_back_is_enough_where_a_person_said_so() {
    let links = [
        "1|before|W",
        "2|before|B",
        "3|ahead|W",
        "4|ahead|B",
        "5|since|W",
        "6|since|B",
        "7|nobody|B",
    ];
    let rows = [
        "before|2019-01-01|1",
        "ahead|2024-06-20|2",
        "since|2025-01-01|3",
        "nobody|2025-01-01|4",
    ];
    let stores = persons("any", DAYS, &links, &rows);
    let right = [
        ("before", "written_early"),
        ("ahead", "own"),
        ("since", "own"),
        ("nobody", "other"),
    ];
    stores.fates("person", &right);
    let stores = persons("any", "\"own\"", &links, &rows);
    stores.fates("person", &[("before", "own"), ("nobody", "other")]);
}

/// Written when one of two own points was still 乙's, and the other the incumbent's: somebody who knew the customer as its own.
#[test]
fn under_any_it_is_enough_that_the_incumbent_supplied_one_of_them_then() {
    let links = ["1|P|W", "2|P|O"];
    let rows = ["P|2019-01-01|1"];
    persons("any", DAYS, &links, &rows).fates("person", &[("P", "own")]);
    persons("all", DAYS, &links, &rows).fates("person", &[("P", "written_early")]);
    persons("all", "\"own\"", &links, &rows).fates("person", &[("P", "own")]);
}

#[test]
fn under_all_a_customer_of_both_companies_waits() {
    let links = ["1|P|W", "2|P|B", "3|Q|O", "4|Q|W", "5|R|B"];
    let rows = [
        "P|2025-01-01|1",
        "Q|2025-01-01|2",
        "R|2025-01-01|3",
        "S|2025-01-01|4",
    ];
    let right = [
        ("P", "parents_disagree"),
        ("Q", "own"),
        ("R", "other"),
        ("S", "parent_missing"),
    ];
    persons("all", DAYS, &links, &rows).fates("person", &right);
}
