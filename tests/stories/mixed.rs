//! Folders of two runs, mixed: lock, staging, stores and report name each other by digest, and whatever order somebody puts them
//! together in, no command takes one run's for another's in silence.

use std::os::unix::fs::PermissionsExt;

use crate::rig::{Rig, copy_folder};

/// Two runs of one label, of two dumps.
fn two_runs() -> (Rig, Rig) {
    let (one, other) = (Rig::with_sample(60), Rig::with_sample(60));
    other.sql("UPDATE meter SET ct_ratio = 2");
    for rig in [&one, &other] {
        rig.bunri(["run", "job.toml"]).must(1);
    }
    (one, other)
}

/// What lies there in one run, as it lies in the other.
fn exchange(rig: &Rig, other: &Rig, below: &str) {
    let here = rig.path(below);
    if here.is_dir() {
        std::fs::remove_dir_all(&here).unwrap();
        copy_folder(&other.path(below), &here);
    } else {
        std::fs::copy(other.path(below), here).unwrap();
    }
}

#[test]
fn stores_of_another_run_break_claims_and_are_never_split_over() {
    for (store, word) in [
        ("retail", "retail"),
        ("custody/transmission", "transmission"),
    ] {
        let (rig, other) = two_runs();
        exchange(&rig, &other, store);
        for command in ["split", "run"] {
            rig.bunri([command, "job.toml"])
                .must(3)
                .says("holds files of another job or of an unknown origin");
        }
        rig.bunri(["verify", "job.toml"]).must(10).prints(&format!(
            "does not speak of what lies here now ({word} store)"
        ));
    }
}

#[test]
fn a_report_of_another_run_is_told_and_replaced() {
    let (rig, other) = two_runs();
    exchange(&rig, &other, "custody/evidence/report.json");
    rig.bunri(["verify", "job.toml"]).must(1).prints(
        "does not speak of what lies here now (staging, retail store, transmission store, quarantine store)",
    );
    rig.bunri(["verify", "job.toml"])
        .must(1)
        .never_says("does not speak of what lies here now");
}

#[test]
fn a_lock_of_another_run_is_refused_by_every_command() {
    for command in ["extract", "split", "verify", "run", "prove"] {
        let (rig, other) = two_runs();
        exchange(&rig, &other, "custody/job.lock.json");
        rig.bunri([command, "job.toml"])
            .must(3)
            .says("`custody` belongs to another job");
    }
}

#[test]
fn records_of_another_run_make_no_store_look_finished() {
    let (rig, other) = two_runs();
    exchange(&rig, &other, "custody/tmp");
    for command in ["split", "run"] {
        rig.bunri([command, "job.toml"])
            .must(3)
            .says("holds files of another job or of an unknown origin");
    }
}

/// The lock names where retail lies; a copy that went on would write beside what somebody has handed over.
#[test]
fn a_folder_that_was_copied_or_moved_is_refused_with_the_difference() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let moved = Rig::empty();
    for folder in ["custody", "retail"] {
        copy_folder(&rig.path(folder), &moved.path(folder));
    }
    for file in ["legacy.db", "job.toml"] {
        std::fs::copy(rig.path(file), moved.path(file)).unwrap();
    }
    let closed = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(moved.path("custody"), closed).unwrap();
    for command in ["split", "verify", "run"] {
        moved
            .bunri([command, "job.toml"])
            .must(3)
            .says("output.retail: was ")
            .says("name another folder in [output], or restore the old input to resume");
    }
}
