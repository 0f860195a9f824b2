//! Where the rows and cells of one table stand by one side: the stores of every row of a batch, and for every column, by
//! ownership and class, the stores that hold its cell where they hold the row.

use bunri_catalogue::{Class, Ownership, Store, Table};
use bunri_redecide::{Decided, Layout, Presence, Stores, store_bit};

/// The stores of a cell by ownership and class.
pub(crate) type CellStores = [[Stores; Class::ALL.len()]; Ownership::ALL.len()];

/// Of one table.
pub(crate) struct Placement<'a> {
    table: &'a Table,
    presence: Presence<'a>,
    /// By catalogue column.
    cells: Vec<CellStores>,
}

/// The layouts of a table in all stores that have it. No hash is made of them, so that no secret is asked for.
pub(crate) fn layouts(table: &Table) -> Vec<Layout<'_>> {
    let layouts = Store::ALL.into_iter();
    layouts
        .filter_map(|store| Layout::new(table, store))
        .collect()
}

impl<'a> Placement<'a> {
    pub(crate) fn new(table: &'a Table, layouts: &'a [Layout<'a>]) -> Self {
        let cells = (0..table.columns.len()).map(|column| cell_stores(layouts, column));
        Self {
            table,
            presence: Presence::new(table, layouts, &[]),
            cells: cells.collect(),
        }
    }

    /// The stores of every row of a batch.
    pub(crate) fn rows(&mut self, decided: &Decided) -> Vec<Stores> {
        self.presence.begin(self.table, decided);
        let rows = 0..decided.verdicts.len();
        rows.map(|row| self.presence.of(decided, row)).collect()
    }

    /// The stores that hold a cell of this column where they hold its row.
    pub(crate) fn cell(&self, column: usize) -> &CellStores {
        &self.cells[column]
    }
}

fn cell_stores(layouts: &[Layout<'_>], column: usize) -> CellStores {
    let mut stores = CellStores::default();
    for layout in layouts.iter().filter(|it| it.columns.contains(&column)) {
        // The key accompanies every row of the quarantine, whatever its class.
        let accompanies = layout.store == Store::Quarantine && layout.table.key.contains(&column);
        for ownership in Ownership::ALL {
            for class in Class::ALL {
                if accompanies || layout.granted(ownership, class) {
                    stores[ownership as usize][class as usize] |= store_bit(layout.store);
                }
            }
        }
    }
    stores
}
