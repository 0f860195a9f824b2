//! Every reason of the row rules, and the days at the edges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use bunri_catalogue::{IncumbentCode, UntilIs};

use super::*;
use crate::Period;

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
    let codes = |compare| Codes::new(compare, &incumbent, &[], &["99020".to_owned()]);
    let ledger = LedgerTerms {
        until_is: UntilIs::Inclusive,
        open: BTreeSet::from([OPEN]),
        null_is_open: false,
        codes: codes(Compare::Exact),
        not_own_when: None,
    };
    Terms {
        cutover: 20,
        ledger,
        exact: codes(Compare::Exact),
        trim: codes(Compare::Trim),
    }
}

/// Other to day 9, own from 10 to 29, other from 30 to 39, own again from 40.
fn timeline() -> Timeline {
    let period = |from, until, code: &str| Period {
        from: Some(from),
        until: Some(until),
        retailer: Some(code.into()),
        supply_kind: None,
    };
    let periods = [
        period(0, 9, "99020"),
        period(10, 29, "99010"),
        period(30, 39, "99020"),
        period(40, OPEN, "99010"),
    ];
    Timeline::of(&periods, &terms().ledger)
}

const DURING: RowRule = RowRule::Ledger(LedgerTime::During {
    from: FROM,
    until: UNTIL,
    until_is: UntilIs::Inclusive,
});
const AT: RowRule = RowRule::Ledger(LedgerTime::At { column: FROM });
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
    let parents: Vec<OwnershipSet> = parents
        .iter()
        .map(|set| set.iter().copied().collect())
        .collect();
    let facts = Facts {
        timeline: Some(&timeline),
        parents: &parents,
        suppliers: OwnershipSet::EMPTY,
    };
    match decide(rule, known_at, row, facts, &terms()) {
        Verdict::Undecided(reason) => reason.word().to_owned(),
        verdict => verdict.ownership().word().to_owned(),
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
        parents: &[],
        suppliers: OwnershipSet::EMPTY,
    };
    let verdict = decide(&AT, &unknown_time(), &days(10, 0, 0), facts, &terms());
    assert_eq!(verdict, Verdict::Undecided(Reason::NotInLedger));
    let verdict = decide(
        &AT,
        &unknown_time(),
        &reading(Value::Null, Value::Null, Value::Null),
        facts,
        &terms(),
    );
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
        let staged: OwnershipSet = staged.iter().copied().collect();
        let parents = [OwnershipSet(staged.0 | OwnershipSet::REJECTED.0)];
        let facts = Facts {
            timeline: None,
            parents: &parents,
            suppliers: OwnershipSet::EMPTY,
        };
        decide(rule, &unknown_time(), &days(0, 0, 0), facts, &terms())
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

const GRACE: KnownAt = KnownAt::Column {
    column: WRITTEN,
    grace_days: 5,
};

#[test]
fn the_final_reading_is_own_and_what_the_next_supplier_wrote_is_not() {
    let written = |day| asked(&DURING, &GRACE, &days(20, 29, day), &[]);
    assert_eq!(written(29), "own");
    assert_eq!(written(30), "own", "the first day after the end");
    assert_eq!(written(34), "own", "the last day of the grace");
    assert_eq!(written(35), "other");
    assert_eq!(
        written(40),
        "own",
        "the customer came back: the supplier on that day is the incumbent"
    );
    assert_eq!(written(5), "other", "written before the own run began");
    assert_eq!(written(-1), "ledger_gap", "nobody supplied on that day");
    let unwritten = reading(Value::Date(20), Value::Date(29), Value::Null);
    assert_eq!(asked(&DURING, &GRACE, &unwritten, &[]), "known_at_missing");
}

#[test]
fn grace_is_for_measured_values_only() {
    assert_eq!(asked(&AT, &GRACE, &days(20, 29, 30), &[]), "other");
    let one = RowRule::All(vec![AT, DURING]);
    assert_eq!(asked(&one, &GRACE, &days(20, 29, 30), &[]), "own");
    let two = RowRule::All(vec![DURING, DURING]);
    assert_eq!(asked(&two, &GRACE, &days(20, 29, 30), &[]), "other");
}

#[test]
fn an_undecided_row_stays_so_under_the_own_supplier_only() {
    let spanning = |written| asked(&DURING, &GRACE, &days(20, 35, written), &[]);
    assert_eq!(spanning(20), "period_spans_change");
    assert_eq!(spanning(31), "other");
}

#[test]
fn a_child_without_a_ledger_key_asks_its_parents_who_supplied() {
    use Ownership::{Other, Own, Undecided};
    let supplied = |suppliers: &[Ownership], rule: &RowRule| {
        let parents = [OwnershipSet::from_iter([Own])];
        let suppliers = suppliers.iter().copied().collect();
        let facts = Facts {
            timeline: None,
            parents: &parents,
            suppliers,
        };
        decide(rule, &GRACE, &days(0, 0, 20), facts, &terms())
    };
    assert_eq!(supplied(&[Own], &ALL_PARENTS), Verdict::Own);
    assert_eq!(supplied(&[Own, Other], &ALL_PARENTS), Verdict::Other);
    assert_eq!(supplied(&[Own, Other], &ANY_PARENT), Verdict::Own);
    assert_eq!(
        supplied(&[Own, Undecided], &ALL_PARENTS),
        Verdict::Undecided(Reason::KnownAtUndecided)
    );
    assert_eq!(
        supplied(&[], &ALL_PARENTS),
        Verdict::Undecided(Reason::KnownAtUndecided)
    );
    let in_all = RowRule::All(vec![RowRule::AllRetail, ANY_PARENT]);
    assert_eq!(
        supplied(&[Own, Other], &in_all),
        Verdict::Own,
        "the match of the first parent rule"
    );
}
