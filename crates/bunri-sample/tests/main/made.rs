//! What `generate` makes and what it refuses; and the arrangement of every other test.

use std::path::PathBuf;

use bunri_sample::{MIN_POINTS, SampleError, SampleOptions, generate, planted_path};
use rusqlite::Connection;
use tempfile::TempDir;

/// A sample in a folder that vanishes with it.
pub(crate) struct Made {
    pub(crate) folder: TempDir,
    pub(crate) database: Connection,
}

pub(crate) fn options(folder: &TempDir, points: u64) -> SampleOptions {
    SampleOptions {
        points,
        seed: 1,
        out: folder.path().join("legacy.db"),
        shuffle: None,
    }
}

pub(crate) fn make(change: impl FnOnce(&mut SampleOptions)) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, MIN_POINTS);
    change(&mut options);
    generate(&options, &|_| {}).unwrap();
    let database = Connection::open(&options.out).unwrap();
    Made { folder, database }
}

impl Made {
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("legacy.db")
    }

    pub(crate) fn number(&self, query: &str) -> i64 {
        self.database
            .query_row(query, [], |row| row.get(0))
            .unwrap()
    }

    /// Every table's source name.
    pub(crate) fn tables(&self) -> Vec<String> {
        let query = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut statement = self.database.prepare(query).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.collect::<Result<_, _>>().unwrap()
    }
}

#[test]
fn sixty_points_make_every_table_and_the_list() {
    let made = make(|_| ());
    assert_eq!(made.tables().len(), 27);
    for table in made.tables() {
        let rows = made.number(&format!("SELECT count(*) FROM \"{table}\""));
        assert!(rows > 4, "{table} has only {rows} rows");
    }
    assert!(planted_path(&made.out()).is_file());
    assert_eq!(
        std::fs::read_dir(made.folder.path()).unwrap().count(),
        2,
        "nothing else is left"
    );
}

#[test]
fn rows_grow_with_the_points_and_the_stats_count_them() {
    let folder = tempfile::tempdir().unwrap();
    let heard = std::cell::RefCell::new(Vec::new());
    let stats = generate(&options(&folder, 2_500), &|done| {
        heard.borrow_mut().push(done)
    })
    .unwrap();
    assert_eq!(*heard.borrow(), [1_000, 2_000, 2_500]);
    assert_eq!(stats.points_made, 2_500);
    assert!(
        (20..30).contains(&(stats.rows_written / 2_500)),
        "{} rows",
        stats.rows_written
    );
    let database = Connection::open(folder.path().join("legacy.db")).unwrap();
    for (table, rows) in stats.tables {
        let query = format!("SELECT count(*) FROM \"{table}\"");
        let counted: i64 = database.query_row(&query, [], |row| row.get(0)).unwrap();
        assert_eq!(u64::try_from(counted).unwrap(), rows, "{table}");
    }
}

#[test]
fn every_meter_of_the_yards_book_hung_at_a_point_that_is_there() {
    let made = make(|options| options.points = 500);
    let elsewhere = "SELECT count(*) FROM meter_installation WHERE supply_point_id NOT IN (SELECT supply_point_id FROM supply_period \
                     UNION SELECT supply_point_id FROM supply_period_old)";
    assert_eq!(made.number(elsewhere), 0);
    let moved = "SELECT count(*) FROM (SELECT 1 FROM meter_installation WHERE meter_no NOT LIKE '88M91%' GROUP BY meter_no HAVING count(*) > 1)";
    assert!(made.number(moved) > 4);
}

#[test]
fn fifty_nine_points_are_too_few() {
    let folder = tempfile::tempdir().unwrap();
    let refused = generate(&options(&folder, 59), &|_| {}).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "59 points are too few: the planted stories need at least 60"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_existing_database_or_list_is_never_overwritten() {
    for name in ["legacy.db", "legacy.db.planted.json"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), "mine").unwrap();
        let refused = generate(&options(&folder, 60), &|_| {}).unwrap_err();
        assert!(matches!(refused, SampleError::Exists { .. }), "{refused}");
        assert_eq!(
            std::fs::read_to_string(folder.path().join(name)).unwrap(),
            "mine"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, 60);
    options.out = folder.path().join("missing").join("legacy.db");
    let refused = generate(&options, &|_| {}).unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("legacy.db: cannot be written"),
        "{refused}"
    );
}
