//! `[[when]]`: rows that meet a condition have stricter classes.

use bunri_catalogue::draft::{BoundDraft, ConditionDraft, WhenDraft};
use bunri_catalogue::{Class, Ownership};
use bunri_text::{Item, Log, Name, Section, Spotted, did_you_mean, listed, readable};
use bunri_types::day_text;
use toml::de::DeValue;

use super::{optional_compare, required_name};
use crate::words::{ROWS, classes};

/// Reads every `[[when]]`; one that cannot be read is [`None`] and keeps its place.
pub(crate) fn list(value: Option<Item<'_>>, log: &mut Log) -> Vec<Option<WhenDraft>> {
    let items = value.and_then(|value| value.list(log)).unwrap_or_default();
    items.iter().map(|item| when(item, log)).collect()
}

fn when(value: &Item<'_>, log: &mut Log) -> Option<WhenDraft> {
    let mut section = Section::open(value, "`[[when]]`", log)?;
    let condition = section
        .require("if")
        .and_then(|value| condition(&value, log));
    let rows = section.require("rows").and_then(|value| rows(&value, log));
    let change = section
        .require("change")
        .and_then(|value| change(&value, log));
    let columns = readable(section.take("columns"), |value| value.some_texts(log));
    let basis = required_name(&mut section, "basis", log);
    section.close(log);
    let (parent, column, condition) = condition?;
    let basis = basis?.value;
    Some(WhenDraft {
        spot: value.spot,
        parent,
        column,
        condition,
        rows: rows?,
        change: change?,
        columns: columns?,
        basis,
    })
}

fn condition(value: &Item<'_>, log: &mut Log) -> Option<(Option<Name>, Name, ConditionDraft)> {
    let mut section = Section::open(value, "`if`", log)?;
    let parent = readable(section.take("parent"), |value| value.filled_text(log));
    let column = required_name(&mut section, "column", log);
    let compare = optional_compare(&mut section, log);
    let tests = [
        section.take("in"),
        section.take("not_in"),
        section.take("at_least"),
        section.take("below"),
    ];
    section.close(log);
    let [within, without, at_least, below] = tests;
    if within.is_none()
        && without.is_none()
        && let Some(Some(compare)) = &compare
    {
        log.refuse(compare.spot, "`compare` belongs to `in` and `not_in`");
    }
    let test = match (within, without, at_least, below) {
        (Some(values), None, None, None) => ConditionDraft::In {
            values: values.some_texts(log)?,
            compare: compare?,
        },
        (None, Some(values), None, None) => ConditionDraft::NotIn {
            values: values.some_texts(log)?,
            compare: compare?,
        },
        (None, None, at_least, below) if at_least.is_some() || below.is_some() => {
            let at_least = readable(at_least, |value| bound(value, log));
            let below = readable(below, |value| bound(value, log));
            ConditionDraft::Within {
                at_least: at_least?,
                below: below?,
            }
        }
        (_, _, _, _) => {
            log.refuse(
                value.spot,
                "`if` needs one of `in`, `not_in`, or of the bounds `at_least` and `below` either or both",
            );
            return None;
        }
    };
    Some((parent?, column?, test))
}

/// A bound as text: a number, a day or `"cutover"`. A TOML float would be rounded before anybody could look at it.
fn bound(value: &Item<'_>, log: &mut Log) -> Option<BoundDraft> {
    match value.raw {
        DeValue::String(_) => value.filled_text(log),
        DeValue::Integer(_) => {
            let whole = value.integer(i64::MIN..=i64::MAX, log)?;
            Some(value.spotted(whole.to_string()))
        }
        DeValue::Datetime(_) => {
            let day = value.day(log)?.value;
            Some(value.spotted(day_text(day)))
        }
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
            value.refuse_kind("a number or a day in quotes such as \"500\"", log);
            None
        }
    }
}

fn rows(value: &Item<'_>, log: &mut Log) -> Option<Vec<Spotted<Ownership>>> {
    let names = value.some_texts(log)?;
    let words: Vec<_> = names.iter().filter_map(|name| row(name, log)).collect();
    (words.len() == names.len()).then_some(words)
}

fn row(name: &Name, log: &mut Log) -> Option<Spotted<Ownership>> {
    let found = ROWS.iter().find(|(word, _)| *word == name.value);
    if found.is_none() {
        let known: Vec<&str> = ROWS.iter().map(|(word, _)| *word).collect();
        let hint = did_you_mean(&name.value, known.iter().copied())
            .or_else(|| Some(format!("it is one of {}", listed(&known))));
        log.refuse_hint(
            name.spot,
            format!("unknown kind of rows `{}`", name.value),
            hint,
        );
    }
    found.map(|(_, ownership)| Spotted {
        value: *ownership,
        spot: name.spot,
    })
}

fn change(value: &Item<'_>, log: &mut Log) -> Option<Vec<Spotted<(Class, Class)>>> {
    let mut section = Section::open(value, "`change`", log)?;
    let entries = section.take_all();
    if entries.is_empty() {
        log.refuse(
            value.spot,
            "`change` is empty: say which class becomes which",
        );
        return None;
    }
    let mut changes = Vec::new();
    for entry in &entries {
        let from = classes().into_iter().find(|(word, _)| *word == entry.key);
        if from.is_none() {
            let hint = did_you_mean(entry.key, classes().map(|(word, _)| word));
            log.refuse_hint(entry.spot, format!("unknown class `{}`", entry.key), hint);
        }
        let to = entry.value.word("class", &classes(), log);
        if let (Some((_, from)), Some(to)) = (from, to) {
            changes.push(Spotted {
                value: (from, to.value),
                spot: entry.spot,
            });
        }
    }
    (changes.len() == entries.len()).then_some(changes)
}
