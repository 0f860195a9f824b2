//! A good manifest with one hostile change somewhere in it.

use proptest::prelude::*;
use serde_json::Value;

/// Something that nobody means.
fn hostile() -> impl Strategy<Value = Value> {
    let texts = prop::sample::select(vec![
        "",
        "..",
        "../x",
        "/etc/hostname",
        "a\\b",
        "C:/x",
        "a\0",
        "a/./b",
        "a//b",
        "staging/meter",
        "\u{1b}[2J",
        "meter",
        "meter/part-00000.parquet",
        "供給",
        "\u{202e}",
        "-1",
        "9999999999999999999999999999999999999999",
    ]);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9a-fA-F]{63,65}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
        Just(serde_json::json!([[[[["x"]]]]])),
    ]
}

/// What is done at a place: replaced, removed, doubled, or given a new field.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Replace(Value),
    Remove,
    Double,
    Add(String, Value),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => hostile().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        1 => Just(Change::Double),
        1 => (any::<String>(), hostile()).prop_map(|(name, value)| Change::Add(name, value)),
    ]
}

/// Up to three changes, each at a place that `steps` leads to.
pub(crate) fn changes() -> impl Strategy<Value = Vec<(Vec<usize>, Change)>> {
    prop::collection::vec((prop::collection::vec(0..8_usize, 0..7), change()), 1..4)
}

/// Applies the changes.
pub(crate) fn changed(mut document: Value, changes: &[(Vec<usize>, Change)]) -> Value {
    for (steps, change) in changes {
        apply(&mut document, steps, change);
    }
    document
}

fn apply(place: &mut Value, steps: &[usize], change: &Change) {
    let many = match place {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    };
    let (Some((&step, rest)), true) = (steps.split_first(), many > 0) else {
        return here(place, change);
    };
    match place {
        Value::Array(items) if rest.is_empty() && matches!(change, Change::Remove) => {
            items.remove(step % many);
        }
        Value::Array(items) if rest.is_empty() && matches!(change, Change::Double) => {
            items.push(items[step % many].clone());
        }
        Value::Array(items) => apply(&mut items[step % many], rest, change),
        Value::Object(fields) => {
            let name = fields.keys().nth(step % many).unwrap().clone();
            if rest.is_empty() && matches!(change, Change::Remove) {
                fields.remove(&name);
            } else {
                apply(&mut fields[&name], rest, change);
            }
        }
        _ => here(place, change),
    }
}

fn here(place: &mut Value, change: &Change) {
    match (place, change) {
        (Value::Object(fields), Change::Add(name, value)) => {
            fields.insert(name.clone(), value.clone());
        }
        (place, Change::Replace(value) | Change::Add(_, value)) => *place = value.clone(),
        (place, Change::Remove) => *place = Value::Null,
        (Value::Array(items), Change::Double) => items.extend(items.clone()),
        (_, Change::Double) => {}
    }
}
