//! The catalogue's rules over one table's rule columns: whose the row is, and in which variant of its classes
//! (docs/rules.md, sections 2 to 4). Whole columns at a time, by what Polars' core can do: compare, combine
//! masks, choose between columns.

use std::collections::{BTreeMap, HashMap};

use bunri_catalogue::{
    ClassRule, CodeDay, Compare, Condition, KnownAt, LedgerTime, Match, Ownership, RowRule, Table,
    ValueType, When,
};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, Column, DataFrame, Int64Chunked, PolarsError,
    PolarsResult,
};

use crate::codes::{Codes, column, is_one_of, text_column};
use crate::frame::{constant, first_of, frame, known, mask, plain_numbers, results, word};
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

/// The rules of one table.
pub(crate) struct Decider<'a> {
    table: &'a Table,
    codes: &'a Codes,
    cutover: i64,
    questions: Questions,
    /// The table's columns that the rules read.
    pub(crate) columns: Vec<usize>,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(table: &'a Table, codes: &'a Codes, cutover: i64) -> Self {
        Self {
            table,
            codes,
            cutover,
            questions: Questions::of(table),
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
        columns.push(plain_numbers("row", vec![0; rows]));
        let frame = frame(columns)?;
        let rules = Rules {
            table: self.table,
            codes: self.codes,
            cutover: self.cutover,
            frame: &frame,
            rows,
        };
        let ruled = rules.known_at(rules.rule(&self.table.rows)?)?;
        let last_word = last_words(rows, decided)?;
        let has_last_word = last_word.gt_eq(OWN) & ruled.gt_eq(UNDECIDED);
        let verdict = first_of(&[(&has_last_word, &last_word)], &ruled)?;
        let answers = self.questions.answers(self.table, &frame, &verdict)?;
        let (numbers, examples) = combinations(&answers, rows);
        let variant = |row: &usize| {
            let answers: Vec<i64> = answers.iter().map(|column| column[*row]).collect();
            self.questions.variant(&answers)
        };
        let variants = examples.iter().map(variant).collect::<PolarsResult<_>>()?;
        let ruled = results(&ruled, "ruled")?;
        Ok(Decisions {
            verdicts: results(&verdict, "verdict")?,
            ruled: decided.keys().map(|&row| (row, ruled[row])).collect(),
            numbers,
            variants,
        })
    }
}

/// The decisions of people as a column: a verdict, or -1 where nobody decided.
fn last_words(rows: usize, decided: &BTreeMap<usize, i64>) -> PolarsResult<Int64Chunked> {
    let mut words = vec![-1; rows];
    for (&row, &word) in decided {
        words[row] = word;
    }
    Ok(plain_numbers("last_word", words).i64()?.clone())
}

/// The columns that the rules read here: codes, their days, cases, conditions, known_at.
fn read_columns(table: &Table) -> Vec<usize> {
    let mut columns: Vec<usize> = Vec::new();
    for rule in table.rows.direct() {
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

/// The rules over some rows of the table.
struct Rules<'a> {
    table: &'a Table,
    codes: &'a Codes,
    cutover: i64,
    frame: &'a DataFrame,
    rows: usize,
}

impl Rules<'_> {
    fn rule(&self, rule: &RowRule) -> PolarsResult<Int64Chunked> {
        self.one(rule, &mut 0, &mut 0)
    }

    /// One rule; ledger and parent rules are numbered in the order written.
    fn one(
        &self,
        rule: &RowRule,
        ledger: &mut usize,
        parent: &mut usize,
    ) -> PolarsResult<Int64Chunked> {
        let numbered = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        Ok(match rule {
            RowRule::Ledger(_) => self
                .numbers(&format!("ledger{}", numbered(ledger)))?
                .clone(),
            RowRule::Parent { matching, .. } => self.inherited(numbered(parent), *matching)?,
            RowRule::Column {
                column: code,
                compare,
                at,
            } => self.by_code(*code, *compare, *at)?,
            RowRule::All(rules) => {
                let each = rules
                    .iter()
                    .map(|rule| self.one(rule, ledger, parent))
                    .collect::<PolarsResult<Vec<_>>>()?;
                all_say_own(&each, self.rows)?
            }
            RowRule::AllTransmission => constant(OTHER, self.rows),
            RowRule::AllRetail => constant(OWN, self.rows),
            RowRule::Reference => constant(REFERENCE, self.rows),
        })
    }

    /// A column of whole numbers.
    fn numbers(&self, name: &str) -> PolarsResult<&Int64Chunked> {
        self.frame.column(name)?.i64()
    }

    /// Whether a parent of the row was found of this kind.
    fn flag(&self, rule: usize, word: &str) -> PolarsResult<BooleanChunked> {
        Ok(self.numbers(&format!("parent{rule}_{word}"))?.gt(0))
    }

    /// The row carries a retailer code itself.
    fn by_code(
        &self,
        code: usize,
        compare: Compare,
        at: Option<CodeDay>,
    ) -> PolarsResult<Int64Chunked> {
        let code = text_column(self.frame, code, compare)?;
        match at {
            None => self.codes.verdict(code, compare, None),
            Some(CodeDay::Cutover) => {
                let day = constant(self.cutover, self.rows);
                self.codes.verdict(code, compare, Some(&day))
            }
            Some(CodeDay::Column(day)) => {
                let day = column(self.frame, day)?.i64()?;
                first_of(
                    &[(&day.is_null(), &word(Reason::DateMissing.verdict()))],
                    &self.codes.verdict(code, compare, Some(day))?,
                )
            }
        }
    }

    /// As the parents of a rule.
    fn inherited(&self, rule: usize, matching: Match) -> PolarsResult<Int64Chunked> {
        let own = self.flag(rule, "own")?;
        let other = self.flag(rule, "other")?;
        let undecided = self.flag(rule, "undecided")?;
        let rejected = self.flag(rule, "rejected")?;
        let none = !(&(&(&own | &other) | &undecided) | &rejected);
        let missing = word(Reason::ParentMissing.verdict());
        let parent_rejected = word(Reason::ParentRejected.verdict());
        let parent_undecided = word(Reason::ParentUndecided.verdict());
        match matching {
            Match::All => first_of(
                &[
                    (&none, &missing),
                    (&rejected, &parent_rejected),
                    (&undecided, &parent_undecided),
                    (&(&own & &other), &word(Reason::ParentsDisagree.verdict())),
                    (&own, &word(OWN)),
                ],
                &word(OTHER),
            ),
            Match::Any => first_of(
                &[
                    (&none, &missing),
                    (&own, &word(OWN)),
                    (&rejected, &parent_rejected),
                    (&undecided, &parent_undecided),
                ],
                &word(OTHER),
            ),
        }
    }

    /// The next supplier's knowledge (docs/rules.md, section 3).
    fn known_at(&self, base: Int64Chunked) -> PolarsResult<Int64Chunked> {
        let KnownAt::Column {
            column: known,
            grace_days,
        } = self.table.known_at
        else {
            return Ok(base);
        };
        let supplier = self.supplier()?;
        let day = column(self.frame, known)?.i64()?;
        let within_grace = if grace_days > 0 && self.has_one_during() {
            let end = self.numbers("own_end")?;
            base.equal(OWN) & day.gt_eq(end) & day.lt(&(end + i64::from(grace_days)))
        } else {
            mask(false, self.rows)
        };
        first_of(
            &[
                (&day.is_null(), &word(Reason::KnownAtMissing.verdict())),
                (&supplier.equal(OWN), &base),
                (&supplier.gt_eq(UNDECIDED), &supplier),
                (&within_grace, &word(OWN)),
            ],
            &word(OTHER),
        )
    }

    fn has_one_during(&self) -> bool {
        let during = |rule: &&RowRule| matches!(rule, RowRule::Ledger(LedgerTime::During { .. }));
        self.table.rows.direct().iter().filter(during).count() == 1
    }

    /// Who supplied when the row was written: by the table's own ledger key, else through its first parents.
    fn supplier(&self) -> PolarsResult<Int64Chunked> {
        if self.table.ledger_key.is_some() {
            return self.numbers("supplier").cloned();
        }
        let is_parent = |rule: &&RowRule| matches!(rule, RowRule::Parent { .. });
        let rule = self.table.rows.direct().iter().find(is_parent);
        let any = matches!(
            rule,
            Some(RowRule::Parent {
                matching: Match::Any,
                ..
            })
        );
        let own = self.flag(0, "supplier_own")?;
        let other = self.flag(0, "supplier_other")?;
        let undecided = self.flag(0, "supplier_undecided")?;
        let unknown = word(Reason::KnownAtUndecided.verdict());
        let none = !(&(&own | &other) | &undecided);
        if any {
            let other = &other & &!&undecided;
            first_of(&[(&own, &word(OWN)), (&other, &word(OTHER))], &unknown)
        } else {
            let undecided = &undecided | &none;
            first_of(
                &[
                    (&other, &word(OTHER)),
                    (&undecided, &unknown),
                    (&own, &word(OWN)),
                ],
                &unknown,
            )
        }
    }
}

/// Any other: other. Else the first undecided. Else own.
fn all_say_own(rules: &[Int64Chunked], rows: usize) -> PolarsResult<Int64Chunked> {
    let mut other = mask(false, rows);
    let mut first_undecided = constant(OWN, rows);
    for rule in rules.iter().rev() {
        other = other | rule.equal(OTHER);
        first_undecided = first_of(&[(&rule.gt_eq(UNDECIDED), rule)], &first_undecided)?;
    }
    first_of(&[(&other, &word(OTHER))], &first_undecided)
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

    /// The answers, one column a question.
    fn answers(
        &self,
        table: &Table,
        frame: &DataFrame,
        verdict: &Int64Chunked,
    ) -> PolarsResult<Vec<Vec<i64>>> {
        let mut answers = vec![results(verdict, "ownership")?];
        for (column, compare, values) in &self.cases {
            let case = case_of(table, frame, *column, *compare, values)?;
            answers.push(results(&case, "case")?);
        }
        for rule in &table.when {
            let met = first_of(&[(&is_met(table, frame, rule)?, &word(1))], &word(0))?;
            answers.push(results(&met, "when")?);
        }
        for verdict in &mut answers[0] {
            *verdict = ownership_place(*verdict);
        }
        Ok(answers)
    }

    fn variant(&self, answers: &[i64]) -> PolarsResult<Variant> {
        let open = || PolarsError::ComputeError("an answer is out of its bounds".into());
        let place = |answer: &i64| usize::try_from(*answer).map_err(|_| open());
        let (cases, conditions) = answers[1..].split_at(self.cases.len());
        let ownership = Ownership::ALL.get(place(&answers[0])?).copied();
        Ok(Variant {
            ownership: ownership.ok_or_else(open)?,
            cases: self
                .asked_by
                .iter()
                .map(|&question| place(&cases[question]))
                .collect::<PolarsResult<_>>()?,
            conditions: conditions.iter().map(|answer| *answer == 1).collect(),
        })
    }
}

/// The place of a verdict's ownership in [`Ownership::ALL`].
fn ownership_place(verdict: i64) -> i64 {
    if verdict >= UNDECIDED {
        2
    } else if verdict == REFERENCE {
        3
    } else {
        verdict
    }
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

/// The position of the first case that fits, or their number. Found in a map: a class may have thousands of cases.
fn case_of(
    table: &Table,
    frame: &DataFrame,
    position: usize,
    compare: Compare,
    values: &[String],
) -> PolarsResult<Int64Chunked> {
    let fallback = values.len() as i64;
    if table.columns[position].value_type == ValueType::Int {
        let mut places = HashMap::new();
        for (place, value) in values.iter().enumerate() {
            if let Some(number) = whole_number(value) {
                places.entry(number).or_insert(place as i64);
            }
        }
        let place = |number: Option<i64>| number.and_then(|number| places.get(&number).copied());
        let numbers = column(frame, position)?.i64()?.iter();
        return Ok(numbers
            .map(|number| Some(place(number).unwrap_or(fallback)))
            .collect());
    }
    let mut places = HashMap::new();
    for (place, value) in values.iter().enumerate() {
        let value = match compare {
            Compare::Trim => value.trim(),
            Compare::Exact => value,
        };
        places.entry(value).or_insert(place as i64);
    }
    let place = |text: Option<&str>| text.and_then(|text| places.get(text).copied());
    let texts = text_column(frame, position, compare)?.iter();
    Ok(texts
        .map(|text| Some(place(text).unwrap_or(fallback)))
        .collect())
}

/// The number that a value of the catalogue is, as the source would print it.
fn whole_number(value: &str) -> Option<i64> {
    let number = value.parse::<i64>().ok()?;
    (number.to_string() == value).then_some(number)
}

/// Whether a text or int column holds this value; NULL does not.
fn equals(
    table: &Table,
    frame: &DataFrame,
    position: usize,
    value: &str,
    compare: Compare,
) -> PolarsResult<BooleanChunked> {
    if table.columns[position].value_type != ValueType::Int {
        let text = text_column(frame, position, compare)?;
        return Ok(is_one_of(text, [value], compare));
    }
    match whole_number(value) {
        Some(number) => known(&column(frame, position)?.i64()?.equal(number)),
        None => Ok(mask(false, frame.height())),
    }
}

/// Whether the row meets a condition; NULL does, since conditions only make classes stricter.
fn is_met(table: &Table, frame: &DataFrame, rule: &When) -> PolarsResult<BooleanChunked> {
    let value = column(frame, rule.column)?;
    let bound = |unscaled: i128| {
        i64::try_from(unscaled).unwrap_or(if unscaled < 0 { i64::MIN } else { i64::MAX })
    };
    let met = match &rule.condition {
        Condition::In { values, compare }
            if table.columns[rule.column].value_type == ValueType::Text =>
        {
            let text = text_column(frame, rule.column, *compare)?;
            is_one_of(text, values.iter().map(String::as_str), *compare)
        }
        Condition::In { values, compare } => {
            let mut any = mask(false, frame.height());
            for one in values {
                any = any | equals(table, frame, rule.column, one, *compare)?;
            }
            any
        }
        Condition::AtLeast { unscaled } => known(&value.i64()?.gt_eq(bound(*unscaled)))?,
        Condition::Below { unscaled } => known(&value.i64()?.lt(bound(*unscaled)))?,
    };
    Ok(value.is_null() | met)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn any_other_is_other_and_else_the_first_undecided_holds() {
        let first: Int64Chunked = [OWN, UNDECIDED, OWN, UNDECIDED]
            .map(Some)
            .into_iter()
            .collect();
        let second: Int64Chunked = [OWN, UNDECIDED + 1, OTHER, OTHER]
            .map(Some)
            .into_iter()
            .collect();
        let said = all_say_own(&[first, second], 4).unwrap();
        assert_eq!(
            results(&said, "all").unwrap(),
            [OWN, UNDECIDED, OTHER, OTHER]
        );
    }

    #[test]
    fn an_answer_out_of_its_bounds_is_refused_and_never_own() {
        let questions = Questions {
            cases: Vec::new(),
            asked_by: Vec::new(),
            conditions: 0,
        };
        assert_eq!(questions.variant(&[OWN]).unwrap().ownership, Ownership::Own);
        assert!(questions.variant(&[i64::MIN]).is_err());
        assert!(questions.variant(&[4]).is_err());
    }
}
