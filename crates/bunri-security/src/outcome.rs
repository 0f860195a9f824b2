//! What a command of `bunri incident` says: which rules were checked on how much, which were not and why, and what was found.
//! A finding names accounts, roles, screens, columns, grants, terminals, rooms and companies, and counts; never a customer, a point, a
//! person, or a value. JSON in the order of rules and names, so that the same input gives the same bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rule::RuleTerms;
use crate::{Command, Rule};

/// Of what kind the file is.
pub const FORMAT: &str = "bunri.incident/1";

/// Why a rule was not checked that the incident file leaves out, with a basis. Of all reasons this one alone is somebody's decision.
pub const LEFT_OUT: &str = "the incident file leaves it out";

/// What one command says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// [`FORMAT`].
    pub format: String,
    /// The command.
    pub command: String,
    /// As the incident file calls the system.
    pub label: String,
    /// The day on which it was judged.
    pub judged_on: String,
    /// The version of bunri.
    pub tool: String,
    /// How many rows each table had that was read.
    pub tables: BTreeMap<String, u64>,
    /// Every rule of the command, in their order.
    pub checks: Vec<Check>,
    /// What was found, in the order of rules and names.
    pub findings: Vec<Finding>,
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name.
    pub rule: String,
    /// Of which incident of the deck it is.
    pub incident: String,
    /// Whether somebody looked.
    pub status: Status,
    /// Why nobody did; [`None`] where somebody did.
    pub reason: Option<String>,
    /// At how many accounts, fields, ways … it looked.
    pub looked_at: u64,
    /// How many findings it has.
    pub found: u64,
    /// Its numbers.
    pub thresholds: BTreeMap<String, u64>,
    /// On what it rests.
    pub basis: String,
}

/// Whether somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Yes.
    Checked,
    /// No: that nothing was found means nothing.
    NotChecked,
}

/// One thing that somebody should look into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// Of what it speaks: `account`, `role`, `screen`, `field`, `column`, `grant`, `declaration`, `terminal`, `room`, `company` … to its name.
    pub of: BTreeMap<String, String>,
    /// Numbers, by what they count.
    pub figures: BTreeMap<String, u64>,
    /// Days, by what they are.
    pub days: BTreeMap<String, String>,
    /// The way through the screens, where it is one: from the first screen on.
    pub path: Vec<Step>,
    /// Columns of the legacy database (`table.column`) that are exposed, with the class of each.
    pub exposed: Vec<Exposed>,
}

/// A key pressed on a screen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// On this screen …
    pub screen: String,
    /// … this key …
    pub key: String,
    /// … leads to that one.
    pub to: String,
}

/// A column that somebody sees who may not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposed {
    /// `table.column`.
    pub column: String,
    /// Its class, as the catalogue says it.
    pub class: String,
    /// Whether it may not be seen of own customers' points, either.
    pub of_own: bool,
    /// Whether it may not be seen of other customers' points.
    pub of_others: bool,
}

impl Finding {
    /// A finding of a rule, of nothing yet.
    #[must_use]
    pub fn new(rule: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            of: BTreeMap::new(),
            figures: BTreeMap::new(),
            days: BTreeMap::new(),
            path: Vec::new(),
            exposed: Vec::new(),
        }
    }

    /// Of something.
    #[must_use]
    pub fn of(mut self, what: &str, name: &str) -> Self {
        self.of.insert(what.to_owned(), name.to_owned());
        self
    }

    /// With a number.
    #[must_use]
    pub fn figure(mut self, what: &str, number: u64) -> Self {
        self.figures.insert(what.to_owned(), number);
        self
    }

    /// With a day.
    #[must_use]
    pub fn day(mut self, what: &str, day: bunri_types::Day) -> Self {
        self.days
            .insert(what.to_owned(), bunri_types::day_text(day));
        self
    }
}

impl Check {
    /// A rule that looked at so many things.
    #[must_use]
    pub fn made(rule: &Rule, terms: &RuleTerms, looked_at: u64) -> Self {
        Self {
            looked_at,
            ..Self::of(rule, terms, Status::Checked, None)
        }
    }

    /// A rule that nobody could look for.
    #[must_use]
    pub fn not_made(rule: &Rule, terms: &RuleTerms, reason: &str) -> Self {
        Self::of(rule, terms, Status::NotChecked, Some(reason.to_owned()))
    }

    fn of(rule: &Rule, terms: &RuleTerms, status: Status, reason: Option<String>) -> Self {
        let thresholds = terms
            .thresholds
            .iter()
            .filter_map(|(name, number)| Some(((*name).to_owned(), (*number)?)));
        Self {
            rule: rule.name.to_owned(),
            incident: rule.incident.word().to_owned(),
            status,
            reason,
            looked_at: 0,
            found: 0,
            thresholds: thresholds.collect(),
            basis: terms.basis.clone(),
        }
    }
}

impl Outcome {
    /// Checks in the order of the rules, findings in the order of rules and names, and each check with the number of its findings.
    #[must_use]
    pub fn new(
        command: Command,
        file: &crate::IncidentFile,
        tables: BTreeMap<String, u64>,
        mut checks: Vec<Check>,
        mut findings: Vec<Finding>,
    ) -> Self {
        let place = |name: &str| Rule::all().position(|rule| rule.name == name);
        checks.sort_by_key(|check| place(&check.rule));
        findings.sort_by(|a, b| (place(&a.rule), a).cmp(&(place(&b.rule), b)));
        for check in &mut checks {
            let of_rule = findings.iter().filter(|finding| finding.rule == check.rule);
            check.found = of_rule.count() as u64;
        }
        Self {
            format: FORMAT.to_owned(),
            command: command.word().to_owned(),
            label: file.label.clone(),
            judged_on: bunri_types::day_text(file.judged_on),
            tool: format!("bunri {}", env!("CARGO_PKG_VERSION")),
            tables,
            checks,
            findings,
        }
    }

    /// As it is written: indented, with a line break at its end.
    ///
    /// # Errors
    /// Never, in practice: every key is a text.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Read back.
    ///
    /// # Errors
    /// What is no such file, or of another format.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let outcome: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if outcome.format != FORMAT {
            return Err(format!("the format is not `{FORMAT}`"));
        }
        Ok(outcome)
    }
}
