//! A rule looked for, or why nobody could: every rule of a command ends as one check.

use std::collections::BTreeMap;

use bunri_security::outcome::LEFT_OUT;
use bunri_security::rules::RULES;
use bunri_security::{Check, Command, Finding, IncidentFile, Outcome, RuleTerms, TableName};

/// Where checks and findings are gathered.
pub(crate) struct Desk<'a> {
    pub(crate) incidents: &'a IncidentFile,
    checks: Vec<Check>,
    findings: Vec<Finding>,
}

/// What a rule cannot do without: a table, or a field of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needs {
    Table(TableName),
    Field(TableName, &'static str),
}

/// What a rule saw: at how many things it looked, and what it found; or why it could not.
pub(crate) type Seen = Result<(usize, Vec<Finding>), String>;

impl<'a> Desk<'a> {
    pub(crate) fn new(incidents: &'a IncidentFile) -> Self {
        Self {
            incidents,
            checks: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Looks for a rule, unless the incident file leaves it out, or lacks what it needs.
    pub(crate) fn look(
        &mut self,
        name: &str,
        needs: &[Needs],
        make: impl FnOnce(&RuleTerms) -> Seen,
    ) {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            return;
        };
        let own = rule.terms();
        let terms = self.incidents.rules.get(rule.name).unwrap_or(&own);
        let seen = match self.why_not(terms, needs) {
            Some(reason) => Err(reason),
            None => make(terms),
        };
        match seen {
            Ok((looked_at, findings)) => {
                self.checks.push(Check::made(rule, terms, looked_at as u64));
                self.findings.extend(findings);
            }
            Err(reason) => self.checks.push(Check::not_made(rule, terms, &reason)),
        }
    }

    fn why_not(&self, terms: &RuleTerms, needs: &[Needs]) -> Option<String> {
        if terms.off {
            return Some(LEFT_OUT.to_owned());
        }
        let absent = needs.iter().find_map(|need| match need {
            Needs::Table(table) => {
                let absent = !self.incidents.tables.contains_key(table);
                absent.then(|| format!("the incident file names no `{}`", table.word()))
            }
            Needs::Field(table, field) => {
                let absent = !self.incidents.has(*table, field);
                absent
                    .then(|| format!("the incident file names no `{field}` of `{}`", table.word()))
            }
        });
        let number = terms.thresholds.iter().find(|(_, number)| number.is_none());
        absent.or_else(|| {
            number.map(|(name, _)| {
                format!("the incident file says no `{name}`, and nobody can for all")
            })
        })
    }

    pub(crate) fn outcome(self, command: Command, tables: BTreeMap<String, u64>) -> Outcome {
        Outcome::new(command, self.incidents, tables, self.checks, self.findings)
    }
}

/// A threshold; a rule that has none by this name is a bug that its test shows.
pub(crate) fn threshold(terms: &RuleTerms, name: &str) -> i64 {
    let number = terms.thresholds.get(name).copied().flatten();
    number
        .and_then(|number| i64::try_from(number).ok())
        .unwrap_or(0)
}
