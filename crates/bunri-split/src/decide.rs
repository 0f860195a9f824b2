//! The catalogue's rules as Polars expressions over one table's rule columns: whose the row is, and in which
//! variant of its classes (docs/rules.md, sections 2 to 4). Compiled once a table.

use std::collections::BTreeMap;

use bunri_catalogue::{
    ClassRule, CodeDay, Compare, Condition, KnownAt, LedgerTime, Match, Ownership, RowRule, Table,
    ValueType, When,
};
use polars::prelude::{Column, DataFrame, Expr, IntoLazy, PolarsResult, col, when};

use crate::codes::{Codes, column, is_one_of, text_column, text_lit, typed_lit};
use crate::frame::{frame, results};
use crate::verdict::{OTHER, OWN, REFERENCE, Reason, UNDECIDED};

/// Verdict and variant of some rows.
#[derive(Debug)]
pub(crate) struct Decisions {
    /// See [`crate::verdict`].
    pub(crate) verdicts: Vec<i64>,
    /// Of the rows that a person decided, what the rules say.
    pub(crate) ruled: BTreeMap<usize, i64>,
    /// For every row its place in `variants`.
    pub(crate) numbers: Vec<usize>,
    /// The combinations that occur.
    pub(crate) variants: Vec<Variant>,
}

/// The expressions of one table.
pub(crate) struct Decider {
    verdict: Expr,
    questions: Questions,
    answers: Vec<Expr>,
    /// The table's columns that the expressions read.
    pub(crate) columns: Vec<usize>,
}

impl Decider {
    pub(crate) fn new(table: &Table, codes: &Codes, cutover: i64) -> Self {
        let compiler = Compiler {
            table,
            codes,
            cutover,
        };
        let rule = compiler.rule(&table.rows);
        let verdict = compiler.known_at(rule);
        let questions = Questions::of(table);
        let answers = questions.expressions(table);
        Self {
            verdict,
            questions,
            answers,
            columns: read_columns(table),
        }
    }

    /// Decides rows. `columns` are the rule columns, the ledger's answers and the parents' flags.
    /// `decided` are the rows on which a person has the last word, and that word.
    pub(crate) fn decide(
        &self,
        rows: usize,
        mut columns: Vec<Column>,
        decided: &BTreeMap<usize, i64>,
    ) -> PolarsResult<Decisions> {
        // A constant rule reads nothing; the height must come from somewhere.
        columns.push(crate::frame::plain_numbers("row", vec![0; rows]));
        columns.push(last_words(rows, decided));
        let has_last_word = col("last_word").gt_eq(typed_lit(OWN));
        let undecided = col("ruled").gt_eq(typed_lit(UNDECIDED));
        let last = when(has_last_word.and(undecided))
            .then(col("last_word"))
            .otherwise(col("ruled"));
        let frame: DataFrame = frame(columns)?
            .lazy()
            .with_column(self.verdict.clone().alias("ruled"))
            .with_column(last.alias("verdict"))
            .with_columns(self.answers.clone())
            .collect()?;
        let names = self.questions.names();
        let answers: Vec<Vec<i64>> = names
            .iter()
            .map(|name| results(&frame, name))
            .collect::<PolarsResult<_>>()?;
        let (numbers, examples) = combinations(&answers, rows);
        let variant = |row: &usize| {
            let answers: Vec<i64> = answers.iter().map(|column| column[*row]).collect();
            self.questions.variant(&answers)
        };
        let variants = examples.iter().map(variant).collect();
        let ruled: Vec<i64> = if decided.is_empty() {
            Vec::new()
        } else {
            results(&frame, "ruled")?
        };
        Ok(Decisions {
            verdicts: results(&frame, "verdict")?,
            ruled: decided.keys().map(|&row| (row, ruled[row])).collect(),
            numbers,
            variants,
        })
    }
}

/// The decisions of people as a column: a verdict, or -1 where nobody decided.
fn last_words(rows: usize, decided: &BTreeMap<usize, i64>) -> Column {
    let mut words = vec![-1; rows];
    for (&row, &word) in decided {
        words[row] = word;
    }
    crate::frame::plain_numbers("last_word", words)
}

/// The columns that the final expressions read: codes, their days, cases, conditions, known_at.
fn read_columns(table: &Table) -> Vec<usize> {
    let rules = match &table.rows {
        RowRule::All(rules) => rules.as_slice(),
        rule => std::slice::from_ref(rule),
    };
    let mut columns: Vec<usize> = Vec::new();
    for rule in rules {
        if let RowRule::Column { column, at, .. } = rule {
            columns.push(*column);
            columns.extend(at.and_then(|day| match day {
                CodeDay::Column(column) => Some(column),
                CodeDay::Cutover => None,
            }));
        }
    }
    if let KnownAt::Column { column, .. } = table.known_at {
        columns.push(column);
    }
    columns.extend(
        table
            .columns
            .iter()
            .filter_map(|column| match column.class {
                ClassRule::ByValue { column, .. } => Some(column),
                ClassRule::Fixed(_) => None,
            }),
    );
    columns.extend(table.when.iter().map(|when| when.column));
    columns.sort_unstable();
    columns.dedup();
    columns
}

struct Compiler<'a> {
    table: &'a Table,
    codes: &'a Codes,
    cutover: i64,
}

impl Compiler<'_> {
    fn rule(&self, rule: &RowRule) -> Expr {
        let mut ledger = 0;
        let mut parent = 0;
        match rule {
            RowRule::All(rules) => {
                let each = rules
                    .iter()
                    .map(|rule| self.one(rule, &mut ledger, &mut parent));
                all_say_own(&each.collect::<Vec<_>>())
            }
            rule => self.one(rule, &mut ledger, &mut parent),
        }
    }

    /// A rule that is not `all`; ledger and parent rules are numbered in the order written.
    fn one(&self, rule: &RowRule, ledger: &mut usize, parent: &mut usize) -> Expr {
        let numbered = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        match rule {
            RowRule::Ledger(_) => col(format!("ledger{}", numbered(ledger))),
            RowRule::Parent { matching, .. } => inherited(numbered(parent), *matching),
            RowRule::Column {
                column: code,
                compare,
                at,
            } => {
                let code = text_column(*code, *compare);
                match at {
                    None => self.codes.verdict(&code, *compare, None),
                    Some(CodeDay::Cutover) => {
                        self.codes
                            .verdict(&code, *compare, Some(&typed_lit(self.cutover)))
                    }
                    Some(CodeDay::Column(day)) => {
                        let day = column(*day);
                        when(day.clone().is_null())
                            .then(typed_lit(Reason::DateMissing.verdict()))
                            .otherwise(self.codes.verdict(&code, *compare, Some(&day)))
                    }
                }
            }
            RowRule::All(rules) => all_say_own(
                &rules
                    .iter()
                    .map(|rule| self.one(rule, ledger, parent))
                    .collect::<Vec<_>>(),
            ),
            RowRule::AllTransmission => typed_lit(OTHER),
            RowRule::AllRetail => typed_lit(OWN),
            RowRule::Reference => typed_lit(REFERENCE),
        }
    }

    /// The next supplier's knowledge (docs/rules.md, section 3).
    fn known_at(&self, base: Expr) -> Expr {
        let KnownAt::Column {
            column: known,
            grace_days,
        } = self.table.known_at
        else {
            return base;
        };
        let supplier = self.supplier();
        let day = column(known);
        let within_grace = if grace_days > 0 && self.has_one_during() {
            let end = col("own_end");
            base.clone()
                .eq(typed_lit(OWN))
                .and(day.clone().gt_eq(end.clone()))
                .and(day.clone().lt(end + typed_lit(i64::from(grace_days))))
        } else {
            typed_lit(false)
        };
        when(day.is_null())
            .then(typed_lit(Reason::KnownAtMissing.verdict()))
            .when(supplier.clone().eq(typed_lit(OWN)))
            .then(base)
            .when(supplier.clone().gt_eq(typed_lit(UNDECIDED)))
            .then(supplier)
            .when(within_grace)
            .then(typed_lit(OWN))
            .otherwise(typed_lit(OTHER))
    }

    fn has_one_during(&self) -> bool {
        let during = |rule: &&RowRule| matches!(rule, RowRule::Ledger(LedgerTime::During { .. }));
        match &self.table.rows {
            RowRule::All(rules) => rules.iter().filter(during).count() == 1,
            rule => during(&rule),
        }
    }

    /// Who supplied when the row was written: by the table's own ledger key, else through its first parents.
    fn supplier(&self) -> Expr {
        if self.table.ledger_key.is_some() {
            return col("supplier");
        }
        let is_parent = |rule: &&RowRule| matches!(rule, RowRule::Parent { .. });
        let rule = match &self.table.rows {
            RowRule::All(rules) => rules.iter().find(is_parent),
            rule => Some(rule),
        };
        let any = matches!(
            rule,
            Some(RowRule::Parent {
                matching: Match::Any,
                ..
            })
        );
        let [own, other, undecided] =
            ["own", "other", "undecided"].map(|word| flag(0, &format!("supplier_{word}")));
        let unknown = typed_lit(Reason::KnownAtUndecided.verdict());
        let none = own.clone().or(other.clone()).or(undecided.clone()).not();
        if any {
            when(own)
                .then(typed_lit(OWN))
                .when(other.and(undecided.not()))
                .then(typed_lit(OTHER))
                .otherwise(unknown)
        } else {
            when(other)
                .then(typed_lit(OTHER))
                .when(undecided.or(none))
                .then(unknown)
                .otherwise(typed_lit(OWN))
        }
    }
}

/// Whether a parent of the row was found of this kind.
fn flag(rule: usize, word: &str) -> Expr {
    col(format!("parent{rule}_{word}")).gt(typed_lit(0_i64))
}

fn inherited(rule: usize, matching: Match) -> Expr {
    let [own, other, undecided, rejected] =
        ["own", "other", "undecided", "rejected"].map(|word| flag(rule, word));
    let found = own.clone().or(other.clone()).or(undecided.clone());
    let none = found.or(rejected.clone()).not();
    let missing = when(none).then(typed_lit(Reason::ParentMissing.verdict()));
    match matching {
        Match::All => missing
            .when(rejected)
            .then(typed_lit(Reason::ParentRejected.verdict()))
            .when(undecided)
            .then(typed_lit(Reason::ParentUndecided.verdict()))
            .when(own.clone().and(other))
            .then(typed_lit(Reason::ParentsDisagree.verdict()))
            .when(own)
            .then(typed_lit(OWN))
            .otherwise(typed_lit(OTHER)),
        Match::Any => missing
            .when(own)
            .then(typed_lit(OWN))
            .when(rejected)
            .then(typed_lit(Reason::ParentRejected.verdict()))
            .when(undecided)
            .then(typed_lit(Reason::ParentUndecided.verdict()))
            .otherwise(typed_lit(OTHER)),
    }
}

/// Any other: other. Else the first undecided. Else own.
fn all_say_own(rules: &[Expr]) -> Expr {
    let other = rules.iter().fold(typed_lit(false), |any, rule| {
        any.or(rule.clone().eq(typed_lit(OTHER)))
    });
    let first_undecided = rules.iter().rev().fold(typed_lit(OWN), |rest, rule| {
        when(rule.clone().gt_eq(typed_lit(UNDECIDED)))
            .then(rule.clone())
            .otherwise(rest)
    });
    when(other)
        .then(typed_lit(OTHER))
        .otherwise(first_undecided)
}

/// The questions whose answers give a row its classes: its ownership, which case fits for every deciding column
/// with its list of cases, and whether each `when` is met. Columns that ask the same share a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Questions {
    /// Deciding column, comparison and values.
    cases: Vec<(usize, Compare, Vec<String>)>,
    /// For every column with cases, in store order, its place in `cases`.
    asked_by: Vec<usize>,
    conditions: usize,
}

/// One combination of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) ownership: Ownership,
    /// For every column with cases, in store order: the position of its case; the number of cases means `else`.
    pub(crate) cases: Vec<usize>,
    /// For every `when`, whether the row meets it.
    pub(crate) conditions: Vec<bool>,
}

impl Questions {
    pub(crate) fn of(table: &Table) -> Self {
        let mut cases: Vec<(usize, Compare, Vec<String>)> = Vec::new();
        let mut asked_by = Vec::new();
        for column in &table.columns {
            let ClassRule::ByValue {
                column,
                compare,
                cases: known,
                ..
            } = &column.class
            else {
                continue;
            };
            let values = known.iter().map(|(value, _)| value.clone()).collect();
            let question = (*column, *compare, values);
            let place = cases
                .iter()
                .position(|asked| *asked == question)
                .unwrap_or(cases.len());
            if place == cases.len() {
                cases.push(question);
            }
            asked_by.push(place);
        }
        Self {
            cases,
            asked_by,
            conditions: table.when.len(),
        }
    }

    /// The answers as expressions, one a question; they read the column `verdict`.
    fn expressions(&self, table: &Table) -> Vec<Expr> {
        let ownership = when(col("verdict").gt_eq(typed_lit(UNDECIDED)))
            .then(typed_lit(2_i64))
            .when(col("verdict").eq(typed_lit(REFERENCE)))
            .then(typed_lit(3_i64))
            .otherwise(col("verdict"));
        let cases = self
            .cases
            .iter()
            .map(|(column, compare, values)| case_of(table, *column, *compare, values));
        let conditions = table.when.iter().map(|rule| {
            when(is_met(table, rule))
                .then(typed_lit(1_i64))
                .otherwise(typed_lit(0_i64))
        });
        let answers = std::iter::once(ownership)
            .chain(cases)
            .chain(conditions)
            .enumerate();
        answers
            .map(|(position, answer)| answer.alias(answer_name(position)))
            .collect()
    }

    fn names(&self) -> Vec<String> {
        (0..=self.cases.len() + self.conditions)
            .map(answer_name)
            .collect()
    }

    fn variant(&self, answers: &[i64]) -> Variant {
        let place = |answer: &i64| usize::try_from(*answer).unwrap_or_default();
        let (cases, conditions) = answers[1..].split_at(self.cases.len());
        Variant {
            ownership: Ownership::ALL[place(&answers[0])],
            cases: self
                .asked_by
                .iter()
                .map(|&question| place(&cases[question]))
                .collect(),
            conditions: conditions.iter().map(|answer| *answer == 1).collect(),
        }
    }
}

fn answer_name(position: usize) -> String {
    format!("answer{position}")
}

/// Numbers the distinct combinations of the columns' values, in the order in which they first appear: for every
/// row its number, and for every number a row that has it.
fn combinations(columns: &[Vec<i64>], rows: usize) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = vec![0; rows];
    for column in columns {
        let mut known: BTreeMap<(usize, i64), usize> = BTreeMap::new();
        for (number, value) in numbers.iter_mut().zip(column) {
            let next = known.len();
            *number = *known.entry((*number, *value)).or_insert(next);
        }
    }
    let mut examples = Vec::new();
    for (row, number) in numbers.iter().enumerate() {
        if *number == examples.len() {
            examples.push(row);
        }
    }
    (numbers, examples)
}

/// The position of the case that fits, or their number.
fn case_of(table: &Table, column: usize, compare: Compare, values: &[String]) -> Expr {
    let fallback = typed_lit(values.len() as i64);
    values
        .iter()
        .enumerate()
        .rev()
        .fold(fallback, |rest, (position, value)| {
            let fits = equals(table, column, value, compare);
            when(fits).then(typed_lit(position as i64)).otherwise(rest)
        })
}

/// Whether a text or int column holds this value; NULL does not.
fn equals(table: &Table, position: usize, value: &str, compare: Compare) -> Expr {
    let fits = match table.columns[position].value_type {
        ValueType::Int => match value.parse::<i64>() {
            Ok(number) if number.to_string() == value => column(position).eq(typed_lit(number)),
            _ => typed_lit(false),
        },
        _ if compare == Compare::Trim => text_column(position, compare).eq(text_lit(value.trim())),
        _ => column(position).eq(text_lit(value)),
    };
    fits.fill_null(typed_lit(false))
}

/// Whether the row meets a condition; NULL does, since conditions only make classes stricter.
fn is_met(table: &Table, rule: &When) -> Expr {
    let value = column(rule.column);
    let bound = |unscaled: i128| {
        typed_lit(i64::try_from(unscaled).unwrap_or(if unscaled < 0 { i64::MIN } else { i64::MAX }))
    };
    let met = match &rule.condition {
        Condition::In { values, compare }
            if table.columns[rule.column].value_type == ValueType::Text =>
        {
            is_one_of(
                &text_column(rule.column, *compare),
                values.iter().map(String::as_str),
                *compare,
            )
        }
        Condition::In { values, compare } => values.iter().fold(typed_lit(false), |any, one| {
            any.or(equals(table, rule.column, one, *compare))
        }),
        Condition::AtLeast { unscaled } => value.clone().gt_eq(bound(*unscaled)),
        Condition::Below { unscaled } => value.clone().lt(bound(*unscaled)),
    };
    value.is_null().or(met.fill_null(typed_lit(false)))
}
