//! The class of a cell (docs/rules.md, section 4): its column's, by the value of another column where the
//! catalogue says so, then made stricter by every `[[when]]` that the row meets, in order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bunri_catalogue::Value;
use bunri_catalogue::{Class, ClassRule, Compare, Condition, Ownership, Table, When};

use super::codes::{comparable, listed};
use super::rows::Row;

/// The class rules of one table.
#[derive(Debug, Clone, Copy)]
pub struct CellRules<'a> {
    table: &'a Table,
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
    pub fn new(table: &'a Table) -> Self {
        Self { table }
    }

    /// The one class that a column has on all rows of this ownership, if no row can change it.
    #[must_use]
    pub fn fixed(&self, column: usize, ownership: Ownership) -> Option<Class> {
        let ClassRule::Fixed(class) = self.table.columns[column].class else {
            return None;
        };
        let touches = |when: &When| {
            when.rows.contains(&ownership) && when.change.iter().any(|(from, _)| *from == class)
        };
        (!self.table.when.iter().any(touches)).then_some(class)
    }

    /// The class of a cell of a row.
    #[must_use]
    pub fn class(&self, column: usize, ownership: Ownership, row: &impl Row) -> Decided {
        let mut decided = by_column(&self.table.columns[column].class, row);
        for when in &self.table.when {
            if when.rows.contains(&ownership) && meets(&when.condition, row.value(when.column)) {
                decided.class = changed(decided.class, when);
            }
        }
        decided
    }

    /// Whether a row meets the condition of `[[when]]` number `when`, so that a rule that matched nothing can be named.
    #[must_use]
    pub fn meets(&self, when: usize, ownership: Ownership, row: &impl Row) -> bool {
        let when = &self.table.when[when];
        when.rows.contains(&ownership) && meets(&when.condition, row.value(when.column))
    }
}

fn by_column(rule: &ClassRule, row: &impl Row) -> Decided {
    match rule {
        ClassRule::Fixed(class) => Decided {
            class: *class,
            unseen: false,
        },
        ClassRule::ByValue {
            column,
            compare,
            cases,
            otherwise,
        } => {
            let Some(value) = text_of(row.value(*column)) else {
                return Decided {
                    class: *otherwise,
                    unseen: false,
                };
            };
            let value = comparable(&value, *compare);
            match cases
                .iter()
                .find(|(case, _)| comparable(case, *compare) == value)
            {
                Some((_, class)) => Decided {
                    class: *class,
                    unseen: false,
                },
                None => Decided {
                    class: *otherwise,
                    unseen: true,
                },
            }
        }
    }
}

fn changed(class: Class, when: &When) -> Class {
    when.change
        .iter()
        .find(|(from, _)| *from == class)
        .map_or(class, |(_, to)| *to)
}

/// NULL always meets a condition: a `when` only ever makes a class stricter.
fn meets(condition: &Condition, value: Value<'_>) -> bool {
    if value == Value::Null {
        return true;
    }
    match condition {
        Condition::In { values, compare } => among(value, values, *compare),
        Condition::AtLeast { unscaled } => number(value).is_none_or(|number| number >= *unscaled),
        Condition::Below { unscaled } => number(value).is_none_or(|number| number < *unscaled),
    }
}

fn among(value: Value<'_>, values: &[String], compare: Compare) -> bool {
    text_of(value).is_none_or(|text| listed(&text, values, compare))
}

/// A deciding value as the catalogue writes it: text as it is, an int in decimal digits.
fn text_of(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(text.into()),
        Value::Int(number) => Some(number.to_string().into()),
        Value::Null
        | Value::Decimal { .. }
        | Value::Date(_)
        | Value::Timestamp(_)
        | Value::Bool(_)
        | Value::Bytes(_) => None,
    }
}

/// In units of the column's scale.
fn number(value: Value<'_>) -> Option<i128> {
    match value {
        Value::Int(number) => Some(number.into()),
        Value::Decimal { unscaled, .. } => Some(unscaled),
        Value::Null
        | Value::Text(_)
        | Value::Date(_)
        | Value::Timestamp(_)
        | Value::Bool(_)
        | Value::Bytes(_) => None,
    }
}

/// Every class that a column can have on a row of this ownership, over all combinations of `[[when]]`.
#[must_use]
pub fn possible_classes(table: &Table, column: usize, ownership: Ownership) -> BTreeSet<Class> {
    let mut classes: BTreeSet<Class> = match &table.columns[column].class {
        ClassRule::Fixed(class) => BTreeSet::from([*class]),
        ClassRule::ByValue {
            cases, otherwise, ..
        } => cases
            .iter()
            .map(|(_, class)| *class)
            .chain([*otherwise])
            .collect(),
    };
    for when in table
        .when
        .iter()
        .filter(|when| when.rows.contains(&ownership))
    {
        // A row may or may not meet it, so both classes stay possible.
        let more: Vec<Class> = classes.iter().map(|&class| changed(class, when)).collect();
        classes.extend(more);
    }
    classes
}
