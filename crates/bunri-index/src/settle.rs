//! The passes that settle a table without the ledger's key ([`Settling`]): its questions, sorted by the points of parents, go past the
//! index; the answers are sorted back by row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Observer, SortedBatches, StagedRows};
use bunri_vectorized::{
    Owner, ParentFacts, PointQuestion, ReadColumns, Ruled, Settled, Settling, owners_by,
};

use crate::IndexError;
use crate::ownership::OwnershipIndex;
use crate::parents::{OwnerColumns, Pairs, owner_of};
use crate::passes::{ByRow, PASS_ROWS, RowNumbers, Spill, batch, keyed_schema, stop_if_cancelled};

/// How the rows of a unit are settled.
pub(crate) struct SettlingPass<'a> {
    pub(crate) table: &'a Table,
    pub(crate) settling: Settling<'a>,
    /// Whether owner keys are wanted of all rows, for children; else only own rows have them.
    pub(crate) owners: bool,
    pub(crate) index: &'a OwnershipIndex,
    pub(crate) spill: Spill<'a>,
}

fn settled_schema() -> SchemaRef {
    let number = |name: &str, null: bool| Field::new(name, DataType::Int64, null);
    Arc::new(Schema::new(vec![
        number("row", false),
        number("verdict", false),
        number("last", true),
        number("any", false),
        number("to_come", false),
        number("owner_first", true),
        number("owner_last", true),
        number("said", false),
        Field::new("owner", DataType::Binary, true),
    ]))
}

impl SettlingPass<'_> {
    /// Settles all rows of the unit; `pairs` are those of the table's row rule.
    pub(crate) fn run(
        &self,
        file: &StagedRows,
        pairs: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<SettledRows, IndexError> {
        let mut by_point = self.gather(file, pairs, observer)?;
        let mut cursor = self.index.cursor();
        let mut by_row = self.spill.sorter(&self.table.id, settled_schema(), &[0])?;
        while let Some(asked) = by_point.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let slice = cursor.slice(asked.column(0).as_binary::<i32>())?;
            let numbers = |column: usize| asked.column(column).as_primitive::<Int64Type>();
            let said = self.settling.answers([3, 8, 9].map(numbers), &slice)?;
            let column = |position: usize| asked.column(position).clone();
            let arrays: Vec<ArrayRef> = vec![
                column(1),
                column(2),
                column(3),
                column(4),
                column(5),
                column(6),
                column(7),
                Arc::new(Int64Array::from(said)),
                column(0),
            ];
            by_row.push(&batch(&self.table.id, settled_schema(), arrays)?)?;
        }
        Ok(SettledRows(ByRow::new(by_row.finish()?)))
    }

    /// Every row with every point that is asked about it, or without one, sorted by point.
    fn gather(
        &self,
        file: &StagedRows,
        mut pairs: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, IndexError> {
        let names = [
            "verdict",
            "last",
            "any",
            "to_come",
            "owner_first",
            "owner_last",
            "on",
            "held",
        ]
        .map(str::to_owned);
        let schema = keyed_schema(&names);
        let mut sorter = self.spill.sorter(&self.table.id, schema.clone(), &[0])?;
        let read = self.settling.columns();
        let mut numbers = RowNumbers::default();
        for rows in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let rows = rows?;
            let found = pairs.iter_mut().map(|pairs| pairs.take(rows.num_rows()));
            let found: Vec<ParentFacts> = found.collect::<Result<_, _>>()?;
            let columns = ReadColumns::some(self.table, &rows, &read);
            let questions = self.settling.questions(&columns, &found)?;
            let numbers = numbers.next(rows.num_rows());
            let asked = self.asked(&questions, &found, numbers.values());
            sorter.push(&batch(&self.table.id, schema.clone(), asked)?)?;
        }
        Ok(sorter.finish()?)
    }

    /// The questions about some rows: a line for every owner key, or one without.
    fn asked(
        &self,
        questions: &[PointQuestion],
        found: &[ParentFacts],
        numbers: &[i64],
    ) -> Vec<ArrayRef> {
        let mut owners = OwnerColumns::default();
        let mut columns: [Vec<Option<i64>>; 7] = Default::default();
        for (row, (question, &number)) in questions.iter().zip(numbers).enumerate() {
            let ruled = question.ruled;
            let mut push = |owner: Option<&Owner>| {
                owners.push(owner);
                let values = [
                    Some(number),
                    Some(ruled.verdict),
                    ruled.last,
                    Some(i64::from(ruled.any)),
                    Some(i64::from(ruled.to_come)),
                    question.on,
                    Some(i64::from(question.is_held(owner))),
                ];
                for (column, value) in columns.iter_mut().zip(values) {
                    column.push(value);
                }
            };
            let of_row = owners_by(found, question.asked, row);
            match of_row.filter(|_| self.owners || question.is_own()) {
                Some(owners) => owners.iter().for_each(|owner| push(owner.as_ref())),
                None => push(None),
            }
        }
        let [owner_first, owner_last, owner] = owners.finish();
        let [row, verdict, last, any, to_come, on, held] =
            columns.map(|column| Arc::new(Int64Array::from(column)) as ArrayRef);
        vec![
            owner,
            row,
            verdict,
            last,
            any,
            to_come,
            owner_first,
            owner_last,
            on,
            held,
        ]
    }
}

/// The settled rows of a unit, in the order of staging.
pub(crate) struct SettledRows(ByRow);

impl SettledRows {
    /// The next `rows` rows.
    pub(crate) fn take(&mut self, rows: usize) -> Result<Settled, ColumnarError> {
        let mut settled = Settled::new(rows);
        self.0.take(rows, |lines, rows| {
            let numbers = |column: usize| lines.column(column).as_primitive::<Int64Type>();
            let [verdict, last, any, to_come, said] = [1, 2, 3, 4, 7].map(numbers);
            let owner = [5, 6, 8].map(|column| lines.column(column));
            for (line, &row) in rows.iter().enumerate() {
                let ruled = Ruled {
                    verdict: verdict.value(line),
                    last: last.is_valid(line).then(|| last.value(line)),
                    any: any.value(line) > 0,
                    to_come: to_come.value(line) > 0,
                };
                settled.add(row, ruled, (said.value(line), owner_of(owner, line)));
            }
        })?;
        Ok(settled)
    }
}
