//! A catalogue proposed for a source: every class waits for a person, nothing evaluates what waits, what was reviewed is never
//! touched, and with the suggestions in place the catalogue is sound.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::job::Job;
use crate::rig::{Rig, repository};

fn database(statements: &str) -> Rig {
    let rig = Rig::empty();
    rig.sql(statements);
    rig
}

/// The table files, with their texts.
fn tables(rig: &Rig) -> Vec<(String, String)> {
    let folder = rig.path("catalogue/tables");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let text = rig.read(&format!("catalogue/tables/{name}"));
            (name, text)
        })
        .collect();
    files.sort();
    files
}

/// Does what a person would who agrees with every suggestion: the class of the comment in place of each `"?"`, and a reason
/// where one is asked for.
fn agree(rig: &Rig) {
    for (name, text) in tables(rig) {
        let line = |line: &str| {
            let suggested = line
                .split_once(" # ")
                .and_then(|(_, reason)| reason.split_once(':'));
            let filled = match suggested {
                Some((class, _)) if !line.starts_with("rows") && !line.starts_with("known_at") => {
                    line.replacen("\"?\"", &format!("\"{class}\""), 1)
                }
                _ => line.to_owned(),
            };
            filled.replace("\"?\"", "\"because a story says so\"")
        };
        let lines: Vec<String> = text.lines().map(line).collect();
        rig.write(&format!("catalogue/tables/{name}"), lines.join("\n"));
    }
}

/// A small system in the domain's words, with what init needs to propose all of it.
const TOWN: &str = "
    CREATE TABLE supply_period (supply_point_id TEXT, period_no INTEGER, valid_from TEXT, valid_until TEXT, retailer_code TEXT,
        updated_at TEXT, PRIMARY KEY (supply_point_id, period_no));
    CREATE TABLE supply_point (supply_point_id TEXT PRIMARY KEY, service_address TEXT, voltage_class TEXT, remarks TEXT, updated_at TEXT);
    CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
    CREATE TABLE meter_reading (supply_point_id TEXT, period_from TEXT, period_until TEXT, usage_kwh NUMERIC, updated_at TEXT,
        PRIMARY KEY (supply_point_id, period_from));
    INSERT INTO code_retailer VALUES ('99010', 'a'), ('99020', 'b');
    INSERT INTO supply_period VALUES
        ('0900000000000000000001', 1, '20160401', '20240331', '99010', '2016-04-01 10:00:00'),
        ('0900000000000000000001', 2, '20240401', '99999999', '99020', '2024-03-01 10:00:00'),
        ('0900000000000000000002', 1, '20160401', '99999999', '99010', '2016-04-01 10:00:00');
    INSERT INTO supply_point VALUES ('0900000000000000000001', 'x', '1', '', '2024-05-01 10:00:00'),
        ('0900000000000000000002', 'y', '1', '', '2024-05-01 10:00:00');
    INSERT INTO meter_reading VALUES ('0900000000000000000001', '2024-03-01', '2024-03-31', 10.5, '2024-04-01 10:00:00'),
        ('0900000000000000000002', '2024-03-01', '2024-03-31', 7, '2024-04-01 10:00:00')";

#[test]
fn the_sample_has_a_file_for_every_table_and_every_class_waits() {
    let rig = Rig::with_sample(60);
    let ended = rig
        .bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    rig.holds_no_value(&ended);
    ended.prints("27 tables proposed; 256 classes wait for a person");
    let files = tables(&rig);
    assert_eq!(files.len(), 27);
    let mut waiting = 0;
    for (name, text) in &files {
        let columns = text.split("[columns]").nth(1).unwrap();
        let columns = columns.split("\n[").next().unwrap();
        for line in columns.lines().filter(|line| !line.trim().is_empty()) {
            assert!(line.contains("\"?\""), "{name}: {line}");
            assert!(line.contains(" # "), "{name}: {line} has no reason");
            waiting += 1;
        }
    }
    assert_eq!(waiting, 256);
    rig.bunri(["check", "catalogue"])
        .must(3)
        .says("256 classes wait for a person")
        .says("`incumbent` waits for a person");
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    rig.refused("run", 3);
}

#[test]
fn nothing_that_is_planted_stands_in_a_proposal() {
    let rig = Rig::with_sample(60);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let mut all = rig.read("catalogue/catalogue.toml");
    tables(&rig).iter().for_each(|(_, text)| all.push_str(text));
    let list = rig.json("legacy.db.planted.json");
    let names: BTreeSet<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["value"].as_str())
        .filter(|value| {
            value.chars().count() > 6 && value.chars().any(|sign| !sign.is_ascii_digit())
        })
        // Days of the closed list of sentinels are named.
        .filter(|value| !value.starts_with("9999"))
        .collect();
    assert!(names.len() > 100);
    for name in names {
        assert!(!all.contains(name), "{name}");
    }
}

#[test]
fn who_agrees_with_every_suggestion_has_a_sound_catalogue_and_a_whole_run() {
    let rig = database(TOWN);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    agree(&rig);
    rig.edit(
        "catalogue/catalogue.toml",
        "incumbent = \"?\"",
        "incumbent = [{ code = \"99010\" }]",
    );
    rig.bunri(["check", "catalogue"]).must(0);
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    rig.bunri(["run", "job.toml"]).must(1).prints("held");
    let rows = |table: &str| {
        let manifest = rig.json("retail/manifest.json");
        let tables = manifest["tables"].as_array().unwrap().clone();
        let table = tables
            .iter()
            .find(|one| one["id"] == table)
            .unwrap()
            .clone();
        let files = table["files"].as_array().unwrap().clone();
        files
            .iter()
            .map(|file| file["rows"].as_u64().unwrap())
            .sum::<u64>()
    };
    // The point that 乙 supplies is not retail's, and its reading of March is: written on the day of the switch it is not.
    assert_eq!((rows("supply_point"), rows("supply_period")), (1, 2));
    assert_eq!(rows("meter_reading"), 1);
}

#[test]
fn proposals_ask_the_ledger_and_leave_the_rest_to_a_person() {
    let rig = Rig::with_sample(60);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let rows = |file: &str| {
        let text = rig.read(&format!("catalogue/tables/{file}.toml"));
        let line = text
            .lines()
            .find(|line| line.starts_with("rows = "))
            .unwrap()
            .to_owned();
        line.split(" # ").next().unwrap().trim_end().to_owned()
    };
    assert_eq!(
        rows("meter_reading_monthly"),
        "rows = { by = \"ledger\", during = [\"period_from\", \"period_until\"], until_is = \"inclusive\" }"
    );
    assert_eq!(
        rows("supply_point"),
        "rows = { by = \"ledger\", at = \"cutover\" }"
    );
    assert_eq!(
        rows("meter_reading_halfhour"),
        "rows = { by = \"ledger\", at = { date = \"reading_date\", slot = \"slot\" } }"
    );
    assert!(rows("consumer").contains("table = \"consumer_point\""));
    assert_eq!(rows("code_retailer"), "rows = \"reference\"");
    // Readings by the number of a meter that moves, and a meter that is decided as it hangs today: nobody guesses.
    assert!(!rows("meter_reading_spot").contains("parent"));
    let all: String = tables(&rig).into_iter().map(|(_, text)| text).collect();
    // A day on which a thing that still stands began says nothing of today, and the first of a month nothing of its last.
    for looser in [
        "at = \"installed_on\"",
        "at = \"month_start\"",
        "all_retail",
        "match = \"any\"",
        "early = \"own\"",
        "grace_days",
        "any = [",
    ] {
        assert!(!all.contains(looser), "{looser}");
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let rig = database(TOWN);
    fs::create_dir(rig.path("catalogue")).unwrap();
    rig.write("catalogue/notes.txt", "mine");
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(3)
        .says("is not empty: nothing was written");
    assert_eq!(fs::read_dir(rig.path("catalogue")).unwrap().count(), 1);
}

#[test]
fn an_update_adds_what_is_new_and_touches_nothing_reviewed() {
    let rig = database(TOWN);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    agree(&rig);
    rig.edit(
        "catalogue/tables/supply_point.toml",
        "voltage_class = ",
        "# reviewed: 2026\nvoltage_class = ",
    );
    let before: Vec<(String, String)> = tables(&rig);
    rig.bunri(["init", "legacy.db", "--out", "catalogue", "--update"])
        .must(0)
        .prints("nothing is new in the source");
    assert_eq!(before, tables(&rig));
    rig.sql(
        "ALTER TABLE supply_point ADD COLUMN pole_no INTEGER; CREATE TABLE \"Neue Tabelle\" (id INTEGER PRIMARY KEY);
        CREATE VIEW v AS SELECT * FROM supply_point; INSERT INTO \"Neue Tabelle\" VALUES (1)",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue", "--update"])
        .must(0)
        .prints("new table Neue Tabelle")
        .prints("new column supply_point.pole_no")
        .prints("new in [[ignored]]: v");
    for (name, text) in &before {
        let now = rig.read(&format!("catalogue/tables/{name}"));
        let now: Vec<&str> = now.lines().collect();
        let mut at = 0;
        for line in text.lines() {
            let found = now[at..].iter().position(|one| one == &line);
            at += 1 + found.unwrap_or_else(|| panic!("{name} lost {line}"));
        }
    }
    let point = rig.read("catalogue/tables/supply_point.toml");
    assert!(
        point.contains("pole_no = \"?\"") && point.contains("pole_no = \"int\""),
        "{point}"
    );
    assert!(rig.path("catalogue/tables/neue_tabelle.toml").is_file());
    rig.bunri(["check", "catalogue"]).must(3).says("wait");
}

#[test]
fn a_catalogue_that_cannot_be_read_is_not_updated() {
    let rig = database(TOWN);
    rig.bunri(["init", "legacy.db", "--out", "catalogue", "--update"])
        .must(3)
        .says("cannot be updated");
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    rig.write("catalogue/tables/supply_point.toml", "table = ");
    rig.bunri(["init", "legacy.db", "--out", "catalogue", "--update"])
        .must(3)
        .says("supply_point.toml");
}

#[test]
fn strange_names_stay_names_in_the_catalogue() {
    let rig = database(
        "CREATE TABLE \"a\"\"b <i>\nrows = 'all_retail'\" (\"x\"\"y\" TEXT PRIMARY KEY, \"p\\q\" TEXT, \"供給 地点\" TEXT);
        CREATE TABLE \"A B\" (x); CREATE TABLE \"a-b\" (x);
        INSERT INTO \"a\"\"b <i>\nrows = 'all_retail'\" VALUES ('1', '2', '3')",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let ended = rig.bunri(["check", "catalogue"]).must(3);
    let ended = ended.never_says("not TOML").never_says("twice");
    ended.says("classes wait for a person");
    assert_eq!(tables(&rig).len(), 3);
    let all: String = tables(&rig).into_iter().map(|(_, text)| text).collect();
    assert!(!all.contains("\nrows = 'all_retail'"), "{all}");
}

#[test]
fn a_ledger_is_named_or_none_is_believed() {
    let rig = database(
        "CREATE TABLE t (a TEXT PRIMARY KEY, day TEXT); INSERT INTO t VALUES ('x', '2024-04-01')",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let main = rig.read("catalogue/catalogue.toml");
    assert!(main.contains("table = \"?\""), "{main}");
    rig.bunri(["init", "legacy.db", "--out", "named", "--ledger", "t"])
        .must(0);
    let main = rig.read("named/catalogue.toml");
    assert!(
        main.contains("table = \"t\"") && main.contains("from = \"day\""),
        "{main}"
    );
    assert!(main.contains("retailer = \"?\""), "{main}");
    rig.bunri(["init", "legacy.db", "--out", "other", "--ledger", "nowhere"])
        .must(2)
        .says("the source has no table \"nowhere\"");
    assert!(!rig.path("other").exists());
}

#[test]
fn an_empty_database_has_an_empty_catalogue_that_nobody_takes() {
    let rig = database("CREATE TABLE t (a); DROP TABLE t; PRAGMA user_version = 1");
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0)
        .prints("0 tables proposed");
    rig.bunri(["check", "catalogue"]).must(3);
}

#[test]
fn tables_without_keys_and_in_a_ring_wait_for_a_person() {
    let rig = database(
        "PRAGMA foreign_keys = OFF; CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a); CREATE TABLE bare (x);
        INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1); INSERT INTO bare VALUES (1), (1)",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    for table in ["a", "b", "bare"] {
        let text = rig.read(&format!("catalogue/tables/{table}.toml"));
        assert!(text.contains("all_transmission\", basis = \"?\""), "{text}");
    }
    assert!(
        rig.read("catalogue/tables/bare.toml")
            .contains("key = \"none\"")
    );
}

#[test]
fn types_fit_what_stands_in_the_columns() {
    let rig = database(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, day INTEGER, era TEXT, ended TEXT, amount NUMERIC(9,2), odd, ratio REAL,
            is_on INTEGER, code TEXT, at TEXT, never DATE, mixed_day TEXT);
        INSERT INTO t VALUES (1, 20240401, 'H28.04.01', '2024-04-01', 1.25, 12, 0.123456789012, 1, '0012', '2024-04-01 10:00:00', NULL, '20240401'),
            (2, 20240402, 'R01.05.01', '9999-99-99', 3, 'x', 1e-12, 0, '0013', '2024-04-02 10:00:00', NULL, 'H28.04.01')",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let text = rig.read("catalogue/tables/t.toml");
    let types = text.split("[types]").nth(1).unwrap();
    for line in [
        "id = \"int\"",
        "day = \"date(YYYYMMDD)\"",
        "era = \"date(GYY.MM.DD)\"",
        "ended = { date = \"YYYY-MM-DD\", open = [\"9999-99-99\"] }",
        "amount = \"decimal(9,2)\"",
        "odd = \"text(any)\"",
        "ratio = \"real\"",
        "is_on = \"bool\"",
        "at = \"timestamp\"",
        "never = \"date\"",
    ] {
        assert!(types.contains(line), "{line} is not in {types}");
    }
    // Codes with leading zeros, and days in two forms of which neither is most, stay what they are.
    assert!(
        !types.contains("code =") && !types.contains("mixed_day ="),
        "{types}"
    );
}

#[test]
fn the_proposal_of_one_source_is_the_same_twice() {
    let rig = Rig::with_sample(60);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let once = (rig.read("catalogue/catalogue.toml"), tables(&rig));
    fs::remove_dir_all(rig.path("catalogue")).unwrap();
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    assert_eq!(once, (rig.read("catalogue/catalogue.toml"), tables(&rig)));
    let _: Value = rig.json("legacy.db.planted.json");
}

/// Two databases as strangers have them, without a supply point, a supplier or a customer's name in them: twins, made here, of two that
/// others published (docs/evidence/init.md). A person names the ledger and agrees with the rest.
const BOOKKEEPING: &str = include_str!("init/bookkeeping.sql");
const REGISTRY: &str = include_str!("init/registry.sql");

/// From nothing to a catalogue that is accepted, and through a run: the answers to `catalogue.toml` are all that the story adds.
#[track_caller]
fn from_nothing_to_a_run(statements: &str, ledger: &str, answers: [(&str, &str); 4]) -> Rig {
    let rig = database(statements);
    rig.bunri([
        "init",
        "legacy.db",
        "--out",
        "catalogue",
        "--ledger",
        ledger,
    ])
    .must(0);
    // The key of the ledger's own table numbers its periods: nobody takes it for a point, and no other table asks the ledger by it.
    for (name, text) in tables(&rig) {
        let asks = text.contains("by = \"ledger\"");
        assert_eq!(asks, name == format!("{ledger}.toml"), "{name}: {text}");
    }
    rig.bunri(["check", "catalogue"])
        .must(3)
        .says("`key` waits for a person")
        .says("classes wait for a person");
    agree(&rig);
    for (key, answer) in answers {
        let waiting = format!("\n{key} = \"?\"");
        rig.edit(
            "catalogue/catalogue.toml",
            &waiting,
            &format!("\n{key} = {answer}"),
        );
    }
    let main = rig.read("catalogue/catalogue.toml");
    let main = main.replace(
        "basis = \"?\"",
        "basis = \"a view over tables that are listed\"",
    );
    rig.write("catalogue/catalogue.toml", main);
    rig.bunri(["check", "catalogue"]).must(1).prints("is sound");
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("0 rejected")
        .never_says("broken");
    rig
}

#[test]
fn a_bookkeeping_program_gets_from_nothing_to_a_run() {
    let rig = from_nothing_to_a_run(
        BOOKKEEPING,
        "repeats",
        [
            ("incumbent", "[{ code = \"month\" }]"),
            ("retailers", "{ table = \"units\", column = \"short\" }"),
            ("key", "[\"of_uid\"]"),
            ("retailer", "\"period_kind\""),
        ],
    );
    let lines = rig.read("catalogue/tables/booking_lines.toml");
    // The store that gets the memo gets the key of its row.
    assert!(lines.contains("uid = \"transmission_only\""), "{lines}");
    assert!(
        lines.contains("checked_day = { timestamp = \"YYYYMMDDHHMMSS\" }"),
        "{lines}"
    );
    let read = |table: &str| rig.read(&format!("catalogue/tables/{table}.toml"));
    // Days in two forms have no type, and the file says why; so does `inspect`.
    let two =
        "YYYY-MM-DD HH:MM:SS and 2 as YYYYMMDDHHMMSS: no one form reads them, so it stays text";
    let bookings = read("bookings");
    assert!(
        bookings.contains(&format!("# post_day: 3 values as {two}")),
        "{bookings}"
    );
    rig.bunri(["inspect", "legacy.db"])
        .must(0)
        .prints("two forms")
        .prints("bookings.post_day (YYYY-MM-DD HH:MM:SS 3, YYYYMMDDHHMMSS 2)");
    // Keys of 32 digits, states and kinds are what every program has: known, and retail's only if a person says so.
    let general = |text: &str, column: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{column} = \"transmission_only\"")));
        assert!(
            line.is_some_and(|line| line.contains("どのプログラムにもある")),
            "{column}: {text}"
        );
    };
    let heads = read("heads");
    general(&heads, "hidden");
    general(&heads, "placeholder");
    general(&heads, "code");
    // A sort of slot is no half hour, and a name among persons is a person's.
    assert!(read("attributes").contains("slot_type = \"hold\""));
    assert!(
        read("parties")
            .contains("addr_name = { class = \"own_customer\", category = \"personal\" }")
    );
    // Three days of eight digits are too few to tell, and a name that speaks of a beginning tells.
    let repeats = rig.read("catalogue/tables/repeats.toml");
    assert!(
        repeats.contains("period_start = \"date(YYYYMMDD)\""),
        "{repeats}"
    );
}

#[test]
fn a_registry_with_keys_of_two_columns_gets_from_nothing_to_a_run() {
    let rig = from_nothing_to_a_run(
        REGISTRY,
        "reference_frame",
        [
            ("incumbent", "[{ code = \"AAA\" }]"),
            (
                "retailers",
                "{ table = \"known_authorities\", column = \"authority\" }",
            ),
            ("key", "[\"code\"]"),
            ("retailer", "\"authority\""),
        ],
    );
    let read = |table: &str| rig.read(&format!("catalogue/tables/{table}.toml"));
    assert!(read("reference_frame").contains("key = [\"authority\", \"code\"]"));
    let used = read("used_in");
    assert!(
        used.contains("key = \"none\"") && used.contains("the declared key holds NULLs"),
        "{used}"
    );
    // Both sides of a reference are of one type, whatever this delivery has on either.
    for (table, column) in [
        ("measure", "code"),
        ("reference_frame", "measure_code"),
        ("frame_member", "whole_code"),
    ] {
        let text = read(table);
        assert!(
            text.contains(&format!("\n{column} = \"text(any)\"")),
            "{text}"
        );
    }
    // Floating point that is whole today need not be so tomorrow.
    let frame = read("reference_frame");
    assert!(
        frame.contains("epoch = \"real\"")
            && frame.contains("declared FLOAT: \"decimal(9,1)\" would fit"),
        "{frame}"
    );
    // Names of tables and of authorities are no customers.
    assert!(read("other_name").contains("object_table_name = \"hold\""));
    // One row is told apart by anything, so nothing is known of what tells more of them apart.
    assert!(read("withdrawal").contains("key = \"none\""));
    let main = rig.read("catalogue/catalogue.toml");
    assert!(!main.contains("to = \"withdrawal\""), "{main}");
}

/// A text among a hundred numbers is a slip, and its row is rejected; in a key it is a code that other rows refer to.
#[test]
fn a_code_that_is_no_number_keeps_its_row_where_it_is_a_key() {
    let rig = database(
        "CREATE TABLE extent (code INTEGER_OR_TEXT PRIMARY KEY NOT NULL, size INTEGER_OR_TEXT) WITHOUT ROWID;
        WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1400)
        INSERT INTO extent SELECT i, i FROM n; INSERT INTO extent VALUES ('WORLD', 'large')",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let text = rig.read("catalogue/tables/extent.toml");
    assert!(text.contains("code = \"text(any)\""), "{text}");
    assert!(
        text.contains("size = \"int\"") && text.contains("1 value does not fit it"),
        "{text}"
    );
}

/// A name is a person's where the table, the name or the values speak of persons. Where nothing does, a person reads it first.
#[test]
fn a_name_is_a_persons_where_something_speaks_of_persons() {
    let rig = database(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE files (id INTEGER PRIMARY KEY, file_name TEXT, owner_name TEXT, auth_name TEXT);
        CREATE TABLE list_a (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE list_b (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE list_c (id INTEGER PRIMARY KEY, name TEXT, phone TEXT); CREATE TABLE list_d (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO customers VALUES (1, 'x1'), (2, 'x2'); INSERT INTO files VALUES (1, 'a.txt', 'x', 'AAA'), (2, 'b.txt', 'y', 'AAA');
        INSERT INTO list_a VALUES (1, 'Ann Smith'), (2, 'John Q. Public'); INSERT INTO list_b VALUES (1, '山田　太郎'), (2, '丙野　花子');
        INSERT INTO list_c VALUES (1, 'x1', '1'), (2, 'x2', '2'); INSERT INTO list_d VALUES (1, 'blue-1'), (2, 'red-2')",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let personal = |table: &str, column: &str| {
        let text = rig.read(&format!("catalogue/tables/{table}.toml"));
        let start = format!("{column} = ");
        let line = text.lines().find(|line| line.starts_with(&start)).unwrap();
        assert!(
            line.contains("# own_customer") || line.contains("# hold"),
            "{line}"
        );
        line.contains("category = \"personal\"")
    };
    for (table, column) in [
        ("customers", "name"),
        ("files", "owner_name"),
        ("list_a", "name"),
        ("list_b", "name"),
        ("list_c", "name"),
    ] {
        assert!(personal(table, column), "{table}.{column}");
    }
    for (table, column) in [
        ("files", "file_name"),
        ("files", "auth_name"),
        ("list_d", "name"),
    ] {
        assert!(!personal(table, column), "{table}.{column}");
    }
}

/// A column of numbers that refers to one of codes, and back: both sides get the type that takes both, through empty tables too.
#[test]
fn both_sides_of_a_reference_get_one_type() {
    let rig = database(
        "CREATE TABLE code (no INTEGER_OR_TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
        CREATE TABLE numbered (id INTEGER PRIMARY KEY, code_no INTEGER_OR_TEXT REFERENCES code (no));
        CREATE TABLE named (id INTEGER PRIMARY KEY, code_no INTEGER_OR_TEXT REFERENCES code (no));
        CREATE TABLE unused (id INTEGER PRIMARY KEY, code_no INTEGER_OR_TEXT REFERENCES code (no));
        CREATE TABLE number (no INTEGER_OR_TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
        CREATE TABLE slip (id INTEGER PRIMARY KEY, number_no INTEGER_OR_TEXT REFERENCES number (no));
        CREATE TABLE strict_no (no INTEGER PRIMARY KEY); CREATE TABLE days (id INTEGER PRIMARY KEY, no DATE REFERENCES strict_no (no));
        PRAGMA foreign_keys = OFF;
        WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1400) INSERT INTO number SELECT i FROM n;
        INSERT INTO code SELECT no FROM number; INSERT INTO code VALUES ('WORLD');
        INSERT INTO numbered (code_no) SELECT no FROM number; INSERT INTO named (code_no) VALUES ('WORLD'), (1000);
        INSERT INTO slip (number_no) SELECT no FROM number; INSERT INTO slip (number_no) VALUES ('odd');
        INSERT INTO strict_no VALUES (1); INSERT INTO days (no) VALUES ('2024-04-01')",
    );
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let has = |table: &str, line: &str| {
        let text = rig.read(&format!("catalogue/tables/{table}.toml"));
        assert!(
            text.lines().any(|one| one.starts_with(line)),
            "{table}, {line}: {text}"
        );
        assert_eq!(text.contains("does not fit"), table == "slip", "{text}");
    };
    has("code", "no = \"text(any)\"");
    has("numbered", "code_no = \"text(any)\"");
    has("named", "code_no = \"text(any)\"");
    has("unused", "code_no = \"text(any)\"");
    // Where the key has numbers alone, a text among hundreds that refer to it is a slip.
    has("slip", "number_no = \"int\"");
    has("number", "no = \"int\"");
    // What is a number here and a day there has no one type, and nobody makes one up.
    has("strict_no", "no = \"int\"");
    has("days", "no = \"date\"");
}

#[test]
fn a_source_without_a_ledger_is_told_that_it_cannot_be_separated() {
    let rig = database("CREATE TABLE t (a TEXT PRIMARY KEY); INSERT INTO t VALUES ('x')");
    let told = "without a ledger cannot be separated";
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0)
        .prints(told);
    rig.bunri(["check", "catalogue"])
        .must(3)
        .says(told)
        .says("copy it into the source as a table");
    // Nor is one that has no section at all; with a ledger nobody says so.
    let main = rig.read("catalogue/catalogue.toml");
    let (head, _) = main.split_once("\n[ledger]").unwrap();
    rig.write("catalogue/catalogue.toml", head);
    rig.bunri(["check", "catalogue"])
        .must(3)
        .says("no `[ledger]`")
        .says(told);
    let rig = database(TOWN);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0)
        .never_says(told);
    rig.bunri(["check", "catalogue"]).must(3).never_says(told);
}

/// The figures of docs/evidence/init.md, measured again: a suggestion that gets better or worse changes the page.
#[test]
fn suggestions_are_as_good_as_the_page_says() {
    let plain = |line: &str| line.split_whitespace().collect::<String>();
    let page = fs::read_to_string(repository().join("docs/evidence/init.md")).unwrap();
    let page: Vec<String> = page.lines().map(plain).collect();
    let romaji = fs::read_to_string(repository().join("samples/inspect/romaji.sql")).unwrap();
    let sources = [
        (Rig::with_sample(2000), "schemas/denryoku"),
        (database(&romaji), "samples/inspect/romaji.answers"),
    ];
    for (rig, answers) in sources {
        rig.bunri(["init", "legacy.db", "--out", "catalogue"])
            .must(0);
        let answers = repository().join(answers).display().to_string();
        let told = rig
            .python("suggestions.py", ["catalogue", answers.as_str()])
            .must(0);
        let figures: Vec<&str> = told.out.lines().skip(2).collect();
        assert_eq!(figures.len(), 4, "{told}");
        for figure in figures {
            let stands = page.iter().any(|line| line.ends_with(&plain(figure)));
            assert!(stands, "docs/evidence/init.md does not say {figure}");
        }
    }
}
