//! A request: what is asked, for which purpose, by whom, for whom. Held against the register before a store is opened.

use std::path::{Path, PathBuf};

use bunri_job::path_of;
use bunri_selection::{Condition, conditions};
use bunri_text::{Log, Name, Problems, Section, SourceFile, Spotted, load_toml, readable};
use bunri_types::{month_of_day, parse_day};

use crate::register::{Answer, Purpose, Recipient, RecipientKind, Register, load_register};

/// A request that the register allows. Only [`load_request`] makes one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Request {
    /// The register it was held against.
    pub register: Register,
    /// The folder of the store.
    pub store: PathBuf,
    /// The purpose, by name and as the register has it.
    pub purpose: (String, Purpose),
    /// The recipient, by name and as the register has it.
    pub recipient: (String, Recipient),
    /// Who asks.
    pub requester: String,
    /// The person at the operator who approves, by name; the key says it for certain.
    pub approver: String,
    /// Everything that must hold of a row: the purpose's conditions, the recipient's code, and what was asked.
    pub conditions: Vec<Condition>,
    /// Of rows: what leaves, in this order.
    pub columns: Vec<String>,
    /// What the hand-over's files are called, without their endings.
    pub stem: String,
}

/// Reads a request and the register that it names.
///
/// # Errors
/// Every mistake of the request at once, each with file, line and column; or those of the register.
pub fn load_request(path: &Path) -> Result<Request, Problems> {
    // What is wrong with the register comes first: the request can only be judged by a sound one.
    let mut of_register = None;
    let request = load_toml(path, |file, source, log| {
        read(file, source, log).unwrap_or_else(|problems| {
            of_register = Some(problems);
            None
        })
    });
    request.map_err(|problems| of_register.unwrap_or(problems))
}

fn read(
    mut file: Section<'_>,
    source: &SourceFile,
    log: &mut Log,
) -> Result<Option<Request>, Problems> {
    let base = source.path.parent().map(Path::to_owned).unwrap_or_default();
    let register = path_of(&mut file, "register", &base, log);
    let store = path_of(&mut file, "store", &base, log);
    let purpose = file
        .require("purpose")
        .and_then(|value| value.filled_text(log));
    let recipient = file
        .require("recipient")
        .and_then(|value| value.filled_text(log));
    let requester = file.require("requester").and_then(|value| value.line(log));
    let approver = file
        .require("approver")
        .and_then(|value| value.line(log).map(|name| value.spotted(name)));
    let asked = readable(file.take("where"), |value| conditions(value, log));
    let columns = readable(file.take("columns"), |value| value.some_texts(log));
    let whole = file.spot();
    file.close(log);
    let Some(register) = register else {
        return Ok(None);
    };
    let register = load_register(&register.value)?;
    let parts = (
        store, purpose, recipient, requester, approver, asked, columns,
    );
    let (
        Some(store),
        Some(purpose),
        Some(recipient),
        Some(requester),
        Some(approver),
        Some(asked),
        Some(columns),
    ) = parts
    else {
        return Ok(None);
    };
    if requester == approver.value {
        log.refuse(
            approver.spot,
            "whoever asks does not approve: `approver` is another person than `requester`",
        );
    }
    let Some((of_purpose, of_recipient)) = found(&register, &purpose, &recipient, log) else {
        return Ok(None);
    };
    let asked = asked.unwrap_or_default();
    allowed(&of_purpose, &asked, log);
    for column in &of_purpose.months {
        if !asked.iter().any(|it| it.value.column == *column) {
            log.refuse(whole, format!("the purpose asks for whole months of `{column}`: say which, with `from` and `until`"));
        }
    }
    let columns = left(&of_purpose, columns, whole, log);
    let mut all = of_purpose.conditions.clone();
    if let (RecipientKind::NewRetailer, Some(own), Some(code)) =
        (of_recipient.kind, &of_purpose.own, &of_recipient.code)
    {
        all.push(Condition::is(own, code));
    }
    all.extend(asked.into_iter().map(|it| it.value));
    let stem = source.path.file_stem().and_then(|stem| stem.to_str());
    Ok(Some(Request {
        register,
        store: store.value,
        purpose: (purpose.value, of_purpose),
        recipient: (recipient.value, of_recipient),
        requester,
        approver: approver.value,
        conditions: all,
        columns,
        stem: stem.unwrap_or("handover").to_owned(),
    }))
}

fn found(
    register: &Register,
    purpose: &Name,
    recipient: &Name,
    log: &mut Log,
) -> Option<(Purpose, Recipient)> {
    let of_purpose = register.purposes.get(&purpose.value);
    if of_purpose.is_none() {
        let message = format!(
            "the register has no purpose `{}`",
            purpose.value.escape_debug()
        );
        let meant = log.did_you_mean(&purpose.value, register.purposes.keys().map(String::as_str));
        log.refuse_hint(purpose.spot, message, meant);
    }
    let of_recipient = register.recipients.get(&recipient.value);
    if of_recipient.is_none() {
        let message = format!(
            "the register has no recipient `{}`",
            recipient.value.escape_debug()
        );
        let meant = log.did_you_mean(
            &recipient.value,
            register.recipients.keys().map(String::as_str),
        );
        log.refuse_hint(recipient.spot, message, meant);
    }
    let (of_purpose, of_recipient) = (of_purpose?, of_recipient?);
    if !of_purpose.recipients.contains(&recipient.value) {
        let message = format!(
            "purpose `{}` has no recipient `{}`; what that recipient may be handed: {}",
            purpose.value,
            recipient.value,
            register.answers_for(&recipient.value)
        );
        log.refuse(recipient.spot, message);
        return None;
    }
    Some((of_purpose.clone(), of_recipient.clone()))
}

/// Every condition is on a column that the purpose lets a request ask for, and of dates that it says so of, by whole months.
fn allowed(purpose: &Purpose, asked: &[Spotted<Condition>], log: &mut Log) {
    for condition in asked {
        let column = &condition.value.column;
        if purpose.months.contains(column) {
            if !whole_months(&condition.value) {
                let message = format!(
                    "of `{column}` the purpose allows whole months only: `from` the first day of one, `until` the last day of one"
                );
                log.refuse(condition.spot, message);
            }
        } else if !purpose.asks.contains(column) {
            let message = format!(
                "the purpose does not let a request ask for `{}`",
                column.escape_debug()
            );
            log.refuse(condition.spot, message);
        }
    }
}

pub(crate) fn whole_months(condition: &Condition) -> bool {
    let day = |text: &Option<String>| text.as_deref().and_then(parse_day);
    let (Some(from), Some(until)) = (day(&condition.from), day(&condition.until)) else {
        return false;
    };
    month_of_day(from).is_some_and(|(first, _)| first == from)
        && month_of_day(until).is_some_and(|(_, last)| last == until)
}

fn left(
    purpose: &Purpose,
    columns: Option<Vec<Name>>,
    whole: bunri_text::Spot,
    log: &mut Log,
) -> Vec<String> {
    match (purpose.answer, columns) {
        (Answer::Counts, Some(columns)) => {
            let spot = columns.first().map_or(whole, |name| name.spot);
            log.refuse(
                spot,
                "counts answer this purpose: no column leaves, and `columns` is not asked for",
            );
            Vec::new()
        }
        (Answer::Counts, None) => Vec::new(),
        (Answer::Rows, None) => {
            log.refuse(
                whole,
                "rows answer this purpose: say which `columns` are needed",
            );
            Vec::new()
        }
        (Answer::Rows, Some(columns)) => {
            for name in &columns {
                if !purpose.columns.contains(&name.value) {
                    let message = format!(
                        "the purpose does not let column `{}` leave",
                        name.value.escape_debug()
                    );
                    log.refuse(name.spot, message);
                }
            }
            columns.into_iter().map(|name| name.value).collect()
        }
    }
}
