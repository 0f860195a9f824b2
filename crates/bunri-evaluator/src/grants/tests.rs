//! The table of design section 4, and which row a store holds.

use super::*;

#[test]
fn both_tables_say_the_same() {
    for store in Store::ALL {
        for ownership in Ownership::ALL {
            for class in Class::ALL {
                for opened in [false, true] {
                    let other = bunri_catalogue::granted(store, ownership, class, opened);
                    let ours = may_hold(store, ownership, class, opened);
                    assert_eq!(ours, other, "{store:?} {ownership:?} {class:?} {opened}");
                }
            }
        }
    }
}

/// Store, ownership, key (if the table has one), some cell granted, some granted cell not NULL.
fn holds(store: Store, ownership: Ownership, key: Option<bool>, any: bool, filled: bool) -> bool {
    holds_row(
        store,
        ownership,
        key.map(|key| move || key),
        || any,
        || filled,
    )
}

#[test]
fn a_row_is_where_its_key_is_granted_and_a_multiset_where_anything_is() {
    for store in [Store::Retail, Store::Transmission] {
        for any in [false, true] {
            assert!(holds(store, Ownership::Own, Some(true), any, false));
            assert!(!holds(store, Ownership::Own, Some(false), any, true));
            assert_eq!(holds(store, Ownership::Own, None, any, false), any);
        }
    }
}

#[test]
fn the_quarantine_holds_what_waits_and_of_decided_rows_what_holds_something() {
    let holds =
        |ownership, any, filled| holds(Store::Quarantine, ownership, Some(false), any, filled);
    assert!(holds(Ownership::Undecided, true, false));
    assert!(!holds(Ownership::Undecided, false, false));
    assert!(holds(Ownership::Other, true, true));
    assert!(!holds(Ownership::Other, true, false));
}
