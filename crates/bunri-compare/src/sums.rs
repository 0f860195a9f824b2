//! The fingerprints of one table in one store, region by region: once over what must be there, once over what is.

use bunri_catalogue::{Class, Ownership, Table};
use bunri_fingerprint::{Cells, ElementHasher, Fingerprint, FingerprintKey, Region};
use bunri_redecide::Regions;

/// A fingerprint for every ownership and class.
pub type ByRegion<T> = [[T; Class::ALL.len()]; Ownership::ALL.len()];

/// A row and the regions that it has a part in.
#[derive(Clone, Copy)]
pub(crate) struct InRegions<'r> {
    /// The cells of its batch.
    pub(crate) cells: &'r [Cells<'r>],
    /// The row among them.
    pub(crate) row: usize,
    /// Where the regions stand.
    pub(crate) regions: &'r Regions,
    /// The row there.
    pub(crate) like: usize,
}

/// The regions of a table.
pub(crate) fn regions_of(table: &Table, key: &FingerprintKey) -> ByRegion<Region> {
    let names = || table.columns.iter().map(|column| &*column.name);
    Ownership::ALL.map(|ownership| {
        Class::ALL.map(|class| {
            let words = [&table.id, ownership.word(), class.word()];
            Region::new(key, words, names())
        })
    })
}

/// A hasher for each of them.
pub(crate) fn hashers_of(regions: &ByRegion<Region>) -> ByRegion<ElementHasher> {
    let of_class =
        |classes: &[Region; Class::ALL.len()]| classes.each_ref().map(ElementHasher::new);
    regions.each_ref().map(of_class)
}

/// Adds sums of other rows of the same table and store.
pub(crate) fn add_sums(to: &mut ByRegion<Fingerprint>, more: &ByRegion<Fingerprint>) {
    for (sum, more) in to.as_flattened_mut().iter_mut().zip(more.as_flattened()) {
        *sum += *more;
    }
}
