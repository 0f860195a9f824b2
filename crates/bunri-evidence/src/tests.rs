//! What is refused: every envelope, key file and ledger that is not exactly what was signed.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use bunri_manifest::{Blake3Hex, Digester};
use serde_json::Value;

use crate::*;

/// A folder with a few keys.
struct Keys(tempfile::TempDir);

impl Keys {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn draw(&self, name: &str) -> SecretKey {
        SecretKey::create(&self.path().join(name), None).unwrap()
    }
}

fn statement(what: &str) -> Statement {
    let mut digester = Digester::new();
    digester.update(what.as_bytes());
    Statement {
        subject: vec![Subject::new("manifest.json", digester.finish())],
        predicate: Predicate::Release(ReleasePredicate {
            claims: [("C1".to_owned(), "held".to_owned())].into(),
        }),
    }
}

fn signed(statement: &Statement, keys: &[&SecretKey]) -> Envelope {
    let payload = statement.to_bytes().unwrap();
    let mut envelope = Envelope::new(&payload);
    for key in keys {
        envelope.add(key.sign(PAYLOAD_TYPE, &payload).unwrap());
    }
    envelope
}

fn role(keys: &[&SecretKey], threshold: usize) -> Role {
    Role::new(keys.iter().map(|key| key.public().unwrap()), threshold).unwrap()
}

fn of(bytes: &[u8], role: &Role, expected: &Statement) -> Vec<Fault> {
    judge(&Envelope::parse(bytes), role, expected, &|_| true)
}

#[test]
fn what_is_signed_is_the_encoding_of_the_standard() {
    // The example of the DSSE specification.
    let encoded = pae("http://example.com/HelloWorld", b"hello world");
    let expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
    assert_eq!(encoded, expected);
}

#[test]
fn a_key_is_the_one_of_the_standard_and_is_read_aloud_the_same_everywhere() {
    // RFC 8032, 7.1, TEST 1, as PKCS#8.
    let keys = Keys::new();
    let path = keys.path().join("rfc8032.pem");
    let pem = "-----BEGIN PRIVATE KEY-----\n\
               MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
               -----END PRIVATE KEY-----\n";
    std::fs::write(&path, pem).unwrap();
    closed(&path);
    let key = SecretKey::read(&path, None).unwrap();
    let public = key.public().unwrap();
    let hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(public.to_string(), hex);
    assert_eq!(PublicKey::parse(&public.pem()).unwrap(), public);
    assert_eq!(PublicKey::parse(hex).unwrap(), public);
    let groups: Vec<String> = public.spoken().split(' ').map(str::to_owned).collect();
    assert!(
        groups.len() == 6 && groups.iter().all(|it| it.len() == 5),
        "{groups:?}"
    );
    let first = u64::from_str_radix(&public.id()[..10], 16).unwrap() % 100_000;
    assert_eq!(groups[0], format!("{first:05}"));
    assert!(
        !format!("{key:?}").contains("157"),
        "nothing of a key is printed"
    );
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let keys = Keys::new();
    let (a, b) = (keys.draw("a"), keys.draw("b"));
    let (said, role) = (statement("retail"), role(&[&a, &b], 2));
    let bytes = signed(&said, &[&a, &b]).to_bytes().unwrap();
    assert_eq!(of(&bytes, &role, &said), [], "as it was signed");
    for at in 0..bytes.len() {
        for mask in [0x01, 0x02, 0x20, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            assert!(
                !of(&changed, &role, &said).is_empty(),
                "byte {at} ^ {mask:#x}"
            );
        }
        let mut shorter = bytes.clone();
        shorter.remove(at);
        assert!(!of(&shorter, &role, &said).is_empty(), "without byte {at}");
        let mut longer = bytes.clone();
        longer.insert(at, b' ');
        assert!(!of(&longer, &role, &said).is_empty(), "a space before {at}");
    }
    assert!(!of(&[&bytes[..], b"\n"].concat(), &role, &said).is_empty());
}

#[test]
fn only_pinned_keys_count_and_each_once() {
    let keys = Keys::new();
    let (a, b, other) = (keys.draw("a"), keys.draw("b"), keys.draw("other"));
    let said = statement("retail");
    let wrong = signed(&said, &[&other]).to_bytes().unwrap();
    let faults = of(&wrong, &role(&[&a], 1), &said);
    assert!(
        matches!(
            faults[..],
            [Fault::UnknownKey(_), Fault::BelowThreshold(0, 1)]
        ),
        "{faults:?}"
    );
    let one = signed(&said, &[&a]).to_bytes().unwrap();
    let faults = of(&one, &role(&[&a, &b], 2), &said);
    assert_eq!(
        faults,
        [Fault::BelowThreshold(1, 2)],
        "a signature is missing"
    );
    // A key that signs twice has signed once.
    let twice = signed(&said, &[&a, &a]).to_bytes().unwrap();
    assert_eq!(twice, one);
    let mut doubled: Value = serde_json::from_slice(&one).unwrap();
    let signature = doubled["signatures"][0].clone();
    doubled["signatures"]
        .as_array_mut()
        .unwrap()
        .push(signature);
    let doubled = serde_json::to_string_pretty(&doubled).unwrap() + "\n";
    assert!(matches!(
        Envelope::parse(doubled.as_bytes()),
        Err(EnvelopeError::Signatures)
    ));
    // A key that is listed twice is one key.
    let listed = [a.public().unwrap(), a.public().unwrap()];
    assert!(Role::new(listed.clone(), 2).is_none());
    assert!(
        Role::new(listed.clone(), 0).is_none(),
        "nobody would have to sign"
    );
    assert_eq!(Role::new(listed, 1).unwrap().keys().count(), 1);
    // A signature of one key under the name of another.
    let mut renamed: Value = serde_json::from_slice(&one).unwrap();
    renamed["signatures"][0]["keyid"] = b.public().unwrap().id().into();
    let renamed = serde_json::to_string_pretty(&renamed).unwrap() + "\n";
    let faults = of(renamed.as_bytes(), &role(&[&a, &b], 1), &said);
    assert!(
        matches!(
            faults[..],
            [Fault::WrongSignature(_), Fault::BelowThreshold(0, 1)]
        ),
        "{faults:?}"
    );
    let mut none: Value = serde_json::from_slice(&one).unwrap();
    none["signatures"] = Value::Array(Vec::new());
    let none = serde_json::to_string_pretty(&none).unwrap() + "\n";
    assert!(matches!(
        Envelope::parse(none.as_bytes()),
        Err(EnvelopeError::Signatures)
    ));
}

#[test]
fn another_statement_is_not_this_one() {
    let keys = Keys::new();
    let a = keys.draw("a");
    let (said, role) = (statement("retail"), role(&[&a], 1));
    let other = signed(&statement("another store"), &[&a])
        .to_bytes()
        .unwrap();
    let names = vec!["manifest.json".to_owned()];
    assert_eq!(of(&other, &role, &said), [Fault::OtherSubject(names)]);
    let mut more = said.clone();
    more.predicate = Predicate::Release(ReleasePredicate {
        claims: [("C7".to_owned(), "held".to_owned())].into(),
    });
    let more = signed(&more, &[&a]).to_bytes().unwrap();
    assert_eq!(of(&more, &role, &said), [Fault::OtherPredicate]);
    let mut acceptance = said.clone();
    acceptance.predicate = Predicate::Acceptance(AcceptancePredicate {
        verdict: "to_read".to_owned(),
        claims: [("C1".to_owned(), "held".to_owned())].into(),
    });
    let acceptance = signed(&acceptance, &[&a]).to_bytes().unwrap();
    assert_eq!(of(&acceptance, &role, &said), [Fault::OtherStatement]);
    // The signatures of one statement over another.
    let mut moved: Value = serde_json::from_slice(&other).unwrap();
    let mine = signed(&said, &[&a]).to_bytes().unwrap();
    let mine: Value = serde_json::from_slice(&mine).unwrap();
    moved["payload"] = mine["payload"].clone();
    let moved = serde_json::to_string_pretty(&moved).unwrap() + "\n";
    let faults = of(moved.as_bytes(), &role, &said);
    assert!(
        matches!(
            faults[..],
            [Fault::WrongSignature(_), Fault::BelowThreshold(0, 1)]
        ),
        "{faults:?}"
    );
}

#[test]
fn a_predicate_of_tomorrow_and_other_writings_of_one_of_today_are_refused() {
    let keys = Keys::new();
    let a = keys.draw("a");
    let (said, role) = (statement("retail"), role(&[&a], 1));
    let payload = String::from_utf8(said.to_bytes().unwrap()).unwrap();
    for (from, to) in [
        ("release:v1", "release:v2"),
        ("Statement/v1", "Statement/v0.1"),
        ("\"subject\"", " \"subject\""),
        ("\"claims\":{", "\"extra\":1,\"claims\":{"),
        ("\"claims\":{", "\"claims\":{\"C1\":\"broken\","),
    ] {
        let payload = payload.replace(from, to);
        let mut envelope = Envelope::new(payload.as_bytes());
        envelope.add(a.sign(PAYLOAD_TYPE, payload.as_bytes()).unwrap());
        let faults = of(&envelope.to_bytes().unwrap(), &role, &said);
        assert!(
            matches!(faults[..], [Fault::Unreadable(_)]),
            "{to}: {faults:?}"
        );
    }
}

#[test]
fn an_envelope_of_a_hundred_megabytes_is_not_read() {
    let keys = Keys::new();
    let path = keys.path().join("run.dsse.json");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(100_000_000)
        .unwrap();
    assert!(matches!(Envelope::read(&path), Err(EnvelopeError::Size)));
    assert!(matches!(
        Envelope::read(Path::new("/dev/zero")),
        Err(EnvelopeError::Io(_))
    ));
}

#[cfg(unix)]
fn closed(path: &Path) {
    mode(path, 0o600);
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn key_files_that_are_none_or_open_to_others_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let keys = Keys::new();
    let path = keys.path().join("a");
    let key = keys.draw("a");
    let made = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(made & 0o777, 0o600);
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(
        SecretKey::create(&path, None),
        Err(SecretError::Exists)
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before, "never overwritten");
    for open in [0o644, 0o640, 0o660, 0o606] {
        mode(&path, open);
        assert!(
            matches!(SecretKey::read(&path, None), Err(SecretError::Open)),
            "{open:o}"
        );
    }
    for text in [
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n",
    ] {
        let path = keys.path().join("none");
        std::fs::write(&path, text).unwrap();
        closed(&path);
        assert!(
            matches!(SecretKey::read(&path, None), Err(SecretError::NoKey)),
            "{text}"
        );
    }
    let path = keys.path().join("public");
    std::fs::write(&path, key.public().unwrap().pem()).unwrap();
    closed(&path);
    assert!(matches!(
        SecretKey::read(&path, None),
        Err(SecretError::Public)
    ));
    assert_eq!(read_public(&path, None).unwrap(), key.public().unwrap());
    let private = String::from_utf8(before).unwrap();
    assert_eq!(PublicKey::parse(&private), Err(KeyError::Private));
    // The neutral point: anybody could sign for it.
    assert_eq!(
        PublicKey::parse(&format!("01{}", "00".repeat(31))),
        Err(KeyError::Weak)
    );
    assert_eq!(PublicKey::parse("abc"), Err(KeyError::Form));
}

#[test]
fn a_passphrase_opens_its_own_key_and_no_other() {
    let keys = Keys::new();
    let path = keys.path().join("locked");
    let short = SecretKey::create(&path, Some("short"));
    assert!(matches!(short, Err(SecretError::ShortPassphrase)) && !path.exists());
    let key = SecretKey::create(&path, Some("correct horse")).unwrap();
    assert!(matches!(
        SecretKey::read(&path, None),
        Err(SecretError::Locked)
    ));
    assert!(matches!(
        SecretKey::read(&path, Some("wrong horse")),
        Err(SecretError::Passphrase)
    ));
    let opened = SecretKey::read(&path, Some("correct horse")).unwrap();
    assert_eq!(opened.public().unwrap(), key.public().unwrap());
}

fn run(what: &str) -> Run {
    Run {
        number: 0,
        previous: String::new(),
        label: what.to_owned(),
        kind: "rehearsal".to_owned(),
        catalogue: None,
        decisions: None,
        staging: None,
        stores: RunStores {
            retail: Some(Blake3Hex::of(what.as_bytes())),
            transmission: None,
            quarantine: None,
        },
        report: Blake3Hex::of(what.as_bytes()),
        verdict: "to_read".to_owned(),
        retired: None,
    }
}

#[test]
fn a_run_that_was_dropped_replaced_or_moved_shows() {
    let folder = tempfile::tempdir().unwrap();
    let append = |what: &str| {
        let ledger = Runs::read(folder.path()).unwrap();
        ledger.append(folder.path(), run(what)).unwrap();
    };
    for what in ["one", "two", "two", "three", "four"] {
        append(what);
    }
    let text = std::fs::read_to_string(folder.path().join(RUNS)).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 4, "the same run again is no new one");
    let nowhere = Runs::read(&folder.path().join("not there")).unwrap();
    assert_eq!(nowhere.head(), Runs::parse(b"").unwrap().head());
    // Where nobody can look for a ledger, there may be one: a new one would begin the chain anew.
    assert!(Runs::read(&folder.path().join(RUNS)).is_err());
    let ledger = Runs::parse(text.as_bytes()).unwrap();
    let head = ledger.head().to_owned();
    let parse = |lines: &[&str]| Runs::parse(lines.concat().as_bytes());
    for dropped in 0..3 {
        let mut left = lines.clone();
        left.remove(dropped);
        assert!(
            matches!(parse(&left), Err(RunsError::Chain(_))),
            "without {dropped}"
        );
    }
    // The last one is missed by whoever signed it.
    assert!(!parse(&lines[..3]).unwrap().has(&head));
    assert!(matches!(
        parse(&[lines[0], lines[2], lines[1], lines[3]]),
        Err(RunsError::Chain(2))
    ));
    let replaced = lines[1].replace("to_read", "as_expected");
    assert!(matches!(
        parse(&[lines[0], &replaced, lines[2], lines[3]]),
        Err(RunsError::Chain(3))
    ));
    for at in 0..text.len() - lines[3].len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        assert!(Runs::parse(&bytes).is_err(), "byte {at}");
    }
    assert!(matches!(
        Runs::parse(text.trim_end().as_bytes()),
        Err(RunsError::Line(4))
    ));
}
