//! What must be there beside what is there. Both come in key order; equal stretches are compared as whole columns,
//! and where they differ, row by row: missing, doubled, changed, without a partner in staging, not granted.

use arrow_array::{Array, RecordBatch};
use bunri_catalogue::Store;
use bunri_columnar::{Observer, partition_point};
use bunri_fingerprint::{Fingerprint, FingerprintKey};
use bunri_leak::Mismatches;
use bunri_redecide::{EncodedKeys, Expected, Layout, Regions, View};
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_types::value_text;

use crate::CompareError;
use crate::cursor::{ActualRows, Cursor, Loaded};
use crate::elements::RowElements;
use crate::expected_sums::ExpectedSums;
use crate::reader::FileRows;
use crate::row_name::row_name;
use crate::sums::{ByRegion, InRegions, add_sums};

/// As many rows are compared one by one after a difference; then ever longer stretches are tried again.
const STRETCH: usize = 64;

/// Expected rows and the keys of the staged rows among which they lie.
pub(crate) struct Chunk<'c> {
    pub(crate) expected: &'c Expected,
    /// Of the staged rows, in ascending order.
    pub(crate) keys: &'c EncodedKeys,
    /// How many those are.
    pub(crate) staged: usize,
    /// The number of the first of them in staging.
    pub(crate) first: u64,
    /// Of the staged rows, if the store holds them as they are.
    pub(crate) elements: Option<&'c RowElements>,
}

impl Chunk<'_> {
    fn key(&self, expected: usize) -> &[u8] {
        self.keys.bytes(self.expected.staged[expected])
    }

    /// Whether staging has a row of this key.
    fn is_staged(&self, key: &[u8]) -> bool {
        let row = partition_point(0..self.staged, |row| self.keys.bytes(row) < key);
        row < self.staged && self.keys.bytes(row) == key
    }
}

/// Compares one table of one store.
pub(crate) struct Compare<'a> {
    layout: &'a Layout<'a>,
    cursor: Cursor<'a>,
    /// How many rows to try at once.
    stretch: usize,
    sums: ExpectedSums<'a>,
    pub(crate) must: ByRegion<Fingerprint>,
    pub(crate) is: ByRegion<Fingerprint>,
    pub(crate) findings: Findings,
    /// What C5 must not take for explained.
    pub(crate) mismatches: Mismatches,
}

impl<'a> Compare<'a> {
    pub(crate) fn new(
        layout: &'a Layout<'a>,
        actual: ActualRows,
        key: &FingerprintKey,
        observer: &'a dyn Observer,
    ) -> Result<Self, CompareError> {
        Ok(Self {
            cursor: Cursor::new(layout, actual, observer)?,
            stretch: STRETCH,
            sums: ExpectedSums::new(layout, key),
            must: ByRegion::default(),
            is: ByRegion::default(),
            findings: Findings::default(),
            mismatches: Mismatches::default(),
            layout,
        })
    }

    fn about(&self) -> About<'a> {
        About {
            store: self.layout.store.word(),
            table: Some(&self.layout.table.id),
        }
    }

    /// Compares the store's rows up to the last staged key of the chunk.
    pub(crate) fn chunk(&mut self, chunk: &Chunk<'_>) -> Result<(), CompareError> {
        let rows = chunk.expected.rows.num_rows();
        if chunk.staged == 0 {
            return Ok(());
        }
        let last = chunk.keys.bytes(chunk.staged - 1);
        let mut next = 0;
        while let Some(mut loaded) = self.cursor.take()? {
            let end = loaded.first_after(last);
            let ended = end < loaded.batch.num_rows();
            self.window(&mut loaded, end, chunk, &mut next)?;
            self.cursor.put_back(loaded);
            if ended {
                break;
            }
        }
        (next..rows).try_for_each(|row| self.missing(chunk, row))
    }

    /// Compares `loaded.at..end` with the expected rows from `next` on.
    fn window(
        &mut self,
        loaded: &mut Loaded,
        end: usize,
        chunk: &Chunk<'_>,
        next: &mut usize,
    ) -> Result<(), CompareError> {
        let expected = &chunk.expected.rows;
        while loaded.at < end {
            let left = (end - loaded.at).min(expected.num_rows() - *next);
            let stretch = left.min(self.stretch);
            if stretch > 0 && equal(expected, *next, loaded, stretch) {
                self.same(chunk, *next, stretch)?;
                *next += stretch;
                loaded.at += stretch;
                self.stretch = self.stretch.saturating_mul(4);
            } else {
                self.stretch = STRETCH;
                self.row_by_row(loaded, end, chunk, next)?;
            }
        }
        Ok(())
    }

    /// Rows that are, cell for cell, those that must be there.
    fn same(&mut self, chunk: &Chunk<'_>, from: usize, rows: usize) -> Result<(), CompareError> {
        let sums = self
            .sums
            .of(chunk.expected, from..from + rows, chunk.elements)?;
        add_sums(&mut self.must, &sums);
        add_sums(&mut self.is, &sums);
        Ok(())
    }

    /// A row that must be there.
    fn must(&mut self, chunk: &Chunk<'_>, row: usize) -> Result<(), CompareError> {
        let view = View::of(&chunk.expected.rows)?;
        let row = in_regions(&view, row, chunk, row);
        self.sums.add(row, &mut self.must);
        Ok(())
    }

    /// A row that is there, in the regions of the expected row of the same key.
    fn is(
        &mut self,
        loaded: &Loaded,
        chunk: &Chunk<'_>,
        expected: usize,
    ) -> Result<(), CompareError> {
        let view = View::of(&loaded.batch)?;
        let row = in_regions(&view, loaded.at, chunk, expected);
        self.sums.add(row, &mut self.is);
        Ok(())
    }

    /// A stretch of rows, by their keys.
    fn row_by_row(
        &mut self,
        loaded: &mut Loaded,
        end: usize,
        chunk: &Chunk<'_>,
        next: &mut usize,
    ) -> Result<(), CompareError> {
        let stop = end.min(loaded.at + STRETCH);
        while loaded.at < stop {
            let key = loaded.key();
            let expected = (*next < chunk.expected.rows.num_rows()).then(|| chunk.key(*next));
            match expected {
                Some(expected) if expected < key => {
                    self.missing(chunk, *next)?;
                    *next += 1;
                    continue;
                }
                Some(expected) if expected == key => {
                    self.must(chunk, *next)?;
                    self.is(loaded, chunk, *next)?;
                    self.cells(loaded, chunk, *next)?;
                    *next += 1;
                }
                _ if *next > 0 && chunk.key(*next - 1) == key => {
                    self.is(loaded, chunk, *next - 1)?;
                    self.surplus(loaded, Claim::C3, Rule::RowDoubled)?;
                }
                _ if !self.layout.key.is_empty() && chunk.is_staged(key) => {
                    self.surplus(loaded, Claim::C4, Rule::RowNotGranted)?;
                }
                _ => self.surplus(loaded, Claim::C4, Rule::RowWithoutPartner)?,
            }
            loaded.at += 1;
        }
        Ok(())
    }

    /// Two rows of one key, cell by cell.
    fn cells(
        &mut self,
        loaded: &Loaded,
        chunk: &Chunk<'_>,
        expected: usize,
    ) -> Result<(), CompareError> {
        let must = &chunk.expected.rows;
        for column in 0..must.num_columns() {
            let (a, b) = (
                must.column(column).slice(expected, 1),
                loaded.batch.column(column).slice(loaded.at, 1),
            );
            if a.as_ref() == b.as_ref() {
                continue;
            }
            self.mismatches.cell(loaded.key(), column);
            let withheld = self.withheld(&chunk.expected.regions, expected, column);
            // Whatever is not the hash may be the original, and that is withheld.
            let unhashed = self.layout.is_rekeyed(column) && b.is_valid(0);
            let (claim, rule) = if withheld || unhashed {
                (Claim::C4, Rule::CellNotGranted)
            } else {
                (Claim::C3, Rule::ValueChanged)
            };
            let name = self.layout.schema.field(column).name();
            self.place(loaded, claim, rule, Some(name))?;
        }
        Ok(())
    }

    /// Whether nothing may stand in this cell. The key of a quarantined row, and the reason, always stand.
    fn withheld(&self, regions: &Regions, row: usize, column: usize) -> bool {
        let Some(classes) = regions.classes.get(column) else {
            return false;
        };
        let accompanies =
            self.layout.store == Store::Quarantine && self.layout.key.contains(&column);
        !accompanies
            && !self
                .layout
                .granted(regions.ownership[row], classes.class(row))
    }

    fn missing(&mut self, chunk: &Chunk<'_>, row: usize) -> Result<(), CompareError> {
        self.must(chunk, row)?;
        let about = self.about();
        let named = !self.findings.full(Claim::C3, Rule::RowMissing, about);
        let name = named.then(|| {
            let number = chunk.first + chunk.expected.staged[row] as u64;
            let view = View::of(&chunk.expected.rows).ok();
            row_name(self.layout, "staging", number, |position| {
                view.as_ref().map_or_else(String::new, |view| {
                    value_text(view.cells[position].value(row))
                })
            })
        });
        self.findings.add(
            Claim::C3,
            Rule::RowMissing,
            about,
            Place {
                row: name,
                ..Place::default()
            },
        );
        Ok(())
    }

    fn surplus(&mut self, loaded: &Loaded, claim: Claim, rule: Rule) -> Result<(), CompareError> {
        self.mismatches.row(loaded.key());
        self.place(loaded, claim, rule, None)
    }

    fn place(
        &mut self,
        loaded: &Loaded,
        claim: Claim,
        rule: Rule,
        column: Option<&str>,
    ) -> Result<(), CompareError> {
        let about = self.about();
        let mut place = Place {
            column: column.map(str::to_owned),
            ..Place::default()
        };
        if !self.findings.full(claim, rule, about) {
            let view = View::of(&loaded.batch)?;
            let number = self.cursor.before + loaded.at as u64;
            let name = |position: usize| value_text(view.cells[position].value(loaded.at));
            place.row = Some(row_name(self.layout, "store", number, name));
        }
        self.findings.add(claim, rule, about, place);
        Ok(())
    }

    /// What is left in the store after the last staged row. Gives the rows of the store.
    pub(crate) fn finish(&mut self) -> Result<u64, CompareError> {
        while let Some(mut loaded) = self.cursor.take()? {
            while loaded.at < loaded.batch.num_rows() {
                self.surplus(&loaded, Claim::C4, Rule::RowWithoutPartner)?;
                loaded.at += 1;
            }
            self.cursor.put_back(loaded);
        }
        self.trouble();
        Ok(self.cursor.before)
    }

    /// What the reader could not read, and what it found beside the store's columns.
    fn trouble(&mut self) {
        let about = self.about();
        if let ActualRows::Files(files) = &self.cursor.rows {
            trouble(files, about, &mut self.findings, &mut self.mismatches);
        }
    }
}

/// Findings of a reader that has read everything. What it could not read was not compared, and nothing in the table counts as
/// explained.
pub(crate) fn trouble(
    files: &FileRows,
    about: About<'_>,
    findings: &mut Findings,
    mismatches: &mut Mismatches,
) {
    for name in &files.unreadable {
        findings.add(Claim::C2, Rule::Unreadable, about, Place::file(name));
        mismatches.every_row();
    }
    for (column, &cells) in files.extra.iter().filter(|(_, cells)| **cells > 0) {
        findings.add_many(
            Claim::C4,
            Rule::ColumnNotGranted,
            about,
            Place::column(column),
            cells,
        );
    }
}

fn in_regions<'r>(
    view: &'r View<'_>,
    row: usize,
    chunk: &'r Chunk<'_>,
    like: usize,
) -> InRegions<'r> {
    InRegions {
        cells: &view.cells,
        row,
        regions: &chunk.expected.regions,
        like,
    }
}

fn equal(expected: &RecordBatch, from: usize, loaded: &Loaded, rows: usize) -> bool {
    expected
        .columns()
        .iter()
        .zip(loaded.batch.columns())
        .all(|(must, is)| must.slice(from, rows).as_ref() == is.slice(loaded.at, rows).as_ref())
}
