//! The whole run: determinism, then pairs, then the record in `evidence/`.

use std::num::NonZeroU64;

use bunri_catalogue::Store;
use bunri_columnar::{CustodyLayout, Event, Observer, Staging};
use bunri_decisions::Decisions;
use bunri_fingerprint::FingerprintKey;
use bunri_manifest::{Proof, ProofDifference, ProofSample, hash_file};
use bunri_redecide::RedecideInputs;

use crate::ProveError;
use crate::bench::{Bench, Quiet};
use crate::bytes::Tree;
use crate::draw::Draw;
use crate::flows::Flows;
use crate::inputs::{ProveInputs, ProveOptions};
use crate::pair::{self, Seen};
use crate::place::{Place, Trees, Yard};
use crate::plan::Planner;
use crate::record::{Run, Stamps, write};
use crate::sample::sample;
use crate::splitter::Splitter;
use crate::withheld::Base;

/// Memory for the second split of the determinism gate.
const OTHER_MEMORY: u64 = 16 << 20;
/// Rows of a unit of the second split: no number that parts or row groups have.
const OTHER_UNIT_ROWS: u64 = 10_007;

/// Perturbs what is withheld from retail, splits again and compares, `options.pairs` times; writes the record to the
/// custody folder's `evidence/` and returns it.
///
/// # Errors
/// Only when it could not look. A difference, or a run that shows nothing, is in the record.
pub fn prove(
    inputs: &ProveInputs<'_>,
    options: &ProveOptions,
    splitter: &dyn Splitter,
    observer: &dyn Observer,
) -> Result<Proof, ProveError> {
    if options.pairs == 0 || options.sample == Some(0) {
        return Err(ProveError::Nothing);
    }
    let none = Decisions::none();
    let (mut inputs, mut split) = (*inputs, inputs.split.clone());
    if options.sample.is_some() {
        // Most rows that people decided are not in the sample, and a decision without its row would be refused.
        inputs.redecide.decisions = &none;
        split.decisions = none.clone();
    }
    inputs.split = &split;
    let inputs = &inputs;
    let catalogue = inputs.redecide.catalogue;
    let stamps = Stamps::read(inputs)?;
    let seed = Draw::new(options.seed);
    let yard = Yard::new(inputs.redecide.custody)?;
    let (place, sampled) = ground(inputs, options, seed, &yard, observer)?;
    let custody = place.custody();
    // Drawn anew, and the same for every staging of the run: digests are compared and never kept.
    let key = FingerprintKey::random()?;
    let of_base = RedecideInputs {
        custody: &custody,
        ..inputs.redecide
    };
    let base = Base::look(
        &of_base,
        options.memory,
        &key,
        seed.of("donors"),
        &Quiet(observer),
    )?;
    let flows = Flows::of(catalogue);
    let bench = Bench {
        inputs: inputs.redecide,
        memory: options.memory,
        split: inputs.split,
        splitter,
        key: &key,
        flows: &flows,
        base: &base,
        from: custody.clone(),
        yard: &yard,
        observer,
    };
    let mut seen = Seen::default();
    pairs(
        &bench,
        inputs,
        options,
        &place,
        sampled.is_some(),
        &mut seen,
    )?;
    let run = Run {
        catalogue,
        base: &base,
        flows: &flows,
        seen,
    };
    let proof = run.proof(stamps, options, sampled)?;
    write(inputs.redecide.custody, &proof)?;
    Ok(proof)
}

/// The staging before any perturbation: the job's own, or a sample of it.
fn ground(
    inputs: &ProveInputs<'_>,
    options: &ProveOptions,
    seed: Draw,
    yard: &Yard,
    observer: &dyn Observer,
) -> Result<(Place, Option<ProofSample>), ProveError> {
    let RedecideInputs {
        catalogue, custody, ..
    } = inputs.redecide;
    let staging = Staging::open(custody, catalogue)?;
    let place = yard.place()?;
    let (written, sampled) = match options.sample {
        None => (Vec::new(), None),
        Some(points) => {
            let drawn = sample(catalogue, &staging, points, seed, &place, observer)?;
            (drawn.0, Some(drawn.1))
        }
    };
    place.complete(catalogue, custody, staging.manifest(), written)?;
    Ok((place, sampled))
}

/// The determinism gate, and then every pair.
fn pairs(
    bench: &Bench<'_>,
    inputs: &ProveInputs<'_>,
    options: &ProveOptions,
    place: &Place,
    is_sample: bool,
    seen: &mut Seen,
) -> Result<(), ProveError> {
    let rows: u64 = bench
        .base
        .tables
        .iter()
        .map(|table| table.rows() as u64)
        .sum();
    bench.observer.event(Event::Stage {
        name: "prove",
        rows: rows * (options.pairs + 2),
    });
    let stores = bench.split(place)?;
    gate(bench, inputs, &stores, is_sample, seen)?;
    bench.observer.event(Event::Rows { rows: rows * 2 });
    if !seen.differences.is_empty() {
        // Two splits of one staging differ: whatever pairs would show, nothing would follow from it.
        return Ok(());
    }
    let path = CustodyLayout::new(&place.custody()).staging_manifest();
    let unchanged = hash_file(&path)
        .map_err(ProveError::io("read", &path))?
        .blake3;
    let planner = Planner {
        catalogue: bench.catalogue(),
        base: bench.base,
        flows: bench.flows,
        seed: Draw::new(options.seed),
    };
    for pair in 1..=options.pairs {
        let name = format!("pair {pair}");
        bench.observer.event(Event::Table { id: &name });
        pair::run(bench, planner.pair(pair), pair, &stores, &unchanged, seen)?;
        bench.observer.event(Event::Rows { rows });
        seen.pairs = pair;
        if !seen.differences.is_empty() {
            // Its causes are named; more pairs would name them again, and bisection is slow.
            return Ok(());
        }
    }
    Ok(())
}

/// The same staging once more, with other limits; and, of all of staging, the job's own stores.
fn gate(
    bench: &Bench<'_>,
    inputs: &ProveInputs<'_>,
    stores: &Trees,
    is_sample: bool,
    seen: &mut Seen,
) -> Result<(), ProveError> {
    let mut other = bench.split.clone();
    other.threads = if other.threads == 1 { 2 } else { 1 };
    other.memory = OTHER_MEMORY;
    other.unit_rows = NonZeroU64::new(OTHER_UNIT_ROWS);
    let again = bench.stage(&[])?;
    let again = bench.split_with(&again.place, &other)?;
    let mut compared = vec![again];
    if !is_sample {
        let of = |store: Store| match store {
            Store::Retail => Tree::of(inputs.retail),
            Store::Transmission | Store::Quarantine => {
                Tree::of(&inputs.redecide.custody.join(store.word()))
            }
        };
        compared.push(Trees {
            retail: of(Store::Retail)?,
            transmission: of(Store::Transmission)?,
            quarantine: of(Store::Quarantine)?,
        });
    }
    for other in compared {
        for store in Store::ALL {
            let differences = bench.differences(stores, &other, store);
            if !differences.is_empty() {
                let below = |file: String| format!("{}/{file}", store.word());
                seen.differences.push(ProofDifference {
                    pair: 0,
                    causes: Vec::new(),
                    files: differences.files.into_iter().map(below).collect(),
                    strange_files: differences.strange,
                });
            }
        }
    }
    Ok(())
}
