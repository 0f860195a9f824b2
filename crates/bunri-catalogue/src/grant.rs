//! The table of design section 4: which class of which row goes to which store. `bunri-split` and the
//! catalogue's own checks use it; `bunri-verify` has a table of its own, and a test compares the two.

use std::collections::BTreeSet;

use bunri_types::ValueType;

use crate::model::{Catalogue, Class, Ownership, Store, Table};

/// Whether a cell of this class, on a row of this ownership, goes to `store`.
/// `opened` is [`Table::any_retailer_on_other_rows`].
#[must_use]
pub fn granted(store: Store, ownership: Ownership, class: Class, opened: bool) -> bool {
    use Class::{AnyRetailer, Hold, OwnCustomer, Reference, RetailOnly, TransmissionOnly};
    // What is not named here is granted to nobody; `discard` is named nowhere.
    match (store, ownership) {
        (Store::Retail, Ownership::Own) => matches!(class, AnyRetailer | OwnCustomer | RetailOnly),
        (Store::Retail, Ownership::Other) => opened && class == AnyRetailer,
        (Store::Retail, Ownership::Undecided) => false,
        (Store::Retail, Ownership::Reference) => class == Reference,
        (Store::Transmission, Ownership::Reference) => {
            matches!(class, Reference | TransmissionOnly)
        }
        (Store::Transmission, Ownership::Own | Ownership::Other | Ownership::Undecided) => {
            matches!(class, AnyRetailer | OwnCustomer | TransmissionOnly)
        }
        (Store::Quarantine, Ownership::Undecided) => {
            matches!(class, AnyRetailer | OwnCustomer | RetailOnly | Hold)
        }
        (Store::Quarantine, Ownership::Other) => matches!(class, RetailOnly | Hold),
        (Store::Quarantine, Ownership::Own) => class == Hold,
        (Store::Quarantine, Ownership::Reference) => false,
    }
}

/// The type of a column's cells as a store holds them: retail has a hash instead of a rekeyed value.
#[must_use]
pub fn stored_type(table: &Table, column: usize, store: Store) -> ValueType {
    let column = &table.columns[column];
    if store == Store::Retail && column.rekey.is_some() {
        ValueType::Text
    } else {
        column.value_type
    }
}

/// The ownerships that rows of this table can have.
#[must_use]
pub fn possible_ownerships(table: &Table) -> &'static [Ownership] {
    use crate::model::RowRule;
    match table.rows {
        RowRule::Reference => &[Ownership::Reference],
        RowRule::AllTransmission => &[Ownership::Other],
        RowRule::AllRetail => &[Ownership::Own],
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::Cases { .. }
        | RowRule::All(_)
        | RowRule::Any(_) => &[Ownership::Own, Ownership::Other, Ownership::Undecided],
    }
}

/// The class of a cell that speaks of another time than its own row, when its days are not the incumbent's: it is withheld as
/// a class that never leaves the transmission operator.
#[must_use]
pub fn class_of_another_time(class: Class) -> Class {
    match class {
        Class::AnyRetailer | Class::OwnCustomer => Class::TransmissionOnly,
        Class::TransmissionOnly
        | Class::RetailOnly
        | Class::Hold
        | Class::Reference
        | Class::Discard => class,
    }
}

/// Every class that a column can have on a row of this ownership, after every combination of `cells` and `when`.
#[must_use]
pub fn possible_classes(table: &Table, column: usize, ownership: Ownership) -> BTreeSet<Class> {
    let mut classes = table.columns[column].class.possible();
    let mut groups = table.cells.iter();
    if ownership == Ownership::Own && groups.any(|group| group.columns.contains(&column)) {
        let withheld: Vec<Class> = classes
            .iter()
            .map(|&class| class_of_another_time(class))
            .collect();
        classes.extend(withheld);
    }
    for when in table
        .when
        .iter()
        .filter(|when| when.rows.contains(&ownership))
    {
        let changed: Vec<Class> = classes
            .iter()
            .map(|&class| when.changed(column, class))
            .collect();
        classes.extend(changed);
    }
    classes
}

/// The columns that neither company gets of any row: they are discarded, or wait in the quarantine.
#[must_use]
pub fn reaches_nobody(table: &Table) -> Vec<usize> {
    let [retail, transmission] =
        [Store::Retail, Store::Transmission].map(|store| store_columns(table, store));
    (0..table.columns.len())
        .filter(|column| !retail.contains(column) && !transmission.contains(column))
        .collect()
}

/// Whether a table is the **retailer's own** (docs/rules.md, "Human decisions"): its rows may be undecided, it brings the
/// transmission store nothing and retail something, and so does every table that asks it whose its rows are.
#[must_use]
pub fn is_retailers_own(catalogue: &Catalogue, table: usize) -> bool {
    let asked = &catalogue.tables[table];
    let children = catalogue.tables.iter().enumerate();
    let mut children = children.filter(|(_, child)| child.parents().contains(&table));
    possible_ownerships(asked).contains(&Ownership::Undecided)
        && store_columns(asked, Store::Transmission).is_empty()
        && !store_columns(asked, Store::Retail).is_empty()
        && children.all(|(child, _)| is_retailers_own(catalogue, child))
}

/// The columns that `store` holds of this table, in store order: those that some row may bring, and for
/// the quarantine the key, which accompanies every quarantined row. Empty: the store has no such table.
#[must_use]
pub fn store_columns(table: &Table, store: Store) -> Vec<usize> {
    let brings = |column: usize| {
        possible_ownerships(table).iter().any(|&ownership| {
            possible_classes(table, column, ownership)
                .iter()
                .any(|&class| granted(store, ownership, class, table.any_retailer_on_other_rows))
        })
    };
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|&column| brings(column))
        .collect();
    if store != Store::Quarantine || columns.is_empty() {
        return columns;
    }
    (0..table.columns.len())
        .filter(|column| columns.contains(column) || table.key.contains(column))
        .collect()
}
