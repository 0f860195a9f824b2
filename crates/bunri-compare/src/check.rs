//! One table of one store from its first staged row to its verdict, compared by key.

use std::collections::BTreeMap;

use bunri_catalogue::{Class, Ownership};
use bunri_columnar::{KeyRanges, Observer};
use bunri_fingerprint::{Fingerprint, FingerprintKey};
use bunri_leak::Mismatches;
use bunri_manifest::Digests;
use bunri_redecide::{ColumnClasses, EncodedKeys, Expected, Layout, Regions, Scratch};
use bunri_report::{About, Checked, Claim, Findings, Place, Rule};

use crate::CompareError;
use crate::compare::{Chunk, Compare, trouble};
use crate::cost::{Costs, Work};
use crate::cursor::ActualRows;
use crate::elements::{ElementMaker, SharedRows};
use crate::files::StoreFiles;
use crate::multiset::{RowSorter, SortedBatch};
use crate::order::order_columns;
use crate::parts::Parts;
use crate::rebuild::Rebuild;
use crate::shape::check_entry;
use crate::sums::ByRegion;

/// What is known of a store before its tables are compared.
#[derive(Clone, Copy)]
pub struct StoreContext<'a> {
    /// The store as it lies on disk.
    pub files: &'a StoreFiles,
    /// Where the table's files begin.
    pub ranges: &'a KeyRanges,
    /// Under which rows are summed.
    pub key: &'a FingerprintKey,
    /// Of the table.
    pub elements: &'a ElementMaker<'a>,
    /// For sorts.
    pub scratch: &'a Scratch,
    /// To which the work is added.
    pub costs: &'a Costs,
    /// Asked whether to go on.
    pub observer: &'a dyn Observer,
    /// The files are to be made again and compared byte for byte.
    pub rebuild: bool,
}

/// A table of a store being checked.
pub struct StoreCheck<'a> {
    layout: &'a Layout<'a>,
    compare: Compare<'a>,
    /// For multisets and replaced keys: all expected rows are gathered before any is compared.
    gather: Option<RowSorter>,
    rebuild: Option<Rebuild>,
    elements: &'a ElementMaker<'a>,
    costs: &'a Costs,
    digests: &'a BTreeMap<String, Digests>,
    must_rows: u64,
    files: u64,
}

/// What became of it.
pub struct StoreOutcome {
    /// What was found.
    pub findings: Findings,
    /// What was looked at.
    pub checked: Checked,
    /// What was made again and compared byte for byte.
    pub rebuilt: Checked,
    /// Over the rows that must be there.
    pub must: ByRegion<Fingerprint>,
    /// Over the rows that are there.
    pub is: ByRegion<Fingerprint>,
    /// What C5 must not take for explained.
    pub mismatches: Mismatches,
}

impl<'a> StoreCheck<'a> {
    /// Before the first staged row.
    ///
    /// # Errors
    /// When rows must be sorted, and cannot be; when the observer asked to stop.
    pub fn new(layout: &'a Layout<'a>, context: StoreContext<'a>) -> Result<Self, CompareError> {
        let StoreContext {
            files,
            ranges,
            key,
            elements,
            scratch,
            costs,
            observer,
            rebuild,
        } = context;
        let mut findings = Findings::default();
        check_entry(layout, files, ranges.parts(), &mut findings);
        let (parts, in_order) = costs.of(Work::Shape, || {
            let parts = Parts::open(layout, files, &mut findings);
            let in_order = parts.are_in_order(layout, ranges, observer, &mut findings)?;
            Ok::<_, CompareError>((parts, in_order))
        })?;
        let file_count = parts.files;
        let mut rows = parts.read(&layout.schema);
        let mut mismatches = Mismatches::default();
        let actual = if in_order {
            ActualRows::Files(rows)
        } else {
            let mut sorter = RowSorter::new(layout, scratch)?;
            while let Some(batch) = rows.next() {
                sorter.push(&batch, |_, _| {})?;
            }
            trouble(&rows, about(layout), &mut findings, &mut mismatches);
            ActualRows::Sorted(sorter.finish()?)
        };
        let mut compare = Compare::new(layout, actual, key, observer)?;
        compare.findings = findings;
        compare.mismatches = mismatches;
        let gather = layout
            .reorders()
            .then(|| RowSorter::new(layout, scratch))
            .transpose()?;
        let rebuild = rebuild.then(|| Rebuild::new(layout, ranges)).transpose()?;
        let digests = &files.digests;
        Ok(Self {
            layout,
            compare,
            gather,
            rebuild,
            elements,
            costs,
            digests,
            must_rows: 0,
            files: file_count,
        })
    }

    /// The next staged rows.
    pub fn take(&mut self, shared: &SharedRows) -> Result<(), CompareError> {
        let (costs, decided) = (self.costs, &shared.decided);
        let expected = costs.of(Work::Compare, || Expected::of(self.layout, decided))?;
        match (&mut self.gather, &decided.keys) {
            (None, Some(keys)) => {
                let staged = decided.verdicts.len();
                let elements = if self.layout.holds_hashes() {
                    None
                } else {
                    costs.of(Work::Compare, || shared.elements(self.elements))
                };
                self.chunk(&Chunk {
                    expected: &expected,
                    keys,
                    staged,
                    first: decided.first,
                    elements,
                })
            }
            (Some(sorter), _) => sorter.push(&expected.rows, |row, tag| {
                write_regions(&expected.regions, row, tag)
            }),
            (None, None) => Err(CompareError::Index),
        }
    }

    fn chunk(&mut self, chunk: &Chunk<'_>) -> Result<(), CompareError> {
        self.must_rows += chunk.expected.rows.num_rows() as u64;
        if let Some(rebuild) = &mut self.rebuild {
            self.costs
                .of(Work::Rebuild, || rebuild.write(&chunk.expected.rows))?;
        }
        self.costs.of(Work::Compare, || self.compare.chunk(chunk))
    }

    fn compare_gathered(&mut self) -> Result<(), CompareError> {
        let Some(sorter) = self.gather.take() else {
            return Ok(());
        };
        let mut sorted = sorter.finish()?;
        let mut converter = EncodedKeys::of_columns(
            &self.layout.schema,
            order_columns(self.layout),
            &self.layout.table.id,
        )?;
        let mut last: Option<Vec<u8>> = None;
        let mut first = 0;
        while let Some(SortedBatch { rows, tags }) = sorted.next()? {
            let keys = converter(&rows)?;
            let staged = rows.num_rows();
            if !self.layout.key.is_empty() {
                let stored = (0..staged).map(|row| keys.bytes(row));
                let findings = &mut self.compare.findings;
                find_doubles(stored, &mut last, about(self.layout), findings);
            }
            let regions = read_regions(&tags, self.layout.columns.len())?;
            let expected = Expected {
                rows,
                regions,
                staged: (0..staged).collect(),
            };
            self.chunk(&Chunk {
                expected: &expected,
                keys: &keys,
                staged,
                first,
                elements: None,
            })?;
            first += staged as u64;
        }
        Ok(())
    }

    /// After the last staged row.
    pub fn finish(mut self) -> Result<StoreOutcome, CompareError> {
        self.compare_gathered()?;
        let rows = self.costs.of(Work::Compare, || self.compare.finish())?;
        let Compare {
            must,
            is,
            mut findings,
            mismatches,
            ..
        } = self.compare;
        let about = about(self.layout);
        for ownership in Ownership::ALL {
            for class in Class::ALL {
                let at = (ownership as usize, class as usize);
                if must[at.0][at.1] != is[at.0][at.1] {
                    let region = format!("{} {}", ownership.word(), class.word());
                    findings.add(
                        Claim::C3,
                        Rule::RegionDiffers,
                        about,
                        Place::detail(&region),
                    );
                }
            }
        }
        let cells = |rows: u64| rows * self.layout.schema.fields().len() as u64;
        let mut rebuilt = Checked::default();
        if let Some(rebuild) = self.rebuild {
            let files = self.costs.of(Work::Rebuild, || {
                rebuild.finish(self.digests, about, &mut findings)
            })?;
            rebuilt = Checked {
                files,
                tables: 1,
                rows: self.must_rows,
                cells: cells(self.must_rows),
            };
        }
        let checked = Checked {
            files: self.files,
            tables: 1,
            rows,
            cells: cells(rows),
        };
        Ok(StoreOutcome {
            findings,
            checked,
            rebuilt,
            must,
            is,
            mismatches,
        })
    }
}

/// Stored keys that were keys before they were hashed: two that are equal have met in one hash. `last` goes on from one batch to the next.
fn find_doubles<'k>(
    keys: impl Iterator<Item = &'k [u8]>,
    last: &mut Option<Vec<u8>>,
    about: About<'_>,
    findings: &mut Findings,
) {
    let mut doubles = 0;
    for key in keys {
        doubles += u64::from(last.as_deref() == Some(key));
        *last = Some(key.to_vec());
    }
    if doubles > 0 {
        let place = Place::default();
        findings.add_many(Claim::C3, Rule::RekeyCollision, about, place, doubles);
    }
}

fn about<'a>(layout: &Layout<'a>) -> About<'a> {
    About {
        store: layout.store.word(),
        table: Some(&layout.table.id),
    }
}

fn write_regions(regions: &Regions, row: usize, tag: &mut Vec<u8>) {
    tag.push(regions.ownership[row] as u8);
    tag.extend(
        regions
            .classes
            .iter()
            .map(|classes| classes.class(row) as u8),
    );
}

fn read_regions(tags: &[Vec<u8>], columns: usize) -> Result<Regions, CompareError> {
    let ownership = |tag: &Vec<u8>| Ownership::ALL.get(usize::from(*tag.first()?)).copied();
    let class =
        |tag: &Vec<u8>, column: usize| Class::ALL.get(usize::from(*tag.get(column + 1)?)).copied();
    let of_column = |column: usize| -> Option<ColumnClasses> {
        Some(ColumnClasses::PerRow(
            tags.iter()
                .map(|tag| class(tag, column))
                .collect::<Option<_>>()?,
        ))
    };
    let regions = || {
        Some(Regions {
            ownership: tags.iter().map(ownership).collect::<Option<_>>()?,
            classes: (0..columns).map(of_column).collect::<Option<_>>()?,
        })
    };
    regions().ok_or(CompareError::Index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_found_also_across_batches() {
        let about = About {
            store: "retail",
            table: Some("t"),
        };
        let mut last = None;
        let mut found = |keys: &[&str]| {
            let mut findings = Findings::default();
            let keys = keys.iter().map(|key| key.as_bytes());
            find_doubles(keys, &mut last, about, &mut findings);
            let found = findings.into_report().into_iter();
            let found = found.map(|it| (it.claim, it.rule, it.count));
            found.collect::<Vec<_>>()
        };
        assert_eq!(found(&["a", "b", "c"]), []);
        let two = (Claim::C3, Rule::RekeyCollision, 2);
        assert_eq!(found(&["c", "d", "d"]), [two]);
        assert_eq!(found(&["e"]), []);
    }
}
