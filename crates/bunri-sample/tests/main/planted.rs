//! The list of planted cells is true of the database, and holds every trap that it has to hold.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value as Cell;
use serde_json::Value;

use crate::made::{Made, make};

pub(crate) fn list(made: &Made) -> Vec<Value> {
    let text = std::fs::read_to_string(bunri_sample::planted_path(&made.out())).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn word<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap()
}

/// What the database holds where the entry points: every row that has its key.
fn cells(made: &Made, entry: &Value) -> Vec<Cell> {
    let key = entry["key"].as_object().unwrap();
    // Bytes and text compare equal only as text. A moment of the control centre is listed as it is in Japan.
    let spelled = |name: &String| match name.as_str() {
        "stopped_at" => "datetime(stopped_at, '+9 hours') = ?".to_owned(),
        _ => format!("CAST(\"{name}\" AS TEXT) = ?"),
    };
    let conditions: Vec<String> = key.keys().map(spelled).collect();
    let query = format!(
        "SELECT \"{}\" FROM \"{}\" WHERE {}",
        word(entry, "column"),
        word(entry, "source_table"),
        conditions.join(" AND ")
    );
    let values = key.values().map(|value| value.as_str().unwrap());
    let mut statement = made.database.prepare(&query).unwrap();
    let found = statement
        .query_map(rusqlite::params_from_iter(values), |row| row.get(0))
        .unwrap();
    found.collect::<Result<_, _>>().unwrap()
}

fn same(cell: &Cell, value: &Value) -> bool {
    match cell {
        Cell::Null => value.is_null(),
        Cell::Integer(number) => value.as_f64() == Some(*number as f64),
        Cell::Real(number) => value.as_f64() == Some(*number),
        Cell::Text(text) => value.as_str() == Some(text),
        Cell::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            value.as_str() == Some(&digits)
        }
    }
}

#[test]
fn every_planted_cell_is_in_the_database() {
    let made = make(|_| ());
    for entry in list(&made) {
        let found = cells(&made, &entry);
        assert!(!found.is_empty(), "no such row: {entry}");
        assert!(
            found.iter().all(|cell| same(cell, &entry["value"])),
            "{found:?} for {entry}"
        );
    }
}

#[test]
fn ids_and_canaries_are_unique_and_every_word_is_known() {
    let made = make(|_| ());
    let (mut ids, mut canaries) = (BTreeSet::new(), BTreeSet::new());
    for entry in list(&made) {
        assert!(ids.insert(word(&entry, "id").to_owned()), "{entry}");
        if let Some(text) = entry["value"]
            .as_str()
            .filter(|text| text.contains("カナリア"))
        {
            assert!(canaries.insert(text.to_owned()), "{entry}");
        }
        for store in ["retail", "transmission", "quarantine"] {
            let expected = word(&entry["expect"], store);
            assert!(["present", "absent", "null"].contains(&expected), "{entry}");
            assert!(
                !entry["value"].is_null() || expected != "present",
                "{entry}"
            );
        }
        assert!(
            ["typed", "rejected"].contains(&word(&entry["expect"], "staging")),
            "{entry}"
        );
    }
    assert!(canaries.len() > 100);
}

#[test]
fn a_planted_cell_has_one_fate() {
    let mut fates = BTreeMap::new();
    for entry in list(&make(|_| ())) {
        let cell = format!("{} {} {}", entry["table"], entry["key"], entry["column"]);
        let before = fates.insert(cell, entry["expect"].clone());
        assert!(
            before.is_none_or(|before| before == entry["expect"]),
            "{entry}"
        );
    }
}

/// The rows of the domain's tables, each by the traps that show it.
const TRAPS: [&str; 112] = [
    "account",
    "adjacent-own-periods",
    "affiliate-retailer",
    "arrived",
    "arrives-on-cutover-day",
    "arriving-later",
    "cancel-flag-unknown",
    "cancelled-arrival",
    "cancelled-request",
    "code-against-ledger",
    "code-missing",
    "code-table",
    "code-vacant",
    "contract-amount-a",
    "contract-amount-kva",
    "contract-amount-kw",
    "contract-amount-unit",
    "corrected-after-return",
    "daily-sheet",
    "daily-sheet-of-switch",
    "date-text",
    "demand-beside-fit",
    "document",
    "document-days",
    "document-kind-missing",
    "document-kind-unlisted",
    "entered-before-arrival",
    "fit-point",
    "free-text",
    "grace-last-day",
    "group-of-one",
    "half-hour-until-switch",
    "history-overlap",
    "id-padded",
    "id-zero-width",
    "island",
    "kyushu-2020",
    "last-resort",
    "last-used",
    "leaves-after-cutover-day",
    "leaves-on-cutover-day",
    "leaving-later",
    "ledger-from-missing",
    "ledger-gap",
    "ledger-overlap",
    "ledger-overlap-same",
    "ledger-reversed",
    "ledger-row-rejected",
    "ledger-row-rejected-open",
    "ledger-until-missing",
    "left",
    "left-and-came-back",
    "leftover",
    "leftover-overwritten",
    "legacy-customer-no-kept",
    "measured-in-gap",
    "merged-retailer",
    "meter-at-two-points",
    "meter-beside-two-points",
    "meter-between-own",
    "meter-came",
    "meter-final-reading",
    "meter-in-store",
    "meter-installation-rejected",
    "meter-moved-away",
    "meter-moved-away-corrected",
    "meter-of-others",
    "meter-overwritten",
    "meter-removed-later",
    "meter-stays",
    "misfit",
    "new-name-holder",
    "note-of-both",
    "nothing-value",
    "orphan",
    "overwritten-after-grace",
    "overwritten-after-leaving",
    "overwritten-before-return",
    "own",
    "own-and-other-points",
    "own-row-withheld",
    "owner-nobody",
    "peak",
    "peak-of-another",
    "peak-undecided",
    "power-499-kw",
    "power-500-kw",
    "previous-holder",
    "reading-spans-switch",
    "retailer-null",
    "retailer-padded",
    "slot-of-switch-day",
    "soft-deleted",
    "spelling",
    "stop-after-switch",
    "stop-not-resumed",
    "stop-of-first-morning",
    "stop-over-switch",
    "stop-until-switch",
    "surplus-before-the-operator",
    "surplus-nobody-buys",
    "surplus-of-a-lost-customer",
    "surplus-of-others",
    "surplus-of-the-operator",
    "surplus-over-the-change",
    "surplus-scheme-missing",
    "surplus-sold-to-another",
    "surplus-will-go",
    "surplus-without-supply",
    "touched-in-the-middle",
    "vacant",
    "written-in-gap",
];

#[test]
fn every_situation_of_the_domain_is_planted() {
    let planted = list(&make(|_| ()));
    let traps: BTreeSet<&str> = planted.iter().map(|entry| word(entry, "trap")).collect();
    for trap in TRAPS {
        assert!(traps.contains(trap), "{trap} is not planted");
    }
}

#[test]
fn every_canary_of_the_database_is_on_the_list() {
    let made = make(|_| ());
    let planted = list(&made);
    let listed: BTreeSet<&str> = planted
        .iter()
        .filter_map(|entry| entry["value"].as_str())
        .collect();
    for table in made.tables() {
        for column in crate::catalogue::columns(&made, &table) {
            let query = format!(
                "SELECT \"{column}\" FROM \"{table}\" WHERE typeof(\"{column}\") = 'text' AND \
                 \"{column}\" LIKE '%カナリア%'"
            );
            let mut statement = made.database.prepare(&query).unwrap();
            let found = statement.query_map([], |row| row.get(0)).unwrap();
            let found: Vec<String> = found.collect::<Result<_, _>>().unwrap();
            assert!(
                found.iter().all(|text| listed.contains(text.as_str())),
                "{table}.{column}"
            );
        }
    }
}
