//! `[columns]` and `[types]`: every column in store order, what it is and what it holds.

use bunri_catalogue::draft::{ClassDraft, ColumnDraft};
use bunri_catalogue::{Category, Class};
use bunri_text::{Entry, Item, Log, Name, Section};
use bunri_types::{ValueForm, ValueType};
use toml::de::DeValue;

use super::{class, is_id, optional_compare, optional_text};

/// The reason column of the quarantine; a source column of that name would collide with it.
const RESERVED: &str = "bunri_reason";

/// No database that we know has wider tables. Every column is looked at with every other in places.
const MOST_COLUMNS: usize = 4096;

/// Reads both sections. Columns without a declared type are text.
pub(crate) fn columns(
    columns: Option<Item<'_>>,
    types: Option<Item<'_>>,
    log: &mut Log,
) -> Vec<ColumnDraft> {
    let entries = names(columns.as_ref(), "`[columns]`", log);
    if entries.is_empty()
        && let Some(value) = &columns
        && matches!(value.raw, DeValue::Table(_))
    {
        log.refuse(
            value.spot,
            "`[columns]` is empty: list every column with its class",
        );
    }
    let mut drafts: Vec<ColumnDraft> = entries.iter().map(|entry| column(entry, log)).collect();
    for entry in names(types.as_ref(), "`[types]`", log) {
        declare(&entry, &mut drafts, log);
    }
    drafts
}

fn names<'a>(value: Option<&Item<'a>>, what: &str, log: &mut Log) -> Vec<Entry<'a>> {
    let section = value.and_then(|value| Section::open(value, what, log));
    let Some(mut section) = section else {
        return Vec::new();
    };
    let mut names = section.take_all();
    if let Some(first) = names.get(MOST_COLUMNS) {
        let message = format!(
            "{what} lists {} columns; no table has more than {MOST_COLUMNS}",
            names.len()
        );
        log.refuse(first.spot, message);
        names.truncate(MOST_COLUMNS);
    }
    names
}

fn column(entry: &Entry<'_>, log: &mut Log) -> ColumnDraft {
    let name = Name {
        value: entry.key.to_owned(),
        spot: entry.spot,
    };
    check_name(&name, log);
    let mut draft = ColumnDraft {
        name,
        class: None,
        value_type: Some(ValueType::Text),
        reading: ValueForm::default(),
        category: None,
        rekey: None,
        rows: None,
        basis: None,
        note: None,
    };
    match entry.value.raw {
        DeValue::String(_) => draft.class = fixed(&entry.value, log),
        // A dot outside quotes makes a table that begins where its key does.
        DeValue::Table(_) if entry.value.spot == entry.spot => {
            let message = "a column name with a dot needs quotes, as in `\"a.b\"`";
            log.refuse(entry.spot, message);
        }
        DeValue::Table(_) => detailed(entry, &mut draft, log),
        _ => entry
            .value
            .refuse_kind("a class in quotes or a table `{ class = … }`", log),
    }
    draft
}

fn check_name(name: &Name, log: &mut Log) {
    if name.value == RESERVED {
        log.refuse(
            name.spot,
            format!("`{RESERVED}` is the name of the quarantine's own column"),
        );
    } else if name.value.is_empty() || name.value.chars().any(char::is_control) {
        log.refuse(
            name.spot,
            "a column name is empty or holds a control character",
        );
    }
}

fn fixed(value: &Item<'_>, log: &mut Log) -> Option<ClassDraft> {
    class(value, log).map(ClassDraft::Fixed)
}

fn detailed(entry: &Entry<'_>, draft: &mut ColumnDraft, log: &mut Log) {
    let what = format!("the column `{}`", entry.key);
    let Some(mut section) = Section::open(&entry.value, &what, log) else {
        return;
    };
    draft.class = if section.has("by") || section.has("cases") || section.has("else") {
        by_value(&mut section, log)
    } else {
        section
            .require("class")
            .and_then(|value| fixed(&value, log))
    };
    draft.category = section
        .take("category")
        .and_then(|value| category(&value, log));
    draft.rekey = section.take("rekey").and_then(|value| rekey(&value, log));
    draft.rows = section
        .take("rows")
        .map(|value| super::rows::rule(&value, log));
    draft.basis = optional_text(&mut section, "basis", log);
    draft.note = optional_text(&mut section, "note", log);
    section.close(log);
}

fn category(value: &Item<'_>, log: &mut Log) -> Option<Category> {
    let words = Category::ALL.map(|category| (category.word(), category));
    value
        .word("category", &words, log)
        .map(|category| category.value)
}

/// The name stands in the job too, so it is as plain as an id.
fn rekey(value: &Item<'_>, log: &mut Log) -> Option<Name> {
    let name = value.filled_text(log)?;
    if !is_id(&name.value) {
        let message = "the name of a `rekey` is 1 to 100 of the letters a to z, digits and `_`";
        log.refuse(name.spot, message);
        return None;
    }
    Some(name)
}

fn by_value(section: &mut Section<'_>, log: &mut Log) -> Option<ClassDraft> {
    if let Some(value) = section.take("class") {
        log.refuse(
            value.spot,
            "a column has either `class`, or `by` with `cases` and `else`",
        );
    }
    let by = super::required_name(section, "by", log);
    let compare = optional_compare(section, log);
    let cases = section
        .require("cases")
        .and_then(|value| cases(&value, log));
    let otherwise = section.require("else").and_then(|value| class(&value, log));
    Some(ClassDraft::ByValue {
        by: by?,
        compare: compare?,
        cases: cases?,
        otherwise: otherwise?,
    })
}

fn cases(value: &Item<'_>, log: &mut Log) -> Option<Vec<(Name, Class)>> {
    let mut section = Section::open(value, "`cases`", log)?;
    let entries = section.take_all();
    if entries.is_empty() {
        log.refuse(
            value.spot,
            "`cases` is empty: a column with one class needs no `by`",
        );
        return None;
    }
    let case = |entry: &Entry<'_>, log: &mut Log| {
        let class = class(&entry.value, log)?;
        Some((
            Name {
                value: entry.key.to_owned(),
                spot: entry.spot,
            },
            class,
        ))
    };
    let read: Vec<_> = entries
        .iter()
        .filter_map(|entry| case(entry, log))
        .collect();
    (read.len() == entries.len()).then_some(read)
}

/// One line of `[types]`.
fn declare(entry: &Entry<'_>, drafts: &mut [ColumnDraft], log: &mut Log) {
    let declared = super::types::declared(entry, log);
    if let Some(draft) = drafts
        .iter_mut()
        .find(|draft| draft.name.value == entry.key)
    {
        match declared {
            Some(declared) => {
                draft.value_type = Some(declared.value_type);
                draft.reading = declared.reading;
            }
            None => draft.value_type = None,
        }
        return;
    }
    let hint = log.did_you_mean(
        entry.key,
        drafts.iter().map(|draft| draft.name.value.as_str()),
    );
    let message = format!(
        "`[types]` declares `{}`, which `[columns]` does not list",
        entry.key
    );
    log.refuse_hint(entry.spot, message, hint);
}
