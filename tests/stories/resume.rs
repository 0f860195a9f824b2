//! A table that was interrupted goes on behind its last full part, wherever the source gives rows in the order of a key for little; and in
//! whatever order they come, the source is asked for its rows once.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bunri_columnar::{Event, Observer, Silent};
use bunri_extract::{BoundSource, ExtractError, ExtractOptions, SourceState, extract};
use bunri_job::load_job;
use bunri_parse::load;

use crate::job::{Job, job};
use crate::odbc::mariadb::Mariadb;
use crate::odbc::{AT_REST, SECRET, bunri, load as load_mariadb, postgresql_source, sqlite_source};
use crate::postgresql::server::Server;
use crate::rig::{Rig, copy_folder, repository};
use crate::small::{POINT, small};
use crate::trees::{Tree, differences, tree};

const TOML: &str = "table = \"odd\"\nkey = [\"day\", \"code\", \"amount\", \"at\"]\nrows = \"all_transmission\"\nbasis = \"story\"\n\
    [columns]\nday = \"transmission_only\"\ncode = \"transmission_only\"\namount = \"transmission_only\"\nat = \"transmission_only\"\n\
    v = \"transmission_only\"\n[types]\nday = \"date\"\namount = \"decimal(10,2)\"\nat = \"timestamp\"\nv = \"decimal(9,1)\"\n";

const KEY: &str = "PRIMARY KEY (day, code, amount, at)";

/// By their bytes, and by the characters that they are.
const CODES: [&str; 5] = ["", "A'1", "a\\b", "髙", "𠮷"];

/// Rows in the order of their keys, as SQL writes them; every seventh is rejected.
pub(crate) fn rows(count: u32) -> Vec<String> {
    let first = jiff::civil::date(2020, 1, 1);
    (0..count)
        .map(|number| {
            let day = first.saturating_add(jiff::Span::new().days(number / 40));
            let code = CODES[number as usize / 8 % 5].replace('\'', "''");
            let amount = number / 2 % 4;
            let at = ["2024-02-29 00:00:00.5", "2024-02-29 12:00:00"][number as usize % 2];
            let v = match number % 7 {
                6 => "bad".to_owned(),
                _ => format!("{number}.5"),
            };
            format!("('{day}', '{code}', {amount}, '{at}', '{v}')")
        })
        .collect()
}

/// The statements that make the table in some database: with its key, or as a heap.
fn table(columns: &str, key: &str, rows: &[String], end: &str) -> String {
    let key = match key {
        "" => String::new(),
        key => format!(", {key}"),
    };
    let mut sql = format!("CREATE TABLE odd ({columns}, v VARCHAR(10){key}){end};\n");
    for rows in rows.chunks(1000) {
        sql.push_str(&format!("INSERT INTO odd VALUES {};\n", rows.join(", ")));
    }
    sql
}

pub(crate) fn of_sqlite(key: &str, rows: &[String]) -> String {
    let end = if key.is_empty() { "" } else { " WITHOUT ROWID" };
    table(
        "day TEXT, code TEXT, amount INTEGER, at TEXT",
        key,
        rows,
        end,
    )
}

fn of_mariadb(key: &str, rows: &[String]) -> String {
    let columns = "day DATE, code VARCHAR(10), amount DECIMAL(10,2), at DATETIME(6)";
    let end = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    let sql = table(columns, key, rows, end);
    format!("SET sql_mode = 'NO_BACKSLASH_ESCAPES';\n{sql}")
}

pub(crate) fn of_postgresql(rows: &[String]) -> String {
    let columns = "day DATE, code VARCHAR(10) COLLATE \"C\", amount NUMERIC(10,2), at TIMESTAMP";
    let sql = table(columns, KEY, rows, "");
    format!("{sql}ANALYZE odd;\n")
}

/// The small system, with a catalogue that has the table.
pub(crate) fn system() -> Rig {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.write("catalogue/tables/odd.toml", TOML);
    rig.write("password", SECRET);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(rig.path("password"), mode).unwrap();
    rig
}

/// The source of a job in which the password stands in a file: this process knows none.
pub(crate) fn bound(rig: &Rig, source: &str) -> (bunri_job::Source, SourceState) {
    let source = source.replace("{ env = \"LEGACY_PASSWORD\" }", "{ file = \"password\" }");
    let job = Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    };
    rig.write(
        "bound.toml",
        job.text().replace("sqlite = \"legacy.db\"", &source),
    );
    let source = load_job(&rig.path("bound.toml")).unwrap().source;
    let state = SourceState::of(&source, 2, &Silent).unwrap();
    (source, state)
}

/// Stops when this part is there.
struct Halting {
    part: PathBuf,
}

impl Observer for Halting {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        self.part.exists()
    }
}

fn read(
    rig: &Rig,
    bound: &(bunri_job::Source, SourceState),
    custody: &Path,
    observer: &dyn Observer,
) -> Result<(), ExtractError> {
    read_by(1, rig, bound, custody, observer)
}

/// Extracts, in parts of 500 rows.
pub(crate) fn read_by(
    threads: usize,
    rig: &Rig,
    (source, state): &(bunri_job::Source, SourceState),
    custody: &Path,
    observer: &dyn Observer,
) -> Result<(), ExtractError> {
    read_within(1 << 26, threads, rig, (source, state), custody, observer)
}

/// The same with so many bytes.
pub(crate) fn read_within(
    memory: u64,
    threads: usize,
    rig: &Rig,
    (source, state): (&bunri_job::Source, &SourceState),
    custody: &Path,
    observer: &dyn Observer,
) -> Result<(), ExtractError> {
    let options = ExtractOptions {
        memory,
        threads,
        part_rows: 500,
    };
    let catalogue = load(&rig.path("catalogue")).unwrap();
    extract(
        &BoundSource { source, state },
        &catalogue,
        custody,
        &options,
        observer,
    )
    .map(drop)
}

/// Reads until so many parts are full and noted.
fn stop(rig: &Rig, bound: &(bunri_job::Source, SourceState), custody: &Path, full: u64) {
    stop_by(1, rig, bound, custody, full);
}

/// Reads until so many parts are full, or some more.
pub(crate) fn stop_by(
    threads: usize,
    rig: &Rig,
    bound: &(bunri_job::Source, SourceState),
    custody: &Path,
    full: u64,
) {
    let halting = Halting {
        part: part(custody, full - 1),
    };
    let stopped = read_by(threads, rig, bound, custody, &halting);
    assert!(
        matches!(stopped, Err(ExtractError::Interrupted)),
        "{stopped:?}"
    );
    assert!(custody.join("tmp/extract-odd.seam.json").exists());
}

/// The parts of the table.
fn parts(custody: &Path) -> Tree {
    tree(&custody.join("staging/odd"))
}

fn part(custody: &Path, number: u64) -> PathBuf {
    custody.join(format!("staging/odd/part-{number:05}.parquet"))
}

pub(crate) fn inodes(custody: &Path) -> Vec<u64> {
    let number = |number: u64| {
        let path = part(custody, number);
        Some(std::os::unix::fs::MetadataExt::ino(&path.metadata().ok()?))
    };
    (0..).map_while(number).collect()
}

#[test]
fn wherever_a_database_stops_in_a_table_it_goes_on_behind_the_last_full_part() {
    let rig = system();
    let mariadb = Mariadb::start();
    load_mariadb(&rig, &mariadb);
    let postgresql = Server::start();
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    postgresql.script("postgres", &script);
    let rows = rows(3000);
    mariadb.sql(&of_mariadb(KEY, &rows));
    postgresql.script("postgres", &of_postgresql(&rows));
    rig.sql(&of_sqlite(KEY, &rows));
    let mut expected = None;
    for (name, source) in [
        ("file", "sqlite = \"legacy.db\"".to_owned()),
        ("mariadb", mariadb.source(AT_REST)),
        ("postgresql", postgresql_source(&postgresql, AT_REST)),
        ("sqlite", sqlite_source(&rig, AT_REST)),
        ("native", postgresql.source("postgres", "")),
    ] {
        let bound = bound(&rig, &source);
        let whole = rig.path(&format!("{name}-whole"));
        read(&rig, &bound, &whole, &Silent).unwrap();
        let staged = parts(&whole);
        assert_eq!(staged.len(), 6, "{name}");
        assert_eq!(
            expected.get_or_insert_with(|| staged.clone()),
            &staged,
            "{name}"
        );
        for full in [1, 2, 4] {
            let custody = rig.path(&format!("{name}-{full}"));
            stop(&rig, &bound, &custody, full);
            let kept = inodes(&custody);
            assert_eq!(kept.len() as u64, full, "{name}");
            read(&rig, &bound, &custody, &Silent).unwrap();
            assert_eq!(inodes(&custody)[..kept.len()], kept, "{name}");
            let differ = differences(&tree(&custody), &tree(&whole));
            assert_eq!(differ, Vec::<String>::new(), "{name} {full}");
        }
    }
}

/// In this collation `a` comes before `B`; by their bytes it does not. It takes three full parts until both stand in a day.
#[test]
fn an_order_that_is_the_databases_own_until_it_is_not_ends_in_the_same_bytes() {
    let rig = system();
    let mariadb = Mariadb::start();
    load_mariadb(&rig, &mariadb);
    let mixed = |(number, row): (usize, String)| match number {
        0..1800 => row,
        _ => row.replace('髙', "B"),
    };
    let rows: Vec<String> = rows(3000).into_iter().enumerate().map(mixed).collect();
    let sql = of_mariadb(KEY, &rows);
    mariadb.sql(&sql.replace("utf8mb4_bin", "utf8mb4_general_ci"));
    rig.sql(&of_sqlite(KEY, &rows));
    let file = bound(&rig, "sqlite = \"legacy.db\"");
    read(&rig, &file, &rig.path("file"), &Silent).unwrap();
    let bound = bound(&rig, &mariadb.source(AT_REST));
    let whole = rig.path("whole");
    read(&rig, &bound, &whole, &Silent).unwrap();
    assert_eq!(parts(&whole), parts(&rig.path("file")));
    for full in [1, 3] {
        let custody = rig.path(&format!("stopped-{full}"));
        stop(&rig, &bound, &custody, full);
        read(&rig, &bound, &custody, &Silent).unwrap();
        let differ = differences(&tree(&custody), &tree(&whole));
        assert_eq!(differ, Vec::<String>::new(), "{full}");
    }
}

/// So many rows, one of which lies elsewhere: from where, to where.
fn moved(rows: &[String], (from, to): (usize, usize)) -> Vec<String> {
    let mut rows = rows.to_vec();
    let row = rows.remove(from);
    rows.insert(to, row);
    rows
}

#[test]
fn in_whatever_order_rows_lie_every_source_is_asked_for_them_once() {
    let mariadb = Mariadb::start();
    let asked = || {
        mariadb.sql(
            "SELECT COUNT(*) FROM mysql.general_log WHERE command_type <> 'Prepare' AND argument LIKE 'SELECT t.%day% + 0, %'",
        )
    };
    load_mariadb(&system(), &mariadb);
    let in_order = rows(20_000);
    let mut expected = None;
    // Not at all; in the first batch; when parts are committed; with the last row.
    for way in [(0, 0), (9, 3), (15_000, 11_000), (0, 19_999)] {
        let rig = system();
        let rows = moved(&in_order, way);
        rig.sql(&of_sqlite("", &rows));
        rig.python("unload.py", ["legacy.db", "unload"]).must(0);
        mariadb.sql(&format!(
            "DROP TABLE IF EXISTS odd; {}",
            of_mariadb("", &rows)
        ));
        mariadb.sql("SET GLOBAL general_log = 0; TRUNCATE mysql.general_log; SET GLOBAL log_output = 'TABLE', general_log = 1");
        for (name, source) in [
            ("file", "sqlite = \"legacy.db\""),
            (
                "csv",
                "delimited = { folder = \"unload\", encoding = \"utf-8\" }",
            ),
            ("mariadb", &mariadb.source(AT_REST)),
        ] {
            let custody = rig.path(name);
            read(&rig, &bound(&rig, source), &custody, &Silent).unwrap();
            let staged = parts(&custody);
            let expected = expected.get_or_insert_with(|| staged.clone());
            assert_eq!(
                differences(expected, &staged),
                Vec::<String>::new(),
                "{name} {way:?}"
            );
        }
        assert_eq!(asked(), "1", "{way:?}");
    }
}

/// A table of more than a part, and the program itself.
#[test]
fn a_program_that_is_killed_within_a_table_goes_on_in_it() {
    let rig = system();
    let server = Mariadb::start();
    load_mariadb(&rig, &server);
    server.sql(
        "CREATE TABLE odd (day DATE, code VARCHAR(10), amount DECIMAL(10,2), at DATETIME(6), v VARCHAR(10), PRIMARY KEY (day, code, amount, at))
             CHARACTER SET utf8mb4;
         INSERT INTO odd SELECT '2020-01-01' + INTERVAL (seq DIV 1000) DAY, LPAD(seq MOD 1000, 4, '0'), 0.5, '2024-02-29', IF(seq MOD 1000 = 7, 'x', seq)
             FROM seq_0_to_1199999;",
    );
    let at = |name: &str| {
        let file = job(&rig, name, &server.source(AT_REST));
        let catalogue = Job::default().catalogue;
        rig.edit(&file, &format!("{catalogue:?}"), "\"catalogue\"");
        file
    };
    let (whole, killed) = (at("whole"), at("killed"));
    bunri(&rig, ["extract", &whole]).must(1);
    let mut run = rig
        .command()
        .env("LEGACY_PASSWORD", SECRET)
        .args(["extract", &killed])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let custody = rig.path("killed/custody");
    let begun = Instant::now();
    while !custody.join("tmp/extract-odd.seam.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(300) && run.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().unwrap();
    assert_eq!(run.wait().unwrap().code(), None);
    let first = inodes(&custody);
    assert_eq!(first.len(), 1);
    bunri(&rig, ["extract", &killed]).must(1);
    assert_eq!(inodes(&custody)[..1], first);
    let staged = |name: &str| tree(&rig.path(name).join("custody/staging"));
    let differ = differences(&staged("killed"), &staged("whole"));
    assert_eq!(differ, Vec::<String>::new());
}
