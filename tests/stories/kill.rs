//! A kill at any moment of `run` leaves every store absent or complete, and the same command again ends in the same
//! bytes. The moments are drawn from a fixed seed and spread over the time that an undisturbed run takes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use bunri_manifest::{MANIFEST, StoreManifest, hash_file};

use crate::rig::{Rig, STORES};
use crate::trees::same_stores;

const POINTS: u32 = 2000;
const KILLS: u32 = 50;

/// Small, seeded, and the same everywhere.
struct Dice(u64);

impl Dice {
    /// The next number below `bound`.
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).unwrap()
    }
}

/// Runs the job and kills it after this time, unless it is done before. Says whether it was killed.
pub(crate) fn killed_run(rig: &Rig, after: Duration) -> bool {
    let mut run = rig.command();
    let mut run = run
        .args(["run", "job.toml"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    run.kill().unwrap();
    run.wait().unwrap().code().is_none()
}

/// A store without a manifest is no store; one with a manifest has every file that it lists, as it lists it.
fn absent_or_complete(rig: &Rig) -> usize {
    let complete = |store: &&&str| {
        let root = rig.path(store);
        let Ok(text) = std::fs::read(root.join(MANIFEST)) else {
            return false;
        };
        let manifest =
            StoreManifest::parse(&text).unwrap_or_else(|error| panic!("{store}: {error}"));
        for file in manifest.files() {
            let seen = hash_file(&file.path.below(&root))
                .unwrap_or_else(|error| panic!("{store}/{}: {error}", file.path));
            assert_eq!(
                (seen.bytes, &seen.blake3),
                (file.bytes, &file.blake3),
                "{store}/{}",
                file.path
            );
        }
        true
    };
    STORES.iter().filter(complete).count()
}

fn clear(rig: &Rig) {
    for folder in ["custody", "retail"] {
        if rig.path(folder).exists() {
            std::fs::remove_dir_all(rig.path(folder)).unwrap();
        }
    }
}

fn undisturbed() -> (Rig, Duration) {
    let rig = Rig::with_sample(POINTS);
    let begun = Instant::now();
    rig.bunri(["run", "job.toml"]).must(1);
    (rig, begun.elapsed())
}

#[test]
fn killed_at_fifty_moments_a_rerun_ends_in_the_same_bytes() {
    let (whole, duration) = undisturbed();
    let rig = Rig::with_sample(POINTS);
    let mut dice = Dice(2026);
    let mut killed = 0;
    for kill in 0..KILLS {
        clear(&rig);
        let share = f64::from(kill * 1000 + dice.below(1000)) / f64::from(KILLS * 1000);
        killed += u32::from(killed_run(&rig, duration.mul_f64(share)));
        absent_or_complete(&rig);
        rig.bunri(["run", "job.toml"]).must(1);
        assert_eq!(absent_or_complete(&rig), STORES.len());
        same_stores(&whole, &rig);
    }
    // A fast machine may finish before the last moments; most kills must have met the run alive.
    assert!(
        killed > KILLS / 2,
        "only {killed} of {KILLS} kills met the run"
    );
}

/// The same folder, killed again and again while it resumes.
#[test]
fn killed_over_and_over_in_one_folder_it_still_ends_in_the_same_bytes() {
    let (whole, duration) = undisturbed();
    let rig = Rig::with_sample(POINTS);
    let mut dice = Dice(400);
    for _ in 0..10 {
        killed_run(&rig, duration.mul_f64(f64::from(dice.below(1000)) / 2000.0));
        absent_or_complete(&rig);
    }
    rig.bunri(["run", "job.toml"]).must(1);
    same_stores(&whole, &rig);
}
