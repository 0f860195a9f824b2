//! Values of every kind through a real database: what is staged and what is rejected, and how rejects look.

use crate::story::Story;

/// Stages a column `v` of this type with these SQL literals, keyed by their number.
fn column(declared: &str, value_type: &str, literals: &[&str]) -> Story {
    let rows: Vec<String> = literals
        .iter()
        .enumerate()
        .map(|(number, literal)| format!("({number}, {literal})"))
        .collect();
    let sql = format!(
        "CREATE TABLE t (n INTEGER PRIMARY KEY, v {declared}); INSERT INTO t VALUES {}",
        rows.join(", ")
    );
    let story = Story::new(&sql, r#"["n"]"#, &[("n", "int"), ("v", value_type)]);
    story.extract().unwrap();
    story
}

#[test]
fn text_stays_text_and_empty_is_not_null() {
    let story = column(
        "",
        "text",
        &[
            "''",
            "NULL",
            "'𠮷田 '",
            "1",
            "1.5",
            "x'41'",
            "CAST(x'93fa' AS TEXT)",
        ],
    );
    assert_eq!(story.staged("t"), ["0|", "1|NULL", "2|𠮷田 "]);
    assert_eq!(
        story.rejected("t"),
        [
            r#"v not_text Int(1)"#,
            r#"v not_text Real("1.5")"#,
            r#"v not_text Blob("41")"#,
            r#"v not_utf8 TextHex("93fa")"#,
        ]
    );
}

#[test]
fn integers_come_from_integers_alone() {
    let story = column("", "int", &["-9223372036854775808", "'1'", "1.0", "NULL"]);
    assert_eq!(story.staged("t"), ["0|-9223372036854775808", "3|NULL"]);
    assert_eq!(
        story.rejected("t"),
        [
            r#"v not_an_integer Text("1")"#,
            r#"v not_an_integer Real("1.0")"#
        ]
    );
}

#[test]
fn decimals_come_from_any_number_that_fits_exactly() {
    let literals = [
        "1", "12.5", "'12.50'", "-0.0", "0.05", "'1e3'", "1e9", "9e999", "'100000'",
    ];
    let story = column("", "decimal(5,1)", &literals);
    assert_eq!(story.staged("t"), ["0|1.0", "1|12.5", "2|12.5", "3|0.0"]);
    assert_eq!(
        story.rejected("t"),
        [
            r#"v does_not_fit_precision Real("1000000000.0")"#,
            r#"v does_not_fit_precision Text("100000")"#,
            r#"v does_not_fit_scale Real("0.05")"#,
            r#"v not_a_decimal Text("1e3")"#,
            r#"v not_a_decimal Real("inf")"#,
        ]
    );
}

#[test]
fn days_have_one_form_and_exist() {
    let story = column(
        "",
        "date",
        &["'2024-02-29'", "'2023-02-29'", "'2024/02/29'", "20240229"],
    );
    assert_eq!(story.staged("t"), ["0|2024-02-29"]);
    assert_eq!(story.rejected("t").len(), 3);
    let story = column(
        "",
        "date(YYYYMMDD)",
        &["'20240229'", "20240229", "'2024-02-29'", "0"],
    );
    assert_eq!(story.staged("t"), ["0|2024-02-29", "1|2024-02-29"]);
    let story = column("", "date(YYYY/MM/DD)", &["'2024/02/29'", "'9999/99/99'"]);
    assert_eq!(story.staged("t"), ["0|2024-02-29"]);
    assert_eq!(story.rejected("t"), [r#"v not_a_date Text("9999/99/99")"#]);
}

#[test]
fn moments_bools_and_bytes() {
    let story = column(
        "",
        "timestamp",
        &["'1970-01-01 00:00:01'", "'1970-01-01T00:00:00Z'", "0"],
    );
    assert_eq!(story.staged("t"), ["0|1000000", "1|32400000000"]);
    assert_eq!(story.rejected("t"), ["v not_a_timestamp Int(0)"]);
    let story = column("", "bool", &["0", "1", "2", "'1'"]);
    assert_eq!(story.staged("t"), ["0|false", "1|true"]);
    let story = column("", "bytes", &["x''", "x'00ff'", "'ab'"]);
    assert_eq!(story.staged("t"), ["0|[]", "1|[0, 255]"]);
    assert_eq!(story.rejected("t"), [r#"v not_bytes Text("ab")"#]);
}

#[test]
fn a_row_is_rejected_whole_for_the_first_column_that_does_not_fit() {
    let sql =
        "CREATE TABLE t (a, b, c); INSERT INTO t VALUES (1, 'x', 'y'), (2, 2, 2), (NULL, 3, 3)";
    let story = Story::new(sql, "\"none\"", &[("a", "int"), ("b", "int"), ("c", "int")]);
    let stats = story.extract().unwrap();
    assert_eq!((stats.rows_staged, stats.rows_rejected), (2, 1));
    assert_eq!(story.staged("t"), ["NULL|3|3", "2|2|2"]);
    assert_eq!(story.rejected("t"), [r#"b not_an_integer Text("x")"#]);
}

#[test]
fn long_values_cut_batches_and_nothing_else() {
    let sql = "CREATE TABLE t (n INTEGER PRIMARY KEY, v BLOB);
        WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 40)
        INSERT INTO t SELECT n, zeroblob(4000000) FROM s";
    let story = Story::new(sql, r#"["n"]"#, &[("n", "int"), ("v", "bytes")]);
    assert_eq!(story.extract().unwrap().rows_staged, 40);
}
