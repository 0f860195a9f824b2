//! `rows = …`: whose a row is.

use bunri_catalogue::draft::{DayDraft, RowsDraft, TimeDraft, constant_rules};
use bunri_catalogue::{Match, RowRule};
use bunri_text::{Item, Log, Name, Section, Spotted, readable};
use toml::de::DeValue;

use super::{optional_compare, optional_text, required_name, required_names, required_word};
use crate::words::{COMPARES, MATCHES, UNTILS};

const KINDS: [(&str, Kind); 3] = [
    ("ledger", Kind::Ledger),
    ("column", Kind::Column),
    ("parent", Kind::Parent),
];

#[derive(Clone, Copy)]
enum Kind {
    Ledger,
    Column,
    Parent,
}

/// Reads a row rule.
pub(crate) fn rule(value: &Item<'_>, log: &mut Log) -> Option<Spotted<RowsDraft>> {
    if matches!(value.raw, DeValue::String(_)) {
        let constant = value.word("row rule", &constant_rules(), log)?.value;
        let draft = RowsDraft::Constant {
            rule: constant.clone(),
            has_basis: false,
        };
        return Some(value.spotted(draft));
    }
    let mut section = Section::open(value, "this row rule", log)?;
    let draft = if section.has("every_row") {
        every_row(&mut section, log)
    } else if section.has("all") {
        section
            .require("all")
            .and_then(|value| several(&value, log))
            .map(RowsDraft::All)
    } else if section.has("any") {
        any(&mut section, log)
    } else if !section.has("by") {
        // What else stands here belongs to a kind that nobody knows, so nothing more is said of it.
        log.refuse(section.spot(), "`by` is missing in this row rule");
        return None;
    } else if section.has("cases") {
        cases(&mut section, log)
    } else {
        let kind = required_word(&mut section, "by", "row rule", &KINDS, log)?;
        match kind {
            Kind::Ledger => ledger(&mut section, log),
            Kind::Column => column(&mut section, log),
            Kind::Parent => parent(&mut section, log),
        }
    };
    section.close(log);
    draft.map(|draft| value.spotted(draft))
}

/// A constant rule with its reason, for a table that holds what a person should have thought of.
fn every_row(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let constant = required_word(section, "every_row", "row rule", &constant_rules(), log);
    let basis = required_name(section, "basis", log);
    Some(RowsDraft::Constant {
        rule: constant?.clone(),
        has_basis: basis.is_some(),
    })
}

/// The rules of `all` and `any`.
fn several(value: &Item<'_>, log: &mut Log) -> Option<Vec<Spotted<RowsDraft>>> {
    let items = value.list(log)?;
    if items.len() < 2 {
        let message = format!("{} needs at least two rules", value.label());
        log.refuse(value.spot, message);
        return None;
    }
    let rules: Vec<_> = items
        .iter()
        .filter_map(|item| part(item, value.label(), log))
        .collect();
    (rules.len() == items.len()).then_some(rules)
}

/// A rule inside `all` or `any`: one that asks something.
fn part(value: &Item<'_>, of: &str, log: &mut Log) -> Option<Spotted<RowsDraft>> {
    let rule = rule(value, log)?;
    let refused = match &rule.value {
        RowsDraft::All(_) if of.contains("all") => {
            "`all` inside `all`: write all of its rules in one list"
        }
        RowsDraft::Any(_) if of.contains("any") => {
            "`any` inside `any`: write all of its rules in one list"
        }
        RowsDraft::Constant { .. } => {
            "a constant rule among others decides every row alike: leave it out, or use it alone"
        }
        RowsDraft::Ledger(_)
        | RowsDraft::Column { .. }
        | RowsDraft::Parent { .. }
        | RowsDraft::Cases { .. }
        | RowsDraft::All(_)
        | RowsDraft::Any(_) => return Some(rule),
    };
    log.refuse(rule.spot, refused);
    None
}

fn any(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let rules = section
        .require("any")
        .and_then(|value| several(&value, log));
    let basis = section
        .take("basis")
        .and_then(|value| value.filled_text(log));
    if basis.is_none() {
        let message = "`any` lets one own rule make a row own: it needs a `basis`";
        log.refuse(section.spot(), message);
    }
    rules.map(RowsDraft::Any)
}

/// Another rule by the row's type. The names of the three kinds would make `by` mean two things.
fn cases(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let by = required_name(section, "by", log);
    if let Some(name) = &by
        && KINDS.iter().any(|(kind, _)| *kind == name.value)
    {
        let message = format!(
            "`cases` belong to a column, and `{}` is a kind of rule: a view in the source can give the column another name",
            name.value
        );
        log.refuse(name.spot, message);
        // What else stands here belongs to the cases that it cannot be.
        section.take_all();
        return None;
    }
    let compare = optional_compare(section, log);
    let cases = section.require("cases").and_then(|value| {
        let mut section = Section::open(&value, "`cases`", log)?;
        let entries = section.take_all();
        if entries.is_empty() {
            log.refuse(value.spot, "`cases` is empty: every row would be undecided");
            return None;
        }
        let read: Vec<_> = entries
            .iter()
            .filter_map(|entry| {
                let name = Name {
                    value: entry.key.to_owned(),
                    spot: entry.spot,
                };
                Some((name, case(&entry.value, log)?))
            })
            .collect();
        (read.len() == entries.len()).then_some(read)
    });
    Some(RowsDraft::Cases {
        by: by?,
        compare: compare?,
        cases: cases?,
    })
}

fn case(value: &Item<'_>, log: &mut Log) -> Option<Spotted<RowsDraft>> {
    let rule = rule(value, log)?;
    let refused = match &rule.value {
        RowsDraft::Cases { .. } => {
            "`cases` inside `cases`: a view in the source can join both columns"
        }
        RowsDraft::Constant {
            rule: RowRule::Reference,
            ..
        } => "a public code table is one as a whole: its rule is `reference`, without cases",
        RowsDraft::Constant { .. }
        | RowsDraft::Ledger(_)
        | RowsDraft::Column { .. }
        | RowsDraft::Parent { .. }
        | RowsDraft::All(_)
        | RowsDraft::Any(_) => return Some(rule),
    };
    log.refuse(rule.spot, refused);
    None
}

fn ledger(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let (during, at, month) = (
        section.take("during"),
        section.take("at"),
        section.take("month"),
    );
    let until_is = section.take("until_is");
    if let (None, Some(value)) = (&during, &until_is) {
        log.refuse(value.spot, "`until_is` belongs to `during`");
    }
    let time = match (during, at, month) {
        (Some(during), None, None) => {
            let until_is = readable(until_is, |value| {
                value.word("meaning of an end", &UNTILS, log)
            });
            let columns = period(&during, log);
            let (from, until) = columns?;
            TimeDraft::During {
                from,
                until,
                until_is: until_is?.map(|word| word.value),
            }
        }
        (None, Some(at), None) => day_or_slot(&at, log)?,
        (None, None, Some(month)) => TimeDraft::Month(month.filled_text(log)?),
        (None, None, None) => {
            if !["during", "month"].iter().any(|key| section.misspells(key)) {
                let message = "a ledger rule needs `during = [\"from\", \"until\"]`, `at = \"column\"` or \
                               `month = \"column\"`";
                log.refuse(section.spot(), message);
            }
            return None;
        }
        (_, _, _) => {
            let message = "a ledger rule has one of `during`, `at` and `month`";
            log.refuse(section.spot(), message);
            return None;
        }
    };
    Some(RowsDraft::Ledger(time))
}

pub(super) fn period(value: &Item<'_>, log: &mut Log) -> Option<(Name, Name)> {
    let names: Result<[_; 2], _> = value.texts(log)?.try_into();
    if names.is_err() {
        log.refuse(
            value.spot,
            format!("{} must name two columns: [from, until]", value.label()),
        );
    }
    let [from, until] = names.ok()?;
    Some((from, until))
}

fn day_or_slot(value: &Item<'_>, log: &mut Log) -> Option<TimeDraft> {
    if !matches!(value.raw, DeValue::Table(_)) {
        return day(value, log).map(TimeDraft::At);
    }
    let mut section = Section::open(value, "`at`", log)?;
    let date = required_name(&mut section, "date", log);
    let slot = required_name(&mut section, "slot", log);
    section.close(log);
    Some(TimeDraft::Slot {
        date: date?,
        slot: slot?,
    })
}

fn day(value: &Item<'_>, log: &mut Log) -> Option<DayDraft> {
    let name = value.filled_text(log)?;
    Some(match name.value.as_str() {
        "cutover" => DayDraft::Cutover(name.spot),
        _ => DayDraft::Column(name),
    })
}

fn column(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let column = required_name(section, "column", log);
    let compare = required_word(section, "compare", "comparison", &COMPARES, log);
    let at = readable(section.take("at"), |value| day(value, log));
    let basis = optional_text(section, "basis", log);
    Some(RowsDraft::Column {
        column: column?,
        compare: compare?,
        at: at?,
        has_basis: basis.is_some(),
    })
}

fn parent(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let table = required_name(section, "table", log);
    let key = required_names(section, "key", log);
    let references = section
        .require("references")
        .and_then(|value| value.some_texts(log).map(|names| value.spotted(names)));
    let matching = required_word(section, "match", "way to combine parents", &MATCHES, log);
    let basis = optional_text(section, "basis", log);
    if matches!(matching, Some(Match::Any)) && basis.is_none() {
        let message = "`match = \"any\"` lets one own parent make a row own: it needs a `basis`";
        log.refuse(section.spot(), message);
    }
    Some(RowsDraft::Parent {
        table: table?,
        key: key?,
        references: references?,
        matching: matching?,
        has_basis: basis.is_some(),
    })
}
