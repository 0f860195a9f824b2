//! A unit is rows of one table from one number to another, decided by itself on some thread. However tables are cut into
//! units, and staging into parts, on any number of threads and within any memory: the same bytes of all three stores.

use std::num::NonZeroU64;
use std::path::Path;

use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::{STAGING_PART_ROWS, Silent};
use bunri_extract::{BoundSource, ExtractOptions, SourceState, extract};
use bunri_job::{load_decisions, load_job, load_rekey_secrets};
use bunri_manifest::Blake3Hex;
use bunri_parse::load;
use bunri_split::{SplitOptions, StoreRoots, split};

use crate::rig::{Rig, copy_folder};
use crate::small::small;
use crate::trees::{Tree, differences, tree};

/// Rows of a unit; [`None`]: what suits the table.
const UNITS: [Option<u64>; 4] = [None, Some(1000), Some(7), Some(1)];

const THREADS: [usize; 3] = [1, 2, 4];

/// A job's catalogue, and how it is split.
pub(crate) fn job(rig: &Rig) -> (Catalogue, SplitOptions, bunri_job::Source) {
    let job = load_job(&rig.path("job.toml")).unwrap();
    let catalogue = load(&job.catalogue).unwrap();
    let options = SplitOptions {
        label: job.label.clone(),
        kind: job.kind.word().to_owned(),
        cutover: job.cutover,
        ranges: job.ranges.clone(),
        decisions: load_decisions(&job, &catalogue).unwrap(),
        secrets: load_rekey_secrets(&job, &catalogue).unwrap(),
        memory: 1 << 31,
        threads: 1,
        earlier: None,
        unit_rows: None,
    };
    (catalogue, options, job.source)
}

/// Extracts into a folder of the rig, whose name is given; parts have so many rows.
pub(crate) fn staged(rig: &Rig, part_rows: usize) -> String {
    let (catalogue, _, source) = job(rig);
    let custody = format!("staged-{part_rows}");
    let bound = BoundSource {
        source: &source,
        state: &SourceState::of_digest(Blake3Hex::of(
            &std::fs::read(rig.path("legacy.db")).unwrap(),
        )),
    };
    let options = ExtractOptions {
        memory: 1 << 28,
        threads: 2,
        part_rows,
    };
    extract(&bound, &catalogue, &rig.path(&custody), &options, &Silent).unwrap();
    custody
}

/// The stores of one split of a staging, by content.
fn stores(rig: &Rig, staged: &str, change: impl FnOnce(&mut SplitOptions)) -> [Tree; 3] {
    let (catalogue, mut options, _) = job(rig);
    change(&mut options);
    let folder = tempfile::tempdir().unwrap();
    let roots = StoreRoots {
        custody: folder.path().join("custody"),
        retail: folder.path().join("retail"),
    };
    copy_staged(rig, staged, &roots.custody);
    split(&catalogue, &roots, &options, &Silent).unwrap();
    trees(&roots)
}

/// Copies what [`staged`] left into another custody.
pub(crate) fn copy_staged(rig: &Rig, staged: &str, custody: &Path) {
    for folder in ["staging", "rejects"] {
        let from = rig.path(staged).join(folder);
        if from.is_dir() {
            copy_folder(&from, &custody.join(folder));
        }
    }
}

/// The three stores, by content.
pub(crate) fn trees(roots: &StoreRoots) -> [Tree; 3] {
    Store::ALL.map(|store| tree(&roots.of(store)))
}

/// Bytes of memory: the least that a job may give, and much.
const MEMORY: [u64; 2] = [64 << 20, 2 << 30];

/// Of a whole table in one part, on one thread: what every other way must give. A way is the rows of a unit, threads and memory.
fn same_whatever_the_cut(rig: &Rig, ways: impl Iterator<Item = (Option<u64>, usize, u64)>) {
    let whole = staged(rig, STAGING_PART_ROWS);
    let expected = stores(rig, &whole, |options| {
        options.unit_rows = NonZeroU64::new(u64::MAX);
    });
    assert!(expected.iter().all(|store| store.len() > 3));
    let parts = [whole, staged(rig, 7)];
    for (number, (rows, threads, memory)) in ways.enumerate() {
        let found = stores(rig, &parts[number % 2], |options| {
            options.unit_rows = rows.and_then(NonZeroU64::new);
            options.threads = threads;
            options.memory = memory;
        });
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(
                differences(found, expected),
                Vec::<String>::new(),
                "units of {rows:?}, {threads} threads, {memory} bytes"
            );
        }
    }
}

/// Each cut on each number of threads, within little memory and much in turn.
#[test]
fn any_cut_of_the_sample_gives_the_same_bytes() {
    let ways = UNITS.iter().enumerate().flat_map(|(number, rows)| {
        let memory = move |at: usize| MEMORY[(number + at) % 2];
        THREADS
            .iter()
            .enumerate()
            .map(move |(at, threads)| (*rows, *threads, memory(at)))
    });
    same_whatever_the_cut(&Rig::with_sample(60), ways);
}

#[test]
fn any_cut_of_a_small_system_gives_the_same_bytes() {
    let rig = small(&[
        [
            "9000000000000000000001",
            "2015-04-01",
            "2026-01-15",
            "99010",
        ],
        [
            "9000000000000000000001",
            "2026-01-16",
            "9999-12-31",
            "99020",
        ],
        [
            "9000000000000000000002",
            "2015-04-01",
            "9999-12-31",
            "99010",
        ],
    ]);
    let with_threads = UNITS
        .iter()
        .flat_map(|rows| THREADS.iter().map(move |threads| (*rows, *threads)));
    let ways =
        with_threads.flat_map(|(rows, threads)| MEMORY.map(|memory| (rows, threads, memory)));
    same_whatever_the_cut(&rig, ways);
}
