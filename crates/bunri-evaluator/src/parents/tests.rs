//! What several parents are together.

use super::*;

const OWN: ParentFacts = ParentFacts {
    ownerships: OwnershipSet(1),
    last: Some(20),
    to_come: false,
    clear: 0b110,
};

const OTHER: ParentFacts = ParentFacts {
    ownerships: OwnershipSet(2),
    last: None,
    to_come: false,
    clear: 0b011,
};

#[test]
fn together_they_are_all_of_them_and_speak_of_the_latest_day_of_the_own_ones() {
    let later = ParentFacts {
        last: Some(31),
        ..OWN
    };
    for (one, other) in [(OWN, later), (later, OWN)] {
        assert_eq!(one.join(other).last, Some(31));
    }
    let mixed = OWN.join(OTHER);
    let has = |ownership| mixed.ownerships.has(ownership);
    assert!(has(Ownership::Own) && has(Ownership::Other) && !has(Ownership::Undecided));
    assert_eq!(mixed.last, Some(20), "the other one has none");
    assert_eq!(
        by_parent(mixed.ownerships, Match::All),
        Verdict::Undecided(Reason::ParentsDisagree)
    );
}

#[test]
fn a_condition_is_clear_only_if_it_is_of_every_one_and_a_rejected_one_clears_none() {
    assert_eq!(OWN.join(OTHER).clear, 0b010);
    let beside = OWN.join(ParentFacts::REJECTED);
    assert_eq!(beside.clear, 0);
    assert!(beside.ownerships.has_rejected() && !beside.to_come);
    assert_eq!(
        by_parent(beside.ownerships, Match::All),
        Verdict::Undecided(Reason::ParentRejected)
    );
}

#[test]
fn who_has_not_begun_is_a_parent_only_where_nobody_has() {
    assert_eq!(parents_now(Some("now"), Some("later")), Some("now"));
    assert_eq!(parents_now(None, Some("later")), Some("later"));
    assert_eq!(parents_now::<&str>(None, None), None);
}
