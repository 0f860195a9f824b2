//! What a log said: which rules were looked for and on how many lines, what was found by account and screen, which lines are none, and
//! what nobody could judge. The same log gives the same bytes, whoever looked and however many they were.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::cut::Malformed;
use crate::form::{Log, Place};
use crate::known::Known;
use crate::location::Location;
use crate::order::NOBODY;
use crate::rules::{NotJudged, Rule, Terms};
use crate::tally::{Key, Seen, Tally};
use crate::time::{Instant, japan_midnight, japan_text};

/// What a log said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log.
    pub log: Looked,
    /// Every rule, in their order.
    pub checks: Vec<Check>,
    /// What was found, in the order of rules, accounts and screens.
    pub findings: Vec<Finding>,
    /// Lines that are none, by why.
    pub malformed: Vec<Open>,
    /// Lines on which a rule could not be decided, by why.
    pub not_judged: Vec<Open>,
}

/// How much was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The files, or the database and its table.
    pub files: Vec<String>,
    /// Lines, those that are none included; a line of names is not one.
    pub lines: u64,
    /// The earliest time of a line, by Japan's clock.
    pub first: Option<String>,
    /// The latest.
    pub last: Option<String>,
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub rule: &'static str,
    /// Why nobody looked; then that nothing was found means nothing.
    pub not_checked: Option<String>,
    /// On how many lines it was asked.
    pub lines_asked: u64,
    /// How often it speaks: lines, days of accounts, or missing numbers.
    pub found: u64,
    /// Its numbers.
    pub thresholds: BTreeMap<&'static str, u64>,
}

/// What an account did on a screen; or what the log itself shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// The account; [`None`]: the log itself.
    pub account: Option<String>,
    /// The account's company.
    pub company: Option<String>,
    /// The screen; [`None`]: none, or one on no list.
    pub screen: Option<String>,
    /// How often: lines, days of an account, or missing numbers.
    pub count: u64,
    /// Of days: records on the worst of them.
    pub most: Option<u64>,
    /// The first time, by Japan's clock.
    pub first: Option<String>,
    /// The last.
    pub last: Option<String>,
    /// The first places in the log.
    pub examples: Vec<String>,
}

/// Lines of which something is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Why.
    pub reason: &'static str,
    /// How many.
    pub lines: u64,
    /// The first of them.
    pub examples: Vec<String>,
}

impl Report {
    pub(crate) fn new(log: &Log, known: &Known, terms: &Terms, tally: &Tally) -> Self {
        let named = Named { log, known };
        let mut findings = named.by_day(terms, tally);
        for (key, seen) in &tally.findings {
            findings.push((*key, named.finding(*key, seen)));
        }
        // By names, as people look for them; numbers are those of a table's order.
        let order = |(key, finding): &(Key, Finding)| {
            (key.rule, finding.account.clone(), finding.screen.clone())
        };
        findings.sort_by_cached_key(order);
        let findings: Vec<Finding> = findings.into_iter().map(|(_, finding)| finding).collect();
        Self {
            log: Looked {
                files: named.files(),
                lines: tally.lines,
                first: tally.first.map(japan_text),
                last: tally.last.map(japan_text),
            },
            checks: Rule::ALL
                .map(|rule| check(rule, terms, tally, &findings))
                .into(),
            findings,
            malformed: open(
                &named,
                Malformed::ALL.map(Malformed::word),
                &tally.malformed,
            ),
            not_judged: open(
                &named,
                NotJudged::ALL.map(NotJudged::word),
                &tally.not_judged,
            ),
        }
    }

    /// Whether nothing is to be read.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.malformed.is_empty() && self.not_judged.is_empty()
    }

    /// Accounts of which something was found.
    #[must_use]
    pub fn accounts(&self) -> BTreeSet<&str> {
        let accounts = self.findings.iter().filter_map(|it| it.account.as_deref());
        accounts.collect()
    }
}

fn check(rule: Rule, terms: &Terms, tally: &Tally, findings: &[Finding]) -> Check {
    let of_rule = findings.iter().filter(|it| it.rule == rule.word());
    // What is judged in order is asked of every line that could be read.
    let malformed: u64 = tally.malformed.iter().map(|seen| seen.count).sum();
    let asked = match rule {
        Rule::SequenceMissing
        | Rule::SequenceRepeated
        | Rule::SilentSpan
        | Rule::ClockBackwards
        | Rule::ClockForwards => tally.lines - malformed,
        Rule::ReadsInAWindow => tally.asked[Rule::ReadsADay as usize],
        _ => tally.asked[rule as usize],
    };
    Check {
        rule: rule.word(),
        not_checked: terms.off[rule as usize].clone(),
        lines_asked: if terms.looks(rule) { asked } else { 0 },
        found: of_rule.map(|finding| finding.count).sum(),
        thresholds: terms.of(rule).into_iter().collect(),
    }
}

fn open<const N: usize>(
    named: &Named<'_>,
    words: [&'static str; N],
    seen: &[Seen; N],
) -> Vec<Open> {
    let some = words
        .into_iter()
        .zip(seen)
        .filter(|(_, seen)| seen.count > 0);
    some.map(|(reason, seen)| Open {
        reason,
        lines: seen.count,
        examples: named.places(seen.examples()),
    })
    .collect()
}

struct Named<'a> {
    log: &'a Log,
    known: &'a Known,
}

impl Named<'_> {
    /// By their names; with their folders where two have one name.
    fn files(&self) -> Vec<String> {
        match &self.log.place {
            Place::Files { files, .. } => {
                let names: BTreeSet<_> = files.iter().map(|file| file.file_name()).collect();
                let alone = names.len() == files.len();
                let name = |file: &PathBuf| match file.file_name().filter(|_| alone) {
                    Some(name) => name.to_string_lossy().into_owned(),
                    None => file.display().to_string(),
                };
                files.iter().map(name).collect()
            }
            Place::Table {
                database, table, ..
            } => {
                let name = database.file_name().unwrap_or_default();
                vec![format!("{}:{table}", name.to_string_lossy())]
            }
        }
    }

    fn places(&self, places: &[Location]) -> Vec<String> {
        let files = self.files();
        let name = |place: &Location| files.get(place.file as usize).map_or("", String::as_str);
        places
            .iter()
            .map(|place| format!("{}:{}", name(place), place.line))
            .collect()
    }

    fn finding(&self, key: Key, seen: &Seen) -> Finding {
        let account = (key.account != NOBODY).then_some(key.account);
        let company = account.map(|it| self.known.account[it as usize].company);
        let screen = key.screen.checked_sub(1);
        Finding {
            rule: key.rule.word(),
            account: account.map(|it| self.known.accounts.name(it).to_owned()),
            company: company.map(|it| self.known.companies.name(it).to_owned()),
            screen: screen.map(|it| self.known.screens.name(it).to_owned()),
            count: seen.count,
            most: None,
            first: seen.first.map(japan_text),
            last: seen.last.map(japan_text),
            examples: self.places(seen.examples()),
        }
    }

    /// Accounts with more records on a day than they may be shown.
    fn by_day(&self, terms: &Terms, tally: &Tally) -> Vec<(Key, Finding)> {
        let mut accounts: BTreeMap<u32, (Seen, u64)> = BTreeMap::new();
        for ((account, day), reads) in &tally.days {
            if reads.count > terms.reads_a_day {
                let (seen, most) = accounts.entry(*account).or_default();
                let at: Instant = japan_midnight(*day);
                seen.add(1, Some(at), reads.first);
                *most = (*most).max(reads.count);
            }
        }
        let finding = |(account, (seen, most)): (u32, (Seen, u64))| {
            let key = Key {
                rule: Rule::ReadsADay,
                account,
                screen: 0,
            };
            let finding = self.finding(key, &seen);
            let day = |time: Option<String>| time.and_then(|it| it.get(..10).map(str::to_owned));
            let finding = Finding {
                most: Some(most),
                first: day(finding.first),
                last: day(finding.last),
                ..finding
            };
            (key, finding)
        };
        accounts.into_iter().map(finding).collect()
    }
}
