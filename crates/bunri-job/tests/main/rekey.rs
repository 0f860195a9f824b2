//! Secrets of a job: read from files that only their owner can read, and never told.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use bunri_job::{RekeySecrets, load_job, load_rekey_secrets};
use bunri_parse::load;
use bunri_text::Problems;

use crate::samples::folder;

const SECRET: &[u8] = b"a fictional secret, of 32 bytes and more";

/// A job whose catalogue rekeys `consumer`, with this `[rekey]` section and this secret file.
fn secrets(section: &str, secret: &[u8], mode: u32) -> Result<RekeySecrets, Problems> {
    let run = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(folder("jobs/valid/rekey.toml")).unwrap();
    let catalogue = folder("valid/every_rule");
    let text = text
        .replace("../../valid/every_rule", &catalogue.display().to_string())
        .replace("consumer = { secret = \"consumer.secret\" }", section);
    fs::write(run.path().join("job.toml"), text).unwrap();
    let path = run.path().join("consumer.secret");
    fs::write(&path, secret).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let job = load_job(&run.path().join("job.toml"))?;
    load_rekey_secrets(&job, &load(&catalogue)?)
}

fn refused(section: &str, secret: &[u8], mode: u32) -> String {
    let problems = secrets(section, secret, mode).unwrap_err().to_string();
    assert!(!problems.contains("fictional"), "{problems}");
    problems
}

const PLAIN: &str = "consumer = { secret = \"consumer.secret\" }";

#[test]
fn a_secret_of_its_owner_alone_is_read_and_never_printed() {
    let secrets = secrets(PLAIN, SECRET, 0o600).unwrap();
    assert_eq!(secrets.iter().next(), Some(("consumer", SECRET)));
    assert_eq!(format!("{secrets:?}"), "{\"consumer\"}");
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    for mode in [0o640, 0o604, 0o620, 0o644] {
        assert!(refused(PLAIN, SECRET, mode).contains("by others than its owner"));
    }
}

#[test]
fn a_short_or_empty_or_monotonous_secret_is_refused() {
    assert!(refused(PLAIN, &SECRET[..31], 0o600).contains("has 31 bytes"));
    assert!(refused(PLAIN, b"", 0o600).contains("has 0 bytes"));
    assert!(refused(PLAIN, &[0; 64], 0o600).contains("one byte over and over"));
}

#[test]
fn every_name_needs_its_secret_and_every_secret_its_name() {
    assert!(refused("", SECRET, 0o600).contains("the job no secret for it"));
    let problems = refused("consumr = { secret = \"consumer.secret\" }", SECRET, 0o600);
    assert!(problems.contains(
        "no column of the catalogue has `rekey = \"consumr\"`; did you mean `consumer`?"
    ));
    assert!(problems.contains("add `[rekey]` with `consumer = "));
    assert!(refused("consumer = { secret = \"none\" }", SECRET, 0o600).contains("cannot be read"));
}

#[test]
fn a_check_holds_a_job_to_the_secret_of_its_rehearsals() {
    let checks = secrets(PLAIN, SECRET, 0o600).unwrap().checks();
    let with =
        |check: &str| format!("consumer = {{ secret = \"consumer.secret\", check = \"{check}\" }}");
    assert!(secrets(&with(&checks["consumer"]), SECRET, 0o600).is_ok());
    let other = [SECRET, b"\n"].concat();
    assert!(refused(&with(&checks["consumer"]), &other, 0o600).contains("its `check` is another"));
}

#[test]
fn the_name_is_part_of_what_is_checked() {
    let of = |name: &str| RekeySecrets::of([(name.to_owned(), SECRET.to_vec())]).checks();
    assert_ne!(of("consumer")["consumer"], of("contract")["contract"]);
}
