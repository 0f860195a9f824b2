//! What refers to what: parent rules, `[[references]]`, and what the source itself declares.

use bunri_catalogue::{Catalogue, RowRule, Table};
use bunri_columnar::Staging;

/// A reference from one table's columns to those of another, or of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceRule {
    /// The table that refers.
    pub table: usize,
    /// Its columns.
    pub columns: Vec<usize>,
    /// The table that is referred to.
    pub to: usize,
    /// Its columns, in the order of `columns`.
    pub references: Vec<usize>,
    /// A parent rule asks it.
    pub of_rule: bool,
    /// `[[references]]` names it.
    pub of_catalogue: bool,
    /// The source declares it.
    pub of_source: bool,
    /// Which rows refer: [`None`] is every row; else those that one of these parent rules speaks of (places among
    /// [`Table::parent_rules`]), because a document of one kind of owner does not refer to the other kind.
    pub(super) asked_by: Option<Vec<usize>>,
}

/// A foreign key of the source that nobody can follow here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfollowed {
    /// The id of the table that refers.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that is referred to, by its name in the source.
    pub to: String,
    /// Its columns.
    pub references: Vec<String>,
    /// Why not.
    pub why: &'static str,
}

/// Every reference once, in the order of tables, columns and what they refer to.
#[must_use]
pub fn reference_rules(
    catalogue: &Catalogue,
    staging: &Staging,
) -> (Vec<ReferenceRule>, Vec<Unfollowed>) {
    let mut rules = Vec::new();
    let mut unfollowed = Vec::new();
    for (position, table) in catalogue.tables.iter().enumerate() {
        of_parent_rules(position, table, &mut rules);
    }
    for one in &catalogue.references {
        let mut rule = every_row(
            (one.table, one.columns.clone()),
            (one.to, one.references.clone()),
        );
        rule.of_catalogue = true;
        add(&mut rules, rule);
    }
    of_source(catalogue, staging, &mut rules, &mut unfollowed);
    rules.sort_by(|a, b| {
        (a.table, &a.columns, a.to, &a.references).cmp(&(b.table, &b.columns, b.to, &b.references))
    });
    (rules, unfollowed)
}

fn every_row(from: (usize, Vec<usize>), to: (usize, Vec<usize>)) -> ReferenceRule {
    ReferenceRule {
        table: from.0,
        columns: from.1,
        to: to.0,
        references: to.1,
        of_rule: false,
        of_catalogue: false,
        of_source: false,
        asked_by: None,
    }
}

fn of_parent_rules(position: usize, table: &Table, rules: &mut Vec<ReferenceRule>) {
    let conditional = conditional_parents(table);
    for (place, (_, parent)) in table.parent_rules().into_iter().enumerate() {
        let mut rule = every_row(
            (position, parent.key.to_vec()),
            (parent.table, parent.references.to_vec()),
        );
        rule.of_rule = true;
        if conditional.get(place) == Some(&true) {
            rule.asked_by = Some(vec![place]);
        }
        add(rules, rule);
    }
}

/// For each parent rule whether it stands under `cases`, so that it speaks of some rows only.
fn conditional_parents(table: &Table) -> Vec<bool> {
    let mut found = Vec::new();
    let groups = table.cells.iter().map(|group| &group.rows);
    for rule in std::iter::once(&table.rows).chain(groups) {
        push_conditional(rule, false, &mut found);
    }
    found
}

fn push_conditional(rule: &RowRule, conditional: bool, found: &mut Vec<bool>) {
    if rule.as_parent().is_some() {
        found.push(conditional);
    }
    let conditional = conditional || matches!(rule, RowRule::Cases { .. });
    for part in rule.parts() {
        push_conditional(part, conditional, found);
    }
}

/// The same reference may be said by several: then every row refers of which any of them says so.
fn add(rules: &mut Vec<ReferenceRule>, new: ReferenceRule) {
    let same = |old: &&mut ReferenceRule| {
        (old.table, old.to) == (new.table, new.to)
            && old.columns == new.columns
            && old.references == new.references
    };
    let Some(old) = rules.iter_mut().find(same) else {
        rules.push(new);
        return;
    };
    old.of_rule |= new.of_rule;
    old.of_catalogue |= new.of_catalogue;
    old.of_source |= new.of_source;
    old.asked_by = match (old.asked_by.take(), new.asked_by) {
        (Some(mut places), Some(more)) => {
            places.extend(more);
            Some(places)
        }
        (None, _) | (_, None) => None,
    };
}

fn of_source(
    catalogue: &Catalogue,
    staging: &Staging,
    rules: &mut Vec<ReferenceRule>,
    unfollowed: &mut Vec<Unfollowed>,
) {
    for entry in &staging.manifest().tables {
        let from = catalogue.tables.iter().position(|it| it.id == entry.id);
        let Some(from) = from else { continue };
        for key in &entry.foreign_keys {
            match resolved(catalogue, from, &key.columns, (&key.to, &key.references)) {
                Ok(rule) => add(rules, rule),
                Err(why) => unfollowed.push(Unfollowed {
                    table: entry.id.clone(),
                    columns: key.columns.clone(),
                    to: key.to.clone(),
                    references: key.references.clone(),
                    why,
                }),
            }
        }
    }
}

/// A foreign key in the catalogue's terms. It was declared by nobody whom the catalogue's check could have stopped.
fn resolved(
    catalogue: &Catalogue,
    from: usize,
    columns: &[String],
    (to, references): (&str, &[String]),
) -> Result<ReferenceRule, &'static str> {
    let named = |it: &Table| it.name == to;
    let to = catalogue.tables.iter().position(named);
    let to = to.ok_or("the table that it refers to is not in the catalogue")?;
    if columns.len() != references.len() || columns.is_empty() {
        return Err("the source does not say which columns it refers to");
    }
    let unknown = "the source names a column that the catalogue does not have";
    let own = positions(&catalogue.tables[from], columns).ok_or(unknown)?;
    let other = positions(&catalogue.tables[to], references).ok_or(unknown)?;
    let types = |table: usize, column: usize| catalogue.tables[table].columns[column].value_type;
    let fits = |(&a, &b): (&usize, &usize)| types(from, a).compares_with(types(to, b));
    if !own.iter().zip(&other).all(fits) {
        return Err("the catalogue declares both sides with different types");
    }
    let mut rule = every_row((from, own), (to, other));
    rule.of_source = true;
    Ok(rule)
}

fn positions(table: &Table, names: &[String]) -> Option<Vec<usize>> {
    let position = |name: &String| table.columns.iter().position(|it| it.name == *name);
    names.iter().map(position).collect()
}
