//! Every question of a proposed catalogue asked once, and the answers of a sheet taken: nothing is accepted that no person wrote or
//! agreed to by name, who answered stands beside it, and not one letter else of a file changes.

use std::collections::BTreeMap;
use std::fs;

use crate::rig::{Rig, repository};

/// A system of three tables that ask the same, one of them with a kind of its own.
const OFFICE: &str = "
    CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT, amount_x TEXT,
        PRIMARY KEY (supply_point_id, valid_from));
    CREATE TABLE visit (id INTEGER PRIMARY KEY, supply_point_id TEXT, amount_x TEXT, other_y TEXT);
    CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, amount_x TEXT, \"odd.name*\" TEXT);
    CREATE VIEW all_things AS SELECT * FROM thing;
    INSERT INTO code_retailer VALUES ('99010', 'a'), ('99020', 'b');
    INSERT INTO supply_period VALUES ('0900000000000000000001', '20160401', '99999999', '99010', '1'),
        ('0900000000000000000002', '20160401', '99999999', '99010', '2');
    INSERT INTO visit VALUES (1, '0900000000000000000001', '1', 'a'); INSERT INTO thing VALUES (1, '1', 'b'), (2, '2', 'c')";

/// A catalogue that is proposed for this database.
pub(crate) fn proposed_for(office: &str) -> Rig {
    let rig = Rig::empty();
    rig.sql(office);
    rig.bunri(["init", "legacy.db", "--out", "catalogue"])
        .must(0);
    rig
}

fn proposed() -> Rig {
    proposed_for(OFFICE)
}

/// The catalogue's files.
pub(crate) fn files(rig: &Rig) -> BTreeMap<String, String> {
    let tables = fs::read_dir(rig.path("catalogue/tables")).unwrap();
    let names = tables.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: BTreeMap<String, String> = names
        .map(|name| {
            let text = rig.read(&format!("catalogue/tables/{name}"));
            (format!("tables/{name}"), text)
        })
        .collect();
    let main = rig.read("catalogue/catalogue.toml");
    files.insert("catalogue.toml".to_owned(), main);
    files
}

#[track_caller]
fn refused(rig: &Rig, sheet: &str, why: &str) {
    let before = files(rig);
    rig.write("sheet.toml", sheet);
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(3)
        .says(why);
    assert_eq!(before, files(rig));
}

#[test]
fn a_sheet_asks_every_question_once_and_names_those_that_it_cannot_ask() {
    let rig = proposed();
    rig.bunri(["answers", "catalogue", "--ask", "sheet.toml"])
        .must(0)
        .prints("classes and")
        .prints("are answered in their own files");
    let sheet = rig.read("sheet.toml");
    let read: toml::Table = toml::from_str(&sheet).unwrap();
    let mut asked = Vec::new();
    for group in read["classes"].as_array().unwrap() {
        assert_eq!(group["class"].as_str(), Some("?"));
        for (column, tables) in group["columns"].as_table().unwrap() {
            for table in tables.as_array().unwrap() {
                asked.push((table.as_str().unwrap().to_owned(), column.clone()));
            }
        }
    }
    let mut there = Vec::new();
    for (name, text) in files(&rig) {
        let Some(table) = name.strip_prefix("tables/") else {
            continue;
        };
        let read: toml::Table = toml::from_str(&text).unwrap();
        let columns = read["columns"].as_table().unwrap().keys();
        there.extend(
            columns.map(|column| (table.trim_end_matches(".toml").to_owned(), column.clone())),
        );
    }
    asked.sort();
    there.sort();
    // A name with a star would be a pattern: it is answered in its file.
    let starred = there.iter().position(|(_, column)| column.contains('*'));
    there.remove(starred.unwrap());
    assert!(sheet.contains("thing.toml: columns.odd.name*"), "{sheet}");
    assert_eq!(asked, there, "each column once and no other");
    assert!(
        sheet.contains("catalogue.toml: catalogue.incumbent"),
        "{sheet}"
    );
    assert!(sheet.contains("visit.toml: rows"), "{sheet}");
    // A sheet is somebody's work.
    rig.bunri(["answers", "catalogue", "--ask", "sheet.toml"])
        .must(3)
        .says("is there already");
    rig.bunri(["answers", "catalogue"]).must(2);
    assert_eq!(sheet, rig.read("sheet.toml"));
}

#[test]
fn what_a_sheet_answers_stands_in_the_catalogue_with_who_answered_and_nothing_else_changes() {
    let rig = proposed();
    // Reviewed by hand, in other forms: within braces on one line, below a heading of its own, with a reason already.
    rig.write(
        "catalogue/tables/visit.toml",
        "table = \"visit\" # mine\nkey = [\"id\"]\nrows = { by = \"ledger\", at = \"cutover\" }\nknown_at = { none = \"?\" } # why \"#\"?\n\
         columns = { id = \"?\", supply_point_id = { class = \"any_retailer\", note = \"# no?\" }, amount_x = \"?\", other_y = \"?\" }\n\n\
         [types]\nid = \"int\"\n",
    );
    rig.write(
        "catalogue/tables/thing.toml",
        "table = \"thing\"\nkey = [\"id\"]\nrows = { every_row = \"all_transmission\", basis = \"?\" }\n\n[columns]\nid = \"transmission_only\"\n\
         \"odd.name*\" = { class = \"?\", category = \"free_text\" }   # hold: typed\n[columns.amount_x]\nclass = \"?\"\n\n[types]\nid = \"int\"\n",
    );
    let before = files(&rig);
    rig.write(
        "sheet.toml",
        "by = \"A. Sato, 2026-11-29\"\n\
         [[classes]]\nclass = \"own_customer\"\n[classes.columns]\nid = [\"visit\", \"thing\"]\namount_x = [\"visit\"]\n\
         [[classes]]\nclass = \"transmission_only\"\ncategory = \"personal\"\nbasis = \"guideline \\\"3\\\"\"\n[classes.columns]\namount_x = [\"thing\"]\nretailer_name = [\"code_retailer\"]\n\"odd.name*\" = [\"*\"]\n\
         [[classes]]\nclass = \"?\"\n[classes.columns]\nother_y = [\"visit\"]\n\
         [[reasons]]\nof = \"known_at\"\nbasis = \"never rewritten\"\ntables = [\"visit\"]\n\
         [[reasons]]\nof = \"ignored\"\nbasis = \"nobody reads it\"\ntables = [\"all_things\"]\n",
    );
    // A pattern may not give out: the whole sheet is refused.
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(3)
        .says("speaks of columns by a pattern");
    assert_eq!(before, files(&rig));
    let sheet = rig
        .read("sheet.toml")
        .replace("\"odd.name*\" = [\"*\"]\n", "");
    rig.write("sheet.toml", sheet);
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(0)
        .prints("4 classes and 2 reasons taken")
        .prints("1 columns have another class already and keep it: thing.id");
    let mut expected = before.clone();
    let mut edit = |file: &str, from: &str, to: &str| {
        let text = expected.get_mut(file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{file}: {from}");
        *text = text.replace(from, to);
    };
    edit(
        "tables/visit.toml",
        "none = \"?\" } # why \"#\"?",
        "none = \"never rewritten\" } # why \"#\"?; answered by A. Sato, 2026-11-29",
    );
    edit(
        "tables/visit.toml",
        "id = \"?\", supply",
        "id = \"own_customer\", supply",
    );
    edit(
        "tables/visit.toml",
        "amount_x = \"?\", other_y = \"?\" }",
        "amount_x = \"own_customer\", other_y = \"?\" } # answered by A. Sato, 2026-11-29",
    );
    edit(
        "tables/thing.toml",
        "[columns.amount_x]\nclass = \"?\"",
        "[columns.amount_x]\nclass = \"transmission_only\"\ncategory = \"personal\"\nbasis = \"guideline \\\"3\\\"\" # answered by A. Sato, 2026-11-29",
    );
    // A word alone becomes a table.
    let list = before["tables/code_retailer.toml"].clone();
    let line = list
        .lines()
        .find(|line| line.starts_with("retailer_name = \"?\""))
        .unwrap();
    let said = "{ class = \"transmission_only\", category = \"personal\", basis = \"guideline \\\"3\\\"\" }";
    let said = format!(
        "{}; answered by A. Sato, 2026-11-29",
        line.replace("\"?\"", said)
    );
    edit("tables/code_retailer.toml", line, &said);
    let main = before["catalogue.toml"].clone();
    let at = main.find("object = \"all_things\"\nbasis = \"?\"").unwrap();
    let said =
        "object = \"all_things\"\nbasis = \"nobody reads it\" # answered by A. Sato, 2026-11-29";
    let rest = &main[at + "object = \"all_things\"\nbasis = \"?\"".len()..];
    expected.insert(
        "catalogue.toml".to_owned(),
        format!("{}{said}{rest}", &main[..at]),
    );
    assert_eq!(expected, files(&rig));
    // Taken once more, it answers nothing: what a person has answered nobody touches.
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(0)
        .prints("0 classes and 0 reasons taken");
    assert_eq!(expected, files(&rig));
}

#[test]
fn what_nobody_may_answer_is_refused_and_nothing_is_written() {
    let rig = proposed();
    let group = |class: &str, columns: &str| {
        format!("by = \"A\"\n[[classes]]\nclass = \"{class}\"\n[classes.columns]\n{columns}\n")
    };
    // A class that a company gets is given by the names of column and table, whatever else a pattern says.
    for class in [
        "own_customer",
        "any_retailer",
        "transmission_only",
        "retail_only",
        "reference",
        "discard",
    ] {
        for columns in [
            "amount_x = [\"*\"]",
            "\"*\" = [\"thing\"]",
            "\"amount_*\" = [\"th*g\"]",
        ] {
            refused(&rig, &group(class, columns), "by a pattern");
        }
    }
    refused(
        &rig,
        &group("own_costumer", "amount_x = [\"thing\"]"),
        "did you mean",
    );
    refused(&rig, &group("hold", "amount_x = []"), "is an empty list");
    refused(
        &rig,
        &group("hold", "amount_x = [\"thnig\"]"),
        "the catalogue has no table `thnig`",
    );
    refused(
        &rig,
        &group("hold", "amount = [\"thing\"]"),
        "table `thing` has no column `amount`",
    );
    refused(
        &rig,
        &group("hold", "amount_x = [\"thing\"]")
            .replace("\"hold\"\n", "\"hold\"\ncategory = \"person\"\n"),
        "unknown category `person`",
    );
    let unsigned = group("hold", "amount_x = [\"thing\"]");
    refused(
        &rig,
        &unsigned.replace("by = \"A\"\n", ""),
        "`by` is missing",
    );
    for by in ["?", "", "a\\nb"] {
        refused(
            &rig,
            &unsigned.replace("\"A\"", &format!("\"{by}\"")),
            "`by`",
        );
    }
    let twice = group("hold", "amount_x = [\"thing\", \"visit\"]")
        + "[[classes]]\nclass = \"own_customer\"\n[classes.columns]\namount_x = [\"visit\"]\n";
    refused(&rig, &twice, "`amount_x` of `visit` is answered twice");
    let reason = "by = \"A\"\n[[reasons]]\nof = \"rows\"\nbasis = \"b\"\ntables = [\"thing\"]\n";
    refused(
        &rig,
        &reason.replace("[\"thing\"]", "[\"*\"]"),
        "no table `*`",
    );
    refused(
        &rig,
        &reason.replace("rows", "ignored"),
        "no object in `[[ignored]]` `thing`",
    );
    refused(&rig, &reason.replace("rows", "row"), "did you mean");
    refused(&rig, &reason.replace("\"b\"", "\" \""), "is empty");
    refused(&rig, "by = \"A\"\n[[class]]\n", "unknown key `class`");
    refused(&rig, "by = ", "sheet.toml");
    rig.bunri(["answers", "catalogue", "--take", "nowhere.toml"])
        .must(3);
    rig.bunri(["answers", "nowhere", "--ask", "new.toml"])
        .must(3);
}

#[test]
fn a_pattern_keeps_back_and_a_name_says_otherwise() {
    let rig = proposed();
    rig.write(
        "sheet.toml",
        "by = \"A\"\n[[classes]]\nclass = \"hold\"\n[classes.columns]\n\"*\" = [\"*\"]\n\
         [[classes]]\nclass = \"transmission_only\"\n[classes.columns]\namount_x = [\"thing\"]\n",
    );
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(0);
    let class = |table: &str, column: &str| {
        let text = rig.read(&format!("catalogue/tables/{table}.toml"));
        let read: toml::Table = toml::from_str(&text).unwrap();
        match &read["columns"][column] {
            toml::Value::String(class) => class.clone(),
            told => told["class"].as_str().unwrap().to_owned(),
        }
    };
    assert_eq!(class("thing", "amount_x"), "transmission_only");
    assert_eq!(class("visit", "amount_x"), "hold");
    // What comes with the next delivery nobody has read: the old sheet keeps it back, and gives out nothing.
    rig.sql("ALTER TABLE thing ADD COLUMN amount_z TEXT; CREATE TABLE newer (id INTEGER PRIMARY KEY, amount_x TEXT)");
    rig.bunri(["init", "legacy.db", "--out", "catalogue", "--update"])
        .must(0);
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(0)
        .prints("3 classes and 0 reasons taken");
    for (table, column) in [
        ("thing", "amount_z"),
        ("newer", "amount_x"),
        ("newer", "id"),
    ] {
        assert_eq!(class(table, column), "hold", "{table}.{column}");
    }
}

/// A table of the same columns that comes later is not answered by names that were agreed to for others.
#[test]
fn names_answer_for_the_tables_beside_them_alone() {
    let rig = proposed();
    rig.bunri(["answers", "catalogue", "--ask", "sheet.toml"])
        .must(0);
    let sheet = rig.read("sheet.toml").replace("by = \"?\"", "by = \"A\"");
    rig.write(
        "sheet.toml",
        sheet.replace("class = \"?\"", "class = \"own_customer\""),
    );
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(0);
    rig.sql("CREATE TABLE another (id INTEGER PRIMARY KEY, amount_x TEXT)");
    rig.bunri(["init", "legacy.db", "--out", "catalogue", "--update"])
        .must(0);
    rig.bunri(["answers", "catalogue", "--take", "sheet.toml"])
        .must(0)
        .prints("0 classes and 0 reasons taken");
    assert!(
        rig.read("catalogue/tables/another.toml")
            .contains("amount_x = \"?\"")
    );
}

/// The figures of docs/evidence/init.md for the twins: typed by a script, accepted, and in less than ten minutes.
#[test]
fn two_databases_of_strangers_are_typed_in_less_than_ten_minutes() {
    let plain = |line: &str| line.split_whitespace().collect::<String>();
    let page = fs::read_to_string(repository().join("docs/evidence/init.md")).unwrap();
    let page = plain(&page);
    for (twin, ledger) in [("bookkeeping", "repeats"), ("registry", "reference_frame")] {
        let at = |ending: &str| repository().join(format!("tests/stories/init/{twin}.{ending}"));
        let rig = Rig::empty();
        rig.sql(&fs::read_to_string(at("sql")).unwrap());
        let bunri = crate::rig::binary().display().to_string();
        let review = at("review.toml").display().to_string();
        let told = rig
            .python(
                "typed.py",
                [bunri.as_str(), "legacy.db", ledger, review.as_str(), "work"],
            )
            .must(0);
        let figure = |what: &str| {
            let line = told.out.lines().find(|line| line.contains(what)).unwrap();
            let figure = line
                .trim_end_matches(['|', ' '])
                .rsplit(' ')
                .next()
                .unwrap();
            figure.replace(',', "").parse::<f64>().unwrap()
        };
        assert!(figure("minutes of typing") < 10.0, "{told}");
        assert_eq!(figure("refusals"), 0.0, "{told}");
        let figures = [
            "\"?\"` in",
            "names on",
            "decisions",
            "characters",
            "minutes of",
        ]
        .map(figure);
        let [asked, names, decisions, characters, minutes] = figures;
        let stands = format!("|{twin}|{asked}|{names}|{decisions}|{characters}|{minutes:.1}|");
        assert!(
            page.contains(&stands),
            "docs/evidence/init.md does not say {stands}"
        );
    }
}
