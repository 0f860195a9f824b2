//! Where rows lie after a run, and what a table has there: columns, types, and which classes its cells can be of.

use std::collections::BTreeSet;

use bunri_catalogue::{
    Class, ClassRule, Ownership, Store, Table, granted, possible_classes, possible_ownerships,
    store_columns, stored_type,
};
use bunri_types::ValueType;

/// The quarantine's own last column: why a person must decide. A story holds it against the files.
const REASON_COLUMN: &str = "bunri_reason";

/// A folder of tables that a run leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// What was extracted, in custody.
    Staging,
    /// What split wrote.
    Store(Store),
}

/// Cells of one column, as a place holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldColumn {
    /// Its place in the table; [`None`]: the column is the place's own.
    pub(crate) column: Option<usize>,
    pub(crate) name: String,
    pub(crate) value_type: ValueType,
    /// Its place in the key, from 0.
    pub(crate) key: Option<usize>,
    /// The class that a reader is told first.
    pub(crate) class: Option<Class>,
    /// Every class that a cell which stands here can be of.
    pub(crate) classes: BTreeSet<Class>,
    /// Whether rows that stand here may have this cell withheld.
    pub(crate) may_be_withheld: bool,
    /// The name of the keyed hashes that stand here instead of the values.
    pub(crate) rekey: Option<String>,
}

impl Place {
    /// Those in transmission custody, in the order of a run.
    pub(crate) const CUSTODY: [Place; 3] = [
        Place::Staging,
        Place::Store(Store::Transmission),
        Place::Store(Store::Quarantine),
    ];

    /// Its name, and that of its folder.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Place::Staging => "staging",
            Place::Store(store) => store.word(),
        }
    }

    /// The columns of a table that lie here, in the order of the files. None: the place has no such table.
    pub(crate) fn columns(self, table: &Table) -> Vec<HeldColumn> {
        let columns = match self {
            Place::Staging => (0..table.columns.len()).collect(),
            Place::Store(store) => store_columns(table, store),
        };
        let mut held: Vec<HeldColumn> = columns
            .into_iter()
            .map(|column| self.column(table, column))
            .collect();
        if self == Place::Store(Store::Quarantine) && !held.is_empty() {
            held.push(reason());
        }
        held
    }

    fn column(self, table: &Table, column: usize) -> HeldColumn {
        let written = &table.columns[column];
        let classes = self.classes(table, column);
        let key = table.key.iter().position(|&key| key == column);
        let (value_type, rekey) = match self {
            Place::Staging => (written.value_type, None),
            Place::Store(store) => (
                stored_type(table, column, store),
                written.rekey.clone().filter(|_| store == Store::Retail),
            ),
        };
        HeldColumn {
            column: Some(column),
            name: written.name.clone(),
            value_type,
            key,
            class: told_first(&written.class, &classes),
            // A row never goes anywhere without its key.
            may_be_withheld: key.is_none() && self.may_withhold(table, column),
            classes,
            rekey,
        }
    }

    /// The classes of the cells of this column that can stand here.
    fn classes(self, table: &Table, column: usize) -> BTreeSet<Class> {
        let mut classes = BTreeSet::new();
        for &ownership in possible_ownerships(table) {
            let possible = possible_classes(table, column, ownership).into_iter();
            classes.extend(possible.filter(|&class| self.holds(table, ownership, class)));
        }
        classes
    }

    fn holds(self, table: &Table, ownership: Ownership, class: Class) -> bool {
        match self {
            Place::Staging => true,
            Place::Store(store) => {
                granted(store, ownership, class, table.any_retailer_on_other_rows)
            }
        }
    }

    /// Whether rows of this ownership can stand here.
    pub(crate) fn has_rows_of(self, table: &Table, ownership: Ownership) -> bool {
        (0..table.columns.len()).any(|column| {
            let classes = possible_classes(table, column, ownership);
            classes
                .into_iter()
                .any(|class| self.holds(table, ownership, class))
        })
    }

    /// Whether rows that stand here may have a cell of this column withheld, by its classes alone.
    pub(crate) fn may_withhold(self, table: &Table, column: usize) -> bool {
        let ownerships = possible_ownerships(table).iter();
        let mut here = ownerships.filter(|&&ownership| self.has_rows_of(table, ownership));
        here.any(|&ownership| {
            let classes = possible_classes(table, column, ownership);
            !classes
                .into_iter()
                .all(|class| self.holds(table, ownership, class))
        })
    }
}

fn reason() -> HeldColumn {
    HeldColumn {
        column: None,
        name: REASON_COLUMN.to_owned(),
        value_type: ValueType::Text,
        key: None,
        class: None,
        classes: BTreeSet::new(),
        may_be_withheld: false,
        rekey: None,
    }
}

/// The declared class where cells of it stand here; where the class depends on the row, the strictest of those that do.
fn told_first(declared: &ClassRule, here: &BTreeSet<Class>) -> Option<Class> {
    let possible = declared.possible();
    let both = possible.intersection(here);
    let of = |classes: &BTreeSet<Class>| classes.iter().copied().max_by_key(|&it| strictness(it));
    both.copied()
        .max_by_key(|&class| strictness(class))
        .or_else(|| of(here))
        // A key that accompanies its row into the quarantine, though no cell of its class goes there.
        .or_else(|| of(&possible))
}

/// Who is the last to see it: everybody, any retailer, …, nobody.
fn strictness(class: Class) -> u8 {
    match class {
        Class::Reference => 0,
        Class::AnyRetailer => 1,
        Class::OwnCustomer => 2,
        Class::RetailOnly => 3,
        Class::TransmissionOnly => 4,
        Class::Hold => 5,
        Class::Discard => 6,
    }
}

/// A type in the words of SQL, as DuckDB says them of the files.
pub(crate) fn physical_type(value_type: ValueType) -> String {
    match value_type {
        ValueType::Text => "VARCHAR".to_owned(),
        ValueType::Int => "BIGINT".to_owned(),
        ValueType::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
        ValueType::Real => "DOUBLE".to_owned(),
        ValueType::Date(_) => "DATE".to_owned(),
        ValueType::Timestamp => "TIMESTAMP".to_owned(),
        ValueType::Bool => "BOOLEAN".to_owned(),
        ValueType::Bytes => "BLOB".to_owned(),
    }
}
