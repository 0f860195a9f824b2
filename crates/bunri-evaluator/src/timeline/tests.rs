//! Every line of section 1, on days small enough to count on fingers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bunri_catalogue::IncumbentCode;

use super::*;

const OWN: &str = "99010";
const OTHER: &str = "99020";

fn terms(until_is: UntilIs) -> LedgerTerms {
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
    let codes = Codes::new(
        Compare::Exact,
        &incumbent,
        &[],
        &[OTHER.to_owned(), "99011".to_owned()],
    );
    LedgerTerms {
        until_is,
        open: BTreeSet::from([9999]),
        null_is_open: false,
        codes,
        not_own_when: None,
    }
}

fn period(from: impl Into<Option<Day>>, until: impl Into<Option<Day>>, code: &str) -> Period {
    Period {
        from: from.into(),
        until: until.into(),
        retailer: Some(code.into()),
        supply_kind: None,
    }
}

/// The timeline in words, one a segment.
fn story(periods: &[Period], terms: &LedgerTerms) -> String {
    let day = |day: Days| match day {
        EVER => String::new(),
        FOREVER => String::new(),
        day => day.to_string(),
    };
    let word = |verdict| match verdict {
        Verdict::Undecided(reason) => reason.word(),
        other => other.ownership().word(),
    };
    let timeline = Timeline::of(periods, terms);
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

#[test]
fn null_is_open_only_if_listed() {
    let mut terms = terms(UntilIs::Inclusive);
    terms.null_is_open = true;
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

#[test]
fn island_supply_is_the_operators_own() {
    let mut terms = terms(UntilIs::Inclusive);
    terms.not_own_when = Some((vec!["island".into()], Compare::Exact));
    let kind = |kind: Option<&str>, from, until, code| Period {
        supply_kind: kind.map(str::to_owned),
        ..period(from, until, code)
    };
    let periods = [
        kind(Some("island"), 1, 4, OWN),
        kind(None, 5, 6, OWN),
        kind(Some("normal"), 7, 8, OWN),
        kind(None, 9, 9999, OTHER),
    ];
    assert_eq!(
        story(&periods, &terms),
        "..0 ledger_gap, 1..4 other, 5..6 supply_kind_missing, 7..8 own, 9.. other"
    );
}

#[test]
fn no_ledger_row_at_all() {
    assert_eq!(inclusive(&[]), ".. not_in_ledger");
}

#[test]
fn a_period_is_covered_by_one_segment_or_by_none() {
    let timeline = Timeline::of(
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
