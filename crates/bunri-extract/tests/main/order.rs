//! Rows come out in key order by value, whatever SQLite's order is, and the bytes are the same whatever the
//! way there.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use bunri_columnar::{Event, Observer, Silent};
use bunri_extract::{ExtractError, ExtractOptions};

use crate::story::{Story, contents};

/// Runs and compares everything below custody, with many settings.
fn bytes(story: &Story, memory: u64, threads: usize) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let custody = story.path(&format!("custody-{memory}-{threads}"));
    story
        .extract_with(&custody, memory, threads, &Silent)
        .unwrap();
    let mut found = contents(&custody);
    // The manifest and the notes name the digest of the source, which other insertion orders change.
    found.retain(|(path, _)| !path.ends_with("manifest.json") && !path.starts_with("tmp"));
    found
}

const SERIES: &str =
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 30000)";

fn many(create: &str, order: &str) -> Story {
    let sql = format!(
        "{create};
         {SERIES} INSERT INTO t SELECT printf('%05d', (n * 7919) % 30000), n % 100,
            CASE WHEN n % 1000 = 0 THEN 'bad' ELSE n * 0.5 END, 'remark ' || n FROM s ORDER BY {order}"
    );
    let columns = [
        ("k", "text"),
        ("n", "int"),
        ("d", "decimal(9,1)"),
        ("r", "text"),
    ];
    Story::new(&sql, r#"["k"]"#, &columns)
}

#[test]
fn the_bytes_do_not_depend_on_memory_threads_indexes_or_insertion_order() {
    let plain = "CREATE TABLE t (k TEXT, n INTEGER, d NUMERIC, r TEXT)";
    let expected = bytes(&many(plain, "n"), 1 << 28, 1);
    assert_eq!(expected.len(), 4);
    let story = many(plain, "n * 31 % 30001");
    assert_eq!(bytes(&story, 1 << 28, 2), expected);
    assert_eq!(bytes(&story, 0, 1), expected);
    let indexed = "CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER, d NUMERIC, r TEXT)";
    assert_eq!(bytes(&many(indexed, "n"), 0, 2), expected);
    assert_eq!(bytes(&many(indexed, "(n * 7919) % 30000"), 0, 2), expected);
    assert_eq!(
        bytes(&many(&format!("{indexed} WITHOUT ROWID"), "n"), 0, 1),
        expected
    );
}

#[test]
fn an_index_with_another_collation_does_not_give_the_order() {
    let sql = "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY);
        INSERT INTO t VALUES ('b'), ('A'), ('a1'), ('B1'), ('_')";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "text")]);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["A", "B1", "_", "a1", "b"]);
}

#[test]
fn numbers_stored_as_text_are_ordered_by_value_though_an_index_orders_them_as_text() {
    let sql =
        "CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES ('10'), ('9'), ('-1'), ('1.5')";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "decimal(5,1)")]);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["-1.0", "1.5", "9.0", "10.0"]);
}

#[test]
fn keys_that_differ_as_text_and_agree_as_values_are_not_unique() {
    let sql = "CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES ('1.0'), ('2'), ('1')";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "decimal(5,1)")]);
    assert!(story.refusal().contains("2 rows share their key (k)"));
}

#[test]
fn a_table_without_a_key_is_ordered_by_all_its_columns_and_may_hold_a_row_twice() {
    let sql = "CREATE TABLE t (a TEXT, b INTEGER);
        INSERT INTO t VALUES ('x', 2), (NULL, 1), ('x', NULL), ('', 5), ('x', 2)";
    let story = Story::new(sql, "\"none\"", &[("a", "text"), ("b", "int")]);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["NULL|1", "|5", "x|NULL", "x|2", "x|2"]);
}

#[test]
fn a_key_may_stand_in_another_order_than_the_columns() {
    let sql = "CREATE TABLE t (a INTEGER, b TEXT, c TEXT, PRIMARY KEY (c, a));
        INSERT INTO t VALUES (2, 'p', 'x'), (1, 'q', 'y'), (-3, 'r', 'x')";
    let columns = [("a", "int"), ("b", "text"), ("c", "text")];
    let story = Story::new(sql, r#"["c", "a"]"#, &columns);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["-3|r|x", "2|p|x", "1|q|y"]);
}

#[test]
fn a_row_missing_from_an_index_is_not_lost_in_silence() {
    let sql = "CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT);
        CREATE TABLE u (k TEXT PRIMARY KEY, v TEXT);
        INSERT INTO t VALUES ('a', '1'), ('b', '2'), ('c', '3'); INSERT INTO u VALUES ('a', '1'), ('b', '2');
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_u_1')
            WHERE name = 'sqlite_autoindex_t_1';
        DELETE FROM sqlite_schema WHERE tbl_name = 'u'";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "text"), ("v", "text")]);
    let said = story.refusal();
    assert!(
        said.contains("row 3 missing from index sqlite_autoindex_t_1"),
        "{said}"
    );
}

/// Adds up the rows that it is told of, and stops behind so many.
struct Counting {
    most: u64,
    rows: AtomicU64,
}

impl Observer for Counting {
    fn event(&self, event: Event<'_>) {
        if let Event::Rows { rows } = event {
            self.rows.fetch_add(rows, Ordering::Relaxed);
        }
    }

    fn cancelled(&self) -> bool {
        self.rows.load(Ordering::Relaxed) >= self.most
    }
}

fn counting(most: u64) -> Counting {
    Counting {
        most,
        rows: AtomicU64::new(0),
    }
}

const ROWS: u64 = 30_000;

/// Parts that are not whole batches.
fn cut(memory: u64, threads: usize) -> ExtractOptions {
    ExtractOptions {
        memory,
        threads,
        part_rows: 7_000,
    }
}

/// Rows whose keys are their numbers, every thousandth rejected, but for those that `moved` puts elsewhere: number and place.
fn moved(create: &str, moved: &[(u64, f64)]) -> Story {
    let moved: Vec<String> = moved
        .iter()
        .map(|(number, place)| format!("WHEN {number} THEN {place}"))
        .collect();
    let order = match moved.as_slice() {
        [] => "n".to_owned(),
        moved => format!("CASE n {} ELSE n END", moved.join(" ")),
    };
    let sql = format!(
        "{create};
         {SERIES} INSERT INTO t SELECT n, CASE WHEN n % 1000 = 0 THEN 'bad' ELSE n * 0.5 END, NULLIF('remark ' || n, 'remark 7')
            FROM s ORDER BY {order}"
    );
    Story::new(
        &sql,
        r#"["k"]"#,
        &[("k", "int"), ("d", "decimal(9,1)"), ("r", "text")],
    )
}

/// What staging and rejects hold.
fn staged(story: &Story, custody: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = contents(&story.path(custody));
    found.retain(|(path, _)| !path.ends_with("manifest.json") && !path.starts_with("tmp"));
    found
}

const HEAP: &str = "CREATE TABLE t (k INTEGER, d, r TEXT)";

/// In the first batch; in a later one, when parts are committed; with the last row, which a batch of its own may hold or not.
const BREAKS: [&[(u64, f64)]; 5] = [
    &[(1, 2.5)],
    &[(30_000, 0.5)],
    &[(17_000, 12_345.5)],
    &[(1, 30_001.0)],
    &[(5, 24_576.5), (6, 29_999.5)],
];

#[test]
fn wherever_the_order_of_a_source_breaks_the_bytes_are_those_of_rows_in_order() {
    let story = moved("CREATE TABLE t (k INTEGER PRIMARY KEY, d, r TEXT)", &[]);
    story
        .extract_as(&story.path("one"), &cut(1 << 26, 1), &Silent)
        .unwrap();
    let expected = staged(&story, "one");
    // Five parts of the table, two tables without rows, the rejects.
    assert_eq!(expected.len(), 8);
    for breaks in [&[] as &[(u64, f64)]].iter().chain(&BREAKS) {
        let story = moved(HEAP, breaks);
        for (name, memory, threads) in [("a", 1 << 26, 1), ("b", 0, 2), ("c", 1 << 28, 3)] {
            let told = counting(u64::MAX);
            story
                .extract_as(&story.path(name), &cut(memory, threads), &told)
                .unwrap();
            assert!(staged(&story, name) == expected, "{breaks:?} {name}");
            assert_eq!(told.rows.into_inner(), ROWS);
        }
    }
}

#[test]
fn a_run_that_is_stopped_before_or_behind_the_break_ends_in_the_same_bytes() {
    for breaks in &BREAKS[1..4] {
        let story = moved(HEAP, breaks);
        story
            .extract_as(&story.path("whole"), &cut(1 << 26, 1), &Silent)
            .unwrap();
        let expected = contents(&story.path("whole"));
        for most in [8_192, 20_000, 28_000] {
            let outcome = story.extract_as(&story.custody(), &cut(1 << 26, 1), &counting(most));
            let stopped = matches!(outcome, Err(ExtractError::Interrupted));
            assert!(stopped || outcome.is_ok(), "{breaks:?} {most}");
            story
                .extract_as(&story.custody(), &cut(1 << 26, 2), &Silent)
                .unwrap();
            assert!(contents(&story.custody()) == expected, "{breaks:?} {most}");
            std::fs::remove_dir_all(story.custody()).unwrap();
        }
    }
}

#[test]
fn a_doubled_key_is_complained_of_alike_whatever_the_order() {
    let told = |breaks| {
        let story = moved(HEAP, breaks);
        story.sql("INSERT INTO t VALUES (12000, 1, 'x'), (12000, 2, 'y'), (29999, 1, 'z')");
        let outcome = story.extract_as(&story.custody(), &cut(1 << 26, 1), &Silent);
        let left = std::fs::read_dir(story.custody().join("staging/t")).unwrap();
        assert_eq!(left.count(), 0);
        outcome.unwrap_err().to_string()
    };
    let story = moved(
        "CREATE TABLE t (k INTEGER, d, r TEXT); CREATE INDEX i ON t (k)",
        &[],
    );
    story.sql("INSERT INTO t VALUES (12000, 1, 'x'), (12000, 2, 'y'), (29999, 1, 'z')");
    let in_order = story.extract().unwrap_err().to_string();
    // Of the key 12000 a third row is rejected.
    assert!(
        in_order.contains("4 rows share their key (k) with another row, the first at k = 12000"),
        "{in_order}"
    );
    for breaks in BREAKS {
        assert_eq!(told(breaks), in_order);
    }
}
