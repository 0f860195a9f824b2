//! Asking the timeline about rows: which days, and what follows for the row, over the slice of the index that a batch needs. Rows that
//! come in the order of the ledger are asked as they come; of others the questions are whole-number columns, which are sorted by
//! ledger key, and so are the answers, which are sorted back.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use bunri_catalogue::{Catalogue, CodeDay, KnownAt, LedgerTime, RowRule, Table};
use polars::prelude::{Column, DataFrame, Int64Chunked, IntoColumn, PolarsResult};

use crate::VectorizedError;
use crate::days::{Calendar, day_columns, days_of};
use crate::frame::{
    as_numbers, constant, frame, int_column, latest, numbers, plain_numbers, results,
};
use crate::parents::ParentFacts;
use crate::read::ReadColumns;
use crate::rules::{SUPPLIER, leaf_began, leaf_kinds, leaf_last, leaf_supplier, leaf_verdict};
use crate::slice::Slice;
use crate::verdict::Reason;

/// Where a leaf's days are found among the carried columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A day column of the table, and so many days after it.
    Day { column: usize, after: u16 },
    /// The cutover.
    Cutover,
    /// A first and a last day, computed before.
    Period,
    /// The latest last day of the own parents.
    Parents,
}

/// What a table asks of its own ledger key: one verdict for every ledger rule, and for the last day of every rule who supplied
/// its point when the row was written, and where the own days began that hold it.
#[derive(Debug, Clone)]
pub struct LedgerQuestions {
    /// The table's id.
    id: String,
    calendar: Calendar,
    /// The ledger rules, by their numbers.
    leaves: Vec<(usize, LedgerTime)>,
    known: Option<KnownQuestions>,
}

/// What the ledger says of some rows, as rules read it.
#[derive(Debug, Default)]
pub struct LedgerAnswers(pub(crate) Vec<Column>);

impl LedgerAnswers {
    /// Answers that were sorted back: columns with the names of [`LedgerQuestions::answer_names`], after another one.
    #[must_use]
    pub fn sorted(rows: &RecordBatch) -> Self {
        let schema = rows.schema();
        let columns = schema.fields().iter().enumerate().skip(1);
        let numbers = |(position, field): (usize, &Arc<arrow_schema::Field>)| {
            numbers(field.name(), int_column(rows, position))
        };
        Self(columns.map(numbers).collect())
    }
}

/// What is asked for `known_at`.
#[derive(Debug, Clone)]
struct KnownQuestions {
    columns: Vec<usize>,
    /// Whether the key goes through another table: which supply point is asked depends on the last day then.
    through: bool,
    /// The leaves of the row rule that have a last day.
    lasts: Vec<(usize, Source)>,
}

fn day_name(column: usize) -> String {
    format!("day{column}")
}

fn first_name(leaf: usize) -> String {
    format!("first{leaf}")
}

fn until_name(leaf: usize) -> String {
    format!("until{leaf}")
}

const KNOWN: &str = "known";

fn source_of_time(time: LedgerTime) -> Source {
    match time {
        LedgerTime::At { column, days_after } => Source::Day {
            column,
            after: days_after,
        },
        LedgerTime::AtSlot { date, .. } => Source::Day {
            column: date,
            after: 0,
        },
        LedgerTime::AtCutover => Source::Cutover,
        LedgerTime::During { .. } | LedgerTime::Month { .. } => Source::Period,
    }
}

/// Where the last day of a rule comes from, if it has one.
fn source_of_rule(rule: &RowRule) -> Option<Source> {
    match rule {
        RowRule::Ledger(time) => Some(source_of_time(*time)),
        RowRule::Column {
            at: Some(CodeDay::Column(column)),
            ..
        } => Some(Source::Day {
            column: *column,
            after: 0,
        }),
        RowRule::Column {
            at: Some(CodeDay::Cutover) | None,
            ..
        }
        | RowRule::AllRetail => Some(Source::Cutover),
        RowRule::Parent { .. } => Some(Source::Parents),
        RowRule::Cases { .. }
        | RowRule::All(_)
        | RowRule::Any(_)
        | RowRule::AllTransmission
        | RowRule::Reference => None,
    }
}

impl LedgerQuestions {
    /// What this table of the catalogue asks.
    #[must_use]
    pub fn new(catalogue: &Catalogue, table: &Table, cutover: i64) -> Self {
        let leaves = table.ledger_rules();
        let row_leaves = table.rows.leaves();
        let known = match &table.known_at {
            KnownAt::Column { columns, .. } => Some(KnownQuestions {
                columns: columns.clone(),
                through: table.through.is_some(),
                lasts: row_leaves
                    .iter()
                    .enumerate()
                    .filter_map(|(leaf, rule)| Some((leaf, source_of_rule(rule)?)))
                    .collect(),
            }),
            KnownAt::None { .. } | KnownAt::NotNeeded => None,
        };
        Self {
            id: table.id.clone(),
            calendar: Calendar::new(catalogue.ledger_of(table), cutover),
            leaves,
            known,
        }
    }

    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty() && self.known.is_none()
    }

    /// The parent rules whose parents' last days are asked about.
    #[must_use]
    pub fn parents(&self) -> Vec<usize> {
        let lasts = self.known.iter().flat_map(|known| &known.lasts);
        lasts
            .filter(|(_, source)| *source == Source::Parents)
            .map(|(leaf, _)| *leaf)
            .collect()
    }

    /// The columns of the table that are read, ascending, without those of the ledger key.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        let times = self.leaves.iter().flat_map(|(_, time)| match time {
            // A slot is looked at when the row is decided; the ledger knows only days.
            LedgerTime::AtSlot { date, .. } => vec![*date],
            LedgerTime::At { .. }
            | LedgerTime::AtCutover
            | LedgerTime::During { .. }
            | LedgerTime::Month { .. } => day_columns(*time),
        });
        let known = self.known.iter();
        let mut columns: Vec<usize> = times
            .chain(known.clone().flat_map(|known| known.columns.clone()))
            .chain(self.days())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The day columns that are carried as they are.
    fn days(&self) -> Vec<usize> {
        let times = self.leaves.iter().map(|(_, time)| source_of_time(*time));
        let lasts = self.known.iter().flat_map(|known| &known.lasts);
        let mut days: Vec<usize> = times
            .chain(lasts.map(|(_, source)| *source))
            .filter_map(|source| match source {
                Source::Day { column, .. } => Some(column),
                Source::Cutover | Source::Period | Source::Parents => None,
            })
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The ledger rules that speak of several days.
    fn periods(&self) -> impl Iterator<Item = &(usize, LedgerTime)> {
        self.leaves
            .iter()
            .filter(|(_, time)| source_of_time(*time) == Source::Period)
    }

    /// The names of what is asked with, in the order of [`LedgerQuestions::carried`].
    fn carried_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.days().into_iter().map(day_name).collect();
        for (leaf, _) in self.periods() {
            names.extend([first_name(*leaf), until_name(*leaf)]);
        }
        names.extend(self.known.iter().map(|_| KNOWN.to_owned()));
        names.extend(self.parents().into_iter().map(leaf_last));
        names
    }

    /// What is asked with, of rows in the order of staging. `parents` are the facts of the parent rules.
    fn carried(
        &self,
        columns: &ReadColumns<'_>,
        parents: &[ParentFacts],
    ) -> Result<Vec<Int64Chunked>, VectorizedError> {
        let rows = columns.rows();
        // Whatever is carried is a day, or the first and last of several.
        let stamped = |wanted: usize| columns.stamped(wanted);
        let mut carried = Vec::new();
        for day in self.days() {
            carried.push(days_of(&stamped(day)?));
        }
        for (_, time) in self.periods() {
            let read = day_columns(*time).into_iter().map(stamped);
            let read = read.collect::<Result<Vec<_>, VectorizedError>>()?;
            let days = self.calendar.days(*time, &read, rows);
            let days = days.map_err(VectorizedError::polars("ledger"))?;
            carried.extend([days.first, days.last]);
        }
        if let Some(known) = &self.known {
            let days = known.columns.iter().map(|&known| stamped(known));
            let days: Vec<Int64Chunked> = days
                .map(|column| column.map(|column| days_of(&column)))
                .collect::<Result<_, _>>()?;
            carried.push(latest(&days, rows).map_err(VectorizedError::polars("ledger"))?);
        }
        for leaf in self.parents() {
            carried.push(of_rule(parents, leaf)?.last.iter().copied().collect());
        }
        Ok(carried)
    }

    /// The names of the answers, in order.
    fn answers(&self) -> Vec<String> {
        let rules = self.leaves.iter().map(|(leaf, _)| leaf_verdict(*leaf));
        let known = self.known.iter().flat_map(|known| {
            let mut names: Vec<String> = Vec::new();
            names.extend((!known.through).then(|| SUPPLIER.to_owned()));
            for (leaf, _) in &known.lasts {
                names.extend(known.through.then(|| leaf_supplier(*leaf)));
                names.push(leaf_began(*leaf));
            }
            names
        });
        rules.chain(known).collect()
    }

    /// The names of the columns of [`LedgerQuestions::asked`].
    #[must_use]
    pub fn asked_names(&self) -> Vec<String> {
        let mut names = self.carried_names();
        names.extend(self.parents().into_iter().map(leaf_kinds));
        names
    }

    /// The questions about some rows, to be sorted by their ledger key: whole numbers. `parents` are the facts of the parent rules of
    /// [`LedgerQuestions::parents`], which go with the questions and come back with the answers.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn asked(
        &self,
        columns: &ReadColumns<'_>,
        parents: &[ParentFacts],
    ) -> Result<Vec<ArrayRef>, VectorizedError> {
        let carried = self.carried(columns, parents)?;
        let mut asked: Vec<ArrayRef> = Vec::new();
        for values in carried {
            asked.push(Arc::new(values.iter().collect::<Int64Array>()));
        }
        for leaf in self.parents() {
            let kinds = of_rule(parents, leaf)?.kinds.clone();
            asked.push(Arc::new(Int64Array::from(kinds)));
        }
        Ok(asked)
    }

    /// The names of the columns of [`LedgerQuestions::answered`].
    #[must_use]
    pub fn answer_names(&self) -> Vec<String> {
        let mut names = self.answers();
        names.extend(self.parents().into_iter().map(leaf_last));
        names.extend(self.parents().into_iter().map(leaf_kinds));
        names
    }

    /// What the timelines in a slice say to the questions about its rows, to be sorted back: whole numbers.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn answered(
        &self,
        asked: &[ArrayRef],
        slice: &Slice,
    ) -> Result<Vec<ArrayRef>, VectorizedError> {
        let names = self.carried_names();
        let columns = names.iter().zip(asked);
        let columns = columns.map(|(name, values)| numbers(name, as_numbers(values)));
        let answers = self.answers_to(columns.collect(), slice)?.into_iter();
        let mut answered: Vec<ArrayRef> = answers
            .map(|(_, values)| Arc::new(Int64Array::from(values)) as ArrayRef)
            .collect();
        // The last days of parents are asked with, and are the last of what is; their kinds follow.
        let riding = names.len() - self.parents().len();
        answered.extend(asked.iter().skip(riding).cloned());
        Ok(answered)
    }

    /// Asks about rows that come in the order of the ledger.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn stream(
        &self,
        columns: &ReadColumns<'_>,
        parents: &[ParentFacts],
        slice: &Slice,
    ) -> Result<LedgerAnswers, VectorizedError> {
        let carried = self.carried(columns, parents)?;
        let names = self.carried_names().into_iter();
        let columns = names
            .zip(carried)
            .map(|(name, values)| values.with_name(name.into()).into_column());
        let answers = self.answers_to(columns.collect(), slice)?.into_iter();
        let columns = answers.map(|(name, values)| plain_numbers(&name, values));
        Ok(LedgerAnswers(columns.collect()))
    }

    fn answers_to(
        &self,
        carried: Vec<Column>,
        slice: &Slice,
    ) -> Result<Vec<(String, Vec<i64>)>, VectorizedError> {
        let compute = || -> PolarsResult<Vec<(String, Vec<i64>)>> {
            let answered = self.ask(&frame(carried)?, slice)?;
            let named = self.answers().into_iter().zip(&answered);
            let answers = named.map(|(name, answers)| {
                let answers = results(answers, &name)?;
                Ok((name, answers))
            });
            answers.collect()
        };
        compute().map_err(VectorizedError::polars(&self.id))
    }

    /// Asks. `frame` holds the columns of [`LedgerQuestions::carried`]; the answers are in the order of
    /// [`LedgerQuestions::answers`]. What they say of rows whose days cannot be told means nothing.
    fn ask(&self, frame: &DataFrame, slice: &Slice) -> PolarsResult<Vec<Int64Chunked>> {
        let mut answers = Vec::new();
        let cutover = self.calendar.cutover;
        for (leaf, time) in &self.leaves {
            let source = source_of_time(*time);
            let last = self.day(frame, *leaf, source, slice)?;
            answers.push(match source {
                Source::Period => {
                    let first = frame.column(&first_name(*leaf))?.i64()?;
                    slice.within(first, &last, cutover)?
                }
                Source::Day { .. } | Source::Cutover | Source::Parents => {
                    slice.at(&last, cutover)?
                }
            });
        }
        if let Some(known) = &self.known {
            let day = frame.column(KNOWN)?.i64()?;
            if !known.through {
                answers.push(slice.on(day, Reason::KnownAtMissing)?);
            }
            for (leaf, source) in &known.lasts {
                let last = self.day(frame, *leaf, *source, slice)?;
                if known.through {
                    let points = slice.of_last_days(&last);
                    answers.push(points.on(day, Reason::KnownAtMissing)?);
                    answers.push(points.began(&last));
                } else {
                    answers.push(slice.began(&last));
                }
            }
        }
        Ok(answers)
    }

    /// The last day of a leaf.
    fn day(
        &self,
        frame: &DataFrame,
        leaf: usize,
        source: Source,
        slice: &Slice,
    ) -> PolarsResult<Int64Chunked> {
        let carried = |name: String| frame.column(&name)?.i64();
        Ok(match source {
            Source::Day { column, after } => carried(day_name(column))? + i64::from(after),
            Source::Cutover => constant(self.calendar.cutover, slice.points.len()),
            Source::Period => carried(until_name(leaf))?.clone(),
            Source::Parents => carried(leaf_last(leaf))?.clone(),
        })
    }
}

/// The facts of the parent rule with this number.
fn of_rule(parents: &[ParentFacts], leaf: usize) -> Result<&ParentFacts, VectorizedError> {
    let facts = parents.iter().find(|facts| facts.leaf == leaf);
    facts.ok_or_else(|| VectorizedError::ColumnNotRead {
        table: leaf_last(leaf),
        column: leaf,
    })
}
