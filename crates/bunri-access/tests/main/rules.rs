//! Each rule with a few lines, and with those just beside them.

use crate::rig::{found, found_with};
use bunri_access::Terms;

#[test]
fn a_point_is_judged_by_the_day_of_the_read_in_japan() {
    // The switch takes effect at 00:00 Japan time: one second before, the point was still own.
    let lines = [
        "2024-03-31T23:59:59+09:00,R-1,T-R,S03,READ,,90,,1",
        "2024-03-31T14:59:59Z,R-1,T-R,S03,READ,,90,,1",
        "2024-03-31 24:00:00,R-1,T-R,S03,READ,,90,,1",
        "2024-04-01T00:00:00+09:00,R-1,T-R,S03,READ,,90,,1",
        "2024-03-31T15:00:00Z,R-1,T-R,S01,READ,,90,,1",
    ];
    assert_eq!(
        found(&lines),
        [
            "other_company_read R-1 S01 1 @6",
            "other_company_read R-1 S03 2 @4 5"
        ]
    );
}

#[test]
fn only_retails_side_is_asked_whose_a_point_is() {
    let lines = [
        "2024-05-01T10:00:00,G-1,T-G,S01,READ,,91,,1",
        "2024-05-01T10:00:01,R-1,T-R,S03,READ,,92,,1",
        "2024-05-01T10:00:02,C-1,T-S,S01,READ,,91,,1",
        "2024-05-01T10:00:03,B-1,T-G,S01,READ,,91,,1",
    ];
    assert_eq!(found(&lines), Vec::<String>::new());
    // An affiliate has no customers here, not even the retailer's.
    let affiliate = ["2024-05-01T10:00:00,H-1,T-H,S03,READ,,92,,1"];
    assert_eq!(found(&affiliate), ["other_company_read H-1 S03 1 @2"]);
}

#[test]
fn whoever_sits_at_retails_terminal_or_has_moved_to_it_is_on_its_side() {
    let lines = [
        "2024-01-31T23:59:59,G-2,T-G,S01,READ,,91,,1",
        "2024-02-01T00:00:00,G-2,T-G,S01,READ,,91,,1",
        "2024-02-01T00:00:01,G-1,T-R,S01,READ,,91,,1",
        "2024-02-01T00:00:02,G-1,T-X,S01,READ,,91,,1",
    ];
    assert_eq!(
        found(&lines),
        [
            "other_company_read G-1 S01 2 @4 5",
            "other_company_read G-2 S01 1 @3",
            "used_on_other_terminal G-1 S01 1 @4",
            "used_in_other_room G-1 S01 2 @4 5",
        ]
    );
}

#[test]
fn what_nobody_can_decide_is_counted_and_not_found() {
    let lines = [
        "2024-05-01T10:00:00,R-1,T-R,S03,READ,,93,,1",
        "2024-05-01T10:00:01,R-1,T-R,S03,READ,,77,,1",
        "2025-05-01T10:00:00,R-1,T-R,S03,READ,,90,,1",
        "2025-05-01T10:00:01,R-1,T-R,S03,READ,,,,1",
        "2025-05-01T10:00:02,R-1,T-R,S99,READ,,92,,1",
        "2025-05-01T10:00:03,R-1,T-99,S03,READ,,92,,1",
        "2025-05-01T10:00:04,R-1,,S03,READ,,92,,1",
        "2025-05-01T10:00:05,R-1,T-R,S03,PEEK,,91,,1",
        "2025-05-01T10:00:06,R-9,T-R,S03,READ,,91,,1",
        "2025-05-01T10:00:07,R-1,T-R,S03,SEARCH,SHOE,,,1",
    ];
    let mut terms = Terms::new();
    terms.forwards_seconds = u64::MAX;
    terms.silent_seconds = u64::MAX;
    assert_eq!(
        found_with(&lines, &terms),
        [
            "open unknown_account 1 @10",
            "open unknown_action 1 @9",
            "open unknown_screen 1 @6",
            "open unknown_terminal 1 @7",
            "open no_terminal 1 @8",
            "open unknown_search 1 @11",
            "open no_point 1 @5",
            "open unknown_point 1 @3",
            "open no_period 1 @4",
            "open undecided_period 1 @2",
        ]
    );
}

#[test]
fn a_search_by_name_is_found_of_retail_and_no_other() {
    let lines = [
        "2024-05-01T10:00:00,R-1,T-R,S03,SEARCH,NAME,,,2",
        "2024-05-01T10:00:01,R-1,T-R,S03,SEARCH,POINT,,,1",
        "2024-05-01T10:00:02,G-1,T-G,S03,SEARCH,NAME,,,2",
    ];
    assert_eq!(found(&lines), ["name_search R-1 S03 1 @2"]);
}

#[test]
fn records_of_a_day_are_counted_by_japans_days() {
    let mut terms = Terms::new();
    terms.reads_a_day = 10;
    let lines = [
        "2024-05-01T23:59:58,R-1,T-R,S03,READ,,92,,10",
        "2024-05-02T00:00:00,R-1,T-R,S03,READ,,92,,10",
        "2024-05-02T00:00:00,R-2,T-R,S03,EXPORT,,92,,11",
        // A program's reads are its work.
        "2024-05-02T00:00:00,B-1,T-G,S03,READ,,92,,99",
        "2024-05-03T00:00:00,R-2,T-R,S03,READ,,92,,",
        "2024-05-03T00:00:00,R-2,T-R,S03,READ,,92,,12",
    ];
    terms.silent_seconds = u64::MAX;
    assert_eq!(found_with(&lines, &terms), ["reads_a_day R-2 - 2 @4 6"]);
}

#[test]
fn reads_are_fast_when_more_than_allowed_lie_within_the_window() {
    let mut terms = Terms::new();
    (terms.reads_in_a_window, terms.window_seconds) = (3, 60);
    let slow = [
        "2024-05-01T10:00:00,R-1,T-R,S03,READ,,92,,1",
        "2024-05-01T10:00:10,R-1,T-R,S03,READ,,92,,1",
        "2024-05-01T10:00:20,R-2,T-R,S03,READ,,92,,1",
        "2024-05-01T10:00:20,R-1,T-R,S03,READ,,92,,1",
        "2024-05-01T10:01:00.000001,R-1,T-R,S03,READ,,92,,1",
    ];
    assert_eq!(found_with(&slow, &terms), Vec::<String>::new());
    let mut fast = slow;
    fast[4] = "2024-05-01T10:01:00,R-1,T-R,S03,READ,,92,,1";
    assert_eq!(found_with(&fast, &terms), ["reads_in_a_window R-1 - 1 @6"]);
    // A clock that goes back is no speed.
    let mut back = slow;
    back[4] = "2024-05-01T09:59:00,R-1,T-R,S03,READ,,92,,1";
    terms.backwards_seconds = 3_600;
    assert_eq!(found_with(&back, &terms), Vec::<String>::new());
    terms.reads_in_a_window = 0;
    assert_eq!(
        found_with(&slow, &terms),
        [
            "reads_in_a_window R-1 - 4 @2 3 5",
            "reads_in_a_window R-2 - 1 @4"
        ],
        "none is allowed"
    );
}

#[test]
fn an_emergency_right_holds_in_its_window_area_and_columns() {
    let lines = [
        "2023-12-31T23:59:59,E-1,T-R,S01,READ,,91,p.address,1",
        "2024-01-01T00:00:00,E-1,T-R,S01,READ,,91,p.address,1",
        "2024-01-02T00:00:00,E-1,T-R,S01,READ,,90,p.address,1",
        "2024-01-02T00:00:01,E-1,T-R,S01,READ,,91,p.address;p.name,1",
        "2024-01-02T00:00:02,E-1,T-R,S01,READ,,91,nobody.knows,1",
        "2024-01-02T00:00:03,E-1,T-R,S01,READ,,91,,1",
        "2024-01-02T00:00:04,E-1,T-R,S01,READ,,92,p.address,1",
        "2024-01-02T00:00:05,E-1,T-R,S03,READ,,92,p.address,1",
        // The last day of the right, to its end.
        "2024-01-05T23:59:59,E-1,T-R,S01,READ,,91,p.address,1",
        "2024-01-06T00:00:00,E-1,T-R,S01,READ,,91,p.address,1",
    ];
    let mut terms = Terms::new();
    terms.silent_seconds = u64::MAX;
    assert_eq!(
        found_with(&lines, &terms),
        [
            // What the right allowed is no read of another's point; what it did not allow is.
            "other_company_read E-1 S01 5 @2 5 6",
            "emergency_window E-1 S01 2 @2 11",
            "emergency_area E-1 S01 1 @4",
            "emergency_fields E-1 S01 2 @5 6",
            "emergency_fields E-1 S03 1 @9",
            "open no_area 1 @8",
            "open no_columns 1 @7",
        ]
    );
}

#[test]
fn an_account_whose_owner_left_may_not_sign_in_from_that_day_on() {
    let lines = [
        "2024-01-31T23:59:59,G-2,T-G,,LOGIN,,,,",
        "2024-02-01T00:00:00,G-2,T-G,,LOGIN,,,,",
        "2024-02-01T00:00:01,G-1,T-G,,LOGIN,,,,",
    ];
    assert_eq!(found(&lines), ["login_after_transfer G-2 - 1 @3"]);
    let mut terms = Terms::new();
    terms.transfer_days = 1;
    assert_eq!(found_with(&lines, &terms), Vec::<String>::new());
}

#[test]
fn a_request_follows_a_read_within_its_days() {
    let mut terms = Terms::new();
    terms.switching_days = 10;
    terms.silent_seconds = u64::MAX;
    terms.forwards_seconds = u64::MAX;
    let lines = [
        "2024-05-30T23:59:59,R-1,T-R,S03,READ,,91,,1",
        "2024-05-31T00:00:00,R-1,T-R,S03,READ,,91,,1",
        // Of the request's own day nobody knows which came first.
        "2024-06-10T23:59:59,R-1,T-R,S03,READ,,91,,1",
        "2024-06-11T00:00:00,R-1,T-R,S03,READ,,91,,1",
        // An own customer's other request is no switching back.
        "2024-06-11T00:00:00,R-1,T-R,S03,READ,,92,,1",
        "2024-06-11T00:00:01,G-1,T-G,S03,READ,,91,,1",
    ];
    assert_eq!(
        found_with(&lines, &terms),
        [
            "other_company_read R-1 S03 4 @2 3 4",
            "switching_after_read R-1 S03 2 @3 4"
        ]
    );
}

#[test]
fn contractors_and_batches_may_not_write_what_is_one_sides() {
    let lines = [
        "2024-05-01T10:00:00,C-1,T-S,S01,WRITE,,91,p.address;p.name,1",
        "2024-05-01T10:00:01,C-1,T-S,S01,WRITE,,91,p.address,1",
        "2024-05-01T10:00:02,B-1,T-G,S01,EXPORT,,,p.power,8",
        "2024-05-01T10:00:03,G-1,T-G,S01,WRITE,,91,p.name,1",
        "2024-05-01T10:00:04,C-1,T-S,S01,WRITE,,91,p.other,1",
        "2024-05-01T10:00:05,C-1,T-S,S01,WRITE,,91,,1",
        "2024-05-01T10:00:06,C-1,T-S,S01,EXPORT,,91,*,1",
    ];
    assert_eq!(
        found(&lines),
        [
            "guarded_write B-1 S01 1 @4",
            "guarded_write C-1 S01 2 @2 8",
            "open no_columns 1 @7",
            "open unknown_column 1 @6",
        ]
    );
}

#[test]
fn the_dispatch_system_is_used_where_it_stands() {
    let lines = [
        "2024-05-01T10:00:00,G-1,T-D,G01,READ,,,,1",
        "2024-05-01T10:00:01,G-1,T-G,G01,READ,,,,1",
        "2024-05-01T10:00:02,G-1,T-99,G01,READ,,,,1",
        "2024-05-01T10:00:03,G-1,,G01,READ,,,,1",
        "2024-05-01T10:00:04,R-1,T-R,G01,MENU,,,,1",
    ];
    assert_eq!(
        found(&lines),
        [
            "dispatch_from_outside G-1 G01 3 @3 4 5",
            "dispatch_from_outside R-1 G01 1 @6",
            "open unknown_terminal 1 @4",
            "open no_terminal 1 @5",
        ]
    );
}
