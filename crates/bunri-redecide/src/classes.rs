//! The class of every cell of a batch, and what a reviewer should know of: values without a case, conditions that
//! nothing met.

use std::collections::BTreeMap;

use bunri_catalogue::{Class, ClassRule, Table};
use bunri_evaluator::{CellRules, Verdict, cells::possible_classes, grants::ownerships};
use bunri_types::Day;

use crate::rows::View;

/// The classes of a column's cells in one batch.
#[derive(Debug, Clone)]
pub enum ColumnClasses {
    /// The same in every row.
    Fixed(Class),
    /// By row.
    PerRow(Vec<Class>),
}

impl ColumnClasses {
    /// Of one cell.
    #[must_use]
    pub fn class(&self, row: usize) -> Class {
        match self {
            Self::Fixed(class) => *class,
            Self::PerRow(classes) => classes[row],
        }
    }
}

/// A class as one bit of a set.
#[must_use]
pub fn bit(class: Class) -> u8 {
    1 << (class as u8)
}

/// The columns of each class, row by row; of a table in which a row makes no difference they are found once.
#[derive(Default)]
pub struct ColumnsByClass {
    fixed: Option<[Vec<usize>; Class::ALL.len()]>,
    found: Vec<usize>,
}

impl ColumnsByClass {
    /// Before the rows of these classes are asked about.
    pub fn begin(&mut self, classes: &[ColumnClasses]) {
        let is_fixed = |classes: &ColumnClasses| matches!(classes, ColumnClasses::Fixed(_));
        if self.fixed.is_none() && classes.iter().all(is_fixed) {
            self.fixed = Some(Class::ALL.map(|class| columns_of(classes, class, 0).collect()));
        }
    }

    /// The columns that have this class in this row.
    pub fn of(&mut self, classes: &[ColumnClasses], class: Class, row: usize) -> &[usize] {
        if let Some(fixed) = &self.fixed {
            return &fixed[class as usize];
        }
        self.found.clear();
        self.found.extend(columns_of(classes, class, row));
        &self.found
    }
}

fn columns_of(classes: &[ColumnClasses], class: Class, row: usize) -> impl Iterator<Item = usize> {
    let present = move |(_, classes): &(usize, &ColumnClasses)| classes.class(row) == class;
    let columns = classes.iter().enumerate().filter(present);
    columns.map(|(column, _)| column)
}

/// Values without a case, and conditions that were met: what a reviewer should know of.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Rows with an unseen deciding value, by column.
    pub unseen: BTreeMap<usize, u64>,
    /// Rows that met each `[[when]]`.
    pub when: Vec<u64>,
}

impl Seen {
    /// Adds what was seen in other rows of the same table.
    pub(crate) fn add(&mut self, other: &Self) {
        for (&column, rows) in &other.unseen {
            *self.unseen.entry(column).or_default() += rows;
        }
        for (rows, more) in self.when.iter_mut().zip(&other.when) {
            *rows += more;
        }
    }
}

/// Asks the class rules of one table, row by row only where a row can make a difference.
pub(crate) struct Classifier<'a> {
    table: &'a Table,
    rules: CellRules<'a>,
    pub(crate) seen: Seen,
}

impl<'a> Classifier<'a> {
    pub(crate) fn new(table: &'a Table, cutover: Day) -> Self {
        let seen = Seen {
            unseen: BTreeMap::new(),
            when: vec![0; table.when.len()],
        };
        Self {
            table,
            rules: CellRules::new(table, cutover),
            seen,
        }
    }

    /// The classes of every column, in catalogue order. `foreign` says for each group of cells of another time, by row, whether
    /// its cells are withheld; `clear`, by row, which conditions the row's parents do not meet.
    pub(crate) fn of(
        &mut self,
        view: &View<'_>,
        verdicts: &[Verdict],
        (foreign, clear): (&[Vec<bool>], &[u64]),
    ) -> Vec<ColumnClasses> {
        for when in 0..self.table.when.len() {
            let met = |(row, verdict): &(usize, &Verdict)| {
                let (ownership, clear) = (verdict.ownership(), clear[*row]);
                let cells = view.row(self.table, *row);
                self.rules.meets(when, ownership, clear, &cells)
            };
            self.seen.when[when] += verdicts.iter().enumerate().filter(met).count() as u64;
        }
        (0..self.table.columns.len())
            .map(|column| self.column(column, view, verdicts, (foreign, clear)))
            .collect()
    }

    fn column(
        &mut self,
        column: usize,
        view: &View<'_>,
        verdicts: &[Verdict],
        (foreign, clear): (&[Vec<bool>], &[u64]),
    ) -> ColumnClasses {
        if let ClassRule::Fixed(class) = self.table.columns[column].class
            && ownerships(self.table)
                .iter()
                .all(|&ownership| possible_classes(self.table, column, ownership).len() == 1)
        {
            return ColumnClasses::Fixed(class);
        }
        let mut unseen = 0;
        let group = self
            .rules
            .group(column)
            .and_then(|group| foreign.get(group));
        let class = |(row, verdict): (usize, &Verdict)| {
            let foreign = group.is_some_and(|foreign| foreign[row]);
            let decided = self.rules.class(
                column,
                verdict.ownership(),
                foreign,
                clear[row],
                &view.row(self.table, row),
            );
            unseen += u64::from(decided.unseen);
            decided.class
        };
        let classes = verdicts.iter().enumerate().map(class).collect();
        if unseen > 0 {
            *self.seen.unseen.entry(column).or_default() += unseen;
        }
        ColumnClasses::PerRow(classes)
    }
}
