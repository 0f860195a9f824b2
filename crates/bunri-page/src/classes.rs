//! The classification, put in order for a page: of each table, the columns that share class and basis.

use bunri_catalogue::{Catalogue, Class, ClassRule, Table};

/// Columns of one table that are alike.
#[derive(Debug)]
pub(crate) struct ClassGroup<'a> {
    /// The class, or the classes by value.
    pub(crate) rule: &'a ClassRule,
    /// Why.
    pub(crate) basis: Basis<'a>,
    /// Their names, in store order.
    pub(crate) columns: Vec<&'a str>,
}

/// What a class rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis<'a> {
    /// Law, guideline or decision.
    Stated(&'a str),
    /// Public codes need none.
    Public,
    /// Nobody said.
    Missing,
}

/// The groups of a table, in the order in which their first columns stand.
pub(crate) fn groups(table: &Table) -> Vec<ClassGroup<'_>> {
    let mut groups: Vec<ClassGroup<'_>> = Vec::new();
    for column in &table.columns {
        let stated = column.basis.as_ref().or(table.basis.as_ref());
        let public = column.class == ClassRule::Fixed(Class::Reference);
        let basis = match stated {
            Some(basis) => Basis::Stated(basis),
            None if public => Basis::Public,
            None => Basis::Missing,
        };
        let alike = groups
            .iter_mut()
            .find(|it| *it.rule == column.class && it.basis == basis);
        match alike {
            Some(group) => group.columns.push(&column.name),
            None => groups.push(ClassGroup {
                rule: &column.class,
                basis,
                columns: vec![&column.name],
            }),
        }
    }
    groups
}

/// The name of the column that decides, of a class by value.
pub(crate) fn deciding<'a>(table: &'a Table, rule: &ClassRule) -> Option<&'a str> {
    match rule {
        ClassRule::Fixed(_) => None,
        ClassRule::ByValue { column, .. } => table.columns.get(*column).map(|it| it.name.as_str()),
    }
}

/// How many columns rest on no basis.
pub(crate) fn baseless(catalogue: &Catalogue) -> usize {
    let tables = catalogue.tables.iter();
    tables.map(|table| table.without_basis().len()).sum()
}
