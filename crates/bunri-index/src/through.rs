//! Ledger keys through another table (docs/rules.md, section 1): a reading names its meter, and the other table says at which supply
//! point the meter was from when to when. Such keys have an index of the same form as the ledger's: under the key the segments that
//! its supply points give it, and under the key with a suffix each of those points' own, for the question who wrote a row.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, UInt64Array,
    new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{KeyThrough, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, PendingFile, SortedBatches, Staging,
};
use bunri_vectorized::{
    KeyAssignments, ReadColumns, Timeline, assigned_days, index_schema, unknown_point,
};

use crate::IndexError;
use crate::keys::{Keys, NullPart, unreadable_parent};
use crate::ownership::{OwnershipIndex, assigned_key};
use crate::passes::{PASS_ROWS, RowNumbers, Spill, batch};

/// The rows of the other table: their supply point, key and days, NULL where these cannot be told.
fn asked_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("point", DataType::Binary, true),
        Field::new("key", DataType::Binary, false),
        Field::new("first", DataType::Int64, true),
        Field::new("last", DataType::Int64, true),
        Field::new("row", DataType::Int64, false),
    ]))
}

/// The same by key, with the segments of the supply point, a line for each. A rejected row has the number [`REJECTED`].
fn answered_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Binary, false),
        Field::new("row", DataType::Int64, false),
        Field::new("point", DataType::Binary, true),
        Field::new("first", DataType::Int64, true),
        Field::new("last", DataType::Int64, true),
        Field::new("start", DataType::Int64, true),
        Field::new("verdict", DataType::Int64, true),
    ]))
}

const REJECTED: i64 = -1;

/// An index of keys through another table while it is made.
pub(crate) struct Building<'a> {
    pub(crate) staging: &'a Staging,
    /// The other table.
    pub(crate) table: &'a Table,
    pub(crate) through: &'a KeyThrough,
    /// Its columns that name the supply point.
    pub(crate) point: &'a [usize],
    pub(crate) spill: Spill<'a>,
}

impl Building<'_> {
    /// Writes it; `ledger` says who supplied the supply points.
    pub(crate) fn write(&self, ledger: &OwnershipIndex, path: &Path) -> Result<(), IndexError> {
        let mut answered = self.answered(ledger)?;
        let file = PendingFile::create(path)?;
        let mut writer = CanonicalWriter::new(file, index_schema(), path)?;
        let mut entries = Entries::default();
        let mut key: Option<(Vec<u8>, KeyAssignments)> = None;
        while let Some(batch) = answered.next_batch(PASS_ROWS)? {
            let lines = Lines::of(&batch);
            for line in 0..batch.num_rows() {
                let bytes = lines.key.value(line);
                if let Some((done, assignments)) = key.take_if(|(held, _)| held != bytes) {
                    entries.push(&done, &assignments);
                }
                let (_, assignments) =
                    key.get_or_insert_with(|| (bytes.to_vec(), KeyAssignments::default()));
                lines.tell(line, assignments);
            }
            if entries.starts.len() >= PASS_ROWS {
                writer.write(&entries.take(&self.table.id)?)?;
            }
        }
        if let Some((done, assignments)) = key {
            entries.push(&done, &assignments);
        }
        writer.write(&entries.take(&self.table.id)?)?;
        writer.finish()?.sink.commit()?;
        Ok(())
    }

    /// The rows of the other table with what the ledger says of their points, sorted by key.
    fn answered(&self, ledger: &OwnershipIndex) -> Result<SortedBatches, IndexError> {
        let mut sorter = self.sorter(answered_schema())?;
        let mut asked = self.asked()?;
        let mut cursor = ledger.cursor();
        let unknown = unknown_point();
        while let Some(batch) = asked.next_batch(PASS_ROWS)? {
            let points = batch.column(0).as_binary::<i32>();
            let (mut lines, mut starts, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
            for row in 0..batch.num_rows() {
                let point = points.is_valid(row).then(|| points.value(row));
                let segments = match point {
                    Some(point) => cursor.segments(point)?.unwrap_or(&unknown),
                    None => &unknown,
                };
                for (start, verdict) in segments {
                    lines.push(row as u64);
                    starts.push(*start);
                    verdicts.push(*verdict);
                }
            }
            let lines = UInt64Array::from(lines);
            let made = || -> Result<RecordBatch, ArrowError> {
                let column = |column: usize| {
                    arrow_select::take::take(batch.column(column).as_ref(), &lines, None)
                };
                let columns: Vec<ArrayRef> = vec![
                    column(1)?,
                    column(4)?,
                    column(0)?,
                    column(2)?,
                    column(3)?,
                    Arc::new(Int64Array::from(starts)),
                    Arc::new(Int64Array::from(verdicts)),
                ];
                RecordBatch::try_new(answered_schema(), columns)
            };
            sorter.push(&made().map_err(ColumnarError::arrow(&self.table.id))?)?;
        }
        self.push_rejected(&mut sorter)?;
        Ok(sorter.finish()?)
    }

    /// The rows of the other table that have a key, sorted by supply point.
    fn asked(&self) -> Result<SortedBatches, IndexError> {
        let mut sorter = self.sorter(asked_schema())?;
        let keys = Keys::new(self.table, &self.through.references)?;
        let points = Keys::new(self.table, self.point)?;
        let mut numbers = RowNumbers::default();
        for rows in self.staging.table(self.table)?.all(PASS_ROWS)? {
            let rows = rows?;
            let columns = ReadColumns::all(self.table, &rows);
            let days = assigned_days(self.through, &columns)?;
            let day = |of: fn((i64, i64)) -> i64| -> ArrayRef {
                let day = days.iter().map(|days| days.map(of));
                Arc::new(day.collect::<Int64Array>())
            };
            let keys = keys.of(&columns)?;
            // NULL matches nothing.
            let whole: BooleanArray = (0..keys.len())
                .map(|row| Some(keys.is_valid(row)))
                .collect();
            let asked: Vec<ArrayRef> = vec![
                Arc::new(points.of(&columns)?),
                Arc::new(keys),
                day(|days| days.0),
                day(|days| days.1),
                Arc::new(numbers.next(rows.num_rows())),
            ];
            let filter = |column: &ArrayRef| arrow_select::filter::filter(column, &whole);
            let asked = asked.iter().map(filter).collect::<Result<Vec<_>, _>>();
            let asked = asked.map_err(ColumnarError::arrow(&self.table.id))?;
            sorter.push(&batch(&self.table.id, asked_schema(), asked)?)?;
        }
        Ok(sorter.finish()?)
    }

    /// The keys of the other table's rejected rows.
    fn push_rejected(&self, sorter: &mut BatchSorter) -> Result<(), IndexError> {
        let key = Keys::new(self.table, &self.through.references)?;
        let rejects = self.staging.rejects(self.table)?.into_iter().flatten();
        for (at, reject) in rejects.enumerate() {
            let unreadable = unreadable_parent(self.table, at + 1);
            let keys = key.of_reject(&reject?, NullPart::MatchesNothing, unreadable)?;
            let Some(keys) = keys else {
                continue;
            };
            let number = || new_null_array(&DataType::Int64, 1);
            let columns: Vec<ArrayRef> = vec![
                Arc::new(keys),
                Arc::new(Int64Array::from(vec![REJECTED])),
                new_null_array(&DataType::Binary, 1),
                number(),
                number(),
                number(),
                number(),
            ];
            sorter.push(&batch(&self.table.id, answered_schema(), columns)?)?;
        }
        Ok(())
    }

    fn sorter(&self, schema: SchemaRef) -> Result<BatchSorter, ColumnarError> {
        self.spill.sorter(&self.table.id, schema, &[0])
    }
}

/// The columns of [`answered_schema`].
struct Lines<'a> {
    key: &'a BinaryArray,
    point: &'a BinaryArray,
    numbers: [&'a Int64Array; 5],
}

impl<'a> Lines<'a> {
    fn of(batch: &'a RecordBatch) -> Self {
        let number = |column: usize| batch.column(column).as_primitive::<Int64Type>();
        Self {
            key: batch.column(0).as_binary::<i32>(),
            point: batch.column(2).as_binary::<i32>(),
            numbers: [1, 3, 4, 5, 6].map(number),
        }
    }

    fn number(&self, column: usize, line: usize) -> Option<i64> {
        let numbers = self.numbers[column];
        numbers.is_valid(line).then(|| numbers.value(line))
    }

    /// Tells what a line says of its key.
    fn tell(&self, line: usize, assignments: &mut KeyAssignments) {
        let number = |column: usize| self.number(column, line);
        let (Some(row), Some(segment)) = (number(0), number(3).zip(number(4))) else {
            assignments.reject();
            return;
        };
        assignments.push(row, segment, || {
            let point = self.point.is_valid(line);
            let point = point.then(|| self.point.value(line).to_vec());
            (point, number(1).zip(number(2)))
        });
    }
}

/// Lines of the index file.
#[derive(Default)]
struct Entries {
    keys: Vec<Vec<u8>>,
    starts: Vec<i64>,
    verdicts: Vec<i64>,
}

impl Entries {
    fn push(&mut self, key: &[u8], assignments: &KeyAssignments) {
        let mut add = |key: Vec<u8>, segments: &Timeline| {
            for (start, verdict) in segments {
                self.keys.push(key.clone());
                self.starts.push(*start);
                self.verdicts.push(*verdict);
            }
        };
        add(key.to_vec(), &assignments.segments());
        for assigned in assignments.assigned() {
            add(assigned_key(key, &assigned), &assigned.segments);
        }
    }

    fn take(&mut self, id: &str) -> Result<RecordBatch, ColumnarError> {
        let Self {
            keys,
            starts,
            verdicts,
        } = std::mem::take(self);
        let keys: BinaryArray = keys.iter().map(|key| Some(key.as_slice())).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(keys),
            Arc::new(Int64Array::from(starts)),
            Arc::new(Int64Array::from(verdicts)),
        ];
        batch(id, index_schema(), columns)
    }
}
