//! K20, K23, K24: what retail holds in the open of somebody else's customers, and nobody sees because the cell is as it should be. Each is
//! for a person to judge: one finding a pair of columns. What stands anywhere else is a leak, whatever list says it too.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::case::Case;
use crate::rig::Rig;
use crate::verdict::findings;

/// A customer a point, with name and telephone.
const CUSTOMER: &str = r#"
table = "customer"
key = ["customer_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
customer_no = "own_customer"
supply_point_id = "own_customer"
name = { class = "own_customer", category = "personal" }
phone = { class = "own_customer", category = "personal" }
"#;

/// Whom the retailer's own agents are to visit.
const CANVASS: &str = r#"
table = "canvass"
key = ["visit_no"]
rows = { every_row = "all_retail", basis = "the retailer's own list of visits (confirmed: 2026-02-20)" }
[columns]
visit_no = "own_customer"
name = { class = "own_customer", category = "personal" }
phone = { class = "own_customer", category = "personal" }
prefecture = "own_customer"
"#;

/// A note on a point that the retailer may read.
const NOTE: &str = r#"
table = "note"
key = ["note_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
note_no = "own_customer"
supply_point_id = "own_customer"
text = { class = "retail_only", category = "free_text" }
"#;

/// A is the incumbent's, B and C are 乙's.
const LEDGER: [&str; 3] = [
    "A|2010-01-01|9999-12-31|99010",
    "B|2010-01-01|9999-12-31|99020",
    "C|2010-01-01|9999-12-31|99020",
];

const CUSTOMERS: [&str; 3] = [
    "1|A|甲野カナリア一郎|090-1111-2222",
    "2|B|丙野カナリア零一|090-3333-4444",
    "3|C|癸山カナリア望美|090-5555-6666",
];

/// What is to be reviewed: `retail/canvass.phone: customer.phone, 2 values (2)`.
fn reviewed(rig: &Rig) -> BTreeSet<String> {
    let report = rig.json("custody/evidence/report.json");
    let findings = report["findings"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_c5 = findings.filter(|it| it["claim"] == "C5" && it["grade"] == "review");
    of_c5
        .map(|it| {
            let place = [&it["store"], &it["table"], &it["column"]].map(word);
            let [store, table, column] = place;
            let (detail, count) = (word(&it["detail"]), &it["count"]);
            format!("{store}/{table}.{column}: {detail} ({count})")
        })
        .collect()
}

fn lines<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.map(str::to_owned).into()
}

fn canvassed(visits: &[&str]) -> Rig {
    let rig = Case::of(&LEDGER)
        .table(CUSTOMER, &CUSTOMERS)
        .table(NOTE, &["1|A|留守"])
        .table(CANVASS, visits)
        .rig();
    rig.bunri(["run", "job.toml"]).must(1);
    rig
}

/// Two competitors' customers, one of them in another spelling, and one of the incumbent's own.
const VISITS: [&str; 3] = [
    "1|丙野　カナリア零一|０９０（３３３３）４４４４|甲県",
    "2|癸山カナリア望美|090-5555-6666|甲県",
    "3|甲野カナリア一郎|090-1111-2222|甲県",
];

#[test]
fn k23_a_canvassing_list_of_competitors_customers_is_one_finding_a_pair() {
    let rig = canvassed(&VISITS);
    let right = lines([
        "retail/canvass.name: customer.name, 2 values (2)",
        "retail/canvass.phone: customer.phone, 2 values (2)",
    ]);
    assert_eq!(reviewed(&rig), right);
    assert_eq!(findings(&rig), [].into());
}

/// The rows are named in custody, by the store's own key, and no value is.
#[test]
fn k23_every_row_of_a_pair_stands_in_a_list_in_custody() {
    let rig = canvassed(&VISITS);
    let list = rig.read("custody/evidence/review.jsonl");
    let rows: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let row = |column: &str, number: u8| {
        json!({"claim": "C5", "rule": "value_in_granted_cell", "store": "retail", "table": "canvass", "column": column,
            "withheld": format!("customer.{column}"), "row": format!("visit_no={number}")})
    };
    assert_eq!(
        rows,
        [
            row("name", 1),
            row("name", 2),
            row("phone", 1),
            row("phone", 2)
        ]
    );
    let listed = std::fs::metadata(rig.path("custody/evidence/review.jsonl")).unwrap();
    assert_eq!(listed.permissions().mode() & 0o777, 0o600);
    rig.bunri(["verify", "job.toml"]).must(1);
    assert_eq!(rig.read("custody/evidence/review.jsonl"), list);
}

/// That the list says it too makes it no less of a leak.
#[test]
fn k23_the_same_telephone_elsewhere_is_still_found() {
    let rig = canvassed(&VISITS);
    let planted = json!(["set", {"note_no": "1"}, "text", "至急 09033334444 へ"]);
    rig.tamper("retail", "note", [planted]);
    let found = rig.bunri(["verify", "job.toml"]).must(10);
    found.prints(
        "C5 value_leaked_loose: retail, table note, column text, row note_no=1, of customer.phone",
    );
    std::fs::write(rig.path("retail/09033334444.txt"), "").unwrap();
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints("C5 value_in_name");
}

/// A list of the incumbent's own customers, and of people whom the system does not know, says nothing of anybody else's.
#[test]
fn a_list_of_own_customers_and_strangers_is_no_finding() {
    let rig = canvassed(&[
        "1|甲野カナリア一郎|090-1111-2222|甲県",
        "2|辰野カナリア辰美|090-7777-8888|甲県",
    ]);
    assert_eq!(reviewed(&rig), [].into());
}

/// Every address is in some prefecture. One that a hundred visits and one more have is nobody's secret; and it is counted.
#[test]
fn a_value_that_many_rows_of_a_list_hold_says_nothing_and_is_counted() {
    for (visits, told) in [(100, true), (101, false)] {
        let mut customers = CUSTOMERS.to_vec();
        customers[1] = "2|B|甲乙丙丁県|090-3333-4444";
        let visits: Vec<String> = (1..=visits)
            .map(|one| format!("{one}|-|-|甲乙丙丁県"))
            .collect();
        let rig = Case::of(&LEDGER)
            .table(CUSTOMER, &customers)
            .table(CANVASS, &visits)
            .rig();
        rig.bunri(["run", "job.toml"]).must(1);
        assert_eq!(reviewed(&rig).len(), usize::from(told));
        let report = rig.read("custody/evidence/report.json");
        assert_ne!(report.contains("more than 100 cells"), told);
    }
}

/// The number that retail gets a hash of, under another name in a table whose rows are its own: the gaps between numbers talk again.
#[test]
fn k20_a_rekeyed_number_in_the_plain_elsewhere_is_a_pair() {
    let contract = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
contract_no = { class = "own_customer", rekey = "contract" }
supply_point_id = "own_customer"
[types]
contract_no = "int"
"#;
    let letter = r#"
table = "letter"
key = ["letter_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
letter_no = "own_customer"
supply_point_id = "own_customer"
reference = "own_customer"
"#;
    let rig = Case::of(&LEDGER)
        .table(contract, &["900001013|A", "900001014|A", "900001015|B"])
        .table(letter, &["1|A|900001013", "2|A|900001014", "3|A|900009999"])
        .rig();
    let job = rig.read("job.toml") + "[rekey]\ncontract = { secret = \"contract.secret\" }\n";
    rig.write("job.toml", job);
    rig.write(
        "contract.secret",
        "a fictional secret, of 32 bytes and more",
    );
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(rig.path("contract.secret"), private).unwrap();
    rig.bunri(["run", "job.toml"]).must(1);
    let right = lines(["retail/letter.reference: contract.contract_no, 2 values (2)"]);
    assert_eq!(reviewed(&rig), right);
}

fn noted(text: &str, names: bool) -> BTreeSet<String> {
    let mut case = Case::of(&LEDGER).table(NOTE, &[format!("1|A|{text}"), format!("2|B|{text}")]);
    if names {
        let column = "column = \"retailer_code\" }";
        let named = "column = \"retailer_code\", name = \"retailer_name\" }";
        case = case.catalogued(column, named);
    }
    let rig = case.rig();
    rig.bunri(["run", "job.toml"]).must(1);
    assert_eq!(findings(&rig), [].into());
    let told = "retail/note.text: ";
    let reviewed = reviewed(&rig).into_iter();
    reviewed
        .map(|line| line.strip_prefix(told).unwrap().to_owned())
        .collect()
}

#[test]
fn k24_a_retailers_code_or_name_in_a_granted_text_of_an_own_row_is_for_review() {
    let text = "乙でんきへ切替予定 4/1～ SW廃止 99020";
    let both = lines(["the list of retailers, 2 values (1)"]);
    let one = lines(["the list of retailers, 1 value (1)"]);
    assert_eq!(noted(text, true), both);
    // Where nobody says which column holds the names, the codes alone.
    assert_eq!(noted(text, false), one);
    assert_eq!(noted("切替先：９９０３０", true), one);
    assert_eq!(noted("丙エナジーから", true), one);
}

/// Of itself the incumbent may speak, and a number that only holds the digits of a code is another number.
#[test]
fn k24_the_incumbents_own_name_and_longer_numbers_name_nobody() {
    for text in ["甲電力 99010 継続", "0399020111", "受付番号 199020", "留守"] {
        assert_eq!(noted(text, true), [].into(), "{text}");
    }
}
