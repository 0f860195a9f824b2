//! What a person is to review: one finding for each pair of a granted column and a column in which the same values are
//! withheld, with the numbers of values and of cells. The cells themselves stand in a list of their own, a line of JSON each:
//! row keys of the store, and never a value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use bunri_columnar::ColumnarError;
use bunri_report::{Claim, Place, Rule};
use serde::Serialize;
use tempfile::{NamedTempFile, TempPath};

use crate::LeakError;
use crate::hashing::Name;
use crate::hits::{Pair, Position, ReviewedCell, Site};
use crate::inputs::Scratch;
use crate::records::{Sorter, record};
use crate::report::Reporter;

/// A copied value that stands in more cells of one granted column says nothing: a prefecture, the name of a tariff.
pub(crate) const COMMON: usize = 100;

/// Writes one finding a pair and one line a cell. Gives the values that are too common to say anything.
pub(crate) fn review(
    reviewed: &Sorter<ReviewedCell>,
    scratch: &Scratch,
    list: &mut ReviewList,
    reporter: &mut Reporter<'_>,
) -> Result<u64, LeakError> {
    let told = ToldCells::of(reviewed, scratch)?;
    let mut cells: BTreeMap<Pair, u64> = BTreeMap::new();
    let mut last = None;
    for cell in told.sorter.sorted()? {
        let cell = cell?;
        // A cell in which several values of one column stand is one cell.
        if last.replace((cell.pair, cell.position)) == Some((cell.pair, cell.position)) {
            continue;
        }
        *cells.entry(cell.pair).or_default() += 1;
        list.line(cell, reporter)?;
    }
    for (pair, cells) in cells {
        let site = Site::of(reporter.sites, pair.site)?;
        let values = told.values.get(&pair).copied().unwrap_or_default();
        let plural = if values == 1 { "" } else { "s" };
        let (rule, withheld) = withheld(pair, reporter);
        let place = Place {
            column: site.column(pair.column),
            detail: Some(format!("{withheld}, {values} value{plural}")),
            ..Place::default()
        };
        reporter.add(rule, site, place, cells);
    }
    Ok(told.common)
}

/// The rule of a pair, and what is found in its granted column.
fn withheld(pair: Pair, reporter: &Reporter<'_>) -> (Rule, String) {
    if pair.retailer {
        (Rule::RetailerNamed, "the list of retailers".to_owned())
    } else {
        (Rule::ValueInGrantedCell, reporter.source(pair.source))
    }
}

record! {
    /// A cell of a pair, without the value.
    ToldCell {
        pair: Pair,
        position: Position,
        label: String,
    }
}

/// The cells of every pair, without those of common values.
struct ToldCells {
    sorter: Sorter<ToldCell>,
    /// Different ones, by pair: as many pairs as there are columns that meet.
    values: BTreeMap<Pair, u64>,
    common: u64,
}

impl ToldCells {
    fn of(reviewed: &Sorter<ReviewedCell>, scratch: &Scratch) -> Result<Self, LeakError> {
        let mut cells = Self {
            sorter: Sorter::new(scratch),
            values: BTreeMap::new(),
            common: 0,
        };
        let mut current: Option<(Pair, Name)> = None;
        // The cells of one copied value, until it is known whether it is common.
        let mut copied: Vec<ToldCell> = Vec::new();
        for found in reviewed.sorted()? {
            let found = found?;
            let value = (found.pair, found.name);
            if current.replace(value) != Some(value) {
                cells.close(&mut copied)?;
                *cells.values.entry(found.pair).or_default() += 1;
            }
            let cell = ToldCell {
                pair: found.pair,
                position: found.position,
                label: found.label,
            };
            if !found.copied {
                cells.sorter.push(&cell)?;
            } else if copied.len() <= COMMON && copied.last() != Some(&cell) {
                copied.push(cell);
            }
        }
        cells.close(&mut copied)?;
        Ok(cells)
    }

    fn close(&mut self, copied: &mut Vec<ToldCell>) -> Result<(), LeakError> {
        if copied.len() > COMMON {
            self.common += 1;
            let values = copied.first().and_then(|it| self.values.get_mut(&it.pair));
            values.into_iter().for_each(|values| *values -= 1);
            copied.clear();
        }
        let mut cells = copied.drain(..);
        cells.try_for_each(|cell| self.sorter.push(&cell))
    }
}

/// One cell, as it is written.
#[derive(Serialize)]
struct Line<'t> {
    claim: Claim,
    rule: Rule,
    store: &'t str,
    table: Option<&'t str>,
    column: Option<String>,
    withheld: String,
    row: String,
}

/// Every cell that is to be reviewed, of both stores.
pub(crate) struct ReviewList {
    file: BufWriter<File>,
    path: TempPath,
}

impl ReviewList {
    pub(crate) fn create(scratch: &Scratch) -> Result<Self, LeakError> {
        let folder = &scratch.folder;
        let made = NamedTempFile::with_prefix_in("review-", folder);
        let made = made.map_err(ColumnarError::io("create a file in", folder))?;
        let (file, path) = made.into_parts();
        let file = BufWriter::new(file);
        Ok(Self { file, path })
    }

    fn line(&mut self, cell: ToldCell, reporter: &Reporter<'_>) -> Result<(), LeakError> {
        let site = Site::of(reporter.sites, cell.pair.site)?;
        let (rule, withheld) = withheld(cell.pair, reporter);
        let line = Line {
            claim: Claim::C5,
            rule,
            store: reporter.store,
            table: site.table.as_deref(),
            column: site.column(cell.pair.column),
            withheld,
            row: cell.label,
        };
        let written = serde_json::to_writer(&mut self.file, &line).map_err(io::Error::from);
        let written = written.and_then(|()| self.file.write_all(b"\n"));
        Ok(written.map_err(ColumnarError::io("write", &self.path))?)
    }

    pub(crate) fn finish(mut self) -> Result<TempPath, LeakError> {
        let flushed = self.file.flush();
        flushed.map_err(ColumnarError::io("write", &self.path))?;
        Ok(self.path)
    }
}
