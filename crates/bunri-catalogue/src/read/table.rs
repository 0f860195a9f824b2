//! `tables/*.toml`: one table, all of its columns, whose its rows are.

use super::{columns, optional_text, readable, required_name, rows, spotted, when};
use crate::draft::{KnownAtDraft, TableDraft};
use crate::item::Item;
use crate::problem::{Log, Name, Spot, Spotted};
use crate::section::Section;

/// Reads the top level of a table file.
pub(crate) fn table(mut file: Section<'_>, spot: Spot, log: &mut Log) -> TableDraft {
    let name = required_name(&mut file, "table", log);
    let id = id(file.take("id"), name.as_ref(), log);
    let key = file.require("key").and_then(|value| key(&value, log));
    let rows = file
        .require("rows")
        .and_then(|value| rows::rule(&value, log));
    let known_at = file.take("known_at");
    let ledger_key = file.take("ledger_key");
    let types = file.take("types");
    let draft = TableDraft {
        spot,
        name,
        id,
        key,
        columns: columns::columns(file.require("columns"), types, log),
        rows,
        known_at_written: known_at.is_some() || file.misspells("known_at"),
        known_at: known_at.and_then(|value| known_at_rule(&value, log)),
        ledger_key: ledger_key
            .and_then(|value| value.some_texts(log).map(|names| spotted(&value, names))),
        when: when::list(file.take("when"), log),
        basis: optional_text(&mut file, "basis", log),
        note: optional_text(&mut file, "note", log),
    };
    file.close(log);
    draft
}

/// The folder name: as written, or the table's own name where that is plain ASCII.
fn id(written: Option<Item<'_>>, name: Option<&Name>, log: &mut Log) -> Option<Name> {
    if let Some(value) = written {
        let id = value.text(log)?;
        if !is_id(&id.value) {
            let message = format!(
                "`{}` is no `id`: 1 to 100 of the letters a to z, digits and `_`",
                id.value.escape_debug()
            );
            log.refuse(id.spot, message);
            return None;
        }
        return Some(id);
    }
    let name = name?;
    if !is_id(&name.value) {
        let message = format!(
            "the table `{}` needs an `id` of the letters a to z, digits and `_`: it names the table's \
             folder",
            name.value.escape_debug()
        );
        log.refuse_hint(
            name.spot,
            message,
            Some("add a line such as `id = \"supply_point\"`".to_owned()),
        );
        return None;
    }
    Some(name.clone())
}

pub(super) fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn key(value: &Item<'_>, log: &mut Log) -> Option<Vec<Name>> {
    if let toml::de::DeValue::String(text) = value.raw {
        if text == "none" {
            return Some(Vec::new());
        }
        let hint =
            format!("write `key = [\"{text}\"]`, or `key = \"none\"` for a table without a key");
        log.refuse_hint(
            value.spot,
            "`key` must be a list of columns or \"none\"",
            Some(hint),
        );
        return None;
    }
    let names = value.texts(log)?;
    if names.is_empty() {
        let message = "`key` is an empty list: a table without a key has `key = \"none\"`";
        log.refuse(value.spot, message);
        return None;
    }
    Some(names)
}

fn known_at_rule(value: &Item<'_>, log: &mut Log) -> Option<Spotted<KnownAtDraft>> {
    let mut section = Section::open(value, "`known_at`", log)?;
    let draft = if section.has("none") {
        let basis = section
            .require("none")
            .and_then(|value| value.filled_text(log));
        basis.map(|basis| KnownAtDraft::None { basis: basis.value })
    } else {
        let column = required_name(&mut section, "column", log);
        let grace = readable(section.take("grace_days"), |value| grace_days(value, log));
        column
            .zip(grace)
            .map(|(column, grace)| KnownAtDraft::Column { column, grace })
    };
    section.close(log);
    draft.map(|draft| spotted(value, draft))
}

/// A year is more than any final reading takes; a larger grace would be a mistake or a leak.
fn grace_days(value: &Item<'_>, log: &mut Log) -> Option<Spotted<u32>> {
    let days = value.integer(0..=366, log)?;
    u32::try_from(days).ok().map(|days| spotted(value, days))
}
