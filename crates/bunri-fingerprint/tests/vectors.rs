//! The published vectors (`schemas/fingerprint/vectors.json`), which the Python implementation wrote, hold
//! for this one too. And whatever must differ, differs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bunri_fingerprint::{ElementHasher, Fingerprint, FingerprintKey, Region};
use bunri_types::Value;
use serde_json::Value as Json;

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// `bytes` outlives the value that borrows it.
fn value<'a>(json: &'a Json, bytes: &'a mut Vec<u8>) -> Value<'a> {
    let text = json["value"].as_str();
    match json["type"].as_str().unwrap() {
        "null" => Value::Null,
        "text" => Value::Text(text.unwrap()),
        "int" => Value::Int(text.unwrap().parse().unwrap()),
        "decimal" => Value::Decimal {
            scale: json["scale"].as_u64().unwrap().try_into().unwrap(),
            unscaled: text.unwrap().parse().unwrap(),
        },
        "date" => Value::Date(text.unwrap().parse().unwrap()),
        "timestamp" => Value::Timestamp(text.unwrap().parse().unwrap()),
        "bool" => Value::Bool(json["value"].as_bool().unwrap()),
        "real" => Value::Real(u64::from_str_radix(text.unwrap(), 16).unwrap()),
        "bytes" => {
            *bytes = unhex(text.unwrap());
            Value::Bytes(bytes)
        }
        other => panic!("unknown type {other}"),
    }
}

fn element(hasher: &mut ElementHasher, names: &[&str], row: &Json) -> [u8; 64] {
    let (keys, columns) = (
        row["key"].as_array().unwrap(),
        row["columns"].as_array().unwrap(),
    );
    let place = |column: &Json| {
        names
            .iter()
            .position(|name| column["name"] == *name)
            .unwrap()
    };
    let places: Vec<usize> = columns.iter().map(place).collect();
    let mut bytes = vec![Vec::new(); keys.len() + columns.len()];
    let values: Vec<Value<'_>> = keys
        .iter()
        .chain(columns)
        .zip(&mut bytes)
        .map(|(json, bytes)| value(json, bytes))
        .collect();
    let (key, cells) = values.split_at(keys.len());
    hasher.element(
        key.iter().copied(),
        places.into_iter().zip(cells.iter().copied()),
    )
}

#[test]
fn the_published_vectors_hold() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/fingerprint/vectors.json"
    );
    let vectors: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let key =
        FingerprintKey::from_bytes(unhex(vectors["key"].as_str().unwrap()).try_into().unwrap());
    let (mut checked, mut distinct) = (0, std::collections::BTreeSet::new());
    for case in vectors["cases"].as_array().unwrap() {
        let word = |name: &str| case[name].as_str().unwrap();
        let names = case["columns"].as_array().unwrap().iter();
        let names: Vec<&str> = names.map(|name| name.as_str().unwrap()).collect();
        let words = [word("table"), word("ownership"), word("class")];
        let mut hasher = ElementHasher::new(&Region::new(&key, words, names.iter().copied()));
        let mut sum = Fingerprint::default();
        for row in case["rows"].as_array().unwrap() {
            let element = element(&mut hasher, &names, row);
            assert_eq!(
                element.to_vec(),
                unhex(row["element"].as_str().unwrap()),
                "{}",
                word("name")
            );
            sum.add(&element);
            distinct.insert(element);
            checked += 1;
        }
        assert_eq!(
            sum.to_hex(),
            case["sum"]["lanes"].as_str().unwrap(),
            "{}",
            word("name")
        );
        assert_eq!(
            sum.count(),
            case["sum"]["count"].as_u64().unwrap(),
            "{}",
            word("name")
        );
    }
    assert!(checked >= 20, "the vectors have shrunk to {checked}");
    // Exactly one row of the vectors is written twice: the doubled one.
    assert_eq!(
        distinct.len(),
        checked - 1,
        "two different rows have one encoding"
    );
}
