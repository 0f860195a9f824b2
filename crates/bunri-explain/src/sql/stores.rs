//! One query for each store and table: which rows and cells of `decided.<table>` the store holds, in its order.

use std::collections::BTreeMap;

use bunri_catalogue::{
    Class, Ownership, Store, Table, granted, possible_ownerships, store_columns,
};
use bunri_types::ValueType;

use super::Script;
use super::classes::Fate;
use super::select::Select;
use super::text::{case, comment, literal, literals, name, wrapped};

/// The quarantine's own column.
const REASON: &str = "\"bunri_reason\"";

/// Whether the row is there, by ownership.
type Fates = BTreeMap<Ownership, Fate>;

impl Script<'_> {
    /// The store's part of a table, if it has one.
    pub(super) fn stored(&mut self, table: &Table, store: Store) {
        let columns = store_columns(table, store);
        if columns.is_empty() {
            return;
        }
        let rows = self.rows_there(table, store);
        let mut what: Vec<String> = columns
            .iter()
            .map(|&column| self.cell(table, store, column, &rows))
            .collect();
        if store == Store::Quarantine {
            what.push(self.reason(table, &rows));
        }
        let filter = self.filter(&rows);
        let query = Select {
            what,
            from: format!("decided.{}", name(&table.id)),
            filter,
            tail: vec![format!(
                "ORDER BY {}",
                wrapped(&order(table, store, &columns), 9)
            )],
            ..Select::default()
        };
        self.gap();
        self.line(&comment(&format!(
            "{} in the {} store",
            table.id,
            store.word()
        )));
        self.statement(&format!(
            "CREATE TABLE {}.{} AS\n{query}",
            store.word(),
            name(&table.id)
        ));
    }

    fn cell_granted(
        &self,
        table: &Table,
        store: Store,
        column: usize,
        ownership: Ownership,
    ) -> Fate {
        let opened = table.any_retailer_on_other_rows;
        self.has_class(table, column, ownership, |class| {
            granted(store, ownership, class, opened)
        })
    }

    /// Whether a row of each ownership is in the store.
    fn rows_there(&self, table: &Table, store: Store) -> Fates {
        let there = |&ownership: &Ownership| {
            let fates = |columns: &mut dyn Iterator<Item = usize>| {
                columns
                    .map(|column| self.cell_granted(table, store, column, ownership))
                    .collect::<Vec<Fate>>()
            };
            let every = || 0..table.columns.len();
            let fate = match (store, ownership) {
                (Store::Quarantine, Ownership::Undecided) => any(fates(&mut every())),
                (Store::Quarantine, Ownership::Own | Ownership::Other | Ownership::Reference) => {
                    any(self.filled(table, ownership, |_| true))
                }
                (Store::Retail | Store::Transmission, _) if table.key.is_empty() => {
                    any(fates(&mut every()))
                }
                (
                    Store::Retail | Store::Transmission,
                    Ownership::Own | Ownership::Other | Ownership::Undecided | Ownership::Reference,
                ) => all(fates(&mut table.key.iter().copied())),
            };
            (ownership, fate)
        };
        possible_ownerships(table).iter().map(there).collect()
    }

    /// For each column that may wait on such a row, in one of these classes: when it does, and holds something.
    fn filled(
        &self,
        table: &Table,
        ownership: Ownership,
        wanted: impl Fn(Class) -> bool,
    ) -> Vec<Fate> {
        let waits =
            |class: Class| wanted(class) && granted(Store::Quarantine, ownership, class, false);
        let fate = |column: usize| {
            let filled = format!("{} IS NOT NULL", name(&table.columns[column].name));
            match self.has_class(table, column, ownership, waits) {
                Fate::Always => Fate::Where(filled),
                Fate::Where(test) => Fate::Where(format!("{test} AND {filled}")),
                Fate::Never => Fate::Never,
            }
        };
        (0..table.columns.len()).map(fate).collect()
    }

    /// A column of the store: as it is, or NULL where it is not granted.
    fn cell(&self, table: &Table, store: Store, column: usize, rows: &Fates) -> String {
        let name = name(&table.columns[column].name);
        if store == Store::Quarantine && table.key.contains(&column) {
            return name;
        }
        let cells: Fates = rows
            .iter()
            .filter(|(_, row)| **row != Fate::Never)
            .map(|(&ownership, row)| {
                let cell = self.cell_granted(table, store, column, ownership);
                // What the row had to meet to be there need not be asked again.
                (ownership, if cell == *row { Fate::Always } else { cell })
            })
            .collect();
        let value = hashed(table, store, column).unwrap_or_else(|| name.clone());
        match self.holds(&cells) {
            Fate::Always if value == name => name,
            Fate::Always => format!("{value} AS {name}"),
            Fate::Never => format!("CASE WHEN false THEN {value} END AS {name}"),
            Fate::Where(test) => format!("CASE WHEN {test} THEN {value} END AS {name}"),
        }
    }

    /// Why a row waits.
    fn reason(&self, table: &Table, rows: &Fates) -> String {
        let waits = |ownership: Ownership| {
            rows.get(&ownership)
                .is_some_and(|fate| *fate != Fate::Never)
        };
        let (verdict, ownership) = (self.own("verdict"), self.own("ownership"));
        let mut arms = Vec::new();
        for whose in [Ownership::Own, Ownership::Other] {
            if !waits(whose) {
                continue;
            }
            let is = format!("{ownership} = {}", literal(whose.word()));
            let held = self.filled(table, whose, |class| class == Class::Hold);
            if let Fate::Where(held) = any(held) {
                arms.push((format!("{is} AND ({held})"), literal("hold")));
            }
            if whose == Ownership::Other {
                arms.push((is, literal("retail_only_of_other")));
            }
        }
        // Where no row is undecided there is no verdict to read, and the last arm is what remains.
        let last = if waits(Ownership::Undecided) {
            None
        } else {
            arms.pop().map(|(_, word)| word)
        };
        let reason = case(&arms, &last.unwrap_or(verdict));
        format!("{reason} AS {REASON}")
    }

    fn filter(&self, rows: &Fates) -> Option<String> {
        match self.holds(rows) {
            Fate::Always => None,
            Fate::Never => Some("false".to_owned()),
            Fate::Where(test) => Some(test),
        }
    }

    /// One condition for rows of several ownerships.
    fn holds(&self, fates: &Fates) -> Fate {
        let mut groups: Vec<(&Fate, Vec<&str>)> = Vec::new();
        for (ownership, fate) in fates.iter().filter(|(_, fate)| **fate != Fate::Never) {
            match groups.iter_mut().find(|(other, _)| *other == fate) {
                Some((_, whose)) => whose.push(ownership.word()),
                None => groups.push((fate, vec![ownership.word()])),
            }
        }
        match groups.as_slice() {
            [] => return Fate::Never,
            [(fate, whose)] if whose.len() == fates.len() => return (*fate).clone(),
            _ => {}
        }
        let parts: Vec<String> = groups
            .into_iter()
            .map(|(fate, whose)| self.part(fate, &whose))
            .collect();
        match parts.as_slice() {
            [one] => Fate::Where(one.clone()),
            _ => Fate::Where(format!("({})", parts.join(")\nOR ("))),
        }
    }

    fn part(&self, fate: &Fate, whose: &[&str]) -> String {
        let ownership = self.own("ownership");
        let rows = match whose {
            [one] => format!("{ownership} = {}", literal(one)),
            _ => format!("{ownership} IN ({})", literals(whose.iter().copied())),
        };
        match fate {
            Fate::Where(test) if test.contains(" OR ") => format!("{rows} AND ({test})"),
            Fate::Where(test) => format!("{rows} AND {test}"),
            Fate::Always | Fate::Never => rows,
        }
    }
}

/// What retail gets in place of a rekeyed value.
fn hashed(table: &Table, store: Store, column: usize) -> Option<String> {
    let column = &table.columns[column];
    let rekey = column.rekey.as_ref().filter(|_| store == Store::Retail)?;
    let kind = match column.value_type {
        ValueType::Int => "int",
        ValueType::Text
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => "text",
    };
    let (rekey, value) = (literal(rekey), name(&column.name));
    Some(format!("bunri_rekey_{kind}({rekey}, {value})"))
}

/// By the key, which is one row's alone; without a key by everything that the store holds.
fn order(table: &Table, store: Store, columns: &[usize]) -> Vec<String> {
    let by = if table.key.is_empty() {
        columns
    } else {
        &table.key
    };
    let mut names: Vec<String> = by
        .iter()
        .filter(|column| columns.contains(column))
        .map(|&column| name(&table.columns[column].name))
        .collect();
    if table.key.is_empty() && store == Store::Quarantine {
        names.push(REASON.to_owned());
    }
    names
        .iter()
        .map(|name| format!("{name} NULLS FIRST"))
        .collect()
}

/// Some of these.
fn any(fates: Vec<Fate>) -> Fate {
    if fates.contains(&Fate::Always) {
        return Fate::Always;
    }
    joined(fates, " OR ").map_or(Fate::Never, Fate::Where)
}

/// All of these; of none of them there would be no row to speak of.
fn all(fates: Vec<Fate>) -> Fate {
    if fates.contains(&Fate::Never) {
        return Fate::Never;
    }
    joined(fates, " AND ").map_or(Fate::Always, Fate::Where)
}

/// Every condition once.
fn joined(fates: Vec<Fate>, word: &str) -> Option<String> {
    let mut tests: Vec<String> = Vec::new();
    for fate in fates {
        if let Fate::Where(test) = fate
            && !tests.contains(&test)
        {
            tests.push(test);
        }
    }
    (!tests.is_empty()).then(|| tests.join(word))
}
