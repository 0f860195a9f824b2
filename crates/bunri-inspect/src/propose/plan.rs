//! What is proposed for one table before anything is written: its id, kind, key, types and classes.

use std::collections::BTreeSet;

use crate::inspect::{SourceProfile, TableProfile};
use crate::profile::{ColumnProfile, Shape};
use crate::references::ReferenceProfile;
use bunri_names::{Meaning, Names, Role, SuggestedClass, TableKind};

use super::classes::{Suggestion, suggest};
use super::types::{Fits, ProposedType, one_type, propose_type};

/// A public list has few rows and few columns, and nobody in it.
const MOST_CODES: u64 = 1_000;
const MOST_CODE_COLUMNS: usize = 12;

/// One table of the source, with what is proposed for it.
pub(super) struct TablePlan<'a> {
    pub(super) profile: &'a TableProfile,
    pub(super) id: String,
    pub(super) kind: Option<TableKind>,
    pub(super) meanings: Vec<Meaning<'a>>,
    /// Places in the table; empty: none.
    pub(super) key: Vec<usize>,
    pub(super) key_reason: String,
    pub(super) types: Vec<ProposedType>,
    pub(super) suggestions: Vec<Suggestion>,
}

impl TablePlan<'_> {
    pub(super) fn column(&self, place: usize) -> &ColumnProfile {
        &self.profile.columns[place]
    }

    pub(super) fn name(&self, place: usize) -> &str {
        &self.column(place).name
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.profile
            .columns
            .iter()
            .position(|column| column.name == name)
    }

    /// The first column that may be for this.
    pub(super) fn of_role(&self, role: Role) -> Option<usize> {
        self.meanings
            .iter()
            .position(|meaning| meaning.roles.contains(&role))
    }

    /// Columns of days and moments that may be for this.
    pub(super) fn days_of_role(&self, role: Role) -> Vec<usize> {
        let of_role = |place: &usize| self.meanings[*place].roles.contains(&role);
        (0..self.types.len())
            .filter(of_role)
            .filter(|place| self.types[*place].value_type.is_day())
            .collect()
    }
}

/// A plan for every table that could be read.
pub(super) fn plans<'a>(
    profile: &'a SourceProfile,
    names: &'a Names,
    fits: &Fits<'_>,
    taken: &BTreeSet<String>,
) -> Vec<TablePlan<'a>> {
    let mut ids = taken.clone();
    let readable = profile
        .tables
        .iter()
        .filter(|table| table.unreadable.is_none());
    let plans = readable.map(|table| {
        let id = new_id(&table.name, &mut ids);
        plan(table, id, names, fits)
    });
    let mut plans: Vec<TablePlan<'a>> = plans.collect();
    join_types(&mut plans, &profile.references, fits);
    plans
}

/// Gives both sides of a reference one type. A side that changes may be a side of others, so until nothing changes; every change
/// is to the type of an other side or to `text(any)`, and none of them back.
fn join_types(plans: &mut [TablePlan<'_>], references: &[ReferenceProfile], fits: &Fits<'_>) {
    let mut sides = Vec::new();
    for reference in references {
        let table = |name: &str| plans.iter().position(|plan| plan.profile.name == name);
        let (Some(from), Some(to)) = (table(&reference.table), table(&reference.to)) else {
            continue;
        };
        for (own, other) in reference.columns.iter().zip(&reference.references) {
            if let (Some(own), Some(other)) = (plans[from].place(own), plans[to].place(other)) {
                sides.push(((from, own), (to, other)));
            }
        }
    }
    // Each column changes twice at most: to another side's type while it has no values, and to `text(any)`.
    for _ in 0..=sides.len() * 2 {
        let mut changed = false;
        for ((from, own), (to, other)) in &sides {
            let (one, second) = (&plans[*from], &plans[*to]);
            let joined = one_type(
                (one.column(*own), &one.types[*own]),
                (second.column(*other), &second.types[*other]),
                fits,
            );
            if let Some((left, right)) = joined {
                plans[*from].types[*own] = left;
                plans[*to].types[*other] = right;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

fn plan<'a>(
    profile: &'a TableProfile,
    id: String,
    names: &'a Names,
    fits: &Fits<'_>,
) -> TablePlan<'a> {
    let columns = || profile.columns.iter();
    let meanings: Vec<Meaning<'_>> = columns().map(|column| names.column(&column.name)).collect();
    let kind = kind(profile, &meanings);
    let (key, key_reason) = key(profile);
    let types = columns()
        .enumerate()
        .map(|(place, column)| propose_type(column, key.contains(&place), fits))
        .collect();
    let persons = speaks_of_persons(profile, &meanings, names);
    let mut suggestions: Vec<Suggestion> = columns()
        .zip(&meanings)
        .map(|(column, meaning)| {
            let persons = persons || names.speaks_of_persons(&column.name);
            suggest(kind, meaning, column, persons)
        })
        .collect();
    let is_for_retail = |one: &Suggestion| {
        matches!(
            one.class,
            SuggestedClass::OwnCustomer | SuggestedClass::AnyRetailer
        )
    };
    // A store that gets a row gets its key: `check` would refuse suggestions that keep it back.
    let of_the_rows = if suggestions.iter().any(is_for_retail) {
        Some(SuggestedClass::OwnCustomer)
    } else {
        let is_the_operators = |one: &Suggestion| one.class == SuggestedClass::TransmissionOnly;
        let some = suggestions.iter().any(is_the_operators);
        some.then_some(SuggestedClass::TransmissionOnly)
    };
    if let Some(class) = of_the_rows {
        for place in &key {
            let own = &mut suggestions[*place];
            // Of what every program has the list says what it is, and nothing of whose.
            let general = meanings[*place].item.is_some_and(|item| item.general);
            let by_name = kind.is_none() || kind == Some(TableKind::Ledger);
            if own.class == SuggestedClass::Hold || (general && by_name) {
                own.class = class;
                own.reason = "a key goes where its rows go".to_owned();
            }
        }
    }
    TablePlan {
        profile,
        id,
        kind,
        meanings,
        key,
        key_reason,
        types,
        suggestions,
    }
}

/// Whether the rows of a table are of persons: its name says so, or they have what persons have.
fn speaks_of_persons(profile: &TableProfile, meanings: &[Meaning<'_>], names: &Names) -> bool {
    let of_persons = |meaning: &Meaning<'_>| {
        let personal = meaning
            .item
            .filter(|item| item.category.as_deref() == Some("personal"));
        personal.is_some_and(|item| !item.of_persons)
    };
    names.speaks_of_persons(&profile.name) || meanings.iter().any(of_persons)
}

/// A table is a public list only if nothing in it speaks of a customer, whatever its name says.
fn kind(profile: &TableProfile, meanings: &[Meaning<'_>]) -> Option<TableKind> {
    let kind = profile.kind?;
    if kind != TableKind::Code {
        return Some(kind);
    }
    let personal = meanings
        .iter()
        .filter_map(|meaning| meaning.item)
        .any(|item| {
            // A list of companies has their names.
            let names_things = item.of_persons || item.term.starts_with("契約者名義");
            item.category.as_deref() == Some("personal") && !names_things
        });
    let point = meanings
        .iter()
        .any(|meaning| meaning.roles.contains(&Role::SupplyPoint));
    let shapes = [
        Shape::Telephone,
        Shape::Mail,
        Shape::Kana,
        Shape::Address,
        Shape::SupplyPoint,
    ];
    let looks_personal = profile
        .columns
        .iter()
        .any(|column| column.shape.is_some_and(|shape| shapes.contains(&shape)));
    let small = profile.rows <= MOST_CODES && profile.columns.len() <= MOST_CODE_COLUMNS;
    (small && !personal && !point && !looks_personal).then_some(kind)
}

/// The declared key, or one that was found; a key with NULLs tells no rows apart.
fn key(profile: &TableProfile) -> (Vec<usize>, String) {
    let places = |names: &[String]| -> Vec<usize> {
        let place = |name: &String| {
            profile
                .columns
                .iter()
                .position(|column| column.name == *name)
        };
        names.iter().filter_map(place).collect()
    };
    let has_null = |key: &[usize]| {
        key.iter()
            .any(|place| profile.columns[*place].stored.null > 0)
    };
    let declared = std::iter::once(&profile.key_declared).chain(&profile.unique_declared);
    let mut with_nulls = false;
    for (number, names) in declared.enumerate() {
        let key = places(names);
        with_nulls |= has_null(&key);
        if !key.is_empty() && key.len() == names.len() && !has_null(&key) {
            let word = if number == 0 {
                "primary key"
            } else {
                "unique index"
            };
            return (key, format!("the source's {word}"));
        }
    }
    let found = profile.keys_found.first();
    match found {
        // One row is told apart by anything.
        Some(found) if profile.rows > 1 => {
            let why = if with_nulls {
                "the declared key holds NULLs"
            } else {
                "no key is declared"
            };
            let reason = format!("{why}; it tells {} rows apart", found.rows);
            (places(&found.columns), reason)
        }
        Some(_) | None => {
            let why = if with_nulls {
                "the declared key holds NULLs, and no other columns were found that tell the rows apart"
            } else {
                "no columns were found that tell the rows apart"
            };
            (Vec::new(), why.to_owned())
        }
    }
}

/// Of a name the letters that an id may have; another one if that is taken.
pub(super) fn new_id(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut plain = String::new();
    for letter in name.chars().take(80) {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => plain.push(letter),
            _ if plain.ends_with('_') => {}
            _ => plain.push('_'),
        }
    }
    let plain = plain.trim_matches('_');
    let plain = if plain.is_empty() { "table" } else { plain };
    let mut id = plain.to_owned();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{plain}_{number}");
        number += 1;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_and_all_different() {
        let mut taken = BTreeSet::new();
        let mut id = |name: &str| new_id(name, &mut taken);
        assert_eq!(id("Supply Point"), "supply_point");
        assert_eq!(id("supply-point"), "supply_point_2");
        assert_eq!(id("BK_検針_2016"), "bk_2016");
        assert_eq!(id("需要者"), "table");
        assert_eq!(id("'; DROP"), "drop");
        assert_eq!(id(""), "table_2");
    }
}
