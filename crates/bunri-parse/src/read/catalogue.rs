//! `catalogue.toml`: who the incumbent is, where the ledger is, what is opened.

use bunri_catalogue::draft::{
    CatalogueDraft, CountsDraft, EndDraft, LedgerDraft, OpenedDraft, OwnWhenDraft, ReferenceDraft,
    RetailersDraft,
};
use bunri_catalogue::{IgnoredObject, IncumbentCode, UntilIs};
use bunri_text::{Entry, Item, Lint, Log, Name, Section, Spotted, WAITING, readable};
use bunri_types::{Day, day_from_parts, day_text};
use toml::de::DeValue;

use super::types::YEARS_OF_DATA;
use super::{
    is_id, one_or_several, optional_compare, optional_text, required_name, required_names,
    required_word,
};
use crate::words::COMPARES;

/// What whoever has no ledger has to know.
const WITHOUT_LEDGER: &str = "a source without a ledger cannot be separated, because nothing else says who supplied which point \
     when; where it lies in another system, copy it into the source as a table (docs/inspect.md)";

/// Whether a person has still to say which table is the ledger.
fn names_no_table(ledger: &Item<'_>) -> bool {
    let waits = |value: &DeValue<'_>| matches!(value, DeValue::String(text) if text == WAITING);
    match ledger.raw {
        DeValue::Table(keys) => keys.iter().any(|(key, value)| {
            matches!(key.get_ref().as_ref(), "table" | "tables") && waits(value.get_ref())
        }),
        _ => false,
    }
}

/// Reads the top level of `catalogue.toml`.
pub(crate) fn catalogue(mut file: Section<'_>, log: &mut Log) -> CatalogueDraft {
    let mut draft = CatalogueDraft::default();
    if let Some(value) = file.require("catalogue") {
        heading(&value, &mut draft, log);
    }
    let main = file.require("ledger");
    match &main {
        // One that is misspelt is told as such.
        None if file.misspells("ledger") => {}
        None => log.refuse(file.spot(), format!("no `[ledger]`: {WITHOUT_LEDGER}")),
        Some(value) if names_no_table(value) => log.refuse(
            value.spot,
            format!("`[ledger]` names no table yet; {WITHOUT_LEDGER}"),
        ),
        Some(_) => {}
    }
    let main = main.and_then(|value| ledger(&value, None, log));
    draft.ledgers = vec![main];
    if let Some(value) = file.take("ledgers") {
        draft.ledgers.extend(named_ledgers(&value, log));
    }
    if let Some(value) = file.take("release") {
        draft.opened = release(&value, log).unwrap_or_default();
    }
    if let Some(value) = file.take("ignored") {
        draft.ignored = ignored(&value, log);
    }
    if let Some(value) = file.take("references") {
        draft.references = references(&value, log);
    }
    file.close(log);
    draft
}

/// What could be read of `[[references]]`; the rest is in the log.
fn references(value: &Item<'_>, log: &mut Log) -> Vec<Spotted<ReferenceDraft>> {
    let items = value.list(log).unwrap_or_default();
    let one = |item: &Item<'_>| {
        let mut section = Section::open(item, "`[[references]]`", log)?;
        let table = required_name(&mut section, "table", log);
        let columns = required_names(&mut section, "columns", log);
        let to = required_name(&mut section, "to", log);
        let references = required_names(&mut section, "references", log);
        let basis = optional_text(&mut section, "basis", log);
        section.close(log);
        let reference = ReferenceDraft {
            table: table?,
            columns: columns?,
            to: to?,
            references: references?,
            basis,
        };
        Some(item.spotted(reference))
    };
    items.iter().filter_map(one).collect()
}

/// What could be read of `[[ignored]]`; the rest is in the log.
fn ignored(value: &Item<'_>, log: &mut Log) -> Vec<Spotted<IgnoredObject>> {
    let items = value.list(log).unwrap_or_default();
    let one = |item: &Item<'_>| {
        let mut section = Section::open(item, "`[[ignored]]`", log)?;
        let object = required_name(&mut section, "object", log);
        let basis = required_name(&mut section, "basis", log);
        section.close(log);
        let ignored = IgnoredObject {
            object: object?.value,
            basis: basis?.value,
        };
        Some(item.spotted(ignored))
    };
    items.iter().filter_map(one).collect()
}

fn heading(value: &Item<'_>, draft: &mut CatalogueDraft, log: &mut Log) {
    let Some(mut section) = Section::open(value, "`[catalogue]`", log) else {
        return;
    };
    draft.name = required_name(&mut section, "name", log).map(|name| name.value);
    draft.version = required_name(&mut section, "version", log).map(|version| version.value);
    draft.incumbent = section
        .require("incumbent")
        .and_then(|value| incumbent(&value, log));
    draft.vacant = match section.take("vacant") {
        Some(value) => vacant(&value, log),
        None => Some(Vec::new()),
    };
    draft.retailers = section
        .require("retailers")
        .and_then(|value| retailers(&value, log));
    section.close(log);
}

fn incumbent(value: &Item<'_>, log: &mut Log) -> Option<Vec<Spotted<IncumbentCode>>> {
    let items = value.list(log)?;
    if items.is_empty() {
        log.refuse(
            value.spot,
            "`incumbent` is empty: without a code no row could be own",
        );
        return None;
    }
    let codes: Vec<_> = items
        .iter()
        .filter_map(|item| incumbent_code(item, log))
        .collect();
    (codes.len() == items.len()).then_some(codes)
}

fn incumbent_code(value: &Item<'_>, log: &mut Log) -> Option<Spotted<IncumbentCode>> {
    let mut section = Section::open(value, "this `incumbent` code", log)?;
    let code = required_name(&mut section, "code", log);
    let from = readable(section.take("from"), |value| value.day(log));
    let until = readable(section.take("until"), |value| value.day(log));
    section.close(log);
    let (code, from, until) = (code?.value, from?, until?);
    let (from, until) = (from.map(|day| day.value), until.map(|day| day.value));
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        log.refuse(
            value.spot,
            format!("the code `{code}` ends before it begins"),
        );
        return None;
    }
    Some(value.spotted(IncumbentCode { code, from, until }))
}

fn vacant(value: &Item<'_>, log: &mut Log) -> Option<Vec<Name>> {
    let codes = value.texts(log)?;
    for code in codes.iter().filter(|code| code.value == "NULL") {
        let message = "a NULL code never means vacant: such rows are undecided. Only codes that the \
                       source writes can be declared vacant";
        log.refuse(code.spot, message);
    }
    Some(codes)
}

fn retailers(value: &Item<'_>, log: &mut Log) -> Option<RetailersDraft> {
    let mut section = Section::open(value, "`retailers`", log)?;
    let table = required_name(&mut section, "table", log);
    let column = required_name(&mut section, "column", log);
    let name = readable(section.take("name"), |name| name.filled_text(log));
    section.close(log);
    Some(RetailersDraft {
        table,
        column,
        name,
    })
}

/// What `until_is` of the ledger may say.
const ENDS: [(&str, Option<UntilIs>); 3] = [
    ("inclusive", Some(UntilIs::Inclusive)),
    ("exclusive", Some(UntilIs::Exclusive)),
    ("next", None),
];

const LISTED_RETAILERS: &str = "listed retailers";

/// `[ledgers.NAME]`, in the order of their names.
fn named_ledgers(value: &Item<'_>, log: &mut Log) -> Vec<Option<LedgerDraft>> {
    let Some(mut section) = Section::open(value, "`[ledgers]`", log) else {
        return vec![None];
    };
    let mut entries = section.take_all();
    entries.sort_by_key(|entry| entry.key);
    let draft = |entry: &Entry<'_>| {
        let name = Name {
            value: entry.key.to_owned(),
            spot: entry.spot,
        };
        if !is_id(entry.key) {
            let message = format!(
                "`{}` is no name of a ledger: 1 to 100 of the letters a to z, digits and `_`",
                entry.key.escape_debug()
            );
            log.refuse(entry.spot, message);
            return None;
        }
        ledger(&entry.value, Some(name), log)
    };
    entries.iter().map(draft).collect()
}

fn ledger(value: &Item<'_>, name: Option<Name>, log: &mut Log) -> Option<LedgerDraft> {
    let what = match &name {
        None => "`[ledger]`".to_owned(),
        Some(name) => format!("`[ledgers.{}]`", name.value),
    };
    let mut section = Section::open(value, &what, log)?;
    let draft = LedgerDraft {
        name,
        tables: one_or_several(&mut section, ("table", "tables"), "a ledger", log),
        key: required_names(&mut section, "key", log),
        retailer: required_name(&mut section, "retailer", log),
        from: required_name(&mut section, "from", log),
        end: end(&mut section, log),
        compare: required_word(&mut section, "compare", "comparison", &COMPARES, log),
        counts: readable(section.take("counts"), |value| counts(value, log)),
        own_when: match section.take("own_when") {
            None => Some(Vec::new()),
            Some(value) => own_whens(&value, log),
        },
        overlap_same_verdict: exception(&mut section, "overlap", "same verdict", log),
        gap_other: exception(&mut section, "gap", "other", log),
    };
    section.close(log);
    Some(draft)
}

/// `{ is = "…", basis = "…" }`: the one thing that may be said of such days beside undecided, and why.
fn exception(
    section: &mut Section<'_>,
    key: &'static str,
    word: &'static str,
    log: &mut Log,
) -> Option<Option<String>> {
    readable(section.take(key), |value| {
        let mut section = Section::open(value, &format!("`{key}`"), log)?;
        let is = required_word(&mut section, "is", "answer", &[(word, ())], log);
        let basis = required_name(&mut section, "basis", log);
        section.close(log);
        is.and(basis).map(|basis| basis.value)
    })
}

fn end(section: &mut Section<'_>, log: &mut Log) -> Option<EndDraft> {
    let until_is = required_word(section, "until_is", "meaning of an end", &ENDS, log);
    if until_is == Some(None) {
        for key in ["until", "open"] {
            if let Some(value) = section.take(key) {
                let message = format!(
                    "`{key}` has no meaning with `until_is = \"next\"`: a period ends where the key's next one \
                     begins"
                );
                log.refuse(value.spot, message);
                return None;
            }
        }
        return Some(EndDraft::Next);
    }
    let column = required_name(section, "until", log);
    let open = section
        .require("open")
        .and_then(|value| open_ends(&value, log));
    Some(EndDraft::Until {
        column: column?,
        until_is: until_is??,
        open: open?,
    })
}

fn counts(value: &Item<'_>, log: &mut Log) -> Option<CountsDraft> {
    let mut section = Section::open(value, "`counts`", log)?;
    let column = required_name(&mut section, "column", log);
    let counting = required_names(&mut section, "in", log);
    let never = section.require("never").and_then(|value| value.texts(log));
    let compare = optional_compare(&mut section, log);
    section.close(log);
    Some(CountsDraft {
        column: column?,
        counting: counting?,
        never: never?,
        compare: compare?,
    })
}

fn own_whens(value: &Item<'_>, log: &mut Log) -> Option<Vec<OwnWhenDraft>> {
    let items = value.list(log)?;
    let read: Vec<_> = items
        .iter()
        .filter_map(|item| own_when(item, log))
        .collect();
    (read.len() == items.len()).then_some(read)
}

fn own_when(value: &Item<'_>, log: &mut Log) -> Option<OwnWhenDraft> {
    let mut section = Section::open(value, "an entry of `own_when`", log)?;
    let column = required_name(&mut section, "column", log);
    let own = required_names(&mut section, "own", log);
    let other = section.require("other").and_then(|value| match value.raw {
        DeValue::String(text) if text == LISTED_RETAILERS => Some(None),
        DeValue::String(_) => {
            let message = format!("`other` is a list of values or \"{LISTED_RETAILERS}\"");
            log.refuse(value.spot, message);
            None
        }
        _ => value.texts(log).map(Some),
    });
    let compare = optional_compare(&mut section, log);
    section.close(log);
    Some(OwnWhenDraft {
        column: column?,
        own: own?,
        other: other?,
        compare: compare?,
    })
}

/// Days that mean "no end yet"; [`None`] stands for `"NULL"`.
pub(super) fn open_ends(value: &Item<'_>, log: &mut Log) -> Option<Vec<Option<Day>>> {
    let items = value.list(log)?;
    let mut ends: Vec<Option<Day>> = Vec::new();
    for item in &items {
        let end = match item.raw {
            DeValue::String(text) if text == "NULL" => Some(None),
            DeValue::Table(_) => open_day_with_basis(item, log).map(Some),
            _ => open_day(item, log).map(Some),
        };
        match end {
            Some(end) if ends.contains(&end) => {
                log.refuse(item.spot, "this end stands twice in `open`");
            }
            Some(end) => ends.push(end),
            None => {}
        }
    }
    (ends.len() == items.len()).then_some(ends)
}

/// A day that nobody's supply ends on. A real one would keep customers who left on it.
fn open_day(item: &Item<'_>, log: &mut Log) -> Option<Day> {
    let day = item.day(log)?;
    let (first, last) = (YEARS_OF_DATA.start(), YEARS_OF_DATA.end());
    let of_data = day_from_parts(*first, 1, 1)..=day_from_parts(*last, 12, 31);
    if of_data.contains(&Some(day.value)) {
        let written = day_text(day.value);
        let message = format!(
            "`{written}` is a day that supply can end on ({first} to {last}): whoever left on it would stay the incumbent's; if it \
             means \"no end yet\" nevertheless, write `{{ day = \"{written}\", basis = \"…\" }}`"
        );
        log.lint(Lint::OpenIsADay, day.spot, message);
    }
    Some(day.value)
}

fn open_day_with_basis(item: &Item<'_>, log: &mut Log) -> Option<Day> {
    let mut section = Section::open(item, "an end of `open`", log)?;
    let day = section.require("day").and_then(|value| value.day(log));
    let basis = required_name(&mut section, "basis", log);
    section.close(log);
    basis.and(day).map(|day| day.value)
}

fn release(value: &Item<'_>, log: &mut Log) -> Option<Vec<OpenedDraft>> {
    let mut section = Section::open(value, "`[release]`", log)?;
    let opened = section
        .require("any_retailer_on_other_rows")
        .and_then(|value| value.list(log));
    section.close(log);
    let mut read: Vec<OpenedDraft> = Vec::new();
    for item in &opened? {
        let Some(opened) = opened_table(item, log) else {
            continue;
        };
        let name = &opened.table;
        if read.iter().any(|other| other.table.value == name.value) {
            let message = format!("`{}` is opened twice", name.value.escape_debug());
            log.refuse(name.spot, message);
        }
        read.push(opened);
    }
    Some(read)
}

/// A table by its name, or with the reason for all of its rows.
fn opened_table(value: &Item<'_>, log: &mut Log) -> Option<OpenedDraft> {
    if !matches!(value.raw, DeValue::Table(_)) {
        let table = value.filled_text(log)?;
        return Some(OpenedDraft {
            table,
            has_basis: false,
        });
    }
    let mut section = Section::open(value, "an opened table", log)?;
    let table = required_name(&mut section, "table", log);
    let basis = required_name(&mut section, "basis", log);
    section.close(log);
    Some(OpenedDraft {
        table: table?,
        has_basis: basis.is_some(),
    })
}
