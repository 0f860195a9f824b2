//! `rows = …`: whose a row is.

use toml::de::DeValue;

use super::{readable, required_name, required_names, required_word, spotted};
use crate::draft::{DayDraft, RowsDraft, TimeDraft};
use crate::item::Item;
use crate::model::{Match, RowRule};
use crate::problem::{Log, Name, Spotted};
use crate::section::Section;
use crate::words::{COMPARES, MATCHES, UNTILS};

const CONSTANTS: [(&str, Constant); 3] = [
    ("all_transmission", Constant::Transmission),
    ("all_retail", Constant::Retail),
    ("reference", Constant::Reference),
];

const KINDS: [(&str, Kind); 3] = [
    ("ledger", Kind::Ledger),
    ("column", Kind::Column),
    ("parent", Kind::Parent),
];

#[derive(Clone, Copy)]
enum Constant {
    Transmission,
    Retail,
    Reference,
}

#[derive(Clone, Copy)]
enum Kind {
    Ledger,
    Column,
    Parent,
}

/// Reads a row rule.
pub(crate) fn rule(value: &Item<'_>, log: &mut Log) -> Option<Spotted<RowsDraft>> {
    if matches!(value.raw, DeValue::String(_)) {
        let constant = value.word("row rule", &CONSTANTS, log)?.value;
        return Some(spotted(value, RowsDraft::Constant(constant.rule())));
    }
    let mut section = Section::open(value, "this row rule", log)?;
    let draft = if section.has("all") {
        section.require("all").and_then(|value| all(&value, log))
    } else {
        if !section.has("by") {
            // What else stands here belongs to a kind that nobody knows, so nothing more is said of it.
            log.refuse(section.spot(), "`by` is missing in this row rule");
            return None;
        }
        let kind = required_word(&mut section, "by", "row rule", &KINDS, log)?;
        match kind {
            Kind::Ledger => ledger(&mut section, log),
            Kind::Column => column(&mut section, log),
            Kind::Parent => parent(&mut section, log),
        }
    };
    section.close(log);
    draft.map(|draft| spotted(value, draft))
}

impl Constant {
    fn rule(self) -> RowRule {
        match self {
            Constant::Transmission => RowRule::AllTransmission,
            Constant::Retail => RowRule::AllRetail,
            Constant::Reference => RowRule::Reference,
        }
    }
}

fn all(value: &Item<'_>, log: &mut Log) -> Option<RowsDraft> {
    let items = value.list(log)?;
    if items.len() < 2 {
        log.refuse(value.spot, "`all` needs at least two rules");
        return None;
    }
    let rules: Vec<_> = items
        .iter()
        .filter_map(|item| direct_rule(item, log))
        .collect();
    (rules.len() == items.len()).then_some(RowsDraft::All(rules))
}

/// A rule inside `all`: one that asks something, and no further `all`.
fn direct_rule(value: &Item<'_>, log: &mut Log) -> Option<Spotted<RowsDraft>> {
    let rule = rule(value, log)?;
    let refused = match rule.value {
        RowsDraft::All(_) => "`all` inside `all`: write all of its rules in one list",
        RowsDraft::Constant(_) => {
            "a constant rule inside `all` decides every row alike: leave it out, or use it alone"
        }
        RowsDraft::Ledger(_) | RowsDraft::Column { .. } | RowsDraft::Parent { .. } => {
            return Some(rule);
        }
    };
    log.refuse(rule.spot, refused);
    None
}

fn ledger(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let (during, at) = (section.take("during"), section.take("at"));
    let until_is = section.take("until_is");
    let time = match (during, at) {
        (Some(during), None) => {
            let until_is = readable(until_is, |value| {
                value.word("meaning of an end", &UNTILS, log)
            });
            let columns = pair(&during, log);
            let (from, until) = columns?;
            TimeDraft::During {
                from,
                until,
                until_is: until_is?.map(|word| word.value),
            }
        }
        (None, Some(at)) => {
            if let Some(value) = until_is {
                log.refuse(value.spot, "`until_is` belongs to `during`, not to `at`");
            }
            day_or_slot(&at, log)?
        }
        (during, at) => {
            let both = during.is_some() && at.is_some();
            let message = if both {
                "a ledger rule has either `during` or `at`, not both"
            } else {
                "a ledger rule needs `during = [\"from\", \"until\"]` or `at = \"column\"`"
            };
            if both || !section.misspells("during") {
                log.refuse(section.spot(), message);
            }
            return None;
        }
    };
    Some(RowsDraft::Ledger(time))
}

fn pair(value: &Item<'_>, log: &mut Log) -> Option<(Name, Name)> {
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
    Some(RowsDraft::Column {
        column: column?,
        compare: compare?,
        at: at?,
    })
}

fn parent(section: &mut Section<'_>, log: &mut Log) -> Option<RowsDraft> {
    let table = required_name(section, "table", log);
    let key = required_names(section, "key", log);
    let references = section
        .require("references")
        .and_then(|value| value.some_texts(log).map(|names| spotted(&value, names)));
    let matching = required_word(section, "match", "way to combine parents", &MATCHES, log);
    let basis = section
        .take("basis")
        .and_then(|value| value.filled_text(log));
    if matches!(matching, Some(Match::Any)) && basis.is_none() {
        let message = "`match = \"any\"` lets one own parent make a row own: it needs a `basis`";
        log.refuse(section.spot(), message);
    }
    Some(RowsDraft::Parent {
        table: table?,
        key: key?,
        references: references?,
        matching: matching?,
    })
}
