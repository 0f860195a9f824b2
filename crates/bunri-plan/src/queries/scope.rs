//! What a name in a statement means: a table of the catalogue by its name in the source, another view, or a query with a name.

use std::collections::BTreeMap;

use bunri_catalogue::Catalogue;
use sqlparser::ast::{Ident, ObjectName};

/// The names that the source knows, without regard to case: most databases have none for names.
pub(super) struct Names<'a> {
    pub(super) catalogue: &'a Catalogue,
    tables: BTreeMap<String, usize>,
    views: Vec<String>,
}

/// What stands in a FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    /// A table of the catalogue.
    Table(usize),
    /// A query with a name, or another view: what it reads is told where it is looked at.
    Derived,
}

/// The relations of one SELECT, and of those around it.
pub(super) struct Scope<'a> {
    pub(super) relations: Vec<(String, Relation)>,
    pub(super) around: Option<&'a Scope<'a>>,
    /// Names that the SELECT gives to what it shows.
    pub(super) shown: Vec<String>,
}

/// What a column's name means.
pub(super) enum Meaning {
    /// These columns of tables: of several that have the name, all.
    Columns(Vec<(usize, usize)>),
    /// Every column of a table: the row itself.
    Row(usize),
    /// Something that was looked at elsewhere.
    Elsewhere,
    /// Nobody knows.
    Unknown,
}

pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The last part of a name: schemas and databases before it say nothing here.
pub(super) fn last(name: &ObjectName) -> Option<String> {
    let part = name.0.last()?;
    part.as_ident().map(|ident| folded(&ident.value))
}

impl<'a> Names<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, views: &[&str]) -> Self {
        let tables = catalogue.tables.iter().enumerate();
        Self {
            catalogue,
            tables: tables
                .map(|(position, table)| (folded(&table.name), position))
                .collect(),
            views: views.iter().map(|name| folded(name)).collect(),
        }
    }

    /// A relation that no query of the statement has as its name.
    pub(super) fn relation(&self, name: &str) -> Option<Relation> {
        let table = self.tables.get(name).map(|&table| Relation::Table(table));
        let view = || {
            self.views
                .iter()
                .any(|view| view == name)
                .then_some(Relation::Derived)
        };
        table.or_else(view)
    }

    fn column(&self, table: usize, name: &str) -> Option<usize> {
        let columns = &self.catalogue.tables[table].columns;
        columns.iter().position(|it| folded(&it.name) == name)
    }
}

impl Scope<'_> {
    /// What an identifier of one part or of several means here, the innermost SELECT first.
    pub(super) fn meaning(&self, names: &Names<'_>, parts: &[Ident]) -> Meaning {
        let (column, table) = match parts {
            [column] => (folded(&column.value), None),
            [.., table, column] => (folded(&column.value), Some(folded(&table.value))),
            [] => return Meaning::Unknown,
        };
        let mut scope = Some(self);
        // Of a query with a name nobody says here which columns it has: a table further out may be meant.
        let mut derived = false;
        while let Some(here) = scope {
            let mut found = Vec::new();
            for (alias, relation) in &here.relations {
                if table.as_ref().is_some_and(|table| table != alias) {
                    continue;
                }
                match relation {
                    Relation::Table(position) => {
                        let at = names.column(*position, &column);
                        found.extend(at.map(|at| (*position, at)));
                    }
                    Relation::Derived => derived = true,
                }
            }
            if !found.is_empty() {
                return Meaning::Columns(found);
            }
            if derived && table.is_some() {
                return Meaning::Elsewhere;
            }
            if table.is_none() {
                derived |= here.shown.contains(&column);
                // The name of a table in the place of a column is its whole row.
                let row = here.relations.iter().find(|(alias, _)| *alias == column);
                if let Some((_, Relation::Table(position))) = row {
                    return Meaning::Row(*position);
                }
            }
            scope = here.around;
        }
        if derived {
            Meaning::Elsewhere
        } else {
            Meaning::Unknown
        }
    }
}
