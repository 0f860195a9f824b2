//! The search, from values to findings.

use std::sync::{Mutex, PoisonError};

use bunri_catalogue::Store;
use bunri_report::{About, Checked, Claim, Findings, Gap, Place, Rule};

use tempfile::TempPath;

use crate::LeakError;
use crate::again::SecondReading;
use crate::combine::Suspects;
use crate::confirm;
use crate::digests::Digests;
use crate::exclusive::{Blind, Exclusive};
use crate::fate::SEARCHED;
use crate::file::Looked;
use crate::inputs::{Ground, Reread};
use crate::look::{Found, Looker};
use crate::retailers::Retailers;
use crate::review::{COMMON, Review, ReviewList};
use crate::sites::Sites;
use crate::spot::Spot;
use crate::vocabulary::{Source, Vocabulary};

/// What was seen.
#[derive(Default)]
pub struct LeakOutcome {
    /// Of C5.
    pub findings: Findings,
    /// How much was looked at.
    pub checked: Checked,
    /// What the search cannot see.
    pub blind_spots: Vec<String>,
    /// What was not searched, or searched for nothing.
    pub gaps: Vec<Gap>,
    /// Every cell that is to be reviewed, a line each.
    pub reviewed: Option<TempPath>,
}

/// Searches both stores for what is withheld from each.
///
/// # Errors
/// Only when it could not look: what is wrong with a store is a finding.
pub fn search<R: Reread>(
    ground: &Ground<'_>,
    vocabulary: Vocabulary<'_>,
    staging: &R,
) -> Result<LeakOutcome, R::Error> {
    let sources = vocabulary.sources.clone();
    let exclusives = Exclusive::of(vocabulary, ground.scratch, ground.threads)?;
    let mut searches = Vec::new();
    for (files, exclusive) in ground.stores.iter().zip(&exclusives) {
        searches.push(StoreSearch {
            ground,
            store: files.store,
            exclusive,
            sources: &sources,
            tables: files.tables.len() as u64,
            retailers: files.retailers,
            sites: Sites::of(ground.catalogue, files)?,
        });
    }
    let found = [(); SEARCHED.len()].map(|()| Found::new(ground.scratch));
    let looked = look(ground, &searches, &found)?;
    let mut outcome = LeakOutcome::default();
    let mut list = ReviewList::create(ground.scratch)?;
    for ((search, found), looked) in searches.iter().zip(found).zip(looked) {
        search.finish(found, &looked, staging, (&mut outcome, &mut list))?;
    }
    outcome.reviewed = Some(list.finish()?);
    outcome.blind_spots.extend(always_blind(ground));
    Ok(outcome)
}

/// Looks through everything in both stores; whichever thread is free takes the next thing, so that none waits for another
/// at the end of a store. Gives what was looked at, by search.
fn look(
    ground: &Ground<'_>,
    searches: &[StoreSearch<'_>],
    found: &[Found],
) -> Result<Vec<Looked>, LeakError> {
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
        searches[at].look(job, &mut lookers[at])
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
    retailers: Option<&'a Retailers>,
    sites: Sites<'a>,
}

impl StoreSearch<'_> {
    /// Words are one thing to be looked at, every text is one, and every piece.
    fn jobs(&self) -> usize {
        1 + self.sites.texts.len() + self.sites.pieces.len()
    }

    fn look(&self, job: usize, looker: &mut Looker<'_>) -> Result<Looked, LeakError> {
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
    fn finish<R: Reread>(
        &self,
        found: Found,
        looked: &Looked,
        staging: &R,
        (outcome, list): (&mut LeakOutcome, &mut ReviewList),
    ) -> Result<(), R::Error> {
        let sites = &self.sites;
        let mut suspects = Suspects::new(self.ground.lexicon);
        for piece in &sites.pieces {
            piece.suspects(&mut suspects, self.ground.observer)?;
        }
        self.confirm(found, suspects, staging, (outcome, list))?;
        for site in sites.unreadable.union(&looked.short) {
            let findings = &mut outcome.findings;
            confirm::not_searched(self.store.word(), &sites.sites, *site, findings);
        }
        outcome.checked.files += sites.files;
        outcome.checked.tables += self.tables;
        outcome.checked.rows += looked.rows;
        outcome.checked.cells += looked.cells;
        if let Some(retailers) = self.retailers.filter(|retailers| retailers.too_short > 0) {
            outcome.blind_spots.push(format!(
                "{}: {} codes and names of retailers are too short to be looked for",
                self.store.word(),
                retailers.too_short
            ));
        }
        let blind = &self.exclusive.blind;
        outcome.blind_spots.push(blind_spot(self.store, blind));
        if blind.searched == 0 {
            let why = "there was no value to search for: nothing is withheld, or all of it is granted too or too short";
            outcome.gaps.push(gap(self.store, why));
        }
        Ok(())
    }

    /// What was let through, what may be a digest, and suspect rows, held against what is withheld.
    fn confirm<'s, R: Reread>(
        &'s self,
        found: Found,
        mut suspects: Suspects<'s>,
        staging: &R,
        (outcome, list): (&mut LeakOutcome, &mut ReviewList),
    ) -> Result<(), R::Error> {
        let Ground {
            lexicon, scratch, ..
        } = *self.ground;
        let inside = |mutex: Mutex<_>| mutex.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut digests = Digests::new(
            inside(found.digests),
            scratch.budget,
            lexicon,
            self.exclusive,
            inside(found.candidates),
        )?;
        if !digests.is_empty() || !suspects.is_empty() {
            let at = SEARCHED.iter().position(|store| *store == self.store);
            staging.reread(&mut SecondReading {
                store: at.unwrap_or(0),
                digests: &mut digests,
                suspects: &mut suspects,
            })?;
        }
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
        confirm::confirm(digests.into_candidates(), self.exclusive, &mut hits)?;
        let mut review = Review::new(scratch);
        let places = (&self.sites.sites[..], self.sources);
        confirm::report(
            hits,
            about.store,
            places,
            &mut review,
            &mut outcome.findings,
        )?;
        let mut named = inside(found.retailers).finish().map_err(LeakError::from)?;
        while let Some(record) = named.next().map_err(LeakError::from)? {
            let (name, spot) = record.split_first_chunk().ok_or(LeakError::Index)?;
            let spot = Spot::read(spot).ok_or(LeakError::Index)?;
            review.retailer(*name, &spot, places.0)?;
        }
        let findings = &mut outcome.findings;
        let common = review.finish(about.store, places, (scratch, list), findings)?;
        if common > 0 {
            outcome.blind_spots.push(format!(
                "{}: {common} values of tables that nobody asks the ledger of stand in more than {COMMON} cells of a column, and \
                 are not told",
                about.store
            ));
        }
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
