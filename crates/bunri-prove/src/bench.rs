//! What is done again and again: carry edits out, ask the evaluator, split, read the bytes.

use std::path::PathBuf;

use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::{CustodyLayout, Event, Observer, Staging};
use bunri_fingerprint::FingerprintKey;
use bunri_manifest::{Blake3Hex, hash_file};
use bunri_redecide::{ExpectedDigests, RedecideInputs, expected_digests};
use bunri_split::SplitOptions;

use crate::ProveError;
use crate::apply::Ground;
use crate::bytes::Differences;
use crate::flows::Flows;
use crate::perturb::perturb;
use crate::place::{Place, Trees, Yard};
use crate::plan::Edit;
use crate::splitter::{SplitTask, Splitter};
use crate::tally::Changes;
use crate::withheld::Base;

/// Sorts that a perturbation may have under way beside what reads and writes.
const SORT_SHARE: u64 = 8;

/// Everything that stays the same over a run.
pub(crate) struct Bench<'a> {
    pub(crate) inputs: RedecideInputs<'a>,
    /// Bytes that sorts may use together, about.
    pub(crate) memory: u64,
    pub(crate) split: &'a SplitOptions,
    pub(crate) splitter: &'a dyn Splitter,
    pub(crate) key: &'a FingerprintKey,
    pub(crate) flows: &'a Flows,
    pub(crate) base: &'a Base,
    /// The custody folder with the staging before any perturbation.
    pub(crate) from: PathBuf,
    pub(crate) yard: &'a Yard,
    pub(crate) observer: &'a dyn Observer,
}

/// A staging with edits carried out.
pub(crate) struct Staged {
    pub(crate) place: Place,
    /// Of each edit.
    pub(crate) changes: Vec<Changes>,
    /// Of the manifest, which holds the digest of every file.
    pub(crate) digest: Blake3Hex,
}

impl Bench<'_> {
    pub(crate) fn catalogue(&self) -> &Catalogue {
        self.inputs.catalogue
    }

    /// Writes the staging with these edits carried out.
    pub(crate) fn stage(&self, edits: &[Edit]) -> Result<Staged, ProveError> {
        let staging = Staging::open(&self.from, self.catalogue())?;
        let place = self.yard.place()?;
        let ground = Ground {
            catalogue: self.catalogue(),
            flows: self.flows,
            base: self.base,
        };
        let budget = usize::try_from(self.memory / SORT_SHARE).unwrap_or(usize::MAX);
        let mut changes = vec![Changes::default(); edits.len()];
        let mut written = Vec::new();
        for position in 0..self.catalogue().tables.len() {
            self.go_on()?;
            let (at, ours): (Vec<usize>, Vec<&Edit>) = edits
                .iter()
                .enumerate()
                .filter(|(_, edit)| edit.table == position)
                .unzip();
            if ours.is_empty() {
                continue;
            }
            let custody = place.custody();
            let (entry, of_table) = perturb(ground, &staging, position, &ours, &custody, budget)?;
            written.push(entry);
            at.into_iter()
                .zip(of_table)
                .for_each(|(at, changed)| changes[at] = changed);
        }
        place.complete(self.catalogue(), &self.from, staging.manifest(), written)?;
        let path = CustodyLayout::new(&place.custody()).staging_manifest();
        let digest = hash_file(&path)
            .map_err(ProveError::io("read", &path))?
            .blake3;
        Ok(Staged {
            place,
            changes,
            digest,
        })
    }

    /// What every store must hold of a staging.
    pub(crate) fn expected(&self, place: &Place) -> Result<ExpectedDigests, ProveError> {
        let custody = place.custody();
        let inputs = RedecideInputs {
            custody: &custody,
            ..self.inputs
        };
        Ok(expected_digests(
            &inputs,
            self.memory,
            self.key,
            self.observer,
        )?)
    }

    /// The tables of retail whose expected content is not that of the base.
    pub(crate) fn changed_grants(&self, now: &ExpectedDigests) -> Vec<usize> {
        let mut changed = self.base.digests.differences(now, Store::Retail);
        // A decision that decides nothing any more would be refused.
        changed.extend(now.unused_decisions());
        let tables = self.catalogue().tables.iter();
        let positions = tables
            .enumerate()
            .filter(|(_, table)| changed.contains(&table.id.as_str()));
        positions.map(|(position, _)| position).collect()
    }

    /// Splits a staging and reads the stores' bytes.
    pub(crate) fn split(&self, place: &Place) -> Result<Trees, ProveError> {
        self.split_with(place, self.split)
    }

    /// As [`Bench::split`], with other limits.
    pub(crate) fn split_with(
        &self,
        place: &Place,
        options: &SplitOptions,
    ) -> Result<Trees, ProveError> {
        self.go_on()?;
        let roots = place.roots();
        self.splitter.split(&SplitTask {
            catalogue: self.catalogue(),
            roots: &roots,
            options,
            observer: &Quiet(self.observer),
        })?;
        place.trees()
    }

    /// Where two stores differ.
    pub(crate) fn differences(&self, one: &Trees, other: &Trees, store: Store) -> Differences {
        let is_table = |id: &str| self.catalogue().table(id).is_some();
        one.of(store).differences(other.of(store), is_table)
    }

    /// Whether to go on.
    pub(crate) fn go_on(&self) -> Result<(), ProveError> {
        if self.observer.cancelled() {
            Err(ProveError::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// Carries the wish to stop, and keeps the many splits of a run to itself.
pub(crate) struct Quiet<'a>(pub(crate) &'a dyn Observer);

impl Observer for Quiet<'_> {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
