//! `tables/*.toml`: one table, all of its columns, whose its rows are.

use bunri_catalogue::draft::{
    CellsDraft, CellsRuleDraft, KnownAtDraft, LedgerKeyDraft, TableDraft, ThroughDraft,
};
use bunri_catalogue::{Early, ViewOf, ViewRows};
use bunri_text::{Item, Lint, Log, Name, Section, Spot, Spotted, readable};

use super::catalogue::open_ends;
use super::{
    columns, is_id, one_or_several, optional_text, required_name, required_names, required_word,
    rows, when,
};
use crate::words::UNTILS;

/// Reads the top level of a table file.
pub(crate) fn table(mut file: Section<'_>, spot: Spot, log: &mut Log) -> TableDraft {
    let name = required_name(&mut file, "table", log);
    let id = id(file.take("id"), name.as_ref(), log);
    let key = file.require("key").and_then(|value| key(&value, log));
    let view_of = readable(file.take("view_of"), |value| view_of(value, log));
    let rows = file
        .require("rows")
        .and_then(|value| rows::rule(&value, log));
    let known_at = file.take("known_at");
    let ledger = readable(file.take("ledger"), |value| value.filled_text(log));
    let ledger_key = file.take("ledger_key");
    let types = file.take("types");
    let draft = TableDraft {
        spot,
        name,
        id,
        view_of,
        key,
        columns: columns::columns(file.require("columns"), types, log),
        rows,
        known_at_written: known_at.is_some() || file.misspells("known_at"),
        known_at: known_at.and_then(|value| known_at_rule(&value, log)),
        ledger,
        ledger_key: ledger_key.map(|value| ledger_key_draft(&value, log)),
        cells: cells(file.take("cells"), log),
        when: when::list(file.take("when"), log),
        basis: optional_text(&mut file, "basis", log),
        note: optional_text(&mut file, "note", log),
    };
    file.close(log);
    draft
}

/// What a view is made of, and how many rows it has.
fn view_of(value: &Item<'_>, log: &mut Log) -> Option<ViewOf> {
    let mut section = Section::open(value, "`view_of`", log)?;
    let tables = required_names(&mut section, "tables", log);
    let rows_of = readable(section.take("rows_of"), |value| value.some_texts(log));
    let basis = readable(section.take("basis"), |value| value.filled_text(log));
    section.close(log);
    let (tables, rows_of, basis) = (tables?, rows_of?, basis?);
    let plain = |names: &[Name]| names.iter().map(|name| name.value.clone()).collect();
    let rows = match (&rows_of, basis) {
        (Some(rows_of), None) => ViewRows::OneForEach(plain(rows_of)),
        (None, Some(basis)) => ViewRows::Reasoned(basis.value),
        (Some(_), Some(_)) | (None, None) => {
            let message = "`view_of` has either `rows_of`, the tables of which it has one row for each row, or a `basis` that \
                           says why it has another number";
            log.refuse(value.spot, message);
            return None;
        }
    };
    let stray = rows_of.iter().flatten();
    let mut stray = stray.filter(|name| !tables.iter().any(|table| table.value == name.value));
    if let Some(name) = stray.next() {
        let message = format!("`{}` is not among the `tables` of `view_of`", name.value);
        log.refuse(name.spot, message);
        return None;
    }
    Some(ViewOf {
        tables: plain(&tables),
        rows,
    })
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

fn ledger_key_draft(value: &Item<'_>, log: &mut Log) -> Option<Spotted<LedgerKeyDraft>> {
    let draft = match value.raw {
        toml::de::DeValue::Table(_) => {
            through(value, log).map(|draft| LedgerKeyDraft::Through(Box::new(draft)))
        }
        _ => value.some_texts(log).map(LedgerKeyDraft::Columns),
    };
    draft.map(|draft| value.spotted(draft))
}

fn through(value: &Item<'_>, log: &mut Log) -> Option<ThroughDraft> {
    let mut section = Section::open(value, "`ledger_key`", log)?;
    let table = required_name(&mut section, "through", log);
    let key = required_names(&mut section, "key", log);
    let references = section
        .require("references")
        .and_then(|value| value.some_texts(log).map(|names| value.spotted(names)));
    let during = section
        .require("during")
        .and_then(|value| rows::period(&value, log));
    let until_is = required_word(&mut section, "until_is", "meaning of an end", &UNTILS, log);
    let open = section
        .require("open")
        .and_then(|value| open_ends(&value, log));
    section.close(log);
    let (from, until) = during?;
    Some(ThroughDraft {
        table: table?,
        key: key?,
        references: references?,
        from,
        until,
        until_is: until_is?,
        open: open?,
    })
}

fn known_at_rule(value: &Item<'_>, log: &mut Log) -> Option<Spotted<KnownAtDraft>> {
    let mut section = Section::open(value, "`known_at`", log)?;
    let draft = if section.has("none") {
        let basis = section
            .require("none")
            .and_then(|value| value.filled_text(log));
        basis.map(|basis| KnownAtDraft::None { basis: basis.value })
    } else {
        let columns = one_or_several(&mut section, ("column", "latest_of"), "`known_at`", log);
        let grace = readable(section.take("grace_days"), |value| grace_days(value, log));
        let early = readable(section.take("early"), |value| early(value, log));
        let basis = optional_text(&mut section, "basis", log);
        if let (Some(Some(grace)), None) = (&grace, &basis)
            && grace.value > MOST_GRACE
        {
            let message = format!(
                "`grace_days` over {MOST_GRACE} needs a `basis`: a final reading and bill are written within weeks, and what \
                 the next supplier knows later"
            );
            log.lint(Lint::LongGrace, grace.spot, message);
        }
        columns
            .zip(grace)
            .zip(early)
            .map(|((columns, grace), early)| KnownAtDraft::Column {
                columns,
                grace,
                early,
                has_basis: basis.is_some(),
            })
    };
    section.close(log);
    draft.map(|draft| value.spotted(draft))
}

/// More days than this after its own end, and somebody has to say why.
const MOST_GRACE: u32 = 60;

const EARLY: [(&str, Early); 2] = [("own", Early::Own), ("undecided", Early::Undecided)];

fn early(value: &Item<'_>, log: &mut Log) -> Option<Early> {
    if !matches!(value.raw, toml::de::DeValue::Table(_)) {
        return value
            .word("answer to `early`", &EARLY, log)
            .map(|word| word.value);
    }
    let mut section = Section::open(value, "`early`", log)?;
    let days = section
        .require("days")
        .and_then(|value| value.integer(0..=3660, log));
    section.close(log);
    u32::try_from(days?).ok().map(Early::Days)
}

/// Every `[[cells]]`; one that cannot be read is [`None`] and keeps its place.
fn cells(value: Option<Item<'_>>, log: &mut Log) -> Vec<Option<CellsDraft>> {
    let items = value.and_then(|value| value.list(log)).unwrap_or_default();
    items.iter().map(|item| cell_group(item, log)).collect()
}

fn cell_group(value: &Item<'_>, log: &mut Log) -> Option<CellsDraft> {
    let mut section = Section::open(value, "`[[cells]]`", log)?;
    let columns = section
        .require("columns")
        .and_then(|value| value.some_texts(log).map(|names| value.spotted(names)));
    let rule = match (section.take("rows"), section.take("days")) {
        (Some(rows), None) => rows::rule(&rows, log).map(CellsRuleDraft::Rows),
        (None, Some(days)) => days_from(&days, log),
        (rows, days) => {
            let both = rows.is_some() && days.is_some();
            if both || !(section.misspells("rows") || section.misspells("days")) {
                let message = "`[[cells]]` has either `rows` or `days = { from = \"column\" }`";
                log.refuse(section.spot(), message);
            }
            None
        }
    };
    optional_text(&mut section, "basis", log);
    section.close(log);
    Some(CellsDraft {
        columns: columns?,
        rule: rule?,
    })
}

fn days_from(value: &Item<'_>, log: &mut Log) -> Option<CellsRuleDraft> {
    let mut section = Section::open(value, "`days`", log)?;
    let from = required_name(&mut section, "from", log);
    section.close(log);
    Some(CellsRuleDraft::Days { from: from? })
}

/// A year is more than any final reading takes; a larger grace would be a mistake or a leak.
fn grace_days(value: &Item<'_>, log: &mut Log) -> Option<Spotted<u32>> {
    let days = value.integer(0..=366, log)?;
    u32::try_from(days).ok().map(|days| value.spotted(days))
}
