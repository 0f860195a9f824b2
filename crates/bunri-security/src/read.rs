//! The incident file, read with every mistake at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_text::{
    Entry, Item, Log, Problems, Section, decode, listed, parse_toml, read_file, readable,
};
use toml::de::DeValue;

use crate::file::{
    AccessLog, Action, ColumnMap, Companies, Encoding, IncidentFile, Place, Side, TableFile,
};
use crate::moment::{Clock, parse_offset};
use crate::rules::{RULES, RuleTerms};
use crate::tables::{ACCESS_LOG, Field, FieldKind, Need, TABLES, TableSpec};

const ENCODINGS: [(&str, Encoding); 2] = [("utf-8", Encoding::Utf8), ("cp932", Encoding::Cp932)];
const JAPAN: Clock = 9 * 3_600;

/// Reads an incident file. Paths in it are relative to it.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load_incidents(path: &Path) -> Result<IncidentFile, Problems> {
    let bytes = read_file(path).map_err(|why| Problems::whole(path, why))?;
    let mut log = Log::default();
    let files = [decode(0, path.to_owned(), bytes, &mut log)];
    let tree = files[0]
        .readable
        .then(|| parse_toml(0, &files[0].text, &mut log))
        .flatten();
    let file = tree.and_then(|tree| incidents(Section::file(0, tree.get_ref()), path, &mut log));
    match file {
        Some(file) if log.is_empty() => Ok(file),
        _ => Err(log.into_problems(&files)),
    }
}

/// Reads the whole file.
fn incidents(mut file: Section<'_>, path: &Path, log: &mut Log) -> Option<IncidentFile> {
    let base = path.parent().unwrap_or(Path::new(""));
    let label = file
        .require("label")
        .and_then(|value| one_line(&value, log));
    let job = file
        .require("job")
        .and_then(|value| value.filled_text(log))
        .map(|job| base.join(job.value));
    let judged_on = file.require("judged_on").and_then(|value| value.day(log));
    let clock = readable(file.take("clock"), |value| clock(value, log));
    let companies = file
        .require("companies")
        .and_then(|value| companies(&value, log));
    let tables = match file.take("tables") {
        Some(value) => tables(&value, base, log),
        None => Some(BTreeMap::new()),
    };
    let access_log = readable(file.take("access_log"), |value| {
        access_log(value, base, log)
    });
    let rules = rules(file.take("rules"), log);
    file.close(log);
    Some(IncidentFile {
        path: path.to_owned(),
        label: label?,
        job: job?,
        judged_on: judged_on?.value,
        clock: clock?.unwrap_or(JAPAN),
        companies: companies?,
        tables: tables?,
        access_log: access_log?,
        rules: rules?,
    })
}

fn one_line(value: &Item<'_>, log: &mut Log) -> Option<String> {
    let text = value.filled_text(log)?;
    if text.value.chars().any(char::is_control) {
        log.refuse(
            text.spot,
            format!("{} holds a control character", value.label()),
        );
        return None;
    }
    Some(text.value)
}

fn clock(value: &Item<'_>, log: &mut Log) -> Option<Clock> {
    let text = value.filled_text(log)?;
    let clock = parse_offset(&text.value);
    if clock.is_none() {
        let message = "`clock` is an offset from UTC, such as \"+09:00\" (Japan) or \"Z\"";
        log.refuse(text.spot, message);
    }
    clock
}

/// Every company once, on one side.
fn companies(value: &Item<'_>, log: &mut Log) -> Option<Companies> {
    let mut section = Section::open(value, "`[companies]`", log)?;
    let mut companies = BTreeMap::new();
    let mut good = true;
    for (word, side) in Side::WORDS {
        let needed = matches!(side, Side::Operator | Side::Retail);
        let names = if needed {
            section.require(word)
        } else {
            section.take(word)
        };
        let Some(names) = names else {
            good &= !needed;
            continue;
        };
        let Some(names) = names.some_texts(log) else {
            good = false;
            continue;
        };
        for name in names {
            if let Some(other) = companies.insert(name.value.clone(), side) {
                let message = format!(
                    "`{}` stands under `{}` already: a company is on one side",
                    name.value,
                    other.word()
                );
                log.refuse(name.spot, message);
                good = false;
            }
        }
    }
    section.close(log);
    good.then_some(Companies(companies))
}

fn tables(
    value: &Item<'_>,
    base: &Path,
    log: &mut Log,
) -> Option<BTreeMap<crate::tables::TableName, TableFile>> {
    let mut section = Section::open(value, "`[tables]`", log)?;
    let mut tables = BTreeMap::new();
    let mut good = true;
    for spec in &TABLES {
        if let Some(value) = section.take(spec.name) {
            match table(&value, spec, base, log) {
                Some(file) => {
                    tables.insert(spec.table, file);
                }
                None => good = false,
            }
        }
    }
    section.close(log);
    good.then_some(tables)
}

fn table(value: &Item<'_>, spec: &TableSpec, base: &Path, log: &mut Log) -> Option<TableFile> {
    let what = format!("`[tables.{}]`", spec.name);
    let mut section = Section::open(value, &what, log)?;
    let file = table_file(&mut section, spec, base, log);
    section.close(log);
    file
}

/// The keys that say where a table is, and its columns.
fn table_file(
    section: &mut Section<'_>,
    spec: &TableSpec,
    base: &Path,
    log: &mut Log,
) -> Option<TableFile> {
    let place = place(section, base, log);
    let columns = section
        .require("columns")
        .and_then(|value| columns(&value, spec, log));
    Some(TableFile {
        place: place?,
        columns: columns?,
    })
}

fn place(section: &mut Section<'_>, base: &Path, log: &mut Log) -> Option<Place> {
    let spot = section.spot();
    match (section.take("csv"), section.take("sqlite")) {
        (Some(files), None) => {
            let paths = paths(&files, base, log);
            let encoding = readable(section.take("encoding"), |value| {
                value.word("encoding", &ENCODINGS, log)
            });
            let delimiter = readable(section.take("delimiter"), |value| delimiter(value, log));
            Some(Place::Csv {
                paths: paths?,
                encoding: encoding?.map_or(Encoding::Utf8, |word| word.value),
                delimiter: delimiter?.unwrap_or(b','),
            })
        }
        (None, Some(path)) => {
            let path = path.filled_text(log);
            let table = section
                .require("table")
                .and_then(|value| value.filled_text(log));
            Some(Place::Sqlite {
                path: base.join(path?.value),
                table: table?.value,
            })
        }
        (None, None) | (Some(_), Some(_)) => {
            log.refuse(
                spot,
                "a table is in one place: `csv = \"file.csv\"`, or `sqlite = \"file.db\"` with `table`",
            );
            None
        }
    }
}

fn paths(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<Vec<PathBuf>> {
    let texts = match value.raw {
        DeValue::Array(_) => value.some_texts(log)?,
        _ => vec![value.filled_text(log)?],
    };
    Some(
        texts
            .into_iter()
            .map(|text| base.join(text.value))
            .collect(),
    )
}

fn delimiter(value: &Item<'_>, log: &mut Log) -> Option<u8> {
    let text = value.text(log)?;
    if let [sign @ (b'\t' | b',' | b';' | b'|')] = text.value.as_bytes() {
        return Some(*sign);
    }
    log.refuse(
        text.spot,
        "`delimiter` is one of \",\", \";\", \"|\" and \"\\t\"",
    );
    None
}

fn columns(value: &Item<'_>, spec: &TableSpec, log: &mut Log) -> Option<Vec<Option<ColumnMap>>> {
    let what = format!("the columns of `{}`", spec.name);
    let mut section = Section::open(value, &what, log)?;
    let mut columns = Vec::new();
    let mut good = true;
    for field in spec.fields {
        let written = match field.need {
            Need::Filled | Need::Column => section.require(field.name),
            Need::Optional => section.take(field.name),
        };
        let map = written.as_ref().map(|value| column(value, field, log));
        good &= !matches!(map, Some(None)) && (map.is_some() || field.need == Need::Optional);
        columns.push(map.flatten());
    }
    section.close(log);
    good.then_some(columns)
}

/// A column's name, or its name with what its cells mean.
fn column(value: &Item<'_>, field: &Field, log: &mut Log) -> Option<ColumnMap> {
    if let DeValue::String(_) = value.raw {
        let column = value.filled_text(log)?.value;
        if matches!(field.kind, FieldKind::GrantKind) {
            let message = "say which words mean what: `{ column = \"…\", emergency = [\"…\"], standing = [\"…\"] }`";
            log.refuse(value.spot, message);
            return None;
        }
        return Some(ColumnMap {
            column,
            ..ColumnMap::of(field.kind)
        });
    }
    let what = format!("the column of `{}`", field.name);
    let mut section = Section::open(value, &what, log)?;
    let mut map = ColumnMap::of(field.kind);
    let column = section
        .require("column")
        .and_then(|value| value.filled_text(log));
    let mut good = column.is_some();
    let mut words = |section: &mut Section<'_>, key, list: &mut Vec<String>, log: &mut Log| {
        let written = section.take(key).map(|value| value.some_texts(log));
        match written {
            None => {}
            Some(None) => good = false,
            Some(Some(texts)) => *list = texts.into_iter().map(|text| text.value).collect(),
        }
    };
    words(&mut section, "nothing", &mut map.nothing, log);
    match field.kind {
        FieldKind::Name | FieldKind::From | FieldKind::Number => {}
        FieldKind::Names => {
            words(&mut section, "every", &mut map.every, log);
            if let Some(value) = section.take("separator") {
                match value.text(log).filter(|text| !text.value.is_empty()) {
                    Some(text) => map.separator = text.value,
                    None => good = false,
                }
            }
        }
        FieldKind::Truth => {
            words(&mut section, "yes", &mut map.yes, log);
            words(&mut section, "no", &mut map.no, log);
        }
        FieldKind::Day | FieldKind::Until => words(&mut section, "open", &mut map.open, log),
        FieldKind::GrantKind => {
            words(&mut section, "emergency", &mut map.emergency, log);
            words(&mut section, "standing", &mut map.standing, log);
        }
    }
    section.close(log);
    map.column = column?.value;
    for (one, other) in [(&map.yes, &map.no), (&map.emergency, &map.standing)] {
        if let Some(word) = one.iter().find(|word| other.contains(word)) {
            log.refuse(
                value.spot,
                format!("`{word}` means one thing and its opposite"),
            );
            good = false;
        }
    }
    good.then_some(map)
}

impl ColumnMap {
    /// What cells mean where the file does not say it.
    fn of(kind: FieldKind) -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let mut map = Self::default();
        match kind {
            FieldKind::Names => {
                map.separator = ",".to_owned();
                map.every = words(&["*"]);
            }
            FieldKind::Truth => {
                map.yes = words(&["1"]);
                map.no = words(&["0"]);
            }
            FieldKind::Name
            | FieldKind::Day
            | FieldKind::From
            | FieldKind::Until
            | FieldKind::Number
            | FieldKind::GrantKind => {}
        }
        map
    }
}

fn access_log(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<AccessLog> {
    let mut section = Section::open(value, "`[access_log]`", log)?;
    let table = table_file(&mut section, &ACCESS_LOG, base, log);
    let actions = section
        .require("actions")
        .and_then(|value| actions(&value, log));
    section.close(log);
    Some(AccessLog {
        table: table?,
        actions: actions?,
    })
}

fn actions(value: &Item<'_>, log: &mut Log) -> Option<BTreeMap<String, Action>> {
    let mut section = Section::open(value, "the words of `actions`", log)?;
    let mut actions = BTreeMap::new();
    let mut good = true;
    for (word, action) in Action::WORDS {
        let Some(value) = section.take(word) else {
            continue;
        };
        for text in value.some_texts(log).into_iter().flatten() {
            if actions.insert(text.value.clone(), action).is_some() {
                log.refuse(text.spot, format!("`{}` means two actions", text.value));
                good = false;
            }
        }
    }
    section.close(log);
    good.then_some(actions)
}

/// The rules' own terms, with what the file changes of them.
fn rules(value: Option<Item<'_>>, log: &mut Log) -> Option<BTreeMap<&'static str, RuleTerms>> {
    let mut rules: BTreeMap<&'static str, RuleTerms> =
        RULES.iter().map(|rule| (rule.name, rule.terms())).collect();
    let Some(value) = value else {
        return Some(rules);
    };
    let mut good = true;
    for entry in Section::open(&value, "`[rules]`", log)?.take_all() {
        let Some(rule) = RULES.iter().find(|rule| rule.name == entry.key) else {
            let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
            let hint = log
                .did_you_mean(entry.key, names.iter().copied())
                .unwrap_or_else(|| format!("the rules are {}", listed(&names)));
            log.refuse_hint(
                entry.spot,
                format!("unknown rule `{}`", entry.key),
                Some(hint),
            );
            good = false;
            continue;
        };
        match terms(&entry, rule.terms(), log) {
            Some(terms) => {
                rules.insert(rule.name, terms);
            }
            None => good = false,
        }
    }
    good.then_some(rules)
}

/// A threshold that is not the rule's own, or a rule that is left out, needs a basis.
fn terms(entry: &Entry<'_>, mut terms: RuleTerms, log: &mut Log) -> Option<RuleTerms> {
    let what = format!("the terms of `{}`", entry.key);
    let mut section = Section::open(&entry.value, &what, log)?;
    let mut good = true;
    for (name, number) in &mut terms.thresholds {
        if let Some(value) = section.take(name) {
            match value.integer(0..=i64::from(u32::MAX), log) {
                Some(written) => *number = Some(written.unsigned_abs()),
                None => good = false,
            }
        }
    }
    if let Some(value) = section.take("off") {
        match value.raw {
            DeValue::Boolean(off) => terms.off = *off,
            _ => {
                value.refuse_kind("true or false", log);
                good = false;
            }
        }
    }
    match section.require("basis").map(|value| one_line(&value, log)) {
        Some(Some(basis)) => terms.basis = basis,
        Some(None) | None => good = false,
    }
    section.close(log);
    good.then_some(terms)
}
