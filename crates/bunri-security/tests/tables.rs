//! Tables as systems hand them over: what can be read is, and what could hide a row is refused with its line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use bunri_security::{Security, SecurityError, TableName, load_incidents};

const HEAD: &str = "label = \"x\"\njob = \"job.toml\"\njudged_on = 2026-03-31\n[companies]\noperator = [\"送\"]\nretail = [\"売\"]\n";
const ROOMS: &str =
    "[tables.rooms]\ncsv = \"rooms.csv\"\ncolumns = { room = \"部屋\", company = \"会社\" }\n";

/// Reads the rooms of a folder.
fn read(folder: &Path, extra: &str, rooms: &[u8]) -> Result<Vec<(String, String)>, SecurityError> {
    fs::write(
        folder.join("incidents.toml"),
        format!("{HEAD}{ROOMS}{extra}"),
    )
    .unwrap();
    fs::write(folder.join("rooms.csv"), rooms).unwrap();
    let incidents = load_incidents(&folder.join("incidents.toml"))?;
    let (security, _) = Security::read(&incidents, &[TableName::Rooms])?;
    let rooms = security.rooms.unwrap().into_iter();
    Ok(rooms.map(|room| (room.room, room.company)).collect())
}

#[track_caller]
fn refused(extra: &str, rooms: &[u8], why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let said = read(folder.path(), extra, rooms).unwrap_err().to_string();
    assert!(said.contains(why), "{said}");
}

#[test]
fn blanks_quotes_blank_lines_and_other_columns_are_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let text = "\u{feff}備考, 部屋 ,会社\r\n\r\n\"a,\"\"b\"\"\",\u{3000}R1 ,売\r\n,R2,送  \n\n";
    let rooms = read(folder.path(), "", text.as_bytes()).unwrap();
    let named = |room: &str, company: &str| (room.to_owned(), company.to_owned());
    assert_eq!(rooms, [named("R1", "売"), named("R2", "送")]);
    assert_eq!(
        read(folder.path(), "", "部屋,会社\n".as_bytes()).unwrap(),
        []
    );
}

#[test]
fn code_page_932_and_other_delimiters_are_read_as_declared() {
    let folder = tempfile::tempdir().unwrap();
    // 部屋|会社, 表予|売: the second bytes of 表 and 予 are a backslash and a bar.
    let text = b"\x95\x94\x89\xae|\x89\xef\x8e\xd0\n\x95\x5c\x97\x5c|\x94\x84\n\x95\x7c\x95\x94|\x91\x97\n";
    let rooms = read(
        folder.path(),
        "encoding = \"cp932\"\ndelimiter = \"|\"\n",
        text,
    )
    .unwrap();
    let names: Vec<&str> = rooms.iter().map(|(room, _)| room.as_str()).collect();
    assert_eq!(names, ["表予", "怖部"]);
}

#[test]
fn what_could_hide_a_row_is_refused_with_its_line() {
    refused(
        "",
        "部屋,会社\nR1,売\nR2\n".as_bytes(),
        "rooms.csv:3:1: 1 fields, and the first line names 2",
    );
    refused(
        "",
        "部屋,会社\nR1,\"売\nR2,送\nR3,送\n".as_bytes(),
        "rooms.csv:2:1: a field holds a line break",
    );
    refused(
        "",
        "部屋,会社\nR1,売\nR1,送\n".as_bytes(),
        "rooms.csv:3:1: another row has the same room",
    );
    refused(
        "",
        "部屋,会社\n ,売\n".as_bytes(),
        "rooms.csv:2:1: `部屋` is empty",
    );
    refused("", b"", "rooms.csv:1:1: the file is empty");
    refused(
        "",
        "部屋,部屋,会社\n".as_bytes(),
        "two columns are called `部屋`",
    );
    refused(
        "",
        "部屋,company\n".as_bytes(),
        "there is no column `会社`, which the incident file takes for `company`",
    );
    refused(
        "",
        b"\x95\x94\x89\xae,\x89\xef\x8e\xd0\n",
        "not utf-8 here: say `encoding = \"cp932\"`",
    );
    refused(
        "encoding = \"cp932\"\n",
        "部屋,会社\n\u{1f3e0},売\n".as_bytes(),
        "not cp932 here",
    );
}

#[test]
fn many_mistakes_are_told_up_to_a_bound_and_a_long_file_is_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let rooms = |company: &str| {
        let lines = (0..20_000).map(|number| format!("部屋{number},{company}\n"));
        "部屋,会社\n".to_owned() + &lines.collect::<String>()
    };
    assert_eq!(
        read(folder.path(), "", rooms("売").as_bytes())
            .unwrap()
            .len(),
        20_000
    );
    let said = read(folder.path(), "", rooms("?").as_bytes())
        .unwrap_err()
        .to_string();
    assert_eq!(said.lines().count(), 51);
}

#[test]
fn a_file_that_is_not_there_is_no_refusal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("incidents.toml"),
        format!("{HEAD}{ROOMS}"),
    )
    .unwrap();
    let incidents = load_incidents(&folder.path().join("incidents.toml")).unwrap();
    let read = Security::read(&incidents, &[TableName::Rooms]);
    assert!(matches!(read, Err(SecurityError::Unreadable { .. })));
}

#[test]
fn every_mistake_of_an_incident_file_has_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incidents.toml");
    let said = |text: &str| {
        fs::write(&file, text).unwrap();
        load_incidents(&file).unwrap_err().to_string()
    };
    for (extra, why) in [
        (
            "[tables.rooms]\ncolumns = {}\n",
            "7:1: a table is in one place",
        ),
        (
            "[tables.rooms]\ncsv = \"a\"\nsqlite = \"b\"\ntable = \"t\"\ncolumns = {}\n",
            "a table is in one place",
        ),
        (
            "[tables.room]\n",
            "7:9: unknown key `room` in `[tables]`; did you mean `rooms`?",
        ),
        (
            "[tables.rooms]\ncsv = \"a\"\ndelimiter = \"ab\"\ncolumns = { room = \"r\", company = 1 }\n",
            "9:13: `delimiter` is one of",
        ),
        (
            "[tables.grants]\ncsv = \"a\"\ncolumns = { grant = \"g\", kind = \"k\", from = \"f\", until = \"u\" }\n",
            "say which words mean what",
        ),
        (
            "[tables.rooms]\ncsv = \"a\"\nencoding = \"sjis\"\ncolumns = { room = \"r\", company = \"c\" }\n",
            "unknown encoding `sjis`",
        ),
        (
            "[rules.old_pasword]\ndays = 1\nbasis = \"b\"\n",
            "unknown rule `old_pasword`; did you mean `old_password`?",
        ),
        (
            "[rules.old_password]\ndays = 1\n",
            "`basis` is missing in the terms of `old_password`",
        ),
        (
            "[rules.old_password]\ndays = -1\nbasis = \"b\"\n",
            "must be between 0 and",
        ),
        (
            "[access_log]\ncsv = \"a\"\ncolumns = { at = \"t\", account = \"a\", action = \"x\" }\nactions = { read = [\"R\"], write = [\"R\"] }\n",
            "`R` means two actions",
        ),
    ] {
        let said = said(&format!("{HEAD}{extra}"));
        assert!(said.contains(why), "{extra}: {said}");
    }
    let said = said("label = \"x\"\n");
    assert!(
        said.contains("`job` is missing") && said.contains("`companies` is missing"),
        "{said}"
    );
}
