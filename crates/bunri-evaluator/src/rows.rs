//! The row rules (docs/rules.md, sections 2 and 3), test by test in the order written there.

use bunri_catalogue::{
    CellGroup, CodeDay, Compare, KnownAt, LedgerTime, Match, Ownership, RowRule, Table,
};
use bunri_types::{Day, Value};

use super::codes::{code_text, comparable};
use super::days::{Row, month, period};
use super::known::{WrittenSet, by_own_key, by_parents, written};
use super::{Codes, Days, KeyAssignments, LedgerTerms, OwnershipSet, Reason, Timeline, Verdict};

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

/// What the parents of one parent rule are: those that have begun by the cutover, or all if none has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParentFacts {
    /// Their final ownerships.
    pub ownerships: OwnershipSet,
    /// The last day that the own ones speak of: *T* of docs/rules.md, section 4.
    pub last: Option<Days>,
    /// None of them has begun by the cutover.
    pub to_come: bool,
    /// The conditions of `[[when]]` that none of them meets, as bits by their place among
    /// [`bunri_catalogue::Catalogue::conditions_on`]. Without parents, and with a rejected one, every condition is met.
    pub clear: u64,
}

/// What a row tells its children of its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowDays {
    /// The last day that it speaks of (*T*), of an own row; the cutover where its rule tells none.
    pub last: Days,
    /// The first and the last day that its ledger rule asked for, where it has one.
    pub asked: Option<(Days, Days)>,
    /// It has not begun by the cutover.
    pub to_come: bool,
}

/// What the other tables say about one row.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The timeline of the row's ledger key; of an unknown key where it is NULL; [`None`] if the table has none.
    pub timeline: Option<&'a Timeline>,
    /// Of a key through another table, the supply points that its timeline is made of.
    pub assignments: Option<&'a KeyAssignments>,
    /// For each parent rule among [`bunri_catalogue::Table::leaves`], in their order.
    pub parents: &'a [ParentFacts],
    /// What the owner keys of the asked parents say of the day on which the row was written (tables without a ledger key).
    pub written: WrittenSet,
}

/// Whose a row is by the rules: by its days, then by when it was written.
#[must_use]
pub fn decide(
    rule: &RowRule,
    known_at: &KnownAt,
    row: &impl Row,
    facts: Facts<'_>,
    terms: &Terms,
) -> Verdict {
    let base = Asking { row, facts, terms }.verdict(rule, &mut 0);
    let KnownAt::Column {
        columns,
        grace_days,
        early,
    } = known_at
    else {
        return base;
    };
    if base != Verdict::Own {
        return base;
    }
    let Some(known) = written_on(columns, row) else {
        return Verdict::Undecided(Reason::KnownAtMissing);
    };
    let last = last(rule, row, facts, terms);
    match facts.timeline {
        Some(timeline) => {
            // Of a key through another table, the supply point that the row speaks of: where the meter went later does not matter.
            let point = facts.assignments.map_or(timeline, |key| key.point_on(last));
            by_own_key(written(point, known, last, *grace_days), *early)
        }
        None => {
            let matching = asked_parent(rule, row).map_or(Match::All, |asked| asked.matching);
            by_parents(&facts.written, matching, *early)
        }
    }
}

/// The day on which a row was written: the latest of these columns that are not NULL.
#[must_use]
pub fn written_on(columns: &[usize], row: &impl Row) -> Option<Days> {
    let days = columns.iter().filter_map(|&column| row.day(column));
    days.max().map(Days::from)
}

/// The last day that an own row speaks of (*T*); the cutover where its rule tells none.
#[must_use]
pub fn last(rule: &RowRule, row: &impl Row, facts: Facts<'_>, terms: &Terms) -> Days {
    Asking { row, facts, terms }
        .last(rule, &mut 0)
        .unwrap_or(Days::from(terms.cutover))
}

/// What the row tells its children.
#[must_use]
pub fn row_days(rule: &RowRule, row: &impl Row, facts: Facts<'_>, terms: &Terms) -> RowDays {
    let asking = Asking { row, facts, terms };
    RowDays {
        last: last(rule, row, facts, terms),
        asked: asking.spoken(rule, &mut 0),
        to_come: asking.to_come(rule, &mut 0),
    }
}

/// For each group of `cells`, whether it does *not* say own, so that its cells of an own row are withheld.
#[must_use]
pub fn foreign_cells(
    rule: &RowRule,
    groups: &[CellGroup],
    row: &impl Row,
    facts: Facts<'_>,
    terms: &Terms,
) -> Vec<bool> {
    let asking = Asking { row, facts, terms };
    let mut next = parents_in(rule);
    groups
        .iter()
        .map(|group| asking.verdict(&group.rows, &mut next) != Verdict::Own)
        .collect()
}

/// The parent rule whose owner keys are asked who wrote a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedParent {
    /// Its place among the parent rules of [`bunri_catalogue::Table::leaves`].
    pub place: usize,
    /// How its parents are combined.
    pub matching: Match,
}

/// The first parent rule, in the order written, of those that decide this row: under `cases` of the chosen rule only.
#[must_use]
pub fn asked_parent(rule: &RowRule, row: &impl Row) -> Option<AskedParent> {
    first_parent(rule, row, &mut 0)
}

/// Of every parent rule of the table, in their order, whether it speaks of the row: under `cases` only those of the chosen rule.
#[must_use]
pub fn parents_asked(table: &Table, row: &impl Row) -> Vec<bool> {
    let mut asked = Vec::new();
    let groups = table.cells.iter().map(|group| &group.rows);
    for rule in std::iter::once(&table.rows).chain(groups) {
        mark_parents(rule, row, true, &mut asked);
    }
    asked
}

fn mark_parents(rule: &RowRule, row: &impl Row, asks: bool, asked: &mut Vec<bool>) {
    match rule {
        RowRule::Parent { .. } => asked.push(asks),
        RowRule::All(rules) | RowRule::Any(rules) => {
            for rule in rules {
                mark_parents(rule, row, asks, asked);
            }
        }
        RowRule::Cases {
            column,
            compare,
            cases,
        } => {
            let chosen = chosen(*column, *compare, cases, row).ok();
            for (place, (_, rule)) in cases.iter().enumerate() {
                mark_parents(rule, row, asks && chosen == Some(place), asked);
            }
        }
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => {}
    }
}

fn first_parent(rule: &RowRule, row: &impl Row, next: &mut usize) -> Option<AskedParent> {
    match rule {
        RowRule::Parent { matching, .. } => Some(AskedParent {
            place: *next,
            matching: *matching,
        }),
        RowRule::All(rules) | RowRule::Any(rules) => {
            for rule in rules {
                let asked = first_parent(rule, row, next);
                if asked.is_some() {
                    return asked;
                }
            }
            None
        }
        RowRule::Cases {
            column,
            compare,
            cases,
        } => {
            let chosen = chosen(*column, *compare, cases, row).ok();
            let mut asked = None;
            for (place, (_, rule)) in cases.iter().enumerate() {
                if chosen == Some(place) {
                    asked = first_parent(rule, row, &mut next.clone());
                }
                *next += parents_in(rule);
            }
            asked
        }
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => None,
    }
}

/// How many parent rules a rule holds.
fn parents_in(rule: &RowRule) -> usize {
    let leaves = rule.leaves().into_iter();
    leaves.filter(|leaf| leaf.as_parent().is_some()).count()
}

/// The place of the case that fits the row.
fn chosen(
    column: usize,
    compare: Compare,
    cases: &[(String, RowRule)],
    row: &impl Row,
) -> Result<usize, Reason> {
    let value = code_text(row.value(column)).ok_or(Reason::CaseMissing)?;
    let value = comparable(&value, compare);
    cases
        .iter()
        .position(|(case, _)| comparable(case, compare) == value)
        .ok_or(Reason::CaseUnlisted)
}

/// One row being asked. `next` is the place of the next parent rule among [`bunri_catalogue::Table::leaves`].
struct Asking<'a, R> {
    row: &'a R,
    facts: Facts<'a>,
    terms: &'a Terms,
}

impl<R: Row> Asking<'_, R> {
    fn verdict(&self, rule: &RowRule, next: &mut usize) -> Verdict {
        match rule {
            RowRule::Ledger(time) => self.ledger(time),
            RowRule::Column {
                column,
                compare,
                at,
            } => self.code(*column, *compare, *at),
            RowRule::Parent { matching, .. } => parent(self.parents(next).ownerships, *matching),
            RowRule::Cases {
                column,
                compare,
                cases,
            } => self
                .case(*column, *compare, cases, next, Self::verdict)
                .unwrap_or_else(Verdict::Undecided),
            RowRule::All(rules) => combined(&self.each(rules, next), Verdict::Other, Verdict::Own),
            RowRule::Any(rules) => combined(&self.each(rules, next), Verdict::Own, Verdict::Other),
            RowRule::AllTransmission => Verdict::Other,
            RowRule::AllRetail => Verdict::Own,
            RowRule::Reference => Verdict::Reference,
        }
    }

    fn each(&self, rules: &[RowRule], next: &mut usize) -> Vec<Verdict> {
        rules.iter().map(|rule| self.verdict(rule, next)).collect()
    }

    fn parents(&self, next: &mut usize) -> ParentFacts {
        let facts = self.facts.parents.get(*next).copied();
        *next += 1;
        facts.unwrap_or_default()
    }

    /// Asks the rule of the row's own case; the parent rules of the others are passed over.
    fn case<T>(
        &self,
        column: usize,
        compare: Compare,
        cases: &[(String, RowRule)],
        next: &mut usize,
        ask: impl Fn(&Self, &RowRule, &mut usize) -> T,
    ) -> Result<T, Reason> {
        let chosen = chosen(column, compare, cases, self.row);
        let mut answer = None;
        for (place, (_, rule)) in cases.iter().enumerate() {
            if chosen == Ok(place) {
                answer = Some(ask(self, rule, &mut next.clone()));
            }
            *next += parents_in(rule);
        }
        chosen.and_then(|_| answer.ok_or(Reason::CaseUnlisted))
    }

    /// The last day that a rule speaks of, as far as it says own (docs/rules.md, section 4).
    fn last(&self, rule: &RowRule, next: &mut usize) -> Option<Days> {
        match rule {
            RowRule::Ledger(time) => self.asked_days(time).ok().map(|(_, last)| last),
            RowRule::Column { at, .. } => match at {
                Some(CodeDay::Column(column)) => self.row.day(*column).map(Days::from),
                Some(CodeDay::Cutover) | None => Some(self.cutover()),
            },
            RowRule::Parent { .. } => self.parents(next).last,
            RowRule::Cases {
                column,
                compare,
                cases,
            } => self
                .case(*column, *compare, cases, next, Self::last)
                .ok()
                .flatten(),
            RowRule::All(rules) => rules.iter().filter_map(|rule| self.last(rule, next)).min(),
            RowRule::Any(rules) => {
                let of = |rule: &RowRule, next: &mut usize| {
                    let own = self.verdict(rule, &mut next.clone()) == Verdict::Own;
                    self.last(rule, next).filter(|_| own)
                };
                rules.iter().filter_map(|rule| of(rule, next)).max()
            }
            RowRule::AllRetail => Some(self.cutover()),
            RowRule::AllTransmission | RowRule::Reference => None,
        }
    }

    /// The days that the ledger rules of an own row asked for: those that all of them have in common.
    fn spoken(&self, rule: &RowRule, next: &mut usize) -> Option<(Days, Days)> {
        match rule {
            RowRule::Ledger(time) => self.asked_days(time).ok(),
            RowRule::Cases {
                column,
                compare,
                cases,
            } => self
                .case(*column, *compare, cases, next, Self::spoken)
                .ok()
                .flatten(),
            RowRule::All(rules) => {
                let spoken = rules.iter().filter_map(|rule| self.spoken(rule, next));
                let common = spoken.reduce(|one, other| (one.0.max(other.0), one.1.min(other.1)));
                common.filter(|(first, last)| first <= last)
            }
            RowRule::Any(_)
            | RowRule::Column { .. }
            | RowRule::Parent { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => None,
        }
    }

    /// Whether the row has not begun by the cutover.
    fn to_come(&self, rule: &RowRule, next: &mut usize) -> bool {
        let later = |first: Days| first > self.cutover();
        match rule {
            RowRule::Ledger(time) => self.days(time).is_ok_and(|(first, _)| later(first)),
            RowRule::Column { at, .. } => match at {
                Some(CodeDay::Column(column)) => {
                    self.row.day(*column).is_some_and(|day| later(day.into()))
                }
                Some(CodeDay::Cutover) | None => false,
            },
            RowRule::Parent { .. } => self.parents(next).to_come,
            RowRule::Cases {
                column,
                compare,
                cases,
            } => self
                .case(*column, *compare, cases, next, Self::to_come)
                .unwrap_or(false),
            // Every rule is asked, because each passes over its parents.
            RowRule::All(rules) => {
                let to_come = rules.iter().map(|rule| self.to_come(rule, next));
                to_come.fold(false, |some, one| some | one)
            }
            RowRule::Any(rules) => {
                let to_come = rules.iter().map(|rule| self.to_come(rule, next));
                to_come.fold(true, |all, one| all & one)
            }
            RowRule::AllTransmission | RowRule::AllRetail | RowRule::Reference => false,
        }
    }

    fn ledger(&self, time: &LedgerTime) -> Verdict {
        let (first, last) = match self.asked_days(time) {
            Ok(days) => days,
            Err(reason) => return Verdict::Undecided(reason),
        };
        let Some(segment) = self.timeline().covering(first, last) else {
            return Verdict::Undecided(Reason::PeriodSpansChange);
        };
        let still_to_come = first > self.cutover() && segment.first > self.cutover();
        match segment.verdict {
            // A customer of a later day is not the incumbent's yet.
            Verdict::Own if still_to_come => Verdict::Other,
            verdict => verdict,
        }
    }

    fn cutover(&self) -> Days {
        self.terms.cutover.into()
    }

    /// The days of a ledger rule up to the cutover, or the first of them if all come later: what comes after is not yet.
    fn asked_days(&self, time: &LedgerTime) -> Result<(Days, Days), Reason> {
        let (first, last) = self.days(time)?;
        Ok((first, first.max(last.min(self.cutover()))))
    }

    /// The first and the last day that a ledger rule speaks of.
    fn days(&self, time: &LedgerTime) -> Result<(Days, Days), Reason> {
        let day = |column: usize| {
            let day = self.row.day(column).map(Days::from);
            day.ok_or(Reason::DateMissing)
        };
        match *time {
            LedgerTime::At { column, days_after } => {
                let day = day(column)?.saturating_add(days_after.into());
                Ok((day, day))
            }
            LedgerTime::AtCutover => Ok((self.cutover(), self.cutover())),
            LedgerTime::AtSlot { date, slot } => {
                if !matches!(self.row.value(slot), Value::Int(1..=48)) {
                    return Err(Reason::SlotInvalid);
                }
                let day = day(date)?;
                Ok((day, day))
            }
            LedgerTime::Month { column } => month(self.row.value(column), self.row.day(column)),
            LedgerTime::During {
                from,
                until,
                until_is,
            } => {
                let is_open = self.terms.ledger.is_open(self.row.day(until));
                period(self.row, (from, until, until_is), is_open)
            }
        }
    }

    fn timeline(&self) -> &Timeline {
        self.facts.timeline.unwrap_or(Timeline::unknown())
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
            | Value::Real(_)
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

/// Any rule says `strong`: that. Else the first undecided. Else `weak`.
fn combined(verdicts: &[Verdict], strong: Verdict, weak: Verdict) -> Verdict {
    if verdicts.contains(&strong) {
        return strong;
    }
    let undecided = |verdict: &&Verdict| matches!(verdict, Verdict::Undecided(_));
    verdicts.iter().find(undecided).copied().unwrap_or(weak)
}

#[cfg(test)]
mod tests;
