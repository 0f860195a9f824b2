//! A source that is not what the catalogue describes, breaks its keys, or is not at rest: refused with the place
//! and what to do, and without a value of a record.

use crate::job::Job;
use crate::rig::Rig;

/// Takes the primary key and every type away, so that anything can be written.
fn loosen(rig: &Rig, table: &str) {
    rig.sql(&format!(
        "ALTER TABLE {table} RENAME TO strict; CREATE TABLE {table} AS SELECT * FROM strict; DROP TABLE strict;"
    ));
}

#[test]
fn a_column_that_nobody_classified_is_refused() {
    let rig = Rig::with_sample(60);
    rig.sql("ALTER TABLE meter ADD COLUMN secret_note TEXT");
    rig.refused("run", 3)
        .says("source table \"meter\", column \"secret_note\": not in the catalogue; add it to tables/meter.toml");
}

#[test]
fn a_table_that_nobody_classified_is_refused() {
    let rig = Rig::with_sample(60);
    rig.sql("CREATE TABLE customer_shadow (x)");
    rig.refused("run", 3).says(
        "source table \"customer_shadow\": not in the catalogue; add tables/customer_shadow.toml",
    );
}

#[test]
fn a_view_that_nobody_classified_is_refused() {
    let rig = Rig::with_sample(60);
    rig.sql("CREATE VIEW everyone AS SELECT * FROM consumer");
    rig.refused("run", 3)
        .says("source view \"everyone\": not in the catalogue");
}

#[test]
fn a_listed_column_that_is_gone_is_refused() {
    let rig = Rig::with_sample(60);
    rig.sql("ALTER TABLE meter DROP COLUMN ct_ratio");
    rig.refused("run", 3).says(
        "source table \"meter\", column \"ct_ratio\": in the catalogue but not in the source",
    );
}

#[test]
fn a_listed_table_that_is_gone_is_refused() {
    let rig = Rig::with_sample(60);
    rig.sql("DROP TABLE billing");
    rig.refused("run", 3).says(
        "source table \"billing\": in the catalogue (tables/billing.toml) but not in the source; \
         is this the right database?",
    );
}

#[test]
fn every_difference_is_named_at_once() {
    let rig = Rig::with_sample(60);
    rig.sql("DROP TABLE billing; CREATE TABLE shadow (x); ALTER TABLE meter ADD COLUMN more TEXT");
    rig.refused("run", 3)
        .says("\"billing\"")
        .says("\"shadow\"")
        .says("\"more\"");
}

#[test]
fn a_column_whose_type_changed_is_refused() {
    let rig = Rig::with_sample(60);
    rig.sql(
        "ALTER TABLE meter_reading_monthly DROP COLUMN usage_kwh;
         ALTER TABLE meter_reading_monthly ADD COLUMN usage_kwh BLOB",
    );
    rig.refused("run", 3)
        .says("source table \"meter_reading_monthly\", column \"usage_kwh\": declared BLOB where the catalogue says decimal(12,1)");
}

#[test]
fn a_key_that_two_rows_share_is_refused() {
    let rig = Rig::with_sample(60);
    loosen(&rig, "meter");
    rig.sql("INSERT INTO meter SELECT * FROM meter LIMIT 1");
    rig.refused("run", 4)
        .says("source table \"meter\": 2 rows share their key (meter_no) with another row, the first at meter_no =");
}

#[test]
fn a_key_that_is_null_is_refused() {
    let rig = Rig::with_sample(60);
    loosen(&rig, "meter");
    rig.sql("UPDATE meter SET meter_no = NULL WHERE rowid = 3");
    rig.refused("run", 4).says(
        "source table \"meter\", column \"meter_no\": 1 rows have NULL in this column of the key",
    );
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let rig = Rig::with_sample(60);
    rig.write("legacy.db", "supply_point_id,consumer_name\n");
    rig.refused("run", 4)
        .says("legacy.db` is not a SQLite database, or it is encrypted");
}

#[test]
fn a_source_that_is_not_there_is_refused() {
    let rig = Rig::with_sample(60);
    rig.job(&Job {
        source: "nowhere.db".to_owned(),
        ..Job::default()
    });
    rig.refused("run", 4)
        .says("cannot read the source `nowhere.db`");
}

#[test]
fn a_database_in_the_middle_of_a_transaction_is_refused() {
    let rig = Rig::with_sample(60);
    let writer = rusqlite::Connection::open(rig.path("legacy.db")).unwrap();
    // With one page of cache the transaction has to write its journal and the file before it is over.
    writer
        .execute_batch("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE meter_reading_monthly SET usage_kwh = 1")
        .unwrap();
    rig.refused("run", 4)
        .says("is being written or was not closed cleanly")
        .says("VACUUM INTO");
    writer.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn a_database_that_another_program_holds_is_refused() {
    let rig = Rig::with_sample(60);
    let writer = rusqlite::Connection::open(rig.path("legacy.db")).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    rig.refused("run", 4)
        .says("is locked: another program is writing it");
}

#[test]
fn a_database_with_a_write_ahead_log_is_refused() {
    let rig = Rig::with_sample(60);
    let writer = rusqlite::Connection::open(rig.path("legacy.db")).unwrap();
    writer
        .execute_batch("PRAGMA journal_mode = WAL; UPDATE meter_reading_monthly SET usage_kwh = 1 WHERE rowid = 1")
        .unwrap();
    rig.refused("run", 4)
        .says("is being written or was not closed cleanly: `")
        .says("legacy.db-wal");
}

#[test]
fn a_damaged_database_is_refused() {
    let rig = Rig::with_sample(60);
    let mut bytes = std::fs::read(rig.path("legacy.db")).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 20_000].fill(0xA5);
    rig.write("legacy.db", bytes);
    rig.refused("run", 4).says("legacy.db");
}

/// The name of a source can be wrong the first time: the folder is not lost for it.
#[test]
fn after_a_refusal_the_corrected_source_runs_in_the_same_folder() {
    let rig = Rig::with_sample(60);
    rig.sql("CREATE TABLE customer_shadow (x)");
    rig.refused("run", 3);
    rig.sql("DROP TABLE customer_shadow");
    rig.bunri(["run", "job.toml"]).must(1);
}
