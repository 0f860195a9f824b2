//! Folders that are not this job's to use, a disk that is full, two jobs at once, a person who stops it: each ends
//! with its own exit code, and what was begun is finished by typing the same command again.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::job::Job;
use crate::rig::{Ended, Rig, binary, copy_folder};
use crate::trees::same_stores;

/// What an undisturbed run of this many points writes.
fn undisturbed(points: u32) -> Rig {
    let rig = Rig::with_sample(points);
    rig.bunri(["run", "job.toml"]).must(1);
    rig
}

/// Waits until a file is there; a process that never writes it fails the story.
fn wait_for(rig: &Rig, below: &str) {
    let begun = Instant::now();
    while !rig.path(below).exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{below} never came"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// No file may grow beyond this many blocks of 512 bytes: to a program it is a disk that is full.
fn fails_with_little_space(rig: &Rig, command: &str, blocks: u32) {
    let script = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec '{}' {command} job.toml",
        binary().display()
    );
    let ended = Ended::of(
        Command::new("sh")
            .args(["-c", &script])
            .current_dir(rig.root()),
    );
    let ended = ended
        .must(5)
        .says("File too large")
        .says("run the same command again");
    rig.holds_no_value(&ended);
}

#[test]
fn without_space_it_stops_and_a_rerun_completes_to_the_same_bytes() {
    let whole = undisturbed(2000);
    let rig = Rig::with_sample(2000);
    for blocks in [8, 60, 160] {
        fails_with_little_space(&rig, "run", blocks);
        assert!(!rig.path("custody/staging/manifest.json").exists());
    }
    rig.bunri(["extract", "job.toml"]).must(1);
    for blocks in [8, 60, 160] {
        fails_with_little_space(&rig, "split", blocks);
        assert!(!rig.path("retail/manifest.json").exists());
    }
    rig.bunri(["split", "job.toml"]).must(1);
    fails_with_little_space(&rig, "verify", 20);
    assert!(!rig.path("custody/evidence/report.json").exists());
    rig.bunri(["run", "job.toml"]).must(1);
    same_stores(&whole, &rig);
}

#[test]
fn the_folder_of_a_job_with_another_label_is_refused_with_the_difference() {
    let rig = undisturbed(60);
    rig.job(&Job {
        label: "second rehearsal".to_owned(),
        ..Job::default()
    });
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("`custody` belongs to another job:\n  label: was story, is second rehearsal\n")
        .says("name another folder in [output], or restore the old input to resume");
}

#[test]
fn the_folder_of_a_job_with_another_catalogue_is_refused_with_the_difference() {
    let rig = Rig::with_sample(60);
    rig.own_catalogue();
    rig.bunri(["run", "job.toml"]).must(1);
    rig.edit(
        "catalogue/catalogue.toml",
        "version = \"2026-04\"",
        "version = \"2026-05\"",
    );
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("belongs to another job:\n  catalogue blake3: was ");
}

#[test]
fn the_folder_of_a_job_with_another_source_is_refused_with_the_difference() {
    let rig = undisturbed(60);
    rig.sql("UPDATE meter SET ct_ratio = 2");
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("belongs to another job:\n  source blake3: was ");
}

#[test]
fn a_folder_with_somebody_elses_file_is_refused() {
    for folder in ["custody", "retail"] {
        let rig = Rig::with_sample(60);
        std::fs::create_dir(rig.path(folder)).unwrap();
        rig.write(&format!("{folder}/notes.txt"), "somebody else's");
        rig.refused("run", 3).says(&format!(
            "`{folder}` is not empty and no bunri job began it"
        ));
        assert_eq!(rig.read(&format!("{folder}/notes.txt")), "somebody else's");
    }
}

#[test]
fn a_strange_file_in_a_store_before_the_split_is_refused() {
    for store in ["retail", "custody/transmission"] {
        let rig = Rig::with_sample(60);
        rig.bunri(["extract", "job.toml"]).must(1);
        std::fs::create_dir_all(rig.path(store)).unwrap();
        rig.write(&format!("{store}/notes.txt"), "somebody else's");
        rig.refused("run", 3)
            .says("holds files of another job or of an unknown origin; use an empty folder");
    }
}

#[test]
fn two_at_once_in_one_folder_are_refused() {
    let rig = Rig::with_sample(5000);
    let mut first = rig.command();
    let mut first = first
        .args(["run", "job.toml"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&rig, "custody/job.lock.json");
    rig.bunri(["run", "job.toml"])
        .must(8)
        .says("another bunri is at work in `custody`; wait for it to end");
    assert_eq!(
        first.wait().unwrap().code(),
        Some(1),
        "the first is not disturbed by the second"
    );
}

#[test]
fn interrupted_it_says_so_and_a_rerun_completes_to_the_same_bytes() {
    let whole = undisturbed(5000);
    // Ctrl-C while it extracts, a scheduler's TERM while it splits, Ctrl-C while it verifies.
    for (waited_for, signal) in [
        ("custody/journal.jsonl", "-INT"),
        ("custody/staging/manifest.json", "-TERM"),
        ("retail/manifest.json", "-INT"),
    ] {
        let rig = Rig::with_sample(5000);
        let mut run = rig.command();
        let run = run
            .args(["run", "job.toml"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(&rig, waited_for);
        Command::new("kill")
            .args([signal, &run.id().to_string()])
            .status()
            .unwrap();
        let output = run.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "after {waited_for}: {said}");
        assert!(
            said.contains("interrupted") && said.contains("run the same command again: it resumes"),
            "{said}"
        );
        rig.bunri(["run", "job.toml"]).must(1);
        same_stores(&whole, &rig);
    }
}

#[test]
fn run_again_after_it_is_done_nothing_is_written_again() {
    let rig = undisturbed(60);
    let before = std::fs::metadata(rig.path("retail/manifest.json"))
        .unwrap()
        .modified()
        .unwrap();
    rig.bunri(["run", "job.toml"]).must(1);
    assert_eq!(
        std::fs::metadata(rig.path("retail/manifest.json"))
            .unwrap()
            .modified()
            .unwrap(),
        before
    );
}

#[test]
fn custody_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let rig = undisturbed(60);
    assert_eq!(
        std::fs::metadata(rig.path("custody"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
}

#[test]
fn custody_that_was_opened_to_others_is_refused_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::with_sample(60);
    rig.bunri(["extract", "job.toml"]).must(1);
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(rig.path("custody"), open).unwrap();
    rig.refused("run", 3)
        .says("`custody` has mode 0777: others could read or change what is in it")
        .says("`chmod 700`");
}

#[test]
fn under_an_open_umask_every_folder_is_closed_and_no_claim_breaks() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::with_sample(60);
    let script = format!("umask 000; exec '{}' run job.toml", binary().display());
    let mut shell = Command::new("sh");
    Ended::of(shell.args(["-c", &script]).current_dir(rig.root())).must(1);
    for folder in [
        "custody",
        "custody/staging",
        "custody/tmp",
        "retail",
        "retail/meter",
    ] {
        let mode = rig.path(folder).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
}

/// Staging of the older of two dumps, put into the custody of the newer, and back.
fn exchange_staging(rig: &Rig, older: &Rig) {
    let (here, aside) = (rig.path("custody/staging"), rig.path("staging-aside"));
    std::fs::rename(here, aside).unwrap();
    copy_folder(&older.path("custody/staging"), &rig.path("custody/staging"));
}

fn of_two_sources(ended: Ended) {
    ended
        .must(3)
        .says("staging and lock are of two sources:\n  source blake3 in `custody/staging/manifest.json`: ")
        .says("source blake3 in `custody/job.lock.json`: ")
        .says("run `bunri extract` again");
}

/// K25: two dumps, and the older one's staging in the custody of the newer.
#[test]
fn staging_of_an_older_dump_is_neither_split_nor_verified() {
    let older = Rig::with_sample(60);
    older.bunri(["extract", "job.toml"]).must(1);
    let rig = Rig::with_sample(60);
    rig.sql("UPDATE meter SET ct_ratio = 2");
    rig.bunri(["extract", "job.toml"]).must(1);
    exchange_staging(&rig, &older);
    of_two_sources(rig.refused("split", 3));
    std::fs::remove_dir_all(rig.path("custody/staging")).unwrap();
    std::fs::rename(rig.path("staging-aside"), rig.path("custody/staging")).unwrap();
    rig.bunri(["run", "job.toml"]).must(1);
    exchange_staging(&rig, &older);
    of_two_sources(rig.bunri(["verify", "job.toml"]));
    of_two_sources(rig.bunri(["prove", "job.toml"]));
}

#[test]
fn a_lock_that_is_none_is_told_and_what_a_kill_left_beside_it_is_no_obstacle() {
    let rig = Rig::with_sample(60);
    rig.bunri(["extract", "job.toml"]).must(1);
    let lock = rig.read("custody/job.lock.json");
    rig.write("custody/job.lock.json", "{");
    rig.refused("run", 3)
        .says("`custody/job.lock.json` is not the lock of this version");
    rig.write("custody/job.lock.json", &lock);
    rig.write("custody/.bunri-tmp-job.lock.json-new", "{");
    rig.job(&Job {
        label: "corrected".to_owned(),
        ..Job::default()
    });
    rig.bunri(["run", "job.toml"]).must(1);
    assert!(!rig.path("custody/.bunri-tmp-job.lock.json-new").exists());
}
