//! The keys of the incident file that say where a table is and how its cells are read.

use std::path::{Path, PathBuf};

use bunri_text::{Item, Log, Section, readable};
use toml::de::DeValue;

use crate::file::{ColumnMap, Encoding, Place, TableFile};
use crate::tables::{Field, FieldKind, Need, TableSpec};

const ENCODINGS: [(&str, Encoding); 2] = [("utf-8", Encoding::Utf8), ("cp932", Encoding::Cp932)];

pub(crate) fn one_line(value: &Item<'_>, log: &mut Log) -> Option<String> {
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

/// The keys that say where a table is, and its columns.
pub(crate) fn table_file(
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
            let encoding = encoding(section, log);
            let delimiter = readable(section.take("delimiter"), |value| delimiter(value, log));
            Some(Place::Csv {
                paths: paths?,
                encoding: encoding?,
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

pub(crate) fn paths(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<Vec<PathBuf>> {
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

pub(crate) fn encoding(section: &mut Section<'_>, log: &mut Log) -> Option<Encoding> {
    let word = readable(section.take("encoding"), |value| {
        value.word("encoding", &ENCODINGS, log)
    })?;
    Some(word.map_or(Encoding::Utf8, |word| word.value))
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

/// Which column is which field, with those that the table needs.
fn columns(value: &Item<'_>, spec: &TableSpec, log: &mut Log) -> Option<Vec<Option<ColumnMap>>> {
    columns_where(value, spec, |field| field.need != Need::Optional, log)
}

/// The same, with none that is needed: something else may say where the others are.
pub(crate) fn columns_if_said(
    value: &Item<'_>,
    spec: &TableSpec,
    log: &mut Log,
) -> Option<Vec<Option<ColumnMap>>> {
    columns_where(value, spec, |_| false, log)
}

fn columns_where(
    value: &Item<'_>,
    spec: &TableSpec,
    needed: impl Fn(&Field) -> bool,
    log: &mut Log,
) -> Option<Vec<Option<ColumnMap>>> {
    let what = format!("the columns of `{}`", spec.name);
    let mut section = Section::open(value, &what, log)?;
    let mut columns = Vec::new();
    let mut good = true;
    for field in spec.fields {
        let needed = needed(field);
        let written = match needed {
            true => section.require(field.name),
            false => section.take(field.name),
        };
        let map = written.as_ref().map(|value| column(value, field, log));
        good &= !matches!(map, Some(None)) && (map.is_some() || !needed);
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
                match value.text(log) {
                    Some(text) if text.value.is_empty() => {
                        log.refuse(text.spot, format!("{} is empty", value.label()));
                        good = false;
                    }
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
