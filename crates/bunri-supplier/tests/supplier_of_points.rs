//! A ledger of a few rows, read from a database: whose each point was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_job::Source;
use bunri_supplier::{Stretch, SupplierError, suppliers};
use bunri_types::day_text;
use tempfile::TempDir;

fn catalogue() -> Catalogue {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    bunri_parse::load(&root.join("../../samples/catalogues/valid/minimal")).unwrap()
}

/// What the rows come to, a point a line.
fn told(rows: &[[&str; 4]], most: usize) -> Result<Vec<String>, SupplierError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("legacy.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
             INSERT INTO code_retailer VALUES ('99010', 'own'), ('99020', 'other');
             CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT);",
        )
        .unwrap();
    for row in rows {
        let cells = row.map(|cell| (cell != "NULL").then_some(cell));
        connection
            .execute("INSERT INTO supply_period VALUES (?, ?, ?, ?)", cells)
            .unwrap();
    }
    drop(connection);
    let mut lines = Vec::new();
    let read = suppliers(
        &Source::Sqlite(path),
        &catalogue(),
        most,
        |point, stretches| {
            let day = |day| match day {
                i32::MIN | i32::MAX => String::new(),
                day => day_text(day),
            };
            let word = |it: &Stretch| {
                let word = it.verdict.ownership().word();
                format!("{}..{} {word}", day(it.first), day(it.last))
            };
            let words: Vec<String> = stretches.iter().map(word).collect();
            lines.push(format!("{point}: {}", words.join(", ")));
            Ok::<(), SupplierError>(())
        },
    )?;
    assert_eq!(
        (read.rows, read.points),
        (rows.len() as u64, lines.len() as u64)
    );
    Ok(lines)
}

#[test]
fn a_switch_a_gap_an_overlap_and_a_row_that_does_not_fit() {
    let rows = [
        ["2", "2020-01-01", "9999-12-31", "99020"],
        ["1", "2024-04-01", "9999-12-31", "99020"],
        ["1", "2020-01-01", "2024-03-31", "99010"],
        ["3", "2020-01-01", "2020-12-31", "99010"],
        ["3", "2022-01-01", "2023-12-31", "99010"],
        ["3", "2023-06-01", "2024-12-31", "99020"],
        ["4", "2020-01-01", "2020-12-31", "99010"],
        ["4", "2021-02-30", "9999-12-31", "99010"],
        ["5", "2020-01-01", "9999-12-31", "99999"],
    ];
    assert_eq!(
        told(&rows, 100).unwrap(),
        [
            "1: 2020-01-01..2024-03-31 own, 2024-04-01.. other",
            "2: 2020-01-01.. other",
            "3: 2020-01-01..2020-12-31 own, 2022-01-01..2023-05-31 own, 2023-06-01..2023-12-31 undecided, 2024-01-01..2024-12-31 other",
            "4: .. undecided",
            "5: 2020-01-01.. undecided",
        ]
    );
}

#[test]
fn what_could_be_any_points_and_what_is_too_much_is_refused() {
    let row = ["1", "2020-01-01", "9999-12-31", "99010"];
    let error = told(&[row, ["NULL", "2020-01-01", "9999-12-31", "99010"]], 100).unwrap_err();
    assert!(
        matches!(error, SupplierError::NoPoint { row: 2, .. }),
        "{error}"
    );
    let error = told(&[row, row], 1).unwrap_err();
    assert!(matches!(error, SupplierError::TooMany(1)), "{error}");
}
