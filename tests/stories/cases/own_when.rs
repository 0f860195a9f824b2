//! K7, K17: the incumbent's code is not enough. Island and last-resort supply are the operator's, an agent is another company, and a
//! kind that no list names is nobody's to release.

use super::case::{Case, LEDGER, POINT};
use super::stores::Stores;

const PERIOD: &str = r#"
table = "supply_period"
key = ["supply_point_id", "valid_from"]
rows = { by = "ledger", during = ["valid_from", "valid_until"] }
known_at = { none = "a period is entered when it is agreed" }
[columns]
supply_point_id = "own_customer"
valid_from = "own_customer"
valid_until = { class = "own_customer", basis = "a decision" }
retailer_code = "own_customer"
supply_kind = "own_customer"
agent_code = "own_customer"
[types]
valid_from = "date"
valid_until = "date"
"#;

const KIND: &str = "{ column = \"supply_kind\", own = [\"normal\"], other = [\"island\", \"last_resort\"], compare = \"trim\" }";
const AGENT: &str = "{ column = \"agent_code\", own = [\"NULL\", \"99010\"], other = \"listed retailers\", compare = \"exact\" }";

/// Points that are supplied since 2010 under `retailer|kind|agent`, each under the name before the colon, as they stand today.
fn points(own_when: &[&str], told: &[&str]) -> Stores {
    let told = told.iter().map(|one| one.split_once(':').unwrap());
    let (points, periods): (Vec<&str>, Vec<String>) = told
        .map(|(point, codes)| (point, format!("{point}|2010-01-01|9999-12-31|{codes}")))
        .unzip();
    let own_when = own_when.join(", ");
    Case::under(&format!("{LEDGER}own_when = [{own_when}]\n"))
        .table(PERIOD, &periods)
        .table(POINT, &points)
        .stores()
}

#[test]
fn k7_only_the_kinds_that_are_allowed_are_own() {
    let told = [
        "normal:99010|normal|NULL",
        "padded:99010|normal  |NULL",
        "island:99010|island|NULL",
        "island_padded:99010|island  |NULL",
        "island_wide:99010|ｉｓｌａｎｄ|NULL",
        "last_resort:99010|last_resort|NULL",
        "capitals:99010|LAST_RESORT|NULL",
        "number:99010|99|NULL",
        "none:99010|NULL|NULL",
        "blank:99010||NULL",
        "competitor:99020|normal|NULL",
        "competitor_unlisted:99020|99|NULL",
    ];
    let right = [
        ("normal", "own"),
        ("padded", "own"),
        ("island", "other"),
        ("island_padded", "other"),
        ("island_wide", "own_when_unlisted"),
        ("last_resort", "other"),
        ("capitals", "own_when_unlisted"),
        ("number", "own_when_unlisted"),
        ("none", "own_when_unlisted"),
        ("blank", "own_when_unlisted"),
        ("competitor", "other"),
        ("competitor_unlisted", "other"),
    ];
    let stores = points(&[KIND], &told);
    stores.fates("point", &right);
    stores.fates("supply_period", &right);
}

#[test]
fn k17_no_agent_is_a_direct_customer_and_another_agent_is_another_company() {
    let told = [
        "direct:99010|normal|NULL",
        "itself:99010|normal|99010",
        "agent:99010|normal|99030",
        "unknown:99010|normal|97777",
        "blank:99010|normal|",
        "padded:99010|normal|99030 ",
        "competitor:99020|normal|NULL",
        "competitors_agent:99020|normal|99010",
    ];
    let right = [
        ("direct", "own"),
        ("itself", "own"),
        ("agent", "other"),
        ("unknown", "own_when_unlisted"),
        ("blank", "own_when_unlisted"),
        ("padded", "own_when_unlisted"),
        ("competitor", "other"),
        ("competitors_agent", "other"),
    ];
    let stores = points(&[AGENT], &told);
    stores.fates("point", &right);
    stores.fates("supply_period", &right);
}

/// Both must hold. What is certainly somebody else's is so whatever the other column leaves open.
#[test]
fn kind_and_agent_must_both_allow_it() {
    let told = [
        "both:99010|normal|NULL",
        "island_direct:99010|island|NULL",
        "island_unknown:99010|island|97777",
        "unlisted_agent:99010|99|99030",
        "unlisted_direct:99010|99|NULL",
        "normal_unknown:99010|normal|97777",
    ];
    let right = [
        ("both", "own"),
        ("island_direct", "other"),
        ("island_unknown", "other"),
        ("unlisted_agent", "other"),
        ("unlisted_direct", "own_when_unlisted"),
        ("normal_unknown", "own_when_unlisted"),
    ];
    points(&[KIND, AGENT], &told).fates("point", &right);
}

const VOLTAGE: &str = r#"
table = "contract"
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
supply_point_id = "any_retailer"
voltage = "any_retailer"
service_address = "any_retailer"
power_kw = "own_customer"
[types]
power_kw = "int"
[[when]]
if = { column = "voltage", not_in = ["低圧", "高圧"], compare = "trim" }
rows = ["other"]
change = { any_retailer = "transmission_only" }
basis = "extra-high voltage is not in the switching system"
"#;

/// The list says which voltages any retailer may see; what it does not name is not among them.
#[test]
fn k7_a_voltage_that_no_list_names_is_not_open_to_any_retailer() {
    let rows = [
        "A|低圧|甲市1|4",
        "B|高圧 |甲市2|90",
        "C|特別高圧|甲市3|3000",
        "D|特高|甲市4|3001",
        "E|NULL|甲市5|3002",
        "F||甲市6|3003",
        "G|特高|甲市7|3004",
    ];
    let competitors =
        ["A", "B", "C", "D", "E", "F"].map(|point| format!("{point}|2016-04-01|9999-12-31|99020"));
    let mut periods: Vec<&str> = competitors.iter().map(String::as_str).collect();
    periods.push("G|2010-01-01|9999-12-31|99010");
    let stores = Case::of(&periods)
        .catalogued(
            "[ledger]",
            "[release]\nany_retailer_on_other_rows = [\"contract\"]\n[ledger]",
        )
        .table(VOLTAGE, &rows)
        .stores();
    for point in ["A", "B"] {
        stores.granted("contract", point, &["service_address", "voltage"]);
        stores.withheld("contract", point, &["power_kw"]);
    }
    for point in ["C", "D", "E", "F"] {
        stores.fates("contract", &[(point, "other")]);
    }
    stores.granted("contract", "G", &["service_address", "power_kw"]);
}
