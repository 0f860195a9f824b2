//! The catalogue in `schemas/denryoku` loads, says of every table and column of the sample what it is, and
//! agrees with what people noted beside the planted cells.

use std::path::PathBuf;

use bunri_catalogue::{Catalogue, Ownership, Store, Table, granted, possible_classes};
use bunri_parse::load;
use serde_json::Value;

use crate::made::{Made, make};
use crate::planted::{list, word};

fn denryoku() -> Catalogue {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas/denryoku");
    load(&path).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The columns of a table of the database, in its order.
pub(crate) fn columns(made: &Made, table: &str) -> Vec<String> {
    let mut statement = made
        .database
        .prepare(&format!("SELECT * FROM \"{table}\""))
        .unwrap();
    let names = statement.column_names().map(str::to_owned).collect();
    drop(statement.query([]));
    names
}

#[test]
fn every_table_and_column_of_the_sample_is_listed_in_its_order() {
    let (made, catalogue) = (make(|_| ()), denryoku());
    let mut listed: Vec<&str> = catalogue
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    listed.sort_unstable();
    assert_eq!(made.tables(), listed);
    for table in &catalogue.tables {
        let listed: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        assert_eq!(columns(&made, &table.name), listed, "{}", table.name);
    }
}

#[test]
fn keys_are_never_null_and_never_twice() {
    let (made, catalogue) = (make(|options| options.points = 2_000), denryoku());
    for table in catalogue
        .tables
        .iter()
        .filter(|table| !table.key.is_empty())
    {
        let key: Vec<String> = table
            .key
            .iter()
            .map(|&column| format!("\"{}\"", table.columns[column].name))
            .collect();
        let (name, key, nulls) = (&table.name, key.join(", "), key.join(" IS NULL OR "));
        let query = format!("SELECT count(*) FROM \"{name}\" WHERE {nulls} IS NULL");
        assert_eq!(made.number(&query), 0, "{name} has a NULL in its key");
        let query = format!(
            "SELECT count(*) FROM (SELECT 1 FROM \"{name}\" GROUP BY {key} HAVING count(*) > 1)"
        );
        assert_eq!(made.number(&query), 0, "{name} has a key twice");
    }
}

#[test]
fn every_planted_fate_is_one_that_the_catalogue_can_give() {
    let (made, catalogue) = (make(|_| ()), denryoku());
    for entry in list(&made) {
        let table = catalogue.table(word(&entry, "table")).unwrap();
        let name = word(&entry, "column");
        let column = table
            .columns
            .iter()
            .position(|column| column.name == name)
            .unwrap();
        if word(&entry["expect"], "staging") == "typed" {
            assert!(
                possible(table, column, &entry),
                "no ownership gives {entry}"
            );
        }
    }
}

/// Whether some ownership and some class of the column send the cell where it is expected.
fn possible(table: &Table, column: usize, entry: &Value) -> bool {
    Ownership::ALL.iter().any(|&ownership| {
        possible_classes(table, column, ownership)
            .into_iter()
            .any(|class| {
                let goes =
                    |store| granted(store, ownership, class, table.any_retailer_on_other_rows);
                let expected = |store, name| {
                    let word = word(&entry["expect"], name);
                    // A key accompanies every row of the quarantine, and a NULL says nothing.
                    let beside = table.key.contains(&column) && store == Store::Quarantine;
                    beside || entry["staged"].is_null() || goes(store) == (word == "present")
                };
                expected(Store::Retail, "retail")
                    && expected(Store::Transmission, "transmission")
                    && expected(Store::Quarantine, "quarantine")
            })
    })
}
