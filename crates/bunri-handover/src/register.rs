//! The register of hand-overs: who may be handed what, and who answers for it. A list of what is allowed; what it does not name is refused.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_evidence::Role;
use bunri_job::role;
use bunri_manifest::Blake3Hex;
use bunri_selection::{Condition, conditions};
use bunri_text::{Entry, Item, Log, Name, Problems, Section, listed, load_toml, named, readable};

/// What a recipient is. It decides which store an answer is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientKind {
    /// みなし小売: what it may have lies in the retail store.
    IncumbentRetailer,
    /// 特定関係事業者: a recipient to guard against like the incumbent, so it gets nothing that the incumbent does not have.
    SpecifiedAffiliate,
    /// 新電力: its own customers, by its code.
    NewRetailer,
    /// 規制当局
    Regulator,
    /// 広域機関
    Occto,
    /// 委託先 of the transmission operator.
    Contractor,
}

impl RecipientKind {
    const WORDS: [(&'static str, Self); 6] = [
        ("incumbent_retailer", Self::IncumbentRetailer),
        ("specified_affiliate", Self::SpecifiedAffiliate),
        ("new_retailer", Self::NewRetailer),
        ("regulator", Self::Regulator),
        ("occto", Self::Occto),
        ("contractor", Self::Contractor),
    ];

    /// The word of the register.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::IncumbentRetailer => "incumbent_retailer",
            Self::SpecifiedAffiliate => "specified_affiliate",
            Self::NewRetailer => "new_retailer",
            Self::Regulator => "regulator",
            Self::Occto => "occto",
            Self::Contractor => "contractor",
        }
    }

    /// The store that answers.
    #[must_use]
    pub fn store(self) -> &'static str {
        match self {
            Self::IncumbentRetailer | Self::SpecifiedAffiliate => "retail",
            Self::NewRetailer | Self::Regulator | Self::Occto | Self::Contractor => "transmission",
        }
    }
}

/// Who may be handed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// As people call it.
    pub name: String,
    /// What it is.
    pub kind: RecipientKind,
    /// A retailer's code.
    pub code: Option<String>,
}

/// What answers a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Numbers of rows.
    Counts,
    /// Rows.
    Rows,
}

impl Answer {
    const WORDS: [(&'static str, Self); 2] = [("counts", Self::Counts), ("rows", Self::Rows)];

    /// The word of the register.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Rows => "rows",
        }
    }
}

/// One number of an answer in counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What it is called.
    pub name: String,
    /// Which rows it counts.
    pub conditions: Vec<Condition>,
}

/// What something may be handed over for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// What it is, for people.
    pub text: String,
    /// Law, guideline or decision.
    pub basis: String,
    /// Whose keys approve it.
    pub approver: String,
    /// To whom.
    pub recipients: Vec<String>,
    /// From which table.
    pub table: String,
    /// Counts or rows.
    pub answer: Answer,
    /// Of rows: the columns that may leave.
    pub columns: Vec<String>,
    /// The columns that a request may put conditions on.
    pub asks: Vec<String>,
    /// Dates of which every request names whole months.
    pub months: Vec<String>,
    /// Conditions that always hold.
    pub conditions: Vec<Condition>,
    /// Of rows for new retailers: the column that must hold the recipient's code.
    pub own: Option<String>,
    /// Of counts: what is counted.
    pub counts: Vec<Count>,
    /// Of counts: a number below, but for 0, is not said.
    pub least: u64,
    /// Of counts: whether rows that no count counts are passed over; else they refuse the answer.
    pub others_ignored: bool,
}

/// The whole register.
#[derive(Debug, Clone)]
pub struct Register {
    /// Who approves, by name of the role.
    pub approvers: BTreeMap<String, Role>,
    /// By name.
    pub recipients: BTreeMap<String, Recipient>,
    /// By name.
    pub purposes: BTreeMap<String, Purpose>,
    /// BLAKE3 of the file.
    pub digest: Blake3Hex,
}

/// Reads a register.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load_register(path: &Path) -> Result<Register, Problems> {
    load_toml(path, |file, source, log| {
        read(file, Blake3Hex::of(source.text.as_bytes()), log)
    })
}

fn read(mut file: Section<'_>, digest: Blake3Hex, log: &mut Log) -> Option<Register> {
    let approvers = named(
        file.require("approver"),
        "`[approver]`",
        log,
        &mut |entry, log| role(&entry.value, log),
    );
    let recipients = named(
        file.require("recipient"),
        "`[recipient]`",
        log,
        &mut recipient,
    );
    let roles: Vec<&str> = approvers
        .iter()
        .flat_map(BTreeMap::keys)
        .map(String::as_str)
        .collect();
    let known = recipients.clone().unwrap_or_default();
    let purposes = named(
        file.require("purpose"),
        "`[purpose]`",
        log,
        &mut |entry, log| purpose(entry, &roles, &known, log),
    );
    file.close(log);
    Some(Register {
        recipients: recipients?,
        purposes: purposes?,
        digest,
        approvers: approvers?,
    })
}

fn recipient(entry: &Entry<'_>, log: &mut Log) -> Option<Recipient> {
    let mut section = Section::open(&entry.value, "a recipient", log)?;
    let name = section.require("name").and_then(|value| value.line(log));
    let kind = section
        .require("kind")
        .and_then(|value| value.word("kind of recipient", &RecipientKind::WORDS, log));
    let code = readable(section.take("code"), |value| value.filled_text(log));
    section.close(log);
    Some(Recipient {
        name: name?,
        kind: kind?.value,
        code: code?.map(|code| code.value),
    })
}

fn purpose(
    entry: &Entry<'_>,
    roles: &[&str],
    known: &BTreeMap<String, Recipient>,
    log: &mut Log,
) -> Option<Purpose> {
    let mut section = Section::open(&entry.value, "a purpose", log)?;
    let text = section.require("text").and_then(|value| value.line(log));
    let basis = section.require("basis").and_then(|value| value.line(log));
    let approver = section
        .require("approver")
        .and_then(|value| value.filled_text(log));
    if let Some(approver) = &approver
        && !roles.is_empty()
        && !roles.contains(&approver.value.as_str())
    {
        let message = format!(
            "nobody is `{}` in `[approver]`: a purpose that nobody approves is none",
            approver.value.escape_debug()
        );
        log.refuse(approver.spot, message);
    }
    let recipients = section
        .require("recipients")
        .and_then(|value| value.some_texts(log));
    for name in recipients.iter().flatten() {
        if !known.is_empty() && !known.contains_key(&name.value) {
            let message = format!("`{}` is not in `[recipient]`", name.value.escape_debug());
            log.refuse(name.spot, message);
        }
    }
    let table = section
        .require("table")
        .and_then(|value| value.filled_text(log));
    let answer = section
        .require("answer")
        .and_then(|value| value.word("answer", &Answer::WORDS, log));
    let asks = texts(section.take("asks"), log);
    let months = texts(section.take("months"), log);
    let always = readable(section.take("where"), |value| conditions(value, log));
    let answered = match answer.as_ref().map(|answer| answer.value) {
        Some(Answer::Counts) => counted(&mut section, log),
        Some(Answer::Rows) => rows(&mut section, known, recipients.as_deref(), log),
        None => {
            // They belong to the one answer or to the other, and which it is nobody can tell.
            for key in ["columns", "own", "least", "others", "count"] {
                let _ = section.take(key);
            }
            None
        }
    };
    section.close(log);
    let always = always?.unwrap_or_default();
    let (columns, own, counts, least, others_ignored) = answered?;
    Some(Purpose {
        text: text?,
        basis: basis?,
        approver: approver?.value,
        recipients: values(recipients?),
        table: table?.value,
        answer: answer?.value,
        columns,
        asks: asks?,
        months: months?,
        conditions: always.into_iter().map(|it| it.value).collect(),
        own,
        counts,
        least,
        others_ignored,
    })
}

type Answered = (Vec<String>, Option<String>, Vec<Count>, u64, bool);

const OTHERS: [(&str, bool); 2] = [("ignored", true), ("refused", false)];

fn counted(section: &mut Section<'_>, log: &mut Log) -> Option<Answered> {
    let least = section
        .require("least")
        .and_then(|value| value.integer(1..=1_000_000, log));
    let others = readable(section.take("others"), |value| {
        value.word("way with other rows", &OTHERS, log)
    });
    let value = section.require("count")?;
    let items = value.list(log)?;
    if items.is_empty() {
        log.refuse(value.spot, "`count` is empty: nothing would be counted");
    }
    let mut counts: Vec<Count> = Vec::new();
    for item in &items {
        let mut one = Section::open(item, "a count", log)?;
        let name = one.require("name").and_then(|value| value.line(log));
        let of = one
            .require("where")
            .and_then(|value| conditions(&value, log));
        one.close(log);
        let (name, of) = (name?, of?);
        if counts.iter().any(|other| other.name == name) {
            log.refuse(item.spot, format!("two counts are called `{name}`"));
        }
        counts.push(Count {
            name,
            conditions: of.into_iter().map(|it| it.value).collect(),
        });
    }
    let others = others?.is_some_and(|word| word.value);
    Some((
        Vec::new(),
        None,
        counts,
        u64::try_from(least?).ok()?,
        others,
    ))
}

fn rows(
    section: &mut Section<'_>,
    known: &BTreeMap<String, Recipient>,
    recipients: Option<&[Name]>,
    log: &mut Log,
) -> Option<Answered> {
    let columns = section
        .require("columns")
        .and_then(|value| value.some_texts(log));
    let own = readable(section.take("own"), |value| value.filled_text(log));
    for name in recipients.into_iter().flatten() {
        let Some(recipient) = known.get(&name.value) else {
            continue;
        };
        if recipient.kind != RecipientKind::NewRetailer {
            continue;
        }
        if matches!(own, Some(None)) {
            let message = "rows for a new retailer are of its own customers: `own` names the column that holds its code";
            log.refuse(name.spot, message);
        }
        if recipient.code.is_none() {
            log.refuse(
                name.spot,
                "this new retailer has no `code` in `[recipient]`",
            );
        }
    }
    Some((
        values(columns?),
        own?.map(|it| it.value),
        Vec::new(),
        0,
        false,
    ))
}

fn texts(value: Option<Item<'_>>, log: &mut Log) -> Option<Vec<String>> {
    match value {
        None => Some(Vec::new()),
        Some(value) => value.texts(log).map(values),
    }
}

fn values(names: Vec<Name>) -> Vec<String> {
    names.into_iter().map(|name| name.value).collect()
}

impl Register {
    /// What this recipient may be handed, for messages: `name (counts)`.
    #[must_use]
    pub fn answers_for(&self, recipient: &str) -> String {
        let of: Vec<String> = self
            .purposes
            .iter()
            .filter(|(_, purpose)| purpose.recipients.iter().any(|it| it == recipient))
            .map(|(name, purpose)| format!("{name} ({})", purpose.answer.word()))
            .collect();
        if of.is_empty() {
            "nothing".to_owned()
        } else {
            listed(&of)
        }
    }
}
