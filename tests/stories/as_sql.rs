//! `bunri check JOB --explain=sql`: a third way of deciding, run by a database that is not ours, makes the same stores.

use crate::job::Job;
use crate::kanji::kanji;
use crate::rig::{Ended, Rig, repository};

/// Prints the script of a rig that was split, and runs it.
pub(crate) fn compared(rig: &Rig) -> Ended {
    let script = rig.bunri(["check", "job.toml", "--explain=sql"]).must(0);
    rig.write("stores.sql", script.out);
    rig.python("sql.py", ["."])
}

fn split(rig: &Rig) {
    rig.bunri(["run", "job.toml"]).must(1);
}

#[test]
fn duckdb_makes_the_same_stores_of_the_smallest_sample() {
    compared(&Rig::split()).must(0).prints(" 0 differ");
}

#[test]
fn duckdb_makes_the_same_stores_of_a_larger_sample() {
    let rig = Rig::with_sample(2000);
    split(&rig);
    compared(&rig).must(0).prints(" 0 differ");
}

#[test]
fn duckdb_makes_the_same_stores_of_a_source_in_kanji() {
    let rig = kanji();
    split(&rig);
    compared(&rig).must(0).prints(" 0 differ");
}

/// A comparison that nothing can fail proves nothing: one rule read another way must be seen.
#[test]
fn a_rule_that_the_sql_reads_another_way_is_seen() {
    let rig = Rig::split();
    compared(&rig).must(0);
    let script = rig.read("stores.sql");
    for (ours, theirs) in [
        ("bunri_known - 45", "bunri_known - 44"),
        ("t.\"period_until\" + 1", "t.\"period_until\" + 2"),
        ("\"contract_unit\" = 'kVA'", "\"contract_unit\" = 'A'"),
        ("NOT BETWEEN 1 AND 48", "NOT BETWEEN 1 AND 47"),
        ("ORDER BY \"meter_no\"", "ORDER BY \"meter_no\" DESC"),
        ("'known_at_undecided'", "'known_at_missing'"),
    ] {
        assert!(script.contains(ours), "{ours} is not in the script");
        rig.write("stores.sql", script.replace(ours, theirs));
        let ended = rig.python("sql.py", ["."]);
        assert_eq!(ended.code, Some(1), "{theirs} is not seen; {ended}");
    }
}

/// Whatever a catalogue holds, it stays inside its quotes and comments.
#[test]
fn names_and_notes_that_look_like_sql_stay_what_they_are() {
    let rig = kanji();
    let evil = "契約\\\"高'; DROP SCHEMA retail CASCADE; --";
    rig.sql(&format!(
        "ALTER TABLE \"契約\" RENAME COLUMN \"契約高\" TO \"{}\"",
        evil.replace("\\\"", "\"\"")
    ));
    crate::rig::copy_folder(
        &repository().join("samples/catalogues/valid/kanji"),
        &rig.path("catalogue"),
    );
    rig.edit(
        "catalogue/tables/契約.toml",
        "\"契約高\"",
        &format!("\"{evil}\""),
    );
    rig.edit(
        "catalogue/tables/契約.toml",
        "契約は切替日ごとに一行である",
        "\\n; DROP SCHEMA retail CASCADE; --\\u2028'",
    );
    rig.edit(
        "catalogue/catalogue.toml",
        "vacant = [\"00000\"]",
        "vacant = [\"0'; --\", \"\\n\"]",
    );
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    split(&rig);
    compared(&rig).must(0).prints(" 0 differ");
}

#[test]
fn a_catalogue_without_a_job_has_no_cutover_to_print() {
    let rig = Rig::empty();
    let catalogue = repository().join("schemas/denryoku").display().to_string();
    let refused = rig.bunri(["check", &catalogue, "--explain=sql"]).must(2);
    refused.says("needs a job, which names the cutover day");
}

#[test]
fn in_words_a_catalogue_explains_itself_and_nothing_else_is_printed() {
    let rig = Rig::empty();
    let catalogue = repository().join("schemas/denryoku").display().to_string();
    let told = rig.bunri(["check", &catalogue, "--explain"]).must(0);
    assert!(
        told.out.starts_with("Catalogue denryoku, version "),
        "{told}"
    );
    assert!(!told.out.contains("is sound"), "{told}");
}
