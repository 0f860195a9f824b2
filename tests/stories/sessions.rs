//! Several sessions read one table of a server side by side, each some of its answers; what comes of it does not depend on how many they
//! are, on where answers end, or on what became of a connection meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use bunri_columnar::{Event, Observer, Silent};
use bunri_extract::ExtractError;

use crate::postgresql::server::{Counted, Proxy, Server};
use crate::resume::{
    bound, inodes, of_postgresql, of_sqlite, read_by, read_within, rows, stop_by, system,
};
use crate::rig::Rig;
use crate::trees::{Tree, differences, tree};

/// How the rows of a table lie, and by what the server cuts it then.
const WAYS: [(&str, &str); 3] = [
    ("in key order", "t.ctid >= '("),
    ("almost in key order", "t.\"day\" <= E'"),
    ("in no order", "t.ctid >= '("),
];

/// The table with its rows so.
fn lay(server: &Server, rows: &[String], way: &str) {
    let table = of_postgresql(rows);
    let again = match way {
        // The index is cheaper than to sort, and the sample says that some rows lie elsewhere.
        "almost in key order" => {
            "CREATE TABLE aside AS SELECT * FROM odd WHERE amount = 3 AND code = '' AND day < '2021-01-01';
             DELETE FROM odd WHERE amount = 3 AND code = '' AND day < '2021-01-01'; INSERT INTO odd SELECT * FROM aside; DROP TABLE aside;
             ANALYZE odd;"
        }
        "in no order" => {
            "CREATE TABLE aside AS SELECT * FROM odd; TRUNCATE odd; INSERT INTO odd SELECT * FROM aside ORDER BY md5(v || day); DROP TABLE aside;
             ALTER TABLE odd DROP CONSTRAINT odd_pkey;
             ANALYZE odd;"
        }
        _ => "",
    };
    server.script(
        "postgres",
        &format!("DROP TABLE IF EXISTS odd; {table} {again}"),
    );
}

/// How many answers of the table the server has been asked for that are cut so.
fn cuts(server: &Server, by: &str) -> usize {
    let log = std::fs::read_to_string(server.folder().join("log")).unwrap();
    log.lines()
        .filter(|line| {
            line.contains("COPY (SELECT") && line.contains("\"odd\"") && line.contains(by)
        })
        .count()
}

fn server(rig: &Rig) -> Server {
    let server = Server::start();
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    server.script("postgres", &script);
    server.psql("postgres", "ALTER SYSTEM SET log_statement = 'all'");
    server.psql("postgres", "SELECT pg_reload_conf()");
    server
}

/// The parts of the table and its rejected rows.
fn staged(rig: &Rig, custody: &str) -> [Tree; 2] {
    ["staging/odd", "rejects"].map(|folder| tree(&rig.path(custody).join(folder)))
}

fn same(left: &[Tree; 2], right: &[Tree; 2], what: &str) {
    for (left, right) in left.iter().zip(right) {
        assert_eq!(differences(left, right), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn however_many_sessions_read_a_table_its_parts_are_the_same() {
    let rig = system();
    let server = server(&rig);
    let rows = rows(40_000);
    rig.sql(&of_sqlite("PRIMARY KEY (day, code, amount, at)", &rows));
    let file = bound(&rig, "sqlite = \"legacy.db\"");
    read_by(1, &rig, &file, &rig.path("file"), &Silent).unwrap();
    let mut expected = staged(&rig, "file");
    assert!(expected[0].len() > 60 && expected[1].len() == 1);
    // A rejected row stands as its source writes it: by the first that is read from this one.
    let mut rejects = None;
    for (way, by) in WAYS {
        lay(&server, &rows, way);
        let source = bound(&rig, &server.source("postgres", ""));
        for threads in [1, 2, 5] {
            let before = cuts(&server, by);
            let name = format!("{way} {threads}");
            read_by(threads, &rig, &source, &rig.path(&name), &Silent).unwrap();
            let rejects = rejects.get_or_insert_with(|| staged(&rig, &name)[1].clone());
            expected[1].clone_from(rejects);
            same(&staged(&rig, &name), &expected, &name);
            let cuts = cuts(&server, by) - before;
            assert!(
                if threads == 1 { cuts == 0 } else { cuts > 1 },
                "{name}: {cuts}"
            );
        }
        if way == "in no order" {
            continue;
        }
        // Stopped by several sessions, and gone on with by others, at any place of any part.
        for (full, threads) in [(1, (2, 5)), (20, (5, 2)), (45, (3, 1))] {
            let name = format!("{way}, stopped at {full}");
            let custody = rig.path(&name);
            stop_by(threads.0, &rig, &source, &custody, full);
            let kept = inodes(&custody);
            let seams = custody.join("tmp/extract-odd.seam.json");
            assert!(kept.len() as u64 >= full && seams.exists(), "{name}");
            read_by(threads.1, &rig, &source, &custody, &Silent).unwrap();
            let full = usize::try_from(full).unwrap();
            assert_eq!(inodes(&custody)[..full], kept[..full], "{name}");
            same(&staged(&rig, &name), &expected, &name);
        }
    }
}

#[test]
fn a_session_that_is_cut_among_several_goes_on_and_no_row_is_lost_or_doubled() {
    let rig = system();
    let server = server(&rig);
    let rows = rows(40_000);
    for (way, by) in WAYS {
        lay(&server, &rows, way);
        let source = bound(&rig, &server.source("postgres", ""));
        let whole = format!("{way}, whole");
        read_by(1, &rig, &source, &rig.path(&whole), &Silent).unwrap();
        for bytes in [600_000, 1_500_000, 2_200_000] {
            let before = cuts(&server, by);
            let proxy = Proxy::before(&server, Counted::OfTheServer, bytes);
            let name = format!("{way}, cut after {bytes}");
            let source = bound(&rig, &proxy.source());
            read_by(3, &rig, &source, &rig.path(&name), &Silent).unwrap();
            assert!(proxy.has_cut(), "{name}");
            assert!(cuts(&server, by) > before, "{name}");
            same(&staged(&rig, &name), &staged(&rig, &whole), &name);
        }
    }
}

/// What the server's sample does not show: two rows lie where the other one belongs, and what lies first is a rejected one.
/// Behind the seam rows are asked for by their keys. So the first row comes once more and the other one never, and their number is right.
#[test]
fn two_rows_that_lie_in_each_other_s_place_on_both_sides_of_a_seam_are_neither_lost_nor_doubled() {
    let rig = system();
    let server = server(&rig);
    for (what, first) in [("both rejected", "v = 'bad'"), ("one staged", "v <> 'bad'")] {
        lay(&server, &rows(40_000), WAYS[0].0);
        server.script(
            "postgres",
            &format!(
                "CREATE TABLE aside AS SELECT *, row_number() OVER (ORDER BY day, code COLLATE \"C\", amount, at) AS place FROM odd;
                 CREATE TABLE swapped AS SELECT
                   (SELECT place FROM aside WHERE {first} AND place > 100 ORDER BY place LIMIT 1) AS first,
                   (SELECT place FROM aside WHERE v = 'bad' AND place > 35000 ORDER BY place LIMIT 1) AS other;
                 ALTER TABLE odd SET (autovacuum_enabled = false); TRUNCATE odd;
                 INSERT INTO odd SELECT day, code, amount, at, v FROM aside, swapped
                   ORDER BY CASE place WHEN first THEN other WHEN other THEN first ELSE place END;
                 DROP TABLE aside; DROP TABLE swapped;"
            ),
        );
        let source = bound(&rig, &server.source("postgres", ""));
        let whole = format!("{what}, whole");
        read_by(1, &rig, &source, &rig.path(&whole), &Silent).unwrap();
        for threads in [1, 3] {
            let name = format!("{what}, stopped {threads}");
            let custody = rig.path(&name);
            let before = cuts(&server, "t.ctid >= '(");
            stop_by(threads, &rig, &source, &custody, 20);
            // As they lie: along the index there would be nothing to find.
            assert_eq!(cuts(&server, "t.ctid >= '(") > before, threads > 1);
            read_by(threads, &rig, &source, &custody, &Silent).unwrap();
            same(&staged(&rig, &name), &staged(&rig, &whole), &name);
        }
    }
}

/// Asks to stop when it is told to.
struct Stopping(AtomicBool);

impl Observer for Stopping {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Of four sessions one is made anew, and the others are not let in: those wait to try again, and this one for their rows. A stop
/// is heard by all of them.
#[test]
fn who_waits_for_a_session_that_cannot_be_made_anew_hears_a_stop() {
    let rig = system();
    let server = server(&rig);
    lay(&server, &rows(40_000), WAYS[0].0);
    let proxy = Proxy::before(&server, Counted::OfTheServer, 600_000).then_letting(1);
    let (source, state) = bound(&rig, &proxy.source());
    let stopping = Stopping(AtomicBool::new(false));
    let custody = rig.path("cut");
    std::thread::scope(|scope| {
        let (ended, has_ended) = mpsc::channel();
        let (rig, custody, stopping) = (&rig, &custody, &stopping);
        scope.spawn(move || {
            let read = read_within(1 << 18, 4, rig, (&source, &state), custody, stopping);
            ended.send(read).unwrap();
        });
        while !proxy.has_cut() {
            std::thread::sleep(Duration::from_millis(10));
            let early = has_ended.try_recv();
            assert!(early.is_err(), "{early:?}");
        }
        // It reads what there is room for; the third try of the others is three seconds away.
        std::thread::sleep(Duration::from_secs(2));
        let early = has_ended.try_recv();
        assert!(early.is_err(), "{early:?}");
        stopping.0.store(true, Ordering::Relaxed);
        let read = has_ended.recv_timeout(Duration::from_secs(60));
        assert!(
            matches!(read, Ok(Err(ExtractError::Interrupted))),
            "{read:?}"
        );
    });
    // And what was staged until then is gone on with.
    let source = bound(&rig, &server.source("postgres", ""));
    read_by(1, &rig, &source, &rig.path("whole"), &Silent).unwrap();
    read_by(4, &rig, &source, &custody, &Silent).unwrap();
    same(&staged(&rig, "cut"), &staged(&rig, "whole"), "cut");
}

/// What the source says of a table is asked while its rows are read.
#[test]
fn a_null_in_the_key_of_a_long_table_is_refused_and_other_tables_are_read() {
    let rig = system();
    let server = server(&rig);
    lay(&server, &rows(40_000), WAYS[2].0);
    server.script(
        "postgres",
        "ALTER TABLE odd ALTER code DROP NOT NULL; UPDATE odd SET code = NULL WHERE v = '12345.5'; ANALYZE odd",
    );
    let source = bound(&rig, &server.source("postgres", ""));
    let mut told = Vec::new();
    for threads in [1, 2, 5] {
        let name = format!("null {threads}");
        let refused = read_by(threads, &rig, &source, &rig.path(&name), &Silent).unwrap_err();
        assert!(matches!(refused, ExtractError::Keys(_)), "{refused:?}");
        told.push(refused.to_string());
        assert!(
            rig.path(&name)
                .join("tmp/extract-meter_reading.json")
                .exists()
        );
    }
    assert!(
        told[0].contains("1 rows have NULL in this column of the key"),
        "{}",
        told[0]
    );
    assert!(told.iter().all(|it| *it == told[0]), "{told:?}");
}
