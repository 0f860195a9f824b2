//! One system in every kind of source that bunri reads: the stores are the same, byte for byte. By hand at a size of one's own:
//! `BUNRI_POINTS=100000 cargo test --test stories kinds`.

use crate::job::job;
use crate::odbc::mariadb::Mariadb;
use crate::odbc::{AT_REST, bunri, load, sample};
use crate::postgresql::server::Server;
use crate::trees::same_stores_below;

const UTF8: &str = "delimited = { folder = \"utf-8\", encoding = \"utf-8\" }";
const CP932: &str = "delimited = { folder = \"cp932\", encoding = \"cp932\", delimiter = \"\\t\", gaiji = \"private-use\" }";

#[test]
fn one_system_gives_the_same_stores_from_every_kind_of_source() {
    let points = std::env::var("BUNRI_POINTS").map_or(400, |points| {
        points.parse().expect("BUNRI_POINTS is a number")
    });
    let rig = sample(points);
    // First what can hold the least: what CP932 cannot write is made something else in the database, for all.
    rig.python(
        "unload.py",
        [
            "legacy.db",
            "cp932",
            "--encoding",
            "cp932",
            "--delimiter",
            "TAB",
            "--mend",
        ],
    )
    .must(0);
    rig.python("unload.py", ["legacy.db", "utf-8"]).must(0);
    let mariadb = Mariadb::start();
    load(&rig, &mariadb);
    let postgresql = Server::start();
    let script = rig.python("load_postgresql.py", ["legacy.db"]).must(0).out;
    postgresql.script("postgres", &script);
    bunri(&rig, ["run", "job.toml"]).must(1);
    let sources = [
        ("postgresql", postgresql.source("postgres", "")),
        ("mariadb", mariadb.source(AT_REST)),
        ("csv", UTF8.to_owned()),
        ("tsv", CP932.to_owned()),
    ];
    for (name, source) in sources {
        let file = job(&rig, name, &source);
        bunri(&rig, ["extract", &file]).must(1);
        bunri(&rig, ["split", &file]).must(1);
        same_stores_below(&rig, name);
    }
}
