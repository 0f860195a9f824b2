//! Every reason of the row rules, and the days at the edges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use bunri_catalogue::{CellGroup, Early, IncumbentCode, LedgerEnd, Match, Ownership, UntilIs};

use super::*;
use crate::tests::{plain_ledger, set};
use crate::{OwnershipSet, Period};

const FROM: usize = 0;
const UNTIL: usize = 1;
const WRITTEN: usize = 2;
const SLOT: usize = 3;
const CODE: usize = 4;
const OPEN: Day = 9999;
const DAY: i64 = 86_400_000_000;

struct Cells([Value<'static>; 5]);

impl Row for Cells {
    fn value(&self, column: usize) -> Value<'_> {
        self.0[column]
    }

    fn is_end_stamp(&self, _column: usize) -> bool {
        false
    }
}

/// A row of a period, written on a day.
fn reading(from: Value<'static>, until: Value<'static>, written: Value<'static>) -> Cells {
    Cells([from, until, written, Value::Int(1), Value::Text("99010")])
}

fn days(from: Day, until: Day, written: Day) -> Cells {
    reading(Value::Date(from), Value::Date(until), Value::Date(written))
}

fn terms() -> Terms {
    let incumbent = [IncumbentCode {
        code: "99010".into(),
        from: Some(10),
        until: None,
    }];
    let end = LedgerEnd::Until {
        until_is: UntilIs::Inclusive,
        open: BTreeSet::from([OPEN]),
        null_is_open: false,
    };
    Terms {
        cutover: 45,
        ledger: plain_ledger(end),
        codes: Codes::new(&incumbent, &BTreeSet::new(), set(["99020"])),
    }
}

/// Other to day 9, own from 10 to 29, other from 30 to 39, own again from 40.
fn timeline() -> Timeline {
    let period = |from, until, code: &str| Period {
        from: Some(from),
        until: Some(until),
        retailer: Some(code.into()),
        ..Period::default()
    };
    let periods = [
        period(0, 9, "99020"),
        period(10, 29, "99010"),
        period(30, 39, "99020"),
        period(40, OPEN, "99010"),
    ];
    Timeline::of(&periods, &terms().ledger, &terms().codes)
}

const DURING: RowRule = RowRule::Ledger(LedgerTime::During {
    from: FROM,
    until: UNTIL,
    until_is: UntilIs::Inclusive,
});
const AT: RowRule = RowRule::Ledger(LedgerTime::At {
    column: FROM,
    days_after: 0,
});
const ALL_PARENTS: RowRule = RowRule::Parent {
    table: 0,
    key: Vec::new(),
    references: Vec::new(),
    matching: Match::All,
};
const ANY_PARENT: RowRule = RowRule::Parent {
    table: 0,
    key: Vec::new(),
    references: Vec::new(),
    matching: Match::Any,
};

fn unknown_time() -> KnownAt {
    KnownAt::None {
        basis: "test".into(),
    }
}

fn asked(rule: &RowRule, known_at: &KnownAt, row: &Cells, parents: &[&[Ownership]]) -> String {
    let timeline = timeline();
    let parents: Vec<ParentFacts> = parents.iter().map(|set| facts_of(set, None)).collect();
    let facts = Facts {
        timeline: Some(&timeline),
        assignments: None,
        parents: &parents,
        written: None,
    };
    match decide(rule, known_at, row, facts, &terms()).verdict {
        Verdict::Undecided(reason) => reason.word().to_owned(),
        verdict => verdict.ownership().word().to_owned(),
    }
}

fn set_of(ownerships: &[Ownership]) -> OwnershipSet {
    let sets = ownerships.iter().copied().map(OwnershipSet::of);
    sets.fold(OwnershipSet::default(), OwnershipSet::join)
}

/// Parents of these ownerships, of which the own ones speak of days up to `last`.
fn facts_of(ownerships: &[Ownership], last: Option<Days>) -> ParentFacts {
    ParentFacts {
        ownerships: set_of(ownerships),
        last,
        to_come: false,
        clear: 0,
    }
}

fn base(rule: &RowRule, row: &Cells) -> String {
    asked(rule, &unknown_time(), row, &[])
}

#[test]
fn a_reading_belongs_to_whoever_supplied_on_every_day_of_it() {
    assert_eq!(base(&DURING, &days(10, 29, 0)), "own");
    assert_eq!(base(&DURING, &days(9, 29, 0)), "period_spans_change");
    assert_eq!(base(&DURING, &days(10, 30, 0)), "period_spans_change");
    assert_eq!(base(&DURING, &days(30, 39, 0)), "other");
    assert_eq!(
        base(&DURING, &days(10, 45, 0)),
        "period_spans_change",
        "left and came back"
    );
    assert_eq!(base(&DURING, &days(-5, -1, 0)), "ledger_gap");
    assert_eq!(
        base(&DURING, &days(40, OPEN, 0)),
        "own",
        "open ends mean the same in every table"
    );
    assert_eq!(base(&DURING, &days(10, OPEN, 0)), "period_spans_change");
}

#[test]
fn a_period_needs_both_ends_in_their_order() {
    let null = Value::Null;
    let day = Value::Date;
    assert_eq!(base(&DURING, &reading(null, day(12), null)), "date_missing");
    assert_eq!(
        base(&DURING, &reading(null, day(OPEN), null)),
        "date_missing"
    );
    assert_eq!(base(&DURING, &reading(day(12), null, null)), "date_missing");
    assert_eq!(base(&DURING, &days(12, 11, 0)), "period_reversed");
    assert_eq!(base(&DURING, &days(12, 12, 0)), "own");
}

#[test]
fn an_exclusive_end_is_the_first_day_after() {
    let rule = RowRule::Ledger(LedgerTime::During {
        from: FROM,
        until: UNTIL,
        until_is: UntilIs::Exclusive,
    });
    assert_eq!(base(&rule, &days(10, 30, 0)), "own");
    assert_eq!(base(&rule, &days(10, 31, 0)), "period_spans_change");
    assert_eq!(base(&rule, &days(12, 12, 0)), "period_reversed");
}

#[test]
fn a_timestamp_belongs_to_its_local_day_also_before_1970() {
    let stamp = |micros| reading(Value::Timestamp(micros), Value::Null, Value::Null);
    assert_eq!(base(&AT, &stamp(10 * DAY)), "own");
    assert_eq!(base(&AT, &stamp(10 * DAY - 1)), "other");
    assert_eq!(base(&AT, &stamp(-1)), "ledger_gap");
    assert_eq!(base(&AT, &stamp(0)), "other");
}

#[test]
fn a_fact_of_one_day() {
    assert_eq!(base(&AT, &days(9, 0, 0)), "other");
    assert_eq!(base(&AT, &days(10, 0, 0)), "own");
    assert_eq!(
        base(&AT, &reading(Value::Null, Value::Null, Value::Null)),
        "date_missing"
    );
    assert_eq!(
        base(&RowRule::Ledger(LedgerTime::AtCutover), &days(0, 0, 0)),
        "own"
    );
}

#[test]
fn slot_48_belongs_to_its_own_day() {
    let rule = RowRule::Ledger(LedgerTime::AtSlot {
        date: FROM,
        slot: SLOT,
    });
    let slot = |day, slot| {
        let mut row = days(day, 0, 0);
        row.0[SLOT] = slot;
        base(&rule, &row)
    };
    assert_eq!(slot(9, Value::Int(48)), "other");
    assert_eq!(slot(10, Value::Int(1)), "own");
    assert_eq!(slot(29, Value::Int(48)), "own");
    for wrong in [Value::Int(0), Value::Int(49), Value::Null] {
        assert_eq!(slot(10, wrong), "slot_invalid");
    }
}

#[test]
fn a_key_that_the_ledger_does_not_know() {
    let facts = Facts {
        timeline: None,
        assignments: None,
        parents: &[],
        written: None,
    };
    let verdict = decide(&AT, &unknown_time(), &days(10, 0, 0), facts, &terms()).verdict;
    assert_eq!(verdict, Verdict::Undecided(Reason::NotInLedger));
    let verdict = decide(
        &AT,
        &unknown_time(),
        &reading(Value::Null, Value::Null, Value::Null),
        facts,
        &terms(),
    )
    .verdict;
    assert_eq!(
        verdict,
        Verdict::Undecided(Reason::DateMissing),
        "the day is asked first"
    );
}

#[test]
fn a_row_that_carries_the_code_itself() {
    let rule = |compare, at| RowRule::Column {
        column: CODE,
        compare,
        at,
    };
    let at = Some(CodeDay::Column(FROM));
    let coded = |code, day: Value<'static>| {
        let mut row = reading(day, Value::Null, Value::Null);
        row.0[CODE] = code;
        row
    };
    let own = Value::Text("99010");
    assert_eq!(
        base(&rule(Compare::Exact, at), &coded(own, Value::Date(10))),
        "own"
    );
    assert_eq!(
        base(&rule(Compare::Exact, at), &coded(own, Value::Date(9))),
        "retailer_unknown"
    );
    assert_eq!(
        base(&rule(Compare::Exact, at), &coded(own, Value::Null)),
        "date_missing"
    );
    assert_eq!(
        base(
            &rule(Compare::Exact, Some(CodeDay::Cutover)),
            &coded(own, Value::Null)
        ),
        "own"
    );
    let padded = Value::Text(" 99020");
    assert_eq!(
        base(&rule(Compare::Trim, at), &coded(padded, Value::Date(10))),
        "other"
    );
    assert_eq!(
        base(&rule(Compare::Exact, at), &coded(padded, Value::Date(10))),
        "retailer_unknown"
    );
    assert_eq!(
        base(
            &rule(Compare::Exact, at),
            &coded(Value::Null, Value::Date(10))
        ),
        "retailer_unknown"
    );
}

#[test]
fn a_child_is_as_its_parents() {
    use Ownership::{Other, Own, Undecided};
    let row = days(0, 0, 0);
    let all = |parents: &[Ownership]| asked(&ALL_PARENTS, &unknown_time(), &row, &[parents]);
    let any = |parents: &[Ownership]| asked(&ANY_PARENT, &unknown_time(), &row, &[parents]);
    assert_eq!([all(&[]), any(&[])], ["parent_missing", "parent_missing"]);
    assert_eq!([all(&[Own]), any(&[Own])], ["own", "own"]);
    assert_eq!([all(&[Other]), any(&[Other])], ["other", "other"]);
    assert_eq!(
        [all(&[Own, Other]), any(&[Own, Other])],
        ["parents_disagree", "own"]
    );
    assert_eq!(
        [all(&[Own, Undecided]), any(&[Own, Undecided])],
        ["parent_undecided", "own"]
    );
    assert_eq!(
        [all(&[Other, Undecided]), any(&[Other, Undecided])],
        ["parent_undecided", "parent_undecided"]
    );
    assert_eq!(all(&[Own, Other, Undecided]), "parent_undecided");
}

#[test]
fn a_rejected_parent_frees_nobody() {
    use Ownership::{Other, Own, Undecided};
    let beside = |staged: &[Ownership], rule: &RowRule| {
        let staged = set_of(staged);
        let parents = [ParentFacts {
            ownerships: staged.join(OwnershipSet::REJECTED),
            last: None,
            to_come: false,
            clear: 0,
        }];
        let facts = Facts {
            timeline: None,
            assignments: None,
            parents: &parents,
            written: None,
        };
        decide(rule, &unknown_time(), &days(0, 0, 0), facts, &terms()).verdict
    };
    let rejected = Verdict::Undecided(Reason::ParentRejected);
    let sets: [&[Ownership]; 6] = [
        &[],
        &[Own],
        &[Other],
        &[Undecided],
        &[Own, Other],
        &[Own, Other, Undecided],
    ];
    for staged in sets {
        assert_eq!(beside(staged, &ALL_PARENTS), rejected, "{staged:?}");
        let any = if staged.contains(&Own) {
            Verdict::Own
        } else {
            rejected
        };
        assert_eq!(beside(staged, &ANY_PARENT), any, "{staged:?}");
    }
    let in_all = RowRule::All(vec![RowRule::AllRetail, ALL_PARENTS]);
    assert_eq!(beside(&[Own], &in_all), rejected, "rule by rule");
}

#[test]
fn every_rule_of_an_all_must_say_own() {
    use Ownership::{Other, Own};
    let rule = RowRule::All(vec![ALL_PARENTS, DURING, ALL_PARENTS]);
    let of = |row: &Cells, first, second| asked(&rule, &unknown_time(), row, &[first, second]);
    let own = days(10, 29, 0);
    assert_eq!(of(&own, &[Own], &[Own]), "own");
    assert_eq!(
        of(&own, &[], &[Other]),
        "other",
        "any other wins over an undecided before it"
    );
    assert_eq!(
        of(&days(9, 29, 0), &[Own], &[]),
        "period_spans_change",
        "the first undecided gives the reason"
    );
}

#[test]
fn rules_that_ask_nothing() {
    let row = days(0, 0, 0);
    assert_eq!(base(&RowRule::AllTransmission, &row), "other");
    assert_eq!(base(&RowRule::AllRetail, &row), "own");
    assert_eq!(base(&RowRule::Reference, &row), "reference");
}

fn known_at(early: Early) -> KnownAt {
    KnownAt::Column {
        columns: vec![WRITTEN],
        grace_days: 5,
        early,
    }
}

#[test]
fn the_final_reading_is_own_and_what_the_next_supplier_wrote_is_not() {
    let written = |day| asked(&DURING, &known_at(Early::Days(5)), &days(20, 29, day), &[]);
    assert_eq!(written(29), "own");
    assert_eq!(written(30), "own", "the first day after the end");
    assert_eq!(written(34), "own", "the last day of the grace");
    assert_eq!(written(35), "other");
    assert_eq!(
        written(40),
        "own",
        "the customer came back: the supplier on that day is the incumbent"
    );
    assert_eq!(written(5), "own", "registered five days ahead");
    assert_eq!(written(4), "written_early", "six days");
    let unwritten = reading(Value::Date(20), Value::Date(29), Value::Null);
    assert_eq!(
        asked(&DURING, &known_at(Early::Own), &unwritten, &[]),
        "known_at_missing"
    );
}

#[test]
fn grace_is_counted_from_the_rows_own_end() {
    let early = known_at(Early::Undecided);
    assert_eq!(asked(&DURING, &early, &days(10, 12, 31), &[]), "other");
    assert_eq!(asked(&AT, &early, &days(28, 0, 33), &[]), "own");
    assert_eq!(asked(&AT, &early, &days(28, 0, 34), &[]), "other");
}

#[test]
fn only_own_rows_are_asked_when_they_were_written() {
    let of = |from, until, written| {
        asked(
            &DURING,
            &known_at(Early::Own),
            &days(from, until, written),
            &[],
        )
    };
    assert_eq!(of(20, 35, 31), "period_spans_change", "stays undecided");
    assert_eq!(of(30, 35, 15), "other", "stays another's");
    let unwritten = reading(Value::Date(30), Value::Date(35), Value::Null);
    let other = asked(&DURING, &known_at(Early::Own), &unwritten, &[]);
    assert_eq!(other, "other", "whenever it was written");
}

#[test]
fn the_latest_column_that_is_not_null_says_when() {
    let latest_of = KnownAt::Column {
        columns: vec![WRITTEN, UNTIL],
        grace_days: 0,
        early: Early::Undecided,
    };
    let row = |written, until| reading(Value::Date(20), until, written);
    let of = |row: &Cells| asked(&AT, &latest_of, row, &[]);
    let day = Value::Date;
    assert_eq!(of(&row(day(31), day(20))), "other", "the later clerk's");
    assert_eq!(
        of(&row(day(20), day(31))),
        "other",
        "whichever column it is"
    );
    assert_eq!(of(&row(Value::Null, day(20))), "own");
    assert_eq!(of(&row(Value::Null, Value::Null)), "known_at_missing");
}

#[test]
fn a_child_without_a_ledger_key_asks_its_parents_points() {
    use crate::known::Written::{After, Early as Ahead, Stands};
    let child = |said: &[crate::known::Written], rule: &RowRule| {
        let parents = [facts_of(&[Ownership::Own], Some(20))];
        let said = said.iter().map(|&one| WrittenSet::of(one));
        let written = said.reduce(WrittenSet::join);
        let facts = Facts {
            timeline: None,
            assignments: None,
            parents: &parents,
            written,
        };
        decide(
            rule,
            &known_at(Early::Days(5)),
            &days(0, 0, 20),
            facts,
            &terms(),
        )
        .verdict
    };
    assert_eq!(child(&[Stands], &ALL_PARENTS), Verdict::Own);
    assert_eq!(child(&[Stands, After], &ALL_PARENTS), Verdict::Other);
    assert_eq!(child(&[Stands, After], &ANY_PARENT), Verdict::Own);
    let early = Verdict::Undecided(Reason::WrittenEarly);
    assert_eq!(child(&[Stands, Ahead(6)], &ALL_PARENTS), early);
    let unknown = Verdict::Undecided(Reason::KnownAtUndecided);
    assert_eq!(child(&[], &ALL_PARENTS), unknown);
    let in_all = RowRule::All(vec![RowRule::AllRetail, ANY_PARENT]);
    assert_eq!(
        child(&[Stands, After], &in_all),
        Verdict::Own,
        "the match of the first parent rule"
    );
}

#[test]
fn what_comes_after_the_cutover_is_not_yet() {
    // The cutover is day 45; other from 50, own again from 60.
    let periods = [
        (10, 29, "99010"),
        (30, 39, "99020"),
        (40, 49, "99010"),
        (50, 59, "99020"),
        (60, OPEN, "99010"),
    ];
    let periods = periods.map(|(from, until, code)| Period {
        from: Some(from),
        until: Some(until),
        retailer: Some(code.into()),
        ..Period::default()
    });
    let timeline = Timeline::of(&periods, &terms().ledger, &terms().codes);
    let of = |rule: &RowRule, from, until| {
        let facts = Facts {
            timeline: Some(&timeline),
            assignments: None,
            parents: &[],
            written: None,
        };
        let row = days(from, until, 0);
        decide(rule, &unknown_time(), &row, facts, &terms())
            .verdict
            .ownership()
    };
    use Ownership::{Other, Own, Undecided};
    assert_eq!(
        of(&DURING, 40, OPEN),
        Own,
        "who leaves is not told by absence"
    );
    assert_eq!(of(&DURING, 40, 49), Own);
    assert_eq!(
        of(&DURING, 39, OPEN),
        Undecided,
        "up to the cutover it counts"
    );
    assert_eq!(of(&DURING, 50, 59), Other, "the next retailer's");
    assert_eq!(of(&DURING, 60, OPEN), Other, "a customer still to come");
    assert_eq!(of(&AT, 46, 0), Own, "the same segment holds the cutover");
    assert_eq!(of(&AT, 60, 0), Other);
}

fn last_of(rule: &RowRule, row: &Cells, parents: &[ParentFacts]) -> Days {
    let timeline = timeline();
    let facts = Facts {
        timeline: Some(&timeline),
        assignments: None,
        parents,
        written: None,
    };
    by_days(rule, row, facts, &terms()).last(&terms())
}

#[test]
fn the_last_day_that_a_row_speaks_of() {
    let row = days(12, 25, 0);
    assert_eq!(last_of(&DURING, &row, &[]), 25);
    assert_eq!(last_of(&DURING, &days(12, OPEN, 0), &[]), 45, "the cutover");
    assert_eq!(last_of(&AT, &row, &[]), 12);
    assert_eq!(last_of(&RowRule::AllRetail, &row, &[]), 45, "the cutover");
    let parents = [
        facts_of(&[Ownership::Own], Some(15)),
        facts_of(&[Ownership::Own], Some(17)),
    ];
    assert_eq!(last_of(&ALL_PARENTS, &row, &parents), 15);
    let all = RowRule::All(vec![ALL_PARENTS, AT, ALL_PARENTS]);
    assert_eq!(last_of(&all, &row, &parents), 12, "the earliest");
    let any = RowRule::Any(vec![ALL_PARENTS, DURING]);
    assert_eq!(
        last_of(&any, &days(12, 35, 0), &parents),
        15,
        "own ones only"
    );
    let unknown = reading(Value::Null, Value::Null, Value::Null);
    assert_eq!(last_of(&DURING, &unknown, &[]), 45, "the cutover");
}

#[test]
fn what_a_row_is_to_its_children_is_its_last_word_and_its_own_days() {
    let timeline = timeline();
    let facts = Facts {
        timeline: Some(&timeline),
        assignments: None,
        parents: &[],
        written: None,
    };
    let of = |row: &Cells| decide(&DURING, &unknown_time(), row, facts, &terms());
    let own = of(&days(12, 25, 0));
    assert_eq!(own.asked, Some((12, 25)));
    let told = own.to_children(Verdict::Own, 0b101, &terms());
    assert_eq!(
        (told.last, told.to_come, told.clear),
        (Some(25), false, 0b101)
    );
    // A person's word says whose the row is, and nothing of days.
    let open = of(&days(25, 35, 0));
    assert_eq!(open.verdict, Verdict::Undecided(Reason::PeriodSpansChange));
    assert_eq!(open.asked, None);
    let decided = |word| open.to_children(word, 0, &terms()).last;
    assert_eq!(decided(Verdict::Own), Some(35), "what its rule says");
    assert_eq!(decided(Verdict::Other), None);
    let unknown = of(&reading(Value::Null, Value::Null, Value::Null));
    let decided = unknown.to_children(Verdict::Own, 0, &terms());
    assert_eq!(decided.last, Some(45), "the cutover");
    let later = of(&days(46, 60, 0));
    assert!(later.to_children(later.verdict, 0, &terms()).to_come);
}

#[test]
fn an_exclusive_timestamp_ends_one_microsecond_before() {
    let rule = RowRule::Ledger(LedgerTime::During {
        from: FROM,
        until: UNTIL,
        until_is: UntilIs::Exclusive,
    });
    let stamps = |from: i64, until: i64| {
        let row = reading(Value::Timestamp(from), Value::Timestamp(until), Value::Null);
        base(&rule, &row)
    };
    assert_eq!(stamps(10 * DAY, 30 * DAY), "own", "to midnight");
    assert_eq!(stamps(10 * DAY, 30 * DAY + 1), "period_spans_change");
    assert_eq!(stamps(12 * DAY + 5, 12 * DAY + 9), "own", "within a day");
    assert_eq!(stamps(12 * DAY, 12 * DAY), "period_reversed", "nothing");
}

#[test]
fn a_month_is_a_period_of_its_days() {
    let rule = RowRule::Ledger(LedgerTime::Month { column: CODE });
    let of = |value: Value<'static>| {
        let mut row = days(0, 0, 0);
        row.0[CODE] = value;
        base(&rule, &row)
    };
    for january in [
        Value::Int(197_001),
        Value::Text("197001"),
        Value::Text("1970-01"),
        Value::Text("1970/01"),
        Value::Date(15),
        Value::Timestamp(3 * DAY),
    ] {
        assert_eq!(of(january), "period_spans_change", "{january:?}");
    }
    // March 1970 is days 59 to 89: own since day 40.
    assert_eq!(of(Value::Int(197_003)), "own");
    assert_eq!(of(Value::Null), "date_missing");
    for none in [
        Value::Int(197_013),
        Value::Int(197_000),
        Value::Int(-197_003),
        Value::Text("19700"),
        Value::Text("1970-3"),
        Value::Text("1970-03 "),
        Value::Text("１９７００３"),
        Value::Text(""),
    ] {
        assert_eq!(of(none), "month_invalid", "{none:?}");
    }
}

fn by_type(cases: Vec<(&str, RowRule)>) -> RowRule {
    RowRule::Cases {
        column: CODE,
        compare: Compare::Trim,
        cases: cases
            .into_iter()
            .map(|(value, rule)| (value.to_owned(), rule))
            .collect(),
    }
}

#[test]
fn each_type_of_row_has_its_own_rule_and_its_own_parents() {
    use Ownership::{Other, Own};
    let rule = by_type(vec![
        ("CONSUMER", ALL_PARENTS),
        ("REQUEST", ALL_PARENTS),
        ("POINT", AT),
    ]);
    let of = |value: Value<'static>| {
        let mut row = days(12, 0, 0);
        row.0[CODE] = value;
        asked(&rule, &unknown_time(), &row, &[&[Own], &[Other]])
    };
    assert_eq!(of(Value::Text("CONSUMER")), "own");
    assert_eq!(of(Value::Text(" REQUEST")), "other");
    assert_eq!(of(Value::Text("POINT")), "own");
    assert_eq!(of(Value::Text("request")), "case_unlisted");
    assert_eq!(of(Value::Null), "case_missing");
}

#[test]
fn the_parents_of_the_chosen_case_are_asked_who_wrote() {
    let rule = RowRule::All(vec![
        AT,
        by_type(vec![("A", ALL_PARENTS), ("B", ANY_PARENT), ("C", AT)]),
        ALL_PARENTS,
    ]);
    let of = |value: &'static str| {
        let mut row = days(12, 0, 0);
        row.0[CODE] = Value::Text(value);
        asked_parent(&rule, &row)
    };
    assert_eq!(of("A"), Some((0, Match::All)));
    assert_eq!(of("B"), Some((1, Match::Any)));
    assert_eq!(of("C"), Some((2, Match::All)), "the next that was asked");
    assert_eq!(of("?"), Some((2, Match::All)));
}

#[test]
fn one_own_rule_of_any_is_enough() {
    use Ownership::{Other, Own};
    let rule = RowRule::Any(vec![DURING, ALL_PARENTS]);
    let of = |row: &Cells, parents| asked(&rule, &unknown_time(), row, &[parents]);
    assert_eq!(of(&days(30, 35, 0), &[Own]), "own");
    assert_eq!(of(&days(20, 35, 0), &[Other]), "period_spans_change");
    assert_eq!(of(&days(30, 35, 0), &[Other]), "other");
}

#[test]
fn cells_of_another_time_are_asked_with_the_parents_of_their_own() {
    use Ownership::{Other, Own};
    let group = |rows| CellGroup {
        columns: vec![CODE],
        rows,
    };
    let at = |days_after| {
        RowRule::Ledger(LedgerTime::At {
            column: FROM,
            days_after,
        })
    };
    let groups = [
        group(at(0)),
        group(ALL_PARENTS),
        group(at(30)),
        group(ALL_PARENTS),
    ];
    let timeline = timeline();
    let parents = [&[Own][..], &[Own], &[Other]].map(|set| facts_of(set, None));
    let facts = Facts {
        timeline: Some(&timeline),
        assignments: None,
        parents: &parents,
        written: None,
    };
    let foreign = foreign_cells(&ALL_PARENTS, &groups, &days(0, 0, 0), facts, &terms());
    assert_eq!(
        foreign,
        [true, false, true, true],
        "days 0 and 30 are other"
    );
}
