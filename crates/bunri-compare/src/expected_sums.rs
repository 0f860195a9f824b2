//! Fingerprints of the rows of one store: by the elements that were made for all stores ([`crate::elements`]) where it holds the rows as
//! they are; rows that are not what was expected, and those of a store that holds hashes, are hashed here.

use std::ops::Range;

use bunri_catalogue::Ownership;
use bunri_fingerprint::{ElementHasher, Fingerprint, FingerprintKey, UnsupportedType};
use bunri_redecide::{ColumnsByClass, Expected, Layout, View};

use crate::elements::{RowElements, granted};
use crate::sums::{ByRegion, InRegions, hashers_of, regions_of};

/// Sums rows of one store.
pub(crate) struct ExpectedSums<'a> {
    layout: &'a Layout<'a>,
    hashers: ByRegion<ElementHasher>,
    columns: ColumnsByClass,
    /// By ownership, one bit for each class.
    granted: [u8; Ownership::ALL.len()],
}

impl<'a> ExpectedSums<'a> {
    pub(crate) fn new(layout: &'a Layout<'a>, key: &FingerprintKey) -> Self {
        Self {
            layout,
            hashers: hashers_of(&regions_of(layout.table, key)),
            columns: ColumnsByClass::default(),
            granted: granted(layout),
        }
    }

    /// Of these rows; `made` are the elements of the staged rows, if the store holds them as they are.
    ///
    /// # Errors
    /// For a column type that no store has.
    pub(crate) fn of(
        &mut self,
        expected: &Expected,
        rows: Range<usize>,
        made: Option<&RowElements>,
    ) -> Result<ByRegion<Fingerprint>, UnsupportedType> {
        let mut sums: ByRegion<Fingerprint> = ByRegion::default();
        let Expected {
            rows: cells,
            regions,
            staged,
        } = expected;
        if let Some(made) = made {
            let of_rows = staged[rows.clone()].iter().zip(&regions.ownership[rows]);
            for (&row, &ownership) in of_rows {
                let ownership = ownership as usize;
                made.add(row, self.granted[ownership], &mut sums[ownership]);
            }
            return Ok(sums);
        }
        let view = View::of(cells)?;
        for row in rows {
            let row = InRegions {
                cells: &view.cells,
                row,
                regions,
                like: row,
            };
            self.add(row, &mut sums);
        }
        Ok(sums)
    }

    /// Adds one row, in the regions of an expected one.
    pub(crate) fn add(&mut self, row: InRegions<'_>, sums: &mut ByRegion<Fingerprint>) {
        let (layout, ownership) = (self.layout, row.regions.ownership[row.like]);
        let classes = &row.regions.classes;
        self.columns.begin(classes);
        for class in layout.granted_classes(ownership) {
            let columns = self.columns.of(classes, class, row.like);
            if columns.is_empty() {
                continue;
            }
            let value = |&column: &usize| row.cells[column].cell(row.row);
            let placed = |column: &usize| (layout.columns[*column], value(column));
            let (at, class) = (ownership as usize, class as usize);
            let element = self.hashers[at][class]
                .element(layout.key.iter().map(value), columns.iter().map(placed));
            sums[at][class].add(&element);
        }
    }
}
