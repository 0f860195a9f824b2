//! Who answers for a run (C8): keys, signatures, the ledger of runs, and the page by which a stranger checks a store without bunri.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::rig::{Ended, Rig, copy_folder, python, repository};
use crate::small::{POINT, small};
use crate::verdict::findings;

const RUNS: &str = "custody/evidence/runs.jsonl";
const ATTESTATION: &str = "custody/evidence/retail-attestation.json";
const STATEMENTS: [&str; 4] = ["approval", "run", "acceptance", "release"];
const PEOPLE: [&str; 6] = ["approver", "operator", "qa1", "qa2", "officer", "stranger"];

/// The smallest sample, verified, with keys for everybody and a job that asks for all four statements, two for the acceptance.
pub(crate) fn asked() -> Rig {
    let rig = Rig::with_sample(60);
    let keys = PEOPLE.map(|who| rig.key(who));
    let [approver, operator, first, second, officer, _] = keys;
    let job = rig.read("job.toml");
    rig.write(
        "job.toml",
        format!(
            "{job}[evidence]\ncatalogue_approver = {{ keys = [{approver:?}] }}\noperator = {{ keys = [{operator:?}] }}\n\
             qa = {{ keys = [{first:?}, {second:?}], threshold = 2 }}\ndata_officer = {{ keys = [{officer:?}] }}\n"
        ),
    );
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("nothing is signed yet: approval, run, acceptance, release");
    rig
}

fn sign(rig: &Rig, statement: &str, who: &str) -> Ended {
    let file = format!("{who}.pem");
    rig.bunri(["sign", "job.toml", "--statement", statement, "--key", &file])
}

fn judged(rig: &Rig) -> Ended {
    rig.bunri(["verify", "job.toml", "--evidence"])
}

pub(crate) fn envelope(statement: &str) -> String {
    format!("custody/evidence/{statement}.dsse.json")
}

/// Everything signed.
pub(crate) fn signed() -> Rig {
    let rig = asked();
    for (statement, who) in [
        ("approval", "approver"),
        ("run", "operator"),
        ("acceptance", "qa1"),
        ("acceptance", "qa2"),
        ("release", "officer"),
    ] {
        sign(&rig, statement, who).must(0);
    }
    rig
}

#[test]
fn what_all_signed_is_held_and_changes_no_store() {
    let rig = asked();
    let before = rig.read("retail/manifest.json");
    sign(&rig, "approval", "approver").must(0);
    sign(&rig, "run", "operator").must(0);
    sign(&rig, "acceptance", "qa1")
        .must(0)
        .prints("1 of 2 signed");
    // Whoever signs twice has signed once.
    sign(&rig, "acceptance", "qa1")
        .must(0)
        .prints("1 of 2 signed");
    judged(&rig)
        .must(10)
        .prints("evidence_below_threshold")
        .prints("1 of 2");
    sign(&rig, "acceptance", "qa2")
        .must(0)
        .prints("2 of 2 signed");
    judged(&rig)
        .must(1)
        .prints("the statement `release` is not signed yet");
    assert!(
        !rig.path(ATTESTATION).exists(),
        "issued before it was released"
    );
    sign(&rig, "release", "officer").must(0);
    let ended = judged(&rig).must(0).prints("C8 evidence: held");
    rig.holds_no_value(&ended);
    let whole = rig.bunri(["verify", "job.toml"]).must(1);
    rig.holds_no_value(&whole);
    let report = rig.json("custody/evidence/report.json");
    let claim = &report["claims"][7];
    assert_eq!(
        (&claim["code"], &claim["status"]),
        (&"C8".into(), &"held".into()),
        "{claim}"
    );
    let schema = repository().join("schemas/report.schema.json");
    let schema = schema.to_str().unwrap();
    rig.python(
        "schemas.py",
        [
            schema,
            "custody/evidence/report.json",
            "custody/evidence/accepted-report.json",
        ],
    )
    .must(0)
    .prints("2 documents, 0 complaints");
    let page = rig.read("custody/evidence/report.ja.html");
    assert!(page.contains("ジョブが指定する鍵で、ここにあるものに署名されています"));
    assert_eq!(
        rig.read(RUNS).lines().count(),
        1,
        "the same run again is no new one"
    );
    assert_eq!(rig.read("retail/manifest.json"), before);
    judged(&rig).must(0);
    // The job may demand it, and then a run without it is outside.
    let accepted = whole
        .out
        .split("once a person has read all of it:")
        .nth(1)
        .unwrap();
    let accepted = accepted.split("\nretail store").next().unwrap();
    rig.write("job.toml", rig.read("job.toml") + accepted);
    assert!(rig.read("job.toml").contains("\"C8\""));
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints("evidence_other_subject");
    for who in ["qa1", "qa2"] {
        let file = format!("{who}.pem");
        let again = [
            "sign",
            "job.toml",
            "--statement",
            "acceptance",
            "--key",
            &file,
        ];
        if who == "qa1" {
            rig.bunri(again).must(3).says("--replace");
            rig.bunri([
                "sign",
                "job.toml",
                "--statement",
                "acceptance",
                "--key",
                &file,
                "--replace",
            ])
            .must(0)
            .prints("1 of 2");
        } else {
            rig.bunri(again).must(0);
        }
    }
    rig.bunri(["verify", "job.toml"])
        .must(0)
        .prints("lines of [expect] are met");
    std::fs::remove_file(rig.path(&envelope("approval"))).unwrap();
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints("evidence_other_subject");
}

/// What retail is given says nothing of the other side.
#[test]
fn the_retail_copy_tells_nothing_of_the_other_side() {
    let rig = signed();
    let payload = rig.python("payload.py", [ATTESTATION]).must(0).out;
    let statement: serde_json::Value = serde_json::from_str(&payload).unwrap();
    let claims = statement["predicate"].as_object().unwrap();
    assert_eq!(claims.keys().collect::<Vec<_>>(), ["claims"]);
    let claims = claims["claims"].as_object().unwrap();
    assert!(
        claims.values().all(|word| word == "held") && claims.len() >= 6,
        "{payload}"
    );
    let names = statement["subject"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["manifest.json", "B3SUMS", "SHA256SUMS"]);
    let report = rig.json("custody/evidence/report.json");
    let mut others: BTreeSet<String> = BTreeSet::new();
    for manifest in [
        "custody/staging/manifest.json",
        "custody/transmission/manifest.json",
        "custody/quarantine/manifest.json",
    ] {
        let text = rig.read(manifest);
        let hex = text.split('"').filter(|word| word.len() == 64);
        others.extend(hex.map(str::to_owned));
    }
    for judged in report["judged"]["stores"]
        .as_array()
        .unwrap()
        .iter()
        .skip(1)
    {
        others.insert(judged["manifest"].as_str().unwrap().to_owned());
    }
    others.insert(
        report["judged"]["staging_manifest"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    assert!(others.len() > 50, "{}", others.len());
    for word in others.iter().map(String::as_str).chain([
        "transmission",
        "quarantine",
        "staging",
        "story",
        "denryoku",
    ]) {
        assert!(!payload.contains(word), "{word}");
    }
    assert!(!rig.path("retail/retail-attestation.json").exists());
    for entry in std::fs::read_dir(rig.path("custody/evidence")).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
    }
}

/// Changes a file, asks, and puts it back.
fn with(rig: &Rig, file: &str, content: impl AsRef<[u8]>, expected: &[&str]) {
    let before = std::fs::read(rig.path(file)).unwrap();
    rig.write(file, content);
    let mut ended = judged(rig).must(10);
    for finding in expected {
        ended = ended.prints(finding);
    }
    rig.write(file, before);
    judged(rig).must(0);
}

#[test]
fn whatever_is_wrong_with_an_envelope_has_its_finding() {
    let rig = signed();
    judged(&rig).must(0);
    let read = |statement: &str| rig.read(&envelope(statement));
    for statement in STATEMENTS {
        let file = envelope(statement);
        let text = read(statement);
        with(
            &rig,
            &file,
            text.replace(": ", ":  "),
            &["evidence_unreadable"],
        );
        with(&rig, &file, "", &["evidence_unreadable"]);
        let other = if statement == "run" {
            "approval"
        } else {
            "run"
        };
        with(
            &rig,
            &file,
            read(other),
            &["evidence_other_statement", "evidence_key_unknown", "0 of "],
        );
        let signature = text.rsplit("\"sig\": \"").next().unwrap()[..8].to_owned();
        let turned: String = signature.chars().rev().collect();
        assert_ne!(signature, turned);
        with(
            &rig,
            &file,
            text.replace(&signature, &turned),
            &["evidence_signature_wrong", "evidence_below_threshold"],
        );
    }
    // A sparse file of a hundred megabytes.
    let file = envelope("run");
    let before = read("run");
    std::fs::File::create(rig.path(&file))
        .unwrap()
        .set_len(100_000_000)
        .unwrap();
    judged(&rig)
        .must(10)
        .prints("evidence_unreadable")
        .prints("more than 1048576 bytes");
    rig.write(&file, before);
    with(
        &rig,
        "custody/evidence/accepted-report.json",
        "{}",
        &["evidence_other_subject", "accepted-report.json"],
    );
    with(
        &rig,
        ATTESTATION,
        read("release") + "\n",
        &["attestation_differs"],
    );
    // The whole verification says the same, and its report is one that the schema knows.
    rig.write(ATTESTATION, "{}");
    let ended = rig
        .bunri(["verify", "job.toml"])
        .must(10)
        .prints("attestation_differs");
    rig.holds_no_value(&ended);
    assert!(
        findings(&rig)
            .iter()
            .any(|it| it.starts_with("C8 attestation_differs custody/")),
        "{:?}",
        findings(&rig)
    );
    let schema = repository().join("schemas/report.schema.json");
    rig.python(
        "schemas.py",
        [schema.to_str().unwrap(), "custody/evidence/report.json"],
    )
    .must(0);
    rig.bunri(["report", "job.toml", "--md", "--lang", "ja"])
        .must(0)
        .prints("検証証明の小売向けの写し");
}

#[test]
fn keys_that_the_job_does_not_name_count_for_nothing() {
    let rig = signed();
    let operator = rig.bunri(["key", "show", "operator.pem"]).must(0).out;
    let stranger = rig.bunri(["key", "show", "stranger.pem"]).must(0).out;
    let hex = |said: &str| said.split_whitespace().nth(2).unwrap().to_owned();
    rig.edit("job.toml", &hex(&operator), &hex(&stranger));
    judged(&rig)
        .must(10)
        .prints("evidence_key_unknown")
        .prints("evidence_below_threshold");
    sign(&rig, "run", "operator")
        .must(3)
        .says("it is not among the keys of `operator`");
    sign(&rig, "run", "stranger")
        .must(3)
        .says("the job does not name the key");
}

#[test]
fn a_run_that_is_missing_from_the_ledger_shows() {
    let rig = asked();
    // A second run, of a job that expects something: another report.
    rig.write(
        "job.toml",
        rig.read("job.toml") + "[expect]\nclaims = [\"C1\"]\n",
    );
    rig.bunri(["verify", "job.toml"]).must(7);
    let text = rig.read(RUNS);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 2);
    sign(&rig, "run", "operator").must(0);
    judged(&rig).must(1);
    let broken = |content: String| {
        rig.write(RUNS, content);
        let ended = judged(&rig).must(10).prints("runs_broken");
        rig.write(RUNS, &text);
        ended
    };
    broken(lines[1].to_owned()).prints("line 1");
    broken(lines[0].to_owned()).prints("the run that was signed is not in the ledger");
    broken(lines[1].to_owned() + lines[0]).prints("line 1");
    broken(text.replace("to_read", "as_expected")).prints("line 2");
    judged(&rig).must(1);
    // A broken ledger is not written on, and breaks the claim of any job.
    rig.write(RUNS, lines[1]);
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints("runs_broken");
    assert_eq!(rig.read(RUNS), lines[1]);
    let job = rig.read("job.toml");
    rig.write("job.toml", job.split("[evidence]").next().unwrap());
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints("runs_broken");
}

#[test]
fn nobody_signs_what_is_not_so() {
    let rig = asked();
    sign(&rig, "release", "officer")
        .must(3)
        .says("the approval is not signed yet");
    sign(&rig, "run", "stranger")
        .must(3)
        .says("it is not among the keys of `operator`");
    rig.bunri([
        "sign",
        "job.toml",
        "--statement",
        "receipt",
        "--key",
        "qa1.pem",
    ])
    .must(2);
    // A file of the retail store changed after it was verified.
    let part = "retail/consumer/part-00000.parquet";
    let before = std::fs::read(rig.path(part)).unwrap();
    let mut bytes = before.clone();
    bytes[100] ^= 1;
    rig.write(part, &bytes);
    sign(&rig, "run", "operator")
        .must(3)
        .says("files are not those that their manifest lists");
    // The report says so, and nobody accepts it.
    rig.bunri(["verify", "job.toml"]).must(10);
    sign(&rig, "acceptance", "qa1")
        .must(3)
        .says("a claim is broken");
    sign(&rig, "release", "officer")
        .must(3)
        .says("a claim is broken");
    for statement in STATEMENTS {
        assert!(!rig.path(&envelope(statement)).exists(), "{statement}");
    }
    rig.write(part, &before);
    // What was split again is not what was verified.
    let manifest = rig.read("custody/quarantine/manifest.json");
    rig.write("custody/quarantine/manifest.json", manifest.clone() + " ");
    sign(&rig, "acceptance", "qa1")
        .must(3)
        .says("quarantine store");
    rig.write("custody/quarantine/manifest.json", manifest);
    let job = rig.read("job.toml");
    rig.write("job.toml", job.split("[evidence]").next().unwrap());
    sign(&rig, "approval", "approver")
        .must(3)
        .says("the job has no `[evidence]`");
    judged(&rig).must(1).prints("the job asks for no signature");
}

#[test]
fn key_files_that_are_none_or_open_to_others_are_refused_and_none_is_overwritten() {
    let rig = asked();
    let before = rig.read("qa1.pem");
    rig.bunri(["key", "new", "--out", "qa1.pem"])
        .must(3)
        .says("never overwritten");
    assert_eq!(rig.read("qa1.pem"), before);
    let mode = |mode| {
        std::fs::set_permissions(rig.path("qa1.pem"), std::fs::Permissions::from_mode(mode))
            .unwrap()
    };
    assert_eq!(
        std::fs::metadata(rig.path("qa1.pem"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    mode(0o644);
    sign(&rig, "acceptance", "qa1").must(3).says("chmod 600");
    mode(0o600);
    rig.write("none.pem", "no key at all");
    std::fs::set_permissions(rig.path("none.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();
    sign(&rig, "acceptance", "none")
        .must(3)
        .says("no Ed25519 private key")
        .never_says("no key at all");
    sign(&rig, "acceptance", "absent").must(5);
    // Under a passphrase: of a variable that is there, and the right one.
    let mut new = rig.command();
    new.args([
        "key",
        "new",
        "--out",
        "locked.pem",
        "--passphrase-env",
        "STORY_PASS",
    ]);
    Ended::of(new.env("STORY_PASS", "correct horse"))
        .must(0)
        .never_says("correct horse");
    let show = |pass: Option<&str>| {
        let mut show = rig.command();
        show.args([
            "key",
            "show",
            "locked.pem",
            "--passphrase-env",
            "STORY_PASS",
        ])
        .env_remove("STORY_PASS");
        if let Some(pass) = pass {
            show.env("STORY_PASS", pass);
        }
        Ended::of(&mut show)
    };
    let shown = show(Some("correct horse")).must(0).out;
    show(Some("wrong horse"))
        .must(3)
        .says("the passphrase does not open it")
        .never_says("wrong horse");
    show(None).must(2).says("STORY_PASS");
    rig.bunri(["key", "show", "locked.pem"])
        .must(3)
        .says("--passphrase-env");
    // OpenSSL reads both, and says the same public half; and bunri reads what OpenSSL makes.
    for (file, arguments) in [
        ("qa1.pem", &[][..]),
        ("locked.pem", &["-passin", "pass:correct horse"][..]),
    ] {
        let mut openssl = Command::new("openssl");
        openssl
            .current_dir(rig.root())
            .args(["pkey", "-pubout", "-in", file, "-out", "public.pem"])
            .args(arguments);
        Ended::of(&mut openssl).must(0);
        let of_public = rig.bunri(["key", "show", "public.pem"]).must(0).out;
        let of_private = if file == "qa1.pem" {
            rig.bunri(["key", "show", file]).must(0).out
        } else {
            shown.clone()
        };
        assert_eq!(of_public, of_private);
        let pem = rig
            .bunri(["key", "show", "public.pem", "--pem"])
            .must(0)
            .out;
        assert_eq!(pem, rig.read("public.pem"));
    }
    let mut openssl = Command::new("openssl");
    openssl.current_dir(rig.root()).args([
        "genpkey",
        "-algorithm",
        "ed25519",
        "-out",
        "theirs.pem",
    ]);
    Ended::of(&mut openssl).must(0);
    rig.bunri(["key", "show", "theirs.pem"])
        .must(0)
        .prints("fingerprint");
}

/// The blocks of a page that are of this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = page.split(fence.as_str()).skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

/// docs/verify-without-bunri.md, as it stands: what a stranger types.
#[test]
fn a_stranger_checks_a_store_without_bunri() {
    let rig = signed();
    let page = std::fs::read_to_string(repository().join("docs/verify-without-bunri.md")).unwrap();
    let programs = blocks(&page, "python");
    let commands = blocks(&page, "sh");
    assert_eq!((programs.len(), commands.len()), (1, 3));
    let room = Rig::empty();
    room.write("check.py", &programs[0]);
    copy_folder(&rig.path("retail"), &room.path("retail"));
    std::fs::copy(rig.path(ATTESTATION), room.path("retail-attestation.json")).unwrap();
    let officer = |who: &str| {
        rig.bunri(["key", "show", &format!("{who}.pem"), "--pem"])
            .must(0)
            .out
    };
    room.write("data-officer.pem", officer("officer"));
    let folder = python().parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let type_in = |command: &str| {
        let mut shell = Command::new("sh");
        shell
            .current_dir(room.root())
            .env("PATH", &path)
            .args(["-e", "-c", command]);
        Ended::of(&mut shell)
    };
    let spoken = type_in(&commands[0]).must(0).out;
    rig.bunri(["key", "show", "officer.pem"])
        .must(0)
        .prints(spoken.trim());
    type_in(&commands[1]).must(0);
    let check = || type_in(&commands[2]);
    check()
        .must(0)
        .prints("C8 held: ")
        .prints("C1 held: ")
        .prints("C2 held: ");
    // And what is wrong is refused.
    let changed = |file: &str, content: &[u8], why: &str| {
        let before = std::fs::read(room.path(file)).unwrap();
        room.write(file, content);
        check().must(1).says(why);
        room.write(file, before);
        check().must(0);
    };
    let part = "retail/consumer/part-00000.parquet";
    let mut bytes = std::fs::read(room.path(part)).unwrap();
    bytes[100] ^= 1;
    changed(part, &bytes, "is not the listed one");
    let manifest = room.read("retail/manifest.json") + " ";
    changed(
        "retail/manifest.json",
        manifest.as_bytes(),
        "manifest.json is not the one that was released",
    );
    changed(
        "data-officer.pem",
        officer("stranger").as_bytes(),
        "did not sign",
    );
    let acceptance = std::fs::read(rig.path(&envelope("run"))).unwrap();
    changed("retail-attestation.json", &acceptance, "did not sign");
    let attestation = room.read("retail-attestation.json");
    let signature = attestation.rsplit("\"sig\": \"").next().unwrap()[..8].to_owned();
    let turned: String = signature.chars().rev().collect();
    changed(
        "retail-attestation.json",
        attestation.replace(&signature, &turned).as_bytes(),
        "the signature is not one of",
    );
    room.write("retail/note.txt", "hello");
    check().must(1).says("not listed, or not there");
    std::fs::remove_file(room.path("retail/note.txt")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", room.path("retail/link")).unwrap();
    check().must(1).says("is a link");
}

#[test]
fn what_is_written_is_as_the_published_schemas_say() {
    let rig = signed();
    for statement in STATEMENTS {
        rig.is_as("dsse-envelope.schema.json", &[&envelope(statement)]);
        let payload = rig.python("payload.py", [envelope(statement)]).must(0).out;
        rig.write("payload.json", payload);
        rig.is_as("statement.schema.json", &["payload.json"]);
    }
    for line in rig.read(RUNS).lines() {
        rig.write("line.json", line);
        rig.is_as("runs.schema.json", &["line.json"]);
    }
    // And they are no schemas that everything fits.
    rig.write("line.json", "{}");
    for schema in ["dsse-envelope", "statement", "runs"] {
        let schema = repository().join(format!("schemas/{schema}.schema.json"));
        rig.python("schemas.py", [schema.to_str().unwrap(), "line.json"])
            .must(1);
    }
}

/// C8 by bunri, for whoever has the store, its attestation and the public keys, and nothing of the job.
#[test]
fn a_stranger_has_a_store_checked_with_its_attestation() {
    let rig = signed();
    for who in ["officer", "stranger"] {
        let pem = rig
            .bunri(["key", "show", &format!("{who}.pem"), "--pem"])
            .must(0)
            .out;
        rig.write(&format!("{who}.public.pem"), pem);
    }
    let checked = |attestation: &str, keys: &[&str]| {
        let mut command = rig.command();
        command.args(["verify", "--store", "retail", "--attestation", attestation]);
        for key in keys {
            command.args(["--key", key]);
        }
        Ended::of(&mut command)
    };
    let officer = "officer.public.pem";
    checked(ATTESTATION, &[officer])
        .must(1)
        .prints("C8 evidence held");
    checked(ATTESTATION, &["stranger.public.pem"])
        .must(10)
        .prints("evidence_key_unknown")
        .prints("evidence_below_threshold");
    checked(ATTESTATION, &[officer, "stranger.public.pem"])
        .must(10)
        .prints("1 of 2");
    checked(ATTESTATION, &[officer, officer])
        .must(3)
        .says("the same person twice is one person");
    checked(&envelope("run"), &[officer])
        .must(10)
        .prints("evidence_other_statement");
    checked("nowhere.json", &[officer])
        .must(10)
        .prints("evidence_unreadable");
    checked(ATTESTATION, &[]).must(2);
    rig.bunri(["verify", "--store", "retail"])
        .must(1)
        .prints("C8 evidence not checked");
    let manifest = rig.read("retail/manifest.json");
    rig.write(
        "retail/manifest.json",
        manifest.replace("\"story\"", "\"stori\""),
    );
    checked(ATTESTATION, &[officer])
        .must(10)
        .prints("evidence_other_subject");
}

/// Every byte of what a stranger gets: the store's own three files, a data file, and the attestation.
#[test]
fn a_byte_changed_anywhere_in_a_small_stores_evidence_is_refused() {
    use bunri_evidence::{
        Envelope, PAYLOAD_TYPE, Predicate, ReleasePredicate, SecretKey, Statement, Subject,
    };
    use bunri_records::Attestation;
    use bunri_verify::verify_store_alone;
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    let officer = rig.key("officer");
    rig.bunri(["run", "job.toml"]).must(1);
    // So small a store has too few values to hold C5, and bunri would not sign its release: the story does.
    let subject = ["manifest.json", "B3SUMS", "SHA256SUMS"].map(|name| {
        let digests = bunri_manifest::hash_file(&rig.path("retail").join(name)).unwrap();
        Subject::new(name, digests)
    });
    let claims = [("C1".to_owned(), "held".to_owned())].into();
    let payload = Statement {
        subject: subject.to_vec(),
        predicate: Predicate::Release(ReleasePredicate { claims }),
    };
    let payload = payload.to_bytes().unwrap();
    let secret = SecretKey::read(&rig.path("officer.pem"), None).unwrap();
    let mut signed = Envelope::new(&payload);
    signed.add(secret.sign(PAYLOAD_TYPE, &payload).unwrap());
    rig.write("attestation.json", signed.to_bytes().unwrap());
    let keys = [bunri_evidence::PublicKey::parse(&officer).unwrap()];
    let (store, file) = (rig.path("retail"), rig.path("attestation.json"));
    let attestation = Attestation {
        file: &file,
        keys: &keys,
    };
    let broken = || {
        let report = verify_store_alone(&store, None, Some(&attestation), 1).unwrap();
        report.verdict == bunri_report::Verdict::Broken
    };
    assert!(!broken());
    let mut tried = 0;
    for name in [
        "attestation.json",
        "retail/manifest.json",
        "retail/B3SUMS",
        "retail/SHA256SUMS",
        "retail/meter_reading/part-00000.parquet",
    ] {
        let before = std::fs::read(rig.path(name)).unwrap();
        for at in 0..before.len() {
            let mut changed = before.clone();
            changed[at] ^= 1;
            rig.write(name, changed);
            assert!(broken(), "{name}, byte {at}");
            tried += 1;
        }
        rig.write(name, before);
    }
    assert!(tried > 3_000, "{tried}");
    assert!(!broken());
}
