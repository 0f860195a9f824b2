//! Fingerprints of expected rows, by the elements that were made for all stores where a store holds the rows as they are.

use std::ops::Range;

use bunri_catalogue::Ownership;
use bunri_fingerprint::{Fingerprint, FingerprintKey, UnsupportedType};
use bunri_redecide::{Expected, Layout, View};

use crate::elements::{RowElements, granted};
use crate::sums::{ByRegion, Elements, InRegions};

/// Sums expected rows of one store.
pub(crate) struct ExpectedSums<'a> {
    layout: &'a Layout<'a>,
    elements: Elements,
    /// By ownership, one bit for each class.
    granted: [u8; Ownership::ALL.len()],
}

impl<'a> ExpectedSums<'a> {
    pub(crate) fn new(layout: &'a Layout<'a>, key: &FingerprintKey) -> Self {
        Self {
            layout,
            elements: Elements::new(layout, key),
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
            self.elements.add(self.layout, row, &mut sums);
        }
        Ok(sums)
    }

    /// Of one row, in the regions of an expected one.
    pub(crate) fn add(&mut self, row: InRegions<'_>, sums: &mut ByRegion<Fingerprint>) {
        self.elements.add(self.layout, row, sums);
    }
}
