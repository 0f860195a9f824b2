//! Rows come out in key order by value, whatever SQLite's order is, and the bytes are the same whatever the
//! way there.

use bunri_columnar::Silent;

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
