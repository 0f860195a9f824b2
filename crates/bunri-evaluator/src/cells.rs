//! The class of a cell (docs/rules.md, section 5): its column's, by the value of another column where the
//! catalogue says so, then, where the cell speaks of another time, what it would be on an other row, then made stricter by every
//! `[[when]]` that the row meets, in order.

use std::collections::BTreeSet;

use bunri_catalogue::{
    AskedOfParent, Bound, Class, ClassRule, Condition, Ownership, Subject, Table,
};
use bunri_types::{Day, Value};

use super::codes::{case, code_text, listed};
use super::days::Row;

/// The class rules of one table.
#[derive(Debug, Clone)]
pub struct CellRules<'a> {
    table: &'a Table,
    cutover: Day,
    /// By column, the group of cells of another time that it belongs to.
    groups: Vec<Option<usize>>,
}

/// A cell's class, and whether its deciding value was in no case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The class.
    pub class: Class,
    /// A value (not NULL) that the catalogue has no case for.
    pub unseen: bool,
}

impl<'a> CellRules<'a> {
    /// The rules of this table.
    #[must_use]
    pub fn new(table: &'a Table, cutover: Day) -> Self {
        let group = |column: usize| {
            let mut groups = table.cells.iter();
            groups.position(|group| group.columns.contains(&column))
        };
        Self {
            table,
            cutover,
            groups: (0..table.columns.len()).map(group).collect(),
        }
    }

    /// The group of cells of another time that a column belongs to.
    #[must_use]
    pub fn group(&self, column: usize) -> Option<usize> {
        self.groups[column]
    }

    /// The class of a cell of a row. `foreign`: the cell speaks of another time than its own row, and its rule does not say
    /// own. `clear`: the conditions that the row's parents do not meet, as bits by the number of the `[[when]]`.
    #[must_use]
    pub fn class(
        &self,
        column: usize,
        ownership: Ownership,
        foreign: bool,
        clear: u64,
        row: &impl Row,
    ) -> Decided {
        let mut decided = by_column(&self.table.columns[column].class, row);
        if foreign && ownership == Ownership::Own {
            decided.class = of_another_time(decided.class);
        }
        for when in 0..self.table.when.len() {
            if self.meets(when, ownership, clear, row) {
                decided.class = self.table.when[when].changed(column, decided.class);
            }
        }
        decided
    }

    /// Whether a row meets the condition of `[[when]]` number `when`, so that a rule that matched nothing can be named.
    #[must_use]
    pub fn meets(&self, number: usize, ownership: Ownership, clear: u64, row: &impl Row) -> bool {
        let when = &self.table.when[number];
        let met = || match when.subject {
            Subject::Row { column } => is_met(&when.condition, column, row, self.cutover),
            Subject::Parents { .. } => clear >> number & 1 == 0,
        };
        when.rows.contains(&ownership) && met()
    }
}

/// Of the conditions that other tables ask of the rows of a parent table, those that this row does not meet, as bits by their
/// place.
#[must_use]
pub fn clear(asked: &[AskedOfParent<'_>], row: &impl Row, cutover: Day) -> u64 {
    let mut bits = 0;
    for (place, asked) in asked.iter().enumerate() {
        if !is_met(asked.condition, asked.column, row, cutover) {
            bits |= 1 << place;
        }
    }
    bits
}

/// NULL always meets a condition: a `when` only ever makes a class stricter. So does what cannot be compared.
fn is_met(condition: &Condition, column: usize, row: &impl Row, cutover: Day) -> bool {
    let value = row.value(column);
    if value == Value::Null {
        return true;
    }
    let bound = |bound: Bound| match bound {
        Bound::Unscaled(unscaled) => unscaled,
        Bound::Day(day) => i128::from(day),
        Bound::Cutover => i128::from(cutover),
    };
    match condition {
        Condition::In { values, compare } => {
            code_text(value).is_none_or(|text| listed(&text, values, *compare))
        }
        Condition::NotIn { values, compare } => {
            code_text(value).is_none_or(|text| !listed(&text, values, *compare))
        }
        Condition::Within { at_least, below } => {
            let measured = row.day(column).map(i128::from).or_else(|| number(value));
            let Some(measured) = measured else {
                return true;
            };
            at_least.is_none_or(|least| measured >= bound(least))
                && below.is_none_or(|end| measured < bound(end))
        }
    }
}

/// What a cell of an own row is whose own days are not the incumbent's: never retail's.
fn of_another_time(class: Class) -> Class {
    match class {
        Class::AnyRetailer | Class::OwnCustomer => Class::TransmissionOnly,
        Class::TransmissionOnly
        | Class::RetailOnly
        | Class::Hold
        | Class::Reference
        | Class::Discard => class,
    }
}

fn by_column(rule: &ClassRule, row: &impl Row) -> Decided {
    let (class, unseen) = match rule {
        ClassRule::Fixed(class) => (*class, false),
        ClassRule::ByValue {
            column,
            compare,
            cases,
            otherwise,
        } => match code_text(row.value(*column)) {
            None => (*otherwise, false),
            Some(value) => match case(cases, &value, *compare) {
                Some(place) => (cases[place].1, false),
                None => (*otherwise, true),
            },
        },
    };
    Decided { class, unseen }
}

/// In units of the column's scale.
fn number(value: Value<'_>) -> Option<i128> {
    match value {
        Value::Int(number) => Some(number.into()),
        Value::Decimal { unscaled, .. } => Some(unscaled),
        Value::Null
        | Value::Text(_)
        | Value::Real(_)
        | Value::Date(_)
        | Value::Timestamp(_)
        | Value::Bool(_)
        | Value::Bytes(_) => None,
    }
}

/// Every class that a column can have on a row of this ownership, over all combinations of `[[when]]`.
#[must_use]
pub fn possible_classes(table: &Table, column: usize, ownership: Ownership) -> BTreeSet<Class> {
    let mut classes = table.columns[column].class.possible();
    let mut groups = table.cells.iter();
    if ownership == Ownership::Own && groups.any(|group| group.columns.contains(&column)) {
        let foreign: Vec<Class> = classes.iter().copied().map(of_another_time).collect();
        classes.extend(foreign);
    }
    let whens = table.when.iter();
    for when in whens.filter(|when| when.rows.contains(&ownership)) {
        // A row may or may not meet it, so both classes stay possible.
        let changed = classes.iter().map(|&class| when.changed(column, class));
        let changed: Vec<Class> = changed.collect();
        classes.extend(changed);
    }
    classes
}
