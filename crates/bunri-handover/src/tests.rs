//! What is made, what is refused, and what `check` says of everything that is not a hand-over.

#![allow(clippy::unwrap_used)]

#[path = "../../bunri-selection/src/tests/fixture.rs"]
mod fixture;

use std::path::{Path, PathBuf};

use bunri_evidence::SecretKey;
use tempfile::TempDir;

use crate::{CheckRule, HandoverError, check, load_register, load_request, make};

/// A folder with a store, a register, a request, and the keys of two officers and a stranger.
struct Room(TempDir);

const REGISTER: &str = r#"
[approver]
data_officer = { keys = ["OFFICER", "DEPUTY"], threshold = 1 }
[recipient.regulator]
name = "監督官庁"
kind = "regulator"
[recipient.occto]
name = "広域機関"
kind = "occto"
[recipient.otsu]
name = "乙でんき"
kind = "new_retailer"
code = "9000000000000000000006"
[recipient.incumbent]
name = "甲電力"
kind = "incumbent_retailer"
[purpose.monthly_changes]
text = "月次の異動件数の報告"
basis = "報告徴収 第3条"
approver = "data_officer"
recipients = ["regulator"]
table = "change"
answer = "counts"
months = ["changed_on"]
least = 1
others = "ignored"
count = [
  { name = "new", where = [{ column = "change_kind", is = "新設" }] },
  { name = "cancelled", where = [{ column = "change_kind", is = "廃止" }] },
  { name = "changed", where = [{ column = "change_kind", is = "変更" }] },
]
[purpose.own_changes]
text = "自社分の異動"
basis = "託送供給等約款"
approver = "data_officer"
recipients = ["otsu", "incumbent"]
table = "change"
answer = "rows"
columns = ["supply_point_id", "change_kind"]
asks = ["change_kind"]
months = ["changed_on"]
own = "supply_point_id"
"#;

const REQUEST: &str = r#"
register = "handover.toml"
store = "transmission"
purpose = "monthly_changes"
recipient = "regulator"
requester = "甲情報システム 業務部"
approver = "甲送配電 情報管理責任者"
where = [{ column = "changed_on", from = "2023-01-01", until = "2023-01-31" }]
"#;

const ROWS: &str = r#"
register = "handover.toml"
store = "transmission"
purpose = "own_changes"
recipient = "otsu"
requester = "乙でんき 需給部"
approver = "甲送配電 情報管理責任者"
columns = ["supply_point_id", "change_kind"]
where = [{ column = "changed_on", from = "2023-01-01", until = "2023-01-31" }]
"#;

impl Room {
    fn new() -> Self {
        let room = Self(tempfile::tempdir().unwrap());
        fixture::store(
            &room.path("transmission"),
            "transmission",
            &fixture::CHANGES,
        );
        fixture::store(&room.path("retail"), "retail", &fixture::CHANGES[..2]);
        std::fs::create_dir(room.path("out")).unwrap();
        let key = |who: &str| {
            let key = SecretKey::create(&room.path(&format!("{who}.pem")), None).unwrap();
            key.public().unwrap().to_string()
        };
        let register = REGISTER
            .replace("OFFICER", &key("officer"))
            .replace("DEPUTY", &key("deputy"));
        key("stranger");
        room.write("handover.toml", &register);
        room.write("counts-202301.toml", REQUEST);
        room.write("rows-202301.toml", ROWS);
        room
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn write(&self, below: &str, text: &str) {
        std::fs::write(self.path(below), text).unwrap();
    }

    fn edit(&self, below: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(below)).unwrap();
        assert!(text.contains(from), "{below} does not hold {from:?}");
        self.write(below, &text.replace(from, to));
    }

    fn make(&self, request: &str, who: &str) -> Result<crate::Made, HandoverError> {
        let request = load_request(&self.path(request)).unwrap();
        let key = SecretKey::read(&self.path(&format!("{who}.pem")), None).unwrap();
        make(&request, &key, &self.path("out"))
    }

    fn refused(&self, request: &str) -> String {
        load_request(&self.path(request)).unwrap_err().to_string()
    }

    fn check(&self, file: &str, recipient: &str) -> Vec<CheckRule> {
        let register = load_register(&self.path("handover.toml")).unwrap();
        let checked = check(&self.path(file), &register, recipient).unwrap();
        checked.findings.iter().map(|it| it.rule).collect()
    }
}

#[test]
fn the_regulator_gets_counts_and_the_contractors_list_is_refused() {
    let room = Room::new();
    let made = room.make("counts-202301.toml", "officer").unwrap();
    let text = std::fs::read_to_string(&made.file).unwrap();
    assert_eq!(
        text,
        "\"count\",\"rows\"\n\"new\",\"3\"\n\"cancelled\",\"2\"\n\"changed\",\"0\"\n"
    );
    assert_eq!(room.check("out/counts-202301.csv", "regulator"), []);
    let mut list = String::from("供給地点特定番号,異動種別,異動日\n");
    for (point, _, kind, day) in &fixture::CHANGES[..8] {
        list.push_str(&format!("{point},{},{day}\n", kind.unwrap()));
    }
    room.write("異動一覧_202301.csv", &list);
    assert_eq!(
        room.check("異動一覧_202301.csv", "regulator"),
        [CheckRule::ManifestMissing, CheckRule::SignatureMissing]
    );
    let register = load_register(&room.path("handover.toml")).unwrap();
    let checked = check(&room.path("異動一覧_202301.csv"), &register, "regulator").unwrap();
    let said = &checked.findings[0].message;
    assert!(
        said.contains("8 records") && said.contains("monthly_changes (counts)"),
        "{said}"
    );
    // Under the manifest and the signature of the lawful answer it is still another file.
    for ending in ["manifest.json", "dsse.json"] {
        std::fs::copy(
            room.path(&format!("out/counts-202301.{ending}")),
            room.path(&format!("異動一覧_202301.{ending}")),
        )
        .unwrap();
    }
    let found = room.check("異動一覧_202301.csv", "regulator");
    assert!(
        found.contains(&CheckRule::FileDiffers) && found.contains(&CheckRule::SignedOther),
        "{found:?}"
    );
}

#[test]
fn made_again_it_is_the_same_bytes_and_a_second_approver_signs_them() {
    let room = Room::new();
    room.edit("handover.toml", "threshold = 1", "threshold = 2");
    let first = room.make("counts-202301.toml", "officer").unwrap();
    assert_eq!((first.valid, first.threshold), (1, 2));
    assert_eq!(
        room.check("out/counts-202301.csv", "regulator"),
        [CheckRule::SignatureWrong]
    );
    // Twice the same person is one person.
    assert_eq!(room.make("counts-202301.toml", "officer").unwrap().valid, 1);
    let before = std::fs::read(room.path("out/counts-202301.manifest.json")).unwrap();
    assert_eq!(room.make("counts-202301.toml", "deputy").unwrap().valid, 2);
    assert_eq!(
        std::fs::read(room.path("out/counts-202301.manifest.json")).unwrap(),
        before
    );
    assert_eq!(room.check("out/counts-202301.csv", "regulator"), []);
    // Another answer under the same name is refused, and the first one stands.
    room.edit("counts-202301.toml", "-01-31", "-02-28");
    assert!(matches!(
        room.make("counts-202301.toml", "officer"),
        Err(HandoverError::Occupied(_))
    ));
    assert_eq!(room.check("out/counts-202301.csv", "regulator"), []);
}

#[test]
fn a_byte_changed_anywhere_in_a_hand_over_is_refused() {
    let room = Room::new();
    room.make("rows-202301.toml", "officer").unwrap();
    assert_eq!(room.check("out/rows-202301.csv", "otsu"), []);
    let mut tried = 0;
    let register = load_register(&room.path("handover.toml")).unwrap();
    let file = room.path("out/rows-202301.csv");
    for name in ["csv", "manifest.json", "dsse.json"] {
        let path = room.path(&format!("out/rows-202301.{name}"));
        let before = std::fs::read(&path).unwrap();
        for at in 0..before.len() {
            for mask in [1, 0x20, 0x80] {
                let mut changed = before.clone();
                changed[at] ^= mask;
                std::fs::write(&path, changed).unwrap();
                let checked = check(&file, &register, "otsu").unwrap();
                assert!(
                    !checked.findings.is_empty(),
                    "{name}, byte {at} ^ {mask:#x}"
                );
                tried += 1;
            }
        }
        std::fs::write(&path, &before).unwrap();
    }
    assert!(tried > 5_000, "{tried}");
    assert_eq!(room.check("out/rows-202301.csv", "otsu"), []);
}

#[test]
fn rows_are_the_recipients_own_and_nobody_elses() {
    let room = Room::new();
    let made = room.make("rows-202301.toml", "officer").unwrap();
    let text = std::fs::read_to_string(&made.file).unwrap();
    assert_eq!(
        text,
        "\"supply_point_id\",\"change_kind\"\n\"9000000000000000000006\",\"切替\"\n"
    );
    assert_eq!(made.manifest.file.rows, 1);
    let found = room.check("out/rows-202301.csv", "regulator");
    assert!(
        found.contains(&CheckRule::RecipientDiffers)
            && found.contains(&CheckRule::PurposeNotAllowed),
        "{found:?}"
    );
    assert!(
        room.check("out/rows-202301.csv", "nobody")
            .contains(&CheckRule::RecipientUnknown)
    );
    // What the register allows is asked of the register as it is now.
    room.edit(
        "handover.toml",
        "columns = [\"supply_point_id\", \"change_kind\"]\nasks",
        "columns = [\"supply_point_id\"]\nasks",
    );
    assert_eq!(
        room.check("out/rows-202301.csv", "otsu"),
        [CheckRule::ColumnNotAllowed]
    );
    room.edit(
        "handover.toml",
        "code = \"9000000000000000000006\"",
        "code = \"9000000000000000000007\"",
    );
    assert!(
        room.check("out/rows-202301.csv", "otsu")
            .contains(&CheckRule::PredicateNotAllowed)
    );
}

#[test]
fn a_purpose_that_counts_answer_now_lets_no_rows_pass() {
    let room = Room::new();
    room.make("rows-202301.toml", "officer").unwrap();
    let counts = REGISTER.split("[purpose.monthly_changes]").nth(1).unwrap();
    let counts = counts.split("[purpose.own_changes]").next().unwrap();
    let counts = counts.replace("\"regulator\"", "\"regulator\", \"otsu\"");
    let register = std::fs::read_to_string(room.path("handover.toml")).unwrap();
    let head = register.split("[purpose.own_changes]").next().unwrap();
    room.write(
        "handover.toml",
        &format!("{head}[purpose.own_changes]{counts}"),
    );
    assert!(
        room.check("out/rows-202301.csv", "otsu")
            .contains(&CheckRule::AnswerIsCounts)
    );
}

#[test]
fn the_store_is_the_recipients() {
    let room = Room::new();
    room.edit(
        "rows-202301.toml",
        "recipient = \"otsu\"",
        "recipient = \"incumbent\"",
    );
    let refused = room
        .make("rows-202301.toml", "officer")
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("`incumbent` is answered from the retail store"),
        "{refused}"
    );
    room.edit(
        "rows-202301.toml",
        "store = \"transmission\"",
        "store = \"retail\"",
    );
    let made = room.make("rows-202301.toml", "officer").unwrap();
    assert_eq!(made.manifest.file.rows, 2);
    assert_eq!(room.check("out/rows-202301.csv", "incumbent"), []);
    room.edit(
        "counts-202301.toml",
        "store = \"transmission\"",
        "store = \"retail\"",
    );
    assert!(matches!(
        room.make("counts-202301.toml", "officer"),
        Err(HandoverError::OtherStore { .. })
    ));
}

#[test]
fn whoever_does_not_approve_makes_nothing() {
    let room = Room::new();
    assert!(matches!(
        room.make("counts-202301.toml", "stranger"),
        Err(HandoverError::NotApprover(_))
    ));
    assert_eq!(std::fs::read_dir(room.path("out")).unwrap().count(), 0);
    room.make("counts-202301.toml", "officer").unwrap();
    // A hand-over that a stranger signed in its place.
    let deputy = room.path("deputy.pem");
    let key = SecretKey::read(&deputy, None)
        .unwrap()
        .public()
        .unwrap()
        .to_string();
    let other = SecretKey::read(&room.path("officer.pem"), None)
        .unwrap()
        .public()
        .unwrap()
        .to_string();
    room.edit("handover.toml", &format!("\"{other}\", "), "");
    assert!(
        std::fs::read_to_string(room.path("handover.toml"))
            .unwrap()
            .contains(&key)
    );
    assert_eq!(
        room.check("out/counts-202301.csv", "regulator"),
        [CheckRule::SignatureWrong, CheckRule::SignatureWrong]
    );
    std::fs::remove_file(room.path("out/counts-202301.dsse.json")).unwrap();
    assert_eq!(
        room.check("out/counts-202301.csv", "regulator"),
        [CheckRule::SignatureMissing]
    );
}

#[test]
fn small_counts_are_not_said_and_counts_by_key_are_none() {
    let room = Room::new();
    room.edit("handover.toml", "least = 1", "least = 3");
    let made = room.make("counts-202301.toml", "officer").unwrap();
    assert_eq!(made.counts[0].1, "3");
    assert_eq!(made.counts[1].1, "<3");
    assert_eq!(made.counts[2].1, "0");
    assert_eq!(room.check("out/counts-202301.csv", "regulator"), []);
    room.edit("handover.toml", "least = 3", "least = 5");
    assert_eq!(
        room.check("out/counts-202301.csv", "regulator"),
        [CheckRule::CountsNotAllowed]
    );
    room.edit(
        "handover.toml",
        "least = 5\nothers = \"ignored\"",
        "least = 5",
    );
    std::fs::remove_dir_all(room.path("out")).unwrap();
    std::fs::create_dir(room.path("out")).unwrap();
    assert!(matches!(
        room.make("counts-202301.toml", "officer"),
        Err(HandoverError::Uncounted(3))
    ));
    room.edit(
        "handover.toml",
        "months = [\"changed_on\"]\nleast",
        "months = [\"changed_on\"]\nasks = [\"supply_point_id\"]\nleast",
    );
    assert!(matches!(
        room.make("counts-202301.toml", "officer"),
        Err(HandoverError::CountByKey(_))
    ));
    assert_eq!(std::fs::read_dir(room.path("out")).unwrap().count(), 0);
}

#[test]
fn mistakes_of_a_request_are_told_with_their_places_and_no_value() {
    for (from, to, said) in [
        (
            "recipient = \"regulator\"",
            "recipient = \"regulater\"",
            "5:13: the register has no recipient `regulater`; did you mean `regulator`?",
        ),
        (
            "recipient = \"regulator\"",
            "recipient = \"occto\"",
            "purpose `monthly_changes` has no recipient `occto`; what that recipient may be handed: nothing",
        ),
        (
            "purpose = \"monthly_changes\"",
            "purpose = \"monthly\"",
            "the register has no purpose `monthly`",
        ),
        ("approver = \"甲送配電 情報管理責任者\"", "", "approver"),
        (
            "approver = \"甲送配電 情報管理責任者\"",
            "approver = \"甲情報システム 業務部\"",
            "whoever asks does not approve",
        ),
        (
            "until = \"2023-01-31\"",
            "until = \"2023-01-30\"",
            "whole months only",
        ),
        ("until = \"2023-01-31\"", "untill = \"2023-01-31\"", "until"),
        (
            "until = \"2023-01-31\"",
            "until = \"2022-01-31\"",
            "`until` lies before `from`",
        ),
        (
            "where = [{ column = \"changed_on\", from = \"2023-01-01\", until = \"2023-01-31\" }]",
            "",
            "say which, with `from` and `until`",
        ),
        (
            "column = \"changed_on\"",
            "column = \"supply_point_id\"",
            "does not let a request ask for `supply_point_id`",
        ),
        (
            "where = [{",
            "columns = [\"change_kind\"]\nwhere = [{",
            "counts answer this purpose",
        ),
        (
            "from = \"2023-01-01\", until = \"2023-01-31\"",
            "is = \"9000000000000000000001\", from = \"2023-01-01\"",
            "says one of `is`",
        ),
    ] {
        let room = Room::new();
        room.edit("counts-202301.toml", from, to);
        let refused = room.refused("counts-202301.toml");
        assert!(
            refused.contains(said) && refused.contains("counts-202301.toml:"),
            "{from} -> {to}: {refused}"
        );
        assert!(!refused.contains("9000000000000000000001"), "{refused}");
    }
}

#[test]
fn mistakes_of_a_register_are_told_with_their_places() {
    for (from, to, said) in [
        (
            "approver = \"data_officer\"\nrecipients = [\"regulator\"]",
            "recipients = [\"regulator\"]",
            "approver",
        ),
        (
            "approver = \"data_officer\"\nrecipients = [\"regulator\"]",
            "approver = \"nobody\"\nrecipients = [\"regulator\"]",
            "a purpose that nobody approves is none",
        ),
        (
            "recipients = [\"regulator\"]",
            "recipients = [\"press\"]",
            "`press` is not in `[recipient]`",
        ),
        ("threshold = 1", "threshold = 0", "threshold"),
        (
            "threshold = 1",
            "threshold = 3",
            "there are fewer different keys",
        ),
        ("least = 1", "", "least"),
        ("least = 1", "least = 0", "least"),
        (
            "kind = \"regulator\"",
            "kind = \"regulators\"",
            "did you mean",
        ),
        (
            "own = \"supply_point_id\"",
            "",
            "rows for a new retailer are of its own customers",
        ),
        (
            "code = \"9000000000000000000006\"",
            "",
            "this new retailer has no `code`",
        ),
        ("answer = \"counts\"", "answer = \"rows\"", "columns"),
        ("answer = \"rows\"", "answer = \"all\"", "answer"),
        // Told, and not only refused: what answers was asked for before the section was closed.
        ("answer = \"counts\"", "", "`answer` is missing"),
        (
            "name = \"cancelled\"",
            "name = \"new\"",
            "two counts are called `new`",
        ),
    ] {
        let room = Room::new();
        room.edit("handover.toml", from, to);
        let refused = room.refused("counts-202301.toml");
        assert!(
            refused.contains(said) && refused.contains("handover.toml:"),
            "{from} -> {to}: {refused}"
        );
    }
}

#[test]
fn columns_that_the_store_does_not_hold_are_refused() {
    let room = Room::new();
    room.edit(
        "handover.toml",
        "asks = [\"change_kind\"]",
        "asks = [\"contract_holder_name\"]",
    );
    room.edit(
        "rows-202301.toml",
        "where = [",
        "where = [{ column = \"contract_holder_name\", is = \"ヤマダ\" }, ",
    );
    let refused = room
        .make("rows-202301.toml", "officer")
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("holds no column `contract_holder_name`") && !refused.contains("ヤマダ"),
        "{refused}"
    );
    room.edit(
        "handover.toml",
        "table = \"change\"\nanswer = \"rows\"",
        "table = \"customer\"\nanswer = \"rows\"",
    );
    let refused = room
        .make("rows-202301.toml", "officer")
        .unwrap_err()
        .to_string();
    assert!(refused.contains("holds no table `customer`"), "{refused}");
}

#[cfg(unix)]
#[test]
fn what_is_made_is_its_owners_alone_and_nothing_is_written_into_a_store() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new();
    room.make("counts-202301.toml", "officer").unwrap();
    for entry in std::fs::read_dir(room.path("out")).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            entry.file_name()
        );
    }
    let request = load_request(&room.path("counts-202301.toml")).unwrap();
    let key = SecretKey::read(&room.path("officer.pem"), None).unwrap();
    let inside: &Path = &room.path("transmission/change");
    assert!(matches!(
        make(&request, &key, inside),
        Err(HandoverError::InStore(_))
    ));
    // A link in the place of the file is nobody's hand-over.
    let other = room.path("other");
    std::fs::create_dir(&other).unwrap();
    std::os::unix::fs::symlink(
        room.path("out/counts-202301.csv"),
        other.join("counts-202301.csv"),
    )
    .unwrap();
    assert!(matches!(
        make(&request, &key, &other),
        Err(HandoverError::Occupied(_))
    ));
}
