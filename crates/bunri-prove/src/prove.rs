//! The whole run: determinism, pairs, guards, and the record in `evidence/`.

use std::io::Write;
use std::path::Path;

use bunri_catalogue::{Catalogue, Decisions, Store};
use bunri_columnar::{Event, Observer, STAGING, Staging, create_folder};
use bunri_fingerprint::FingerprintKey;
use bunri_manifest::{
    Blake3Hex, CatalogueRef, DeclaredFlow, MANIFEST, PROOF, Proof, ProofColumn, ProofDifference,
    ProofSample, ProofStatus, ProofStrategy, TOOL, hash_file,
};
use bunri_split::SplitOptions;
use bunri_verify::{EVIDENCE, VerifyInputs, VerifyOptions};

use crate::ProveError;
use crate::bench::{Bench, Quiet};
use crate::bytes::Tree;
use crate::draw::Draw;
use crate::flows::Flows;
use crate::guards::{Coverage, of_run};
use crate::pair::{self, Seen};
use crate::place::{Place, Trees, Yard};
use crate::plan::Planner;
use crate::sample::sample;
use crate::splitter::Splitter;
use crate::strategy::Strategy;
use crate::withheld::Base;

/// What is proved of.
#[derive(Clone, Copy)]
pub struct ProveInputs<'a> {
    /// Catalogue, custody, retail store and what else decides.
    pub verify: VerifyInputs<'a>,
    /// What the splitter is told.
    pub split: &'a SplitOptions,
}

/// How.
#[derive(Debug, Clone, Copy)]
pub struct ProveOptions {
    /// Pairs, at least one.
    pub pairs: u64,
    /// Decides every draw.
    pub seed: u64,
    /// About so many supply points instead of all.
    pub sample: Option<u64>,
    /// Threads of the evaluator; nothing depends on them.
    pub threads: usize,
    /// Bytes that sorts may use together, about.
    pub memory: u64,
}

/// Memory for the second split of the determinism gate.
const OTHER_MEMORY: u64 = 16 << 20;

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
        inputs.verify.decisions = &none;
        split.decisions = none.clone();
    }
    inputs.split = &split;
    let inputs = &inputs;
    let catalogue = inputs.verify.catalogue;
    let stamps = Stamps::read(inputs)?;
    let seed = Draw::new(options.seed);
    let yard = Yard::new(inputs.verify.custody)?;
    let (place, sampled) = ground(inputs, options, seed, &yard, observer)?;
    let custody = place.custody();
    let verify = VerifyOptions {
        threads: options.threads,
        memory: options.memory,
    };
    // Drawn anew, and the same for every staging of the run: digests are compared and never kept.
    let key = FingerprintKey::random()?;
    let of_base = VerifyInputs {
        custody: &custody,
        ..inputs.verify
    };
    let base = Base::look(&of_base, &verify, &key, seed.of("donors"), &Quiet(observer))?;
    let flows = Flows::of(catalogue);
    let bench = Bench {
        inputs: inputs.verify,
        verify,
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
    write(inputs.verify.custody, &proof)?;
    Ok(proof)
}

/// The digests of what the record speaks of.
struct Stamps {
    staging: Blake3Hex,
    retail: Blake3Hex,
}

impl Stamps {
    fn read(inputs: &ProveInputs<'_>) -> Result<Self, ProveError> {
        let VerifyInputs {
            catalogue,
            custody,
            retail,
            ..
        } = inputs.verify;
        Staging::open(custody, catalogue)?;
        let staging = custody.join(STAGING).join(MANIFEST);
        let staging = hash_file(&staging).map_err(ProveError::io("read", &staging))?;
        let store = hash_file(&retail.join(MANIFEST)).map_err(|_| ProveError::NoStore {
            path: retail.to_path_buf(),
        })?;
        Ok(Self {
            staging: staging.blake3,
            retail: store.blake3,
        })
    }
}

/// The staging before any perturbation: the job's own, or a sample of it.
fn ground(
    inputs: &ProveInputs<'_>,
    options: &ProveOptions,
    seed: Draw,
    yard: &Yard,
    observer: &dyn Observer,
) -> Result<(Place, Option<ProofSample>), ProveError> {
    let VerifyInputs {
        catalogue, custody, ..
    } = inputs.verify;
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
    let path = place.custody().join(STAGING).join(MANIFEST);
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
    let again = bench.stage(&[])?;
    let again = bench.split_with(&again.place, &other)?;
    let mut compared = vec![again];
    if !is_sample {
        let of = |store: Store| match store {
            Store::Retail => Tree::of(inputs.verify.retail),
            _ => Tree::of(&inputs.verify.custody.join(store.word())),
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

/// A run that is over.
struct Run<'a> {
    catalogue: &'a Catalogue,
    base: &'a Base,
    flows: &'a Flows,
    seen: Seen,
}

impl Run<'_> {
    fn proof(
        mut self,
        stamps: Stamps,
        options: &ProveOptions,
        sample: Option<ProofSample>,
    ) -> Result<Proof, ProveError> {
        let coverage = self.coverage();
        let mut missed = std::mem::take(&mut self.seen.missed);
        missed.extend(of_run(self.base.retail_rows(self.catalogue), &coverage));
        if !self.seen.differences.is_empty() {
            // A run that ended early has left columns alone, and a difference shows something all the same.
            missed.clear();
        }
        let status = match (self.seen.differences.is_empty(), missed.is_empty()) {
            (false, _) => ProofStatus::Broken,
            (true, false) => ProofStatus::NothingShown,
            (true, true) => ProofStatus::Held,
        };
        let catalogue = CatalogueRef {
            name: self.catalogue.name.clone(),
            version: self.catalogue.version.clone(),
            blake3: Blake3Hex::try_from(self.catalogue.digest.clone()).map_err(ProveError::Name)?,
        };
        Ok(Proof {
            format: Proof::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            catalogue,
            staging_manifest: stamps.staging,
            retail_manifest: stamps.retail,
            seed: options.seed,
            pairs: self.seen.pairs,
            redrawn: self.seen.redrawn,
            sample,
            status,
            refusals: missed
                .into_iter()
                .map(crate::guards::Missed::told)
                .collect(),
            strategies: self.strategies(),
            columns: self.columns(&coverage),
            declared_flows: self.declared_flows(&coverage),
            differences: self.seen.differences,
        })
    }

    /// Table and column of everything withheld, in catalogue order.
    fn withheld(&self) -> Vec<(usize, usize)> {
        let tables = self.base.tables.iter().enumerate();
        tables
            .flat_map(|(position, table)| {
                let columns = table.withheld.iter().enumerate();
                columns
                    .filter(|(_, bits)| bits.count_set_bits() > 0)
                    .map(move |(column, _)| (position, column))
            })
            .collect()
    }

    fn coverage(&self) -> Vec<Coverage> {
        let of = |(position, at): (usize, usize)| {
            let table = &self.catalogue.tables[position];
            let base = &self.base.tables[position];
            let seen = self.seen.tally.columns.get(&(position, at));
            Coverage {
                table: table.id.clone(),
                column: table.columns[at].name.clone(),
                withheld: base.withheld[at].count_set_bits() as u64,
                perturbed: seen.map_or(0, |(cells, _)| *cells),
                read: self.flows.is_read(position, at),
                changeable: !table.key.contains(&at) || base.outside.count_set_bits() > 0,
            }
        };
        self.withheld().into_iter().map(of).collect()
    }

    fn strategies(&self) -> Vec<ProofStrategy> {
        let of = |strategy: Strategy| {
            let changed = self.seen.tally.strategies.get(&strategy);
            let changed = changed.copied().unwrap_or_default();
            ProofStrategy {
                strategy: strategy.word().to_owned(),
                cells: changed.cells,
                rows: changed.rows,
            }
        };
        Strategy::ALL.into_iter().map(of).collect()
    }

    fn columns(&self, coverage: &[Coverage]) -> Vec<ProofColumn> {
        let of = |(at, covered): ((usize, usize), &Coverage)| {
            let strategies = self.seen.tally.columns.get(&at);
            let strategies = strategies.into_iter().flat_map(|(_, used)| used);
            let why = match covered {
                Coverage { perturbed: 1.., .. } => None,
                Coverage {
                    changeable: false, ..
                } => Some("a key of rows that retail has"),
                Coverage { read: true, .. } => {
                    Some("a rule reads it: every draw changed a grant or nothing")
                }
                _ => Some("no draw changed a cell"),
            };
            ProofColumn {
                table: covered.table.clone(),
                column: covered.column.clone(),
                withheld_cells: covered.withheld,
                perturbed_cells: covered.perturbed,
                strategies: strategies.map(|one| one.word().to_owned()).collect(),
                why: why.map(str::to_owned),
            }
        };
        self.withheld().into_iter().zip(coverage).map(of).collect()
    }

    fn declared_flows(&self, coverage: &[Coverage]) -> Vec<DeclaredFlow> {
        let read = self.withheld().into_iter().zip(coverage);
        read.filter(|(_, covered)| covered.read)
            .map(|((position, at), covered)| DeclaredFlow {
                table: covered.table.clone(),
                column: covered.column.clone(),
                read_by: self
                    .flows
                    .read_by(position, at)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                perturbed_cells: covered.perturbed,
            })
            .collect()
    }
}

/// Replaces the record of an earlier run; it is absent or whole, mode 0600.
fn write(custody: &Path, proof: &Proof) -> Result<(), ProveError> {
    let folder = custody.join(EVIDENCE);
    create_folder(&folder)?;
    let path = folder.join(PROOF);
    let bytes = proof.to_bytes()?;
    let written = || {
        let mut file = tempfile::Builder::new()
            .prefix(".bunri-tmp-")
            .tempfile_in(&folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        std::fs::File::open(&folder)?.sync_all()
    };
    written().map_err(ProveError::io("write", &path))
}
