//! Whether a file may go to a recipient: everything that is wrong with it, at once. What has no manifest and no signature is no hand-over,
//! whatever it holds.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use bunri_evidence::{Envelope, Fault, Subject, TypedStatement, unsigned};
use bunri_manifest::{hash_file, open_regular};
use bunri_selection::{Condition, cell, header};

use crate::errors::HandoverError;
use crate::make::{COUNT_COLUMNS, predicate};
use crate::manifest::{HandoverManifest, HandoverPredicate, names};
use crate::records::records;
use crate::register::{Answer, Purpose, Register};
use crate::request::whole_months;

/// What can be wrong with a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckRule {
    /// The register has no such recipient.
    RecipientUnknown,
    /// There is no manifest beside the file.
    ManifestMissing,
    /// It is none.
    ManifestUnreadable,
    /// The file is another one.
    FileDiffers,
    /// It has other columns.
    ColumnsDiffer,
    /// It was made for somebody else.
    RecipientDiffers,
    /// The register has no such purpose, or not for this recipient.
    PurposeNotAllowed,
    /// Counts answer the purpose, and this is rows.
    AnswerIsCounts,
    /// It was not made from the recipient's store.
    StoreDiffers,
    /// A column that may not leave.
    ColumnNotAllowed,
    /// Conditions that the purpose does not allow, or lacks.
    PredicateNotAllowed,
    /// A count below the least, or counts of something else.
    CountsNotAllowed,
    /// There is no signature.
    SignatureMissing,
    /// It is no envelope of a hand-over.
    SignatureUnreadable,
    /// What was signed is another hand-over.
    SignedOther,
    /// Not signed by enough of those who approve.
    SignatureWrong,
}

impl CheckRule {
    /// Every rule.
    pub const ALL: [Self; 16] = [
        Self::RecipientUnknown,
        Self::ManifestMissing,
        Self::ManifestUnreadable,
        Self::FileDiffers,
        Self::ColumnsDiffer,
        Self::RecipientDiffers,
        Self::PurposeNotAllowed,
        Self::AnswerIsCounts,
        Self::StoreDiffers,
        Self::ColumnNotAllowed,
        Self::PredicateNotAllowed,
        Self::CountsNotAllowed,
        Self::SignatureMissing,
        Self::SignatureUnreadable,
        Self::SignedOther,
        Self::SignatureWrong,
    ];

    /// The word that logs and pages use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RecipientUnknown => "recipient_unknown",
            Self::ManifestMissing => "manifest_missing",
            Self::ManifestUnreadable => "manifest_unreadable",
            Self::FileDiffers => "file_differs",
            Self::ColumnsDiffer => "columns_differ",
            Self::RecipientDiffers => "recipient_differs",
            Self::PurposeNotAllowed => "purpose_not_allowed",
            Self::AnswerIsCounts => "answer_is_counts",
            Self::StoreDiffers => "store_differs",
            Self::ColumnNotAllowed => "column_not_allowed",
            Self::PredicateNotAllowed => "predicate_not_allowed",
            Self::CountsNotAllowed => "counts_not_allowed",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureUnreadable => "signature_unreadable",
            Self::SignedOther => "signed_other",
            Self::SignatureWrong => "signature_wrong",
        }
    }
}

/// One thing that is wrong. Names columns and names of the register, never a value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverFinding {
    /// Which rule.
    pub rule: CheckRule,
    /// What, for people.
    pub message: String,
}

/// What was seen.
#[derive(Debug)]
pub struct Checked {
    /// Everything that is wrong; nothing: the file may go to this recipient.
    pub findings: Vec<HandoverFinding>,
    /// The manifest, where there is one.
    pub manifest: Option<HandoverManifest>,
    /// Records of the file, its first line aside.
    pub rows: u64,
}

/// Holds a file against its manifest, its signature, and the register.
///
/// # Errors
/// When the file itself cannot be read.
pub fn check(file: &Path, register: &Register, recipient: &str) -> Result<Checked, HandoverError> {
    let mut found = Findings::default();
    let failed = HandoverError::io("read", file);
    let (first, rows) = open_regular(file).and_then(records).map_err(failed)?;
    if !register.recipients.contains_key(recipient) {
        found.add(
            CheckRule::RecipientUnknown,
            format!(
                "the register has no recipient `{}`",
                recipient.escape_debug()
            ),
        );
    }
    let stem = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let folder = file.parent().unwrap_or(Path::new(""));
    let [csv, manifest_name, envelope_name] = names(stem);
    let bytes = small(&folder.join(&manifest_name));
    let manifest = bytes
        .as_ref()
        .and_then(|bytes| HandoverManifest::parse(bytes));
    match (&bytes, &manifest) {
        (None, _) => found.add(
            CheckRule::ManifestMissing,
            format!(
                "{rows} records without a manifest beside them (`{manifest_name}`): this is no hand-over. What `{}` may be handed: {}",
                recipient.escape_debug(),
                register.answers_for(recipient)
            ),
        ),
        (Some(_), None) => found.add(CheckRule::ManifestUnreadable, format!("`{manifest_name}` is not a manifest as bunri writes it")),
        (Some(_), Some(manifest)) => {
            let digests = hash_file(file).map_err(HandoverError::io("read", file))?;
            let said = &manifest.file;
            let same = said.name == csv
                && said.bytes == digests.bytes
                && said.blake3 == digests.blake3
                && said.sha256 == digests.sha256
                && said.rows == rows
                && file.file_name().and_then(|name| name.to_str()) == Some(&csv);
            if !same {
                found.add(
                    CheckRule::FileDiffers,
                    format!("the file has {rows} records and is not the one of the manifest, which has {}", said.rows),
                );
            }
            let columns = header(manifest.columns.iter().map(|column| column.name.as_str()));
            if first != columns.as_bytes() {
                found.add(CheckRule::ColumnsDiffer, "the first line does not name the columns of the manifest".to_owned());
            }
            against(register, manifest, recipient, file, &mut found);
        }
    }
    signature(
        file,
        [&csv, &manifest_name, &envelope_name],
        register,
        manifest.as_ref(),
        &mut found,
    );
    Ok(Checked {
        findings: found.0,
        manifest,
        rows,
    })
}

#[derive(Default)]
struct Findings(Vec<HandoverFinding>);

impl Findings {
    fn add(&mut self, rule: CheckRule, message: String) {
        self.0.push(HandoverFinding { rule, message });
    }
}

/// What the register allows, held against what the manifest says was done.
fn against(
    register: &Register,
    manifest: &HandoverManifest,
    recipient: &str,
    file: &Path,
    found: &mut Findings,
) {
    let of = &manifest.recipient;
    if of.id != recipient {
        found.add(
            CheckRule::RecipientDiffers,
            format!(
                "it was made for `{}`, and for nobody else",
                of.id.escape_debug()
            ),
        );
    }
    let id = manifest.purpose.id.escape_debug();
    let purpose = register.purposes.get(&manifest.purpose.id);
    let Some(purpose) = purpose.filter(|it| it.recipients.iter().any(|it| it == recipient)) else {
        let answers = register.answers_for(recipient);
        found.add(
            CheckRule::PurposeNotAllowed,
            format!("the register does not let `{}` be handed anything for `{id}`; what it may be handed: {answers}", recipient.escape_debug()),
        );
        return;
    };
    if let Some(known) = register.recipients.get(recipient)
        && (manifest.store.store != known.kind.store() || manifest.table != purpose.table)
    {
        found.add(
            CheckRule::StoreDiffers,
            format!(
                "`{id}` is answered from table `{}` of the {} store, and this was not",
                purpose.table,
                known.kind.store()
            ),
        );
    }
    match (
        purpose.answer,
        manifest.purpose.answer == purpose.answer.word(),
    ) {
        (Answer::Counts, true) => counts(purpose, manifest, file, found),
        (Answer::Rows, true) => {
            let columns = manifest.columns.iter().map(|column| &column.name);
            for column in columns.filter(|name| !purpose.columns.contains(name)) {
                let message = format!(
                    "`{id}` does not let column `{}` leave",
                    column.escape_debug()
                );
                found.add(CheckRule::ColumnNotAllowed, message);
            }
        }
        (Answer::Counts, false) => {
            found.add(
                CheckRule::AnswerIsCounts,
                format!("counts answer `{id}`, and this is rows"),
            );
        }
        (Answer::Rows, false) => {
            found.add(
                CheckRule::PurposeNotAllowed,
                format!("rows answer `{id}`, and this is something else"),
            );
        }
    }
    predicates(register, purpose, manifest, recipient, found);
}

fn predicates(
    register: &Register,
    purpose: &Purpose,
    manifest: &HandoverManifest,
    recipient: &str,
    found: &mut Findings,
) {
    let mut fixed = purpose.conditions.clone();
    if let (Some(own), Some(code)) = (
        &purpose.own,
        register
            .recipients
            .get(recipient)
            .and_then(|it| it.code.as_ref()),
    ) {
        fixed.push(Condition::is(own, code));
    }
    let mut asked: Vec<&Condition> = manifest.predicate.iter().collect();
    for condition in &fixed {
        match asked.iter().position(|it| *it == condition) {
            Some(place) => {
                asked.remove(place);
            }
            None => {
                let message = format!(
                    "the condition on `{}` that always holds for this purpose is missing",
                    condition.column
                );
                found.add(CheckRule::PredicateNotAllowed, message);
            }
        }
    }
    for condition in &asked {
        let column = condition.column.escape_debug();
        if purpose.months.contains(&condition.column) {
            if !whole_months(condition) {
                found.add(
                    CheckRule::PredicateNotAllowed,
                    format!("`{column}` is not asked for by whole months"),
                );
            }
        } else if !purpose.asks.contains(&condition.column) {
            found.add(
                CheckRule::PredicateNotAllowed,
                format!("the purpose does not let `{column}` be asked for"),
            );
        }
    }
    for column in &purpose.months {
        if !asked.iter().any(|it| it.column == *column) {
            found.add(
                CheckRule::PredicateNotAllowed,
                format!("no month of `{column}` is named"),
            );
        }
    }
}

/// The file says exactly the purpose's counts, and none that is too small.
fn counts(purpose: &Purpose, manifest: &HandoverManifest, file: &Path, found: &mut Findings) {
    let text = small(file)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let mut lines = text.split_inclusive('\n');
    let [name, rows] = COUNT_COLUMNS;
    let mut right =
        lines.next() == Some(&header([name.0, rows.0])) && manifest.least == Some(purpose.least);
    for count in &purpose.counts {
        let line = lines
            .next()
            .and_then(|line| line.strip_prefix(&format!("{},\"", cell(&count.name))));
        let number = line
            .and_then(|line| line.strip_suffix("\"\n"))
            .unwrap_or_default();
        let hidden = format!("<{}", purpose.least);
        let said = number
            .parse::<u64>()
            .is_ok_and(|it| it.to_string() == number && (it == 0 || it >= purpose.least));
        right = right && (said || (purpose.least > 1 && number == hidden));
    }
    if !right || lines.next().is_some() {
        let names: Vec<&str> = purpose
            .counts
            .iter()
            .map(|count| count.name.as_str())
            .collect();
        let message = format!(
            "the file does not say these counts and no others, none of them below {}: {}",
            purpose.least,
            names.join(", ")
        );
        found.add(CheckRule::CountsNotAllowed, message);
    }
}

fn signature(
    file: &Path,
    [csv, manifest_name, envelope_name]: [&str; 3],
    register: &Register,
    manifest: Option<&HandoverManifest>,
    found: &mut Findings,
) {
    let folder = file.parent().unwrap_or(Path::new(""));
    let path = folder.join(envelope_name);
    if bunri_manifest::is_absent(&path) {
        found.add(
            CheckRule::SignatureMissing,
            format!("no signature lies beside it (`{envelope_name}`)"),
        );
        return;
    }
    let unreadable = |why: String| format!("`{envelope_name}`: {why}");
    let envelope = match Envelope::read(&path) {
        Ok(envelope) => envelope,
        Err(refused) => {
            found.add(
                CheckRule::SignatureUnreadable,
                unreadable(refused.to_string()),
            );
            return;
        }
    };
    let statement = match TypedStatement::<HandoverPredicate>::parse(&envelope.payload()) {
        Ok(statement) => statement,
        Err(refused) => {
            found.add(
                CheckRule::SignatureUnreadable,
                unreadable(format!("{refused}: it is not about a hand-over")),
            );
            return;
        }
    };
    let files = [
        (csv, file.to_path_buf()),
        (manifest_name, folder.join(manifest_name)),
    ];
    let subject = files.map(|(name, path)| {
        hash_file(&path)
            .ok()
            .map(|digests| Subject::new(name, digests))
    });
    let here: Option<Vec<Subject>> = subject.into_iter().collect();
    if here.as_ref() != Some(&statement.subject)
        || manifest.map(predicate).as_ref() != Some(&statement.predicate)
    {
        found.add(
            CheckRule::SignedOther,
            "what was signed is not this file with this manifest".to_owned(),
        );
    }
    let purpose = register.purposes.get(&statement.predicate.purpose);
    let Some(role) = purpose.and_then(|purpose| register.approvers.get(&purpose.approver)) else {
        found.add(
            CheckRule::SignatureWrong,
            "what was signed is for a purpose that the register does not have".to_owned(),
        );
        return;
    };
    for fault in unsigned(&envelope, role) {
        found.add(CheckRule::SignatureWrong, Said(&fault).to_string());
    }
}

/// A fault of signatures in words.
struct Said<'f>(&'f Fault);

impl fmt::Display for Said<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fault::WrongSignature(key) => write!(
                formatter,
                "the signature of the key {key}… is not one of this"
            ),
            Fault::UnknownKey(key) => write!(
                formatter,
                "the key {key}… is not one that approves this purpose"
            ),
            Fault::BelowThreshold(valid, needed) => write!(
                formatter,
                "{valid} of {needed} who approve this purpose signed"
            ),
            Fault::Unreadable(_)
            | Fault::OtherStatement
            | Fault::OtherSubject(_)
            | Fault::OtherPredicate
            | Fault::NotInLedger => formatter.write_str("it is another statement"),
        }
    }
}

const MOST_SMALL_BYTES: u64 = 1 << 22;

fn small(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)
        .ok()?
        .take(MOST_SMALL_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}
