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
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::{Catalogue, Ledger, LedgerTable, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, PendingFile, RawValue, Reject, SortedBatches,
    Staging, key_converter,
};
use polars::prelude::PolarsResult;

use crate::SplitError;
use crate::codes::{Codes, Counting};
use crate::frame::{FIRST_DAY, as_numbers, first_of, results, word};
use crate::keyed::{KeyedFile, KeyedRows};
use crate::passes::Spill;
use crate::slice::{Assigned, Slice, Timeline};
use crate::timeline::{
    COUNTS, LEDGER_COLUMNS, NEVER_COUNTS, REJECTED, STATUS_UNKNOWN, Segments, Sweep,
};
use crate::verdict::Reason;

/// Rows of the ledger that are swept at once, and a few more to complete the last key.
const SWEEP_ROWS: usize = 1 << 16;

/// Order-preserving bytes of some columns of a batch, NULL where any of them is.
pub(crate) fn key_bytes(
    converter: &RowConverter,
    columns: &[ArrayRef],
) -> Result<BinaryArray, arrow_schema::ArrowError> {
    let rows = converter.convert_columns(columns)?;
    let whole = |row: usize| columns.iter().all(|column| column.is_valid(row));
    let bytes = |row: usize| whole(row).then(|| rows.row(row).data().to_vec());
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
        let sweep = Sweep { ledger, codes };
        let id = ledger_id(catalogue, ledger);
        let mut carried: Option<RecordBatch> = None;
        while let Some((whole, rest)) = next_whole(&mut rows, carried.take())? {
            let segments = sweep.segments(&whole).map_err(SplitError::polars(id))?;
            writer.write(&index_batch(&whole, &segments).map_err(ColumnarError::arrow(id))?)?;
            carried = rest;
        }
        writer.finish()?.sink.commit()?;
        Self::at(path, Reason::NotInLedger)
    }

    /// Reads the index beside keys that ascend, from wherever the first of them is.
    pub(crate) fn cursor(&self) -> IndexCursor {
        IndexCursor {
            rows: self.file.rows(),
            held: None,
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

/// The next rows of the ledger, cut where a key ends; the rows after the cut come back with the next call.
fn next_whole(
    ledger: &mut SortedBatches,
    carried: Option<RecordBatch>,
) -> Result<Option<(RecordBatch, Option<RecordBatch>)>, SplitError> {
    let mut rows = carried;
    loop {
        let Some(more) = ledger.next_batch(SWEEP_ROWS)? else {
            return Ok(rows.map(|rows| (rows, None)));
        };
        let all = match rows.take() {
            None => more,
            Some(held) => arrow_select::concat::concat_batches(&ledger_schema(), [&held, &more])
                .map_err(ColumnarError::arrow("ledger"))?,
        };
        let keys = all.column(0).as_binary::<i32>();
        let last = keys.value(keys.len() - 1);
        let cut = (0..keys.len())
            .rev()
            .find(|&row| keys.value(row) != last)
            .map_or(0, |row| row + 1);
        if cut > 0 {
            let rest = all.slice(cut, all.num_rows() - cut);
            return Ok(Some((all.slice(0, cut), Some(rest))));
        }
        rows = Some(all);
    }
}

/// Segments with their keys, as the index file holds them.
fn index_batch(
    ledger: &RecordBatch,
    segments: &Segments,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let keys = ledger.column(0).as_binary::<i32>();
    let is_first = |row: &usize| *row == 0 || keys.value(*row) != keys.value(row - 1);
    let firsts: Vec<usize> = (0..keys.len()).filter(is_first).collect();
    let key = |point: &i64| {
        usize::try_from(*point)
            .ok()
            .map(|point| keys.value(firsts[point]))
    };
    let keys: BinaryArray = segments.points.iter().map(key).collect();
    RecordBatch::try_new(
        index_schema(),
        vec![
            Arc::new(keys),
            Arc::new(Int64Array::from(segments.starts.clone())),
            Arc::new(Int64Array::from(segments.verdicts.clone())),
        ],
    )
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

/// A key that was found, with what the index has of it.
struct HeldKey {
    key: Vec<u8>,
    segments: Timeline,
    assigned: Vec<Assigned>,
}

/// Goes through the index once, beside keys that ascend.
pub(crate) struct IndexCursor {
    rows: KeyedRows,
    /// The key that was asked for last, if the index has it.
    held: Option<HeldKey>,
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

    fn find(&mut self, key: &[u8]) -> Result<Option<&HeldKey>, SplitError> {
        if self.held.as_ref().is_none_or(|held| held.key != key) {
            self.advance(key)?;
        }
        Ok(self.held.as_ref().filter(|held| held.key == key))
    }

    fn advance(&mut self, key: &[u8]) -> Result<(), SplitError> {
        let mut segments = Timeline::new();
        let mut assigned: Vec<Assigned> = Vec::new();
        // Where a supply point of the key was read last.
        let mut suffix = Vec::new();
        self.rows.seek(key)?;
        while let Some((batch, row)) = self.rows.row() {
            let here = batch.column(0).as_binary::<i32>().value(row);
            let number = |column: usize| {
                let numbers = batch.column(column).as_primitive::<Int64Type>();
                numbers.value(row)
            };
            let segment = (number(1), number(2));
            match here.strip_prefix(key) {
                Some([]) => segments.push(segment),
                Some(bytes) if bytes.len() == SUFFIX => {
                    if suffix != bytes {
                        suffix = bytes.to_vec();
                        assigned.extend(assigned_of(bytes));
                    }
                    if let Some(point) = assigned.last_mut() {
                        point.segments.push(segment);
                    }
                }
                // Keys ascend: this one comes after what was asked for.
                Some(_) | None => break,
            }
            self.rows.step()?;
        }
        if !segments.is_empty() {
            self.held = Some(HeldKey {
                key: key.to_vec(),
                segments,
                assigned,
            });
        }
        Ok(())
    }
}
