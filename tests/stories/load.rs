//! Stores into a target: loaded whole, held against the store, and every damage found; what is in the way is told before anything is
//! written; a kill, a dead server and a second run end in the same target.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::job::Job;
use crate::postgresql::server::{Counted, Proxy, Server, never_tells};
use crate::rig::{Ended, Rig, STORES, copy_folder, repository};
use crate::small::{POINT, small};
use crate::trees::tree;

/// A table of every type, with names that need quoting and values that are easily bent.
const EQUIPMENT: &str = r#"
CREATE TABLE "設備" (番号 INTEGER PRIMARY KEY, 名称 TEXT, kw NUMERIC, at TEXT, day TEXT, scan BLOB, ratio REAL, "select" INTEGER, 備考 TEXT);
INSERT INTO "設備" VALUES
  (1, '髙橋 𠮷男' || char(10) || '改行' || char(9) || '\N〜～', 0.5, '2024-02-29 12:34:56.789012', '2024-02-29', x'005cff', 0.1, 1, ''),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, 'ｱｲ   ', -999.9, '9999-12-31 23:59:59.999999', '9999-12-31', x'', -1.5, 0, 'NULL'),
  (4, '\', 99999999999.9, '0001-01-01 00:00:00', '0001-01-01', x'0a', 1e-300, 1, ' '),
  (5, '"; DROP TABLE x; --', 0, '1970-01-01 00:00:00', '1970-01-01', x'31', 16777216, 0, '　');
"#;

const EQUIPMENT_TOML: &str = r#"
table = "設備"
id = "equipment"
key = ["番号"]
rows = "all_transmission"
basis = "story"
[columns]
"番号" = "transmission_only"
"名称" = "transmission_only"
kw = "transmission_only"
at = "transmission_only"
day = "transmission_only"
scan = "transmission_only"
ratio = "transmission_only"
select = "transmission_only"
"備考" = "transmission_only"
[types]
"番号" = "int"
kw = "decimal(12,1)"
at = "timestamp"
day = "date"
scan = "bytes"
ratio = "real"
select = "bool"
"#;

/// The small system with the table of every type, split.
fn equipment(sql: &str) -> Rig {
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    rig.sql(EQUIPMENT);
    rig.sql(sql);
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.write("catalogue/tables/equipment.toml", EQUIPMENT_TOML);
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    rig.bunri(["run", "job.toml"]).must(1);
    rig
}

/// A database with a schema for a store, and the file that names it.
fn place(rig: &Rig, server: &Server, store: &str, database: &str) -> String {
    server.psql("postgres", &format!("CREATE DATABASE {database}"));
    server.psql(database, "CREATE SCHEMA customer");
    target(rig, server, store, database, "postgres")
}

fn target(rig: &Rig, server: &Server, store: &str, database: &str, user: &str) -> String {
    let file = format!("{database}-{user}.toml");
    rig.write(
        &file,
        format!(
            "store = {store:?}\nconnections = 2\n[postgresql]\nhost = {:?}\nport = {}\ndatabase = {database:?}\nuser = {user:?}\n\
             schema = \"customer\"\n",
            server.folder(),
            server.port()
        ),
    );
    file
}

/// Tables of the schema that lack their mark, or have other rows than it says.
fn half_loaded(server: &Server, database: &str) -> String {
    server.psql(
        database,
        "SELECT string_agg(relname, ' ') FROM (SELECT c.relname, obj_description(c.oid, 'pg_class') AS mark, \
         (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', 'customer', c.relname), false, true, '')))[1]::text \
         AS n FROM pg_class c WHERE c.relnamespace = 'customer'::regnamespace AND c.relkind = 'r') t \
         WHERE mark IS NULL OR mark NOT LIKE '% rows=' || n || ' %'",
    )
}

fn tables(server: &Server, database: &str) -> usize {
    let sql = "SELECT count(*) FROM pg_class WHERE relnamespace = 'customer'::regnamespace AND relkind = 'r'";
    server.psql(database, sql).parse().unwrap()
}

/// What the server writes of a table by itself, a file a table, in a folder of its own.
fn dumped(rig: &Rig, server: &Server, database: &str, store: &str) -> String {
    let folder = server.folder().join(format!("dump-{database}"));
    std::fs::create_dir(&folder).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&folder, open).unwrap();
    let manifest = rig.json(&format!("{store}/manifest.json"));
    for table in manifest["tables"].as_array().unwrap() {
        let (id, name) = (&table["id"], table["name"].as_str().unwrap());
        let path = folder.join(id.as_str().unwrap());
        server.psql(
            database,
            &format!("COPY customer.\"{name}\" TO '{}'", path.display()),
        );
    }
    folder.to_str().unwrap().to_owned()
}

#[test]
fn the_stores_of_the_sample_are_loaded_and_a_third_reader_agrees() {
    let server = Server::start();
    let rig = Rig::with_sample(400);
    rig.bunri(["run", "job.toml"]).must(1);
    let schema = |name: &str| repository().join(format!("schemas/{name}.schema.json"));
    for (store, folder) in ["retail", "transmission", "quarantine"]
        .into_iter()
        .zip(STORES)
    {
        let file = place(&rig, &server, store, store);
        let ended = rig
            .bunri(["load", folder, "--into", &file, "--record", "loaded.json"])
            .must(0)
            .prints("tables, ");
        rig.holds_no_value(&ended);
        let ended = rig
            .bunri([
                "verify",
                "--store",
                folder,
                "--loaded",
                &file,
                "--record",
                "compared.json",
            ])
            .must(0)
            .prints("the same by the encoding of every cell");
        rig.holds_no_value(&ended);
        for (name, record) in [("load-record", "loaded.json"), ("loaded", "compared.json")] {
            rig.python("schemas.py", [schema(name).to_str().unwrap(), record])
                .must(0)
                .prints("1 documents, 0 complaints");
        }
        let record = rig.json("compared.json");
        let rows = |key: &str| {
            let tables = record["tables"].as_array().unwrap().iter();
            tables
                .map(|table| table[key].as_u64().unwrap())
                .sum::<u64>()
        };
        assert_eq!(rows("store_rows"), rows("target_rows"));
        assert!(rows("store_rows") > 100, "{store}");
        rig.python(
            "loaded.py",
            [".", store, &dumped(&rig, &server, store, folder)],
        )
        .must(0)
        .prints(" 0 differ");
        assert_eq!(half_loaded(&server, store), "");
        // The same again finds everything done, and writes the same but for what it did.
        let again = rig.bunri(["load", folder, "--into", &file]).must(0);
        again.prints("of the tables were loaded before");
    }
    // A store is never changed by being loaded.
    rig.bunri(["verify", "job.toml"]).must(1);
}

#[test]
fn every_type_comes_back_as_it_was_and_records_are_the_same() {
    let server = Server::start();
    let rig = equipment("");
    let store = "custody/transmission";
    let mut records = Vec::new();
    for database in ["one", "two"] {
        let file = place(&rig, &server, "transmission", database);
        rig.bunri(["load", store, "--into", &file, "--record", "loaded.json"])
            .must(0);
        rig.bunri(["verify", "--store", store, "--loaded", &file])
            .must(0);
        let dumps = dumped(&rig, &server, database, store);
        rig.python("loaded.py", [".", "transmission", &dumps])
            .must(0)
            .prints(" 0 differ");
        let mut record = rig.json("loaded.json");
        let place = record["target"].as_object_mut().unwrap();
        assert!(place.remove("address").is_some() && place.remove("database").is_some());
        records.push(record);
    }
    assert_eq!(records[0], records[1]);
    // As the server itself prints them.
    let printed = server.psql(
        "one",
        "SELECT string_agg(concat_ws('|', 名称, kw, at, day, scan, ratio, \"select\", 備考, ''), E'\\n' ORDER BY 番号) FROM customer.\"設備\" \
         WHERE 番号 <> 1",
    );
    assert_eq!(
        printed,
        "ｱｲ   |-999.9|9999-12-31 23:59:59.999999|9999-12-31|\\x|-1.5|f|NULL|\n\
         \\|99999999999.9|0001-01-01 00:00:00|0001-01-01|\\x0a|1e-300|t| |\n\
         \"; DROP TABLE x; --|0.0|1970-01-01 00:00:00|1970-01-01|\\x31|16777216|f|　|"
    );
    let types = server.psql(
        "one",
        "SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute \
         WHERE attrelid = 'customer.\"設備\"'::regclass AND attnum > 0",
    );
    assert_eq!(
        types,
        "bigint, text, numeric(12,1), timestamp without time zone, date, bytea, double precision, boolean, text"
    );
}

/// What somebody does to the target, and what must be said of it.
const DAMAGES: [(&str, &[&str]); 22] = [
    (
        "UPDATE t SET 名称 = 'x' WHERE 番号 = 1",
        &["設備, column 名称: value_changed", "1 rows"],
    ),
    (
        "DELETE FROM t WHERE 番号 = 3",
        &["設備: rows_missing", "1 rows"],
    ),
    (
        "ALTER TABLE t DROP CONSTRAINT 設備_pkey; INSERT INTO t SELECT * FROM t WHERE 番号 < 3",
        &[
            "設備: rows_doubled",
            "2 rows",
            "設備: key_differs (store 番号, target none)",
        ],
    ),
    (
        "ALTER TABLE t ALTER 名称 TYPE varchar(4) USING substr(名称, 1, 4)",
        &[
            "column 名称: column_type (store text, target character varying(4))",
            "column 名称: value_changed",
        ],
    ),
    (
        "UPDATE t SET 名称 = substr(名称, 1, 4) WHERE 番号 = 5",
        &["column 名称: value_changed"],
    ),
    (
        "ALTER TABLE t ALTER kw TYPE numeric(12,0)",
        &[
            "column kw: column_type (store numeric(12,1), target numeric(12,0))",
            "column kw: value_changed",
        ],
    ),
    (
        "ALTER TABLE t ALTER kw TYPE numeric(13,2)",
        &["column kw: column_type"],
    ),
    (
        "UPDATE t SET kw = kw + 0.1 WHERE 番号 = 5",
        &["column kw: value_changed", "1 rows"],
    ),
    (
        "ALTER TABLE t ALTER at TYPE timestamp(0)",
        &[
            "column at: column_type",
            "column at: value_changed",
            "2 rows",
        ],
    ),
    (
        "UPDATE t SET at = date_trunc('milliseconds', at) WHERE 番号 = 1",
        &["column at: value_changed", "1 rows"],
    ),
    (
        "ALTER TABLE t DROP COLUMN 備考",
        &["column 備考: column_missing"],
    ),
    (
        "ALTER TABLE t RENAME TO 設備２",
        &["設備: table_missing", "設備２: table_surplus"],
    ),
    (
        "UPDATE t SET 備考 = NULL WHERE 備考 = ''",
        &["column 備考: value_changed", "1 rows"],
    ),
    (
        "UPDATE t SET 名称 = rtrim(名称)",
        &["column 名称: value_changed", "1 rows"],
    ),
    (
        "UPDATE t SET 備考 = trim(備考) WHERE 番号 = 4",
        &["column 備考: value_changed", "1 rows"],
    ),
    (
        "UPDATE t SET 名称 = replace(名称, '〜', '～')",
        &["column 名称: value_changed"],
    ),
    (
        "UPDATE t SET ratio = 0 WHERE 番号 = 3",
        &["column ratio: value_changed"],
    ),
    (
        "UPDATE t SET scan = '\\x00' WHERE 番号 = 3",
        &["column scan: value_changed"],
    ),
    (
        "ALTER TABLE t RENAME 名称 TO x; ALTER TABLE t RENAME 備考 TO 名称; ALTER TABLE t RENAME x TO 備考",
        &[
            "設備: column_order",
            "column 名称: value_changed",
            "column 備考: value_changed",
        ],
    ),
    (
        "ALTER TABLE t ADD more int",
        &["column more: column_surplus"],
    ),
    (
        "CREATE VIEW customer.seen AS SELECT 番号 FROM t",
        &["seen: table_surplus"],
    ),
    (
        "UPDATE t SET 番号 = 9 WHERE 番号 = 4",
        &["設備: rows_missing", "設備: rows_surplus"],
    ),
];

#[test]
fn every_damage_to_a_target_is_found_and_told_without_a_value() {
    let server = Server::start();
    let rig = equipment("");
    let store = "custody/transmission";
    let file = place(&rig, &server, "transmission", "whole");
    rig.bunri(["load", store, "--into", &file]).must(0);
    rig.bunri(["verify", "--store", store, "--loaded", &file])
        .must(0);
    for (number, (damage, told)) in DAMAGES.into_iter().enumerate() {
        let database = format!("damaged{number}");
        server.psql(
            "postgres",
            &format!("CREATE DATABASE {database} TEMPLATE whole"),
        );
        let sql = damage
            .replace(" t ", " customer.\"設備\" ")
            .replace(" t;", " customer.\"設備\";");
        let sql = if let Some(rest) = sql.strip_suffix(" t") {
            format!("{rest} customer.\"設備\"")
        } else {
            sql
        };
        server.psql(&database, &sql);
        let file = target(&rig, &server, "transmission", &database, "postgres");
        let mut ended = rig
            .bunri([
                "verify",
                "--store",
                store,
                "--loaded",
                &file,
                "--record",
                "damage.json",
            ])
            .must(10)
            .prints("does NOT hold transmission");
        for text in told {
            ended = ended.prints(text);
        }
        for value in ["髙橋", "DROP TABLE", "16777216", "2024-02-29", "999.9"] {
            ended = ended.never_says(value);
        }
        let record = rig.json("damage.json");
        assert_eq!(record["status"], "different", "{damage}");
        let same = |table: &&Value| table["same"] == true;
        let tables = record["tables"].as_array().unwrap();
        assert_eq!(
            tables.iter().filter(same).count() + usize::from(!damage.contains("VIEW")),
            tables.len(),
            "{damage}"
        );
    }
    // A table whose rows nobody may see is an error, and not an empty one.
    server.psql("postgres", "CREATE ROLE looker LOGIN");
    server.psql("whole", "GRANT USAGE ON SCHEMA customer TO looker");
    let file = target(&rig, &server, "transmission", "whole", "looker");
    rig.bunri(["verify", "--store", store, "--loaded", &file])
        .must(5)
        .says("permission denied for table");
}

#[test]
fn a_load_that_is_killed_or_loses_its_server_goes_on_where_it_was() {
    let mut server = Server::start();
    let rig = Rig::with_sample(1_000);
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    let store = "custody/transmission";
    let file = place(&rig, &server, "transmission", "whole");
    let begun = Instant::now();
    rig.bunri(["load", store, "--into", &file]).must(0);
    let lasts = begun.elapsed();
    let all = tables(&server, "whole");
    let start = |file: &str| -> Child {
        rig.command()
            .args(["load", store, "--into", file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let (mut killed, mut partly) = (0, 0);
    for round in 0..12_u32 {
        let database = format!("killed{round}");
        let file = place(&rig, &server, "transmission", &database);
        let mut run = start(&file);
        std::thread::sleep(lasts * (round * 37 % 50) / 50);
        let dies = round % 4 == 3;
        let asked = round % 4 == 1;
        if dies {
            server.kill();
        } else if asked {
            let term = ["-TERM", &run.id().to_string()];
            Command::new("kill").args(term).status().unwrap();
        } else {
            run.kill().unwrap();
        }
        let ended = run.wait().unwrap();
        if asked {
            // Before it hears signals, it ends as any program does.
            let heard = matches!(ended.code(), Some(0 | 6) | None);
            assert!(heard, "{ended:?}");
        }
        if dies {
            assert!(matches!(ended.code(), Some(0 | 5)), "{ended:?}");
            server.run();
        }
        killed += u32::from(ended.code() != Some(0));
        // The server ends a session that lost its client a moment later.
        let idle = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'");
        let begun = Instant::now();
        while server.psql("postgres", &idle) != "0" {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "a session outlives its client"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(half_loaded(&server, &database), "", "round {round}");
        let there = tables(&server, &database);
        partly += u32::from(there > 0 && there < all);
        rig.bunri(["load", store, "--into", &file]).must(0);
        assert_eq!(half_loaded(&server, &database), "", "round {round}");
        rig.bunri(["verify", "--store", store, "--loaded", &file])
            .must(0);
        server.psql("postgres", &format!("DROP DATABASE {database}"));
    }
    assert!(killed > 4, "{killed} of 12 were ended before their end");
    assert!(partly > 0, "none was ended between two tables");
}

#[test]
fn a_connection_that_is_cut_leaves_tables_whole_and_is_gone_on_with() {
    let server = Server::start();
    let rig = Rig::with_sample(400);
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    let store = "custody/transmission";
    let mut partly = 0;
    // Before the first table, within tables, and within what is answered.
    for (counted, bytes) in [
        (Counted::OfTheClient, 3_000),
        (Counted::OfTheClient, 200_000),
        (Counted::OfTheClient, 600_000),
        (Counted::OfTheServer, 6_000),
    ] {
        let database = format!("cut{bytes}");
        let direct = place(&rig, &server, "transmission", &database);
        let proxy = Proxy::before(&server, counted, bytes);
        let through = format!("through-{database}.toml");
        rig.write(
            &through,
            format!(
                "store = \"transmission\"\nconnections = 2\n[postgresql]\nhost = \"127.0.0.1\"\nport = {}\n\
                 database = {database:?}\nuser = \"postgres\"\nschema = \"customer\"\n",
                proxy.port()
            ),
        );
        rig.bunri(["load", store, "--into", &through])
            .must(5)
            .says("postgresql");
        assert!(proxy.has_cut(), "{counted:?} {bytes}: never came");
        assert_eq!(half_loaded(&server, &database), "", "{counted:?} {bytes}");
        partly += usize::from(tables(&server, &database) > 0);
        rig.bunri(["load", store, "--into", &direct]).must(0);
        assert_eq!(half_loaded(&server, &database), "", "{counted:?} {bytes}");
        rig.bunri(["verify", "--store", store, "--loaded", &direct])
            .must(0);
    }
    assert!(partly > 0, "none was cut behind a table");
}

#[test]
fn a_target_takes_a_store_over_tls_by_a_password_that_goes_nowhere() {
    let server = Server::start();
    let rig = small(&[[POINT, "2010-04-01", "9999-12-31", "99010"]]);
    rig.bunri(["run", "job.toml"]).must(1);
    let store = "custody/transmission";
    let secret = "s3cret-kotoba";
    let sql = format!("CREATE ROLE loader LOGIN PASSWORD '{secret}'; CREATE DATABASE target");
    for statement in sql.split("; ") {
        server.psql("postgres", statement);
    }
    server.psql("target", "CREATE SCHEMA customer AUTHORIZATION loader");
    server.ask_for_tls(&rig, "loader");
    let target = |name: &str, more: &str| {
        let file = format!("{name}.toml");
        rig.write(
            &file,
            format!(
                "store = \"transmission\"\n[postgresql]\nhost = \"localhost\"\nport = {}\ndatabase = \"target\"\n\
                 user = \"loader\"\nschema = \"customer\"\npassword = {{ env = \"LOADER_PASSWORD\" }}\n{more}\n",
                server.port()
            ),
        );
        file
    };
    let with = |words: &[&str], password: &str| {
        let mut command = rig.command();
        let ended = Ended::of(command.args(words).env("LOADER_PASSWORD", password));
        never_tells(&ended, password);
        ended
    };
    let good = target("good", "tls = { ca = \"ca.pem\" }");
    let plain = target("plain", "tls = \"off\"");
    with(&["load", store, "--into", &plain], secret)
        .must(5)
        .says("SQLSTATE 28000");
    with(&["load", store, "--into", &good], "wrong-kotoba")
        .must(5)
        .says("SQLSTATE 28P01");
    assert_eq!(tables(&server, "target"), 0);
    with(&["load", store, "--into", &good], secret).must(0);
    let of_store = rig.json(&format!("{store}/manifest.json"));
    let all = of_store["tables"].as_array().unwrap().len();
    assert_eq!(tables(&server, "target"), all);
    let loaded = ["verify", "--store", store, "--loaded", &good];
    with(&loaded, secret).must(0);
    with(&loaded, "wrong-kotoba").must(5).says("SQLSTATE 28P01");
    for path in tree(rig.root()).into_keys() {
        let found = std::fs::read(rig.path(&path))
            .unwrap()
            .windows(secret.len())
            .any(|piece| piece == secret.as_bytes());
        assert!(!found, "{path} holds the password");
    }
}

#[test]
fn what_is_in_the_way_is_told_before_anything_is_written() {
    let server = Server::start();
    let rig = equipment("");
    let store = "custody/transmission";
    let refuses = |file: &str, store: &str, code: i32, says: &str| -> Ended {
        rig.bunri(["load", store, "--into", file])
            .must(code)
            .says(says)
    };
    // Encodings that do not hold every character.
    for (database, encoding, locale) in [("raw", "SQL_ASCII", "C"), ("euc", "EUC_JP", "C")] {
        server.psql(
            "postgres",
            &format!("CREATE DATABASE {database} ENCODING '{encoding}' LOCALE '{locale}' TEMPLATE template0"),
        );
        server.psql(database, "CREATE SCHEMA customer");
        let file = target(&rig, &server, "transmission", database, "postgres");
        refuses(&file, store, 3, &format!("the database is in {encoding}"));
        assert_eq!(tables(&server, database), 0);
    }
    let file = place(&rig, &server, "transmission", "custody");
    let retail = place(&rig, &server, "retail", "retail");
    // A slip of the fingers.
    refuses(
        &retail,
        store,
        3,
        "is meant for retail, and this is transmission",
    );
    refuses(
        &file,
        "retail",
        3,
        "is meant for transmission, and this is retail",
    );
    // No schema, no right to make anything in it.
    server.psql("postgres", "CREATE DATABASE bare");
    let bare = target(&rig, &server, "transmission", "bare", "postgres");
    refuses(&bare, store, 3, "there is no schema `customer`");
    server.psql("postgres", "CREATE ROLE clerk LOGIN");
    let clerk = target(&rig, &server, "transmission", "custody", "clerk");
    refuses(&clerk, store, 5, "needs USAGE and CREATE");
    // Somebody else's table is never replaced.
    server.psql("custody", "CREATE TABLE customer.\"設備\" (x int)");
    refuses(&file, store, 3, "bunri did not load it");
    rig.bunri(["load", store, "--into", &file, "--replace"])
        .must(3)
        .says("bunri did not load it");
    server.psql("custody", "DROP TABLE customer.\"設備\"");
    assert_eq!(tables(&server, "custody"), 0);
    // Another load holds the schema.
    let mut busy = rig
        .command()
        .args(["load", store, "--into", &file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    busy.wait().unwrap();
    // Retail never beside custody.
    let mixed = target(&rig, &server, "retail", "custody", "postgres");
    refuses(&mixed, "retail", 3, "never in one database");
    // A store that is not what its manifest says.
    copy_folder(&rig.path(store), &rig.path("touched"));
    let part = "touched/equipment/part-00000.parquet";
    let mut bytes = std::fs::read(rig.path(part)).unwrap();
    bytes.push(0);
    rig.write(part, bytes);
    let fresh = place(&rig, &server, "transmission", "fresh");
    rig.bunri(["load", "touched", "--into", &fresh])
        .must(10)
        .prints("file_changed");
    assert_eq!(tables(&server, "fresh"), 0);
    // A store of another manifest than the target's.
    let pinned = rig.read(&fresh);
    rig.write(
        "pinned.toml",
        format!("manifest = \"{}\"\n{pinned}", "0".repeat(64)),
    );
    refuses(
        "pinned.toml",
        store,
        3,
        "is meant for the store of manifest 0000",
    );
    // Nothing may be written into a store.
    rig.bunri([
        "load",
        store,
        "--into",
        &fresh,
        "--record",
        "custody/transmission/record.json",
    ])
    .must(3)
    .says("lies in the store");
    // Nobody there; and a password where whoever lists processes reads it.
    let secret = "s3cret-kotoba";
    let url = format!("postgresql://u:{secret}@127.0.0.1:1/d?store=transmission&schema=customer");
    let ended = refuses(&url, store, 3, "a password does not stand in a URL");
    never_tells(&ended, secret);
    let nobody = "postgresql://u@127.0.0.1:1/d?store=transmission&schema=customer";
    refuses(
        nobody,
        store,
        5,
        "cannot connect to postgresql://u@127.0.0.1:1/d",
    );
    // The right one, as a URL.
    let url = format!(
        "postgresql://postgres@{}:{}/fresh?store=transmission&schema=customer",
        server.folder().to_str().unwrap().replace('/', "%2F"),
        server.port()
    );
    rig.bunri(["load", store, "--into", &url]).must(0);
    rig.bunri(["verify", "--store", store, "--loaded", &url])
        .must(0);
}

#[test]
fn one_load_at_a_time_and_a_full_disk_leaves_what_was_loaded_whole() {
    let server = Server::start();
    let rig = equipment("");
    let store = "custody/transmission";
    let file = place(&rig, &server, "transmission", "brimful");
    // As the disk would: in the middle of a table that has its rows already.
    server.psql(
        "brimful",
        "CREATE FUNCTION public.full() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE '%設備%') THEN \
         RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END IF; END $$; \
         CREATE EVENT TRIGGER full_disk ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION public.full()",
    );
    rig.bunri(["load", store, "--into", &file])
        .must(5)
        .says("give its key to table `設備`")
        .says("make room and run again");
    assert_eq!(half_loaded(&server, "brimful"), "");
    let there = server.psql(
        "brimful",
        "SELECT count(*) FROM pg_class WHERE relname = '設備'",
    );
    assert_eq!(there, "0");
    server.psql("brimful", "DROP EVENT TRIGGER full_disk");
    // Whoever holds the lock of the schema is waited for a little, and then said.
    let number = {
        let name = blake3::hash(b"bunri.load/1 customer");
        i64::from_be_bytes(*name.as_bytes().first_chunk().unwrap())
    };
    let (mut holder, _) = server.session(
        "brimful",
        &format!("SELECT pg_advisory_lock({number}); SELECT 1;"),
    );
    rig.bunri(["load", store, "--into", &file])
        .must(8)
        .says("another load into");
    holder.kill().unwrap();
    holder.wait().unwrap();
    let twins: Vec<Child> = (0..2)
        .map(|_| {
            rig.command()
                .args(["load", store, "--into", &file])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut twin in twins {
        assert!(matches!(twin.wait().unwrap().code(), Some(0 | 8)));
    }
    rig.bunri(["load", store, "--into", &file]).must(0);
    rig.bunri(["verify", "--store", store, "--loaded", &file])
        .must(0);
}

#[test]
fn another_stores_tables_make_room_if_asked_and_leave_nothing_behind() {
    let server = Server::start();
    let rig = equipment("");
    let store = "custody/transmission";
    let file = place(&rig, &server, "transmission", "target");
    rig.bunri(["load", store, "--into", &file]).must(0);
    server.psql(
        "target",
        "CREATE TABLE customer.gone (x int); COMMENT ON TABLE customer.gone IS \
         'bunri.load/1 store=transmission table=gone rows=0 manifest=0000000000000000000000000000000000000000000000000000000000000000'",
    );
    rig.sql("UPDATE \"設備\" SET 名称 = 'another' WHERE 番号 = 1");
    for folder in ["custody", "retail"] {
        std::fs::rename(rig.path(folder), rig.path(&format!("{folder}-before"))).unwrap();
    }
    rig.bunri(["run", "job.toml"]).must(1);
    rig.bunri(["verify", "--store", store, "--loaded", &file])
        .must(10)
        .prints("設備, column 名称: value_changed")
        .prints("gone: table_surplus");
    rig.bunri(["load", store, "--into", &file])
        .must(3)
        .says("loaded of another store")
        .says("`gone`, which was loaded as `gone` of an earlier store");
    // What was made upon a table is not taken away with it.
    server.psql(
        "target",
        "CREATE VIEW public.upon AS SELECT * FROM customer.\"設備\"",
    );
    rig.bunri(["load", store, "--into", &file, "--replace"])
        .must(5)
        .says("whoever made it must take it away first");
    server.psql("target", "DROP VIEW public.upon");
    rig.bunri([
        "load",
        store,
        "--into",
        &file,
        "--replace",
        "--record",
        "loaded.json",
    ])
    .must(0);
    rig.bunri(["verify", "--store", store, "--loaded", &file])
        .must(0);
}

#[test]
fn a_source_is_never_a_target_and_a_cell_that_cannot_be_held_is_named() {
    let server = Server::start();
    let rig = equipment("");
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    server.psql("postgres", "CREATE SCHEMA customer");
    let text = rig
        .read("job.toml")
        .replace("sqlite = \"legacy.db\"", &server.source("postgres", ""))
        .replace("\"custody\"", "\"pg/custody\"")
        .replace("\"retail\"", "\"pg/retail\"");
    rig.write("pg.toml", text);
    rig.bunri(["run", "pg.toml"]).must(1);
    let custody = target(&rig, &server, "transmission", "postgres", "postgres");
    rig.bunri(["load", "pg/custody/transmission", "--into", &custody])
        .must(3)
        .says("is the database that the store was made of");
    let retail = target(&rig, &server, "retail", "postgres", "postgres");
    rig.bunri(["load", "pg/retail", "--into", &retail, "--job", "pg.toml"])
        .must(3)
        .says("is the database that the store was made of");
    assert_eq!(tables(&server, "postgres"), 0);
    // A text that PostgreSQL cannot hold.
    let rig = equipment("UPDATE \"設備\" SET 名称 = 'a' || char(0) || 'b' WHERE 番号 = 3");
    let file = place(&rig, &server, "transmission", "nul");
    rig.bunri(["load", "custody/transmission", "--into", &file])
        .must(3)
        .says("table `設備`, column `名称`: the cell of row 3 in the store's order holds the character U+0000");
    let there = server.psql(
        "nul",
        "SELECT count(*) FROM pg_class WHERE relname = '設備'",
    );
    assert_eq!(there, "0");
    rig.bunri([
        "verify",
        "--store",
        "custody/transmission",
        "--loaded",
        &file,
    ])
    .must(10)
    .prints("設備: table_missing");
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn files_for_a_loader_say_that_nobody_ran_them() {
    let rig = equipment("");
    let store = "custody/transmission";
    rig.bunri(["load", store, "--format", "sqlldr", "--out", "oracle"])
        .must(1)
        .prints("NOT RUN")
        .prints("設備, column 備考: 1 empty texts, which Oracle takes for NULL");
    for entry in std::fs::read_dir(rig.path("oracle")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "dat") {
            continue;
        }
        let text = String::from_utf8(bytes(&path)).unwrap();
        assert!(text.contains("NOT RUN"), "{}", path.display());
    }
    let data = bytes(&rig.path("oracle/equipment.dat"));
    let rows: Vec<Vec<&[u8]>> = data
        .strip_suffix(b"\x1e\n")
        .unwrap()
        .split(|byte| *byte == 0x1e)
        .map(|row| {
            row.strip_prefix(b"\n")
                .unwrap_or(row)
                .split(|byte| *byte == 0x1f)
                .collect()
        })
        .collect();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.len() == 9));
    assert_eq!(
        rows[2][..5],
        [
            "3",
            "ｱｲ   ",
            "-999.9",
            "9999-12-31 23:59:59.999999",
            "9999-12-31"
        ]
        .map(str::as_bytes)
    );
    let control = rig.read("oracle/equipment.ctl");
    assert!(
        control.contains("INTO TABLE \"設備\"\nFIELDS TERMINATED BY X'1F'"),
        "{control}"
    );
    rig.bunri(["load", store, "--format", "sqlldr", "--out", "oracle"])
        .must(3)
        .says("is not empty");
    rig.bunri([
        "load",
        store,
        "--format",
        "sqlldr",
        "--out",
        "custody/transmission/x",
    ])
    .must(3)
    .says("lies in the store");
    rig.bunri(["load", store]).must(2);
    rig.bunri(["load", store, "--format", "sqlldr"]).must(2);
}
