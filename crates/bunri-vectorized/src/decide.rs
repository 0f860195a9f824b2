//! The catalogue's rules over one table's rule columns: whose the row is, and in which variant of its classes
//! (docs/rules.md, sections 3 to 5). Whole columns at a time, by what Polars' core can do: compare, combine
//! masks, choose between columns.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch};
use bunri_catalogue::{
    AskedOfParent, AskingParents, Catalogue, Class, ClassRule, Column, Compare, KnownAt, Ownership,
    Subject, Table, class_of_another_time, is_retailers_own,
};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, Int64Chunked, IntoColumn, PolarsError,
    PolarsResult,
};

use crate::VectorizedError;
use crate::codes::{Codes, case_of, column};
use crate::conditions::{clear, is_met, parents_meet};
use crate::days::{Calendar, day_columns};
use crate::frame::{first_of, frame, latest, nothing, plain_numbers, results, word};
use crate::known::{KnownRule, Written};
use crate::parents::{Owner, Owners, Parent, ParentFacts, owners_by};
use crate::questions::LedgerAnswers;
use crate::read::ReadColumns;
use crate::rules::{
    Rules, Wanted, columns_of_rule, leaf_first, leaf_last, leaf_verdict, may_be_asked,
};
use crate::settle::Settled;
use crate::verdict::{OTHER, OWN, REFERENCE, UNDECIDED};

/// What others say of some rows.
#[derive(Debug)]
pub struct RowFacts {
    /// What the ledger says.
    pub answers: LedgerAnswers,
    /// The parents by each parent rule, but by those whose facts came with the answers or are settled.
    pub parents: Vec<ParentFacts>,
    /// Of a table that is settled beforehand.
    pub settled: Option<Settled>,
}

/// What children are told of some rows of a parent table.
#[derive(Debug, Default)]
struct HeirFacts {
    /// The last days that own rows speak of.
    lasts: Vec<Option<i64>>,
    /// The days that own rows asked the ledger for; of rows that people decided none.
    days: Vec<Option<(i64, i64)>>,
    /// Whether rows have not begun by the cutover.
    to_come: Vec<bool>,
    /// The parent rules that rows asked for their points; empty where they are known otherwise.
    asked: Vec<i64>,
}

/// Verdict and variant of some rows.
#[derive(Debug)]
pub struct Decisions {
    /// [`OWN`], [`OTHER`], [`UNDECIDED`] and beyond, or that of a reference table; [`crate::ownership`] and
    /// [`crate::reason_word`] say which.
    pub verdicts: Vec<i64>,
    /// Of the rows that a person decided, what the rules say.
    pub ruled: BTreeMap<usize, i64>,
    /// What children are told; empty if there are none.
    told: HeirFacts,
    /// For every row its place in `variants`.
    pub numbers: Vec<usize>,
    /// The combinations that occur.
    pub variants: Vec<Variant>,
}

/// The rules of one table.
#[derive(Debug)]
pub struct Decider<'a> {
    table: &'a Table,
    codes: &'a Codes,
    cutover: i64,
    calendar: Calendar,
    questions: Questions,
    /// What children ask of the rows.
    asked: Vec<AskedOfParent<'a>>,
    /// By `[[when]]`, of those that parents answer, its place in what they say.
    asking: BTreeMap<usize, AskingParents>,
    wanted: Wanted,
    /// Whether a person may say own of a row that the rules call another's.
    overrules_other: bool,
    /// Whether children inherit from this table.
    has_heirs: bool,
    /// The table's columns that the rules read.
    columns: Vec<usize>,
}

/// The parent rules of a table whose parents' owner keys are asked for, by their numbers among [`Table::leaves`]: the points of
/// parents are asked, or handed on to children (`has_heirs`), where the table has none of its own.
#[must_use]
pub fn rules_with_owners(table: &Table, has_heirs: bool) -> Vec<usize> {
    let is_known = match &table.known_at {
        KnownAt::Column { .. } => true,
        KnownAt::None { .. } | KnownAt::NotNeeded => false,
    };
    if table.ledger_key.is_none() && (is_known || has_heirs) {
        may_be_asked(&table.rows)
    } else {
        Vec::new()
    }
}

impl<'a> Decider<'a> {
    /// The rules of the table at this position; `has_heirs` where children inherit from it.
    #[must_use]
    pub fn new(
        catalogue: &'a Catalogue,
        position: usize,
        (codes, cutover): (&'a Codes, i64),
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
            calendar: Calendar::new(catalogue.ledger_of(table), cutover),
            questions: Questions::of(table),
            asked: catalogue.conditions_on(position),
            asking: asking.map(|asking| (asking.when, asking)).collect(),
            wanted,
            overrules_other: is_retailers_own(catalogue, position),
            has_heirs,
            columns: read_columns(table),
        }
    }

    /// Decides the rows of a batch with all columns of the table. `decided` are the rows on which a person has the last word,
    /// and that word.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn decide(
        &self,
        batch: &RecordBatch,
        facts: &RowFacts,
        decided: &BTreeMap<usize, i64>,
    ) -> Result<Decisions, VectorizedError> {
        let read = ReadColumns::all(self.table, batch);
        let mut columns = self.with_days(&read, &facts.answers)?;
        columns.extend(facts.parents.iter().flat_map(ParentFacts::columns));
        columns.extend(read.rule_columns(&self.columns)?);
        let mut seen = BTreeSet::new();
        columns.retain(|column| seen.insert(column.name().clone()));
        self.decide_columns(batch.num_rows(), columns, facts.settled.as_ref(), decided)
            .map_err(VectorizedError::polars(&self.table.id))
    }

    /// The ledger's answers, with the reason where the days of a row cannot be told, and the last of these days.
    fn with_days(
        &self,
        read: &ReadColumns<'_>,
        LedgerAnswers(answers): &LedgerAnswers,
    ) -> Result<Vec<polars::prelude::Column>, VectorizedError> {
        let mut columns = Vec::new();
        for (leaf, time) in self.table.ledger_rules() {
            let days = day_columns(time).into_iter();
            let days: Vec<ArrayRef> = days
                .map(|column| read.stamped(column))
                .collect::<Result<_, _>>()?;
            let mut push = || -> PolarsResult<()> {
                let days = self.calendar.days(time, &days, read.rows())?;
                let name = leaf_verdict(leaf);
                let answer = answers.iter().find(|answer| answer.name() == name.as_str());
                let missing = || PolarsError::ColumnNotFound(name.clone().into());
                let verdict = days.or_reason(answer.ok_or_else(missing)?.i64()?)?;
                columns.push(verdict.with_name(name.into()).into_column());
                if self.wanted != Wanted::Verdict {
                    let [first, last] = days.told()?;
                    columns.push(first.with_name(leaf_first(leaf).into()).into_column());
                    columns.push(last.with_name(leaf_last(leaf).into()).into_column());
                }
                Ok(())
            };
            push().map_err(VectorizedError::polars(&self.table.id))?;
        }
        // What is there already is not taken again.
        columns.extend(answers.iter().cloned());
        Ok(columns)
    }

    /// The same by the rule columns, the ledger's answers and the parents' facts; `settled` are the rows as they were settled before.
    fn decide_columns(
        &self,
        rows: usize,
        mut columns: Vec<polars::prelude::Column>,
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
        let mut told = HeirFacts::default();
        if self.has_heirs {
            told = self.told(&rules, settled, &ruled_column, &verdict, &last)?;
        }
        Ok(Decisions {
            verdicts: results(&verdict, "verdict")?,
            ruled: decided.keys().map(|&row| (row, ruled[row])).collect(),
            told,
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
            let any: BooleanChunked = settled.any.iter().copied().collect();
            let answer = rule.by_points(&on, &settled.sayings, &any)?;
            let numbers = |numbers: &[Option<i64>]| numbers.iter().copied().collect();
            let (verdict, last): (Int64Chunked, _) =
                (numbers(&settled.verdict), numbers(&settled.last));
            return Ok((asked(&verdict, &answer)?, last));
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
        let lasts = lasts.iter().collect();
        let Some(settled) = settled else {
            let days = rules.asked_days()?;
            let own = by_rules.equal(OWN);
            let first = first_of(&[(&own, &days.first)], &nothing(verdict.len()))?;
            let days = first.iter().zip(days.last.iter());
            let to_come = rules.to_come()?;
            let mut asked = Vec::new();
            if self.table.ledger_key.is_none() {
                asked = results(&rules.asked()?, "asked")?;
            }
            return Ok(HeirFacts {
                lasts,
                days: days.map(|(first, last)| first.zip(last)).collect(),
                to_come: to_come.iter().map(|row| row == Some(true)).collect(),
                asked,
            });
        };
        // A table that was settled has no ledger rule, for it has no ledger key.
        Ok(HeirFacts {
            lasts,
            days: vec![None; verdict.len()],
            to_come: settled.to_come.clone(),
            asked: Vec::new(),
        })
    }

    /// What each row of a batch is for its children, once for every owner key, at least once. `keys` are the rows' own
    /// ledger keys as bytes in order, where owner keys are those: else the parents' are handed on.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn parents(
        &self,
        batch: &RecordBatch,
        (facts, decisions): (&RowFacts, &Decisions),
        keys: Option<&BinaryArray>,
    ) -> Result<Vec<Vec<Parent>>, VectorizedError> {
        let clear = clear(
            &ReadColumns::all(self.table, batch),
            &self.asked,
            self.cutover,
        )?;
        let told = &decisions.told;
        let parents = clear.into_iter().enumerate().map(|(row, clear)| {
            let owners = match keys {
                Some(keys) => vec![keys.is_valid(row).then(|| Owner {
                    key: keys.value(row).to_vec(),
                    days: told.days[row],
                })],
                None => inherited_owners(facts, told, row),
            };
            let parent = |owner| Parent {
                verdict: decisions.verdicts[row],
                to_come: told.to_come[row],
                last: told.lasts[row],
                owner,
                clear,
            };
            owners.into_iter().map(parent).collect()
        });
        Ok(parents.collect())
    }
}

/// The owner keys of a row's parents, by the parent rule that was asked.
fn inherited_owners(facts: &RowFacts, told: &HeirFacts, row: usize) -> Owners {
    let of_row = match (&facts.settled, told.asked.get(row)) {
        (Some(settled), _) => settled.owners.get(&row),
        (None, Some(&asked)) => owners_by(&facts.parents, asked, row),
        (None, None) => None,
    };
    let mut all: Owners = of_row.cloned().unwrap_or_default();
    all.sort();
    all.dedup();
    if all.is_empty() { vec![None] } else { all }
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
struct Questions {
    /// Deciding column, comparison and values.
    cases: Vec<(usize, Compare, Vec<String>)>,
    /// For every column with cases, in store order, its place in `cases`.
    asked_by: Vec<usize>,
    /// How many groups of cells there are.
    groups: usize,
}

/// One combination of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Whose rows of it are.
    pub ownership: Ownership,
    /// For every column with cases, in store order: the position of its case; the number of cases means `else`.
    cases: Vec<usize>,
    /// For every group of cells, whether it is of another time, which is not the incumbent's.
    withheld: Vec<bool>,
    /// For every `when`, whether the row meets it.
    conditions: Vec<bool>,
}

impl Variant {
    /// The class of every column's cell in a row of this variant of a table's.
    #[must_use]
    pub fn classes(&self, table: &Table) -> Vec<Class> {
        let mut next_case = self.cases.iter();
        let mut classes: Vec<Class> = Vec::with_capacity(table.columns.len());
        for column in &table.columns {
            classes.push(match &column.class {
                ClassRule::Fixed(class) => *class,
                ClassRule::ByValue {
                    cases, otherwise, ..
                } => {
                    let case = next_case.next().and_then(|&position| cases.get(position));
                    case.map_or(*otherwise, |(_, class)| *class)
                }
            });
        }
        for (group, is_withheld) in table.cells.iter().zip(&self.withheld) {
            for &column in group.columns.iter().filter(|_| *is_withheld) {
                classes[column] = class_of_another_time(classes[column]);
            }
        }
        for (when, is_met) in table.when.iter().zip(&self.conditions) {
            if *is_met && when.rows.contains(&self.ownership) {
                for (column, class) in classes.iter_mut().enumerate() {
                    *class = when.changed(column, *class);
                }
            }
        }
        classes
    }

    /// The columns with cases of which none fits a row of this variant, so that `else` holds.
    pub fn without_case<'t>(&self, table: &'t Table) -> impl Iterator<Item = &'t Column> {
        let mut cases = self.cases.iter();
        table
            .columns
            .iter()
            .filter(move |column| match &column.class {
                ClassRule::ByValue { cases: known, .. } => cases.next() == Some(&known.len()),
                ClassRule::Fixed(_) => false,
            })
    }
}

impl Questions {
    fn of(table: &Table) -> Self {
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
