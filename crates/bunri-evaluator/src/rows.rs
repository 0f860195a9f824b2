//! The row rules (docs/rules.md, sections 2 and 3), test by test in the order written there.

use bunri_catalogue::{CellGroup, CodeDay, Compare, KnownAt, Ledger, LedgerTime, Match, RowRule};
use bunri_types::{Day, Value};

use super::codes::code_text;
use super::days::{Row, month, period};
use super::known::{WrittenSet, by_own_key, by_parents, written};
use super::parents::{ParentFacts, asked_parent, by_parent, chosen, parents_in};
use super::{Codes, Days, KeyAssignments, OwnershipSet, Reason, Timeline, Verdict};

/// What holds for every row of the tables that ask one ledger.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The day of the cutover.
    pub cutover: Day,
    /// How the ledger is to be read.
    pub ledger: Ledger,
    /// The lists of codes.
    pub codes: Codes,
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
    pub written: Option<WrittenSet>,
}

/// What a rule says of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whose it is.
    pub verdict: Verdict,
    /// The last day that it speaks of, as far as it is own: *T* of docs/rules.md, section 4.
    last: Option<Days>,
    /// The first and the last day that its ledger rules asked for: those that all of them have in common.
    pub asked: Option<(Days, Days)>,
    /// It has not begun by the cutover.
    to_come: bool,
}

impl Answer {
    /// Of a rule that tells no days.
    fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            last: None,
            asked: None,
            to_come: false,
        }
    }

    fn undecided(reason: Reason) -> Self {
        Self::of(Verdict::Undecided(reason))
    }

    /// The last day that an own row speaks of (*T*); the cutover where its rule tells none.
    #[must_use]
    pub fn last(&self, terms: &Terms) -> Days {
        self.last.unwrap_or(terms.cutover.into())
    }

    /// What the row is to its children, whose final verdict is `last_word`.
    #[must_use]
    pub fn to_children(&self, last_word: Verdict, clear: u64, terms: &Terms) -> ParentFacts {
        ParentFacts {
            ownerships: OwnershipSet::of(last_word.ownership()),
            last: (last_word == Verdict::Own).then(|| self.last(terms)),
            to_come: self.to_come,
            clear,
        }
    }
}

/// Whose a row is by its days.
#[must_use]
pub fn by_days(rule: &RowRule, row: &impl Row, facts: Facts<'_>, terms: &Terms) -> Answer {
    Asking { row, facts, terms }.answer(rule, &mut 0)
}

/// Whose a row is by the rules: by its days, then by when it was written.
#[must_use]
pub fn decide(
    rule: &RowRule,
    known_at: &KnownAt,
    row: &impl Row,
    facts: Facts<'_>,
    terms: &Terms,
) -> Answer {
    let mut answer = by_days(rule, row, facts, terms);
    if let (
        Verdict::Own,
        KnownAt::Column {
            columns,
            grace_days,
            early,
        },
    ) = (answer.verdict, known_at)
    {
        answer.verdict = match (written_on(columns, row), facts.timeline) {
            (None, _) => Verdict::Undecided(Reason::KnownAtMissing),
            (Some(known), Some(timeline)) => {
                let last = answer.last(terms);
                // Of a key through another table, the supply point that the row speaks of: where the meter went later does not matter.
                let point = facts.assignments.map_or(timeline, |key| key.point_on(last));
                by_own_key(written(point, known, last, *grace_days), *early)
            }
            (Some(_), None) => {
                let asked = asked_parent(rule, row);
                let matching = asked.map_or(Match::All, |(_, matching)| matching);
                by_parents(facts.written, matching, *early)
            }
        };
    }
    // Days are for children only of a row that is own by the rules: a person's word says nothing of days.
    answer.asked = answer.asked.filter(|_| answer.verdict == Verdict::Own);
    answer
}

/// The day on which a row was written: the latest of these columns that are not NULL.
#[must_use]
pub fn written_on(columns: &[usize], row: &impl Row) -> Option<Days> {
    let days = columns.iter().filter_map(|&column| row.day(column));
    days.max().map(Days::from)
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
    let verdict = |group: &CellGroup| asking.answer(&group.rows, &mut next).verdict;
    let verdicts = groups.iter().map(verdict);
    verdicts.map(|verdict| verdict != Verdict::Own).collect()
}

/// One row being asked. `next` is the place of the next parent rule among [`bunri_catalogue::Table::leaves`].
struct Asking<'a, R> {
    row: &'a R,
    facts: Facts<'a>,
    terms: &'a Terms,
}

impl<R: Row> Asking<'_, R> {
    fn answer(&self, rule: &RowRule, next: &mut usize) -> Answer {
        match rule {
            RowRule::Ledger(time) => match self.days(time) {
                Ok(days) => self.ledger(days),
                Err(reason) => Answer::undecided(reason),
            },
            RowRule::Column {
                column,
                compare,
                at,
            } => self.code(*column, *compare, *at),
            RowRule::Parent { matching, .. } => {
                let parents = self.facts.parents.get(*next).copied().unwrap_or_default();
                *next += 1;
                Answer {
                    last: parents.last,
                    to_come: parents.to_come,
                    ..Answer::of(by_parent(parents.ownerships, *matching))
                }
            }
            RowRule::Cases {
                column,
                compare,
                cases,
            } => {
                let chosen = chosen(*column, *compare, cases, self.row);
                let mut answer = Answer::undecided(chosen.err().unwrap_or(Reason::CaseUnlisted));
                for (place, (_, rule)) in cases.iter().enumerate() {
                    if chosen == Ok(place) {
                        answer = self.answer(rule, next);
                    } else {
                        // The parent rules of the other cases are passed over.
                        *next += parents_in(rule);
                    }
                }
                answer
            }
            RowRule::All(rules) => {
                let answers = self.each(rules, next);
                let days = answers.iter().filter_map(|answer| answer.asked);
                let common = days.reduce(|one, other| (one.0.max(other.0), one.1.min(other.1)));
                Answer {
                    verdict: combined(&answers, Verdict::Other, Verdict::Own),
                    last: answers.iter().filter_map(|answer| answer.last).min(),
                    asked: common.filter(|(first, last)| first <= last),
                    to_come: answers.iter().any(|answer| answer.to_come),
                }
            }
            RowRule::Any(rules) => {
                let answers = self.each(rules, next);
                let own = answers.iter().filter(|one| one.verdict == Verdict::Own);
                Answer {
                    verdict: combined(&answers, Verdict::Own, Verdict::Other),
                    last: own.filter_map(|answer| answer.last).max(),
                    asked: None,
                    to_come: answers.iter().all(|answer| answer.to_come),
                }
            }
            RowRule::AllTransmission => Answer::of(Verdict::Other),
            RowRule::AllRetail => Answer {
                last: Some(self.cutover()),
                ..Answer::of(Verdict::Own)
            },
            RowRule::Reference => Answer::of(Verdict::Reference),
        }
    }

    fn each(&self, rules: &[RowRule], next: &mut usize) -> Vec<Answer> {
        rules.iter().map(|rule| self.answer(rule, next)).collect()
    }

    fn cutover(&self) -> Days {
        self.terms.cutover.into()
    }

    /// What the timeline says of the days of a ledger rule.
    fn ledger(&self, (first, last): (Days, Days)) -> Answer {
        // Up to the cutover, or the first day alone if all come later: what comes after the cutover is not yet.
        let last = first.max(last.min(self.cutover()));
        let to_come = first > self.cutover();
        let timeline = self.facts.timeline.unwrap_or(Timeline::unknown());
        let verdict = match timeline.covering(first, last) {
            None => Verdict::Undecided(Reason::PeriodSpansChange),
            Some(segment) => match segment.verdict {
                // A customer of a later day is not the incumbent's yet.
                Verdict::Own if to_come && segment.first > self.cutover() => Verdict::Other,
                verdict => verdict,
            },
        };
        Answer {
            verdict,
            last: Some(last),
            asked: Some((first, last)),
            to_come,
        }
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
                let open = self.terms.ledger.open_ends();
                period(self.row, (from, until, until_is), open)
            }
        }
    }

    /// What the row's own code says.
    fn code(&self, column: usize, compare: Compare, at: Option<CodeDay>) -> Answer {
        let day = match at {
            // Without a day no code has a validity, and the day does not matter.
            Some(CodeDay::Cutover) | None => self.cutover(),
            Some(CodeDay::Column(column)) => match self.row.day(column) {
                Some(day) => Days::from(day),
                None => return Answer::undecided(Reason::DateMissing),
            },
        };
        let code = code_text(self.row.value(column));
        Answer {
            last: Some(day),
            to_come: day > self.cutover(),
            ..Answer::of(self.terms.codes.verdict(code.as_deref(), compare, day))
        }
    }
}

/// Any rule says `strong`: that. Else the first undecided. Else `weak`.
fn combined(answers: &[Answer], strong: Verdict, weak: Verdict) -> Verdict {
    let mut verdicts = answers.iter().map(|answer| answer.verdict);
    if verdicts.clone().any(|verdict| verdict == strong) {
        return strong;
    }
    let undecided = |verdict: &Verdict| matches!(verdict, Verdict::Undecided(_));
    verdicts.find(undecided).unwrap_or(weak)
}

#[cfg(test)]
mod tests;
