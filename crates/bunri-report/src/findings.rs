//! Findings while they are gathered: the first few of each kind are kept, all are counted.

use std::collections::BTreeMap;

use crate::claim::{Claim, Grade};
use crate::report::{Finding, Gap};
use crate::rules::Rule;

/// What findings about the staging are about, beside the stores' words.
const STAGING: &str = "staging";

/// As many findings of one rule are named per table and store.
pub const NAMED: usize = 20;

/// Where a finding was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Column.
    pub column: Option<String>,
    /// The row's key, or its ordinal where the key is a value.
    pub row: Option<String>,
    /// Path below the store's root.
    pub file: Option<String>,
    /// What else tells it from others of its kind; never a value.
    pub detail: Option<String>,
}

impl Place {
    /// A file, below the store's root.
    pub fn file(path: &str) -> Self {
        Self {
            file: Some(path.to_owned()),
            ..Self::default()
        }
    }

    /// A column.
    pub fn column(name: &str) -> Self {
        Self {
            column: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Anything else that is no value.
    pub fn detail(what: &str) -> Self {
        Self {
            detail: Some(what.to_owned()),
            ..Self::default()
        }
    }
}

/// Findings of one part of the work; parts are put together at the end, in an order of their own.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    groups: BTreeMap<Group, Kept>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    claim: Claim,
    store: String,
    table: Option<String>,
    rule: Rule,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    total: u64,
    named: Vec<(Place, u64)>,
}

/// What a finding is about, but for its place.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The store's word, or `staging`.
    pub store: &'a str,
    /// The table's id.
    pub table: Option<&'a str>,
}

impl Findings {
    /// One finding.
    pub fn add(&mut self, claim: Claim, rule: Rule, about: About<'_>, place: Place) {
        self.add_many(claim, rule, about, place, 1);
    }

    /// One finding that stands for several things of a kind. The place is built by the caller; see [`Findings::full`].
    pub fn add_many(
        &mut self,
        claim: Claim,
        rule: Rule,
        about: About<'_>,
        place: Place,
        count: u64,
    ) {
        let kept = self.groups.entry(group(claim, rule, about)).or_default();
        // A damaged footer may claim any number of rows.
        kept.total = kept.total.saturating_add(count);
        if kept.named.len() < NAMED {
            kept.named.push((place, count));
        }
    }

    /// Whether further places of this kind would not be named, so that nobody needs to render them.
    pub fn full(&self, claim: Claim, rule: Rule, about: About<'_>) -> bool {
        self.groups
            .get(&group(claim, rule, about))
            .is_some_and(|kept| kept.named.len() >= NAMED)
    }

    /// Table and file of the findings of a rule in a store, as far as they are named.
    pub fn places<'f>(
        &'f self,
        rule: Rule,
        store: &'f str,
    ) -> impl Iterator<Item = (Option<&'f str>, Option<&'f str>)> {
        let of = self
            .groups
            .iter()
            .filter(move |(group, _)| group.rule == rule && group.store == store);
        of.flat_map(|(group, kept)| {
            let files = kept.named.iter().map(|(place, _)| place.file.as_deref());
            files.map(|file| (group.table.as_deref(), file))
        })
    }

    /// Takes over the findings of another part.
    pub fn append(&mut self, other: Findings) {
        for (group, more) in other.groups {
            let kept = self.groups.entry(group).or_default();
            kept.total = kept.total.saturating_add(more.total);
            let room = NAMED.saturating_sub(kept.named.len());
            kept.named.extend(more.named.into_iter().take(room));
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Exact count of a claim's findings.
    pub fn total(&self, claim: Claim) -> u64 {
        self.groups
            .iter()
            .filter(|(group, _)| group.claim == claim)
            .map(|(_, kept)| kept.total)
            .fold(0, u64::saturating_add)
    }

    /// Exact count of the findings that break a claim.
    pub fn certain(&self, claim: Claim) -> u64 {
        self.groups
            .iter()
            .filter(|(group, _)| group.claim == claim && group.rule.grade() == Grade::Certain)
            .map(|(_, kept)| kept.total)
            .fold(0, u64::saturating_add)
    }

    /// What a claim could not look at, as findings of any claim show it.
    pub fn gaps(&self, claim: Claim) -> Vec<Gap> {
        let blind = self.groups.iter().filter(|(group, _)| {
            // What lies in staging is read by name or not at all; a link that nobody listed hides nothing of it.
            group.rule.blinds(claim) && group.store != STAGING
        });
        let mut gaps = Vec::new();
        for (group, kept) in blind {
            let gap = |file: Option<&String>, count| Gap {
                store: Some(group.store.clone()),
                table: group.table.clone(),
                file: file.cloned(),
                why: group.rule.sentence().to_owned(),
                count,
            };
            let named = kept.named.iter();
            gaps.extend(named.map(|(place, count)| gap(place.file.as_ref(), *count)));
            let told = kept.named.iter().map(|(_, count)| *count);
            let rest = kept.total.saturating_sub(told.fold(0, u64::saturating_add));
            if rest > 0 {
                gaps.push(gap(None, rest));
            }
        }
        gaps
    }

    /// The findings of the report; what is not named stands in one line at the end of its kind.
    pub fn into_report(self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (
            Group {
                claim,
                store,
                table,
                rule,
            },
            Kept { total, mut named },
        ) in self.groups
        {
            let told = named.iter().map(|(_, count)| *count);
            let rest = total.saturating_sub(told.fold(0, u64::saturating_add));
            if rest > 0 {
                named.push((Place::default(), rest));
            }
            for (
                Place {
                    column,
                    row,
                    file,
                    detail,
                },
                count,
            ) in named
            {
                findings.push(Finding {
                    id: format!("F{}", findings.len() + 1),
                    claim,
                    grade: rule.grade(),
                    rule,
                    store: store.clone(),
                    table: table.clone(),
                    column,
                    row,
                    file,
                    detail,
                    count,
                });
            }
        }
        findings
    }
}

fn group(claim: Claim, rule: Rule, about: About<'_>) -> Group {
    Group {
        claim,
        rule,
        store: about.store.to_owned(),
        table: about.table.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn findings_are_capped_and_their_total_is_exact() {
        let about = About {
            store: "retail",
            table: Some("meter"),
        };
        let mut findings = Findings::default();
        for row in 0..50 {
            let place = Place {
                row: Some(row.to_string()),
                ..Place::default()
            };
            findings.add(Claim::C3, Rule::RowMissing, about, place);
        }
        assert_eq!(findings.total(Claim::C3), 50);
        let report = findings.into_report();
        assert_eq!(report.len(), NAMED + 1);
        assert_eq!(report.last().unwrap().count, 30);
        assert_eq!(report.iter().map(|finding| finding.count).sum::<u64>(), 50);
    }
    #[test]
    fn counts_that_no_number_can_hold_still_break_the_claim() {
        let mut findings = Findings::default();
        for (store, count) in [("retail", u64::MAX), ("transmission", 1)] {
            let about = About { store, table: None };
            findings.add_many(Claim::C3, Rule::RowMissing, about, Place::default(), count);
            findings.add_many(Claim::C3, Rule::RowMissing, about, Place::default(), count);
        }
        assert_eq!(findings.certain(Claim::C3), u64::MAX);
        assert_eq!(findings.total(Claim::C3), u64::MAX);
    }

    #[test]
    fn what_is_to_be_reviewed_breaks_no_claim() {
        let about = About {
            store: "retail",
            table: None,
        };
        let mut findings = Findings::default();
        findings.add(Claim::C5, Rule::ValueInGrantedCell, about, Place::default());
        findings.add(Claim::C4, Rule::RowNotGranted, about, Place::default());
        assert_eq!(
            (findings.total(Claim::C5), findings.certain(Claim::C5)),
            (1, 0)
        );
        findings.add(Claim::C5, Rule::ValueLeaked, about, Place::default());
        assert_eq!(
            (findings.total(Claim::C5), findings.certain(Claim::C5)),
            (2, 1)
        );
    }
}
