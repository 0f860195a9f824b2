//! Every line of section 1, on days small enough to count on fingers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use bunri_catalogue::{Compare, Counts, IncumbentCode, OwnWhen, UntilIs, ValueList};

use super::*;
use crate::tests::{plain_ledger, set};

const OWN: &str = "99010";
const OTHER: &str = "99020";

/// A ledger and its codes.
#[derive(Clone)]
struct Terms {
    ledger: Ledger,
    codes: Codes,
}

fn terms(until_is: UntilIs) -> Terms {
    let incumbent = [
        IncumbentCode {
            code: OWN.into(),
            from: None,
            until: None,
        },
        IncumbentCode {
            code: "99011".into(),
            from: Some(10),
            until: Some(19),
        },
    ];
    let end = LedgerEnd::Until {
        until_is,
        open: BTreeSet::from([9999]),
        null_is_open: false,
    };
    Terms {
        ledger: plain_ledger(end),
        codes: Codes::new(&incumbent, &BTreeSet::new(), set([OTHER, "99011"])),
    }
}

fn timeline_of(periods: &[Period], Terms { ledger, codes }: &Terms) -> Timeline {
    Timeline::of(periods, ledger, codes)
}

#[test]
fn several_rows_that_say_the_same_are_believed_only_where_that_is_declared() {
    let rows = [
        period(1, 9, OWN),
        period(5, 20, OWN),
        period(15, 20, OTHER),
        period(18, 20, "99999"),
    ];
    let on = |terms: &Terms, day| timeline_of(&rows, terms).on(day);
    let overlap = Verdict::Undecided(Reason::LedgerOverlap);
    let strict = terms(UntilIs::Inclusive);
    assert_eq!([5, 15, 18].map(|day| on(&strict, day)), [overlap; 3]);
    let mut agreed = strict.clone();
    agreed.ledger.overlap_same_verdict = Some("on paper".to_owned());
    let said = [5, 15, 18].map(|day| on(&agreed, day));
    assert_eq!(said, [Verdict::Own, overlap, overlap]);
    let others = [period(1, 9, OTHER), period(5, 20, "99011")];
    let day = |day| timeline_of(&others, &agreed).on(day);
    // 99011 is the incumbent's from day 10 on, and another's before.
    assert_eq!(
        [day(5), day(10), day(21)],
        [
            Verdict::Other,
            Verdict::Own,
            Verdict::Undecided(Reason::LedgerGap)
        ]
    );
    let mut gaps = strict;
    gaps.ledger.gap_other = Some("on paper".to_owned());
    assert_eq!([on(&gaps, 0), on(&gaps, 21)], [Verdict::Other; 2]);
    assert_eq!(on(&gaps, 5), overlap);
    let nobody = timeline_of(&[], &gaps);
    assert_eq!(nobody.on(5), Verdict::Undecided(Reason::NotInLedger));
}

fn period(from: impl Into<Option<Day>>, until: impl Into<Option<Day>>, code: &str) -> Period {
    Period {
        from: from.into(),
        until: until.into(),
        retailer: Some(code.into()),
        ..Period::default()
    }
}

/// The timeline in words, one a segment.
fn story(periods: &[Period], terms: &Terms) -> String {
    let day = |day: Days| match day {
        EVER => String::new(),
        FOREVER => String::new(),
        day => day.to_string(),
    };
    let word = |verdict| match verdict {
        Verdict::Undecided(reason) => reason.word(),
        other => other.ownership().word(),
    };
    let timeline = timeline_of(periods, terms);
    let line = |s: &Segment| format!("{}..{} {}", day(s.first), day(s.last), word(s.verdict));
    timeline
        .segments()
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join(", ")
}

fn inclusive(periods: &[Period]) -> String {
    story(periods, &terms(UntilIs::Inclusive))
}

#[test]
fn a_switch_takes_effect_on_its_day() {
    let own_then_other = [period(1, 9, OWN), period(10, 9999, OTHER)];
    assert_eq!(
        inclusive(&own_then_other),
        "..0 ledger_gap, 1..9 own, 10.. other"
    );
    let exclusive = [period(1, 10, OWN), period(10, 9999, OTHER)];
    assert_eq!(
        story(&exclusive, &terms(UntilIs::Exclusive)),
        "..0 ledger_gap, 1..9 own, 10.. other"
    );
}

#[test]
fn adjacent_own_periods_are_one_segment() {
    let periods = [period(5, 9, OWN), period(1, 4, OWN)];
    assert_eq!(
        inclusive(&periods),
        "..0 ledger_gap, 1..9 own, 10.. ledger_gap"
    );
}

#[test]
fn a_gap_and_an_overlap_touch_their_days_only() {
    assert_eq!(
        inclusive(&[period(1, 4, OWN), period(6, 9999, OTHER)]),
        "..0 ledger_gap, 1..4 own, 5..5 ledger_gap, 6.. other"
    );
    assert_eq!(
        inclusive(&[period(1, 6, OWN), period(5, 9999, OWN)]),
        "..0 ledger_gap, 1..4 own, 5..6 ledger_overlap, 7.. own",
        "also when both say the same"
    );
}

#[test]
fn a_reversed_row_spoils_the_days_between_its_ends() {
    let periods = [period(1, 9999, OWN), period(9, 5, OTHER)];
    assert_eq!(
        inclusive(&periods),
        "..0 ledger_gap, 1..4 own, 5..9 ledger_reversed, 10.. own"
    );
}

#[test]
fn an_empty_exclusive_period_is_reversed_on_its_one_day() {
    let periods = [
        period(1, 5, OWN),
        period(5, 5, OTHER),
        period(5, 9999, OTHER),
    ];
    assert_eq!(
        story(&periods, &terms(UntilIs::Exclusive)),
        "..0 ledger_gap, 1..4 own, 5..5 ledger_reversed, 6.. other"
    );
}

#[test]
fn a_missing_date_spoils_everything_it_may_touch() {
    assert_eq!(
        inclusive(&[period(None, 5, OWN)]),
        "..5 ledger_date_missing, 6.. ledger_gap"
    );
    assert_eq!(
        inclusive(&[period(1, 9, OWN), period(5, None, OTHER)]),
        "..0 ledger_gap, 1..4 own, 5.. ledger_date_missing"
    );
    assert_eq!(
        inclusive(&[period(None, 9999, OWN)]),
        ".. ledger_date_missing"
    );
    assert_eq!(
        inclusive(&[period(None, 5, OWN), period(9, 3, OWN)]),
        "..5 ledger_date_missing, 6..9 ledger_reversed, 10.. ledger_gap",
        "missing before reversed"
    );
}

/// Each asks what the others do with its days; asked one by one, these would take hours.
#[test]
fn a_key_of_very_many_rows_is_no_more_than_its_rows() {
    // After 9999, which means "no end yet" here.
    let days = 20_000..320_000;
    let one_a_day: Vec<Period> = days
        .clone()
        .map(|day| period(day, day, if day % 2 == 0 { OWN } else { OTHER }))
        .collect();
    let timeline = timeline_of(&one_a_day, &terms(UntilIs::Inclusive));
    assert_eq!(timeline.segments().len(), days.len() + 2);
    assert_eq!(timeline.on(20_004), Verdict::Own);
    let open: Vec<Period> = days.map(|day| period(day, 9999, OWN)).collect();
    let overlap = Verdict::Undecided(Reason::LedgerOverlap);
    let timeline = timeline_of(&open, &terms(UntilIs::Inclusive));
    assert_eq!(
        [20_000, 20_001, 320_000].map(|day| timeline.on(day)),
        [Verdict::Own, overlap, overlap]
    );
    let mut next = terms(UntilIs::Inclusive);
    next.ledger.end = LedgerEnd::Next;
    assert_eq!(timeline_of(&open, &next).on(400_000), Verdict::Own);
}

#[test]
fn null_is_open_only_if_listed() {
    let mut terms = terms(UntilIs::Inclusive);
    terms.ledger.end = LedgerEnd::Until {
        until_is: UntilIs::Inclusive,
        open: BTreeSet::from([9999]),
        null_is_open: true,
    };
    assert_eq!(
        story(&[period(1, None, OWN)], &terms),
        "..0 ledger_gap, 1.. own"
    );
    assert_eq!(
        story(&[period(None, None, OWN)], &terms),
        ".. ledger_date_missing"
    );
}

#[test]
fn unknown_and_null_codes_are_undecided() {
    let null = Period {
        retailer: None,
        ..period(1, 9999, "")
    };
    assert_eq!(inclusive(&[null]), "..0 ledger_gap, 1.. retailer_unknown");
    assert_eq!(
        inclusive(&[period(1, 9999, " 99010")]),
        "..0 ledger_gap, 1.. retailer_unknown"
    );
}

#[test]
fn a_code_that_was_merged_away_changes_within_one_period() {
    let story = inclusive(&[period(1, 9999, "99011")]);
    assert_eq!(story, "..0 ledger_gap, 1..9 other, 10..19 own, 20.. other");
}

fn list(values: &[&str]) -> ValueList {
    ValueList {
        values: values.iter().map(|&value| value.to_owned()).collect(),
        null: false,
    }
}

fn own_when(own: ValueList, other: OtherWhen) -> OwnWhen {
    OwnWhen {
        own,
        other,
        compare: Compare::Trim,
    }
}

#[test]
fn island_supply_is_the_operators_own_and_an_unlisted_kind_is_nobodys() {
    let mut terms = terms(UntilIs::Inclusive);
    let island = OtherWhen::Listed(list(&["island"]));
    terms.ledger.own_when = vec![own_when(list(&["normal"]), island)];
    let kind = |kind: Option<&str>, from, until, code| Period {
        own_when: vec![kind.map(str::to_owned)],
        ..period(from, until, code)
    };
    let periods = [
        kind(Some("island "), 1, 4, OWN),
        kind(None, 5, 6, OWN),
        kind(Some("normal"), 7, 8, OWN),
        kind(None, 9, 10, OTHER),
        kind(Some("ｉｓｌａｎｄ"), 11, 9999, OWN),
    ];
    assert_eq!(
        story(&periods, &terms),
        "..0 ledger_gap, 1..4 other, 5..6 own_when_unlisted, 7..8 own, 9..10 other, 11.. own_when_unlisted"
    );
}

#[test]
fn an_agents_customer_is_the_agents_and_a_missing_code_may_be_listed() {
    let mut terms = terms(UntilIs::Inclusive);
    let mut direct = list(&[OWN]);
    direct.null = true;
    terms.ledger.own_when = vec![own_when(direct, OtherWhen::Retailers)];
    let agent = |agent: Option<&str>, from, until| Period {
        own_when: vec![agent.map(str::to_owned)],
        ..period(from, until, OWN)
    };
    let periods = [
        agent(None, 1, 2),
        agent(Some(OWN), 3, 4),
        agent(Some(OTHER), 5, 6),
        agent(Some("77777"), 7, 9999),
    ];
    assert_eq!(
        story(&periods, &terms),
        "..0 ledger_gap, 1..4 own, 5..6 other, 7.. own_when_unlisted"
    );
}

#[test]
fn of_several_entries_any_other_is_other() {
    let mut terms = terms(UntilIs::Inclusive);
    let other = || OtherWhen::Listed(list(&["no"]));
    terms.ledger.own_when = vec![
        own_when(list(&["yes"]), other()),
        own_when(list(&["yes"]), other()),
    ];
    let both = |one: &str, two: &str, from, until| Period {
        own_when: vec![Some(one.to_owned()), Some(two.to_owned())],
        ..period(from, until, OWN)
    };
    let periods = [
        both("yes", "yes", 1, 1),
        both("?", "no", 2, 2),
        both("yes", "?", 3, 9999),
    ];
    assert_eq!(
        story(&periods, &terms),
        "..0 ledger_gap, 1..1 own, 2..2 other, 3.. own_when_unlisted"
    );
}

fn counted(value: Option<&str>, from: Day, until: Day, code: &str) -> Period {
    Period {
        counts: value.map(str::to_owned),
        ..period(from, until, code)
    }
}

#[test]
fn a_cancelled_row_is_as_if_it_were_not_there() {
    let mut terms = terms(UntilIs::Inclusive);
    terms.ledger.counts = Some(Counts {
        counting: list(&["0"]),
        never: list(&["1"]),
        compare: Compare::Trim,
    });
    let periods = [
        counted(Some("0"), 1, 9999, OTHER),
        counted(Some("1"), 5, 9, OWN),
    ];
    assert_eq!(story(&periods, &terms), "..0 ledger_gap, 1.. other");
    assert_eq!(
        story(&periods[1..], &terms),
        ".. not_in_ledger",
        "none counts"
    );
    for unknown in [None, Some("2")] {
        let unknown = [counted(unknown, 1, 2, OWN), counted(Some("0"), 5, 9, OWN)];
        assert_eq!(story(&unknown, &terms), ".. ledger_status_unknown");
    }
}

#[test]
fn a_list_of_switches_lasts_until_the_next() {
    let mut terms = terms(UntilIs::Inclusive);
    terms.ledger.end = LedgerEnd::Next;
    let from = |from: Option<Day>, code: &str| Period {
        from,
        ..period(0, None, code)
    };
    let switches = [
        from(Some(10), OTHER),
        from(Some(1), OWN),
        from(Some(20), OWN),
    ];
    assert_eq!(
        story(&switches, &terms),
        "..0 ledger_gap, 1..9 own, 10..19 other, 20.. own"
    );
    let doubled = [
        from(Some(1), OWN),
        from(Some(5), OTHER),
        from(Some(5), OWN),
        from(Some(9), OWN),
    ];
    assert_eq!(
        story(&doubled, &terms),
        "..0 ledger_gap, 1..4 own, 5..8 ledger_overlap, 9.. own"
    );
    assert_eq!(
        story(&[from(None, OWN), from(Some(5), OWN)], &terms),
        ".. ledger_date_missing"
    );
}

#[test]
fn no_ledger_row_at_all() {
    assert_eq!(inclusive(&[]), ".. not_in_ledger");
}

#[test]
fn a_period_is_covered_by_one_segment_or_by_none() {
    let timeline = timeline_of(
        &[period(1, 9, OWN), period(10, 9999, OTHER)],
        &terms(UntilIs::Inclusive),
    );
    assert_eq!(
        timeline.covering(1, 9).map(|s| s.verdict),
        Some(Verdict::Own)
    );
    assert_eq!(timeline.covering(9, 10), None);
    assert_eq!(
        timeline.covering(10, FOREVER).map(|s| s.verdict),
        Some(Verdict::Other)
    );
    assert_eq!(timeline.on(EVER), Verdict::Undecided(Reason::LedgerGap));
}

#[test]
fn a_period_of_one_day_is_not_reversed() {
    assert_eq!(
        inclusive(&[period(5, 5, OWN)]),
        "..4 ledger_gap, 5..5 own, 6.. ledger_gap"
    );
    assert_eq!(
        story(&[period(5, 6, OWN)], &terms(UntilIs::Exclusive)),
        "..4 ledger_gap, 5..5 own, 6.. ledger_gap"
    );
}

#[test]
fn only_segments_without_gaps_are_read_back_as_a_timeline() {
    let segment = |first, last| Segment {
        first,
        last,
        verdict: Verdict::Own,
    };
    let read = |segments: &[Segment]| Timeline::from_segments(segments.to_vec()).is_some();
    assert!(read(&[segment(EVER, FOREVER)]));
    assert!(read(&[segment(EVER, 4), segment(5, FOREVER)]));
    assert!(!read(&[]));
    assert!(!read(&[segment(0, FOREVER)]), "the days before it");
    assert!(!read(&[segment(EVER, 4)]), "the days after it");
    assert!(!read(&[segment(EVER, 4), segment(6, FOREVER)]), "a gap");
    assert!(
        !read(&[segment(EVER, 4), segment(4, FOREVER)]),
        "a day twice"
    );
}
