//! K29: two ledgers in one system. Who buys the power of a roof is another question than who sells the house its light, although
//! both are asked of one supply point; each table asks the ledger of what it speaks of.

use super::case::{Case, LEDGER, READING, SUPPLY_PERIOD};

/// The ledger of feed-in contracts: who buys the power of a point, by periods with exclusive ends and codes that are padded.
const FIT: &str = r#"
[ledgers.fit]
table = "fit_period"
key = ["supply_point_id"]
retailer = "buyer"
from = "bought_from"
until = "bought_until"
until_is = "exclusive"
compare = "trim"
open = ["NULL"]
"#;

const FIT_PERIOD: &str = r#"
table = "fit_period"
key = ["supply_point_id", "bought_from"]
ledger = "fit"
rows = { by = "ledger", during = ["bought_from", "bought_until"] }
known_at = { none = "a period is entered when it is agreed" }
[columns]
supply_point_id = "own_customer"
bought_from = "own_customer"
bought_until = "transmission_only"
buyer = "own_customer"
[types]
bought_from = "date"
bought_until = "date"
"#;

/// What a roof fed in: feed, point, day, day of writing, kWh.
const FEED: &str = r#"
table = "feed"
key = ["feed_id"]
ledger = "fit"
rows = { by = "ledger", at = "fed_on" }
known_at = { column = "written_on", early = "undecided", grace_days = 10 }
[columns]
feed_id = "own_customer"
supply_point_id = "own_customer"
fed_on = "own_customer"
written_on = "own_customer"
kwh = "own_customer"
[types]
fed_on = "date"
written_on = "date"
kwh = "int"
"#;

/// What is paid for it: payment, feed, day of writing.
const PAYMENT: &str = r#"
table = "payment"
key = ["payment_id"]
ledger = "fit"
rows = { by = "parent", table = "feed", key = ["feed_id"], references = ["feed_id"], match = "all" }
known_at = { column = "paid_on", early = "undecided", grace_days = 10 }
[columns]
payment_id = "own_customer"
feed_id = "own_customer"
paid_on = "own_customer"
[types]
paid_on = "date"
"#;

/// A buys its light from the incumbent and sells its roof's power to 乙; B the other way round.
fn case() -> Case {
    let light = [
        "A|2010-01-01|9999-12-31|99010",
        "B|2016-04-01|9999-12-31|99020",
    ];
    let fit = [
        "A|2015-01-01|NULL|99020 ",
        "B|2015-01-01|2025-01-01| 99010",
        "B|2025-01-01|NULL|99020",
    ];
    let case = Case::under(&format!("{LEDGER}{FIT}"));
    case.table(SUPPLY_PERIOD, &light).table(FIT_PERIOD, &fit)
}

#[test]
fn k29_each_table_asks_the_ledger_of_what_it_speaks_of() {
    let readings = [
        "a|A|2024-03-01|2024-03-31|2024-04-02|310",
        "b|B|2024-03-01|2024-03-31|2024-04-02|310",
    ];
    let feeds = [
        "a|A|2024-03-01|2024-03-02|12",
        "b|B|2024-03-01|2024-03-02|12",
        "last|B|2024-12-31|2025-01-05|13",
        "gone|B|2025-01-01|2025-01-02|14",
    ];
    let stores = case()
        .table(READING, &readings)
        .table(FEED, &feeds)
        .stores();
    stores.fates("reading", &[("a", "own"), ("b", "other")]);
    let right = [
        ("a", "other"),
        ("b", "own"),
        ("last", "own"),
        ("gone", "other"),
    ];
    stores.fates("feed", &right);
}

/// Paid within days of the last feed; and corrected when 乙 bought the power of B, although the incumbent sells nobody anything there.
#[test]
fn whoever_inherits_asks_the_ledger_of_its_parents() {
    let feeds = [
        "last|B|2024-12-31|2025-01-05|13",
        "a|A|2024-03-01|2024-03-02|12",
    ];
    let payments = [
        "in_time|last|2025-01-08",
        "corrected|last|2025-03-01",
        "a|a|2024-04-01",
    ];
    let stores = case()
        .table(FEED, &feeds)
        .table(PAYMENT, &payments)
        .stores();
    let right = [("in_time", "own"), ("corrected", "other"), ("a", "other")];
    stores.fates("payment", &right);
}
