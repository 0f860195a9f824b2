//! Every line of section 4, on days small enough to count on fingers.

use bunri_catalogue::Early::{Days as EarlyDays, Own as EarlyOwn, Undecided as EarlyUndecided};

use super::*;
use crate::{EVER, FOREVER, Segment};

/// Nobody to 0, other 1 to 9, own 10 to 29, other 30 to 39, own from 40.
fn timeline() -> Timeline {
    let gap = Verdict::Undecided(Reason::LedgerGap);
    let segments = [
        (EVER, 0, gap),
        (1, 9, Verdict::Other),
        (10, 29, Verdict::Own),
        (30, 39, Verdict::Other),
        (40, FOREVER, Verdict::Own),
    ];
    let segments = segments
        .into_iter()
        .map(|(first, last, verdict)| Segment {
            first,
            last,
            verdict,
        })
        .collect();
    Timeline::from_segments(segments).unwrap_or_else(|| Timeline::unknown().clone())
}

fn on(known: Days, last: Days, grace: u32) -> Written {
    written(&timeline(), known, last, grace)
}

#[test]
fn written_in_the_own_days_it_stands() {
    assert_eq!(on(10, 20, 0), Written::Stands, "the first own day");
    assert_eq!(on(20, 20, 0), Written::Stands);
    assert_eq!(
        on(45, FOREVER, 0),
        Written::Stands,
        "a period without an end"
    );
    assert_eq!(on(20, 50, 0), Written::Stands, "in an own time long ago");
}

#[test]
fn written_before_the_own_days_it_is_early_by_days_and_never_after() {
    assert_eq!(on(9, 20, 0), Written::Early(1));
    assert_eq!(on(0, 20, 0), Written::Early(10), "whoever supplied then");
    assert_eq!(on(35, 50, 0), Written::Early(5), "a customer won back");
    assert_eq!(on(0, 50, 0), Written::Early(40));
    assert_eq!(on(5, 5, 0), Written::Early(Days::MAX), "no own days there");
}

#[test]
fn written_afterwards_the_supplier_of_that_day_decides_but_for_the_grace_of_the_row() {
    assert_eq!(on(25, 20, 0), Written::Stands, "the incumbent still");
    assert_eq!(on(30, 29, 5), Written::Stands, "the final reading");
    assert_eq!(on(34, 29, 5), Written::Stands, "the last day of the grace");
    assert_eq!(on(35, 29, 5), Written::After);
    assert_eq!(
        on(31, 20, 10),
        Written::After,
        "the grace is counted from the row's own end"
    );
    assert_eq!(on(45, 20, 0), Written::Stands, "the customer came back");
    assert_eq!(on(0, -1, 0), Written::Unknown(Reason::LedgerGap));
    assert_eq!(on(0, -1, 1), Written::Stands, "nobody knows who came next");
}

#[test]
fn what_holds_of_a_row_that_was_written_early() {
    let early = |days, early| by_own_key(Written::Early(days), early);
    let waits = Verdict::Undecided(Reason::WrittenEarly);
    assert_eq!(early(Days::MAX, EarlyOwn), Verdict::Own);
    assert_eq!(early(1, EarlyUndecided), waits);
    assert_eq!(early(60, EarlyDays(60)), Verdict::Own);
    assert_eq!(early(61, EarlyDays(60)), waits);
    assert_eq!(early(Days::MAX, EarlyDays(60)), waits);
}

fn set(of: &[Written]) -> Option<WrittenSet> {
    let keys = of.iter().map(|&one| WrittenSet::of(one));
    keys.reduce(WrittenSet::join)
}

#[test]
fn several_parents_points_must_all_stand() {
    let unknown = Written::Unknown(Reason::LedgerGap);
    let all = |of: &[Written]| by_parents(set(of), Match::All, EarlyDays(5));
    let asks = Verdict::Undecided(Reason::KnownAtUndecided);
    assert_eq!(all(&[Written::Stands]), Verdict::Own);
    assert_eq!(
        all(&[Written::Stands, unknown, Written::After]),
        Verdict::Other
    );
    assert_eq!(all(&[Written::Stands, unknown]), asks);
    assert_eq!(all(&[]), asks);
    assert_eq!(all(&[Written::Early(5), Written::Stands]), Verdict::Own);
    let waits = Verdict::Undecided(Reason::WrittenEarly);
    assert_eq!(all(&[Written::Early(5), Written::Early(6)]), waits);
}

#[test]
fn with_any_one_point_that_stands_is_enough() {
    let unknown = Written::Unknown(Reason::LedgerGap);
    let any = |of: &[Written]| by_parents(set(of), Match::Any, EarlyDays(5));
    let asks = Verdict::Undecided(Reason::KnownAtUndecided);
    assert_eq!(
        any(&[Written::After, Written::Stands, unknown]),
        Verdict::Own
    );
    assert_eq!(
        any(&[Written::After, Written::Early(5), Written::Early(9)]),
        Verdict::Own
    );
    assert_eq!(any(&[Written::After, unknown]), asks);
    assert_eq!(any(&[Written::After]), Verdict::Other);
    assert_eq!(any(&[]), asks);
}

#[test]
fn of_several_keys_all_believes_the_worst_and_any_the_best() {
    let said = [
        Written::Stands,
        Written::Early(5),
        Written::Early(6),
        Written::Unknown(Reason::LedgerGap),
        Written::After,
    ];
    // The verdicts of the page, line by line: `all` from the last line on, `any` from the first.
    let verdicts = [
        Verdict::Own,
        Verdict::Own,
        Verdict::Undecided(Reason::WrittenEarly),
        Verdict::Undecided(Reason::KnownAtUndecided),
        Verdict::Other,
    ];
    for (best, &one) in said.iter().enumerate() {
        for (worst, &other) in said.iter().enumerate().skip(best) {
            let of = |matching| by_parents(set(&[other, one]), matching, EarlyDays(5));
            assert_eq!(of(Match::All), verdicts[worst], "{one:?} {other:?}");
            assert_eq!(of(Match::Any), verdicts[best], "{one:?} {other:?}");
        }
    }
}

#[test]
fn written_on_a_day_of_an_own_parent_it_stands_whatever_the_keys_say() {
    let on = |known| written_in_own_days([(1, 3), (7, 7)].into_iter(), known);
    let stands = Some(Written::Stands);
    assert_eq!([on(1), on(3), on(7)], [stands; 3]);
    assert_eq!([on(0), on(4), on(8)], [None; 3]);
}
