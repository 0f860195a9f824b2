//! Files that were removed, renamed, replaced by links, padded, reordered.

use crate::rig::Rig;
use crate::verdict::{broken, findings};

/// What the rows of a file that cannot be read cost.
const METER_LOST: [&str; 3] = [
    "C3 row_missing retail/meter",
    "C3 region_differs retail/meter",
    "C6 file_not_canonical retail/meter/part-00000.parquet",
];

#[test]
fn a_removed_file_is_missing() {
    let rig = Rig::split();
    std::fs::remove_file(rig.path("retail/meter/part-00000.parquet")).unwrap();
    broken(
        &rig,
        &[
            "C1 file_missing retail/meter/part-00000.parquet",
            METER_LOST[0],
            METER_LOST[1],
            METER_LOST[2],
        ],
    );
}

#[test]
fn a_renamed_file_is_missing_and_unlisted() {
    let rig = Rig::split();
    std::fs::rename(
        rig.path("retail/meter/part-00000.parquet"),
        rig.path("retail/meter/part-00001.parquet"),
    )
    .unwrap();
    broken(
        &rig,
        &[
            "C1 file_missing retail/meter/part-00000.parquet",
            "C1 file_unlisted retail/meter/part-00001.parquet",
            METER_LOST[2],
        ],
    );
}

#[test]
fn a_link_is_no_file_of_a_store() {
    let rig = Rig::split();
    let file = rig.path("retail/meter/part-00000.parquet");
    std::fs::rename(&file, rig.path("elsewhere.parquet")).unwrap();
    std::os::unix::fs::symlink(rig.path("elsewhere.parquet"), &file).unwrap();
    broken(
        &rig,
        &[
            "C1 link retail/meter/part-00000.parquet",
            "C1 file_missing retail/meter/part-00000.parquet",
            METER_LOST[0],
            METER_LOST[1],
            METER_LOST[2],
        ],
    );
}

#[test]
fn a_store_without_its_manifest_is_not_complete() {
    let rig = Rig::split();
    std::fs::remove_file(rig.path("retail/manifest.json")).unwrap();
    broken(&rig, &["C1 manifest_missing retail/manifest.json"]);
}

#[test]
fn changed_sums_differ() {
    let rig = Rig::split();
    rig.write("retail/SHA256SUMS", "");
    broken(&rig, &["C1 sums_differ retail/SHA256SUMS"]);
}

#[test]
fn bytes_that_nothing_refers_to_are_not_canonical() {
    let rig = Rig::split();
    rig.python("tamper.py", ["retail", "--pad", "meter"])
        .must(0);
    broken(
        &rig,
        &[
            "C6 byte_unaccounted retail/meter/part-00000.parquet",
            "C6 file_not_canonical retail/meter/part-00000.parquet",
        ],
    );
}

#[test]
fn rows_in_another_order_are_not_canonical() {
    let rig = Rig::split();
    rig.python("tamper.py", ["retail", "--reverse", "meter"])
        .must(0);
    broken(
        &rig,
        &[
            "C2 row_order retail/meter/part-00000.parquet",
            "C6 file_not_canonical retail/meter/part-00000.parquet",
        ],
    );
}

#[test]
fn a_fact_added_to_the_manifest_makes_it_unreadable() {
    let rig = Rig::split();
    rig.edit(
        "retail/manifest.json",
        "\"store\": \"retail\",",
        "\"store\": \"retail\",\n  \"withheld_rows\": 37,",
    );
    broken(&rig, &["C1 manifest_unreadable retail/manifest.json"]);
    assert_no_value(&rig);
}

/// What every manifest says is nobody's value, also where the manifest cannot be read.
fn assert_no_value(rig: &Rig) {
    let c5 = |line: &String| line.starts_with("C5");
    assert!(!findings(rig).iter().any(c5), "{:?}", findings(rig));
}

#[test]
fn a_manifest_that_is_cut_off_is_unreadable_and_holds_no_value() {
    let rig = Rig::split();
    let whole = std::fs::read_to_string(rig.path("retail/manifest.json")).unwrap();
    rig.write("retail/manifest.json", &whole[..whole.len() / 2]);
    broken(&rig, &["C1 manifest_unreadable retail/manifest.json"]);
    assert_no_value(&rig);
}

#[test]
fn a_manifest_with_another_label_is_not_this_jobs() {
    let rig = Rig::split();
    rig.edit(
        "retail/manifest.json",
        "\"label\": \"story\"",
        "\"label\": \"cutover\"",
    );
    rig.python("tamper.py", ["retail", "--reseal"]).must(0);
    broken(&rig, &["C2 manifest_differs retail"]);
}
