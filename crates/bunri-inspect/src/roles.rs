//! Which columns of a table may be those of a ledger: the point, the supplier, the first day and the end, by their names.

use bunri_names::{Meaning, Role};

/// The columns of a ledger, by their places in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LedgerColumns {
    pub(crate) point: usize,
    pub(crate) retailer: usize,
    pub(crate) from: usize,
    pub(crate) until: Option<usize>,
}

/// The first column of each role; a ledger has a point, a supplier and a first day.
pub(crate) fn ledger_columns(columns: &[Meaning<'_>]) -> Option<LedgerColumns> {
    let place = |role: Role| {
        columns
            .iter()
            .position(|meaning| meaning.roles.contains(&role))
    };
    Some(LedgerColumns {
        point: place(Role::SupplyPoint)?,
        retailer: place(Role::Retailer)?,
        from: place(Role::From)?,
        until: place(Role::Until),
    })
}
