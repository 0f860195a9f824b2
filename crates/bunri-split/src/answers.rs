//! The ledger's answers for every row of a table, in staging order.
//!
//! Where the ledger key leads the table's own key, rows come in ledger order already and are asked as they
//! stream. Elsewhere the questions are sorted by ledger key first and the answers sorted back by row number,
//! both within the memory bound.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_row::RowConverter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use bunri_catalogue::Table;
use bunri_columnar::{
    BatchSorter, ColumnarError, Observer, SortedBatches, TableFile, key_converter,
};
use polars::prelude::{Column, PolarsResult};

use crate::SplitError;
use crate::frame::{as_numbers, column_name, frame, int_column, numbers, results};
use crate::ownership::{IndexCursor, OwnershipIndex, key_bytes};
use crate::probe::{LedgerQuestions, Slice};

/// Rows handled at once in a sorted pass.
pub(crate) const PASS_ROWS: usize = 1 << 15;

/// Where a pass may spill, and with how much memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spill<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) budget: usize,
}

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
    /// Prepares the answers of `table`.
    pub(crate) fn prepare(
        table: &Table,
        file: &TableFile,
        questions: LedgerQuestions,
        index: &OwnershipIndex,
        spill: Spill<'_>,
        observer: &dyn Observer,
    ) -> Result<Self, SplitError> {
        let Some(key) = table.ledger_key.clone().filter(|_| !questions.is_empty()) else {
            return Ok(Self::Nothing);
        };
        let converter = key_converter(table, &key)?;
        let cursor = Box::new(index.cursor()?);
        if table.key.starts_with(&key) {
            return Ok(Self::Streaming {
                questions,
                cursor,
                converter,
                key,
            });
        }
        let pass = SortedPass {
            table,
            questions: &questions,
            converter: &converter,
            key: &key,
            spill,
        };
        Ok(Self::Sorted(pass.run(file, *cursor, observer)?))
    }

    /// The answers for the next rows of the table, as columns named by [`LedgerQuestions::answers`].
    pub(crate) fn next(
        &mut self,
        table: &Table,
        batch: &RecordBatch,
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
                let columns = questions
                    .columns()
                    .into_iter()
                    .map(|column| numbers(&column_name(column), as_numbers(batch.column(column))))
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
    converter: &'a RowConverter,
    key: &'a [usize],
    spill: Spill<'a>,
}

impl SortedPass<'_> {
    fn run(
        &self,
        file: &TableFile,
        mut cursor: IndexCursor,
        observer: &dyn Observer,
    ) -> Result<InOrder, SplitError> {
        let names: Vec<String> = self.questions.answers();
        let mut answers = self.sorter(&int_schema("row", &names), &[0])?;
        let mut asked = self.gather(file, observer)?;
        while let Some(batch) = asked.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let slice = cursor.slice(batch.column(0).as_binary::<i32>())?;
            let columns = self.questions.columns().into_iter().enumerate();
            let columns = columns
                .map(|(position, column)| {
                    numbers(&column_name(column), int_column(&batch, position + 2))
                })
                .collect();
            let answered = ask(self.table, self.questions, columns, &slice)?;
            let mut arrays: Vec<ArrayRef> = vec![batch.column(1).clone()];
            arrays.extend(
                answered
                    .into_iter()
                    .map(|(_, values)| Arc::new(Int64Array::from(values)) as ArrayRef),
            );
            answers.push(&self.batch(&int_schema("row", &names), arrays)?)?;
        }
        Ok(InOrder::new(&self.table.id, answers.finish()?))
    }

    /// The questions, sorted by ledger key.
    fn gather(
        &self,
        file: &TableFile,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, SplitError> {
        let asked = self.questions.columns();
        let mut read: Vec<usize> = asked.iter().chain(self.key).copied().collect();
        read.sort_unstable();
        read.dedup();
        let names: Vec<String> = asked.iter().map(|column| column_name(*column)).collect();
        let schema = keyed_schema(&names);
        let mut sorter = self.sorter(&schema, &[0])?;
        let mut first_row = 0_i64;
        for batch in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let batch = batch?;
            let column = |wanted: &usize| read_column(&self.table.id, &batch, &read, *wanted);
            let keys: Vec<ArrayRef> = self.key.iter().map(column).collect::<Result<_, _>>()?;
            let keys =
                key_bytes(self.converter, &keys).map_err(ColumnarError::arrow(&self.table.id))?;
            let next_row = first_row + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            let mut arrays: Vec<ArrayRef> = vec![
                Arc::new(keys),
                Arc::new(Int64Array::from_iter_values(first_row..next_row)),
            ];
            for wanted in &asked {
                arrays.push(Arc::new(Int64Array::from(as_numbers(&column(wanted)?))));
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

/// A column of the table out of a batch that holds the columns `read`.
pub(crate) fn read_column(
    id: &str,
    batch: &RecordBatch,
    read: &[usize],
    wanted: usize,
) -> Result<ArrayRef, SplitError> {
    let position = read.iter().position(|&column| column == wanted);
    position
        .and_then(|position| batch.columns().get(position))
        .cloned()
        .ok_or_else(|| SplitError::ColumnNotRead {
            table: id.to_owned(),
            column: wanted,
        })
}

/// Whole-number columns: the row, and what is known of it.
pub(crate) fn int_schema(row: &str, names: &[String]) -> SchemaRef {
    let names = std::iter::once(row).chain(names.iter().map(String::as_str));
    Arc::new(Schema::new(
        names
            .map(|name| Field::new(name, DataType::Int64, true))
            .collect::<Vec<_>>(),
    ))
}

/// A key, a row number, and whole-number columns.
pub(crate) fn keyed_schema(names: &[String]) -> SchemaRef {
    let mut fields = vec![
        Field::new("key", DataType::Binary, true),
        Field::new("row", DataType::Int64, false),
    ];
    fields.extend(
        names
            .iter()
            .map(|name| Field::new(name, DataType::Int64, true)),
    );
    Arc::new(Schema::new(fields))
}

/// Asked to stop?
pub(crate) fn stop_if_cancelled(observer: &dyn Observer) -> Result<(), SplitError> {
    if observer.cancelled() {
        Err(SplitError::Interrupted)
    } else {
        Ok(())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_column_that_was_not_read_is_refused_and_never_the_first() {
        let numbers = |number: i64| Arc::new(Int64Array::from(vec![number])) as ArrayRef;
        let columns = [("c2", numbers(2)), ("c5", numbers(5))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let found = read_column("t", &batch, &[2, 5], 5).unwrap();
        assert_eq!(as_numbers(&found), [Some(5)]);
        let refused = read_column("t", &batch, &[2, 5], 3).unwrap_err();
        assert!(matches!(
            refused,
            SplitError::ColumnNotRead { column: 3, .. }
        ));
    }
}
