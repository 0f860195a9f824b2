//! Row rules (docs/rules.md, section 3): what each asks of the row, of the ledger and of parents, and its verdict.

use bunri_catalogue::{CodeDay, Column, Compare, LedgerTime, Match, RowRule, Table};
use bunri_types::ValueType;

use super::facts::{Fact, NO_DAY, RowFacts};
use super::select::{Select, Steps};
use super::text::{case, day, name};
use super::{Script, codes};

/// What one rule needs before it can be decided, and the decision.
pub(super) struct Answer {
    /// Days that are computed from the row.
    pub(super) asked: Vec<String>,
    /// Where the ledger's and the parents' answers come from.
    pub(super) joins: Vec<String>,
    /// The verdict, over `t` and the joins.
    pub(super) verdict: String,
    /// What else is asked of the row, over `t` and the joins.
    pub(super) facts: RowFacts,
}

/// A rule's place in its table: names get a number only where there are several rules.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) table: &'a Table,
    pub(super) number: Option<usize>,
}

impl At<'_> {
    /// `period`, or `period_2`.
    pub(super) fn named(self, noun: &str) -> String {
        match self.number {
            None => noun.to_owned(),
            Some(number) => format!("{noun}_{number}"),
        }
    }

    pub(super) fn column(self, column: usize) -> String {
        format!("t.{}", name(&self.table.columns[column].name))
    }

    pub(super) fn value_type(self, column: usize) -> ValueType {
        self.table.columns[column].value_type
    }

    /// The day of a date or timestamp column.
    pub(super) fn day(self, column: usize) -> String {
        match self.value_type(column) {
            ValueType::Timestamp => {
                day_of_moment(&self.column(column), &self.table.columns[column])
            }
            ValueType::Text
            | ValueType::Int
            | ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Bool
            | ValueType::Bytes => self.column(column),
        }
    }
}

/// The day of a timestamp; of an interval's end stamp that of the microsecond before.
pub(super) fn day_of_moment(value: &str, column: &Column) -> String {
    if column.reading.moment.is_end_stamp() {
        format!("CAST({value} - INTERVAL 1 MICROSECOND AS DATE)")
    } else {
        format!("CAST({value} AS DATE)")
    }
}

impl Script<'_> {
    /// One rule that asks something by itself.
    pub(super) fn answer(&self, at: At<'_>, rule: &RowRule, steps: &mut Steps) -> Answer {
        match rule {
            RowRule::Ledger(time) => self.by_ledger(at, time),
            RowRule::Column {
                column,
                compare,
                at: day,
            } => self.by_code(at, &at.column(*column), *compare, *day),
            RowRule::Parent {
                table,
                key,
                references,
                matching,
            } => self.inherited(
                at,
                *table,
                (key.as_slice(), references.as_slice()),
                *matching,
                steps,
            ),
            RowRule::AllRetail => Answer::of("'own'", &self.after_cutover()),
            RowRule::Reference => Answer::of("'reference'", NO_DAY),
            // The leaves of a rule are no lists and no cases; strictness is what is left to say of one.
            RowRule::AllTransmission
            | RowRule::All(_)
            | RowRule::Any(_)
            | RowRule::Cases { .. } => Answer::of("'other'", NO_DAY),
        }
    }

    /// The day after the cutover.
    pub(super) fn after_cutover(&self) -> String {
        day(self.inputs.cutover.saturating_add(1))
    }

    /// Whether a day lies after the cutover; NULL does not.
    fn after_the_cutover(&self, day: &str) -> String {
        format!("coalesce({day} >= {}, false)", self.after_cutover())
    }

    fn by_ledger(&self, at: At<'_>, time: &LedgerTime) -> Answer {
        let days = self.days(at, time);
        let (first, mut arms) = (days.first, days.reasons);
        let missing = self.asked_segments(at.table).missing;
        let (alias, otherwise) = match &days.next {
            None => {
                let on_day = at.named("on_day");
                let verdict = format!("coalesce({on_day}.verdict, '{missing}')");
                (on_day, verdict)
            }
            Some(next) => {
                let period = at.named("period");
                let arm = |when: String, then: &str| (when, format!("'{then}'"));
                arms.push(arm(format!("{period}.verdict IS NULL"), missing));
                let spans = format!("{next} > {period}.next_day");
                arms.push(arm(spans, "period_spans_change"));
                let verdict = format!("{period}.verdict");
                (period, verdict)
            }
        };
        arms.extend(self.still_to_come(time, &alias, &first));
        let on = within(&alias, &first);
        Answer {
            asked: days.asked,
            joins: self.segment(at.table, &alias, &on),
            verdict: case(&arms, &otherwise),
            facts: RowFacts::each(|fact| match fact {
                Fact::AfterT | Fact::NextDay => days.after_t.clone(),
                Fact::FirstDay => days.told_first.clone(),
                Fact::ToCome if *time == LedgerTime::AtCutover => fact.nothing().to_owned(),
                Fact::ToCome => self.after_the_cutover(&days.told_first),
            }),
        }
    }

    /// A customer of a day after the cutover is not the incumbent's yet, unless the same segment holds the cutover.
    fn still_to_come(
        &self,
        time: &LedgerTime,
        segment: &str,
        first: &str,
    ) -> Option<(String, String)> {
        if *time == LedgerTime::AtCutover {
            return None;
        }
        let after = self.after_cutover();
        let to_come = format!(
            "{segment}.verdict = 'own' AND {first} >= {after} AND {segment}.first_day >= {after}"
        );
        Some((to_come, "'other'".to_owned()))
    }

    fn by_code(&self, at: At<'_>, code: &str, compare: Compare, on: Option<CodeDay>) -> Answer {
        let (asked, cutover) = (self.own(&at.named("day")), day(self.inputs.cutover));
        let verdicts =
            |on: Option<&str>| codes::verdicts(self.catalogue, code, compare, on, "'own'");
        let (mut arms, mut days) = (Vec::new(), Vec::new());
        let mut facts = RowFacts::last_only(&self.after_cutover());
        match on {
            None => arms.extend(verdicts(None)),
            Some(CodeDay::Cutover) => arms.extend(verdicts(Some(&cutover))),
            Some(CodeDay::Column(column)) => {
                let on = format!("t.{asked}");
                arms.push((format!("{on} IS NULL"), "'date_missing'".to_owned()));
                arms.extend(verdicts(Some(&on)));
                days.push(format!("{} AS {asked}", at.day(column)));
                facts = RowFacts::each(|fact| match fact {
                    Fact::AfterT => format!("{on} + 1"),
                    Fact::ToCome => self.after_the_cutover(&on),
                    Fact::FirstDay | Fact::NextDay => fact.nothing().to_owned(),
                });
            }
        }
        Answer {
            asked: days,
            joins: Vec::new(),
            verdict: case(&arms, codes::UNKNOWN),
            facts,
        }
    }

    fn inherited(
        &self,
        at: At<'_>,
        parent: usize,
        (key, references): (&[usize], &[usize]),
        matching: Match,
        steps: &mut Steps,
    ) -> Answer {
        let parent = &self.catalogue.tables[parent];
        let parents = at.named("parents");
        let names = numbered("key", references.len());
        steps.add(
            &parents,
            "What the parents are, by the columns that the key refers to.",
            self.parents(parent, references, &names),
        );
        let on: Vec<String> = key
            .iter()
            .zip(&names)
            .map(|(&column, key)| format!("{parents}.{key} = {}", at.column(column)))
            .collect();
        Answer {
            asked: Vec::new(),
            joins: vec![format!("LEFT JOIN {parents} ON {}", on.join(" AND "))],
            verdict: combined(&parents, matching),
            facts: RowFacts::each(|fact| match fact {
                Fact::AfterT if self.is_asked_t(parent) => format!("{parents}.after_t"),
                Fact::ToCome if self.may_be_to_come(parent) => {
                    format!("coalesce({parents}.to_come, false)")
                }
                Fact::AfterT | Fact::ToCome | Fact::FirstDay | Fact::NextDay => {
                    fact.nothing().to_owned()
                }
            }),
        }
    }

    /// The parents by the columns that are referred to: how many are what, and the latest day of the own ones.
    fn parents(&self, parent: &Table, references: &[usize], names: &[String]) -> Select {
        let referred: Vec<String> = references
            .iter()
            .map(|&column| name(&parent.columns[column].name))
            .collect();
        let verdict = self.own("ownership");
        let count =
            |whose: &str| format!("count(*) FILTER (WHERE {verdict} = '{whose}') AS {whose}_rows");
        let mut what: Vec<String> = referred
            .iter()
            .zip(names)
            .map(|(column, key)| format!("{column} AS {key}"))
            .collect();
        what.extend(["own", "other", "undecided", "rejected"].map(count));
        let columns = referred.join(", ");
        let (mut after, mut nothing) = (String::new(), String::new());
        if self.is_asked_t(parent) {
            let day = self.own("after_t");
            let of_own = if self.may_be_decided(parent) {
                // A row that a person decided own, although nobody knows its days, speaks of the cutover.
                format!("coalesce({day}, {})", self.after_cutover())
            } else {
                day.clone()
            };
            what.push(format!(
                "max({of_own}) FILTER (WHERE {verdict} = 'own') AS after_t"
            ));
            (after, nothing) = (format!(", {day}"), ", NULL".to_owned());
        }
        if self.may_be_to_come(parent) {
            let to_come = self.own(Fact::ToCome.noun());
            what.push(format!("bool_and({to_come}) AS to_come"));
        }
        let staged = format!("{verdict}{after}");
        let from = self.counted_rows(parent, &columns, (&staged, &format!("'rejected'{nothing}")));
        Select {
            what,
            from,
            tail: vec![format!("GROUP BY {columns}")],
            ..Select::default()
        }
    }

    /// The rows of a parent table that count, with the columns that are referred to: what is wanted of a staged row, and of a rejected
    /// one.
    pub(super) fn counted_rows(
        &self,
        parent: &Table,
        columns: &str,
        (staged, rejected): (&str, &str),
    ) -> String {
        let id = name(&parent.id);
        let to_come = self.own(Fact::ToCome.noun());
        let may_be_to_come = self.may_be_to_come(parent);
        let (mut begun, mut nothing) = (String::new(), "");
        if may_be_to_come {
            (begun, nothing) = (format!(", {to_come}"), ", false");
        }
        let rows = format!(
            "(SELECT {columns}, {staged}{begun} FROM decided.{id}\n \
             UNION ALL SELECT {columns}, {rejected}{nothing} FROM rejects.{id})"
        );
        if may_be_to_come {
            counted(&rows, &to_come, columns)
        } else {
            rows
        }
    }

    /// The segment of the row's point for which a condition holds, if its point is in the ledger.
    pub(super) fn segment(&self, table: &Table, alias: &str, on: &str) -> Vec<String> {
        let Some(key) = &table.ledger_key else {
            return Vec::new();
        };
        let asked = self.asked_segments(table);
        let mut conditions: Vec<String> = asked
            .keys
            .iter()
            .zip(key)
            .map(|(point, &column)| {
                format!("{alias}.{point} = t.{}", name(&table.columns[column].name))
            })
            .collect();
        conditions.push(on.to_owned());
        vec![format!(
            "LEFT JOIN {} AS {alias}\n  ON {}",
            asked.segments,
            conditions.join(" AND ")
        )]
    }
}

/// The parents that count: those that have begun by the cutover, or all if none has.
pub(super) fn counted(parents: &str, to_come: &str, columns: &str) -> String {
    format!(
        "(SELECT * FROM {parents}\n QUALIFY NOT {to_come} OR bool_and({to_come}) OVER (PARTITION BY {columns}))"
    )
}

/// Whether a segment holds a day.
pub(super) fn within(segment: &str, on: &str) -> String {
    format!("{segment}.first_day <= {on} AND {on} < {segment}.next_day")
}

/// `key`, or `key_1`, `key_2`, …
pub(super) fn numbered(noun: &str, many: usize) -> Vec<String> {
    (1..=many).map(|at| format!("{noun}_{at}")).collect()
}

/// Several parents, as declared.
fn combined(parents: &str, matching: Match) -> String {
    let missing = (
        format!("{parents}.own_rows IS NULL"),
        "'parent_missing'".to_owned(),
    );
    let some = |whose: &str| format!("{parents}.{whose}_rows > 0");
    let rejected = (some("rejected"), "'parent_rejected'".to_owned());
    let undecided = (some("undecided"), "'parent_undecided'".to_owned());
    let own = (some("own"), "'own'".to_owned());
    match matching {
        Match::Any => case(&[missing, own, rejected, undecided], "'other'"),
        Match::All => {
            let both = format!("{} AND {}", some("own"), some("other"));
            case(
                &[
                    missing,
                    rejected,
                    undecided,
                    (both, "'parents_disagree'".to_owned()),
                    own,
                ],
                "'other'",
            )
        }
    }
}

impl Answer {
    fn of(verdict: &str, after_t: &str) -> Self {
        Self {
            asked: Vec::new(),
            joins: Vec::new(),
            verdict: verdict.to_owned(),
            facts: RowFacts::last_only(after_t),
        }
    }
}
