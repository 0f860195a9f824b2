//! A source that is no database, or not at rest.

use std::fs;
use std::io::Write as _;
use std::sync::Once;

use bunri_columnar::{Event, Observer};
use bunri_extract::ExtractError;
use bunri_source::SourceError;
use rusqlite::Connection;

use crate::story::{Story, digest};

fn one_table() -> Story {
    let sql = "CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('a'), ('b')";
    Story::new(sql, r#"["k"]"#, &[("k", "text")])
}

#[test]
fn what_is_no_database_is_refused_in_words() {
    let story = one_table();
    for content in [
        &b""[..],
        b"PK\x03\x04 an archive, not a database",
        &[0xa7; 4096],
    ] {
        fs::write(story.source(), content).unwrap();
        let said = story.refusal();
        assert!(
            said.contains("is not a SQLite database, or it is encrypted"),
            "{said}"
        );
    }
    fs::remove_file(story.source()).unwrap();
    assert!(story.refusal().contains("cannot read the source database"));
    assert!(!story.custody().exists());
}

#[test]
fn a_dump_renamed_into_place_after_the_run_was_bound_is_not_extracted() {
    let story = one_table();
    let bound = digest(&story.source());
    story.sql("INSERT INTO t VALUES ('c')");
    let outcome = story.extract_bound(&bound);
    assert!(
        matches!(outcome, Err(ExtractError::OtherSource { .. })),
        "{outcome:?}"
    );
    assert!(!story.custody().exists());
    story.extract_bound(&digest(&story.source())).unwrap();
}

#[test]
fn damaged_pages_are_an_error_of_the_source() {
    let story = one_table();
    let mut bytes = fs::read(story.source()).unwrap();
    bytes[100..].fill(0xa7);
    fs::write(story.source(), &bytes).unwrap();
    let said = story.refusal();
    assert!(said.contains("is damaged"), "{said}");
    fs::write(story.source(), &bytes[..5000]).unwrap();
    assert!(matches!(story.extract(), Err(ExtractError::Source(_))));
}

#[test]
fn a_log_or_a_journal_beside_the_database_means_it_is_being_written() {
    let story = one_table();
    for ending in ["-wal", "-journal"] {
        let beside = story.path(&format!("legacy.db{ending}"));
        fs::write(&beside, "something").unwrap();
        let said = story.refusal();
        assert!(
            said.contains("is being written or was not closed cleanly"),
            "{said}"
        );
        assert!(said.contains("VACUUM INTO"), "{said}");
        fs::write(&beside, "").unwrap();
        story.extract().unwrap();
        fs::remove_dir_all(story.custody()).unwrap();
        fs::remove_file(&beside).unwrap();
    }
}

#[test]
fn an_open_write_ahead_log_is_refused_and_a_closed_one_is_read() {
    let story = one_table();
    let writer = story.connect();
    let mode: String = writer
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    writer.execute_batch("INSERT INTO t VALUES ('c')").unwrap();
    assert!(story.refusal().contains("being written"));
    drop(writer);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["a", "b", "c"]);
}

#[test]
fn a_database_locked_by_a_writer_is_refused() {
    let story = one_table();
    let writer = story.connect();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let said = story.refusal();
    assert!(
        said.contains("is locked: another program is writing it"),
        "{said}"
    );
    writer.execute_batch("COMMIT").unwrap();
    story.extract().unwrap();
}

#[test]
fn text_in_utf16_is_refused_because_damage_in_it_could_not_be_seen() {
    let story = one_table();
    fs::remove_file(story.source()).unwrap();
    story.sql("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (k TEXT)");
    assert!(story.refusal().contains("stores text as UTF-16le"));
}

/// Does something to the source once the first table begins.
struct Meddler<F: Fn() + Sync>(Once, F);

impl<F: Fn() + Sync> Observer for Meddler<F> {
    fn event(&self, event: Event<'_>) {
        if matches!(event, Event::Table { .. }) {
            self.0.call_once(&self.1);
        }
    }

    fn cancelled(&self) -> bool {
        false
    }
}

fn meddled(story: &Story, meddle: impl Fn() + Sync) -> Result<(), ExtractError> {
    let meddler = Meddler(Once::new(), meddle);
    story
        .extract_with(&story.custody(), 1 << 26, 2, &meddler)
        .map(drop)
}

fn assert_changed(story: &Story, outcome: Result<(), ExtractError>) {
    assert!(
        matches!(
            outcome,
            Err(ExtractError::Source(SourceError::Changed { .. }))
        ),
        "{outcome:?}"
    );
    assert!(!story.custody().join("staging/manifest.json").exists());
}

#[test]
fn nobody_can_commit_while_the_source_is_read() {
    let story = one_table();
    let outcome = meddled(&story, || {
        let writer: Connection = story.connect();
        writer.busy_timeout(std::time::Duration::ZERO).unwrap();
        assert!(writer.execute_batch("INSERT INTO t VALUES ('c')").is_err());
    });
    outcome.unwrap();
    assert_eq!(story.staged("t"), ["a", "b"]);
}

#[test]
fn a_file_that_is_replaced_behind_sqlite_is_refused() {
    let story = one_table();
    let outcome = meddled(&story, || {
        fs::copy(story.source(), story.path("copy.db")).unwrap();
        fs::rename(story.path("copy.db"), story.source()).unwrap();
    });
    assert_changed(&story, outcome);
}

#[test]
fn a_file_that_is_overwritten_behind_sqlite_is_refused() {
    let story = one_table();
    let outcome = meddled(&story, || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let bytes = fs::read(story.source()).unwrap();
        let file = fs::OpenOptions::new().write(true).open(story.source());
        file.unwrap().write_all(&bytes).unwrap();
    });
    assert_changed(&story, outcome);
}

#[test]
fn a_commit_to_a_write_ahead_log_during_the_run_is_refused() {
    let story = one_table();
    story.sql("PRAGMA journal_mode = WAL");
    let outcome = meddled(&story, || story.sql("INSERT INTO t VALUES ('c')"));
    assert_changed(&story, outcome);
}
