//! An extract opens for whom it names, within its window, with both keys; and for nobody else, ever.

#![allow(clippy::unwrap_used)]

#[path = "../../bunri-selection/src/tests/fixture.rs"]
mod fixture;

use std::path::PathBuf;

use bunri_evidence::SecretKey;
use jiff::Timestamp;
use tempfile::TempDir;

use crate::{
    EmergencyError, EmergencyRegister, Opening, ReviewRule, load_emergency, make, new_identity,
    open, release, review, withdraw,
};

struct Room(TempDir);

const REGISTER: &str = r#"
store = "transmission"
custody = "emergency"
most_days = 14
[approver]
keys = ["OFFICER", "DEPUTY"]
[recipient.field-3]
name = "小売応援班 三号車"
age = "FIELD"
[recipient.field-4]
name = "小売応援班 四号車"
age = "OTHER"
[declaration.DEC-2024-01]
text = "令和6年能登半島地震 停電復旧"
from = "2024-01-01T16:10:00+09:00"
until = "2024-01-10T00:00:00+09:00"
[[declaration.DEC-2024-01.table]]
table = "change"
columns = ["supply_point_id", "change_kind", "changed_on"]
area = [{ column = "change_kind", in = ["新設", "廃止"] }, { column = "changed_on", from = "2023-01-01", until = "2023-01-31" }]
[grant.GR-7]
declaration = "DEC-2024-01"
recipients = ["field-3"]
from = "2024-01-02T00:00:00+09:00"
until = "2024-01-09T00:00:00+09:00"
[[grant.GR-7.table]]
table = "change"
columns = ["supply_point_id", "change_kind"]
area = [{ column = "change_kind", is = "廃止" }, { column = "changed_on", from = "2023-01-01", until = "2023-01-31" }]
"#;

const WITHIN: &str = "2024-01-03T08:00:00+09:00";
const AFTER: &str = "2024-01-09T00:00:00+09:00";

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

impl Room {
    fn new() -> Self {
        let room = Self(tempfile::tempdir().unwrap());
        fixture::store(
            &room.path("transmission"),
            "transmission",
            &fixture::CHANGES,
        );
        for folder in ["sealed", "opened"] {
            std::fs::create_dir(room.path(folder)).unwrap();
        }
        let key = |who: &str| {
            let key = SecretKey::create(&room.path(&format!("{who}.pem")), None).unwrap();
            key.public().unwrap().to_string()
        };
        let register = REGISTER
            .replace("OFFICER", &key("officer"))
            .replace("DEPUTY", &key("deputy"))
            .replace("FIELD", &new_identity(&room.path("field-3.key")).unwrap())
            .replace("OTHER", &new_identity(&room.path("field-4.key")).unwrap());
        key("stranger");
        std::fs::write(room.path("emergency.toml"), register).unwrap();
        room
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.path("emergency.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn register(&self) -> EmergencyRegister {
        load_emergency(&self.path("emergency.toml")).unwrap()
    }

    fn make(&self, who: &str, now: &str) -> Result<crate::Extract, EmergencyError> {
        let key = SecretKey::read(&self.path(&format!("{who}.pem")), None).unwrap();
        make(
            &self.register(),
            "GR-7",
            &key,
            &self.path("sealed"),
            at(now),
        )
    }

    fn release(&self, recipient: &str, now: &str) -> Result<crate::Released, EmergencyError> {
        release(
            &self.register(),
            "GR-7",
            recipient,
            &self.path("GR-7.release"),
            at(now),
        )
    }

    fn open(&self, recipient: &str, identity: &str, now: &str) -> Result<String, EmergencyError> {
        let (sealed, released, identity) = (
            self.path("sealed"),
            self.path("GR-7.release"),
            self.path(identity),
        );
        let opening = Opening {
            grant: "GR-7",
            recipient,
            sealed: &sealed,
            release: &released,
            identity: &identity,
        };
        let opened = open(&self.register(), &opening, &self.path("opened"), at(now))?;
        let text = std::fs::read_to_string(&opened.files[0]).unwrap();
        std::fs::remove_file(&opened.files[0]).unwrap();
        Ok(text)
    }

    fn found(&self, now: &str) -> Vec<ReviewRule> {
        let seen = review(&self.register(), at(now)).unwrap();
        seen.findings.iter().map(|it| it.rule).collect()
    }

    fn ledger(&self) -> String {
        std::fs::read_to_string(self.path("emergency/openings.jsonl")).unwrap()
    }
}

const OPENED: &str = "\"supply_point_id\",\"change_kind\"\n\"9000000000000000000004\",\"廃止\"\n\"9000000000000000000005\",\"廃止\"\n";

#[test]
fn an_extract_opens_for_whom_it_names_within_its_window() {
    let room = Room::new();
    let made = room.make("officer", WITHIN).unwrap();
    assert_eq!(made.files, ["GR-7.field-3.change.age"]);
    assert_eq!(made.statement.tables[0].rows, 2);
    let sealed = std::fs::read(room.path("sealed/GR-7.field-3.change.age")).unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("9000000000000000000004"));
    room.release("field-3", WITHIN).unwrap();
    assert_eq!(room.open("field-3", "field-3.key", WITHIN).unwrap(), OPENED);
    assert_eq!(room.found(WITHIN), []);
    assert_eq!(room.ledger().lines().count(), 2);
    // What is there is never overwritten.
    std::fs::write(room.path("opened/GR-7.change.csv"), "mine").unwrap();
    assert!(matches!(
        room.open("field-3", "field-3.key", WITHIN),
        Err(EmergencyError::Exists(_))
    ));
    assert!(matches!(
        room.release("field-3", WITHIN),
        Err(EmergencyError::Exists(_))
    ));
    assert_eq!(
        room.ledger().lines().count(),
        2,
        "what was not released is no opening"
    );
}

#[test]
fn nobody_else_opens_it() {
    let room = Room::new();
    room.make("officer", WITHIN).unwrap();
    assert!(matches!(
        room.release("field-4", WITHIN),
        Err(EmergencyError::NotNamed { .. })
    ));
    assert!(matches!(
        room.release("nobody", WITHIN),
        Err(EmergencyError::NotNamed { .. })
    ));
    room.release("field-3", WITHIN).unwrap();
    assert!(matches!(
        room.open("field-4", "field-4.key", WITHIN),
        Err(EmergencyError::NotNamed { .. })
    ));
    // With another person's identity, under the right name.
    assert!(matches!(
        room.open("field-3", "field-4.key", WITHIN),
        Err(EmergencyError::OtherPerson(_))
    ));
    // Whoever has the grant's key, and is not the recipient, comes through one of two layers only.
    let sealed = std::fs::read(room.path("sealed/GR-7.field-3.change.age")).unwrap();
    let key = crate::seal::read_identity(&room.path("emergency/GR-7.field-3.key")).unwrap();
    let inner = age::decrypt(&key, &sealed).unwrap();
    assert!(inner.starts_with(b"age-encryption.org/v1") && age::decrypt(&key, &inner).is_err());
    // And the recipient without the custodian's key through none.
    let mine = crate::seal::read_identity(&room.path("field-3.key")).unwrap();
    assert!(age::decrypt(&mine, &sealed).is_err());
    assert_eq!(age::decrypt(&mine, &inner).unwrap(), OPENED.as_bytes());
    assert_eq!(std::fs::read_dir(room.path("opened")).unwrap().count(), 0);
}

#[test]
fn a_withdrawn_grant_does_not_open_any_more() {
    let room = Room::new();
    room.make("officer", WITHIN).unwrap();
    assert_eq!(withdraw(&room.register(), "GR-7", at(WITHIN)).unwrap(), 1);
    assert!(!room.path("emergency/GR-7.field-3.key").exists());
    assert!(matches!(
        room.release("field-3", WITHIN),
        Err(EmergencyError::Withdrawn(_))
    ));
    assert!(matches!(
        room.make("officer", WITHIN),
        Err(EmergencyError::Withdrawn(_))
    ));
    // Without the ledger's line it does not open either: there is no key.
    let ledger = room.ledger();
    let first = ledger.split_inclusive('\n').next().unwrap();
    std::fs::write(room.path("emergency/openings.jsonl"), first).unwrap();
    assert!(matches!(
        room.release("field-3", WITHIN),
        Err(EmergencyError::Secret { .. })
    ));
    std::fs::write(room.path("emergency/openings.jsonl"), &ledger).unwrap();
    // Withdrawn twice it is withdrawn once, and a key that came back from somewhere shows and is destroyed.
    new_identity(&room.path("emergency/GR-7.field-3.key")).unwrap();
    assert_eq!(room.found(WITHIN), [ReviewRule::KeyUnaccounted]);
    assert_eq!(
        withdraw(&room.register(), "GR-7", at("1969-12-31T00:00:00Z")).unwrap(),
        1
    );
    assert_eq!(room.ledger(), ledger);
    assert!(matches!(
        withdraw(&room.register(), "GR-8", at(WITHIN)),
        Err(EmergencyError::NotMade(_))
    ));
}

#[test]
fn outside_its_window_nothing_is_made_released_or_opened() {
    let room = Room::new();
    assert!(matches!(
        room.make("officer", AFTER),
        Err(EmergencyError::OutsideWindow { .. })
    ));
    assert!(matches!(
        room.release("field-3", WITHIN),
        Err(EmergencyError::NotMade(_))
    ));
    // Ahead it may be made, and not be opened.
    room.make("officer", "2024-01-01T20:00:00+09:00").unwrap();
    assert!(matches!(
        room.release("field-3", "2024-01-01T21:00:00+09:00"),
        Err(EmergencyError::OutsideWindow { .. })
    ));
    assert!(matches!(
        room.release("field-3", AFTER),
        Err(EmergencyError::OutsideWindow { .. })
    ));
    room.release("field-3", "2024-01-08T23:59:59+09:00")
        .unwrap();
    assert!(matches!(
        room.open("field-3", "field-3.key", AFTER),
        Err(EmergencyError::OutsideWindow { .. })
    ));
    // The recipient's clock proves nothing, and no claim is made that it does.
    assert_eq!(room.open("field-3", "field-3.key", WITHIN).unwrap(), OPENED);
    assert_eq!(room.found(AFTER), [ReviewRule::NotWithdrawn]);
    withdraw(&room.register(), "GR-7", at(AFTER)).unwrap();
    assert_eq!(room.found(AFTER), []);
}

#[test]
fn a_clock_before_the_epoch_or_behind_the_ledger_is_not_believed() {
    let room = Room::new();
    assert!(matches!(
        room.make("officer", "1969-12-31T23:59:59Z"),
        Err(EmergencyError::Clock { .. })
    ));
    room.make("officer", WITHIN).unwrap();
    assert!(matches!(
        room.release("field-3", "2024-01-02T12:00:00+09:00"),
        Err(EmergencyError::Clock { .. })
    ));
    assert!(matches!(
        room.release("field-3", "1950-01-01T00:00:00Z"),
        Err(EmergencyError::Clock { .. })
    ));
}

#[test]
fn a_byte_changed_or_missing_anywhere_opens_nothing() {
    let room = Room::new();
    room.make("officer", WITHIN).unwrap();
    room.release("field-3", WITHIN).unwrap();
    for name in [
        "sealed/GR-7.field-3.change.age",
        "sealed/GR-7.dsse.json",
        "GR-7.release",
    ] {
        let path = room.path(name);
        let before = std::fs::read(&path).unwrap();
        for at in 0..before.len() {
            let mut changed = before.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).unwrap();
            assert!(
                room.open("field-3", "field-3.key", WITHIN).is_err(),
                "{name}, byte {at}"
            );
        }
        // The end of the last line is no part of what was released.
        for length in [0, 1, before.len() / 2, before.len() - 2] {
            std::fs::write(&path, &before[..length]).unwrap();
            assert!(
                room.open("field-3", "field-3.key", WITHIN).is_err(),
                "{name}, cut off at {length}"
            );
        }
        std::fs::write(&path, &before).unwrap();
    }
    assert_eq!(std::fs::read_dir(room.path("opened")).unwrap().count(), 0);
    assert_eq!(room.open("field-3", "field-3.key", WITHIN).unwrap(), OPENED);
    // Cut off between two pieces of the stream, it is what age itself refuses, signature or not.
    let sealed = std::fs::read(room.path("sealed/GR-7.field-3.change.age")).unwrap();
    let key = crate::seal::read_identity(&room.path("emergency/GR-7.field-3.key")).unwrap();
    let mine = crate::seal::read_identity(&room.path("field-3.key")).unwrap();
    let mut out = Vec::new();
    let path = room.path("x");
    assert!(
        crate::seal::unseal(&path, &sealed[..sealed.len() - 1], &key, &mine, &mut out).is_err()
    );
    crate::seal::unseal(&path, &sealed[..], &key, &mine, &mut out).unwrap();
}

#[test]
fn enough_approvers_sign_or_nothing_is_released() {
    let room = Room::new();
    assert!(matches!(
        room.make("stranger", WITHIN),
        Err(EmergencyError::NotApprover)
    ));
    assert!(!room.path("emergency").exists());
    let two = |text: &str| format!("{text}\nthreshold = 2");
    let keys = std::fs::read_to_string(room.path("emergency.toml")).unwrap();
    let keys = keys
        .lines()
        .find(|line| line.starts_with("keys = "))
        .unwrap()
        .to_owned();
    room.edit(&keys, &two(&keys));
    assert_eq!(room.make("officer", WITHIN).unwrap().valid, 1);
    assert!(matches!(
        room.release("field-3", WITHIN),
        Err(EmergencyError::Unsigned { .. })
    ));
    assert_eq!(room.make("officer", WITHIN).unwrap().valid, 1);
    // What lies there is signed again only if it is what was made.
    let path = room.path("sealed/GR-7.field-3.change.age");
    let before = std::fs::read(&path).unwrap();
    std::fs::write(&path, "another").unwrap();
    assert!(matches!(
        room.make("deputy", WITHIN),
        Err(EmergencyError::Changed(_))
    ));
    std::fs::write(&path, before).unwrap();
    let signed = room.make("deputy", WITHIN).unwrap();
    assert_eq!(
        (signed.valid, signed.threshold, signed.signed_again),
        (2, 2, true)
    );
    room.release("field-3", WITHIN).unwrap();
    assert_eq!(room.open("field-3", "field-3.key", WITHIN).unwrap(), OPENED);
    assert_eq!(room.ledger().lines().count(), 2);
}

#[test]
fn what_is_wrong_with_a_grant_is_refused_by_make_and_told_by_review() {
    let area = "area = [{ column = \"change_kind\", is = \"廃止\" }, { column = \"changed_on\", from = \"2023-01-01\", until = \"2023-01-31\" }]";
    for (from, to, rule, said) in [
        (
            "until = \"2024-01-09T00:00:00+09:00\"\n",
            "",
            ReviewRule::GrantWithoutEnd,
            "grant `GR-7` has no end",
        ),
        (
            "until = \"2024-01-10T00:00:00+09:00\"\n",
            "",
            ReviewRule::DeclarationWithoutEnd,
            "declaration `DEC-2024-01` has no end",
        ),
        (
            "until = \"2024-01-09T",
            "until = \"2024-01-20T",
            ReviewRule::WiderThanDeclaration,
            "it ends after",
        ),
        (
            "from = \"2024-01-02T",
            "from = \"2023-12-31T",
            ReviewRule::WiderThanDeclaration,
            "it begins before",
        ),
        (
            "columns = [\"supply_point_id\", \"change_kind\"]",
            "columns = [\"supply_point_id\", \"change_no\"]",
            ReviewRule::WiderThanDeclaration,
            "field `change_no`",
        ),
        (
            "is = \"廃止\"",
            "is = \"切替\"",
            ReviewRule::WiderThanDeclaration,
            "the area of table `change`, by `change_kind`",
        ),
        (
            area,
            "area = [{ column = \"change_kind\", is = \"廃止\" }]",
            ReviewRule::WiderThanDeclaration,
            "by `changed_on`",
        ),
        (
            area,
            "area = []",
            ReviewRule::AreaEmpty,
            "it is the whole table",
        ),
        (
            "most_days = 14",
            "most_days = 5",
            ReviewRule::LongerThanLimit,
            "is longer than 5 days",
        ),
    ] {
        let room = Room::new();
        room.edit(from, to);
        assert!(room.found(WITHIN).contains(&rule), "{from} -> {to}");
        let refused = room.make("officer", WITHIN).unwrap_err();
        assert!(matches!(refused, EmergencyError::Grant(_)));
        let text = refused.to_string();
        assert!(
            text.contains(said) && text.contains("emergency.toml:"),
            "{text}"
        );
        assert!(
            !room.path("emergency").exists(),
            "a key was drawn for nothing"
        );
    }
}

#[test]
fn mistakes_of_a_register_are_told_with_their_places() {
    for (from, to, said) in [
        (
            "declaration = \"DEC-2024-01\"",
            "declaration = \"DEC-2024-02\"",
            "there is no `[declaration.DEC-2024-02]`",
        ),
        (
            "recipients = [\"field-3\"]",
            "recipients = [\"field-5\"]",
            "there is no `[recipient.field-5]`",
        ),
        (
            "until = \"2024-01-09T00:00:00+09:00\"",
            "until = \"2024-01-09T00:00:00\"",
            "a moment with its offset",
        ),
        (
            "until = \"2024-01-09T00:00:00+09:00\"",
            "until = \"2024-01-01T00:00:00+09:00\"",
            "`until` does not lie behind `from`",
        ),
        (
            "custody = \"emergency\"",
            "custody = \"transmission/emergency\"",
            "lies in the store's folder",
        ),
        ("most_days = 14", "", "most_days"),
    ] {
        let room = Room::new();
        room.edit(from, to);
        let refused = load_emergency(&room.path("emergency.toml"))
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains(said) && refused.contains("emergency.toml:"),
            "{refused}"
        );
    }
    // Somebody put the secret half there.
    let room = Room::new();
    let text = std::fs::read_to_string(room.path("emergency.toml")).unwrap();
    let public = text
        .lines()
        .find(|line| line.starts_with("age = "))
        .unwrap()
        .to_owned();
    let secret = std::fs::read_to_string(room.path("field-3.key")).unwrap();
    let secret = secret.lines().last().unwrap().to_owned();
    room.edit(&public, &format!("age = {secret:?}"));
    let refused = load_emergency(&room.path("emergency.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("this is a secret key") && !refused.contains(&secret),
        "{refused}"
    );
}

#[test]
fn the_store_must_be_the_transmission_store_and_hold_what_is_asked() {
    let room = Room::new();
    std::fs::remove_dir_all(room.path("transmission")).unwrap();
    fixture::store(&room.path("transmission"), "retail", &fixture::CHANGES);
    assert!(matches!(
        room.make("officer", WITHIN),
        Err(EmergencyError::OtherStore { .. })
    ));
    let room = Room::new();
    room.edit(
        "\"supply_point_id\", \"change_kind\"",
        "\"supply_point_id\", \"service_address\"",
    );
    let refused = room.make("officer", WITHIN).unwrap_err().to_string();
    assert!(
        refused.contains("holds no column `service_address`"),
        "{refused}"
    );
    assert!(!room.path("emergency/GR-7.field-3.key").exists());
}

#[test]
fn lines_that_are_missing_or_were_written_by_hand_show() {
    let room = Room::new();
    room.make("officer", WITHIN).unwrap();
    room.release("field-3", WITHIN).unwrap();
    let ledger = room.ledger();
    let lines: Vec<&str> = ledger.split_inclusive('\n').collect();
    let path = room.path("emergency/openings.jsonl");
    for (content, rule) in [
        (lines[1].to_owned(), ReviewRule::LedgerBroken),
        (ledger.replace("made", "released"), ReviewRule::LedgerBroken),
        (String::new(), ReviewRule::KeyUnaccounted),
    ] {
        std::fs::write(&path, &content).unwrap();
        let found = room.found(WITHIN);
        assert!(found.contains(&rule), "{content}: {found:?}");
    }
    // The last line is under nobody's hash: only who wrote the hash down elsewhere sees that it is another one.
    let head = review(&room.register(), at(WITHIN)).map(|seen| seen.ledger);
    std::fs::write(&path, ledger.replace("field-3", "field-4")).unwrap();
    let other = review(&room.register(), at(WITHIN)).map(|seen| seen.ledger);
    assert_ne!(head.unwrap(), other.unwrap());
    std::fs::write(&path, &ledger).unwrap();
    assert_eq!(room.found(WITHIN), []);
    // A register that says something else now, and one that forgot the grant.
    room.edit(
        "recipients = [\"field-3\"]",
        "recipients = [\"field-3\", \"field-4\"]",
    );
    assert_eq!(room.found(WITHIN), [ReviewRule::MadeOtherwise]);
    room.edit("grant.GR-7", "grant.GR-9");
    assert!(room.found(WITHIN).contains(&ReviewRule::GrantUnknown));
    std::fs::remove_file(room.path("emergency/GR-7.dsse.json")).unwrap();
    assert!(room.found(WITHIN).contains(&ReviewRule::StatementWrong));
}

#[test]
fn openings_outside_the_window_and_grants_that_nobody_needed_show() {
    use crate::ledger::{EventKind, Ledger, event};
    let room = Room::new();
    room.make("officer", "2024-01-01T20:00:00+09:00").unwrap();
    assert_eq!(
        room.found(AFTER),
        [ReviewRule::NeverOpened, ReviewRule::NotWithdrawn]
    );
    let register = room.register();
    let mut ledger = Ledger::read(&register).unwrap();
    // As somebody would enter them who has a program without a window.
    for moment in ["2024-01-01T22:00:00+09:00", AFTER] {
        let mut line = event(at(moment), EventKind::Released, "GR-7");
        line.recipient = Some("field-3".to_owned());
        ledger.push(line).unwrap();
    }
    assert_eq!(
        room.found(AFTER),
        [
            ReviewRule::OpenedBeforeBegin,
            ReviewRule::OpenedAfterEnd,
            ReviewRule::NotWithdrawn
        ]
    );
}

#[test]
fn an_attempt_that_was_cut_off_is_made_anew() {
    let room = Room::new();
    room.make("officer", WITHIN).unwrap();
    let first = std::fs::read(room.path("sealed/GR-7.field-3.change.age")).unwrap();
    // Cut off before the ledger's line.
    std::fs::remove_file(room.path("emergency/openings.jsonl")).unwrap();
    room.make("officer", WITHIN).unwrap();
    assert_ne!(
        std::fs::read(room.path("sealed/GR-7.field-3.change.age")).unwrap(),
        first
    );
    room.release("field-3", WITHIN).unwrap();
    assert_eq!(room.open("field-3", "field-3.key", WITHIN).unwrap(), OPENED);
}

#[cfg(unix)]
#[test]
fn secrets_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new();
    room.make("officer", WITHIN).unwrap();
    room.release("field-3", WITHIN).unwrap();
    let files = ["emergency", "sealed"].map(|folder| std::fs::read_dir(room.path(folder)).unwrap());
    let files = files
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    for path in files.chain(["field-3.key", "GR-7.release"].map(|name| room.path(name))) {
        assert_eq!(
            path.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{path:?}"
        );
    }
    assert_eq!(
        room.path("emergency")
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o077,
        0
    );
    std::fs::set_permissions(
        room.path("field-3.key"),
        std::fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    assert!(matches!(
        room.open("field-3", "field-3.key", WITHIN),
        Err(EmergencyError::Secret { .. })
    ));
    assert!(matches!(
        new_identity(&room.path("field-4.key")),
        Err(EmergencyError::Exists(_))
    ));
}
