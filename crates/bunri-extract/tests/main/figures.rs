//! The source's own counts and sums in the manifest.

use bunri_columnar::RawValue;
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
    partial_sum(sum, 0)
}

fn partial_sum(sum: &str, not_summed: u64) -> Option<Total> {
    Some(Total::DecimalSum {
        sum: sum.to_owned(),
        not_summed,
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
    assert_eq!(
        decimal("(-9223372036854775808)", "decimal(38,1)"),
        partial_sum("0", 1)
    );
}

#[test]
fn decimals_sum_without_those_that_cannot_be_summed_exactly() {
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
        "(1.1), (1.15)",
        "(1.1), (1e15)",
        "(1.1), (9e999)",
        "(1.1), (-9e999)",
        "(1.1), (x'31')",
        "(1.1), (0.1 + 0.2)",
    ] {
        let sum = decimal(literals, "decimal(38,1)");
        assert_eq!(sum, partial_sum("11", 1), "{literals}");
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
        (entry.source_rows, entry.rows(), entry.rejects.unwrap().rows),
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

/// Values of every storage class without order or meaning; numbers with at most two digits after the point.
fn noise(rows: u64) -> String {
    let mut state = 5_u64;
    let mut cell = |numbers: bool| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (kind, number) = (state >> 60, (state >> 20).cast_signed() % 100_000_000);
        match kind {
            0..=2 => "NULL".to_owned(),
            3..=6 => number.to_string(),
            7..=9 if numbers => format!("{}.{:02}", number / 100, number % 100),
            7..=9 => format!("{}e7", number),
            10..=13 if numbers => "0.5".to_owned(),
            10..=13 => format!("'電{number}'"),
            _ if numbers => "-7".to_owned(),
            14 => "x'00ff'".to_owned(),
            _ => "CAST(x'93fa' AS TEXT)".to_owned(),
        }
    };
    let rows = (0..rows).map(|_| format!("({}, {}, {})", cell(false), cell(true), cell(false)));
    rows.collect::<Vec<_>>().join(", ")
}

/// The sum of a column's staged cells and rejected values, each by its own measure.
fn sum(
    story: &Story,
    column: usize,
    staged: impl Fn(&str) -> i128,
    rejected: impl Fn(&RawValue) -> i128,
) -> i128 {
    let lines = story.staged("t");
    let cells = lines
        .iter()
        .map(|line| line.split('|').nth(column).unwrap());
    let staged: i128 = cells.filter(|cell| *cell != "NULL").map(staged).sum();
    let rejects = story.rejects("t");
    staged
        + rejects
            .iter()
            .map(|reject| rejected(&reject.values[column]))
            .sum::<i128>()
}

#[test]
fn the_figures_can_be_had_again_from_staging_and_rejects() {
    let sql = format!(
        "CREATE TABLE t (n, d, s); INSERT INTO t VALUES {}",
        noise(3000)
    );
    let columns = [("n", "int"), ("d", "decimal(9,2)"), ("s", "text")];
    let story = Story::new(&sql, "\"none\"", &columns);
    let stats = story.extract().unwrap();
    assert!(
        stats.rows_staged > 300 && stats.rows_rejected > 300,
        "{stats:?}"
    );
    let totals = story.entry("t").totals;
    for (column, total) in totals.iter().enumerate() {
        let present = sum(
            &story,
            column,
            |_| 1,
            |value| i128::from(*value != RawValue::Null),
        );
        assert_eq!(present, i128::from(total.non_null), "{total:?}");
    }
    let integers = sum(
        &story,
        0,
        |cell| cell.parse().unwrap(),
        |value| match value {
            RawValue::Int(number) => i128::from(*number),
            _ => 0,
        },
    );
    assert_eq!(
        totals[0].total,
        Some(Total::IntSum {
            sum: integers.to_string()
        })
    );
    let unscaled = |cell: &str| cell.replace('.', "").parse::<i128>().unwrap();
    let decimals = sum(&story, 1, unscaled, |value| match value {
        RawValue::Int(number) => i128::from(*number) * 100,
        RawValue::Real(text) => unscaled(&format!("{:.2}", text.parse::<f64>().unwrap())),
        _ => 0,
    });
    assert_eq!(totals[1].total, partial_sum(&decimals.to_string(), 0));
    let bytes = sum(
        &story,
        2,
        |cell| cell.len() as i128,
        |value| match value {
            RawValue::Text(text) => text.len() as i128,
            RawValue::TextHex(hex) => hex.len() as i128 / 2,
            _ => 0,
        },
    );
    assert_eq!(
        totals[2].total,
        Some(Total::TextBytes {
            bytes: bytes.try_into().unwrap()
        })
    );
}
