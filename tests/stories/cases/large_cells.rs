//! Scans and long memos: more than 128 MiB in the rows of one page by count. They go through every stage, or the source is
//! refused with the table, the column and the row; never does verification refuse what extraction wrote.

use super::system;

const SCAN: &str = r#"
table = "scan"
key = ["id"]
rows = { by = "ledger", at = "on_day" }
known_at = { none = "scanned once" }
[columns]
id = "own_customer"
supply_point_id = "own_customer"
on_day = "own_customer"
image = { class = "own_customer", category = "personal" }
memo = { class = "own_customer", category = "personal" }
[types]
id = "int"
on_day = "date"
image = "bytes"
"#;

const TABLE: &str = "CREATE TABLE scan (id INTEGER PRIMARY KEY, supply_point_id TEXT, on_day TEXT, image BLOB, memo TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT)
INSERT INTO scan SELECT i, CASE i % 3 WHEN 0 THEN 'B' ELSE 'A' END, '2020-01-01', IMAGE, MEMO FROM n;";

fn table(count: usize, image: &str, memo: &str) -> String {
    TABLE
        .replace("COUNT", &count.to_string())
        .replace("IMAGE", image)
        .replace("MEMO", memo)
}

#[test]
fn scans_of_a_mebibyte_each_go_through_every_stage() {
    let rig = system(&table(130, "zeroblob(1048576)", "NULL"), &[("scan", SCAN)]);
    rig.bunri(["run", "job.toml"]).must(1).prints("130");
}

#[test]
fn long_memos_by_the_thousand_go_through_every_stage() {
    let memo = "i || replace(hex(zeroblob(10240)), '0', 'x')";
    let rig = system(&table(8192, "NULL", memo), &[("scan", SCAN)]);
    rig.bunri(["run", "job.toml"]).must(1).prints("8192");
}

#[test]
fn a_rejected_row_that_is_too_large_is_refused_with_its_place() {
    let image = "CASE i WHEN 2 THEN zeroblob(80000000) END";
    let memo = "CASE i WHEN 2 THEN X'00' ELSE 'x' END";
    let rig = system(&table(2, image, memo), &[("scan", SCAN)]);
    rig.bunri(["run", "job.toml"])
        .must(4)
        .says("scan")
        .says("memo");
    assert!(!rig.path("retail/manifest.json").exists());
}

#[test]
fn a_cell_that_is_too_large_is_refused_with_its_place() {
    let rig = system(
        &table(2, "zeroblob(40000000 * (i - 1))", "NULL"),
        &[("scan", SCAN)],
    );
    rig.bunri(["run", "job.toml"])
        .must(4)
        .says("scan")
        .says("image");
    assert!(!rig.path("retail/manifest.json").exists());
}
