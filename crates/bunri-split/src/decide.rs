//! The catalogue's rules as Polars expressions over one table's rule columns: whose the row is, and in which
//! variant of its classes (docs/rules.md, sections 2 to 4). Compiled once a table.

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
    /// See [`Variants`].
    pub(crate) variants: Vec<i64>,
}

/// The expressions of one table.
pub(crate) struct Decider {
    verdict: Expr,
    variant: Expr,
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
        let variant = Variants::of(table).expression(table);
        Self {
            verdict,
            variant,
            columns: read_columns(table),
        }
    }

    /// Decides rows. `columns` are the rule columns, the ledger's answers and the parents' flags.
    pub(crate) fn decide(&self, rows: usize, mut columns: Vec<Column>) -> PolarsResult<Decisions> {
        // A constant rule reads nothing; the height must come from somewhere.
        columns.push(crate::frame::plain_numbers("row", vec![0; rows]));
        let decided: DataFrame = frame(columns)?
            .lazy()
            .with_column(self.verdict.clone().alias("verdict"))
            .with_column(self.variant.clone().alias("variant"))
            .select([col("verdict"), col("variant")])
            .collect()?;
        Ok(Decisions {
            verdicts: results(&decided, "verdict")?,
            variants: results(&decided, "variant")?,
        })
    }
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
            .when(supplier.gt_eq(typed_lit(UNDECIDED)))
            .then(typed_lit(Reason::KnownAtUndecided.verdict()))
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
    let [own, other, undecided] = ["own", "other", "undecided"].map(|word| flag(rule, word));
    let none = own.clone().or(other.clone()).or(undecided.clone()).not();
    let missing = when(none).then(typed_lit(Reason::ParentMissing.verdict()));
    match matching {
        Match::All => missing
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

/// The combinations of ownership, cases and conditions that give a row its classes, as one number in mixed
/// radix: ownership first, then the case of every column that has cases, then every condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variants {
    radices: Vec<i64>,
}

/// One combination, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) ownership: Ownership,
    /// For every column with cases, in store order: the position of its case; the number of cases means `else`.
    pub(crate) cases: Vec<usize>,
    /// For every `when`, whether the row meets it.
    pub(crate) conditions: Vec<bool>,
}

impl Variants {
    pub(crate) fn of(table: &Table) -> Self {
        let mut radices = vec![4];
        radices.extend(
            table
                .columns
                .iter()
                .filter_map(|column| match &column.class {
                    ClassRule::ByValue { cases, .. } => Some(cases.len() as i64 + 1),
                    ClassRule::Fixed(_) => None,
                }),
        );
        radices.extend(table.when.iter().map(|_| 2));
        Self { radices }
    }

    /// Takes a number apart.
    pub(crate) fn decode(&self, table: &Table, mut number: i64) -> Variant {
        let mut digits: Vec<usize> = Vec::with_capacity(self.radices.len());
        for radix in self.radices.iter().rev() {
            digits.push(usize::try_from(number.rem_euclid(*radix)).unwrap_or_default());
            number = number.div_euclid(*radix);
        }
        digits.reverse();
        let with_cases = digits.len() - 1 - table.when.len();
        Variant {
            ownership: Ownership::ALL[digits[0]],
            cases: digits[1..=with_cases].to_vec(),
            conditions: digits[with_cases + 1..]
                .iter()
                .map(|digit| *digit == 1)
                .collect(),
        }
    }

    fn expression(&self, table: &Table) -> Expr {
        let ownership = when(col("verdict").gt_eq(typed_lit(UNDECIDED)))
            .then(typed_lit(2_i64))
            .when(col("verdict").eq(typed_lit(REFERENCE)))
            .then(typed_lit(3_i64))
            .otherwise(col("verdict"));
        let cases = table
            .columns
            .iter()
            .filter_map(|column| case_of(table, &column.class));
        let conditions = table.when.iter().map(|rule| {
            when(is_met(table, rule))
                .then(typed_lit(1_i64))
                .otherwise(typed_lit(0_i64))
        });
        let digits = std::iter::once(ownership).chain(cases).chain(conditions);
        let numbered = digits.zip(&self.radices);
        numbered.fold(typed_lit(0_i64), |number, (digit, radix)| {
            number * typed_lit(*radix) + digit
        })
    }
}

/// The position of the case that fits, or their number.
fn case_of(table: &Table, class: &ClassRule) -> Option<Expr> {
    let ClassRule::ByValue {
        column,
        compare,
        cases,
        ..
    } = class
    else {
        return None;
    };
    let fallback = typed_lit(cases.len() as i64);
    let position = cases
        .iter()
        .enumerate()
        .rev()
        .fold(fallback, |rest, (position, (value, _))| {
            let fits = equals(table, *column, value, *compare);
            when(fits).then(typed_lit(position as i64)).otherwise(rest)
        });
    Some(position)
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
