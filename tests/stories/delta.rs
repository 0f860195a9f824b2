//! Rows that did not change are taken from an earlier run: every byte is that of a run that reads everything, and a row that changed
//! in silence is found by the sample, by the source's own figures or by the second reader.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::job::MENDED;
use crate::postgresql::server::Server;
use crate::rig::{Ended, Rig, STORES};
use crate::trees::{Tree, differences, tree};

const TERMS: &str = "since = 2026-04-01\nsample = 20\n";
/// Tables that say when a row was changed.
const CHANGED_AT: [&str; 8] = [
    "supply_point",
    "supply_period",
    "consumer",
    "consumer_point",
    "wheeling_contract",
    "retail_contract",
    "meter_reading_monthly",
    "billing",
];

/// Of these, tables that are made of the earlier staging. Of the others more than a quarter is read, and so they are read whole: most
/// bills were written on the last day, and many contracts do not say when.
const TAKEN: [&str; 6] = [
    "consumer",
    "consumer_point",
    "meter_reading_monthly",
    "retail_contract",
    "supply_period",
    "supply_point",
];

/// What a legacy system does in some weeks: rows changed, inserted and deleted, a customer who switches, keys that move, rows that are
/// spoilt and mended, and clocks that do not say the truth about the order of things.
pub(crate) const WEEKS: &str = "
UPDATE supply_point SET remarks_1 = 'changed', updated_at = '2026-04-02 10:00:00' WHERE supply_point_id IN
    (SELECT supply_point_id FROM supply_point ORDER BY supply_point_id LIMIT 5 OFFSET 11);
UPDATE supply_point SET updated_at = NULL, remarks_1 = 'nobody says when' WHERE supply_point_id =
    (SELECT supply_point_id FROM supply_point ORDER BY supply_point_id LIMIT 1 OFFSET 40);
UPDATE supply_period SET retailer_code = '99020', updated_at = '2026-04-03 01:02:03' WHERE supply_point_id IN
    (SELECT supply_point_id FROM supply_point ORDER BY supply_point_id LIMIT 3 OFFSET 20);
DELETE FROM billing WHERE billing_no IN (SELECT billing_no FROM billing ORDER BY billing_no LIMIT 4 OFFSET 30);
UPDATE consumer SET consumer_id = consumer_id + 7000000 WHERE consumer_id =
    (SELECT consumer_id FROM consumer ORDER BY consumer_id LIMIT 1 OFFSET 33);
UPDATE meter_reading_monthly SET usage_kwh = 1, updated_at = '2011-01-01 00:00:00' WHERE supply_point_id =
    (SELECT supply_point_id FROM meter_reading_monthly ORDER BY supply_point_id LIMIT 1 OFFSET 100);
CREATE TABLE weeks AS SELECT * FROM meter_reading_monthly ORDER BY supply_point_id, period_from LIMIT 6 OFFSET 200;
DELETE FROM meter_reading_monthly WHERE (supply_point_id, period_from) IN (SELECT supply_point_id, period_from FROM weeks);
UPDATE weeks SET usage_kwh = 2, updated_at = '2026-04-05 08:00:00';
INSERT INTO meter_reading_monthly SELECT * FROM weeks;
DELETE FROM weeks WHERE period_from <> (SELECT min(w.period_from) FROM weeks w WHERE w.supply_point_id = weeks.supply_point_id);
UPDATE weeks SET period_from = '2026-04-01', period_until = '2026-04-30';
INSERT INTO meter_reading_monthly SELECT * FROM weeks WHERE supply_point_id NOT IN
    (SELECT supply_point_id FROM meter_reading_monthly WHERE period_from = '2026-04-01');
DROP TABLE weeks;
";

/// What only SQLite lets a legacy system do.
const SPOILT: &str = "
UPDATE consumer_point SET valid_until = 'soon', updated_at = '2026-04-04 00:00:00' WHERE consumer_id =
    (SELECT consumer_id FROM consumer_point ORDER BY consumer_id LIMIT 1 OFFSET 50);
UPDATE supply_point SET meter_reading_day = 3, updated_at = '2026-04-04 00:00:00'
    WHERE typeof(meter_reading_day) = 'text';
";

/// A job in folders of its own below `name`, over this source, with these sections behind the ordinary ones.
pub(crate) fn job(rig: &Rig, name: &str, source: &str, more: &str) -> String {
    let file = crate::job::job(rig, name, source);
    rig.write(&file, rig.read(&file) + more);
    file
}

/// `[delta]` on the ordinary job's run.
pub(crate) fn delta(terms: &str) -> String {
    let columns = CHANGED_AT.map(|table| format!("{table} = \"updated_at\"\n"));
    format!(
        "[delta]\ncustody = \"custody\"\nretail = \"retail\"\n{terms}[delta.changed_at]\n{}",
        columns.concat()
    )
}

const SQLITE: &str = "sqlite = \"legacy.db\"";

/// A rehearsal of the sample, some weeks, and a run that reads everything, in `full`.
fn weeks_later(points: u32) -> Rig {
    let rig = Rig::with_sample(points);
    rig.bunri(["run", "job.toml"]).must(1);
    rig.sql(WEEKS);
    rig.sql(SPOILT);
    rig.bunri(["run", &job(&rig, "full", SQLITE, "")]).must(1);
    rig
}

/// The tables of a manifest of staging without how they were made, and how many were made of an earlier staging.
fn without_how(manifest: &mut Value) -> usize {
    let tables = manifest["tables"].as_array_mut().unwrap().iter_mut();
    let how = tables.map(|table| table.as_object_mut().unwrap().remove("delta"));
    how.flatten().count()
}

/// Staging, rejects and stores below two folders are the same, but for what the manifest says of how they were made.
#[track_caller]
pub(crate) fn same_run(rig: &Rig, one: &str, other: &str) -> usize {
    let part = |name: &str, part: &str| tree(&rig.path(name).join(part));
    for folder in STORES.into_iter().chain(["custody/rejects"]) {
        let (one, other): (Tree, Tree) = (part(one, folder), part(other, folder));
        assert!(one.len() > 1, "{folder}");
        assert_eq!(differences(&one, &other), Vec::<String>::new(), "{folder}");
    }
    let staging = differences(
        &part(one, "custody/staging"),
        &part(other, "custody/staging"),
    );
    assert!(
        staging.iter().all(|path| path == "manifest.json"),
        "{staging:?}"
    );
    let manifest = |name: &str| rig.json(&format!("{name}/custody/staging/manifest.json"));
    let (mut one, mut other) = (manifest(one), manifest(other));
    let made = without_how(&mut one) + without_how(&mut other);
    assert_eq!(one, other);
    made
}

/// What an ended run says of the tables that it made of an earlier staging.
fn deltas(ended: &Ended) -> Vec<Value> {
    let events = ended
        .err
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut extracted = events.filter(|event| event["event"] == "extracted");
    extracted.next().unwrap()["deltas"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn some_weeks_later_what_changed_is_read_and_every_byte_is_that_of_a_full_run() {
    let rig = weeks_later(400);
    let file = job(&rig, "delta", SQLITE, &delta(TERMS));
    let ended = rig.bunri(["run", &file, "--log", "json"]).must(1);
    let told = deltas(&ended);
    let tables: Vec<&str> = told
        .iter()
        .map(|it| it["table"].as_str().unwrap())
        .collect();
    assert_eq!(tables, TAKEN);
    for table in &told {
        assert_eq!(table["differing"], 0, "{table}");
        assert!(table["sampled"].as_u64().unwrap() >= 1, "{table}");
        let (taken, read) = (table["taken"].as_u64(), table["read"].as_u64());
        assert!(taken.unwrap() > 3 * (read.unwrap() - 20), "{table}");
    }
    assert_eq!(same_run(&rig, "delta", "full"), TAKEN.len());
    rig.holds_no_value(&ended);
    rig.is_as(
        "staging-manifest.schema.json",
        &["delta/custody/staging/manifest.json"],
    );
    // The same again finds everything done; so does a job that does not know of it.
    rig.bunri(["run", &file]).must(1);
    job(&rig, "delta", SQLITE, "");
    rig.bunri(["run", &file]).must(1);
    rig.bunri(["reread", &file]).must(0).prints("C9 faithful: ");
    let report = rig.json("delta/custody/evidence/report.json");
    let claims = report["claims"].as_array().unwrap();
    let c3 = claims.iter().find(|claim| claim["code"] == "C3").unwrap();
    let blind = c3["blind_spots"].to_string();
    assert!(
        blind.contains("rows of 6 tables were taken from an earlier extraction"),
        "{blind}"
    );
}

#[test]
fn on_the_screen_it_says_what_was_taken() {
    let rig = weeks_later(60);
    let file = job(&rig, "delta", SQLITE, &delta(TERMS));
    rig.bunri(["extract", &file])
        .must(1)
        .prints("meter_reading_monthly: ")
        .prints("rows taken from the earlier run, ")
        .prints("and are the same");
}

/// One text for another of the same length: no count and no sum tells.
const SILENT_TEXT: &str = "UPDATE consumer SET consumer_name = 'X' || substr(consumer_name, 2)
    WHERE length(CAST(substr(consumer_name, 1, 1) AS BLOB)) = 1";
/// The same where the first letter has three bytes.
const SILENT_KANJI: &str = "UPDATE consumer SET consumer_name = '龘' || substr(consumer_name, 2)
    WHERE length(CAST(substr(consumer_name, 1, 1) AS BLOB)) = 3";

#[test]
fn rows_that_changed_in_silence_are_found_by_the_sample() {
    let rig = Rig::with_sample(400);
    rig.bunri(["run", "job.toml"]).must(1);
    rig.sql(SILENT_TEXT);
    rig.sql(SILENT_KANJI);
    let file = job(
        &rig,
        "delta",
        SQLITE,
        &delta("since = 2026-04-01\nsample = \"10 %\"\n"),
    );
    let ended = rig
        .bunri(["run", &file])
        .must(4)
        .says("table `consumer`: of ")
        .says("rows that are unchanged by `updated_at`, ")
        .says("differ from the earlier run's in consumer_name (")
        .says("on_difference = \"read whole\"");
    rig.holds_no_value(&ended);
    assert!(!rig.path("delta/custody/staging/manifest.json").exists());
    let terms = "since = 2026-04-01\nsample = \"10 %\"\non_difference = \"read whole\"\n";
    job(&rig, "delta", SQLITE, &delta(terms));
    rig.bunri(["run", &file])
        .must(1)
        .prints("consumer: of ")
        .prints("had changed; read whole");
    rig.bunri(["run", &job(&rig, "full", SQLITE, "")]).must(1);
    same_run(&rig, "delta", "full");
}

#[test]
fn a_row_that_the_sample_misses_is_found_by_the_figures_or_by_the_second_reader() {
    let rig = Rig::with_sample(400);
    rig.bunri(["run", "job.toml"]).must(1);
    let terms = "since = 2026-04-01\nsample = 1\n";
    // A number: the source's own sums tell.
    rig.sql(
        "UPDATE meter_reading_monthly SET usage_kwh = usage_kwh + 1 WHERE (supply_point_id, period_from) IN
         (SELECT supply_point_id, period_from FROM meter_reading_monthly WHERE typeof(usage_kwh) = 'integer'
          ORDER BY 1, 2 LIMIT 1 OFFSET 300)",
    );
    let file = job(&rig, "number", SQLITE, &delta(terms));
    rig.bunri(["run", &file])
        .must(10)
        .prints("C3")
        .prints("usage_kwh");
    // A text of the same length: nobody but the second reader.
    rig.sql(
        "UPDATE meter_reading_monthly SET usage_kwh = usage_kwh - 1 WHERE (supply_point_id, period_from) IN
         (SELECT supply_point_id, period_from FROM meter_reading_monthly WHERE typeof(usage_kwh) = 'integer'
          ORDER BY 1, 2 LIMIT 1 OFFSET 300);
         UPDATE consumer SET consumer_phone = substr(consumer_phone, 1, length(consumer_phone) - 1) ||
          CASE substr(consumer_phone, -1) WHEN '1' THEN '2' ELSE '1' END WHERE consumer_id =
          (SELECT consumer_id FROM consumer WHERE length(consumer_phone) > 8 ORDER BY 1 LIMIT 1 OFFSET 100)",
    );
    let file = job(&rig, "text", SQLITE, &delta(terms));
    rig.bunri(["run", &file]).must(1);
    rig.bunri(["reread", &file])
        .must(10)
        .prints("consumer_phone");
    rig.bunri(["verify", &file]).must(10).prints("C9");
}

#[test]
fn an_earlier_run_that_is_damaged_unpinned_or_gone_is_refused() {
    let rig = weeks_later(60);
    let file = job(&rig, "delta", SQLITE, &delta(TERMS));
    rig.bunri(["check", &file])
        .must(1)
        .prints("rows can be taken from the earlier run")
        .prints("[delta] blake3 = \"")
        .prints("note: the source does not refuse NULL in consumer.updated_at");
    let part = "custody/staging/consumer/part-00000.parquet";
    let whole = std::fs::read(rig.path(part)).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    rig.write(part, damaged);
    rig.bunri(["extract", &file])
        .must(3)
        .says("consumer/part-00000.parquet`: it is not what the manifest of its run says")
        .says("leave `[delta]` out");
    rig.write(part, whole);
    let other = format!("blake3 = \"{}\"\n{TERMS}", "5".repeat(64));
    job(&rig, "delta", SQLITE, &delta(&other));
    rig.bunri(["check", &file])
        .must(3)
        .says("and the job pins 555");
    rig.bunri(["extract", &file]).must(3);
    job(&rig, "delta", SQLITE, &delta(TERMS));
    std::fs::remove_file(rig.path("custody/staging/manifest.json")).unwrap();
    rig.bunri(["check", &file])
        .must(3)
        .says("there is no complete staging");
    rig.bunri(["extract", &file]).must(3);
}

/// The tables that split found done.
fn kept_by_split(ended: &Ended) -> Vec<String> {
    let events = ended
        .err
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut stage = String::new();
    let mut kept = Vec::new();
    for event in events {
        match event["event"].as_str() {
            Some("stage") => stage = event["stage"].as_str().unwrap_or_default().to_owned(),
            Some("table_kept") if stage == "split" => {
                kept.push(event["table"].as_str().unwrap().to_owned());
            }
            _ => {}
        }
    }
    kept.sort();
    kept
}

#[test]
fn store_files_of_tables_that_nothing_changed_of_are_taken_and_no_others() {
    let rig = Rig::with_sample(120);
    rig.bunri(["run", "job.toml"]).must(1);
    // No ledger: whose rows the others are stays as it was.
    rig.sql("UPDATE billing SET amount_yen = amount_yen + 1, updated_at = '2026-04-02 00:00:00' WHERE billing_no IN (SELECT billing_no FROM billing LIMIT 2)");
    rig.bunri(["run", &job(&rig, "full", SQLITE, "")]).must(1);
    // A file of the earlier store that is not what was noted of it is made again.
    let part = "retail/consumer/part-00000.parquet";
    let mut damaged = std::fs::read(rig.path(part)).unwrap();
    damaged.push(0);
    rig.write(part, damaged);
    let file = job(&rig, "delta", SQLITE, &delta(TERMS));
    let ended = rig.bunri(["run", &file, "--log", "json"]).must(1);
    same_run(&rig, "delta", "full");
    let kept = kept_by_split(&ended);
    assert!(kept.len() > 20, "{kept:?}");
    for other in ["billing", "consumer"] {
        assert!(!kept.contains(&other.to_owned()), "{kept:?}");
    }
    // A changed owner makes everything anew that asks the ledger.
    rig.sql("UPDATE supply_period SET retailer_code = '99020', updated_at = '2026-04-03 00:00:00' WHERE supply_point_id IN (SELECT supply_point_id FROM supply_point ORDER BY 1 LIMIT 2 OFFSET 20)");
    rig.bunri(["run", &job(&rig, "full2", SQLITE, "")]).must(1);
    let file = job(&rig, "delta2", SQLITE, &delta(TERMS));
    let ended = rig.bunri(["run", &file, "--log", "json"]).must(1);
    same_run(&rig, "delta2", "full2");
    let kept = kept_by_split(&ended);
    assert!(kept.contains(&"code_tariff".to_owned()), "{kept:?}");
    for other in [
        "supply_period",
        "supply_point",
        "meter_reading_monthly",
        "consumer",
    ] {
        assert!(!kept.contains(&other.to_owned()), "{kept:?}");
    }
}

/// Runs the job and kills it after this time, unless it is done before. Says whether it was killed.
fn killed(rig: &Rig, file: &str, after: Duration) -> bool {
    let mut command = rig.command();
    let command = command
        .args(["run", file])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut run = command.spawn().unwrap();
    std::thread::sleep(after);
    run.kill().unwrap();
    run.wait().unwrap().code().is_none()
}

#[test]
fn killed_at_any_moment_a_rerun_ends_in_the_bytes_of_a_full_run() {
    let rig = weeks_later(1000);
    let file = job(&rig, "delta", SQLITE, &delta(TERMS));
    let begun = Instant::now();
    rig.bunri(["run", &file]).must(1);
    let duration = begun.elapsed();
    let (mut state, mut met) = (2026_u64, 0);
    for kill in 0..16_u32 {
        std::fs::remove_dir_all(rig.path("delta")).unwrap();
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = f64::from(kill) / 16.0
            + f64::from(u32::try_from(state >> 33 & 1023).unwrap()) / 16_384.0;
        met += u32::from(killed(&rig, &file, duration.mul_f64(share)));
        rig.bunri(["run", &file]).must(1);
        assert_eq!(same_run(&rig, "delta", "full"), TAKEN.len());
    }
    assert!(met > 8, "only {met} kills met the run");
}

#[test]
fn a_server_is_asked_for_what_changed_and_every_byte_is_that_of_a_full_run() {
    let server = Server::start();
    let rig = Rig::with_sample(400);
    rig.sql(MENDED);
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    // Keys of other types than text and bigint; and moments that the server holds as such, by a clock on the wall and in UTC.
    server.psql(
        "postgres",
        "ALTER TABLE retail_contract ALTER COLUMN retail_contract_no TYPE character(11);
         ALTER TABLE consumer_point ALTER COLUMN consumer_id TYPE numeric(12, 0);
         ALTER TABLE supply_point ALTER COLUMN updated_at TYPE timestamp USING updated_at::timestamp;
         ALTER TABLE consumer ALTER COLUMN updated_at TYPE timestamptz USING updated_at::timestamp AT TIME ZONE 'Asia/Tokyo'",
    );
    let source = server.source("postgres", "");
    rig.bunri(["run", &job(&rig, "rehearsal", &source, "")])
        .must(1);
    server.script("postgres", WEEKS);
    rig.bunri(["run", &job(&rig, "full", &source, "")]).must(1);
    let terms = delta(TERMS).replace("\"custody\"", "\"rehearsal/custody\"");
    let terms = terms.replace("\"retail\"", "\"rehearsal/retail\"");
    let file = job(&rig, "delta", &source, &terms);
    let ended = rig.bunri(["run", &file, "--log", "json"]).must(1);
    let told = deltas(&ended);
    let tables: Vec<&str> = told
        .iter()
        .map(|it| it["table"].as_str().unwrap())
        .collect();
    assert_eq!(tables, TAKEN);
    assert_eq!(same_run(&rig, "delta", "full"), TAKEN.len());
    rig.holds_no_value(&ended);
    rig.bunri(["check", &file])
        .must(1)
        .prints("rows can be taken from the earlier run");
    rig.bunri(["reread", &file]).must(0).prints("C9 faithful: ");
    // In silence: the sample sees it here too.
    server.psql(
        "postgres",
        "UPDATE consumer SET consumer_name = coalesce(consumer_name, '') || '.'",
    );
    rig.bunri(["run", &job(&rig, "silent", &source, &terms)])
        .must(4)
        .says("table `consumer`: of 20 rows that are unchanged by `updated_at`, 20 differ");
    // Another database of the same server is another system.
    server.psql("postgres", "CREATE DATABASE other");
    server.script("other", &script);
    let other = job(&rig, "other", &server.source("other", ""), &terms);
    for command in ["check", "extract"] {
        rig.bunri([command, &other])
            .must(3)
            .says("extracted from another database (system ");
    }
}
