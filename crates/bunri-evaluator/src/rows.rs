//! The row rules (docs/rules.md, section 2), test by test in the order written there.

use bunri_catalogue::Value;
use bunri_catalogue::{CodeDay, Compare, Day, KnownAt, LedgerTime, Match, Ownership, RowRule};

use super::known::{self, Grace};
use super::timeline::last_day;
use super::{Codes, Days, FOREVER, LedgerTerms, OwnershipSet, Reason, Segment, Timeline, Verdict};

/// The cells of one row, by catalogue column.
pub trait Row {
    /// A cell.
    fn value(&self, column: usize) -> Value<'_>;

    /// The day of a date or timestamp cell: the date of the local timestamp, also before 1970.
    fn day(&self, column: usize) -> Option<Day> {
        const MICROS_A_DAY: i64 = 86_400_000_000;
        match self.value(column) {
            Value::Date(day) => Some(day),
            Value::Timestamp(micros) => Day::try_from(micros.div_euclid(MICROS_A_DAY)).ok(),
            Value::Null
            | Value::Text(_)
            | Value::Int(_)
            | Value::Decimal { .. }
            | Value::Bool(_)
            | Value::Bytes(_) => None,
        }
    }
}

/// What holds for every row: the cutover and the lists.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The day of the cutover.
    pub cutover: Day,
    /// The ledger's.
    pub ledger: LedgerTerms,
    /// Codes compared byte for byte.
    pub exact: Codes,
    /// Codes compared without white space at either end.
    pub trim: Codes,
}

/// What the other tables say about one row.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The timeline of the row's ledger key; of an unknown key where it is NULL; [`None`] if the table has none.
    pub timeline: Option<&'a Timeline>,
    /// For each parent rule in the order of the rule: the final ownerships of the matching parents.
    pub parents: &'a [OwnershipSet],
    /// Who supplied, on the day of `known_at`, the points of the parents (tables without a ledger key).
    pub suppliers: OwnershipSet,
}

/// Whose a row is, finally: by its rule, then by when it was written.
#[must_use]
pub fn decide(
    rule: &RowRule,
    known_at: &KnownAt,
    row: &impl Row,
    facts: Facts<'_>,
    terms: &Terms,
) -> Verdict {
    let base = Asking { row, facts, terms }.rule(rule, &mut facts.parents.iter());
    let KnownAt::Column { column, grace_days } = known_at else {
        return base;
    };
    let Some(known) = row.day(*column).map(Days::from) else {
        return Verdict::Undecided(Reason::KnownAtMissing);
    };
    let supplier = match facts.timeline {
        Some(timeline) => timeline.on(known),
        None => known::supplier_of_parents(facts.suppliers, first_parent_match(rule)),
    };
    let own_segment = || Asking { row, facts, terms }.own_segment(rule);
    known::known_at(
        base,
        known,
        supplier,
        Grace {
            days: *grace_days,
            own_segment: &own_segment,
        },
    )
}

fn first_parent_match(rule: &RowRule) -> Match {
    match rule {
        RowRule::Parent { matching, .. } => *matching,
        RowRule::All(rules) => rules
            .iter()
            .find(|rule| !rule.parents().is_empty())
            .map_or(Match::All, first_parent_match),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => Match::All,
    }
}

/// One row being asked.
struct Asking<'a, R> {
    row: &'a R,
    facts: Facts<'a>,
    terms: &'a Terms,
}

impl<R: Row> Asking<'_, R> {
    fn rule<'p>(
        &self,
        rule: &RowRule,
        parents: &mut impl Iterator<Item = &'p OwnershipSet>,
    ) -> Verdict {
        match rule {
            RowRule::Ledger(time) => self.ledger(time),
            RowRule::Column {
                column,
                compare,
                at,
            } => self.code(*column, *compare, *at),
            RowRule::Parent { matching, .. } => parent(
                parents.next().copied().unwrap_or(OwnershipSet::EMPTY),
                *matching,
            ),
            RowRule::All(rules) => {
                let verdicts: Vec<Verdict> =
                    rules.iter().map(|rule| self.rule(rule, parents)).collect();
                all(&verdicts)
            }
            RowRule::AllTransmission => Verdict::Other,
            RowRule::AllRetail => Verdict::Own,
            RowRule::Reference => Verdict::Reference,
        }
    }

    fn ledger(&self, time: &LedgerTime) -> Verdict {
        match *time {
            LedgerTime::At { column } => self.at(self.row.day(column)),
            LedgerTime::AtCutover => self.at(Some(self.terms.cutover)),
            LedgerTime::AtSlot { date, slot } => match self.row.value(slot) {
                Value::Int(1..=48) => self.at(self.row.day(date)),
                Value::Null
                | Value::Text(_)
                | Value::Int(_)
                | Value::Decimal { .. }
                | Value::Date(_)
                | Value::Timestamp(_)
                | Value::Bool(_)
                | Value::Bytes(_) => Verdict::Undecided(Reason::SlotInvalid),
            },
            LedgerTime::During { .. } => match self.period(time) {
                Err(reason) => Verdict::Undecided(reason),
                Ok((first, last)) => self
                    .timeline()
                    .covering(first, last)
                    .map_or(Verdict::Undecided(Reason::PeriodSpansChange), |segment| {
                        segment.verdict
                    }),
            },
        }
    }

    fn at(&self, day: Option<Day>) -> Verdict {
        match day {
            None => Verdict::Undecided(Reason::DateMissing),
            Some(day) => self.timeline().on(Days::from(day)),
        }
    }

    /// First and last day of a `during` rule.
    fn period(&self, time: &LedgerTime) -> Result<(Days, Days), Reason> {
        let LedgerTime::During {
            from,
            until,
            until_is,
        } = *time
        else {
            return Err(Reason::DateMissing);
        };
        let first = self
            .row
            .day(from)
            .map(Days::from)
            .ok_or(Reason::DateMissing)?;
        let until = self.row.day(until);
        if self.terms.ledger.is_open(until) {
            return Ok((first, FOREVER));
        }
        let last = last_day(until.ok_or(Reason::DateMissing)?, until_is);
        if last < first {
            Err(Reason::PeriodReversed)
        } else {
            Ok((first, last))
        }
    }

    fn timeline(&self) -> &Timeline {
        use std::sync::LazyLock;
        static UNKNOWN: LazyLock<Timeline> =
            LazyLock::new(|| Timeline::constant(Reason::NotInLedger));
        self.facts.timeline.unwrap_or(&UNKNOWN)
    }

    fn code(&self, column: usize, compare: Compare, at: Option<CodeDay>) -> Verdict {
        let day = match at {
            None => 0,
            Some(CodeDay::Cutover) => self.terms.cutover,
            Some(CodeDay::Column(column)) => match self.row.day(column) {
                Some(day) => day,
                None => return Verdict::Undecided(Reason::DateMissing),
            },
        };
        let code = match self.row.value(column) {
            Value::Text(code) => Some(code),
            Value::Null
            | Value::Int(_)
            | Value::Decimal { .. }
            | Value::Date(_)
            | Value::Timestamp(_)
            | Value::Bool(_)
            | Value::Bytes(_) => None,
        };
        let codes = match compare {
            Compare::Exact => &self.terms.exact,
            Compare::Trim => &self.terms.trim,
        };
        codes.verdict(code, Days::from(day))
    }

    /// The own segment that covers the row's period: of a `during` rule, or of the only one directly in an `all`.
    fn own_segment(&self, rule: &RowRule) -> Option<Segment> {
        let during = |rule: &RowRule| matches!(rule, RowRule::Ledger(LedgerTime::During { .. }));
        let mut found = rule.direct().iter().filter(|rule| during(rule));
        let rule = found.next()?;
        if found.next().is_some() {
            return None;
        }
        let RowRule::Ledger(time @ LedgerTime::During { .. }) = rule else {
            return None;
        };
        let (first, last) = self.period(time).ok()?;
        self.timeline()
            .covering(first, last)
            .filter(|segment| segment.verdict == Verdict::Own)
    }
}

/// As the parents. No matching parent, and a NULL in the key, are both "missing"; of a rejected parent nobody knows whose
/// it would have been, so that it frees nobody.
fn parent(parents: OwnershipSet, matching: Match) -> Verdict {
    let (own, other) = (parents.has(Ownership::Own), parents.has(Ownership::Other));
    if parents.is_empty() {
        return Verdict::Undecided(Reason::ParentMissing);
    }
    if matching == Match::Any && own {
        return Verdict::Own;
    }
    if parents.has_rejected() {
        return Verdict::Undecided(Reason::ParentRejected);
    }
    if parents.has(Ownership::Undecided) {
        return Verdict::Undecided(Reason::ParentUndecided);
    }
    match (own, other) {
        (true, false) => Verdict::Own,
        (false, true) => Verdict::Other,
        (true, true) => Verdict::Undecided(Reason::ParentsDisagree),
        (false, false) => Verdict::Undecided(Reason::ParentMissing),
    }
}

/// Any rule says other: other. Else the first undecided. Else own.
fn all(verdicts: &[Verdict]) -> Verdict {
    if verdicts.contains(&Verdict::Other) {
        return Verdict::Other;
    }
    let undecided = |verdict: &&Verdict| matches!(verdict, Verdict::Undecided(_));
    verdicts
        .iter()
        .find(undecided)
        .copied()
        .unwrap_or(Verdict::Own)
}

#[cfg(test)]
mod tests;
