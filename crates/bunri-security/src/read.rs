//! The incident file, read with every mistake at once.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_text::{Entry, Item, Log, Problems, Section, listed, load_toml, readable};
use toml::de::DeValue;

use crate::access_log::access_log;
use crate::file::{Companies, IncidentFile, Side, TableFile};
use crate::moment::{Clock, parse_offset};
use crate::read_table::{one_line, table_file};
use crate::rule::{Rule, RuleTerms};
use crate::tables::{TABLES, TableSpec};

const JAPAN: Clock = 9 * 3_600;

/// Reads an incident file. Paths in it are relative to it.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load_incidents(path: &Path) -> Result<IncidentFile, Problems> {
    load_toml(path, |file, source, log| incidents(file, &source.path, log))
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

/// The rules' own terms, with what the file changes of them.
fn rules(value: Option<Item<'_>>, log: &mut Log) -> Option<BTreeMap<&'static str, RuleTerms>> {
    let mut rules: BTreeMap<&'static str, RuleTerms> =
        Rule::all().map(|rule| (rule.name, rule.terms())).collect();
    let Some(value) = value else {
        return Some(rules);
    };
    let mut good = true;
    for entry in Section::open(&value, "`[rules]`", log)?.take_all() {
        let Some(rule) = Rule::all().find(|rule| rule.name == entry.key) else {
            let names: Vec<&str> = Rule::all().map(|rule| rule.name).collect();
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
