//! Row rules (docs/rules.md, section 2): what each asks of the row, of the ledger and of parents, and its verdict.

use super::Script;
use super::codes;
use super::select::{Select, Steps};
use super::text::{case, day, name};
use bunri_catalogue::{CodeDay, Compare, LedgerTime, Match, RowRule, Table, UntilIs, ValueType};

/// What one rule needs before it can be decided, and the decision.
#[derive(Default)]
pub(super) struct Answer {
    /// Days that are computed from the row.
    pub(super) asked: Vec<String>,
    /// Where the ledger's and the parents' answers come from.
    pub(super) joins: Vec<String>,
    /// The verdict, over `t` and the joins.
    pub(super) verdict: String,
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

    fn column(self, column: usize) -> String {
        format!("t.{}", name(&self.table.columns[column].name))
    }

    /// The day of a date or timestamp column.
    pub(super) fn day(self, column: usize) -> String {
        match self.table.columns[column].value_type {
            ValueType::Timestamp => format!("CAST({} AS DATE)", self.column(column)),
            ValueType::Text
            | ValueType::Int
            | ValueType::Decimal { .. }
            | ValueType::Date(_)
            | ValueType::Bool
            | ValueType::Bytes => self.column(column),
        }
    }
}

impl Script<'_> {
    /// One rule that is no `all`.
    pub(super) fn answer(&self, at: At<'_>, rule: &RowRule, steps: &mut Steps) -> Answer {
        match rule {
            RowRule::Ledger(LedgerTime::During {
                from,
                until,
                until_is,
            }) => self.during(at, *from, *until, *until_is),
            RowRule::Ledger(LedgerTime::At { column }) => self.on_day(at, &at.day(*column), None),
            RowRule::Ledger(LedgerTime::AtCutover) => {
                self.on_day(at, &day(self.inputs.cutover), None)
            }
            RowRule::Ledger(LedgerTime::AtSlot { date, slot }) => {
                self.on_day(at, &at.day(*date), Some(&at.column(*slot)))
            }
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
            RowRule::AllRetail => Answer::of("'own'"),
            RowRule::Reference => Answer::of("'reference'"),
            // The catalogue knows no `all` inside `all`; strictness is what is left to say of one.
            RowRule::AllTransmission | RowRule::All(_) => Answer::of("'other'"),
        }
    }

    fn during(&self, at: At<'_>, from: usize, until: usize, until_is: UntilIs) -> Answer {
        let (first, next) = (self.own(&at.named("first")), self.own(&at.named("next")));
        let period = at.named("period");
        let arms = [
            (
                format!("t.{first} IS NULL OR t.{next} IS NULL"),
                "'date_missing'".to_owned(),
            ),
            (
                format!("t.{next} <= t.{first}"),
                "'period_reversed'".to_owned(),
            ),
            (
                format!("{period}.verdict IS NULL"),
                "'not_in_ledger'".to_owned(),
            ),
            (
                format!("t.{next} <= {period}.next_day"),
                format!("{period}.verdict"),
            ),
        ];
        Answer {
            asked: vec![
                format!("{} AS {first}", at.day(from)),
                format!("{} AS {next}", self.day_after(&at.day(until), until_is)),
            ],
            joins: self.segment(at.table, &period, &format!("t.{first}")),
            verdict: case(&arms, "'period_spans_change'"),
        }
    }

    fn on_day(&self, at: At<'_>, day: &str, slot: Option<&str>) -> Answer {
        let (asked, on_day) = (self.own(&at.named("day")), at.named("on_day"));
        let mut arms = Vec::new();
        if let Some(slot) = slot {
            let invalid = format!("{slot} IS NULL OR {slot} NOT BETWEEN 1 AND 48");
            arms.push((invalid, "'slot_invalid'".to_owned()));
        }
        arms.push((format!("t.{asked} IS NULL"), "'date_missing'".to_owned()));
        Answer {
            asked: vec![format!("{day} AS {asked}")],
            joins: self.segment(at.table, &on_day, &format!("t.{asked}")),
            verdict: case(
                &arms,
                &format!("coalesce({on_day}.verdict, 'not_in_ledger')"),
            ),
        }
    }

    fn by_code(&self, at: At<'_>, code: &str, compare: Compare, on: Option<CodeDay>) -> Answer {
        let (asked, cutover) = (self.own(&at.named("day")), day(self.inputs.cutover));
        let verdicts =
            |on: Option<&str>| codes::verdicts(self.catalogue, code, compare, on, "'own'");
        let (mut arms, mut days) = (Vec::new(), Vec::new());
        match on {
            None => arms.extend(verdicts(None)),
            Some(CodeDay::Cutover) => arms.extend(verdicts(Some(&cutover))),
            Some(CodeDay::Column(column)) => {
                let on = format!("t.{asked}");
                arms.push((format!("{on} IS NULL"), "'date_missing'".to_owned()));
                arms.extend(verdicts(Some(&on)));
                days.push(format!("{} AS {asked}", at.day(column)));
            }
        }
        Answer {
            asked: days,
            joins: Vec::new(),
            verdict: case(&arms, codes::UNKNOWN),
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
        let referred: Vec<String> = references
            .iter()
            .map(|&column| name(&parent.columns[column].name))
            .collect();
        let verdict = self.own("ownership");
        let count =
            |whose: &str| format!("count(*) FILTER (WHERE {verdict} = '{whose}') AS {whose}_rows");
        let names = numbered("key", referred.len());
        let mut what: Vec<String> = referred
            .iter()
            .zip(&names)
            .map(|(column, key)| format!("{column} AS {key}"))
            .collect();
        what.extend(["own", "other", "undecided", "rejected"].map(count));
        let (columns, id) = (referred.join(", "), name(&parent.id));
        let query = Select {
            what,
            from: format!(
                "(SELECT {columns}, {verdict} FROM decided.{id}\n \
                 UNION ALL SELECT {columns}, 'rejected' FROM rejects.{id})"
            ),
            tail: vec![format!("GROUP BY {}", referred.join(", "))],
            ..Select::default()
        };
        steps.add(
            &parents,
            "What the parents are, by the columns that the key refers to.",
            query,
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
        }
    }

    /// The segment of the row's point on a day, if its point is in the ledger.
    pub(super) fn segment(&self, table: &Table, alias: &str, on: &str) -> Vec<String> {
        let Some(key) = &table.ledger_key else {
            return Vec::new();
        };
        let mut conditions: Vec<String> = self
            .points()
            .iter()
            .zip(key)
            .map(|(point, &column)| {
                format!("{alias}.{point} = t.{}", name(&table.columns[column].name))
            })
            .collect();
        conditions.push(within(alias, on));
        vec![format!(
            "LEFT JOIN ledger.segments AS {alias}\n  ON {}",
            conditions.join(" AND ")
        )]
    }
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
    fn of(verdict: &str) -> Self {
        Self {
            verdict: verdict.to_owned(),
            ..Self::default()
        }
    }
}
