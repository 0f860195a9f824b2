//! A failing world made small: fewer rows, fewer tables, as long as it fails; and how it is shown.

use super::catalogue::files;
use super::run::examine;
use super::world::{CellRule, Rule, Table, World};

/// Attempts in all; each runs every stage.
const ATTEMPTS: usize = 300;

/// The smallest world found that fails, and what fails in it.
pub(super) fn smallest(world: World, failure: String) -> (World, String) {
    let mut search = Search {
        world,
        failure,
        attempts: ATTEMPTS,
    };
    search.tables();
    let mut before = usize::MAX;
    while search.attempts > 0 && search.size() < before {
        before = search.size();
        for table in 0..search.world.tables.len() {
            search.rows(table);
        }
        search.conditions();
    }
    (search.world, search.failure)
}

struct Search {
    world: World,
    failure: String,
    attempts: usize,
}

impl Search {
    fn size(&self) -> usize {
        self.world
            .tables
            .iter()
            .map(|table| table.rows.len() + table.whens.len() + table.cells.len())
            .sum()
    }

    /// Whether the changed world still fails; if so it is kept. A world that is refused now fails otherwise.
    fn keep(&mut self, changed: World) -> bool {
        if self.attempts == 0 {
            return false;
        }
        self.attempts -= 1;
        match examine(&changed) {
            Err(failure) if kind(&failure) == kind(&self.failure) => {
                (self.world, self.failure) = (changed, failure);
                true
            }
            _ => false,
        }
    }

    /// The last tables first: nothing refers to them.
    fn tables(&mut self) {
        let first = 1 + self.world.ledger.parts.len();
        for table in (first..self.world.tables.len()).rev() {
            let second = self.world.second.iter().flat_map(|ledger| &ledger.parts);
            let is_ledger = second.map(|part| part.table).any(|part| part == table);
            if !is_ledger && !self.world.tables.iter().any(|other| refers(other, table)) {
                let mut changed = self.world.clone();
                changed.tables.remove(table);
                changed.limits.ranges.retain(|(at, _)| *at != table);
                changed.decisions.retain(|decision| decision.table != table);
                changed
                    .references
                    .retain(|it| it.table != table && it.to != table);
                for reference in &mut changed.references {
                    reference.table -= usize::from(reference.table > table);
                    reference.to -= usize::from(reference.to > table);
                }
                let parts = changed.second.iter_mut().flat_map(|it| &mut it.parts);
                parts.for_each(|part| part.table -= usize::from(part.table > table));
                changed
                    .decisions
                    .iter_mut()
                    .filter(|decision| decision.table > table)
                    .for_each(|decision| decision.table -= 1);
                changed
                    .limits
                    .ranges
                    .iter_mut()
                    .filter(|(at, _)| *at > table)
                    .for_each(|(at, _)| *at -= 1);
                changed
                    .tables
                    .iter_mut()
                    .for_each(|other| close_gap(other, table));
                self.keep(changed);
            }
        }
    }

    /// Halves, quarters, …, single rows.
    fn rows(&mut self, table: usize) {
        let mut step = self.world.tables[table].rows.len();
        while step > 0 {
            let mut start = 0;
            while start < self.world.tables[table].rows.len() {
                let mut changed = self.world.clone();
                let end = (start + step).min(changed.tables[table].rows.len());
                changed.tables[table].rows.drain(start..end);
                if !self.keep(changed) {
                    start += step;
                }
            }
            step /= 2;
        }
    }

    fn conditions(&mut self) {
        for table in 0..self.world.tables.len() {
            for when in (0..self.world.tables[table].whens.len()).rev() {
                let mut changed = self.world.clone();
                changed.tables[table].whens.remove(when);
                self.keep(changed);
            }
            for cells in (0..self.world.tables[table].cells.len()).rev() {
                let mut changed = self.world.clone();
                changed.tables[table].cells.remove(cells);
                self.keep(changed);
            }
            if self.world.tables[table].known_at.is_some() {
                let mut changed = self.world.clone();
                changed.tables[table].known_at = None;
                self.keep(changed);
            }
        }
        let mut plain = self.world.clone();
        (plain.ledger.same_verdict, plain.ledger.gap_is_other) = (false, false);
        self.keep(plain);
        for entry in (0..self.world.ledger.own_when.len()).rev() {
            let mut changed = self.world.clone();
            changed.ledger.own_when.remove(entry);
            let parts = changed.ledger.parts.iter_mut();
            for part in parts {
                part.own_when.remove(entry);
            }
            self.keep(changed);
        }
    }
}

/// The first words of a failure: a smaller world must fail in the same way.
fn kind(failure: &str) -> String {
    failure.split_whitespace().take(2).collect()
}

fn refers(table: &Table, to: usize) -> bool {
    let through = table.through.as_ref();
    through.is_some_and(|through| through.table == to)
        || table
            .leaves()
            .into_iter()
            .any(|rule| matches!(rule, Rule::Parent { table, .. } if *table == to))
}

fn close_gap(table: &mut Table, gone: usize) {
    let of_cells = table
        .cells
        .iter_mut()
        .filter_map(|cells| match &mut cells.rule {
            CellRule::OfColumn(rule) | CellRule::Rows(rule) => Some(rule),
            CellRule::Days { .. } => None,
        });
    if let Some(through) = &mut table.through
        && through.table > gone
    {
        through.table -= 1;
    }
    let rules = std::iter::once(&mut table.rule).chain(of_cells);
    for rule in rules.flat_map(Rule::leaves_mut) {
        if let Rule::Parent { table, .. } = rule
            && *table > gone
        {
            *table -= 1;
        }
    }
}

/// The catalogue's files and every row.
pub(super) fn shown(world: &World) -> String {
    let files = files(world)
        .into_iter()
        .map(|(path, text)| format!("--- {path}\n{text}"));
    let tables = world.tables.iter().map(|table| {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let rows: Vec<String> = table.rows.iter().map(|row| format!("{row:?}\n")).collect();
        format!("--- rows of {}\n{names:?}\n{}", table.name, rows.concat())
    });
    let limits = format!("--- {:?}\n{:?}\n", world.limits, world.decisions);
    files.chain(tables).chain([limits]).collect()
}
