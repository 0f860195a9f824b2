//! Plain values, in dictionaries and in pages: how cells of each type are stored, and how long they are. There is nothing
//! to choose in them, so nothing is written again; they only have to end where the page does.

use std::collections::HashSet;
use std::hash::BuildHasher;

use crate::footer::Element;

/// How cells are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Bit,
    Fixed(usize),
    Variable,
}

impl Shape {
    pub(crate) fn of(element: &Element) -> Self {
        match element.kind {
            Some(0) => Self::Bit,
            Some(1 | 4) => Self::Fixed(4),
            Some(2 | 5) => Self::Fixed(8),
            Some(3) => Self::Fixed(12),
            Some(7) => Self::Fixed(
                element
                    .length
                    .and_then(|length| usize::try_from(length).ok())
                    .unwrap_or(1),
            ),
            _ => Self::Variable,
        }
    }

    /// Bytes of the length that stands before every value of differing length.
    pub(crate) fn prefix(self) -> usize {
        if self == Self::Variable { 4 } else { 0 }
    }
}

/// Truth values and decimals of more than 18 digits are always plain.
pub(crate) fn takes_dictionary(element: &Element) -> bool {
    !matches!(element.kind, Some(0 | 7))
}

/// The lengths of so many plain values (none for values of fixed size in data pages: nobody needs them), and where
/// they end. [`None`] if they end behind the bytes.
pub(crate) fn plain(bytes: &[u8], shape: Shape, values: usize) -> Option<(Vec<u32>, usize)> {
    let fixed = |size: usize| {
        let end = values.checked_mul(size)?;
        (end <= bytes.len()).then(|| (vec![size as u32; values], end))
    };
    match shape {
        Shape::Bit => (values.div_ceil(8) <= bytes.len()).then(|| (Vec::new(), values.div_ceil(8))),
        Shape::Fixed(size) => fixed(size),
        Shape::Variable => {
            let (mut lengths, mut at) = (Vec::with_capacity(values.min(bytes.len() / 4)), 0);
            for _ in 0..values {
                let length = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
                at = (at + 4).checked_add(length as usize)?;
                if at > bytes.len() {
                    return None;
                }
                lengths.push(length);
            }
            Some((lengths, at))
        }
    }
}

/// How many entries of a dictionary are there already.
pub(crate) fn doubled(bytes: &[u8], shape: Shape, lengths: &[u32]) -> u64 {
    let prefix = shape.prefix();
    let mut seen = HashSet::with_capacity_and_hasher(lengths.len(), hashing());
    let (mut at, mut doubled) = (0, 0);
    for &length in lengths {
        let start = at + prefix;
        at = start + length as usize;
        doubled += u64::from(!seen.insert(&bytes[start..at]));
    }
    doubled
}

/// Quicker than the standard library's on short keys, and seeded by it: whoever wrote the file cannot foresee it.
fn hashing() -> ahash::RandomState {
    let seeds = std::hash::RandomState::new();
    let [a, b, c, d] = [0_u8, 1, 2, 3].map(|number| seeds.hash_one(number));
    ahash::RandomState::with_seeds(a, b, c, d)
}
