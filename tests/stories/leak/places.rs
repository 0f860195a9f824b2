//! Values where no cell stands: names of files, folders and columns, manifest, sums, metadata, files that are no table.

use std::collections::BTreeSet;

use serde_json::json;

use super::encodings::in_encoding;
use super::{
    NAME, OF_NAME, OF_PHONE, OF_POINT, PHONE, TRANSMISSION, another_point, plant, told,
    with_secrets,
};
use crate::rig::Rig;
use crate::verdict::findings;

/// Verifies, and gives what C5 says of a store beside its cells.
#[track_caller]
fn beside_cells(rig: &Rig, store: &str) -> BTreeSet<String> {
    rig.bunri(["verify", "job.toml"]).must(10);
    told(rig, |finding| {
        finding["store"] == store && finding["column"].is_null()
    })
}

/// One of them a partition: a table that was written a file for each customer.
#[test]
fn a_value_in_the_name_of_a_file_or_folder_is_found() {
    let rig = with_secrets("");
    let id = another_point(&rig);
    std::fs::create_dir_all(rig.path("retail/高﨑邉子")).unwrap();
    rig.write("retail/090\u{2212}5512\u{2212}8864.txt", "");
    std::fs::create_dir_all(rig.path(&format!("retail/meter/spid={id}"))).unwrap();
    std::fs::rename(
        rig.path("retail/meter/part-00000.parquet"),
        rig.path(&format!("retail/meter/spid={id}/part-00000.parquet")),
    )
    .unwrap();
    let names = "of the store in the order of names";
    let expected = [
        format!("value_in_name: {OF_NAME}, loose, in the name of folder 24 {names}"),
        format!("value_in_name: {OF_PHONE}, loose, in the name of file 1 {names}"),
        format!("value_in_name: {OF_POINT}, in the name of file 12 {names}"),
        format!("value_in_name: {OF_POINT}, in the name of folder 9 {names}"),
    ];
    assert_eq!(beside_cells(&rig, "retail"), expected.into());
}

#[test]
fn a_value_in_manifest_sums_or_metadata_is_found() {
    let rig = with_secrets("");
    rig.edit(
        "retail/manifest.json",
        "\"label\": \"story\"",
        "\"label\": \"高崎辺子 様\"",
    );
    let column = json!({"table": "meter", "new": "tel_0905512_8864", "texts": ["1"]});
    let told = json!({"made for": NAME, "ticket": in_encoding(&rig, "unpadded", PHONE)});
    let metadata = json!({"table": "code_tariff", "metadata": told});
    plant(&rig, "retail", vec![column, metadata]);
    let b3sums = rig.read("retail/B3SUMS");
    let line = b3sums.lines().count() + 1;
    rig.write("retail/B3SUMS", format!("{b3sums}# {PHONE}\n"));
    let expected = [
        // The schema of another writer repeats the metadata in base64.
        format!("value_in_manifest: {OF_NAME}, base64, in key-value metadata"),
        format!("value_in_manifest: {OF_NAME}, in key-value metadata"),
        format!("value_in_manifest: {OF_NAME}, loose"),
        format!("value_in_manifest: {OF_PHONE}, base64, in key-value metadata"),
        format!("value_in_manifest: {OF_PHONE}, loose, in line {line}"),
        format!("value_in_manifest: {OF_PHONE}, loose"),
        format!("value_in_name: {OF_PHONE}, loose, in the name of column 8"),
    ];
    assert_eq!(beside_cells(&rig, "retail"), expected.into());
}

/// Hidden files, lists and logs: whatever is no Parquet is looked through as text.
#[test]
fn a_value_in_another_file_is_found() {
    let rig = with_secrets("");
    let filler = "0123456789abcde\n".repeat(70_000);
    rig.write("retail/.log", format!("{filler}tel={PHONE}\n"));
    let digits = PHONE.replace('-', "");
    let list = [
        in_encoding(&rig, "sha256", &digits),
        in_encoding(&rig, "sha256", NAME),
        "0".repeat(64),
    ]
    .join("\n");
    rig.write("retail/list.txt", &list);
    rig.write("custody/transmission/list.txt", &list);
    let expected = [
        format!("value_hashed: {OF_NAME}, SHA-256, in after byte 0"),
        format!("value_hashed: {OF_PHONE}, SHA-256, in after byte 0"),
        format!("value_leaked: {OF_PHONE}, in after byte 1048064"),
    ];
    assert_eq!(beside_cells(&rig, "retail"), expected.into());
    // The operator may know both.
    let transmission = told(&rig, |finding| finding["store"] == "transmission");
    assert_eq!(transmission, [].into());
    assert!(findings(&rig).contains("C1 file_unlisted transmission/list.txt"));
    assert!(rig.path(TRANSMISSION).is_dir());
}

/// Nobody can say of such a file that no value is in it.
#[test]
fn a_table_that_cannot_be_read_is_not_called_searched() {
    let rig = with_secrets("");
    let packed = json!({"table": "meter", "packed": "snappy"});
    plant(&rig, "retail", vec![packed]);
    rig.write("retail/code_tariff/part-00000.parquet", "no Parquet at all");
    let expected = ["file_not_searched: it cannot be read as a table".to_owned()];
    assert_eq!(beside_cells(&rig, "retail"), expected.into());
    for place in ["code_tariff/part-00000.parquet", "meter"] {
        let finding = format!("C5 file_not_searched retail/{place}");
        assert!(findings(&rig).contains(&finding), "{finding}");
    }
}
