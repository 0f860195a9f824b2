//! Counts over the decided rows of one table: rows, cells that are not NULL, and the bytes of their values, by ownership, class
//! and the stores in which the row stands. Whole columns are counted wherever a row makes no difference.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{BinaryType, ByteArrayType, Utf8Type};
use arrow_array::{Array, ArrayRef};
use bunri_catalogue::{Class, Ownership, Store, Table};
use bunri_evaluator::Reason;
use bunri_evaluator::Verdict;
use bunri_redecide::{ColumnClasses, Decided, Stores, store_bit};
use bunri_types::ValueType;

use crate::placement::CellStores;

/// Sets of stores that a row can stand in.
const PLACES: usize = 1 << Store::ALL.len();

/// Bytes of a keyed hash as retail holds it: 32 hex digits.
const HASH_BYTES: u64 = 32;

/// Values and their bytes, before any compression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) cells: u64,
    pub(crate) bytes: u64,
}

impl Amount {
    fn add(&mut self, more: Self) {
        self.cells += more.cells;
        self.bytes += more.bytes;
    }
}

/// By ownership, and by the set of stores that hold the row.
type ByPlace<T> = [[T; PLACES]; Ownership::ALL.len()];

/// Of one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnTally {
    by_class: [ByPlace<Amount>; Class::ALL.len()],
}

/// Of one table.
#[derive(Debug)]
pub(crate) struct Tally {
    rows: ByPlace<u64>,
    pub(crate) columns: Vec<ColumnTally>,
    pub(crate) undecided: BTreeMap<Reason, u64>,
    /// By row of the batch: ownership and stores as one number.
    places: Vec<usize>,
}

impl Tally {
    pub(crate) fn new(table: &Table) -> Self {
        Self {
            rows: ByPlace::default(),
            columns: vec![ColumnTally::default(); table.columns.len()],
            undecided: BTreeMap::new(),
            places: Vec::new(),
        }
    }

    /// `stores` are those of every row.
    pub(crate) fn take(&mut self, table: &Table, decided: &Decided, stores: &[Stores]) {
        self.places.clear();
        let mut here = ByPlace::<u64>::default();
        for (verdict, &stores) in decided.verdicts.iter().zip(stores) {
            let (ownership, stores) = (verdict.ownership() as usize, usize::from(stores));
            here[ownership][stores] += 1;
            self.places.push(ownership * PLACES + stores);
            if let Verdict::Undecided(reason) = verdict {
                *self.undecided.entry(*reason).or_default() += 1;
            }
        }
        for (sum, more) in self
            .rows
            .as_flattened_mut()
            .iter_mut()
            .zip(here.as_flattened())
        {
            *sum += more;
        }
        for (column, tally) in self.columns.iter_mut().enumerate() {
            let width = width_of(table.columns[column].value_type);
            let cells = Cells {
                array: decided.batch.column(column),
                width,
                places: &self.places,
            };
            match &decided.classes[column] {
                ColumnClasses::Fixed(class) => {
                    cells.count(&here, &mut tally.by_class[*class as usize]);
                }
                ColumnClasses::PerRow(classes) => cells.count_by_row(classes, &mut tally.by_class),
            }
        }
    }

    /// Rows of an ownership.
    pub(crate) fn rows_of(&self, ownership: Ownership) -> u64 {
        self.rows[ownership as usize].iter().sum()
    }

    /// Rows of an ownership in a store.
    pub(crate) fn rows_in(&self, ownership: Ownership, store: Store) -> u64 {
        in_store(&self.rows[ownership as usize], store).sum()
    }
}

impl ColumnTally {
    /// All values of a class on rows of an ownership.
    pub(crate) fn staged(&self, ownership: Ownership, class: Class) -> Amount {
        let mut sum = Amount::default();
        for amount in &self.by_class[class as usize][ownership as usize] {
            sum.add(*amount);
        }
        sum
    }

    /// Those of them that a store holds; `hashed` where it holds keyed hashes instead.
    pub(crate) fn held(
        &self,
        (ownership, class): (Ownership, Class),
        store: Store,
        cells: &CellStores,
        hashed: bool,
    ) -> Amount {
        let mut sum = Amount::default();
        if cells[ownership as usize][class as usize] & store_bit(store) == 0 {
            return sum;
        }
        let places = &self.by_class[class as usize][ownership as usize];
        for amount in in_store(places, store) {
            sum.add(amount);
        }
        if hashed {
            sum.bytes = sum.cells * HASH_BYTES;
        }
        sum
    }
}

fn in_store<T: Copy>(places: &[T; PLACES], store: Store) -> impl Iterator<Item = T> {
    let bit = usize::from(store_bit(store));
    let places = places.iter().enumerate();
    places
        .filter(move |(place, _)| place & bit != 0)
        .map(|(_, amount)| *amount)
}

/// Bytes of a value of a type whose values all have as many.
fn width_of(value_type: ValueType) -> Option<u64> {
    match value_type {
        ValueType::Text | ValueType::Bytes => None,
        ValueType::Int | ValueType::Real | ValueType::Timestamp => Some(8),
        ValueType::Decimal { .. } => Some(16),
        ValueType::Date(_) => Some(4),
        ValueType::Bool => Some(1),
    }
}

/// One column of a batch.
struct Cells<'a> {
    array: &'a ArrayRef,
    width: Option<u64>,
    /// By row.
    places: &'a [usize],
}

impl Cells<'_> {
    /// All in one class; `rows` are those of the batch.
    fn count(&self, rows: &ByPlace<u64>, sums: &mut ByPlace<Amount>) {
        let sums = sums.as_flattened_mut();
        if self.array.null_count() == self.array.len() {
            return;
        }
        if let (0, Some(width)) = (self.array.null_count(), self.width) {
            for (sum, &rows) in sums.iter_mut().zip(rows.as_flattened()) {
                sum.add(Amount {
                    cells: rows,
                    bytes: rows * width,
                });
            }
            return;
        }
        self.each(|row, bytes| sums[self.places[row]].add(Amount { cells: 1, bytes }));
    }

    fn count_by_row(&self, classes: &[Class], sums: &mut [ByPlace<Amount>; Class::ALL.len()]) {
        self.each(|row, bytes| {
            let sums = sums[classes[row] as usize].as_flattened_mut();
            sums[self.places[row]].add(Amount { cells: 1, bytes });
        });
    }

    /// Every value that is not NULL, with its bytes.
    fn each(&self, mut value: impl FnMut(usize, u64)) {
        match self.width {
            Some(width) => {
                for row in 0..self.array.len() {
                    if self.array.is_valid(row) {
                        value(row, width);
                    }
                }
            }
            None => {
                if let Some(texts) = self.array.as_bytes_opt::<Utf8Type>() {
                    each_length(texts, value);
                } else if let Some(bytes) = self.array.as_bytes_opt::<BinaryType>() {
                    each_length(bytes, value);
                }
            }
        }
    }
}

fn each_length<T: ByteArrayType<Offset = i32>>(
    array: &arrow_array::GenericByteArray<T>,
    mut value: impl FnMut(usize, u64),
) {
    for (row, pair) in array.value_offsets().windows(2).enumerate() {
        if array.is_valid(row) {
            value(row, u64::from((pair[1] - pair[0]).unsigned_abs()));
        }
    }
}
