//! C8: whether those whom the job names signed what lies here. What every statement must say is built anew from the files and the
//! report, and an envelope either says exactly that, under enough signatures, or it is a finding.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bunri_catalogue::{Store, digest_files};
use bunri_columnar::{CustodyLayout, EVIDENCE, create_folder};
use bunri_evidence::{
    ATTESTATION, AcceptancePredicate, ApprovalPredicate, CatalogueName, Envelope, Fault, Predicate,
    RUNS, ReleasePredicate, Role, Run, RunPredicate, RunStores, Runs, RunsError, Statement,
    StatementKind, Subject, judge,
};
use bunri_manifest::{
    B3SUMS, Blake3Hex, Digester, Digests, MANIFEST, SHA256SUMS, hash_file, read_regular,
};
use bunri_report::{
    About, Checked, Claim, ClaimReport, Finding, Findings, Gap, Place, Report, Rule, Scope, Status,
    claims,
};
use bunri_types::day_text;

use crate::{RecordError, RecordInputs, Signers};

const NOT_ASKED: &str = "the job asks for no signature (`[evidence]`)";
/// What a release says of a claim.
pub(crate) const HELD: &str = "held";
/// What findings about evidence are about.
const ABOUT: About<'_> = About {
    store: "custody",
    table: None,
};
const MAIN: &str = "catalogue.toml";
const TABLES: &str = "tables";

/// Holds every envelope against what lies here (C8). `unsigned` is this verification's report, but for signatures.
pub fn signatures(
    inputs: &RecordInputs<'_>,
    unsigned: &Report,
    scope: &mut Scope,
    findings: &mut Findings,
) {
    let ledger = ledger(inputs.custody, findings);
    let Some(signers) = inputs.signers else {
        scope.not_checked.push((Claim::C8, NOT_ASKED.into()));
        return;
    };
    let here = Here {
        inputs,
        signers,
        unsigned: Some(unsigned),
        ledger: &ledger,
    };
    let mut signed = Vec::new();
    let mut missing = Vec::new();
    for &kind in signers.policy.0.keys() {
        match here.faults(kind) {
            None => missing.push(kind.word()),
            Some(faults) => {
                signed.push(kind.word());
                for fault in faults {
                    found(kind, fault, findings);
                }
            }
        }
    }
    attestation(inputs.custody, findings);
    if signed.is_empty() {
        let which = missing.join(", ");
        let why = format!("of what the job asks for, nothing is signed yet: {which}");
        scope.not_checked.push((Claim::C8, why.into()));
        return;
    }
    let checked = Checked {
        files: signed.len() as u64,
        ..Checked::default()
    };
    scope.looked.push((Claim::C8, checked));
    let which = signed.join(", ");
    let held = format!("signed by the keys that the job names, over what lies here: {which}");
    scope.held.push((Claim::C8, held));
    let gaps = missing.into_iter().map(|word| Gap {
        store: None,
        table: None,
        file: None,
        why: format!("the statement `{word}` is not signed yet"),
        count: 1,
    });
    scope.gaps.entry(Claim::C8).or_default().extend(gaps);
}

/// C8 alone, of stores that were verified before: `report` is what that verification wrote.
///
/// # Errors
/// Never in practice: a report is plain data.
pub fn evidence_of(
    inputs: &RecordInputs<'_>,
    report: &Report,
) -> Result<(ClaimReport, Vec<Finding>), RecordError> {
    let unsigned = report.without_signatures();
    let mut scope = Scope::default();
    let mut findings = Findings::default();
    signatures(inputs, &unsigned, &mut scope, &mut findings);
    if let Ok(ledger) = Runs::read(&CustodyLayout::new(inputs.custody).evidence()) {
        let digest = Blake3Hex::of(&unsigned.to_bytes()?);
        if !ledger.all().iter().any(|run| run.report == digest) {
            let what = "the run of evidence/report.json is not in it";
            broken_ledger(what, &mut findings);
        }
    }
    let mut claims = claims::report(&scope, &findings);
    claims.retain(|claim| claim.code == Claim::C8);
    let claim = claims.swap_remove(0);
    Ok((claim, findings.into_report()))
}

/// Adds this run to the ledger; one that is broken already is left as it is, and is a finding.
///
/// # Errors
/// When the ledger cannot be read or written.
pub fn add_to_ledger(inputs: &RecordInputs<'_>, report: &Report) -> Result<(), RecordError> {
    let folder = CustodyLayout::new(inputs.custody).evidence();
    create_folder(&folder)?;
    let ledger = match Runs::read(&folder) {
        Ok(ledger) => ledger,
        Err(RunsError::Io(refused)) => return Err(RunsError::Io(refused).into()),
        Err(_) => return Ok(()),
    };
    let unsigned = report.without_signatures();
    let manifest = |store: Store| {
        let mut stores = report.judged.stores.iter();
        let judged = stores.find(|judged| judged.store == store.word());
        judged.and_then(|judged| judged.manifest.clone())
    };
    let run = Run {
        number: 0,
        previous: String::new(),
        label: report.label.clone(),
        kind: report.kind.clone(),
        catalogue: report.catalogue.as_ref().map(|it| it.blake3.clone()),
        decisions: report.judged.decisions.clone(),
        staging: report.judged.staging_manifest.clone(),
        stores: RunStores {
            retail: manifest(Store::Retail),
            transmission: manifest(Store::Transmission),
            quarantine: manifest(Store::Quarantine),
        },
        report: Blake3Hex::of(&unsigned.to_bytes()?),
        verdict: word(&unsigned.verdict)?,
        retired: None,
    };
    Ok(ledger.append(&folder, run)?)
}

fn ledger(custody: &Path, findings: &mut Findings) -> Runs {
    match Runs::read(&CustodyLayout::new(custody).evidence()) {
        Ok(runs) => runs,
        Err(refused) => {
            broken_ledger(&refused.to_string(), findings);
            Runs::default()
        }
    }
}

fn broken_ledger(what: &str, findings: &mut Findings) {
    let place = Place {
        detail: Some(what.to_owned()),
        ..Place::file(&format!("{EVIDENCE}/{RUNS}"))
    };
    findings.add(Claim::C8, Rule::RunsBroken, ABOUT, place);
}

fn found(kind: StatementKind, fault: Fault, findings: &mut Findings) {
    let file = format!("{EVIDENCE}/{}", kind.file());
    found_in(&file, ABOUT, fault, findings);
}

/// One fault of an envelope, as a finding about that file.
pub(crate) fn found_in(file: &str, about: About<'_>, fault: Fault, findings: &mut Findings) {
    let (rule, detail) = match fault {
        Fault::Unreadable(why) => (Rule::EvidenceUnreadable, Some(why)),
        Fault::OtherStatement => (Rule::EvidenceOtherStatement, None),
        Fault::OtherSubject(names) => {
            let what = match &names[..] {
                [] => "more files".to_owned(),
                [first] => first.clone(),
                [first, more @ ..] => format!("{first} and {} more", more.len()),
            };
            (Rule::EvidenceOtherSubject, Some(what))
        }
        Fault::OtherPredicate => {
            let what = "what is said of the files";
            (Rule::EvidenceOtherSubject, Some(what.to_owned()))
        }
        Fault::NotInLedger => {
            let what = "the run that was signed is not in the ledger".to_owned();
            (Rule::RunsBroken, Some(what))
        }
        Fault::WrongSignature(key) => (Rule::EvidenceSignatureWrong, Some(format!("key {key}"))),
        Fault::UnknownKey(key) => (Rule::EvidenceKeyUnknown, Some(format!("key {key}"))),
        Fault::BelowThreshold(valid, threshold) => {
            let what = format!("{valid} of {threshold}");
            (Rule::EvidenceBelowThreshold, Some(what))
        }
    };
    let place = Place {
        detail,
        ..Place::file(file)
    };
    findings.add(Claim::C8, rule, about, place);
}

/// What retail is given must be what was signed.
fn attestation(custody: &Path, findings: &mut Findings) {
    let folder = CustodyLayout::new(custody).evidence();
    let copy = folder.join(ATTESTATION);
    if bunri_manifest::is_absent(&copy) {
        return;
    }
    let same = || {
        let copy = hash_file(&copy).ok()?;
        let signed = hash_file(&folder.join(StatementKind::Release.file())).ok()?;
        Some(copy == signed)
    };
    if same() != Some(true) {
        let place = Place::file(&format!("{EVIDENCE}/{ATTESTATION}"));
        findings.add(Claim::C8, Rule::AttestationDiffers, ABOUT, place);
    }
}

/// What lies here, for whoever signs it and whoever judges that.
pub(crate) struct Here<'a> {
    pub(crate) inputs: &'a RecordInputs<'a>,
    pub(crate) signers: Signers<'a>,
    /// The report, but for signatures; [`None`]: nothing was verified yet.
    pub(crate) unsigned: Option<&'a Report>,
    pub(crate) ledger: &'a Runs,
}

impl Here<'_> {
    /// What is wrong with a statement that the job asks for; [`None`]: it is not signed yet, or not asked for.
    pub(crate) fn faults(&self, kind: StatementKind) -> Option<Vec<Fault>> {
        let role = self.signers.policy.0.get(&kind)?;
        let path = CustodyLayout::new(self.inputs.custody)
            .evidence()
            .join(kind.file());
        (!bunri_manifest::is_absent(&path)).then(|| self.judged(kind, role, &path))
    }

    fn judged(&self, kind: StatementKind, role: &Role, path: &Path) -> Vec<Fault> {
        let envelope = Envelope::read(path);
        let expected = match self.statement(kind) {
            Ok(expected) => expected,
            // Whatever it speaks of is not here to be compared.
            Err(refused) => return vec![Fault::OtherSubject(vec![refused.what])],
        };
        let mut faults = judge(&envelope, role, &expected, &|hash| self.ledger.has(hash));
        if kind == StatementKind::Acceptance && faults.is_empty() {
            let folder = CustodyLayout::new(self.inputs.custody).evidence();
            let kept = hash_file(&folder.join(Report::ACCEPTED)).ok();
            let kept = kept.map(|digests| Subject::new(Report::ACCEPTED, digests));
            if kept.as_ref() != expected.subject.first() {
                faults.push(Fault::OtherSubject(vec![Report::ACCEPTED.to_owned()]));
            }
        }
        faults
    }

    /// What a statement must say.
    pub(crate) fn statement(&self, kind: StatementKind) -> Result<Statement, Absent> {
        match kind {
            StatementKind::Approval => self.approval(),
            StatementKind::Run => self.run(),
            StatementKind::Acceptance => self.acceptance(),
            StatementKind::Release => self.release(),
        }
    }

    fn approval(&self) -> Result<Statement, Absent> {
        let given = self.signers.catalogue;
        let folder = match given.is_dir() {
            true => given,
            false => given.parent().unwrap_or(given),
        };
        let files = catalogue_files(folder).map_err(Absent::of("catalogue"))?;
        let catalogue = self.inputs.catalogue;
        if digest_files(&files) != catalogue.digest {
            let changed = io::Error::other("it is another one than a moment ago");
            return Err(Absent::of("catalogue")(changed));
        }
        let mut files = files;
        files.sort();
        let mut subject: Vec<Subject> = files
            .iter()
            .map(|(name, bytes)| Subject::new(&format!("catalogue/{name}"), digests(bytes)))
            .collect();
        if let Some(path) = self.signers.decisions {
            let digests = hash_file(path).map_err(Absent::of("decisions"))?;
            if self.inputs.decisions.digest() != Some(digests.blake3.as_str()) {
                let changed = io::Error::other("it is another one than a moment ago");
                return Err(Absent::of("decisions")(changed));
            }
            subject.push(Subject::new("decisions", digests));
        }
        let predicate = Predicate::Approval(ApprovalPredicate {
            catalogue: CatalogueName {
                name: catalogue.name.clone(),
                version: catalogue.version.clone(),
                blake3: catalogue.digest.clone(),
            },
            decisions: self.inputs.decisions.digest().map(str::to_owned),
        });
        Ok(Statement { subject, predicate })
    }

    fn run(&self) -> Result<Statement, Absent> {
        let staging = CustodyLayout::new(self.inputs.custody).staging_manifest();
        let mut subject = vec![of_file("staging/manifest.json", &staging)?];
        for store in Store::ALL {
            let path = self.inputs.root(store).join(MANIFEST);
            subject.push(of_file(&format!("{}/{MANIFEST}", store.word()), &path)?);
        }
        let predicate = Predicate::Run(RunPredicate {
            label: self.inputs.label.to_owned(),
            kind: self.inputs.kind.to_owned(),
            cutover: day_text(self.inputs.cutover),
            catalogue: self.inputs.catalogue.digest.clone(),
            ledger: self.ledger.head().to_owned(),
        });
        Ok(Statement { subject, predicate })
    }

    fn acceptance(&self) -> Result<Statement, Absent> {
        let unwritable = |refused: serde_json::Error| Absent::of(Report::ACCEPTED)(refused.into());
        let unsigned = self.report()?;
        let bytes = unsigned.to_bytes().map_err(unwritable)?;
        let claims = unsigned.claims.iter();
        let claims = claims.filter(|claim| claim.code != Claim::C8);
        let claims = claims.map(|claim| Ok((format!("{:?}", claim.code), word(&claim.status)?)));
        let claims: Result<_, serde_json::Error> = claims.collect();
        let predicate = Predicate::Acceptance(AcceptancePredicate {
            verdict: word(&unsigned.verdict).map_err(unwritable)?,
            claims: claims.map_err(unwritable)?,
        });
        Ok(Statement {
            subject: vec![Subject::new(Report::ACCEPTED, digests(&bytes))],
            predicate,
        })
    }

    /// It goes to the other company: retail's own files, and codes of claims.
    fn release(&self) -> Result<Statement, Absent> {
        let retail = self.inputs.retail;
        let files = [MANIFEST, B3SUMS, SHA256SUMS];
        let subject = files.map(|name| of_file(name, &retail.join(name)));
        let subject: Result<Vec<Subject>, Absent> = subject.into_iter().collect();
        let claims = self.report()?.claims.iter();
        let held = claims.filter(|claim| claim.status == Status::Held);
        let mut claims: BTreeMap<String, String> = held
            .map(|claim| (format!("{:?}", claim.code), HELD.to_owned()))
            .collect();
        let mut others = self
            .others()
            .map(|kind| self.faults(kind).is_some_and(|it| it.is_empty()))
            .peekable();
        if others.peek().is_some() && others.all(|stands| stands) {
            claims.insert(format!("{:?}", Claim::C8), HELD.to_owned());
        }
        Ok(Statement {
            subject: subject?,
            predicate: Predicate::Release(ReleasePredicate { claims }),
        })
    }

    fn report(&self) -> Result<&Report, Absent> {
        let none = || Absent::of("evidence/report.json")(io::ErrorKind::NotFound.into());
        self.unsigned.ok_or_else(none)
    }

    /// What else the job asks for, beside the release.
    pub(crate) fn others(&self) -> impl Iterator<Item = StatementKind> {
        let asked = self.signers.policy.0.keys().copied();
        asked.filter(|kind| *kind != StatementKind::Release)
    }
}

/// A file that a statement would be about, and that is not there or cannot be read.
#[derive(Debug)]
pub(crate) struct Absent {
    pub(crate) what: String,
    pub(crate) why: io::Error,
}

impl Absent {
    fn of(what: &str) -> impl Fn(io::Error) -> Self {
        let what = what.to_owned();
        move |why| Self {
            what: what.clone(),
            why,
        }
    }
}

fn of_file(name: &str, path: &Path) -> Result<Subject, Absent> {
    let digests = hash_file(path).map_err(Absent::of(name))?;
    Ok(Subject::new(name, digests))
}

fn digests(bytes: &[u8]) -> Digests {
    let mut digester = Digester::new();
    digester.update(bytes);
    digester.finish()
}

/// The files that the catalogue's digest is over. Hidden ones are an editor's.
fn catalogue_files(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut names = vec![MAIN.to_owned()];
    for entry in std::fs::read_dir(folder.join(TABLES))? {
        let name = entry?.file_name();
        let name = name
            .into_string()
            .map_err(|_| io::Error::other("a file's name is no text"))?;
        if !name.starts_with('.') {
            names.push(format!("{TABLES}/{name}"));
        }
    }
    let read = |name: String| Ok((name.clone(), read_regular(&folder.join(&name))?));
    names.into_iter().map(read).collect()
}

/// The word of a report for a status or a verdict.
fn word(of: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    let value = serde_json::to_value(of)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}
