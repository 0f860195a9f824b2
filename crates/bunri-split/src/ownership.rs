//! The ownership index: for every ledger key its timeline, sorted by key, in a file. Tables stream past it in
//! key order, so one key's segments are held at a time whatever the size.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray,
    new_null_array,
};
use arrow_row::RowConverter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::{Catalogue, Ledger, LedgerEnd, LedgerTable, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, PendingFile, RawValue, Reject, SortedBatches,
    Staging, key_converter, row_converter,
};
use bunri_types::ValueType;
use polars::prelude::PolarsResult;

use crate::SplitError;
use crate::codes::{Codes, Counting};
use crate::frame::{FIRST_DAY, as_numbers, first_of, results, word};
use crate::keyed::{KeyedFile, KeyedRows};
use crate::passes::Spill;
use crate::slice::{Assigned, Slice, Timeline};
use crate::timeline::{
    COUNTS, LEDGER_COLUMNS, NEVER_COUNTS, PointDays, REJECTED, STATUS_UNKNOWN, Segments, Sweep,
};
use crate::verdict::Reason;

/// Rows of the ledger that are swept at once.
const SWEEP_ROWS: usize = 1 << 16;

/// Order-preserving bytes of some columns of a batch, NULL where any of them is.
pub(crate) fn key_bytes(
    converter: &RowConverter,
    columns: &[ArrayRef],
) -> Result<BinaryArray, arrow_schema::ArrowError> {
    let rows = converter.convert_columns(columns)?;
    let whole = |row: usize| columns.iter().all(|column| column.is_valid(row));
    let bytes = |row: usize| whole(row).then(|| rows.row(row).data());
    Ok((0..rows.num_rows()).map(bytes).collect())
}

fn ledger_schema() -> SchemaRef {
    let kind = |name: &str| match name {
        "key" => DataType::Binary,
        "code" => DataType::Utf8,
        _ => DataType::Int64,
    };
    let field = |name: &&str| Field::new(*name, kind(name), true);
    Arc::new(Schema::new(
        LEDGER_COLUMNS.iter().map(field).collect::<Vec<_>>(),
    ))
}

pub(crate) fn index_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Binary, false),
        Field::new("start", DataType::Int64, false),
        Field::new("verdict", DataType::Int64, false),
    ]))
}

/// The finished index.
#[derive(Debug, Clone)]
pub(crate) struct OwnershipIndex {
    file: Arc<KeyedFile>,
    /// Why every day of a key is undecided that it does not have, and of NULL.
    missing: Reason,
}

impl OwnershipIndex {
    /// A finished index.
    pub(crate) fn at(path: &Path, missing: Reason) -> Result<Self, SplitError> {
        let file = KeyedFile::open(path)?;
        Ok(Self { file, missing })
    }

    /// Uses the index at `path` if it is complete there, else makes it from the ledger and its rejects. The
    /// caller's path carries the digest of everything that the index is made from.
    pub(crate) fn open_or_build(
        staging: &Staging,
        (catalogue, ledger): (&Catalogue, &Ledger),
        codes: &Codes,
        (path, spill): (&Path, Spill<'_>),
    ) -> Result<Self, SplitError> {
        if path.is_file() {
            return Self::at(path, Reason::NotInLedger);
        }
        let mut rows = gather(staging, (catalogue, ledger), codes, spill)?;
        let file = PendingFile::create(path)?;
        let mut writer = CanonicalWriter::new(file, index_schema(), path)?;
        let sweep = KeySweep {
            sweep: Sweep { ledger, codes },
            open: None,
            each: |entries| Ok(writer.write(&entries)?),
        };
        sweep.all(|| Ok(rows.next_batch(SWEEP_ROWS)?))?;
        writer.finish()?.sink.commit()?;
        Self::at(path, Reason::NotInLedger)
    }

    /// Reads the index beside keys that ascend, from wherever the first of them is.
    pub(crate) fn cursor(&self) -> IndexCursor {
        IndexCursor {
            rows: self.file.rows(),
            held: HeldKey::default(),
            suffix: Vec::new(),
            missing: self.missing,
        }
    }
}

/// The ledger for messages: by the first of its tables.
fn ledger_id<'a>(catalogue: &'a Catalogue, ledger: &Ledger) -> &'a str {
    let table = ledger.tables.first();
    table.map_or("ledger", |part| &catalogue.tables[part.table].id)
}

/// The ledger's rows that rules read, of all its tables, and the keys of their rejected rows, sorted by key.
fn gather(
    staging: &Staging,
    (catalogue, ledger): (&Catalogue, &Ledger),
    codes: &Codes,
    spill: Spill<'_>,
) -> Result<SortedBatches, SplitError> {
    let mut sorter = BatchSorter::new(
        ledger_id(catalogue, ledger),
        ledger_schema(),
        &[0],
        spill.folder,
        spill.budget,
    )?;
    for part in &ledger.tables {
        let table = &catalogue.tables[part.table];
        let converter = key_converter(table, &part.key)?;
        let mut first_row = 1;
        for batch in staging.table(table)?.all(8192)? {
            let batch = batch?;
            let rows = ledger_rows(table, codes, (ledger, part), &converter, &batch)?;
            refuse_null_key(table, rows.column(0), first_row)?;
            first_row += batch.num_rows() as u64;
            let rows = that_matter(&rows).map_err(ColumnarError::arrow(&table.id))?;
            sorter.push(&rows)?;
        }
        gather_rejected(staging, table, &part.key, &converter, &mut sorter)?;
    }
    Ok(sorter.finish()?)
}

/// The columns of [`LEDGER_COLUMNS`] of a batch of one of the ledger's tables.
fn ledger_rows(
    table: &Table,
    codes: &Codes,
    (ledger, part): (&Ledger, &LedgerTable),
    converter: &RowConverter,
    batch: &RecordBatch,
) -> Result<RecordBatch, SplitError> {
    let id = &table.id;
    let rows = batch.num_rows();
    let column = |&position: &usize| batch.column(position).clone();
    let keys: Vec<ArrayRef> = part.key.iter().map(column).collect();
    let days = |position: &usize| Arc::new(Int64Array::from(as_numbers(&column(position))));
    let until: ArrayRef = match &part.until {
        Some(until) => days(until),
        None => new_null_array(&DataType::Int64, rows),
    };
    let entries: Vec<ArrayRef> = part.own_when.iter().map(column).collect();
    let own_when = codes
        .own_when(&ledger.own_when, &entries, rows)
        .and_then(|said| results(&said, "own_when"))
        .map_err(SplitError::polars(id))?;
    let status = status(ledger, part, batch).map_err(SplitError::polars(id))?;
    let made = || {
        RecordBatch::try_new(
            ledger_schema(),
            vec![
                Arc::new(key_bytes(converter, &keys)?),
                Arc::new(Int64Array::from(status)),
                days(&part.from),
                until,
                column(&part.retailer),
                Arc::new(Int64Array::from(own_when)),
            ],
        )
    };
    made().map_err(|refused| ColumnarError::arrow(id)(refused).into())
}

/// Whether each row counts, never does, or nobody knows.
fn status(ledger: &Ledger, table: &LedgerTable, batch: &RecordBatch) -> PolarsResult<Vec<i64>> {
    let Some((counts, column)) = ledger.counts.as_ref().zip(table.counts) else {
        return Ok(vec![COUNTS; batch.num_rows()]);
    };
    let counting = Counting::of(counts, batch.column(column))?;
    let status = first_of(
        &[
            (&counting.never, &word(NEVER_COUNTS)),
            (&counting.unknown, &word(STATUS_UNKNOWN)),
        ],
        &word(COUNTS),
    )?;
    results(&status, "counts")
}

/// The rows without those that never count: for the timeline they are not there.
fn that_matter(rows: &RecordBatch) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let status = rows.column(1).as_primitive::<Int64Type>().values().iter();
    let kept: BooleanArray = status.map(|status| Some(*status != NEVER_COUNTS)).collect();
    filter_record_batch(rows, &kept)
}

/// A ledger row without a key could speak of any supply point.
fn refuse_null_key(table: &Table, keys: &ArrayRef, first_row: u64) -> Result<(), SplitError> {
    match (0..keys.len()).find(|&row| keys.is_null(row)) {
        None => Ok(()),
        Some(row) => Err(SplitError::LedgerKeyNull {
            table: table.id.clone(),
            row: first_row + row as u64,
        }),
    }
}

/// The keys of rejected ledger rows, flagged.
fn gather_rejected(
    staging: &Staging,
    table: &Table,
    key: &[usize],
    converter: &RowConverter,
    sorter: &mut BatchSorter,
) -> Result<(), SplitError> {
    let Some(rejects) = staging.rejects(table)? else {
        return Ok(());
    };
    for (line, reject) in rejects.enumerate() {
        let reject = reject?;
        let values: Vec<ArrayRef> = key
            .iter()
            .map(|&position| read_key(table, position, &reject, line + 1))
            .collect::<Result<_, _>>()?;
        let none = |kind: &DataType| new_null_array(kind, 1);
        let batch = key_bytes(converter, &values).and_then(|keys| {
            let keys: ArrayRef = Arc::new(keys);
            let status: ArrayRef = Arc::new(Int64Array::from(vec![REJECTED]));
            let (number, text) = (none(&DataType::Int64), none(&DataType::Utf8));
            let columns = vec![keys, status, number.clone(), number.clone(), text, number];
            RecordBatch::try_new(ledger_schema(), columns)
        });
        sorter.push(&batch.map_err(ColumnarError::arrow(&table.id))?)?;
    }
    Ok(())
}

/// A key value of a rejected row as its declared type; [`None`] for NULL, for what does not fit, and for types that are
/// written in many ways, which only extraction knows.
pub(crate) fn rejected_value(table: &Table, column: usize, reject: &Reject) -> Option<ArrayRef> {
    if rejected_null(table, column, reject) {
        return None;
    }
    match (table.columns[column].value_type, reject.values.get(column)) {
        (ValueType::Text, Some(RawValue::Text(text))) => {
            Some(Arc::new(StringArray::from(vec![text.as_str()])))
        }
        (ValueType::Int, Some(RawValue::Int(value))) => {
            Some(Arc::new(Int64Array::from(vec![*value])))
        }
        (ValueType::Text, Some(RawValue::Int(value)))
            if table.columns[column].reading.takes_integers =>
        {
            let printed = value.to_string();
            Some(Arc::new(StringArray::from(vec![printed.as_str()])))
        }
        (_, _) => None,
    }
}

/// Whether a rejected row holds NULL in a column, or what extraction stages as NULL.
pub(crate) fn rejected_null(table: &Table, column: usize, reject: &Reject) -> bool {
    let nothing = &table.columns[column].reading.nothing;
    let value = reject.values.get(column);
    value.is_some_and(|value| *value == RawValue::Null || value.is_listed(nothing))
}

/// The run is refused where the ledger key of a rejected row is no value.
fn read_key(
    table: &Table,
    column: usize,
    reject: &Reject,
    line: usize,
) -> Result<ArrayRef, SplitError> {
    rejected_value(table, column, reject).ok_or_else(|| SplitError::UnreadableLedgerKey {
        table: table.id.clone(),
        column: table.columns[column].name.clone(),
        line,
    })
}

/// A key of which more rows may come.
struct OpenKey {
    key: Vec<u8>,
    days: PointDays,
}

/// The sweep over the rows of a ledger, sorted by key and day, some at a time. Of a key under way only its days are held.
struct KeySweep<'a, F> {
    sweep: Sweep<'a>,
    open: Option<OpenKey>,
    /// Takes the index's entries, in order.
    each: F,
}

impl<F: FnMut(RecordBatch) -> Result<(), SplitError>> KeySweep<'_, F> {
    /// Goes through all rows; `next` gives the next few.
    fn all(
        mut self,
        mut next: impl FnMut() -> Result<Option<RecordBatch>, SplitError>,
    ) -> Result<(), SplitError> {
        let wrap = || ColumnarError::arrow("ledger");
        let mut waiting: Option<RecordBatch> = None;
        while let Some(more) = next()? {
            let rows = match waiting.take() {
                None => more,
                Some(held) => concat_batches(&ledger_schema(), [&held, &more]).map_err(wrap())?,
            };
            let taken = match self.sweep.ledger.end {
                LedgerEnd::Until { .. } => rows.num_rows(),
                LedgerEnd::Next => before_last_day(&rows),
            };
            self.take(&rows, taken)?;
            let left = rows.slice(taken, rows.num_rows() - taken);
            waiting = (left.num_rows() > 0)
                .then(|| at_most_twice(&left))
                .transpose()?;
        }
        if let Some(rows) = waiting {
            self.take(&rows, rows.num_rows())?;
        }
        self.close()
    }

    /// Takes the first rows of a batch.
    fn take(&mut self, rows: &RecordBatch, taken: usize) -> Result<(), SplitError> {
        let keys = rows.column(0).as_binary::<i32>();
        let Some(last) = keys.len().checked_sub(1) else {
            return Ok(());
        };
        let goes_on = |open: &mut OpenKey| open.key == keys.value(0);
        let before = match self.open.take_if(goes_on) {
            Some(open) => open.days,
            None => {
                self.close()?;
                PointDays::default()
            }
        };
        let said = self.sweep.segments(rows, taken, before);
        let (segments, days) = said.map_err(SplitError::polars("ledger"))?;
        let is_first = |row: &usize| *row == 0 || keys.value(*row) != keys.value(row - 1);
        let firsts = (0..keys.len()).filter(is_first);
        let points: Vec<&[u8]> = firsts.map(|row| keys.value(row)).collect();
        (self.each)(index_batch(&points, segments)?)?;
        let key = keys.value(last).to_vec();
        self.open = Some(OpenKey { key, days });
        Ok(())
    }

    /// All rows of the key under way were seen.
    fn close(&mut self) -> Result<(), SplitError> {
        let Some(OpenKey { key, days }) = self.open.take() else {
            return Ok(());
        };
        let segments = self.sweep.of_point(days);
        (self.each)(index_batch(&[&key], segments)?)
    }
}

/// How many rows come before those of the last day of the last key, of which it is not known yet when the next begins.
fn before_last_day(rows: &RecordBatch) -> usize {
    let keys = rows.column(0).as_binary::<i32>();
    let status = rows.column(1).as_primitive::<Int64Type>();
    let from = rows.column(2).as_primitive::<Int64Type>();
    let count = rows.num_rows();
    let Some(last) = count.checked_sub(1) else {
        return 0;
    };
    // Of one key rows that count come first, by their day; without a day they ask for no next one.
    if status.value(last) != COUNTS || from.is_null(last) {
        return count;
    }
    let alike = |row: &usize| {
        keys.value(*row) == keys.value(last)
            && from.is_valid(*row)
            && from.value(*row) == from.value(last)
    };
    count - (0..count).rev().take_while(alike).count()
}

/// Rows without what is there more than twice: to the timeline two rows that are alike are as many as three.
fn at_most_twice(rows: &RecordBatch) -> Result<RecordBatch, SplitError> {
    let wrap = || ColumnarError::arrow("ledger");
    let schema = ledger_schema();
    let types = schema.fields().iter().map(|field| field.data_type());
    let converter = row_converter("ledger", types)?;
    let bytes = converter.convert_columns(rows.columns()).map_err(wrap())?;
    let is_third = |row: usize| {
        row >= 2 && bytes.row(row) == bytes.row(row - 1) && bytes.row(row) == bytes.row(row - 2)
    };
    let kept: BooleanArray = (0..rows.num_rows())
        .map(|row| Some(!is_third(row)))
        .collect();
    Ok(filter_record_batch(rows, &kept).map_err(wrap())?)
}

/// Segments with their keys, as the index file holds them.
fn index_batch(points: &[&[u8]], segments: Segments) -> Result<RecordBatch, SplitError> {
    let key = |point: &i64| {
        let point = usize::try_from(*point).ok();
        point.and_then(|point| points.get(point).copied())
    };
    let keys: BinaryArray = segments.points.iter().map(key).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(keys),
        Arc::new(Int64Array::from(segments.starts)),
        Arc::new(Int64Array::from(segments.verdicts)),
    ];
    let entries = RecordBatch::try_new(index_schema(), columns);
    Ok(entries.map_err(ColumnarError::arrow("ledger"))?)
}

/// Bytes that follow a key: which supply point, the first and the last day.
const SUFFIX: usize = 24;

/// The key under which the index holds a supply point of a key. No key begins with another one, so it comes right after that.
pub(crate) fn assigned_key(key: &[u8], assigned: &Assigned) -> Vec<u8> {
    let mut bytes = key.to_vec();
    bytes.extend_from_slice(&assigned.point.to_be_bytes());
    bytes.extend_from_slice(&assigned.first.to_be_bytes());
    bytes.extend_from_slice(&assigned.last.to_be_bytes());
    bytes
}

/// The same without its segments, of the bytes that follow the key.
fn assigned_of(suffix: &[u8]) -> Option<Assigned> {
    let ([point, first, last], []) = suffix.as_chunks::<8>() else {
        return None;
    };
    Some(Assigned {
        point: u64::from_be_bytes(*point),
        first: i64::from_be_bytes(*first),
        last: i64::from_be_bytes(*last),
        segments: Timeline::new(),
    })
}

/// The key that was asked for last, with what the index has of it: no segments if it lacks the key. Its room is used again.
#[derive(Default)]
struct HeldKey {
    key: Vec<u8>,
    segments: Timeline,
    assigned: Vec<Assigned>,
}

/// Goes through the index once, beside keys that ascend.
pub(crate) struct IndexCursor {
    rows: KeyedRows,
    held: HeldKey,
    /// Where a supply point of the key was read last.
    suffix: Vec<u8>,
    missing: Reason,
}

impl IndexCursor {
    /// The segments of every key of `keys`, which ascend, also from one call to the next; of a NULL key, and of one that the
    /// index lacks, every day is undecided.
    pub(crate) fn slice(&mut self, keys: &BinaryArray) -> Result<Slice, SplitError> {
        let mut slice = Slice::new(Reason::NotInLedger.verdict());
        let absent = match self.missing {
            Reason::NotInLedger => -1,
            missing => slice.add(&[(FIRST_DAY, missing.verdict())]),
        };
        let mut points = Vec::with_capacity(keys.len());
        for row in 0..keys.len() {
            if keys.is_null(row) {
                points.push(absent);
            } else if row > 0 && keys.is_valid(row - 1) && keys.value(row) == keys.value(row - 1) {
                points.push(points[row - 1]);
            } else {
                let held = self.find(keys.value(row))?;
                points.push(
                    held.map_or(absent, |held| slice.add_key(&held.segments, &held.assigned)),
                );
            }
        }
        slice.points = points;
        Ok(slice)
    }

    /// The segments of one key; keys are asked in ascending order.
    pub(crate) fn segments(&mut self, key: &[u8]) -> Result<Option<&Timeline>, SplitError> {
        Ok(self.find(key)?.map(|held| &held.segments))
    }

    /// What the index has of a key; [`None`] if it lacks the key.
    fn find(&mut self, key: &[u8]) -> Result<Option<&HeldKey>, SplitError> {
        if self.held.key != key {
            self.advance(key)?;
        }
        Ok(Some(&self.held).filter(|held| !held.segments.is_empty()))
    }

    fn advance(&mut self, key: &[u8]) -> Result<(), SplitError> {
        let held = &mut self.held;
        held.key.clear();
        held.key.extend_from_slice(key);
        held.segments.clear();
        held.assigned.clear();
        self.suffix.clear();
        self.rows.seek(key)?;
        while let Some((batch, row)) = self.rows.row() {
            let here = batch.column(0).as_binary::<i32>().value(row);
            let number = |column: usize| {
                let numbers = batch.column(column).as_primitive::<Int64Type>();
                numbers.value(row)
            };
            let segment = (number(1), number(2));
            match here.strip_prefix(key) {
                Some([]) => held.segments.push(segment),
                Some(bytes) if bytes.len() == SUFFIX => {
                    if self.suffix != bytes {
                        self.suffix.clear();
                        self.suffix.extend_from_slice(bytes);
                        held.assigned.extend(assigned_of(bytes));
                    }
                    if let Some(point) = held.assigned.last_mut() {
                        point.segments.push(segment);
                    }
                }
                // Keys ascend: this one comes after what was asked for.
                Some(_) | None => break,
            }
            self.rows.step()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use bunri_catalogue::UntilIs;
    use bunri_parse::load;

    use super::*;
    use crate::verdict::{OTHER, OWN};

    /// Small, and the same everywhere.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: i64) -> i64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(self.0 >> 33).unwrap() % bound
        }
    }

    /// Some hundred rows of eight keys, sorted as a ledger is: doubled ones, days that are missing, rows that nobody knows.
    fn ledger(dice: &mut Dice) -> RecordBatch {
        let mut rows: Vec<_> = (0..300)
            .map(|_| {
                let status = match dice.below(400) {
                    0 => REJECTED,
                    1 => STATUS_UNKNOWN,
                    _ => COUNTS,
                };
                let from = (dice.below(300) > 0).then(|| dice.below(30));
                let until = (dice.below(300) > 0).then(|| dice.below(40));
                let code = ["99010", "99020", "?"][usize::try_from(dice.below(3)).unwrap()];
                let own_when = [OWN, OTHER][usize::try_from(dice.below(2)).unwrap()];
                (dice.below(8), status, from, until, code, own_when)
            })
            .collect();
        rows.sort_unstable();
        let keys = rows.iter().map(|row| Some(row.0.to_be_bytes()));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(keys.collect::<BinaryArray>()),
            Arc::new(rows.iter().map(|row| Some(row.1)).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.3).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| Some(row.4)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| Some(row.5)).collect::<Int64Array>()),
        ];
        RecordBatch::try_new(ledger_schema(), columns).unwrap()
    }

    #[test]
    fn a_key_whose_rows_come_in_pieces_has_the_timeline_of_all_of_them() {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../samples/catalogues/valid/minimal"
        );
        let catalogue = load(Path::new(folder)).unwrap();
        let codes = Codes::only_incumbent("99010");
        let ends = [
            LedgerEnd::Next,
            LedgerEnd::Until {
                until_is: UntilIs::Inclusive,
                open: BTreeSet::from([39]),
                null_is_open: false,
            },
        ];
        for seed in 0..20 {
            let rows = ledger(&mut Dice(seed));
            for (end, agreed) in ends.iter().flat_map(|end| [(end, false), (end, true)]) {
                let mut ledger = catalogue.ledgers[0].clone();
                ledger.end = end.clone();
                ledger.overlap_same_verdict = agreed.then(|| "a test".to_owned());
                let swept = |at_once: usize| {
                    let (mut entries, mut next) = (Vec::new(), 0);
                    let sweep = KeySweep {
                        sweep: Sweep {
                            ledger: &ledger,
                            codes: &codes,
                        },
                        open: None,
                        each: |batch| {
                            entries.push(batch);
                            Ok(())
                        },
                    };
                    let pieces = || {
                        let taken = at_once.min(rows.num_rows() - next);
                        next += taken;
                        Ok((taken > 0).then(|| rows.slice(next - taken, taken)))
                    };
                    sweep.all(pieces).unwrap();
                    concat_batches(&index_schema(), &entries).unwrap()
                };
                let whole = swept(usize::MAX);
                assert!(whole.num_rows() > 20);
                for at_once in [1, 2, 3, 7, 64] {
                    assert_eq!(swept(at_once), whole, "{at_once} of seed {seed}");
                }
            }
        }
    }

    #[test]
    fn of_rows_that_are_alike_two_are_held() {
        let rows = ledger(&mut Dice(1)).slice(0, 1);
        let many = concat_batches(&ledger_schema(), vec![&rows; 9]).unwrap();
        assert_eq!(at_most_twice(&many).unwrap().num_rows(), 2);
    }
}
