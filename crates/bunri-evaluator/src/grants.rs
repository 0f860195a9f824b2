//! Which class of which row goes to which store: the table of design section 4, cell by cell as it is printed
//! there. It is not `bunri_catalogue::granted`; a test holds the two together.

use bunri_catalogue::{Class, Ownership, Store, Table};

use super::cells::possible_classes;

/// Whether `store` may hold a cell of this class on a row of this ownership.
/// `opened`: `any_retailer` cells of other rows were released to retail for this table.
#[must_use]
pub fn may_hold(store: Store, ownership: Ownership, class: Class, opened: bool) -> bool {
    use Class as C;
    use Ownership as O;
    use Store as S;
    // One line of the printed table each; what is not here is not granted.
    match (class, store, ownership) {
        (C::AnyRetailer, S::Retail, O::Own) => true,
        (C::AnyRetailer, S::Retail, O::Other) => opened,
        (C::AnyRetailer, S::Transmission, O::Own | O::Other | O::Undecided) => true,
        (C::AnyRetailer, S::Quarantine, O::Undecided) => true,

        (C::OwnCustomer, S::Retail, O::Own) => true,
        (C::OwnCustomer, S::Transmission, O::Own | O::Other | O::Undecided) => true,
        (C::OwnCustomer, S::Quarantine, O::Undecided) => true,

        (C::TransmissionOnly, S::Transmission, _) => true,

        (C::RetailOnly, S::Retail, O::Own) => true,
        (C::RetailOnly, S::Quarantine, O::Other | O::Undecided) => true,

        (C::Hold, S::Quarantine, O::Own | O::Other | O::Undecided) => true,

        (C::Reference, S::Retail | S::Transmission, O::Reference) => true,

        _ => false,
    }
}

/// Whether a store holds a row (docs/rules.md, section 5, "A row of a store"); asked only as far as it decides. `key`: whether every
/// cell of the row's key is granted to the store, [`None`] in a table without a key; `any`: whether some cell of the row is; `filled`:
/// whether one that is granted is not NULL.
pub fn holds_row(
    store: Store,
    ownership: Ownership,
    key: Option<impl FnOnce() -> bool>,
    any: impl FnOnce() -> bool,
    filled: impl FnOnce() -> bool,
) -> bool {
    match (store, key) {
        (Store::Retail | Store::Transmission, Some(key)) => key(),
        (Store::Retail | Store::Transmission, None) => any(),
        // A row that is decided, with nothing in the cells that wait, leaves nobody anything to decide.
        (Store::Quarantine, _) => any() && (ownership == Ownership::Undecided || filled()),
    }
}

/// The ownerships that rows of a table can have.
#[must_use]
pub fn ownerships(table: &Table) -> &'static [Ownership] {
    use bunri_catalogue::RowRule;
    match &table.rows {
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

/// The catalogue columns of a store's table, in store order: those that some row may bring, and in the
/// quarantine the key. Empty: the store has no such table.
#[must_use]
pub fn columns_of(table: &Table, store: Store) -> Vec<usize> {
    let opened = table.any_retailer_on_other_rows;
    let brought = |column: usize| {
        ownerships(table).iter().any(|&ownership| {
            let classes = possible_classes(table, column, ownership);
            classes
                .into_iter()
                .any(|class| may_hold(store, ownership, class, opened))
        })
    };
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|&column| brought(column))
        .collect();
    let accompanied = store == Store::Quarantine && !columns.is_empty();
    (0..table.columns.len())
        .filter(|column| columns.contains(column) || (accompanied && table.key.contains(column)))
        .collect()
}

#[cfg(test)]
mod tests;
