//! The source's own counts and sums in the manifest.

use bunri_manifest::{ColumnTotal, Total};

use crate::story::Story;

fn totals(sql: &str, columns: &[(&str, &str)]) -> Vec<ColumnTotal> {
    let story = Story::new(sql, "\"none\"", columns);
    story.extract().unwrap();
    story.entry("t").totals
}

fn decimal(literals: &str, value_type: &str) -> Option<Total> {
    let sql = format!("CREATE TABLE t (d); INSERT INTO t VALUES {literals}");
    totals(&sql, &[("d", value_type)])[0].total.clone()
}

fn decimal_sum(sum: &str) -> Option<Total> {
    Some(Total::DecimalSum {
        sum: sum.to_owned(),
    })
}

#[test]
fn integers_sum_beyond_64_bits_and_only_integers_count() {
    let sql = "CREATE TABLE t (n, s);
        INSERT INTO t VALUES (9223372036854775807, 'ab'), (9223372036854775807, '電'), (-1, 5), ('7', NULL), (NULL, x'00')";
    let totals = totals(sql, &[("n", "int"), ("s", "text")]);
    let sum = (2 * i128::from(i64::MAX) - 1).to_string();
    assert_eq!(
        (totals[0].non_null, &totals[0].total),
        (4, &Some(Total::IntSum { sum }))
    );
    assert_eq!(
        (totals[1].non_null, &totals[1].total),
        (4, &Some(Total::TextBytes { bytes: 5 }))
    );
}

#[test]
fn the_least_integer_sums_too() {
    let sql = "CREATE TABLE t (n); INSERT INTO t VALUES (-9223372036854775808), (-9223372036854775808), (1)";
    let sum = (2 * i128::from(i64::MIN) + 1).to_string();
    assert_eq!(
        totals(sql, &[("n", "int")])[0].total,
        Some(Total::IntSum { sum })
    );
    assert_eq!(decimal("(-9223372036854775808)", "decimal(38,1)"), None);
}

#[test]
fn decimals_sum_when_every_value_is_a_number_that_fits_the_scale() {
    assert_eq!(
        decimal("(1.1), (2.2), (-3), (NULL)", "decimal(9,1)"),
        decimal_sum("3")
    );
    assert_eq!(
        decimal("(0.1), (0.2), (0.29)", "decimal(9,2)"),
        decimal_sum("59")
    );
    assert_eq!(
        decimal("(1000000000), (123456.7)", "decimal(5,1)"),
        decimal_sum("10001234567")
    );
    assert_eq!(decimal("(NULL)", "decimal(9,2)"), decimal_sum("0"));
    for literals in [
        "(1.1), ('2.2')",
        "(1.15)",
        "(1e15)",
        "(9e999)",
        "(x'31')",
        "(0.1 + 0.2)",
    ] {
        assert_eq!(decimal(literals, "decimal(38,1)"), None, "{literals}");
    }
    assert_eq!(decimal("(1)", "decimal(38,20)"), None);
}

#[test]
fn other_types_are_counted_only() {
    let sql = "CREATE TABLE t (d, m, b, x); INSERT INTO t VALUES ('2024-01-01', NULL, 1, x'01'), ('?', NULL, 0, NULL)";
    let columns = [
        ("d", "date"),
        ("m", "timestamp"),
        ("b", "bool"),
        ("x", "bytes"),
    ];
    let found: Vec<_> = totals(sql, &columns)
        .into_iter()
        .map(|total| (total.non_null, total.total))
        .collect();
    assert_eq!(found, [(2, None), (0, None), (2, None), (1, None)]);
}

#[test]
fn rows_of_the_source_are_staged_rows_and_rejects() {
    let sql = "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), ('x'), (3)";
    let story = Story::new(sql, "\"none\"", &[("n", "int")]);
    let stats = story.extract().unwrap();
    let entry = story.entry("t");
    assert_eq!(
        (
            entry.source_rows,
            entry.file.rows,
            entry.rejects.unwrap().rows
        ),
        (3, 2, 1)
    );
    assert_eq!(
        (stats.rows_staged, stats.rows_rejected, stats.tables),
        (2, 1, 3)
    );
}

#[test]
fn a_very_wide_table_is_counted_in_pieces() {
    let names: Vec<String> = (0..900).map(|number| format!("c{number}")).collect();
    let columns: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), "decimal(9,1)"))
        .collect();
    let sql = format!(
        "CREATE TABLE t ({}); INSERT INTO t VALUES ({})",
        names.join(", "),
        vec!["0.5"; names.len()].join(", ")
    );
    let totals = totals(&sql, &columns);
    assert_eq!(totals.len(), 900);
    assert_eq!(totals[899].total, decimal_sum("5"));
}
