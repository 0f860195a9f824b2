//! Every declaration, grant and opening looked at again: what has no end, what is wider than was declared, what nobody ever needed, and
//! what was opened when it should not have been.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::envelope::Granted;
use crate::errors::EmergencyError;
use crate::finding::{ReviewFinding, ReviewRule};
use crate::ledger::{EventKind, Ledger};
use crate::register::{EmergencyRegister, Grant};
use crate::release::named;
use crate::scope::{of_declaration, of_grant};
use crate::statement::GrantPredicate;

/// What was seen.
#[derive(Debug)]
pub struct Review {
    /// Everything that is wrong.
    pub findings: Vec<ReviewFinding>,
    /// Declarations that were looked at.
    pub declarations: usize,
    /// Grants.
    pub grants: usize,
    /// Openings in the ledger.
    pub openings: usize,
    /// SHA-256 of the ledger's last line: written down elsewhere, it shows later that nothing was cut off.
    pub ledger: String,
}

/// Looks at everything.
///
/// # Errors
/// When the custodian's folder cannot be read. A broken ledger is a finding.
pub fn review(register: &EmergencyRegister, now: Timestamp) -> Result<Review, EmergencyError> {
    let mut findings = Vec::new();
    for (name, declaration) in &register.declarations {
        findings.extend(of_declaration(name, declaration, register.most_days));
    }
    for (name, grant) in &register.grants {
        findings.extend(of_grant(name, grant, register));
    }
    let mut openings = 0;
    let mut head = String::new();
    match Ledger::read(register) {
        Ok(ledger) => {
            head = ledger.chain.head().to_owned();
            openings = ledger
                .chain
                .all()
                .iter()
                .filter(|event| event.event == EventKind::Released)
                .count();
            of_ledger(register, &ledger, now, &mut findings)?;
        }
        Err(EmergencyError::Ledger { path: _, source }) => {
            findings.push(ReviewFinding::new(
                ReviewRule::LedgerBroken,
                "ledger",
                source.to_string(),
            ));
        }
        Err(other) => return Err(other),
    }
    Ok(Review {
        findings,
        declarations: register.declarations.len(),
        grants: register.grants.len(),
        openings,
        ledger: head,
    })
}

fn of_ledger(
    register: &EmergencyRegister,
    ledger: &Ledger<'_>,
    now: Timestamp,
    findings: &mut Vec<ReviewFinding>,
) -> Result<(), EmergencyError> {
    let grants: BTreeSet<&str> = ledger
        .chain
        .all()
        .iter()
        .map(|event| event.grant.as_str())
        .collect();
    for name in grants {
        let mut found = |rule, message| findings.push(ReviewFinding::new(rule, name, message));
        let known = register.grants.get(name);
        if known.is_none() {
            found(
                ReviewRule::GrantUnknown,
                format!(
                    "the ledger speaks of grant `{}`, which the register does not have",
                    name.escape_debug()
                ),
            );
        }
        let Some(made) = ledger.made(name) else {
            found(
                ReviewRule::LedgerBroken,
                format!(
                    "the ledger speaks of grant `{}`, and of nothing that was made",
                    name.escape_debug()
                ),
            );
            continue;
        };
        let statement = match Granted::read(&register.custody, name, &register.approvers) {
            Ok(granted) if Some(&granted.digest()) == made.statement.as_ref() => {
                granted.statement.predicate
            }
            Ok(_) => {
                found(
                    ReviewRule::StatementWrong,
                    "the statement is not the one of the ledger".to_owned(),
                );
                continue;
            }
            Err(refused) => {
                found(ReviewRule::StatementWrong, refused.to_string());
                continue;
            }
        };
        if !ledger.chain.has(&statement.ledger) && statement.ledger != bunri_evidence::FIRST {
            found(
                ReviewRule::LedgerBroken,
                format!("a line is missing that the statement of grant `{name}` names"),
            );
        }
        if known.is_some_and(|grant| !same(grant, &statement)) {
            found(
                ReviewRule::MadeOtherwise,
                format!("grant `{name}` says something else now than when it was made"),
            );
        }
        openings(name, ledger, &statement, now, &mut found);
        if now >= statement.until && !ledger.is_withdrawn(name) {
            let message = format!(
                "grant `{name}` ended at {} and was not withdrawn: `bunri emergency withdraw`",
                statement.until
            );
            found(ReviewRule::NotWithdrawn, message);
        }
    }
    keys(register, ledger, findings)
}

fn openings(
    name: &str,
    ledger: &Ledger<'_>,
    statement: &GrantPredicate,
    now: Timestamp,
    found: &mut impl FnMut(ReviewRule, String),
) {
    let mut opened = false;
    for event in ledger
        .of(name)
        .filter(|event| event.event == EventKind::Released)
    {
        opened = true;
        let to = event
            .recipient
            .as_deref()
            .unwrap_or_default()
            .escape_debug()
            .to_string();
        if event.at >= statement.until {
            found(
                ReviewRule::OpenedAfterEnd,
                format!(
                    "line {}: released to `{to}` at {}, after its end",
                    event.number, event.at
                ),
            );
        }
        if event.at < statement.from {
            found(
                ReviewRule::OpenedBeforeBegin,
                format!(
                    "line {}: released to `{to}` at {}, before it began",
                    event.number, event.at
                ),
            );
        }
    }
    if !opened && now >= statement.until {
        found(
            ReviewRule::NeverOpened,
            format!("grant `{name}` was made and never opened: was it needed?"),
        );
    }
}

/// Keys that lie in custody and should not.
fn keys(
    register: &EmergencyRegister,
    ledger: &Ledger<'_>,
    findings: &mut Vec<ReviewFinding>,
) -> Result<(), EmergencyError> {
    if !register.custody.is_dir() {
        return Ok(());
    }
    let grants: BTreeSet<&str> = register
        .grants
        .keys()
        .map(String::as_str)
        .chain(ledger.chain.all().iter().map(|event| event.grant.as_str()))
        .collect();
    for name in grants {
        let lie = named(register, name)?.len();
        let withdrawn = ledger.is_withdrawn(name);
        if lie > 0 && (withdrawn || ledger.made(name).is_none()) {
            let why = if withdrawn {
                "was withdrawn"
            } else {
                "was never made"
            };
            let message = format!("{lie} keys of grant `{name}` lie in custody, and it {why}");
            findings.push(ReviewFinding::new(
                ReviewRule::KeyUnaccounted,
                name,
                message,
            ));
        }
    }
    Ok(())
}

/// Whether a grant says what was made of it.
fn same(grant: &Grant, statement: &GrantPredicate) -> bool {
    let tables = grant.areas.len() == statement.tables.len()
        && grant
            .areas
            .iter()
            .zip(&statement.tables)
            .all(|(area, made)| {
                area.table == made.table
                    && area.columns == made.columns
                    && area.conditions == made.area
            });
    tables
        && grant.declaration == statement.declaration
        && grant.recipients == statement.recipients
        && grant.window.from == statement.from
        && grant.window.until == Some(statement.until)
}
