//! A table is staged in parts of a fixed number of rows. Whoever reads it reads the same rows, however it was cut and
//! in whatever units it is read.

use std::fs;

use arrow_array::cast::AsArray;
use bunri_columnar::{STAGING_PART_ROWS, Silent, Staging};
use bunri_extract::{ExtractError, ExtractOptions};

use crate::story::Story;

pub(crate) fn cut(part_rows: usize) -> ExtractOptions {
    ExtractOptions {
        memory: 1 << 26,
        threads: 1,
        part_rows,
    }
}

/// Twenty rows, the last of them rejected.
fn twenty(create: &str) -> Story {
    let sql = format!(
        "{create};
         WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20)
         INSERT INTO t SELECT printf('%02d', n), CASE WHEN n = 20 THEN 'x' ELSE n END FROM s ORDER BY n * 7 % 20"
    );
    Story::new(&sql, r#"["k"]"#, &[("k", "text"), ("n", "int")])
}

fn part_rows_of(story: &Story) -> Vec<u64> {
    let table = story.entry("t");
    table.files.iter().map(|file| file.rows).collect()
}

const SORTED: &str = "CREATE TABLE t (k TEXT, n)";
const ORDERED: &str = "CREATE TABLE t (k TEXT PRIMARY KEY, n) WITHOUT ROWID";

#[test]
fn a_table_in_parts_has_the_rows_of_the_whole_one() {
    for create in [SORTED, ORDERED] {
        let story = twenty(create);
        story.extract().unwrap();
        let whole = story.staged("t");
        assert_eq!(whole.len(), 19);
        assert_eq!(story.entry("t").files.len(), 1);
        for (part_rows, expected) in [
            (1, vec![1; 19]),
            (7, vec![7, 7, 5]),
            // The last part is full, and no part without rows comes after it.
            (19, vec![19]),
            (20, vec![19]),
        ] {
            fs::remove_dir_all(story.custody()).unwrap();
            story
                .extract_as(&story.custody(), &cut(part_rows), &Silent)
                .unwrap();
            assert_eq!(part_rows_of(&story), expected);
            assert_eq!(story.staged("t"), whole);
            assert_eq!(story.rejected("t"), [r#"n not_an_integer Text("x")"#]);
        }
    }
}

#[test]
fn a_table_without_rows_has_one_part_without_rows() {
    let story = twenty(SORTED);
    story
        .extract_as(&story.custody(), &cut(1), &Silent)
        .unwrap();
    let files = story.entry("code_retailer").files;
    let rows: Vec<u64> = files.iter().map(|file| file.rows).collect();
    assert_eq!(rows, [0]);
}

#[test]
fn units_of_any_size_are_the_table_whatever_its_parts() {
    let story = twenty(SORTED);
    for part_rows in [1, 4, STAGING_PART_ROWS] {
        let custody = story.path(&format!("custody-{part_rows}"));
        story
            .extract_as(&custody, &cut(part_rows), &Silent)
            .unwrap();
        let catalogue = story.catalogue();
        let staging = Staging::open(&custody, &catalogue).unwrap();
        let table = staging.table(catalogue.table("t").unwrap()).unwrap();
        for rows in [1, 3, 6, 19, u64::MAX] {
            let mut found = Vec::new();
            for unit in table.units(rows).unwrap() {
                let before = found.len();
                for batch in unit.columns(&[0], 5).unwrap() {
                    let batch = batch.unwrap();
                    let keys = batch.column(0).as_string::<i32>();
                    found.extend(keys.iter().map(|key| key.unwrap().to_owned()));
                }
                assert_eq!((found.len() - before) as u64, unit.rows());
            }
            let every: Vec<String> = (1..20).map(|n| format!("{n:02}")).collect();
            assert_eq!(found, every, "parts of {part_rows}, units of {rows}");
        }
    }
}

#[test]
fn a_part_that_is_not_what_the_manifest_says_is_in_no_unit() {
    let story = twenty(SORTED);
    story
        .extract_as(&story.custody(), &cut(7), &Silent)
        .unwrap();
    let part = |number: usize| {
        let name = format!("staging/t/part-{number:05}.parquet");
        story.custody().join(name)
    };
    let catalogue = story.catalogue();
    let staging = Staging::open(&story.custody(), &catalogue).unwrap();
    let table = staging.table(catalogue.table("t").unwrap()).unwrap();
    let units = table.units(10).unwrap();
    fs::copy(part(2), part(1)).unwrap();
    let mut refused = vec![table.units(10).unwrap_err().to_string()];
    for unit in units {
        let read = unit
            .all(100)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>);
        refused.push(read.unwrap_err().to_string());
    }
    assert_eq!(refused.len(), 3);
    for said in refused {
        assert!(
            said.contains("not what its manifest says; extract again"),
            "{said}"
        );
    }
}

#[test]
fn a_key_that_is_broken_leaves_no_part() {
    let story = twenty(SORTED);
    story.sql("INSERT INTO t VALUES ('19', 5)");
    let outcome = story.extract_as(&story.custody(), &cut(3), &Silent);
    assert!(matches!(outcome, Err(ExtractError::Keys(_))));
    let left = fs::read_dir(story.custody().join("staging/t")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn an_index_that_orders_otherwise_leaves_no_part_of_its_order() {
    // As text '10' comes before '2'; as numbers it does not.
    let sql = "CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID;
        INSERT INTO t VALUES ('1'), ('10'), ('100'), ('2'), ('20')";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "decimal(9,0)")]);
    story
        .extract_as(&story.custody(), &cut(2), &Silent)
        .unwrap();
    assert_eq!(story.staged("t"), ["1", "2", "10", "20", "100"]);
    assert_eq!(part_rows_of(&story), [2, 2, 1]);
}

#[test]
fn staging_of_the_version_with_one_file_a_table_is_to_be_extracted_again() {
    let story = twenty(SORTED);
    story.extract().unwrap();
    let path = story.custody().join("staging/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("bunri.staging/2", "bunri.staging/1")).unwrap();
    let refused = Staging::open(&story.custody(), &story.catalogue()).unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("`bunri.staging/1`"), "{said}");
    assert!(
        said.contains("extract again into an empty folder"),
        "{said}"
    );
    assert!(matches!(
        story.extract(),
        Err(ExtractError::Occupied { .. })
    ));
}
