//! SQLite's temporary files lie in custody. SQLite knows one folder for them in the whole process, so this has a
//! process of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "main/story.rs"]
mod story;

use std::fs::{read_dir, read_link};
use std::path::Path;

use story::Story;

/// The files of this folder that the process holds open; SQLite takes their names away at once.
fn open_files_in(folder: &Path) -> usize {
    let entries = read_dir("/proc/self/fd").unwrap();
    let targets = entries.filter_map(|entry| read_link(entry.ok()?.path()).ok());
    targets.filter(|target| target.starts_with(folder)).count()
}

#[test]
fn a_sorter_that_spills_while_and_after_extraction_spills_into_custody() {
    let sql = "CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('a')";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "text")]);
    story.extract().unwrap();
    let tmp = story.custody().join("tmp").canonicalize().unwrap();
    let database = story.connect();
    database.execute_batch("PRAGMA cache_size = 1").unwrap();
    let sorted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
        SELECT i, hex(randomblob(30)) AS r FROM n ORDER BY r";
    let mut statement = database.prepare(sorted).unwrap();
    let mut rows = statement.query([]).unwrap();
    assert!(rows.next().unwrap().is_some());
    assert!(open_files_in(&tmp) > 0);
}
