//! The ledger's answers for every row of a table, in staging order.
//!
//! Where the ledger key leads the table's own key, rows come in ledger order already and are asked as they
//! stream. Elsewhere the questions are sorted by ledger key first and the answers sorted back by row number,
//! both within the memory bound.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_row::RowConverter;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use bunri_catalogue::Table;
use bunri_columnar::{
    BatchSorter, ColumnarError, Observer, SortedBatches, StagedRows, key_converter,
};
use polars::prelude::{Column, IntoColumn, PolarsResult};

use crate::SplitError;
use crate::frame::{frame, int_column, numbers, results};
use crate::ownership::{IndexCursor, OwnershipIndex, key_bytes};
use crate::parents::{Found, Pairs};
use crate::passes::{PASS_ROWS, Spill, int_schema, keyed_schema, read_column, stop_if_cancelled};
use crate::probe::LedgerQuestions;
use crate::rules::{leaf_kinds, leaf_last};
use crate::slice::Slice;

/// Whole-number columns of a table's rows, in staging order, taken piece by piece.
pub(crate) enum Answers {
    /// Asked while the table streams.
    Streaming {
        questions: LedgerQuestions,
        cursor: Box<IndexCursor>,
        converter: RowConverter,
        key: Vec<usize>,
    },
    /// Asked beforehand.
    Sorted(InOrder),
    /// Nothing to ask.
    Nothing,
}

impl Answers {
    /// Prepares the answers of `table`. The facts of parents that are needed to ask are taken out of `parents` where all is
    /// asked beforehand, and come back with the answers.
    pub(crate) fn prepare(
        table: &Table,
        file: &StagedRows,
        questions: LedgerQuestions,
        index: &OwnershipIndex,
        parents: &mut Vec<Pairs>,
        spill: Spill<'_>,
        observer: &dyn Observer,
    ) -> Result<Self, SplitError> {
        let Some(key) = table.ledger_key.clone().filter(|_| !questions.is_empty()) else {
            return Ok(Self::Nothing);
        };
        let converter = key_converter(table, &key)?;
        let cursor = Box::new(index.cursor());
        if table.key.starts_with(&key) {
            return Ok(Self::Streaming {
                questions,
                cursor,
                converter,
                key,
            });
        }
        let asked = questions.parents();
        let (taken, left) = std::mem::take(parents)
            .into_iter()
            .partition(|pairs: &Pairs| asked.contains(&pairs.leaf()));
        *parents = left;
        let pass = SortedPass {
            table,
            questions: &questions,
            parents: asked,
            converter: &converter,
            key: &key,
            spill,
        };
        Ok(Self::Sorted(pass.run(file, *cursor, taken, observer)?))
    }

    /// The answers for the next rows of the table, as columns named by [`LedgerQuestions::answers`].
    pub(crate) fn next(
        &mut self,
        table: &Table,
        batch: &RecordBatch,
        parents: &[Found],
    ) -> Result<Vec<Column>, SplitError> {
        match self {
            Self::Nothing => Ok(Vec::new()),
            Self::Sorted(rows) => rows.take(batch.num_rows()),
            Self::Streaming {
                questions,
                cursor,
                converter,
                key,
            } => {
                let keys: Vec<ArrayRef> = key
                    .iter()
                    .map(|&column| batch.column(column).clone())
                    .collect();
                let keys = key_bytes(converter, &keys).map_err(ColumnarError::arrow(&table.id))?;
                let slice = cursor.slice(&keys)?;
                let column = |column: usize| Ok(batch.column(column).clone());
                let carried = questions.carried(&column, parents, batch.num_rows())?;
                let names = questions.carried_names().into_iter();
                let columns = names
                    .zip(carried)
                    .map(|(name, values)| values.with_name(name.into()).into_column())
                    .collect();
                let answers = ask(table, questions, columns, &slice)?;
                Ok(answers
                    .into_iter()
                    .map(|(name, values)| crate::frame::plain_numbers(&name, values))
                    .collect())
            }
        }
    }
}

fn ask(
    table: &Table,
    questions: &LedgerQuestions,
    columns: Vec<Column>,
    slice: &Slice,
) -> Result<Vec<(String, Vec<i64>)>, SplitError> {
    let names = questions.answers();
    let compute = || -> PolarsResult<Vec<(String, Vec<i64>)>> {
        let answered = questions.ask(&frame(columns)?, slice)?;
        names
            .into_iter()
            .zip(&answered)
            .map(|(name, answers)| {
                let answers = results(answers, &name)?;
                Ok((name, answers))
            })
            .collect()
    };
    compute().map_err(SplitError::polars(&table.id))
}

struct SortedPass<'a> {
    table: &'a Table,
    questions: &'a LedgerQuestions,
    /// The parent rules whose facts go with the questions and come back with the answers.
    parents: Vec<usize>,
    converter: &'a RowConverter,
    key: &'a [usize],
    spill: Spill<'a>,
}

impl SortedPass<'_> {
    fn run(
        &self,
        file: &StagedRows,
        mut cursor: IndexCursor,
        parents: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<InOrder, SplitError> {
        let mut names: Vec<String> = self.questions.answers();
        names.extend(self.parents.iter().map(|&leaf| leaf_last(leaf)));
        names.extend(self.parents.iter().map(|&leaf| leaf_kinds(leaf)));
        let carried = self.questions.carried_names();
        // The last days of parents are asked with, and are the last of what is.
        let riding = 2 + carried.len() - self.parents.len();
        let mut answers = self.sorter(&int_schema("row", &names), &[0])?;
        let mut asked = self.gather(file, parents, observer)?;
        while let Some(batch) = asked.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let slice = cursor.slice(batch.column(0).as_binary::<i32>())?;
            let columns = carried.iter().enumerate();
            let columns = columns
                .map(|(position, name)| numbers(name, int_column(&batch, position + 2)))
                .collect();
            let answered = ask(self.table, self.questions, columns, &slice)?;
            let mut arrays: Vec<ArrayRef> = vec![batch.column(1).clone()];
            arrays.extend(
                answered
                    .into_iter()
                    .map(|(_, values)| Arc::new(Int64Array::from(values)) as ArrayRef),
            );
            arrays.extend(batch.columns().iter().skip(riding).cloned());
            answers.push(&self.batch(&int_schema("row", &names), arrays)?)?;
        }
        Ok(InOrder::new(&self.table.id, answers.finish()?))
    }

    /// The questions, sorted by ledger key.
    fn gather(
        &self,
        file: &StagedRows,
        mut parents: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, SplitError> {
        let asked = self.questions.columns();
        let mut read: Vec<usize> = asked.iter().chain(self.key).copied().collect();
        read.sort_unstable();
        read.dedup();
        let mut names: Vec<String> = self.questions.carried_names();
        names.extend(self.parents.iter().map(|&leaf| leaf_kinds(leaf)));
        let schema = keyed_schema(&names);
        let mut sorter = self.sorter(&schema, &[0])?;
        let mut first_row = 0_i64;
        for batch in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let batch = batch?;
            let column = |wanted: usize| read_column(&self.table.id, &batch, &read, wanted);
            let keys = self.key.iter().map(|&key| column(key));
            let keys: Vec<ArrayRef> = keys.collect::<Result<_, _>>()?;
            let keys =
                key_bytes(self.converter, &keys).map_err(ColumnarError::arrow(&self.table.id))?;
            let next_row = first_row + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            let mut arrays: Vec<ArrayRef> = vec![
                Arc::new(keys),
                Arc::new(Int64Array::from_iter_values(first_row..next_row)),
            ];
            let found = parents.iter_mut().map(|pairs| pairs.take(batch.num_rows()));
            let found: Vec<Found> = found.collect::<Result<_, _>>()?;
            let carried = self.questions.carried(&column, &found, batch.num_rows())?;
            for values in carried {
                arrays.push(Arc::new(values.iter().collect::<Int64Array>()));
            }
            for found in found {
                arrays.push(Arc::new(Int64Array::from(found.kinds)));
            }
            sorter.push(&self.batch(&schema, arrays)?)?;
            first_row = next_row;
        }
        Ok(sorter.finish()?)
    }

    fn sorter(&self, schema: &SchemaRef, first: &[usize]) -> Result<BatchSorter, ColumnarError> {
        BatchSorter::new(
            &self.table.id,
            schema.clone(),
            first,
            self.spill.folder,
            self.spill.budget,
        )
    }

    fn batch(
        &self,
        schema: &SchemaRef,
        arrays: Vec<ArrayRef>,
    ) -> Result<RecordBatch, ColumnarError> {
        RecordBatch::try_new(schema.clone(), arrays).map_err(ColumnarError::arrow(&self.table.id))
    }
}

/// One line of answers a row, sorted by row: the next lines are the next rows'.
pub(crate) struct InOrder {
    id: String,
    sorted: SortedBatches,
}

impl InOrder {
    fn new(id: &str, sorted: SortedBatches) -> Self {
        Self {
            id: id.to_owned(),
            sorted,
        }
    }

    fn take(&mut self, rows: usize) -> Result<Vec<Column>, SplitError> {
        let mut parts = Vec::new();
        let mut taken = 0;
        while taken < rows {
            let Some(part) = self.sorted.next_batch(rows - taken)? else {
                break;
            };
            taken += part.num_rows();
            parts.push(part);
        }
        let Some(first) = parts.first() else {
            return Ok(Vec::new());
        };
        let all =
            concat_batches(&first.schema(), &parts).map_err(ColumnarError::arrow(&self.id))?;
        let schema = all.schema();
        let columns = schema.fields().iter().enumerate().skip(1);
        Ok(columns
            .map(|(position, field)| numbers(field.name(), int_column(&all, position)))
            .collect())
    }
}
