//! The questions of a proposed catalogue in a spreadsheet (`bunri answers --ask sheet.csv`): a line for each, no cell that a spreadsheet
//! would run, and no answer taken that was given to another question.

use crate::answers::{files, proposed_for};
use crate::rig::Rig;

const HEAD: &str =
    "table,column,question,suggested,because,declared,seen,null,distinct,answer,category,basis,by";

const OFFICE: &str = "
    CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT,
        PRIMARY KEY (supply_point_id, valid_from));
    CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, amount_x TEXT, \"=1+1\" TEXT, \"@a\" TEXT, \"'b\" TEXT, \"c,\"\"d\" TEXT, \"odd*name\" TEXT);
    CREATE VIEW all_things AS SELECT * FROM thing;
    INSERT INTO supply_period VALUES ('0900000000000000000001', '20160401', '99999999', '99010');
    INSERT INTO thing (id, amount_x) VALUES (1, 'secret-1'), (2, NULL), (3, 'secret-1');";

fn proposed() -> Rig {
    proposed_for(OFFICE)
}

/// The sheet's lines behind its heading, without the marks of a spreadsheet's file.
fn asked(rig: &Rig, more: &[&str]) -> Vec<String> {
    let mut command = rig.command();
    command
        .args(["answers", "catalogue", "--ask", "sheet.csv"])
        .args(more);
    crate::rig::Ended::of(&mut command).must(0);
    let sheet = rig.read("sheet.csv");
    let sheet = sheet
        .strip_prefix('\u{feff}')
        .expect("Excel reads UTF-8 with its mark alone");
    let mut lines = sheet.split_terminator("\r\n");
    assert_eq!(lines.next(), Some(HEAD));
    lines.map(str::to_owned).collect()
}

/// A line with its last four cells filled.
fn filled(line: &str, [answer, category, basis, by]: [&str; 4]) -> String {
    let open = ",\"\",\"\",\"\",\"\"";
    let head = line.strip_suffix(open).unwrap_or_else(|| panic!("{line}"));
    let cells =
        [answer, category, basis, by].map(|cell| format!(",\"{}\"", cell.replace('"', "\"\"")));
    format!("{head}{}", cells.concat())
}

fn line<'a>(lines: &'a [String], begins: &str) -> &'a str {
    let mut found = lines.iter().filter(|line| line.starts_with(begins));
    found
        .next()
        .unwrap_or_else(|| panic!("{begins}: {lines:?}"))
}

#[test]
fn a_sheet_that_comes_back_is_the_catalogue_answered_line_by_line() {
    let rig = proposed();
    let before = files(&rig);
    let lines = asked(&rig, &["--source", "legacy.db"]);
    let whole = lines.join("\n");
    assert!(
        !whole.contains("secret-1") && !whole.contains("99010"),
        "{whole}"
    );
    assert!(
        line(&lines, "\"thing\",\"amount_x\"").contains("\"TEXT\",\"texts\",\"33.3 %\",\"1\""),
        "{whole}"
    );
    assert!(whole.contains("\"all_things\",\"\",\"ignored\""), "{whole}");
    // No cell begins as a formula does; a name with a star is answered elsewhere.
    for name in ["\"'=1+1\"", "\"'@a\"", "\"''b\"", "\"c,\"\"d\""] {
        assert!(whole.contains(&format!("\"thing\",{name},")), "{whole}");
    }
    assert!(!whole.contains("odd*name"));
    let by = "B. Ito, 2026-12-01";
    let sheet = [
        filled(
            line(&lines, "\"thing\",\"'=1+1\""),
            ["own_customer", "", "guideline \"3\"", by],
        ),
        filled(
            line(&lines, "\"thing\",\"''b\""),
            ["託送システムのみ", "personal", "", "C. Abe"],
        ),
        filled(
            line(&lines, "\"thing\",\"\",\"rows\""),
            ["the operator's own", "", "", by],
        ),
        line(&lines, "\"thing\",\"amount_x\"").to_owned(),
    ];
    // A spreadsheet drops quotes where none are needed, and its line ends may be others.
    let sheet = format!("{HEAD}\n{}\n\n", sheet.join("\n")).replace("\"thing\"", "thing");
    rig.write("back.csv", sheet);
    rig.bunri(["answers", "catalogue", "--take", "back.csv"])
        .must(0)
        .prints("2 classes and 1 reasons taken");
    let mut expected = before;
    let text = expected.get_mut("tables/thing.toml").unwrap();
    for (begin, said, by) in [
        (
            "\"=1+1\" = ",
            "{ class = \"own_customer\", basis = \"guideline \\\"3\\\"\" }",
            by,
        ),
        (
            "\"'b\" = ",
            "{ class = \"transmission_only\", category = \"personal\" }",
            "C. Abe",
        ),
        ("rows = ", "\"the operator's own\"", by),
    ] {
        let old = text
            .lines()
            .find(|line| line.starts_with(begin))
            .unwrap()
            .to_owned();
        let new = format!("{}; answered by {by}", old.replacen("\"?\"", said, 1));
        *text = text.replacen(&old, &new, 1);
    }
    assert_eq!(expected, files(&rig));
    // Taken again, and with another answer: what the catalogue says already stays.
    rig.edit("back.csv", "own_customer", "hold");
    rig.bunri(["answers", "catalogue", "--take", "back.csv"])
        .must(0)
        .prints("0 classes and 0 reasons taken")
        .prints("1 columns have another class already and keep it: thing.=1+1");
    assert_eq!(expected, files(&rig));
    rig.bunri(["answers", "catalogue", "--ask", "sheet.csv"])
        .must(3)
        .says("is there already");
}

#[test]
fn columns_may_be_moved_and_nothing_else_of_a_sheet() {
    let rig = proposed();
    let lines = asked(&rig, &[]);
    let one = filled(
        line(&lines, "\"thing\",\"amount_x\""),
        ["hold", "", "", "A"],
    );
    // The last column first.
    let turned = |line: &str| {
        let (head, by) = line.rsplit_once(',').unwrap();
        format!("{by},{head}")
    };
    rig.write(
        "back.csv",
        format!("{}\r\n{}\r\n", turned(HEAD), turned(&one)),
    );
    rig.bunri(["answers", "catalogue", "--take", "back.csv"])
        .must(0)
        .prints("1 classes and 0 reasons taken");
}

#[test]
fn whatever_is_no_answer_to_a_question_as_it_is_asked_now_is_refused_with_its_line() {
    let rig = proposed();
    let before = files(&rig);
    let lines = asked(&rig, &[]);
    let open = line(&lines, "\"thing\",\"amount_x\"");
    let good = filled(open, ["hold", "", "decision 8", "A. Sato"]);
    let refused = |sheet: &[u8], why: &str| {
        rig.write("back.csv", sheet);
        rig.bunri(["answers", "catalogue", "--take", "back.csv"])
            .must(3)
            .says("back.csv")
            .says(why);
        assert_eq!(before, files(&rig));
    };
    let with = |line: &str| format!("{HEAD}\n{line}\n");
    for (cells, why) in [
        (["hodl", "", "", "A"], "unknown class `hodl`"),
        (["?", "", "", "A"], "is still `?`"),
        (["hold", "person", "", "A"], "unknown category `person`"),
        (["hold", "", "", ""], "`by` is a name on one line"),
        (["hold", "", "", "?"], "`by` is still `?`"),
        (
            ["hold", "", "=HYPERLINK(\"x\")", "A"],
            "`basis` begins like a formula",
        ),
        (["hold", "", "＝1", "A"], "`basis` begins like a formula"),
        (
            ["hold", "", " @SUM(1)", "A"],
            "`basis` begins like a formula",
        ),
        (["hold", "", "", "-A"], "`by` begins like a formula"),
        (
            ["hold", "", "#NAME?", "A"],
            "is an error of the spreadsheet",
        ),
        (["hold", "", "a\nb", "A"], "on one line"),
        (["", "", "why not", "A"], "and no answer"),
        (["", "personal", "", ""], "and no answer"),
    ] {
        refused(with(&filled(open, cells)).as_bytes(), why);
    }
    // Another question than the one that was asked.
    for (from, to, why) in [
        ("\"thing\"", "\"thign\"", "did you mean"),
        (
            "\"amount_x\"",
            "\"amount\"",
            "the catalogue does not ask `thing.amount`",
        ),
        ("\"amount_x\"", "\"odd*name\"", "the catalogue does not ask"),
        ("\"amount_x\"", "\"*\"", "the catalogue does not ask"),
        ("\"class\"", "\"classes\"", "the catalogue does not ask"),
        (
            "\"hold\",\"no list",
            "\"discard\",\"no list",
            "is not what it was",
        ),
        ("no list knows", "every list knows", "is not what it was"),
    ] {
        assert!(good.contains(from), "{good}");
        refused(with(&good.replacen(from, to, 1)).as_bytes(), why);
    }
    let rows = line(&lines, "\"thing\",\"\",\"rows\"");
    refused(
        with(&filled(rows, ["a reason", "", "another", "A"])).as_bytes(),
        "the answer is the reason itself",
    );
    refused(
        with(&format!("{good}\n{good}")).as_bytes(),
        "is answered twice, in line 2 too",
    );
    // Every mistake at once, each with its line.
    let bad = filled(open, ["hodl", "", "", "A"]);
    rig.write("back.csv", format!("{HEAD}\n{bad}\nx,y\n"));
    rig.bunri(["answers", "catalogue", "--take", "back.csv"])
        .must(3)
        .says("back.csv:2:1: unknown class")
        .says("back.csv:3:1: 2 cells, and there are 13 columns");
    // No sheet of ours.
    refused(b"", "the sheet is empty");
    for head in [
        HEAD.replace(",by", ""),
        HEAD.replace(',', ";"),
        format!("{HEAD},note"),
        HEAD.replace("basis", "by"),
    ] {
        refused(
            format!("{head}\n{good}\n").as_bytes(),
            "has to name the columns",
        );
    }
    let mut japanese = with(&good).into_bytes();
    japanese.extend(b"\x8b\x9f\x8b\x8b");
    refused(&japanese, "not UTF-8 from here on");
    // The proposal was made anew meanwhile, and suggests something else.
    rig.edit(
        "catalogue/tables/thing.toml",
        "amount_x = \"?\"",
        "amount_x =  \"?\"",
    );
    let text = rig.read("catalogue/tables/thing.toml");
    let old = text
        .lines()
        .find(|line| line.starts_with("amount_x"))
        .unwrap();
    rig.write(
        "catalogue/tables/thing.toml",
        text.replace(old, "amount_x = \"?\" # own_customer: somebody read it"),
    );
    rig.write("back.csv", with(&good));
    rig.bunri(["answers", "catalogue", "--take", "back.csv"])
        .must(3)
        .says("the question of `thing.amount_x` is not what it was");
}
