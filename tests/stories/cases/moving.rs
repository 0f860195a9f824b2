//! People who move house, leave or come: links between a person and a point have days of their own, and what begins after the
//! cutover says nothing of a person yet.

use super::case::Case;
use super::stores::Stores;

const LINK: &str = r#"
table = "person_point"
key = ["link_id"]
rows = { by = "ledger", during = ["link_from", "link_until"], until_is = "inclusive" }
known_at = { none = "the retailer writes it" }
[columns]
link_id = "own_customer"
person_id = "own_customer"
supply_point_id = "own_customer"
link_from = "own_customer"
link_until = "transmission_only"
[types]
link_from = "date"
link_until = "date"
"#;

const PERSON: &str = r#"
table = "person"
key = ["person_id"]
rows = { by = "parent", table = "person_point", key = ["person_id"], references = ["person_id"], match = "all" }
known_at = { column = "updated_on", early = { days = 60 } }
[columns]
person_id = "own_customer"
updated_on = "transmission_only"
phone = { class = "own_customer", category = "personal" }
[types]
updated_on = "date"
"#;

const DOCUMENT: &str = r#"
table = "document"
key = ["document_id"]
rows = { by = "parent", table = "person", key = ["person_id"], references = ["person_id"], match = "all" }
known_at = { column = "scanned_on" }
[columns]
document_id = "own_customer"
person_id = "own_customer"
scanned_on = "transmission_only"
[types]
scanned_on = "date"
"#;

/// A was the incumbent's until March 2018 and is 乙's; C and S are the incumbent's; L leaves for 乙 on 2026-04-21; N comes from 乙
/// on that day.
const LEDGER: [&str; 7] = [
    "A|2010-01-01|2018-03-31|99010",
    "A|2018-04-01|9999-12-31|99020",
    "C|2010-01-01|9999-12-31|99010",
    "S|2010-01-01|9999-12-31|99010",
    "L|2010-01-01|2026-04-20|99010",
    "L|2026-04-21|9999-12-31|99020",
    "N|2016-04-01|2026-04-20|99020",
];

/// Persons `person|updated|phone` and their links `link|person|point|from|until`.
fn people(links: &[&str], persons: &[&str], documents: &[&str]) -> Stores {
    let ledger = [&LEDGER[..], &["N|2026-04-21|9999-12-31|99010"]].concat();
    Case::of(&ledger)
        .table(LINK, links)
        .table(PERSON, persons)
        .table(DOCUMENT, documents)
        .stores()
}

/// Somebody who leaves keeps the house and gets a second link to it. Were the name missing now, that would tell who leaves: the
/// list for the win-back call.
#[test]
fn a_second_link_from_the_day_of_leaving_does_not_take_the_name_away() {
    let links = [
        "1|leaver|L|2010-01-01|2026-04-20",
        "2|leaver|L|2026-04-21|9999-12-31",
        "3|stayer|S|2010-01-01|9999-12-31",
    ];
    let persons = ["leaver|2020-01-01|1", "stayer|2020-01-01|2"];
    let stores = people(&links, &persons, &["D|leaver|2020-01-01"]);
    stores.fates("person", &[("leaver", "own"), ("stayer", "own")]);
    stores.fates("document", &[("D", "own")]);
}

/// Whoever comes is another retailer's customer until the day has come, and nobody's if the day tells nothing else.
#[test]
fn whoever_comes_is_not_own_yet_and_an_own_customer_who_takes_a_second_house_is() {
    let links = [
        "1|comer|N|2026-04-21|9999-12-31",
        "2|grower|S|2010-01-01|9999-12-31",
        "3|grower|N|2026-04-21|9999-12-31",
        "4|stranger|A|2018-04-01|9999-12-31",
        "5|stranger|N|2026-04-21|9999-12-31",
    ];
    let persons = [
        "comer|2026-03-01|1",
        "grower|2020-01-01|2",
        "stranger|2020-01-01|3",
    ];
    let stores = people(&links, &persons, &["D|comer|2026-03-01"]);
    let right = [("comer", "other"), ("grower", "own"), ("stranger", "other")];
    stores.fates("person", &right);
    stores.fates("document", &[("D", "other")]);
}

/// Who supplies the old house today is nothing to a customer who moved: the incumbent knew the person all the time.
#[test]
fn whoever_moved_stays_own_although_the_old_house_is_another_suppliers() {
    let links = [
        "1|mover|A|2010-01-01|2018-03-31",
        "2|mover|C|2018-04-01|9999-12-31",
    ];
    // Written at the old house, and at the new one when the old one was 乙's already.
    for written in ["2015-01-01", "2018-03-31", "2018-04-01", "2022-07-01"] {
        let person = format!("mover|{written}|1");
        let document = format!("D|mover|{written}");
        let stores = people(&links, &[&person], &[&document]);
        stores.fates("person", &[("mover", "own")]);
        stores.fates("document", &[("D", "own")]);
    }
}

/// Between two houses of the incumbent's the person lived elsewhere; what was written then, somebody else may have written.
#[test]
fn what_was_written_between_two_houses_waits() {
    let links = [
        "1|mover|A|2010-01-01|2018-03-31",
        "2|mover|C|2023-04-01|9999-12-31",
    ];
    let stores = people(&links, &["mover|2020-01-01|1"], &[]);
    stores.fates("person", &[("mover", "written_early")]);
}

/// Before the first house was the person's, the house was the incumbent's all the same: whoever wrote there was its clerk.
#[test]
fn what_was_written_before_the_first_house_is_asked_of_the_houses() {
    let links = ["1|mover|C|2018-04-01|9999-12-31"];
    let stores = people(&links, &["mover|2012-01-01|1"], &[]);
    stores.fates("person", &[("mover", "own")]);
}
