//! What changes a digest, and what does not.

use std::fs;
use std::path::Path;

use bunri_catalogue::{Catalogue, digest_files};
use bunri_parse::load;

use crate::samples::minimal;

fn edited(folder: &Path, file: &str, from: &str, to: &str) -> Catalogue {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    load(folder).unwrap()
}

#[test]
fn a_changed_class_leaves_the_shape_and_a_changed_type_does_not() {
    let folder = minimal();
    let before = load(folder.path()).unwrap();
    let reading = "tables/meter_reading.toml";
    let class = edited(
        folder.path(),
        reading,
        "usage_kwh = \"own_customer\"",
        "usage_kwh = \"transmission_only\"",
    );
    assert_ne!(before.digest, class.digest);
    assert_eq!(before.shape_digest, class.shape_digest);
    let value_type = edited(folder.path(), reading, "decimal(12,1)", "decimal(13,1)");
    assert_ne!(class.shape_digest, value_type.shape_digest);
}

#[test]
fn a_comment_changes_the_digest_because_the_reviewed_text_is_pinned() {
    let folder = minimal();
    let before = load(folder.path()).unwrap();
    let after = edited(
        folder.path(),
        "catalogue.toml",
        "[ledger]",
        "# reviewed\n[ledger]",
    );
    assert_ne!(before.digest, after.digest);
    assert_eq!(before.shape_digest, after.shape_digest);
}

#[test]
fn a_catalogue_may_be_named_by_its_folder_or_by_its_main_file() {
    let folder = minimal();
    let by_file = load(&folder.path().join("catalogue.toml")).unwrap();
    assert_eq!(load(folder.path()).unwrap(), by_file);
}

#[test]
fn bytes_that_move_from_one_file_to_the_next_are_another_catalogue() {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let one = digest_files(&[file("a", "bc"), file("d", "e")]);
    assert_ne!(one, digest_files(&[file("a", "b"), file("cd", "e")]));
    assert_eq!(one, digest_files(&[file("d", "e"), file("a", "bc")]));
}
