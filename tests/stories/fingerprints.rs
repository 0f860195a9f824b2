//! The published fingerprint vectors agree with a second implementation: slow, obvious, and in another language.

use crate::rig::{Rig, repository};

const VECTORS: &str = "schemas/fingerprint/vectors.json";

#[test]
fn the_vectors_agree_with_the_python_implementation() {
    let vectors = repository().join(VECTORS);
    Rig::empty()
        .python("fingerprint.py", [vectors])
        .must(0)
        .prints("all agree");
}

#[test]
fn the_python_implementation_sees_one_changed_digit() {
    let rig = Rig::empty();
    let vectors = std::fs::read_to_string(repository().join(VECTORS)).unwrap();
    let at = vectors.find("\"element\": \"").unwrap() + "\"element\": \"".len();
    let digit = if &vectors[at..=at] == "0" { "1" } else { "0" };
    rig.write(
        "vectors.json",
        format!("{}{digit}{}", &vectors[..at], &vectors[at + 1..]),
    );
    rig.python("fingerprint.py", ["vectors.json"])
        .must(1)
        .prints("the element of row 0 differs");
}
