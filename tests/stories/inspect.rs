//! What a source holds, said before anybody has written a catalogue: names and counts, never a value, and nothing left
//! beside it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::rig::{Rig, repository};

fn profile(rig: &Rig, source: &str) -> Value {
    let ended = rig.bunri(["inspect", source, "--json"]).must(0);
    serde_json::from_str(&ended.out).unwrap()
}

fn of_name<'a>(list: &'a Value, name: &str) -> &'a Value {
    let mut items = list.as_array().unwrap().iter();
    items
        .find(|item| item["name"] == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

fn column<'a>(profile: &'a Value, table: &str, column: &str) -> &'a Value {
    of_name(&of_name(&profile["tables"], table)["columns"], column)
}

/// A database of the story's own, in `legacy.db`.
fn database(statements: &str) -> Rig {
    let rig = Rig::empty();
    rig.sql(statements);
    rig
}

#[test]
fn the_sample_on_one_page_without_a_value() {
    let rig = Rig::with_sample(60);
    let before: BTreeSet<_> = std::fs::read_dir(rig.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    let ended = rig.bunri(["inspect", "legacy.db"]).must(0);
    rig.holds_no_value(&ended);
    let ended = ended
        .prints("27 tables, 256 columns")
        .prints("supply_period: supply_point_id, retailer_code")
        .prints("days that their era does not have")
        .prints("24 declared");
    assert!(ended.out.lines().count() <= 60, "{ended}");
    for line in ended.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    rig.holds_no_value(&rig.bunri(["inspect", "legacy.db", "--json"]).must(0));
    let after: BTreeSet<_> = std::fs::read_dir(rig.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(before, after);
}

#[test]
fn the_profile_is_as_its_schema_says() {
    let rig = Rig::with_sample(60);
    rig.sql("CREATE VIEW everyone AS SELECT * FROM consumer");
    let ended = rig.bunri(["inspect", "legacy.db", "--json"]).must(0);
    rig.write("profile.json", &ended.out);
    let schema = repository().join("schemas/inspect.schema.json");
    let schema = schema.display().to_string();
    rig.python("schemas.py", [schema.as_str(), "profile.json"])
        .must(0)
        .prints("1 documents, 0 complaints");
}

#[test]
fn the_same_source_has_the_same_profile_twice() {
    let rig = Rig::with_sample(60);
    let once = rig.bunri(["inspect", "legacy.db", "--json"]).must(0).out;
    assert_eq!(
        once,
        rig.bunri(["inspect", "legacy.db", "--json"]).must(0).out
    );
}

#[test]
fn how_values_are_written_is_counted() {
    let rig = database(
        "CREATE TABLE t (mixed, day TEXT, era TEXT, amount NUMERIC, name TEXT, flag TEXT, half TEXT);
        INSERT INTO t VALUES
            (1, '20240401', 'H28.04.01', 1.5, ' a', 'Y', 'ﾔﾏﾀﾞ'),
            ('x', '99999999', 'H32.03.31', 2.25, '', 'N', 'ＡＢＣ'),
            (2.5, '00000000', 'R01.05.01', 3, '   ', 'Y', NULL),
            (x'00', '20240431', 'S64.01.07', NULL, CAST(x'93fa' AS TEXT), 'N', 'abc')",
    );
    let profile = profile(&rig, "legacy.db");
    let stored = &column(&profile, "t", "mixed")["stored"];
    for kind in ["integer", "real", "text", "bytes"] {
        assert_eq!(stored[kind], 1, "{kind}");
    }
    let day = column(&profile, "t", "day");
    assert_eq!(day["forms"][0]["form"], "YYYYMMDD");
    assert_eq!(day["forms"][0]["values"], 1);
    let sentinels: Vec<&Value> = day["sentinels"].as_array().unwrap().iter().collect();
    assert_eq!(sentinels.len(), 2);
    assert!(sentinels.iter().all(|one| one["values"] == 1));
    let era = column(&profile, "t", "era");
    assert_eq!(
        (&era["forms"][0]["values"], &era["beyond_era"]),
        (&3.into(), &1.into())
    );
    let amount = &column(&profile, "t", "amount")["numbers"];
    assert_eq!(
        (&amount["before_point"], &amount["behind_point"]),
        (&1.into(), &2.into())
    );
    let name = column(&profile, "t", "name");
    let texts = &name["texts"];
    let counts = ["padded", "empty", "blank"].map(|what| texts[what].as_u64());
    assert_eq!(counts, [Some(1); 3]);
    assert_eq!(name["stored"]["not_utf8"], 1);
    assert_eq!(
        column(&profile, "t", "flag")["truth"],
        serde_json::json!(["Y", "N"])
    );
    let half = &column(&profile, "t", "half")["texts"];
    assert_eq!(
        (&half["half_width_kana"], &half["full_width"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn keys_are_found_where_none_is_declared_and_none_where_rows_double() {
    let rig = database(
        "CREATE TABLE pair (a, b, c); INSERT INTO pair VALUES (1, 1, 'x'), (1, 2, 'x'), (2, 1, 'x'), (2, 2, 'y');
        CREATE TABLE doubled (a, b); INSERT INTO doubled VALUES (1, 1), (1, 1), (2, 1);
        CREATE TABLE single (a, b); INSERT INTO single VALUES ('p', 1), ('q', 1)",
    );
    let profile = profile(&rig, "legacy.db");
    let keys = |table: &str| {
        let keys = of_name(&profile["tables"], table)["keys_found"]
            .as_array()
            .unwrap()
            .clone();
        keys.iter()
            .map(|key| key["columns"].clone())
            .collect::<Vec<Value>>()
    };
    assert_eq!(keys("pair"), [serde_json::json!(["a", "b"])]);
    assert_eq!(keys("single"), [serde_json::json!(["a"])]);
    assert!(keys("doubled").is_empty());
}

#[test]
fn references_are_implied_by_names_with_values_and_by_neither_alone() {
    let rig = database(
        "PRAGMA foreign_keys = OFF; CREATE TABLE customer (customer_no TEXT PRIMARY KEY);
        CREATE TABLE orders (order_no TEXT PRIMARY KEY, customer_no TEXT, other_no TEXT);
        CREATE TABLE strange (strange_no TEXT PRIMARY KEY, customer_no TEXT);
        CREATE TABLE declared (a TEXT PRIMARY KEY, b TEXT REFERENCES customer);
        INSERT INTO customer VALUES ('c1'), ('c2'), ('c3');
        INSERT INTO orders VALUES ('o1', 'c1', 'c1'), ('o2', 'c2', 'c2');
        INSERT INTO strange VALUES ('s1', 'zz'), ('s2', 'c1'), ('s3', 'yy');
        INSERT INTO declared VALUES ('d', 'gone')",
    );
    let profile = profile(&rig, "legacy.db");
    let found: Vec<String> = profile["references"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{}.{} {}", one["table"], one["columns"][0], one["declared"]))
        .collect();
    assert_eq!(
        found,
        [
            "\"declared\".\"b\" true",
            "\"orders\".\"customer_no\" false"
        ]
    );
    assert_eq!(profile["references"][0]["inclusion"]["found"], 0);
}

#[test]
fn gaps_and_overlaps_of_a_ledger_are_counted() {
    let rig = database(
        "CREATE TABLE 供給者履歴 (供給地点特定番号 TEXT, 小売電気事業者コード TEXT, 供給開始日 TEXT, 供給終了日 TEXT);
        INSERT INTO 供給者履歴 VALUES ('p1', '1', '20160401', '20170331'), ('p1', '2', '20170401', '20180331'),
            ('p1', '1', '20180501', '99999999'), ('p2', '1', '20160401', '20170331'), ('p2', '2', '20170331', '99999999')",
    );
    let profile = profile(&rig, "legacy.db");
    let periods = &profile["ledgers"][0]["periods"];
    for (what, count) in [
        ("keys", 2),
        ("gaps", 1),
        ("overlaps", 1),
        ("open", 2),
        ("next_day", 1),
    ] {
        assert_eq!(periods[what], count, "{what}");
    }
}

#[test]
fn a_sample_says_so_and_reads_no_more() {
    let rig = Rig::with_sample(60);
    let ended = rig
        .bunri(["inspect", "legacy.db", "--sample", "5", "--json"])
        .must(0);
    let profile: Value = serde_json::from_str(&ended.out).unwrap();
    let reading = of_name(&profile["tables"], "meter_reading_monthly");
    assert_eq!(reading["rows_read"], 5);
    assert!(reading["rows"].as_u64() > Some(300));
    rig.bunri(["inspect", "legacy.db", "--sample", "5"])
        .must(0)
        .prints("sampled: at most 5 rows");
}

#[test]
fn names_with_quotes_html_and_line_breaks_stay_names() {
    let rig = database(
        "CREATE TABLE \"a\"\"b'; DROP TABLE x; --\" (\"<script>\" TEXT, \"line\nbreak\" TEXT);
        INSERT INTO \"a\"\"b'; DROP TABLE x; --\" VALUES ('1', '2024-04-01')",
    );
    let ended = rig.bunri(["inspect", "legacy.db"]).must(0);
    ended.prints("a\"b'; DROP TABLE x; --");
    let profile = profile(&rig, "legacy.db");
    let columns = &profile["tables"][0]["columns"];
    assert_eq!(columns[0]["name"], "<script>");
    assert_eq!(columns[1]["name"], "line\nbreak");
    let mut weird = "CREATE TABLE w (\"x\ny\");".to_owned();
    weird.push_str("INSERT INTO w VALUES ('a'), (1)");
    let ended = database(&weird).bunri(["inspect", "legacy.db"]).must(0);
    ended.prints("w.x\\u{a}y");
}

#[test]
fn a_view_that_cannot_be_read_is_told_and_hides_nothing() {
    let rig = database(
        "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('1'); CREATE TABLE gone (x);
        CREATE VIEW good AS SELECT a FROM t; CREATE VIEW bad AS SELECT x, missing(x) FROM gone; DROP TABLE gone",
    );
    let profile = profile(&rig, "legacy.db");
    assert_eq!(
        of_name(&profile["views"], "good")["reads"],
        serde_json::json!(["t"])
    );
    assert!(of_name(&profile["views"], "bad")["unreadable"].is_string());
    rig.bunri(["inspect", "legacy.db"])
        .must(0)
        .prints("bad cannot be read");
}

#[test]
fn tables_in_a_ring_and_without_keys_are_no_trouble() {
    let rig = database(
        "PRAGMA foreign_keys = OFF; CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b, x);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a, y);
        CREATE TABLE bare (x, y); INSERT INTO a VALUES (1, 1, NULL); INSERT INTO b VALUES (1, 1, NULL)",
    );
    let profile = profile(&rig, "legacy.db");
    assert_eq!(profile["references"].as_array().unwrap().len(), 2);
}

#[test]
fn an_empty_database_is_empty() {
    let rig = database("CREATE TABLE t (a); DROP TABLE t; PRAGMA user_version = 1");
    rig.bunri(["inspect", "legacy.db"])
        .must(0)
        .prints("0 tables, 0 columns, 0 rows");
}

#[test]
fn two_thousand_tables_take_seconds() {
    let mut statements = String::from("BEGIN;");
    for number in 0..2_000 {
        let next = (number + 1) % 2_000;
        statements.push_str(&format!(
            "CREATE TABLE t{number:04} (id INTEGER PRIMARY KEY, t{next:04}_id INTEGER, a TEXT, b TEXT, c TEXT);
            INSERT INTO t{number:04} VALUES (1, 1, 'x', 'y', 'z');"
        ));
    }
    statements.push_str("COMMIT");
    let rig = database(&statements);
    let begun = std::time::Instant::now();
    let profile = profile(&rig, "legacy.db");
    // Generous: the machine that tests is shared. Quadratic work would take minutes.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    assert_eq!(profile["tables"].as_array().unwrap().len(), 2_000);
    assert_eq!(profile["references"].as_array().unwrap().len(), 2_000);
}

#[test]
fn what_extraction_refuses_is_refused() {
    let rig = Rig::with_sample(60);
    rig.write("other.db", "no database");
    rig.bunri(["inspect", "other.db"])
        .must(4)
        .says("not a SQLite database");
    rig.write("legacy.db-wal", "x");
    rig.bunri(["inspect", "legacy.db"])
        .must(4)
        .says("is being written or was not closed cleanly");
    rig.bunri(["inspect", "nowhere.db"])
        .must(4)
        .says("cannot read");
}
