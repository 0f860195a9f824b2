//! The rows of two sides laid beside each other by their keys. Both sides are sorted by the bytes of their encoding, which is no order of
//! values but the same on both sides; a table without a key is compared by whole rows.

use std::cmp::Ordering;
use std::path::Path;

use bunri_columnar::{ByteSorter, SortedRecords};

use crate::LoadError;

/// Whose row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Store,
    Target,
}

/// Gathers rows.
pub(crate) struct PairedRows<'k> {
    store: ByteSorter,
    target: ByteSorter,
    key: &'k [usize],
    columns: usize,
    record: Vec<u8>,
}

/// In what two sides differ, in rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RowDifferences {
    pub(crate) missing: u64,
    pub(crate) surplus: u64,
    /// Of a key that both sides have, and the target once more.
    pub(crate) doubled: u64,
    /// By column.
    pub(crate) changed: Vec<u64>,
}

impl<'k> PairedRows<'k> {
    /// Each side sorts within half of `budget` bytes.
    pub(crate) fn new(folder: &Path, budget: usize, key: &'k [usize], columns: usize) -> Self {
        let sorter = || ByteSorter::new(folder, budget / 2);
        Self {
            store: sorter(),
            target: sorter(),
            key,
            columns,
            record: Vec::new(),
        }
    }

    /// Takes a row; `encode` appends a column's encoding.
    pub(crate) fn push(
        &mut self,
        side: Side,
        encode: impl Fn(usize, &mut Vec<u8>),
    ) -> Result<(), LoadError> {
        let record = &mut self.record;
        record.clear();
        // The length of the key first: so is it found again.
        record.extend_from_slice(&[0; 4]);
        let by_rows = self.key.is_empty();
        let keys = (0..self.columns).filter(|column| by_rows || self.key.contains(column));
        keys.for_each(|column| encode(column, record));
        let length = record.len();
        record[..4].copy_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        if !by_rows {
            for column in (0..self.columns).filter(|column| !self.key.contains(column)) {
                let begin = record.len();
                record.extend_from_slice(&[0; 4]);
                encode(column, record);
                let length = u32::try_from(record.len() - begin - 4).unwrap_or(u32::MAX);
                record[begin..begin + 4].copy_from_slice(&length.to_be_bytes());
            }
        }
        let sorter = match side {
            Side::Store => &mut self.store,
            Side::Target => &mut self.target,
        };
        Ok(sorter.push(record)?)
    }

    /// Compares what was pushed.
    pub(crate) fn finish(self) -> Result<RowDifferences, LoadError> {
        let rest: Vec<usize> = (0..self.columns)
            .filter(|column| !self.key.contains(column))
            .collect();
        let rest = if self.key.is_empty() {
            Vec::new()
        } else {
            rest
        };
        let mut found = RowDifferences {
            changed: vec![0; self.columns],
            ..RowDifferences::default()
        };
        let mut store = Current::of(self.store.finish()?)?;
        let mut target = Current::of(self.target.finish()?)?;
        // The key of the last pair.
        let mut last: Vec<u8> = Vec::new();
        loop {
            let order = match (store.key(), target.key()) {
                (None, None) => return Ok(found),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(ours), Some(theirs)) => ours.cmp(theirs),
            };
            match order {
                Ordering::Less => {
                    found.missing += 1;
                    store.advance()?;
                }
                Ordering::Greater if target.key() == Some(last.as_slice()) => {
                    found.doubled += 1;
                    target.advance()?;
                }
                Ordering::Greater => {
                    found.surplus += 1;
                    target.advance()?;
                }
                Ordering::Equal => {
                    let cells = store.cells().zip(target.cells()).zip(&rest);
                    for ((ours, theirs), &column) in cells {
                        found.changed[column] += u64::from(ours != theirs);
                    }
                    last.clear();
                    last.extend_from_slice(store.key().unwrap_or_default());
                    store.advance()?;
                    target.advance()?;
                }
            }
        }
    }
}

/// The record that a side is at.
struct Current {
    records: SortedRecords,
    record: Vec<u8>,
    ended: bool,
}

impl Current {
    fn of(records: SortedRecords) -> Result<Self, LoadError> {
        let mut current = Self {
            records,
            record: Vec::new(),
            ended: false,
        };
        current.advance()?;
        Ok(current)
    }

    fn advance(&mut self) -> Result<(), LoadError> {
        self.record.clear();
        match self.records.next()? {
            Some(record) => self.record.extend_from_slice(record),
            None => self.ended = true,
        }
        Ok(())
    }

    /// The key, with its length.
    fn key(&self) -> Option<&[u8]> {
        (!self.ended).then(|| &self.record[..self.key_end()])
    }

    fn key_end(&self) -> usize {
        length(&self.record).min(self.record.len())
    }

    /// The other columns, in order.
    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.record[self.key_end()..];
        std::iter::from_fn(move || {
            let (_, after) = rest.split_at_checked(4)?;
            let (cell, after) = after.split_at_checked(length(rest))?;
            rest = after;
            Some(cell)
        })
    }
}

fn length(bytes: &[u8]) -> usize {
    let word = bytes.first_chunk::<4>();
    word.map_or(0, |word| u32::from_be_bytes(*word) as usize)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn compared(key: &[usize], store: &[[&str; 2]], target: &[[&str; 2]]) -> RowDifferences {
        let folder = tempfile::tempdir().unwrap();
        let mut pairs = PairedRows::new(folder.path(), 1 << 16, key, 2);
        for (side, rows) in [(Side::Store, store), (Side::Target, target)] {
            for row in rows {
                let encode = |column: usize, out: &mut Vec<u8>| {
                    out.push(u8::try_from(row[column].len()).unwrap());
                    out.extend_from_slice(row[column].as_bytes());
                };
                pairs.push(side, encode).unwrap();
            }
        }
        pairs.finish().unwrap()
    }

    #[test]
    fn rows_of_one_key_are_laid_beside_each_other_whatever_their_order() {
        let store = [["a", "1"], ["b", "2"], ["cc", "3"], ["d", ""]];
        let target = [["d", ""], ["x", "9"], ["b", "0"], ["a", "1"], ["a", "1"]];
        let found = compared(&[0], &store, &target);
        let expected = RowDifferences {
            missing: 1,
            surplus: 1,
            doubled: 1,
            changed: vec![0, 1],
        };
        assert_eq!(found, expected);
        let found = compared(&[1], &[["a", "1"]], &[["b", "1"]]);
        assert_eq!((found.missing, found.changed), (0, vec![1, 0]));
    }

    #[test]
    fn without_a_key_whole_rows_are_counted() {
        let store = [["a", "1"], ["a", "1"], ["b", "2"]];
        let found = compared(
            &[],
            &store,
            &[["a", "1"], ["b", "2"], ["b", "2"], ["b", "3"]],
        );
        let expected = RowDifferences {
            missing: 1,
            surplus: 1,
            doubled: 1,
            changed: vec![0, 0],
        };
        assert_eq!(found, expected);
        // What is cut elsewhere is another row.
        assert_eq!(compared(&[], &[["ab", "c"]], &[["a", "bc"]]).missing, 1);
    }
}
