//! Mistakes that a splitter could make, one at a time: the split believes a catalogue that says otherwise, then the
//! true one is put in its place everywhere, in the job's folder, the lock and the manifests. What is left to tell is
//! what went where.

use crate::rig::{Rig, STORES};
use crate::verdict::findings;

/// Splits the rig's sample with its own catalogue in which `truth` reads `mistake`, and puts the truth back.
pub(crate) fn split_with_another(rig: &Rig, file: &str, truth: &str, mistake: &str) {
    split_with_others(rig, &[(file, truth, mistake)]);
}

/// The same with a mistake in each of several files.
fn split_with_others(rig: &Rig, edits: &[(&str, &str, &str)]) {
    let digest = || {
        let told = rig.bunri(["check", "catalogue"]).must(0).out;
        told.split("blake3 = \"").nth(1).unwrap()[..64].to_owned()
    };
    let true_digest = digest();
    let path = |file: &str| format!("catalogue/{file}");
    let mut true_texts = Vec::new();
    for (file, truth, mistake) in edits {
        true_texts.push((path(file), rig.read(&path(file))));
        rig.edit(&path(file), truth, mistake);
    }
    let wrong_digest = digest();
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    for (file, text) in true_texts {
        rig.write(&file, text);
    }
    rig.edit("custody/job.lock.json", &wrong_digest, &true_digest);
    for store in STORES {
        rig.edit(
            &format!("{store}/manifest.json"),
            &wrong_digest,
            &true_digest,
        );
        rig.python("tamper.py", [store, "--reseal"]).must(0);
    }
}

/// The mistake is found, for this reason among others.
#[track_caller]
fn mistaken(file: &str, truth: &str, mistake: &str, finding: &str) {
    all_mistaken(&[(file, truth, mistake)], finding);
}

#[track_caller]
fn all_mistaken(edits: &[(&str, &str, &str)], finding: &str) {
    let rig = Rig::with_sample(60);
    rig.own_catalogue();
    split_with_others(&rig, edits);
    let ended = rig.bunri(["verify", "job.toml"]).must(10);
    let found = findings(&rig);
    assert!(
        found.contains(finding),
        "{finding} was expected in {found:#?}; {ended}"
    );
    rig.holds_no_value(&ended);
}

#[test]
fn codes_compared_untrimmed_lose_rows() {
    let (of_ledger, of_row) = (
        "compare = \"trim\"\nopen",
        "compare = \"trim\", at = \"valid_from\"",
    );
    let (exact, exact_row) = (
        "compare = \"exact\"\nopen",
        "compare = \"exact\", at = \"valid_from\"",
    );
    all_mistaken(
        &[
            ("catalogue.toml", of_ledger, exact),
            ("tables/supply_period.toml", of_row, exact_row),
            ("tables/supply_period_old.toml", of_row, exact_row),
        ],
        "C3 row_missing retail/supply_point",
    );
}

#[test]
fn an_island_taken_as_own_leaks() {
    let truth = "own = [\"normal\"], other = [\"island\", \"last_resort\"]";
    mistaken(
        "catalogue.toml",
        truth,
        "own = [\"normal\", \"island\"], other = [\"last_resort\"]",
        "C4 row_not_granted retail/supply_point",
    );
}

#[test]
fn a_merged_company_taken_as_the_incumbent_leaks() {
    let (truth, mistake) = (
        "{ code = \"99010\" }",
        "{ code = \"99010\" }, { code = \"99011\" }",
    );
    mistaken(
        "catalogue.toml",
        truth,
        mistake,
        "C4 row_not_granted retail/meter_reading_monthly",
    );
}

#[test]
fn a_vacancy_taken_as_unknown_waits_for_nothing() {
    let (truth, mistake) = ("vacant = [\"00000\"]", "vacant = []");
    mistaken(
        "catalogue.toml",
        truth,
        mistake,
        "C4 row_not_granted quarantine/supply_point",
    );
}

#[test]
fn a_value_released_whatever_its_unit_leaks() {
    let (truth, mistake) = ("else = \"transmission_only\"", "else = \"any_retailer\"");
    mistaken(
        "tables/supply_point.toml",
        truth,
        mistake,
        "C4 cell_not_granted retail/supply_point.contract_amount",
    );
}

#[test]
fn what_the_next_supplier_wrote_leaks_without_the_time_of_writing() {
    let (truth, mistake) = (
        "known_at = { column = \"updated_at\", early = { days = 60 } }",
        "known_at = { none = \"nobody looked\" }",
    );
    mistaken(
        "tables/consumer.toml",
        truth,
        mistake,
        "C4 row_not_granted retail/consumer",
    );
}

#[test]
fn a_grace_one_day_too_long_leaks() {
    let (truth, mistake) = ("grace_days = 45", "grace_days = 46");
    mistaken(
        "tables/meter_reading_monthly.toml",
        truth,
        mistake,
        "C4 row_not_granted retail/meter_reading_monthly",
    );
}

#[test]
fn a_person_with_own_and_other_points_leaks_if_one_is_enough() {
    let (truth, mistake) = ("match = \"all\"", "match = \"any\"");
    mistaken(
        "tables/consumer.toml",
        truth,
        mistake,
        "C4 row_not_granted retail/consumer",
    );
}

#[test]
fn a_contract_in_another_retailers_name_leaks_if_the_ledger_alone_is_asked() {
    let truth = "    { by = \"column\", column = \"retailer_code\", compare = \"trim\" },\n";
    let mistake = "    { by = \"ledger\", at = \"contract_from\" },\n";
    mistaken(
        "tables/wheeling_contract.toml",
        truth,
        mistake,
        "C4 row_not_granted retail/wheeling_contract",
    );
}

#[test]
fn a_slot_that_no_day_has_leaks_if_nobody_looks() {
    let (truth, mistake) = (
        "at = { date = \"reading_date\", slot = \"slot\" }",
        "at = \"reading_date\"",
    );
    mistaken(
        "tables/meter_reading_halfhour.toml",
        truth,
        mistake,
        "C4 row_not_granted retail/meter_reading_halfhour",
    );
}

#[test]
fn the_last_clerk_of_a_row_leaks_if_his_column_is_kept() {
    let truth = "updated_by = { class = \"transmission_only\", category = \"audit\" }";
    let mistake = "updated_by = { class = \"own_customer\", category = \"audit\" }";
    mistaken(
        "tables/meter.toml",
        truth,
        mistake,
        "C4 column_not_granted retail/meter.updated_by",
    );
}

#[test]
fn the_day_a_code_was_last_used_leaks_if_its_column_is_kept() {
    let truth = "last_used = { class = \"transmission_only\", category = \"derived\" }";
    let mistake = "last_used = { class = \"reference\", category = \"derived\" }";
    mistaken(
        "tables/code_retailer.toml",
        truth,
        mistake,
        "C4 column_not_granted retail/code_retailer.last_used",
    );
}

#[test]
fn the_retailers_own_number_leaks_to_the_operator_if_it_is_anybodys() {
    let (truth, mistake) = ("class = \"retail_only\"", "class = \"own_customer\"");
    mistaken(
        "tables/supply_point.toml",
        truth,
        mistake,
        "C4 column_not_granted transmission/supply_point.legacy_customer_no",
    );
}
