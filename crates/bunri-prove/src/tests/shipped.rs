//! The splitter of this version.

use bunri_columnar::EVIDENCE;
use bunri_manifest::{PROOF, Proof, ProofStatus};

use super::town::{Town, options};
use crate::{ProveOptions, Shipped};

#[test]
fn the_shipped_splitter_holds_and_every_withheld_column_was_perturbed() {
    let town = Town::split_by(&Shipped);
    let proof = town.prove(&Shipped, &options(6)).unwrap();
    assert_eq!(
        proof.status,
        ProofStatus::Held,
        "{:?} {:?}",
        proof.differences,
        proof.refusals
    );
    assert_eq!(proof.pairs, 6);
    let alone: Vec<_> = proof
        .columns
        .iter()
        .filter(|column| column.perturbed_cells == 0)
        .collect();
    assert!(alone.is_empty(), "{alone:?}");
    let unused: Vec<_> = proof
        .strategies
        .iter()
        .filter(|one| one.cells + one.rows == 0)
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
    let flows: Vec<String> = proof
        .declared_flows
        .iter()
        .filter(|flow| flow.table == "reading")
        .map(|flow| format!("{} {}", flow.column, flow.read_by.join(",")))
        .collect();
    let expected = [
        "point_id ledger key",
        "period_from row rule",
        "period_until row rule",
        "updated_at known_at",
    ];
    assert_eq!(flows, expected);
    let written = std::fs::read(town.custody().join(EVIDENCE).join(PROOF)).unwrap();
    assert_eq!(Proof::parse(&written).unwrap(), proof);
}

#[test]
fn a_run_is_a_function_of_its_seed() {
    let town = Town::split_by(&Shipped);
    let run = |seed, memory| {
        let options = ProveOptions {
            seed,
            memory,
            ..options(2)
        };
        town.prove(&Shipped, &options).unwrap()
    };
    let one = run(1, 64 << 20);
    assert_eq!(
        one.to_bytes().unwrap(),
        run(1, 16 << 20).to_bytes().unwrap()
    );
    assert_ne!(one.strategies, run(2, 64 << 20).strategies);
}

#[test]
fn a_sample_is_a_town_of_its_own() {
    let options = ProveOptions {
        sample: Some(20),
        ..options(2)
    };
    let proof = Town::split_by(&Shipped).prove(&Shipped, &options).unwrap();
    assert_eq!(
        proof.status,
        ProofStatus::Held,
        "{:?} {:?}",
        proof.differences,
        proof.refusals
    );
    let sample = proof.sample.unwrap();
    assert_eq!(sample.points_asked, 20);
    assert!((5..40).contains(&sample.points), "{sample:?}");
    // Four periods, a point, a card, a sheet, a scan, three readings, two notes, two meters, a purchase and two days of a roof each, and the public table whole.
    let told = sample.points * 18 + 4;
    // And both readings of every meter that hung at one of them.
    let meters = (sample.rows - told) / 2;
    assert_eq!(sample.rows, told + 2 * meters);
    assert!(
        (sample.points..=2 * sample.points).contains(&meters),
        "{sample:?}"
    );
}

#[test]
fn nothing_of_a_run_is_left_but_its_record() {
    let town = Town::split_by(&Shipped);
    town.prove(&Shipped, &options(1)).unwrap();
    let left = std::fs::read_dir(town.custody().join("tmp")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().starts_with("prove-")),
        "{left:?}"
    );
}
