//! What is read, and how; and that what is not understood is never clean.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use bunri_report::{Extent, QueryOrigin, QueryReport, ReadAs};

use super::{QueryText, look_at_queries};

fn looked(texts: &[(QueryOrigin, &str, &str)]) -> Vec<QueryReport> {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/denryoku");
    let catalogue = bunri_parse::load(&catalogue).unwrap();
    let texts = texts.iter().map(|(origin, name, text)| QueryText {
        origin: *origin,
        name: (*name).to_owned(),
        text: Ok((*text).to_owned()),
    });
    look_at_queries(&catalogue, &texts.collect::<Vec<_>>())
}

fn one(sql: &str) -> QueryReport {
    let mut reports = looked(&[(QueryOrigin::File, "q.sql", sql)]);
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

/// Withheld columns with how they are read.
fn reads(sql: &str) -> Vec<(String, ReadAs)> {
    let report = one(sql);
    assert_eq!(report.unknown, Vec::<String>::new(), "{sql}");
    let reads = report.reads.into_iter();
    reads
        .map(|read| (format!("{}.{}", read.table, read.column), read.read_as))
        .collect()
}

#[test]
fn what_is_shown_filtered_joined_and_grouped_is_told_apart() {
    let sql = "SELECT c.contract_holder_name, count(*) FROM consumer AS c \
               JOIN consumer_point p ON p.consumer_id = c.consumer_id \
               WHERE upper(c.contact_phone) LIKE '090%' GROUP BY c.contract_holder_name";
    let mut wanted = vec![
        ("consumer.consumer_id".to_owned(), ReadAs::Join),
        ("consumer.contract_holder_name".to_owned(), ReadAs::Shown),
        ("consumer.contract_holder_name".to_owned(), ReadAs::Group),
        ("consumer.contact_phone".to_owned(), ReadAs::Filter),
        ("consumer_point.consumer_id".to_owned(), ReadAs::Join),
    ];
    let mut found = reads(sql);
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
}

#[test]
fn a_query_in_a_condition_filters_and_sees_the_query_around_it() {
    let sql = "SELECT 1 FROM supply_point s WHERE EXISTS (SELECT meter_no FROM meter m \
               WHERE m.supply_point_id = s.supply_point_id)";
    let found = reads(sql);
    assert!(
        found.iter().all(|(_, read_as)| *read_as == ReadAs::Filter),
        "{found:?}"
    );
    assert!(found.iter().any(|(column, _)| column == "meter.meter_no"));
}

#[test]
fn named_queries_derived_tables_and_unions_are_followed_to_their_tables() {
    let sql = "WITH p AS (SELECT contact_phone AS tel FROM consumer) \
               SELECT tel FROM p UNION ALL SELECT d.x FROM (SELECT contact_phone AS x FROM consumer) d ORDER BY tel";
    assert_eq!(
        reads(sql),
        [("consumer.contact_phone".to_owned(), ReadAs::Shown)]
    );
}

#[test]
fn a_column_of_the_query_around_is_told_although_a_named_query_could_have_it() {
    let sql = "SELECT 1 FROM consumer WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS a) d WHERE contact_phone = '1')";
    assert_eq!(
        reads(sql),
        [("consumer.contact_phone".to_owned(), ReadAs::Filter)]
    );
}

#[test]
fn a_star_is_every_column_and_a_name_is_found_in_any_case() {
    let found = reads("select * from CONSUMER");
    assert!(found.contains(&("consumer.contact_phone".to_owned(), ReadAs::Shown)));
    assert!(found.len() > 5, "{found:?}");
}

#[test]
fn what_retail_has_of_a_column_is_told() {
    let report = one("SELECT contact_phone FROM consumer");
    assert_eq!(report.reads[0].retail, Extent::Part);
    assert_eq!(report.reads[0].transmission, Extent::Whole);
    let report = one("SELECT payer_name FROM billing");
    assert_eq!(report.reads[0].transmission, Extent::Nothing);
    let report = one("SELECT retailer_name FROM code_retailer");
    assert_eq!((report.reads.len(), report.reads_whole), (0, 1));
}

#[test]
fn what_is_not_understood_is_unknown_and_never_clean() {
    for sql in [
        "SELECT contact_phone FROM nowhere",
        "SELECT nothing_of_it FROM consumer",
        "SELECT \"no column\" FROM consumer",
        "SELECT * FROM consumer NATURAL JOIN consumer_point",
        "SELECT count(consumer.*) FROM consumer",
        "DELETE FROM consumer WHERE contact_phone = '09012345678'",
        "UPDATE consumer SET contact_phone = contact_phone",
        "SELECT * FROM generate_series(1, 2)",
        "SELECT 1 FROM consumer, LATERAL (SELECT contact_phone) x",
        "SELECT x FROM consumer AS c (x)",
        "SELECT * FROM consumer PIVOT (count(contact_phone) FOR contact_phone IN ('1'))",
        "",
        "-- nothing but a comment",
        "SELECT 'never closed FROM consumer",
        "SELECT contact_phone FROM consumer garbage here",
    ] {
        let reports = looked(&[(QueryOrigin::File, "q.sql", sql)]);
        assert!(
            reports.iter().any(|it| !it.unknown.is_empty()),
            "{sql}: {reports:?}"
        );
        let told = format!("{reports:?}");
        assert!(
            !told.contains("0901234") && !told.contains("never closed"),
            "{told}"
        );
    }
}

#[test]
fn after_a_statement_that_does_not_parse_the_next_one_is_read() {
    let sql = "SELECT FROM WHERE; SELECT contact_phone FROM consumer; x";
    let reports = looked(&[(QueryOrigin::File, "q.sql", sql)]);
    let unknown: Vec<bool> = reports.iter().map(|it| !it.unknown.is_empty()).collect();
    assert_eq!(unknown, [true, false, true]);
    assert_eq!(reports[1].reads.len(), 1);
}

#[test]
fn a_view_over_a_view_is_told_where_its_columns_are_read() {
    let reports = looked(&[
        (
            QueryOrigin::View,
            "V_TEL",
            "CREATE VIEW V_TEL AS SELECT contact_phone FROM consumer",
        ),
        (
            QueryOrigin::File,
            "q.sql",
            "SELECT contact_phone FROM v_tel",
        ),
    ]);
    assert_eq!(reports[0].reads.len(), 1);
    assert_eq!((reports[1].reads.len(), reports[1].unknown.len()), (0, 0));
}

#[test]
fn a_statement_that_is_nested_too_deeply_is_unknown() {
    let sql = format!(
        "SELECT {}1{} FROM consumer",
        "(".repeat(5000),
        ")".repeat(5000)
    );
    assert!(!one(&sql).unknown.is_empty());
}
