//! The ledger's answers for every row of a unit, in staging order.
//!
//! Where the ledger key leads the table's own key, rows come in ledger order already and are asked as they
//! stream. Elsewhere the questions are sorted by ledger key first and the answers sorted back by row number,
//! both within the memory bound.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_select::concat::concat_batches;
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Observer, SortedBatches, StagedRows};
use bunri_vectorized::{LedgerAnswers, LedgerQuestions, ParentFacts, ReadColumns};

use crate::IndexError;
use crate::keys::Keys;
use crate::ownership::{IndexCursor, OwnershipIndex};
use crate::parents::Pairs;
use crate::passes::{
    PASS_ROWS, RowNumbers, Spill, batch, int_schema, keyed_schema, stop_if_cancelled,
};

/// The answers for a table's rows, in staging order, taken piece by piece.
pub(crate) enum Answers<'a> {
    /// Asked while the table streams.
    Streaming {
        questions: LedgerQuestions,
        cursor: Box<IndexCursor>,
        key: Keys<'a>,
    },
    /// Asked beforehand.
    Sorted(InOrder),
    /// Nothing to ask.
    Nothing,
}

impl<'a> Answers<'a> {
    /// Prepares the answers of `table`. The facts of parents that are needed to ask are taken out of `parents` where all is
    /// asked beforehand, and come back with the answers.
    pub(crate) fn prepare(
        table: &'a Table,
        file: &StagedRows,
        (questions, index): (LedgerQuestions, &OwnershipIndex),
        parents: &mut Vec<Pairs>,
        spill: Spill<'_>,
        observer: &dyn Observer,
    ) -> Result<Self, IndexError> {
        let columns = table.ledger_key.as_ref();
        let Some(columns) = columns.filter(|_| !questions.is_empty()) else {
            return Ok(Self::Nothing);
        };
        let key = Keys::new(table, columns)?;
        let cursor = Box::new(index.cursor());
        if table.key.starts_with(columns) {
            return Ok(Self::Streaming {
                questions,
                cursor,
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
            columns,
            key: &key,
            spill,
        };
        Ok(Self::Sorted(pass.run(file, *cursor, taken, observer)?))
    }

    /// The answers for the next rows of the table.
    pub(crate) fn next(
        &mut self,
        columns: &ReadColumns<'_>,
        parents: &[ParentFacts],
    ) -> Result<LedgerAnswers, IndexError> {
        match self {
            Self::Nothing => Ok(LedgerAnswers::default()),
            Self::Sorted(rows) => rows.take(columns.rows()),
            Self::Streaming {
                questions,
                cursor,
                key,
            } => {
                let slice = cursor.slice(&key.of(columns)?)?;
                Ok(questions.stream(columns, parents, &slice)?)
            }
        }
    }
}

struct SortedPass<'a> {
    table: &'a Table,
    questions: &'a LedgerQuestions,
    /// The columns of the ledger key.
    columns: &'a [usize],
    key: &'a Keys<'a>,
    spill: Spill<'a>,
}

impl SortedPass<'_> {
    /// `parents` are those whose facts go with the questions and come back with the answers.
    fn run(
        &self,
        file: &StagedRows,
        mut cursor: IndexCursor,
        parents: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<InOrder, IndexError> {
        let id = &self.table.id;
        let schema = int_schema("row", &self.questions.answer_names());
        let mut answers = self.spill.sorter(id, schema.clone(), &[0])?;
        let mut asked = self.gather(file, parents, observer)?;
        while let Some(lines) = asked.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let slice = cursor.slice(lines.column(0).as_binary::<i32>())?;
            let mut arrays: Vec<ArrayRef> = vec![lines.column(1).clone()];
            arrays.extend(self.questions.answered(&lines.columns()[2..], &slice)?);
            answers.push(&batch(id, schema.clone(), arrays)?)?;
        }
        Ok(InOrder {
            id: id.clone(),
            sorted: answers.finish()?,
        })
    }

    /// The questions, sorted by ledger key.
    fn gather(
        &self,
        file: &StagedRows,
        mut parents: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, IndexError> {
        let id = &self.table.id;
        let mut read = self.questions.columns();
        read.extend(self.columns);
        read.sort_unstable();
        read.dedup();
        let schema = keyed_schema(&self.questions.asked_names());
        let mut sorter = self.spill.sorter(id, schema.clone(), &[0])?;
        let mut numbers = RowNumbers::default();
        for rows in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let rows = rows?;
            let columns = ReadColumns::some(self.table, &rows, &read);
            let mut arrays: Vec<ArrayRef> = vec![
                Arc::new(self.key.of(&columns)?),
                Arc::new(numbers.next(rows.num_rows())),
            ];
            let found = parents.iter_mut().map(|pairs| pairs.take(rows.num_rows()));
            let found: Vec<ParentFacts> = found.collect::<Result<_, _>>()?;
            arrays.extend(self.questions.asked(&columns, &found)?);
            sorter.push(&batch(id, schema.clone(), arrays)?)?;
        }
        Ok(sorter.finish()?)
    }
}

/// One line of answers a row, sorted by row: the next lines are the next rows'.
pub(crate) struct InOrder {
    id: String,
    sorted: SortedBatches,
}

impl InOrder {
    fn take(&mut self, rows: usize) -> Result<LedgerAnswers, IndexError> {
        let mut parts: Vec<RecordBatch> = Vec::new();
        let mut taken = 0;
        while taken < rows {
            let Some(part) = self.sorted.next_batch(rows - taken)? else {
                break;
            };
            taken += part.num_rows();
            parts.push(part);
        }
        let Some(first) = parts.first() else {
            return Ok(LedgerAnswers::default());
        };
        let all =
            concat_batches(&first.schema(), &parts).map_err(ColumnarError::arrow(&self.id))?;
        Ok(LedgerAnswers::sorted(&all))
    }
}
