//! A run that is over: what only the work needed is deleted under a signed record; what others rely on stays.

use crate::evidence::{asked, signed};
use crate::rig::{Ended, Rig};

fn retire(rig: &Rig, who: &str, confirm: &str) -> Ended {
    let key = format!("{who}.pem");
    rig.bunri(["retire", "job.toml", "--key", &key, "--confirm", confirm])
}

fn files(rig: &Rig, folder: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![rig.path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => names.push(path.strip_prefix(rig.root()).unwrap().display().to_string()),
            }
        }
    }
    names.sort();
    names
}

#[test]
fn staging_goes_and_stores_and_evidence_stay() {
    let rig = signed();
    let stores: Vec<_> = ["retail", "custody/transmission", "custody/quarantine"]
        .map(|it| files(&rig, it))
        .concat();
    let before: Vec<Vec<u8>> = stores
        .iter()
        .map(|name| std::fs::read(rig.path(name)).unwrap())
        .collect();
    retire(&rig, "operator", "another")
        .must(3)
        .says("the job's label was not typed");
    rig.bunri(["retire", "job.toml", "--key", "operator.pem"])
        .must(3);
    retire(&rig, "stranger", "story")
        .must(3)
        .says("not one of `operator`");
    assert!(rig.path("custody/staging/meter").exists());
    let ended = retire(&rig, "operator", "story")
        .must(0)
        .prints("retired")
        .prints("goes staging");
    rig.holds_no_value(&ended);
    for gone in ["rejects", "ownership", "tmp", "evidence/fingerprint.key"] {
        assert!(!rig.path(&format!("custody/{gone}")).exists(), "{gone}");
    }
    assert_eq!(
        files(&rig, "custody/staging"),
        ["custody/staging/manifest.json"]
    );
    let after: Vec<Vec<u8>> = stores
        .iter()
        .map(|name| std::fs::read(rig.path(name)).unwrap())
        .collect();
    assert!(
        before == after
            && stores
                == ["retail", "custody/transmission", "custody/quarantine"]
                    .map(|it| files(&rig, it))
                    .concat()
    );
    // Who signed what is still said, and nothing is made of it any more.
    rig.bunri(["verify", "job.toml", "--evidence"])
        .must(0)
        .prints("C8 evidence: held");
    for command in [
        "run", "extract", "split", "verify", "plan", "reread", "prove",
    ] {
        rig.bunri([command, "job.toml"]).must(3).says("is retired");
    }
    rig.bunri(["run", "job.toml", "--again", "--yes"])
        .must(3)
        .says("is retired");
    retire(&rig, "operator", "story")
        .must(0)
        .prints("it was retired before");
    let ledger = rig.read("custody/evidence/runs.jsonl");
    assert_eq!(ledger.lines().count(), 2);
    for line in ledger.lines() {
        rig.write("line.json", line);
        rig.is_as("runs.schema.json", &["line.json"]);
    }
    rig.is_as(
        "deleted-files.schema.json",
        &["custody/evidence/deleted-files.json"],
    );
    rig.is_as(
        "dsse-envelope.schema.json",
        &["custody/evidence/deletion.dsse.json"],
    );
    let payload = rig
        .python("payload.py", ["custody/evidence/deletion.dsse.json"])
        .must(0);
    rig.write("payload.json", payload.out);
    rig.is_as("statement.schema.json", &["payload.json"]);
}

#[test]
fn what_is_not_finished_is_not_retired() {
    let rig = asked();
    retire(&rig, "operator", "story")
        .must(3)
        .says("the run is not finished");
    let rig = signed();
    let link = rig.path("custody/tmp/link");
    std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
    retire(&rig, "operator", "story").must(3).says("is a link");
    assert!(rig.path("custody/staging/meter").exists());
    std::fs::remove_file(&link).unwrap();
    // Cut off in the middle: the record is signed, some files are gone, the ledger has no line.
    let ledger = rig.read("custody/evidence/runs.jsonl");
    retire(&rig, "operator", "story").must(0);
    rig.write("custody/evidence/runs.jsonl", &ledger);
    std::fs::create_dir(rig.path("custody/rejects")).unwrap();
    rig.bunri(["run", "job.toml"]).must(3).says("is retired");
    retire(&rig, "operator", "story").must(0).prints("retired");
    assert!(!rig.path("custody/rejects").exists());
    assert_eq!(rig.read("custody/evidence/runs.jsonl").lines().count(), 2);
}
