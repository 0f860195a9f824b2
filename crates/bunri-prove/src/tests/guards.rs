//! Runs that show nothing, or that could not: each says so instead of "held".

use std::cell::Cell;
use std::cell::RefCell;
use std::path::PathBuf;

use bunri_catalogue::Store;
use bunri_columnar::Silent;
use bunri_fingerprint::FingerprintKey;
use bunri_manifest::{Blake3Hex, Proof, ProofStatus};
use bunri_split::SplitError;

use super::bad::Bad;
use super::town::{Town, options};
use crate::bench::Bench;
use crate::draw::Draw;
use crate::flows::Flows;
use crate::guards::{Guard, Missed};
use crate::pair::{self, Seen};
use crate::place::Yard;
use crate::plan::{Among, Edit, Planner, Scope};
use crate::strategy::Strategy;
use crate::withheld::Base;
use crate::{ProveError, ProveOptions, Shipped, SplitTask, Splitter};

fn refusals(proof: &Proof) -> Vec<&str> {
    proof.refusals.iter().map(|one| one.rule.as_str()).collect()
}

/// Gives every staging the stores of the first.
#[derive(Default)]
struct Remembers(
    RefCell<Option<[PathBuf; 3]>>,
    RefCell<Vec<tempfile::TempDir>>,
);

impl Splitter for Remembers {
    fn split(&self, task: &SplitTask<'_>) -> Result<(), SplitError> {
        Shipped.split(task)?;
        let stores = Store::ALL.map(|store| task.roots.of(store));
        let mut first = self.0.borrow_mut();
        match first.as_ref() {
            None => {
                let kept = tempfile::tempdir().unwrap();
                let copies = Store::ALL.map(|store| kept.path().join(store.word()));
                stores
                    .iter()
                    .zip(&copies)
                    .for_each(|(from, to)| copy(from, to));
                self.1.borrow_mut().push(kept);
                *first = Some(copies);
            }
            Some(copies) => stores.iter().zip(copies).for_each(|(to, from)| {
                std::fs::remove_dir_all(to).unwrap();
                copy(from, to);
            }),
        }
        Ok(())
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_splitter_that_does_not_look_at_staging_shows_nothing() {
    let splitter = Remembers::default();
    let proof = Town::split_by(&splitter)
        .prove(&splitter, &options(2))
        .unwrap();
    assert_eq!(proof.status, ProofStatus::NothingShown);
    assert!(
        refusals(&proof).contains(&"store_unmoved"),
        "{:?}",
        proof.refusals
    );
    assert!(proof.is_coherent());
}

#[test]
fn a_retail_store_without_customers_shows_nothing() {
    let proof = Town::of_strangers(&Shipped)
        .prove(&Shipped, &options(1))
        .unwrap();
    assert_eq!(proof.status, ProofStatus::NothingShown);
    assert_eq!(refusals(&proof), ["retail_empty"]);
}

#[test]
fn a_splitter_that_is_never_the_same_is_broken_before_any_pair() {
    let count = Cell::new(0);
    let splitter = Bad(|after: &super::bad::After<'_>| {
        count.set(count.get() + 1);
        after.with_metadata("point", count.get().to_string());
    });
    let proof = Town::split_by(&splitter)
        .prove(&splitter, &options(3))
        .unwrap();
    assert_eq!(proof.status, ProofStatus::Broken);
    assert!(
        proof
            .differences
            .iter()
            .all(|difference| difference.pair == 0)
    );
    assert_eq!(
        proof.differences[0].files,
        ["retail/point/part-00000.parquet"]
    );
}

#[test]
fn threads_that_leave_a_trace_are_seen_before_any_pair() {
    let splitter = Bad(|after: &super::bad::After<'_>| {
        after.with_metadata("point", after.task.options.threads.to_string());
    });
    let proof = Town::split_by(&splitter)
        .prove(&splitter, &options(3))
        .unwrap();
    assert_eq!((proof.status, proof.pairs), (ProofStatus::Broken, 0));
}

#[test]
fn a_job_whose_store_is_another_than_the_splitter_makes_is_broken() {
    let town = Town::split_by(&Shipped);
    std::fs::write(town.roots().retail.join("notes.txt"), "").unwrap();
    let proof = town.prove(&Shipped, &options(1)).unwrap();
    assert_eq!(proof.status, ProofStatus::Broken);
    assert_eq!(proof.differences[0].strange_files, 1);
}

#[test]
fn without_a_store_there_is_nothing_to_speak_of() {
    let town = Town::split_by(&Shipped);
    std::fs::remove_file(town.roots().retail.join("manifest.json")).unwrap();
    let refused = town.prove(&Shipped, &options(1));
    assert!(matches!(refused, Err(ProveError::NoStore { .. })));
    let nothing = ProveOptions {
        pairs: 0,
        ..options(1)
    };
    assert!(matches!(
        town.prove(&Shipped, &nothing),
        Err(ProveError::Nothing)
    ));
}

/// Runs one pair of these edits.
fn pair_of(edits: impl Fn(&Planner<'_>) -> Vec<Edit>) -> Seen {
    let town = Town::split_by(&Shipped);
    let (roots, split) = (town.roots(), town.split_options());
    let inputs = town.redecide_inputs(&roots.custody);
    let memory = 64 << 20;
    let key = FingerprintKey::from_bytes([7; 32]);
    let base = Base::look(&inputs, memory, &key, Draw::new(1), &Silent).unwrap();
    let (flows, yard) = (
        Flows::of(&town.catalogue),
        Yard::new(&roots.custody).unwrap(),
    );
    let bench = Bench {
        inputs,
        memory,
        split: &split,
        splitter: &Shipped,
        key: &key,
        flows: &flows,
        base: &base,
        from: roots.custody.clone(),
        yard: &yard,
        observer: &Silent,
    };
    let planner = Planner {
        catalogue: &town.catalogue,
        base: &base,
        flows: &flows,
        seed: Draw::new(1),
    };
    let unchanged = bench.stage(&[]).unwrap();
    let stores = bench.split(&unchanged.place).unwrap();
    let digest: Blake3Hex = unchanged.digest;
    let mut seen = Seen::default();
    pair::run(&bench, edits(&planner), 1, &stores, &digest, &mut seen).unwrap();
    seen
}

#[test]
fn a_pair_that_changes_nothing_is_seen() {
    let seen = pair_of(|_| Vec::new());
    let missed: Vec<Missed> = seen.missed.into_iter().collect();
    assert_eq!(missed, [Missed::of(Guard::StagingUnchanged)]);
}

#[test]
fn a_draw_that_changes_a_grant_is_drawn_again_and_counted() {
    let seen = pair_of(|planner| {
        let ledger = &planner.catalogue.ledgers[0].tables[0];
        // Other companies' rows of the ledger go, and with them what the ledger said about the days after a switch.
        let all = Edit {
            table: ledger.table,
            column: ledger.until,
            strategy: Strategy::Shifted,
            among: Among::Outside,
            scope: Scope::Eighths(8),
            risky: true,
            draw: Draw::new(5),
        };
        vec![all]
    });
    assert!(seen.redrawn > 0);
    assert!(seen.differences.is_empty());
}
