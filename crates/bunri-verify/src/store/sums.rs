//! The fingerprints of one table in one store, region by region: once over what must be there, once over what is.

use bunri_catalogue::{Class, Ownership};
use bunri_fingerprint::{Cells, ElementHasher, Fingerprint, FingerprintKey, Region};

use super::expected::Regions;
use super::layout::Layout;
use crate::classes::ColumnClasses;

/// A fingerprint for every ownership and class.
pub(crate) type ByRegion<T> = [[T; Class::ALL.len()]; Ownership::ALL.len()];

/// Sums rows into their regions.
pub(crate) struct RegionSums {
    hasher: ElementHasher,
    regions: ByRegion<Region>,
    pub(crate) sums: ByRegion<Fingerprint>,
    columns: Vec<usize>,
}

impl RegionSums {
    pub(crate) fn new(layout: &Layout<'_>, key: &FingerprintKey) -> Self {
        let id = &layout.table.id;
        let region = |ownership: Ownership| {
            Class::ALL.map(|class| Region::new(id, ownership.word(), class.word()))
        };
        Self {
            hasher: ElementHasher::new(key),
            regions: Ownership::ALL.map(region),
            sums: ByRegion::default(),
            columns: Vec::new(),
        }
    }

    /// Adds row `row` of `cells`, whose regions are those of row `like` of `regions`.
    pub(crate) fn add(
        &mut self,
        layout: &Layout<'_>,
        cells: &[Cells<'_>],
        row: usize,
        regions: &Regions,
        like: usize,
    ) {
        let ownership = regions.ownership[like];
        for class in layout.granted_classes(ownership) {
            let present = |(_, classes): &(usize, &ColumnClasses)| classes.class(like) == class;
            self.columns.clear();
            self.columns.extend(
                regions
                    .classes
                    .iter()
                    .enumerate()
                    .filter(present)
                    .map(|(column, _)| column),
            );
            if self.columns.is_empty() {
                continue;
            }
            let key = layout.key.iter().map(|&column| cells[column].value(row));
            let columns = self
                .columns
                .iter()
                .map(|&column| (&layout.names[column], cells[column].value(row)));
            let (at, class) = (ownership as usize, class as usize);
            let element = self.hasher.element(&self.regions[at][class], key, columns);
            self.sums[at][class].add(&element);
        }
    }
}
