//! K1: a person is tied to points by link rows, and one link row cannot be read. Nobody knows what it would have said, so it
//! frees nobody.

use super::{shown, system};
use crate::rig::Rig;

const PERSON: &str = r#"
table = "person"
key = ["person_id"]
rows = { by = "parent", table = "person_point", key = ["person_id"], references = ["person_id"], match = "MATCH", basis = "decision 1 of 2026-01-15" }
known_at = { none = "the retailer writes it" }
[columns]
person_id = "own_customer"
name = { class = "own_customer", category = "personal" }
phone = { class = "own_customer", category = "personal" }
"#;

const PERSON_POINT: &str = r#"
table = "person_point"
key = ["supply_point_id"]
rows = { by = "ledger", at = "tied_on" }
known_at = { none = "the retailer writes it" }
[columns]
person_id = "own_customer"
supply_point_id = "own_customer"
tied_on = "own_customer"
[types]
tied_on = "date"
"#;

/// One person, 丙野カナリア, tied by these rows.
fn person(links: &str, matching: &str) -> Rig {
    let statements = format!(
        "CREATE TABLE person (person_id TEXT, name TEXT, phone TEXT);
         INSERT INTO person VALUES ('P1', '丙野カナリア', '090-0000-1111');
         CREATE TABLE person_point (person_id, supply_point_id TEXT, tied_on TEXT);
         INSERT INTO person_point VALUES {links};"
    );
    let person = PERSON.replace("MATCH", matching);
    system(
        &statements,
        &[("person", &person), ("person_point", PERSON_POINT)],
    )
}

fn reason(rig: &Rig) -> String {
    // Where every link was rejected, the table was lost, and that is no quiet ending.
    let run = rig.bunri(["run", "job.toml"]);
    assert!(matches!(run.code, Some(1 | 7)), "{run}");
    let retail = shown(rig, "retail", "person");
    assert!(
        !retail.contains("丙野") && !retail.contains("090"),
        "{retail}"
    );
    let quarantine = shown(rig, "quarantine", "person");
    let (_, reason) = quarantine.split_once("bunri_reason=").unwrap();
    reason.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_person_whose_second_link_is_rejected_stays_out_of_retail() {
    let rig = person(
        "('P1', 'A', '2015-01-01'), ('P1', 'B', '2016-02-31')",
        "all",
    );
    assert_eq!(reason(&rig), "parent_rejected");
}

#[test]
fn a_person_whose_only_link_is_rejected_waits_too() {
    let rig = person("('P1', 'A', '2016-02-31')", "all");
    assert_eq!(reason(&rig), "parent_rejected");
}

#[test]
fn with_any_a_rejected_link_beside_a_competitors_frees_nobody() {
    let rig = person(
        "('P1', 'A', '2016-02-31'), ('P1', 'B', '2015-01-01')",
        "any",
    );
    assert_eq!(reason(&rig), "parent_rejected");
}

#[test]
fn a_person_with_readable_links_of_the_incumbent_is_own() {
    let rig = person(
        "('P1', 'A', '2015-01-01'), ('P1', 'C', '2015-01-01')",
        "all",
    );
    rig.bunri(["run", "job.toml"]).must(1);
    assert!(shown(&rig, "retail", "person").contains("丙野カナリア"));
}

#[test]
fn a_rejected_link_that_names_nobody_refuses_split_and_verify() {
    let links = "('P1', 'A', '2015-01-01'), (X'00FF', 'B', '2015-01-01')";
    let rig = person(links, "all");
    rig.bunri(["extract", "job.toml"]).must(1);
    for stage in ["split", "verify"] {
        let refused = rig.bunri([stage, "job.toml"]);
        assert_eq!(refused.code, Some(4), "{refused}");
        let told = format!("{refused}");
        assert!(
            told.contains("`person_point`") && told.contains("`person_id`"),
            "{told}"
        );
        assert!(told.contains("line 1 of"), "{told}");
        assert!(!told.contains("00FF") && !told.contains("丙野"), "{told}");
    }
    assert!(!rig.path("retail/manifest.json").exists());
}

/// Who wrote a row is asked of own rows only: the person waits for the link, whoever wrote it.
#[test]
fn a_rejected_link_is_told_before_anybody_asks_who_wrote_the_person() {
    let dated = PERSON
        .replace("MATCH", "all")
        .replace(
            "{ none = \"the retailer writes it\" }",
            "{ column = \"written_on\", early = \"own\" }",
        )
        .replace(
            "[columns]",
            "[types]\nwritten_on = \"date\"\n[columns]\nwritten_on = \"own_customer\"",
        );
    let statements = "CREATE TABLE person (person_id TEXT, written_on TEXT, name TEXT, phone TEXT);
         INSERT INTO person VALUES ('P1', '2020-01-01', '丙野カナリア', '090-0000-1111');
         CREATE TABLE person_point (person_id TEXT, supply_point_id TEXT, tied_on TEXT);
         INSERT INTO person_point VALUES ('P1', 'A', '2015-01-01'), ('P1', 'B', '2016-02-31');";
    let tables = [("person", dated.as_str()), ("person_point", PERSON_POINT)];
    assert_eq!(reason(&system(statements, &tables)), "parent_rejected");
}

#[test]
fn a_rejected_link_to_nobody_concerns_nobody() {
    let links = "('P1', 'A', '2015-01-01'), (NULL, 'B', '2016-02-31')";
    let rig = person(links, "all");
    rig.bunri(["run", "job.toml"]).must(1);
    assert!(shown(&rig, "retail", "person").contains("丙野カナリア"));
}
