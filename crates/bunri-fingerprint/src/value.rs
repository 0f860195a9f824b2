//! The encoding of one value: a tag, then the value in as few bytes as say it, because every byte is hashed. No text casts, no
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
            Value::Int(value) => write_integer(out, 2, value),
            Value::Decimal { scale, unscaled } => {
                out.extend_from_slice(&[3, scale]);
                write_large(out, ((unscaled << 1) ^ (unscaled >> 127)).cast_unsigned());
            }
            Value::Date(days) => write_integer(out, 4, days.into()),
            Value::Timestamp(micros) => write_integer(out, 5, micros),
            Value::Bool(value) => out.extend_from_slice(&[6, u8::from(value)]),
            Value::Bytes(bytes) => write_tagged(out, 7, bytes),
            Value::Real(bits) => {
                out.push(8);
                out.extend_from_slice(&bits.to_le_bytes());
            }
        }
    }
}

/// Appends a number, seven bits a byte, the lowest first; the last byte is the one without the highest bit.
#[inline]
pub(crate) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn write_large(out: &mut Vec<u8>, mut number: u128) {
    while number > u128::from(u64::MAX) {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    write_number(out, number as u64);
}

/// Appends bytes behind their length, so that ("ab", "c") and ("a", "bc") differ.
#[inline]
pub(crate) fn write_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[inline]
fn write_tagged(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    write_prefixed(out, bytes);
}

/// Small numbers are short below zero too: 0, −1, 1, −2 are 0, 1, 2, 3.
#[inline]
fn write_integer(out: &mut Vec<u8>, tag: u8, number: i64) {
    out.push(tag);
    write_number(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_must_be() {
        let encoded = |value: Value<'_>| {
            let mut out = Vec::new();
            value.encode(&mut out);
            out
        };
        assert_eq!(encoded(Value::Int(63)), [2, 126]);
        assert_eq!(encoded(Value::Int(-64)), [2, 127]);
        assert_eq!(encoded(Value::Int(64)), [2, 0x80, 1]);
        for int in [i64::MIN, i64::MAX] {
            let decimal = encoded(Value::Decimal {
                scale: 0,
                unscaled: int.into(),
            });
            assert_eq!(encoded(Value::Int(int))[1..], decimal[2..]);
            assert_eq!(decimal.len(), 12);
        }
        let most = encoded(Value::Decimal {
            scale: 38,
            unscaled: i128::MIN,
        });
        assert_eq!((most.len(), most[20]), (21, 3));
    }
}
