//! `bunri answers --review`: one key an answer, each written at once and nothing else changed; what was typed ahead, held down or sent
//! by no person answers nothing; a list is read before it is answered; what was answered is whole however it ends.

use std::fs;

use serde_json::{Value, json};

use crate::answers::{files, proposed_for};
use crate::rig::{Ended, Rig, binary, repository};

/// Tables that ask the same, one with names that nobody would choose.
const OFFICE: &str = "
    CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT, amount_x TEXT,
        PRIMARY KEY (supply_point_id, valid_from));
    CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, amount_x TEXT, amount_y TEXT, \"odd*name\" TEXT);
    CREATE TABLE whatnot (id INTEGER PRIMARY KEY, amount_x TEXT, amount_z TEXT);
    CREATE VIEW all_things AS SELECT * FROM thing;
    INSERT INTO code_retailer VALUES ('99010', 'Kakureta'), ('99020', 'Himitsu');
    INSERT INTO supply_period VALUES ('0900000000000000000001', '20160401', '99999999', '99010', 'secret-1');
    INSERT INTO thing VALUES (1, 'secret-1', 'b', NULL), (2, 'secret-2', NULL, NULL);";

/// What stands on the screen when a question is asked, and when a line is typed.
const ASKED: &str = "? keys]";
const BASIS: &str = "basis:";

fn proposed() -> Rig {
    proposed_for(OFFICE)
}

/// Reviews with these steps (`press.py`), on a screen of so many columns.
fn pressed(rig: &Rig, columns: u32, steps: &Value, more: &[&str]) -> Ended {
    rig.write("steps.json", steps.to_string());
    let binary = binary().display().to_string();
    let columns = columns.to_string();
    let mut arguments = vec![
        &*columns,
        "steps.json",
        &*binary,
        "answers",
        "catalogue",
        "--review",
    ];
    arguments.extend(["--by", "A. Sato, 2026-11-29"]);
    arguments.extend(more);
    rig.python("press.py", arguments)
}

/// Keys that go past the questions of `catalogue.toml` and of the tables before `thing`.
fn to_thing(mut steps: Vec<Value>) -> Value {
    // catalogue.toml, code_retailer, supply_period
    let mut all: Vec<Value> = (0..3).map(|_| json!([ASKED, "S"])).collect();
    all.append(&mut steps);
    json!(all)
}

#[test]
fn each_key_is_an_answer_that_stands_in_the_file_at_once_and_nothing_else_changes() {
    let rig = proposed();
    let before = files(&rig);
    let steps = to_thing(vec![
        json!([ASKED, "w"]),
        json!(["reason:", "the operator's \"books\"\r"]),
        // The suggestion, with a basis that is asked for once.
        json!([ASKED, "\r"]),
        json!([BASIS, "decision 7\r"]),
        json!([ASKED, "o"]),
        json!([BASIS, "guideline 3\r"]),
        // An answer is taken back, and given otherwise, with a category; the basis of another class is taken again by its number.
        json!([ASKED, "u"]),
        json!([ASKED, "c"]),
        json!(["Enter none", "p"]),
        json!([ASKED, "h"]),
        json!([BASIS, "2\r"]),
        json!([ASKED, "s"]),
        // The name with a star is one name, and no pattern.
        json!([ASKED, "o"]),
        json!([ASKED, "q"]),
    ]);
    let ended = pressed(&rig, 80, &steps, &["--source", "legacy.db"]).must(0);
    let mut expected = before.clone();
    let mut edit = |line: &str, said: &str| {
        let text = expected.get_mut("tables/thing.toml").unwrap();
        let old = text
            .lines()
            .find(|old| old.starts_with(line))
            .unwrap()
            .to_owned();
        let new = old.replacen("\"?\"", said, 1);
        let mark = if new.contains(" # ") { "; " } else { " # " };
        *text = text.replacen(
            &old,
            &format!("{new}{mark}answered by A. Sato, 2026-11-29"),
            1,
        );
    };
    edit("rows", "\"the operator's \\\"books\\\"\"");
    edit(
        "id",
        "{ class = \"transmission_only\", basis = \"decision 7\" }",
    );
    edit(
        "amount_x",
        "{ class = \"hold\", category = \"personal\", basis = \"guideline 3\" }",
    );
    edit(
        "\"odd*name\"",
        "{ class = \"own_customer\", basis = \"guideline 3\" }",
    );
    assert_eq!(expected, files(&rig), "{ended}");
    // What is known of a column is told, and no value.
    let ended = ended
        .prints("known: declared TEXT; seen texts; NULL 50.0 %; 1 distinct; 2 rows")
        .prints("seen NULL alone; NULL 100.0 %; 0 distinct")
        .prints("= own_customer, basis \"guideline 3\"")
        .prints("taken back: 1 wait again")
        .prints("4 answers written")
        .prints("next: bunri check catalogue")
        .never_says("the terminal is not as it was");
    for value in ["secret-1", "secret-2", "Kakureta", "0900000000000000000001"] {
        assert!(!ended.out.contains(value), "{ended}");
    }
}

#[test]
fn many_are_answered_by_one_key_after_they_were_listed() {
    let rig = proposed();
    // A table: each as suggested, after its list; a name in all tables; a suggestion and its reason; a reason in all tables.
    let steps = to_thing(vec![
        json!([ASKED, "G"]),
        json!(["Esc none", "w"]),
        json!(["reason:", "the operator's own\r"]),
        json!([ASKED, "N"]),
        json!(["Esc none", "\u{1b}"]),
        json!([ASKED, "s"]),
        json!([ASKED, "N"]),
        json!(["Esc none", "d"]),
        json!([BASIS, "\r"]),
        json!([ASKED, "T"]),
        json!(["Esc none", "\r"]),
        json!([BASIS, "\r"]),
        json!([BASIS, "\r"]),
        json!([ASKED, "q"]),
    ]);
    let ended = pressed(&rig, 80, &steps, &[]).must(0);
    let class = |table: &str, column: &str| {
        let text = rig.read(&format!("catalogue/tables/{table}.toml"));
        let read: toml::Table = toml::from_str(&text).unwrap();
        let told = &read["columns"][column];
        told.as_str()
            .unwrap_or_else(|| told["class"].as_str().unwrap())
            .to_owned()
    };
    for table in ["thing", "whatnot"] {
        assert!(
            rig.read(&format!("catalogue/tables/{table}.toml"))
                .contains("basis = \"the operator's own\""),
            "{ended}"
        );
    }
    for table in ["supply_period", "thing", "whatnot"] {
        assert_eq!(class(table, "amount_x"), "discard", "{ended}");
    }
    assert_eq!(class("thing", "amount_y"), "hold");
    assert_eq!(class("thing", "id"), "transmission_only");
    assert_eq!(
        (class("whatnot", "id"), class("whatnot", "amount_z")),
        ("?".to_owned(), "?".to_owned())
    );
    ended
        .prints("open columns called amount_x")
        .prints("whatnot.amount_x: hold")
        .prints("= 3 times discard")
        .prints("nothing is answered");
}

#[test]
fn a_list_longer_than_the_screen_is_answered_at_its_end_alone() {
    let rig = Rig::empty();
    let columns: Vec<String> = (0..60).map(|number| format!("c{number} TEXT")).collect();
    rig.sql(&format!(
        "{OFFICE} CREATE TABLE wide ({});",
        columns.join(", ")
    ));
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    let before = files(&rig);
    let mut steps: Vec<Value> = (0..5).map(|_| json!([ASKED, "S"])).collect();
    steps.extend([
        json!([ASKED, "s"]),
        json!([ASKED, "T"]),
        // A letter on the first page is no answer, and Escape leaves.
        json!(["Esc leaves the list", "o"]),
        json!(["Esc leaves the list", "\u{1b}"]),
        json!([ASKED, "q"]),
    ]);
    pressed(&rig, 80, &json!(steps), &[]).must(0);
    assert_eq!(before, files(&rig));
}

#[test]
fn what_nobody_can_have_read_is_not_answered() {
    let rig = proposed();
    let before = files(&rig);
    // The moment between what is shown and the key is what nobody has who holds a key down, or pastes.
    for keys in [
        json!([ASKED, "\r".repeat(300), "ahead"]),
        json!([ASKED, "o", "ahead"]),
        json!([ASKED, { "hold": "\r" }, "ahead"]),
    ] {
        let steps = to_thing(vec![json!([ASKED, "s"]), keys, json!(["", "q"])]);
        pressed(&rig, 80, &steps, &[])
            .must(0)
            .prints("0 answers written");
        assert_eq!(before, files(&rig));
    }
}

#[test]
fn without_a_terminal_nobody_is_asked_and_it_says_what_to_do() {
    let rig = proposed();
    let before = files(&rig);
    rig.bunri(["answers", "catalogue", "--review"])
        .must(3)
        .says("are no terminal")
        .says("--ask SHEET, then --take SHEET");
    rig.bunri(["answers", "catalogue", "--review", "--ask", "sheet.toml"])
        .must(2);
    rig.bunri([
        "answers",
        "catalogue",
        "--take",
        "sheet.toml",
        "--source",
        "legacy.db",
    ])
    .must(2);
    rig.bunri(["answers", "catalogue", "--ask", "sheet.toml", "--by", "A"])
        .must(2);
    rig.bunri([
        "answers",
        "catalogue",
        "--ask",
        "sheet.toml",
        "--source",
        "legacy.db",
    ])
    .must(2)
    .says("ends in .csv");
    assert_eq!(before, files(&rig));
    for (by, code) in [("?", 2), (" ", 2)] {
        rig.write("steps.json", "[]");
        let binary = binary().display().to_string();
        rig.python(
            "press.py",
            [
                "80",
                "steps.json",
                &binary,
                "answers",
                "catalogue",
                "--review",
                "--by",
                by,
            ],
        )
        .must(code)
        .prints("`by` is a name on one line");
    }
    pressed(&rig, 80, &json!([]), &["--source", "nowhere.db"]).must(4);
}

#[test]
fn stopped_by_ctrl_c_or_a_signal_every_file_is_whole_and_what_was_answered_stands() {
    for stop in [
        json!("\u{3}"),
        json!({ "signal": "SIGTERM" }),
        json!({ "signal": "SIGINT" }),
    ] {
        let rig = proposed();
        let steps = to_thing(vec![
            json!([ASKED, "s"]),
            json!([ASKED, "o"]),
            json!([BASIS, "\r"]),
            json!([ASKED, stop]),
        ]);
        let ended = pressed(&rig, 80, &steps, &[])
            .must(6)
            .prints("1 answers written")
            .never_says("the terminal is not as it was");
        let thing = rig.read("catalogue/tables/thing.toml");
        assert!(thing.contains("id = \"own_customer\""), "{ended}");
        assert!(toml::from_str::<toml::Table>(&thing).is_ok());
        assert!(!rig.path("catalogue/tables/thing.toml.new").exists());
    }
    // While a line is typed, too.
    let rig = proposed();
    let before = files(&rig);
    let steps = to_thing(vec![
        json!([ASKED, "w"]),
        json!(["reason:", "half a rea\u{3}"]),
    ]);
    pressed(&rig, 80, &steps, &[]).must(6);
    assert_eq!(before, files(&rig));
}

#[test]
fn what_somebody_else_writes_meanwhile_is_never_overwritten() {
    let rig = proposed();
    let mine = "sed -i 's/^amount_y = \"?\"/amount_y = \"hold\"/' catalogue/tables/thing.toml";
    let steps = to_thing(vec![
        json!([ASKED, "s"]),
        json!([ASKED, { "run": mine }]),
        json!(["", "o"]),
        json!([BASIS, "\r"]),
        json!([ASKED, "q"]),
    ]);
    let ended = pressed(&rig, 80, &steps, &[])
        .must(0)
        .prints("thing.toml was changed by somebody else meanwhile");
    let thing = rig.read("catalogue/tables/thing.toml");
    assert!(
        thing.contains("amount_y = \"hold\"") && thing.contains("id = \"?\""),
        "{ended}"
    );
}

#[test]
fn values_are_typed_in_toml_and_what_is_none_is_refused() {
    let rig = proposed();
    let steps = json!([
        [ASKED, "w"],
        ["value:", "[{ code = \"99010\"\r"],
        [ASKED, "w"],
        ["value:", "\"?\"\r"],
        // Erased, one letter and all: kanji take two columns.
        [ASKED, "w"],
        ["value:", "漢\u{7f}x\u{15}[{ code = \"99010\" }]\r"],
        [ASKED, "q"],
    ]);
    pressed(&rig, 80, &steps, &[])
        .must(0)
        .prints("no value of TOML")
        .prints("1 answers written");
    let read: toml::Table = toml::from_str(&rig.read("catalogue/catalogue.toml")).unwrap();
    assert_eq!(
        read["catalogue"]["incumbent"][0]["code"].as_str(),
        Some("99010")
    );
}

#[test]
fn a_screen_of_40_columns_has_every_question_whole_without_colours() {
    let rig = proposed();
    let steps = to_thing(vec![
        json!([ASKED, "?"]),
        json!([ASKED, "s"]),
        json!([ASKED, "T"]),
        json!(["Esc none", "\u{1b}"]),
        json!([ASKED, "q"]),
    ]);
    let ended = pressed(&rig, 40, &steps, &["--source", "legacy.db"]).must(0);
    assert!(!ended.out.contains('\u{1b}'), "{ended}");
    let question = ended.out.split("== thing.toml").nth(1).unwrap();
    for line in question.lines() {
        let columns: usize = line
            .chars()
            .map(|letter| if letter < '\u{1100}' { 1 } else { 2 })
            .sum();
        assert!(columns <= 40, "{line}");
    }
    // Of a terminal that does not know its size, too.
    pressed(&rig, 0, &json!([[ASKED, "q"]]), &[]).must(0);
}

/// The figures of docs/evidence/init.md for the twins: reviewed key by key, accepted, and in less than ten minutes by the model.
#[test]
fn two_databases_of_strangers_are_reviewed_in_less_than_ten_minutes() {
    let plain = |line: &str| line.split_whitespace().collect::<String>();
    let page = fs::read_to_string(repository().join("docs/evidence/init.md")).unwrap();
    let page = plain(&page);
    for (twin, ledger) in [("bookkeeping", "repeats"), ("registry", "reference_frame")] {
        let at = |ending: &str| repository().join(format!("tests/stories/init/{twin}.{ending}"));
        let rig = Rig::empty();
        rig.sql(&fs::read_to_string(at("sql")).unwrap());
        let bunri = binary().display().to_string();
        let review = at("review.toml").display().to_string();
        let told = rig
            .python(
                "review.py",
                [&*bunri, "legacy.db", ledger, &*review, "work"],
            )
            .must(0);
        // The sheet of the same person makes the same catalogue, but for comments.
        rig.python(
            "typed.py",
            [&*bunri, "legacy.db", ledger, &*review, "typed"],
        )
        .must(0);
        for entry in fs::read_dir(rig.path("work/catalogue/tables")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let [pressed, typed] = ["work", "typed"].map(|way| {
                let text = rig.read(&format!("{way}/catalogue/tables/{name}"));
                toml::from_str::<toml::Table>(&text).unwrap()
            });
            assert_eq!(pressed, typed, "{name}");
        }
        let figure = |what: &str| {
            let line = told.out.lines().find(|line| line.contains(what)).unwrap();
            let figure = line
                .trim_end_matches(['|', ' '])
                .rsplit(' ')
                .next()
                .unwrap();
            figure.replace(',', "")
        };
        assert!(figure("minutes").parse::<f64>().unwrap() < 10.0, "{told}");
        let [questions, keys, thoughts, minutes] =
            ["questions", "| keys", "thoughts", "minutes"].map(figure);
        let stands = format!("|{twin},reviewed|{questions}|{keys}|{thoughts}|{minutes}|");
        assert!(
            page.contains(&stands),
            "docs/evidence/init.md does not say {stands}"
        );
    }
}
