//! The source read a second time: what extraction made of it is held, and whatever a faulty extractor could have made of it
//! is seen by nobody else and named here, with table and column.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::delimited::as_files;
use crate::job::Job;
use crate::kanji::kanji;
use crate::rig::{Rig, copy_folder, repository};
use crate::small::{POINT, small};
use crate::verdict::findings;

mod agreement;

const RECORD: &str = "custody/evidence/reread.json";

/// One column of every type, with what extractors get wrong in it, and rows that do not fit.
const ODD: &str = r#"
CREATE TABLE odd (id INTEGER PRIMARY KEY, name TEXT, kana TEXT, any_no, kw NUMERIC, loss, day TEXT, at TEXT, urgent INTEGER,
    scan BLOB, code TEXT);
INSERT INTO odd VALUES
    (1, '髙橋 𠮷男 ', 'ﾀｶﾊｼ', 12, -12.5, -0.0, '2026-04-01', '2026-04-01 12:34:56.789', 1, x'00ff00', '0012'),
    (2, '山﨑　花子', 'ヤマザキ', '0012', 0.4, 0.1, '2020-02-29', '2026-04-01 00:00:00', 0, x'', ''),
    (3, 'a' || char(0) || 'b', '', '', 1000, 1e-300, '9999-12-31', '1969-12-31 23:59:59', NULL, NULL, NULL),
    (4, '', NULL, -7, NULL, NULL, NULL, NULL, 1, x'01', 'ＡＢ１'),
    (5, CAST(x'ff41' AS TEXT), 'x', 1, 1, 1.5, '2026-04-01', '2026-04-01 00:00:00', 1, NULL, 'x'),
    (6, 'x', 'y', 1, 1, 1.5, '2026-02-30', '2026-04-01 00:00:00', 1, NULL, 'y'),
    (7, 'z', 'y', 1, 1.25, 1.5, '2026-02-28', '2026-04-01 00:00:00', 1, NULL, 'y');
CREATE TABLE event (what TEXT, kw NUMERIC, seen TEXT);
INSERT INTO event VALUES ('開始', 1, '2026-04-01'), ('開始', 1, '2026-04-01'), ('停止', 2, '2026-04-02'), ('停止', 3, NULL),
    ('再開', 4, '2026-04-05');
"#;

const ODD_TOML: &str = r#"
table = "odd"
key = ["id"]
rows = "all_transmission"
basis = "story"

[columns]
id = "transmission_only"
name = "transmission_only"
kana = "transmission_only"
any_no = "transmission_only"
kw = "transmission_only"
loss = "transmission_only"
day = "transmission_only"
at = "transmission_only"
urgent = "transmission_only"
scan = "transmission_only"
code = "transmission_only"

[types]
id = "int"
any_no = "text(any)"
kw = "decimal(12,1)"
loss = "real"
day = "date"
at = "timestamp"
urgent = "bool"
scan = "bytes"
"#;

const EVENT_TOML: &str = r#"
table = "event"
key = "none"
rows = "all_transmission"
basis = "story"

[columns]
what = "transmission_only"
kw = "transmission_only"
seen = "transmission_only"

[types]
kw = "decimal(9,1)"
seen = "date"
"#;

/// A small system with odd values in it, extracted.
fn odd() -> Rig {
    let rig = small(&[
        [POINT, "2010-04-01", "2025-03-31", "99010"],
        [POINT, "2025-04-01", "9999-12-31", "99020"],
        [
            "9000000000000000000002",
            "2010-04-01",
            "9999-12-31",
            "99010",
        ],
    ]);
    rig.sql(ODD);
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.write("catalogue/tables/odd.toml", ODD_TOML);
    rig.write("catalogue/tables/event.toml", EVENT_TOML);
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    rig.bunri(["extract", "job.toml"]).must(1);
    rig
}

fn holds(rig: &Rig) {
    rig.bunri(["reread", "job.toml"])
        .must(0)
        .prints("C9 faithful: ");
    let schema = repository().join("schemas/reread.schema.json");
    rig.python("schemas.py", [schema.to_str().unwrap(), RECORD])
        .must(0)
        .prints("1 documents, 0 complaints");
    let record = rig.json(RECORD);
    assert_eq!(record["status"], "held");
    let mode = std::fs::metadata(rig.path(RECORD))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_was_extracted_is_what_the_source_holds() {
    for points in [60, 400] {
        let rig = Rig::with_sample(points);
        rig.bunri(["extract", "job.toml"]).must(1);
        holds(&rig);
        let ended = rig.bunri(["reread", "job.toml"]).must(0);
        rig.holds_no_value(&ended);
        let tables = rig.json(RECORD)["tables"].as_array().unwrap().len();
        assert!(tables > 20, "{tables} tables");
        assert!(!rig.path("retail/evidence").exists());
    }
}

#[test]
fn odd_sources_are_read_twice_alike() {
    holds(&odd());
    let rig = kanji();
    rig.bunri(["extract", "job.toml"]).must(0);
    holds(&rig);
    let record = rig.read(RECORD);
    rig.bunri(["reread", "job.toml"]).must(0);
    assert_eq!(rig.read(RECORD), record, "the same reading, the same bytes");
}

#[test]
fn a_share_is_something_to_read_and_says_what_was_left() {
    let rig = Rig::with_sample(60);
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["reread", "job.toml", "--share", "30"])
        .must(1)
        .prints("rows were not compared (--share 30)");
    let record = rig.json(RECORD);
    let (mut source, mut compared) = (0, 0);
    for table in record["tables"].as_array().unwrap() {
        source += table["source_rows"].as_u64().unwrap();
        compared += table["compared_rows"].as_u64().unwrap();
    }
    assert!(
        compared * 10 > source * 2 && compared * 10 < source * 4,
        "{compared} of {source}"
    );
    for none in ["0", "101"] {
        rig.bunri(["reread", "job.toml", "--share", none]).must(2);
    }
}

#[test]
fn another_source_and_another_staging_are_refused() {
    let rig = Rig::with_sample(60);
    rig.bunri(["reread", "job.toml"])
        .must(3)
        .says("nothing was extracted");
    rig.bunri(["extract", "job.toml"]).must(1);
    let staged = rig.path("custody/staging/meter/part-00000.parquet");
    let bytes = std::fs::read(&staged).unwrap();
    std::fs::write(&staged, [bytes.as_slice(), b"x"].concat()).unwrap();
    rig.bunri(["reread", "job.toml"])
        .must(3)
        .says("is not what the manifest says");
    std::fs::write(&staged, bytes).unwrap();
    std::fs::write(rig.path("legacy.db-journal"), [1; 40]).unwrap();
    rig.bunri(["reread", "job.toml"])
        .must(4)
        .says("is not at rest");
    std::fs::remove_file(rig.path("legacy.db-journal")).unwrap();
    rig.sql("UPDATE meter SET ct_ratio = 2");
    rig.bunri(["reread", "job.toml"])
        .must(4)
        .says("is not the one that was extracted");
    assert!(!rig.path(RECORD).exists());
}

/// A database in WAL mode is read without a file beside it.
#[test]
fn a_database_in_wal_mode_is_held_too() {
    let rig = Rig::with_sample(60);
    rig.sql("PRAGMA journal_mode = WAL");
    rig.bunri(["extract", "job.toml"]).must(1);
    holds(&rig);
    assert!(!rig.path("legacy.db-wal").exists());
}

#[test]
fn where_there_is_no_row_nothing_is_shown() {
    let rig = small(&[]);
    rig.sql("DELETE FROM code_retailer; DELETE FROM meter_reading");
    rig.bunri(["extract", "job.toml"]).must(0);
    rig.bunri(["reread", "job.toml"])
        .must(3)
        .says("no row was compared");
    assert_eq!(rig.json(RECORD)["status"], "nothing_compared");
}

/// Name, table, what a faulty extractor does, and the words that the line of the table must have.
fn faults() -> Vec<(&'static str, &'static str, Value, Vec<&'static str>)> {
    let every = |function: &str, column: &str| json!(["every", function, column]);
    vec![
        (
            "two texts swapped",
            "odd",
            json!(["swap", 0, 1, "name"]),
            vec!["2 rows differ (name 2)"],
        ),
        (
            "two columns exchanged",
            "odd",
            json!(["exchange", "name", "kana"]),
            vec!["4 rows differ (name 4, kana 4)"],
        ),
        (
            "time of day lost",
            "odd",
            every("midnight", "at"),
            vec!["2 rows differ (at 2)"],
        ),
        (
            "fraction of a second lost",
            "odd",
            every("whole_seconds", "at"),
            vec!["1 rows differ (at 1)"],
        ),
        (
            "decimal rounded",
            "odd",
            every("round", "kw"),
            vec!["2 rows differ (kw 2)"],
        ),
        (
            "blanks trimmed",
            "odd",
            every("strip", "name"),
            vec!["1 rows differ (name 1)"],
        ),
        (
            "text cut",
            "odd",
            json!(["every", "cut", "kana", 3]),
            vec!["2 rows differ (kana 2)"],
        ),
        (
            "column emptied",
            "odd",
            every("emptied", "code"),
            vec!["3 rows differ (code 3)"],
        ),
        (
            "bytes emptied",
            "odd",
            every("emptied", "scan"),
            vec!["3 rows differ (scan 3)"],
        ),
        (
            "NULL as ''",
            "odd",
            every("null_is_empty", "kana"),
            vec!["1 rows differ (kana 1)"],
        ),
        (
            "'' as NULL",
            "odd",
            every("empty_is_null", "code"),
            vec!["1 rows differ (code 1)"],
        ),
        (
            "last rows dropped",
            "odd",
            json!(["last", 2]),
            vec!["2 rows of the source are not in staging"],
        ),
        (
            "last rows dropped of a table without key",
            "event",
            json!(["last", 1]),
            vec!["1 rows of the source are not in staging"],
        ),
        (
            "row doubled",
            "event",
            json!(["double", 0]),
            vec!["1 rows of staging are not in the source"],
        ),
        (
            "texts swapped without key",
            "event",
            json!(["swap", 0, 4, "what"]),
            vec!["rows differ (", "what"],
        ),
        (
            "day shifted",
            "odd",
            json!(["every", "to", "day", "2020-02-29", "2020-03-01"]),
            vec!["1 rows differ (day 1)"],
        ),
        (
            "codes of ledger rows exchanged",
            "supply_period",
            json!(["swap", 0, 1, "retailer_code"]),
            vec!["2 rows differ (retailer_code 2)"],
        ),
        (
            "own period prolonged",
            "supply_period",
            json!(["every", "to", "valid_until", "2025-03-31", "2026-03-31"]),
            vec!["1 rows differ (valid_until 1)"],
        ),
        (
            "key of a ledger row shifted",
            "supply_period",
            json!(["every", "to", "valid_from", "2025-04-01", "2025-04-02"]),
            vec!["1 rows differ (valid_from 1)"],
        ),
        (
            "full width folded",
            "odd",
            every("half_width", "code"),
            vec!["1 rows differ (code 1)"],
        ),
        (
            "half width folded",
            "odd",
            every("half_width", "kana"),
            vec!["1 rows differ (kana 1)"],
        ),
        (
            "truth negated",
            "odd",
            every("negate", "urgent"),
            vec!["3 rows differ (urgent 3)"],
        ),
        (
            "minus sign lost",
            "odd",
            every("absolute", "kw"),
            vec!["1 rows differ (kw 1)"],
        ),
        (
            "-0.0 as 0.0",
            "odd",
            every("plus_zero", "loss"),
            vec!["1 rows differ (loss 1)"],
        ),
        (
            "NUL cut",
            "odd",
            every("nul_cut", "name"),
            vec!["1 rows differ (name 1)"],
        ),
        (
            "trailing zero bytes cut",
            "odd",
            every("nul_bytes", "scan"),
            vec!["1 rows differ (scan 1)"],
        ),
        (
            "leading zeros lost",
            "odd",
            every("no_leading_zeros", "code"),
            vec!["1 rows differ (code 1)"],
        ),
        (
            "number and text taken for one",
            "odd",
            every("no_leading_zeros", "any_no"),
            vec!["1 rows differ (any_no 1)"],
        ),
        (
            "name of a retailer exchanged",
            "code_retailer",
            json!(["swap", 0, 1, "retailer_name"]),
            vec!["2 rows differ (retailer_name 2)"],
        ),
        (
            "reject lost",
            "odd",
            json!(["reject_lost", 0]),
            vec!["not_a_date of day: 1 in the source, 0 in the rejects"],
        ),
        (
            "reject that fits",
            "odd",
            json!(["reject_fitting", 3, "day", "not_a_date"]),
            vec![
                "1 rows of the source are not in staging",
                "not_a_date of day: 1 in the source, 2 in the rejects",
            ],
        ),
        (
            "reject with another value",
            "odd",
            json!(["reject_value", 0, 2, {"text": "Y"}]),
            vec!["not_a_date of day: 1 times, with other values"],
        ),
    ]
}

#[test]
fn whatever_a_faulty_extractor_makes_is_named_with_table_and_column() {
    every_fault_is_named(&odd());
}

/// The same system in files: values without types, and a reader of its own for them too.
#[test]
fn whatever_a_faulty_extractor_makes_of_files_is_named_too() {
    let rig = odd();
    std::fs::remove_dir_all(rig.path("custody")).unwrap();
    std::fs::remove_dir_all(rig.path("retail")).unwrap();
    let source = "delimited = { folder = \"unload\", encoding = \"utf-8\" }";
    as_files(&rig, &[], source);
    rig.bunri(["extract", "job.toml"]).must(1);
    holds(&rig);
    every_fault_is_named(&rig);
}

fn every_fault_is_named(rig: &Rig) {
    std::fs::rename(rig.path("custody"), rig.path("pristine")).unwrap();
    let faults = faults();
    assert!(faults.len() >= 20, "{} faults", faults.len());
    let mut rules = BTreeSet::new();
    for (name, table, fault, words) in faults {
        rig.write(
            "fault.json",
            json!({"table": table, "do": fault}).to_string(),
        );
        if rig.path("retail").exists() {
            std::fs::remove_dir_all(rig.path("retail")).unwrap();
        }
        rig.python("restage.py", ["pristine", "custody", "fault.json"])
            .must(0);
        // Everybody else believes it.
        let split = rig.bunri(["split", "job.toml"]);
        assert!(matches!(split.code, Some(0 | 1)), "{name}: {split}");
        let verified = rig.bunri(["verify", "job.toml"]);
        // A rejected row in which nothing is wrong C3 finds too, and nothing else of these.
        let code = if name == "reject that fits" { 10 } else { 1 };
        assert_eq!(verified.code, Some(code), "{name}: {verified}");
        let ended = rig.bunri(["reread", "job.toml"]);
        assert_eq!(ended.code, Some(10), "{name}: {ended}");
        let ended = ended
            .prints("C9 faithful is BROKEN")
            .prints(&format!("{table}: "));
        words
            .into_iter()
            .fold(ended, |ended, word| ended.prints(word));
        let verified = rig.bunri(["verify", "job.toml"]).must(10);
        verified.prints("C9");
        let against = findings(rig).into_iter();
        let against: Vec<String> = against.filter(|line| line.starts_with("C9 ")).collect();
        assert!(!against.is_empty(), "{name}");
        for line in against {
            assert!(line.contains(&format!("staging/{table}")), "{name}: {line}");
            rules.insert(line.split(' ').nth(1).unwrap().to_owned());
        }
        let schema = repository().join("schemas/reread.schema.json");
        rig.python("schemas.py", [schema.to_str().unwrap(), RECORD])
            .must(0)
            .prints("1 documents, 0 complaints");
    }
    let every = [
        "reread_rejects_differ",
        "reread_row_added",
        "reread_row_missing",
        "reread_value_differs",
    ];
    assert_eq!(rules.iter().collect::<Vec<_>>(), every);
}

#[test]
fn rows_are_named_by_their_keys_in_custody_and_on_no_screen() {
    let rig = odd();
    std::fs::rename(rig.path("custody"), rig.path("pristine")).unwrap();
    let fault = json!({"table": "supply_period", "do": ["swap", 0, 1, "retailer_code"]});
    rig.write("fault.json", fault.to_string());
    rig.python("restage.py", ["pristine", "custody", "fault.json"])
        .must(0);
    rig.bunri(["reread", "job.toml"]).must(10).never_says(POINT);
    let keys = |rig: &Rig| {
        let record = rig.json(RECORD);
        let tables = record["tables"].as_array().unwrap();
        let table = tables.iter().find(|it| it["table"] == "supply_period");
        table.unwrap()["keys"].clone()
    };
    let named = [format!("{POINT}|2010-04-01"), format!("{POINT}|2025-04-01")];
    assert_eq!(keys(&rig), json!(named));
    // Classes and categories are no part of staging's shape.
    rig.edit(
        "catalogue/tables/supply_period.toml",
        "supply_point_id = \"own_customer\"",
        "supply_point_id = { class = \"own_customer\", category = \"personal\" }",
    );
    rig.bunri(["reread", "job.toml"]).must(10);
    assert_eq!(keys(&rig), json!([]));
}

#[test]
fn a_machine_is_told_the_same_without_keys() {
    let rig = odd();
    let ended = rig.bunri(["reread", "job.toml", "--log", "json"]).must(0);
    assert!(ended.err.contains("\"event\":\"reread\""), "{ended}");
    assert!(ended.err.contains("\"status\":\"held\""), "{ended}");
}

/// The claim of the report, as (status, reason).
fn claim(rig: &Rig) -> (String, String) {
    let report = rig.json("custody/evidence/report.json");
    let claims = report["claims"].as_array().unwrap().iter();
    let claim = claims.into_iter().find(|it| it["code"] == "C9").unwrap();
    let text = |key: &str| claim[key].as_str().unwrap().to_owned();
    (text("status"), text("reason"))
}

#[test]
fn verification_believes_the_record_of_this_staging_and_no_other() {
    let rig = Rig::split();
    let verify = || rig.bunri(["verify", "job.toml"]);
    verify().must(1);
    let (status, reason) = claim(&rig);
    assert_eq!((&*status, &*reason), ("not_checked", "run `bunri reread`"));
    rig.bunri(["reread", "job.toml"]).must(0);
    verify().must(1).prints("faithful");
    let (status, reason) = claim(&rig);
    assert_eq!(status, "held", "{reason}");
    // A share is a share.
    rig.bunri(["reread", "job.toml", "--share", "50"]).must(1);
    verify().must(1);
    let (status, reason) = claim(&rig);
    assert_eq!(status, "not_checked");
    assert!(
        reason.contains("rows were not read a second time"),
        "{reason}"
    );
    // A record that was edited, and one of another staging.
    rig.bunri(["reread", "job.toml"]).must(0);
    let record = rig.read("custody/evidence/reread.json");
    rig.write(
        "custody/evidence/reread.json",
        record.replacen("\"same\": true", "\"same\": false", 1),
    );
    verify().must(1);
    assert!(
        claim(&rig).1.contains("no record of this version"),
        "{:?}",
        claim(&rig)
    );
    rig.write(
        "custody/evidence/reread.json",
        record
            .replace("\"source\": \"", "\"source\": \"0")
            .replacen("0", "", 0),
    );
    verify().must(1);
    assert_eq!(claim(&rig).0, "not_checked");
}
