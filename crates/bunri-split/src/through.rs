//! Ledger keys through another table (docs/rules.md, section 1): a reading names its meter, and the other table says at which supply
//! point the meter was from when to when. Such keys have an index of the same form as the ledger's: under the key the segments that
//! its supply points give it, and under the key with a suffix each of those points' own, for the question who wrote a row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BinaryArray, Int64Array, RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{Catalogue, KeyThrough, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, PendingFile, SortedBatches, Staging, key_converter,
};
use polars::prelude::Int64Chunked;

use crate::SplitError;
use crate::days::{days_of, is_open, last_days};
use crate::frame::{FIRST_DAY, LAST_DAY};
use crate::ownership::{OwnershipIndex, assigned_key, index_schema, key_bytes};
use crate::parents::referred_values;
use crate::passes::{PASS_ROWS, Spill};
use crate::slice::{Assigned, Timeline};
use crate::verdict::Reason;

/// What rows ask about their supply points: the timelines of each ledger, and those of keys through another table.
pub(crate) struct Indexes {
    ledgers: Vec<OwnershipIndex>,
    through: BTreeMap<KeyThrough, OwnershipIndex>,
}

impl Indexes {
    /// Makes what is not there yet of keys through another table; `path` names the files by their number.
    pub(crate) fn open_or_build(
        staging: &Staging,
        catalogue: &Catalogue,
        ledgers: Vec<OwnershipIndex>,
        spill: Spill<'_>,
        path: impl Fn(usize) -> PathBuf,
    ) -> Result<Self, SplitError> {
        let mut through = BTreeMap::new();
        for (number, key) in catalogue.keys_through().into_iter().enumerate() {
            let path = path(number);
            if !path.is_file() {
                let point = catalogue.point_key(key.table).unwrap_or_default();
                let building = Building {
                    staging,
                    table: &catalogue.tables[key.table],
                    through: key,
                    point,
                    spill,
                };
                building.write(&ledgers[catalogue.tables[key.table].ledger], &path)?;
            }
            through.insert(key.clone(), OwnershipIndex::at(&path, Reason::KeyMissing)?);
        }
        Ok(Self { ledgers, through })
    }

    /// What the rows of a table ask of their ledger key.
    pub(crate) fn of(&self, table: &Table) -> &OwnershipIndex {
        let through = table.through.as_ref();
        through
            .and_then(|through| self.through.get(through))
            .unwrap_or_else(|| self.ledger_of(table))
    }

    /// The timelines of the ledger that the rows of a table ask.
    pub(crate) fn ledger_of(&self, table: &Table) -> &OwnershipIndex {
        &self.ledgers[table.ledger]
    }
}

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

struct Building<'a> {
    staging: &'a Staging,
    /// The other table.
    table: &'a Table,
    through: &'a KeyThrough,
    /// Its columns that name the supply point.
    point: &'a [usize],
    spill: Spill<'a>,
}

impl Building<'_> {
    fn write(&self, ledger: &OwnershipIndex, path: &Path) -> Result<(), SplitError> {
        let mut answered = self.answered(ledger)?;
        let file = PendingFile::create(path)?;
        let mut writer = CanonicalWriter::new(file, index_schema(), path)?;
        let mut entries = Entries::default();
        let mut key: Option<KeyRows> = None;
        while let Some(batch) = answered.next_batch(PASS_ROWS)? {
            let lines = Lines::of(&batch);
            for line in 0..batch.num_rows() {
                let bytes = lines.key.value(line);
                if let Some(done) = key.take_if(|held| held.key != bytes) {
                    entries.push(done);
                }
                let held = key.get_or_insert_with(|| KeyRows::new(bytes));
                held.take(&lines, line);
            }
            if entries.starts.len() >= PASS_ROWS {
                writer.write(&entries.take(&self.table.id)?)?;
            }
        }
        if let Some(done) = key {
            entries.push(done);
        }
        writer.write(&entries.take(&self.table.id)?)?;
        writer.finish()?.sink.commit()?;
        Ok(())
    }

    /// The rows of the other table with what the ledger says of their points, sorted by key.
    fn answered(&self, ledger: &OwnershipIndex) -> Result<SortedBatches, SplitError> {
        let mut sorter = self.sorter(answered_schema())?;
        let mut asked = self.asked()?;
        let mut cursor = ledger.cursor();
        let unknown = vec![(FIRST_DAY, Reason::NotInLedger.verdict())];
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
            let lines = arrow_array::UInt64Array::from(lines);
            let made = || {
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
    fn asked(&self) -> Result<SortedBatches, SplitError> {
        let mut sorter = self.sorter(asked_schema())?;
        let keys = key_converter(self.table, &self.through.references)?;
        let points = key_converter(self.table, self.point)?;
        let mut first_row = 0_i64;
        for batch in self.staging.table(self.table)?.all(PASS_ROWS)? {
            let batch = batch?;
            let columns = |columns: &[usize]| -> Vec<ArrayRef> {
                let columns = columns.iter();
                columns
                    .map(|&column| batch.column(column).clone())
                    .collect()
            };
            let next_row = first_row + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            let [first, last] = self
                .days(&batch)
                .map_err(SplitError::polars(&self.table.id))?;
            let days =
                |days: &Int64Chunked| -> ArrayRef { Arc::new(days.iter().collect::<Int64Array>()) };
            let made = || {
                let keys = key_bytes(&keys, &columns(&self.through.references))?;
                let whole = arrow_array::BooleanArray::from_iter(
                    (0..keys.len()).map(|row| Some(keys.is_valid(row))),
                );
                let columns: Vec<ArrayRef> = vec![
                    Arc::new(key_bytes(&points, &columns(self.point))?),
                    Arc::new(keys),
                    days(&first),
                    days(&last),
                    Arc::new(Int64Array::from_iter_values(first_row..next_row)),
                ];
                // NULL matches nothing.
                let columns = columns
                    .iter()
                    .map(|column| arrow_select::filter::filter(column.as_ref(), &whole))
                    .collect::<Result<Vec<_>, _>>()?;
                RecordBatch::try_new(asked_schema(), columns)
            };
            sorter.push(&made().map_err(ColumnarError::arrow(&self.table.id))?)?;
            first_row = next_row;
        }
        Ok(sorter.finish()?)
    }

    /// First and last day of some rows; both are NULL where one cannot be told.
    fn days(&self, batch: &RecordBatch) -> polars::prelude::PolarsResult<[Int64Chunked; 2]> {
        let KeyThrough {
            from,
            until,
            until_is,
            open,
            null_is_open,
            ..
        } = self.through;
        let until = batch.column(*until);
        let first = days_of(batch.column(*from));
        let declared = open.iter().map(|day| i64::from(*day));
        let open = is_open(&days_of(until), declared, *null_is_open)?;
        let last = last_days(until, &open, *until_is)?;
        let rows = first.iter().zip(last.iter());
        let told: Vec<Option<(i64, i64)>> = rows
            .map(|(first, last)| first.zip(last).filter(|(first, last)| first <= last))
            .collect();
        let part = |part: fn((i64, i64)) -> i64| -> Int64Chunked {
            told.iter().map(|days| days.map(part)).collect()
        };
        Ok([part(|days| days.0), part(|days| days.1)])
    }

    /// The keys of the other table's rejected rows.
    fn push_rejected(&self, sorter: &mut BatchSorter) -> Result<(), SplitError> {
        let wrap = || ColumnarError::arrow(&self.table.id);
        let converter = key_converter(self.table, &self.through.references)?;
        let rejects = self.staging.rejects(self.table)?.into_iter().flatten();
        for (at, reject) in rejects.enumerate() {
            let references = &self.through.references;
            let Some(values) = referred_values(self.table, references, &reject?, at + 1)? else {
                continue;
            };
            let keys = key_bytes(&converter, &values).map_err(wrap())?;
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
            let batch = RecordBatch::try_new(answered_schema(), columns).map_err(wrap())?;
            sorter.push(&batch)?;
        }
        Ok(())
    }

    fn sorter(&self, schema: SchemaRef) -> Result<BatchSorter, ColumnarError> {
        let Spill { folder, budget } = self.spill;
        BatchSorter::new(&self.table.id, schema, &[0], folder, budget)
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
}

/// One row of the other table.
struct KeyRow {
    number: i64,
    point: Option<Vec<u8>>,
    /// [`None`] if they cannot be told.
    days: Option<(i64, i64)>,
    segments: Timeline,
}

impl KeyRow {
    fn verdict(&self, day: i64) -> i64 {
        let after = self.segments.partition_point(|(start, _)| *start <= day);
        let segment = self.segments.get(after.saturating_sub(1));
        segment.map_or(Reason::NotInLedger.verdict(), |(_, verdict)| *verdict)
    }
}

/// All rows of the other table with one key.
struct KeyRows {
    key: Vec<u8>,
    rejected: bool,
    rows: Vec<KeyRow>,
}

impl KeyRows {
    fn new(key: &[u8]) -> Self {
        Self {
            key: key.to_vec(),
            rejected: false,
            rows: Vec::new(),
        }
    }

    fn take(&mut self, lines: &Lines<'_>, line: usize) {
        let number = |column: usize| lines.number(column, line);
        let (Some(row), Some(segment)) = (number(0), number(3).zip(number(4))) else {
            self.rejected = true;
            return;
        };
        match self.rows.last_mut().filter(|last| last.number == row) {
            Some(last) => last.segments.push(segment),
            None => self.rows.push(KeyRow {
                number: row,
                point: lines
                    .point
                    .is_valid(line)
                    .then(|| lines.point.value(line).to_vec()),
                days: number(1).zip(number(2)),
                segments: vec![segment],
            }),
        }
    }

    /// What is said of the key on every day: what its supply point of that day says, if it has one and only one. A sweep over
    /// the days on which a row begins or ends, with the points that the key has by then.
    fn segments(&self) -> Timeline {
        let always = |reason: Reason| vec![(FIRST_DAY, reason.verdict())];
        if self.rejected {
            return always(Reason::KeyRejected);
        }
        let Some(days) = self
            .rows
            .iter()
            .map(|row| row.days)
            .collect::<Option<Vec<_>>>()
        else {
            return always(Reason::KeyAmbiguous);
        };
        let mut turns = BTreeSet::from([FIRST_DAY]);
        let (mut begins, mut ends) = (BTreeMap::new(), BTreeMap::new());
        for (row, (first, last)) in days.into_iter().enumerate() {
            turns.insert(first);
            begins.entry(first).or_insert_with(Vec::new).push(row);
            if last < LAST_DAY {
                turns.insert(last + 1);
                ends.entry(last + 1).or_insert_with(Vec::new).push(row);
            }
            turns.extend(self.rows[row].segments.iter().map(|(start, _)| *start));
        }
        let mut points: BTreeMap<&Option<Vec<u8>>, BTreeSet<usize>> = BTreeMap::new();
        let mut segments = Timeline::new();
        for day in turns {
            for &row in ends.get(&day).into_iter().flatten() {
                let point = &self.rows[row].point;
                if let Some(rows) = points.get_mut(point) {
                    rows.remove(&row);
                    if rows.is_empty() {
                        points.remove(point);
                    }
                }
            }
            for &row in begins.get(&day).into_iter().flatten() {
                points.entry(&self.rows[row].point).or_default().insert(row);
            }
            let mut here = points.values();
            let verdict = match (here.next().and_then(BTreeSet::first), here.next()) {
                (None, _) => Reason::KeyMissing.verdict(),
                (Some(&row), None) => self.rows[row].verdict(day),
                (Some(_), Some(_)) => Reason::KeyAmbiguous.verdict(),
            };
            if segments.last().is_none_or(|(_, before)| *before != verdict) {
                segments.push((day, verdict));
            }
        }
        segments
    }

    /// The supply points of the key; none where one of its days cannot be told.
    fn assigned(&self) -> Vec<Assigned> {
        let told = self.rows.iter().all(|row| row.days.is_some());
        if self.rejected || !told {
            return Vec::new();
        }
        let points: BTreeSet<&Option<Vec<u8>>> = self.rows.iter().map(|row| &row.point).collect();
        let mut all = Vec::new();
        for (number, point) in points.into_iter().enumerate() {
            let rows = self.rows.iter().filter(|row| row.point == *point);
            for row in rows {
                let (first, last) = row.days.unwrap_or_default();
                all.push(Assigned {
                    point: number as u64,
                    first,
                    last,
                    segments: row.segments.clone(),
                });
            }
        }
        // In the order of their keys; what says the same twice says it once.
        all.sort_by_key(|one| (one.point, one.first, one.last));
        all.dedup();
        all
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
    fn push(&mut self, rows: KeyRows) {
        let mut add = |key: Vec<u8>, segments: &Timeline| {
            for (start, verdict) in segments {
                self.keys.push(key.clone());
                self.starts.push(*start);
                self.verdicts.push(*verdict);
            }
        };
        add(rows.key.clone(), &rows.segments());
        for assigned in rows.assigned() {
            add(assigned_key(&rows.key, &assigned), &assigned.segments);
        }
    }

    fn take(&mut self, id: &str) -> Result<RecordBatch, SplitError> {
        let Self {
            keys,
            starts,
            verdicts,
        } = std::mem::take(self);
        let keys: BinaryArray = keys.iter().map(|key| Some(key.as_slice())).collect();
        let batch = RecordBatch::try_new(
            index_schema(),
            vec![
                Arc::new(keys),
                Arc::new(Int64Array::from(starts)),
                Arc::new(Int64Array::from(verdicts)),
            ],
        );
        batch.map_err(|refused| ColumnarError::arrow(id)(refused).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{OTHER, OWN};

    fn row(number: i64, point: &str, days: (i64, i64), segments: &[(i64, i64)]) -> KeyRow {
        KeyRow {
            number,
            point: Some(point.as_bytes().to_vec()),
            days: Some(days),
            segments: segments.to_vec(),
        }
    }

    fn key(rows: Vec<KeyRow>) -> KeyRows {
        KeyRows {
            rows,
            ..KeyRows::new(b"m")
        }
    }

    #[test]
    fn each_day_is_what_the_point_of_that_day_says() {
        let a = [(FIRST_DAY, OWN), (20, OTHER)];
        let b = [(FIRST_DAY, OTHER)];
        let rows = key(vec![
            row(0, "a", (10, 29), &a),
            row(1, "b", (40, LAST_DAY), &b),
        ]);
        let missing = Reason::KeyMissing.verdict();
        assert_eq!(
            rows.segments(),
            [
                (FIRST_DAY, missing),
                (10, OWN),
                (20, OTHER),
                (30, missing),
                (40, OTHER)
            ]
        );
    }

    #[test]
    fn two_points_on_a_day_are_none_and_one_point_twice_is_one() {
        let own = [(FIRST_DAY, OWN)];
        let rows = key(vec![
            row(0, "a", (10, 20), &own),
            row(1, "a", (15, 22), &own),
            row(2, "b", (22, 30), &own),
        ]);
        let (missing, both) = (Reason::KeyMissing.verdict(), Reason::KeyAmbiguous.verdict());
        assert_eq!(
            rows.segments(),
            [
                (FIRST_DAY, missing),
                (10, OWN),
                (22, both),
                (23, OWN),
                (31, missing)
            ]
        );
    }

    #[test]
    fn a_row_without_days_and_a_rejected_one_leave_no_day_decided() {
        let own = [(FIRST_DAY, OWN)];
        let untold = KeyRow {
            days: None,
            ..row(0, "a", (0, 0), &own)
        };
        let mut rows = key(vec![untold, row(1, "a", (10, 20), &own)]);
        assert_eq!(
            rows.segments(),
            [(FIRST_DAY, Reason::KeyAmbiguous.verdict())]
        );
        rows.rejected = true;
        assert_eq!(
            rows.segments(),
            [(FIRST_DAY, Reason::KeyRejected.verdict())]
        );
        assert!(rows.assigned().is_empty());
    }
}
