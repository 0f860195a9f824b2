//! What stands beside a source, how many names it has, and what it is: held still, or refused.

use std::fs;
use std::process::Command;

use bunri_columnar::Silent;
use bunri_job::Source;
use bunri_manifest::open_regular;
use rusqlite::Connection;

use super::fixture::Town;
use bunri_source::OpenSource;

#[test]
fn a_database_with_two_names_is_refused() {
    let town = Town::new();
    fs::hard_link(town.source(), town.folder.path().join("other.db")).unwrap();
    let refused = town.refused();
    assert!(refused.contains("has 2 names (hard links)"), "{refused}");
    assert!(refused.contains("VACUUM INTO"), "{refused}");
}

#[test]
fn a_journal_whose_header_is_zeros_is_accepted() {
    let town = Town::new();
    town.sql(
        "PRAGMA journal_mode = PERSIST; UPDATE meter_reading SET usage_kwh = 1 WHERE rowid = 1",
    );
    assert_eq!(town.files(), ["legacy.db", "legacy.db-journal"]);
    assert_eq!(town.extract().unwrap().rows_staged, 2002);
}

#[test]
fn a_journal_with_a_header_is_refused() {
    let town = Town::new();
    town.sql(
        "PRAGMA journal_mode = PERSIST; UPDATE meter_reading SET usage_kwh = 1 WHERE rowid = 1",
    );
    let journal = town.folder.path().join("legacy.db-journal");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[8] = 1;
    fs::write(&journal, bytes).unwrap();
    assert!(town.refused().contains("legacy.db-journal` is not empty"));
}

#[test]
fn a_named_pipe_is_refused_before_it_is_opened() {
    let town = Town::new();
    for name in ["legacy.db", "legacy.db-journal"] {
        let path = town.folder.path().join(name);
        let _ = fs::remove_file(&path);
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        let refused = town.refused();
        assert!(refused.contains(name), "{refused}");
        fs::remove_file(&path).unwrap();
        town.sql("CREATE TABLE IF NOT EXISTS t (x)");
    }
}

#[test]
fn devices_and_folders_are_no_source() {
    let town = Town::new();
    for (path, said) in [("/dev/zero", "device"), ("/", "folder")] {
        let refused = open_regular(path.as_ref()).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
    fs::remove_file(town.source()).unwrap();
    fs::create_dir(town.source()).unwrap();
    assert!(
        town.refused()
            .contains("it is a folder; give a regular file")
    );
}

#[test]
fn a_database_in_wal_mode_leaves_nothing_beside_it() {
    let town = Town::new();
    town.sql("PRAGMA journal_mode = WAL");
    assert_eq!(town.files(), ["legacy.db"]);
    assert_eq!(town.extract().unwrap().rows_staged, 2002);
    assert_eq!(town.files(), ["legacy.db"]);
}

/// The name is put into a URI, where some letters have a meaning.
#[test]
fn a_database_in_wal_mode_may_have_any_name() {
    let town = Town::new();
    town.sql("PRAGMA journal_mode = WAL");
    let odd = town.folder.path().join("料金 100%?x#y&z=1.db");
    fs::rename(town.source(), &odd).unwrap();
    let source = OpenSource::open(&Source::Sqlite(odd)).unwrap();
    assert!(source.session().is_ok());
}

#[test]
fn a_log_that_appears_is_seen() {
    let town = Town::new();
    town.sql("PRAGMA journal_mode = WAL");
    let source = OpenSource::open(&Source::Sqlite(town.source())).unwrap();
    let before = source.identity(2, &Silent).unwrap();
    let sessions = vec![source.session().unwrap()];
    let writer = Connection::open(town.source()).unwrap();
    writer
        .execute_batch("UPDATE meter_reading SET usage_kwh = 1")
        .unwrap();
    let refused = source.unchanged(sessions, &before, 2, &Silent).unwrap_err();
    assert!(
        refused.to_string().contains("a write-ahead log appeared"),
        "{refused}"
    );
}

#[test]
fn a_checkpoint_behind_our_back_is_seen() {
    let town = Town::new();
    town.sql("PRAGMA journal_mode = WAL");
    let source = OpenSource::open(&Source::Sqlite(town.source())).unwrap();
    let before = source.identity(2, &Silent).unwrap();
    let modified = fs::metadata(town.source()).unwrap().modified().unwrap();
    town.sql("UPDATE meter_reading SET usage_kwh = 1");
    // Even if the clock did not move.
    let handle = fs::File::options().write(true).open(town.source()).unwrap();
    handle.set_modified(modified).unwrap();
    let refused = source
        .unchanged(Vec::new(), &before, 2, &Silent)
        .unwrap_err();
    assert!(
        refused.to_string().contains("changed while it was read"),
        "{refused}"
    );
}
