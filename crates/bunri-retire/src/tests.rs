//! Only what the record lists goes; stores and evidence stay; whatever interrupts it, it can be run again.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use bunri_evidence::{Envelope, Role, Run, RunStores, Runs, SecretKey, TypedStatement};
use bunri_manifest::Blake3Hex;
use tempfile::TempDir;

use crate::{DELETION, DeletionPredicate, RetireError, Retired, is_retired, retire, survey};

struct Room {
    folder: TempDir,
    keys: Vec<SecretKey>,
}

const GO: [&str; 5] = [
    "staging/meter/part-00000.parquet",
    "rejects/meter.jsonl",
    "ownership/ledger-0-aa.parquet",
    "tmp/split.json",
    "evidence/fingerprint.key",
];
const STAY: [&str; 6] = [
    "staging/manifest.json",
    "transmission/manifest.json",
    "quarantine/meter/part-00000.parquet",
    "evidence/report.json",
    "job.lock.json",
    "journal.jsonl",
];

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys =
            ["a", "b", "c"].map(|name| SecretKey::create(&folder.path().join(name), None).unwrap());
        let room = Self {
            folder,
            keys: keys.into_iter().collect(),
        };
        for name in GO.iter().chain(&STAY) {
            let path = room.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let run = Run {
            number: 0,
            previous: String::new(),
            label: "rehearsal-3".to_owned(),
            kind: "rehearsal".to_owned(),
            catalogue: None,
            decisions: None,
            staging: None,
            stores: RunStores {
                retail: None,
                transmission: None,
                quarantine: None,
            },
            report: Blake3Hex::of(b"report"),
            verdict: "to_read".to_owned(),
            retired: None,
        };
        Runs::default().append(&room.path("evidence"), run).unwrap();
        room
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("custody").join(below)
    }

    fn role(&self, threshold: usize) -> Role {
        let keys = self.keys[..2].iter().map(|key| key.public().unwrap());
        Role::new(keys, threshold).unwrap()
    }

    fn retire(&self, threshold: usize, key: usize) -> Result<Retired, RetireError> {
        retire(&self.path(""), &self.role(threshold), &self.keys[key])
    }
}

#[test]
fn what_only_the_work_needed_goes_and_the_record_stays() {
    let room = Room::new();
    assert!(!is_retired(&room.path("")).unwrap());
    let seen = survey(&room.path("")).unwrap();
    let names: Vec<&str> = seen.files.iter().map(|(name, _)| name.as_str()).collect();
    let mut go = GO;
    go.sort_unstable();
    assert_eq!(names, go);
    assert!(matches!(room.retire(1, 2), Err(RetireError::NotOperator)));
    let Retired::Done { files, ledger, .. } = room.retire(1, 0).unwrap() else {
        panic!("it was not done");
    };
    assert_eq!(files, 5);
    for name in GO {
        assert!(!room.path(name).exists(), "{name}");
    }
    for name in STAY {
        assert_eq!(std::fs::read_to_string(room.path(name)).unwrap(), name);
    }
    for folder in ["rejects", "ownership", "tmp", "staging/meter"] {
        assert!(!room.path(folder).exists(), "{folder}");
    }
    let envelope = Envelope::read(&room.path("evidence").join(DELETION)).unwrap();
    let said = TypedStatement::<DeletionPredicate>::parse(&envelope.payload()).unwrap();
    assert_eq!((said.predicate.run, said.predicate.files), (1, 5));
    let runs = Runs::read(&room.path("evidence")).unwrap();
    assert_eq!((runs.all().len(), runs.head()), (2, ledger.as_str()));
    assert!(runs.last().unwrap().retired.is_some() && is_retired(&room.path("")).unwrap());
    assert_eq!(room.retire(1, 0).unwrap(), Retired::Already);
}

#[test]
fn a_second_operator_signs_before_anything_goes() {
    let room = Room::new();
    assert_eq!(room.retire(2, 0).unwrap(), Retired::Waits(1, 2));
    assert_eq!(room.retire(2, 0).unwrap(), Retired::Waits(1, 2));
    assert!(GO.iter().all(|name| room.path(name).exists()));
    assert!(
        is_retired(&room.path("")).unwrap(),
        "nothing is made from what a record says is to go"
    );
    // What came after the first signature is in no record.
    std::fs::write(room.path("tmp/later"), "x").unwrap();
    assert!(matches!(room.retire(2, 1), Err(RetireError::Foreign(_))));
    std::fs::remove_file(room.path("tmp/later")).unwrap();
    assert!(matches!(
        room.retire(2, 1).unwrap(),
        Retired::Done { files: 5, .. }
    ));
}

#[test]
fn interrupted_anywhere_it_is_run_again_and_the_record_is_the_same() {
    // As many files gone as an interruption may leave gone.
    for gone in 0..=GO.len() {
        let room = Room::new();
        assert_eq!(room.retire(2, 0).unwrap(), Retired::Waits(1, 2));
        let list = std::fs::read(room.path("evidence/deleted-files.json")).unwrap();
        for name in &GO[..gone] {
            std::fs::remove_file(room.path(name)).unwrap();
        }
        assert!(
            matches!(room.retire(2, 1).unwrap(), Retired::Done { files: 5, .. }),
            "{gone}"
        );
        assert_eq!(
            std::fs::read(room.path("evidence/deleted-files.json")).unwrap(),
            list
        );
        assert!(GO.iter().all(|name| !room.path(name).exists()));
    }
    // Cut off between the list and the signature: the list is made anew.
    let room = Room::new();
    std::fs::write(room.path("evidence/deleted-files.json"), "{}").unwrap();
    assert!(matches!(
        room.retire(1, 0).unwrap(),
        Retired::Done { files: 5, .. }
    ));
}

#[test]
fn a_record_that_was_changed_deletes_nothing() {
    for (name, from, to) in [
        ("deleted-files.json", "rejects/meter.jsonl", "journal.jsonl"),
        ("deleted-files.json", "rejects/meter.jsonl", "../a"),
        ("deletion.dsse.json", "\"sig\": \"", "\"sig\": \"A"),
    ] {
        let room = Room::new();
        assert_eq!(room.retire(2, 0).unwrap(), Retired::Waits(1, 2));
        let path = room.path("evidence").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        std::fs::write(&path, text.replace(from, to)).unwrap();
        assert!(room.retire(2, 1).is_err(), "{to}");
        assert!(
            GO.iter().chain(&STAY).all(|name| room.path(name).exists()),
            "{to}"
        );
    }
}

#[cfg(unix)]
#[test]
fn links_are_refused_and_nothing_behind_them_is_touched() {
    use std::os::unix::fs::symlink;
    for (away, link) in [
        ("staging/meter", "staging/meter"),
        ("rejects", "rejects"),
        ("tmp/split.json", "tmp/split.json"),
        ("evidence/fingerprint.key", "evidence/fingerprint.key"),
    ] {
        let room = Room::new();
        let other = room.folder.path().join("other");
        std::fs::rename(room.path(away), &other).unwrap();
        symlink(&other, room.path(link)).unwrap();
        assert!(
            matches!(room.retire(1, 0), Err(RetireError::NotAFile(_))),
            "{link}"
        );
        assert!(other.exists() && room.path("ownership/ledger-0-aa.parquet").exists());
    }
}
