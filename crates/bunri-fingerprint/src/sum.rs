//! The sum of a region: eight wrapping 64-bit lanes and the exact count. Addition, and not XOR, because two
//! equal elements must not cancel out; parts add, so that threads and machines can each bring one.

use std::ops::AddAssign;

/// An order-free sum over elements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fingerprint {
    lanes: [u64; 8],
    count: u64,
}

impl Fingerprint {
    /// Adds one element.
    #[inline]
    pub fn add(&mut self, element: &[u8; 64]) {
        let (words, _) = element.as_chunks::<8>();
        for (lane, word) in self.lanes.iter_mut().zip(words) {
            *lane = lane.wrapping_add(u64::from_le_bytes(*word));
        }
        self.count += 1;
    }

    /// How many elements were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The eight lanes, little-endian, as 128 hex digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        base16ct::lower::encode_string(self.lanes.map(u64::to_le_bytes).as_flattened())
    }
}

impl AddAssign for Fingerprint {
    fn add_assign(&mut self, other: Self) {
        for (lane, more) in self.lanes.iter_mut().zip(other.lanes) {
            *lane = lane.wrapping_add(more);
        }
        self.count += other.count;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn sum(elements: &[[u8; 64]]) -> Fingerprint {
        let mut sum = Fingerprint::default();
        elements.iter().for_each(|element| sum.add(element));
        sum
    }

    #[test]
    fn order_does_not_matter_and_parts_add() {
        let (a, b, c) = ([1; 64], [0xff; 64], [7; 64]);
        let mut parts = sum(&[c]);
        parts += sum(&[b, a]);
        assert_eq!(parts, sum(&[a, b, c]));
    }

    #[test]
    fn a_doubled_row_does_not_cancel_out() {
        assert_ne!(sum(&[[1; 64], [1; 64]]), sum(&[]));
        assert_ne!(sum(&[[0; 64]]), sum(&[]), "the count is part of it");
    }

    #[test]
    fn lanes_wrap() {
        assert_eq!(
            sum(&[[0xff; 64], [0xff; 64]]).to_hex(),
            ("fe".to_owned() + &"ff".repeat(7)).repeat(8)
        );
    }
}
