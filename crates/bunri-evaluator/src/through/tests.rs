#![allow(clippy::unwrap_used)]
use super::*;
use crate::{EVER, FOREVER, Segment};

/// A point that is the incumbent's up to a day, and another's from the next on.
fn until(last_own: Days) -> Timeline {
    let segment = |first, last, verdict| Segment {
        first,
        last,
        verdict,
    };
    Timeline::from_segments(vec![
        segment(EVER, last_own, Verdict::Own),
        segment(last_own + 1, FOREVER, Verdict::Other),
    ])
    .unwrap()
}

fn at(point: &[u8], days: (Days, Days), timeline: &Timeline) -> Assignment {
    Assignment {
        days: Some(days),
        point: Some(point.to_vec()),
        timeline: timeline.clone(),
    }
}

fn undecided(reason: Reason) -> Verdict {
    Verdict::Undecided(reason)
}

#[test]
fn each_day_is_what_the_point_of_that_day_says() {
    // At A, which left on day 20, from 10 to 29; in the store room; at B, which is another's, from 40 on.
    let (a, b) = (until(19), until(-100));
    let key = KeyAssignments::of(vec![at(b"a", (10, 29), &a), at(b"b", (40, FOREVER), &b)]);
    let said = [9, 10, 19, 20, 29, 30, 40].map(|day| key.timeline().on(day));
    assert_eq!(
        said,
        [
            undecided(Reason::KeyMissing),
            Verdict::Own,
            Verdict::Own,
            Verdict::Other,
            Verdict::Other,
            undecided(Reason::KeyMissing),
            Verdict::Other,
        ]
    );
    assert_eq!(*key.point_on(15), a);
    assert_eq!(*key.point_on(45), b);
    assert!(key.point_on(35).is_unknown());
}

#[test]
fn two_points_on_a_day_are_none_and_one_point_twice_is_one() {
    let (a, b) = (until(100), until(100));
    let key = KeyAssignments::of(vec![
        at(b"a", (10, 20), &a),
        at(b"a", (15, 22), &a),
        at(b"b", (22, 30), &b),
    ]);
    let said = [10, 17, 21, 22, 23].map(|day| key.timeline().on(day));
    let own = Verdict::Own;
    assert_eq!(said, [own, own, own, undecided(Reason::KeyAmbiguous), own]);
    assert!(key.point_on(22).is_unknown());
}

#[test]
fn days_that_cannot_be_told_could_be_any() {
    let a = until(100);
    let untold = Assignment {
        days: None,
        ..at(b"b", (0, 0), &a)
    };
    let key = KeyAssignments::of(vec![at(b"a", (10, 20), &a), untold.clone()]);
    assert_eq!(key.timeline().segments().len(), 1);
    assert_eq!(key.timeline().on(15), undecided(Reason::KeyAmbiguous));
    // Even alone: nobody knows on which days it holds.
    let key = KeyAssignments::of(vec![untold]);
    assert_eq!(key.timeline().on(15), undecided(Reason::KeyAmbiguous));
    assert_eq!(
        KeyAssignments::of(Vec::new()).timeline().on(15),
        undecided(Reason::KeyMissing)
    );
    assert_eq!(
        KeyAssignments::rejected().timeline().on(15),
        undecided(Reason::KeyRejected)
    );
}

#[test]
fn a_move_between_two_customers_of_the_incumbent_changes_nothing() {
    let a = until(100);
    let key = KeyAssignments::of(vec![at(b"a", (EVER, 9), &a), at(b"b", (10, FOREVER), &a)]);
    assert_eq!(
        key.timeline()
            .covering(5, 15)
            .map(|segment| segment.verdict),
        Some(Verdict::Own)
    );
}
