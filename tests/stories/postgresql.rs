//! PostgreSQL as a source: the stores are those that SQLite gives, byte for byte; every type comes as the server holds it; what a
//! server can do to a reader is told, or lived through.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::job::{Job, MENDED, job};
use crate::rig::{Ended, Rig, copy_folder, repository};
use crate::small::{POINT, small};
use crate::trees::same_stores_below;

pub(crate) mod server;

use server::{Counted, Pooler, Proxy, Server, certificate, never_tells};

/// The sample, in SQLite and in the server's database `postgres`.
fn sample(server: &Server, points: u32) -> Rig {
    let rig = Rig::with_sample(points);
    rig.sql(MENDED);
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    rig
}

fn clear(rig: &Rig, name: &str) {
    let folder = rig.path(name);
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn the_stores_are_those_of_sqlite_and_the_second_reader_agrees() {
    let server = Server::start();
    let rig = sample(&server, 400);
    rig.bunri(["run", "job.toml"]).must(1);
    let file = job(&rig, "pg", &server.source("postgres", ""));
    rig.bunri(["run", &file]).must(1);
    same_stores_below(&rig, "pg");
    let ended = rig.bunri(["reread", &file]).must(0).prints("C9 faithful: ");
    rig.holds_no_value(&ended);
    rig.bunri(["check", &file])
        .must(1)
        .prints("fits the catalogue");
    let manifest = rig.json("pg/custody/staging/manifest.json");
    assert_eq!(manifest["source"]["kind"], "postgresql");
    let schema = repository().join("schemas/staging-manifest.schema.json");
    rig.python(
        "schemas.py",
        [schema.to_str().unwrap(), "pg/custody/staging/manifest.json"],
    )
    .must(0)
    .prints("1 documents, 0 complaints");
    // The same again finds everything done; after one more transaction it is another state.
    rig.bunri(["run", &file]).must(1);
    server.psql(
        "postgres",
        "UPDATE code_tariff SET tariff_code = tariff_code",
    );
    rig.bunri(["run", &file])
        .must(3)
        .says("was written to since");
    rig.bunri(["reread", &file])
        .must(4)
        .says("is not the one that was extracted");
    rig.bunri(["split", &file]).must(1);
    rig.bunri(["verify", &file]).must(1);
}

/// One column of every kind of type. Row 2 is empty; rows from 10 on do not fit.
const TYPES: &str = r#"
CREATE DOMAIN kwh AS numeric(12, 1);
CREATE DOMAIN kwh_checked AS kwh CHECK (VALUE > -1000);
CREATE TYPE phase AS ENUM ('単相', '三相');
CREATE TABLE odd (id bigint PRIMARY KEY, yes boolean, small smallint, whole integer, exact numeric, kw kwh_checked, single real,
    double_ double precision, name text, fixed character(6), short varchar(8), day date, at timestamp, at_zone timestamptz, scan bytea,
    tag uuid, shape phase, doc jsonb, plain json, list integer[], span interval, address inet, price money, hour time, bits bit(4));
INSERT INTO odd VALUES
  (1, true, -32768, 2147483647, 12, 0.5, 0.1, 1e-300, E'髙橋 𠮷男\n', 'ｱｲ', '0012', '2024-02-29', '2024-02-29 12:34:56.7',
     '2024-02-29 00:00:00+09', '\x00ff', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '三相', '{"b": 1, "a": null}', '{"b": 1}', '{1,NULL,3}',
     '1 day 02:03', '127.0.0.1/8', 12.5, '23:59:59.25', B'0101'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL),
  (3, false, 0, 0, 9223372036854775807, -999.9, 16777216, '-0', '', '', '', '0001-01-01', '9999-12-31 23:59:59.999999',
     '1970-01-01 00:00:00+00', '\x', NULL, '単相', '[]', '[]', '{}', '-1 mons', '::1', -0.01, '24:00:00', B'1111');
"#;

/// Rows whose one value does not fit, and by which rule; each is a copy of the first.
const MISFITS: [(i64, &str, &str, &str); 8] = [
    (10, "exact", "'NaN'", "not_an_integer"),
    (11, "exact", "9223372036854775808", "not_an_integer"),
    (12, "exact", "1.5", "not_an_integer"),
    (13, "double_", "'NaN'", "not_a_real"),
    (14, "double_", "'-Infinity'", "not_a_real"),
    (15, "day", "'infinity'", "not_a_date"),
    (16, "at", "'-infinity'", "not_a_timestamp"),
    (17, "day", "'0044-03-15 BC'", "not_a_date"),
];

const ODD_TOML: &str = r#"
table = "odd"
key = ["id"]
rows = "all_transmission"
basis = "story"
[columns]
id = "transmission_only"
yes = "transmission_only"
small = "transmission_only"
whole = "transmission_only"
exact = "transmission_only"
kw = "transmission_only"
single = "transmission_only"
double_ = "transmission_only"
name = "transmission_only"
fixed = "transmission_only"
short = "transmission_only"
day = "transmission_only"
at = "transmission_only"
at_zone = "transmission_only"
scan = "transmission_only"
tag = "transmission_only"
shape = "transmission_only"
doc = "transmission_only"
plain = "transmission_only"
list = "transmission_only"
span = "transmission_only"
address = "transmission_only"
price = "transmission_only"
hour = "transmission_only"
bits = "transmission_only"
[types]
id = "int"
yes = "bool"
small = "int"
whole = "int"
exact = "int"
kw = "decimal(12,1)"
single = "real"
double_ = "real"
day = "date"
at = "timestamp"
at_zone = "timestamp"
scan = "bytes"
price = "decimal(12,2)"
"#;

/// The small system, with these tables in the server's database `postgres`, and a job over it.
fn odd(server: &Server, sql: &str) -> (Rig, String) {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    server.script("postgres", sql);
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.write("catalogue/tables/odd.toml", ODD_TOML);
    let text = Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    }
    .text()
    .replace("sqlite = \"legacy.db\"", &server.source("postgres", ""));
    rig.write("job.toml", text);
    (rig, "job.toml".to_owned())
}

#[test]
fn every_type_comes_as_the_server_holds_it() {
    let server = Server::start();
    let mut sql = TYPES.to_owned();
    for (id, column, value, _) in MISFITS {
        let columns =
            "yes, small, whole, exact, kw, single, double_, name, fixed, short, day, at, at_zone";
        sql.push_str(&format!(
            "INSERT INTO odd (id, {columns}) SELECT {id}, {columns} FROM odd WHERE id = 1; UPDATE odd SET {column} = {value} WHERE id = {id};\n"
        ));
    }
    let (rig, _) = odd(&server, &sql);
    rig.bunri(["run", "job.toml"]).must(1);
    let shown = rig
        .python("show.py", [".", "transmission", "odd"])
        .must(0)
        .out;
    let whole = [
        "id=1 yes=true small=-32768 whole=2147483647 exact=12 kw=0.5 single=0.1 double_=1e-300 name=髙橋 𠮷男\n fixed=ｱｲ     short=0012 \
         day=2024-02-29 at=2024-02-29 12:34:56.700000 at_zone=2024-02-29 00:00:00 scan=00ff \
         tag=a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 shape=三相 doc={\"a\": null, \"b\": 1} plain={\"b\": 1} list={1,NULL,3} \
         span=1 day 02:03:00 address=127.0.0.1/8 price=12.50 hour=23:59:59.25 bits=0101",
        "id=2 yes=NULL small=NULL whole=NULL exact=NULL kw=NULL single=NULL double_=NULL name=NULL fixed=NULL short=NULL day=NULL at=NULL \
         at_zone=NULL scan=NULL tag=NULL shape=NULL doc=NULL plain=NULL list=NULL span=NULL address=NULL price=NULL hour=NULL bits=NULL",
        "id=3 yes=false small=0 whole=0 exact=9223372036854775807 kw=-999.9 single=16777216.0 double_=-0.0 name= fixed=       short= \
         day=0001-01-01 at=9999-12-31 23:59:59.999999 at_zone=1970-01-01 09:00:00 scan= tag=NULL shape=単相 doc=[] plain=[] list={} \
         span=-1 mons address=::1 price=-0.01 hour=24:00:00 bits=1111",
    ];
    for row in whole {
        assert!(shown.contains(row), "{row:?} is not in {shown}");
    }
    assert!(shown.contains("3 rows"), "{shown}");
    let rejects = rejected(&rig);
    for (id, column, _, rule) in MISFITS {
        assert!(
            rejects.contains(&(id, column.to_owned(), rule.to_owned())),
            "{id} {column} {rule}: {rejects:?}"
        );
    }
    assert_eq!(rejects.len(), MISFITS.len());
    rig.bunri(["reread", "job.toml"])
        .must(0)
        .prints("C9 faithful: ");
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
fn what_the_extractor_could_have_got_wrong_is_named_by_the_second_reader() {
    let server = Server::start();
    let (rig, _) = odd(&server, TYPES);
    rig.bunri(["extract", "job.toml"]).must(0);
    rig.bunri(["reread", "job.toml"]).must(0);
    let faults = [
        (r#"["exchange", "small", "whole"]"#, "small"),
        (r#"["every", "midnight", "at"]"#, "at"),
        (r#"["every", "round", "kw"]"#, "kw"),
        (r#"["every", "strip", "fixed"]"#, "fixed"),
        (r#"["every", "emptied", "doc"]"#, "doc"),
        (r#"["every", "plus_zero", "double_"]"#, "double_"),
        (r#"["every", "empty_is_null", "short"]"#, "short"),
    ];
    std::fs::rename(rig.path("custody"), rig.path("pristine")).unwrap();
    for (fault, column) in faults {
        clear(&rig, "custody");
        rig.write(
            "fault.json",
            format!(r#"{{"table": "odd", "do": {fault}}}"#),
        );
        rig.python("restage.py", ["pristine", "custody", "fault.json"])
            .must(0);
        rig.bunri(["reread", "job.toml"]).must(10).prints(column);
    }
    clear(&rig, "custody");
    rig.write("fault.json", r#"{"table": "odd", "do": ["last", 1]}"#);
    rig.python("restage.py", ["pristine", "custody", "fault.json"])
        .must(0);
    rig.bunri(["reread", "job.toml"]).must(10);
}

#[test]
fn a_kill_at_any_moment_and_a_server_that_dies_end_in_the_same_bytes() {
    let mut server = Server::start();
    let rig = sample(&server, 400);
    let whole = job(&rig, "whole", &server.source("postgres", ""));
    let begun = std::time::Instant::now();
    rig.bunri(["extract", &whole]).must(1);
    let lasts = begun.elapsed();
    let file = job(&rig, "killed", &server.source("postgres", ""));
    let staged = |name: &str| {
        let manifest = rig.read(&format!("{name}/custody/staging/manifest.json"));
        blake3::hash(manifest.as_bytes())
    };
    let mut killed = 0;
    for round in 0..50_u32 {
        let mut run = rig
            .command()
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
        let ended = run.wait().unwrap();
        if dies {
            server.run();
        }
        killed += u32::from(!matches!(ended.code(), Some(0 | 1)));
        rig.bunri(["extract", &file]).must(1);
        assert_eq!(staged("killed"), staged("whole"), "round {round}");
        clear(&rig, "killed");
    }
    assert!(killed > 20, "{killed} of 50 were killed before their end");
}

/// A table in the order of its key, unless the server's statistics are of before.
const LOG: &str = r#"table = "log"
key = ["no"]
rows = "all_transmission"
basis = "b"
[columns]
no = "transmission_only"
note = "transmission_only"
[types]
no = "int"
"#;

#[test]
fn a_table_that_lies_in_order_is_read_as_it_lies_and_one_that_does_not_gives_the_same_bytes() {
    let server = Server::start();
    let (rig, file) = odd(
        &server,
        "CREATE TABLE log (no int PRIMARY KEY, note text) WITH (autovacuum_enabled = false);
         INSERT INTO log SELECT i, 'note ' || i FROM generate_series(1, 60000) i; ANALYZE log;",
    );
    rig.write("catalogue/tables/odd.toml", LOG);
    // Rows from the index, until now.
    let by_index = || {
        let sql = "SELECT pg_stat_clear_snapshot(); SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'log'";
        let answer = server.psql("postgres", sql);
        answer.trim().parse::<u32>().unwrap()
    };
    let extract = || {
        clear(&rig, "custody");
        rig.bunri(["extract", &file]).must(0);
        std::fs::read(rig.path("custody/staging/log/part-00000.parquet")).unwrap()
    };
    let lying = extract();
    assert_eq!(by_index(), 0);
    // Nobody has looked since: the statistics still say that the rows lie in order, and two of them lie at the end.
    server.script(
        "postgres",
        "DELETE FROM log WHERE no IN (3, 40000);
         INSERT INTO log VALUES (40000, 'note 40000'), (3, 'note 3');",
    );
    let before = by_index();
    assert!(extract() == lying);
    assert_eq!(by_index(), before);
    // Now they say so.
    server.script(
        "postgres",
        "DELETE FROM log WHERE no % 7 = 0; INSERT INTO log SELECT i, 'note ' || i FROM generate_series(7, 60000, 7) i; ANALYZE log;",
    );
    let before = by_index();
    assert!(extract() == lying);
    assert!(by_index() > before);
}

#[test]
fn a_connection_that_is_cut_is_made_anew_on_the_same_snapshot() {
    let server = Server::start();
    let rig = sample(&server, 400);
    let whole = job(&rig, "whole", &server.source("postgres", ""));
    rig.bunri(["extract", &whole]).must(1);
    let staging = "custody/staging/manifest.json";
    let expected = rig.read(&format!("whole/{staging}"));
    // Beyond what is asked before the first table.
    for bytes in [200_000, 400_000, 900_000] {
        let proxy = Proxy::before(&server, Counted::OfTheServer, bytes);
        let source = format!(
            "postgresql = {{ host = \"127.0.0.1\", port = {}, database = \"postgres\", user = \"postgres\" }}",
            proxy.port()
        );
        let file = job(&rig, "cut", &source);
        rig.bunri(["extract", &file]).must(1);
        assert!(proxy.has_cut(), "{bytes} bytes never came");
        assert_eq!(rig.read(&format!("cut/{staging}")), expected, "{bytes}");
        clear(&rig, "cut");
    }
}

#[test]
fn a_pooler_may_stand_between_unless_it_ends_transactions() {
    let server = Server::start();
    let rig = sample(&server, 60);
    rig.bunri(["run", "job.toml"]).must(1);
    for mode in ["session", "transaction"] {
        let pooler = Pooler::before(&server, mode, 20);
        let file = job(&rig, mode, &pooler.source(""));
        rig.bunri(["run", &file]).must(1);
        same_stores_below(&rig, mode);
        rig.bunri(["reread", &file]).must(0).prints("C9 faithful: ");
    }
    let pooler = Pooler::before(&server, "statement", 20);
    let file = job(&rig, "statement", &pooler.source(""));
    rig.bunri(["run", &file])
        .must(4)
        .says("transaction blocks not allowed in statement pooling mode");
    assert!(!rig.path("statement/custody/staging/manifest.json").exists());
}

#[test]
fn a_server_that_is_to_be_spared_is() {
    let server = Server::start();
    let rig = sample(&server, 60);
    rig.bunri(["run", "job.toml"]).must(1);
    server.script(
        "postgres",
        "CREATE ROLE few LOGIN CONNECTION LIMIT 3; GRANT USAGE ON SCHEMA public TO few; GRANT SELECT ON ALL TABLES IN SCHEMA public TO few;
         GRANT EXECUTE ON FUNCTION pg_control_system() TO few;",
    );
    let source = |more: &str| {
        server
            .source("postgres", more)
            .replace("user = \"postgres\"", "user = \"few\"")
    };
    let of = |name: &str, more: &str| {
        let file = job(&rig, name, &source(more));
        let text = std::fs::read_to_string(rig.path(&file)).unwrap();
        rig.write(&file, text.replace("threads = 2", "threads = 6"));
        file
    };
    let file = of("many", "");
    rig.bunri(["run", &file])
        .must(4)
        .says("too many connections for role \"few\"");
    let file = of("few", ", max_connections = 3");
    rig.bunri(["check", &file]).must(1);
    rig.bunri(["run", &file]).must(1);
    same_stores_below(&rig, "few");
    rig.bunri(["reread", &file]).must(0);
    // So slowly that it shows: rows are waited for, whatever the machine does.
    let rows: u64 = rig.json("few/custody/staging/manifest.json")["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["source_rows"].as_u64().unwrap())
        .sum();
    let rate = rows / 2;
    let file = of(
        "slow",
        &format!(", max_rows_per_second = {rate}, max_connections = 2"),
    );
    let begun = std::time::Instant::now();
    rig.bunri(["extract", &file]).must(1);
    assert!(
        begun.elapsed() > Duration::from_millis(1_900),
        "{rows} rows"
    );
    for wrong in ["max_connections = 1", "max_rows_per_second = 0"] {
        let file = of("wrong", &format!(", {wrong}"));
        rig.bunri(["check", &file]).must(3).says(&wrong[..15]);
    }
}

#[test]
fn a_snapshot_that_somebody_holds_outlives_what_others_write() {
    let server = Server::start();
    let rig = sample(&server, 60);
    let lock = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot();";
    let (mut holder, name) = server.session("postgres", lock);
    let more = format!(", snapshot = {name:?}");
    let file = job(&rig, "held", &server.source("postgres", &more));
    rig.bunri(["extract", &file]).must(1);
    server.psql("postgres", "DELETE FROM meter_reading_monthly");
    // The same state, though the database is another now.
    rig.bunri(["extract", &file]).must(1);
    rig.bunri(["reread", &file]).must(0);
    // What a snapshot does not hide.
    server.psql("postgres", "TRUNCATE area_total");
    rig.bunri(["reread", &file])
        .must(4)
        .says("public.area_total changed since the snapshot");
    holder.kill().unwrap();
    holder.wait().unwrap();
    rig.bunri(["reread", &file])
        .must(4)
        .says("is not there any more");
}

#[test]
fn a_standby_at_rest_is_read_while_its_primary_goes_on() {
    let server = Server::start();
    let rig = sample(&server, 60);
    rig.bunri(["run", "job.toml"]).must(1);
    let standby = server.standby();
    let file = job(&rig, "standby", &standby.source("postgres", ""));
    server.psql("postgres", "DELETE FROM meter_reading_monthly");
    rig.bunri(["run", &file]).must(1);
    rig.bunri(["reread", &file]).must(0);
    same_stores_below(&rig, "standby");
}

#[test]
fn what_a_server_refuses_is_told_with_what_to_do() {
    let server = Server::start();
    let rig = sample(&server, 60);
    let refuses = |name: &str, source: &str, says: &str| -> Ended {
        let file = job(&rig, name, source);
        let ended = rig.bunri(["extract", &file]).must(4).says(says);
        rig.holds_no_value(&ended);
        assert!(
            !rig.path(name)
                .join("custody/staging/manifest.json")
                .exists()
        );
        ended
    };
    refuses(
        "nobody",
        "postgresql = { host = \"127.0.0.1\", port = 1, database = \"postgres\", user = \"postgres\" }",
        "cannot connect to postgresql://postgres@127.0.0.1:1/postgres",
    );
    refuses(
        "nodb",
        &server.source("nowhere", ""),
        "database \"nowhere\" does not exist (SQLSTATE 3D000)",
    );
    // One table that the user may not read.
    server.psql(
        "postgres",
        "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE SELECT ON billing FROM reader",
    );
    let reader = server
        .source("postgres", "")
        .replace("user = \"postgres\"", "user = \"reader\"");
    refuses(
        "denied",
        &reader,
        "permission denied for table billing (SQLSTATE 42501); grant SELECT",
    );
    // Rows that a policy would hide are not left out in silence.
    server.psql(
        "postgres",
        "GRANT SELECT ON billing TO reader; ALTER TABLE billing ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON billing USING (false)",
    );
    refuses(
        "policy",
        &reader,
        "row-level security policy for table \"billing\"",
    );
    server.psql("postgres", "ALTER TABLE billing DISABLE ROW LEVEL SECURITY");
    // A limit of the user ends nothing: it is lifted for the transaction.
    server.psql(
        "postgres",
        "ALTER ROLE reader SET statement_timeout = '300ms'",
    );
    let (mut holder, _) = server.session(
        "postgres",
        "BEGIN; LOCK TABLE billing IN ACCESS EXCLUSIVE MODE; SELECT 1; SELECT pg_sleep(1); COMMIT;",
    );
    let file = job(&rig, "limited", &reader);
    rig.bunri(["extract", &file]).must(1);
    holder.kill().unwrap();
    holder.wait().unwrap();
    // Somebody changes a table.
    let (mut holder, _) = server.session(
        "postgres",
        "BEGIN; LOCK TABLE billing IN ACCESS EXCLUSIVE MODE; SELECT 1;",
    );
    refuses(
        "locked",
        &server.source("postgres", ""),
        "somebody is changing the table",
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    // A table in another schema is not overlooked.
    server.psql(
        "postgres",
        "CREATE SCHEMA other; CREATE TABLE other.aside (x int)",
    );
    let file = job(&rig, "other", &server.source("postgres", ""));
    rig.bunri(["extract", &file])
        .must(3)
        .says("source table \"other.aside\": not in the catalogue");
}

#[test]
fn the_plan_says_which_roles_read_what_retail_will_not_get_and_by_which_way() {
    let server = Server::start();
    let rig = sample(&server, 60);
    server.psql(
        "postgres",
        "CREATE ROLE eigyo; CREATE ROLE tanto LOGIN IN ROLE eigyo; CREATE ROLE clean LOGIN; CREATE ROLE narrow LOGIN; \
         GRANT SELECT ON supply_point TO eigyo; GRANT SELECT (clerk_note) ON document TO narrow; \
         GRANT SELECT (retailer_code) ON code_retailer TO clean",
    );
    let file = job(&rig, "granted", &server.source("postgres", ""));
    rig.bunri(["extract", &file]).must(1);
    let out = rig.bunri(["plan", &file, "--out", "plan"]).must(1);
    rig.holds_no_value(&out);
    let plan = rig.json("plan/plan.json");
    let grants = plan["grants"].as_str().unwrap();
    assert!(
        grants.contains("; tanto ") && grants.contains(" (member of eigyo)"),
        "{grants}"
    );
    assert!(grants.contains("narrow 1 (granted)"), "{grants}");
    assert!(grants.contains("(superuser)"), "{grants}");
    assert!(!grants.contains("clean"), "{grants}");
}

#[test]
fn passwords_and_certificates_come_from_files_and_go_nowhere() {
    let server = Server::start();
    let rig = sample(&server, 60);
    let secret = "s3cret-kotoba";
    server.psql("postgres", &format!("CREATE ROLE asked LOGIN PASSWORD '{secret}'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO asked"));
    server.ask_for_tls(&rig, "asked");
    let source = |host: &str, more: &str| {
        format!(
            "postgresql = {{ host = {host:?}, port = {}, database = \"postgres\", user = \"asked\"{more} }}",
            server.port()
        )
    };
    let tls = ", tls = { ca = \"ca.pem\" }";
    rig.write("password", format!("{secret}\n"));
    let closed = |mode: u32| {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(rig.path("password"), mode).unwrap();
    };
    closed(0o600);
    let by_file = format!("{tls}, password = {{ file = \"password\" }}");
    let good = job(&rig, "good", &source("localhost", &by_file));
    let ended = rig.bunri(["extract", &good]).must(1);
    never_tells(&ended, secret);
    for file in [
        "good/custody/job.lock.json",
        "good/custody/staging/manifest.json",
    ] {
        assert!(!rig.read(file).contains(secret), "{file}");
    }
    let refuses = |name: &str, source: &str, says: &str| {
        let file = job(&rig, name, source);
        let ended = rig.bunri(["extract", &file]).must(4).says(says);
        never_tells(&ended, secret);
    };
    closed(0o640);
    refuses("open", &source("localhost", &by_file), "others may read");
    closed(0o600);
    refuses(
        "plain",
        &source("localhost", &by_file.replace(tls, ", tls = \"off\"")),
        "SQLSTATE 28000",
    );
    refuses("name", &source("127.0.0.1", &by_file), "cannot connect");
    let by_variable = format!("{tls}, password = {{ env = \"BUNRI_STORY_PASSWORD\" }}");
    refuses(
        "unset",
        &source("localhost", &by_variable),
        "has no variable `BUNRI_STORY_PASSWORD`",
    );
    let file = job(&rig, "variable", &source("localhost", &by_variable));
    let mut command = rig.command();
    let wrong = Ended::of(
        command
            .args(["extract", &file])
            .env("BUNRI_STORY_PASSWORD", "wrong-kotoba"),
    )
    .must(4)
    .says("SQLSTATE 28P01");
    never_tells(&wrong, "wrong-kotoba");
    let mut command = rig.command();
    Ended::of(
        command
            .args(["extract", &file])
            .env("BUNRI_STORY_PASSWORD", secret),
    )
    .must(1);
    // PostgreSQL's own file.
    let entry = format!("localhost:{}:*:asked:{secret}\n", server.port());
    rig.write("password", entry);
    closed(0o600);
    let file = job(&rig, "pgpass", &source("localhost", tls));
    let mut command = rig.command();
    Ended::of(
        command
            .args(["extract", &file])
            .env("PGPASSFILE", rig.path("password")),
    )
    .must(1);
    certificate(rig.root(), "other", &[]);
    let stranger = by_file.replace("ca.pem", "other.pem");
    rig.write("password", format!("{secret}\n"));
    closed(0o600);
    refuses(
        "stranger",
        &source("localhost", &stranger),
        "cannot connect",
    );
}

#[test]
fn a_database_without_an_encoding_gives_its_bytes_and_those_that_are_no_utf8_are_rejected() {
    let server = Server::start_with(&["--encoding=SQL_ASCII", "--locale=C"]);
    let (rig, _) = odd(
        &server,
        &TYPES.replace("'三相'", "'x'").replace("'単相'", "'y'"),
    );
    server.psql(
        "postgres",
        r"INSERT INTO odd (id, name, fixed) VALUES (20, E'\x93\xfa', 'a'), (21, '日', '日')",
    );
    rig.bunri(["extract", "job.toml"]).must(1);
    assert_eq!(
        rejected(&rig),
        [(20, "name".to_owned(), "not_utf8".to_owned())]
    );
    rig.bunri(["reread", "job.toml"]).must(0);
    rig.bunri(["run", "job.toml"]).must(1);
}

#[test]
fn a_database_of_another_encoding_is_converted_and_counted_as_it_comes() {
    let server = Server::start_with(&["--encoding=EUC_JP", "--locale=C"]);
    let sql = TYPES.replace("髙橋 𠮷男", "高橋");
    let (rig, _) = odd(&server, &sql);
    rig.bunri(["run", "job.toml"]).must(1);
    let shown = rig
        .python("show.py", [".", "transmission", "odd"])
        .must(0)
        .out;
    assert!(
        shown.contains("name=高橋") && shown.contains("fixed=ｱｲ     short"),
        "{shown}"
    );
    rig.bunri(["reread", "job.toml"]).must(0);
}
