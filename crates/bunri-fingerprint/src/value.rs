//! The encoding of one value: a tag, then the value at its own width or behind its length. No text casts, no
//! trimming: NULL, the empty text and zero are three different things.

/// One cell, or one part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// UTF-8 text.
    Text(&'a str),
    /// 64-bit signed integer.
    Int(i64),
    /// unscaled × 10^-scale.
    Decimal {
        /// Digits after the point, as the column declares them.
        scale: u8,
        /// The number without its point.
        unscaled: i128,
    },
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00, local.
    Timestamp(i64),
    /// True or false.
    Bool(bool),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

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
