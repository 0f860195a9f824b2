//! Rows added up: the sum of their keyed digests and their number, the same in whatever order they come.

use crate::RereadError;

/// The key of one reading, drawn anew and never written: nobody can make rows whose sum is that of others.
#[derive(Clone, Copy)]
pub(crate) struct SumKey([u8; 32]);

impl SumKey {
    pub(crate) fn random() -> Result<Self, RereadError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(RereadError::Random)?;
        Ok(Self(key))
    }
}

/// A multiset of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) rows: u64,
    lanes: [u64; 4],
}

impl Sum {
    pub(crate) fn add(&mut self, key: &SumKey, row: &[u8]) {
        let digest = blake3::keyed_hash(&key.0, row);
        let (words, _) = digest.as_bytes().as_chunks::<8>();
        for (lane, word) in self.lanes.iter_mut().zip(words) {
            *lane = lane.wrapping_add(u64::from_le_bytes(*word));
        }
        self.rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&str]) -> Sum {
        let mut sum = Sum::default();
        rows.iter()
            .for_each(|row| sum.add(&SumKey([7; 32]), row.as_bytes()));
        sum
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        assert_eq!(sum(&["a", "b", "b"]), sum(&["b", "a", "b"]));
        for other in [&["a", "b"][..], &["a", "a", "b"], &["a", "b", "c"], &[]] {
            assert_ne!(sum(&["a", "b", "b"]), sum(other));
        }
    }
}
