//! From what was found in one store to findings: the rule, the place, the column that withholds the value. Never the value.

use bunri_report::{About, Claim, Findings, Place, Rule};

use crate::LeakError;
use crate::combination::Combined;
use crate::hits::{Hit, NO_COLUMN, Site};
use crate::records::Sorter;
use crate::vocabulary::Source;

/// Writes the findings of one store.
pub(crate) struct Reporter<'r> {
    pub(crate) store: &'r str,
    pub(crate) sites: &'r [Site],
    pub(crate) sources: &'r [Source],
    pub(crate) findings: &'r mut Findings,
}

impl Reporter<'_> {
    pub(crate) fn add(&mut self, rule: Rule, site: &Site, place: Place, count: u64) {
        let about = About {
            store: self.store,
            table: site.table.as_deref(),
        };
        self.findings.add_many(Claim::C5, rule, about, place, count);
    }

    /// Every hit but those that a person is to review.
    pub(crate) fn hits(&mut self, hits: &Sorter<Hit>) -> Result<(), LeakError> {
        let mut last: Option<Hit> = None;
        for hit in hits.sorted()? {
            let hit = hit?;
            let told = |hit: &Hit| (hit.position, hit.from, hit.source, hit.coat, hit.loose);
            // The overlap of two blocks, or one token in two alphabets.
            if last.as_ref().map(told) != Some(told(&hit)) {
                let site = Site::of(self.sites, hit.position.site)?;
                let rule = rule(&hit, site);
                self.add(rule, site, self.place(&hit, site, rule), 1);
            }
            last = Some(hit);
        }
        Ok(())
    }

    fn place(&self, hit: &Hit, site: &Site, rule: Rule) -> Place {
        let mut detail = self.source(hit.source);
        if !hit.coat.word().is_empty() {
            detail = format!("{detail}, {}", hit.coat.word());
        }
        if hit.loose && rule != Rule::ValueLeakedLoose && !hit.coat.is_digest() {
            detail.push_str(", loose");
        }
        let label = Some(&hit.label).filter(|label| !label.is_empty());
        let cell = hit.position.column != NO_COLUMN;
        if let Some(label) = label.filter(|_| !cell) {
            detail = format!("{detail}, in {label}");
        }
        Place {
            column: site.column(hit.position.column),
            row: label.filter(|_| cell).cloned(),
            file: site.file.clone(),
            detail: Some(detail),
        }
    }

    /// Table and column that withhold a value.
    pub(crate) fn source(&self, source: u16) -> String {
        let source = self.sources.get(usize::from(source));
        source.map_or_else(String::new, |Source { table, column }| {
            format!("{table}.{column}")
        })
    }

    /// Nobody knows what this file holds: not having found anything in it is worth nothing.
    pub(crate) fn not_searched(&mut self, site: u32) -> Result<(), LeakError> {
        let site = Site::of(self.sites, site)?;
        let place = Place {
            file: site.file.clone(),
            detail: Some("it cannot be read as a table".to_owned()),
            ..Place::default()
        };
        self.add(Rule::FileNotSearched, site, place, 1);
        Ok(())
    }

    /// A record of this table stands in a row.
    pub(crate) fn combined(&mut self, found: &Combined, table: &str) -> Result<(), LeakError> {
        let site = Site::of(self.sites, found.location.position.site)?;
        let place = Place {
            column: None,
            row: Some(found.location.label.clone()),
            file: site.file.clone(),
            detail: Some(format!("{table}, {} columns of one record", found.columns)),
        };
        self.add(Rule::RecordCombined, site, place, 1);
        Ok(())
    }
}

fn rule(hit: &Hit, site: &Site) -> Rule {
    match site.rule {
        Some(rule) => rule,
        None if hit.coat.is_digest() => Rule::ValueHashed,
        None if !hit.coat.word().is_empty() => Rule::ValueEncoded,
        None if hit.loose => Rule::ValueLeakedLoose,
        None => Rule::ValueLeaked,
    }
}
