//! From what was found in one store to findings: the rule, the place, the column that withholds the value. Never the value.
//!
//! What a person is to review is one finding for each pair of a granted column and a column in which the same values are
//! withheld, with the numbers of values and of cells. The cells themselves stand in a list of their own, a line of JSON each:
//! row keys of the store.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use bunri_columnar::ColumnarError;
use bunri_report::{About, Claim, Findings, Place, Rule};
use serde::Serialize;
use tempfile::{NamedTempFile, TempPath};

use crate::LeakError;
use crate::hits::{Hit, Location, NO_COLUMN, Pair, ReviewCell, Site};
use crate::records::{Scratch, Sorter};

/// Writes the findings of one store.
pub(crate) struct Reporter<'r> {
    pub(crate) store: &'r str,
    pub(crate) sites: &'r [Site],
    /// Table and column by the number that the vocabulary has for them.
    pub(crate) sources: &'r [String],
    pub(crate) findings: &'r mut Findings,
}

impl Reporter<'_> {
    pub(crate) fn add(&mut self, rule: Rule, site: &Site, place: Place, count: u64) {
        let about = About {
            store: self.store,
            table: site.table.as_deref(),
        };
        self.findings.add_many(Claim::C5, rule, about, place, count);
    }

    /// Every hit but those that a person is to review.
    pub(crate) fn hits(&mut self, hits: &Sorter<Hit>) -> Result<(), LeakError> {
        let mut last = None;
        for hit in hits.sorted()? {
            let hit = hit?;
            let key = (hit.position, hit.from, hit.source, hit.encoding, hit.loose);
            // The overlap of two blocks, or one token in two alphabets.
            if last.replace(key) != Some(key) {
                let site = Site::of(self.sites, hit.position.site)?;
                let rule = rule(&hit, site);
                self.add(rule, site, self.place(&hit, site, rule), 1);
            }
        }
        Ok(())
    }

    fn place(&self, hit: &Hit, site: &Site, rule: Rule) -> Place {
        let mut detail = self.source(hit.source);
        if !hit.encoding.word().is_empty() {
            detail = format!("{detail}, {}", hit.encoding.word());
        }
        if hit.loose && rule != Rule::ValueLeakedLoose && !hit.encoding.is_digest() {
            detail.push_str(", loose");
        }
        let label = Some(&hit.label).filter(|label| !label.is_empty());
        let cell = hit.position.column != NO_COLUMN;
        if let Some(label) = label.filter(|_| !cell) {
            detail = format!("{detail}, in {label}");
        }
        Place {
            column: site.column(hit.position.column),
            row: label.filter(|_| cell).cloned(),
            file: site.file.clone(),
            detail: Some(detail),
        }
    }

    /// Table and column that withhold a value.
    fn source(&self, source: u16) -> String {
        let source = self.sources.get(usize::from(source));
        source.cloned().unwrap_or_default()
    }

    /// Writes one finding a pair and one line a cell. Gives the values that are too common to say anything.
    pub(crate) fn review(
        &mut self,
        review_cells: &Sorter<ReviewCell>,
        scratch: &Scratch,
        list: &mut ReviewList,
    ) -> Result<u64, LeakError> {
        let (by_place, mut pairs) = (Sorter::new(scratch), BTreeMap::new());
        let common = order_by_place(review_cells, &by_place, &mut pairs)?;
        let mut last = None;
        for cell in by_place.sorted()? {
            let cell = cell?;
            // A cell in which several values of one column stand is one cell.
            let place = (cell.pair, cell.position);
            if last.replace(place) != Some(place) {
                pairs.entry(cell.pair).or_default().cells += 1;
                list.line(cell, self)?;
            }
        }
        for (pair, PairCounts { values, cells }) in pairs {
            let site = Site::of(self.sites, pair.site)?;
            let plural = if values == 1 { "" } else { "s" };
            let (rule, withheld) = self.withheld(pair);
            let place = Place {
                column: site.column(pair.column),
                detail: Some(format!("{withheld}, {values} value{plural}")),
                ..Place::default()
            };
            self.add(rule, site, place, cells);
        }
        Ok(common)
    }

    /// The rule of a pair, and what is found in its granted column.
    fn withheld(&self, pair: Pair) -> (Rule, String) {
        if pair.retailer {
            return (Rule::RetailerNamed, "the list of retailers".to_owned());
        }
        (Rule::ValueInGrantedCell, self.source(pair.source))
    }

    /// Nobody knows what this file holds: not having found anything in it is worth nothing.
    pub(crate) fn not_searched(&mut self, site: u32) -> Result<(), LeakError> {
        let site = Site::of(self.sites, site)?;
        let place = Place {
            file: site.file.clone(),
            detail: Some("it cannot be read as a table".to_owned()),
            ..Place::default()
        };
        self.add(Rule::FileNotSearched, site, place, 1);
        Ok(())
    }

    /// A record of this table stands in a row, with so many columns.
    pub(crate) fn combined(
        &mut self,
        location: Location,
        table: &str,
        columns: usize,
    ) -> Result<(), LeakError> {
        let site = Site::of(self.sites, location.position.site)?;
        let place = Place {
            column: None,
            row: Some(location.label),
            file: site.file.clone(),
            detail: Some(format!("{table}, {columns} columns of one record")),
        };
        self.add(Rule::RecordCombined, site, place, 1);
        Ok(())
    }
}

fn rule(hit: &Hit, site: &Site) -> Rule {
    match site.rule {
        Some(rule) => rule,
        None if hit.encoding.is_digest() => Rule::ValueHashed,
        None if !hit.encoding.word().is_empty() => Rule::ValueEncoded,
        None if hit.loose => Rule::ValueLeakedLoose,
        None => Rule::ValueLeaked,
    }
}

/// A copied value that stands in more cells of one granted column says nothing: a prefecture, the name of a tariff.
pub(crate) const COMMON: usize = 100;

/// What is to be reviewed of a pair; there are as many pairs as there are columns that meet.
#[derive(Default)]
struct PairCounts {
    /// Different ones that are not common.
    values: u64,
    cells: u64,
}

/// Hands over the cells of every pair, to be put in the order of their places, without those of common values. Gives how many
/// values are common.
fn order_by_place(
    review_cells: &Sorter<ReviewCell>,
    cells: &Sorter<ReviewCell>,
    pairs: &mut BTreeMap<Pair, PairCounts>,
) -> Result<u64, LeakError> {
    let mut common = 0;
    // The cells of one copied value, until it is known whether it is common.
    let mut copied: Vec<ReviewCell> = Vec::new();
    let mut review_cells = review_cells.sorted()?.peekable();
    while let Some(cell) = review_cells.next() {
        let cell = cell?;
        let (value, is_copied) = ((cell.pair, cell.hash), cell.copied);
        // From here on the value does not matter.
        let cell = ReviewCell {
            hash: 0,
            copied: false,
            ..cell
        };
        if !is_copied {
            cells.push(&cell)?;
        } else if copied.len() <= COMMON && copied.last() != Some(&cell) {
            copied.push(cell);
        }
        let next = review_cells.peek().and_then(|next| next.as_ref().ok());
        if next.is_some_and(|next| (next.pair, next.hash) == value) {
            continue;
        }
        if copied.len() > COMMON {
            common += 1;
            copied.clear();
        } else {
            pairs.entry(value.0).or_default().values += 1;
        }
        copied.drain(..).try_for_each(|cell| cells.push(&cell))?;
    }
    Ok(common)
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
pub(crate) struct ReviewList(BufWriter<NamedTempFile>);

impl ReviewList {
    pub(crate) fn create(scratch: &Scratch) -> Result<Self, LeakError> {
        let folder = &scratch.folder;
        let file = NamedTempFile::with_prefix_in("review-", folder);
        let file = file.map_err(ColumnarError::io("create a file in", folder))?;
        Ok(Self(BufWriter::new(file)))
    }

    fn line(&mut self, cell: ReviewCell, reporter: &Reporter<'_>) -> Result<(), LeakError> {
        let site = Site::of(reporter.sites, cell.pair.site)?;
        let (rule, withheld) = reporter.withheld(cell.pair);
        let line = Line {
            claim: Claim::C5,
            rule,
            store: reporter.store,
            table: site.table.as_deref(),
            column: site.column(cell.pair.column),
            withheld,
            row: cell.label,
        };
        let written = serde_json::to_writer(&mut self.0, &line).map_err(io::Error::from);
        let written = written.and_then(|()| self.0.write_all(b"\n"));
        Ok(written.map_err(ColumnarError::io("write", self.0.get_ref().path()))?)
    }

    pub(crate) fn finish(mut self) -> Result<TempPath, LeakError> {
        let flushed = self.0.flush();
        flushed.map_err(ColumnarError::io("write", self.0.get_ref().path()))?;
        let (file, _) = self.0.into_parts();
        Ok(file.into_temp_path())
    }
}
