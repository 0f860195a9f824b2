//! The size that stands in the contract: a table is open for every retailer up to 500 kW, and its own rows do not say how large the
//! customer is. Whoever cannot be shown to be small stays closed.

use super::case::Case;
use super::stores::Stores;

/// Contracts: number, point, kW.
const CONTRACT: &str = r#"
table = "contract"
key = ["contract_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
contract_no = "own_customer"
supply_point_id = "own_customer"
kw = "transmission_only"
[types]
kw = "int"
"#;

/// Outages announced: number, point, contract, day. Everybody may know of those of small customers.
const OUTAGE: &str = r#"
table = "outage"
key = ["outage_no"]
rows = { all = [{ by = "ledger", at = "announced_on" }, { by = "parent", table = "contract", key = ["contract_no"], references = ["contract_no"], match = "all" }] }
known_at = { none = "written on its day" }
[columns]
outage_no = "any_retailer"
supply_point_id = "any_retailer"
contract_no = "any_retailer"
announced_on = "any_retailer"
[types]
announced_on = "date"
[[when]]
if = { parent = "contract", column = "kw", at_least = 500 }
rows = ["other"]
change = { any_retailer = "transmission_only" }
basis = "500 kW and more are not in the switching system"
"#;

/// A is the incumbent's, B is 乙's.
fn outages((contract, contracts): (&str, &[&str]), rows: &[&str]) -> Stores {
    let ledger = [
        "A|2010-01-01|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99020",
    ];
    Case::of(&ledger)
        .catalogued(
            "[ledger]",
            "[release]\nany_retailer_on_other_rows = [\"outage\"]\n[ledger]",
        )
        .table(contract, contracts)
        .table(OUTAGE, rows)
        .stores()
}

#[test]
fn an_opened_row_is_closed_by_the_size_of_its_contract() {
    let contracts = ["C1|B|499", "C2|B|500", "C3|B|NULL", "C4|A|9999"];
    let rows = [
        "1|B|C1|2025-05-01",
        "2|B|C2|2025-05-01",
        "3|B|C3|2025-05-01",
        "4|A|C4|2025-05-01",
        "5|B|C9|2025-05-01",
        "6|B|NULL|2025-05-01",
    ];
    let stores = outages((CONTRACT, &contracts), &rows);
    // Small, and known to be so; and the incumbent's own, however large.
    for (row, there) in [("1", true), ("2", false), ("3", false), ("4", true)] {
        assert_eq!(stores.has("retail", "outage", row), there, "{row}");
    }
    // Without a contract nobody knows how large the customer is.
    for row in ["5", "6"] {
        assert!(!stores.has("retail", "outage", row), "{row}");
    }
}

/// Two contracts of one number, one of them large: the customer is large.
#[test]
fn one_large_contract_of_several_is_enough() {
    let contract = CONTRACT.replace(
        "key = [\"contract_no\"]",
        "key = [\"contract_no\", \"supply_point_id\"]",
    );
    let ledger = [
        "B|2016-04-01|9999-12-31|99020",
        "D|2016-04-01|9999-12-31|99020",
    ];
    let case = |second: &str| {
        Case::of(&ledger)
            .catalogued(
                "[ledger]",
                "[release]\nany_retailer_on_other_rows = [\"outage\"]\n[ledger]",
            )
            .table(&contract, &["C1|B|20", second])
            .table(OUTAGE, &["1|B|C1|2025-05-01"])
            .stores()
    };
    assert!(case("C1|D|30").has("retail", "outage", "1"));
    assert!(!case("C1|D|600").has("retail", "outage", "1"));
    // A size that cannot be read is not a small one.
    assert!(!case("C1|D|ｘｘ").has("retail", "outage", "1"));
    assert!(!case("C1|D|NULL").has("retail", "outage", "1"));
}

/// The parent decides the class of own rows too, also where its owner keys are asked when the row was written.
#[test]
fn a_note_of_a_large_contract_stays_with_the_grid() {
    let contract = "
table = \"note\"
key = [\"note_no\"]
rows = { by = \"parent\", table = \"contract\", key = [\"contract_no\"], references = [\"contract_no\"], match = \"all\" }
known_at = { column = \"written_on\", early = \"undecided\" }
[columns]
note_no = \"own_customer\"
contract_no = \"own_customer\"
written_on = \"own_customer\"
what = \"own_customer\"
[types]
written_on = \"date\"
[[when]]
if = { parent = \"contract\", column = \"kw\", at_least = 2000 }
rows = [\"own\"]
change = { own_customer = \"transmission_only\" }
columns = [\"what\"]
basis = \"特別高圧の系統情報\"
";
    let rows = ["1|C1|2025-05-01|検針", "2|C4|2025-05-01|系統"];
    let stores = Case::of(&["A|2010-01-01|9999-12-31|99010"])
        .table(CONTRACT, &["C1|A|40", "C4|A|2000"])
        .table(contract, &rows)
        .stores();
    stores.granted("note", "1", &["what"]);
    stores.withheld("note", "2", &["what"]);
}

/// A large contract that begins after the cutover is not yet: were the row missing because of it, its absence would tell every
/// retailer who is about to grow. Where there is no other contract, nobody knows the customer to be small.
#[test]
fn a_large_contract_that_is_still_to_come_closes_nothing() {
    let contract = CONTRACT
        .replace("\"contract_no\"]", "\"contract_no\", \"begins\"]")
        .replace("at = \"cutover\"", "at = \"begins\"")
        .replace(
            "[types]\n",
            "begins = \"own_customer\"\n[types]\nbegins = \"date\"\n",
        );
    let contracts = [
        "C1|B|20|2020-04-01",
        "C1|B|600|2026-05-01",
        "C2|B|600|2026-05-01",
        "C3|B|600|2020-04-01",
        "C3|B|20|2026-05-01",
    ];
    let rows = [
        "1|B|C1|2025-05-01",
        "2|B|C2|2025-05-01",
        "3|B|C3|2025-05-01",
    ];
    let stores = outages((&contract, &contracts), &rows);
    for (row, there) in [("1", true), ("2", false), ("3", false)] {
        assert_eq!(stores.has("retail", "outage", row), there, "{row}");
    }
}
