//! The content is a function of points and seed; the order of insertion is not part of it.

use rusqlite::types::Value;

use crate::made::{Made, make};

/// Every row of a table in the order in which it was inserted.
fn rows(made: &Made, table: &str) -> Vec<String> {
    let mut statement = made
        .database
        .prepare(&format!("SELECT * FROM \"{table}\" ORDER BY rowid"))
        .unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let values = (0..columns).map(|column| row.get(column));
        values
            .collect::<Result<Vec<Value>, _>>()
            .map(|values| format!("{values:?}"))
    };
    statement
        .query_map([], row)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn list(made: &Made) -> String {
    std::fs::read_to_string(bunri_sample::planted_path(&made.out())).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_rows() {
    let (first, second) = (
        make(|options| options.points = 300),
        make(|options| options.points = 300),
    );
    for table in first.tables() {
        assert!(
            rows(&first, &table) == rows(&second, &table),
            "{table} differs"
        );
    }
    assert!(list(&first) == list(&second));
}

#[test]
fn another_seed_changes_ordinary_rows_and_no_planted_cell() {
    let first = make(|options| options.points = 300);
    let second = make(|options| (options.points, options.seed) = (300, 2));
    for table in [
        "supply_point",
        "supply_period",
        "consumer",
        "meter_reading_monthly",
    ] {
        assert!(
            rows(&first, table) != rows(&second, table),
            "{table} is the same"
        );
    }
    assert!(list(&first) == list(&second));
}

#[test]
fn more_points_change_no_planted_cell() {
    assert_eq!(
        list(&make(|_| ())),
        list(&make(|options| options.points = 1_200))
    );
}

#[test]
fn shuffled_rows_are_the_same_rows_in_another_order() {
    let first = make(|options| options.points = 1_200);
    let second = make(|options| (options.points, options.shuffle) = (1_200, Some(7)));
    for table in first.tables() {
        let (mut ours, mut theirs) = (rows(&first, &table), rows(&second, &table));
        // SQLite keeps a table in the order of a key that is one integer, however it was filled.
        assert!(
            ours != theirs || table == "consumer",
            "{table} is in the same order"
        );
        ours.sort();
        theirs.sort();
        assert!(ours == theirs, "{table} differs");
    }
    assert!(list(&first) == list(&second));
}
