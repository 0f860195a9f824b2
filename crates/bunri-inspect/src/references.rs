//! Which tables refer to which: by declaration, or by a name that both have and values of which nearly all are there.
//! A name alone refers to nothing, and neither do values alone: small numbers are inside of each other everywhere.

use std::collections::{BTreeMap, BTreeSet};

use bunri_source::{DeclaredObject, ObjectKind};
use serde::Serialize;

use crate::profile::{Seen, Sketch, Wanted};

/// More tables with one key by one name say nothing of who refers to whom.
const MOST_TARGETS: usize = 8;
/// Several columns together are looked at so many times in one table.
const MOST_TOGETHER: usize = 4;
/// Of a hundred values that were tried, so many are there at least.
const FOUND_OF_100: u64 = 90;
/// Keys stand at the head of a table that declares none.
const HEAD: usize = 3;
/// Names that many tables have for things of their own.
const EVERYBODYS: [&str; 9] = [
    "id", "no", "code", "cd", "name", "key", "type", "seq", "rowid",
];

/// One table refers to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ReferenceProfile {
    /// Who refers.
    pub table: String,
    /// By which columns.
    pub columns: Vec<String>,
    /// To whom.
    pub to: String,
    /// The columns there, in the same order.
    pub references: Vec<String>,
    /// Whether the source declares it.
    pub declared: bool,
    /// How many values of a fair sample are there; [`None`] where nobody could look.
    pub inclusion: Option<Inclusion>,
}

/// Distinct values that were tried, and found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Inclusion {
    /// Tried.
    pub tried: u64,
    /// Found in the other table.
    pub found: u64,
}

/// Columns of a table, by their places.
type Columns = (usize, Vec<usize>);

/// References that names allow.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Who, and to whom. Columns are in the same order.
    pairs: BTreeSet<(Columns, Columns)>,
}

/// A name as it is compared: plain letters and digits, small.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The name of one thing of a table of many, in English.
fn singular(table: &str) -> String {
    let plain = plain(table);
    match plain.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plain.strip_suffix('s').unwrap_or(&plain).to_owned(),
    }
}

impl Candidates {
    /// From the names of tables and columns alone.
    pub(crate) fn by_name(objects: &[DeclaredObject]) -> Self {
        let tables = || {
            let numbered = objects.iter().enumerate();
            numbered.filter(|(_, object)| object.kind == ObjectKind::Table)
        };
        let mut targets: BTreeMap<String, Vec<Columns>> = BTreeMap::new();
        for (number, table) in tables() {
            for place in key_columns(table) {
                let column = plain(&table.columns[place].name);
                let own = singular(&table.name);
                let mut names = BTreeSet::from([
                    format!("{own}{column}"),
                    format!("{}{column}", plain(&table.name)),
                ]);
                if !EVERYBODYS.contains(&column.as_str()) {
                    names.insert(column);
                }
                for name in names {
                    targets.entry(name).or_default().push((number, vec![place]));
                }
            }
        }
        let mut pairs = BTreeSet::new();
        for (number, table) in tables() {
            for (place, column) in table.columns.iter().enumerate() {
                let found = targets.get(&plain(&column.name));
                let others = found
                    .into_iter()
                    .flatten()
                    .filter(|(target, _)| *target != number);
                for target in others.take(MOST_TARGETS) {
                    pairs.insert(((number, vec![place]), target.clone()));
                }
            }
        }
        let mut candidates = Self { pairs };
        candidates.add_several(objects);
        candidates
    }

    /// Tables that have every column of another one's declared key, by their names.
    fn add_several(&mut self, objects: &[DeclaredObject]) {
        let mut by_first: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, table) in objects.iter().enumerate() {
            for column in &table.columns {
                by_first
                    .entry(plain(&column.name))
                    .or_default()
                    .push(number);
            }
        }
        let mut looked_at: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, table) in objects.iter().enumerate() {
            if !(2..=3).contains(&table.key.len()) || table.kind != ObjectKind::Table {
                continue;
            }
            let key: Vec<usize> = places(table, &table.key);
            let holders = by_first.get(&plain(&table.key[0])).into_iter().flatten();
            for other in holders
                .copied()
                .filter(|other| *other != number)
                .take(MOST_TARGETS)
            {
                let names: Vec<usize> = table
                    .key
                    .iter()
                    .filter_map(|column| {
                        let mut columns = objects[other].columns.iter();
                        columns.position(|own| plain(&own.name) == plain(column))
                    })
                    .collect();
                let times = looked_at.entry(other).or_default();
                // Two tables with the same key are one thing in two forms, and neither refers.
                let same = objects[other].key.len() == key.len()
                    && places(&objects[other], &objects[other].key) == names;
                if names.len() == key.len() && !same && *times < MOST_TOGETHER {
                    *times += 1;
                    self.pairs.insert(((other, names), (number, key.clone())));
                }
            }
        }
    }

    /// What is to be watched of a table so that its references can be tried.
    pub(crate) fn watch(&self, table: usize, wanted: &mut Wanted) {
        let mut sides = BTreeSet::new();
        for ((from, columns), (to, references)) in &self.pairs {
            if *from == table && columns.len() > 1 {
                sides.insert(columns.clone());
            }
            if *to == table && references.len() > 1 {
                sides.insert(references.clone());
            }
            if *to == table && references.len() == 1 {
                wanted.referred.extend(references);
            }
        }
        wanted.referred.sort_unstable();
        wanted.referred.dedup();
        wanted.together = sides.into_iter().collect();
    }

    /// The references that hold, beside those that are declared.
    pub(crate) fn try_all(
        &self,
        objects: &[DeclaredObject],
        seen: &BTreeMap<usize, Seen>,
    ) -> Vec<ReferenceProfile> {
        let mut found: BTreeSet<ReferenceProfile> = BTreeSet::new();
        let number_of: BTreeMap<&str, usize> = objects
            .iter()
            .enumerate()
            .map(|(number, object)| (object.name.as_str(), number))
            .collect();
        for (number, table) in objects.iter().enumerate() {
            for key in &table.references {
                let to = number_of.get(key.to.as_str());
                let inclusion = to.and_then(|to| {
                    let from = (number, places(table, &key.columns));
                    let to = (*to, places(&objects[*to], &key.references));
                    inclusion(seen, &from, &to)
                });
                found.insert(ReferenceProfile {
                    table: table.name.clone(),
                    columns: key.columns.clone(),
                    to: key.to.clone(),
                    references: key.references.clone(),
                    declared: true,
                    inclusion,
                });
            }
        }
        let mut best: BTreeMap<&Columns, (Inclusion, &Columns)> = BTreeMap::new();
        for (from, to) in &self.pairs {
            let Some(inclusion) = self.holds(objects, seen, from, to) else {
                continue;
            };
            let rank = |inclusion: &Inclusion, to: &Columns| {
                let head = places(&objects[to.0], &objects[to.0].key) == to.1;
                let rows = seen.get(&to.0).map_or(0, |seen| seen.rows);
                (inclusion.found * 1_000 / inclusion.tried, head, rows)
            };
            let better = best
                .get(from)
                .is_none_or(|(old, target)| rank(&inclusion, to) > rank(old, target));
            if better {
                best.insert(from, (inclusion, to));
            }
        }
        let told: BTreeSet<(String, Vec<String>)> = found
            .iter()
            .map(|one| (one.table.clone(), one.columns.clone()))
            .collect();
        for ((table, columns), (inclusion, (to, references))) in best {
            let names = |table: usize, columns: &[usize]| -> Vec<String> {
                let columns = columns.iter();
                columns
                    .map(|column| objects[table].columns[*column].name.clone())
                    .collect()
            };
            let columns = names(*table, columns);
            if told.contains(&(objects[*table].name.clone(), columns.clone())) {
                continue;
            }
            found.insert(ReferenceProfile {
                table: objects[*table].name.clone(),
                columns,
                to: objects[*to].name.clone(),
                references: names(*to, references),
                declared: false,
                inclusion: Some(inclusion),
            });
        }
        found.into_iter().collect()
    }

    /// Whether nearly all values are there, in columns that tell the other table's rows apart.
    fn holds(
        &self,
        objects: &[DeclaredObject],
        seen: &BTreeMap<usize, Seen>,
        from: &Columns,
        to: &Columns,
    ) -> Option<Inclusion> {
        let target = seen.get(&to.0)?;
        let declared = places(&objects[to.0], &objects[to.0].key) == to.1;
        let unique = to.1.len() == 1 && target.columns[to.1[0]].unique == Some(true);
        if !(declared || unique) {
            return None;
        }
        let inclusion = inclusion(seen, from, to)?;
        (inclusion.found * 100 >= inclusion.tried * FOUND_OF_100).then_some(inclusion)
    }
}

/// The declared key of one column, a column that is kept unique, or the first ones where nothing is declared.
fn key_columns(table: &DeclaredObject) -> Vec<usize> {
    let declared: Vec<&Vec<String>> = std::iter::once(&table.key)
        .chain(&table.unique)
        .filter(|key| !key.is_empty())
        .collect();
    if declared.is_empty() {
        return (0..table.columns.len().min(HEAD)).collect();
    }
    let single = declared.into_iter().filter(|key| key.len() == 1);
    single.flat_map(|key| places(table, key)).collect()
}

fn places(table: &DeclaredObject, names: &[String]) -> Vec<usize> {
    let place = |name: &String| table.columns.iter().position(|column| column.name == *name);
    names.iter().filter_map(place).collect()
}

/// How much of a fair sample of one side is on the other.
fn inclusion(seen: &BTreeMap<usize, Seen>, from: &Columns, to: &Columns) -> Option<Inclusion> {
    let sample = sketch(seen.get(&from.0)?, &from.1)?;
    let target = seen.get(&to.0)?;
    let numbers = match to.1.as_slice() {
        [column] => target.numbers.get(column),
        _ => None,
    };
    let sketch = sketch(target, &to.1)?;
    let (mut tried, mut found) = (0, 0);
    for number in sample.sample() {
        let there = match numbers {
            Some(numbers) => Some(numbers.binary_search(&number).is_ok()),
            None => sketch.holds(number),
        };
        if let Some(there) = there {
            tried += 1;
            found += u64::from(there);
        }
    }
    (tried > 0).then_some(Inclusion { tried, found })
}

fn sketch<'a>(seen: &'a Seen, columns: &[usize]) -> Option<&'a Sketch> {
    match columns {
        [column] => seen.sketches.get(*column),
        _ => {
            let mut together = seen.together.iter();
            together
                .find(|(own, _)| own == columns)
                .map(|(_, sketch)| sketch)
        }
    }
}
