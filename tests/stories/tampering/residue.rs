//! Files that other programs wrote over the same rows, resealed: no cell is wrong, and still the store says more than its
//! rows. And files that no program should be made to read.

use crate::rig::Rig;
use crate::verdict::findings;

const FILE: &str = "transmission/meter/part-00000.parquet";

/// What verification says of the transmission store's meters after this was left in them, beside the rows.
#[track_caller]
fn left_by(kind: &str, expected: &[&str]) {
    let rig = Rig::split();
    rig.python("residue.py", ["custody/transmission", "meter", kind])
        .must(0);
    let ended = rig.bunri(["verify", "job.toml"]).must(10);
    rig.holds_no_value(&ended);
    let found = findings(&rig);
    for rule in expected {
        let line = format!("C6 {rule} {FILE}");
        assert!(found.contains(&line), "{line} was expected in {found:#?}");
    }
    for claim in ["C1", "C3", "C4"] {
        assert!(
            !found.iter().any(|line| line.starts_with(claim)),
            "the rows are right, and read: {found:#?}"
        );
    }
}

#[test]
fn minimum_and_maximum_are_statistics() {
    left_by("statistics", &["statistics_present", "metadata_foreign"]);
}

#[test]
fn an_arrow_schema_is_foreign_metadata() {
    left_by("arrow-schema", &["metadata_foreign"]);
}

#[test]
fn a_file_of_duckdbs_is_not_canonical() {
    left_by("duckdb", &["metadata_foreign"]);
}

#[test]
fn words_of_rows_that_are_not_there_are_unused_entries() {
    left_by("words", &["dictionary_entry_unused"]);
}

#[test]
fn row_groups_of_another_size_are_cut_wrongly() {
    left_by("rows", &["row_group_cut"]);
}

/// Verifies a store whose file was replaced, whatever with.
#[track_caller]
fn replaced_by(bytes: &[u8], rule: &str) {
    let rig = Rig::split();
    rig.write("custody/transmission/meter/part-00000.parquet", bytes);
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    for line in [
        format!("C1 file_changed {FILE}"),
        format!("C2 unreadable {FILE}"),
        "C3 row_missing transmission/meter".to_owned(),
        format!("C6 {rule} {FILE}"),
    ] {
        assert!(found.contains(&line), "{line} was expected in {found:#?}");
    }
    rig.bunri(["verify", "--store", "custody/transmission"])
        .must(10)
        .prints(rule);
}

/// The seeds of hostile files, each named after what it breaks, through the real program.
#[test]
fn hostile_files_are_findings_and_are_not_read() {
    let folder = crate::rig::repository().join("crates/bunri-residue/tests/corpus");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(rule) = name.strip_prefix("hostile-") {
            let rule = rule.split('-').next().unwrap();
            replaced_by(&std::fs::read(&path).unwrap(), rule);
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

/// A staged file that should not be read ends the verification with an error that names it.
#[test]
fn a_hostile_staged_file_is_an_error() {
    let rig = Rig::split();
    let file = "custody/staging/meter/part-00000.parquet";
    let mut bytes = std::fs::read(rig.path(file)).unwrap();
    let end = bytes.len();
    bytes[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    rig.write(file, bytes);
    let ended = rig.bunri(["verify", "job.toml"]);
    assert!(ended.code.is_some_and(|code| code > 1), "{ended}");
    ended.says("cannot be read safely");
}

/// A file that others may read is a finding, although no byte is wrong.
#[test]
fn a_file_that_others_may_read_is_a_finding() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::split();
    let path = rig.path("retail/meter/part-00000.parquet");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    crate::verdict::broken(
        &rig,
        &["C6 permissions_wider retail/meter/part-00000.parquet"],
    );
}
