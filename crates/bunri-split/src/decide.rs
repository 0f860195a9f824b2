//! The catalogue's rules over one table's rule columns: whose the row is, and in which variant of its classes
//! (docs/rules.md, sections 3 to 5). Whole columns at a time, by what Polars' core can do: compare, combine
//! masks, choose between columns.

use std::collections::BTreeMap;

use bunri_catalogue::{
    AskingParents, Catalogue, ClassRule, Compare, KnownAt, Ownership, Subject, Table,
    is_retailers_own,
};
use polars::prelude::{
    ChunkCompareEq, ChunkCompareIneq, Column, Int64Chunked, PolarsError, PolarsResult,
};

use crate::codes::{Codes, case_of, column};
use crate::conditions::{is_met, parents_meet};
use crate::frame::{first_of, frame, latest, nothing, plain_numbers, results, word};
use crate::known::{KnownRule, Written};
use crate::parents::HeirFacts;
use crate::rules::{Rules, Wanted, columns_of_rule};
use crate::settle::Settled;
use crate::verdict::{OTHER, OWN, REFERENCE, UNDECIDED};

/// Verdict and variant of some rows.
#[derive(Debug)]
pub(crate) struct Decisions {
    /// See [`crate::verdict`].
    pub(crate) verdicts: Vec<i64>,
    /// Of the rows that a person decided, what the rules say.
    pub(crate) ruled: BTreeMap<usize, i64>,
    /// What children are told; empty if there are none.
    pub(crate) told: HeirFacts,
    /// The parent rules that rows asked for their points, likewise.
    pub(crate) asked: Vec<i64>,
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
    /// By `[[when]]`, of those that parents answer, its place in what they say.
    asking: BTreeMap<usize, AskingParents>,
    wanted: Wanted,
    /// Whether a person may say own of a row that the rules call another's.
    overrules_other: bool,
    /// Whether children inherit from this table.
    has_heirs: bool,
    /// The table's columns that the rules read.
    pub(crate) columns: Vec<usize>,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(
        catalogue: &'a Catalogue,
        position: usize,
        codes: &'a Codes,
        cutover: i64,
        has_heirs: bool,
    ) -> Self {
        let table = &catalogue.tables[position];
        let asking = catalogue.asking_parents(position).into_iter();
        let wanted = match &table.known_at {
            KnownAt::Column { .. } if table.ledger_key.is_some() => Wanted::Began,
            KnownAt::Column { .. } | KnownAt::None { .. } | KnownAt::NotNeeded if has_heirs => {
                Wanted::Last
            }
            KnownAt::Column { .. } | KnownAt::None { .. } | KnownAt::NotNeeded => Wanted::Verdict,
        };
        Self {
            table,
            codes,
            cutover,
            questions: Questions::of(table),
            asking: asking.map(|asking| (asking.when, asking)).collect(),
            wanted,
            overrules_other: is_retailers_own(catalogue, position),
            has_heirs,
            columns: read_columns(table),
        }
    }

    /// Whether the last days of this table's ledger rules are wanted.
    pub(crate) fn wants_lasts(&self) -> bool {
        self.wanted != Wanted::Verdict
    }

    /// Decides rows. `columns` are the rule columns, the ledger's answers and the parents' facts; `settled` are the rows as
    /// they were settled before, of a table that asks its parents' points.
    /// `decided` are the rows on which a person has the last word, and that word.
    pub(crate) fn decide(
        &self,
        rows: usize,
        mut columns: Vec<Column>,
        settled: Option<&Settled>,
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
        let (ruled, last) = self.ruled(&rules, settled)?;
        let last_word = last_words(rows, decided)?;
        let mut open = ruled.gt_eq(UNDECIDED);
        if self.overrules_other {
            open = open | (ruled.equal(OTHER) & last_word.equal(OWN));
        }
        let has_last_word = last_word.gt_eq(OWN) & open;
        let verdict = first_of(&[(&has_last_word, &last_word)], &ruled)?;
        let answers = self.questions.answers(&rules, &verdict, &self.asking)?;
        let (numbers, examples) = combinations(&answers, rows);
        let variant = |row: &usize| {
            let answers: Vec<i64> = answers.iter().map(|column| column[*row]).collect();
            self.questions.variant(&answers)
        };
        let variants = examples.iter().map(variant).collect::<PolarsResult<_>>()?;
        let ruled_column = ruled;
        let ruled = results(&ruled_column, "ruled")?;
        let (mut told, mut asked) = (HeirFacts::default(), Vec::new());
        if self.has_heirs {
            told = self.told(&rules, settled, &ruled_column, &verdict, &last)?;
            if self.table.ledger_key.is_none() && settled.is_none() {
                asked = results(&rules.asked()?, "asked")?;
            }
        }
        Ok(Decisions {
            verdicts: results(&verdict, "verdict")?,
            ruled: decided.keys().map(|&row| (row, ruled[row])).collect(),
            told,
            asked,
            numbers,
            variants,
        })
    }

    /// What sections 3 and 4 say of every row, and the last day that it speaks of.
    fn ruled(
        &self,
        rules: &Rules<'_>,
        settled: Option<&Settled>,
    ) -> PolarsResult<(Int64Chunked, Int64Chunked)> {
        let KnownAt::Column {
            columns,
            grace_days,
            early,
        } = &self.table.known_at
        else {
            let said = rules.of_rows(self.wanted)?;
            return Ok((said.verdict, said.last));
        };
        let known = columns
            .iter()
            .map(|&known| column(rules.frame, known)?.i64().cloned());
        let on = latest(&known.collect::<PolarsResult<Vec<_>>>()?, rules.rows)?;
        let rule = KnownRule {
            grace_days: *grace_days,
            early: *early,
        };
        // Only own rows are asked.
        let asked = |verdict: &Int64Chunked, answer: &Int64Chunked| {
            first_of(&[(&verdict.equal(OWN), answer)], verdict)
        };
        if let Some(settled) = settled {
            let answer = rule.by_points(&on, &settled.sayings, &settled.any)?;
            return Ok((asked(&settled.verdict, &answer)?, settled.last.clone()));
        }
        let said = rules.of_rows(self.wanted)?;
        let written = Written {
            on: &on,
            last: &said.last,
        };
        let answer = rule.by_own_key(&written, &said.supplier, &said.began)?;
        Ok((asked(&said.verdict, &answer)?, said.last))
    }

    /// What children are told. A row that a person decided may have no last day of its own, and tells no days: these are
    /// of own rows `by_rules`.
    fn told(
        &self,
        rules: &Rules<'_>,
        settled: Option<&Settled>,
        by_rules: &Int64Chunked,
        verdict: &Int64Chunked,
        last: &Int64Chunked,
    ) -> PolarsResult<HeirFacts> {
        let own = first_of(&[(&last.is_null(), &word(self.cutover))], last)?;
        let lasts = first_of(&[(&verdict.equal(OWN), &own)], &nothing(verdict.len()))?;
        // A table that was settled has no ledger rule, for it has no ledger key.
        let (days, to_come) = match settled {
            Some(settled) => (vec![None; verdict.len()], settled.to_come.clone()),
            None => {
                let asked = rules.asked_days()?;
                let own = by_rules.equal(OWN);
                let first = first_of(&[(&own, &asked.first)], &nothing(verdict.len()))?;
                let days = first.iter().zip(asked.last.iter());
                let days = days.map(|(first, last)| first.zip(last)).collect();
                (days, rules.to_come()?)
            }
        };
        Ok(HeirFacts {
            lasts: lasts.iter().collect(),
            days,
            to_come: to_come.iter().map(|row| row == Some(true)).collect(),
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
    let mut columns = columns_of_rule(&table.rows);
    let groups = table.cells.iter();
    columns.extend(groups.flat_map(|group| columns_of_rule(&group.rows)));
    if let KnownAt::Column { columns: known, .. } = &table.known_at {
        columns.extend(known);
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
    columns.extend(table.when.iter().filter_map(|when| when.subject.of_row()));
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The questions whose answers give a row its classes: its ownership, which case fits for every deciding column
/// with its list of cases, which groups of cells are of another time, and whether each `when` is met. Columns that ask the same
/// share a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Questions {
    /// Deciding column, comparison and values.
    cases: Vec<(usize, Compare, Vec<String>)>,
    /// For every column with cases, in store order, its place in `cases`.
    asked_by: Vec<usize>,
    /// How many groups of cells there are.
    groups: usize,
}

/// One combination of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) ownership: Ownership,
    /// For every column with cases, in store order: the position of its case; the number of cases means `else`.
    pub(crate) cases: Vec<usize>,
    /// For every group of cells, whether it is of another time, which is not the incumbent's.
    pub(crate) withheld: Vec<bool>,
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
            groups: table.cells.len(),
        }
    }

    /// The answers, one column a question.
    fn answers(
        &self,
        rules: &Rules<'_>,
        verdict: &Int64Chunked,
        asking: &BTreeMap<usize, AskingParents>,
    ) -> PolarsResult<Vec<Vec<i64>>> {
        let (table, frame) = (rules.table, rules.frame);
        let mut answers = vec![results(verdict, "ownership")?];
        for (column, compare, values) in &self.cases {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let case = case_of(table, frame, *column, *compare, &values)?;
            answers.push(results(&case, "case")?);
        }
        let own = verdict.equal(OWN);
        for says in rules.of_cells()? {
            let withheld = &own & &!says.equal(OWN);
            let withheld = first_of(&[(&withheld, &word(1))], &word(0))?;
            answers.push(results(&withheld, "cells")?);
        }
        for (number, rule) in table.when.iter().enumerate() {
            let met = match rule.subject {
                Subject::Row { column } => {
                    is_met(table, frame, column, &rule.condition, rules.cutover)?
                }
                Subject::Parents { .. } => parents_meet(frame, asking.get(&number))?,
            };
            let met = first_of(&[(&met, &word(1))], &word(0))?;
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
        let (cases, rest) = answers[1..].split_at(self.cases.len());
        let (groups, conditions) = rest.split_at(self.groups);
        let ownership = Ownership::ALL.get(place(&answers[0])?).copied();
        Ok(Variant {
            ownership: ownership.ok_or_else(open)?,
            cases: self
                .asked_by
                .iter()
                .map(|&question| place(&cases[question]))
                .collect::<PolarsResult<_>>()?,
            withheld: groups.iter().map(|answer| *answer == 1).collect(),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_out_of_its_bounds_is_refused_and_never_own() {
        let questions = Questions {
            cases: Vec::new(),
            asked_by: Vec::new(),
            groups: 0,
        };
        assert_eq!(questions.variant(&[OWN]).unwrap().ownership, Ownership::Own);
        assert!(questions.variant(&[i64::MIN]).is_err());
        assert!(questions.variant(&[4]).is_err());
    }
}
