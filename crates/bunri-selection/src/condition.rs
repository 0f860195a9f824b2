//! A condition as people write it: a column, and the values or the days that it may have.

use bunri_text::{Item, Log, Section, Spotted, readable};
use bunri_types::{day_text, parse_day};
use serde::{Deserialize, Serialize};
use toml::de::DeValue;

/// A value as TOML and JSON write it; a day is a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, a decimal or a day.
    Text(String),
}

/// What a column must hold. NULL meets no condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column's name in the store.
    pub column: String,
    /// One of these values.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Literal>>,
    /// The first day, as `2026-04-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Condition {
    /// A column that must hold this text.
    #[must_use]
    pub fn is(column: &str, text: &str) -> Self {
        Self {
            column: column.to_owned(),
            one_of: Some(vec![Literal::Text(text.to_owned())]),
            from: None,
            until: None,
        }
    }

    /// Whether every row that meets this one meets the other too, as far as the two conditions alone can tell.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        if self.column != other.column {
            return false;
        }
        match (&self.one_of, &other.one_of) {
            (Some(these), Some(those)) => these.iter().all(|it| those.contains(it)),
            (Some(these), None) => these.iter().all(|it| match it {
                Literal::Text(day) => parse_day(day).is_some_and(|_| other.spans(day)),
                Literal::Bool(_) | Literal::Int(_) => false,
            }),
            (None, Some(_)) => false,
            // Days as texts ascend as days do.
            (None, None) => {
                let begins = other
                    .from
                    .as_ref()
                    .is_none_or(|from| self.from.as_ref().is_some_and(|it| it >= from));
                let ends = other
                    .until
                    .as_ref()
                    .is_none_or(|until| self.until.as_ref().is_some_and(|it| it <= until));
                begins && ends
            }
        }
    }

    fn spans(&self, day: &str) -> bool {
        self.from.as_deref().is_none_or(|from| day >= from)
            && self.until.as_deref().is_none_or(|until| day <= until)
    }
}

/// A list of conditions.
pub fn conditions(value: &Item<'_>, log: &mut Log) -> Option<Vec<Spotted<Condition>>> {
    let items = value.list(log)?;
    let read: Vec<_> = items.iter().map(|item| condition(item, log)).collect();
    read.into_iter().collect()
}

/// One condition: `{ column = "…", is = … }`, `in = […]`, or `from` and `until`, the last day included.
pub fn condition(value: &Item<'_>, log: &mut Log) -> Option<Spotted<Condition>> {
    let mut section = Section::open(value, "a condition", log)?;
    let column = section
        .require("column")
        .and_then(|value| value.filled_text(log));
    let is = readable(section.take("is"), |value| literal(value, log));
    let list = readable(section.take("in"), |value| literals(value, log));
    let from = readable(section.take("from"), |value| value.day(log));
    let until = readable(section.take("until"), |value| value.day(log));
    section.close(log);
    let (column, is, list, from, until) = (column?, is?, list?, from?, until?);
    let ways = [
        is.is_some(),
        list.is_some(),
        from.is_some() || until.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() != 1 {
        let message = "a condition says one of `is`, `in`, or `from` and `until`";
        log.refuse(value.spot, message);
        return None;
    }
    if let (Some(from), Some(until)) = (&from, &until)
        && from.value > until.value
    {
        log.refuse(until.spot, "`until` lies before `from`");
        return None;
    }
    let one_of = list.or(is.map(|it| vec![it]));
    Some(value.spotted(Condition {
        column: column.value,
        one_of: one_of.map(|mut values| {
            values.sort();
            values.dedup();
            values
        }),
        from: from.map(|day| day_text(day.value)),
        until: until.map(|day| day_text(day.value)),
    }))
}

fn literals(value: &Item<'_>, log: &mut Log) -> Option<Vec<Literal>> {
    let items = value.list(log)?;
    if items.is_empty() {
        log.refuse(
            value.spot,
            format!("{} is empty: no row could meet it", value.label()),
        );
        return None;
    }
    let read: Vec<_> = items.iter().map(|item| literal(item, log)).collect();
    read.into_iter().collect()
}

fn literal(value: &Item<'_>, log: &mut Log) -> Option<Literal> {
    match value.raw {
        DeValue::String(text) => {
            if value.waits() {
                value.refuse_kind("a value", log);
                return None;
            }
            Some(Literal::Text(text.to_string()))
        }
        DeValue::Boolean(truth) => Some(Literal::Bool(*truth)),
        DeValue::Integer(_) => value.integer(i64::MIN..=i64::MAX, log).map(Literal::Int),
        DeValue::Datetime(_) => value.day(log).map(|day| Literal::Text(day_text(day.value))),
        DeValue::Float(_) | DeValue::Array(_) | DeValue::Table(_) => {
            value.refuse_kind("a text, a whole number, a day, or true or false", log);
            None
        }
    }
}
