//! C5: no value that occurs only in cells withheld from a store is found in it. For retail and for transmission, each
//! against what is withheld from *it*.
//!
//! **Vocabulary** ([`vocabulary`]). While the tables are decided, every text, number of nine digits and bytes goes by once:
//! a record ([`record`]) of its names in two forms ([`spelling`]; the names: [`hashing`]), of the column it comes from, and of
//! its [`fate`]: which of the two stores it is withheld from and granted to. The records are divided by name
//! ([`partitions`]) and sorted within the memory bound. What is granted to a store in the same spelling anywhere carries nothing
//! that only withheld cells hold: it is counted and dropped. So is what is too short to be told from chance. What is left
//! ([`exclusive`]) lies in a sorted file with a filter ([`filter`]) before it ([`set`]).
//!
//! **Search** ([`seek`], [`look`], [`file`], [`sites`]). Every cell of every readable Parquet file, listed or not, every other file
//! as text, and every name, manifest and metadata string is put into both forms, and at every position the filter is
//! asked for every length that a value with this beginning can have. Texts have no words, so none are cut out; only digits
//! are never cut. Tokens that decode from base64, hex or escapes are searched in turn ([`tokens`]); tokens that look like a
//! digest are kept, and if there are any, staging is read a second time to hash the withheld values ([`again`]). Where C3 and
//! C4 found every cell of a table to be the source's own granted cell, none can be, as a whole, a value that only withheld
//! cells hold; what may stand inside it, or in another coat, is looked for as everywhere.
//!
//! **Confirmation** ([`confirm`]). What the filter let through is looked up in the sorted file, then sorted by place.
//!
//! **Grades.** A hit in a cell that is, bit for bit, what the source's granted cell of the same row says ([`unmatched`]) is
//! contamination: the classification should be reconsidered, and the grade is *review*. Every other hit is *certain*.
//!
//! **Combination** ([`again`]). Values that are granted elsewhere are no secret one by one, but several of them in one row can
//! be the record of somebody else. In a row that is what the source's granted cells say, they can only be what is
//! granted together; so only the other rows are held against the withheld records.
//!
//! The quarantine lies in transmission custody and is neither company's system: it is not searched. C4 fixes its cells.
//!
//! Nothing here depends on the secret, the threads or the memory but the time it takes.

mod again;
mod cells;
mod combine;
mod confirm;
mod digests;
mod exclusive;
mod fate;
mod file;
mod filter;
mod hashing;
mod look;
mod partitions;
mod record;
mod recorded;
mod seek;
mod set;
mod sites;
mod spelling;
mod spot;
mod suspicion;
#[cfg(test)]
mod tests;
mod tokens;
pub(crate) mod unmatched;
mod variants;
pub(crate) mod vocabulary;
mod written;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bunri_catalogue::{Catalogue, Decisions, Store};
use bunri_columnar::{Observer, Staging};
use bunri_evaluator::Terms;
use bunri_redecide::{Indexes, Layout, Scratch};
use bunri_report::{About, Checked, Claim, Findings, Gap, Place, Rule};

use self::combine::Suspects;
use self::digests::Digests;
use self::exclusive::{Blind, Exclusive};
use self::fate::SEARCHED;
use self::file::Looked;
use self::look::{Found, Looker};
use self::sites::Sites;
use self::unmatched::Unmatched;
use self::vocabulary::{Lexicon, Source, Vocabulary};
use crate::VerifyError;
use crate::cost::{Costs, Work};
use crate::store::files::StoreFiles;

/// What the search needs.
pub(crate) struct Ground<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) staging: &'a Staging,
    pub(crate) terms: &'a Terms,
    pub(crate) decisions: &'a Decisions,
    pub(crate) indexes: &'a Indexes,
    pub(crate) stores: &'a [StoreFiles; 3],
    /// By store, by table.
    pub(crate) unmatched: &'a BTreeMap<Store, BTreeMap<String, Unmatched>>,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) scratch: &'a Scratch,
    pub(crate) threads: usize,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) costs: &'a Costs,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct LeakOutcome {
    pub(crate) findings: Findings,
    pub(crate) checked: Checked,
    pub(crate) blind_spots: Vec<String>,
    /// What was not searched, or searched for nothing.
    pub(crate) gaps: Vec<Gap>,
}

/// Searches both stores.
pub(crate) fn search(
    ground: &Ground<'_>,
    vocabulary: Vocabulary<'_>,
) -> Result<LeakOutcome, VerifyError> {
    let sources = vocabulary.sources.clone();
    let exclusives = Exclusive::of(vocabulary, ground.scratch, ground.threads, ground.costs)?;
    let layouts = SEARCHED.map(|store| Layout::all(ground.catalogue, store).collect::<Vec<_>>());
    let nothing = BTreeMap::new();
    let mut searches = Vec::new();
    for ((store, exclusive), layouts) in SEARCHED.into_iter().zip(&exclusives).zip(&layouts) {
        let unmatched = ground.unmatched.get(&store).unwrap_or(&nothing);
        let files = &ground.stores[store as usize];
        searches.push(StoreSearch {
            ground,
            store,
            exclusive,
            sources: &sources,
            tables: layouts.len() as u64,
            sites: Sites::of(ground.catalogue, files, layouts, unmatched)?,
        });
    }
    let found = [(); SEARCHED.len()].map(|()| Found::new(ground.scratch));
    let looked = look(ground, &searches, &found)?;
    let mut outcome = LeakOutcome::default();
    for ((search, found), looked) in searches.iter().zip(found).zip(looked) {
        search.finish(found, &looked, &mut outcome)?;
    }
    outcome.blind_spots.extend(always_blind(ground));
    Ok(outcome)
}

/// Looks through everything in both stores; whichever thread is free takes the next thing, so that none waits for another
/// at the end of a store. Gives what was looked at, by search.
fn look(
    ground: &Ground<'_>,
    searches: &[StoreSearch<'_>],
    found: &[Found],
) -> Result<Vec<Looked>, VerifyError> {
    let jobs =
        |(at, search): (usize, &StoreSearch<'_>)| (0..search.jobs()).map(move |job| (at, job));
    let jobs: Vec<(usize, usize)> = searches.iter().enumerate().flat_map(jobs).collect();
    let lookers = || -> Vec<Looker<'_>> {
        let exclusives = searches.iter().map(|search| search.exclusive).zip(found);
        exclusives
            .map(|(exclusive, found)| Looker::new(ground.lexicon, exclusive, found))
            .collect()
    };
    let looked = bunri_work::run_with(ground.threads, jobs.len(), lookers, |lookers, number| {
        let (at, job) = jobs[number];
        let looking = || searches[at].look(job, &mut lookers[at]);
        ground.costs.of(Work::Search, looking)
    })?;
    let mut total: Vec<Looked> = searches.iter().map(|_| Looked::default()).collect();
    for ((at, _), looked) in jobs.iter().zip(looked) {
        total[*at].add(looked);
    }
    Ok(total)
}

/// One store's search.
struct StoreSearch<'a> {
    ground: &'a Ground<'a>,
    store: Store,
    exclusive: &'a Exclusive,
    sources: &'a [Source],
    tables: u64,
    sites: Sites<'a>,
}

impl StoreSearch<'_> {
    /// Words are one thing to be looked at, every text is one, and every piece.
    fn jobs(&self) -> usize {
        1 + self.sites.texts.len() + self.sites.pieces.len()
    }

    fn look(&self, job: usize, looker: &mut Looker<'_>) -> Result<Looked, VerifyError> {
        let Sites {
            words,
            texts,
            pieces,
            ..
        } = &self.sites;
        let nothing = |()| Looked::default();
        let Some(job) = job.checked_sub(1) else {
            let mut words = (0..).zip(words);
            let looked = words.try_for_each(|(row, word)| word.look(row, looker));
            return looked.map(nothing);
        };
        match texts.get(job) {
            Some(text) => text.look(looker).map(nothing),
            None => pieces[job - texts.len()].look(
                &self.ground.lexicon.secret,
                looker,
                self.ground.observer,
            ),
        }
    }

    /// After everything was looked at.
    fn finish(
        &self,
        found: Found,
        looked: &Looked,
        outcome: &mut LeakOutcome,
    ) -> Result<(), VerifyError> {
        let Ground {
            lexicon,
            observer,
            costs,
            ..
        } = *self.ground;
        let sites = &self.sites;
        let mut suspects = Suspects::new(lexicon);
        costs.of(Work::Search, || {
            for piece in &sites.pieces {
                piece.suspects(&mut suspects, observer)?;
            }
            self.confirm(found, suspects, outcome)
        })?;
        for site in sites.unreadable.union(&looked.short) {
            let findings = &mut outcome.findings;
            confirm::not_searched(self.store.word(), &sites.sites, *site, findings);
        }
        outcome.checked.files += sites.files;
        outcome.checked.tables += self.tables;
        outcome.checked.rows += looked.rows;
        outcome.checked.cells += looked.cells;
        let blind = &self.exclusive.blind;
        outcome.blind_spots.push(blind_spot(self.store, blind));
        if blind.searched == 0 {
            let why = "there was no value to search for: nothing is withheld, or all of it is granted too or too short";
            outcome.gaps.push(gap(self.store, why));
        }
        Ok(())
    }

    /// What was let through, what may be a digest, and suspect rows, held against what is withheld.
    fn confirm(
        &self,
        found: Found,
        mut suspects: Suspects<'_>,
        outcome: &mut LeakOutcome,
    ) -> Result<(), VerifyError> {
        let Ground {
            lexicon, scratch, ..
        } = *self.ground;
        let inside = |mutex: Mutex<_>| mutex.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut candidates = inside(found.candidates);
        let mut digests = Digests::new(
            inside(found.digests),
            scratch.budget,
            lexicon,
            self.exclusive,
            &mut candidates,
        )?;
        let at = SEARCHED.iter().position(|store| *store == self.store);
        again::read_again(self.ground, at.unwrap_or(0), &mut digests, &mut suspects)?;
        let about = About {
            store: self.store.word(),
            table: None,
        };
        if digests.beyond > 0 {
            let findings = &mut outcome.findings;
            findings.add_many(
                Claim::C5,
                Rule::DigestsNotCompared,
                about,
                Place::default(),
                digests.beyond,
            );
        }
        let mut hits = scratch.sorter();
        confirm::confirm(candidates, self.exclusive, &mut hits)?;
        confirm::report(
            hits,
            about.store,
            &self.sites.sites,
            self.sources,
            &mut outcome.findings,
        )?;
        if suspects.left_out {
            let why = "more rows than could be held against the withheld records, one by one";
            outcome.gaps.push(gap(self.store, why));
            outcome.blind_spots.push(format!(
                "{}: more rows than could be held against the withheld records, one by one",
                about.store
            ));
        }
        for combined in suspects.found() {
            let table = &self.ground.catalogue.tables[combined.table].id;
            confirm::combined(
                &combined,
                about.store,
                table,
                &self.sites.sites,
                &mut outcome.findings,
            );
        }
        Ok(())
    }
}

fn gap(store: Store, why: &str) -> Gap {
    Gap {
        store: Some(store.word().to_owned()),
        table: None,
        file: None,
        why: why.to_owned(),
        count: 1,
    }
}

fn blind_spot(store: Store, blind: &Blind) -> String {
    let Blind {
        withheld,
        searched,
        granted_too,
    } = blind;
    if withheld.cells == 0 {
        return format!(
            "{}: no cell is withheld, so there was nothing to search for",
            store.word()
        );
    }
    format!(
        "{}: {searched} different values were searched for; {granted_too} withheld values are granted somewhere too; of {} \
         withheld cells {} are too short to be told from chance, {} are searched as whole cells only, {} are dates, times or \
         truth values",
        store.word(),
        withheld.cells,
        withheld.too_short,
        withheld.whole_only,
        withheld.other_type,
    )
}

fn always_blind(ground: &Ground<'_>) -> Vec<String> {
    vec![
        "parts of a value, salted or keyed digests, encryption, compression and other character sets are not searched for"
            .to_owned(),
        "the quarantine is in transmission custody and is not searched".to_owned(),
        format!("spellings are one by {}", ground.lexicon.variants.name),
    ]
}
