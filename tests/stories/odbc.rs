//! Databases behind drivers of ODBC: the stores are those that SQLite gives, byte for byte, from every database that runs here; every
//! type comes as the database holds it, and what a driver would change or cut off is seen.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::job::{Job, MENDED, job};
use crate::postgresql::server::Server;
use crate::rig::{Ended, Rig, copy_folder, repository};
use crate::small::{POINT, small};
use crate::trees::same_stores_below;

pub(crate) mod mariadb;

use mariadb::Mariadb;

pub(crate) const SECRET: &str = "s3cret;ko}to{ba";
pub(crate) const AT_REST: &str = ", rest = \"story\"";

/// A command that knows the password.
pub(crate) fn bunri<const N: usize>(rig: &Rig, arguments: [&str; N]) -> Ended {
    let ended = Ended::of(rig.command().env("LEGACY_PASSWORD", SECRET).args(arguments));
    assert!(
        !ended.out.contains(SECRET) && !ended.err.contains(SECRET),
        "a secret was printed; {ended}"
    );
    ended
}

fn clear(rig: &Rig, name: &str) {
    let folder = rig.path(name);
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

pub(crate) fn sample(points: u32) -> Rig {
    let rig = Rig::with_sample(points);
    rig.sql(MENDED);
    rig
}

pub(crate) fn load(rig: &Rig, server: &Mariadb) {
    let script = rig.python("load_mariadb.py", ["legacy.db"]).must(0).out;
    server.sql(&script);
}

/// `[source]` of a job that reads the story's own SQLite database through its driver.
pub(crate) fn sqlite_source(rig: &Rig, more: &str) -> String {
    format!(
        "odbc = {{ driver = \"SQLite3\", attributes = {{ Database = {:?} }}{more} }}",
        rig.path("legacy.db")
    )
}

pub(crate) fn postgresql_source(server: &Server, more: &str) -> String {
    format!(
        "odbc = {{ driver = \"PostgreSQL Unicode\", attributes = {{ SERVER = \"127.0.0.1\", PORT = \"{}\", DATABASE = \"postgres\" }}, \
         user = \"postgres\"{more} }}",
        server.port()
    )
}

#[test]
fn the_stores_are_those_of_sqlite_from_every_database() {
    let rig = sample(400);
    bunri(&rig, ["run", "job.toml"]).must(1);
    let mariadb = Mariadb::start();
    load(&rig, &mariadb);
    let postgresql = Server::start();
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    postgresql.script("postgres", &script);
    let sources = [
        ("mariadb", mariadb.source(AT_REST)),
        ("postgresql", postgresql_source(&postgresql, AT_REST)),
        ("sqlite", sqlite_source(&rig, AT_REST)),
    ];
    for (name, source) in sources {
        let file = job(&rig, name, &source);
        bunri(&rig, ["run", &file]).must(1);
        same_stores_below(&rig, name);
        let ended = bunri(&rig, ["reread", &file])
            .must(0)
            .prints("C9 faithful: ");
        rig.holds_no_value(&ended);
        bunri(&rig, ["check", &file])
            .must(1)
            .prints("fits the catalogue");
        // Of a database at rest the same is found done.
        bunri(&rig, ["run", &file]).must(1);
        let manifest = format!("{name}/custody/staging/manifest.json");
        assert_eq!(rig.json(&manifest)["source"]["kind"], "odbc");
        let schema = repository().join("schemas/staging-manifest.schema.json");
        rig.python("schemas.py", [schema.to_str().unwrap(), manifest.as_str()])
            .must(0)
            .prints("1 documents, 0 complaints");
    }
    // One that was said to rest and does not.
    mariadb.sql("UPDATE code_tariff SET tariff_name = CONCAT(tariff_name, 'x') LIMIT 1");
    bunri(&rig, ["run", "mariadb.toml"])
        .must(3)
        .says("is bound to another state");
    bunri(&rig, ["reread", "mariadb.toml"])
        .must(4)
        .says("is not the one that was extracted");
    bunri(&rig, ["split", "mariadb.toml"]).must(1);
    bunri(&rig, ["verify", "mariadb.toml"]).must(1);
}

#[test]
fn a_database_in_use_is_read_on_one_connection_and_is_met_once() {
    let rig = sample(60);
    bunri(&rig, ["run", "job.toml"]).must(1);
    let mariadb = Mariadb::start();
    load(&rig, &mariadb);
    let file = job(&rig, "used", &mariadb.source(""));
    bunri(&rig, ["run", &file]).must(1);
    same_stores_below(&rig, "used");
    bunri(&rig, ["run", &file])
        .must(3)
        .says("a snapshot ends with its connection");
    bunri(&rig, ["reread", &file])
        .must(4)
        .says("is not the one that was extracted");
    // What no snapshot holds is not read as if one did.
    mariadb.sql("ALTER TABLE code_tariff ENGINE = Aria");
    let file = job(&rig, "unheld", &mariadb.source(""));
    bunri(&rig, ["extract", &file])
        .must(4)
        .says("no snapshot holds \"code_tariff\" (Aria)");
    let file = job(&rig, "rests", &mariadb.source(AT_REST));
    bunri(&rig, ["extract", &file]).must(1);
}

/// One column of every kind of type. Row 2 is empty; row 4 is what the sentinels of the catalogue mean; rows from 10 on do not fit.
const TYPES: &str = "
SET sql_mode = '';
CREATE TABLE odd (id BIGINT PRIMARY KEY, tiny TINYINT, large BIGINT UNSIGNED, year_ YEAR, flag BIT(1), bits BIT(10), exact DECIMAL(38,10), kw DECIMAL(12,1),
    single FLOAT, double_ DOUBLE, name VARCHAR(40), fixed CHAR(6), long_ LONGTEXT, cp932_ VARCHAR(40) CHARACTER SET cp932,
    sjis_ VARCHAR(40) CHARACTER SET sjis, latin VARCHAR(20) CHARACTER SET latin1, day DATE, at DATETIME(6), stamped TIMESTAMP(3) NULL, hour TIME(2),
    shape ENUM('単相', '三相'), marks SET('a', 'b'), doc JSON, tag UUID, address INET6, fixed_bytes BINARY(4), scan LONGBLOB) DEFAULT CHARSET utf8mb4;
INSERT INTO odd VALUES
  (1, -128, 9223372036854775807, 2024, 1, 513, 1234567890123456789012345678.0123456789, 0.5, 0.1, 1e-300, '髙﨑𠮷〜～ｶﾅ ', 'ab  ',
     CONCAT('\u{e000}x', CHAR(0), 'y'), 'ｱ～髙', 'ｱ〜', 'é', '2024-02-29', '2024-02-29 12:34:56.7', '2024-02-29 00:00:00', '-838:59:59',
     '三相', 'a,b', '{\"a\":1}', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '::1', 'ab', x'00ff'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, 127, 0, 1901, 0, 0, -0.5, -999.9, 16777216, -0.0, '', '', '', '', '', '', '9999-12-31', '9999-12-31 23:59:59.999999', NULL, '00:00:00',
     '単相', '', '[]', NULL, NULL, '', ''),
  (4, 0, 0, NULL, 0, 0, 0, 0, 0, 0, 'x', 'x', 'x', 'x', 'x', 'x', '0000-00-00', '0000-00-00 00:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
";

/// Rows whose one value does not fit, and by which rule; each is a copy of the first.
const MISFITS: [(i64, &str, &str, &str); 4] = [
    (10, "large", "18446744073709551615", "not_an_integer"),
    (11, "day", "'2018-02-00'", "not_a_date"),
    (12, "at", "'2018-02-00 10:00:00'", "not_a_timestamp"),
    (
        13,
        "name",
        "NULL, flag = 1, bits = 5, kw = 0.1, tiny = 7, day = '2018-00-01'",
        "not_a_date",
    ),
];

const COLUMNS: [(&str, &str); 27] = [
    ("id", "int"),
    ("tiny", "int"),
    ("large", "int"),
    ("year_", "int"),
    ("flag", "bool"),
    ("bits", "int"),
    ("exact", "decimal(38,10)"),
    ("kw", "decimal(12,1)"),
    ("single", "real"),
    ("double_", "real"),
    ("name", ""),
    ("fixed", ""),
    ("long_", ""),
    ("cp932_", ""),
    ("sjis_", ""),
    ("latin", ""),
    ("day", "{ type = \"date\", nothing = [\"0000-00-00\"] }"),
    (
        "at",
        "{ type = \"timestamp\", nothing = [\"0000-00-00 00:00:00.000000\"] }",
    ),
    ("stamped", "timestamp"),
    ("hour", ""),
    ("shape", ""),
    ("marks", ""),
    ("doc", ""),
    ("tag", ""),
    ("address", ""),
    ("fixed_bytes", "bytes"),
    ("scan", "bytes"),
];

/// A table of a catalogue that goes to transmission as it is; a column without a type is a text.
fn table_toml(columns: &[(&str, &str)]) -> String {
    let mut text =
        "table = \"odd\"\nkey = [\"id\"]\nrows = \"all_transmission\"\nbasis = \"story\"\n[columns]\n"
            .to_owned();
    for (name, _) in columns {
        text.push_str(&format!("{name} = \"transmission_only\"\n"));
    }
    text.push_str("[types]\n");
    for (name, of) in columns.iter().filter(|(_, of)| !of.is_empty()) {
        let of = match of.starts_with('{') {
            true => (*of).to_owned(),
            false => format!("\"{of}\""),
        };
        text.push_str(&format!("{name} = {of}\n"));
    }
    text
}

/// The small system with these tables in a MariaDB, and a job over it.
fn odd(server: &Mariadb, sql: &str, toml: &str) -> Rig {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    load(&rig, server);
    server.sql(sql);
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.write("catalogue/tables/odd.toml", toml);
    let text = Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    }
    .text()
    .replace("sqlite = \"legacy.db\"", &server.source(AT_REST));
    rig.write("job.toml", text);
    rig
}

/// Key, column and rule of every rejected row of `odd`.
fn rejected(rig: &Rig) -> Vec<(i64, String, String)> {
    let lines = rig.read("custody/rejects/odd.jsonl");
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        (
            line["values"][0]["int"].as_i64().unwrap(),
            text("column"),
            text("rule"),
        )
    };
    lines.lines().map(line).collect()
}

#[test]
fn japanese_and_every_type_come_as_mariadb_holds_them() {
    let server = Mariadb::start();
    let mut sql = TYPES.to_owned();
    for (id, column, value, _) in MISFITS {
        let names: Vec<&str> = COLUMNS.iter().skip(1).map(|(name, _)| *name).collect();
        let names = names.join(", ");
        sql.push_str(&format!(
            "INSERT INTO odd (id, {names}) SELECT {id}, {names} FROM odd WHERE id = 1; UPDATE odd SET {column} = {value} WHERE id = {id};\n"
        ));
    }
    let rig = odd(&server, &sql, &table_toml(&COLUMNS));
    bunri(&rig, ["run", "job.toml"]).must(1);
    let shown = rig
        .python("show.py", [".", "transmission", "odd"])
        .must(0)
        .out;
    let whole = [
        "id=1 tiny=-128 large=9223372036854775807 year_=2024 flag=true bits=513 exact=1234567890123456789012345678.0123456789 kw=0.5 \
         single=0.1 double_=1e-300 name=髙﨑𠮷〜～ｶﾅ  fixed=ab long_=\u{e000}x\0y cp932_=ｱ～髙 sjis_=ｱ〜 latin=é day=2024-02-29 \
         at=2024-02-29 12:34:56.700000 stamped=",
        "hour=-838:59:59.00 shape=三相 marks=a,b doc={\"a\":1} tag=a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 address=::1 fixed_bytes=61620000 scan=00ff",
        "id=2 tiny=NULL large=NULL year_=NULL flag=NULL bits=NULL exact=NULL",
        "id=3 tiny=127 large=0 year_=1901 flag=false bits=0 exact=-0.5000000000 kw=-999.9 single=16777216.0",
        "day=9999-12-31 at=9999-12-31 23:59:59.999999",
    ];
    for row in whole {
        assert!(shown.contains(row), "{row:?} is not in {shown}");
    }
    // The declared sentinels are nothing.
    let fourth = shown.lines().find(|line| line.contains("id=4 ")).unwrap();
    assert!(fourth.contains("day=NULL at=NULL"), "{fourth}");
    let rejects = rejected(&rig);
    for (id, _, _, rule) in MISFITS {
        assert!(
            rejects
                .iter()
                .any(|(row, _, broken)| *row == id && broken == rule),
            "{id} {rule}: {rejects:?}"
        );
    }
    assert_eq!(rejects.len(), MISFITS.len());
    bunri(&rig, ["reread", "job.toml"])
        .must(0)
        .prints("C9 faithful: ");
    // What the extractor could have got wrong is named.
    std::fs::rename(rig.path("custody"), rig.path("pristine")).unwrap();
    for (fault, column) in [
        (r#"["exchange", "tiny", "year_"]"#, "tiny"),
        (r#"["every", "midnight", "at"]"#, "at"),
        (r#"["every", "strip", "name"]"#, "name"),
        (r#"["every", "emptied", "doc"]"#, "doc"),
    ] {
        clear(&rig, "custody");
        rig.write(
            "fault.json",
            format!(r#"{{"table": "odd", "do": {fault}}}"#),
        );
        rig.python("restage.py", ["pristine", "custody", "fault.json"])
            .must(0);
        bunri(&rig, ["reread", "job.toml"]).must(10).prints(column);
    }
}

#[test]
fn long_texts_and_wide_tables_come_whole() {
    let server = Mariadb::start();
    let rig = odd(
        &server,
        "CREATE TABLE odd (id INT PRIMARY KEY, short VARCHAR(10), long_ LONGTEXT, scan LONGBLOB) DEFAULT CHARSET utf8mb4;
         INSERT INTO odd VALUES (1, 'a', REPEAT('髙𠮷', 200000), x'00'), (2, NULL, NULL, NULL), (3, 'c', '', REPEAT(x'00ff', 300000)),
           (4, 'd', CONCAT(REPEAT('x', 65536), CHAR(0), '﨑'), '');",
        &table_toml(&[("id", "int"), ("short", ""), ("long_", ""), ("scan", "bytes")]),
    );
    let ended = bunri(&rig, ["extract", "job.toml"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bunri(&rig, ["reread", "job.toml"]).must(0);
    assert_eq!(
        staged_odd(&rig)["totals"][2]["total"]["bytes"],
        7 * 200_000 + 65_536 + 1 + 3
    );
    // As many columns as there may be.
    server.sql("DROP TABLE odd");
    let names: Vec<String> = (0..1600).map(|number| format!("c{number}")).collect();
    let spelt: Vec<String> = names
        .iter()
        .map(|name| format!("{name} TINYTEXT"))
        .collect();
    let texts: Vec<String> = (0..1600)
        .map(|number| format!("'{}'", number % 10))
        .collect();
    server.sql(&format!(
        "CREATE TABLE odd (id INT PRIMARY KEY, {}) ENGINE = Aria DEFAULT CHARSET utf8mb4; INSERT INTO odd VALUES (1, {}), (2, {});",
        spelt.join(", "),
        texts.join(", "),
        vec!["NULL"; 1600].join(", ")
    ));
    let columns: Vec<(&str, &str)> = std::iter::once(("id", "int"))
        .chain(names.iter().map(|name| (name.as_str(), "")))
        .collect();
    rig.write("catalogue/tables/odd.toml", table_toml(&columns));
    clear(&rig, "custody");
    clear(&rig, "retail");
    let ended = bunri(&rig, ["extract", "job.toml"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bunri(&rig, ["reread", "job.toml"]).must(0);
}

/// The driver holds all of an answer; one long text makes the pieces of this table short.
#[test]
fn a_long_table_of_mariadb_is_asked_for_in_pieces() {
    let server = Mariadb::start();
    let toml = table_toml(&[
        ("id", ""),
        ("day", "date"),
        ("step", "decimal(6, 1)"),
        ("scan", ""),
    ]);
    let toml = toml.replace("key = [\"id\"]", "key = [\"id\", \"day\", \"step\"]");
    // Upper and lower case are the same to the collation, and others by their bytes.
    let rig = odd(
        &server,
        "SET sql_mode = ''; CREATE TABLE odd (id VARCHAR(8) COLLATE utf8mb4_general_ci, day DATE, step DECIMAL(6,1), scan MEDIUMTEXT, \
           PRIMARY KEY (id, day, step)) DEFAULT CHARSET utf8mb4;
         INSERT INTO odd SELECT CONCAT(IF(seq MOD 2, 'a\\\\''', 'A\\\\'''), CHAR(97 + seq DIV 1000 USING utf8mb4)),
           IF(seq MOD 7, DATE_ADD('2020-01-01', INTERVAL seq DAY), '0000-00-00'), (CAST(seq AS SIGNED) - 2500) / 10,
           IF(seq = 77, REPEAT('髙', 20000), seq) FROM seq_1_to_5000;
         SET GLOBAL log_output = 'TABLE', general_log = 1;",
        &toml,
    );
    let asked = || {
        server.sql(
            "SELECT COUNT(*) FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE '%odd%ORDER BY%LIMIT%'",
        )
    };
    let ended = bunri(&rig, ["extract", "job.toml"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    // 32 MiB at some 60,000 bytes a row.
    let pieces: u32 = asked().parse().unwrap();
    assert!((9..14).contains(&pieces), "{pieces}");
    bunri(&rig, ["reread", "job.toml"]).must(0);
    let staged = || {
        let rows = staged_odd(&rig)["source_rows"].as_u64().unwrap();
        (rows, rejected_lines(&rig))
    };
    assert_eq!(staged(), (5000, 714));

    // Of rows that are the same by an index a piece might end between two: they are asked for at one time.
    server.sql(
        "SET sql_mode = ''; ALTER TABLE odd DROP PRIMARY KEY, ADD KEY (id, day, step);
         INSERT INTO odd SELECT LOWER(id), day, step, scan FROM odd WHERE BINARY id LIKE 'A%'; TRUNCATE mysql.general_log;",
    );
    clear(&rig, "custody");
    clear(&rig, "retail");
    let ended = bunri(&rig, ["extract", "job.toml"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    assert_eq!(asked(), "0");
    assert_eq!(staged(), (7500, 714 + 357));
}

/// What the manifest of staging says of `odd`.
fn staged_odd(rig: &Rig) -> Value {
    let mut manifest = rig.json("custody/staging/manifest.json");
    let tables = manifest["tables"].as_array_mut().unwrap();
    let odd = tables.iter_mut().find(|table| table["id"] == "odd");
    odd.unwrap().take()
}

/// How many rows of `odd` were rejected.
fn rejected_lines(rig: &Rig) -> u64 {
    rig.read("custody/rejects/odd.jsonl").lines().count() as u64
}

#[test]
fn a_kill_at_any_moment_and_a_server_that_dies_end_in_the_same_bytes() {
    let mut server = Mariadb::start();
    let rig = sample(400);
    load(&rig, &server);
    let whole = job(&rig, "whole", &server.source(AT_REST));
    // The first run finds a server that has just started, and lasts longer than any that is killed.
    bunri(&rig, ["extract", &whole]).must(1);
    clear(&rig, "whole");
    let begun = std::time::Instant::now();
    bunri(&rig, ["extract", &whole]).must(1);
    let mut lasts = begun.elapsed();
    let file = job(&rig, "killed", &server.source(AT_REST));
    let staged = |name: &str| {
        let manifest = rig.read(&format!("{name}/custody/staging/manifest.json"));
        blake3::hash(manifest.as_bytes())
    };
    let (mut killed, mut died) = (0, 0);
    for round in 0..50_u32 {
        let mut run = rig
            .command()
            .env("LEGACY_PASSWORD", SECRET)
            .args(["extract", &file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(lasts * (round * 37 % 50) / 50);
        let dies = round % 5 == 4;
        if dies {
            server.kill();
        } else {
            run.kill().unwrap();
        }
        // A server that is down is waited for.
        if dies {
            std::thread::sleep(Duration::from_millis(200));
            server.run();
        }
        let ended = run.wait().unwrap();
        killed += u32::from(ended.code().is_none());
        died += u32::from(dies);
        // Where other work has ended since, runs are faster than the one that was measured.
        if !dies && ended.code().is_some() {
            lasts = lasts * 9 / 10;
        }
        assert!(matches!(ended.code(), None | Some(0 | 1 | 4)), "{ended:?}");
        bunri(&rig, ["extract", &file]).must(1);
        assert_eq!(staged("killed"), staged("whole"), "round {round}");
        clear(&rig, "killed");
    }
    assert!(
        killed > 20 && died == 10,
        "{killed} of 50 were killed before their end"
    );
}

#[test]
fn a_server_that_dies_under_a_snapshot_is_told_and_nothing_is_half() {
    let mut server = Mariadb::start();
    let rig = sample(2000);
    load(&rig, &server);
    let file = job(&rig, "dies", &server.source(""));
    let staging = rig.path("dies/custody/staging");
    let is_begun = || std::fs::read_dir(&staging).is_ok_and(|mut tables| tables.next().is_some());
    let mut seen = false;
    // How long a run lasts is the machine's affair: the server dies some time after the first table is begun.
    for round in 0..30 {
        clear(&rig, "dies");
        let mut run = rig
            .command()
            .env("LEGACY_PASSWORD", SECRET)
            .args(["extract", &file])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while run.try_wait().unwrap().is_none() && !is_begun() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(round * 10));
        server.kill();
        let ended = run.wait_with_output().unwrap();
        server.run();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!said.contains(SECRET), "{said}");
        if matches!(ended.status.code(), Some(0 | 1)) {
            continue;
        }
        assert_eq!(ended.status.code(), Some(4), "{said}");
        assert!(!rig.path("dies/custody/staging/manifest.json").exists());
        seen |= said.contains("and with it the snapshot");
        if seen && round > 3 {
            break;
        }
    }
    assert!(seen, "no server died in the middle");
}

#[test]
fn what_a_database_or_its_driver_refuses_is_told_with_what_to_do() {
    let server = Mariadb::start();
    let rig = sample(60);
    load(&rig, &server);
    let refuses = |name: &str, source: &str, code: i32, says: &str| {
        let file = job(&rig, name, source);
        let ended = bunri(&rig, ["extract", &file]).must(code).says(says);
        rig.holds_no_value(&ended);
        assert!(
            !rig.path(name)
                .join("custody/staging/manifest.json")
                .exists()
        );
    };
    let source = server.source("");
    refuses(
        "nodriver",
        &source.replace("MariaDB Unicode", "Maria"),
        4,
        "`odbcinst -q -d` lists the drivers",
    );
    refuses(
        "nodsn",
        "odbc = { dsn = \"NOWHERE\" }",
        4,
        "`odbcinst -q -s` its data sources",
    );
    refuses(
        "noserver",
        &source.replace(&server.port().to_string(), "1"),
        4,
        "cannot connect to odbc:MariaDB Unicode/legacy",
    );
    refuses(
        "nodb",
        &source.replace("\"legacy\"", "\"nowhere\""),
        4,
        "cannot connect to odbc:MariaDB Unicode/nowhere",
    );
    refuses(
        "nopassword",
        &source.replace("LEGACY_PASSWORD", "ANOTHER"),
        4,
        "the environment has no variable `ANOTHER`",
    );
    // Secrets and what has a key of its own do not stand among the attributes, and a password not in the job.
    for (attribute, says) in [
        ("PWD = \"x\"", "a password does not stand in a job"),
        ("Password = \"x\"", "a password does not stand in a job"),
        ("UID = \"x\"", "`UID` is `user` of `[source.odbc]`"),
    ] {
        let with = source.replace("SERVER = ", &format!("{attribute}, SERVER = "));
        refuses("attribute", &with, 3, says);
    }
    let open = source.replace("{ env = \"LEGACY_PASSWORD\" }", "\"x\"");
    refuses("open", &open, 3, "a password does not stand in a job");
    // A table that the user may not read.
    server.sql(
        "CREATE USER narrow IDENTIFIED BY 's3cret;ko}to{ba'; \
         SELECT CONCAT('GRANT SELECT ON legacy.', TABLE_NAME, ' TO narrow') FROM information_schema.TABLES WHERE 1 = 0;",
    );
    let grants = server.sql(
        "SELECT CONCAT('GRANT SELECT ON legacy.`', TABLE_NAME, '` TO narrow;') FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = 'legacy' AND TABLE_NAME <> 'billing'",
    );
    server.sql(&grants);
    server.sql("GRANT INSERT ON legacy.billing TO narrow");
    refuses(
        "denied",
        &source.replace("\"reader\"", "\"narrow\""),
        4,
        "grant SELECT on it to this user",
    );
    // A limit of the user ends nothing: it is lifted for the session.
    server.sql("ALTER USER reader WITH MAX_STATEMENT_TIME 0.001");
    let file = job(&rig, "limited", &source);
    bunri(&rig, ["extract", &file]).must(1);
    // No driver manager: everything else works, and this says what to install.
    let file = job(&rig, "nomanager", &source);
    Ended::of(
        rig.command()
            .env("BUNRI_ODBC_LIBRARY", "/nowhere/libodbc.so")
            .env("LEGACY_PASSWORD", SECRET)
            .args(["extract", &file]),
    )
    .must(4)
    .says("install unixODBC");
    assert!(server.folder().exists());
}

/// A text whose bytes are no UTF-8 is rejected as it is without a driver: nothing is completed, and nothing becomes `?` or □.
#[test]
fn bytes_that_are_no_characters_are_rejected_as_they_lie() {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    rig.sql("INSERT INTO code_retailer VALUES ('99030', CAST(x'93fa967b' AS TEXT)), ('99040', CAST(x'e69d' AS TEXT))");
    bunri(&rig, ["extract", "job.toml"]).must(1);
    let rejects = "custody/rejects/code_retailer.jsonl";
    let by_itself = rig.read(rejects);
    assert_eq!(by_itself.matches("not_utf8").count(), 2, "{by_itself}");
    assert!(by_itself.contains("93fa967b"), "{by_itself}");
    clear(&rig, "custody");
    clear(&rig, "retail");
    let source = sqlite_source(&rig, AT_REST);
    rig.edit("job.toml", "sqlite = \"legacy.db\"", &source);
    bunri(&rig, ["extract", "job.toml"])
        .must(1)
        .never_says("93fa");
    assert_eq!(rig.read(rejects), by_itself);
    bunri(&rig, ["reread", "job.toml"]).must(0);
}

/// PostgreSQL shows an older snapshot an empty table after TRUNCATE, and nothing says that there were rows.
#[test]
fn a_table_of_postgresql_is_not_emptied_under_a_snapshot() {
    let rig = sample(2000);
    bunri(&rig, ["run", "job.toml"]).must(1);
    let server = Server::start();
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    let file = job(&rig, "held", &postgresql_source(&server, ""));
    let mut run = rig
        .command()
        .args(["run", &file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Large tables come first, and the list of tariffs late.
    let staging = rig.path("held/custody/staging");
    let staged = || std::fs::read_dir(&staging).is_ok_and(|files| files.count() > 0);
    while !staged() && run.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let refused = server.refuses(
        "postgres",
        "SET lock_timeout = '100ms'; TRUNCATE code_tariff CASCADE",
    );
    assert!(refused.contains("lock timeout"), "{refused}");
    assert_eq!(run.wait().unwrap().code(), Some(1));
    same_stores_below(&rig, "held");
}

/// MariaDB lets nobody empty a table that the snapshot's transaction has counted; before that it says itself that the table is not
/// what the snapshot saw. Either way no table is taken for empty.
#[test]
fn a_table_of_mariadb_is_not_taken_for_empty_when_it_is_emptied_meanwhile() {
    let rig = sample(2000);
    bunri(&rig, ["extract", "job.toml"]).must(1);
    let server = Mariadb::start();
    load(&rig, &server);
    for (name, begun) in [("late", "custody/staging"), ("early", "custody")] {
        let file = job(&rig, name, &server.source(""));
        let mut run = rig
            .command()
            .env("LEGACY_PASSWORD", SECRET)
            .args(["extract", &file])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while !rig.path(name).join(begun).exists() && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        server.sql("CREATE TABLE kept SELECT * FROM code_tariff; TRUNCATE code_tariff");
        let ended = run.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        let staged = |custody: &str| {
            let manifest = rig.json(&format!("{custody}/staging/manifest.json"));
            let tables = manifest["tables"].as_array().unwrap().iter();
            let mut rows = tables.map(|table| (table["id"].clone(), table["source_rows"].clone()));
            rows.find(|(id, _)| id == "code_tariff").unwrap()
        };
        match ended.status.code() {
            Some(1) => assert_eq!(staged(&format!("{name}/custody")), staged("custody")),
            Some(4) => assert!(
                said.contains("code_tariff")
                    && !rig
                        .path(name)
                        .join("custody/staging/manifest.json")
                        .exists(),
                "{said}"
            ),
            _ => panic!("{said}"),
        }
        server.sql("INSERT INTO code_tariff SELECT * FROM kept; DROP TABLE kept");
    }
}

/// A driver of this source, built here, that stands before Debian's of this name.
fn driver_before(rig: &Rig, source: &str, name: &str) -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let driver = folders
        .map(|folder| folder.unwrap().path().join("odbc").join(name))
        .find(|driver| driver.exists())
        .expect("Debian's drivers");
    let built = rig.path(source).with_extension("so");
    let ended = Ended::of(
        Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(&built)
            .arg(format!("-DDRIVER={driver:?}"))
            .arg(repository().join("tests/odbc").join(source))
            .arg("-Wl,--no-as-needed")
            .arg(&driver)
            .arg(format!("-Wl,-rpath,{}", driver.parent().unwrap().display())),
    );
    ended.must(0);
    built.display().to_string()
}

/// It cuts every value off behind 65 bytes, in both readers.
#[test]
fn a_driver_that_truncates_and_says_nothing_is_seen_by_what_the_database_counts() {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    let long = "x".repeat(100);
    rig.sql(&format!(
        "UPDATE code_retailer SET retailer_name = '{long}' WHERE retailer_code = '99010'"
    ));
    let lies = sqlite_source(&rig, AT_REST).replace(
        "driver = \"SQLite3\"",
        &format!(
            "driver = {:?}",
            driver_before(&rig, "truncating.c", "libsqlite3odbc.so")
        ),
    );
    let honest = sqlite_source(&rig, AT_REST);
    for (source, code) in [(&honest, 1), (&lies, 10)] {
        clear(&rig, "custody");
        clear(&rig, "retail");
        let job = Job {
            catalogue: repository()
                .join("samples/catalogues/valid/minimal")
                .display()
                .to_string(),
            ..Job::default()
        };
        rig.write(
            "job.toml",
            job.text().replace("sqlite = \"legacy.db\"", source),
        );
        let ended = bunri(&rig, ["run", "job.toml"]).must(code);
        assert!(!ended.out.contains(&long[..65]), "{ended}");
        if code == 10 {
            ended.prints("C3").prints("retailer_name");
        }
    }
}

/// Days and moments come by their numbers then, but for what the catalogue reads as a text, or by what is written.
#[test]
fn a_database_that_nobody_knows_is_read_by_what_its_driver_describes() {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    let server = Server::start();
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    server.script(
        "postgres",
        "ALTER TABLE meter_reading ALTER usage_kwh TYPE NUMERIC(12,1);
         CREATE TABLE odd (id BIGINT PRIMARY KEY, day DATE, at TIMESTAMP, said DATE, until DATE, price NUMERIC(12,2), name VARCHAR(40));
         INSERT INTO odd VALUES
           (3, '2024-02-29', '2024-02-29 12:34:56.7', '2024-02-29', '9999-12-31', -0.50, '髙𠮷'),
           (1, '0001-01-01', '9999-12-31 23:59:59.999999', '0001-01-01', '2024-02-29', 1234567890.12, ''),
           (2, NULL, NULL, NULL, NULL, NULL, NULL),
           (4, '2024-01-01', '2024-01-01', NULL, '9999-12-30', 0, 'x');",
    );
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    let columns = [
        ("id", "int"),
        ("day", "date"),
        ("at", "timestamp"),
        ("said", ""),
        ("until", "{ type = \"date\", open = [\"9999-12-31\"] }"),
        ("price", "decimal(12,2)"),
        ("name", ""),
    ];
    rig.write("catalogue/tables/odd.toml", table_toml(&columns));
    let driver = driver_before(&rig, "unnamed.c", "psqlodbcw.so");
    let source = postgresql_source(&server, ", schema = \"public\", rest = \"story\"")
        .replace("\"PostgreSQL Unicode\"", &format!("{driver:?}"));
    let text = Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    }
    .text()
    .replace("sqlite = \"legacy.db\"", &source);
    rig.write("job.toml", text);
    bunri(&rig, ["run", "job.toml"]).must(1);
    let shown = rig
        .python("show.py", [".", "transmission", "odd"])
        .must(0)
        .out;
    for row in [
        "id=1 day=0001-01-01 at=9999-12-31 23:59:59.999999 said=0001-01-01 until=2024-02-29 price=1234567890.12 name=",
        "id=2 day=NULL at=NULL said=NULL until=NULL price=NULL name=NULL",
        "id=4 day=2024-01-01 at=2024-01-01 00:00:00 said=NULL until=9999-12-30 price=0.00 name=x",
        "id=3 day=2024-02-29 at=2024-02-29 12:34:56.700000 said=2024-02-29 until=9999-12-31 price=-0.50 name=髙𠮷",
    ] {
        assert!(shown.contains(row), "{row:?} is not in {shown}");
    }
    bunri(&rig, ["reread", "job.toml"])
        .must(0)
        .prints("C9 faithful: ");
}

#[test]
fn before_there_is_a_catalogue_a_database_is_inspected_and_one_is_proposed() {
    let server = Mariadb::start();
    let rig = sample(60);
    load(&rig, &server);
    rig.sql("CREATE VIEW points AS SELECT supply_point_id FROM supply_point");
    server.sql("CREATE VIEW points AS SELECT supply_point_id FROM supply_point");
    for (name, source) in [
        ("my", server.source(AT_REST)),
        ("lite", sqlite_source(&rig, AT_REST)),
    ] {
        let file = job(&rig, name, &source);
        let ended = bunri(&rig, ["inspect", &file]);
        assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
        rig.holds_no_value(&ended.prints("supply_point"));
        let proposed = format!("{name}-catalogue");
        let ended = bunri(&rig, ["init", &file, "--out", &proposed]);
        assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
        assert!(
            rig.path(&proposed)
                .join("tables/supply_point.toml")
                .exists()
        );
    }
}
