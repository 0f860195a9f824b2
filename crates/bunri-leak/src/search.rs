//! The search, from values to findings.

use bunri_report::{Checked, Findings, Gap, Place, Rule};
use tempfile::TempPath;

use crate::LeakError;
use crate::combination::Suspects;
use crate::exclusive::{ExclusiveValues, Totals};
use crate::hits::{HitSink, Site};
use crate::inputs::{Reread, SearchInputs};
use crate::parquet::Coverage;
use crate::report::{COMMON, Reporter, ReviewList};
use crate::second_pass::{DigestIndex, SecondPass};
use crate::store::{Contents, Task};
use crate::text::Scanner;
use crate::vocabulary::Vocabulary;

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
pub fn search<E: From<LeakError>>(
    inputs: &SearchInputs<'_>,
    vocabulary: Vocabulary<'_>,
    reread: &Reread<'_, E>,
) -> Result<LeakOutcome, E> {
    let (sources, lexicon) = (vocabulary.sources.clone(), vocabulary.lexicon);
    let exclusives = ExclusiveValues::of(vocabulary, inputs.scratch, inputs.threads)?;
    let contents = |store| Contents::of(inputs.catalogue, store);
    let contents = [contents(&inputs.stores[0])?, contents(&inputs.stores[1])?];
    let search = |at: usize| StoreSearch {
        inputs,
        at,
        contents: &contents[at],
        exclusive: &exclusives[at],
        sources: &sources,
        sink: HitSink::new(&contents[at].sites, inputs.scratch),
    };
    let searches = [search(0), search(1)];
    let coverage = look(inputs, &searches)?;
    let mut outcome = LeakOutcome::default();
    let mut list = ReviewList::create(inputs.scratch)?;
    for (search, coverage) in searches.iter().zip(coverage) {
        search.finish(coverage, reread, &mut outcome, &mut list)?;
    }
    outcome.reviewed = Some(list.finish()?);
    outcome.blind_spots.extend([
        "parts of a value, salted or keyed digests, encryption, compression and other character sets are not searched for"
            .to_owned(),
        "the quarantine is in transmission custody and is not searched".to_owned(),
        format!("spellings are one by {}", lexicon.variants.name),
    ]);
    Ok(outcome)
}

/// Looks through everything in both stores; whichever thread is free takes the next thing, so that none waits for another
/// at the end of a store.
fn look(
    inputs: &SearchInputs<'_>,
    searches: &[StoreSearch<'_>; 2],
) -> Result<[Coverage; 2], LeakError> {
    let stores = searches.iter().enumerate();
    let tasks =
        stores.flat_map(|(at, search)| search.contents.tasks.iter().map(move |task| (at, task)));
    let tasks: Vec<_> = tasks.collect();
    let scanners = || {
        let [retail, transmission] = searches;
        [retail, transmission].map(|search| Scanner::new(search.exclusive, &search.sink))
    };
    let coverage =
        bunri_work::run_with(inputs.threads, tasks.len(), scanners, |scanners, number| {
            let (at, task) = &tasks[number];
            task.look(&mut scanners[*at], inputs.observer)
        })?;
    let mut total = <[Coverage; 2]>::default();
    for ((at, _), mut coverage) in tasks.iter().zip(coverage) {
        total[*at].rows += coverage.rows;
        total[*at].cells += coverage.cells;
        total[*at].short.append(&mut coverage.short);
    }
    Ok(total)
}

/// One store's search.
struct StoreSearch<'a> {
    inputs: &'a SearchInputs<'a>,
    /// The store's place among those that are searched.
    at: usize,
    contents: &'a Contents<'a>,
    exclusive: &'a ExclusiveValues<'a>,
    sources: &'a [String],
    sink: HitSink<'a>,
}

impl StoreSearch<'_> {
    /// After everything was looked at.
    fn finish<E: From<LeakError>>(
        &self,
        coverage: Coverage,
        reread: &Reread<'_, E>,
        outcome: &mut LeakOutcome,
        list: &mut ReviewList,
    ) -> Result<(), E> {
        let store = &self.inputs.stores[self.at];
        let word = store.store.word();
        let gap = |why: &str| Gap {
            store: Some(word.to_owned()),
            table: None,
            file: None,
            why: why.to_owned(),
            count: 1,
        };
        let blind_spots = &mut outcome.blind_spots;
        outcome.checked.files += store.digests.len() as u64;
        outcome.checked.tables += store.tables.len() as u64;
        outcome.checked.rows += coverage.rows;
        outcome.checked.cells += coverage.cells;
        let mut reporter = Reporter {
            store: word,
            sites: &self.contents.sites,
            sources: self.sources,
            findings: &mut outcome.findings,
        };
        let suspects = self.read_again(reread, &mut reporter)?;
        reporter.hits(&self.sink.hits)?;
        let common = reporter.review(&self.sink.review_cells, self.inputs.scratch, list)?;
        if common > 0 {
            blind_spots.push(format!(
                "{word}: {common} values of tables that nobody asks the ledger of stand in more than {COMMON} cells of a column, \
                 and are not told"
            ));
        }
        if suspects.left_out {
            let why = "more rows than could be held against the withheld records, one by one";
            outcome.gaps.push(gap(why));
            blind_spots.push(format!("{word}: {why}"));
        }
        for (location, record) in suspects.found() {
            let table = &self.inputs.catalogue.tables[record.table].id;
            reporter.combined(location, table, record.columns)?;
        }
        for site in self.contents.unreadable.union(&coverage.short) {
            reporter.not_searched(*site)?;
        }
        let too_short = store.retailers.map_or(0, |retailers| retailers.too_short);
        if too_short > 0 {
            blind_spots.push(format!(
                "{word}: {too_short} codes and names of retailers are too short to be looked for"
            ));
        }
        blind_spots.push(blind_spot(word, &self.exclusive.totals));
        if self.exclusive.totals.searched == 0 {
            let why = "there was no value to search for: nothing is withheld, or all of it is granted too or too short";
            outcome.gaps.push(gap(why));
        }
        Ok(())
    }

    /// Holds what may be a digest, and suspect rows, against what is withheld.
    fn read_again<E: From<LeakError>>(
        &self,
        reread: &Reread<'_, E>,
        reporter: &mut Reporter<'_>,
    ) -> Result<Suspects<'_>, E> {
        let mut suspects = Suspects::new(self.exclusive.lexicon);
        for task in &self.contents.tasks {
            if let Task::Rows(chunk) = task {
                chunk.suspects(&mut suspects, self.inputs.observer)?;
            }
        }
        let budget = self.inputs.scratch.budget;
        let mut digests = DigestIndex::new(budget, self.exclusive, &self.sink)?;
        if digests.beyond > 0 {
            let (site, place) = (Site::default(), Place::default());
            reporter.add(Rule::DigestsNotCompared, &site, place, digests.beyond);
        }
        if !digests.is_empty() || !suspects.is_empty() {
            reread(&mut SecondPass {
                store: self.at,
                digests: &mut digests,
                suspects: &mut suspects,
            })?;
        }
        Ok(suspects)
    }
}

fn blind_spot(store: &str, totals: &Totals) -> String {
    let cells: u64 = totals.withheld.iter().sum();
    if cells == 0 {
        return format!("{store}: no cell is withheld, so there was nothing to search for");
    }
    let [_, whole_only, too_short, other_type] = totals.withheld;
    format!(
        "{store}: {} different values were searched for; {} withheld values are granted somewhere too; of {cells} withheld cells \
         {too_short} are too short to be told from chance, {whole_only} are searched as whole cells only, {other_type} are dates, \
         times or truth values",
        totals.searched, totals.granted_too,
    )
}
