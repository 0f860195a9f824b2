//! A source that is not what the catalogue says: every difference is named in one refusal, and nothing is
//! written.

use bunri_extract::ExtractError;

use crate::story::Story;

#[test]
fn every_difference_is_named_at_once() {
    let sql = "
        CREATE TABLE t (k TEXT, extra TEXT, n TEXT);
        CREATE TABLE BK_20160331 (k TEXT);
        CREATE TABLE \"作業表\" (k TEXT);
        CREATE VIEW latest AS SELECT k FROM t;
        CREATE TABLE keys (id INTEGER PRIMARY KEY AUTOINCREMENT);
        DROP TABLE code_retailer";
    let story = Story::new(
        sql,
        r#"["k"]"#,
        &[("k", "text"), ("n", "int"), ("gone", "text")],
    );
    let Err(ExtractError::Schema(problems)) = story.extract() else {
        panic!("not refused")
    };
    assert_eq!(
        problems,
        [
            r#"source table "BK_20160331": not in the catalogue; add tables/<id>.toml, or name it in `[[ignored]]` of catalogue.toml with a basis"#,
            r#"source table "keys": not in the catalogue; add tables/keys.toml, or name it in `[[ignored]]` of catalogue.toml with a basis"#,
            r#"source view "latest": not in the catalogue; add tables/latest.toml, or name it in `[[ignored]]` of catalogue.toml with a basis"#,
            r#"source table "作業表": not in the catalogue; add tables/<id>.toml, or name it in `[[ignored]]` of catalogue.toml with a basis"#,
            r#"source table "code_retailer": in the catalogue (tables/code_retailer.toml) but not in the source; is this the right database?"#,
            r#"source table "t", column "extra": not in the catalogue; add it to tables/t.toml"#,
            r#"source table "t", column "n": declared TEXT where the catalogue says int; correct [types] in tables/t.toml"#,
            r#"source table "t", column "gone": in the catalogue but not in the source; remove it from tables/t.toml"#,
        ]
    );
    assert!(!story.custody().exists());
}

#[test]
fn generated_columns_are_columns() {
    let sql = "CREATE TABLE t (k TEXT, twice TEXT GENERATED ALWAYS AS (k || k) VIRTUAL);
        INSERT INTO t (k) VALUES ('a')";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "text")]);
    assert!(
        story
            .refusal()
            .contains(r#"column "twice": not in the catalogue"#)
    );
    story.list("t", r#"["k"]"#, &[("k", "text"), ("twice", "text")]);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["a|aa"]);
}

#[test]
fn a_listed_view_is_read_like_a_table() {
    let sql = "CREATE VIEW t AS SELECT 'b' AS k, 2 AS n UNION ALL SELECT 'a', 1";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "text"), ("n", "int")]);
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["a|1", "b|2"]);
}

#[test]
fn names_in_kanji_with_quotes_and_of_keywords() {
    let sql = r#"CREATE TABLE "供給 ""地点""" ("番号" TEXT, "select" INTEGER, "rowid" TEXT);
        INSERT INTO "供給 ""地点""" VALUES ('二', 2, 'x'), ('一', 1, 'y')"#;
    let story = Story::bare(sql);
    story.list_text(
        "point",
        r#"
table = "供給 \"地点\""
id = "point"
key = ["番号"]
rows = { every_row = "all_transmission", basis = "a test" }
[columns]
"番号" = "transmission_only"
"select" = "transmission_only"
"rowid" = "transmission_only"
[types]
"select" = "int"
"#,
    );
    story.extract().unwrap();
    assert_eq!(story.staged("point"), ["一|1|y", "二|2|x"]);
    assert_eq!(story.entry("point").name, "供給 \"地点\"");
}

#[test]
fn a_key_with_nulls_is_refused_with_their_number() {
    let sql = "CREATE TABLE t (a TEXT, b TEXT);
        INSERT INTO t VALUES ('x', NULL), (NULL, NULL), ('y', 'z')";
    let story = Story::new(sql, r#"["a", "b"]"#, &[("a", "text"), ("b", "text")]);
    let Err(ExtractError::Keys(problems)) = story.extract() else {
        panic!("not refused")
    };
    assert_eq!(
        problems,
        [
            r#"source table "t", column "a": 1 rows have NULL in this column of the key; correct `key` in tables/t.toml"#,
            r#"source table "t", column "b": 2 rows have NULL in this column of the key; correct `key` in tables/t.toml"#,
        ]
    );
}

#[test]
fn a_key_that_is_not_unique_is_refused_with_the_first_row_that_shows_it() {
    let sql = "CREATE TABLE t (a TEXT, d TEXT);
        INSERT INTO t VALUES ('q', '2024-01-01'), ('p', '2024-01-02'), ('p', '2024-01-02'),
            ('p', '2024-01-02'), ('q', '2024-01-01'), ('r', '2024-01-01')";
    let story = Story::new(sql, r#"["a", "d"]"#, &[("a", "text"), ("d", "date")]);
    let expected = r#"source table "t": 5 rows share their key (a, d) with another row, the first at a, d = "p", 2024-01-02; correct `key` in tables/t.toml (or `key = "none"` for a multiset)"#;
    let Err(ExtractError::Keys(problems)) = story.extract() else {
        panic!("not refused")
    };
    assert_eq!(problems, [expected]);
    story.sql("CREATE INDEX by_key ON t (a, d)");
    let Err(ExtractError::Keys(problems)) = story.extract() else {
        panic!("not refused")
    };
    assert_eq!(problems, [expected]);
    assert!(
        !story
            .custody()
            .join("staging/t/part-00000.parquet")
            .exists()
    );
}

#[test]
fn a_key_of_names_and_phones_is_never_printed() {
    let sql = "CREATE TABLE t (phone TEXT);
        INSERT INTO t VALUES ('090-1234-5678'), ('080-0000-0000'), ('090-1234-5678')";
    let story = Story::bare(sql);
    story.list_text(
        "t",
        r#"
table = "t"
key = ["phone"]
rows = { every_row = "all_transmission", basis = "a test" }
[columns]
phone = { class = "transmission_only", category = "personal" }
"#,
    );
    let said = story.refusal();
    assert!(
        said.contains(
            "2 rows share their key (phone) with another row, the first at row 2 in key order"
        ),
        "{said}"
    );
    assert!(!said.contains("090"), "{said}");
}

#[test]
fn broken_keys_of_several_tables_are_named_together() {
    let sql = "CREATE TABLE t (a TEXT); CREATE TABLE u (a TEXT);
        INSERT INTO t VALUES ('x'), ('x'); INSERT INTO u VALUES (NULL)";
    let story = Story::new(sql, r#"["a"]"#, &[("a", "text")]);
    story.list("u", r#"["a"]"#, &[("a", "text")]);
    let Err(ExtractError::Keys(problems)) = story.extract() else {
        panic!("not refused")
    };
    assert_eq!(problems.len(), 2, "{problems:?}");
}

const IGNORED: &str =
    "\n[[ignored]]\nobject = \"o\"\nbasis = \"only the application can read it\"\n";

/// Of an object that nobody can read: refused unless it is ignored, and not touched then.
fn ignored(make: &str) {
    let sql = format!("CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('a'); {make}");
    let story = Story::new(&sql, r#"["k"]"#, &[("k", "text")]);
    let said = story.refusal();
    assert!(said.contains("or name it in `[[ignored]]`"), "{said}");
    let main = story.path("catalogue/catalogue.toml");
    let text = std::fs::read_to_string(&main).unwrap() + IGNORED;
    std::fs::write(&main, text).unwrap();
    story.extract().unwrap();
    assert_eq!(story.staged("t"), ["a"]);
}

#[test]
fn a_broken_view_can_be_ignored() {
    ignored("CREATE VIEW o AS SELECT * FROM nowhere");
}

#[test]
fn a_virtual_table_of_a_missing_module_can_be_ignored() {
    ignored(
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema VALUES ('table', 'o', 'o', 0, 'CREATE VIRTUAL TABLE o USING missing(x)')",
    );
}

#[test]
fn a_column_over_a_function_of_the_application_can_be_ignored() {
    ignored(
        "CREATE TABLE o (x TEXT, y TEXT NOT NULL AS (upper(x))); INSERT INTO o VALUES ('x');
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'upper', 'mask_name') WHERE name = 'o'",
    );
}

#[test]
fn a_collation_that_is_not_there_can_be_ignored() {
    ignored(
        "CREATE TABLE o (x TEXT COLLATE NOCASE); CREATE INDEX o_x ON o (x); INSERT INTO o VALUES ('x');
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'KANA_ORDER') WHERE name = 'o'",
    );
}

#[test]
fn an_ignored_object_that_is_not_there_is_refused() {
    let story = Story::new("CREATE TABLE t (k TEXT)", r#"["k"]"#, &[("k", "text")]);
    let main = story.path("catalogue/catalogue.toml");
    let text = std::fs::read_to_string(&main).unwrap() + IGNORED;
    std::fs::write(&main, text).unwrap();
    let said = story.refusal();
    assert!(
        said.contains("source object \"o\": in `[[ignored]]`"),
        "{said}"
    );
}
