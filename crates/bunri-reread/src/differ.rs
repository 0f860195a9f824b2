//! A table whose sums differ, read once more on both sides and sorted by key: which rows differ, in which columns.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_catalogue::Table;
use bunri_columnar::{ByteSorter, SortedRecords};
use bunri_report::{RereadColumn, RereadTable};

use crate::RereadError;
use crate::compare::Ground;
use crate::encode::{key_text, may_be_named};
use crate::held::Connected;
use crate::pairs::{Alike, pairs};

/// Rows of each side that are put together again; more are only counted.
const MOST_ROWS: usize = 1_000;
/// Bytes of them.
const MOST_BYTES: usize = 64 << 20;
/// Keys that are named.
const MOST_KEYS: usize = 5;
/// Sorted runs of both sides lie in memory together, beside what reads them.
const SHARES_OF_MEMORY: u64 = 4;

/// Finds what differs, and counts it in the table's record.
pub(crate) fn find(
    ground: &Ground<'_>,
    connection: &Connected,
    table: &Table,
    (folder, memory): (&Path, u64),
    into: &mut RereadTable,
) -> Result<(), RereadError> {
    let budget = usize::try_from(memory / SHARES_OF_MEMORY).unwrap_or(usize::MAX);
    let mut source = ByteSorter::new(folder, budget);
    ground.fitting_of_source(connection, table, &mut |key, row| {
        push(&mut source, key, row)
    })?;
    let mut source = Cursor::new(source.finish()?)?;
    let mut staged = ByteSorter::new(folder, budget);
    ground.fitting_of_staging(table, &mut |key, row| push(&mut staged, key, row))?;
    let mut staged = Cursor::new(staged.finish()?)?;
    let mut found = Found::new(table, into);
    loop {
        let key = match (source.key(), staged.key()) {
            (None, None) => break,
            (Some(key), None) | (None, Some(key)) => key.to_vec(),
            (Some(one), Some(other)) => one.min(other).to_vec(),
        };
        let mut group = Group::default();
        while let Some(order) = order(&source, &staged, &key) {
            if order.is_le() {
                if order.is_lt() {
                    group.source.take(source.row());
                }
                source.advance()?;
            }
            if order.is_ge() {
                if order.is_gt() {
                    group.staged.take(staged.row());
                }
                staged.advance()?;
            }
        }
        found.close(&key, group);
    }
    found.finish();
    Ok(())
}

/// The length of the key, the key, the row: equal keys stand together, and under each the rows are in order.
fn push(sorter: &mut ByteSorter, key: &[u8], row: &[u8]) -> Result<(), RereadError> {
    let length = u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes();
    Ok(sorter.push_parts(&[&length, key, row])?)
}

/// Which side's row is next under this key; none when both have gone on.
fn order(source: &Cursor, staged: &Cursor, key: &[u8]) -> Option<std::cmp::Ordering> {
    let here = |cursor: &Cursor| cursor.key() == Some(key);
    match (here(source), here(staged)) {
        (false, false) => None,
        (true, false) => Some(std::cmp::Ordering::Less),
        (false, true) => Some(std::cmp::Ordering::Greater),
        (true, true) => Some(source.row().cmp(staged.row())),
    }
}

/// The record that is next on one side.
struct Cursor {
    records: SortedRecords,
    record: Option<Vec<u8>>,
}

impl Cursor {
    fn new(records: SortedRecords) -> Result<Self, RereadError> {
        let mut cursor = Self {
            records,
            record: None,
        };
        cursor.advance()?;
        Ok(cursor)
    }

    fn advance(&mut self) -> Result<(), RereadError> {
        self.record = self.records.next()?.map(<[u8]>::to_vec);
        Ok(())
    }

    fn parts(&self) -> Option<(&[u8], &[u8])> {
        let record = self.record.as_deref()?;
        let (length, _) = record.split_first_chunk::<4>()?;
        let end = 4 + usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX - 4);
        record.split_at_checked(end)
    }

    /// With its length before it.
    fn key(&self) -> Option<&[u8]> {
        self.parts().map(|(key, _)| key)
    }

    fn row(&self) -> &[u8] {
        self.parts().map_or(&[], |(_, row)| row)
    }
}

/// Rows of one side that the other does not have.
#[derive(Default)]
struct Rows {
    count: u64,
    /// The first ones.
    kept: Vec<Vec<u8>>,
    bytes: usize,
}

impl Rows {
    fn take(&mut self, row: &[u8]) {
        self.count += 1;
        self.keep(row.to_vec());
    }

    fn keep(&mut self, row: Vec<u8>) {
        if self.kept.len() < MOST_ROWS && self.bytes + row.len() <= MOST_BYTES {
            self.bytes += row.len();
            self.kept.push(row);
        }
    }
}

/// Rows of both sides under one key.
#[derive(Default)]
struct Group {
    source: Rows,
    staged: Rows,
}

struct Found<'a> {
    table: &'a Table,
    named: bool,
    into: &'a mut RereadTable,
    columns: BTreeMap<usize, u64>,
    /// Rows whose key the other side does not have at all: perhaps the key itself is other.
    alone: Group,
}

impl<'a> Found<'a> {
    fn new(table: &'a Table, into: &'a mut RereadTable) -> Self {
        Self {
            table,
            named: may_be_named(table),
            into,
            columns: BTreeMap::new(),
            alone: Group::default(),
        }
    }

    fn close(&mut self, key: &[u8], group: Group) {
        let Group { source, staged } = group;
        if source.count == 0 && staged.count == 0 {
            return;
        }
        self.name(key);
        // Without a key all rows are under one, and half of their cells must be the same.
        let alike = if self.table.key.is_empty() {
            Alike::Half
        } else {
            Alike::Key
        };
        let (paired, source, staged) = self.pair(source, staged, alike);
        if self.table.key.is_empty() || paired > 0 {
            self.into.rows_missing += source.count;
            self.into.rows_added += staged.count;
            return;
        }
        self.alone.source.count += source.count;
        self.alone.staged.count += staged.count;
        source
            .kept
            .into_iter()
            .for_each(|row| self.alone.source.keep(row));
        staged
            .kept
            .into_iter()
            .for_each(|row| self.alone.staged.keep(row));
    }

    fn finish(mut self) {
        let Group { source, staged } = std::mem::take(&mut self.alone);
        let (_, source, staged) = self.pair(source, staged, Alike::Half);
        self.into.rows_missing += source.count;
        self.into.rows_added += staged.count;
        let columns = self.columns.into_iter().map(|(at, rows)| RereadColumn {
            column: self.table.columns[at].name.clone(),
            rows,
        });
        self.into.columns = columns.collect();
    }

    /// How many rows were put together, and what is left of both sides.
    fn pair(&mut self, mut source: Rows, mut staged: Rows, alike: Alike) -> (u64, Rows, Rows) {
        let found = pairs(&source.kept, &staged.kept, alike);
        let paired = found.len() as u64;
        for column in found.iter().flat_map(|pair| &pair.columns) {
            *self.columns.entry(*column).or_default() += 1;
        }
        for rows in [&mut source, &mut staged] {
            rows.count -= paired;
        }
        self.into.rows_differing += paired;
        (paired, source, staged)
    }

    fn name(&mut self, key: &[u8]) {
        let key = key.get(4..).unwrap_or_default();
        if self.named
            && self.into.keys.len() < MOST_KEYS
            && let Some(text) = key_text(self.table, key)
        {
            self.into.keys.push(text);
        }
    }
}
