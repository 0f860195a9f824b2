//! What an audit finds: rules and places, one line for each rule and file, however often it is broken.

use bunri_report::{About, Claim, Findings, Place};
use std::collections::BTreeMap;

pub(crate) use bunri_report::Rule;

/// What was found in one file: how often, and where first.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Residues {
    found: BTreeMap<(Rule, Option<usize>), (u64, String)>,
}

impl Residues {
    /// One more; `detail` is kept of the first of its rule and column.
    pub(crate) fn add(&mut self, rule: Rule, column: Option<usize>, detail: &str) {
        self.add_many(rule, column, detail, 1);
    }

    pub(crate) fn add_many(&mut self, rule: Rule, column: Option<usize>, detail: &str, count: u64) {
        let (total, _) = self
            .found
            .entry((rule, column))
            .or_insert_with(|| (0, detail.to_owned()));
        *total += count;
    }

    /// Takes over what was found further on in the same file.
    pub(crate) fn append(&mut self, further: Self) {
        for ((rule, column), (count, detail)) in further.found {
            self.add_many(rule, column, &detail, count);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The rules that were broken.
    #[cfg(test)]
    pub(crate) fn words(&self) -> Vec<&'static str> {
        let mut words: Vec<_> = self.found.keys().map(|(rule, _)| rule.word()).collect();
        words.dedup();
        words
    }

    /// As findings of C6, one for each rule; `name` gives a column's name where it is one of the catalogue's, and a
    /// column is named where only one breaks the rule.
    pub(crate) fn report<'n>(
        self,
        file: &str,
        name: impl Fn(usize) -> Option<&'n str>,
        about: About<'_>,
        findings: &mut Findings,
    ) {
        let found: Vec<_> = self.found.into_iter().collect();
        for of_rule in found.chunk_by(|one, next| one.0.0 == next.0.0) {
            let ((rule, column), (_, detail)) = &of_rule[0];
            let column = column.filter(|_| of_rule.len() == 1).and_then(&name);
            let place = Place {
                column: column.map(str::to_owned),
                file: Some(file.to_owned()),
                detail: (!detail.is_empty()).then(|| detail.clone()),
                row: None,
            };
            let count = of_rule.iter().map(|(_, (count, _))| count).sum();
            findings.add_many(Claim::C6, *rule, about, place, count);
        }
    }
}
