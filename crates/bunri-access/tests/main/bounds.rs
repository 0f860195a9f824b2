//! What may be held is bounded, and said.

use bunri_access::{AccessError, Terms};

use crate::rig::{found_with, looked, numbered};

#[test]
fn more_days_of_accounts_than_may_be_held_are_refused() {
    let mut terms = Terms::new();
    terms.most_held = 2;
    let lines = [
        "2024-05-01T10:00:00,R-1,T-R,S03,READ,,92,,1",
        "2024-05-02T10:00:00,R-1,T-R,S03,READ,,92,,1",
        "2024-05-03T10:00:00,R-1,T-R,S03,READ,,92,,1",
    ];
    let error = looked(numbered(&lines).as_bytes(), &terms).unwrap_err();
    assert!(
        matches!(error, AccessError::Bound { most: 2, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("raise `most_held`"), "{error}");
    terms.silent_seconds = u64::MAX;
    assert_eq!(found_with(&lines[..2], &terms), Vec::<String>::new());
}
