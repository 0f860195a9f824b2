//! What moves of one table between two sides, row by row and cell by cell: whose a row is, in which stores it stands, the
//! class of every value, and which stores hold it.

use std::collections::BTreeMap;

use arrow_array::Array;
use bunri_catalogue::{Class, Ownership, Store};
use bunri_redecide::{ColumnClasses, Decided, Stores, store_bit};
use bunri_report::{ClassMoved, RowsMoved, StoreMoves, TableMoves};

use crate::placement::Placement;

/// Rows or cells that a store gains and loses.
#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    gained: u64,
    lost: u64,
}

/// Counts of one table.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    rows: BTreeMap<(Ownership, Ownership), u64>,
    classes: BTreeMap<(Class, Class), u64>,
    store_rows: [Flow; Store::ALL.len()],
    store_cells: [Flow; Store::ALL.len()],
}

/// One side of a batch.
pub(crate) struct Placed<'a, 'p> {
    pub(crate) decided: &'a Decided,
    pub(crate) stores: &'a [Stores],
    pub(crate) placement: &'a Placement<'p>,
}

impl Moves {
    /// The same rows, before and after.
    pub(crate) fn take(&mut self, from: &Placed<'_, '_>, to: &Placed<'_, '_>) {
        let rows = from.decided.verdicts.len().min(to.decided.verdicts.len());
        let mut rows_differ = false;
        for row in 0..rows {
            let [before, after] = [from, to].map(|it| it.decided.verdicts[row].ownership());
            if before != after {
                *self.rows.entry((before, after)).or_default() += 1;
                rows_differ = true;
            }
            let [left, come] = [from, to].map(|it| it.stores[row]);
            if left != come {
                flow(&mut self.store_rows, left, come);
                rows_differ = true;
            }
        }
        let columns = from.decided.classes.len().min(to.decided.classes.len());
        for column in 0..columns {
            self.column(column, rows, rows_differ, from, to);
        }
    }

    fn column(
        &mut self,
        column: usize,
        rows: usize,
        rows_differ: bool,
        from: &Placed<'_, '_>,
        to: &Placed<'_, '_>,
    ) {
        let [before, after] = [from, to].map(|it| &it.decided.classes[column]);
        let [held, holds] = [from, to].map(|it| it.placement.cell(column));
        let same = match (before, after) {
            (ColumnClasses::Fixed(before), ColumnClasses::Fixed(after)) => before == after,
            (ColumnClasses::PerRow(before), ColumnClasses::PerRow(after)) => before == after,
            (ColumnClasses::Fixed(_), ColumnClasses::PerRow(_))
            | (ColumnClasses::PerRow(_), ColumnClasses::Fixed(_)) => false,
        };
        // What a store may hold of a class can differ too: a table that was opened.
        if same && !rows_differ && held == holds {
            return;
        }
        let array = to.decided.batch.column(column);
        for row in (0..rows).filter(|&row| array.is_valid(row)) {
            let (was, is) = (before.class(row), after.class(row));
            if was != is {
                *self.classes.entry((was, is)).or_default() += 1;
            }
            let whose = |it: &Placed<'_, '_>| it.decided.verdicts[row].ownership() as usize;
            let left = from.stores[row] & held[whose(from)][was as usize];
            let come = to.stores[row] & holds[whose(to)][is as usize];
            if left != come {
                flow(&mut self.store_cells, left, come);
            }
        }
    }

    /// [`None`] if nothing moves.
    pub(crate) fn report(self, table: &str) -> Option<TableMoves> {
        let rows = self.rows.into_iter().map(|((from, to), rows)| RowsMoved {
            from: from.word().to_owned(),
            to: to.word().to_owned(),
            rows,
        });
        let classes = self
            .classes
            .into_iter()
            .map(|((from, to), cells)| ClassMoved {
                from: from.word().to_owned(),
                to: to.word().to_owned(),
                cells,
            });
        let stores = Store::ALL.into_iter().map(|store| {
            let (rows, cells) = (
                self.store_rows[store as usize],
                self.store_cells[store as usize],
            );
            StoreMoves {
                store: store.word().to_owned(),
                rows_gained: rows.gained,
                rows_lost: rows.lost,
                cells_gained: cells.gained,
                cells_lost: cells.lost,
            }
        });
        let moves =
            |it: &StoreMoves| it.rows_gained + it.rows_lost + it.cells_gained + it.cells_lost > 0;
        let moved = TableMoves {
            table: table.to_owned(),
            rows: rows.collect(),
            classes: classes.collect(),
            stores: stores.filter(moves).collect(),
        };
        let some = !(moved.rows.is_empty() && moved.classes.is_empty() && moved.stores.is_empty());
        some.then_some(moved)
    }
}

fn flow(flows: &mut [Flow; Store::ALL.len()], left: Stores, come: Stores) {
    for store in Store::ALL {
        let bit = store_bit(store);
        let flow = &mut flows[store as usize];
        flow.gained += u64::from(come & !left & bit != 0);
        flow.lost += u64::from(left & !come & bit != 0);
    }
}
