//! `known_at` of a table without the ledger's key (docs/rules.md, section 4): before its rows stream, all of them are
//! ruled by section 3, and the points of their parents are asked who supplied when each own row was written. Sorted by point
//! for the questions, sorted back by row for the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::Table;
use bunri_columnar::{BatchSorter, ColumnarError, Observer, SortedBatches, StagedRows};
use polars::prelude::{BooleanChunked, ChunkCompareEq, Column, Int64Chunked, PolarsResult};

use crate::SplitError;
use crate::codes::Codes;
use crate::days::days_of;
use crate::frame::{
    as_stamped, first_of, frame, int_column, known, latest, plain_numbers, results, rule_columns,
    word,
};
use crate::known::{HELD, KnownRule, Saying, Sayings, Written};
use crate::ownership::OwnershipIndex;
use crate::parents::{Found, Owner, OwnerColumns, Owners, Pairs};
use crate::passes::{PASS_ROWS, Spill, keyed_schema, read_column, stop_if_cancelled};
use crate::rules::{Rules, Wanted, columns_of_rule};
use crate::verdict::OWN;

/// How the rows of a table are settled.
pub(crate) struct Settling<'a> {
    pub(crate) table: &'a Table,
    pub(crate) codes: &'a Codes,
    pub(crate) cutover: i64,
    pub(crate) rule: KnownRule,
    /// The columns of `known_at`.
    pub(crate) known: &'a [usize],
    /// The parent rules of which one own parent is enough.
    pub(crate) any: BTreeSet<i64>,
    /// Whether owner keys are wanted of all rows, for children; else only own rows have them.
    pub(crate) owners: bool,
    pub(crate) index: &'a OwnershipIndex,
    pub(crate) spill: Spill<'a>,
}

/// Some rows of a table, ruled by section 3.
struct Ruled {
    verdict: Vec<i64>,
    last: Int64Chunked,
    on: Int64Chunked,
    to_come: BooleanChunked,
    asked: Vec<i64>,
}

/// Rows by section 3, and what the points of their parents say.
pub(crate) struct Settled {
    pub(crate) verdict: Int64Chunked,
    pub(crate) last: Int64Chunked,
    /// Whether rows have not begun by the cutover.
    pub(crate) to_come: BooleanChunked,
    /// Whether one point is enough.
    pub(crate) any: BooleanChunked,
    pub(crate) sayings: Sayings,
    pub(crate) owners: BTreeMap<usize, Owners>,
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

impl Settling<'_> {
    /// Settles all rows of the table; `pairs` are those of its row rule.
    pub(crate) fn run(
        &self,
        file: &StagedRows,
        pairs: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<SettledRows, SplitError> {
        let mut by_point = self.gather(file, pairs, observer)?;
        let mut cursor = self.index.cursor();
        let mut by_row = self.sorter(settled_schema())?;
        while let Some(batch) = by_point.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let owners = batch.column(0).as_binary::<i32>();
            let slice = cursor.slice(owners)?;
            let numbers = |column: usize| int_column(&batch, column).into_iter().collect();
            let (last, on): (Int64Chunked, Int64Chunked) = (numbers(3), numbers(8));
            let written = Written {
                on: &on,
                last: &last,
            };
            let said = self
                .rule
                .of_points(&written, &slice)
                .and_then(|said| {
                    let held = known(&numbers(9).equal(1))?;
                    results(&first_of(&[(&held, &word(HELD))], &said)?, "known_at")
                })
                .map_err(SplitError::polars(&self.table.id))?;
            let column = |position: usize| batch.column(position).clone();
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
            by_row.push(&self.batch(settled_schema(), arrays)?)?;
        }
        Ok(SettledRows {
            sorted: by_row.finish()?,
            ahead: None,
            first_row: 0,
        })
    }

    /// Every row with every point that is asked about it, or without one, sorted by point.
    fn gather(
        &self,
        file: &StagedRows,
        mut pairs: Vec<Pairs>,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, SplitError> {
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
        let mut sorter = self.sorter(schema.clone())?;
        let mut read = columns_of_rule(&self.table.rows);
        read.extend(self.known);
        read.sort_unstable();
        read.dedup();
        let mut first_row = 0;
        for batch in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let batch = batch?;
            let rows = batch.num_rows();
            let found = pairs.iter_mut().map(|pairs| pairs.take(rows));
            let found: Vec<Found> = found.collect::<Result<_, _>>()?;
            let ruled = self.ruled(&batch, &read, &found)?;
            let asked = self.asked(&ruled, &found, first_row);
            sorter.push(&self.batch(schema.clone(), asked)?)?;
            first_row += i64::try_from(rows).unwrap_or(i64::MAX);
        }
        Ok(sorter.finish()?)
    }

    /// What section 3 says of some rows.
    fn ruled(
        &self,
        batch: &RecordBatch,
        read: &[usize],
        found: &[Found],
    ) -> Result<Ruled, SplitError> {
        let rows = batch.num_rows();
        let mut columns: Vec<Column> = found.iter().flat_map(Found::columns).collect();
        for (position, column) in read.iter().zip(batch.columns()) {
            let column = as_stamped(&self.table.columns[*position], column);
            columns.extend(rule_columns(*position, &column));
        }
        let known = self.known.iter().map(|&known| {
            let column = read_column(&self.table.id, batch, read, known)?;
            Ok(days_of(&as_stamped(&self.table.columns[known], &column)))
        });
        let known: Vec<Int64Chunked> = known.collect::<Result<_, SplitError>>()?;
        // Rules that are constant read nothing; the height must come from somewhere.
        columns.push(plain_numbers("row", vec![0; rows]));
        let compute = || -> PolarsResult<Ruled> {
            let frame = frame(columns)?;
            let rules = Rules {
                table: self.table,
                codes: self.codes,
                cutover: self.cutover,
                frame: &frame,
                rows,
            };
            let said = rules.of_rows(Wanted::Last)?;
            Ok(Ruled {
                verdict: results(&said.verdict, "verdict")?,
                last: said.last,
                on: latest(&known, rows)?,
                to_come: rules.to_come()?,
                asked: results(&rules.asked()?, "asked")?,
            })
        };
        compute().map_err(SplitError::polars(&self.table.id))
    }

    /// The questions about some rows: a line for every owner key, or one without.
    fn asked(&self, ruled: &Ruled, found: &[Found], first_row: i64) -> Vec<ArrayRef> {
        let mut owners = OwnerColumns::default();
        let mut columns: [Vec<Option<i64>>; 7] = Default::default();
        let (lasts, ons) = (ruled.last.iter(), ruled.on.iter());
        for (row, ((last, on), to_come)) in lasts.zip(ons).zip(ruled.to_come.iter()).enumerate() {
            let verdict = ruled.verdict[row];
            let asked = ruled.asked[row];
            let mut push = |owner: Option<&Owner>| {
                owners.push(owner);
                let held = verdict == OWN && owner.is_some_and(|owner| owner.holds(on));
                let values = [
                    Some(first_row + row as i64),
                    Some(verdict),
                    last,
                    Some(i64::from(self.any.contains(&asked))),
                    Some(i64::from(to_come == Some(true))),
                    on,
                    Some(i64::from(held)),
                ];
                for (column, value) in columns.iter_mut().zip(values) {
                    column.push(value);
                }
            };
            let of_row = owners_of(found, asked, row).filter(|_| self.owners || verdict == OWN);
            match of_row {
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

    fn sorter(&self, schema: SchemaRef) -> Result<BatchSorter, ColumnarError> {
        let Spill { folder, budget } = self.spill;
        BatchSorter::new(&self.table.id, schema, &[0], folder, budget)
    }

    fn batch(
        &self,
        schema: SchemaRef,
        arrays: Vec<ArrayRef>,
    ) -> Result<RecordBatch, ColumnarError> {
        RecordBatch::try_new(schema, arrays).map_err(ColumnarError::arrow(&self.table.id))
    }
}

/// The owner keys of a row's parents by the parent rule that was asked; [`None`] if there are no parents.
pub(crate) fn owners_of(found: &[Found], asked: i64, row: usize) -> Option<&Owners> {
    let found = found.iter().find(|found| found.leaf as i64 == asked);
    found.and_then(|found| found.owners.get(&row))
}

/// The settled rows of a table, in the order of staging.
pub(crate) struct SettledRows {
    sorted: SortedBatches,
    ahead: Option<RecordBatch>,
    first_row: i64,
}

impl SettledRows {
    /// The next `rows` rows.
    pub(crate) fn take(&mut self, rows: usize) -> Result<Settled, SplitError> {
        let end = self.first_row + i64::try_from(rows).unwrap_or(i64::MAX);
        let mut verdict = vec![None; rows];
        let mut last = vec![None; rows];
        let mut any = vec![None; rows];
        let mut to_come = vec![None; rows];
        let mut sayings = vec![Saying::default(); rows];
        let mut owners: BTreeMap<usize, Owners> = BTreeMap::new();
        while let Some(batch) = self.ahead.take().map_or_else(
            || self.sorted.next_batch(PASS_ROWS),
            |batch| Ok(Some(batch)),
        )? {
            let [numbers, verdicts, lasts, anys, coming, _, _, said] =
                [0, 1, 2, 3, 4, 5, 6, 7].map(|column| int_column(&batch, column));
            let here = numbers.partition_point(|row| row.is_some_and(|row| row < end));
            let keys = [5, 6, 8].map(|column| batch.column(column));
            for line in 0..here {
                let row = numbers[line].and_then(|row| usize::try_from(row - self.first_row).ok());
                let Some(row) = row else { continue };
                verdict[row] = verdicts[line];
                last[row] = lasts[line];
                any[row] = anys[line].map(|any| any > 0);
                to_come[row] = coming[line].map(|coming| coming > 0);
                if let Some(said) = said[line] {
                    sayings[row].add(said);
                }
                let owner = OwnerColumns::owner(keys, line);
                owners.entry(row).or_default().push(owner);
            }
            if here < batch.num_rows() {
                self.ahead = Some(batch.slice(here, batch.num_rows() - here));
                break;
            }
        }
        self.first_row = end;
        Ok(Settled {
            verdict: verdict.into_iter().collect(),
            last: last.into_iter().collect(),
            any: any.into_iter().collect(),
            to_come: to_come.into_iter().collect(),
            sayings: Sayings(sayings),
            owners,
        })
    }
}
