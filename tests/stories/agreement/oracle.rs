//! The third opinion: docs/rules.md as plainly as it can be written, from the page alone. It knows nothing of the
//! crates that it judges, and asks every question anew.

mod lookup;
mod rekey;
mod rules;
mod stores;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use super::world::{Class, Rule, Value, Who, World};
pub(super) use rekey::{REKEY, SECRET};
pub(super) use stores::{Store, Stored, brings, classes_under, combinations, goes};

/// Whose a row is, and why nobody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) who: Who,
    /// Empty but for undecided rows.
    pub(super) reason: &'static str,
}

impl Verdict {
    fn of(who: Who) -> Self {
        Self { who, reason: "" }
    }

    fn undecided(reason: &'static str) -> Self {
        Self {
            who: Who::Undecided,
            reason,
        }
    }
}

/// Whether two codes are the same, compared as declared.
fn same(one: &str, other: &str, trim: bool) -> bool {
    if trim {
        one.trim() == other.trim()
    } else {
        one == other
    }
}

/// What the page says of one world.
pub(super) struct Expected {
    /// By table; [`None`] for a rejected row.
    pub(super) verdicts: Vec<Vec<Option<Verdict>>>,
    /// The lines of the file of decisions that decide nothing, by their number from 1.
    pub(super) unused: Vec<usize>,
    /// By store and table.
    pub(super) stored: BTreeMap<(Store, usize), Stored>,
    /// Rows by table, ownership and the classes of their cells.
    pub(super) regions: BTreeMap<(usize, Who, Class), u64>,
}

/// Whether the page says that nothing may be decided at all: a ledger row whose key is NULL or cannot be read,
/// or a rejected row of which nobody can say whose parent it is.
pub(super) fn refused(world: &World) -> bool {
    let rows = world.tables[world.ledger.table].rows.iter();
    rows.flat_map(|row| world.ledger.key.iter().map(|&column| &row[column]))
        .any(|value| matches!(value, Value::Null | Value::Misfit))
        || has_unreadable_parent(world)
}

/// Whether a rejected row could be anybody's parent: what stands in a column that others refer by does not fit, or is of a
/// type that is not read of rejected rows.
fn has_unreadable_parent(world: &World) -> bool {
    let rules = world.tables.iter().flat_map(|table| table.rule.direct());
    rules
        .filter_map(|rule| match rule {
            Rule::Parent {
                table, references, ..
            } => Some((&world.tables[*table], references)),
            _ => None,
        })
        .any(|(parent, references)| {
            let rejected = |row: &&Vec<Value>| row.contains(&Value::Misfit);
            let read = |row: &Vec<Value>, column: usize| {
                matches!(row[column], Value::Null | Value::Int(_) | Value::Text(_))
            };
            let mut rows = parent.rows.iter().filter(rejected);
            rows.any(|row| references.iter().any(|&column| !read(row, column)))
        })
}

pub(super) fn expected(world: &World) -> Expected {
    // The first line is the header.
    let mut unused: BTreeSet<usize> = (2..world.decisions.len() + 2).collect();
    let mut rows = rules::Rows {
        world,
        lookup: lookup::Lookup::new(world),
        decided: Vec::new(),
    };
    for table in &world.tables {
        let mut verdicts = vec![None; table.rows.len()];
        let last_words = last_words(world, rows.decided.len());
        for at in table.staged() {
            let ruled = rows.last_word(table, &table.rows[at]);
            let decided = last_words.get(&table.key_of(&table.rows[at]));
            verdicts[at] = Some(match decided {
                Some((line, who)) if ruled.who == Who::Undecided => {
                    unused.remove(line);
                    Verdict::of(*who)
                }
                _ => ruled,
            });
        }
        rows.decided.push(verdicts);
    }
    let verdicts = rows.decided;
    let mut stored = BTreeMap::new();
    for store in [Store::Retail, Store::Transmission, Store::Quarantine] {
        for (position, table) in world.tables.iter().enumerate() {
            if let Some(found) = stores::stored(table, &verdicts[position], store) {
                stored.insert((store, position), found);
            }
        }
    }
    Expected {
        regions: regions(world, &verdicts),
        verdicts,
        unused: unused.into_iter().collect(),
        stored,
    }
}

/// What people decided about rows of a table, by the row's key, with the line.
fn last_words(world: &World, table: usize) -> BTreeMap<Vec<Value>, (usize, Who)> {
    let lines = world.decisions.iter().enumerate();
    let of_table = lines.filter(|(_, decision)| decision.table == table);
    of_table
        .map(|(line, decision)| {
            let who = if decision.own { Who::Own } else { Who::Other };
            (decision.key.clone(), (line + 2, who))
        })
        .collect()
}

fn regions(world: &World, verdicts: &[Vec<Option<Verdict>>]) -> BTreeMap<(usize, Who, Class), u64> {
    let mut regions = BTreeMap::new();
    for (position, table) in world.tables.iter().enumerate() {
        for at in table.staged() {
            let Some(Verdict { who, .. }) = verdicts[position][at] else {
                continue;
            };
            for class in stores::classes(table, &table.rows[at], who) {
                *regions.entry((position, who, class)).or_default() += 1;
            }
        }
    }
    regions
}
