//! The stores are a function of what was staged, the catalogue and the job: threads, memory and the order in which
//! the source's rows were inserted leave no trace. Every file is compared, manifests and sums too: they name
//! neither source nor machine.

use crate::job::Job;
use crate::rig::{Rig, STORES};
use crate::trees::{differences, same_stores, tree};

fn run(points: u32, threads: usize, memory: &str, shuffle: Option<&str>) -> Rig {
    let rig = Rig::empty();
    let points = points.to_string();
    match shuffle {
        None => rig.bunri(["sample", "--points", &points, "--out", "legacy.db"]),
        Some(seed) => rig.bunri([
            "sample",
            "--points",
            &points,
            "--out",
            "legacy.db",
            "--shuffle",
            seed,
        ]),
    }
    .must(0);
    rig.job(&Job {
        threads,
        memory: memory.to_owned(),
        ..Job::default()
    });
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    rig
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    same_stores(&run(3000, 1, "1GiB", None), &run(3000, 2, "1GiB", None));
}

#[test]
fn little_memory_and_much_give_the_same_bytes() {
    same_stores(
        &run(20_000, 2, "64MiB", None),
        &run(20_000, 2, "4GiB", None),
    );
}

#[test]
fn another_order_of_insertion_gives_the_same_bytes() {
    same_stores(
        &run(3000, 2, "256MiB", None),
        &run(3000, 2, "256MiB", Some("7")),
    );
}

/// Staging too, but for the identity of the source: its length and its digest are those of another file.
#[test]
fn another_order_of_insertion_stages_the_same_but_for_the_sources_identity() {
    let (one, other) = (run(300, 2, "256MiB", None), run(300, 1, "64MiB", Some("7")));
    let staging = |rig: &Rig| {
        [
            tree(&rig.path("custody/staging")),
            tree(&rig.path("custody/rejects")),
        ]
    };
    let [staged, rejected] = staging(&one);
    let [staged_too, rejected_too] = staging(&other);
    assert_eq!(differences(&staged, &staged_too), ["manifest.json"]);
    assert_eq!(differences(&rejected, &rejected_too), Vec::<String>::new());
    let without_source = |rig: &Rig| {
        let mut manifest = rig.json("custody/staging/manifest.json");
        assert!(manifest["source"].take().is_object());
        manifest
    };
    assert_eq!(without_source(&one), without_source(&other));
}

#[test]
fn nothing_in_a_store_names_the_machine_or_the_folder() {
    let rig = run(60, 2, "256MiB", None);
    let folder = rig.root().display().to_string();
    for store in STORES {
        for path in tree(&rig.path(store)).keys() {
            let bytes = std::fs::read(rig.path(store).join(path)).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains(&folder) && !text.contains("legacy.db"),
                "{store}/{path}"
            );
        }
    }
}
