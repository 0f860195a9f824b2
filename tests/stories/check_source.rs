//! A catalogue held against its source before anything is extracted: every mistake at once, with file, line and column, and what
//! would fit; what the stages find later is what was found here.

use crate::rig::{Ended, Rig, copy_folder, repository};
use crate::small::{POINT, small};

/// The small system with a catalogue of its own in `catalogue/`.
fn town() -> Rig {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    let shipped = repository().join("samples/catalogues/valid/minimal");
    copy_folder(&shipped, &rig.path("catalogue"));
    let job = rig.read("job.toml");
    let shipped = shipped.display().to_string();
    rig.write("job.toml", job.replace(&shipped, "catalogue"));
    rig
}

fn check(rig: &Rig) -> Ended {
    rig.bunri(["check", "job.toml"])
}

#[test]
fn a_source_that_fits_is_said_to_fit_and_nothing_is_written() {
    let rig = town();
    check(&rig)
        .must(0)
        .prints("source `legacy.db` fits the catalogue: 4 rows of 3 tables were read, 0 would be rejected")
        .prints("newest entry, by meter_reading.updated_at: 58 days before the cutover")
        .prints("not checked here: the database's own integrity");
    for made in ["custody", "retail", "legacy.db-journal"] {
        assert!(!rig.path(made).exists(), "{made}");
    }
}

#[test]
fn every_mistake_is_told_at_once_with_its_line_and_what_would_fit() {
    let rig = town();
    rig.sql(
        "DROP TABLE code_retailer;
         CREATE TABLE code_retailer (retailer_code TEXT, region TEXT);
         INSERT INTO code_retailer VALUES ('99010', 'x'), ('99010', 'y'), (NULL, 'z');
         CREATE TABLE shadow (x);
         UPDATE supply_period SET retailer_code = '77777';
         INSERT INTO meter_reading VALUES
            ('8000000000000000000002', '20260101', '20260131', 1.25, '2026-02-02 09:00:00'),
            ('8000000000000000000003', '20260101', '20260131', 2, 'soon');
         UPDATE meter_reading SET period_from = replace(period_from, '-', '');",
    );
    let ended = check(&rig).must(3);
    let ended = ended
        .says("catalogue/catalogue.toml: source table \"shadow\": not in the catalogue")
        .says("catalogue/tables/code_retailer.toml: source table \"code_retailer\", column \"region\": not in the catalogue")
        .says("catalogue/tables/code_retailer.toml:7:1: source table \"code_retailer\", column \"retailer_name\": in the catalogue but not in the source")
        .prints("note: catalogue/tables/meter_reading.toml:14:1: column \"period_from\": 3 of 3 values (100.00 %) do not fit date (not_a_date 3): their rows would be rejected; `period_from = \"date(YYYYMMDD)\"` would fit all of them")
        .prints("meter_reading.toml:16:1: column \"usage_kwh\": 1 of 3 values (33.34 %) do not fit decimal(12,1) (does_not_fit_scale 1): their rows would be rejected; `usage_kwh = \"decimal(")
        .prints("meter_reading.toml:17:1: column \"updated_at\": 1 of 3 values (33.34 %) do not fit timestamp (not_a_timestamp 1)")
        .prints("supply_period.toml:10:1: column \"retailer_code\": 1 rows have one of 1 codes that the list of retailers does not know");
    // Names and counts, never a value.
    ended
        .never_says("77777")
        .never_says("soon")
        .never_says("8000000000000000000002");
}

#[test]
fn what_is_said_of_rows_and_keys_is_what_extraction_says() {
    let rig = Rig::with_sample(400);
    let told = check(&rig).must(1);
    rig.holds_no_value(&told);
    let extracted = rig.bunri(["extract", "job.toml", "--log", "json"]).must(1);
    let event = extracted
        .err
        .lines()
        .find(|line| line.contains("\"extracted\""));
    let event: serde_json::Value = serde_json::from_str(event.unwrap()).unwrap();
    let (staged, rejected) = (&event["rows_staged"], &event["rows_rejected"]);
    let rejected = rejected.as_u64().unwrap();
    assert!(rejected > 0);
    let rows = staged.as_u64().unwrap() + rejected;
    let digits = |text: &str| text.replace(',', "");
    assert!(
        digits(&told.out)
            .replace('\n', " ")
            .replace("    ", "")
            .contains(&format!(
                "{rows} rows of 27 tables were read {rejected} would be rejected"
            )),
        "{rows} and {rejected}; {told}"
    );
    // Every rule that rejected a row was told of its column.
    let rejects = std::fs::read_dir(rig.path("custody/rejects")).unwrap();
    for file in rejects {
        for line in std::fs::read_to_string(file.unwrap().path())
            .unwrap()
            .lines()
        {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let (column, rule) = (
                line["column"].as_str().unwrap(),
                line["rule"].as_str().unwrap(),
            );
            let is_told =
                |note: &str| note.contains(&format!("\"{column}\"")) && note.contains(rule);
            assert!(told.out.lines().any(is_told), "{column} {rule}; {told}");
        }
    }
}

#[test]
fn a_key_that_is_none_is_refused_here_as_by_extraction() {
    let rig = town();
    rig.sql(
        "INSERT INTO meter_reading SELECT * FROM meter_reading;
         INSERT INTO meter_reading VALUES (NULL, '2026-03-01', '2026-03-31', 1, '2026-04-01 09:00:00');",
    );
    let key = "source table \"meter_reading\": 2 rows share their key (supply_point_id, period_from) with another row";
    let null = "source table \"meter_reading\", column \"supply_point_id\": 1 rows have NULL in this column of the key";
    check(&rig)
        .must(3)
        .says(&format!("catalogue/tables/meter_reading.toml:2:1: {key}"))
        .says(&format!("catalogue/tables/meter_reading.toml:2:1: {null}"))
        .never_says(POINT);
    rig.bunri(["extract", "job.toml"]).must(4).says(null);
    rig.sql("DELETE FROM meter_reading WHERE supply_point_id IS NULL");
    rig.bunri(["extract", "job.toml"]).must(4).says(key);
}

#[test]
fn keys_that_are_one_only_as_the_catalogue_reads_them_are_doubled() {
    let rig = town();
    // The source keeps the raw values apart; read as days they are the same.
    rig.edit(
        "catalogue/tables/meter_reading.toml",
        "period_from = \"date\"",
        "period_from = { date = \"YYYY/MM/DD\" }",
    );
    rig.sql(
        "DELETE FROM meter_reading;
         CREATE UNIQUE INDEX one ON meter_reading (supply_point_id, period_from);
         INSERT INTO meter_reading VALUES ('9000000000000000000001', '2026/01/01', '2026-01-31', 1, '2026-02-02 09:00:00');",
    );
    check(&rig).must(0);
    rig.edit(
        "catalogue/tables/meter_reading.toml",
        "usage_kwh = \"decimal(12,1)\"",
        "usage_kwh = \"decimal(12,1)\"\nsupply_point_id = \"text(any)\"",
    );
    rig.sql("DROP TABLE meter_reading; CREATE TABLE meter_reading (supply_point_id, period_from TEXT, period_until TEXT, usage_kwh NUMERIC, updated_at TEXT);
        CREATE UNIQUE INDEX one ON meter_reading (supply_point_id, period_from);
        INSERT INTO meter_reading VALUES ('12', '2026/01/01', '2026-01-31', 1, '2026-02-02 09:00:00'), (12, '2026/01/01', '2026-01-31', 1, '2026-02-02 09:00:00');");
    check(&rig).must(3).says("2 rows share their key");
}

#[test]
fn more_keys_than_memory_holds_are_not_checked_and_said_so() {
    let rig = town();
    // 64 MiB hold two million keys a thread.
    rig.edit("job.toml", "memory = \"256MiB\"", "memory = \"64MiB\"");
    rig.edit("job.toml", "threads = 2", "threads = 16");
    rig.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000)
         INSERT INTO meter_reading SELECT printf('%022d', i), '2026-01-01', '2026-01-31', 1, '2026-02-02 09:00:00' FROM n;",
    );
    check(&rig).must(1).prints(
        "meter_reading.toml:2:1: whether two of 1500001 rows share a key was not checked: too many rows for [limits] memory",
    );
}

#[test]
fn codes_are_held_against_cases_and_counts() {
    let rig = town();
    rig.edit(
        "catalogue/tables/meter_reading.toml",
        "rows = { by = \"ledger\", during = [\"period_from\", \"period_until\"], until_is = \"inclusive\" }",
        "rows = { by = \"kind\", compare = \"exact\", cases = { A = { by = \"ledger\", during = [\"period_from\", \"period_until\"], until_is = \"inclusive\" } } }",
    );
    rig.edit(
        "catalogue/tables/meter_reading.toml",
        "usage_kwh = \"own_customer\"",
        "usage_kwh = \"own_customer\"\nkind = \"own_customer\"",
    );
    rig.sql("ALTER TABLE meter_reading ADD COLUMN kind TEXT; UPDATE meter_reading SET kind = 'A';
        INSERT INTO meter_reading VALUES ('9000000000000000000001', '2026-02-01', '2026-02-28', 1, '2026-03-02 09:00:00', 'B'), ('9000000000000000000001', '2026-03-01', '2026-03-28', 1, '2026-03-29 09:00:00', NULL);");
    check(&rig).must(1).prints(
        "column \"kind\": 1 rows have one of 1 codes, 1 rows have NULL that `cases` does not know; where a rule asks it, such rows wait undecided",
    );
}

#[test]
fn without_its_source_a_job_is_checked_alone_and_says_so() {
    let rig = town();
    check(&rig).must(0);
    rig.bunri(["check", "job.toml", "--no-source"])
        .must(0)
        .never_says("legacy.db");
    std::fs::rename(rig.path("legacy.db"), rig.path("elsewhere.db")).unwrap();
    check(&rig)
        .must(0)
        .prints("source not checked: `legacy.db` is not there");
    rig.write(
        "legacy.db",
        "no database at all, but long enough to look like one",
    );
    check(&rig).must(4).says("legacy.db");
}
