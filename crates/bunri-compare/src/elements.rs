//! The elements of a batch of staged rows, made once for all stores: a row's element in a region names the table, the
//! ownership, the class, the key and the cells, and not the store, so it is the same wherever the region goes. Only where
//! retail holds hashes instead of values does a store make elements of its own ([`crate::expected_sums`]).

use std::cell::OnceCell;

use bunri_catalogue::{Class, Ownership, Table};
use bunri_fingerprint::{Fingerprint, FingerprintKey, Region, UnsupportedType};
use bunri_redecide::{ColumnsByClass, Decided, Layout, View, bit};

use crate::sums::{ByRegion, hashers_of, regions_of};

/// The regions of a table, and which of its elements any store needs.
pub struct ElementMaker<'a> {
    regions: ByRegion<Region>,
    /// The table's key, as catalogue columns.
    table_key: &'a [usize],
    /// By ownership, one bit for each class.
    wanted: [u8; Ownership::ALL.len()],
}

impl<'a> ElementMaker<'a> {
    /// For the stores that have these layouts of the table.
    pub fn new(table: &'a Table, layouts: &[Layout<'_>], key: &FingerprintKey) -> Self {
        let mut wanted = [0; Ownership::ALL.len()];
        for layout in layouts {
            for (wanted, granted) in wanted.iter_mut().zip(granted(layout)) {
                *wanted |= granted;
            }
        }
        Self {
            regions: regions_of(table, key),
            table_key: &table.key,
            wanted,
        }
    }
}

/// The classes that a store holds, by ownership: one bit for each.
pub(crate) fn granted(layout: &Layout<'_>) -> [u8; Ownership::ALL.len()] {
    Ownership::ALL.map(|ownership| {
        let classes = layout.granted_classes(ownership);
        classes.fold(0, |bits, class| bits | bit(class))
    })
}

/// A batch of decided rows, with what the stores' checks share of it.
pub struct SharedRows {
    /// The rows, with whose they are.
    pub decided: Decided,
    elements: OnceCell<Option<RowElements>>,
}

impl SharedRows {
    /// Of which nothing was asked yet.
    pub fn new(decided: Decided) -> Self {
        Self {
            decided,
            elements: OnceCell::new(),
        }
    }

    /// The elements of the rows, made for whichever store asks first; [`None`] if they cannot be.
    pub(crate) fn elements(&self, maker: &ElementMaker<'_>) -> Option<&RowElements> {
        let made = self
            .elements
            .get_or_init(|| RowElements::of(maker, &self.decided).ok());
        made.as_ref()
    }
}

/// The elements of one batch.
pub(crate) struct RowElements {
    /// By class, then by row; empty where no row has a cell of the class that a store needs.
    by_class: [Vec<[u8; 64]>; Class::ALL.len()],
    /// By row, one bit for each class.
    present: Vec<u8>,
}

impl RowElements {
    /// # Errors
    /// For a column type that no store has.
    pub(crate) fn of(maker: &ElementMaker<'_>, decided: &Decided) -> Result<Self, UnsupportedType> {
        let view = View::of(&decided.batch)?;
        let rows = decided.verdicts.len();
        let mut elements = Self {
            by_class: Class::ALL.map(|_| Vec::new()),
            present: vec![0; rows],
        };
        let mut hashers = hashers_of(&maker.regions);
        let mut columns = ColumnsByClass::default();
        columns.begin(&decided.classes);
        for (row, verdict) in decided.verdicts.iter().enumerate() {
            let ownership = verdict.ownership() as usize;
            let wanted = |class: &Class| maker.wanted[ownership] & bit(*class) != 0;
            for class in Class::ALL.into_iter().filter(wanted) {
                let columns = columns.of(&decided.classes, class, row);
                if columns.is_empty() {
                    continue;
                }
                let value = |&column: &usize| view.cells[column].cell(row);
                let placed = |column: &usize| (*column, value(column));
                let element = hashers[ownership][class as usize].element(
                    maker.table_key.iter().map(value),
                    columns.iter().map(placed),
                );
                elements.put(class, row, element);
            }
        }
        Ok(elements)
    }

    fn put(&mut self, class: Class, row: usize, element: [u8; 64]) {
        let of_class = &mut self.by_class[class as usize];
        if of_class.is_empty() {
            of_class.resize(self.present.len(), [0; 64]);
        }
        of_class[row] = element;
        self.present[row] |= bit(class);
    }

    /// Adds the elements of a row that a store holds to the sums of its ownership.
    #[inline]
    pub(crate) fn add(&self, row: usize, granted: u8, sums: &mut [Fingerprint; Class::ALL.len()]) {
        let mut classes = self.present[row] & granted;
        while classes != 0 {
            let class = classes.trailing_zeros() as usize;
            classes &= classes - 1;
            sums[class].add(&self.by_class[class][row]);
        }
    }
}
