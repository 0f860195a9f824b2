//! One table of a source as extraction would read it: with the same copiers, so that what does not fit here is what extraction
//! rejects. Nothing of a row is kept but numbers of its key.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_row::RowConverter;
use arrow_schema::DataType;
use bunri_catalogue::{KnownAt, Table};
use bunri_columnar::{ColumnarError, key_converter};
use bunri_source::{Copier, RowSink, SourceRow, SourceValue};
use bunri_types::Day;

use super::CheckError;
use super::codes::{CodeList, CodesSeen};

/// Rows between two looks at keys, codes and days.
const BATCH_ROWS: usize = 8192;
const MICROS_A_DAY: i64 = 86_400_000_000;
/// 2199-12-31: a later day is a sentinel.
const LAST_DAY_OF_DATA: Day = 84_005;

/// Takes the rows of a table.
pub(super) struct TableCheck<'a> {
    table: &'a Table,
    copiers: Vec<Copier>,
    fits: Vec<bool>,
    key: Option<KeyHashes>,
    lists: &'a [CodeList],
    retailers: Option<usize>,
    /// The columns that say when a row was written.
    written: BTreeSet<usize>,
    seen: TableSeen,
    go_on: &'a dyn Fn(u64) -> bool,
}

/// What was seen of a table.
#[derive(Debug, Default)]
pub(super) struct TableSeen {
    pub(super) rows: u64,
    pub(super) rejected: u64,
    /// By column: values that do not fit, by the rule that they break.
    pub(super) misfits: Vec<BTreeMap<&'static str, u64>>,
    /// By column: values that are not NULL.
    pub(super) values: Vec<u64>,
    /// By place in the key: rows with NULL.
    pub(super) null_keys: Vec<u64>,
    /// Rows that share their key with another row; [`None`]: too many rows to compare.
    pub(super) doubled: Option<u64>,
    /// By list.
    pub(super) codes: Vec<CodesSeen>,
    /// The codes of a column that lists the retailers.
    pub(super) retailers: CodesSeen,
    /// The newest day on which a row was written.
    pub(super) newest: Option<(Day, usize)>,
    /// Lines that are no rows, by what is wrong with them.
    pub(super) broken: BTreeMap<&'static str, u64>,
}

/// Keys by 128 bits of their BLAKE3: two rows with one number share a key, on any source that nobody made to deceive.
struct KeyHashes {
    converter: RowConverter,
    numbers: Vec<u128>,
    most: usize,
    too_many: bool,
}

/// What is asked of a table.
pub(super) struct Asked<'a> {
    pub(super) lists: &'a [CodeList],
    /// The column whose codes are the known retailers.
    pub(super) retailers: Option<usize>,
    /// Whether the source itself keeps the key unique.
    pub(super) unique: bool,
    /// So many keys may be kept.
    pub(super) most_keys: usize,
}

impl<'a> TableCheck<'a> {
    pub(super) fn new(
        table: &'a Table,
        asked: &Asked<'a>,
        go_on: &'a dyn Fn(u64) -> bool,
    ) -> Result<Self, ColumnarError> {
        let copiers = table.columns.iter().enumerate().map(|(at, column)| {
            Copier::new(column.value_type, &column.reading, table.key.contains(&at))
        });
        let copiers = copiers
            .collect::<Result<_, _>>()
            .map_err(ColumnarError::arrow(&table.id))?;
        let key = if table.key.is_empty() || asked.unique {
            None
        } else {
            Some(KeyHashes {
                converter: key_converter(table, &table.key)?,
                numbers: Vec::new(),
                most: asked.most_keys,
                too_many: false,
            })
        };
        let written = match &table.known_at {
            KnownAt::Column { columns, .. } => columns.iter().copied().collect(),
            KnownAt::None { .. } | KnownAt::NotNeeded => BTreeSet::new(),
        };
        let columns = table.columns.len();
        Ok(Self {
            table,
            copiers,
            fits: Vec::with_capacity(BATCH_ROWS),
            key,
            lists: asked.lists,
            retailers: asked.retailers,
            written,
            seen: TableSeen {
                misfits: vec![BTreeMap::new(); columns],
                values: vec![0; columns],
                null_keys: vec![0; table.key.len()],
                codes: asked.lists.iter().map(|_| CodesSeen::default()).collect(),
                ..TableSeen::default()
            },
            go_on,
        })
    }

    pub(super) fn finish(mut self) -> Result<TableSeen, CheckError> {
        self.batch()?;
        self.seen.doubled = self.key.map_or(Some(0), KeyHashes::doubled);
        Ok(self.seen)
    }

    fn batch(&mut self) -> Result<(), CheckError> {
        let rows = self.fits.len();
        let cells: Vec<ArrayRef> = self.copiers.iter_mut().map(Copier::finish).collect();
        let fits = std::mem::take(&mut self.fits);
        if let Some(key) = &mut self.key {
            let columns: Vec<ArrayRef> =
                self.table.key.iter().map(|&at| cells[at].clone()).collect();
            key.take(&columns, &fits)
                .map_err(ColumnarError::arrow(&self.table.id))?;
        }
        for (list, seen) in self.lists.iter().zip(&mut self.seen.codes) {
            seen.take(&cells[list.column], &fits);
        }
        if let Some(column) = self.retailers {
            self.seen.retailers.take(&cells[column], &fits);
        }
        for &column in &self.written {
            let newest = newest(&cells[column], &fits).map(|day| (day, column));
            self.seen.newest = self.seen.newest.max(newest);
        }
        if !(self.go_on)(rows as u64) {
            return Err(CheckError::Interrupted);
        }
        Ok(())
    }

    fn row(&mut self, row: &impl SourceRow) -> Result<(), CheckError> {
        if let Some(fault) = row.place().and_then(|place| place.fault) {
            *self.seen.broken.entry(fault.word()).or_insert(0) += 1;
            return self.no_row();
        }
        let mut fits = true;
        for (column, copier) in self.copiers.iter_mut().enumerate() {
            let value = row.value(column)?;
            let null = matches!(value, SourceValue::Null);
            self.seen.values[column] += u64::from(!null);
            if null && let Some(place) = self.table.key.iter().position(|at| *at == column) {
                self.seen.null_keys[place] += 1;
            }
            if let Err(misfit) = copier.take(value) {
                *self.seen.misfits[column].entry(misfit.word()).or_insert(0) += 1;
                fits = false;
            }
        }
        self.seen.rejected += u64::from(!fits);
        self.seen.rows += 1;
        self.fits.push(fits);
        Ok(())
    }
}

impl TableCheck<'_> {
    /// A line that is none: nothing is said of any column, and columns stay level.
    fn no_row(&mut self) -> Result<(), CheckError> {
        for copier in &mut self.copiers {
            // NULL fits every type.
            let _ = copier.take(SourceValue::Null);
        }
        self.seen.rejected += 1;
        self.seen.rows += 1;
        self.fits.push(false);
        Ok(())
    }
}

impl RowSink for TableCheck<'_> {
    type Error = CheckError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, CheckError> {
        self.row(row)?;
        if self.fits.len() == BATCH_ROWS {
            self.batch()?;
        }
        Ok(true)
    }
}

impl KeyHashes {
    fn take(
        &mut self,
        columns: &[ArrayRef],
        fits: &[bool],
    ) -> Result<(), arrow_schema::ArrowError> {
        if self.too_many {
            return Ok(());
        }
        let keys = self.converter.convert_columns(columns)?;
        for (row, _) in fits.iter().enumerate().filter(|(_, fits)| **fits) {
            let hash = blake3::hash(keys.row(row).as_ref());
            let (half, _) = hash.as_bytes().split_at(16);
            let number = half.try_into().map_or(0, u128::from_le_bytes);
            self.numbers.push(number);
        }
        if self.numbers.len() > self.most {
            self.too_many = true;
            self.numbers = Vec::new();
        }
        Ok(())
    }

    fn doubled(mut self) -> Option<u64> {
        if self.too_many {
            return None;
        }
        self.numbers.sort_unstable();
        let alike = self.numbers.chunk_by(|a, b| a == b);
        let doubled = alike.filter(|rows| rows.len() > 1).map(<[u128]>::len);
        Some(doubled.sum::<usize>() as u64)
    }
}

/// The newest day of the rows that fit, without days that mean "no end yet".
fn newest(cells: &ArrayRef, fits: &[bool]) -> Option<Day> {
    let rows = fits.iter().enumerate().filter(|(_, fits)| **fits);
    let rows = rows.map(|(row, _)| row).filter(|row| !cells.is_null(*row));
    let days = rows.filter_map(|row| match cells.data_type() {
        DataType::Date32 => Some(cells.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(..) => {
            let micros = cells.as_primitive::<TimestampMicrosecondType>().value(row);
            Day::try_from(micros.div_euclid(MICROS_A_DAY)).ok()
        }
        _ => None,
    });
    days.filter(|day| *day <= LAST_DAY_OF_DATA).max()
}
