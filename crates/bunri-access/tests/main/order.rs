//! What the log says of itself.

use crate::rig::{HEADER, found, found_with, looked, story};
use bunri_access::Terms;

const LOGIN: &str = "G-1,T-G,,LOGIN,,,,";

fn lines(times: &[&str]) -> Vec<String> {
    times.iter().map(|time| format!("{time},{LOGIN}")).collect()
}

fn clocks(times: &[&str]) -> Vec<String> {
    let mut terms = Terms::new();
    terms.silent_seconds = 3_600;
    terms.forwards_seconds = 86_400;
    terms.backwards_seconds = 5;
    let lines = lines(times);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    found_with(&lines, &terms)
}

#[test]
fn silence_and_clocks_are_told_beyond_their_thresholds_only() {
    let none = clocks(&[
        "2024-05-01T10:00:00",
        "2024-05-01T11:00:00",
        "2024-05-01T10:59:55",
        "2024-05-01T11:59:55",
    ]);
    assert_eq!(none, Vec::<String>::new());
    let some = clocks(&[
        "2024-05-01T10:00:00",
        "2024-05-01T11:00:00.000001",
        "2024-05-01T10:59:55",
        "2024-05-02T10:59:55",
        "2024-05-03T10:59:55.000001",
        "2024-05-03T10:59:50",
    ]);
    assert_eq!(
        some,
        [
            "silent_span log - 2 @3 5",
            "clock_backwards log - 2 @4 7",
            "clock_forwards log - 1 @6",
        ]
    );
}

fn numbers(numbers: &[&str]) -> Vec<String> {
    let mut text = format!("{HEADER}\n");
    for number in numbers {
        text += &format!("{number},2024-05-01T10:00:00,{LOGIN}\n");
    }
    story(&looked(text.as_bytes(), &Terms::new()).unwrap())
}

#[test]
fn numbers_are_missed_and_come_again() {
    assert_eq!(numbers(&["7", "8", "9"]), Vec::<String>::new());
    assert_eq!(numbers(&["7", "11", "12"]), ["sequence_missing log - 3 @3"]);
    assert_eq!(
        numbers(&["7", "7", "3", "4"]),
        ["sequence_repeated log - 2 @3 4"]
    );
    let damaged = numbers(&["7", "x", "9", "x", "12"]);
    // The damaged lines may have had one number each.
    assert_eq!(
        damaged,
        ["sequence_missing log - 1 @6", "malformed sequence 2 @3 5"]
    );
    let longest = numbers(&["0", "9999999999999999999"]);
    assert_eq!(longest, ["sequence_missing log - 9999999999999999998 @3"]);
    assert_eq!(
        numbers(&["99999999999999999999"]),
        ["malformed sequence 1 @2"]
    );
}

#[test]
fn a_line_that_is_none_is_told_with_its_reason_and_place() {
    let long = "x".repeat(70_000);
    let text = format!(
        "{HEADER}\n\n1,2024-05-01T10:00:00,{LOGIN}\n2,2024-05-01T10:00:00,G-1\n3,yesterday,{LOGIN}\n4,2024-05-01T10:00:00,,T-G,,LOGIN,,,,\n\
         {long}\n7,2024-05-01T10:00:00,\"G-1,T-G,,LOGIN,,,,\n8,2024-05-01T10:00:00,G-1,T-G,,LOGIN,,,,many\n9,,{LOGIN}\n"
    );
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"10,2024-05-01T10:00:00,\xff,T-G,,LOGIN,,,,\n");
    let report = looked(&bytes, &Terms::new()).unwrap();
    assert_eq!(
        story(&report),
        [
            "malformed blank 1 @2",
            "malformed too_long 1 @7",
            "malformed fields 1 @4",
            "malformed quotes 1 @8",
            "malformed encoding 1 @11",
            "malformed time 2 @5 10",
            "malformed account 1 @6",
            "malformed rows 1 @9",
        ]
    );
    assert_eq!(report.log.lines, 10);
}

#[test]
fn a_log_of_nothing_is_clean_and_says_so() {
    assert_eq!(found(&[]), Vec::<String>::new());
    let report = looked(format!("{HEADER}\n").as_bytes(), &Terms::new()).unwrap();
    assert_eq!((report.log.lines, report.log.first), (0, None));
    assert!(report.checks.iter().all(|check| check.lines_asked == 0));
}
