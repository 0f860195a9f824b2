//! What went wrong before there was a store: the split believed another ledger bound, or staging was short of a row.

use crate::rig::Rig;
use crate::verdict::findings;

use super::mutants::split_with_another;

/// Splits with a ledger bound that says one thing and verifies with the other.
fn split_with_another_bound(split_with: &str, verify_with: &str) -> Rig {
    // Of the ledger of supply, and not of the roofs'.
    let until_is = |word: &str| format!("of the next day.\nuntil_is = \"{word}\"");
    let rig = Rig::with_sample(60);
    rig.own_catalogue();
    rig.edit(
        "catalogue/catalogue.toml",
        &until_is("inclusive"),
        &until_is(verify_with),
    );
    split_with_another(
        &rig,
        "catalogue.toml",
        &until_is(verify_with),
        &until_is(split_with),
    );
    rig
}

/// The next supplier's first day went to the old one: rows leaked.
#[test]
fn a_ledger_bound_a_day_too_late_in_split_alone_leaks_rows() {
    let rig = split_with_another_bound("inclusive", "exclusive");
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains("C4 row_not_granted retail/meter_reading_halfhour"),
        "{found:#?}"
    );
    assert!(
        found.contains("C3 row_missing quarantine/meter_reading_halfhour"),
        "{found:#?}"
    );
}

/// The last own day went to nobody: rows lost.
#[test]
fn a_ledger_bound_a_day_too_early_in_split_alone_loses_rows() {
    let rig = split_with_another_bound("exclusive", "inclusive");
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains("C3 row_missing retail/meter_reading_halfhour"),
        "{found:#?}"
    );
    assert!(
        found.contains("C4 row_not_granted quarantine/meter_reading_halfhour"),
        "{found:#?}"
    );
}

/// Somebody lost a row between the source and the split, and the stores agree with what was left.
#[test]
fn a_row_lost_from_staging_is_missing_by_the_sources_own_count() {
    let rig = Rig::with_sample(60);
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.python("tamper.py", ["custody", "--unstage", "meter"])
        .must(0);
    rig.bunri(["split", "job.toml"]).must(1);
    rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains("C3 source_rows_differ staging/meter"),
        "{found:#?}"
    );
    assert!(
        found.iter().all(|line| line.contains(" staging/meter")),
        "{found:#?}"
    );
}
