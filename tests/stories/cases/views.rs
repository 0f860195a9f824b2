//! K31: views of the source. One that nobody reads is ignored with a basis; one that is read like a table shows the counts of what
//! it is made of, because an inner join loses rows in silence, and the view's own count agrees.

use super::case::Case;
use crate::rig::Rig;

const JOINED: &str = r#"
table = "v_note"
view_of = { tables = ["note", "author"], rows_of = ["note"] }
key = ["note_no"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "written once" }
[columns]
note_no = "own_customer"
supply_point_id = "own_customer"
author = "transmission_only"
"#;

const IGNORED: &str = r#"
[[ignored]]
object = "note"
basis = "read through its view"
[[ignored]]
object = "author"
basis = "read through a view"
[ledger]
"#;

/// Two notes by two authors, and the view that joins them.
fn notes(view: &str) -> Rig {
    let case = Case::of(&["A|2010-01-01|9999-12-31|99010"]).catalogued("[ledger]\n", IGNORED);
    let rig = case.rig();
    rig.sql(
        "CREATE TABLE note (note_no TEXT, supply_point_id TEXT, author_no TEXT);
         INSERT INTO note VALUES ('N1', 'A', '1'), ('N2', 'A', '2');
         CREATE TABLE author (author_no TEXT, author TEXT);
         INSERT INTO author VALUES ('1', 'one');
         CREATE VIEW inner_note AS SELECT note_no, supply_point_id, author FROM note JOIN author USING (author_no);
         CREATE VIEW v_note AS SELECT note_no, supply_point_id, author FROM note LEFT JOIN author USING (author_no);",
    );
    rig.write("catalogue/tables/v_note.toml", view);
    rig.edit(
        "catalogue/catalogue.toml",
        "[ledger]\n",
        "[[ignored]]\nobject = \"inner_note\"\nbasis = \"a report\"\n[ledger]\n",
    );
    rig
}

#[test]
fn a_view_with_a_row_for_each_row_of_its_base_is_read_like_a_table() {
    let rig = notes(JOINED);
    rig.bunri(["run", "job.toml"]).must(1);
    let manifest = std::fs::read_to_string(rig.path("custody/staging/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let tables = manifest["tables"].as_array().unwrap();
    let view = tables.iter().find(|table| table["id"] == "v_note").unwrap();
    let made_of = serde_json::json!([{"name": "author", "rows": 1}, {"name": "note", "rows": 2}]);
    assert_eq!(view["made_of"], made_of);
}

/// Through another view, so that no text of the view itself names the join.
#[test]
fn an_inner_join_that_loses_a_row_breaks_c3_with_both_counts() {
    let rig = notes(JOINED);
    rig.sql("DROP VIEW v_note; CREATE VIEW v_note AS SELECT * FROM inner_note");
    rig.bunri(["run", "job.toml"])
        .must(10)
        .prints("C3 view_differs: staging, table v_note, of 1 rows, and 2 of note");
}

#[test]
fn a_view_that_is_listed_without_a_word_of_what_it_is_made_of_is_refused() {
    let view = JOINED.replace(
        "view_of = { tables = [\"note\", \"author\"], rows_of = [\"note\"] }\n",
        "",
    );
    let rig = notes(&view);
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("`view_of = { tables = [\"author\", \"note\"], rows_of = [\"…\"] }`");
}

#[test]
fn a_view_that_is_made_of_something_else_is_refused() {
    let rig = notes(&JOINED.replace("\"note\", \"author\"", "\"note\""));
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("source view \"v_note\": it reads \"author\" too; name that in `view_of` of tables/v_note.toml");
    let rig = notes(&JOINED.replace("\"author\"]", "\"inner_note\"]"));
    rig.sql("DROP VIEW v_note; CREATE VIEW v_note AS SELECT note_no, supply_point_id, NULL AS author FROM note");
    rig.bunri(["run", "job.toml"]).must(3).says(
        "`view_of` in tables/v_note.toml names \"inner_note\", which is no table of the source",
    );
}

/// A join that only filters: no column of the other table is shown, and SQLite does not name it. The count is missed all the same.
#[test]
fn a_join_that_shows_nothing_of_its_table_loses_no_row_in_silence() {
    let rig = notes(JOINED);
    rig.sql(
        "DROP VIEW v_note;
         CREATE VIEW v_note AS SELECT note_no, supply_point_id, NULL AS author FROM note JOIN author USING (author_no)",
    );
    rig.bunri(["run", "job.toml"])
        .must(10)
        .prints("C3 view_differs: staging, table v_note, of 1 rows, and 2 of note");
}

#[test]
fn a_table_that_is_called_a_view_is_refused() {
    let rig = notes(JOINED);
    rig.sql(
        "DROP VIEW v_note; CREATE TABLE v_note (note_no TEXT, supply_point_id TEXT, author TEXT)",
    );
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("source table \"v_note\": no view; remove `view_of`");
}

#[test]
fn a_view_that_filters_may_say_why() {
    let view = JOINED.replace(
        "rows_of = [\"note\"]",
        "basis = \"notes without an author are nobody's: decision 7\"",
    );
    let rig = notes(&view);
    rig.sql("DROP VIEW v_note; CREATE VIEW v_note AS SELECT * FROM inner_note");
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("view_of_another_number: v_note, 1 rows, 2 of note: 1 rows apart");
}

/// A second name of one author: the join brings that note twice, and whoever counts notes in the store counts one too many.
#[test]
fn a_join_that_doubles_a_row_breaks_c3_with_both_counts() {
    let view = JOINED.replace("key = [\"note_no\"]", "key = \"none\"");
    let rig = notes(&view);
    rig.sql("INSERT INTO author VALUES ('1', 'one, by her second name')");
    rig.bunri(["run", "job.toml"])
        .must(10)
        .prints("C3 view_differs: staging, table v_note, of 3 rows, and 2 of note");
}

/// With a key nothing has to be counted: no two rows of a store can be the same note.
#[test]
fn a_join_that_doubles_a_key_stops_extraction() {
    let rig = notes(JOINED);
    rig.sql("INSERT INTO author VALUES ('1', 'one, by her second name')");
    rig.bunri(["run", "job.toml"]).must(4).says("v_note");
}

/// Current and historical rows in one view: together they are all that there is.
#[test]
fn a_union_of_two_tables_has_a_row_for_each_row_of_both() {
    let view = JOINED.replace(
        "tables = [\"note\", \"author\"], rows_of = [\"note\"]",
        "tables = [\"note\", \"note_old\"], rows_of = [\"note\", \"note_old\"]",
    );
    let rig = notes(&view);
    rig.edit(
        "catalogue/catalogue.toml",
        "[ledger]\n",
        "[[ignored]]\nobject = \"note_old\"\nbasis = \"read through its view\"\n[ledger]\n",
    );
    rig.sql(
        "CREATE TABLE note_old (note_no TEXT, supply_point_id TEXT, author_no TEXT);
         INSERT INTO note_old VALUES ('N0', 'A', '1');
         DROP VIEW v_note;
         CREATE VIEW v_note AS SELECT note_no, supply_point_id, author_no AS author FROM note
         UNION ALL SELECT note_no, supply_point_id, author_no FROM note_old;",
    );
    rig.bunri(["run", "job.toml"]).must(1);
    rig.sql(
        "DROP VIEW v_note;
         CREATE VIEW v_note AS SELECT note_no, supply_point_id, author_no AS author FROM note
         UNION SELECT note_no, supply_point_id, author_no FROM note_old WHERE author_no <> '1';",
    );
    std::fs::remove_dir_all(rig.path("custody")).unwrap();
    std::fs::remove_dir_all(rig.path("retail")).unwrap();
    rig.bunri(["run", "job.toml"])
        .must(10)
        .prints("of 2 rows, and 3 of note, note_old");
}
