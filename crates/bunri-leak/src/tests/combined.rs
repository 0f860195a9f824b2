//! Values of one record that meet in one row: one by one they may be granted, together they are somebody.

use super::*;
use crate::combination::{PersonRecord, Suspects};

const NAME: &str = "丙野カナリア零一";
const STREET: &str = "甲町一丁目五番地";

/// A cell of a staged row: its column, whether it is withheld, its text.
type Cell = (usize, bool, &'static str);

/// Holds one suspect row against staged rows of table 4.
fn combined(suspect: &[&str], staged: &[&[Cell]]) -> Vec<(Location, PersonRecord)> {
    let lexicon = Lexicon::new().unwrap();
    let mut suspects = Suspects::new(&lexicon);
    let cells: Vec<String> = suspect.iter().map(|&cell| cell.to_owned()).collect();
    assert!(suspects.suspect(location("row 1"), &cells));
    for row in staged {
        for &(column, withheld, text) in *row {
            suspects.cell(text, column, withheld);
        }
        suspects.row(4);
    }
    assert!(!suspects.left_out);
    suspects.found().collect()
}

fn columns(suspect: &[&str], staged: &[&[Cell]]) -> Vec<usize> {
    let found = combined(suspect, staged);
    assert!(
        found
            .iter()
            .all(|(place, found)| found.table == 4 && *place == location("row 1"))
    );
    found.iter().map(|(_, found)| found.columns).collect()
}

#[test]
fn two_withheld_values_of_one_record_in_one_row() {
    let record: &[Cell] = &[(0, true, NAME), (1, true, STREET)];
    assert_eq!(columns(&[NAME, STREET], &[record]), [2]);
    assert_eq!(columns(&[&format!("{STREET} {NAME} 様方")], &[record]), [2]);
    assert_eq!(
        columns(&[NAME, "他所"], &[record]),
        [0; 0],
        "one alone is C5's other rule"
    );
    let apart: &[&[Cell]] = &[&[(0, true, NAME)], &[(1, true, STREET)]];
    assert_eq!(columns(&[NAME, STREET], apart), [0; 0], "of two records");
}

#[test]
fn granted_cells_and_one_column_make_no_record() {
    let half: &[Cell] = &[(0, true, NAME), (1, false, STREET)];
    assert_eq!(columns(&[NAME, STREET], &[half]), [0; 0]);
    let same: &[Cell] = &[(0, true, NAME), (0, true, STREET)];
    assert_eq!(columns(&[NAME, STREET], &[same]), [0; 0]);
    let twice: &[Cell] = &[(0, true, NAME), (1, true, NAME)];
    assert_eq!(
        columns(&[NAME, STREET], &[twice]),
        [0; 0],
        "one value in two columns"
    );
}

#[test]
fn what_stands_together_in_granted_cells_tells_nothing() {
    let record: &[Cell] = &[(0, true, NAME), (1, true, STREET)];
    let granted: &[Cell] = &[(2, false, STREET), (3, false, NAME)];
    assert_eq!(columns(&[NAME, STREET], &[record, granted]), [0; 0]);
    let only_one: &[Cell] = &[(2, false, STREET), (3, false, "乙山花子")];
    assert_eq!(
        columns(&[NAME, STREET, "乙山花子"], &[record, only_one]),
        [2]
    );
}

#[test]
fn a_word_ends_where_the_script_changes_and_nowhere_else() {
    let (kana, digits, latin) = ("カナリアミナト", "09012345678", "suzuki");
    for (one, other) in [
        (STREET, kana),
        (STREET, digits),
        (STREET, latin),
        (kana, digits),
        (digits, latin),
        (latin, kana),
    ] {
        let record: &[Cell] = &[(0, true, one), (1, true, other)];
        let cell = format!("{one}{other}");
        assert_eq!(columns(&[&cell], &[record]), [2], "{cell}");
    }
    let record: &[Cell] = &[(0, true, NAME), (1, true, STREET)];
    let longer = format!("大{STREET}方");
    assert_eq!(columns(&[NAME, &longer], &[record]), [0; 0]);
}

#[test]
fn little_values_together_are_an_accident() {
    let record: &[Cell] = &[(0, true, "1234"), (1, true, "5678")];
    assert_eq!(columns(&["1234", "5678"], &[record]), [0; 0]);
    let longer: &[Cell] = &[(0, true, "12345678"), (1, true, "87654321")];
    assert_eq!(columns(&["12345678", "87654321"], &[longer]), [2]);
    let least: &[Cell] = &[(0, true, "123"), (1, true, STREET)];
    assert_eq!(
        columns(&["123", STREET], &[least]),
        [0; 0],
        "three digits take no part"
    );
}

#[test]
fn the_record_of_which_most_columns_meet_is_the_one() {
    let two: &[Cell] = &[(0, true, NAME), (1, true, STREET)];
    let three: &[Cell] = &[(0, true, NAME), (1, true, STREET), (2, true, "乙山花子")];
    assert_eq!(
        columns(&[NAME, STREET, "乙山花子"], &[two, three, two]),
        [3]
    );
}

#[test]
fn what_a_hundred_records_are_like_tells_nothing() {
    let record: &[Cell] = &[(0, true, NAME), (1, true, STREET)];
    assert_eq!(columns(&[NAME, STREET], &[record; 100]), [2]);
    assert_eq!(columns(&[NAME, STREET], &[record; 101]), [0; 0]);
}

#[test]
fn rows_beyond_what_can_be_held_are_told() {
    let lexicon = Lexicon::new().unwrap();
    let mut suspects = Suspects::new(&lexicon);
    assert!(suspects.is_empty());
    let cells = [NAME.to_owned(), STREET.to_owned()];
    let welcome = (0..2_001).filter(|_| suspects.suspect(location("row"), &cells));
    assert_eq!(welcome.count(), 2_000);
    assert!(suspects.left_out);
    for (column, text) in [NAME, STREET].into_iter().enumerate() {
        suspects.cell(text, column, true);
    }
    suspects.row(0);
    assert_eq!(
        suspects.found().count(),
        2_000,
        "the record stands in each of them"
    );
}
