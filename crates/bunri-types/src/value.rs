//! A value of a cell, as rules read it and fingerprints hash it: the declared types without any library's arrays.

/// One cell, or one part of a key; the kinds are those of [`ValueType`](crate::ValueType), and NULL.
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
    /// A floating-point number by its 64 bits, so that it is equal to itself alone; never NaN.
    Real(u64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00, local.
    Timestamp(i64),
    /// True or false.
    Bool(bool),
    /// Raw bytes.
    Bytes(&'a [u8]),
}
