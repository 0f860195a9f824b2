//! The fingerprints of one table in one store, region by region: once over what must be there, once over what is.

use bunri_catalogue::{Class, Ownership, Table};
use bunri_fingerprint::{Cells, ElementHasher, Fingerprint, FingerprintKey, Region};
use bunri_redecide::{ColumnsByClass, Layout, Regions};

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

/// Turns rows into the elements of their regions: rows that are not what was expected, and those of stores that hold
/// hashes. All others have theirs from [`crate::elements`].
pub(crate) struct Elements {
    hashers: ByRegion<ElementHasher>,
    columns: ColumnsByClass,
}

impl Elements {
    pub(crate) fn new(layout: &Layout<'_>, key: &FingerprintKey) -> Self {
        Self {
            hashers: hashers_of(&regions_of(layout.table, key)),
            columns: ColumnsByClass::default(),
        }
    }

    /// Adds a row to these sums.
    pub(crate) fn add(
        &mut self,
        layout: &Layout<'_>,
        row: InRegions<'_>,
        sums: &mut ByRegion<Fingerprint>,
    ) {
        let ownership = row.regions.ownership[row.like];
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

/// Adds sums of other rows of the same table and store.
pub(crate) fn add_sums(to: &mut ByRegion<Fingerprint>, more: &ByRegion<Fingerprint>) {
    for (sum, more) in to.as_flattened_mut().iter_mut().zip(more.as_flattened()) {
        *sum += *more;
    }
}
