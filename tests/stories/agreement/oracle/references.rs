//! docs/rules.md, section 8: what every reference finds in every store, and why not.

use std::collections::{BTreeMap, BTreeSet};

use super::super::world::{CellRule, Class, Reference, Rule, Table, Value, Who, World};
use super::stores::{Store, brings, shows};
use super::{Decided, case};

/// Rows that refer, and by cause those that find nothing.
pub(in super::super) type Found = (u64, BTreeMap<&'static str, u64>);

/// By reference and store.
pub(in super::super) type References =
    BTreeMap<(usize, Vec<usize>, usize, Vec<usize>), BTreeMap<Store, Found>>;

/// What the stores hold, before it is written down.
pub(super) struct Held<'a> {
    pub(super) world: &'a World,
    /// By table and row.
    pub(super) decided: &'a [Vec<Option<Decided>>],
    pub(super) classes: &'a [Vec<Vec<Class>>],
}

/// Every reference of the world once, whoever says so.
pub(super) fn references(held: &Held<'_>) -> References {
    let mut all = References::new();
    for (from, table) in held.world.tables.iter().enumerate() {
        // By reference, the rows that refer.
        let mut referring: BTreeMap<(Vec<usize>, usize, Vec<usize>), BTreeSet<usize>> =
            BTreeMap::new();
        for at in table.staged() {
            for (rule, asked) in asked(table, &table.rows[at]) {
                if let Rule::Parent {
                    table: to,
                    key,
                    references,
                    ..
                } = rule
                {
                    let rows = referring
                        .entry((key.clone(), *to, references.clone()))
                        .or_default();
                    rows.extend(asked.then_some(at));
                }
            }
        }
        // Of a table without rows the rules refer all the same.
        for rule in table.leaves() {
            if let Rule::Parent {
                table: to,
                key,
                references,
                ..
            } = rule
            {
                referring
                    .entry((key.clone(), *to, references.clone()))
                    .or_default();
            }
        }
        for Reference {
            table: own,
            columns,
            to,
            references,
            ..
        } in &held.world.references
        {
            if *own == from {
                let rows = referring
                    .entry((columns.clone(), *to, references.clone()))
                    .or_default();
                rows.extend(table.staged());
            }
        }
        for ((columns, to, references), rows) in referring {
            let side = Side {
                held,
                to,
                columns: &references,
            };
            let found = one(held, (from, &columns, &rows), &side);
            all.insert((from, columns, to, references), found);
        }
    }
    all
}

fn one(
    held: &Held<'_>,
    (from, columns, rows): (usize, &[usize], &BTreeSet<usize>),
    side: &Side<'_>,
) -> BTreeMap<Store, Found> {
    let table = &held.world.tables[from];
    let others = side.by_key();
    let mut all = BTreeMap::new();
    for store in [Store::Retail, Store::Transmission, Store::Quarantine] {
        if !has(table, columns, store) {
            continue;
        }
        let rekeyed = |table: &Table, column: usize| table.columns[column].rekeyed;
        let same =
            |(&own, &other): (&usize, &usize)| rekeyed(table, own) == rekeyed(side.table(), other);
        let comparable = store != Store::Retail || columns.iter().zip(side.columns).all(same);
        let found: &mut Found = all.entry(store).or_default();
        for &at in rows {
            let key: Vec<Value> = columns
                .iter()
                .map(|&column| table.rows[at][column].clone())
                .collect();
            if key.contains(&Value::Null) || !held.stands(from, at, store, columns) {
                continue;
            }
            found.0 += 1;
            let matching = others.get(&key).map_or(&[][..], Vec::as_slice);
            if let Some(cause) = side.cause(&key, matching, store, comparable) {
                *found.1.entry(cause).or_default() += 1;
            }
        }
    }
    all
}

/// Whether a store has all of these columns of a table.
fn has(table: &Table, columns: &[usize], store: Store) -> bool {
    let any = (0..table.columns.len()).any(|column| brings(table, column, store));
    let key = |column: &usize| any && store == Store::Quarantine && table.key.contains(column);
    columns
        .iter()
        .all(|column| brings(table, *column, store) || key(column))
}

impl Held<'_> {
    /// Whether a row is in a store, and with it all of these cells.
    fn stands(&self, table: usize, at: usize, store: Store, columns: &[usize]) -> bool {
        let decided = self.decided[table][at];
        let Some(decided) = decided else { return false };
        let classes = &self.classes[table][at];
        shows(
            &self.world.tables[table],
            (at, decided.verdict, classes),
            store,
            columns,
        )
    }
}

/// What is referred to.
struct Side<'a> {
    held: &'a Held<'a>,
    to: usize,
    columns: &'a [usize],
}

impl Side<'_> {
    fn table(&self) -> &Table {
        &self.held.world.tables[self.to]
    }

    fn key(&self, row: &[Value]) -> Vec<Value> {
        self.columns
            .iter()
            .map(|&column| row[column].clone())
            .collect()
    }

    /// The staged rows by what they are called.
    fn by_key(&self) -> BTreeMap<Vec<Value>, Vec<usize>> {
        let mut rows: BTreeMap<Vec<Value>, Vec<usize>> = BTreeMap::new();
        for at in self.table().staged() {
            rows.entry(self.key(&self.table().rows[at]))
                .or_default()
                .push(at);
        }
        rows
    }

    fn cause(
        &self,
        key: &[Value],
        rows: &[usize],
        store: Store,
        comparable: bool,
    ) -> Option<&'static str> {
        if rows.is_empty() {
            return Some(if self.may_be_rejected(key) {
                "rejected"
            } else {
                "absent"
            });
        }
        if !comparable || !has(self.table(), self.columns, store) {
            return Some("withheld");
        }
        if rows
            .iter()
            .any(|&at| self.held.stands(self.to, at, store, self.columns))
        {
            return None;
        }
        let some = |who: Who| {
            rows.iter()
                .any(|&at| self.held.decided[self.to][at].unwrap().verdict.who == who)
        };
        Some(match store {
            Store::Retail if some(Who::Undecided) => "undecided",
            Store::Quarantine if some(Who::Own) => "own",
            Store::Retail | Store::Quarantine if some(Who::Other) => "other",
            _ => "withheld",
        })
    }

    fn may_be_rejected(&self, key: &[Value]) -> bool {
        let rejected = self
            .table()
            .rows
            .iter()
            .filter(|row| row.contains(&Value::Misfit));
        let unreadable =
            |value: &Value| !matches!(value, Value::Null | Value::Int(_) | Value::Text(_));
        rejected.map(|row| self.key(row)).any(|other| {
            other.iter().any(unreadable) || (other == key && !other.contains(&Value::Null))
        })
    }
}

/// The rules of a table that ask something, and whether they speak of a row.
fn asked<'t>(table: &'t Table, row: &[Value]) -> Vec<(&'t Rule, bool)> {
    let of_cells = table.cells.iter().filter_map(|cells| match &cells.rule {
        CellRule::OfColumn(rule) | CellRule::Rows(rule) => Some(rule),
        CellRule::Days { .. } => None,
    });
    let mut found = Vec::new();
    for rule in std::iter::once(&table.rule).chain(of_cells) {
        push(rule, row, true, &mut found);
    }
    found
}

fn push<'t>(rule: &'t Rule, row: &[Value], speaks: bool, found: &mut Vec<(&'t Rule, bool)>) {
    match rule {
        Rule::All(rules) | Rule::Any(rules) => {
            rules.iter().for_each(|rule| push(rule, row, speaks, found));
        }
        Rule::Cases {
            column,
            trim,
            cases,
        } => {
            let chosen = case(&row[*column], *trim, cases).map(std::ptr::from_ref);
            for (_, rule) in cases {
                let this = chosen == Some(std::ptr::from_ref(rule));
                push(rule, row, speaks && this, found);
            }
        }
        one => found.push((one, speaks)),
    }
}
