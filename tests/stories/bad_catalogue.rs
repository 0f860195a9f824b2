//! A catalogue with a mistake in it: refused with file, line, column and a suggestion, before anything is written.

use crate::rig::Rig;

/// A sample with a catalogue of its own in which one text is replaced; the job must be refused with the words, and
/// not even the output folders are begun.
#[track_caller]
fn refused(file: &str, from: &str, to: &str, says: &str) {
    let rig = Rig::with_sample(60);
    rig.own_catalogue();
    rig.edit(file, from, to);
    rig.refused("run", 3).says(says);
    rig.bunri(["check", "catalogue"]).must(3).says(says);
    assert!(!rig.path("custody").exists() && !rig.path("retail").exists());
}

#[test]
fn an_unknown_class_word_is_refused_with_a_suggestion() {
    refused(
        "catalogue/tables/meter.toml",
        "ct_ratio = \"any_retailer\"",
        "ct_ratio = \"any_retialer\"",
        "catalogue/tables/meter.toml:16:12: unknown class `any_retialer`; did you mean `any_retailer`?",
    );
}

#[test]
fn a_misspelt_key_of_the_ledger_is_refused_with_a_suggestion() {
    refused(
        "catalogue/catalogue.toml",
        "until_is =",
        "untill_is =",
        "catalogue/catalogue.toml:25:1: unknown key `untill_is` in `[ledger]`; did you mean `until_is`?",
    );
}

#[test]
fn a_misspelt_key_of_a_column_is_refused_with_a_suggestion() {
    refused(
        "catalogue/tables/consumer.toml",
        "class = \"own_customer\", category = \"personal\" } # 需要者名",
        "class = \"own_customer\", categorie = \"personal\" } # 需要者名",
        "unknown key `categorie`",
    );
}

#[test]
fn a_column_without_a_class_is_refused() {
    refused(
        "catalogue/tables/consumer.toml",
        "class = \"transmission_only\"\ncategory = \"free_text\"",
        "category = \"free_text\"",
        "`class` is missing",
    );
}

#[test]
fn a_ledger_that_does_not_say_what_its_end_means_is_refused() {
    refused(
        "catalogue/catalogue.toml",
        "until_is = \"inclusive\"\n",
        "",
        "`until_is` is missing",
    );
}

#[test]
fn kanji_without_quotes_are_refused_with_the_remedy() {
    refused(
        "catalogue/tables/bk_kenshin_20160331.toml",
        "\"検針開始日\" = \"own_customer\"",
        "検針開始日 = \"own_customer\"",
        "quotes",
    );
}

#[test]
fn every_mistake_is_named_at_once() {
    let rig = Rig::with_sample(60);
    rig.own_catalogue();
    rig.edit("catalogue/catalogue.toml", "until_is =", "untill_is =");
    rig.edit(
        "catalogue/tables/meter.toml",
        "ct_ratio = \"any_retailer\"",
        "ct_ratio = \"everyone\"",
    );
    rig.edit(
        "catalogue/tables/account.toml",
        "rows = \"all_transmission\"",
        "rows = \"all\"",
    );
    rig.refused("run", 3)
        .says("untill_is")
        .says("everyone")
        .says("account.toml");
}

#[test]
fn a_job_that_pins_another_catalogue_is_refused() {
    let rig = Rig::with_sample(60);
    let pin = "0".repeat(64);
    rig.edit(
        "job.toml",
        "[output]",
        &format!("blake3 = \"{pin}\"\n[output]"),
    );
    rig.refused("run", 3).says("job.toml:").says(&pin);
}

#[test]
fn a_cutover_with_an_unpinned_catalogue_is_refused() {
    let rig = Rig::with_sample(60);
    rig.edit("job.toml", "kind = \"rehearsal\"", "kind = \"cutover\"");
    rig.refused("run", 3).says("blake3");
}
