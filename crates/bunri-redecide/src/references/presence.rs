//! In which stores a row stands, and with it the columns that a reference reads.

use bunri_catalogue::{Class, Ownership, Store, Table};

use crate::classes::ColumnClasses;
use crate::decide::Decided;
use crate::expected::belongs;
use crate::layout::Layout;

/// A set of stores, a bit each.
pub type Stores = u8;

/// The set of this store alone.
#[must_use]
pub fn bit(store: Store) -> Stores {
    1 << (store as u8)
}

/// Asks of the rows of one table where some of its columns can be read; without columns, where the rows stand.
pub struct Presence<'a> {
    /// The stores that have all of the columns.
    layouts: Vec<&'a Layout<'a>>,
    columns: Vec<usize>,
    /// Whether the ownership of a row and the classes of its key and of these columns say all.
    plain: bool,
    /// What they say, by ownership, as long as those classes are the same in every row of the batch.
    known: Option<[Option<Stores>; Ownership::ALL.len()]>,
}

impl<'a> Presence<'a> {
    /// `layouts` are those of the table in every store that has it.
    #[must_use]
    pub fn new(table: &Table, layouts: &'a [Layout<'a>], columns: &[usize]) -> Self {
        let has_all = |layout: &&Layout<'_>| columns.iter().all(|it| layout.columns.contains(it));
        let classes = table.columns.iter().flat_map(|it| it.class.possible());
        let changes = table.when.iter().flat_map(|when| &when.change);
        let mut classes = classes.chain(changes.map(|(_, to)| *to));
        let waits = classes.any(|class| matches!(class, Class::RetailOnly | Class::Hold));
        Self {
            layouts: layouts.iter().filter(has_all).collect(),
            columns: columns.to_vec(),
            // Whether the quarantine has a row may hang on a `retail_only` or `hold` cell being NULL, and a row without a key
            // on any of its cells.
            plain: !table.key.is_empty() && !waits,
            known: None,
        }
    }

    /// The stores in which some row can be found.
    pub(super) fn possible(&self) -> Stores {
        self.layouts
            .iter()
            .fold(0, |set, layout| set | bit(layout.store))
    }

    /// Rows of this batch will be asked next.
    pub fn begin(&mut self, table: &Table, decided: &Decided) {
        let fixed = |it: &usize| matches!(decided.classes[*it], ColumnClasses::Fixed(_));
        // Of an undecided row the quarantine has the key itself, or else nothing: the catalogue's check refuses cells for retail
        // beside a key that retail does not get, and of other cells none waits where nothing is `hold` or `retail_only`.
        let fixed = self.plain && table.key.iter().chain(&self.columns).all(fixed);
        self.known = fixed.then(Default::default);
    }

    /// The stores that hold the row and show all of the columns.
    pub fn of(&mut self, decided: &Decided, row: usize) -> Stores {
        let ownership = decided.verdicts[row].ownership();
        let known = self.known.and_then(|known| known[ownership as usize]);
        if let Some(stores) = known {
            return stores;
        }
        let stores = self
            .layouts
            .iter()
            .filter(|layout| belongs(layout, decided, row) && self.shows(layout, decided, row))
            .fold(0, |set, layout| set | bit(layout.store));
        if let Some(known) = &mut self.known {
            known[ownership as usize] = Some(stores);
        }
        stores
    }

    fn shows(&self, layout: &Layout<'_>, decided: &Decided, row: usize) -> bool {
        let ownership = decided.verdicts[row].ownership();
        self.columns.iter().all(|&column| {
            // In the quarantine the key accompanies its row, whatever its class.
            let accompanies =
                layout.store == Store::Quarantine && layout.table.key.contains(&column);
            accompanies || layout.granted(ownership, decided.classes[column].class(row))
        })
    }
}
