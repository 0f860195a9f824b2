//! `[[control]]`: figures that the legacy team makes itself, by group. docs/control.md says what they are held against.

use std::path::{Path, PathBuf};

use bunri_text::{Item, Log, Position, Section, position, readable};

use crate::paths::{is_within, path_of};

/// One set of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Control {
    /// What reports call it.
    pub name: String,
    /// The table's id.
    pub table: String,
    /// Columns whose values make the groups.
    pub by: Vec<String>,
    /// The date or timestamp whose month makes them too.
    pub month_of: Option<String>,
    /// Columns that are summed.
    pub sums: Vec<String>,
    /// The legacy team's answer.
    pub figures: PathBuf,
    /// Where it stands in the job.
    pub(crate) place: Option<Position>,
}

/// Reads every `[[control]]`. [`None`] after a mistake.
pub(crate) fn controls(
    value: Option<Item<'_>>,
    (base, retail): (&Path, Option<&Path>),
    text: &str,
    log: &mut Log,
) -> Option<Vec<Control>> {
    let Some(value) = value else {
        return Some(Vec::new());
    };
    let items = value.list(log)?;
    let mut controls: Vec<Control> = Vec::new();
    for item in &items {
        let Some(control) = control(item, (base, retail), text, log) else {
            continue;
        };
        if controls.iter().any(|other| other.name == control.name) {
            let message = format!("two `[[control]]` are called `{}`", control.name);
            log.refuse(item.spot, message);
        }
        controls.push(control);
    }
    (controls.len() == items.len()).then_some(controls)
}

fn control(
    item: &Item<'_>,
    (base, retail): (&Path, Option<&Path>),
    text: &str,
    log: &mut Log,
) -> Option<Control> {
    let mut section = Section::open(item, "`[[control]]`", log)?;
    let name = section.require("name").and_then(|value| {
        let name = value.filled_text(log)?;
        if name.value.chars().any(char::is_control) {
            log.refuse(name.spot, "`name` holds a control character");
            return None;
        }
        Some(name.value)
    });
    let table = section
        .require("table")
        .and_then(|value| value.filled_text(log));
    let by = columns(section.take("by"), log);
    let month_of = readable(section.take("month_of"), |value| value.filled_text(log));
    let sums = columns(section.take("sums"), log);
    let figures = path_of(&mut section, "figures", base, log);
    section.close(log);
    let figures = figures?;
    if retail.is_some_and(|retail| is_within(&figures.value, retail)) {
        let message = "the figures lie inside the `retail` folder: they speak of all customers, keep them in custody";
        log.refuse(figures.spot, message);
    }
    Some(Control {
        name: name?,
        table: table?.value,
        by: by?,
        month_of: month_of?.map(|column| column.value),
        sums: sums?,
        figures: figures.value,
        place: item.spot.offset.map(|offset| position(text, offset)),
    })
}

fn columns(value: Option<Item<'_>>, log: &mut Log) -> Option<Vec<String>> {
    let Some(value) = value else {
        return Some(Vec::new());
    };
    let names = value.some_texts(log)?;
    Some(names.into_iter().map(|name| name.value).collect())
}
