//! One row: what it comes to, and whether it is among those that are looked at.

use bunri_catalogue::Table;

use crate::convert::{Cell, Raw, Rule, cell};
use crate::encode::{push_cell, push_raw};

/// Which rows are looked at: so many percent, by a hash of their keys, so that both sides choose the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share(pub(crate) u8);

impl Share {
    fn is_all(self) -> bool {
        self.0 >= 100
    }

    fn takes(self, key: &[u8]) -> bool {
        let [a, b, c, d, ..] = *blake3::hash(key).as_bytes();
        self.is_all() || u32::from_le_bytes([a, b, c, d]) % 100 < u32::from(self.0)
    }
}

/// What a row of the source comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is not looked at.
    Passed,
    /// It fits: its bytes stand in [`RowBytes`].
    Fits,
    /// This column breaks this rule first, or no column of a line that is no row: its raw bytes stand there.
    Breaks(Option<usize>, Rule),
}

/// The bytes of a row at a time, and of its key; used again for the next.
#[derive(Debug, Default)]
pub(crate) struct RowBytes {
    pub(crate) key: Vec<u8>,
    pub(crate) row: Vec<u8>,
    ends: Vec<usize>,
}

impl RowBytes {
    /// Converts a row of the source.
    pub(crate) fn take_source(&mut self, table: &Table, share: Share, raws: &[Raw<'_>]) -> Outcome {
        if !share.is_all() && !self.key_is_taken(table, share, raws) {
            return Outcome::Passed;
        }
        self.clear();
        for (at, raw) in raws.iter().enumerate() {
            match cell(table, at, raw) {
                Ok(cell) => self.push(&cell),
                Err(rule) => {
                    self.take_raws(table, raws);
                    return Outcome::Breaks(Some(at), rule);
                }
            }
        }
        self.finish(table);
        // Without a key, the row is its own.
        if table.key.is_empty() && !share.takes(&self.row) {
            return Outcome::Passed;
        }
        Outcome::Fits
    }

    /// A rejected row of the file; whether it is looked at.
    pub(crate) fn take_rejected(&mut self, table: &Table, share: Share, raws: &[Raw<'_>]) -> bool {
        if !share.is_all() && !self.key_is_taken(table, share, raws) {
            return false;
        }
        self.take_raws(table, raws);
        true
    }

    /// A line that is no row. It has no key, and is always looked at.
    pub(crate) fn take_line(&mut self, line: &[u8]) {
        self.clear();
        self.row.extend_from_slice(line);
    }

    /// A staged row; whether it is looked at.
    pub(crate) fn take_cells<'a>(
        &mut self,
        table: &Table,
        share: Share,
        cells: impl Iterator<Item = Cell<'a>>,
    ) -> bool {
        self.clear();
        cells.for_each(|cell| self.push(&cell));
        self.finish(table);
        let key = if table.key.is_empty() {
            &self.row
        } else {
            &self.key
        };
        share.takes(key)
    }

    /// By the typed key, if the row has one; a row whose key does not fit, or that has none, is always looked at, and so is
    /// its line in the rejects.
    fn key_is_taken(&mut self, table: &Table, share: Share, raws: &[Raw<'_>]) -> bool {
        self.clear();
        for &at in &table.key {
            match raws.get(at).map(|raw| cell(table, at, raw)) {
                Some(Ok(cell)) => push_cell(&mut self.key, &cell),
                Some(Err(_)) | None => return true,
            }
        }
        table.key.is_empty() || share.takes(&self.key)
    }

    fn take_raws(&mut self, table: &Table, raws: &[Raw<'_>]) {
        self.clear();
        for (raw, column) in raws.iter().zip(&table.columns) {
            push_raw(&mut self.row, raw, column.value_type);
        }
    }

    fn clear(&mut self) {
        self.key.clear();
        self.row.clear();
        self.ends.clear();
    }

    fn push(&mut self, cell: &Cell<'_>) {
        push_cell(&mut self.row, cell);
        self.ends.push(self.row.len());
    }

    fn finish(&mut self, table: &Table) {
        for &at in &table.key {
            let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
            self.key.extend_from_slice(&self.row[start..self.ends[at]]);
        }
    }
}
