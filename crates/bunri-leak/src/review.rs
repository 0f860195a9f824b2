//! What a person is to review, put together: one finding for each pair of a granted column and a column in which the same
//! values are withheld, with the numbers of values and of cells. The cells themselves stand in a list of their own, a line of
//! JSON each: row keys of the store, and never a value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};

use bunri_columnar::ByteSorter;
use bunri_report::{About, Claim, Findings, Place, Rule};
use serde::Serialize;
use tempfile::TempPath;

use crate::LeakError;
use crate::hashing::Name;
use crate::scratch::Scratch;
use crate::spot::{Hit, Site, Spot, take};
use crate::vocabulary::Source;

/// A copied value that stands in more cells of one granted column says nothing: a prefecture, the name of a tariff.
pub(crate) const COMMON: usize = 100;

/// What a retailer's code or name was found by, in place of a column.
const RETAILERS: &str = "the list of retailers";

/// A granted column and what is found in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    /// The first site of the same table.
    site: u32,
    column: u16,
    /// The column that withholds it; [`None`]: a retailer's code or name.
    source: Option<u16>,
}

impl Pair {
    const BYTES: usize = 9;

    fn bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.site.to_be_bytes());
        bytes[4..6].copy_from_slice(&self.column.to_be_bytes());
        bytes[6] = u8::from(self.source.is_none());
        bytes[7..].copy_from_slice(&self.source.unwrap_or(0).to_be_bytes());
        bytes
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let site = u32::from_be_bytes(*take(bytes)?);
        let column = u16::from_be_bytes(*take(bytes)?);
        let [retailer] = *take(bytes)?;
        let source = u16::from_be_bytes(*take(bytes)?);
        Some(Self {
            site,
            column,
            source: (retailer == 0).then_some(source),
        })
    }
}

/// Gathers what is to be reviewed in one store.
pub(crate) struct Review {
    /// By pair, by value, by place.
    sorter: ByteSorter,
    record: Vec<u8>,
}

impl Review {
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self {
            sorter: scratch.sorter(),
            record: Vec::new(),
        }
    }

    pub(crate) fn hit(&mut self, hit: &Hit, sites: &[Site]) -> Result<(), LeakError> {
        let found = (Some(hit.source), hit.name, hit.copied);
        self.push(found, &hit.spot, sites)
    }

    /// A retailer of this name in a granted text.
    pub(crate) fn retailer(
        &mut self,
        name: Name,
        spot: &Spot,
        sites: &[Site],
    ) -> Result<(), LeakError> {
        self.push((None, name, false), spot, sites)
    }

    fn push(
        &mut self,
        (source, name, copied): (Option<u16>, Name, bool),
        spot: &Spot,
        sites: &[Site],
    ) -> Result<(), LeakError> {
        let table = &site(sites, spot.site)?.table;
        let first = sites.iter().position(|other| other.table == *table);
        let pair = Pair {
            site: first
                .and_then(|first| u32::try_from(first).ok())
                .unwrap_or(spot.site),
            column: spot.column,
            source,
        };
        self.record.clear();
        self.record.extend_from_slice(&pair.bytes());
        self.record.extend_from_slice(&name);
        self.record.push(u8::from(copied));
        spot.write(&mut self.record);
        Ok(self.sorter.push(&self.record)?)
    }

    /// One finding a pair, one line a cell. Gives the values that are too common to say anything.
    pub(crate) fn finish(
        self,
        store: &str,
        (sites, sources): (&[Site], &[Source]),
        (scratch, list): (&Scratch, &mut ReviewList),
        findings: &mut Findings,
    ) -> Result<u64, LeakError> {
        let PairedCells {
            sorter,
            values,
            common,
        } = PairedCells::of(self.sorter, scratch)?;
        let mut told = Told {
            store,
            sites,
            sources,
            values: &values,
            findings,
        };
        let mut sorted = sorter.finish()?;
        let mut current: Option<(Pair, u64)> = None;
        let mut last = None;
        while let Some(mut record) = sorted.next()? {
            let pair = Pair::take(&mut record).ok_or(LeakError::Index)?;
            let spot = Spot::read(record).ok_or(LeakError::Index)?;
            // A cell in which several values of one column stand is one cell.
            let place = (pair, spot.site, spot.row);
            if last.replace(place) == Some(place) {
                continue;
            }
            list.line(&told.line(pair, &spot)?)?;
            match &mut current {
                Some((known, cells)) if *known == pair => *cells += 1,
                _ => {
                    if let Some(before) = current.replace((pair, 1)) {
                        told.pair(before)?;
                    }
                }
            }
        }
        if let Some(before) = current {
            told.pair(before)?;
        }
        Ok(common)
    }
}

/// The cells of every pair, without those of common values.
struct PairedCells {
    /// By pair and place.
    sorter: ByteSorter,
    /// Different ones, by pair: as many pairs as there are columns that meet.
    values: BTreeMap<Pair, u64>,
    common: u64,
}

impl PairedCells {
    fn of(by_value: ByteSorter, scratch: &Scratch) -> Result<Self, LeakError> {
        let mut cells = Self {
            sorter: scratch.sorter(),
            values: BTreeMap::new(),
            common: 0,
        };
        let mut sorted = by_value.finish()?;
        let mut current: Option<(Pair, Name)> = None;
        // The cells of one copied value, until it is known whether it is common.
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        while let Some(mut record) = sorted.next()? {
            let pair = Pair::take(&mut record).ok_or(LeakError::Index)?;
            let name: Name = *take(&mut record).ok_or(LeakError::Index)?;
            let [copied] = *take(&mut record).ok_or(LeakError::Index)?;
            if current.replace((pair, name)) != Some((pair, name)) {
                cells.close(&mut waiting)?;
                *cells.values.entry(pair).or_default() += 1;
            }
            let cell = [&pair.bytes()[..], record].concat();
            if copied == 0 {
                cells.sorter.push(&cell)?;
            } else if waiting.len() <= COMMON && waiting.last() != Some(&cell) {
                waiting.push(cell);
            }
        }
        cells.close(&mut waiting)?;
        Ok(cells)
    }

    fn close(&mut self, waiting: &mut Vec<Vec<u8>>) -> Result<(), LeakError> {
        if waiting.len() > COMMON {
            self.common += 1;
            let pair = waiting.first().and_then(|cell| Pair::take(&mut &cell[..]));
            if let Some(values) = pair.and_then(|pair| self.values.get_mut(&pair)) {
                *values -= 1;
            }
            waiting.clear();
        }
        for cell in waiting.drain(..) {
            self.sorter.push(&cell)?;
        }
        Ok(())
    }
}

/// How pairs are told.
struct Told<'t> {
    store: &'t str,
    sites: &'t [Site],
    sources: &'t [Source],
    values: &'t BTreeMap<Pair, u64>,
    findings: &'t mut Findings,
}

impl Told<'_> {
    fn pair(&mut self, (pair, cells): (Pair, u64)) -> Result<(), LeakError> {
        let site = site(self.sites, pair.site)?;
        let about = About {
            store: self.store,
            table: site.table.as_deref(),
        };
        let values = self.values.get(&pair).copied().unwrap_or_default();
        let plural = if values == 1 { "" } else { "s" };
        let place = Place {
            column: column(site, pair),
            detail: Some(format!("{}, {values} value{plural}", self.withheld(pair))),
            ..Place::default()
        };
        self.findings
            .add_many(Claim::C5, rule(pair), about, place, cells);
        Ok(())
    }

    fn withheld(&self, pair: Pair) -> String {
        let source = pair
            .source
            .map(|source| self.sources.get(usize::from(source)));
        match source {
            Some(Some(Source { table, column })) => format!("{table}.{column}"),
            Some(None) => String::new(),
            None => RETAILERS.to_owned(),
        }
    }

    fn line(&self, pair: Pair, spot: &Spot) -> Result<Line<'_>, LeakError> {
        let site = site(self.sites, pair.site)?;
        Ok(Line {
            claim: Claim::C5,
            rule: rule(pair),
            store: self.store,
            table: site.table.as_deref(),
            column: column(site, pair),
            withheld: self.withheld(pair),
            row: spot.label.clone(),
        })
    }
}

fn rule(pair: Pair) -> Rule {
    match pair.source {
        Some(_) => Rule::ValueInGrantedCell,
        None => Rule::RetailerNamed,
    }
}

fn column(site: &Site, pair: Pair) -> Option<String> {
    site.columns.get(usize::from(pair.column)).cloned()
}

fn site(sites: &[Site], number: u32) -> Result<&Site, LeakError> {
    let number = usize::try_from(number).ok();
    number
        .and_then(|number| sites.get(number))
        .ok_or(LeakError::Index)
}

/// One cell.
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

/// Every cell that is to be reviewed, of both stores, as it is written.
pub(crate) struct ReviewList {
    file: BufWriter<File>,
    path: TempPath,
}

impl ReviewList {
    pub(crate) fn create(scratch: &Scratch) -> Result<Self, LeakError> {
        let folder = &scratch.folder;
        let made = tempfile::Builder::new()
            .prefix("review-")
            .tempfile_in(folder);
        let (file, path) = made
            .map_err(LeakError::io("create a file in", folder))?
            .into_parts();
        Ok(Self {
            file: BufWriter::new(file),
            path,
        })
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), LeakError> {
        let written = serde_json::to_writer(&mut self.file, line).map_err(std::io::Error::from);
        written
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(LeakError::io("write", &self.path))
    }

    pub(crate) fn finish(mut self) -> Result<TempPath, LeakError> {
        self.file
            .flush()
            .map_err(LeakError::io("write", &self.path))?;
        Ok(self.path)
    }
}
