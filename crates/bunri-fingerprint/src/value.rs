//! The encoding of one value: a tag, then the value at its own width or behind its length. No text casts, no
//! trimming: NULL, the empty text and zero are three different things.

use bunri_types::Value;

/// What has the encoding of a value.
pub trait Encode {
    /// Appends tag and value.
    fn encode(&self, out: &mut Vec<u8>);
}

impl Encode for Value<'_> {
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        match *self {
            Value::Null => out.push(0),
            Value::Text(text) => write_tagged(out, 1, text.as_bytes()),
            Value::Int(value) => write_fixed(out, 2, &value.to_le_bytes()),
            Value::Decimal { scale, unscaled } => {
                out.extend_from_slice(&[3, scale]);
                out.extend_from_slice(&unscaled.to_le_bytes());
            }
            Value::Date(days) => write_fixed(out, 4, &days.to_le_bytes()),
            Value::Timestamp(micros) => write_fixed(out, 5, &micros.to_le_bytes()),
            Value::Bool(value) => out.extend_from_slice(&[6, u8::from(value)]),
            Value::Bytes(bytes) => write_tagged(out, 7, bytes),
            Value::Real(bits) => write_fixed(out, 8, &bits.to_le_bytes()),
        }
    }
}

/// Appends bytes behind their length, so that ("ab", "c") and ("a", "bc") differ.
#[inline]
pub(crate) fn write_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

#[inline]
fn write_tagged(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    write_prefixed(out, bytes);
}

#[inline]
fn write_fixed(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(bytes);
}
