//! A control with its table and columns found.

use bunri_catalogue::{Catalogue, Table};
use bunri_job::Control;

/// The header of the figure that every control has.
pub(crate) const COUNT: &str = "count";
/// The header of the month.
pub(crate) const MONTH: &str = "month";

/// Where a control's columns are in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shape {
    /// The table, in the catalogue.
    pub table: usize,
    /// Columns whose values make the groups.
    pub by: Vec<usize>,
    /// The column whose month makes them too.
    pub month_of: Option<usize>,
    /// Columns that are summed.
    pub sums: Vec<usize>,
}

/// What a group is told by: the values of the columns, then the month. NULL and the empty text are [`None`].
pub(crate) type Group = Vec<Option<String>>;

impl Shape {
    /// Of a control that was checked against this catalogue; [`None`] of one that was not.
    #[must_use]
    pub fn of(control: &Control, catalogue: &Catalogue) -> Option<Self> {
        let found = |table: &Table| table.id == control.table;
        let table = catalogue.tables.iter().position(found)?;
        let columns = &catalogue.tables[table].columns;
        let place = |name: &String| columns.iter().position(|column| column.name == *name);
        let month_of = match &control.month_of {
            None => None,
            Some(name) => Some(place(name)?),
        };
        Some(Self {
            table,
            by: control.by.iter().map(place).collect::<Option<_>>()?,
            month_of,
            sums: control.sums.iter().map(place).collect::<Option<_>>()?,
        })
    }

    /// The headers of the answer that tell the group.
    pub(crate) fn group_headers<'t>(&self, table: &'t Table) -> Vec<&'t str> {
        let by = self.by.iter().map(|&it| table.columns[it].name.as_str());
        by.chain(self.month_of.map(|_| MONTH)).collect()
    }

    /// The headers of the answer that hold figures.
    pub(crate) fn figure_headers<'t>(&self, table: &'t Table) -> Vec<&'t str> {
        let sums = self.sums.iter().map(|&it| table.columns[it].name.as_str());
        std::iter::once(COUNT).chain(sums).collect()
    }

    /// Digits after the point of each figure.
    pub(crate) fn scales(&self, table: &Table) -> Vec<u8> {
        let sums = self.sums.iter();
        let sums = sums.map(|&it| table.columns[it].value_type.scale());
        std::iter::once(0).chain(sums).collect()
    }
}
