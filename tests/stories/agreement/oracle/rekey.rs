//! docs/rules.md, section 5, "Rekeyed columns": the one name and secret of all worlds.

use super::super::world::Value;

pub(in super::super) const REKEY: &str = "chance";
pub(in super::super) const SECRET: &[u8] = b"a fictional secret, of 32 bytes and more";

/// What retail stores instead of a value.
pub(super) fn stored(value: &Value) -> Value {
    let bytes = match value {
        Value::Int(number) => [&[2][..], &number.to_le_bytes()].concat(),
        Value::Text(text) => {
            let length = (text.len() as u64).to_le_bytes();
            [&[1][..], &length, text.as_bytes()].concat()
        }
        other => return other.clone(),
    };
    let length = (REKEY.len() as u64).to_le_bytes();
    let material = [&length[..], REKEY.as_bytes(), SECRET].concat();
    let key = blake3::derive_key("bunri/rekey/1", &material);
    let hash = blake3::keyed_hash(&key, &bytes).to_hex();
    Value::Text(hash[..32].to_owned())
}
