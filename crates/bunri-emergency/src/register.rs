//! The register of emergencies: what was declared, and what was granted to whom under a declaration. What is wrong with a grant (no end,
//! wider than its declaration) is not a mistake of the text: `make` refuses such a grant, and `review` tells of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_evidence::Role;
use bunri_job::{path_of, role};
use bunri_selection::{Condition, conditions};
use bunri_text::{
    Entry, Item, Log, Position, Problems, Section, SourceFile, Spotted, load_toml, named, position,
    readable,
};
use jiff::Timestamp;

/// From when to when; the last moment is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment behind; [`None`]: it never ends.
    pub until: Option<Timestamp>,
}

/// Rows and columns of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The table's id.
    pub table: String,
    /// The fields.
    pub columns: Vec<String>,
    /// Which rows; none: the whole table.
    pub conditions: Vec<Condition>,
}

/// An emergency that somebody declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// For people.
    pub text: String,
    /// When.
    pub window: Window,
    /// Where, and which fields.
    pub areas: Vec<Area>,
    /// Where it stands in the register.
    pub place: Option<Position>,
}

/// Who may have what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The declaration.
    pub declaration: String,
    /// Whom it names.
    pub recipients: Vec<String>,
    /// When.
    pub window: Window,
    /// Where, and which fields.
    pub areas: Vec<Area>,
    /// Where it stands in the register.
    pub place: Option<Position>,
}

/// A person, or a device of a person.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// As people call it.
    pub name: String,
    /// To whom it is sealed.
    pub key: age::x25519::Recipient,
}

/// The whole register.
#[derive(Debug, Clone)]
pub struct EmergencyRegister {
    /// The file.
    pub path: PathBuf,
    /// The transmission store.
    pub store: PathBuf,
    /// The custodian's folder: keys of grants, envelopes, and the ledger.
    pub custody: PathBuf,
    /// A window of more days is too long.
    pub most_days: u32,
    /// Who approves.
    pub approvers: Role,
    /// By name.
    pub recipients: BTreeMap<String, Recipient>,
    /// By name.
    pub declarations: BTreeMap<String, Declaration>,
    /// By name.
    pub grants: BTreeMap<String, Grant>,
}

/// Reads a register.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load_emergency(path: &Path) -> Result<EmergencyRegister, Problems> {
    load_toml(path, read)
}

fn read(mut file: Section<'_>, source: &SourceFile, log: &mut Log) -> Option<EmergencyRegister> {
    let base = source.path.parent().map(Path::to_owned).unwrap_or_default();
    let store = path_of(&mut file, "store", &base, log);
    let custody = path_of(&mut file, "custody", &base, log);
    let most_days = file
        .require("most_days")
        .and_then(|value| value.integer(1..=3_660, log));
    let approvers = file.require("approver").and_then(|value| role(&value, log));
    let recipients = named(
        file.require("recipient"),
        "`[recipient]`",
        log,
        &mut recipient,
    );
    let declarations = named(
        file.require("declaration"),
        "`[declaration]`",
        log,
        &mut |entry, log| declaration(entry, &source.text, log),
    );
    let known = (
        recipients.clone().unwrap_or_default(),
        declarations.clone().unwrap_or_default(),
    );
    let grants = named(
        file.require("grant"),
        "`[grant]`",
        log,
        &mut |entry, log| grant(entry, &known, &source.text, log),
    );
    file.close(log);
    let (store, custody) = (store?, custody?);
    if bunri_job::is_within(&custody.value, &store.value) {
        log.refuse(
            custody.spot,
            "`custody` lies in the store's folder, where nothing but the store may lie",
        );
    }
    Some(EmergencyRegister {
        path: source.path.clone(),
        store: store.value,
        custody: custody.value,
        most_days: u32::try_from(most_days?).ok()?,
        approvers: approvers?,
        recipients: recipients?,
        declarations: declarations?,
        grants: grants?,
    })
}

fn recipient(entry: &Entry<'_>, log: &mut Log) -> Option<Recipient> {
    let mut section = Section::open(&entry.value, "a recipient", log)?;
    let name = section.require("name").and_then(|value| value.line(log));
    let key = section.require("age").and_then(|value| {
        let text = value.filled_text(log)?;
        if text.value.to_ascii_uppercase().contains("SECRET-KEY") {
            let message = "this is a secret key: whoever reads this file can open what is sealed to it. Take a new one, and put its public half here";
            log.refuse(text.spot, message);
            return None;
        }
        match text.value.parse() {
            Ok(key) => Some(key),
            Err(_) => {
                log.refuse(text.spot, "`age` is the public half of an X25519 identity, `age1…`, as `bunri emergency key` and `age-keygen` print it");
                None
            }
        }
    });
    section.close(log);
    Some(Recipient {
        name: name?,
        key: key?,
    })
}

fn declaration(entry: &Entry<'_>, text: &str, log: &mut Log) -> Option<Declaration> {
    let mut section = Section::open(&entry.value, "a declaration", log)?;
    let why = section.require("text").and_then(|value| value.line(log));
    let window = window(&mut section, log);
    let areas = areas(section.require("table"), log);
    section.close(log);
    Some(Declaration {
        text: why?,
        window: window?,
        areas: areas?,
        place: entry.spot.offset.map(|offset| position(text, offset)),
    })
}

fn grant(
    entry: &Entry<'_>,
    (people, declared): &(BTreeMap<String, Recipient>, BTreeMap<String, Declaration>),
    text: &str,
    log: &mut Log,
) -> Option<Grant> {
    let mut section = Section::open(&entry.value, "a grant", log)?;
    let declaration = section
        .require("declaration")
        .and_then(|value| value.filled_text(log));
    let recipients = section
        .require("recipients")
        .and_then(|value| value.some_texts(log));
    let window = window(&mut section, log);
    let areas = areas(section.require("table"), log);
    section.close(log);
    if let Some(name) = &declaration
        && !declared.is_empty()
        && !declared.contains_key(&name.value)
    {
        log.refuse(
            name.spot,
            format!("there is no `[declaration.{}]`", name.value.escape_debug()),
        );
    }
    for name in recipients.iter().flatten() {
        if !people.is_empty() && !people.contains_key(&name.value) {
            log.refuse(
                name.spot,
                format!("there is no `[recipient.{}]`", name.value.escape_debug()),
            );
        }
    }
    Some(Grant {
        declaration: declaration?.value,
        recipients: recipients?.into_iter().map(|name| name.value).collect(),
        window: window?,
        areas: areas?,
        place: entry.spot.offset.map(|offset| position(text, offset)),
    })
}

fn window(section: &mut Section<'_>, log: &mut Log) -> Option<Window> {
    let from = section
        .require("from")
        .and_then(|value| moment(&value, log));
    let until = readable(section.take("until"), |value| moment(value, log));
    let (from, until) = (from?, until?);
    if let Some(until) = &until
        && until.value <= from.value
    {
        log.refuse(until.spot, "`until` does not lie behind `from`");
        return None;
    }
    Some(Window {
        from: from.value,
        until: until.map(|until| until.value),
    })
}

fn moment(value: &Item<'_>, log: &mut Log) -> Option<Spotted<Timestamp>> {
    let text = value.filled_text(log)?;
    // A time without an offset is nobody's: jiff refuses it.
    match text.value.parse::<Timestamp>() {
        Ok(moment) => Some(value.spotted(moment)),
        Err(_) => {
            let message = format!(
                "{} is a moment with its offset, in quotes: \"2026-04-01T09:00:00+09:00\"",
                value.label()
            );
            log.refuse(text.spot, message);
            None
        }
    }
}

fn areas(value: Option<Item<'_>>, log: &mut Log) -> Option<Vec<Area>> {
    let value = value?;
    let items = value.list(log)?;
    if items.is_empty() {
        log.refuse(value.spot, "no table is named");
        return None;
    }
    let mut read: Vec<Area> = Vec::new();
    for item in &items {
        let mut section = Section::open(item, "a table", log)?;
        let table = section
            .require("table")
            .and_then(|value| value.filled_text(log));
        let columns = section
            .require("columns")
            .and_then(|value| value.some_texts(log));
        let area = section
            .require("area")
            .and_then(|value| conditions(&value, log));
        section.close(log);
        let (table, columns, area) = (table?, columns?, area?);
        if read.iter().any(|other| other.table == table.value) {
            log.refuse(
                table.spot,
                format!("table `{}` is named twice", table.value.escape_debug()),
            );
        }
        read.push(Area {
            table: table.value,
            columns: columns.into_iter().map(|name| name.value).collect(),
            conditions: area.into_iter().map(|it| it.value).collect(),
        });
    }
    Some(read)
}
