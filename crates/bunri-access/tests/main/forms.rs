//! The same few lines in other forms: packed, in code page 932, as lines of a pattern, as a table.

use std::io::Write as _;
use std::path::PathBuf;

use bunri_access::form::{Field, Layout, Log, Place};
use bunri_access::time::{JAPAN, TimeForm};
use bunri_access::{AccessError, Pattern, Terms, Work};
use bunri_security::file::Encoding;
use tempfile::TempDir;

use crate::rig::{csv_log, file, look, looked, numbered, story};

const LINES: [&str; 3] = [
    "2024-05-01T10:00:00,R-1,T-R,S03,READ,,91,,1",
    "2024-05-01T10:00:01,R-1,T-R,S03,READ,,92,,1",
    "2024-05-01T10:00:02,R-1,T-R,S03,SEARCH,NAME,,,1",
];

fn expected() -> Vec<String> {
    story(&looked(numbered(&LINES).as_bytes(), &Terms::new()).unwrap())
}

fn of(log: &Log) -> Result<Vec<String>, AccessError> {
    look(log, &Terms::new(), Work::new(2)).map(|report| story(&report))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_files_are_known_by_their_first_bytes() {
    let folder = TempDir::new().unwrap();
    let text = numbered(&LINES);
    for (name, bytes) in [
        ("a.gz", gzip(text.as_bytes())),
        ("b", zstd::encode_all(text.as_bytes(), 1).unwrap()),
        ("c.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("d.csv", text.replace('\n', "\r\n").into_bytes()),
        ("e.csv", text.trim_end().as_bytes().to_vec()),
    ] {
        let path = file(folder.path(), name, &bytes);
        assert_eq!(of(&csv_log(vec![path])).unwrap(), expected(), "{name}");
    }
}

#[test]
fn a_packed_file_that_ends_too_early_is_refused_and_never_half_judged() {
    let folder = TempDir::new().unwrap();
    let lines: Vec<&str> = LINES.iter().copied().cycle().take(30_000).collect();
    let packed = gzip(numbered(&lines).as_bytes());
    for length in [packed.len() / 2, packed.len() - 1] {
        let path = file(folder.path(), "a.gz", &packed[..length]);
        let error = of(&csv_log(vec![path])).unwrap_err();
        assert!(matches!(error, AccessError::Packed { .. }), "{error}");
        assert!(error.to_string().contains("a.gz"), "{error}");
    }
}

#[test]
fn files_of_another_form_are_refused_with_their_name() {
    let folder = TempDir::new().unwrap();
    let first = file(folder.path(), "first.csv", numbered(&LINES).as_bytes());
    for (name, bytes, why) in [
        ("utf16.csv", &b"\xff\xfea\0"[..], "UTF-16"),
        ("empty.csv", b"", "names no columns"),
        ("other.csv", b"seq,when\n", "no column `at`"),
        (
            "twice.csv",
            b"at,at,user,term,screen,do,by,point,items,hits,seq\n",
            "twice",
        ),
    ] {
        let path = file(folder.path(), name, bytes);
        let error = of(&csv_log(vec![first.clone(), path])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(name) && text.contains(why), "{text}");
    }
    let gone = folder.path().join("gone.csv");
    let error = of(&csv_log(vec![first, gone])).unwrap_err();
    assert!(matches!(error, AccessError::Io { .. }), "{error}");
}

#[test]
fn columns_may_stand_in_another_order_in_the_next_file() {
    let folder = TempDir::new().unwrap();
    let first = file(folder.path(), "1.csv", numbered(&LINES[..2]).as_bytes());
    let other = "user,at,seq,more,term,screen,do,by,point,items,hits\nR-1,2024-05-01T10:00:02,3,x,T-R,S03,SEARCH,NAME,,,1\n";
    let second = file(folder.path(), "2.csv", other.as_bytes());
    let found = of(&csv_log(vec![first, second])).unwrap();
    let count = |story: Vec<String>| -> Vec<String> {
        let cut = |line: String| line.split('@').next().unwrap_or_default().to_owned();
        story.into_iter().map(cut).collect()
    };
    assert_eq!(count(found), count(expected()));
}

fn pattern_log(path: PathBuf, pattern: &str, keys: &[(Field, &str)], time: TimeForm) -> Log {
    let keys = keys.iter().map(|(field, key)| (*field, (*key).to_owned()));
    let layout = Layout::Pattern(Pattern::new(pattern, &keys.collect()).unwrap());
    let place = Place::Files {
        files: vec![path],
        layout,
        encoding: Encoding::Utf8,
    };
    let mut log = Log::new(place, time, JAPAN);
    log.nothing = std::array::from_fn(|_| vec!["-".to_owned()]);
    log
}

#[test]
fn lines_of_syslog_are_judged_like_rows() {
    let folder = TempDir::new().unwrap();
    let modern = "<134>1 2024-05-01T01:00:00Z h app - - [acc@32473 sq=\"1\" u=\"R-1\" t=\"T-R\" s=\"S03\" d=\"READ\" p=\"91\" n=\"1\"]\n\
                  <134>1 2024-05-01T01:00:01Z h app - - [acc@32473 sq=\"2\" u=\"R-1\" t=\"T-R\" s=\"S03\" d=\"READ\" p=\"92\" n=\"1\"]\n\
                  <134>1 2024-05-01T01:00:02Z h app - - [acc@32473 sq=\"3\" u=\"R-1\" t=\"T-R\" s=\"S03\" d=\"SEARCH\" b=\"NAME\" n=\"1\"]\n\
                  <86>1 2024-05-01T01:00:02Z h sshd - - - hello\n";
    let path = file(folder.path(), "modern.log", modern.as_bytes());
    let keys = [
        (Field::Sequence, "sq"),
        (Field::Account, "u"),
        (Field::Terminal, "t"),
        (Field::Screen, "s"),
        (Field::Action, "d"),
        (Field::Search, "b"),
        (Field::Point, "p"),
        (Field::Rows, "n"),
    ];
    let pattern = "<{_}>1 {at} {_} {_} {_} {_} [acc@32473 {pairs}]";
    let log = pattern_log(path, pattern, &keys, TimeForm::Year);
    let found = of(&log).unwrap();
    let lines = [
        "other_company_read R-1 S03 1 @1",
        "name_search R-1 S03 1 @3",
    ];
    assert_eq!(found[..2], lines);
    assert_eq!(found[2..], ["malformed pattern 1 @4"]);

    let old = "May  1 10:00:00 h acc: R-1 T-R S03 READ - 91\nMay  1 10:00:01 h acc: R-1 T-R S03 READ - 92\nMay  1 10:00:02 h acc: R-1 T-R S03 SEARCH NAME -\n";
    let path = file(folder.path(), "old.log", old.as_bytes());
    let from = bunri_types::parse_day("2024-01-01").unwrap();
    let pattern = "{at} h acc: {account} {terminal} {screen} {action} {search} {point}";
    let log = pattern_log(path, pattern, &[], TimeForm::Syslog { from });
    assert_eq!(of(&log).unwrap(), lines);
}

#[test]
fn code_page_932_is_read_as_its_characters() {
    let folder = TempDir::new().unwrap();
    let text = numbered(&LINES).replace(HEADER_NAMES.0, HEADER_NAMES.1);
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!unmappable);
    let path = file(folder.path(), "sjis.csv", &bytes);
    let mut log = csv_log(vec![path]);
    if let Place::Files {
        layout: Layout::Delimited { names, .. },
        encoding,
        ..
    } = &mut log.place
    {
        *encoding = Encoding::Cp932;
        for (field, name) in names {
            if *field == Field::Account {
                *name = "利用者ＩＤ".to_owned();
            }
        }
    }
    assert_eq!(of(&log).unwrap(), expected());
}

const HEADER_NAMES: (&str, &str) = ("user", "利用者ＩＤ");

#[test]
fn a_table_is_read_in_the_order_of_its_row_numbers() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("log.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE `acc``ess` (seq INTEGER, at TEXT, user TEXT, term TEXT, screen TEXT, do TEXT, by TEXT, point TEXT, items TEXT, hits INTEGER)",
        )
        .unwrap();
    for (number, line) in LINES.iter().enumerate() {
        let cells: Vec<Option<&str>> = line
            .split(',')
            .map(|cell| (!cell.is_empty()).then_some(cell))
            .collect();
        let insert = format!(
            "INSERT INTO `acc``ess` (rowid, seq, at, user, term, screen, do, by, point, items, hits) VALUES ({}, {}, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            number + 2,
            number + 1
        );
        connection
            .execute(&insert, rusqlite::params_from_iter(cells))
            .unwrap();
    }
    let csv = csv_log(Vec::new());
    let Place::Files {
        layout: Layout::Delimited { names, .. },
        ..
    } = csv.place.clone()
    else {
        panic!("a log of files");
    };
    let table = |table: &str| {
        let mut log = csv.clone();
        log.place = Place::Table {
            database: database.clone(),
            table: table.to_owned(),
            names: names.clone(),
        };
        log
    };
    for block_bytes in [1, 1 << 20] {
        let work = Work {
            threads: 2,
            block_bytes,
        };
        let report = look(&table("acc`ess"), &Terms::new(), work).unwrap();
        assert_eq!(story(&report), expected());
    }
    let error = of(&table("other")).unwrap_err();
    assert!(matches!(error, AccessError::Database { .. }), "{error}");
    connection
        .execute_batch("ALTER TABLE `acc``ess` DROP COLUMN items")
        .unwrap();
    assert!(
        of(&table("acc`ess")).is_err(),
        "a column that is not there is no text"
    );
}
