//! The third opinion: docs/rules.md as plainly as it can be written, from the page alone. It knows nothing of the
//! crates that it judges, and asks every question anew.

mod cells;
mod days;
mod known;
mod lookup;
mod references;
mod rekey;
mod rules;
mod stores;
mod through;
mod timeline;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::world::{Class, Rule, Table, Value, Who, World};
pub(super) use references::References;
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

/// The case of a value: an int by its decimal text, NULL has none.
fn case<'c, T>(value: &Value, trim: bool, cases: &'c [(String, T)]) -> Option<&'c T> {
    let code = value.code()?;
    let mut cases = cases.iter();
    let found = cases.find(|(case, _)| same(case, &code, trim));
    found.map(|(_, what)| what)
}

/// A staged row after all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decided {
    pub(super) verdict: Verdict,
    /// Whether a person decided it.
    by_person: bool,
    /// The last day that it speaks of, of an own row.
    last: i64,
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
    /// What every reference finds.
    pub(super) references: References,
    /// How often each notion of the page decided something.
    pub(super) seen: BTreeMap<String, u64>,
}

/// Whether the page says that nothing may be decided at all: a ledger row whose key is NULL or cannot be read,
/// or a rejected row of which nobody can say whose parent it is.
pub(super) fn refused(world: &World) -> bool {
    let parts = world.ledgers().flat_map(|ledger| &ledger.parts);
    let keys = parts.flat_map(|part| {
        let rows = world.tables[part.table].rows.iter();
        rows.flat_map(|row| part.key.iter().map(|&column| &row[column]))
    });
    let unreadable = |value: &Value| matches!(value, Value::Null | Value::Misfit);
    keys.into_iter().any(unreadable) || has_unreadable_parent(world)
}

/// Whether a rejected row could be anybody's parent: what stands in a column that others refer by does not fit, or is of a
/// type that is not read of rejected rows.
fn has_unreadable_parent(world: &World) -> bool {
    let rules = world.tables.iter().flat_map(Table::leaves);
    let keys = world
        .tables
        .iter()
        .filter_map(|table| table.through.as_ref());
    let keys = keys.map(|through| (&world.tables[through.table], &through.references));
    rules
        .filter_map(|rule| match rule {
            Rule::Parent {
                table, references, ..
            } => Some((&world.tables[*table], references)),
            _ => None,
        })
        .chain(keys)
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
        seen: RefCell::default(),
    };
    for (position, table) in world.tables.iter().enumerate() {
        let mut decided = vec![None; table.rows.len()];
        let last_words = last_words(world, position);
        for at in table.staged() {
            let row = &table.rows[at];
            let ruled = rows.ruled(table, row);
            let verdict = match last_words.get(&table.key_of(row)) {
                Some((line, who))
                    if ruled.who == Who::Undecided
                        || (ruled.who == Who::Other
                            && *who == Who::Own
                            && is_retailers_own(world, position)) =>
                {
                    if ruled.who == Who::Other {
                        rows.see("own, although the rules say other");
                    }
                    unused.remove(line);
                    Verdict::of(*who)
                }
                _ => ruled,
            };
            let last = match verdict.who {
                Who::Own => rows.last_day(table, row, &table.rule),
                Who::Other | Who::Undecided | Who::Public => 0,
            };
            let by_person = verdict.who != ruled.who;
            decided[at] = Some(Decided {
                verdict,
                by_person,
                last,
            });
        }
        rows.decided.push(decided);
    }
    let mut stored = BTreeMap::new();
    let mut regions = BTreeMap::new();
    let mut all_classes = Vec::new();
    for (position, table) in world.tables.iter().enumerate() {
        let decided = &rows.decided[position];
        let classes: Vec<Vec<Class>> = table
            .rows
            .iter()
            .zip(decided)
            .map(|(row, decided)| {
                decided.map_or(Vec::new(), |decided| {
                    rows.classes(table, row, decided.verdict.who)
                })
            })
            .collect();
        for (decided, classes) in decided.iter().zip(&classes) {
            let Some(decided) = decided else { continue };
            for class in classes.iter().collect::<BTreeSet<_>>() {
                *regions
                    .entry((position, decided.verdict.who, *class))
                    .or_default() += 1;
            }
        }
        for store in [Store::Retail, Store::Transmission, Store::Quarantine] {
            if let Some(found) = stores::stored(table, decided, &classes, store) {
                stored.insert((store, position), found);
            }
        }
        all_classes.push(classes);
    }
    let held = references::Held {
        world,
        decided: &rows.decided,
        classes: &all_classes,
    };
    let references = references::references(&held);
    let verdict = |decided: &Option<Decided>| decided.map(|decided| decided.verdict);
    Expected {
        verdicts: rows
            .decided
            .iter()
            .map(|table| table.iter().map(verdict).collect())
            .collect(),
        unused: unused.into_iter().collect(),
        stored,
        regions,
        references,
        seen: rows.seen.into_inner(),
    }
}

/// Transmission can get nothing of the table, retail can get something, and the same is true of all tables that follow it.
pub(super) fn is_retailers_own(world: &World, position: usize) -> bool {
    let table = &world.tables[position];
    let gets = |store: Store| {
        (0..table.columns.len()).any(|column| {
            [Who::Own, Who::Other, Who::Undecided]
                .into_iter()
                .any(|who| {
                    let whens: Vec<usize> = (0..table.whens.len()).collect();
                    let sets = [&[][..], &whens[..]];
                    let classes = sets
                        .into_iter()
                        .flat_map(|set| classes_under(table, column, who, set));
                    classes
                        .into_iter()
                        .any(|class| goes(store, who, class, table.opened))
                })
        })
    };
    let follows = |other: &&Table| {
        let leaves = other.leaves().into_iter();
        leaves
            .into_iter()
            .any(|rule| matches!(rule, Rule::Parent { table, .. } if *table == position))
    };
    let mut followers = world.tables.iter().filter(follows);
    !table.rule.is_constant()
        && !gets(Store::Transmission)
        && gets(Store::Retail)
        && followers.all(|other| {
            let at = world.tables.iter().position(|it| it.name == other.name);
            at.is_some_and(|at| is_retailers_own(world, at))
        })
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
