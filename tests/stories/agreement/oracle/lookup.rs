//! Rows by the values of some columns: a list, so that large worlds can be asked too.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::super::world::{Value, World};

type Rows = BTreeMap<Vec<Value>, Vec<usize>>;

/// The rows of one world's tables.
pub(super) struct Lookup<'w> {
    world: &'w World,
    /// By table and columns, made when first asked for.
    lists: RefCell<BTreeMap<(usize, Vec<usize>), Rows>>,
}

impl<'w> Lookup<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Self {
            world,
            lists: RefCell::new(BTreeMap::new()),
        }
    }

    /// The rows with these values in these columns, rejected ones too.
    pub(super) fn rows(&self, table: usize, columns: &[usize], values: &[Value]) -> Vec<usize> {
        let mut lists = self.lists.borrow_mut();
        let list = lists
            .entry((table, columns.to_vec()))
            .or_insert_with(|| self.list(table, columns));
        list.get(values).cloned().unwrap_or_default()
    }

    fn list(&self, table: usize, columns: &[usize]) -> Rows {
        let mut list = Rows::new();
        for (at, row) in self.world.tables[table].rows.iter().enumerate() {
            let values = columns.iter().map(|&column| row[column].clone());
            list.entry(values.collect()).or_default().push(at);
        }
        list
    }
}
