//! The narrow pass: of every row its key, as the source holds it and by value, and when it was changed; sorted by key. A **record**
//! is one such row as bytes that sort in that order.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_row::RowConverter;
use arrow_schema::{ArrowError, DataType};
use bunri_catalogue::Table;
use bunri_columnar::{ByteSorter, ColumnarError, RawValue, SortedRecords, key_converter};
use bunri_source::{Copier, RowSink, Session, SourceRow, raw};
use bunri_types::ValueType;

use crate::ExtractError;
use crate::earlier::{Way, day_of};
use crate::halt::Halt;
use crate::rows::BATCH_ROWS;
use crate::table::Work;

/// Whether a row was changed, and when: a byte and eight more.
const CHANGED: usize = 9;
/// How long the key is: the last bytes of a record.
const LENGTH: usize = 4;

/// A row, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NarrowRow<'r> {
    /// The key by value; none of a key that does not fit its types.
    pub(super) key: Option<&'r [u8]>,
    /// The key as the source holds it, as [`encode`] writes it.
    pub(super) raw: &'r [u8],
    /// The cell of the column that says when it was changed; none of NULL and of what does not fit.
    pub(super) changed: Option<i64>,
}

impl<'r> NarrowRow<'r> {
    /// What a record holds; [`None`] of other bytes.
    pub(super) fn of(record: &'r [u8]) -> Option<Self> {
        let (record, length) = record.split_at_checked(record.len().checked_sub(LENGTH)?)?;
        let length = u32::from_le_bytes(length.try_into().ok()?);
        let (fits, record) = record.split_first()?;
        let (key, record) = record.split_at_checked(usize::try_from(length).ok()?)?;
        let (raw, changed) = record.split_at_checked(record.len().checked_sub(CHANGED)?)?;
        let (is_known, cell) = changed.split_first()?;
        let cell = i64::from_be_bytes(cell.try_into().ok()?);
        Some(Self {
            key: (*fits == 1).then_some(key),
            raw,
            changed: (*is_known == 1).then_some(cell),
        })
    }
}

/// Every row of a table.
pub(super) struct Narrow {
    pub(super) rows: u64,
    pub(super) records: SortedRecords,
}

/// Reads them.
pub(super) fn read(
    work: &Work<'_>,
    session: &Session,
    way: &Way<'_>,
) -> Result<Narrow, ExtractError> {
    let table = work.table;
    let changed = &table.columns[way.column];
    let key = || table.key.iter().map(|&column| &table.columns[column]);
    let names: Vec<&str> = key()
        .chain([changed])
        .map(|column| column.name.as_str())
        .collect();
    let keys = key().map(|column| Copier::new(column.value_type, &column.reading, true));
    let wrong = |refused: ArrowError| ColumnarError::arrow(&table.id)(refused);
    let mut pass = Pass {
        table,
        halt: &work.bench.halt,
        types: key().map(|column| column.value_type).collect(),
        keys: keys.collect::<Result<_, _>>().map_err(wrong)?,
        changed: Copier::new(changed.value_type, &changed.reading, false).map_err(wrong)?,
        converter: key_converter(table, &table.key)?,
        fits: Vec::with_capacity(BATCH_ROWS),
        raws: Vec::new(),
        ends: Vec::with_capacity(BATCH_ROWS),
        sorter: ByteSorter::new(&work.bench.custody.tmp(), work.bench.budget / 2),
        rows: 0,
    };
    session.read_columns(&table.name, &names, work.kind, &mut pass)?;
    pass.flush()?;
    Ok(Narrow {
        rows: pass.rows,
        records: pass.sorter.finish()?,
    })
}

/// Takes keys and when rows were changed.
struct Pass<'a> {
    table: &'a Table,
    halt: &'a Halt<'a>,
    types: Vec<ValueType>,
    keys: Vec<Copier>,
    changed: Copier,
    converter: RowConverter,
    /// Of the rows that wait: whether the key fits; all their keys as the source holds them, and where each ends.
    fits: Vec<bool>,
    raws: Vec<u8>,
    ends: Vec<usize>,
    sorter: ByteSorter,
    rows: u64,
}

impl RowSink for Pass<'_> {
    type Error = ExtractError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, ExtractError> {
        let mut fits = true;
        for (at, (copier, value_type)) in self.keys.iter_mut().zip(&self.types).enumerate() {
            let value = row.value(at)?;
            encode(&raw(value, *value_type), &mut self.raws);
            fits &= copier.take(value).is_ok();
        }
        // What does not fit is as good as NULL: the row is read, and rejected then.
        let _ = self.changed.take(row.value(self.types.len())?);
        self.fits.push(fits);
        self.ends.push(self.raws.len());
        if self.fits.len() == BATCH_ROWS {
            self.flush()?;
        }
        Ok(true)
    }
}

impl Pass<'_> {
    fn flush(&mut self) -> Result<(), ExtractError> {
        if self.halt.asked() {
            return Err(ExtractError::Interrupted);
        }
        let keys: Vec<ArrayRef> = self.keys.iter_mut().map(Copier::finish).collect();
        let keys = self
            .converter
            .convert_columns(&keys)
            .map_err(ColumnarError::arrow(&self.table.id))?;
        let changed = cells(&self.changed.finish());
        let mut start = 0;
        for (row, (fits, end)) in self.fits.iter().zip(&self.ends).enumerate() {
            let key = keys.row(row);
            let key: &[u8] = if *fits { key.as_ref() } else { &[] };
            let length = u32::try_from(key.len())
                .map_err(|_| ColumnarError::RowTooLarge { bytes: key.len() })?;
            let cell = changed[row].unwrap_or_default().to_be_bytes();
            self.sorter.push_parts(&[
                &[u8::from(*fits)],
                key,
                &self.raws[start..*end],
                &[u8::from(changed[row].is_some())],
                &cell,
                &length.to_le_bytes(),
            ])?;
            start = *end;
        }
        self.rows += self.fits.len() as u64;
        self.fits.clear();
        self.raws.clear();
        self.ends.clear();
        Ok(())
    }
}

/// The cells of a date or timestamp column. The job names no other.
pub(super) fn cells(column: &ArrayRef) -> Vec<Option<i64>> {
    match column.data_type() {
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().iter();
            days.map(|day| day.map(i64::from)).collect()
        }
        DataType::Timestamp(..) => column
            .as_primitive::<TimestampMicrosecondType>()
            .iter()
            .collect(),
        // Nothing is known of when such rows were changed: they are read.
        _ => vec![None; column.len()],
    }
}

/// The days of the cells of such a column.
pub(super) fn days(column: &ArrayRef) -> impl Iterator<Item = i64> {
    let is_date = *column.data_type() == DataType::Date32;
    let cells = cells(column).into_iter().flatten();
    cells.map(move |cell| day_of(cell, is_date))
}

/// Writes a value of a key as the source holds it: which kind, how long, and what.
pub(super) fn encode(value: &RawValue, into: &mut Vec<u8>) {
    let mut put = |kind: u8, content: &[u8]| {
        into.push(kind);
        // A reject of 64 MiB is the largest row there is.
        into.extend_from_slice(
            &u32::try_from(content.len())
                .unwrap_or(u32::MAX)
                .to_le_bytes(),
        );
        into.extend_from_slice(content);
    };
    match value {
        RawValue::Null => put(0, &[]),
        RawValue::Int(number) => put(1, &number.to_le_bytes()),
        RawValue::Real(text) => put(2, text.as_bytes()),
        RawValue::Decimal(text) => put(3, text.as_bytes()),
        RawValue::Text(text) => put(4, text.as_bytes()),
        RawValue::TextHex(text) => put(5, text.as_bytes()),
        RawValue::Blob(text) => put(6, text.as_bytes()),
        RawValue::Unknown => put(7, &[]),
    }
}

/// The values that were written; [`None`] of other bytes.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<RawValue>> {
    let mut values = Vec::new();
    while let Some((kind, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (content, rest) = rest.split_at_checked(length)?;
        let text = || Some(std::str::from_utf8(content).ok()?.to_owned());
        values.push(match kind {
            0 => RawValue::Null,
            1 => RawValue::Int(i64::from_le_bytes(content.try_into().ok()?)),
            2 => RawValue::Real(text()?),
            3 => RawValue::Decimal(text()?),
            4 => RawValue::Text(text()?),
            5 => RawValue::TextHex(text()?),
            6 => RawValue::Blob(text()?),
            7 => RawValue::Unknown,
            _ => return None,
        });
        bytes = rest;
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_as_the_source_holds_it_is_read_back() {
        let key = vec![
            RawValue::Null,
            RawValue::Int(-1),
            RawValue::Real("1e300".to_owned()),
            RawValue::Decimal("1.50".to_owned()),
            RawValue::Text("供給".to_owned()),
            RawValue::TextHex("93fa".to_owned()),
            RawValue::Blob(String::new()),
            RawValue::Unknown,
        ];
        let mut bytes = Vec::new();
        key.iter().for_each(|value| encode(value, &mut bytes));
        assert_eq!(decode(&bytes).unwrap(), key);
        assert_eq!(decode(&bytes[..bytes.len() - 1]), None);
    }

    #[test]
    fn a_record_gives_its_row_back() {
        let mut record = vec![1];
        record.extend_from_slice(b"key");
        record.extend_from_slice(b"raw");
        record.push(1);
        record.extend_from_slice(&(-5_i64).to_be_bytes());
        record.extend_from_slice(&3_u32.to_le_bytes());
        let row = NarrowRow::of(&record).unwrap();
        assert_eq!(
            (row.key, row.raw, row.changed),
            (Some(&b"key"[..]), &b"raw"[..], Some(-5))
        );
        assert_eq!(NarrowRow::of(b"key"), None);
    }
}
